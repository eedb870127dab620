"""From rows of pay proposals to what is answered."""

from __future__ import annotations

from typing import Any

from fedirec.api.endpoint import Call
from fedirec.api.shapes.people import show_person
from fedirec.api.shapes.proposals.answers import (
    DepartureShown,
    Objection,
    Proposal,
    ProposalAppealCard,
    ProposalAppealShape,
    ProposalCard,
    ProposalCommentShown,
    ProposalDecisionShape,
    ProposalDraftLine,
    ProposalLine,
    ProposalMissing,
    ProposalRevisionShape,
    ProposalVotes,
    StanceTaken,
)
from fedirec.credits.departures import SENTENCES, Departure
from fedirec.credits.models import (
    DraftLine,
    PayProposal,
    ProposalAppeal,
    ProposalComment,
    ProposalDecision,
    ProposalRevision,
    Stance,
)
from fedirec.credits.queries.drafts import Obstacles
from fedirec.credits.queries.hearing import Heard
from fedirec.credits.queries.proposal_pages import ProposalPage, ShownLine


def show_proposal_card(call: Call, proposal: PayProposal) -> ProposalCard:
    return ProposalCard(**_card(call, proposal))


def show_proposal(call: Call, page: ProposalPage, lines: int) -> Proposal:
    proposal, row, tally = page.proposal, page.row, page.tally
    sees = page.viewing.sees_amounts
    return Proposal(
        **_card(call, proposal),
        productions=[production.uri for production in page.productions],
        adjusts=proposal.adjusts.uri if proposal.adjusts else None,
        digest=row.digest if row else None,
        amount=row.amount if row and sees else None,
        locked_amount=proposal.locked_amount if sees else None,
        held_amount=proposal.held_amount if sees else 0,
        host_share=page.revision.host_share if page.revision else 0,
        proposer=show_person(call, proposal.proposer) if proposal.proposer else None,
        approver=show_person(call, proposal.approver) if proposal.approver else None,
        proposer_is_listed=page.proposer_is_listed,
        approver_is_listed=page.approver_is_listed,
        lines=lines,
        your_lines=[show_line(call, line, sees_amounts=True) for line in page.own],
        objections=[show_objection(call, heard) for heard in page.objections],
        decisions=[_show_decision(call, decision) for decision in page.decisions],
        votes=ProposalVotes(
            outcome=tally.outcome,
            people=tally.people,
            accepted=len(tally.accepted),
            against=len(tally.against),
            silent=len(tally.silent),
            missing=tally.missing,
        )
        if tally
        else None,
        your_stance=show_stance(page.viewing.stance) if page.viewing.stance else None,
        is_open=page.is_open,
        can_accept=page.viewing.can_accept,
        can_give_back=page.viewing.can_give_back,
    )


def show_line(call: Call, shown: ShownLine, *, sees_amounts: bool) -> ProposalLine:
    share, line = shown.share, shown.line
    is_named = share.actor is not None and (line is None or bool(line.person))
    return ProposalLine(
        key=share.line_key,
        person=show_person(call, share.actor) if is_named and share.actor else None,
        name=line.name if line else "",
        label=line.label if line else "",
        role=line.role if line else "",
        record=line.record if line else None,
        weight=share.weight,
        parts_per_million=share.ppm,
        amount=shown.amount if sees_amounts or shown.is_own else None,
        reason=line.reason if line else "",
        income_kind=share.income_kind,
        is_given_back=share.is_given_back,
        parts_before=shown.before,
        is_yours=shown.is_own,
    )


def show_objection(call: Call, heard: Heard) -> Objection:
    row = heard.objection
    return Objection(
        key=row.key,
        author=show_person(call, row.author),
        revision=row.number,
        kind=row.kind,
        line=row.line_key,
        words=row.words,
        remedy=row.remedy,
        wanted_parts=row.wanted_ppm,
        state=row.state,
        resolution=row.resolution,
        answer=row.answer,
        answered_by=show_person(call, row.answered_by) if row.answered_by else None,
        answered_at=row.answered_at,
        answered_by_somebody_listed=heard.is_self_interested,
        appeal=_show_appeal(call, heard.appeal) if heard.appeal else None,
        is_hidden=heard.is_hidden,
        has_part=row.has_part,
        can_withdraw=heard.can_withdraw,
        can_appeal=heard.can_appeal,
    )


def show_comment(call: Call, row: ProposalComment) -> ProposalCommentShown:
    return ProposalCommentShown(
        id=row.id,
        author=show_person(call, row.author),
        content_html=row.content,
        is_hidden=row.is_hidden,
        at=row.created_at,
    )


def show_revision(call: Call, row: ProposalRevision, *, sees_amounts: bool) -> ProposalRevisionShape:
    return ProposalRevisionShape(
        number=row.number,
        digest=row.digest,
        amount=row.amount if sees_amounts else None,
        note=row.note,
        made_by=show_person(call, row.made_by) if row.made_by else None,
        at=row.published_at,
    )


def show_stance(row: Stance) -> StanceTaken:
    return StanceTaken(says=row.says, digest=row.digest, counts=row.counts, reason=row.reason, at=row.created_at)


def show_draft_line(call: Call, line: DraftLine) -> ProposalDraftLine:
    return ProposalDraftLine(
        key=line.key,
        person=show_person(call, line.actor) if line.actor else None,
        name=line.name,
        label=line.label,
        role=line.role,
        weight=line.weight,
        suggested=line.suggested,
        is_locked=line.is_locked,
        reason=line.reason,
        income_kind=line.income_kind,
        position=line.position,
    )


def show_missing(found: Obstacles) -> ProposalMissing:
    return ProposalMissing(
        unreasoned=list(found.unreasoned),
        unlisted=list(found.unlisted),
        blocked=[block.source.record for block in found.blocked],
        departures=len(found.departures),
    )


def show_departure(departure: Departure) -> DepartureShown:
    return DepartureShown(
        kind=departure.kind,
        words=SENTENCES[departure.kind],
        promised=departure.promised,
        offered=departure.offered,
        digest=departure.digest,
    )


def show_appeal_card(call: Call, row: ProposalAppeal) -> ProposalAppealCard:
    return ProposalAppealCard(
        proposal=row.proposal.key,
        objection=row.objection.key,
        author=show_person(call, row.objection.author),
        words=row.words,
        at=row.created_at,
    )


def _card(call: Call, proposal: PayProposal) -> dict[str, Any]:
    return {
        "key": proposal.key,
        "uri": proposal.uri,
        "title": proposal.title,
        "group": show_person(call, proposal.group),
        "pool": proposal.pool.key if proposal.pool else None,
        "state": proposal.state,
        "rule": proposal.rule,
        "currency": proposal.currency,
        "revision": proposal.number,
        "version": proposal.version,
        "published_at": proposal.published_at,
        "closes_at": proposal.closes_at,
        "decided_at": proposal.decided_at,
        "locked_at": proposal.locked_at,
    }


def _show_appeal(call: Call, row: ProposalAppeal) -> ProposalAppealShape:
    return ProposalAppealShape(
        words=row.words,
        state=row.state,
        reason=row.reason,
        decided_by=show_person(call, row.decided_by) if row.decided_by else None,
        decided_at=row.decided_at,
    )


def _show_decision(call: Call, row: ProposalDecision) -> ProposalDecisionShape:
    return ProposalDecisionShape(
        revision=row.revision.number,
        rule=row.rule,
        outcome=row.outcome,
        reason=row.reason,
        decided_by=show_person(call, row.decided_by) if row.decided_by else None,
        at=row.created_at,
    )
