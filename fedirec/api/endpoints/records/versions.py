"""A record as it was."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import get_standing_record
from fedirec.api.shapes.versions import Revisions, WholeRevision, show_revision
from fedirec.errors import NotFound
from fedirec.remix.queries.edits import proved_edits
from fedirec.remix.queries.pseudonyms import stand_ins_in
from fedirec.remix.queries.records import get_revision, revisions_of
from fedirec.remix.queries.versions import shown_version
from fedirec.remix.visibility import may_see_version


async def list_revisions(call: Call) -> Revisions:
    record = await get_standing_record(call)
    shown = [each for each in await revisions_of(record) if await may_see_version(record, each, call.looker)]
    unnamed = await stand_ins_in(record.id, {each.editor_uri for each in shown if each.editor_uri})
    signed = await proved_edits(shown)
    return Revisions(items=[show_revision(record, each, unnamed=unnamed, signed=signed) for each in shown])


async def show_one_revision(call: Call) -> WholeRevision:
    record = await get_standing_record(call)
    number = call.row("number")
    revision = await get_revision(record, number if number < 2**31 else 0)
    if not await may_see_version(record, revision, call.looker):
        raise NotFound("There is no such version.")
    unnamed = await stand_ins_in(record.id, [revision.editor_uri] if revision.editor_uri else [])
    shown = show_revision(record, revision, unnamed=unnamed, signed=await proved_edits([revision]))
    return WholeRevision(**shown.model_dump(), document=await shown_version(record, revision))


ENDPOINTS = (
    Endpoint(
        name="list_revisions",
        method="GET",
        path="/records/{id:int}/revisions",
        permission=Permission.READ_OWN,
        says="The versions of a record, the newest first.",
        run=list_revisions,
        answer=Revisions,
        is_open=True,
    ),
    Endpoint(
        name="show_revision",
        method="GET",
        path="/records/{id:int}/revisions/{number:int}",
        permission=Permission.READ_OWN,
        says="A record as it was in one of its versions.",
        run=show_one_revision,
        answer=WholeRevision,
        is_open=True,
    ),
)
