"""What changed between two revisions: who gained, who lost, who is new or gone, whose reason changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.differences import Change, Difference, Fate, difference
from fedirec.credits.pages.proposals.finding import looker, proposal_in
from fedirec.credits.pages.proposals.views import proposal_view
from fedirec.credits.queries.drafts import counted_revision, read_revision
from fedirec.credits.queries.proposals import get_revision, revisions_of, sees_amounts
from fedirec.errors import NotFound
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.render import render

PIECE: Final = 100
_FATES: Final[Mapping[Fate, tuple[str, str, str]]] = {
    Fate.GAINED: (N_("more"), "good", "up"),
    Fate.LOST: (N_("less"), "bad", "down"),
    Fate.NEW: (N_("new"), "accent", "plus"),
    Fate.GONE: (N_("gone"), "bad", "close"),
    Fate.GIVEN_BACK: (N_("given back"), "plain", "turn"),
    Fate.SAME: (N_("the same share"), "plain", "check"),
}
_ORDER: Final = list(_FATES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """What became of one line."""

    name: str
    label: str
    word: str
    tone: str
    sign: str
    old: int | None
    """ppm; None where the line was not there."""
    new: int | None
    moved: int
    amount: int | None
    """By how much, in minor units."""
    by_rounding: int
    old_reason: str
    """Empty where the reason did not change."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceView:
    """What one revision changes against another."""

    changes: tuple[ChangeView, ...]
    counts: tuple[tuple[str, str, str, int], ...]
    """How many lines had which fate: word, tone, sign, number."""
    same: int
    """Lines in which nothing changed."""
    old_amount: int | None
    new_amount: int | None
    old_host_share: int
    new_host_share: int
    currency: str
    losers: int
    newcomers: int
    is_empty: bool


def difference_view(change: Difference, currency: str) -> DifferenceView:
    told = [each for each in change.changes if each.fate is not Fate.SAME or each.has_new_words or each.amount]
    told.sort(key=lambda each: (_ORDER.index(each.fate), -abs(each.ppm)))
    fates = [each.fate for each in change.changes]
    return DifferenceView(
        changes=tuple(_change_view(each) for each in told),
        counts=tuple(
            (_(word), tone, sign, fates.count(fate))
            for fate, (word, tone, sign) in _FATES.items()
            if fate is not Fate.SAME and fate in fates
        ),
        same=len(change.changes) - len(told),
        old_amount=change.amount[0],
        new_amount=change.amount[1],
        old_host_share=change.host_share[0],
        new_host_share=change.host_share[1],
        currency=currency,
        losers=len(change.losers),
        newcomers=len(change.new_people),
        is_empty=change.is_empty,
    )


def _change_view(change: Change) -> ChangeView:
    word, tone, sign = _FATES[change.fate]
    old_reason = change.old.reason if change.old and change.new and change.old.reason != change.new.reason else ""
    return ChangeView(
        name=change.line.name or _(NOT_NAMED),
        label=change.line.label,
        word=_(word),
        tone=tone,
        sign=sign,
        old=change.old.ppm if change.old is not None else None,
        new=change.new.ppm if change.new is not None else None,
        moved=change.ppm,
        amount=change.amount,
        by_rounding=change.by_rounding,
        old_reason=old_reason,
        reason=change.line.reason,
    )


async def show_comparison(request: Request[Any]) -> Response:
    """One revision beside another, whichever way round they were asked for: the older one is the one before."""
    proposal = await proposal_in(request)
    first, second = sorted(int(request.path_params[name]) for name in ("n", "m"))
    if first == second or second >= 2**31:
        raise NotFound(_("There is no such revision."))
    old, new = await get_revision(proposal, first), await get_revision(proposal, second)
    reads = read_revision if proposal.pool_id is None else counted_revision
    view = difference_view(difference(reads(old), reads(new)), proposal.currency)
    cards, start = Cards(request), number_of(request.query_params.get("after", "")) or 0
    shown = view.changes[start : start + PIECE]
    return render(
        request,
        "credits/proposals/compared.html",
        proposal=proposal_view(cards, proposal),
        old=old,
        new=new,
        maker=cards.person(new.made_by) if new.made_by is not None else None,
        change=view,
        changes=shown,
        next_url=f"{request.url.path}?after={start + PIECE}" if len(view.changes) > start + PIECE else "",
        sees_amounts=await sees_amounts(proposal, looker(request)),
        numbers=[row.number for row in await revisions_of(proposal)],
    )


routes = [Route("/pay/{key}/compare/{n:int}/{m:int}", show_comparison, methods=["GET"])]
