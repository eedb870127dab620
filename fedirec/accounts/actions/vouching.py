"""Codes with which members of ours say elsewhere who they are: each is good once (RFC 6749, section 4.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from fedirec.accounts.models import Account, SpentCode
from fedirec.accounts.oauth.vouching import CODE_LASTS, TOKEN_LASTS, new_token, read_code, read_token
from fedirec.accounts.queries import ACTIVE
from fedirec.activitypub.keyring import Keyring
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Forbidden, Unauthenticated

KEPT: Final = CODE_LASTS + TOKEN_LASTS + timedelta(minutes=1)
"""How long a code is remembered that was given back: longer than it, and the token for it, could be good."""


async def redeem_code(keyring: Keyring, given: Mapping[str, str]) -> str:
    """The token for a code, which is spent from now on.

    Raises Forbidden for a code that is not good, and for one that was given back before: the token for that is good for
    nothing any more, as somebody else may have it. Only who has the proof key gets that far.
    """
    told = read_code(keyring, given)
    async with transaction():
        is_first = await fetch_rows(
            "INSERT INTO spent_code (digest, spent_at) VALUES (?, ?) ON CONFLICT DO NOTHING RETURNING id",
            told.code,
            now(),
        )
        if not is_first:
            await SpentCode.filter(digest=told.code).update(is_annulled=True)
    if not is_first:
        raise Forbidden("That code is not good, or not any more.")
    return new_token(keyring, told)


async def member_of(keyring: Keyring, token: str) -> Account:
    """The member for whom `token` stands, with their actor, as long as they are here. Raises Unauthenticated."""
    told = read_token(keyring, token)
    account = await Account.get_or_none(id=told.account).select_related("actor")
    is_annulled = await SpentCode.exists(digest=told.code, is_annulled=True)
    is_here = account is not None and account.state == ACTIVE and account.actor.state == "active"
    if account is None or not is_here or not account.actor.is_local or is_annulled:
        raise Unauthenticated("This token is not good, or not any more.")
    return account


async def forget_spent_codes() -> int:
    """Codes that nobody could use any more are not remembered; returns how many those were."""
    return await SpentCode.filter(spent_at__lt=now() - KEPT).delete()
