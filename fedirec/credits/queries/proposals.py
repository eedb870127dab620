"""What pages and the API ask about proposals: a bounded number of queries each, whatever the number of lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tortoise.queryset import QuerySet

from fedirec.accounts.actions.persons import person_of
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.decisions import Tally
from fedirec.credits.models import (
    LockedShare,
    PayProposal,
    Pool,
    ProposalAppeal,
    ProposalComment,
    ProposalDecision,
    ProposalProduction,
    ProposalRevision,
    Share,
    Stance,
)
from fedirec.credits.proposals import HEARING, State, is_open
from fedirec.credits.queries.contests import tally_of
from fedirec.credits.queries.hearing import PAGE, Heard, comments_on, listed_among, objections_to
from fedirec.credits.queries.pools import home_of, may_see_home, sees_sums
from fedirec.credits.queries.standing import listed_people, newest_revision, parts_to, proposers_of, same_people
from fedirec.credits.revisions import Line, Revision, read
from fedirec.db.rows import fetch_tuples
from fedirec.errors import NotFound
from fedirec.projects.models import Production
from fedirec.remix.powers import Part
from fedirec.translatable import N_

MAX_REVISIONS: Final = 200
_NONE: Final = N_("There is no such proposal here.")
_OWN: Final = """
    SELECT DISTINCT p.id FROM share s
      JOIN proposal_revision r ON r.id = s.revision_id
      JOIN pay_proposal p ON p.id = r.proposal_id AND p.number = r.number
      JOIN person w ON w.id = s.person_id
     WHERE (w.id = ? OR w.joined_id = ?) AND p.id < ? ORDER BY p.id DESC LIMIT ?
"""


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


async def get_proposal(key: str, viewer: Actor | None, *, is_moderator: bool = False) -> PayProposal:
    """The proposal with that key, ours or a copy, with its Group, pool, proposer and approver. Raises NotFound.

    A draft is for those who lead, and for treasurers; everything else for whoever sees the project or the challenge.
    """
    found = await _with_home(PayProposal.filter(key=key)).first()
    if found is None or not await _may_see(found, viewer, is_moderator=is_moderator):
        raise NotFound(_NONE)
    return found


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

    Some fifteen queries, whatever the number of lines. `proposal` is as `get_proposal` gives it.
    """
    row = await newest_revision(proposal)
    revision = read(row.document) if row is not None and row.document else None
    person = await person_of(viewer) if viewer is not None else None
    own_rows = await same_people(person.id) if person is not None else []
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
        viewing=await _viewing(proposal, viewer, person.id if person else None, own, listed),
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


async def revisions_of(proposal: PayProposal) -> list[ProposalRevision]:
    """The revisions of `proposal`, the newest first, each with who made it, and without their documents."""
    found = ProposalRevision.filter(proposal_id=proposal.id).order_by("-number").limit(MAX_REVISIONS)
    columns = ("id", "proposal_id", "number", "digest", "amount", "note", "is_recusal", "made_by_id", "published_at")
    rows = await found.only(*columns)
    makers = {actor.id: actor for actor in await Actor.filter(id__in=list({row.made_by_id for row in rows} - {None}))}
    for row in rows:
        row.made_by = makers.get(row.made_by_id or 0)
    return rows


async def digests_of(proposal: PayProposal) -> dict[int, str]:
    """The digest of each revision of `proposal`, by its number."""
    rows = await fetch_tuples("SELECT number, digest FROM proposal_revision WHERE proposal_id = ?", proposal.id)
    return {int(number): str(digest) for number, digest in rows}


async def get_revision(proposal: PayProposal, number: int) -> ProposalRevision:
    """A revision of `proposal` by its number. Raises NotFound."""
    found = await ProposalRevision.filter(proposal_id=proposal.id, number=number).select_related("made_by").first()
    if found is None:
        raise NotFound(N_("There is no such revision."))
    return found


async def decisions_on(proposal: PayProposal) -> list[ProposalDecision]:
    """How `proposal` was decided, each time, the newest first, with who decided."""
    found = ProposalDecision.filter(proposal_id=proposal.id).order_by("-id").limit(MAX_REVISIONS)
    return await found.select_related("decided_by", "revision")


async def productions_of(proposal: PayProposal) -> list[Production]:
    """The productions whose people share in it, each with its project and the Group of that."""
    found = ProposalProduction.filter(proposal_id=proposal.id).order_by("id")
    return [row.production for row in await found.select_related("production__project__actor")]


