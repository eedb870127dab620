"""What was said to a proposal, as somebody may read it: what a moderator took down, or somebody said who is suspended,
is there without its words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.models import Identity
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.models import Objection, PayProposal, ProposalAppeal, ProposalComment
from fedirec.credits.objections import can_appeal, can_withdraw
from fedirec.db.rows import fetch_tuples
from fedirec.errors import NotFound
from fedirec.translatable import N_

PAGE: Final = 100
"""Objections or comments in one piece."""
MAX_OBJECTIONS: Final = 500
"""That are told to other servers."""
_IN_TURN: Final = """
    SELECT o.id FROM objection o JOIN actor a ON a.id = o.author_id WHERE o.proposal_id = ?
     ORDER BY CASE WHEN o.state = 'open' AND a.state <> 'suspended' THEN 0 ELSE 1 END, o.id LIMIT ? OFFSET ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An objection with what became of it."""

    objection: Objection
    """With its author, and with who answered; what is not shown has no words."""
    appeal: ProposalAppeal | None
    """With who decided it."""
    is_own: bool
    can_withdraw: bool
    can_appeal: bool
    is_self_interested: bool
    """Whether whoever answered is listed in the proposal themselves."""
    is_hidden: bool = False
    is_answer_hidden: bool = False
    is_appeal_hidden: bool = False


async def objections_to(
    proposal: PayProposal,
    own: Sequence[int] = (),
    listed: frozenset[int] = frozenset(),
    *,
    after: int = 0,
    limit: int = MAX_OBJECTIONS,
    shows_hidden: bool = False,
) -> list[Heard]:
    """The objections to `proposal` from the place `after` on: those that wait for an answer first, then the others, the
    oldest first, each with its answer and its appeal.

    Moderators see what is hidden, with `shows_hidden`.
    """
    order = [int(row[0]) for row in await fetch_tuples(_IN_TURN, proposal.id, limit, after)]
    rows = {row.id: row for row in await _with_people(order)} if order else {}
    return await _heard(proposal, [rows[each] for each in order], own, listed, shows_hidden=shows_hidden)


async def objection_as_heard(
    proposal: PayProposal,
    key: str,
    own: Sequence[int] = (),
    listed: frozenset[int] = frozenset(),
    *,
    shows_hidden: bool = False,
) -> Heard:
    """One of them, wherever it stands among the others. Raises NotFound."""
    row = await get_objection(proposal, key)
    (heard,) = await _heard(proposal, await _with_people([row.id]), own, listed, shows_hidden=shows_hidden)
    return heard


async def get_objection(proposal: PayProposal, key: str) -> Objection:
    """The objection to `proposal` with that key. Raises NotFound."""
    found = await Objection.filter(key=key, proposal_id=proposal.id).select_related("author").first()
    if found is None:
        raise NotFound(N_("There is no such objection."))
    found.proposal = proposal
    return found


async def comments_on(
    proposal: PayProposal, *, after: int = 0, limit: int = PAGE, shows_hidden: bool = False
) -> list[ProposalComment]:
    """What was said to `proposal` and is shown, the oldest first, from behind the row `after` on."""
    found = ProposalComment.filter(proposal_id=proposal.id, id__gt=after, deleted_at=None)
    if not shows_hidden:
        found = found.filter(is_hidden=False, author__state__not="suspended")
    return await found.order_by("id").limit(limit).select_related("author")


async def listed_among(actors: Sequence[int | None], listed: frozenset[int]) -> set[int]:
    """Those of `actors`, by row, whose persons are among `listed`."""
    found = Identity.filter(actor_id__in=[each for each in actors if each is not None], person_id__in=list(listed))
    return {row.actor_id for row in await found} if listed else set()


async def _with_people(ids: Sequence[int]) -> list[Objection]:
    return await Objection.filter(id__in=list(ids)).select_related("author", "answered_by")


async def _heard(
    proposal: PayProposal,
    rows: Sequence[Objection],
    own: Sequence[int],
    listed: frozenset[int],
    *,
    shows_hidden: bool,
) -> list[Heard]:
    appeals = {
        appeal.objection_id: appeal
        for appeal in await ProposalAppeal.filter(objection_id__in=[row.id for row in rows]).select_related(
            "decided_by"
        )
    }
    interested = await listed_among([row.answered_by_id for row in rows], listed)
    return [_seen(proposal, row, appeals.get(row.id), own, interested, shows_hidden=shows_hidden) for row in rows]


def _seen(
    proposal: PayProposal,
    row: Objection,
    appeal: ProposalAppeal | None,
    own: Sequence[int],
    interested: set[int],
    *,
    shows_hidden: bool,
) -> Heard:
    is_hidden = row.is_hidden or _is_silent(row.author)
    is_answer_hidden = row.is_answer_hidden or _is_silent(row.answered_by)
    is_appeal_hidden = appeal is not None and (appeal.is_hidden or _is_silent(row.author))
    if is_hidden and not shows_hidden:
        row.words = row.remedy = ""
    if is_answer_hidden and not shows_hidden:
        row.answer = ""
    if appeal is not None and is_appeal_hidden and not shows_hidden:
        appeal.words = ""
        appeal.reason = "" if appeal.is_hidden else appeal.reason
    speaks = (proposal.pool_id is not None or row.author.is_local) and row.person_id in own
    at = now()
    return Heard(
        objection=row,
        appeal=appeal,
        is_own=row.person_id in own,
        can_withdraw=speaks and can_withdraw(row.state, row.resolution, answered_at=row.answered_at, now=at),
        can_appeal=speaks and can_appeal(row.state, row.resolution, answered_at=row.answered_at, now=at),
        is_self_interested=row.answered_by_id in interested,
        is_hidden=is_hidden,
        is_answer_hidden=is_answer_hidden,
        is_appeal_hidden=is_appeal_hidden,
    )


def _is_silent(actor: Actor | None) -> bool:
    return actor is not None and actor.state == "suspended"
