"""Guests: people of other servers, who come in when their own server has said who they are."""

from __future__ import annotations

from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Permission, Role, may_leave_as_guest, refuse, require
from fedirec.accounts.queries import ACTIVE
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden
from fedirec.lanes import Work, enqueue
from fedirec.translatable import N_

PEOPLE: Final = frozenset({"Person", "Service", "Organization"})
"""The kinds of actors that somebody may be; the others are groups and servers."""


async def welcome_guest(actor: Actor) -> Account:
    """Whoever is `actor`, of another server, is a guest here: the one they were before, or a new one.

    Somebody is who their actor is. An account that they moved to is another guest, whatever it says about the old one.
    Who has keys by now that nobody vouches for may be somebody else who has the domain. Raises Forbidden for those who
    may not come in.
    """
    if actor.is_local:
        raise Forbidden("You are a member here. Please sign in with your name and your password.")
    if actor.type not in PEOPLE:
        raise Forbidden("Only people can sign in, and that is a group or a server.")
    if actor.state != ACTIVE or actor.is_quiet:
        raise Forbidden(
            "This account cannot be used here. If you think that is a mistake, write to those who run this place."
        )
    if await key_changed_at(actor.id) is not None:
        raise Forbidden(
            "%(host)s has other keys for you than it had before, and nothing that we know says that it is still you. "
            "Please write to those who run this place; they can confirm it.",
            blanks={"host": actor.host},
        )
    account = await Account.get_or_none(actor_id=actor.id)
    if account is None:
        account = await _save_guest(actor)
    if account.state != ACTIVE:
        raise Forbidden("This account is suspended. Please write to those who run this instance.")
    return account


async def forget_guest(viewer: Viewer) -> None:
    """A guest is one no more: sessions, notifications and settings are gone, and what they said at home is not touched.

    How they are paid is forgotten too, and what they are owed stays theirs. Raises Forbidden for members.
    """
    require(viewer, Permission.MANAGE_VISIT)
    refuse(may_leave_as_guest(viewer.role), N_("Only guests leave like this."))
    async with transaction():
        if await Account.filter(id=viewer.account.id, role=Role.GUEST.value).delete():
            await enqueue([Work(kind="payee", lane=f"payee:{viewer.actor.id}", payload={"actor": viewer.actor.id})])


async def _save_guest(actor: Actor) -> Account:
    try:
        async with transaction():
            await person_of(actor)
            return await Account.create(
                actor_id=actor.id,
                password_hash="",
                role=Role.GUEST.value,
                state=ACTIVE,
                approved_at=now(),
                timezone="",  # their browser knows it
            )
    except IntegrityError:  # they came in twice at the same moment
        return await Account.get(actor_id=actor.id)
