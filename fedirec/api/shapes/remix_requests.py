"""Whether a remix may be, as both sides know it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.records import NewRecord
from fedirec.remix.models import RemixRequest as RequestRow
from fedirec.remix.roles import find_role
from fedirec.remix.vocab.remix_requests import MAX_WORDS

Answer = Literal["waiting", "approved", "refused", "revoked", "expired"]


class RemixRequest(Shape):
    """A question to the author of a source about one remix of it, and the answer."""

    id: int
    source: int | None = Field(description="The record that it was made from; null when it is not known here.")
    source_uri: str
    remix: int | None = Field(description="The remix; null as long as it is not known here.")
    remix_uri: str
    asker: Person
    owner: Person = Field(description="Who made the source, and answers.")
    state: Answer
    is_automatic: bool = Field(description="Whether it was approved as its owner wished beforehand.")
    licence: str | None = Field(description="The licence of the remix that is asked about, or was agreed to.")
    roles: list[str] = Field(description="As what the owner is credited: codes of GET /api/vocabularies.")
    words: str = Field(description="What the asker says.")
    answer: str = Field(description="What the owner says.")
    stamp: str | None = Field(description="Where the consent can be read and checked, as long as it stands.")
    remix_digest: str | None = Field(description="The version of the remix that was agreed to.")
    source_digest: str | None = Field(description="The version of the source as it was then.")
    asked_at: datetime
    decided_at: datetime | None
    expires_at: datetime | None


class RemixRequests(Listed):
    items: list[RemixRequest]


class RequestsQuery(PieceQuery):
    """Which questions are wanted."""

    side: Literal["asked", "asking"] = Field("asked", description="Those that others ask you, or that you ask others.")
    state: Answer | None = None


class RemixAnswer(Sent):
    """What an author says to a remix of theirs."""

    agree: bool
    words: Text = Field("", max_length=MAX_WORDS)
    digest: Text | None = Field(
        None, max_length=100, description="Only if this is still the version of the remix: the digest of the record."
    )


class Agreement(Sent):
    """A remix that you stand by."""

    remix: int = Field(description="The number of the record that was made from yours.")
    digest: Text | None = Field(
        None, max_length=100, description="Only if this is still the version of the remix: the digest of the record."
    )


class NewQuestion(NewRecord):
    """A record that is published as soon as all have agreed who have to."""

    words: Text = Field("", max_length=MAX_WORDS, description="What you say to those whom you ask.")


class AskedAgain(Sent):
    """Something that you say to those whom you ask."""

    words: Text = Field("", max_length=MAX_WORDS)


def show_request(call: Call, row: RequestRow, rows: Mapping[str, int]) -> RemixRequest:
    """A request, which comes with both people; `rows` are the ids of records by their addresses."""
    return RemixRequest(
        id=row.id,
        source=rows.get(row.source_uri),
        source_uri=row.source_uri,
        remix=rows.get(row.remix_uri),
        remix_uri=row.remix_uri,
        asker=show_person(call, row.asker),
        owner=show_person(call, row.owner),
        state=row.state,  # type: ignore[arg-type]
        is_automatic=row.is_automatic,
        licence=row.licence,
        roles=[role.code for named in row.roles if (role := find_role(named))],
        words=row.words,
        answer=row.answer,
        stamp=row.stamp_uri if row.state == "approved" else None,
        remix_digest=row.remix_digest,
        source_digest=row.source_digest,
        asked_at=row.asked_at,
        decided_at=row.decided_at,
        expires_at=row.expires_at,
    )
