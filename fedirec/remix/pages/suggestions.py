"""Changes that somebody suggests: seen beside what they would change, taken up with one click, or answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.views import page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.uploader import quota_of
from fedirec.accounts.viewer import Viewer
from fedirec.errors import Changed, FedirecError, NotFound
from fedirec.remix.actions.suggestions import (
    adopt_suggestion,
    bring_files,
    decline_suggestion,
    find_merge,
    suggest_change,
    withdraw_suggestion,
)
from fedirec.remix.models import Record, Source, Suggestion
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.comparing.showing import comparison_view
from fedirec.remix.pages.comparing.sources import tabs_of, wanted_view
from fedirec.remix.pages.presses import Press, do_what_was_pressed
from fedirec.remix.pages.visitors import members_only, number_of, own_record_in, row_in
from fedirec.remix.queries.suggestions import get_suggestion_of, has_changed_since, suggestions_of, works_of
from fedirec.remix.sides import present_side
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render, turn_back
from fedirec.web.views import PersonView, RecordView, Tab


@dataclass(frozen=True, slots=True, kw_only=True)
class SuggestionView:
    """One suggestion, as one of the two people sees it."""

    id: int
    other: PersonView
    is_owner: bool
    record: RecordView | None
    variation: RecordView | None
    words: str
    answer: str
    state: str
    word: str
    tone: str
    sign: str
    offered_at: datetime
    changes_url: str = ""
    """Where it can be seen what became of it."""


@members_only
async def show_suggestions(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PUBLISH)
    made = request.query_params.get("side") == "made"
    before = place_in(request, "before") or 0
    rows, has_more = await suggestions_of(viewer.actor, side="made" if made else "received", before=before)
    works = await works_of(rows)
    cards = Cards(request)
    await cards.dress(works.values())
    shown = [suggestion_view(cards, row, viewer, works) for row in rows]
    return render(
        request,
        "remix/suggestions.html",
        offers=page_with(request, shown, name="before", place=rows[-1].id if has_more else None),
        tabs=[
            Tab(label=_("For you"), url="/suggestions", is_current=not made),
            Tab(label=_("By you"), url="/suggestions?side=made", is_current=made),
        ],
        is_made=made,
    )


@members_only
async def show_suggestion(request: Request[Any]) -> Response:
    """A suggestion beside what it would change, with what can be done about it."""
    viewer = require_viewer(request, Permission.PUBLISH)
    row = await get_suggestion_of(viewer.actor, row_in(request))
    works = await works_of([row])
    record, variation = works.get(row.record_uri), works.get(row.variation_uri)
    cards = Cards(request)
    await cards.dress(works.values())
    comparison = None
    if row.state == "waiting" and record and variation and not record.deleted_at and not variation.deleted_at:
        before, after = await present_side(record), await present_side(variation)
        comparison = await comparison_view(cards, before, after, viewer.actor, is_remix=True)
    has_changed = comparison is not None and await has_changed_since(row, record)
    merge = await find_merge(row) if has_changed and row.owner_id == viewer.actor.id else None
    view = wanted_view(request)
    return render(
        request,
        "remix/suggestion.html",
        suggestion=suggestion_view(cards, row, viewer, works),
        form=Form(),
        digest=(variation.digest or "") if variation else "",
        revision=record.revision if record else 0,
        comparison=comparison,
        has_changed=has_changed,
        merged=merge.text if merge else "",
        view=view,
        views=tabs_of(f"/suggestions/{row.id}?", view),
        warning=(variation.warning if variation else "") or (record.warning if record else ""),
        max_words=MAX_WORDS,
    )


async def post_suggestion(request: Request[Any]) -> Response:
    """A remix of one's own is offered to the author of one of its sources."""
    require_viewer(request, Permission.REMIX)
    viewer, variation = await own_record_in(request)
    form = await read_form(request)
    found = Source.filter(id=number_of(form.value("source")) or 0, record_id=variation.id, withdrawn_at=None)
    source = await found.select_related("parent__author").first()
    if source is None or source.parent is None:
        raise NotFound("That is not one of its sources.")
    try:
        row = await suggest_change(viewer.actor, variation, source.parent, words=form.value("words"))
    except FedirecError as error:
        return turn_back(request, f"{Cards(request).record_url(variation)}/compare/{source.id}", error)
    name = source.parent.author.name or source.parent.author.handle
    said = _("%(name)s sees it beside the original now. You will hear what they say.") % {"name": name}
    return redirect(request, f"/suggestions/{row.id}", said)


