"""Changes that somebody suggests to the author of a record."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery, Row, Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.models import Suggestion as SuggestionRow
from fedirec.remix.vocab.remix_requests import MAX_WORDS


class SuggestionsQuery(PieceQuery):
    side: Literal["received", "made"] = "received"


class SuggestionSent(Sent):
    source: Row = Field(description="The record to whose author it is suggested; your remix names it as a source.")
    words: Text = Field("", max_length=MAX_WORDS)


class SuggestionAnswer(Sent):
    words: Text = Field("", max_length=MAX_WORDS, description="What the other one hears.")


class Adoption(SuggestionAnswer):
    digest: str | None = Field(
        None, max_length=100, description="Only as long as what was suggested has this digest; null for any."
    )
    revision: int | None = Field(None, ge=1, le=2**31 - 1, description="Only as long as this is your version.")
    both: bool = Field(
        False, description="With what you changed since they built on it; 409 where both are in the way."
    )


class Suggestion(Shape):
    """A remix that somebody offers to the author of its source, as a change."""

    id: int
    proposer: Person
    owner: Person
    record: str = Field(description="What it would change, in the federation.")
    variation: str = Field(description="What is suggested: a remix of it.")
    state: Literal["waiting", "adopted", "declined", "withdrawn"]
    words: str
    answer: str
    revision: int | None = Field(description="The version of the record that it became.")
    offered_at: datetime
    decided_at: datetime | None


class Suggestions(Listed):
    items: list[Suggestion]


def show_suggestion(call: Call, row: SuggestionRow) -> Suggestion:
    return Suggestion(
        id=row.id,
        proposer=show_person(call, row.proposer),
        owner=show_person(call, row.owner),
        record=row.record_uri,
        variation=row.variation_uri,
        state=row.state,  # type: ignore[arg-type]
        words=row.words,
        answer=row.answer,
        revision=row.revision,
        offered_at=row.offered_at,
        decided_at=row.decided_at,
    )
