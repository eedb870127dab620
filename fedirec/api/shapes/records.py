"""Records, what they were made from, and who had a part in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import (
    AcknowledgementName,
    ClearanceName,
    HealthName,
    Kind,
    Listed,
    RelationName,
    Row,
    Sent,
    Shape,
    Text,
)
from fedirec.api.shapes.files import File, FileSent, dressed_files, show_file
from fedirec.api.shapes.licences import Licence, show_licence
from fedirec.api.shapes.people import Person, show_person
from fedirec.media.queries import Dressed
from fedirec.remix.actions.drafts import MAX_FILES, MAX_PARTS, MAX_TAGS, MAX_TITLE
from fedirec.remix.licences import licence_of
from fedirec.remix.lineage import MAX_SOURCES, Relation
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.cards import first_words_of, words_of
from fedirec.remix.queries.records import actors_at, contributors_of, pages_of
from fedirec.remix.queries.standing import health_of
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.remix.vocab.records import MAX_QUESTION


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
    thanks: str = Field(description="What the author of the record says to the author of the source.")
    is_confirmed: bool = Field(description="Whether it counts in the lineage.")
    permission: ClearanceName = Field(
        description="Why it may be: both are by the same author (own), the licence lets it (by_licence), the author of "
        "the source let it (granted), none of these (blocked), or nobody has said what may be done with the source."
    )
    acknowledgement: AcknowledgementName = Field(description="What the author of the source says to it.")
    health: HealthName = Field(description="How well all this can be checked today.")
    added_by: str = Field(description="Who said so: the author, a reply, a claim or a moderator.")


class PartTaken(Shape):
    """Somebody who had a part in a record."""

    person: int | None
    uri: str
    role: str


class Record(RecordCard):
    """A record with everything that its page shows."""

    text: str = Field(description="In Markdown; empty when its home sent none.")
    html: str
    quoting: str = Field(description="Who may quote it: anyone, those whom its author lets (asked), or nobody.")
    remixing: str = Field(
        description="Whose remixes its author agrees to without being asked: anyone's, followers', or nobody's. A "
        "licence that lets nobody remix leaves nobody's."
    )
    ai_preference: str = Field(description="Whether machines may be trained with it: unset, disallow or allow.")
    feedback_wanted: str | None = Field(description="What its author would like to hear; null: they do not ask.")
    sources: list[SourceMade]
    parts: list[PartTaken]
    author_keys_changed_at: datetime | None = Field(
        description="Since when the server of its author has other keys for them that no key vouches for that was "
        "known before: perhaps somebody else has the domain now. What was said before stands."
    )


class Records(Listed):
    items: list[RecordCard]


class SourceSent(Sent):
    """A record that is built on."""

    record: Row
    relation: RelationName = "adapts"
    thanks: Text = Field("", max_length=300, description="A line to its author.")


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
    quoting: Literal["anyone", "asked", "nobody"] = "anyone"
    remixing: Literal["anyone", "followers", "nobody"] = "anyone"
    ai_preference: Literal["unset", "disallow", "allow"] = "unset"
    feedback_wanted: Text = Field("", max_length=MAX_QUESTION, description="What you would like to hear about it.")
    files: list[FileSent] = Field(default_factory=list, max_length=MAX_FILES)
    sources: list[SourceSent] = Field(default_factory=list, max_length=MAX_SOURCES)
    parts: list[PartSent] = Field(default_factory=list, max_length=MAX_PARTS)
    own_role: Text | None = Field(None, max_length=20)


class NewRecord(RecordSent):
    """A record that is published, perhaps as the answer to a challenge."""

    challenge: Row | None = None


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
    health = await health_of(row.sources)
    is_deleted = row.deleted_at is not None
    return Record(
        **_card(call, row, await dressed_files([row])),
        text="" if is_deleted else row.text,
        html="" if is_deleted else words_of(row),
        quoting=row.quoting,
        remixing=row.remixing,
        ai_preference=row.ai_preference,
        feedback_wanted=row.feedback_wanted,
        sources=[
            SourceMade(
                record=known.get(source.uri),
                uri=source.uri,
                relation=Relation(source.relation).value,
                thanks=source.thanks,
                is_confirmed=source.in_graph,
                permission=Clearance(source.permission).value,
                acknowledgement=Acknowledgement(source.acknowledgement).value,
                health=health[source.id].value,
                added_by=source.added_by,
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
        author_keys_changed_at=None if row.author.is_local else await key_changed_at(row.author_id),
    )


def _card(call: Call, row: RecordRow, dressed: Mapping[int, Dressed]) -> dict[str, Any]:
    is_here, is_deleted, left = row.author.is_local, row.deleted_at is not None, row.author.media_rejected
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
        "licence": show_licence(licence_of(row)),
        "visibility": row.visibility,
        "author": show_person(call, row.author),
        "published_at": row.published_at,
        "updated_at": row.updated_at,
        "revision": row.revision,
        "is_deleted": is_deleted,
        "tags": [tag.name for tag in row.tags],
        "files": [] if is_deleted else [show_file(call, each, dressed, left=left) for each in row.attachments],
    }
