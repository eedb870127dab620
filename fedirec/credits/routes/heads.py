"""What this instance keeps of the audit chains of others: whoever has a doubt compares."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import HEAD_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.vocab import Json
from fedirec.credits.models import ChainHead
from fedirec.remix.routes.paging import row_in
from fedirec.remix.sizes import is_small
from fedirec.uris import origin_of

_PAGE: Final = 100


async def show_heads(request: Request[Any]) -> Response:
    """The ends of the log of the instance `of`, each as it was signed, the oldest first, page by page."""
    origin, after = origin_of(request.query_params.get("of", "")), request.query_params.get("after")
    uri = f"{request.state['site'].uris.origin}/audit-heads?of={origin}"
    if after is None:
        whole = {"id": uri, "type": "OrderedCollection", "first": f"{uri}&after=0"}
        return ActivityResponse({"@context": HEAD_CONTEXT, **whole})
    start = row_in(after)
    rows = await ChainHead.filter(origin=origin, id__gt=start).order_by("id").limit(_PAGE + 1)
    page: Json = {
        "@context": HEAD_CONTEXT,
        "id": f"{uri}&after={start}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [],
    }
    last = None
    for row in rows[:_PAGE]:
        if last is not None and not is_small({**page, "orderedItems": [*page["orderedItems"], row.document]}):
            break
        page["orderedItems"].append(row.document)
        last = row
    if last is not None and len(page["orderedItems"]) < len(rows):
        page["next"] = f"{uri}&after={last.id}"
    return ActivityResponse(page)
