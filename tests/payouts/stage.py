"""What has happened before anybody is paid: people are owed something, and have said how they are paid."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account, Person
from fedirec.accounts.permissions import Role
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.credits.models import LockedShare, MoneySettings, PayProposal, Pool
from fedirec.credits.queries.settings import money_settings
from fedirec.db import transaction
from fedirec.ledger.journal import Entry, Line, bank, payable, pool
from fedirec.ledger.posting import post
from fedirec.ledger.verifying import verify
from fedirec.payouts.actions.accruing import accrue
from fedirec.payouts.actions.batching import approve_batch, propose_batch
from fedirec.payouts.actions.readying import make_ready
from fedirec.payouts.adapters.protocol import Adapter
from fedirec.payouts.keys import Vault, label_of_payee
from fedirec.payouts.models import Payee, PayoutBatch
from fedirec.payouts.queries.payees import Sealed, digest_of_terms
from fedirec.payouts.queries.verifying import find_differences
from fedirec.payouts.queries.ways import Ways
from fedirec.uris import new_key

if TYPE_CHECKING:
    from tests.network import Instance


class Office:
    """The treasury of an instance: olga, who owns it, and two treasurers. Call its methods as the instance."""

    def __init__(self, place: Instance, further: Mapping[str, Adapter] | None = None) -> None:
        self.place = place
        self.vault: Vault = place.state["vault"]
        self.ways = Ways(net=place.state["net"], seal=self.vault, further=further, development=True)

    async def open(self) -> None:
        """Tina and Tom are treasurers."""
        for name in ("tina", "tom"):
            await self.place.join(name, role=Role.TREASURER)

    async def viewer(self, name: str) -> Viewer:
        account = await Account.get(actor__local_handle=name).select_related("actor")
        return Viewer(account=account, actor=account.actor, seen_at=now())

    async def approved(self, adapter: str, currency: str = "EUR") -> PayoutBatch:
        """A batch of all that is ready, proposed by Tina and approved by Tom: olga can pay it."""
        await make_ready(self.ways, self.vault)
        tina, tom = await self.viewer("tina"), await self.viewer("tom")
        batch = await propose_batch(tina, self.ways, self.vault, adapter=adapter, currency=currency)
        await approve_batch(tom, self.ways, self.vault, batch, digest=batch.digest)
        return batch

    async def says(self, person: Person, adapter: str, details: Mapping[str, str]) -> Payee:
        """`person` has said how they are paid, long enough ago."""
        row = await Payee.get_or_none(person_id=person.id) or Payee(key=new_key(), person=person, created_at=now())
        settings = await money_settings()
        row.adapter, row.details = (
            adapter,
            self.vault.seal(Sealed(details=dict(details)).write(), label=label_of_payee(row.key)),
        )
        row.fingerprint, row.confirmed_at = self.vault.fingerprint(adapter, details), now()
        row.changed_at = now()
        row.terms_version, row.terms_digest, row.terms_at = settings.terms_version, digest_of_terms(settings), now()
        await row.save()
        return row

    async def someone(self, name: str) -> Person:
        """Somebody of this instance."""
        actor = await Actor.get_or_none(local_handle=name)
        return await person_of(actor or await self.place.join(name))


async def decide(**wishes: object) -> MoneySettings:
    """The instance handles money like that."""
    settings, _ = await MoneySettings.get_or_create(id=1)
    for name, value in wishes.items():
        setattr(settings, name, value)
    settings.changed_at = now() + timedelta(microseconds=1)
    await settings.save()
    return settings


async def owe(
    people: Mapping[int, int], *, currency: str = "EUR", kind: str = "royalty", out_of: Pool | None = None
) -> PayProposal:
    """A proposal was locked in which each of `people`, by row, is owed an amount, out of a pool that has as much for it
    or of `out_of`, where it is already; books and payables know it.
    """
    group, key, total = await own_actor(), new_key(), sum(people.values())
    settings = await money_settings()
    async with transaction():
        filled = out_of or await Pool.create(
            key=new_key(), group=group, kind="commission", title="Pot", currency=currency, created_at=now()
        )
        proposal = await PayProposal.create(
            key=key,
            uri=f"{group.uri}/pay/{key}",
            group=group,
            pool=filled,
            title="Who gets what",
            state="locked",
            currency=currency,
            locked_amount=total,
            locked_at=now(),
            unclaimed_policy=settings.unclaimed_policy,
            unclaimed_months=settings.unclaimed_months,
            unclaimed_charity=settings.unclaimed_charity,
            made_at=now(),
        )
        for person_id, amount in people.items():
            await LockedShare.create(
                proposal=proposal, line_key=new_key(), person_id=person_id, amount=amount, income_kind=kind
            )
        came = (Line(bank(), total, currency), Line(pool(filled.key), -total, currency))
        if out_of is None:
            await post(Entry("income", lines=came, reference=f"test:{key}:income"))
        shared = tuple(Line(payable(person), -amount, currency) for person, amount in people.items())
        locked = (Line(pool(filled.key), total, currency), *shared)
        await post(Entry("proposal_locked", lines=locked, reference=f"test:{key}:locked"))
    await accrue()
    return proposal


async def check_books() -> None:
    """The ledger is sound, and says the same as the payments."""
    report = await verify()
    assert report.is_sound, report.findings
    assert [each async for each in find_differences()] == []
