"""What tests of pay proposals begin with: a production that earned money, and a proposal how it is shared."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Identity
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.pools import confirm_entry, open_pool, state_entry
from fedirec.credits.actions.proposals.beginning import begin_proposal
from fedirec.credits.actions.proposals.deciding import close_windows, decide_proposal
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.publishing import publish_revision
from fedirec.credits.decisions import Rule
from fedirec.credits.entries import EntryDraft, EntryKind
from fedirec.credits.models import DraftLine, MoneySettings, PayProposal, Pool, ProposalRevision, Share
from fedirec.credits.pools import Kind, PoolDraft
from fedirec.credits.queries.persons import strangers_in
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.proposal_pages import ProposalPage, proposal_page
from fedirec.credits.queries.proposals import get_proposal, locked_shares
from fedirec.credits.queries.verifying import compare_with_links
from fedirec.credits.revisions import Revision, read
from fedirec.db import execute, transaction
from fedirec.errors import FedirecError
from fedirec.ledger.verifying import Report
from fedirec.projects.actions.productions.roles import add_role
from fedirec.projects.models import Production
from tests.conftest import Pass
from tests.credits.listing import frozen
from tests.ledger.books import unprotect
from tests.network import Instance
from tests.projects.producing import production_with, project_at, record_by

WINDOW = timedelta(days=14, minutes=1)
_FACTS = [each.name for each in fields(Revision) if each.name != "lines"]


@dataclass
class Earning:
    """A film of ana's project in which works of bo and cy are used; tom confirms money. Nothing is proposed yet."""

    at: Instance
    ana: Actor
    bo: Actor
    cy: Actor
    tom: Actor
    production: Production
    pool: Pool

    async def earn(self, amount: int, *, kind: EntryKind = EntryKind.INCOME, evidence: str = "statement") -> None:
        """That much came in, or was spent, as ana says and tom confirms."""
        draft = EntryDraft(
            kind=kind,
            amount=amount,
            currency="EUR",
            words="Sales",
            happened_on=now().date(),
            evidence=f"{evidence} {amount}",
        )
        home = await self.at.run(home_of, self.pool.group)
        entry = await self.at.run(lambda: state_entry(self.ana, self.pool, home, draft))
        await self.at.run(lambda: confirm_entry(self.tom, entry, self.pool, home))

    async def propose(self, weights: dict[str, int] | None = None, **wanted: Any) -> PayProposal:
        """A draft in which everybody has a reason, and the weights that are given by handle."""
        proposal = await self.at.run(
            lambda: begin_proposal(self.ana, self.pool, [self.production], "Sales of the film", **wanted)
        )
        await self.weigh(proposal, weights or {"bo": 60, "cy": 40})
        return await self.look(proposal)

    async def weigh(self, proposal: PayProposal, weights: dict[str, int], *, reason: str = "As it is heard.") -> None:
        """The draft gives these weights, by handle, and names the same reason everywhere."""
        lines = await self.at.run(lambda: DraftLine.filter(proposal_id=proposal.id).select_related("actor"))
        written = [
            LineDraft(
                key=line.key,
                label=line.label,
                role=line.role,
                weight=weights.get(line.actor.handle if line.actor else line.name, 0),
                reason=reason,
            )
            for line in lines
        ]
        fresh = await self.look(proposal)
        await self.at.run(lambda: save_lines(self.ana, fresh, fresh.version, written))

    async def publish(self, proposal: PayProposal, note: str = "") -> ProposalRevision:
        """The draft as it is now is published by ana."""
        fresh = await self.look(proposal)
        return await self.at.run(lambda: publish_revision(self.ana, fresh, version=fresh.version, note=note))

    async def published(self, weights: dict[str, int] | None = None) -> tuple[PayProposal, ProposalRevision]:
        """A proposal with its first revision."""
        proposal = await self.propose(weights)
        revision = await self.publish(proposal)
        return await self.look(proposal), revision

    async def look(self, proposal: PayProposal) -> PayProposal:
        """The proposal as it is now."""
        return await self.at.run(lambda: get_proposal(proposal.key, self.ana))

    async def decided(self, proposal: PayProposal, revision: ProposalRevision, time_passes: Pass) -> None:
        """The time for objections is over, and tom decided that it is shared as that revision says."""
        time_passes(WINDOW)
        await self.at.run(close_windows)
        said: dict[str, Any] = {"digest": revision.digest, "accepts": True, "reason": "It is fair."}
        await self.at.run(lambda: decide_proposal(self.tom, proposal, **said))

    async def newest(self, proposal: PayProposal) -> ProposalRevision:
        """What is in force."""
        fresh = await self.look(proposal)
        return await self.at.run(lambda: ProposalRevision.get(proposal_id=fresh.id, number=fresh.number))

    async def owed(self, proposal: PayProposal) -> dict[str, int]:
        """What people are owed from it, by handle; the books say the same."""
        people: dict[int, int] = {}
        for share in await self.at.run(lambda: locked_shares(proposal)):
            people[share.person_id] = people.get(share.person_id, 0) + share.amount
        found = await self.at.run(lambda: Identity.filter(person_id__in=list(people)).select_related("actor"))
        return {identity.actor.handle: people[identity.person_id] for identity in found}

    async def page(self, proposal: PayProposal, viewer: Actor | None = None) -> ProposalPage:
        """What its page shows `viewer`, or ana."""
        return await self.at.run(lambda: _page(proposal, viewer or self.ana))

    async def shares(self, revision: ProposalRevision) -> dict[str, tuple[int, int]]:
        """ppm and minor units by handle."""
        rows = await self.at.run(lambda: Share.filter(revision_id=revision.id).select_related("actor", "person"))
        return {(row.actor.handle if row.actor else row.person.name): (row.ppm, row.amount) for row in rows}


