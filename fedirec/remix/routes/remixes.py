"""What was made of a record, as a document."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, RECORD_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json
from fedirec.errors import NotFound
from fedirec.remix.models import Record
from fedirec.remix.queries.standing import remixes_listed_after
from fedirec.remix.routes.paging import PAGE, row_in
from fedirec.remix.spreading import remixes_at
from fedirec.remix.visibility import is_withheld, refuse_unwelcome_reader


async def show_remixes(request: Request[Any]) -> Response:
    """What was made of a record of ours and its author stands by, in the order in which it came, page by page.

    `remixesOf` says whose list it is (FEP-5711).
    """
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or record.visibility != "public" or record.deleted_at or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    uri, after = remixes_at(record.uri), request.query_params.get("after")
    whole: Json = {"@context": RECORD_CONTEXT, "id": uri, "type": "OrderedCollection", "remixesOf": record.uri}
    if after is None:
        return ActivityResponse(whole | {"attributedTo": record.author.uri, "first": f"{uri}?after=0"})
    rows = await remixes_listed_after(record, after=row_in(after), limit=PAGE)
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [remix for _row, remix in rows],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}?after={rows[-1][0]}"
    return ActivityResponse(page)
