"""Files for the bank: written once, from what was approved, and stored before anybody can have them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from anyio import to_thread

from fedirec.accounts.actions.persons import roots_of
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid, Misconfigured, NotFound
from fedirec.ledger.recording import record
from fedirec.payouts.actions.batching import CHANGED
from fedirec.payouts.actions.ending import abandon
from fedirec.payouts.adapters.protocol import Attempt, Batch, File, FileAdapter
from fedirec.payouts.keys import Vault, label_of_batch
from fedirec.payouts.models import Payee, PayoutAttempt, PayoutBatch
from fedirec.payouts.payments import AttemptState, BatchState
from fedirec.payouts.queries.payees import unsealed
from fedirec.payouts.queries.stopping import find_stop
from fedirec.payouts.queries.waiting import statuses_by_row
from fedirec.payouts.queries.ways import Ways
from fedirec.uris import host_of


class Clerk:
    """Knows how each payee is paid, and writes the files."""

    def __init__(self, *, ways: Ways, vault: Vault) -> None:
        self.ways = ways
        self.vault = vault

    async def write_file(self, batch_id: int) -> PayoutBatch:
        """The file of a batch is stored, sealed; it was written once, and whoever comes second throws theirs away.

        Who cannot stand in it, or is held by now, is left out with the reason, and waits to be paid anew.
        """
        batch = await PayoutBatch.get(id=batch_id)
        way = await self.ways.find(batch.adapter)
        if batch.file is not None or batch.state != BatchState.SUBMITTED or not isinstance(way, FileAdapter):
            return batch
        if await find_stop() is not None:
            return batch
        attempts = await self._attempts(batch, way)
        if not attempts:
            return await PayoutBatch.get(id=batch_id)
        try:
            file = await to_thread.run_sync(way.write, self._batch(batch, attempts))
        except Invalid as error:  # it is nobody's fault alone
            for row in await PayoutAttempt.filter(batch_id=batch.id, state=AttemptState.BEGUN).order_by("id"):
                await self._leave_out(row, error.detail)
            return await PayoutBatch.get(id=batch_id)
        return await self._store(batch, file, [attempt.key for attempt in attempts])

    async def read_file(self, batch: PayoutBatch) -> bytes:
        """The file of `batch`, byte for byte as it was written. Raises NotFound, and Misconfigured where it is not."""
        async with transaction():
            await hold(batch)
            if batch.file is None or batch.state == BatchState.CANCELLED:
                raise NotFound
            if batch.fetched_at is None:  # from now on somebody may pay from it
                batch.fetched_at = now()
                await batch.save(update_fields=["fetched_at"])
        content = self.vault.unseal(bytes(batch.file), label=label_of_batch(batch.key))
        if sha256(content).hexdigest() != batch.file_digest:
            raise Misconfigured("this file is not any more what was written")
        return content

    async def _store(self, batch: PayoutBatch, file: File, keys: Sequence[str]) -> PayoutBatch:
        sealed = self.vault.seal(file.content, label=label_of_batch(batch.key))
        async with transaction():
            await hold(batch)
            if batch.file is not None or batch.state != BatchState.SUBMITTED:
                return batch
            begun = PayoutAttempt.filter(batch_id=batch.id, state=AttemptState.BEGUN)
            if set(keys) != {row.key for row in await begun}:
                raise Conflict(CHANGED)  # somebody was left out meanwhile: it is written anew
            batch.file, batch.file_digest = sealed, sha256(file.content).hexdigest()
            batch.file_name, batch.file_type = file.name[:100], file.media_type
            await batch.save(update_fields=["file", "file_digest", "file_name", "file_type"])
            await record("batch_written", batch.key, {"sha256": batch.file_digest, "bytes": len(file.content)})
        return batch

    async def details_of(self, row: PayoutAttempt) -> dict[str, str] | None:
        """How the payee is paid, if it is what was approved; None otherwise."""
        root = (await roots_of([row.payout.person_id]))[row.payout.person_id]
        payee = await Payee.get_or_none(person_id=root)
        if payee is None or payee.fingerprint != row.payout.fingerprint or payee.adapter != row.adapter:
            return None
        said = unsealed(payee, self.vault)
        return said.details if said else None

    async def is_held(self, row: PayoutAttempt) -> bool:
        """Whether something happened to the payee's accounts since it was approved: then nothing more is sent."""
        person_id = row.payout.person_id
        status = (await statuses_by_row([person_id], self.vault)).get(person_id)
        if status is None or not status.is_confirmed:
            return True
        return status.held_until is not None and status.held_until > now()

    async def attempt_of(self, row: PayoutAttempt, details: dict[str, str], *, is_first: bool = False) -> Attempt:
        """A try as adapters are given it; `is_first`: as it was before it was noted that it is sent."""
        return Attempt(
            key=row.key,
            amount=row.payout.amount,
            currency=row.payout.currency,
            details=details,
            message=f"{host_of((await own_actor()).uri)} {row.payout.key}",
            first_sent_at=None if is_first else row.sent_at,
            reference=row.reference or None,
        )

    async def _attempts(self, batch: PayoutBatch, way: FileAdapter) -> list[Attempt]:
        """The tries that can stand in the file; the others are left out, each with its reason."""
        begun = PayoutAttempt.filter(batch_id=batch.id, state=AttemptState.BEGUN).order_by("id")
        attempts = []
        for row in await begun.select_related("payout"):
            details = await self.details_of(row)
            if details is None or await self.is_held(row):
                await self._leave_out(row, CHANGED)
            elif fault := way.find_fault(details):
                await self._leave_out(row, fault)
            else:
                attempts.append(await self.attempt_of(row, details))
        return attempts

    async def _leave_out(self, row: PayoutAttempt, why: str) -> None:
        """A try is given up, unless the file is there by now: then it stands in it."""
        async with transaction():
            batch = await PayoutBatch.get(id=row.batch_id)
            await hold(batch)
            if batch.file is None:
                await abandon(row.id, why=why)

    def _batch(self, batch: PayoutBatch, attempts: Sequence[Attempt]) -> Batch:
        return Batch(
            key=batch.key,
            currency=batch.currency,
            created_at=batch.submitted_at or now(),
            execute_on=max(batch.execute_on or now().date(), now().date()),
            attempts=attempts,
        )
