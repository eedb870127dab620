"""Records, challenges and people as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.asking import find_asker
from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    CHALLENGE_CONTEXT,
    COMMENT_CONTEXT,
    RECORD_CONTEXT,
    REQUEST_CONTEXT,
)
from fedirec.activitypub.documents import (
    ActivityResponse,
    ActivityRoute,
    actor_document,
    collection,
    get_local_actor,
)
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import document_of
from fedirec.activitypub.routes import show_featured as show_nothing_pinned
from fedirec.activitypub.routes import show_followers, show_following, show_outbox
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json, Tombstone
from fedirec.errors import Gone, Invalid, NotFound
from fedirec.remix.actions.prompts import describe_challenge, describe_prompt
from fedirec.remix.actions.quotes import describe_stamp
from fedirec.remix.models import Challenge, Comment, Record, RecordRevision, Submission
from fedirec.remix.queries.challenges import is_led_by_suspended
from fedirec.remix.queries.comments import get_comment, is_taken_down, replies_to, said_about
from fedirec.remix.queries.quotes import get_stamp
from fedirec.remix.quoting import named_by
from fedirec.remix.replies import conversation_at
from fedirec.remix.visibility import is_withheld, may_ask_for, refuse_unwelcome_reader
from fedirec.uris import same_origin

PAGE: Final = 50


async def show_record(request: Request[Any]) -> Response:
    """A record of ours as it was sent, or its tombstone; one for followers only for servers that have some."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    if record.visibility != "public":
        asker = await find_asker(request)
        if asker is None or record.deleted_at or not await may_ask_for(record, asker):
            raise NotFound("there is no such record here")
        return ActivityResponse(await record_document(record), is_public=False)
    if record.deleted_at:
        tombstone = Tombstone(id=record.uri, deleted=record.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    return ActivityResponse(await record_document(record))


async def show_comment(request: Request[Any]) -> Response:
    """A comment of ours as it was sent, or its tombstone; one that is not for everybody only to servers of followers.

    What the author of the record hid stays what its own author said.
    """
    site: Site = request.state["site"]
    comment = await get_comment(site.uris.comment(request.path_params["key"]))
    await refuse_unwelcome_reader(request, comment.author)
    if is_taken_down(comment):
        raise NotFound("there is no such comment here")
    if comment.consent:
        return await _show_waiting(request, comment)
    if comment.visibility != "public":
        asker = await find_asker(request) if comment.visibility == "followers" and not comment.deleted_at else None
        if (
            asker is None
            or comment.author.state != "active"
            or comment.record.deleted_at
            or not await may_ask_for(comment.record, asker)
        ):
            raise NotFound("there is no such comment here")
        return ActivityResponse(comment_document(comment), is_public=False)
    if comment.deleted_at:
        tombstone = Tombstone(id=comment.uri, deleted=comment.deleted_at, former_type="Note")
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **tombstone.write()}, status=410)
    if comment.author.state != "active":
        raise NotFound("there is no such comment here")
    return ActivityResponse(comment_document(comment))


async def _show_waiting(request: Request[Any], comment: Comment) -> Response:
    """A comment that waits for the consent of whom it answers, for their server alone."""
    asker = await find_asker(request)
    owner = (comment.parent or comment.record).author
    if asker is None or not same_origin(asker.uri, owner.uri) or comment.deleted_at or comment.author.state != "active":
        raise NotFound("there is no such comment here")
    return ActivityResponse(comment_document(comment), is_public=False)


