"""The news of challenges and projects as documents."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, NEWS_CONTEXT
from fedirec.activitypub.documents import ActivityResponse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Tombstone
from fedirec.errors import NotFound
from fedirec.remix.actions.news import describe_news
from fedirec.remix.queries.news import get_news, is_withheld
from fedirec.remix.queries.proofs import proved_by_us
from fedirec.remix.vocab import NewsObject


async def show_news(request: Request[Any]) -> Response:
    """A piece of news of ours as it was sent, or its tombstone. A Group blocks nobody, so everybody may read it."""
    site: Site = request.state["site"]
    news = await get_news(f"{site.uris.origin}{request.url.path}")
    if not news.group.is_local or is_withheld(news):
        raise NotFound("There is no such news here.")
    if news.deleted_at is not None:
        tombstone = Tombstone(id=news.uri, deleted=news.deleted_at, former_type=NewsObject.TYPE)
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    document = {"@context": NEWS_CONTEXT, **describe_news(news, news.group).write()}
    return ActivityResponse(await proved_by_us(document, author=news.group, keyring=request.state["keyring"]))
