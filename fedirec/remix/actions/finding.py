"""What somebody typed or pasted: an address, a handle, and what is there, here or elsewhere."""

from __future__ import annotations

from typing import TypeAlias

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import HANDLE, Remote
from fedirec.activitypub.vocab import ActorObject
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.sources import find_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.challenges import challenge_of
from fedirec.remix.queries.people import find_known
from fedirec.remix.queries.records import find_by_address
from fedirec.remix.vocab import ChallengeObject, PostObject, PromptObject, RecordObject

Found: TypeAlias = Record | Challenge | Actor


def is_address(typed: str) -> bool:
    """Whether it is the address of something on the web."""
    return typed.strip().lower().startswith(("https://", "http://")) and " " not in typed.strip()


def is_handle(typed: str) -> bool:
    """Whether it is a handle, such as @ana@studio.example."""
    return HANDLE.fullmatch(typed.strip()) is not None


async def find_at(remote: Remote, typed: str) -> Found:
    """The record, the challenge or the person at an address or behind a handle, fetched when it is not known yet.

    Raises Invalid, NotFound, Forbidden, Gone or PeerUnavailable with the reason why there is none.
    """
    address = typed.strip()
    if is_handle(address):
        return await _fetched(remote, await _whose(await remote.find_by_handle(address)))
    if not is_address(address):
        raise Invalid("Please write a handle, like @ana@studio.example, or paste an address.")
    if known := await find_known_at(address):
        return await _fetched(remote, known)
    if remote.site.is_ours(address):
        raise NotFound("There is nothing here.")
    entity, _document = await remote.read(address)
    if isinstance(entity, RecordObject | PostObject):
        return await find_record(remote, entity.id)
    if isinstance(entity, ChallengeObject):
        return await find_challenge(remote, entity.id)
    if isinstance(entity, PromptObject):
        return await find_challenge(remote, entity.challenge)
    if isinstance(entity, ActorObject):
        return await remote.find_actor(entity.id)
    raise Invalid("What lives there is neither a record, a challenge nor a person.")


async def find_known_at(typed: str) -> Found | None:
    """The same, as far as it is known here: nobody is asked. Raises NotFound for somebody who is suspended."""
    address = typed.strip()
    if is_handle(address):
        name, _, host = address.removeprefix("@").partition("@")
        actor = await Actor.filter(handle=name, host=host.lower(), state="active").order_by("-id").first()
    elif record := await find_by_address(address):
        return record
    else:
        actor = await find_known(address)
    return await _whose(actor) if actor else None


async def _whose(actor: Actor) -> Challenge | Actor:
    """The challenge whose Group `actor` is, as far as it is known, or else `actor`."""
    if actor.state not in ("active", "deleted"):
        raise NotFound("Nobody with that name is here any more.")
    return (await challenge_of(actor) if actor.type == "Group" else None) or actor


async def _fetched(remote: Remote, found: Found) -> Found:
    """`found`, or the challenge that the Group of another instance says it is."""
    if isinstance(found, Actor) and found.kind == ChallengeObject.KIND and not found.is_local:
        return await find_challenge(remote, found.uri)
    return found
