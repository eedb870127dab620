"""Records, their files, what they were made from, and who is credited."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.media.queries import Dressed, dress
from fedirec.remix.actions.drafts import MAX_FILES, MAX_PARTS, MAX_TAGS, MAX_TITLE
from fedirec.remix.licences import Licence as LicenceRule
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import MAX_SOURCES, Relation
from fedirec.remix.models import Attachment, Challenge, RecordRevision
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.cards import first_words_of, licence_in_words, words_of
from fedirec.remix.queries.records import actors_at, contributors_of, pages_of

Kind = Literal["text", "image", "audio", "video"]
RelationName = Literal["adapts", "samples", "contains", "performs", "translates", "inspiredBy"]


class Licence(Shape):
    """What the author of a work lets others do with it."""

    id: str = Field(description="SPDX, or LicenseRef- where SPDX has no name.")
    url: str | None
    short: str
    may_remix: bool | None = Field(description="null when nobody has said.")
    summary: str


class Rendition(Shape):
    """What was made of a file so that it loads fast and plays everywhere."""

    name: str
    url: str
    media_type: str
    width: int | None
    height: int | None


class Caption(Shape):
    """The words of a sound or a film in one language, in WebVTT."""

    language: str
    label: str
    url: str


class File(Shape):
    """A file of a record or a challenge."""

    key: str | None = Field(description="What a record names it by; null for files of other instances.")
    kind: str
    url: str
    media_type: str
    description: str
    width: int | None
    height: int | None
    duration_ms: int | None
    poster_url: str | None
    digest: str | None
    blurhash: str | None
    state: str = Field(description="processing, ready or failed.")
    peaks: list[int] | None
    renditions: list[Rendition]
    captions: list[Caption]


class OwnFile(Shape):
    """A file of the owner of the token."""

    key: str
    kind: str
    url: str
    name: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    duration_ms: int | None
    state: str = Field(description="processing, ready or failed.")
    problem: str | None
    peaks: list[int] | None
    renditions: list[Rendition]
    captions: list[Caption]


class RecordCard(Shape):
    """A record, as lists have it."""

    id: int
    uri: str = Field(description="The id in the federation.")
    url: str = Field(description="The page on this instance.")
    original_url: str | None = Field(description="The page at its home, for a record of another instance.")
    kind: Kind
    title: str
    excerpt: str
    warning: str
    language: str | None
    licence: Licence
    visibility: str
    author: Person
    published_at: datetime
    updated_at: datetime | None
    revision: int
    is_deleted: bool
    tags: list[str]
    files: list[File]


class SourceMade(Shape):
    """What a record was made from."""

    record: int | None = Field(description="Its id here, if it is known.")
    uri: str
    relation: RelationName
    is_confirmed: bool = Field(description="Whether it counts in the lineage.")


class PartTaken(Shape):
    """Somebody who had a part in a record."""

    person: int | None
    uri: str
    role: str


class Record(RecordCard):
    """A record with everything that its page shows."""

    text: str = Field(description="In Markdown; empty when its home sent none.")
    html: str
    sources: list[SourceMade]
    parts: list[PartTaken]


class Records(Listed):
    items: list[RecordCard]


class FileSent(Sent):
    """A file that has arrived at /api/uploads."""

    key: Text = Field(min_length=1, max_length=26)
    description: Text = Field("", max_length=1_500, description="For those who cannot see or hear it.")


class SourceSent(Sent):
    """A record that is built on."""

    record: Row
    relation: RelationName = "adapts"


class PartSent(Sent):
    """Somebody who helped."""

    person: Row
    role: Text = Field(max_length=20, description="A code of GET /api/vocabularies.")


class RecordSent(Sent):
    """A record as its author wants it."""

    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    text: Text = Field("", max_length=28_000, description="Markdown, up to 28,000 bytes.")
    licence: Text = Field(max_length=60, description="An id of GET /api/vocabularies.")
    language: Text | None = Field(None, pattern=r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$")
    warning: Text = Field("", max_length=200)
    tags: list[Text] = Field(default_factory=list, max_length=MAX_TAGS)
    visibility: Literal["public", "followers"] = "public"
    files: list[FileSent] = Field(default_factory=list, max_length=MAX_FILES)
    sources: list[SourceSent] = Field(default_factory=list, max_length=MAX_SOURCES)
    parts: list[PartSent] = Field(default_factory=list, max_length=MAX_PARTS)
    own_role: Text | None = Field(None, max_length=20)


class NewRecord(RecordSent):
    """A record that is published, perhaps as the answer to a challenge."""

    challenge: Row | None = None


class Revision(Shape):
    """A version of a record, as it was sent."""

    number: int
    made_at: datetime
    is_current: bool
    digest: str | None


class Revisions(Shape):
    items: list[Revision]


class WholeRevision(Revision):
    document: dict[str, Any] = Field(description="The ActivityPub object of that version.")


class LineageRecord(Shape):
    """A record in a lineage."""

    record: int | None
    uri: str
    title: str
    kind: Kind
    author: str
    licence: str
    generation: int = Field(
        description="0 is the record itself, negative what it was made from, positive what followed."
    )
    is_remembered: bool = Field(description="Gone or out of reach: what is told was kept when somebody built on it.")


class Derivation(Shape):
    """`record` was made from `source`."""

    record: str
    source: str
    relation: RelationName


class Lineage(Shape):
    """What a record was made from and what was made from it, at whatever remove."""

    record: str
    records: list[LineageRecord]
    derivations: list[Derivation]


class Credit(Shape):
    """Why somebody is credited."""

    person: str
    name: str
    generation: int
    roles: list[str]
    records: list[str]


class Credits(Shape):
    items: list[Credit]


def show_licence(licence: LicenceRule) -> Licence:
    """What a licence means."""
    return Licence(
        id=licence.id,
        url=licence.url,
        short=licence.short,
        may_remix=licence.may_remix if licence.is_known else None,
        summary=licence_in_words(licence) if licence.is_known else "",
    )


async def dressed_files(rows: Sequence[RecordRow | Challenge]) -> Mapping[int, Dressed]:
    """What was made of the files of all these, in one go."""
    return await dress([each.media_id for row in rows for each in row.attachments if each.media_id is not None])


def show_file(call: Call, attachment: Attachment, dressed: Mapping[int, Dressed]) -> File:
    """One file, with what was made of it when it is ours."""
    made = dressed.get(attachment.media_id) if attachment.media_id is not None else None
    cards = call.cards
    poster = attachment.poster_url
    return File(
        key=made.key if made else None,
        kind=attachment.kind,
        url=call.absolute(cards.shown_here(attachment.url)),
        media_type=attachment.media_type,
        description=attachment.description,
        width=attachment.width,
        height=attachment.height,
        duration_ms=attachment.duration_ms,
        poster_url=call.absolute(cards.shown_here(poster)) if poster else None,
        digest=attachment.digest,
        blurhash=(made.blurhash if made else None) or attachment.blurhash,
        state=made.state if made else "ready",
        peaks=made.peaks if made else None,
        renditions=_renditions(call, made) if made else [],
        captions=_captions(call, made) if made else [],
    )


def show_own_file(call: Call, made: Dressed) -> OwnFile:
    """A file of the owner of the token, in a record or not yet."""
    return OwnFile(
        key=made.key,
        kind=made.kind,
        url=call.absolute(made.original.url),
        name=made.original.file_name,
        media_type=made.original.media_type,
        size=made.original.size,
        width=made.width,
        height=made.height,
        duration_ms=made.duration_ms,
        state=made.state,
        problem=made.problem,
        peaks=made.peaks,
        renditions=_renditions(call, made),
        captions=_captions(call, made),
    )


def show_card(call: Call, row: RecordRow, dressed: Mapping[int, Dressed]) -> RecordCard:
    """A record, which comes with its parts, as lists have it."""
    return RecordCard(**_card(call, row, dressed))


async def show_records(call: Call, rows: Sequence[RecordRow]) -> list[RecordCard]:
    dressed = await dressed_files(rows)
    return [show_card(call, row, dressed) for row in rows]


async def show_record(call: Call, row: RecordRow) -> Record:
    """A record, which comes with its parts, as its page has it."""
    contributors = await contributors_of(row)
    people = await actors_at({each.actor_uri for each in contributors})
    known = await pages_of([source.uri for source in row.sources])
    is_deleted = row.deleted_at is not None
    return Record(
        **_card(call, row, await dressed_files([row])),
        text="" if is_deleted else row.text,
        html="" if is_deleted else words_of(row),
        sources=[
            SourceMade(
                record=known.get(source.uri),
                uri=source.uri,
                relation=Relation(source.relation).value,
                is_confirmed=source.in_graph,
            )
            for source in row.sources
        ],
        parts=[
            PartTaken(
                person=people[each.actor_uri].id if each.actor_uri in people else None,
                uri=each.actor_uri,
                role=each.role,
            )
            for each in contributors
        ],
    )


def show_revision(row: RecordRow, revision: RecordRevision) -> Revision:
    return Revision(
        number=revision.number,
        made_at=revision.created_at,
        is_current=revision.number == row.revision,
        digest=revision.digest,
    )


def _renditions(call: Call, made: Dressed) -> list[Rendition]:
    return [
        Rendition(
            name=each.name,
            url=call.absolute(each.url),
            media_type=each.media_type,
            width=each.width,
            height=each.height,
        )
        for each in made.renditions.values()
    ]


def _captions(call: Call, made: Dressed) -> list[Caption]:
    return [Caption(language=each.language, label=each.label, url=call.absolute(each.url)) for each in made.captions]


def _card(call: Call, row: RecordRow, dressed: Mapping[int, Dressed]) -> dict[str, Any]:
    is_here, is_deleted = row.author.is_local, row.deleted_at is not None
    return {
        "id": row.id,
        "uri": row.uri,
        "url": call.absolute(call.cards.record_url(row)),
        "original_url": None if is_here else (row.url or row.uri),
        "kind": row.kind,
        "title": row.title,
        "excerpt": "" if is_deleted else first_words_of(row),
        "warning": row.warning,
        "language": row.language,
        "licence": show_licence(find_licence(row.licence_url or row.licence)),
        "visibility": row.visibility,
        "author": show_person(call, row.author),
        "published_at": row.published_at,
        "updated_at": row.updated_at,
        "revision": row.revision,
        "is_deleted": is_deleted,
        "tags": [tag.name for tag in row.tags],
        "files": [] if is_deleted else [show_file(call, each, dressed) for each in row.attachments],
    }
