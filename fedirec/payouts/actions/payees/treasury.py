"""What the treasurer sees and decides about a payee: each reading of details is on record, and the payee sees it."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.own import own_actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import NotFound
from fedirec.ledger.recording import record
from fedirec.payouts.actions.payees.presence import refuse_programs
from fedirec.payouts.addresses import PAYEES
from fedirec.payouts.happenings import Happening
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payee, PayeeEvent
from fedirec.payouts.queries.money import YearSum, sums_of_year
from fedirec.payouts.queries.payees import unsealed
from fedirec.uris import origin_of


async def read_details(doer: Viewer, payee: Payee, *, vault: Vault) -> dict[str, str]:
    """How `payee` is paid, in full, for a treasurer in a browser: that they read it is on record for good.

    Raises NotFound where there is nothing, or where the key is missing.
    """
    require(doer, Permission.PAY)
    refuse_programs(doer)
    async with transaction():
        await hold(payee)
        found = unsealed(payee, vault)
        if found is None:
            raise NotFound("There are no details that could be read.")
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.READ, actor_id=doer.actor.id)
        await audit(doer, "read_payee", await page_of(payee))
    return found.details


async def set_form(doer: Viewer, payee: Payee, *, is_wanted: bool, is_received: bool) -> None:
    """Whether a form about taxes is wanted of `payee`, and whether it is in; without it nothing is paid."""
    require(doer, Permission.PAY)
    async with transaction():
        await hold(payee)
        payee.needs_form, payee.form_at = is_wanted, (payee.form_at or now()) if is_received else None
        await payee.save(update_fields=["needs_form", "form_at"])
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.FORM, actor_id=doer.actor.id)
        await audit(doer, "set_payee_form", await page_of(payee), wanted=is_wanted, received=is_received)


async def take_statements(doer: Viewer, year: int) -> list[YearSum]:
    """What everybody was paid in `year`, for whoever has to report it; that they took it is on record."""
    require(doer, Permission.PAY)
    refuse_programs(doer)
    sums = await sums_of_year(year)
    async with transaction():
        await audit(doer, "take_statements", f"{origin_of((await own_actor()).uri)}{PAYEES}", year=year)
        await record("statements_taken", "payouts", {"year": year, "lines": len(sums)})
    return sums


async def page_of(payee: Payee) -> str:
    """The page of the treasurer about `payee`."""
    return f"{origin_of((await own_actor()).uri)}{PAYEES}/{payee.key}"