async def show_replies(request: Request[Any]) -> Response:
    """The public comments on a record of ours, in the order in which they came, page by page."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or record.visibility != "public" or record.deleted_at or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    return await _replies_to(request, record.uri)


async def show_conversation(request: Request[Any]) -> Response:
    """A record of ours and everything public that was said about it, in the order in which it came (FEP-7888)."""
    site: Site = request.state["site"]
    record = await Record.get_or_none(uri=site.uris.record(request.path_params["key"])).select_related("author")
    if record is None or record.visibility != "public" or record.deleted_at or is_withheld(record, None):
        raise NotFound("there is no such record here")
    await refuse_unwelcome_reader(request, record.author)
    uri, after = conversation_at(record.uri), request.query_params.get("after")
    if after is None:
        whole = {
            "id": uri,
            "type": "OrderedCollection",
            "attributedTo": record.author.uri,
            "first": f"{uri}?after=0",
        }
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **whole})
    rows = await said_about(record, after=_row_in(after), limit=PAGE)
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [*([record.uri] if int(after) == 0 else []), *(row.uri for row in rows)],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}?after={rows[-1].id}"
    return ActivityResponse(page)


async def show_answers(request: Request[Any]) -> Response:
    """The public answers to a comment of ours."""
    site: Site = request.state["site"]
    comment = await get_comment(site.uris.comment(request.path_params["key"]))
    if comment.visibility != "public" or comment.consent:
        raise NotFound("there is no such comment here")
    if comment.author.state != "active" or is_withheld(comment.record, None):
        raise NotFound("there is no such comment here")
    await refuse_unwelcome_reader(request, comment.author)
    return await _replies_to(request, comment.uri)


async def _replies_to(request: Request[Any], uri: str) -> Response:
    after = request.query_params.get("after")
    if after is None:
        whole = {"id": f"{uri}/replies", "type": "Collection", "first": f"{uri}/replies?after=0"}
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **whole})
    rows = await replies_to(uri, after=_row_in(after), limit=PAGE)
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}/replies?after={after}",
        "type": "CollectionPage",
        "partOf": f"{uri}/replies",
        "items": [row.uri for row in rows],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}/replies?after={rows[-1].id}"
    return ActivityResponse(page)


def _row_in(text: str) -> int:
    """The row after which a page of a collection begins. Raises Invalid."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise Invalid("that page does not exist")
    return int(text)


async def show_stamp(request: Request[Any]) -> Response:
    """The consent of one of our authors to a quote, as long as it stands."""
    stamp = await get_stamp(request.path_params["key"])
    await refuse_unwelcome_reader(request, stamp.record.author)
    if stamp.state == "revoked" or stamp.record.deleted_at:
        raise Gone("that consent was taken back")
    if stamp.record.author.state != "active":
        raise NotFound("there is no such stamp here")
    return ActivityResponse({"@context": REQUEST_CONTEXT, **describe_stamp(stamp).write()}, is_public=False)


async def show_person(request: Request[Any]) -> Response:
    person = await get_local_actor(request)
    await refuse_unwelcome_reader(request, person)
    return ActivityResponse(await actor_document(person))


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


async def show_moderators(request: Request[Any]) -> Response:
    """Who leads a challenge, as groups of other software say it (FEP-1b12)."""
    challenge, group = await _challenge(request)
    leader = challenge.leader
    named = [leader.uri] if leader is not None and leader.state == "active" else []
    return ActivityResponse(collection(f"{group.uri}/moderators", named))


def of_person(show: Callable[[Request[Any]], Awaitable[Response]]) -> Callable[[Request[Any]], Awaitable[Response]]:
    """As `show`, a collection of a person's, for those whom they have not blocked."""

    async def shown(request: Request[Any]) -> Response:
        await refuse_unwelcome_reader(request, await get_local_actor(request))
        return await show(request)

    return shown


async def show_activity(request: Request[Any]) -> Response:
    """What somebody of ours did in public, as it was sent."""
    site: Site = request.state["site"]
    outgoing = await Outgoing.get_or_none(
        uri=site.uris.activity(request.path_params["key"]), is_public=True, actor__state__not="suspended"
    ).select_related("actor")
    if outgoing is None:
        raise NotFound("there is no such activity here")
    await refuse_unwelcome_reader(request, outgoing.actor)
    return ActivityResponse(document_of(outgoing))


async def show_group_outbox(request: Request[Any]) -> Response:
    """What a challenge says in public."""
    await _challenge(request)
    return await show_outbox(request)


