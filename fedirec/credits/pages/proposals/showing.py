"""The public page of a proposal: who gets what and why, what was said to it, and what whoever looks can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import viewer_of
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.proposals.commenting import MAX_COMMENT
from fedirec.credits.actions.proposals.meeting import refresh_seen
from fedirec.credits.actions.proposals.publishing import MAX_NOTE
from fedirec.credits.models import PayProposal, ProposalRevision
from fedirec.credits.objections import MAX_REMEDY, MAX_WORDS
from fedirec.credits.pages.pools.views import PlaceView, place_view, pool_view
from fedirec.credits.pages.proposals.abilities import ACTS, abilities, has_accepted, why_not
from fedirec.credits.pages.proposals.agreeing import asked_of, consent_page_for
from fedirec.credits.pages.proposals.finding import looker, proposal_in, record_pages
from fedirec.credits.pages.proposals.objections import kind_choices, objection_views, resolution_choices
from fedirec.credits.pages.proposals.views import (
    LineView,
    bar_parts,
    line_view,
    proposal_view,
)
from fedirec.credits.proposals import ENDED, State
from fedirec.credits.queries.drafts import suggested_in
from fedirec.credits.queries.pools import home_of, pool_state
from fedirec.credits.queries.promises import promises_of
from fedirec.credits.queries.proposal_pages import ProposalPage, ShownLine, proposal_page
from fedirec.credits.queries.proposals import locked_shares
from fedirec.credits.queries.standing import parts_to
from fedirec.credits.revisions import Revision
from fedirec.credits.shares import amounts_of, topped_up
from fedirec.credits.suggestions import compare
from fedirec.errors import NotFound
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.powers import Deed, may_do
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import label_of
from fedirec.remix.terms import Pays
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

MAX_CHOICES: Final = 300
"""Lines that the form for objections offers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """Minor units, as far as they are known."""

    total: int | None = None
    lines: Mapping[str, int] = field(default_factory=dict)
    owed: Mapping[str, int] | None = None
    """What of each line is owed already, once it is locked: the rest is held back."""


async def show_proposal(request: Request[Any]) -> Response:
    """The page; a draft that waits for somebody's consent shows them that alone."""
    try:
        proposal = await proposal_in(request)
    except NotFound:
        if (page := await consent_page_for(request)) is not None:
            return redirect(request, page)
        raise
    await refresh_seen(proposal)
    return await show_one(request, proposal, Form())


async def show_one(
    request: Request[Any], proposal: PayProposal, form: Form, *, about: str = "", status: int = 200
) -> Response:
    """The page of `proposal`; `about` names the form in which something is wrong: what was typed stands there."""
    cards, viewer = Cards(request), looker(request)
    if proposal.state == State.DRAFT and viewer is not None and await _draws_up(viewer, proposal):
        return redirect(request, f"/pay/{proposal.key}/edit")
    moderates = may_do(Deed.HIDE_WORDS, await parts_to(proposal.group, viewer)) if viewer is not None else False
    after, objections, comments = (
        number_of(request.query_params.get(name, "")) or 0 for name in ("after", "objections", "comments")
    )
    page = await proposal_page(
        proposal, viewer, after=after, objections=objections, comments=comments, is_moderator=moderates
    )
    viewing, revision, parts = page.viewing, page.revision, page.viewing.parts
    home = await home_of(proposal.group) if proposal.pool is not None else None
    amounts = await _amounts(proposal, page.row, revision)
    lines = await _line_views(cards, page, amounts)
    labels, can = _labels(revision, page.lines), abilities(request, page)
    return render(
        request,
        "credits/proposals/proposal.html",
        status,
        form=form,
        about=about,
        place=place_view(cards, home, parts) if home is not None else PlaceView(title=proposal.title, url=""),
        proposal=proposal_view(cards, proposal),
        digest=page.row.digest if page.row is not None else "",
        pool=pool_view(proposal.pool, await pool_state(proposal.pool), sees_sums=viewing.sees_amounts)
        if proposal.pool is not None
        else None,
        productions=[(each.title, cards.here(each.uri)) for each in page.productions],
        host_share=revision.host_share if revision is not None else 0,
        total=amounts.total,
        sees_amounts=viewing.sees_amounts,
        lines=lines[0],
        own=lines[1],
        bar=_bar(revision, page.lines),
        has_suggestion=any(each.share.suggested is not None for each in page.lines),
        next_url=f"/pay/{proposal.key}?after={page.after}#shares" if page.after is not None else "",
        topped_up=_topped_up(revision, amounts.total),
        objections=objection_views(
            cards,
            page.objections,
            parts=parts,
            labels=labels,
            is_ours=proposal.pool is not None,
            is_changing=State(proposal.state) not in ENDED,
        ),
        more_objections=_more(proposal, "objections", page.more_objections),
        comments=[(each, cards.person(each.author)) for each in page.comments],
        more_comments=_more(proposal, "comments", page.more_comments),
        moderates=moderates,
        revisions=[
            (row.number, row.published_at, cards.person(row.made_by) if row.made_by else None, _note(row), row.digest)
            for row in page.revisions
        ],
        decisions=[
            (each, cards.person(each.decided_by) if each.decided_by else None, each.revision.number)
            for each in page.decisions
        ],
        tally=page.tally,
        proposer=cards.person(proposal.proposer) if proposal.proposer is not None else None,
        approver=cards.person(proposal.approver) if proposal.approver is not None else None,
        proposer_is_listed=page.proposer_is_listed,
        approver_is_listed=page.approver_is_listed,
        adjusts=proposal.adjusts,
        note_uri=proposal.note_uri,
        promises=await _promises(cards, proposal),
        asked=await asked_of(proposal, viewer),
        can=can,
        refusal=await why_not(viewer, proposal, page.row, can),
        acts=not ACTS.isdisjoint(can),
        has_accepted=has_accepted(page),
        kinds=kind_choices(is_listed=viewing.is_listed),
        resolutions=resolution_choices(),
        line_choices=_line_choices(labels, page.own),
        limits={"words": MAX_WORDS, "remedy": MAX_REMEDY, "comment": MAX_COMMENT, "note": MAX_NOTE},
        is_signed_in=viewer_of(request) is not None,
    )


