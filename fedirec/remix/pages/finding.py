"""From what somebody typed or pasted to a record, a challenge or a person, here or elsewhere."""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import urlsplit

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import ActorObject
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.finding import is_handle
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.sources import find_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.challenges import challenge_of
from fedirec.remix.queries.people import find_known
from fedirec.remix.queries.records import find_by_address, get_remote_record, records_in_order
from fedirec.remix.vocab import ChallengeObject, PostObject, PromptObject, RecordObject

_OUR_COPY: Final = re.compile(r"/records/remote/(\d{1,18})(?:/.*)?")
_OUR_RECORD: Final = re.compile(r"(/records/[0-9a-z]{26})(?:/.*)?")


async def record_at(request: Request[Any], address: str, *, maker: Actor) -> Record:
    """The record at an address that `maker` pasted, with its parts: its id, its page, or our own page about it.

    Raises what `find_record` raises.
    """
    site: Site = request.state["site"]
    typed = address.strip()
    if site.is_ours(typed):
        path = urlsplit(typed).path
        if copy := _OUR_COPY.fullmatch(path):
            typed = (await get_remote_record(int(copy[1]))).uri
        if own := _OUR_RECORD.fullmatch(path):
            typed = site.origin + own[1]
    found = await find_record(request.state["remote"], typed)
    for record in await records_in_order([found.id], maker=maker):
        return record
    raise NotFound("There is no such record here.")


async def page_of(request: Request[Any], typed: str, *, may_fetch: bool) -> str | None:
    """The page, on this site, about what is at an address or behind a handle; None when only a fetch could tell.

    Raises Invalid, NotFound, Forbidden, Gone or PeerUnavailable with the reason why there is no such page.
    """
    cards, remote = Cards(request), request.state["remote"]
    site: Site = request.state["site"]
    address = typed.strip()
    if is_handle(address):
        if not may_fetch and address.rpartition("@")[2].lower() != site.uris.host:
            return await _known_handle(cards, address)
        return await _page_of_actor(cards, remote, await remote.find_by_handle(address))
    if site.is_ours(address):
        return cards.here(address)
    if record := await find_by_address(address):
        return cards.record_url(record)
    if actor := await find_known(address):
        return await _page_of_actor(cards, remote, actor)
    if not may_fetch:
        return None
    entity, _document = await remote.read(address)
    if isinstance(entity, RecordObject | PostObject):
        return cards.record_url(await find_record(remote, entity.id))
    if isinstance(entity, ChallengeObject):
        return cards.challenge_url(await find_challenge(remote, entity.id))
    if isinstance(entity, PromptObject):
        return cards.challenge_url(await find_challenge(remote, entity.challenge))
    if isinstance(entity, ActorObject):
        return cards.person_url(await remote.find_actor(entity.id))
    raise Invalid("What lives there is neither a record, a challenge nor a person.")


async def _known_handle(cards: Cards, handle: str) -> str | None:
    name, _, host = handle.strip().removeprefix("@").partition("@")
    actor = await Actor.filter(handle=name, host=host.lower(), state="active").order_by("-id").first()
    return await _actor_url(cards, actor) if actor else None


async def _page_of_actor(cards: Cards, remote: Remote, actor: Actor) -> str:
    if actor.state not in ("active", "deleted"):
        raise NotFound("Nobody with that name is here any more.")
    if actor.kind == ChallengeObject.KIND and await challenge_of(actor) is None:
        return cards.challenge_url(await find_challenge(remote, actor.uri))
    return await _actor_url(cards, actor)


async def _actor_url(cards: Cards, actor: Actor) -> str:
    challenge: Challenge | None = await challenge_of(actor) if actor.type == "Group" else None
    return cards.challenge_url(challenge) if challenge else cards.person_url(actor)
