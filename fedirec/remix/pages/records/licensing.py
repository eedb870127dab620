"""Who wrote a post on their own server, and signs in with it here, says what may be done with that."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError
from fedirec.remix.actions.offering import choose_licence
from fedirec.remix.licences import allowed_for_remix, licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, licence_options
from fedirec.remix.pages.visitors import remote_record_in
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, turn_back
from fedirec.web.views import Choice


async def show_licence(request: Request[Any]) -> Response:
    """The page of the record, where its author can choose."""
    return redirect(request, Cards(request).record_url(await remote_record_in(request)))


async def post_licence(request: Request[Any]) -> Response:
    """A post has the licence that its author chose."""
    viewer = require_viewer(request, Permission.SUBMIT)
    record, form = await remote_record_in(request), await read_form(request)
    url = Cards(request).record_url(record)
    try:
        await choose_licence(viewer.actor, record, form.value("licence"))
    except FedirecError as error:
        return turn_back(request, url, error)
    return redirect(request, url, _("Thank you. Now everybody knows what they may do with it."))


async def licences_left_for(record: Record, viewer: Actor | None) -> list[Choice]:
    """What `viewer` can choose among for `record`, which comes with its parts; nothing unless it is a post of theirs
    that has no licence.
    """
    is_theirs = viewer is not None and viewer.id == record.author_id and not viewer.is_local
    if not is_theirs or not record.is_post or record.deleted_at or licence_of(record).is_known:
        return []
    answered = await Record.filter(id__in=[source.parent_id for source in record.sources if source.parent_id])
    return licence_options(allowed_for_remix(licence_of(parent) for parent in answered) or None)


routes = [
    Route("/records/remote/{id:int}/licence", show_licence, methods=["GET"]),
    Route("/records/remote/{id:int}/licence", post_licence, methods=["POST"]),
]
