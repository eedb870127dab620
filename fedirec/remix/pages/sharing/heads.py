"""What a page says of itself to other software: OpenGraph, oEmbed, feeds, schema.org.

Only what everybody may see speaks of itself. What a warning hides stays out of previews. The page of something that
lives elsewhere names the original and asks search engines to keep to that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from fedirec.activitypub.models import Actor
from fedirec.html import excerpt
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Attachment, Challenge, Contributor, Record
from fedirec.remix.pages.cards import Cards, first_words_of
from fedirec.remix.queries.challenges import closing_of
from fedirec.remix.roles import find_role
from fedirec.web.language import gettext as _

SCHEMA: Final = "https://schema.org"
_DESCRIPTION: Final = 200
"""Characters that other sites show of a text."""
_WORK_TYPES: Final = {"text": "CreativeWork", "image": "ImageObject", "audio": "AudioObject", "video": "VideoObject"}
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


def record_head(cards: Cards, record: Record, *, contributors: Sequence[Contributor] = ()) -> Head:
    """What the page of `record` says of itself and of those who have a part in it."""
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
    properties.append(("article:published_time", _moment(record.published_at)))
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
        links=links, properties=properties, names=names, schema=_work(record, text=text, contributors=contributors)
    )


def person_head(cards: Cards, person: Actor) -> Head:
    """What somebody's page says of them."""
    if not person.is_local:
        return _copy_of(person.url or person.uri)
    name, text = person.name or person.handle, excerpt(person.summary, _DESCRIPTION)
    properties = [*_open_graph(cards, title=name, kind="profile", url=person.uri, text=text)]
    properties.append(("profile:username", f"{person.handle}@{person.host}"))
    if person.icon_url:
        properties.append(("og:image", person.icon_url))
    about: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "ProfilePage",
        "mainEntity": {
            "@type": "Person",
            "@id": person.uri,
            "name": name,
            "alternateName": f"@{person.handle}@{person.host}",
            "url": person.uri,
        },
    }
    return Head(
        links=[Link(rel="canonical", href=person.uri), feed_link(f"{person.uri}/feed", name)],
        properties=properties,
        names=[("fediverse:creator", f"@{person.handle}@{person.host}"), ("twitter:card", "summary")],
        schema=about,
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
    about: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "CreativeWork",
        "@id": group.uri,
        "name": challenge.title,
        "abstract": text,
        "url": group.uri,
        "datePublished": _moment(challenge.opened_at),
    }
    if closes_at := closing_of(challenge):
        about["expires"] = _moment(closes_at)
    if challenge.leader:
        about["author"] = _person(challenge.leader)
    return Head(
        links=[Link(rel="canonical", href=group.uri), feed_link(f"{group.uri}/feed", challenge.title)],
        properties=properties,
        names=names,
        schema=about,
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


def _work(record: Record, *, text: str, contributors: Sequence[Contributor]) -> dict[str, Any]:
    """The record in the words of schema.org, as search engines and libraries read it."""
    licence = licence_of(record)
    work: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": _WORK_TYPES[record.kind],
        "@id": record.uri,
        "url": record.uri,
        "name": title_of(record),
        "author": _person(record.author),
        "datePublished": _moment(record.published_at),
    }
    optional: dict[str, Any] = {
        "abstract": text,
        "license": licence.url,
        "inLanguage": record.language,
        "dateModified": _moment(record.updated_at) if record.updated_at else None,
        "keywords": [tag.name for tag in record.tags],
        "isBasedOn": [source.uri for source in record.sources],
        "contributor": [
            {
                "@type": "Role",
                "roleName": _role_name(part.role),
                "contributor": {"@type": "Person", "@id": part.actor_uri},
            }
            for part in contributors
        ],
        "associatedMedia": [] if record.warning else [_medium(row) for row in record.attachments],
    }
    return work | {name: value for name, value in optional.items() if value}


def _role_name(code: str) -> str:
    role = find_role(code)
    return role.label if role else code


def _person(actor: Actor) -> dict[str, Any]:
    return {"@type": "Person", "@id": actor.uri, "name": actor.name or actor.handle, "url": actor.url or actor.uri}


def _medium(row: Attachment) -> dict[str, Any]:
    medium: dict[str, Any] = {
        "@type": _WORK_TYPES[row.kind],
        "contentUrl": row.url,
        "encodingFormat": row.media_type,
        "description": row.description,
        "width": row.width,
        "height": row.height,
        "thumbnailUrl": row.poster_url,
    }
    if row.duration_ms is not None:
        medium["duration"] = f"PT{row.duration_ms / 1000:g}S"
    return {name: value for name, value in medium.items() if value}


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


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def site_name(cards: Cards) -> str:
    """What this instance is called."""
    return cards.site.instance.name if cards.site.instance else cards.site.origin


def title_of(record: Record) -> str:
    """What a record is called, also where its author gave it no name."""
    return record.title or _("Untitled")
