"""Proposals of ours as other instances see them."""

from __future__ import annotations

from collections.abc import Mapping

from fedirec.credits.decisions import Outcome, Rule
from fedirec.credits.models import PayProposal, ProposalAppeal, ProposalComment, ProposalDecision, ProposalRevision
from fedirec.credits.objections import AppealState, ObjectionKind, ObjectionState, Resolution
from fedirec.credits.queries.drafts import read_revision
from fedirec.credits.queries.hearing import Heard
from fedirec.credits.vocab import ObjectionObject, ProposalObject
from fedirec.credits.vocab.hearing import AppealSaid, CommentSaid, DecisionObject, Saying


def lines_uri(proposal: PayProposal, number: int) -> str:
    """Where the lines of a revision stand that has many of them."""
    return f"{proposal.uri}/revisions/{number}/splits"


def replies_uri(proposal: PayProposal) -> str:
    """Where all that is said to it stands."""
    return f"{proposal.uri}/replies"


def describe_proposal(proposal: PayProposal, row: ProposalRevision) -> ProposalObject:
    """What revision `row` of `proposal`, which comes with its Group, says, and where the proposal stands.

    Raises Invalid where the words of the revision were taken out.
    """
    return ProposalObject.make(
        read_revision(row),
        group=proposal.group.uri,
        lines_at=lines_uri(proposal, row.number),
        state=proposal.state,
        note=row.note,
        published=proposal.published_at,
        updated=row.published_at if row.number > 1 else None,
        closes=proposal.closes_at,
        replies=replies_uri(proposal),
    )


def describe_objection(proposal: PayProposal, heard: Heard, digests: Mapping[int, str]) -> ObjectionObject:
    """An objection to `proposal`, one of ours, with its answer and its appeal; `digests` are those of its revisions."""
    row = heard.objection
    answer = None
    if row.answered_at is not None:
        by = row.answered_by.uri if row.answered_by is not None else None
        answer = Saying(author=by, words=row.answer, published=row.answered_at)
    return ObjectionObject(
        id=f"{proposal.uri}#objection-{row.key}",
        about=proposal.uri,
        revision=row.number,
        digest=digests[row.number],
        author=row.author.uri,
        kind=ObjectionKind(row.kind),
        line=row.line_key,
        words=row.words,
        remedy=row.remedy,
        wanted=row.wanted_ppm,
        state=ObjectionState(row.state),
        resolution=Resolution(row.resolution) if row.resolution else None,
        answer=answer,
        appeal=_describe_appeal(heard.appeal) if heard.appeal is not None else None,
        published=row.created_at,
        evidence=row.activity_uri,
    )


def describe_decision(proposal: PayProposal, row: ProposalDecision) -> DecisionObject:
    """How `proposal` was decided; `row` comes with its revision, and with who decided."""
    return DecisionObject(
        id=f"{proposal.uri}#decision-{row.id}",
        about=proposal.uri,
        revision=row.revision.number,
        digest=row.revision.digest,
        rule=Rule(row.rule),
        outcome=Outcome(row.outcome),
        reason=row.reason,
        author=row.decided_by.uri if row.decided_by is not None else None,
        published=row.created_at,
    )


def describe_comment(proposal: PayProposal, row: ProposalComment) -> CommentSaid:
    """A comment on `proposal`, which comes with its author."""
    return CommentSaid(
        id=f"{proposal.uri}#comment-{row.id}",
        about=proposal.uri,
        author=row.author.uri,
        content=row.content,
        published=row.created_at,
    )


def _describe_appeal(row: ProposalAppeal) -> AppealSaid:
    answer = None
    if row.decided_at is not None:
        by = row.decided_by.uri if row.decided_by is not None else None
        answer = Saying(author=by, words=row.reason, published=row.decided_at)
    return AppealSaid(words=row.words, state=AppealState(row.state), published=row.created_at, answer=answer)
