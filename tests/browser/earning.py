"""What somebody has earned in the world of the browser: paid, owed, and with somebody who says that they are them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.codes import digest_of_identity_code
from fedirec.accounts.models import Account
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.payouts.actions.batching import approve_batch, propose_batch
from fedirec.payouts.actions.readying import make_ready
from fedirec.payouts.actions.reconciling import mark_payout
from fedirec.payouts.actions.submitting import submit_batch
from fedirec.payouts.holds import HoldCause
from fedirec.payouts.keys import label_of_payee
from fedirec.payouts.models import IdentityCode, Payee, PayeeEvent, Payout, PayoutBatch
from fedirec.payouts.queries.payees import Sealed, digest_of_terms
from fedirec.uris import new_key
from tests.payouts.stage import decide, owe


async def earn(state: State, actor: Actor, other: Actor) -> dict[str, str]:
    """`actor` was paid once, is owed something, and is held back because `other` used their code."""
    person, key, vault, settings = await person_of(actor), new_key(), state["vault"], await money_settings()
    details = {"instructions": "cash, at the harbour"}
    payee = await Payee.create(
        key=key,
        person=person,
        adapter="manual",
        details=vault.seal(Sealed(details=details).write(), label=label_of_payee(key)),
        fingerprint=vault.fingerprint("manual", details),
        country="DE",
        terms_version=settings.terms_version,
        terms_digest=digest_of_terms(settings),
        terms_at=now(),
        confirmed_at=now(),
    )
    await owe({person.id: 123_456})
    await make_ready(state["ways"], vault)
    batch = await _pay(state)
    payout = await Payout.get(batch_id=batch.id)
    await owe({person.id: 4_250, (await person_of(other)).id: 77_00})
    payee.held_until, payee.held_for = now() + timedelta(days=7), HoldCause.CODE.value
    payee.confirmed_at = None
    await payee.save()
    for happening, who in (("given", actor), ("terms", actor), ("held", other)):
        await PayeeEvent.create(payee=payee, happening=happening, actor=who)
    used: dict[str, Any] = {"state": "used", "used_at": now(), "used_by": other}
    await IdentityCode.create(person=person, digest=digest_of_identity_code("0000-0000-0000-0000"), **used)
    return {
        "payee": f"/treasury/payees/{key}",
        "statement": f"/money/statements/{now().year}",
        "batch": f"/treasury/batches/{batch.key}",
        "payout": f"/treasury/payouts/{payout.key}",
    }


async def _pay(state: State) -> PayoutBatch:
    """All that is ready was paid by the owner, who is alone in that."""
    account = await Account.filter(role="owner").order_by("id").select_related("actor").get()
    owner, ways, vault = Viewer(account=account, actor=account.actor, seen_at=now()), state["ways"], state["vault"]
    await decide(solo_days=0)
    batch = await propose_batch(owner, ways, vault, adapter="manual", currency="EUR")
    await approve_batch(owner, ways, vault, batch, digest=batch.digest)
    await submit_batch(owner, ways, vault, batch)
    for payout in await Payout.filter(batch_id=batch.id):
        await mark_payout(owner, ways, payout, became="settled", reference="receipt 4", text="Paid at the harbour.")
    return batch
