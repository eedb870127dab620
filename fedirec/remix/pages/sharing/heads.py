"""What a page says of itself to other software: OpenGraph, oEmbed, feeds.

Only what everybody may see speaks of itself. What a warning hides stays out of previews. The page of something that
lives elsewhere names the original and asks search engines to keep to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fedirec.activitypub.models import Actor
from fedirec.html import excerpt
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Attachment, Challenge, Contributor, Record
from fedirec.remix.pages.cards import Cards, first_words_of
from fedirec.remix.pages.sharing.provenance import record_in_prov, trail_in_schema
from fedirec.remix.pages.sharing.schema import (
    challenge_in_schema,
    person_in_schema,
    record_in_schema,
    title_of,
)
from fedirec.remix.queries.trails import Trail
from fedirec.remix.wishes import LEARNING_FORBIDDEN, AiPreference
from fedirec.web.times import in_utc

_DESCRIPTION: Final = 200
"""Characters that other sites show of a text."""
_OPEN_GRAPH_TYPES: Final = {"text": "article", "image": "article", "audio": "music.song", "video": "video.other"}
_SQUARE: Final = (480, 270)
"""Pixels of an embedded player of something that has no shape of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A `<link>` to another form of the page."""

    rel: str
    href: str
    type: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands in the head of a page beside its title; every address is whole."""

    links: Sequence[Link] = ()
    properties: Sequence[tuple[str, str]] = ()
    """OpenGraph, in order."""
    names: Sequence[tuple[str, str]] = ()
    """Other `<meta name>`."""
    schema: dict[str, Any] = field(default_factory=dict)
    """JSON-LD in the words of schema.org; empty for nothing."""
    provenance: dict[str, Any] = field(default_factory=dict)
    """JSON-LD in the words of PROV; empty for nothing."""


def record_head(cards: Cards, record: Record, *, contributors: Sequence[Contributor] = ()) -> Head:
    """What the page of `record` says of itself and of those who have a part in it, and what machines may do with it."""
    head = _head_of(cards, record, contributors)
    if record.ai_preference == AiPreference.DISALLOW:
        return replace(head, names=[*head.names, ("robots", LEARNING_FORBIDDEN["X-Robots-Tag"])])
    return head


def _head_of(cards: Cards, record: Record, contributors: Sequence[Contributor]) -> Head:
    if not record.author.is_local:
        return _copy_of(record.url or record.uri)
    if record.visibility != "public" or record.deleted_at:
        return _unlisted()
    url, author = record.uri, record.author
    text = description_of(record)
    picture = picture_of(record)
    playable = next((row for row in record.attachments if row.kind in ("audio", "video")), None)
    shape = shape_of(record)
    links = [
        Link(rel="canonical", href=url),
        Link(
            rel="alternate",
            type="application/json+oembed",
            href=f"{cards.site.origin}/oembed?url={quote(url, safe='')}",
            title=title_of(record),
        ),
        Link(
            rel="alternate",
            type="application/atom+xml",
            href=f"{author.uri}/feed",
            title=author.name or author.handle,
        ),
    ]
    if licence_url := licence_of(record).url:
        links.append(Link(rel="license", href=licence_url))
    properties = [*_open_graph(cards, title=title_of(record), kind=_OPEN_GRAPH_TYPES[record.kind], url=url, text=text)]
    if picture is not None:
        properties += _picture(picture)
    if playable is not None and not record.warning:
        properties += [
            (f"og:{playable.kind}", playable.url),
            (f"og:{playable.kind}:type", playable.media_type),
        ]
    properties.append(("article:published_time", in_utc(record.published_at)))
    names = [("fediverse:creator", f"@{author.handle}@{author.host}"), ("author", author.name or author.handle)]
    if playable is not None:
        names += [
            ("twitter:card", "player"),
            ("twitter:player", f"{url}/embed"),
            ("twitter:player:width", str(shape[0])),
            ("twitter:player:height", str(shape[1])),
        ]
    else:
        names.append(("twitter:card", "summary_large_image" if picture else "summary"))
    if text:
        names.append(("description", text))
    return Head(
        links=links,
        properties=properties,
        names=names,
        schema=record_in_schema(record, text=text, contributors=contributors),
    )


def crediting(head: Head, record: Record, *, credit: str) -> Head:
    """The same `head` of `record` with who is credited in one line, and with where it comes from in the words of PROV.

    What says nothing to search engines says nothing of that either.
    """
    if not head.schema:
        return head
    schema = head.schema | ({"creditText": credit} if credit else {})
    return replace(head, schema=schema, provenance=record_in_prov(record, credit=credit))


