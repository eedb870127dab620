"""Records, challenges and people as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, CHALLENGE_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.documents import (
    ActivityResponse,
    ActivityRoute,
    actor_document,
    collection,
    get_local_actor,
)
from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json, Tombstone
from fedirec.errors import NotFound
from fedirec.remix.actions.prompts import describe_challenge, describe_prompt
from fedirec.remix.kinds import Kind
from fedirec.remix.models import Attachment, Challenge, Record, RecordRevision, Submission
from fedirec.remix.vocab import AttachmentObject

MAX_SUBMISSIONS: Final = 200


async def show_record(request: Request[Any]) -> Response:
    """A public record of ours, as it was sent; where it was, a tombstone."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"]))
    if record is None or record.visibility != "public":
        raise NotFound("there is no such record here")
    if record.deleted_at:
        tombstone = Tombstone(id=record.uri, deleted=record.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    return ActivityResponse(await record_document(record))


async def show_person(request: Request[Any]) -> Response:
    return ActivityResponse(await actor_document(await get_local_actor(request)))


async def show_challenge(request: Request[Any]) -> Response:
    challenge, _ = await _challenge(request)
    return ActivityResponse(await challenge_document(challenge))


async def show_prompt(request: Request[Any]) -> Response:
    challenge, group = await _challenge(request)
    return ActivityResponse({"@context": RECORD_CONTEXT, **(await prompt_document(challenge, group))})


async def show_featured(request: Request[Any]) -> Response:
    """What a challenge pins: its prompt, so that a server that meets it shows the brief at once."""
    challenge, group = await _challenge(request)
    return ActivityResponse(
        collection(f"{group.uri}/featured", [await prompt_document(challenge, group)], context=RECORD_CONTEXT)
    )


async def show_submissions(request: Request[Any]) -> Response:
    """The records that a challenge has accepted, oldest first."""
    challenge, group = await _challenge(request)
    accepted = (
        await Submission.filter(
            challenge_id=challenge.id, state="accepted", record__deleted_at=None, record__visibility="public"
        )
        .order_by("decided_at", "id")
        .limit(MAX_SUBMISSIONS)
        .values_list("record__uri", flat=True)
    )
    return ActivityResponse(collection(f"{group.uri}/submissions", [str(uri) for uri in accepted]))


async def record_document(record: Record) -> Json:
    """A record of ours as other instances see it: the document of its current version."""
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    return {"@context": RECORD_CONTEXT, **revision.document}


async def challenge_document(challenge: Challenge) -> Json:
    """A challenge of ours as other instances see it."""
    return {"@context": CHALLENGE_CONTEXT, **(await describe_challenge(challenge)).write()}


async def prompt_document(challenge: Challenge, group: Actor) -> Json:
    """The pinned Note of a challenge of ours, without a context of its own."""
    rows = await Attachment.filter(challenge_id=challenge.id).order_by("position")
    attachments = [
        AttachmentObject(
            kind=Kind(row.kind),
            url=row.url,
            media_type=row.media_type,
            description=row.description,
            width=row.width,
            height=row.height,
            duration_ms=row.duration_ms,
            digest=row.digest,
            poster_url=row.poster_url,
        )
        for row in rows
    ]
    return (await describe_prompt(challenge, group, attachments=attachments)).write()


async def _challenge(request: Request[Any]) -> tuple[Challenge, Actor]:
    group = await get_local_actor(request)
    challenge = await Challenge.get_or_none(actor_id=group.id)
    if challenge is None:
        raise NotFound("there is no such challenge here")
    challenge.actor = group
    return challenge, group


routes = [
    ActivityRoute("/records/{key}", show_record),
    ActivityRoute("/u/{handle}", show_person),
    ActivityRoute("/c/{handle}", show_challenge),
    ActivityRoute("/c/{handle}/prompt", show_prompt),
    ActivityRoute("/c/{handle}/featured", show_featured, always=True),
    ActivityRoute("/c/{handle}/submissions", show_submissions),
]
