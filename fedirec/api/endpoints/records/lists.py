"""Which records there are."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import Kind, PieceQuery, Text
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.records import Records, show_card
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.pages.looking import skills_in
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.vocab import hashtag_key
from fedirec.web.paging import Cursor


class RecordsQuery(PieceQuery):
    """Which records are wanted."""

    q: Text = Field("", max_length=200, description="Words of the record, or of its author's name.")
    kind: Kind | None = None
    tag: Text = Field("", max_length=100)
    remixable: bool = Field(False, description="Only what may be remixed.")
    sellable: bool = Field(False, description="Only what money may be earned with.")
    never_remixed: bool = False
    feedback: bool = Field(False, description="Only what its author would like to hear something about.")
    here: bool = Field(False, description="Only records of people of this instance.")
    host: Text = Field("", max_length=300, description="Only records of people of that instance.")
    language: Text = Field("", max_length=35)
    skill: Text = Field(
        "", max_length=10, description="Only what waits for somebody who can do that: the code of a skill, or mine."
    )


def place_of(row: RecordRow) -> Cursor:
    return Cursor(at=row.published_at, id=row.id)


async def list_records(call: Call) -> Records:
    asked = call.asked(RecordsQuery)
    wish = Wish(
        kind=asked.kind or "",
        words=asked.q,
        tag=hashtag_key(asked.tag),
        remixable=asked.remixable,
        sellable=asked.sellable,
        never_remixed=asked.never_remixed,
        asks_for_feedback=asked.feedback,
        is_local=asked.here,
        host=asked.host.lower(),
        language=asked.language.lower(),
        skills=skills_in(asked.skill, own=call.visitor.account.skills if call.visitor else None),
    )
    rows = await explore(wish, viewer=call.looker, after=read_place(call), limit=size_of(call) + 1)
    return await list_of_records(call, rows)


async def list_of_records(call: Call, rows: list[RecordRow]) -> Records:
    """The piece that was asked for, of records in the order of time."""
    dressed = await dressed_files(rows)
    return piece_of(call, Records, rows, show=lambda row: show_card(call, row, dressed), place=place_of)


ENDPOINTS = (
    listed(
        "list_records",
        "/records",
        "The public records that are known here, the newest first, as far as they fit what is asked for.",
        list_records,
        answer=Records,
        query=RecordsQuery,
        is_open=True,
    ),
)