def lineage_head(record: Record, trail: Trail, *, credit: str) -> Head:
    """What the page of the trail of `record` says of the works in it."""
    if not record.author.is_local:
        return _copy_of(record.url or record.uri)
    if record.visibility != "public" or record.deleted_at:
        return _unlisted()
    url = f"{record.uri}/lineage"
    links = [Link(rel="canonical", href=url)]
    links.append(Link(rel="alternate", type="application/ld+json", href=f"{url}.jsonld", title=title_of(record)))
    return Head(links=links, schema=trail_in_schema(trail, credit=credit))


def person_head(cards: Cards, person: Actor) -> Head:
    """What somebody's page says of them."""
    if not person.is_local:
        return _copy_of(person.url or person.uri)
    name, text = person.name or person.handle, excerpt(person.summary, _DESCRIPTION)
    properties = [*_open_graph(cards, title=name, kind="profile", url=person.uri, text=text)]
    properties.append(("profile:username", f"{person.handle}@{person.host}"))
    if person.icon_url:
        properties.append(("og:image", person.icon_url))
    return Head(
        links=[Link(rel="canonical", href=person.uri), feed_link(f"{person.uri}/feed", name)],
        properties=properties,
        names=[("fediverse:creator", f"@{person.handle}@{person.host}"), ("twitter:card", "summary")],
        schema=person_in_schema(person),
    )


def challenge_head(cards: Cards, challenge: Challenge) -> Head:
    """What the page of a challenge says of it."""
    group = challenge.actor
    if not group.is_local:
        return _copy_of(group.url or group.uri)
    if challenge.state == "draft":
        return _unlisted()
    text = excerpt(challenge.content, _DESCRIPTION)
    properties = [*_open_graph(cards, title=challenge.title, kind="article", url=group.uri, text=text)]
    cover = next((row for row in challenge.attachments if row.kind == "image" or row.poster_url), None)
    if cover is not None:
        properties += _picture(cover)
    names = [("twitter:card", "summary_large_image" if cover else "summary")]
    if challenge.leader:
        names.append(("fediverse:creator", f"@{challenge.leader.handle}@{challenge.leader.host}"))
    return Head(
        links=[Link(rel="canonical", href=group.uri), feed_link(f"{group.uri}/feed", challenge.title)],
        properties=properties,
        names=names,
        schema=challenge_in_schema(challenge, text=text),
    )


def tag_head(cards: Cards, name: str) -> Head:
    """What the page of a tag says of itself."""
    url = cards.site.uris.tag(name)
    return Head(links=[Link(rel="canonical", href=url), feed_link(f"{url}/feed", f"#{name}")])


def feed_link(url: str, title: str) -> Link:
    return Link(rel="alternate", type="application/atom+xml", href=url, title=title)


def description_of(record: Record) -> str:
    """What other sites may show of it: the warning where there is one, else how it begins, else what is to be seen."""
    if record.warning:
        return record.warning
    described = next((row.description for row in record.attachments if row.description), "")
    return (first_words_of(record) or described)[:_DESCRIPTION]


def picture_of(record: Record) -> Attachment | None:
    """The file of `record` that can stand for it in a preview; none where a warning hides it."""
    if record.warning:
        return None
    return next((row for row in record.attachments if row.kind == "image" or row.poster_url), None)


def shape_of(record: Record) -> tuple[int, int]:
    """How wide and high an embedded player of `record` would like to be, in pixels."""
    first = next(iter(record.attachments), None)
    if first is not None and first.kind == "audio":
        return 640, 240
    if first is not None and first.width and first.height:
        width = min(first.width, 960)
        return width, round(width * first.height / first.width) + 120
    return _SQUARE


def _open_graph(cards: Cards, *, title: str, kind: str, url: str, text: str) -> list[tuple[str, str]]:
    told = [("og:site_name", site_name(cards)), ("og:title", title), ("og:type", kind), ("og:url", url)]
    return [*told, ("og:description", text)] if text else told


def _picture(row: Attachment) -> list[tuple[str, str]]:
    told = [("og:image", row.url if row.kind == "image" else (row.poster_url or ""))]
    if row.width and row.height:
        told += [("og:image:width", str(row.width)), ("og:image:height", str(row.height))]
    return [*told, ("og:image:alt", row.description)] if row.description else told


def _copy_of(original: str) -> Head:
    """A page about something that lives elsewhere."""
    parts = urlsplit(original)
    links = [Link(rel="canonical", href=original)] if parts.scheme in ("http", "https") else []
    return Head(links=links, names=[("robots", "noindex")])


def _unlisted() -> Head:
    return Head(names=[("robots", "noindex, noarchive")])


def site_name(cards: Cards) -> str:
    """What this instance is called."""
    return cards.site.instance.name if cards.site.instance else cards.site.origin
