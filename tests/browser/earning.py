"""What somebody has earned in the world of the browser: paid, owed, and with somebody who says that they are them."""

from __future__ import annotations

from datetime import timedelta

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.codes import digest_of_credit_code
from fedirec.activitypub.models import Actor
from fedirec.app import State
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.payouts.actions.readying import make_ready
from fedirec.payouts.holds import Cause
from fedirec.payouts.keys import label_of_payee
from fedirec.payouts.models import CreditCode, Payee, PayeeEvent, Payout
from fedirec.payouts.queries.payees import Sealed, digest_of_terms
from fedirec.uris import new_key
from tests.payouts.stage import owe


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
    )
    await owe({person.id: 123_456})
    await make_ready(state["ways"], vault)
    await Payout.filter(person_id=person.id).update(state="settled", settled_at=now())
    await owe({person.id: 4_250})
    payee.held_until, payee.held_for = now() + timedelta(days=7), Cause.CODE.value
    payee.confirmed_at = None
    await payee.save()
    for happening, who in (("given", actor), ("terms", actor), ("held", other)):
        await PayeeEvent.create(payee=payee, happening=happening, actor=who)
    used = {"state": "used", "used_at": now(), "used_by": other}
    await CreditCode.create(person=person, digest=digest_of_credit_code("0000-0000-0000-0000"), **used)
    return {"payee": f"/treasury/payees/{key}", "statement": f"/money/statements/{now().year}"}
