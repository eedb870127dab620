"""Sharing the pen of a record, and writing with it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
from fedirec.api.endpoints.records.works import get_own_record
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.pens import (
    HandedIn,
    Pen,
    Pens,
    PenSent,
    PensQuery,
    PresentVersion,
    VersionSent,
    show_handed_in,
    show_pen,
    show_version,
)
from fedirec.errors import Forbidden, Invalid
from fedirec.remix.actions.drafts import FileDraft, SourceDraft
from fedirec.remix.actions.pens import (
    Changes,
    KeptFile,
    accept_pen,
    decline_pen,
    hand_in,
    lay_down_pen,
    prepare_version,
    present_version,
    share_pen,
    take_back_pen,
)
from fedirec.remix.actions.pens.writing import Written, refuse_other_version
from fedirec.remix.models import Record
from fedirec.remix.queries.pens import get_pen_of, latest_writing, pens_of
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import files_of, find_record_row
from fedirec.remix.vocab import RecordObject
from fedirec.web.language import gettext as _


async def share(call: Call) -> Pen:
    record, sent = await get_own_record(call), call.sent(PenSent)
    other = (await actors_in_order([sent.person])).get(sent.person)
    if other is None:
        raise Invalid("Nobody with that id is known here.", field="person")
    pen = await share_pen(call.actor, record, other, words=sent.words)
    return await _again(call, pen.id)


async def list_pens(call: Call) -> Pens:
    side = call.asked(PensQuery).side
    rows, has_more = await pens_of(call.actor, side=side, before=read_row(call) or 0, limit=size_of(call))
    end = str(rows[-1].id) if has_more else None
    return piece_with(call, Pens, [show_pen(call, row) for row in rows], end=end)


async def show_one_pen(call: Call) -> Pen:
    return await _again(call, call.row())


async def accept(call: Call) -> Pen:
    await accept_pen(call.actor, await get_pen_of(call.actor, call.row()))
    return await _again(call, call.row())


async def decline(call: Call) -> Pen:
    await decline_pen(call.actor, await get_pen_of(call.actor, call.row()))
    return await _again(call, call.row())


async def lay_down(call: Call) -> Pen:
    await lay_down_pen(call.actor, await get_pen_of(call.actor, call.row()))
    return await _again(call, call.row())


async def take_back(call: Call) -> Pen:
    await take_back_pen(call.actor, await get_pen_of(call.actor, call.row()))
    return await _again(call, call.row())


async def find_version(call: Call) -> RecordObject:
    pen = await get_pen_of(call.actor, call.row())
    if pen.holder_id != call.actor.id:
        raise Forbidden(_("You are not a co-author of this record."))
    return await present_version(call.request.state["remote"], pen)


async def show_present(call: Call) -> PresentVersion:
    return show_version(call.prepared)


async def prepare(call: Call) -> Written:
    present, sent = await find_version(call), call.sent(VersionSent)
    refuse_other_version(present, version=sent.version)
    fresh = await files_of(call.actor, [file.key for file in sent.files if file.key])
    files: list[KeptFile | FileDraft] = []
    for file in sent.files:
        if (file.key is None) is (file.url is None):
            raise Invalid("A file is named by its key or by its address.", field="files")
        if file.url is not None:
            files.append(KeptFile(url=file.url, description=file.description))
        elif file.key in fresh:
            files.append(FileDraft(media=fresh[file.key], description=file.description))
        else:
            raise Invalid("A file is gone, because it waited too long. Please add it again.", field="files")
    changes = Changes(
        title=sent.title,
        text=sent.text,
        language=sent.language,
        warning=sent.warning,
        role=sent.role,
        sources=[SourceDraft(record=await _source(row)) for row in dict.fromkeys(sent.sources)],
        tags=list(dict.fromkeys(tag.lstrip("#") for tag in sent.tags)),
        files=files,
    )
    pen = await get_pen_of(call.actor, call.row())
    state = call.request.state
    return await prepare_version(
        state["store"],
        state["media_cache"],
        call.actor,
        pen,
        changes,
        present=present,
        settings=call.settings,
        keyring=state["keyring"],
    )


async def _source(row: int) -> Record:
    found = await find_record_row(row)
    if found is None or found.visibility != "public":
        raise Invalid("No record with that id is known here.", field="sources")
    return found


async def write(call: Call) -> HandedIn:
    pen = await get_pen_of(call.actor, call.row())
    return show_handed_in(await hand_in(call.actor, pen, call.prepared))


async def show_latest(call: Call) -> HandedIn:
    return show_handed_in(await latest_writing(await get_pen_of(call.actor, call.row())))


async def _again(call: Call, key: int) -> Pen:
    return show_pen(call, await get_pen_of(call.actor, key))


ENDPOINTS = (
    Endpoint(
        name="share_pen",
        method="POST",
        path="/records/{id:int}/pens",
        permission=Permission.PUBLISH,
        says="Somebody is invited to write your record with you.",
        run=share,
        body=PenSent,
        answer=Pen,
        status=201,
        pages=("/records/{key}/pens",),
    ),
    listed(
        "list_pens",
        "/pens",
        "What you write with others, or are invited to; or whom you invited; the newest first.",
        list_pens,
        answer=Pens,
        query=PensQuery,
    ),
    Endpoint(
        name="show_pen",
        method="GET",
        path="/pens/{id:int}",
        permission=Permission.READ_OWN,
        says="An invitation to write a record together, by you or to you.",
        run=show_one_pen,
        answer=Pen,
    ),
    Endpoint(
        name="accept_pen",
        method="POST",
        path="/pens/{id:int}/accept",
        permission=Permission.PUBLISH,
        says="You write the record with its author.",
        run=accept,
        answer=Pen,
        pages=("/pens/{id:int}/answer",),
    ),
    Endpoint(
        name="decline_pen",
        method="POST",
        path="/pens/{id:int}/decline",
        permission=Permission.PUBLISH,
        says="You do not write the record with its author, who hears that.",
        run=decline,
        answer=Pen,
        pages=("/pens/{id:int}/answer",),
    ),
    Endpoint(
        name="lay_down_pen",
        method="POST",
        path="/pens/{id:int}/lay-down",
        permission=Permission.PUBLISH,
        says="You write the record no more; what you wrote stays, with your name.",
        run=lay_down,
        answer=Pen,
        pages=("/pens/{id:int}/answer",),
    ),
    Endpoint(
        name="take_back_pen",
        method="POST",
        path="/pens/{id:int}/take-back",
        permission=Permission.PUBLISH,
        says="You write your record without them from now on.",
        run=take_back,
        answer=Pen,
        pages=("/pens/{id:int}/answer",),
    ),
    Endpoint(
        name="show_present_version",
        method="GET",
        path="/pens/{id:int}/version",
        permission=Permission.READ_OWN,
        says="The record as its home has it now, for whoever holds the pen.",
        prepare=find_version,
        run=show_present,
        answer=PresentVersion,
    ),
    Endpoint(
        name="write_version",
        method="POST",
        path="/pens/{id:int}/versions",
        permission=Permission.PUBLISH,
        says="The record has the version that you made, or it is on its way to its home, which answers.",
        prepare=prepare,
        run=write,
        body=VersionSent,
        answer=HandedIn,
        is_versioned=True,
        pages=("/pens/{id:int}/versions",),
    ),
    Endpoint(
        name="show_latest_version",
        method="GET",
        path="/pens/{id:int}/versions/latest",
        permission=Permission.READ_OWN,
        says="What became of what was handed in last.",
        run=show_latest,
        answer=HandedIn,
    ),
)
