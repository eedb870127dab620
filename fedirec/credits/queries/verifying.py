"""Whether what people said and stated still stands as the audit chain tells: whoever writes into the database changes
no acceptance, no objection, no answer, no decision and no word of any of them unseen.

Only rows of ours have links: copies of what lives elsewhere are compared with what their home says instead.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from tortoise.exceptions import OperationalError

from fedirec.credits import telling
from fedirec.credits.models import Objection, PayProposal, PoolEntry, ProposalAppeal, ProposalDecision, Stance
from fedirec.credits.objecting import AppealState, ObjectionState
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


class _Row(NamedTuple):
    """The kind of a link, and the row that it is about."""

    kind: str
    row: str


async def compare_with_links(report: Report) -> None:
    """What rows say otherwise than the links that tell of them is added to `report`; what was erased is counted."""
    try:
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
        told: dict[_Row, telling.Told] = {}
        for stance in await Stance.filter(proposal_id__in=ids):
            told[_Row("stance", str(stance.id))] = telling.of_stance(stance)
        for decision in await ProposalDecision.filter(proposal_id__in=ids):
            told[_Row("proposal_decision", str(decision.id))] = telling.of_decision(decision)
        for row in objections.values():
            appeal = appeals.get(row.id)
            told |= {_Row(kind, row.key): each for kind, each in _told_of(row, appeal)}
            if row.state not in (_state_of(row, appeal), ObjectionState.WITHDRAWN):
                report.add(f"objection {row.key}", ["it does not stand as what was said to it"])
        links = await ChainLink.filter(subject__in=[each.key for each in page], kind__in=list(_SAID)).order_by("number")
        seen += len(links)
        _compare(report, told, links)
    return seen


async def _compare_entries(report: Report) -> int:
    after = seen = 0
    while page := await PoolEntry.filter(id__gt=after).order_by("id").limit(_ENTRIES):
        after = page[-1].id
        told = {_Row("entry_stated", row.key): telling.of_statement(row) for row in page}
        told |= {_Row("entry_refused", row.key): telling.of_refusal(row) for row in page if row.state == "refused"}
        for row in page:
            if (row.state in ("confirmed", "undone")) != (row.journal_entry_id is not None):
                report.add(f"entry_stated {row.key}", ["it does not stand as it was booked"])
        links = await ChainLink.filter(subject__in=[row.key for row in page], kind__in=list(_STATED)).order_by("number")
        seen += len(links)
        _compare(report, told, links, keeps=("words", "evidence"))
    return seen


def _told_of(row: Objection, appeal: ProposalAppeal | None) -> Iterator[tuple[str, telling.Told]]:
    """What the chain has to tell of an objection as it stands, by kind."""
    yield "proposal_objection", telling.of_objection(row)
    if row.resolution or row.answered_by_id is not None or row.answer:
        yield "objection_answered", telling.of_answer(row)
    if row.state == ObjectionState.WITHDRAWN:
        yield "objection_withdrawn", telling.of_withdrawal(row)
    if appeal is not None:
        yield "objection_appealed", telling.of_appeal(appeal, row)
        if appeal.state != AppealState.OPEN or appeal.reason:
            yield "appeal_decided", telling.of_appeal_decision(appeal, row)


def _state_of(row: Objection, appeal: ProposalAppeal | None) -> ObjectionState:
    """How an objection stands that was not taken back."""
    if appeal is not None:
        return ObjectionState.APPEALED
    return ObjectionState.ANSWERED if row.resolution else ObjectionState.OPEN


def _compare(
    report: Report, told: Mapping[_Row, telling.Told], links: Iterable[ChainLink], *, keeps: Collection[str] = ()
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
        words, before = wanted.get(telling.WORDS, {}), said.get(telling.WORDS, {})
        changed = [name for name in wanted if name != telling.WORDS and wanted[name] != said.get(name, said)]
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
