"""Coming in, staying, and leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.codes import digest_of, new_secret
from fedirec.accounts.models import Account, Refusal, Session
from fedirec.accounts.passwords import NOBODY, hash_password, is_outdated, is_password
from fedirec.accounts.queries import ACTIVE, PENDING, find_account
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden, NotFound, Unauthenticated
from fedirec.web.ratelimit import RateLimit

LASTS: Final = timedelta(days=30)
"""After its last use, a session."""
NOTED_EVERY: Final = timedelta(hours=1)
"""How often the use of a session or a token is written down."""


async def sign_in(
    name: str, *, host: str, password: str, address: str, attempts: RateLimit, browser: str = ""
) -> tuple[Account, str]:
    """Somebody has proved who they are; their account, and the secret of a new session for the cookie.

    A wrong name takes as long and says the same as a wrong password. Raises Unauthenticated for both, TooMany after
    too many tries for one name or from one `address` (as `web.ratelimit.visitor_of` has it), Forbidden for people who
    wait for an answer or are suspended.
    """
    account = await prove_password(name, host=host, password=password, address=address, attempts=attempts)
    if account.state == PENDING:
        raise Forbidden("Nobody has looked at your request to join yet. Please come back a little later.")
    if account.state != ACTIVE:
        raise Forbidden("This account is suspended. You can read why, and answer, at /appeal.")
    return account, await begin_session(account, browser=browser)


async def prove_password(name: str, *, host: str, password: str, address: str, attempts: RateLimit) -> Account:
    """The account that goes with this name and password, whatever its state. Raises Unauthenticated or TooMany."""
    name = name.strip().removeprefix("@").lower().removesuffix(f"@{host}")
    key = f"name {name}"
    attempts.check(f"address {address}")
    # From one address nobody can use up the tries of a name, and so lock out whoever it belongs to.
    attempts.check(key, cost=0.5)
    account = await find_account(name, host=host)
    refusal = await Refusal.filter(name=name).order_by("-id").first() if account is None else None
    known = account or refusal
    right = await is_password(password, known.password_hash if known else NOBODY)
    if right and refusal is not None:
        attempts.forget(key)
        raise Forbidden("We have not let you in. A moderator writes: “%(words)s”", blanks={"words": refusal.words})
    if account is None or not right:
        raise Unauthenticated("That name and that password do not belong together.", field="password")
    attempts.forget(key)
    if is_outdated(account.password_hash):
        before, account.password_hash = account.password_hash, await hash_password(password)
        await Account.filter(id=account.id, password_hash=before).update(password_hash=account.password_hash)
    return account


async def begin_session(account: Account, *, browser: str = "") -> str:
    """A browser is signed in; the answer is the secret that its cookie holds. What has expired is swept away."""
    secret = new_secret()
    moment = now()
    async with transaction():
        await Session.filter(account_id=account.id, expires_at__lte=moment).delete()
        await Session.create(
            digest=digest_of(secret),
            account_id=account.id,
            browser=browser[:200],
            created_at=moment,
            used_at=moment,
            expires_at=moment + LASTS,
        )
    return secret


async def keep_session(session_id: int, *, is_guest: bool = False) -> None:
    """A session in use lasts on; a guest's ends all the same, so that their own server is asked about them again.

    Callers ask for it at most once in `NOTED_EVERY`.
    """
    moment = now()
    ending = {} if is_guest else {"expires_at": moment + LASTS}
    await Session.filter(id=session_id).update(used_at=moment, **ending)


async def sign_out(secret: str) -> None:
    """The session with that secret is over."""
    await Session.filter(digest=digest_of(secret)).delete()


async def end_session(account: Account, session_id: int) -> None:
    """One session of `account` is over. Raises NotFound when it is not theirs."""
    if not await Session.filter(id=session_id, account_id=account.id).delete():
        raise NotFound("That browser is not signed in any more.")


async def end_sessions(account: Account, *, but: int | None = None) -> None:
    """All sessions of `account` are over, except the one with the id `but`."""
    found = Session.filter(account_id=account.id)
    await (found.exclude(id=but) if but is not None else found).delete()
