"""Whether something may be made from sources, before anybody makes it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_challenge_row
from fedirec.api.shapes.basis import Row, Sent, Shape, Text
from fedirec.api.shapes.licences import Licence, show_licence
from fedirec.api.shapes.people import Person, show_person
from fedirec.errors import Invalid
from fedirec.remix.licences import CHOICES, find_licence, licence_of
from fedirec.remix.lineage import MAX_SOURCES
from fedirec.remix.pages.composing.checking import check_licences
from fedirec.remix.pages.composing.composition import Composition, SourceRow
from fedirec.remix.queries.records import records_in_order

Tone = Literal["fine", "care", "stop"]


class SourcesSent(Sent):
    """What somebody would like to build on."""

    sources: list[Row] = Field(max_length=MAX_SOURCES, description="Ids of records.")
    licence: Text | None = Field(None, max_length=60, description="An id of GET /api/vocabularies; the suggested one.")
    challenge: Row | None = Field(None, description="The challenge that it would answer.")


class SourceChecked(Shape):
    """What one source says to it."""

    record: int
    licence: Licence
    tone: Tone = Field(description="fine: nothing stands in the way; care: choose differently; stop: it cannot be.")
    words: str
    may_ask: bool = Field(description="Whether its author could agree to what its licence does not allow.")


class SourcesChecked(Shape):
    """What all sources say together, as the studio shows it."""

    tone: Tone
    outcome: str = Field(description="What could carry which licence, or why nothing could, in a sentence.")
    clashes: list[str] = Field(description="What stands against the licence, with the sources named.")
    sources: list[SourceChecked]
    licence: Licence = Field(description="The one that was asked about, or that we suggest.")
    allowed: list[Licence] = Field(description="The licences that it may carry; none where it cannot be made.")
    asked: list[Person] = Field(description="Whose consent would make it possible; none where nobody's would.")


async def check_sources(call: Call) -> SourcesChecked:
    wanted = call.sent(SourcesSent)
    rows = await records_in_order(wanted.sources, maker=call.actor)
    found = {row.id: row for row in rows}
    for key in wanted.sources:
        if key not in found:
            raise Invalid("There is no such record here.", field="sources")
    composition = Composition(author=call.actor, sources=[SourceRow(record=row) for row in rows])
    chosen = find_licence(wanted.licence) if wanted.licence is not None else composition.suggested
    if chosen not in CHOICES:
        raise Invalid("Please choose a licence.", field="licence")
    challenge = await get_challenge_row(wanted.challenge, field="challenge") if wanted.challenge is not None else None
    check = await check_licences(composition, chosen, challenge=challenge, cards=call.cards)
    needed = {row.author_id: row.author for row in composition.in_the_way(chosen)} if check.asked else {}
    return SourcesChecked(
        tone=check.tone,
        outcome=check.outcome,
        clashes=list(check.problems),
        sources=[
            SourceChecked(
                record=each.id,
                licence=show_licence(licence_of(found[each.id])),
                tone=each.tone,
                words=each.words,
                may_ask=each.may_ask,
            )
            for each in check.sources
        ],
        licence=show_licence(chosen),
        allowed=[show_licence(licence) for licence in CHOICES if licence in composition.allowed],
        asked=[show_person(call, person) for person in needed.values()],
    )


ENDPOINTS = (
    Endpoint(
        name="check_sources",
        method="POST",
        path="/records/check",
        permission=Permission.PUBLISH,
        says="Whether something may be made from these records, under which licence, and who could be asked. Nothing "
        "is kept.",
        run=check_sources,
        body=SourcesSent,
        answer=SourcesChecked,
    ),
)
