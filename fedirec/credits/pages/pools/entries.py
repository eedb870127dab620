"""Stating what came in or went out, and confirming it or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.uploader import uploader_of
from fedirec.activitypub.models import Actor
from fedirec.credits.actions.pools import confirm_entry, reject_entry, state_entry, state_reversal
from fedirec.credits.actions.pools.deeds import of_own_money
from fedirec.credits.entries import MAX_RATE, MAX_WORDS, EntryDraft, EntryKind
from fedirec.credits.models import Pool
from fedirec.credits.pages.pools.finding import doer_in, parts_of_visitor, pool_in
from fedirec.credits.pages.pools.opening import read_amount
from fedirec.credits.pages.pools.showing import MAX_FILE, show_one
from fedirec.credits.pools import Kind
from fedirec.credits.queries.pools import get_entry
from fedirec.errors import FedirecError
from fedirec.ledger.currencies import CURRENCIES
from fedirec.media.actions.keeping import keep_file
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, turn_back
from fedirec.web.sentences import told

_DEEDS: Final[Mapping[str, Deed]] = {
    "confirm": Deed.DECIDE_ENTRY,
    "refuse": Deed.DECIDE_ENTRY,
    "undo": Deed.STATE_ENTRY,
}


async def post_entry(request: Request[Any]) -> Response:
    viewer, (pool, home) = doer_in(request), await pool_in(request)
    refuse_unless(of_own_money(Deed.STATE_ENTRY, home, Kind(pool.kind)), await parts_of_visitor(request, home))
    form = await read_form(request, max_files=1, max_file_bytes=MAX_FILE)
    draft = _draft_in(form, pool)
    file = await _file_in(request, form, viewer.actor) if not form.errors else ""
    if draft is not None and not form.errors:
        with form.collecting():
            await state_entry(viewer.actor, pool, home, draft, file=file)
            return redirect(request, f"/pools/{pool.key}", _("Stated. It counts when a treasurer has confirmed it."))
    upload = form.file("file")
    if upload is not None and not upload.is_empty and not form.error("file"):
        form.fail("file", _("Browsers forget files."))
    return await show_one(request, pool, home, form, status=422)


async def post_decision(request: Request[Any]) -> Response:
    """A treasurer confirms what was stated, or not; or somebody says that what was confirmed is wrong."""
    viewer, (pool, home) = doer_in(request), await pool_in(request)
    entry, form = await get_entry(pool, request.path_params["entry"]), await read_form(request)
    page = f"/pools/{pool.key}"
    do = form.choice("do", _DEEDS, default="refuse")
    refuse_unless(of_own_money(_DEEDS[do], home, Kind(pool.kind)), await parts_of_visitor(request, home))
    if do == "confirm":
        try:
            await confirm_entry(viewer.actor, entry, pool, home)
        except FedirecError as error:
            return turn_back(request, page, error)
        return redirect(request, page, _("Confirmed. It stands in the books."))
    reason = form.line("reason", required=True, max=MAX_WORDS if do == "undo" else MAX_REASON)
    if not form.errors:
        with form.collecting():
            if do == "undo":
                await state_reversal(viewer.actor, entry, pool, home, reason=reason)
                return redirect(request, page, _("Said. It is undone when a treasurer has confirmed that."))
            await reject_entry(viewer.actor, entry, pool, home, reason=reason)
            return redirect(request, page, _("It does not count, and everybody can read why."))
    return await show_one(request, pool, home, form, about=entry.key, status=422)


def _draft_in(form: Form, pool: Pool) -> EntryDraft | None:
    kind = form.choice("kind", [each.value for each in EntryKind])
    amount = read_amount(form, "amount", pool.currency)
    words = form.line("words", required=True, max=MAX_WORDS)
    happened_on = _day_in(form, "happened_on")
    original_currency = form.choice("original_currency", CURRENCIES, required=False)
    original = read_amount(form, "original_amount", original_currency) if original_currency else None
    rate = form.line("rate", max=MAX_RATE) if original_currency else ""
    if form.errors or amount is None or happened_on is None:
        return None
    return EntryDraft(
        kind=EntryKind(kind),
        amount=amount,
        currency=pool.currency,
        words=words,
        happened_on=happened_on,
        evidence=form.line("evidence", max=2_048),
        original_amount=original,
        original_currency=original_currency,
        rate=rate,
    )


def _day_in(form: Form, name: str) -> date | None:
    """The day of a date field."""
    text = form.line(name, required=True, max=10)
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        form.fail(name, _("Please give a day, like 2026-12-04."))
        return None


async def _file_in(request: Request[Any], form: Form, owner: Actor) -> str:
    """The key of the picture that came with the form, which is kept; empty without one."""
    upload = form.file("file")
    if upload is None or upload.is_empty:
        return ""
    try:
        media = await keep_file(
            request.state["store"],
            owner,
            file_name=upload.filename,
            source=upload.path,
            settings=request.state["settings"],
            quota=(await uploader_of(request)).quota,
        )
    except FedirecError as error:
        form.fail("file", told(error))
        return ""
    return media.key


routes = [
    Route("/pools/{key}/entries", post_entry, methods=["POST"]),
    Route("/pools/{key}/entries/{entry}", post_decision, methods=["POST"]),
]