async def proposals_of(
    group: Actor, viewer: Actor | None, *, before: int | None = None, limit: int = PAGE
) -> list[PayProposal]:
    """The proposals of `group`, the newest first, from before the row `before` on; drafts for those who lead it."""
    found = PayProposal.filter(group_id=group.id)
    if viewer is None or not _sees_drafts(await parts_to(group, viewer)):
        found = found.exclude(state=State.DRAFT.value).exclude(state=State.CANCELLED.value, number=0)
    if before is not None:
        found = found.filter(id__lt=before)
    return list(await _with_home(found.order_by("-id").limit(limit)))


async def proposals_from(pool: Pool, parts: frozenset[Part], *, limit: int = PAGE) -> list[PayProposal]:
    """How `pool` is shared by each, the newest first, for somebody who plays `parts`; drafts for those who lead."""
    found = PayProposal.filter(pool_id=pool.id)
    if not _sees_drafts(parts):
        found = found.filter(number__gt=0)
    return list(await _with_home(found.order_by("-id").limit(limit)))


async def own_proposals(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[PayProposal]:
    """The proposals in whose newest revision `actor` is listed, the newest first."""
    person = await person_of(actor)
    rows = await fetch_tuples(_OWN, person.id, person.id, before or 2**62, limit)
    found = {row.id: row for row in await _with_home(PayProposal.filter(id__in=[int(row[0]) for row in rows]))}
    return [found[int(row[0])] for row in rows]


async def waiting_proposals(*, after: int = 0, limit: int = PAGE) -> list[PayProposal]:
    """Ours that wait for a treasurer, to be decided or to be locked, the oldest first."""
    found = PayProposal.filter(
        pool_id__not_isnull=True, id__gt=after, state__in=[State.CLOSING.value, State.DECIDED.value]
    )
    return list(await _with_home(found.order_by("id").limit(limit)))


async def open_appeals(*, after: int = 0, limit: int = PAGE) -> list[ProposalAppeal]:
    """Appeals that wait for somebody who is not listed, the oldest first, each with its objection and proposal."""
    found = ProposalAppeal.filter(state="open", id__gt=after, proposal__pool_id__not_isnull=True)
    return await found.order_by("id").limit(limit).select_related("objection__author", "proposal__group")


async def get_appeal(proposal: PayProposal, key: str) -> ProposalAppeal:
    """The appeal against the answer to the objection with that key. Raises NotFound."""
    found = await ProposalAppeal.filter(proposal_id=proposal.id, objection__key=key).first()
    if found is None:
        raise NotFound(N_("There is no such appeal."))
    return found


async def sees_amounts(proposal: PayProposal, viewer: Actor | None) -> bool:
    """Whether `viewer` reads the amounts of everybody, and not only their own; of a copy, whether it says them."""
    if proposal.pool_id is not None:
        return await sees_sums(proposal.group, viewer)
    row = await newest_revision(proposal)
    return row is not None and "minorUnits" in (row.document or {})


async def locked_shares(proposal: PayProposal, *, part: str | None = None) -> list[LockedShare]:
    """What each line of a locked `proposal` is owed, all parts of it or one, in the order in which it was locked."""
    found = LockedShare.filter(proposal_id=proposal.id)
    return await (found if part is None else found.filter(part=part)).order_by("id")


def _with_home(proposals: QuerySet[PayProposal]) -> QuerySet[PayProposal]:
    return proposals.select_related("group", "pool__group", "pool__production", "proposer", "approver", "adjusts")


async def _may_see(proposal: PayProposal, viewer: Actor | None, *, is_moderator: bool) -> bool:
    if proposal.pool_id is not None and not proposal.number:
        return viewer is not None and _sees_drafts(await parts_to(proposal.group, viewer))
    return await may_see_home(await home_of(proposal.group), viewer, is_moderator=is_moderator)


def _sees_drafts(parts: frozenset[Part]) -> bool:
    return not parts.isdisjoint({Part.LEADER, Part.TREASURER})


def _shown(
    row: ProposalRevision, shares: Sequence[Share], revision: Revision | None, own: Sequence[int]
) -> list[ShownLine]:
    is_untold = revision is not None and revision.amount is None and not row.amount
    words = {line.key: line for line in revision.lines} if revision else {}
    before = revision.recusal.before if revision else {}
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
    said = Stance.filter(
        proposal_id=proposal.id, person_id__in=await same_people(person), says__in=["accept", "object"]
    )
    return await said.order_by("-id").first()
