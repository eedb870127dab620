"""Challenges as documents, with what belongs to them."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.activitypub.contexts import (
    ACTIVITYSTREAMS,
    CHALLENGE_CONTEXT,
    RECORD_CONTEXT,
)
from fedirec.activitypub.documents import (
    ActivityResponse,
    collection,
    get_local_actor,
)
from fedirec.activitypub.models import Actor
from fedirec.activitypub.routes import show_outbox
from fedirec.activitypub.vocab import Json
from fedirec.errors import NotFound
from fedirec.remix.actions.prompts import describe_challenge, describe_prompt
from fedirec.remix.models import Challenge, Submission
from fedirec.remix.queries.challenges import is_led_by_suspended
from fedirec.remix.queries.proofs import proved_by_us
from fedirec.remix.routes.paging import PAGE, row_in


async def show_challenge(request: Request[Any]) -> Response:
    challenge, _ = await _challenge(request)
    return ActivityResponse(await challenge_document(challenge))


async def show_prompt(request: Request[Any]) -> Response:
    challenge, group = await _challenge(request)
    document = {"@context": RECORD_CONTEXT, **(await prompt_document(challenge, group))}
    return ActivityResponse(await proved_by_us(document, author=group, keyring=request.state["keyring"]))


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
    after_row = row_in(after)
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
