"""What is still being written."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.errors import NotFound
from fedirec.remix.actions.drafting import forget_draft, is_draft_key, save_draft
from fedirec.remix.models import Draft as DraftRow
from fedirec.remix.queries.drafts import drafts_of, get_draft


class FieldSent(Sent):
    """One field of the form in which a record is written, such as `title`, `text` or `licence`."""

    name: Text = Field(min_length=1, max_length=100)
    value: Text = Field(max_length=60_000)


class FieldKept(Shape):
    name: str
    value: str


class DraftSent(Sent):
    """A draft is what the form of the studio holds, so that it can be gone on with there."""

    title: Text = Field("", max_length=500)
    fields: list[FieldSent] = Field(max_length=500)
    files: list[Text] = Field(default_factory=list, max_length=10, description="Keys of files that shall wait.")


class Draft(Shape):
    key: str
    title: str
    saved_at: datetime
    fields: list[FieldKept]


class Drafts(Shape):
    items: list[Draft]


async def list_drafts(call: Call) -> Drafts:
    return Drafts(items=[_shown(row) for row in await drafts_of(call.actor)])


async def show_draft(call: Call) -> Draft:
    return _shown(await get_draft(call.actor, call.word("key")))


async def keep_draft(call: Call) -> Draft:
    wanted, key = call.sent(DraftSent), call.word("key")
    if not is_draft_key(key):
        raise NotFound("A draft is kept under 26 small letters and digits.")
    values = [(each.name, each.value) for each in wanted.fields]
    return _shown(await save_draft(call.actor, key=key, title=wanted.title, values=values, files=wanted.files))


async def throw_away(call: Call) -> None:
    await forget_draft(call.actor, key=call.word("key"))


def _shown(row: DraftRow) -> Draft:
    return Draft(
        key=row.key,
        title=row.title,
        saved_at=row.saved_at,
        fields=[FieldKept(name=str(name), value=str(value)) for name, value in row.content],
    )


ENDPOINTS = (
    Endpoint(
        name="list_drafts",
        method="GET",
        path="/drafts",
        permission=Permission.PUBLISH,
        says="What you were writing last, the newest first.",
        run=list_drafts,
        answer=Drafts,
    ),
    Endpoint(
        name="show_draft",
        method="GET",
        path="/drafts/{key}",
        permission=Permission.PUBLISH,
        says="A draft of yours.",
        run=show_draft,
        answer=Draft,
    ),
    Endpoint(
        name="save_draft",
        method="PUT",
        path="/drafts/{key}",
        permission=Permission.PUBLISH,
        says="What you have written so far is kept under a key of 26 small letters and digits that you choose.",
        run=keep_draft,
        body=DraftSent,
        answer=Draft,
        pages=("/records/drafts/{key}",),
    ),
    Endpoint(
        name="forget_draft",
        method="DELETE",
        path="/drafts/{key}",
        permission=Permission.PUBLISH,
        says="That draft is thrown away.",
        run=throw_away,
        status=204,
        pages=("/records/drafts/{key}/forget",),
    ),
)
