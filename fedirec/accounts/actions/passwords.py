"""Changing a password, and getting back in without it."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.sessions import end_sessions
from fedirec.accounts.actions.tokens import revoke_tokens
from fedirec.accounts.codes import digest_of_code, new_recovery_code
from fedirec.accounts.models import Account, RecoveryCode
from fedirec.accounts.notices import Notice
from fedirec.accounts.passwords import check_password, hash_password, is_password
from fedirec.accounts.permissions import Doer, Permission, Role, may_change_role, refuse, require
from fedirec.accounts.queries import find_account
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden, Unauthenticated
from fedirec.translatable import N_
from fedirec.uris import Uris
from fedirec.web.ratelimit import RateLimit

CODES: Final = 10
"""Recovery codes of an account."""


async def change_password(
    account: Account, *, old: str, new: str, attempts: RateLimit, session_id: int | None = None
) -> None:
    """`account` has a new password, and every other browser than `session_id` is signed out.

    Raises Forbidden when `old` is wrong, Invalid when `new` is too weak, TooMany after too many wrong tries.
    """
    await prove_presence(account, old, attempts=attempts, field="old")
    await set_password(account, new, but=session_id)


async def prove_presence(account: Account, password: str, *, attempts: RateLimit, field: str) -> None:
    """Whoever sits there knows the password of `account`. Raises Forbidden beside `field`, or TooMany."""
    key = f"presence {account.id}"
    attempts.check(key)
    if not await is_password(password, account.password_hash):
        raise Forbidden("That is not your present password.", field=field)
    attempts.forget(key)


async def set_password(account: Account, password: str, *, but: int | None = None) -> None:
    """`account` has a new password, and every browser but the session `but` is signed out. Raises Invalid."""
    handle = (await account.actor).handle
    hashed = await hash_password(check_password(password, name=handle))
    async with transaction():
        await _set(account, hashed, but=but)


async def reset_password(doer: Doer, account: Account, password: str) -> None:
    """Somebody who runs the instance has given `account` a new password; whatever was signed in is not any more."""
    require(doer, Permission.CHANGE_ROLES)
    role = Role(account.role)
    refuse(
        may_change_role(doer.role, before=role, after=role), N_("You cannot open the account of somebody like that.")
    )
    actor = await account.actor
    hashed = await hash_password(check_password(password, name=actor.handle))
    async with transaction():
        await _set(account, hashed)
        await revoke_tokens(account)
        await audit(doer, "reset_password", actor.uri)


async def renew_recovery_codes(account: Account) -> list[str]:
    """`account` has these ten recovery codes and no others. They are kept as digests only, so show them now."""
    codes = [new_recovery_code() for _ in range(CODES)]
    async with transaction():
        await RecoveryCode.filter(account_id=account.id).delete()
        await RecoveryCode.bulk_create(
            [RecoveryCode(account_id=account.id, digest=digest_of_code(account.id, code)) for code in codes]
        )
    return codes


async def recover(uris: Uris, name: str, *, code: str, password: str, address: str, attempts: RateLimit) -> None:
    """Whoever holds an unused recovery code has set a new password, and everything that was signed in is not.

    Raises Unauthenticated when name and code do not go together, Invalid when the password is too weak (the code is
    then still good), TooMany after too many tries.
    """
    name = name.strip().removeprefix("@").lower().removesuffix(f"@{uris.host}")
    attempts.check(f"address {address}")
    # From one address nobody can use up the tries of a name, and so lock out whoever it belongs to.
    attempts.check(f"recover {name}", cost=0.5)
    hashed = await hash_password(check_password(password, name=name))
    account = await find_account(name, host=uris.host)
    async with transaction():
        used = account and await RecoveryCode.filter(
            account_id=account.id, digest=digest_of_code(account.id, code), used_at=None
        ).update(used_at=now())
        if account is None or not used:
            raise Unauthenticated("That name and that code do not belong together.", field="code")
        await _set(account, hashed)
        await revoke_tokens(account)
        await notify_all([account], Notice.PASSWORD_CHANGED, None, f"{account.actor.uri}#{now()}", "/settings/security")


async def _set(account: Account, hashed: str, *, but: int | None = None) -> None:
    account.password_hash = hashed
    await Account.filter(id=account.id).update(password_hash=hashed)
    await end_sessions(account, but=but)
