"""The links in letters: one ends a sort of letters without signing in, another says that an address is somebody's."""

from __future__ import annotations

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final

from fedirec.activitypub.keyring import Keyring
from fedirec.clock import now
from fedirec.errors import Gone, Misconfigured, NotFound

STOP: Final = "/mail/stop/"
CONFIRM: Final = "/mail/confirm/"
CONFIRM_WITHIN: Final = timedelta(days=2)
_LABEL: Final = "mail address"
_GONE: Final = "That link does not lead anywhere. Please use the newest letter."


class Sort(StrEnum):
    """What a letter is, and what somebody ends."""

    NOTICES = "notices"
    WEEKLY = "weekly"


def is_stop(path: str) -> bool:
    """Whether programs for mail post there, without a cookie and from nowhere (RFC 8058)."""
    return path.startswith(STOP)


def stop_path(keyring: Keyring, account_id: int, sort: Sort) -> str:
    """Where letters of that sort to that account are ended. It holds for as long as the master key does."""
    said = f"{account_id}.{sort.value}"
    return f"{STOP}{said}.{_signature(keyring, said)}"


def read_stop(keyring: Keyring, token: str) -> tuple[int, Sort]:
    """Which account and which sort. Raises NotFound for what we did not sign."""
    said, _, signature = token.rpartition(".")
    if not token.isascii() or not hmac.compare_digest(_signature(keyring, said), signature):
        raise NotFound(_GONE)
    number, _, sort = said.partition(".")
    return int(number), Sort(sort)


def sealed(keyring: Keyring, account_id: int, address: str) -> str:
    """`address`, which somebody says is theirs, so that only we can read it."""
    said = json.dumps([account_id, address, (now() + CONFIRM_WITHIN).timestamp()]).encode()
    return urlsafe_b64encode(keyring.seal(said, label=_LABEL)).decode().rstrip("=")


def unsealed(keyring: Keyring, token: str) -> tuple[int, str]:
    """The account and the address. Raises NotFound for what we did not seal, Gone when it is too old."""
    try:
        said = keyring.unseal(urlsafe_b64decode(token + "=" * (-len(token) % 4)), label=_LABEL)
    except (ValueError, Misconfigured) as error:
        raise NotFound(_GONE) from error
    account_id, address, until = json.loads(said)
    if now().timestamp() > until:
        raise Gone("That link is too old. Please ask for a new one in your settings.")
    return int(account_id), str(address)


def _signature(keyring: Keyring, said: str) -> str:
    made = hmac.new(keyring.derive("mail links"), said.encode(), sha256).digest()[:16]
    return urlsafe_b64encode(made).decode().rstrip("=")
