"""Whom challenges look for, who answers, and how that reaches other instances."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.errors import Conflict, Forbidden, Invalid, TooMany
from fedirec.html import plain
from fedirec.projects.models import ProjectMember
from fedirec.remix.actions import needs
from fedirec.remix.actions.challenges import open_draft
from fedirec.remix.actions.needs import answer_need, fill_need, name_need, withdraw_need
from fedirec.remix.models import Challenge, LogEntry, Need
from fedirec.remix.queries.needs import MAX_OF_ONE, open_needs
from fedirec.remix.skills import CODES
from tests.admin.test_instance_actor import open_one
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.projects.stage import launch, meet_project


async def need_of(instance: Instance, group: Actor, by: Actor, skill: str = "anm", words: str = "Drops.") -> Need:
    return await instance.run(name_need, by, group, skill, words)


async def found(instance: Instance, *skills: str, viewer: Actor | None = None) -> list[str]:
    return [need.words for need in await instance.run(lambda: open_needs(skills, viewer=viewer, limit=10))]


async def told(instance: Instance) -> list[str]:
    rows = await instance.run(lambda: Notification.all().order_by("id").values("kind", "details"))
    return [str((row["details"] or {}).get("reason")) for row in rows if row["kind"] == "need_answered"]


async def test_a_need_is_named_answered_and_filled_where_everybody_can_read_it(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana)
    need = await need_of(here, rain.actor, ana)
    need.group = rain.actor
    assert await found(here, "anm", viewer=bo) == ["Drops."]
    assert await found(here, "anm", viewer=ana) == []
    assert await found(here, "sng", viewer=bo) == []
    async with here.sign_in("bo") as browser:
        assert "Animator" in (await browser.get("/c/rain")).text
        page = await browser.get(f"/needs/{need.id}")
        assert "I could do that" in page.text
        await browser.post(f"/needs/{need.id}", data={"words": "Only for the two of you"})
        await browser.post(f"/needs/{need.id}", data={"words": "again"})
        page = await browser.get(f"/needs/{need.id}")
        assert "You said that you could do that." in page.text
        for path in ("/c/rain/needs", f"/needs/{need.id}"):
            assert "Only for" not in (await here.get(path)).text + (await browser.get(path)).text
    assert await told(here) == ["Only for the two of you"]
    async with here.sign_in("ana") as browser:
        for path in ("/c/rain/needs", f"/needs/{need.id}"):
            asked = (await browser.get(path)).text
            assert "bo" in asked
            assert "Only for the two of you" in asked, "leaders read it where they look for somebody"
        await browser.post("/c/rain/needs", data={"do": "fill", "need": str(need.id), "person": str(bo.id)})
    kinds = await here.run(lambda: LogEntry.filter(group_id=rain.actor_id).order_by("id").values("kind", "details"))
    assert [row["kind"] for row in kinds][-3:] == ["need_named", "need_answered", "need_filled"]
    assert "Only for" not in str(kinds)
    told_to_all = plain((await here.get("/c/rain/log")).text)
    for sentence in ("Wanted: Animator.", "bo answered: Animator.", "for it was found: Animator."):
        assert sentence in told_to_all
    assert await found(here, "anm", viewer=bo) == []
    assert (await here.run(lambda: Need.get(id=need.id))).filled_by_id == bo.id


async def test_followers_on_another_instance_see_it_answer_it_and_see_it_end(here: Instance, there: Instance) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    rain = await open_one(there, ana)
    need = await need_of(there, rain.actor, ana)
    known = await here.find_challenge(rain.actor.uri)
    assert await found(here, "anm", viewer=bo) == ["Drops."]
    await here.run(follow, bo, known.actor)
    await settle(here, there)
    later = await need_of(there, rain.actor, ana, "sng", "A voice.")
    await settle(here, there)
    assert await found(here, "sng", viewer=bo) == ["A voice."]
    row = await here.run(lambda: Need.get(uri=need.uri).select_related("group"))
    async with here.sign_in("bo") as browser:
        await browser.post(f"/needs/{row.id}", data={"words": "With ink"})
    await settle(here, there)
    assert await told(there) == ["With ink"]
    for each in (need, later):
        each.group = rain.actor
    await there.run(fill_need, ana, need)
    await there.run(withdraw_need, ana, later)
    await settle(here, there)
    assert await found(here, "anm", "sng", viewer=bo) == []
    gone = await there.get(need.uri.removeprefix(there.origin), accept="application/activity+json")
    assert gone.status_code == 410


async def test_whoever_answers_a_project_elsewhere_asks_to_join_it(here: Instance, there: Instance) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    project = await launch(there, ana)
    need = await need_of(there, project.actor, ana)
    known = await meet_project(here, project.actor.uri)
    row = await here.run(lambda: Need.get(uri=need.uri))
    async with here.sign_in("bo") as browser:
        answer = await browser.post(f"/needs/{row.id}", data={"words": "With ink"})
        assert answer.status_code == 303, answer.text
        assert "asked to join" in (await browser.get(f"/projects/remote/{known.id}")).text
    await settle(here, there)
    asked = await there.run(lambda: ProjectMember.get(actor__uri=bo.uri))
    assert (asked.state, asked.words, asked.skill) == ("asked", "With ink", "anm")
    assert "With ink" in await told(there)
    kinds = await there.run(lambda: Notification.filter(kind__in=["need_answered", "wants_to_join"]).values("kind"))
    assert [row["kind"] for row in kinds] == ["need_answered"], "they are told once"


@pytest.mark.one_database
async def test_only_leaders_name_fill_and_withdraw(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana)
    with pytest.raises(Forbidden):
        await need_of(here, rain.actor, bo)
    need = await need_of(here, rain.actor, ana)
    need.group = rain.actor
    for deed in (fill_need, withdraw_need):
        with pytest.raises(Forbidden):
            await here.run(deed, bo, need)
    with pytest.raises(Conflict):
        await here.run(answer_need, ana, need)
    async with here.sign_in("bo") as browser:
        answer = await browser.post("/c/rain/needs", data={"do": "name", "skill": "sng", "words": ""})
        assert answer.status_code == 403
    async with here.client() as stranger:
        answer = await stranger.post(f"/needs/{need.id}", data={"words": ""})
        assert answer.headers["location"].startswith("/sign-in")
    assert not await here.run(lambda: LogEntry.filter(kind="need_answered").exists())


@pytest.mark.one_database
async def test_bad_input_and_too_much_are_refused(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana)
    for skill, words in (("king", ""), ("anm", "x" * 501)):
        with pytest.raises(Invalid):
            await need_of(here, rain.actor, ana, skill, words)
    async with here.sign_in("ana") as browser:
        answer = await browser.post("/c/rain/needs", data={"do": "name", "skill": "anm", "words": "y" * 501})
        assert answer.status_code == 422
        assert "y" * 501 in answer.text
    first = await need_of(here, rain.actor, ana)
    first.group = rain.actor
    with pytest.raises(Conflict):
        await need_of(here, rain.actor, ana)
    for skill in sorted(CODES - {"anm"})[: MAX_OF_ONE - 1]:
        await need_of(here, rain.actor, ana, skill)
    with pytest.raises(Conflict):
        await need_of(here, rain.actor, ana, sorted(CODES - {"anm"})[MAX_OF_ONE - 1])
    monkeypatch.setattr(needs, "MAX_ANSWERS_A_DAY", 1)
    await here.run(answer_need, bo, first)
    other = await here.run(lambda: Need.filter(group_id=rain.actor_id).exclude(id=first.id).first())
    assert other is not None
    other.group = rain.actor
    with pytest.raises(TooMany):
        await here.run(answer_need, bo, other)


@pytest.mark.parametrize(
    "changes",
    [{"attributedTo": "https://victim.test/c/x"}, {"id": "https://victim.test/needs/1"}, {"roleName": "king"}],
    ids=lambda changes: next(iter(changes)),
)
@pytest.mark.one_database
async def test_a_group_elsewhere_speaks_of_its_own_needs_alone(
    here: Instance, network: Network, changes: dict[str, Any]
) -> None:
    peer = Peer(network, "loud.test")
    group = peer.actor("group", type="Group", kind="challenge", state="open")
    bo = await here.join("bo")
    known = await here.find_challenge(group)
    await here.run(follow, bo, known.actor)
    note = peer.note(group, kind="need", roleName="http://id.loc.gov/vocabulary/relators/anm")
    await peer.post(here, peer.activity("Create", group, {**note, **changes}))
    await here.work()
    assert not await here.run(lambda: Need.all().exists())
    await peer.post(here, peer.activity("Create", group, note))
    await here.work()
    assert await here.run(lambda: Need.all().count()) == 1


@pytest.mark.one_database
async def test_what_is_over_or_hidden_is_looked_for_nowhere(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await open_one(here, ana)
    await need_of(here, rain.actor, ana)
    assert await found(here, "anm", viewer=bo) == ["Drops."]
    await here.run(lambda: Challenge.filter(id=rain.id).update(state="closed"))
    assert await found(here, "anm", viewer=bo) == []
    await here.run(lambda: Challenge.filter(id=rain.id).update(state="open"))
    await here.run(lambda: Actor.filter(id=ana.id).update(state="suspended"))
    assert await found(here, "anm", viewer=bo) == []


@pytest.mark.one_database
async def test_whom_a_prepared_challenge_looks_for_is_said_when_it_opens(here: Instance) -> None:
    ana = await here.join("ana")
    rain = await open_one(here, ana, is_draft=True)
    need = await need_of(here, rain.actor, ana)

    async def times_said() -> int:
        return await Outgoing.filter(object_uri=need.uri, type="Create").count()

    assert await here.run(times_said) == 0
    await here.run(open_draft, ana, here.state["keyring"], rain)
    assert await here.run(times_said) == 1
