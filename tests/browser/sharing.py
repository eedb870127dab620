"""The money in the world of the browser: a pool, a proposal with objections and a revision, and a draft.

`python -m tests.browser.sharing FOLDER` makes them for a project of their own, beside the process that serves FOLDER.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from fedirec.activitypub.models import Actor
from fedirec.app import running
from fedirec.clock import now
from fedirec.credits.actions.pools import confirm_entry, open_pool, state_entry
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.commenting import write_comment
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to
from fedirec.credits.actions.proposals.publishing import publish_revision
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryDraft, EntryKind
from fedirec.credits.models import DraftLine, PayProposal, Pool, Share
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.pools import Home, home_of
from fedirec.credits.queries.proposals import get_proposal
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import get_production_row
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Record
from fedirec.settings import Settings
from tests.browser.producing import finish_work
from tests.credits.proposing import keeps


async def share_money(origin: str, finished: str, leader: Actor, helper: Actor, treasurer: Actor) -> dict[str, str]:
    """What the production at `finished` earned is proposed to be shared; where the pages about it are."""
    production = await get_production_row((await Production.get(uri=f"{origin}{finished}")).id)
    home = await home_of(production.project.actor)
    draft = PoolDraft(
        kind=Kind.PROFIT_SPLIT, title="Sales of the rain", currency="EUR", rule=Rule.CONSENT, host_share_ppm=200_000
    )
    await keeps(200_000)
    pool = await open_pool(leader, home, draft)
    pool = await Pool.filter(id=pool.id).select_related("group").get()
    await earn(leader, treasurer, pool, home, 125_017)
    proposal = await begin_proposal(leader, pool, [production], "How the rain is shared")
    await weigh(leader, proposal, {"bo": 30, "Dora, who has no account": 20}, others=25)
    proposal = await get_proposal(proposal.key, leader)
    first = await publish_revision(leader, proposal, version=proposal.version)
    line = await Share.filter(revision_id=first.id, actor_id=helper.id).first()
    assert line is not None
    wish = ObjectionDraft(
        kind="too_little",
        words="I stood on that roof for nine nights.",
        remedy="A third of it.",
        line=line.line_key,
        wanted=333_333,
    )
    objection = await object_to(helper, proposal, wish, digest=first.digest)
    await answer_objection(leader, objection, resolution="partly", words="We counted again: it was seven nights.")
    await write_comment(helper, proposal, "It *did* rain a lot.")
    await weigh(leader, proposal, {"bo": 33, "Dora, who has no account": 17}, others=25)
    proposal = await get_proposal(proposal.key, leader)
    second = await publish_revision(leader, proposal, version=proposal.version, note="Bo was right in part.")
    open_ = ObjectionDraft(kind="other", words="My role has another name.", remedy="Call it recording.")
    await object_to(helper, proposal, open_, digest=second.digest)
    other = await begin_proposal(leader, pool, [production], "What came in later")
    return {"proposal": f"/pay/{proposal.key}", "proposal_draft": f"/pay/{other.key}", "pool": f"/pools/{pool.key}"}


async def earn(leader: Actor, treasurer: Actor, pool: Pool, home: Home, amount: int) -> None:
    draft = EntryDraft(
        kind=EntryKind.INCOME,
        amount=amount,
        currency="EUR",
        words="Sales",
        happened_on=now().date(),
        evidence="statement 1",
    )
    entry = await state_entry(leader, pool, home, draft)
    await confirm_entry(treasurer, entry, pool, home)


async def weigh(leader: Actor, proposal: PayProposal, weights: dict[str, int], *, others: int) -> None:
    """The draft gives these weights by name, and every line the same reason."""
    rows = await DraftLine.filter(proposal_id=proposal.id).order_by("id").select_related("actor")
    fresh = await get_proposal(proposal.key, leader)
    await save_lines(
        leader,
        fresh,
        fresh.version,
        [
            LineDraft(
                key=row.key,
                label=row.label,
                role=row.role,
                weight=weights.get(row.actor.handle if row.actor else row.name, others),
                reason="As long as it is heard, and as loud.",
            )
            for row in rows
        ],
    )


async def fill(folder: str) -> dict[str, str]:
    settings = Settings.load({"data_dir": Path(folder), "development": True, "log_level": "error"})
    async with running(settings, everywhere=False) as state:
        ana, bo, olga = [await Actor.get(local_handle=name) for name in ("ana", "bo", "olga")]
        made = await publish_record(ana, RecordDraft(title="Rain, in words", text="Tap.", licence="CC-BY-SA-4.0"))
        records = [await Record.get(id=made.id).select_related("author")]
        work = await finish_work(state, ana, bo, records, slug="choir")
        return await share_money(state["site"].origin, work["finished"], ana, bo, olga)


if __name__ == "__main__":
    print(json.dumps(asyncio.run(fill(sys.argv[1]))))
