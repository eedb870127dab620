"""Opening a pool, saying something else of it, what it was opened for, and closing it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.credits.actions.pools import change_pool, close_pool, open_pool, use_pool
from fedirec.credits.actions.pools.deeds import of_own_money
from fedirec.credits.decisions import Rule
from fedirec.credits.models import Pool
from fedirec.credits.pages.percents import percent, read_percent
from fedirec.credits.pages.pools.finding import (
    doer_in,
    home_of_challenge,
    home_of_instance,
    home_of_project,
    parts_of_visitor,
    pool_in,
)
from fedirec.credits.pages.pools.showing import show_one
from fedirec.credits.pages.pools.views import currency_choices, kind_choices, place_view, rule_choices
from fedirec.credits.pools import MAX_BRIEF, MAX_CLIENT, MAX_TITLE, POTS, Kind, PoolDraft
from fedirec.credits.queries.pools import Home, home_of, is_counted_on
from fedirec.credits.queries.settings import money_settings
from fedirec.errors import FedirecError
from fedirec.ledger.currencies import CURRENCIES, find_amount, write_amount
from fedirec.projects.models import Production
from fedirec.remix.actions.following import find_whom
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import remote_for
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.remix.powers import Deed, may_do, refuse_unless
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

Page = Callable[[Request[Any]], Awaitable[Response]]
MAX_CHOICES: Final = 100
"""Productions that a form offers."""


def opening(where: Callable[[Request[Any]], Awaitable[Home]]) -> tuple[Page, Page]:
    """The form that opens a pool of what `where` finds, and what takes it."""

    @members_only
    async def show_new(request: Request[Any]) -> Response:
        home = await where(request)
        await _refuse_others(request, home)
        settings = await money_settings()
        form = filled_form(
            {"currency": settings.currency, "rule": settings.rule, "host_share": percent(settings.host_share_ppm)}
        )
        return await _show_form(request, home, form)

    async def post_new(request: Request[Any]) -> Response:
        viewer, home = doer_in(request), await where(request)
        form = await read_form(request)
        draft = read_draft(form)
        production = await _production_in(form, home)
        if draft is not None and not form.errors:
            with form.collecting():
                pool = await open_pool(viewer.actor, home, draft, production=production)
                return redirect(request, f"/pools/{pool.key}", _("Opened. Everybody can see what it promises."))
        await _refuse_others(request, home)
        return await _show_form(request, home, form, status=422)

    return show_new, post_new


@members_only
async def show_edit(request: Request[Any]) -> Response:
    pool, home = await pool_in(request)
    await _refuse_unless(request, home, pool)
    stated = "" if pool.stated is None else write_amount(pool.stated, pool.currency)
    form = filled_form(
        {
            "title": pool.title,
            "brief": pool.brief,
            "client": pool.client,
            "currency": pool.currency,
            "stated": stated,
            "rule": pool.rule,
            "host_share": percent(pool.host_share_ppm),
        }
    )
    return await _show_form(request, home, form, pool=pool)


async def post_edit(request: Request[Any]) -> Response:
    viewer, (pool, home) = doer_in(request), await pool_in(request)
    form = await read_form(request)
    draft = read_draft(form, pool=pool)
    reason = form.line("reason", required=True, max=MAX_REASON)
    if draft is not None and not form.errors:
        with form.collecting():
            await change_pool(viewer.actor, pool, home, draft, reason=reason)
            return redirect(request, f"/pools/{pool.key}", _("Saved, and everybody can read why."))
    await _refuse_unless(request, home, pool)
    return await _show_form(request, home, form, pool=pool, status=422)


async def post_close(request: Request[Any]) -> Response:
    viewer, (pool, home) = doer_in(request), await pool_in(request)
    form = await read_form(request)
    reason = form.line("close_reason", required=True, max=MAX_REASON)
    if not form.errors:
        with form.collecting():
            await close_pool(viewer.actor, pool, home, reason=reason)
            return redirect(request, f"/pools/{pool.key}", _("It is closed."))
    await _refuse_unless(request, home, pool)
    return await show_one(request, pool, home, form, about="close", status=422)


async def post_use(request: Request[Any]) -> Response:
    """A project or a challenge was opened for the commission."""
    viewer, (pool, home) = doer_in(request), await pool_in(request)
    form = await read_form(request)
    typed = form.line("use", required=True, max=500)
    if not form.errors:
        try:
            other = await home_of(await find_whom(remote_for(request), typed))
            await use_pool(viewer.actor, pool, home, other)
            return redirect(request, f"/pools/{pool.key}", _("Everybody can see now what it is for."))
        except FedirecError as error:
            form.refuse(error, beside="use")
    await _refuse_unless(request, home, pool)
    return await show_one(request, pool, home, form, about="use", status=422)


def read_draft(form: Form, *, pool: Pool | None = None) -> PoolDraft | None:
    """What the form says a pool is to be; None when something is wrong with it, which then stands beside its field."""
    kind = pool.kind if pool is not None else form.choice("kind", [each.value for each in Kind])
    title = form.line("title", required=True, max=MAX_TITLE)
    currency = form.choice("currency", CURRENCIES)
    rule = form.choice("rule", [each.value for each in Rule])
    brief, client = form.text("brief", max=MAX_BRIEF), form.line("client", max=MAX_CLIENT)
    if form.errors:
        return None
    is_pot = Kind(kind) in POTS
    stated = read_amount(form, "stated", currency) if is_pot or form.value("stated").strip() else None
    # What the form offers for all kinds does not count where it makes no sense.
    ppm = 0 if is_pot else read_percent(form, "host_share")
    if form.errors or ppm is None:
        return None
    with form.collecting():
        return PoolDraft(
            kind=Kind(kind),
            title=title,
            brief=brief,
            client=client,
            currency=currency,
            stated=stated,
            host_share_ppm=ppm,
            rule=Rule(rule),
        )
    return None


def read_amount(form: Form, name: str, currency: str) -> int | None:
    """The minor units in a field; None, with a sentence beside it, for what is none above 0."""
    amount = find_amount(form.line(name, max=30), currency)
    if not amount:
        form.fail(name, _("Please write an amount above 0, such as 1200.50, with nothing between the thousands."))
        return None
    return amount


async def _production_in(form: Form, home: Home) -> Production | None:
    row = number_of(form.value("production"))
    if row is None or home.project is None:
        return None
    found = await Production.get_or_none(id=row, project_id=home.project.id)
    if found is None:
        form.fail("production", _("Please choose one of the answers that are offered."))
    return found


async def _refuse_others(request: Request[Any], home: Home) -> None:
    parts = await parts_of_visitor(request, home)
    if not may_do(Deed.SET_MONEY_ASIDE, parts):
        refuse_unless(of_own_money(Deed.OPEN_POOL, home, Kind.LINE_ITEM), parts)


async def _refuse_unless(request: Request[Any], home: Home, pool: Pool) -> None:
    """Whoever looks may change `pool`. Raises Forbidden."""
    parts = await parts_of_visitor(request, home)
    refuse_unless(of_own_money(Deed.CHANGE_POOL, home, Kind(pool.kind)), parts)


async def _show_form(
    request: Request[Any], home: Home, form: Form, *, pool: Pool | None = None, status: int = 200
) -> Response:
    cards, parts = Cards(request), await parts_of_visitor(request, home)
    is_instance = home.project is None and home.challenge is None
    productions: list[Choice] = []
    if home.project is not None and pool is None:
        rows = Production.filter(project_id=home.project.id, state__in=["frozen", "released"]).order_by("-id")
        productions = [Choice(value=str(row.id), label=row.title) for row in await rows.limit(MAX_CHOICES)]
    return render(
        request,
        "credits/pool_form.html",
        status,
        form=form,
        place=place_view(cards, home, parts),
        pool=pool,
        is_pot=pool is not None and Kind(pool.kind) in POTS,
        is_counted_on=pool is not None and await is_counted_on(pool),
        is_commission=pool is not None and pool.kind == Kind.COMMISSION,
        kinds=kind_choices(with_own=may_do(Deed.SET_MONEY_ASIDE, parts), only_own=is_instance),
        rules=rule_choices(),
        currencies=currency_choices(),
        productions=[Choice(value="", label=_("the whole project")), *productions] if productions else [],
        action=request.url.path,
        max_title=MAX_TITLE,
    )


_project, _challenge, _instance = map(opening, (home_of_project, home_of_challenge, home_of_instance))
routes = [
    Route("/p/{slug}/money/new", _project[0], methods=["GET"]),
    Route("/p/{slug}/money/new", _project[1], methods=["POST"]),
    Route("/c/{slug}/money/new", _challenge[0], methods=["GET"]),
    Route("/c/{slug}/money/new", _challenge[1], methods=["POST"]),
    Route("/pools/new", _instance[0], methods=["GET"]),
    Route("/pools/new", _instance[1], methods=["POST"]),
    Route("/pools/{key}/edit", show_edit, methods=["GET"]),
    Route("/pools/{key}/edit", post_edit, methods=["POST"]),
    Route("/pools/{key}/close", post_close, methods=["POST"]),
    Route("/pools/{key}/use", post_use, methods=["POST"]),
]
