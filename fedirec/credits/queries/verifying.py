"""Whether what people said and stated still stands as the audit chain tells: whoever writes into the database changes
no acceptance, no objection, no answer, no decision and no word of any of them unseen.

Only rows of ours have links: copies of what lives elsewhere are compared with what their home says instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from tortoise.exceptions import OperationalError

from fedirec.activitypub.digests import digest_json
from fedirec.credits import chain_documents
from fedirec.credits.entries import BOOKED, EntryState
from fedirec.credits.models import (
    MoneySettings,
    Objection,
    PayProposal,
    Pool,
    PoolEntry,
    ProposalAppeal,
    ProposalDecision,
    ProposalRevision,
    Stance,
)
from fedirec.credits.objections import AppealState, ObjectionState
from fedirec.credits.proposals import BINDING, State
from fedirec.db.rows import fetch_tuples
from fedirec.ledger.chain import digest_of
from fedirec.ledger.models import ChainLink
from fedirec.ledger.verifying import Report

_PROPOSALS: Final = 50
"""Proposals that are in memory at once, with all that was said to them."""
_ENTRIES: Final = 500
_SAID: Final[Mapping[str, str]] = {
    "stance": "stance",
    "proposal_objection": "objection",
    "objection_answered": "objection",
    "objection_withdrawn": "objection",
    "objection_appealed": "objection",
    "appeal_decided": "objection",
    "proposal_decision": "decision",
}
"""The kinds of links about what was said to a proposal, and what in their documents names the row."""
_STATED: Final = ("entry_stated", "entry_refused")
_STEPS: Final = ("proposal_revision", "proposal_locked", "proposal_cancelled")
_POOLS: Final = ("pool_opened", "pool_changed", "pool_closed")
_DECIDED: Final = BINDING | {State.DECIDED}
_LOCKED: Final = {
    "digest": "locked_digest",
    "unclaimed_policy": "unclaimed_policy",
    "unclaimed_months": "unclaimed_months",
    "unclaimed_charity": "unclaimed_charity",
}
"""What the link of a lock tells, and the column of the proposal."""
_PROMISED: Final = {
    "kind": "kind",
    "client": "client",
    "currency": "currency",
    "stated": "stated",
    "hostSharePartsPerMillion": "host_share_ppm",
    "rule": "rule",
}
"""What the links of a pool tell, and its column."""


class _Row(NamedTuple):
    """The kind of a link, and the row that it is about."""

    kind: str
    row: str


async def compare_with_links(report: Report) -> None:
    """What rows say otherwise than the links that tell of them is added to `report`; what was erased is counted."""
    try:
        await _compare_pools(report)
        seen = await _compare_proposals(report) + await _compare_entries(report)
        kinds = (*_SAID, *_STATED)
        marks = ", ".join("?" * len(kinds))
        found = await fetch_tuples(f"SELECT count(*) FROM chain_link WHERE kind IN ({marks})", *kinds)  # noqa: S608
        if gone := int(found[0][0]) - seen:
            report.add("audit log", [f"{gone} links tell of proposals or entries that are not there any more"])
    except OperationalError as error:  # bytes that are no text
        report.add("proposals", [f"the database cannot read what was said: {error}"])


async def _compare_proposals(report: Report) -> int:
    after = seen = 0
    while page := await PayProposal.filter(id__gt=after, pool_id__not_isnull=True).order_by("id").limit(_PROPOSALS):
        after = page[-1].id
        ids = [proposal.id for proposal in page]
        objections = {row.id: row for row in await Objection.filter(proposal_id__in=ids)}
        appeals = {row.objection_id: row for row in await ProposalAppeal.filter(proposal_id__in=ids)}
        told: dict[_Row, chain_documents.Told] = {}
        for stance in await Stance.filter(proposal_id__in=ids):
            told[_Row("stance", str(stance.id))] = chain_documents.of_stance(stance)
        for decision in await ProposalDecision.filter(proposal_id__in=ids):
            told[_Row("proposal_decision", str(decision.id))] = chain_documents.of_decision(decision)
        for row in objections.values():
            appeal = appeals.get(row.id)
            told |= {_Row(kind, row.key): each for kind, each in _told_of(row, appeal)}
            if row.state not in (_state_of(row, appeal), ObjectionState.WITHDRAWN):
                report.add(f"objection {row.key}", ["it does not stand as what was said to it"])
        links = await ChainLink.filter(subject__in=[each.key for each in page], kind__in=list(_SAID)).order_by("number")
        seen += len(links)
        _compare(report, told, links)
        await _compare_steps(report, page)
    return seen


async def _compare_steps(report: Report, proposals: Sequence[PayProposal]) -> None:
    """Each revision is what was published, and each proposal was decided, locked or called off as the chain tells."""
    told: dict[tuple[str, str, int], dict[str, Any]] = {}
    steps = ChainLink.filter(subject__in=[each.key for each in proposals], kind__in=list(_STEPS)).order_by("number")
    for link in await steps:
        if (said := _read(link)) is None:
            report.add(f"link {link.number}", ["what it told is gone or was changed, so nothing proves its row"])
            continue
        step = (link.kind, link.subject, _number_in(link, said))
        if step in told:
            report.add(f"link {link.number}", ["it tells again what happens once: the first counts"])
        told.setdefault(step, said)
    for proposal in proposals:
        if proposal.number:
            for sentence in await _wrong_steps(proposal, told):
                report.add(f"proposal {proposal.key}", [sentence])


def _number_in(link: ChainLink, said: Mapping[str, Any]) -> int:
    """Of the revision that `link` tells of; 0 for what happens once."""
    return int(said["revision"]) if link.kind == "proposal_revision" else 0


async def _wrong_steps(proposal: PayProposal, told: Mapping[tuple[str, str, int], Mapping[str, Any]]) -> list[str]:
    """What `proposal` and its revisions say otherwise than the links."""
    found, key = [], proposal.key
    rows = await ProposalRevision.filter(proposal_id=proposal.id).order_by("number")
    for row in rows:
        said = told.get(("proposal_revision", key, row.number), {})
        amount = str(row.amount)
        if (said.get("digest"), said.get("currency"), said.get("amount", amount)) != (
            row.digest,
            proposal.currency,
            amount,
        ):
            found.append(f"revision {row.number} is not the one that was published")
        if row.document and digest_json(row.document) != row.digest:
            found.append(f"revision {row.number} is not what its digest says")
    published = {number for kind, subject, number in told if (kind, subject) == ("proposal_revision", key)}
    if published != {row.number for row in rows} or proposal.number != max(published, default=0):
        found.append("other revisions of it were published than stand there")
    if rows and rows[-1].document and rows[-1].document.get("rule") != proposal.rule:
        found.append("it is decided by another rule than was published")
    locked = told.get(("proposal_locked", key, 0))
    if (locked is None) != (proposal.locked_at is None):
        found.append("that it was locked is not in the audit log, or the other way round")
    elif locked is not None and any(locked[name] != getattr(proposal, column) for name, column in _LOCKED.items()):
        found.append("it was locked otherwise than stands there")
    if (("proposal_cancelled", key, 0) in told) != (proposal.state == State.CANCELLED):
        found.append("that it was called off is not in the audit log, or the other way round")
    accepted = ProposalDecision.filter(revision_id=rows[-1].id, outcome="accepted") if rows else None
    if proposal.state in _DECIDED and (accepted is None or not await accepted.exists()):
        found.append("it stands as decided, and nobody decided it")
    return found


async def _compare_pools(report: Report) -> None:
    """Each pool promises what the chain tells that it does."""
    after = 0
    while page := await Pool.filter(id__gt=after).order_by("id").limit(_ENTRIES):
        after = page[-1].id
        links = ChainLink.filter(subject__in=[pool.key for pool in page], kind__in=list(_POOLS)).order_by("number")
        last = {link.subject: link for link in await links}
        for pool in page:
            if (link := last.get(pool.key)) is None:
                continue
            if (said := _read(link)) is None:
                report.add(f"link {link.number}", ["what it told is gone or was changed, so nothing proves its row"])
            elif (pool.state == "closed") != (link.kind == "pool_closed") or any(
                said[name] != getattr(pool, column) for name, column in _PROMISED.items()
            ):
                report.add(f"pool {pool.key}", ["it is not what the audit log tells that it promises"])


async def compare_settings(report: Report) -> None:
    """What was decided about money, as far as links tell of it, is so; what differs is added to `report`."""
    decided: dict[str, Any] = {}
    for link in await ChainLink.filter(kind="change_money").order_by("number"):
        decided |= (_read(link) or {}).get("after", {})
    settings = await MoneySettings.all().order_by("id").first() or MoneySettings()
    changed = [name for name, value in decided.items() if (getattr(settings, name, value) or type(value)()) != value]
    if changed:
        report.add("settings of money", [f"the audit log knows them otherwise: {', '.join(sorted(changed))}"])


async def _compare_entries(report: Report) -> int:
    after = seen = 0
    while page := await PoolEntry.filter(id__gt=after).order_by("id").limit(_ENTRIES):
        after = page[-1].id
        told = {_Row("entry_stated", row.key): chain_documents.of_statement(row) for row in page}
        told |= {
            _Row("entry_refused", row.key): chain_documents.of_refusal(row)
            for row in page
            if row.state == EntryState.REFUSED
        }
        for row in page:
            if (row.state in BOOKED) != (row.journal_entry_id is not None):
                report.add(f"entry_stated {row.key}", ["it does not stand as it was booked"])
        links = await ChainLink.filter(subject__in=[row.key for row in page], kind__in=list(_STATED)).order_by("number")
        seen += len(links)
        _compare(report, told, links, keeps=("words", "evidence"))
    return seen


def _told_of(row: Objection, appeal: ProposalAppeal | None) -> Iterator[tuple[str, chain_documents.Told]]:
    """What the chain has to tell of an objection as it stands, by kind."""
    yield "proposal_objection", chain_documents.of_objection(row)
    if row.resolution or row.answered_by_id is not None or row.answer:
        yield "objection_answered", chain_documents.of_answer(row)
    if row.state == ObjectionState.WITHDRAWN:
        yield "objection_withdrawn", chain_documents.of_withdrawal(row)
    if appeal is not None:
        yield "objection_appealed", chain_documents.of_appeal(appeal, row)
        if appeal.state != AppealState.OPEN or appeal.reason:
            yield "appeal_decided", chain_documents.of_appeal_decision(appeal, row)


def _state_of(row: Objection, appeal: ProposalAppeal | None) -> ObjectionState:
    """How an objection stands that was not taken back."""
    if appeal is not None:
        return ObjectionState.APPEALED
    return ObjectionState.ANSWERED if row.resolution else ObjectionState.OPEN


def _compare(
    report: Report,
    told: Mapping[_Row, chain_documents.Told],
    links: Iterable[ChainLink],
    *,
    keeps: Collection[str] = (),
) -> None:
    """What rows say is what links tell, each of one row; words in columns that it `keeps` are never erased."""
    left = dict(told)
    for link in links:
        said = _read(link)
        if said is None:
            report.add(f"link {link.number}", ["what it told is gone or was changed, so nothing proves its row"])
            said = {}
        row = _Row(link.kind, str(said.get(_SAID[link.kind])) if link.kind in _SAID else link.subject)
        wanted = left.pop(row, None)
        if wanted is None:
            report.add(f"{row.kind} {row.row}", ["the audit log tells of it, and it is not there"])
            continue
        words, before = wanted.get(chain_documents.WORDS, {}), said.get(chain_documents.WORDS, {})
        changed = [name for name in wanted if name != chain_documents.WORDS and wanted[name] != said.get(name, said)]
        changed += [name for name in words if words[name] != before.get(name) and (words[name] or name in keeps)]
        if changed:
            report.add(f"{row.kind} {row.row}", [f"the audit log knows it otherwise: {', '.join(sorted(changed))}"])
        report.erased += any(before.get(name) and not words[name] and name not in keeps for name in words)
    for row in left:
        report.add(f"{row.kind} {row.row}", ["no link of the audit log tells of it"])


def _read(link: ChainLink) -> dict[str, Any] | None:
    """What `link` tells, as far as its digest says so."""
    if not link.document or digest_of(link.document) != link.document_digest:
        return None
    said: dict[str, Any] = json.loads(link.document)
    return said