async def post_answer(request: Request[Any]) -> Response:
    """A suggestion is taken up, answered, or taken back."""
    viewer = require_viewer(request, Permission.PUBLISH)
    row = await get_suggestion_of(viewer.actor, row_in(request))
    form, actor = await read_form(request), viewer.actor
    declined = _("They will be told. What they made stays a remix of its own.")
    adopted = _("It is the new version now, and names who made it.")
    withdrawn = _("Taken back. What you made stays as it is.")
    presses = {
        "decline": Press(lambda: decline_suggestion(actor, row, words=form.value("words")), "/suggestions", declined),
        "adopt": Press(lambda: _adopt(request, viewer, row, form), str, adopted),
        "adopt_both": Press(lambda: _adopt(request, viewer, row, form, both=True), str, adopted),
        "withdraw": Press(lambda: withdraw_suggestion(actor, row), "/suggestions?side=made", withdrawn),
    }
    return await do_what_was_pressed(request, form, presses, on=f"/suggestions/{row.id}")


async def _adopt(request: Request[Any], viewer: Viewer, row: Suggestion, form: Form, *, both: bool = False) -> str:
    """What was suggested is the new version; the page that compares it with the one before."""
    settings = request.state["settings"]
    merge = await find_merge(row) if both else None
    if both and merge is None:
        raise Changed(_("One of the two was changed in the meantime. Please look at both again."))
    files = await bring_files(
        request.state["store"],
        request.state["media_cache"],
        viewer.actor,
        row,
        settings=settings,
        quota=quota_of(settings, viewer.role),
    )
    saved = await adopt_suggestion(
        viewer.actor,
        row,
        files=files,
        words=form.value("words"),
        digest=form.value("digest"),
        revision=number_of(form.value("revision")),
        merge=merge,
    )
    record = await Record.get(id=saved.id).select_related("author")
    return f"{Cards(request).record_url(record)}/versions/{record.revision}/compare"


def suggestion_view(cards: Cards, row: Suggestion, viewer: Viewer, works: dict[str, Record]) -> SuggestionView:
    """How `viewer`, who is one of both, sees it; `works` are what it is about, as far as they can be seen."""
    is_owner = viewer.actor.id == row.owner_id
    record, variation = works.get(row.record_uri), works.get(row.variation_uri)
    words = {
        "waiting": (_("waits for you") if is_owner else _("waits for an answer"), "accent", "clock"),
        "adopted": (_("taken up"), "good", "check"),
        "declined": (_("stays a remix"), "plain", "remix"),
        "withdrawn": (_("taken back"), "plain", "remix"),
    }
    word, tone, sign = words[row.state]
    changes_url = ""
    if row.state == "adopted" and record is not None and not record.deleted_at:
        base = cards.record_url(record)
        changes_url = f"{base}/versions/{row.revision}/compare" if row.revision else f"{base}/history"
    return SuggestionView(
        id=row.id,
        other=cards.person(row.proposer if is_owner else row.owner),
        is_owner=is_owner,
        record=cards.record(record) if record else None,
        variation=cards.record(variation) if variation else None,
        words=row.words,
        answer=row.answer,
        state=row.state,
        word=word,
        tone=tone,
        sign=sign,
        offered_at=row.offered_at,
        changes_url=changes_url,
    )


routes = [
    Route("/suggestions", show_suggestions, methods=["GET"]),
    Route("/suggestions/{id:int}", show_suggestion, methods=["GET"]),
    Route("/suggestions/{id:int}/answer", post_answer, methods=["POST"]),
    Route("/records/{key}/suggest", post_suggestion, methods=["POST"]),
]
