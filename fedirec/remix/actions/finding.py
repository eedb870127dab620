"""What somebody typed or pasted: an address, a handle, and what is there, here or elsewhere."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import HANDLE, Remote
from fedirec.activitypub.vocab import ActorObject, Entity
from fedirec.errors import Invalid, NotFound
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.sources import find_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.queries.challenges import challenge_of
from fedirec.remix.queries.people import find_known
from fedirec.remix.queries.records import find_by_address
from fedirec.remix.vocab import ChallengeObject, PostObject, PromptObject, RecordObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Something of a package above this one that has a page here: a project, a production."""

    kind: str
    uri: str
    path: str
    """Of its page on this site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finder:
    """How a package above this one finds what is its own."""

    entities: tuple[type[Entity], ...]
    """What is read at an address of it."""
    find: Callable[[Remote, Entity], Awaitable[Place]]
    """Where that is, fetched when it is not known yet. Raises what `find_at` raises."""
    group_kind: str
    """The kind of those Groups that are its own."""
    find_group: Callable[[Remote | None, Actor], Awaitable[Place | None]]
    """Where the page of such a Group is; without a way to ask anybody, as far as it is known."""


Found: TypeAlias = Record | Challenge | Actor | Place


def is_address(typed: str) -> bool:
    """Whether it is the address of something on the web."""
    return typed.strip().lower().startswith(("https://", "http://")) and " " not in typed.strip()


def is_handle(typed: str) -> bool:
    """Whether it is a handle, such as @ana@studio.example."""
    return HANDLE.fullmatch(typed.strip()) is not None


async def find_at(remote: Remote, typed: str, finders: Sequence[Finder] = ()) -> Found:
    """The record, the challenge, the person or what else `finders` know at an address or behind a handle.

    It is fetched when it is not known yet.

    Raises Invalid, NotFound, Forbidden, Gone or PeerUnavailable with the reason why there is none.
    """
    address = typed.strip()
    if is_handle(address):
        return await _fetched(remote, await _whose(await remote.find_by_handle(address), finders, remote), finders)
    if not is_address(address):
        raise Invalid("Please write a handle, like @ana@studio.example, or paste an address.")
    if known := await find_known_at(address, finders):
        return await _fetched(remote, known, finders)
    if remote.site.is_ours(address):
        raise NotFound("There is nothing here.")
    entity, _document = await remote.read(address)
    if isinstance(entity, RecordObject | PostObject):
        return await find_record(remote, entity.id)
    if isinstance(entity, ChallengeObject):
        return await find_challenge(remote, entity.id)
    if isinstance(entity, PromptObject):
        return await find_challenge(remote, entity.challenge)
    for finder in finders:
        if isinstance(entity, finder.entities):
            return await finder.find(remote, entity)
    if isinstance(entity, ActorObject):
        return await remote.find_actor(entity.id)
    raise Invalid("What lives there is nothing that can be shown here.")


async def find_known_at(typed: str, finders: Sequence[Finder] = ()) -> Found | None:
    """The same, as far as it is known here: nobody is asked. Raises NotFound for somebody who is suspended."""
    address = typed.strip()
    if is_handle(address):
        name, _, host = address.removeprefix("@").partition("@")
        actor = await Actor.filter(handle=name, host=host.lower(), state="active").order_by("-id").first()
    elif record := await find_by_address(address):
        return record
    else:
        actor = await find_known(address)
    return await _whose(actor, finders) if actor else None


async def _whose(actor: Actor, finders: Sequence[Finder], remote: Remote | None = None) -> Challenge | Actor | Place:
    """The challenge, or what else `finders` know, whose Group `actor` is, as far as it is known, or else `actor`."""
    if actor.state not in ("active", "deleted"):
        raise NotFound("Nobody with that name is here any more.")
    if actor.type != "Group":
        return actor
    for finder in finders:
        if actor.kind == finder.group_kind:
            return await finder.find_group(remote, actor) or actor
    return await challenge_of(actor) or actor


async def _fetched(remote: Remote, found: Found, finders: Sequence[Finder]) -> Found:
    """`found`, or the challenge or what else the Group of another instance says it is."""
    if isinstance(found, Actor) and found.type == "Group" and not found.is_local:
        for finder in finders:
            if found.kind == finder.group_kind:
                return await finder.find_group(remote, found) or found
    if isinstance(found, Actor) and found.kind == ChallengeObject.KIND and not found.is_local:
        return await find_challenge(remote, found.uri)
    return found