def _note(row: ProposalRevision) -> str:
    """What was said of a revision; nobody says anything of one that giving a share back made."""
    return row.note or (_("A share was given back, or taken back again.") if row.is_recusal else "")


def _more(proposal: PayProposal, what: str, after: int | None) -> str:
    """The address of the next piece, or nothing."""
    return f"/pay/{proposal.key}?{what}={after}#{what}" if after is not None else ""


async def _draws_up(viewer: Actor, proposal: PayProposal) -> bool:
    """Whether a draft is theirs to write; treasurers only see that there is one."""
    return proposal.pool is not None and may_do(Deed.DRAW_UP_PROPOSAL, await parts_to(proposal.group, viewer))


async def _line_views(cards: Cards, page: ProposalPage, amounts: Amounts) -> tuple[list[LineView], list[LineView]]:
    """The lines of this piece, and whoever looks' own."""
    shown = [*page.lines, *page.own]
    records = await record_pages(cards, {each.line.record for each in shown if each.line and each.line.record})
    suggested = await suggested_in(page.row) if page.row is not None else {}
    trail = compare(suggested, {each.share.line_key: each.before for each in shown}, scope=page.proposal.key)
    views = [
        line_view(
            cards,
            each,
            sees_amounts=page.viewing.sees_amounts,
            amount=amounts.lines.get(each.share.line_key),
            owed=amounts.owed.get(each.share.line_key, 0) if amounts.owed is not None else None,
            records=records,
            trail=trail.get(each.share.line_key),
        )
        for each in shown
    ]
    return views[: len(page.lines)], views[len(page.lines) :]


def _bar(revision: Revision | None, shown: Sequence[ShownLine]) -> Any:
    if revision is not None:
        return bar_parts((line.who, line.name or _(NOT_NAMED), line.ppm) for line in revision.lines)
    return bar_parts((each.share.line_key, _(NOT_NAMED), each.share.ppm) for each in shown)


def _labels(revision: Revision | None, shown: Sequence[ShownLine]) -> dict[str, str]:
    """What each line is about, in words."""
    lines = revision.lines if revision is not None else [each.line for each in shown if each.line is not None]
    return {
        line.key: " · ".join(
            filter(
                None, [line.name or _(NOT_NAMED), line.label or (label_of(line.role, gettext=_) if line.role else "")]
            )
        )
        for line in lines
    }


def _line_choices(labels: Mapping[str, str], own: Sequence[ShownLine]) -> list[Choice]:
    """The lines about which somebody can object, their own first."""
    first = [each.share.line_key for each in own if each.share.line_key in labels]
    keys = [*first, *(key for key in labels if key not in first)][:MAX_CHOICES]
    return [Choice(value="", label=_("the whole proposal")), *(Choice(value=key, label=labels[key]) for key in keys)]


async def _amounts(proposal: PayProposal, row: ProposalRevision | None, revision: Revision | None) -> Amounts:
    """What the revision would give; once it is locked, what it gives of what was there on that day."""
    if row is None or revision is None:
        return Amounts()
    if proposal.pool is None or proposal.locked_amount is None or proposal.locked_digest != revision.digest:
        counted = revision if proposal.pool is None else revision.sharing(row.amount)
        return Amounts(total=counted.amount, lines=counted.amounts)
    owed: dict[str, int] = {}
    for each in await locked_shares(proposal):
        owed[each.line_key] = owed.get(each.line_key, 0) + each.amount
    lines = amounts_of(proposal.locked_amount, revision.ppm, scope=revision.scope)
    return Amounts(total=proposal.locked_amount, lines=lines, owed=owed)


def _topped_up(revision: Revision | None, total: int | None) -> int:
    """How many smallest units were left after rounding down, and went one each to the largest remainders."""
    if revision is None or total is None:
        return 0
    return len(topped_up(total, revision.ppm, scope=revision.scope))


async def _promises(cards: Cards, proposal: PayProposal) -> list[dict[str, Any]]:
    """What contributors saw of money before they offered their work, each once, in words."""
    if proposal.pool is None:
        return []
    promises = {(each.challenge, each.terms.digest): each for each in await promises_of(proposal)}
    uris = {challenge for challenge, _digest in promises}
    rows = await Challenge.filter(actor__uri__in=list(uris)).select_related("actor") if uris else []
    found = {row.actor.uri: row for row in rows}
    return [
        {
            "title": found[each.challenge].title,
            "url": cards.challenge_url(found[each.challenge]),
            "amount": each.terms.amount if each.terms.pays is Pays.POT else None,
            "currency": each.terms.currency,
            "is_perhaps": each.terms.pays is Pays.PERHAPS,
            "rule": each.terms.rule,
        }
        for each in promises.values()
        if each.challenge in found
    ]


routes = [Route("/pay/{key}", show_proposal, methods=["GET"])]
