"""What people write with others, and inviting somebody to it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError, Invalid
from fedirec.remix.actions.following import find_whom
from fedirec.remix.actions.pens import share_pen
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.pens.showing import pen_view
from fedirec.remix.pages.visitors import members_only, own_record_in
from fedirec.remix.queries.pens import pens_of, pens_of_record, works_of_pens
from fedirec.remix.queries.people import find_known
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Tab


@members_only
async def show_pens(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PUBLISH)
    given = request.query_params.get("side") == "given"
    before = place_in(request, "before") or 0
    rows, has_more = await pens_of(viewer.actor, side="given" if given else "held", before=before)
    works = await works_of_pens(rows)
    cards = Cards(request)
    await cards.dress(works.values())
    shown = [pen_view(cards, row, viewer, works) for row in rows]
    return render(
        request,
        "remix/pens.html",
        offers=page_with(request, shown, name="before", place=rows[-1].id if has_more else None),
        tabs=[
            Tab(label=_("With others"), url="/pens", is_current=not given),
            Tab(label=_("Your own"), url="/pens?side=given", is_current=given),
        ],
        is_given=given,
    )


@members_only
async def show_record_pens(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    return await _show_sharing(request, viewer, record, Form())


async def post_record_pens(request: Request[Any]) -> Response:
    """Somebody is invited to write a record with its author."""
    viewer, record = await own_record_in(request)
    form = await read_form(request)
    who, words = form.line("who", max=600), form.text("words", max=MAX_WORDS)
    if not form.errors:
        try:
            other = await _whom(request, who)
            await share_pen(viewer.actor, record, other, words=words)
        except FedirecError as error:
            form.refuse(error, beside="who")
        else:
            said = _("%(name)s is invited. You will be told what they say.") % {"name": other.name or other.handle}
            return redirect(request, f"{Cards(request).record_url(record)}/pens", said)
    return await _show_sharing(request, viewer, record, form, status=422)


async def _whom(request: Request[Any], typed: str) -> Actor:
    """Who is meant: of people here the name is enough. Raises Invalid, and what `find_whom` raises."""
    name = typed.removeprefix("@")
    if not name.isidentifier():
        return await find_whom(request.state["remote"], typed)
    found = await find_known(f"{request.state['site'].origin}/u/{name.lower()}")
    if found is None:
        raise Invalid(_("Nobody here is called “%(name)s”.") % {"name": name}, field="who")
    return found


async def _show_sharing(
    request: Request[Any], viewer: Viewer, record: Record, form: Form, status: int = 200
) -> Response:
    cards = Cards(request)
    await cards.dress([record])
    rows = await pens_of_record(record)
    return render(
        request,
        "remix/record_pens.html",
        status,
        record=cards.record(record),
        pens=[pen_view(cards, row, viewer, {record.uri: record}) for row in rows],
        form=form,
        max_words=MAX_WORDS,
    )
