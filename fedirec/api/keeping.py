"""Doing once what a program asks for twice: the Idempotency-Key header (draft-ietf-httpapi-idempotency-key-header).

An attempt takes a lease on the key, and its effect and its answer are committed in one transaction: whoever is killed
before that has changed nothing, and whoever is killed after it finds the answer. What was refused is not kept, since
nothing came of it.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Final

from fedirec.accounts.models import Account
from fedirec.activitypub.keyring import Keyring
from fedirec.api.models import KeptAnswer
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, TooMany, Unsupported
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

KEPT_FOR: Final = timedelta(hours=24)
LEASE: Final = timedelta(minutes=1)
"""After this, an attempt that never answered is given up, and the next one may begin."""
MAX_KEY: Final = 255
MAX_KEPT: Final = 10_000
"""Answers to programs of one person that are kept at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a program is told: the status, the body in JSON, and headers that belong to it."""

    status: int
    body: bytes
    headers: Mapping[str, str]


def read_key(header: str) -> str:
    """The key in an Idempotency-Key header, with or without the quotation marks of a structured field."""
    key = header.strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not 0 < len(key) <= MAX_KEY or not (key.isascii() and key.isprintable()):
        raise Invalid(_("An Idempotency-Key has 1 to %(n)s plain characters.") % {"n": MAX_KEY})
    return key


def fingerprint_of(token_id: int | None, method: str, address: str, body: bytes) -> str:
    """What tells one request from another.

    An answer may hold a secret: whoever has another token of the same account is not told it again.
    """
    return sha256(b"\n".join((f"{token_id} {method}".encode(), address.encode(), body))).hexdigest()


async def do_once(
    account: Account,
    keyring: Keyring,
    *,
    key: str,
    fingerprint: str,
    prepare: Callable[[], Awaitable[None]],
    act: Callable[[], Awaitable[Answer]],
) -> tuple[Answer, bool]:
    """The answer to what was asked under `key`, and whether it was given before.

    `prepare` does what must not be awaited within a transaction, `act` everything else. Raises Unsupported when the key
    stands for another request, Conflict while that request is under way, and what both raise.
    """
    lease = new_key()
    row = await _take(account, key=key, fingerprint=fingerprint, lease=lease)
    label = f"kept answer {account.id} {key}"
    if row.answer is not None:
        return _read(keyring.unseal(bytes(row.answer), label=label)), True
    ours = KeptAnswer.filter(id=row.id, lease=lease, answer=None)
    try:
        await prepare()
        async with transaction():
            answer = await act()
            _refuse_late(await ours.update(answer=keyring.seal(_write(answer), label=label)))
    except Exception:
        await ours.delete()
        raise
    return answer, False


async def forget_answers() -> int:
    """Keys are free again after a day; how many were."""
    return await KeptAnswer.filter(begun_at__lt=now() - KEPT_FOR).delete()


async def _take(account: Account, *, key: str, fingerprint: str, lease: str) -> KeptAnswer:
    """The row of `key`, which holds an answer or is ours to answer. Raises TooMany beyond MAX_KEPT within a day."""
    moment = now()
    async with transaction():
        fresh = KeptAnswer(account_id=account.id, key=key, fingerprint=fingerprint, lease=lease, begun_at=moment)
        await KeptAnswer.bulk_create([fresh], ignore_conflicts=True)
        row = await KeptAnswer.filter(account_id=account.id, key=key).select_for_update().get()
        if row.lease == lease and await KeptAnswer.filter(account_id=account.id).offset(MAX_KEPT).limit(1).values("id"):
            raise TooMany(retry_after=3600)
        if row.fingerprint != fingerprint:
            raise Unsupported(_("This Idempotency-Key was used for another request. Please take a fresh one."))
        if row.answer is None and row.lease != lease:
            if row.begun_at > moment - LEASE:
                raise Conflict(_("The same request is still under way. Please ask again in a moment."), retry_after=1)
            row.lease, row.begun_at = lease, moment
            await row.save(update_fields=["lease", "begun_at"])
    return row


def _refuse_late(kept: int) -> None:
    """Raise Conflict, which undoes the effect, when another attempt took the lease in the meantime."""
    if not kept:
        raise Conflict(_("Another attempt with this Idempotency-Key was quicker."))


def _write(answer: Answer) -> bytes:
    return json.dumps([answer.status, answer.body.decode(), dict(answer.headers)]).encode()


def _read(kept: bytes) -> Answer:
    status, body, headers = json.loads(kept)
    return Answer(status=status, body=body.encode(), headers=headers)
