"""What others may try with projects: each of these has no effect, or as much as was decided."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import Notification
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Actor, Received
from fedirec.activitypub.vocab import Doc, Json
from fedirec.projects.actions import elsewhere, members
from fedirec.projects.actions.listing import MAX_MET
from fedirec.projects.actions.meeting import REST
from fedirec.projects.models import Project, ProjectMember, Step, StepChallenge
from fedirec.projects.queries.projects import MAX_STEPS
from fedirec.remix.models import Challenge, GroupLeader, Need
from fedirec.remix.queries.leading import MAX_LEADERS
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, RSA, Peer
from tests.projects.stage import challenge_at, launch, meet_project, project_at, step_at

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]

TERMS = {
    "fr": "https://w3id.org/fedirec/ns#",
    "schema": "http://schema.org/",
    "kind": "fr:kind",
    "stage": "fr:stage",
    "form": "fr:form",
    "state": "fr:state",
    "steps": {"@id": "fr:steps", "@type": "@id"},
    "challenges": {"@id": "fr:challenges", "@type": "@id"},
    "isPartOf": {"@id": "schema:isPartOf", "@type": "@id"},
    "position": "schema:position",
}
CONTEXT = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1", TERMS]


class Elsewhere:
    """A project on a server that says what it likes."""

    def __init__(self, network: Network) -> None:
        self.peer = Peer(network, "evil.test")
        self.uri = f"{self.peer.origin}/users/film"
        self.leaders: list[str] = []
        self.steps: list[Json] = []
        self.describe()

    def describe(self, *, key: PrivateKey = RSA, **changes: Any) -> None:
        own = {"type": "Group", "kind": "project", "stage": "finished", "@context": CONTEXT}
        lists = {"steps": f"{self.uri}/steps", "attributedTo": f"{self.uri}/moderators"}
        self.peer.actor("film", key=key, **own, **lists)
        document = json.loads(self.peer.network.answers[self.uri].content)
        self.peer.serve(self.uri, document | changes)
        self._serve("steps", self.steps)
        self._serve("moderators", self.leaders)

    def step(self, name: str = "1", **changes: Any) -> Json:
        uri = f"{self.uri}/steps/{name}"
        step = {"id": uri, "type": "Object", "kind": "step", "name": name, "isPartOf": self.uri, "state": "open"}
        return {**step, **changes}

    def _serve(self, name: str, items: list[Any]) -> None:
        uri = f"{self.uri}/{name}"
        listed = {"@context": CONTEXT, "id": uri, "type": "OrderedCollection", "orderedItems": items}
        self.peer.serve(uri, listed)

    def says(self, type: str, object: Any, **more: Any) -> Json:
        return self.peer.activity(type, self.uri, object, **{"@context": CONTEXT, **more})


@pytest.fixture
def evil(network: Network) -> Elsewhere:
    return Elsewhere(network)


@pytest.fixture
async def ana(here: Instance) -> Actor:
    return await here.join("ana")


async def reasons(at: Instance) -> list[str]:
    await settle(at)
    return [str(row.reason) for row in await at.run(lambda: Received.filter(state="refused").order_by("id"))]


async def titles(at: Instance, project: Project) -> list[str]:
    return [step.title for step in await at.run(lambda: Step.filter(project_id=project.id).order_by("id"))]


async def test_nobody_but_itself_says_what_a_project_is_like(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere
) -> None:
    project = await launch(here, ana)
    copy = await meet_project(there, project.actor.uri)
    document = (await here.get("/p/moonfilm", accept="application/activity+json")).json()
    await evil.peer.post(there, evil.says("Update", document | {"stage": "abandoned"}))
    script = (await step_at(here, project, "Script")).uri
    forged = evil.step() | {"id": script, "isPartOf": project.actor.uri, "name": "Pay me"}
    await evil.peer.post(there, evil.says("Update", forged))
    await evil.peer.post(there, evil.says("Create", evil.peer.note(project.actor.uri, kind="introduction")))
    assert len(await reasons(there)) == 3
    assert (await project_at(there, copy.actor.uri)).stage == project.stage
    assert await titles(there, copy) == ["Script"]


async def test_a_project_of_ours_is_changed_by_nobody_elsewhere(here: Instance, ana: Actor, evil: Elsewhere) -> None:
    project = await launch(here, ana)
    document = (await here.get("/p/moonfilm", accept="application/activity+json")).json()
    await evil.peer.post(here, evil.says("Update", document | {"name": "Mine"}))
    await evil.peer.post(here, evil.says("Delete", project.actor.uri))
    await reasons(here)
    kept = await project_at(here)
    assert (kept.title, kept.actor.state) == ("Moon film", "active")


async def test_steps_of_another_origin_are_none_of_its_own(here: Instance, ana: Actor, evil: Elsewhere) -> None:
    await launch(here, ana)
    ours = (await step_at(here, await project_at(here), "Script")).uri
    evil.steps = [
        evil.step("own"),
        evil.step("foreign") | {"id": "https://other.test/steps/1"},
        evil.step("another") | {"isPartOf": "https://other.test/p/x"},
        evil.step("ours") | {"id": ours},
    ]
    evil.describe()
    copy = await meet_project(here, evil.uri)
    assert await titles(here, copy) == ["own"]
    assert (await here.run(lambda: Step.get(uri=ours))).title == "Script"
    for step in evil.steps[1:]:
        await evil.peer.post(here, evil.says("Update", step))
    assert len(await reasons(here)) == 3
    assert await titles(here, copy) == ["own"]


async def test_a_project_that_claims_somebodys_challenge_does_not_get_it(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere, time_passes: Pass
) -> None:
    bo = await there.join("bo")
    ours, theirs = await challenge_at(here, ana), await challenge_at(there, bo, "wind")
    evil.steps = [evil.step(challenges=[ours.actor.uri, theirs.actor.uri])]
    evil.describe()
    copy = await meet_project(here, evil.uri)
    await settle(here)
    assert await titles(here, copy) == ["1"]
    assert not await here.run(lambda: StepChallenge.exists(step__project_id=copy.id))
    assert not await here.run(lambda: Challenge.exists(part_of_id__not_isnull=True))
    time_passes(2 * REST)
    await meet_project(here, evil.uri, fresh=True)
    assert not await here.run(lambda: StepChallenge.exists(step__project_id=copy.id))


async def test_a_challenge_that_claims_a_project_is_not_part_of_it(here: Instance, ana: Actor, evil: Elsewhere) -> None:
    project = await launch(here, ana)
    claimed: dict[str, Any] = {"type": "Group", "kind": "challenge", "isPartOf": project.actor.uri, "@context": CONTEXT}
    uri = evil.peer.actor("claim", **claimed)
    found = await here.find_challenge(uri)
    await settle(here)
    assert (await here.run(lambda: Challenge.get(id=found.id))).part_of_id is None


async def test_projects_that_are_part_of_each_other_end_nowhere(here: Instance, evil: Elsewhere) -> None:
    evil.steps = [evil.step(challenges=[evil.uri])]
    evil.describe(isPartOf=evil.uri)
    copy = await meet_project(here, evil.uri)
    await settle(here)
    assert await titles(here, copy) == ["1"]
    assert not await here.run(lambda: Challenge.exists(actor_id=copy.actor_id))


async def test_leaders_of_other_origins_lead_nothing_by_being_named(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere
) -> None:
    famous = await there.join("famous")
    own = evil.peer.actor("own")
    evil.leaders = [famous.uri, ana.uri, own]
    evil.describe()
    copy = await meet_project(here, evil.uri)
    leaders = await here.run(lambda: GroupLeader.filter(group_id=copy.actor_id).select_related("actor"))
    assert [leader.actor.uri for leader in leaders] == [own]


async def test_too_much_of_anything_is_cut(here: Instance, evil: Elsewhere) -> None:
    huge = "x" * 30_000
    evil.steps = [
        evil.step(str(number), content="<p>y", position=10**9, challenges=[f"{evil.uri}/c/{number}"])
        for number in range(120)
    ]
    evil.leaders = [f"{evil.peer.origin}/users/l{number}" for number in range(1_500)]
    needs = {"type": "Collection", "items": [{"id": f"{evil.uri}/needs/{number}"} for number in range(900)]}
    evil.describe(summary=huge, name=huge, needs=needs, stage=huge, form=huge)
    before = len(here.network.requests)
    copy = await meet_project(here, evil.uri)
    assert len(await titles(here, copy)) == MAX_STEPS
    assert (copy.stage, copy.form) == ("idea", "other")
    assert len(copy.title) <= 500
    assert len(here.network.requests) - before <= 10 + MAX_LEADERS + MAX_MET
    assert not await here.run(lambda: Need.exists(group_id=copy.actor_id))


async def test_what_a_project_elsewhere_says_of_its_stage_is_only_what_it_says(here: Instance, evil: Elsewhere) -> None:
    copy = await meet_project(here, evil.uri)
    assert copy.stage == "finished"
    assert not copy.actor.is_local


async def test_an_invitation_is_answered_by_whoever_is_invited(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere
) -> None:
    project, bo = await launch(here, ana), await there.join("bo")
    await here.run(members.invite_member, ana, project, await here.meet(bo))
    place = await here.run(lambda: ProjectMember.get(actor__uri=bo.uri))
    thief = evil.peer.actor("thief")
    invite = {
        "type": "Invite",
        "id": place.uri,
        "actor": project.actor.uri,
        "object": project.actor.uri,
        "target": thief,
    }
    await evil.peer.post(here, evil.peer.activity("Accept", thief, invite))
    assert await reasons(here) == ["only whoever is invited answers that"]
    assert (await here.run(lambda: ProjectMember.get(id=place.id))).state == "invited"
    assert not await here.run(lambda: ProjectMember.exists(actor__uri=thief))


async def test_an_invitation_that_is_sent_again_after_all_was_over_brings_nobody_back(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere
) -> None:
    bo = evil.peer.actor("bo")
    project = await launch(here, ana)
    met = await here.meet(bo)
    await here.run(members.invite_member, ana, project, met)
    place = await here.run(lambda: ProjectMember.get(actor__uri=bo))
    uri = place.uri or f"{project.actor.uri}/none"
    invite = {"type": "Invite", "id": uri, "actor": project.actor.uri, "object": project.actor.uri, "target": bo}
    await evil.peer.post(here, evil.peer.activity("Accept", bo, invite))
    await settle(here)
    assert (await here.run(lambda: ProjectMember.get(id=place.id))).state == "active"
    await here.run(lambda: members.remove_member(ana, project, met, reason="They were not kind."))
    await evil.peer.post(here, evil.peer.activity("Accept", bo, invite))
    assert len(await reasons(here)) == 1
    assert (await here.run(lambda: ProjectMember.get(id=place.id))).state == "removed"


async def test_people_of_ours_are_invited_by_projects_themselves_and_not_again_and_again(
    here: Instance, ana: Actor, evil: Elsewhere, time_passes: Pass
) -> None:
    mallory = evil.peer.actor("mallory")
    await evil.peer.post(here, evil.peer.activity("Invite", mallory, evil.uri, target=ana.uri))
    await evil.peer.post(here, evil.peer.activity("Invite", mallory, mallory, target=ana.uri))
    assert len(await reasons(here)) == 2
    friend = {"type": "Person", "id": "https://friends.example/u/bo", "name": "Your friend Bo"}
    first = evil.says("Invite", evil.uri, target=ana.uri, content="Join us " * 500, attributedTo=friend)
    await evil.peer.post(here, first)
    await settle(here)
    place = await here.run(lambda: ProjectMember.get(actor_id=ana.id))
    assert (place.state, len(place.words) <= 500) == ("invited", True)
    told = await here.run(lambda: Notification.get(kind="invited_to_project"))
    assert told.details["who"] == "", "it names nobody of another origin"
    copy = await project_at(here, evil.uri)
    await here.run(lambda: elsewhere.answer_elsewhere(ana, copy, accepts=False))
    await evil.peer.post(here, evil.says("Invite", evil.uri, target=ana.uri))
    assert (await reasons(here))[-1] == "they said no not long ago"
    time_passes(timedelta(days=31))
    await here.run(block, ana, await here.meet(mallory))
    idea = {"type": "Person", "id": mallory, "name": "Mallory"}
    await evil.peer.post(here, evil.says("Invite", evil.uri, target=ana.uri, attributedTo=idea))
    assert (await here.run(lambda: ProjectMember.get(actor_id=ana.id))).state == "declined"
    await evil.peer.post(here, evil.says("Invite", evil.uri, target=ana.uri))
    await settle(here)
    assert (await here.run(lambda: ProjectMember.get(actor_id=ana.id))).state == "invited"


async def test_nobody_says_that_somebody_of_ours_was_let_in_or_sent_away_but_the_project(
    here: Instance, there: Instance, ana: Actor, evil: Elsewhere
) -> None:
    bo = await there.join("bo")
    project = await launch(there, bo)
    copy = await meet_project(here, project.actor.uri)
    place = await here.run(elsewhere.ask_elsewhere, ana, copy)
    join = {"type": "Join", "id": place.uri, "actor": ana.uri, "object": evil.uri}
    await evil.peer.post(here, evil.says("Accept", join))
    assert await reasons(here) == ["only the project itself says who is in it"]
    assert (await here.run(lambda: ProjectMember.get(id=place.id))).state == "asked"


async def test_new_keys_of_a_lapsed_domain_change_nothing(here: Instance, ana: Actor, evil: Elsewhere) -> None:
    copy = await meet_project(here, evil.uri)
    evil.peer.keys[evil.uri] = OTHER_RSA
    evil.steps = [evil.step("new")]
    evil.describe(key=OTHER_RSA, stage="released")
    await evil.peer.post(here, evil.says("Update", evil.step("new")), actor=evil.uri, key=OTHER_RSA)
    await evil.peer.post(here, evil.says("Invite", evil.uri, target=ana.uri), actor=evil.uri, key=OTHER_RSA)
    assert await reasons(here) != []
    assert await titles(here, copy) == []
    assert not await here.run(lambda: ProjectMember.exists(actor_id=ana.id))


async def test_a_project_that_nobody_here_knows_does_not_get_on_our_pages_by_itself(
    here: Instance, evil: Elsewhere
) -> None:
    document = Doc(evil.peer.network.answers[evil.uri].json()).data
    await evil.peer.post(here, evil.says("Update", document))
    await evil.peer.post(here, evil.says("Update", evil.step()))
    assert await reasons(here) == ["nobody here follows that project"] * 2
    assert not await here.run(lambda: Project.exists(actor__uri=evil.uri))


async def test_of_several_types_the_one_counts_that_is_known(here: Instance, evil: Elsewhere) -> None:
    copy = await meet_project(here, evil.uri)
    await evil.peer.post(here, evil.says("Update", evil.step("Script", type=["Object", "Process"])))
    await evil.peer.post(here, evil.says("Update", evil.step("Odd", type=["Odd", "Odder"])))
    refused = await reasons(here)
    assert await titles(here, copy) == ["Script"]
    assert len(refused) == 1
    assert "nothing here reads the type" in refused[0]


async def test_a_project_elsewhere_does_not_get_into_our_lists_by_inviting_somebody(
    here: Instance, ana: Actor, evil: Elsewhere
) -> None:
    await evil.peer.post(here, evil.says("Invite", evil.uri, target=ana.uri))
    await settle(here)
    copy = await project_at(here, evil.uri)
    page = f"/projects/remote/{copy.id}"
    assert (await here.get(page)).status_code == 200  # whoever is invited reads what it is
    document = Doc(evil.peer.network.answers[evil.uri].json()).data
    for said in (document, evil.step()):
        await evil.peer.post(here, evil.says("Update", said))
    assert await reasons(here) == ["nobody here follows that project"] * 2
    assert page not in (await here.get("/slate")).text
    await here.run(lambda: elsewhere.answer_elsewhere(ana, copy, accepts=True))
    await settle(here)
    assert page in (await here.get("/slate")).text
