"""Records as documents."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.asking import find_asker
from fedirec.activitypub.contexts import ACTIVITYSTREAMS
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Tombstone
from fedirec.errors import NotFound
from fedirec.remix.actions.remix_requests.waiting import proved_for_asked
from fedirec.remix.queries.proofs import proved_record
from fedirec.remix.queries.records import find_served
from fedirec.remix.visibility import ASKING, is_withheld, may_ask_for, refuse_unwelcome_reader


async def show_record(request: Request[Any]) -> Response:
    """A record of ours as it was sent, or its tombstone; one for followers only for servers that have some."""
    site: Site = request.state["site"]
    record = await find_served(site.uris.record(request.path_params["key"]))
    if record is None or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    if record.visibility != "public":
        asker = await find_asker(request)
        if asker is None or record.deleted_at or not await may_ask_for(record, asker):
            raise NotFound("there is no such record here")
        keyring = request.state["keyring"]
        if record.visibility == ASKING:
            return ActivityResponse(await proved_for_asked(record, keyring=keyring), is_public=False)
        return ActivityResponse(await proved_record(record, keyring=keyring), is_public=False)
    if record.deleted_at:
        tombstone = Tombstone(id=record.uri, deleted=record.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    return ActivityResponse(await proved_record(record, keyring=request.state["keyring"]))
