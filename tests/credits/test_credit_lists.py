"""The credit list of a production: who is in it, what they say themselves, and what others cannot say for them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fedirec.activitypub.models import Actor
from fedirec.credits.actions.crediting.answering import answer_credit, correct_credit, keep_credit
from fedirec.credits.actions.crediting.copying import production_credit_entries
from fedirec.credits.actions.crediting.drawing_up import draw_up, look_at_credits
from fedirec.credits.actions.crediting.leaving import forget_credits
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.drafting import add_new_credits, merge_lines
from fedirec.credits.actions.proposals.publishing import publish_revision
from fedirec.credits.decisions import Rule
from fedirec.credits.lines import CreditHappening
from fedirec.credits.models import DraftLine, TakenUp
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.contests import contests_of
from fedirec.credits.queries.credits import (
    credits_of,
    credits_to_list,
    held_lines,
    own_credits,
    parts_in_credit_lists,
    suggested_weights,
)
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.promises import promises_of
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import RoleLine
from fedirec.remix.actions.claims import ClaimDraft, agree, open_claim
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed
from fedirec.remix.claims import ClaimKind
from fedirec.remix.lineage import Relation
from fedirec.remix.models import LogEntry
from tests.credits.listing import frozen, lines_of, offered
from tests.network import Instance
from tests.projects.producing import production_with, project_at, record_by

pytestmark = pytest.mark.anyio


async def test_a_frozen_production_credits_roles_works_and_their_sources_over_every_generation(here: Instance) -> None:
    ada, bo, cy, dee, eve = [await here.join(name) for name in ("ada", "bo", "cy", "dee", "eve")]
    project = await project_at(here, ada)
    dirt = await record_by(here, eve, "Dirt", licence="CC0-1.0")
    seed = await record_by(here, dee, "Seed", licence="CC0-1.0", sources=[SourceDraft(record=dirt)])
    sketch = await record_by(
        here, cy, "Sketch", sources=[SourceDraft(record=seed)], parts=[PartDraft(actor=eve, role="clr")]
    )
    sky = await record_by(here, bo, "Sky", sources=[SourceDraft(record=sketch)])
    mood = await record_by(here, bo, "Mood", sources=[SourceDraft(record=seed, relation=Relation.INSPIRED_BY)])
    draft = await production_with(here, ada, project, [sky, mood])
    await here.run(lambda: add_role(ada, draft, role="fmd", person=bo))
    await here.run(lambda: add_role(ada, draft, role="pdr", person=ada))
    await here.run(lambda: add_role(ada, draft, role="flm", name="Dora, without an account"))
    production = await frozen(here, ada, draft)

    lines = await lines_of(here, production)
    assert {key: line.state for key, line in lines.items()} == {
        ("bo", "fmd", 0): "proposed",
        ("ada", "pdr", 0): "confirmed",
        ("Dora, without an account", "flm", 0): "proposed",
        ("bo", "aut", 0): "confirmed",
        ("cy", "aut", 1): "confirmed",
        ("eve", "clr", 1): "proposed",
        ("dee", "aut", 1): "confirmed",
        ("eve", "aut", 2): "confirmed",
    }
    everything = [line.key for line in await here.run(lambda: credits_of(production))]
    assert len(everything) == 9, "bo made two works"
    await here.run(lambda: draw_up(production))
    assert [line.key for line in await here.run(lambda: credits_of(production))] == everything, "nothing is doubled"

    weights = await here.run(lambda: suggested_weights(production, scope="scope"))
    by_line = {line.key: weights.get(line.id, 0) for line in await here.run(lambda: credits_of(production))}
    assert sum(by_line.values()) == 1_000_000
    assert by_line[lines["cy", "aut", 1].key] == by_line[lines["eve", "clr", 1].key] == 62_500
    assert by_line[lines["eve", "aut", 2].key] == 62_500
    assert by_line[lines["ada", "pdr", 0].key] == 0, "what a role is worth no trail knows"
    people = {line.person_id for line in await here.run(lambda: credits_to_list([production.id]))}
    assert people == {line.person_id for line in lines.values() if line.state == "confirmed"}

    # What bo gets for both works is one line of the proposal, which stands for either of them.
    home = await here.run(home_of, project.actor)
    pot = PoolDraft(kind=Kind.PROFIT_SPLIT, title="Sales", currency="EUR", rule=Rule.HOST)
    pool = await here.run(lambda: open_pool(ada, home, pot))
    proposal = await here.run(lambda: begin_proposal(ada, pool, [production], "Sales"))
    drafted = {line.label: line.key for line in await here.run(lambda: DraftLine.filter(proposal_id=proposal.id))}
    await here.run(lambda: merge_lines(ada, proposal, proposal.version, [drafted["Mood"], drafted["Sky"]]))
    assert not await here.run(lambda: add_new_credits(ada, proposal, proposal.version)), "and nothing is new by that"
    await here.run(lambda: DraftLine.filter(proposal_id=proposal.id).update(reason="As it is heard."))
    revision = await here.run(lambda: publish_revision(ada, proposal, version=proposal.version))

    # A pot that ada promised binds for a source, too, towards its author and whoever said that they had a part in it.
    for leader, work in ((ada, sketch), (dee, sky), (ada, mood)):
        at = production.created_at + timedelta(hours=work is mood)
        await here.run(offered, here.state["keyring"], leader, work, at)
    promised = {each.person for each in await here.run(promises_of, proposal)}
    assert promised == {lines["cy", "aut", 1].person_id}, "not by others, nor for what was offered afterwards"
    await here.run(lambda: answer_credit(eve, lines["eve", "clr", 1], CreditHappening.CONFIRM))
    promised = {each.person for each in await here.run(promises_of, proposal)}
    assert promised == {lines["cy", "aut", 1].person_id, lines["eve", "clr", 1].person_id}

    # A name that changes, and a source that is found later.
    await here.run(lambda: Actor.filter(id=cy.id).update(name="Cynthia"))
    await here.run(lambda: look_at_credits(production.id % 24))
    await here.work()
    assert ("Cynthia", "aut", 1) in await lines_of(here, production)
    found = await record_by(here, eve, "Noise")
    said = ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="It is there.", source=found.uri)
    claim = await here.run(lambda: open_claim(dee, sky, said))
    held = await here.run(lambda: held_lines(production))
    by_row = {line.id: line for line in await here.run(lambda: credits_of(production))}
    assert {by_row[row].record_id for row in held} == {sky.id}, "a claim holds the lines of that work alone"
    contests, _is_open = await here.run(contests_of, proposal, revision)
    assert [contest.line for contest in contests] == [drafted["Mood"]], "and of what that became part of"
    await here.run(lambda: agree(bo, claim.key, "Yes, it is."))
    await here.work()
    late = (await lines_of(here, production))["eve", "aut", 1]
    assert (late.record_id, late.came_later) == (found.id, True), "what is found later is credited"
    assert await here.run(lambda: held_lines(production)) == {}

    # A source that never was one is not credited any more; the copy for oneself says all of it.
    said = ClaimDraft(kind=ClaimKind.NOT_DERIVED, words="There is no dirt in it.", source=dirt.uri)
    claim = await here.run(lambda: open_claim(eve, seed, said))
    await here.run(lambda: agree(dee, claim.key, "I took it for mine."))
    await here.work()
    copied = [(str(each["work"]), each["state"], each["came_later"]) for each in await here.run(_copied, eve)]
    assert copied == [
        (sketch.uri, "confirmed", False),
        (dirt.uri, "declined", False),
        (found.uri, "confirmed", True),
    ]
    assert "Dirt" not in (await here.get(f"{production.uri.removeprefix(here.origin)}/credits")).text
    assert not await here.run(lambda: TakenUp.exists(uri=dirt.uri))

    # Who leaves, and does not leave their name, is credited without one for all that they did, and stays so.
    await here.run(forget_credits, bo, False)
    await here.run(lambda: draw_up(production))
    left = [line for line in await here.run(lambda: credits_of(production)) if line.actor_id == bo.id]
    assert [(line.name, line.state) for line in left] == [("", "pseudonymised")] * 3
    assert "/u/bo" not in (await here.get(f"{production.uri.removeprefix(here.origin)}/credits")).text
    role = await here.run(lambda: RoleLine.get(actor_id=bo.id))
    assert (role.name, role.state) == ("", "unnamed")


async def _copied(person: Actor) -> list[dict[str, object]]:
    return [entry async for entry in production_credit_entries(person)]


async def test_what_somebody_says_of_their_credit_stands_and_leaders_answer_it(here: Instance) -> None:
    ada, bo, cy = [await here.join(name) for name in ("ada", "bo", "cynthia")]
    project = await project_at(here, ada)
    sky = await record_by(here, cy, "Sky")
    draft = await production_with(here, ada, project, [sky])
    asked = await here.run(lambda: add_role(ada, draft, role="fmd", person=bo))
    production = await frozen(here, ada, draft)
    path = production.uri.removeprefix(here.origin)
    line = (await lines_of(here, production))["bo", "fmd", 0]

    async def role_line() -> str:
        return (await here.run(lambda: RoleLine.get(id=asked.id))).state

    with pytest.raises(Forbidden):
        await here.run(lambda: answer_credit(cy, line, CreditHappening.CONFIRM))
    with pytest.raises(Forbidden):
        await here.run(lambda: answer_credit(bo, line, CreditHappening.CORRECT, reason="I may not."))
    async with here.sign_in("bo") as browser:
        assert "waits for your word" in (await browser.get("/credits")).text
        refused = await browser.post(f"{path}/credits/{line.key}", data={"do": "contest", "reason": ""})
        assert refused.status_code == 422
        await browser.post(f"{path}/answers/{asked.id}", data={"do": "confirm"})
        assert (await lines_of(here, production))["bo", "fmd", 0].state == await role_line() == "confirmed"
        await here.run(lambda: Actor.filter(id=bo.id).update(moved_to="https://there.test/u/bo"))
        lost = await browser.post(f"{path}/answers/{asked.id}", data={"do": "decline"})
        assert lost.status_code == 403, "an account that they moved from, or lost, says nothing for them"
        assert (await lines_of(here, production))["bo", "fmd", 0].state == await role_line() == "confirmed"
        await here.run(lambda: Actor.filter(id=bo.id).update(moved_to=None))
        await browser.post(f"{path}/credits/{line.key}", data={"do": "contest", "reason": "I only edited it."})
    assert (await lines_of(here, production))["bo", "fmd", 0].state == "contested"
    assert await role_line() == "proposed", "the page of the production does not say that they confirmed it"
    assert await here.run(lambda: held_lines(production)) == {line.id: "contested"}

    # Leaders keep it as it is, for a reason in public, and then it is unconfirmed; bo can say it again.
    async with here.sign_in("ada") as browser:
        await browser.post(f"{path}/credits/{line.key}", data={"do": "keep", "reason": "Bo was there every day."})
    assert (await lines_of(here, production))["bo", "fmd", 0].state == "proposed"
    assert "Bo was there every day." in (await here.get("/p/dawn/log")).text
    assert await here.run(lambda: held_lines(production)) == {}
    await here.run(lambda: answer_credit(bo, line, CreditHappening.CONTEST, reason="To edit it."))

    for wrong in ({"role": "nonsense"}, {"role": "https://evil.example/role"}, {"role": ""}):
        with pytest.raises(Invalid):
            await here.run(lambda wrong=wrong: correct_credit(ada, line, reason="So it is.", **wrong))  # type: ignore[misc]
    async with here.sign_in("ada") as browser:
        said = {"do": "correct", "role": "", "label": "Cat wrangler", "reason": "Bo is right."}
        assert (await browser.post(f"{path}/credits/{line.key}", data=said)).status_code == 303
    assert "Cat wrangler" in (await here.get(f"{path}/credits")).text
    assert "Bo is right." in (await here.get("/p/dawn/log")).text
    assert await here.run(lambda: held_lines(production)) == {}
    record = await here.run(lambda: release_production(ada, production))
    named = {part.person: part.note for part in await here.run(parts_in_credit_lists, [record.id])}
    assert named == {bo.uri: "corrected, unconfirmed"}
    saved = (await here.get(f"{record.uri.removeprefix(here.origin)}/attribution")).text
    assert "Film director" not in saved, "what was corrected leaves with no file"
    assert "cynthia" in saved
    with pytest.raises(Conflict):
        await here.run(lambda: keep_credit(ada, line, reason="Too late."))
    logged = await here.run(lambda: LogEntry.filter(kind="credit_corrected").values_list("person_id", flat=True))
    assert list(logged) == [None], "who asks not to be named later is named in no log"

    await here.run(lambda: answer_credit(bo, line, CreditHappening.DECLINE))
    assert await role_line() == "declined"
    await here.run(lambda: leave_unnamed(cy, sky))
    await here.run(lambda: draw_up(production))
    found = {each.id: (each.name, each.state) for each in await here.run(lambda: credits_of(production))}
    assert found[line.id] == ("bo", "declined")
    assert [said for said in found.values() if said[1] == "pseudonymised"] == [("", "pseudonymised")]
    for shown in (
        await here.get(f"{path}/credits"),
        await here.get(f"{path}/credits?after=0", accept="application/activity+json"),
    ):
        assert "cynthia" not in shown.text
        assert ">bo<" not in shown.text
    own = (await here.run(lambda: own_credits(cy, limit=9)))[0]
    with pytest.raises(Conflict):
        await here.run(lambda: answer_credit(cy, own, CreditHappening.CONFIRM))
    listed = await here.run(lambda: credits_to_list([production.id]))
    assert own.person_id in {line.person_id for line in listed}, "who is not named is paid all the same"
