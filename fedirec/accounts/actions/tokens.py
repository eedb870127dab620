"""Bearer tokens: keys that people give to programs."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from fedirec.accounts.actions.audit import HasUri, audit
from fedirec.accounts.codes import digest_of, new_token
from fedirec.accounts.models import Account, Token
from fedirec.accounts.permissions import ALL_SCOPES, Permission, Role, Scope, may, refuse
from fedirec.accounts.queries import MAX_LISTED
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound
from fedirec.translatable import N_


async def create_token(
    account: Account,
    *,
    name: str,
    scopes: Iterable[Scope | str],
    within: Collection[Scope] = ALL_SCOPES,
    doer: HasUri | None = None,
) -> str:
    """A program may act for `account` within `scopes`; the answer is its token, shown this once.

    `within` are the scopes of whoever asks: nobody hands out more than they have. `doer` is who does it, when that is
    not whose account it is. Raises Invalid, Forbidden, Conflict.
    """
    refuse(
        may(Role(account.role), Permission.MANAGE_ACCOUNT), N_("Guests have no tokens: their own server lets them in.")
    )
    name = name.strip()
    if not name or len(name) > 100:
        raise Invalid("Give the token a name of up to 100 characters, so that you recognise it later.", field="name")
    try:
        wanted = {Scope(scope) for scope in scopes}
    except ValueError as error:
        raise Invalid("The scopes are read, write, follow, account and admin.", field="scopes") from error
    if not wanted:
        raise Invalid("Choose at least one thing that the token may do.", field="scopes")
    if not wanted <= set(within):
        raise Forbidden("A token cannot make one that may do more than itself.", field="scopes")
    secret = new_token()
    async with transaction():
        if await Token.filter(account_id=account.id, revoked_at=None).count() >= MAX_LISTED:
            raise Conflict("You have many tokens already. Revoke one first.")
        await Token.create(
            digest=digest_of(secret),
            account_id=account.id,
            name=name,
            scopes=" ".join(scope for scope in Scope if scope in wanted),
        )
        actor = await account.actor
        given = [scope for scope in Scope if scope in wanted]
        await audit(doer or actor, "create_token", actor.uri, name=name, scopes=given)
    return secret


async def revoke_token(account: Account, token_id: int) -> None:
    """A token of `account` opens nothing any more. Raises NotFound when it is not theirs."""
    async with transaction():
        if not await Token.filter(id=token_id, account_id=account.id, revoked_at=None).update(revoked_at=now()):
            raise NotFound("That token is not there any more.")
        actor = await account.actor
        await audit(actor, "revoke_token", actor.uri)


async def revoke_tokens(account: Account) -> None:
    """No token of `account` opens anything any more."""
    await Token.filter(account_id=account.id, revoked_at=None).update(revoked_at=now())


async def note_token_use(token_id: int) -> None:
    """It is known when the token was last used. Callers ask for it at most once in `NOTED_EVERY`."""
    await Token.filter(id=token_id).update(used_at=now())
