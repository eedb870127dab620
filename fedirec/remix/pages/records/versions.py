"""A record as it was in one of its versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.activitypub.models import Actor
from fedirec.errors import Gone, NotFound
from fedirec.html import clean
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.visitors import record_in, row_in, visitor
from fedirec.remix.queries.edits import proved_edits
from fedirec.remix.queries.pens import editors_of
from fedirec.remix.queries.records import get_revision
from fedirec.remix.queries.versions import shown_version
from fedirec.remix.visibility import may_see_version
from fedirec.web.render import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record."""

    number: int
    url: str
    made_at: datetime
    is_current: bool
    editor: str = ""
    is_signed: bool = False
    """Whether the editor says so themselves, by their signature."""
    """Who made it, where that is not the author of the record."""


async def show_revision(request: Request[Any]) -> Response:
    """A record as it was in one of its versions."""
    record = await record_in(request)
    if record.deleted_at:
        raise Gone
    revision = await get_revision(record, row_in(request, "number"))
    if not await may_see_version(record, revision, visitor(request)):
        raise NotFound("There is no such version.")
    document = await shown_version(record, revision)
    content = document.get("content")
    return render(
        request,
        "remix/revision.html",
        record=Cards(request).record(record),
        revision=replace(
            version_of(record, revision, editors=await editors_of(record)),
            is_signed=bool(await proved_edits([revision])),
        ),
        title=str(document.get("name") or record.title),
        content_html=clean(content) if isinstance(content, str) else "",
    )


def version_of(record: Record, revision: RecordRevision, *, editors: Sequence[Actor]) -> Version:
    """One version in the history of `record`, of which `editors` made some."""
    return Version(
        number=revision.number,
        url=f"/records/{record.uri.rpartition('/')[2]}/versions/{revision.number}",
        made_at=revision.created_at,
        is_current=revision.number == record.revision,
        editor=next((one.name or one.handle for one in editors if one.uri == revision.editor_uri), ""),
    )


routes = [Route("/records/{key}/versions/{number:int}", show_revision, methods=["GET"])]
