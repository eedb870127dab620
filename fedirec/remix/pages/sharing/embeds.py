"""A record on somebody else's page: oEmbed, and the player that stands in a frame there.

https://oembed.com, and of what Mastodon shows: a player for `video`, a picture for `photo`.
"""

from __future__ import annotations

from html import escape
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.errors import Gone, Invalid, NotFound
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, prepare_words
from fedirec.remix.pages.sharing.heads import picture_of, shape_of, site_name
from fedirec.remix.pages.sharing.schema import title_of
from fedirec.remix.pages.visitors import record_in
from fedirec.remix.queries.records import get_record
from fedirec.remix.visibility import is_withheld
from fedirec.remix.wishes import headers_of
from fedirec.web.render import render
from fedirec.web.security import content_security_policy

CACHE_SECONDS: Final = 86_400
SMALLEST: Final = 200
"""Pixels below which a player cannot be used."""
FRAMED: Final = {"Content-Security-Policy": content_security_policy(frame_ancestors="*"), "X-Robots-Tag": "noindex"}
_OPEN: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "public, max-age=3600"}


async def show_oembed(request: Request[Any]) -> Response:
    """How a record of ours is shown in a page elsewhere.

    404 for what is none of ours or not for everybody, 501 for XML, as the oEmbed specification says (section 2.3.3).
    """
    asked = request.query_params
    if asked.get("format", "json") != "json":
        return JSONResponse({"detail": "this instance answers in JSON"}, status_code=501, headers=_OPEN)
    width, height = _most(asked.get("maxwidth")), _most(asked.get("maxheight"))
    record = await _record_at(request, asked.get("url", ""))
    return JSONResponse(oembed(Cards(request), record, most_width=width, most_height=height), headers=_OPEN)


async def show_player(request: Request[Any]) -> Response:
    """A record of ours, with who made it and its licence, in a frame of any site. Nobody is signed in there."""
    record = await record_in(request)
    if record.deleted_at or record.visibility != "public" or is_withheld(record, None):
        was_deleted = record.deleted_at is not None
        status = Gone.status if was_deleted else NotFound.status
        return render(request, "remix/embed_gone.html", status, headers=FRAMED, was_deleted=was_deleted)
    await prepare_words(record.text)
    cards = Cards(request)
    await cards.dress([record])
    return render(
        request,
        "remix/embed.html",
        headers=_framed(record) | {"Cache-Control": "public, max-age=300"},
        record=cards.record(record, whole=True),
        uri=record.uri,
    )


def _framed(record: Record) -> dict[str, str]:
    """The headers of the player of `record`, with its author's wish about machines."""
    wish = headers_of(record.ai_preference)
    robots = ", ".join(filter(None, (FRAMED["X-Robots-Tag"], wish.get("X-Robots-Tag"))))
    return FRAMED | wish | {"X-Robots-Tag": robots}


def oembed(cards: Cards, record: Record, *, most_width: int | None, most_height: int | None) -> dict[str, Any]:
    """The answer of oEmbed 1.0 about a public record of ours."""
    wide, high = shape_of(record)
    width, height = min(wide, most_width or wide), min(high, most_height or high)
    picture, licence, author = picture_of(record), licence_of(record), record.author
    told: dict[str, Any] = {
        "version": "1.0",
        "type": "video" if record.kind == "video" else "rich",
        "title": title_of(record),
        "author_name": author.name or author.handle,
        "author_url": author.uri,
        "provider_name": site_name(cards),
        "provider_url": cards.site.origin,
        "cache_age": CACHE_SECONDS,
        "width": width,
        "height": height,
        "html": (
            f'<iframe src="{escape(record.uri)}/embed" width="{width}" height="{height}" '
            f'title="{escape(title_of(record))}" style="border:0;max-width:100%" loading="lazy" '
            'allow="fullscreen" sandbox="allow-scripts allow-same-origin allow-popups"></iframe>'
        ),
    }
    if licence.is_known:
        told |= {"license": licence.name, "license_url": licence.url}
    if picture is not None and picture.width and picture.height:
        told |= {
            "thumbnail_url": picture.url if picture.kind == "image" else picture.poster_url,
            "thumbnail_width": picture.width,
            "thumbnail_height": picture.height,
        }
    return told


async def _record_at(request: Request[Any], url: str) -> Record:
    """The public record of ours whose page is at `url`. Raises NotFound."""
    site = request.state["site"]
    path = urlsplit(url).path if site.is_ours(url) else ""
    if not path.startswith("/records/"):
        raise NotFound("There is no such record here.")
    record = await get_record(site.uris.record(path.split("/")[2]))
    if record.visibility != "public" or record.deleted_at or is_withheld(record, None):
        raise NotFound("There is no such record here.")
    return record


def _most(text: str | None) -> int | None:
    """The pixels that a consumer has room for. Raises Invalid for anything but a number that a player can live with."""
    if text is None:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 5:
        raise Invalid("maxwidth and maxheight are whole numbers of pixels")
    return max(int(text), SMALLEST)


routes = [
    Route("/oembed", show_oembed, methods=["GET"]),
    Route("/records/{key}/embed", show_player, methods=["GET"]),
]
