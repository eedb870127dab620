"""Works, people and challenges in the words of schema.org, as search engines and libraries read them (JSON-LD)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fedirec.activitypub.models import Actor
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Attachment, Challenge, Contributor, Record
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.challenges import closing_of
from fedirec.remix.roles import find_role
from fedirec.web.language import gettext as _
from fedirec.web.times import in_utc

SCHEMA: Final = "https://schema.org"
_WORK_TYPES: Final = {"text": "CreativeWork", "image": "ImageObject", "audio": "AudioObject", "video": "VideoObject"}


def record_in_schema(record: Record, *, text: str, contributors: Sequence[Contributor]) -> dict[str, Any]:
    """The record in the words of schema.org, as search engines and libraries read it."""
    licence = licence_of(record)
    work: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": _WORK_TYPES[record.kind],
        "@id": record.uri,
        "url": record.uri,
        "name": title_of(record),
        "author": _person(record.author),
        "datePublished": in_utc(record.published_at),
    }
    optional: dict[str, Any] = {
        "abstract": text,
        "license": licence.url,
        "inLanguage": record.language,
        "dateModified": in_utc(record.updated_at) if record.updated_at else None,
        "keywords": [tag.name for tag in record.tags],
        "isBasedOn": [source.uri for source in record.sources if source.in_graph],
        "contributor": [
            {
                "@type": "Role",
                "roleName": _role_name(part.role),
                "contributor": {"@type": "Person", "@id": part.actor_uri},
            }
            for part in contributors
            if not is_unnamed(part.actor_uri)
        ],
        "associatedMedia": [] if record.warning else [_medium(row) for row in record.attachments],
    }
    return work | {name: value for name, value in optional.items() if value}


def person_in_schema(person: Actor) -> dict[str, Any]:
    """Somebody's page in the same words."""
    return {
        "@context": SCHEMA,
        "@type": "ProfilePage",
        "mainEntity": {
            "@type": "Person",
            "@id": person.uri,
            "name": person.name or person.handle,
            "alternateName": f"@{person.handle}@{person.host}",
            "url": person.uri,
        },
    }


def challenge_in_schema(challenge: Challenge, *, text: str) -> dict[str, Any]:
    """A challenge of ours in the same words; `text` is how its brief begins."""
    group = challenge.actor
    about: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "CreativeWork",
        "@id": group.uri,
        "name": challenge.title,
        "abstract": text,
        "url": group.uri,
        "datePublished": in_utc(challenge.opened_at),
    }
    if closes_at := closing_of(challenge):
        about["expires"] = in_utc(closes_at)
    if challenge.leader:
        about["author"] = _person(challenge.leader)
    return about


def title_of(record: Record) -> str:
    """What a record is called, also where its author gave it no name."""
    return record.title or _("Untitled")


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
