"""What pages and documents ask about remixes that were asked about."""

from __future__ import annotations

from typing import Final, Literal

from tortoise.expressions import Q

from fedirec.activitypub.models import Actor
from fedirec.errors import NotFound
from fedirec.remix.models import RemixRequest
from fedirec.remix.questions import ASKED
from fedirec.remix.vocab.records import MAX_STAMPS

REQUESTS: Final = 50
"""Requests on one page."""


async def requests_of(
    person: Actor,
    *,
    side: Literal["asked", "asking"] = "asked",
    state: str | None = None,
    before: int = 0,
    limit: int = REQUESTS,
) -> tuple[list[RemixRequest], bool]:
    """The requests that `person` was `asked`, or is `asking`, the newest first, and whether there are more.

    Each comes with both people.
    """
    found = RemixRequest.filter(Q(owner_id=person.id) if side == "asked" else Q(asker_id=person.id))
    found = found.filter(state__in=(state,) if state else ASKED)
    if before:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1).select_related("asker", "owner")
    return rows[:limit], len(rows) > limit


async def get_request(key: int) -> RemixRequest:
    """The request in row `key`, with both people. Raises NotFound."""
    found = await RemixRequest.filter(id=key).select_related("asker", "owner").first()
    if found is None:
        raise NotFound("There is no such request here.")
    return found


async def get_request_of(person: Actor, key: int) -> RemixRequest:
    """The same, where `person` asked or was asked. Raises NotFound for those of others."""
    found = await get_request(key)
    if person.id not in (found.asker_id, found.owner_id):
        raise NotFound("There is no such request here.")
    return found


async def requests_about(remix_uri: str) -> list[RemixRequest]:
    """What the author of the remix at `remix_uri` asked, the first first, with both people."""
    found = RemixRequest.filter(remix_uri=remix_uri).order_by("id").limit(REQUESTS)
    return await found.select_related("asker", "owner")


async def find_stamp(key: str) -> RemixRequest | None:
    """The request that one of our people answered with the stamp with that key, if there is one; with both people."""
    found = RemixRequest.filter(key=key, state__in=("approved", "revoked")).select_related("asker", "owner")
    return await found.first()


async def granted_to(remix_uri: str, *, digest: str) -> set[str]:
    """The sources whose authors agreed to the version with that `digest` of the remix at `remix_uri`."""
    found = RemixRequest.filter(remix_uri=remix_uri, state="approved", remix_digest=digest, stamp_uri__not_isnull=True)
    return {str(uri) for uri in await found.values_list("source_uri", flat=True)}


async def is_party(person: Actor, remix_uri: str) -> bool:
    """Whether `person` was asked about the remix at `remix_uri`."""
    return await RemixRequest.exists(remix_uri=remix_uri, owner_id=person.id)


async def is_asked_at(origin: str, remix_uri: str) -> bool:
    """Whether somebody who lives at `origin` was asked about the remix at `remix_uri`."""
    return await RemixRequest.exists(remix_uri=remix_uri, owner__uri__startswith=f"{origin}/")


async def stamps_of(remix_uri: str) -> tuple[tuple[str, ...], str | None]:
    """Where the authors of its sources agree to the remix at `remix_uri`, and where one of them to being quoted."""
    agreed = RemixRequest.filter(remix_uri=remix_uri, state="approved", stamp_uri__not_isnull=True)
    stamps = await agreed.order_by("id").limit(MAX_STAMPS).values_list("stamp_uri", flat=True)
    quoted = RemixRequest.filter(remix_uri=remix_uri, quote_stamp_uri__not_isnull=True).order_by("id").limit(1)
    quotes = await quoted.values_list("quote_stamp_uri", flat=True)
    return tuple(str(uri) for uri in stamps), next((str(uri) for uri in quotes), None)


async def people_asked(remix_uri: str) -> list[Actor]:
    """Who was asked about the remix at `remix_uri`."""
    return await Actor.filter(remix_questions__remix_uri=remix_uri).distinct().limit(REQUESTS)


async def quotes_approved(remix_uri: str) -> set[str]:
    """The sources of the remix at `remix_uri` whose authors approved that it quotes them, which is no licence."""
    found = RemixRequest.filter(remix_uri=remix_uri, quote_stamp_uri__not_isnull=True).limit(REQUESTS)
    return {str(uri) for uri in await found.values_list("source_uri", flat=True)}