async def show_submissions(request: Request[Any]) -> Response:
    """The records that a challenge has accepted, in the order in which they were offered, page by page."""
    challenge, group = await _challenge(request)
    uri = f"{group.uri}/submissions"
    after = request.query_params.get("after")
    if after is None:
        whole = {"id": uri, "type": "OrderedCollection", "first": f"{uri}?after=0"}
        return ActivityResponse({"@context": ACTIVITYSTREAMS, **whole})
    after_row = _row_in(after)
    accepted = Submission.filter(
        challenge_id=challenge.id,
        state="accepted",
        id__gt=after_row,
        record__deleted_at=None,
        record__visibility="public",
        record__author__state__in=("active", "deleted"),
    )
    rows = await accepted.order_by("id").limit(PAGE).select_related("record")
    page: Json = {
        "@context": ACTIVITYSTREAMS,
        "id": f"{uri}?after={after}",
        "type": "OrderedCollectionPage",
        "partOf": uri,
        "orderedItems": [row.record.uri for row in rows],
    }
    if len(rows) == PAGE:
        page["next"] = f"{uri}?after={rows[-1].id}"
    return ActivityResponse(page)


async def record_document(record: Record) -> Json:
    """A record of ours as other instances see it: the document of its current version."""
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    document = {"@context": RECORD_CONTEXT, **revision.document}
    if record.visibility == "public":  # versions that were made before we said so
        document.setdefault("context", conversation_at(record.uri))
        if "interactionPolicy" not in document:
            automatic, _ = named_by(record.quoting, author=document["attributedTo"], is_public=True)
            document["interactionPolicy"] = {"canQuote": {"automaticApproval": list(automatic)}}
    return document


def comment_document(comment: Comment) -> Json:
    """A comment of ours as other instances see it."""
    return {"@context": COMMENT_CONTEXT, **(comment.document or {})}


async def challenge_document(challenge: Challenge) -> Json:
    """A challenge of ours as other instances see it."""
    return {"@context": CHALLENGE_CONTEXT, **(await describe_challenge(challenge)).write()}


async def prompt_document(challenge: Challenge, group: Actor) -> Json:
    """The pinned Note of a challenge of ours, without a context of its own."""
    return (await describe_prompt(challenge, group)).write()


async def _challenge(request: Request[Any]) -> tuple[Challenge, Actor]:
    group = await get_local_actor(request)
    challenge = await Challenge.get_or_none(actor_id=group.id).select_related("leader", "actor")
    if challenge is None or is_led_by_suspended(challenge):
        raise NotFound("there is no such challenge here")
    challenge.actor = group
    return challenge, group


routes = [
    ActivityRoute(
        "/records/{key}", show_record, shows=("record", "record_revision", "actor", "boundary"), grows=("boundary",)
    ),
    ActivityRoute("/records/{key}/replies", show_replies, always=True),
    ActivityRoute("/records/{key}/thread", show_conversation, always=True),
    ActivityRoute("/comments/{key}", show_comment),
    ActivityRoute("/comments/{key}/replies", show_answers, always=True),
    ActivityRoute("/stamps/{key}", show_stamp, always=True),
    ActivityRoute(
        "/u/{handle}", show_person, shows=("actor", "actor_key", "boundary"), grows=("actor_key", "boundary")
    ),
    ActivityRoute(
        "/c/{handle}",
        show_challenge,
        shows=("actor", "actor_key", "challenge", "challenge_terms"),
        grows=("actor_key", "challenge_terms"),
    ),
    ActivityRoute("/c/{handle}/prompt", show_prompt),
    ActivityRoute("/c/{handle}/featured", show_featured, always=True),
    ActivityRoute("/c/{handle}/moderators", show_moderators, always=True),
    ActivityRoute("/activities/{key}", show_activity, always=True),
    ActivityRoute("/u/{handle}/outbox", of_person(show_outbox), always=True),
    ActivityRoute("/u/{handle}/followers", of_person(show_followers), always=True),
    ActivityRoute("/u/{handle}/following", of_person(show_following), always=True),
    ActivityRoute("/u/{handle}/featured", of_person(show_nothing_pinned), always=True),
    ActivityRoute("/c/{handle}/outbox", show_group_outbox, always=True),
    ActivityRoute("/c/{handle}/submissions", show_submissions),
]
