"""Another key for what payees say, for the day on which somebody else has the one before."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from anyio import to_thread
from tortoise.models import Model

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.keyring import draft_of
from fedirec.credits.models import MoneySettings
from fedirec.credits.queries.settings import ACCOUNT_LABEL, ADAPTERS_LABEL
from fedirec.credits.queries.standing import same_people
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.payouts.keys import Vault, label_of_batch, label_of_payee, put_in_place
from fedirec.payouts.models import Payee, Payout, PayoutBatch
from fedirec.payouts.payments import NOT_SENT, State

PAGE: Final = 100
_STARTED: Final = (State.SUBMITTED, State.RETURNED, State.FAILED)
"""Payments that go on, or do not, by what they were told of the payee."""


async def renew_payees_key(doer: Doer, file: Path) -> int:
    """What payees said, and whatever else was sealed with the key in `file`, is sealed with a new one there.

    No process may serve meanwhile. One that is killed is to be done again. What the old key does not open stays as it
    is. Answers for how many things. Raises NotFound without a key, and Conflict while a batch waits to go out: what was
    approved is known by marks that only the old key makes.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    draft = draft_of(file)
    if await to_thread.run_sync(draft.exists):
        finished = Vault(draft)
        done = [column async for _row, _name, column, _label in _sealed() if finished.opens(column)]
        if done:
            put_in_place(draft, file)  # the database has had it, and only the file was late
            return len(done)
        draft.unlink()
    if not await to_thread.run_sync(file.exists):
        raise NotFound(
            f"there is no {file}: nobody has said yet how they are paid, or it is lost; then put back your copy of it"
        )
    if await PayoutBatch.filter(state__in=NOT_SENT).exists():
        raise Conflict("a batch of payments waits to go out; submit it or cancel it first")
    old, new, count = Vault(file), Vault(draft), 0
    new.seal(b"", label="")  # its file is written before the transaction
    async with transaction():
        async for row, name, column, label in _sealed():
            if not old.opens(column):
                continue
            secret = old.unseal(column, label=label)
            setattr(row, name, new.seal(secret, label=label))
            changed = [name]
            if isinstance(row, Payee):
                before, row.fingerprint = row.fingerprint, new.fingerprint(row.adapter, json.loads(secret)["details"])
                changed.append("fingerprint")
                people = await same_people(row.person_id)
                started = Payout.filter(person_id__in=people, state__in=_STARTED, fingerprint=before)
                await started.update(fingerprint=row.fingerprint)  # nobody said anything else than before
            await row.save(update_fields=changed)
            count += 1
        await audit(doer, "renew_payees_key", doer.uri, things=count)
    put_in_place(draft, file)
    return count


async def _sealed() -> AsyncIterator[tuple[Model, str, bytes, str]]:
    """Each thing that may be sealed with the key: its row, its column, what stands there, and under which label."""
    after = 0
    while payees := await Payee.filter(id__gt=after, details__not_isnull=True).order_by("id").limit(PAGE):
        for payee in payees:
            yield payee, "details", bytes(payee.details or b""), label_of_payee(payee.key)
        after = payees[-1].id
    after = 0
    while batches := await PayoutBatch.filter(id__gt=after, file__not_isnull=True).order_by("id").limit(1):
        yield batches[0], "file", bytes(batches[0].file or b""), label_of_batch(batches[0].key)
        after = batches[0].id
    for settings in await MoneySettings.all().order_by("id").limit(1):
        for name, label in (("adapter_settings", ADAPTERS_LABEL), ("debtor_account", ACCOUNT_LABEL)):
            if (column := getattr(settings, name)) is not None:
                yield settings, name, bytes(column), label
