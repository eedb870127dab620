"""From what a program names to the rows that are meant."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.api.shapes.files import FileSent
from fedirec.errors import Gone, Invalid, NotFound
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.challenges import find_challenge_row, may_see_draft
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import files_of, find_record_row
from fedirec.remix.visibility import is_withheld, may_see


async def get_visible_record(call: Call) -> Record:
    """The record in the path, if whoever asks may see it. Raises NotFound."""
    record = await find_record_row(call.row())
    if record is None or is_withheld(record, call.visitor) or not await may_see(record, call.looker):
        raise NotFound("There is no such record here.")
    return record


async def get_standing_record(call: Call) -> Record:
    """The record in the path, if whoever asks may see it, with its words. Raises NotFound, and Gone once deleted."""
    record = await get_visible_record(call)
    if record.deleted_at:
        raise Gone("This was deleted.")
    return record


async def get_challenge_row(key: int, *, field: str | None = None, viewer: Actor | None = None) -> Challenge:
    """The challenge in row `key`, with its parts; one that is only prepared for those who lead it.

    Raises NotFound, or Invalid where a field names it.
    """
    challenge = await find_challenge_row(key)
    if challenge is None or (challenge.state == "draft" and not await may_see_draft(challenge, viewer)):
        if field:
            raise Invalid("There is no such challenge here.", field=field)
        raise NotFound("There is no such challenge here.")
    return challenge


async def drafted_files(call: Call, files: Sequence[FileSent], *, of: Record | None = None) -> list[FileDraft]:
    """The files that were named, each once. Raises Invalid for one that is gone or somebody else's."""
    found = await files_of(call.actor, [file.key for file in files], of=of)
    for file in files:
        if file.key not in found:
            raise Invalid("A file is gone, because it waited too long. Please add it again.", field="files")
    named = {file.key: file for file in files}
    return [FileDraft(media=found[key], description=file.description) for key, file in named.items()]


async def get_person(call: Call) -> Actor:
    """The actor in the path, ours or not. Raises NotFound."""
    key = call.row()
    found = (await actors_in_order([key])).get(key)
    if found is None:
        raise NotFound("Nobody with that id is known here.")
    return found