async def _page(proposal: PayProposal, viewer: Actor) -> ProposalPage:
    return await proposal_page(await get_proposal(proposal.key, viewer), viewer)


async def keeps(host_share_ppm: int) -> None:
    """The instance keeps that much of profits, unless a treasurer says otherwise."""
    if not await MoneySettings.all().update(host_share_ppm=host_share_ppm):
        await MoneySettings.create(host_share_ppm=host_share_ppm)


async def earning(
    at: Instance,
    *,
    kind: Kind = Kind.PROFIT_SPLIT,
    rule: Rule = Rule.HOST,
    host_share_ppm: int = 500_000,
    amount: int = 807_364,
    elsewhere: Sequence[str] = (),
    licence: str = "CC-BY-4.0",
) -> Earning:
    """A production with a pool into which `amount` minor units came; the host keeps its share of it.

    Those at the addresses `elsewhere` edited it. Cy's work is under `licence`.
    """
    ana, bo, cy = await at.join("ana"), await at.join("bo"), await at.join("cy")
    tom = await at.join("tom", role=Role.TREASURER)
    project = await project_at(at, ana)
    records = [await record_by(at, bo, "Drops"), await record_by(at, cy, "Sky", licence=licence)]
    prepared = await production_with(at, ana, project, records, licence=licence)
    for address in elsewhere:
        editor = await at.meet(address)
        await at.run(lambda editor=editor: add_role(ana, prepared, role="edt", person=editor))  # type: ignore[misc]
    production = await frozen(at, ana, prepared)
    home = await at.run(home_of, project.actor)
    await at.run(keeps, host_share_ppm)
    draft = PoolDraft(kind=kind, title="Sales", currency="EUR", rule=rule, host_share_ppm=host_share_ppm)
    pool = await at.run(lambda: open_pool(ana, home, draft))
    pool = await at.run(lambda: Pool.filter(id=pool.id).select_related("group").get())
    made = Earning(at=at, ana=ana, bo=bo, cy=cy, tom=tom, production=production, pool=pool)
    if amount:
        await made.earn(amount)
    return made


async def unseen(*changes: str) -> list[str]:
    """Those of `changes`, by whoever has the database in their hands, that verifying does not find; all are undone."""
    await unprotect("stance", "proposal_decision", "proposal_revision", "share")
    left = []
    for change in changes:
        with suppress(ZeroDivisionError):
            async with transaction():
                assert await execute(change) or change.startswith("INSERT"), change
                await compare_with_links(report := Report())
                if report.is_sound:
                    left.append(change)
                raise ZeroDivisionError
    return left


async def written_anew(revision: ProposalRevision) -> tuple[list[str], list[str]]:
    """Whoever has the database in their hands turns the weights of `revision` round, and all in it fits together again:
    the lines that the lock refuses, and what verifying finds. It is undone.
    """
    said = read(revision.document)
    weights = [line.weight for line in said.lines]
    lines = [replace(line, weight=weight) for line, weight in zip(said.lines, reversed(weights), strict=True)]
    after = Revision.make(lines=lines, **{name: getattr(said, name) for name in _FACTS})
    report, strangers = Report(), list[str]()
    with suppress(ZeroDivisionError):
        async with transaction():
            await ProposalRevision.filter(id=revision.id).update(document=after.write(), digest=after.digest)
            for line in after.lines:
                share = Share.filter(revision_id=revision.id, line_key=line.key)
                await share.update(weight=line.weight, ppm=line.ppm, amount=after.amounts[line.key])
            strangers = await strangers_in(await ProposalRevision.get(id=revision.id))
            await compare_with_links(report)
            raise ZeroDivisionError
    return strangers, [finding.sentence for finding in report.findings]


async def erased() -> int:
    """Links that tell of words which were erased since; nothing else differs."""
    await compare_with_links(report := Report())
    assert report.is_sound, report.findings
    return report.erased


async def refused(at: Instance, kind: type[FedirecError], do: Any) -> str:
    """`do` raises `kind`; what it says."""
    with pytest.raises(kind) as caught:
        await at.run(do)
    return caught.value.detail
