"""Proposals of ours as other instances see them."""

from __future__ import annotations

from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.queries.drafts import read_revision
from fedirec.credits.vocab import ProposalObject


def lines_uri(proposal: PayProposal, number: int) -> str:
    """Where the lines of a revision stand that has many of them."""
    return f"{proposal.uri}/revisions/{number}/splits"


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
    )
