"""The credit list of a production: who is in it, what they say themselves, and what others cannot say for them."""

from __future__ import annotations

import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Evidence, Outgoing
from fedirec.credits.actions.crediting.answering import answer_credit, correct_credit, keep_credit
from fedirec.credits.actions.crediting.drawing_up import draw_up, look_at_credits
from fedirec.credits.lines import CreditHappening
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import (
    credited_people,
    credits_of,
    held_lines,
    own_credits,
    suggested_weights,
)
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.releasing import release_production
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import Production, RoleLine
from fedirec.projects.queries.productions import get_production_row
from fedirec.remix.actions.claims import ClaimDraft, agree, open_claim
from fedirec.remix.actions.drafts import PartDraft, SourceDraft
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed
from fedirec.remix.claims import ClaimKind
from fedirec.remix.lineage import Relation
from fedirec.remix.models import LogEntry
from tests.network import Instance, settle
from tests.projects.producing import production_with, project_at, record_by

pytestmark = pytest.mark.anyio


async def frozen(at: Instance, leader: Actor, production: Production) -> Production:
    await at.run(lambda: freeze_production(leader, production))
    await at.work()
    return await at.run(lambda: get_production_row(production.id))


async def lines_of(at: Instance, production: Production) -> dict[tuple[str, str, int], ProductionCredit]:
    found = await at.run(lambda: credits_of(production))
    return {(line.name, line.role.rpartition("/")[2], line.generation): line for line in found}


async def test_a_frozen_production_credits_roles_works_and_their_sources_over_every_generation(here: Instance) -> None:
    ada, bo, cy, dee, eve = [await here.join(name) for name in ("ada", "bo", "cy", "dee", "eve")]
    project = await project_at(here, ada)
    seed = await record_by(here, dee, "Seed", licence="CC0-1.0")
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
    }
    everything = [line.key for line in await here.run(lambda: credits_of(production))]
    assert len(everything) == 8, "bo made two works"
    await here.run(lambda: draw_up(production))
    assert [line.key for line in await here.run(lambda: credits_of(production))] == everything, "nothing is doubled"

    weights = await here.run(lambda: suggested_weights(production, scope="scope"))
    by_line = {line.key: weights.get(line.id, 0) for line in await here.run(lambda: credits_of(production))}
    assert sum(by_line.values()) == 1_000_000
    assert by_line[lines["cy", "aut", 1].key] == by_line[lines["eve", "clr", 1].key] == 62_500
    assert by_line[lines["ada", "pdr", 0].key] == 0, "what a role is worth no trail knows"
    people = await here.run(lambda: credited_people(production))
    assert people == {line.person_id for line in lines.values() if line.state == "confirmed"}

    # A name that changes, and a source that is found later.
    await here.run(lambda: Actor.filter(id=cy.id).update(name="Cynthia"))
    await here.run(lambda: look_at_credits(production.id % 24))
    await here.work()
    assert ("Cynthia", "aut", 1) in await lines_of(here, production)
    found = await record_by(here, eve, "Noise")
    claim = await here.run(
        lambda: open_claim(dee, sky, ClaimDraft(kind=ClaimKind.MISSING_SOURCE, words="It is there.", source=found.uri))
    )
    held = await here.run(lambda: held_lines(production))
    by_row = {line.id: line for line in await here.run(lambda: credits_of(production))}
    assert {by_row[row].record_id for row in held} == {sky.id}, "a claim holds the lines of that work alone"
