"""One record: reading it, publishing, changing and deleting it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.finding import drafted_files, get_challenge_row, get_visible_record
from fedirec.api.shapes.records import NewRecord, Record, RecordSent, show_record
from fedirec.errors import Changed, Forbidden, Gone, Invalid
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Record as RecordRow
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import records_in_order


async def show_one_record(call: Call) -> Record:
    return await _whole(call, await get_visible_record(call))


async def publish(call: Call) -> Record:
    wanted = call.sent(NewRecord)
    draft = await draft_of(call, wanted, challenge=wanted.challenge)
    return await made_record(call, await publish_record(call.actor, draft))


async def made_record(call: Call, made: RecordRow) -> Record:
    """The record that was `made` just now, and where it is."""
    call.headers["Location"] = f"/api/records/{made.id}"
    return await _whole(call, await _again(call, made))


async def edit(call: Call) -> Record:
    record = await get_own_record(call)
    expected = call.request.headers.get("if-match", "").strip()
    tags = [tag.strip() for tag in expected.split(",")]
    if expected and expected != "*" and etag_of(record) not in tags:
        raise Changed
    draft = await draft_of(call, call.sent(RecordSent), of=record)
    revision = record.revision if expected and expected != "*" else None
    made = await edit_record(call.actor, record, draft, revision=revision)
    return await _whole(call, await _again(call, made))


async def delete(call: Call) -> None:
    await delete_record(call.actor, await get_own_record(call))


async def get_own_record(call: Call) -> RecordRow:
    """The record in the path, by whoever asks. Raises NotFound, Gone or Forbidden."""
    record = await get_visible_record(call)
    if record.author_id != call.actor.id:
        raise Forbidden("Only its author can change a record.")
    if record.deleted_at:
        raise Gone
    return record


def etag_of(record: RecordRow) -> str:
    """What stands for this version of a record."""
    return f'"{record.id}-{record.revision}"'


async def _whole(call: Call, record: RecordRow) -> Record:
    if record.deleted_at:
        raise Gone("This was deleted.")
    call.headers["ETag"] = etag_of(record)
    return await show_record(call, record)


async def _again(call: Call, record: RecordRow) -> RecordRow:
    [whole] = await records_in_order([record.id], maker=call.actor)
    return whole


async def draft_of(
    call: Call, wanted: RecordSent, *, of: RecordRow | None = None, challenge: int | None = None
) -> RecordDraft:
    """What was sent, with the rows that it names. Raises Invalid for those that are not there."""
    named = [each.record for each in wanted.sources]
    sources = {row.id: row for row in await records_in_order(named, maker=call.actor, of=of)}
    people = await actors_in_order([each.person for each in wanted.parts])
    for each in wanted.sources:
        if each.record not in sources:
            raise Invalid("There is no such record here.", field="sources")
    for part in wanted.parts:
        if part.person not in people:
            raise Invalid("Nobody with that id is known here.", field="parts")
    return RecordDraft(
        title=wanted.title,
        text=wanted.text,
        licence=wanted.licence,
        language=wanted.language,
        warning=wanted.warning,
        tags=list(dict.fromkeys(tag.lstrip("#") for tag in wanted.tags)),
        visibility=wanted.visibility,
        quoting=wanted.quoting,
        remixing=wanted.remixing,
        ai_preference=wanted.ai_preference,
        feedback_wanted=wanted.feedback_wanted,
        files=await drafted_files(call, wanted.files, of=of),
        sources=list(
            {
                each.record: SourceDraft(
                    record=sources[each.record], relation=Relation(each.relation), thanks=each.thanks
                )
                for each in wanted.sources
            }.values()
        ),
        parts=[PartDraft(actor=people[each.person], role=each.role) for each in wanted.parts],
        own_role=wanted.own_role,
        challenge=await get_challenge_row(challenge, field="challenge") if challenge is not None else None,
    )


ENDPOINTS = (
    Endpoint(
        name="publish_record",
        method="POST",
        path="/records",
        permission=Permission.PUBLISH,
        says="There is a new record of yours, and the world hears of it.",
        run=publish,
        body=NewRecord,
        answer=Record,
        status=201,
        has_etag=True,
        pages=("/records/new",),
    ),
    Endpoint(
        name="show_record",
        method="GET",
        path="/records/{id:int}",
        permission=Permission.READ_OWN,
        says="A record with everything that its page shows.",
        run=show_one_record,
        answer=Record,
        is_open=True,
        has_etag=True,
    ),
    Endpoint(
        name="edit_record",
        method="PUT",
        path="/records/{id:int}",
        permission=Permission.PUBLISH,
        says="Your record has a new version, with If-Match only if it was not changed since; the one before is kept.",
        run=edit,
        body=RecordSent,
        answer=Record,
        has_etag=True,
        pages=("/records/{key}/edit",),
    ),
    Endpoint(
        name="delete_record",
        method="DELETE",
        path="/records/{id:int}",
        permission=Permission.PUBLISH,
        says="Your record is gone; that it was there stays where others built on it.",
        run=delete,
        status=204,
        pages=("/records/{key}/delete",),
    ),
)
