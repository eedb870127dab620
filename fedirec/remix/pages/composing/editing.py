"""A new version of one's own record."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import FedirecError
from fedirec.remix.actions.records import edit_record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.buttons import follow_button
from fedirec.remix.pages.composing.fields import draft_in
from fedirec.remix.pages.composing.reading import composition_of, read_composed, read_composition, take_uploads
from fedirec.remix.pages.composing.studio import show_studio
from fedirec.remix.pages.visitors import members_only, own_record_in
from fedirec.remix.visibility import ASKING
from fedirec.web.forms import filled_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect


@members_only
async def show_edit(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    composition, own_role = await composition_of(record)
    form = filled_form(
        {
            "title": record.title,
            "text": record.text,
            "licence": record.licence,
            "language": record.language,
            "warning": record.warning,
            "tags": " ".join(tag.name for tag in record.tags),
            "visibility": "public" if record.visibility == ASKING else record.visibility,
            "quoting": record.quoting,
            "remixing": record.remixing,
            "ai_preference": record.ai_preference,
            "feedback_wanted": record.feedback_wanted or "",
            "own_role": own_role,
        }
    )
    return await show_studio(request, viewer, form, composition, None)


async def post_edit(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor, record=record)
    await take_uploads(request, form, composition)
    if not await follow_button(request, form, composition):
        return await show_studio(request, viewer, form, composition, None)
    draft = draft_in(form, composition, None)
    if not form.errors:
        try:
            await edit_record(viewer.actor, record, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, Cards(request).record_url(record), _("Saved. The version before is kept."))
    return await show_studio(request, viewer, form, composition, None, status=422)


routes = [
    Route("/records/{key}/edit", show_edit, methods=["GET"]),
    Route("/records/{key}/edit", post_edit, methods=["POST"]),
]
