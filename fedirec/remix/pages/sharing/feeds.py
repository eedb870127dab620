"""Atom feeds of this instance, its people, challenges, projects and tags: what everybody may see, the newest first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import IntEnum
from html import escape
from typing import Any, Final, TypeAlias

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import Gone
from fedirec.html import excerpt
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Challenge, News, Record
from fedirec.remix.pages.cards import Cards, prepare_words, words_of
from fedirec.remix.pages.sharing.heads import site_name
from fedirec.remix.pages.sharing.schema import title_of
from fedirec.remix.queries.challenges import accepted_by_age, get_challenge
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.feeds import challenges_tagged, local_feed
from fedirec.remix.queries.news import news_of
from fedirec.remix.queries.people import get_person
from fedirec.remix.queries.records import records_by
from fedirec.remix.vocab import hashtag_key
from fedirec.web.atom import MEDIA_TYPE, AtomFeed, Author, Enclosure, Entry
from fedirec.web.conditional import is_known, last_modified
from fedirec.web.language import Reader, reading
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor, Wanted, wanted_page
from fedirec.web.sections import Sections

MAX_AGE: Final = 300
"""Seconds for which a reader or a proxy may keep a feed."""
_TITLE: Final = 80
"""Characters of something without a title that stand for it."""


class Sort(IntEnum):
    """What stands in a feed beside other things."""

    RECORD = 0
    NEWS = 1
    CHALLENGE = 2
    PROJECT = 3


Placed: TypeAlias = tuple[Cursor, Record | News | Entry]
"""Something, and where it stands in a feed."""


async def show_feed_of_everybody(request: Request[Any]) -> Response:
    """What the members of this instance published."""
    wanted = wanted_page(request)
    rows = await local_feed(after=wanted.after, limit=wanted.limit)
    cards = Cards(request)
    return await _feed(request, rows, wanted=wanted, page="/", title=site_name(cards))


async def show_feed_of_person(request: Request[Any]) -> Response:
    """What one person of ours published. Raises NotFound, Gone for somebody who is not here any more."""
    person = await get_person(request.path_params["handle"])
    if person.state != "active":
        raise Gone("That account is not here any more.")
    wanted = wanted_page(request)
    rows = await records_by(person, viewer=None, after=wanted.after, limit=wanted.limit)
    return await _feed(request, rows, wanted=wanted, page=f"/u/{person.handle}", title=person.name or person.handle)


async def show_feed_of_tag(request: Request[Any]) -> Response:
    """The public records, challenges and projects with a tag, wherever they come from."""
    name = hashtag_key(request.path_params["name"])[:100]
    wanted = wanted_page(request)
    sections: Sections = request.state["sections"]
    page = Cards(request).here(request.state["site"].uris.tag(name))
    if not name:
        return await send_feed(request, [], wanted=wanted, page=page, title="#")
    limit = wanted.limit
    records = await explore(Wish(tag=name), after=sorted_after(wanted.after, Sort.RECORD), limit=limit)
    challenges = await challenges_tagged(name, after=sorted_after(wanted.after, Sort.CHALLENGE), limit=limit)
    placed = places_of_records((row.published_at, row.id, row) for row in records)
    placed += [(place_of_sort(row.opened_at, row.id, Sort.CHALLENGE), _challenge_entry(row)) for row in challenges]
    if sections.fed is not None:
        projects = await sections.fed.entries(name, sorted_after(wanted.after, Sort.PROJECT), limit)
        placed += [(place_of_sort(place.at, place.id, Sort.PROJECT), entry) for place, entry in projects]
    return await send_feed(request, placed, wanted=wanted, page=page, title=f"#{name}")


async def show_feed_of_challenge(request: Request[Any]) -> Response:
    """What became part of a challenge of ours, and what it told its followers."""
    challenge = await get_challenge(request.path_params["handle"])
    wanted = wanted_page(request)
    accepted = await accepted_by_age(challenge, after=sorted_after(wanted.after, Sort.RECORD), limit=wanted.limit)
    told = await news_of([challenge.actor], after=sorted_after(wanted.after, Sort.NEWS), limit=wanted.limit)
    return await send_feed(
        request,
        [*places_of_records((row.created_at, row.id, row.record) for row in accepted), *places_of_news(told)],
        wanted=wanted,
        page=f"/c/{request.path_params['handle'].lower()}",
        title=challenge.title,
        changed_at=max((row.decided_at for row in accepted if row.decided_at is not None), default=challenge.opened_at),
    )


async def _feed(request: Request[Any], rows: Sequence[Record], *, wanted: Wanted, page: str, title: str) -> Response:
    """The records as a feed, each at its own moment."""
    placed = [(Cursor(at=record.published_at, id=record.id), record) for record in rows]
    return await send_feed(request, placed, wanted=wanted, page=page, title=title)


async def send_feed(
    request: Request[Any],
    placed: Iterable[Placed],
    *,
    wanted: Wanted,
    page: str,
    title: str,
    changed_at: datetime | None = None,
) -> Response:
    """The newest of these things, each with its place, as a feed of the page with that path.

    For no reader in particular; 304 for a reader who has it already. `changed_at` is when it last changed in a way that
    the rows do not tell. More than `wanted.size` of them mean that there is
    a next piece.
    """
    rows = sorted(placed, key=lambda each: (each[0].at, each[0].id), reverse=True)
    cards = Cards(request)
    origin = cards.site.origin
    shown = rows[: wanted.size]
    next_url = f"{origin}{request.url.path}?after={shown[-1][0]}" if len(rows) > wanted.size else None
    for _at, row in shown:
        if isinstance(row, Record):
            await prepare_words(row.text)
    with reading(Reader()):
        feed = AtomFeed(
            uri=f"{origin}{page}",
            url=f"{origin}{request.url.path}" + (f"?after={wanted.after}" if wanted.after else ""),
            page_url=f"{origin}{page}",
            title=title,
            updated_at=max((_changed_at(row) for _at, row in shown), default=changed_at or _beginning(cards)),
            entries=[_as_entry(cards, row) for _at, row in shown],
            next_url=next_url,
        )
    body = feed.write()
    headers = {
        "ETag": f'"{hashlib.sha256(body).hexdigest()[:32]}"',
        **last_modified(max([changed_at or _beginning(cards), *(_known_at(place, row) for place, row in shown)])),
        "Cache-Control": f"public, max-age={MAX_AGE}",
        "Access-Control-Allow-Origin": "*",
    }
    if is_known(request.headers, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=MEDIA_TYPE, headers=headers)


def sorted_after(after: Cursor | None, sort: Sort) -> Cursor | None:
    """Behind which row of one sort a piece of a feed of several goes on, when `after` is of any."""
    return None if after is None else Cursor(at=after.at, id=(after.id - sort - 1) // len(Sort) + 1)


def places_of_records(rows: Iterable[tuple[datetime, int, Record]]) -> list[Placed]:
    """Records with the moment and the row by which they stand in a feed of several sorts."""
    return [(place_of_sort(at, key, Sort.RECORD), record) for at, key, record in rows]


def places_of_news(rows: Iterable[News]) -> list[Placed]:
    """News with their place in a feed of several sorts."""
    return [(place_of_sort(row.published_at, row.id, Sort.NEWS), row) for row in rows]


def place_of_sort(at: datetime, key: int, sort: Sort) -> Cursor:
    """Where row `key` of one sort stands in a feed of several."""
    return Cursor(at=at, id=key * len(Sort) + sort)


def _as_entry(cards: Cards, row: Record | News | Entry) -> Entry:
    match row:
        case Record():
            return _entry(cards, row)
        case News():
            return _news_entry(row)
        case _:
            return row


def _challenge_entry(challenge: Challenge) -> Entry:
    """What a challenge asks for, in the name of whoever opened it."""
    group, author = challenge.actor, challenge.leader or challenge.actor
    return Entry(
        uri=group.uri,
        url=group.url or group.uri,
        title=challenge.title,
        author=Author(name=author.name or author.handle, url=author.url or author.uri),
        published_at=challenge.opened_at,
        updated_at=challenge.updated_at or challenge.opened_at,
        known_at=challenge.fetched_at,
        html=challenge.content,
        language=challenge.language,
    )


def _news_entry(news: News) -> Entry:
    """Something that a challenge or a project told, in the name of whoever wrote it or else its own."""
    author = news.author or news.group
    return Entry(
        uri=news.uri,
        url=news.uri,
        title=news.title or excerpt(news.content, _TITLE),
        author=Author(name=author.name or author.handle, url=author.url or author.uri),
        published_at=news.published_at,
        updated_at=_changed_at(news),
        html=news.content,
        language=news.language,
    )


def _entry(cards: Cards, record: Record) -> Entry:
    author, licence = record.author, licence_of(record)
    url = f"{cards.site.origin}{cards.record_url(record)}" if author.is_local else (record.url or record.uri)
    hidden = bool(record.warning)
    return Entry(
        uri=record.uri,
        url=url,
        title=title_of(record),
        author=Author(name=author.name or author.handle, url=author.url or author.uri),
        published_at=record.published_at,
        updated_at=_changed_at(record),
        html=_warned(record) if hidden else _content(record),
        language=record.language,
        rights=licence.name if licence.is_known else "",
        licence_url=licence.url,
        tags=[tag.name for tag in record.tags],
        enclosures=[]
        if hidden
        else [Enclosure(url=row.url, media_type=row.media_type, title=row.description) for row in record.attachments],
    )


def _content(record: Record) -> str:
    """The pictures and the words, as a reader shows them."""
    pictures = "".join(
        f'<p><img src="{escape(row.url)}" alt="{escape(row.description)}"></p>'
        for row in record.attachments
        if row.kind == "image"
    )
    return pictures + words_of(record)


def _warned(record: Record) -> str:
    """A work with a warning is not shown before its reader chose to see it."""
    said = escape(record.warning)
    return f"<p>{said}</p><p>{escape(_('Open it to see what is behind this warning.'))}</p>"


def _changed_at(row: Record | News | Entry) -> datetime:
    return row.updated_at or row.published_at


def _known_at(place: Cursor, row: Record | News | Entry) -> datetime:
    """Since when it stands in the feed as it is: what comes from elsewhere can be older than what was here before."""
    match row:
        case Record():
            known = row.fetched_at
        case Entry():
            known = row.known_at
        case _:
            known = None
    return max(filter(None, (place.at, _changed_at(row), known)))


def _beginning(cards: Cards) -> datetime:
    """When an instance on which nothing happened yet came to be."""
    instance = cards.site.instance
    assert instance is not None
    return instance.set_up_at or instance.created_at


routes = [
    Route("/feed", show_feed_of_everybody, methods=["GET"]),
    Route("/u/{handle}/feed", show_feed_of_person, methods=["GET"]),
    Route("/c/{handle}/feed", show_feed_of_challenge, methods=["GET"]),
    Route("/tags/{name}/feed", show_feed_of_tag, methods=["GET"]),
]
