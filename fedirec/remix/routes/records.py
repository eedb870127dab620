"""Records as documents."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.asking import find_asker
from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    RECORD_CONTEXT,
)
from fedirec.activitypub.documents import (
    ActivityResponse,
)
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json, Tombstone
from fedirec.errors import NotFound
from fedirec.remix.models import Record, RecordRevision
from fedirec.remix.quoting import named_by
from fedirec.remix.replies import conversation_at
from fedirec.remix.visibility import is_withheld, may_ask_for, refuse_unwelcome_reader


async def show_record(request: Request[Any]) -> Response:
    """A record of ours as it was sent, or its tombstone; one for followers only for servers that have some."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    if record.visibility != "public":
        asker = await find_asker(request)
        if asker is None or record.deleted_at or not await may_ask_for(record, asker):
            raise NotFound("there is no such record here")
        return ActivityResponse(await record_document(record), is_public=False)
    if record.deleted_at:
        tombstone = Tombstone(id=record.uri, deleted=record.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    return ActivityResponse(await record_document(record))


async def record_document(record: Record) -> Json:
    """A record of ours as other instances see it: the document of its current version."""
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    document = {"@context": RECORD_CONTEXT, **revision.document}
    if record.visibility == "public":  # versions that were made before we said so
        document.setdefault("context", conversation_at(record.uri))
        if "interactionPolicy" not in document:
            automatic, _ = named_by(record.quoting, author=document["attributedTo"], is_public=True)
            document["interactionPolicy"] = {"canQuote": {"automaticApproval": list(automatic)}}
    return document
