"""All that the page of a proposal shows: some fifteen queries, whatever the number of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.decisions import VOTES, Tally
from fedirec.credits.models import (
    PayProposal,
    ProposalComment,
    ProposalDecision,
    ProposalRevision,
    Share,
    Stance,
)
from fedirec.credits.proposals import HEARING, State, is_open
from fedirec.credits.queries.contests import tally_of
from fedirec.credits.queries.hearing import PAGE, Heard, comments_on, listed_among, objections_to
from fedirec.credits.queries.proposals import decisions_on, productions_of, revisions_of, sees_amounts
from fedirec.credits.queries.standing import (
    known_person,
    listed_people,
    newest_revision,
    parts_to,
    proposers_of,
    same_people,
)
from fedirec.credits.revisions import Revision, read
from fedirec.credits.revisions.lines import Line
from fedirec.projects.models import Production
from fedirec.remix.powers import Part


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownLine:
    """One line of a revision as people see it."""

    share: Share
    amount: int | None
    """Minor units on the day of the revision; None in a copy that does not say it."""
    line: Line | None
    """Its words; None where they were taken out because somebody left for good."""
    before: int
    """ppm before anybody gave anything back; what stands struck through where it was given back."""
    is_own: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewing:
    """What the one who looks is to a proposal, and what they can do now."""

    parts: frozenset[Part]
    person: int | None
    is_listed: bool
    stance: Stance | None
    """The last time that they accepted or objected."""
    can_accept: bool
    can_object: bool
    can_give_back: bool
    sees_amounts: bool
    """Whether the amounts of everybody are for them to see; their own always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalPage:
    """All that the page of a proposal shows at first."""

    proposal: PayProposal
    """With its Group, pool, proposer and approver."""
    productions: Sequence[Production]
    row: ProposalRevision | None
    """What is in force; None for a draft."""
    revision: Revision | None
    """The same, read; None where its words were taken out."""
    lines: Sequence[ShownLine]
    """A piece of them, the greatest shares first."""
    after: int | None
    """Where the next piece begins; None at the end."""
    own: Sequence[ShownLine]
    objections: Sequence[Heard]
    """A piece of them, those that wait for an answer first."""
    more_objections: int | None
    """Where the next piece begins; None at the end."""
    comments: Sequence[ProposalComment]
    """A piece of them, the oldest first."""
    more_comments: int | None
    revisions: Sequence[ProposalRevision]
    """All of them, the newest first, each with who made it; their documents are left out."""
    decisions: Sequence[ProposalDecision]
    tally: Tally | None
    """How the vote stands; None for a draft."""
    viewing: Viewing
    is_open: bool
    """Whether people can object now."""
    proposer_is_listed: bool
    """Whether anybody is who had a hand in proposing it (`standing.proposers_of`)."""
    approver_is_listed: bool
    asked_at: datetime


async def proposal_page(
    proposal: PayProposal,
    viewer: Actor | None,
    *,
    after: int = 0,
    objections: int = 0,
    comments: int = 0,
    is_moderator: bool = False,
) -> ProposalPage:
    """What the page of `proposal` shows `viewer`, with the piece of its lines from the place `after` on, of its
    `objections` and, from behind that row, of its `comments`; moderators see what is hidden, too.

    `proposal` is as `get_proposal` gives it.
    """
    row = await newest_revision(proposal)
    revision = read(row.document) if row is not None and row.document else None
    person = await known_person(viewer) if viewer is not None else None
    own_rows = await same_people(person) if person is not None else []
    listed = await listed_people(row)
    lines = await lines_of(row, revision, own=own_rows, after=after) if row is not None else []
    own = await _own_lines(row, revision, own_rows) if row is not None else []
    heard = await objections_to(proposal, own_rows, listed, after=objections, limit=PAGE + 1, shows_hidden=is_moderator)
    said = await comments_on(proposal, after=comments, limit=PAGE + 1, shows_hidden=is_moderator)
    return ProposalPage(
        proposal=proposal,
        productions=await productions_of(proposal),
        row=row,
        revision=revision,
        lines=lines[:PAGE],
        after=after + PAGE if len(lines) > PAGE else None,
        own=own,
        objections=heard[:PAGE],
        more_objections=objections + PAGE if len(heard) > PAGE else None,
        comments=said[:PAGE],
        more_comments=said[PAGE - 1].id if len(said) > PAGE else None,
        revisions=await revisions_of(proposal),
        decisions=await decisions_on(proposal),
        tally=await tally_of(proposal, row) if row is not None and proposal.pool_id is not None else None,
        viewing=await _viewing(proposal, viewer, person, own, listed),
        is_open=is_open(proposal.state, now=now(), closes_at=proposal.closes_at),
        proposer_is_listed=not listed.isdisjoint(await proposers_of(proposal)),
        approver_is_listed=bool(await listed_among([proposal.approver_id], listed)),
        asked_at=now(),
    )


async def lines_of(
    row: ProposalRevision, revision: Revision | None, *, own: Sequence[int] = (), after: int = 0, limit: int = PAGE
) -> list[ShownLine]:
    """Lines of a revision, the greatest shares first, from the place `after` on, and one more than `limit`."""
    found = Share.filter(revision_id=row.id).order_by("-ppm", "id").offset(after).limit(limit + 1)
    return _shown(row, await found.select_related("person", "actor"), revision, own)


def _shown(
    row: ProposalRevision, shares: Sequence[Share], revision: Revision | None, own: Sequence[int]
) -> list[ShownLine]:
    is_untold = revision is not None and revision.amount is None and not row.amount
    words = {line.key: line for line in revision.lines} if revision else {}
    before = revision.redistribution.before if revision else {}
    return [
        ShownLine(
            share=share,
            amount=None if is_untold else share.amount,
            line=words.get(share.line_key),
            before=before.get(share.line_key, share.ppm),
            is_own=share.person_id in own,
        )
        for share in shares
    ]


async def _own_lines(row: ProposalRevision, revision: Revision | None, own: Sequence[int]) -> list[ShownLine]:
    if not own:
        return []
    found = Share.filter(revision_id=row.id, person_id__in=list(own)).order_by("-ppm", "id")
    return _shown(row, await found.select_related("person", "actor"), revision, own)


async def _viewing(
    proposal: PayProposal,
    viewer: Actor | None,
    person: int | None,
    own: Sequence[ShownLine],
    listed: frozenset[int],
) -> Viewing:
    parts = await parts_to(proposal.group, viewer) if viewer is not None else frozenset()
    is_listed = person is not None and person in listed
    is_ours = proposal.pool_id is not None
    answers = is_ours or (viewer is not None and viewer.is_local)  # of a copy, members answer from here
    hears = answers and State(proposal.state) in HEARING
    return Viewing(
        parts=parts,
        person=person,
        is_listed=is_listed,
        stance=await _stance_of(proposal, person) if person is not None else None,
        can_accept=hears and is_listed,
        can_object=answers and viewer is not None and is_open(proposal.state, now=now(), closes_at=proposal.closes_at),
        can_give_back=hears and any(not line.share.is_given_back and line.share.ppm for line in own),
        sees_amounts=await sees_amounts(proposal, viewer),
    )


async def _stance_of(proposal: PayProposal, person: int) -> Stance | None:
    said = Stance.filter(proposal_id=proposal.id, person_id__in=await same_people(person), says__in=VOTES)
    return await said.order_by("-id").first()
