"""Joining, and being let in."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from html import escape
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.invitations import use_invitation
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.passwords import renew_recovery_codes
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account, Notification, Refusal
from fedirec.accounts.names import check_name
from fedirec.accounts.notices import Notice
from fedirec.accounts.passwords import check_password, hash_password
from fedirec.accounts.permissions import Doer, Permission, Role, may_change_role, refuse, require
from fedirec.accounts.queries import ACTIVE, PENDING, find_invitation, get_instance, those_who_may
from fedirec.activitypub.actors import NewKeys, activate_local_actor, new_keys, reserve_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.html import plain
from fedirec.translatable import N_
from fedirec.uris import Uris

MAX_NAME: Final = 100
"""Characters of the name that is shown; handles are shorter, see `names.py`."""
MAX_ANSWER: Final = 2000
MAX_REFUSAL: Final = 500
REFUSALS_KEPT: Final = timedelta(days=30)
"""How long somebody who was not let in can read why."""
MAX_ADDRESS: Final = 254
_ADDRESS: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """Somebody who has just joined, or asked to."""

    account: Account
    recovery_codes: list[str]
    """To be shown now, for they are not kept."""

    @property
    def is_waiting(self) -> bool:
        return self.account.state == PENDING


async def sign_up(
    uris: Uris,
    keyring: Keyring,
    *,
    name: str,
    password: str,
    display_name: str = "",
    invitation: str | None = None,
    answer: str = "",
    timezone: str = "",
) -> NewMember:
    """Somebody has joined, or waits to be let in, as this instance has it: open, approval, invite or closed.

    A good invitation lets people in at once unless the instance is closed. Raises Invalid for what was mistyped,
    Conflict for a name or an invitation that is taken, Forbidden when nobody can join this way.
    """
    instance = await get_instance()
    if instance.doors_closed_until is not None and instance.doors_closed_until > now():
        raise Forbidden("For the moment nobody can join here. Please come back in a few days.")
    if instance.registration == "closed":
        raise Forbidden("This instance is not taking new members.")
    if instance.registration == "invite" and not invitation:
        raise Forbidden("You need an invitation from somebody here to join.")
    waits = instance.registration == "approval" and not invitation
    answer = answer.strip()
    if waits and not answer:
        raise Invalid("Please write a few words, so that we know who you are.", field="answer")
    if len(answer) > MAX_ANSWER:
        raise Invalid("Please keep it under %(n)s characters.", field="answer", blanks={"n": MAX_ANSWER})
    handle = check_name(name)
    check_password(password, name=handle)
    await refuse_taken_name(handle)
    if invitation and await find_invitation(invitation) is None:
        raise Conflict(
            "This invitation was used already, or has run out. Please ask for a new one.", field="invitation"
        )
    hashed = await hash_password(password)
    keys = None if waits else await new_keys()
    async with _name_of_their_own():
        if invitation:
            await use_invitation(invitation)
        account = await save_member(
            uris,
            keyring,
            keys,
            handle=handle,
            hashed=hashed,
            display_name=shown_name(display_name),
            answer=answer,
            timezone=timezone,
        )
        codes = await renew_recovery_codes(account)
        if waits:
            actor = account.actor
            await notify_all(
                await those_who_may(Permission.APPROVE_MEMBERS),
                Notice.ASKED_TO_JOIN,
                None,
                actor.uri,
                "/admin/people/pending",
                {"who": actor.name},
            )
    return NewMember(account=account, recovery_codes=codes)


async def create_account(
    uris: Uris,
    keyring: Keyring,
    *,
    doer: Doer,
    name: str,
    password: str,
    role: Role = Role.MEMBER,
    email: str = "",
) -> NewMember:
    """There is a new member, made by somebody who runs the instance. Raises as `sign_up` does."""
    require(doer, Permission.CHANGE_ROLES)
    refuse(may_change_role(doer.role, before=Role.MEMBER, after=role), N_("You cannot give somebody that role."))
    handle = check_name(name)
    check_password(password, name=handle)
    await refuse_taken_name(handle)
    address = await _free_address(email)
    hashed = await hash_password(password)
    keys = await new_keys()
    async with _name_of_their_own():
        account = await save_member(uris, keyring, keys, handle=handle, hashed=hashed, role=role)
        if address:
            account.email = address
            await account.save(update_fields=["email"])
        codes = await renew_recovery_codes(account)
        await audit(doer, "create_account", account.actor.uri, role=role)
    return NewMember(account=account, recovery_codes=codes)


async def save_member(
    uris: Uris,
    keyring: Keyring,
    keys: NewKeys | None,
    *,
    handle: str,
    hashed: str,
    role: Role = Role.MEMBER,
    display_name: str = "",
    answer: str = "",
    timezone: str = "",
) -> Account:
    """A member with actor and person, or without keys somebody who waits; part of the caller's transaction.

    Raises IntegrityError when the name is taken.
    """
    actor = await reserve_local_actor(uri=uris.person(handle), handle=handle, name=display_name or handle)
    if keys is not None:
        await activate_local_actor(actor, keyring, keys)
        await person_of(actor)
    return await Account.create(
        actor=actor,
        password_hash=hashed,
        role=role.value,
        state=PENDING if keys is None else ACTIVE,
        answer=answer,
        timezone=timezone,
        approved_at=None if keys is None else now(),
    )


async def approve_member(doer: Doer, keyring: Keyring, account_id: int, *, keys: NewKeys | None = None) -> Account:
    """Somebody who waited is a member now. Raises Conflict when they do not wait any more.

    `keys` are made here unless whoever asks made them before, because they hold a transaction open.
    """
    require(doer, Permission.APPROVE_MEMBERS)
    keys = keys or await new_keys()
    async with transaction():
        account = await _waiting(account_id)
        account.state = ACTIVE
        account.approved_at = now()
        await account.save(update_fields=["state", "approved_at"])
        await activate_local_actor(account.actor, keyring, keys)
        await person_of(account.actor)
        await _forget_request(account.actor)
        await audit(doer, "approve_member", account.actor.uri)
    return account


async def decline_member(doer: Doer, account_id: int, *, reason: str = "", words: str = "") -> None:
    """Somebody who waited is not here any more, and their name is free; `words` are what they read when they come back.

    Raises Conflict when they do not wait.
    """
    require(doer, Permission.APPROVE_MEMBERS)
    words = words.strip()
    if len(words) > MAX_REFUSAL:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_REFUSAL})
    async with transaction():
        account = await _waiting(account_id)
        actor = account.actor
        if words:
            await Refusal.create(name=actor.handle, password_hash=account.password_hash, words=words)
        await account.delete()
        await actor.delete()
        await _forget_request(actor)
        await audit(doer, "decline_member", actor.uri, reason=reason.strip()[:500])


async def forget_refusals() -> int:
    """What people were told who were not let in long ago is forgotten; returns how much."""
    return await Refusal.filter(created_at__lt=now() - REFUSALS_KEPT).delete()


async def refuse_taken_name(handle: str) -> None:
    """No person and no challenge of this instance is called `handle`. Raises Conflict."""
    if await Actor.exists(local_handle=handle):
        raise Conflict("That name is taken. Please choose another one.", field="name")


def shown_name(typed: str) -> str:
    """`typed` as a name on one line, without characters that nobody sees. Raises Invalid when it is too long."""
    name = " ".join(plain(escape(typed)).split())
    if len(name) > MAX_NAME:
        raise Invalid("A name has up to %(n)s characters.", field="display_name", blanks={"n": MAX_NAME})
    return name


async def _free_address(typed: str) -> str | None:
    """`typed` as a mail address that nobody else here has, or None when nothing was typed."""
    address = typed.strip()
    if not address:
        return None
    if len(address) > MAX_ADDRESS or not _ADDRESS.fullmatch(address):
        raise Invalid("Write the mail address like ana@studio.example.", field="email")
    if await Account.exists(email=address):
        raise Conflict("Somebody else here has that mail address.", field="email")
    return address


@asynccontextmanager
async def _name_of_their_own() -> AsyncGenerator[None]:
    """A transaction that says it plainly when somebody else took the name in the meantime."""
    try:
        async with transaction():
            yield
    except IntegrityError as error:
        raise Conflict("That name is taken. Please choose another one.", field="name") from error


async def _waiting(account_id: int) -> Account:
    account = await Account.filter(id=account_id, state=PENDING).select_for_update().first()
    if account is None:
        raise Conflict("Somebody else has answered that request already.")
    await account.fetch_related("actor")
    return account


async def _forget_request(actor: Actor) -> None:
    await Notification.filter(kind=Notice.ASKED_TO_JOIN.value, subject_uri=actor.uri).delete()
