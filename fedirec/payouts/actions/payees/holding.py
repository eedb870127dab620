"""Nothing is paid for a while: after a Move, a new key, the use of a code, or because the treasurer says so."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.models import Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.db import transaction
from fedirec.db.apart import each_apart
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid
from fedirec.payouts.actions.payees.warning import warning_of
from fedirec.payouts.addresses import MONEY, PAYEES
from fedirec.payouts.happenings import Happening
from fedirec.payouts.holds import UNSURE, HoldCause, hold_from
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payee, PayeeEvent
from fedirec.payouts.queries.payees import PayeeStatus, contacts_of, status_of, statuses_of

PAGE: Final = 500
MOST_DAYS: Final = 365


async def watch_payees(vault: Vault, post: Post) -> int:
    """Whose account moved or has a new key is written down as held, and hears of it; for how many that was new.

    Whether it is written down decides nothing: `statuses_of` works it out each time.
    """
    found, after = 0, 0
    while rows := await Payee.filter(id__gt=after).order_by("id").limit(PAGE).values_list("id", "person_id"):
        statuses = await statuses_of([int(person) for _id, person in rows], vault)
        found += sum(await each_apart(statuses.values(), lambda status: _note_hold(status, vault=vault, post=post)))
        after = int(rows[-1][0])
    return found


async def _note_hold(status: PayeeStatus, *, vault: Vault, post: Post) -> bool:
    payee, held = status.payee, status.held
    if status.is_claimed:
        return False  # they were told, and nothing is paid until it is decided
    is_late = held.until != payee.held_until
    is_unsure = payee.confirmed_at is not None and not held.is_confirmed
    if held.cause is None or not (is_late or is_unsure):
        return False
    await hold_pay(payee, held.cause, vault=vault, post=post, days=0)
    return True


async def hold_pay(payee: Payee, cause: HoldCause, *, vault: Vault, post: Post, days: int | None = None) -> None:
    """Nothing is paid to `payee` for the days that the instance states, or `days`; every known contact hears of it."""
    person = await Person.get(id=payee.person_id)
    warned = await warning_of(
        post, person, Notice.PAY_HELD, path=MONEY, title=cause.value, contacts=contacts_of(payee, vault)
    )
    async with transaction():
        await write_hold(payee, cause, vault=vault, days=days)
        await warned.send()


async def write_hold(
    payee: Payee, cause: HoldCause, *, vault: Vault, days: int | None = None, by: Actor | None = None
) -> None:
    """As `hold_pay`, without a word; part of the caller's transaction."""
    await hold(payee)
    settings = await money_settings()
    known = (await statuses_of([payee.person_id], vault)).get(payee.person_id)
    before = known.held.until if known else payee.held_until
    payee.held_until = hold_from(now(), held_until=before, days=settings.hold_days if days is None else days)
    payee.held_for = cause.value
    if cause in UNSURE:
        payee.confirmed_at = None
    await payee.save(update_fields=["held_until", "held_for", "confirmed_at"])
    await PayeeEvent.create(payee_id=payee.id, happening=Happening.HELD, actor_id=by.id if by else None)


async def hold_by_hand(doer: Viewer, payee: Payee, *, days: int, vault: Vault, post: Post) -> None:
    """The treasurer holds back what `payee` is owed for so many `days`; they hear of it, and it is on record."""
    require(doer, Permission.PAY)
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("Please write a number of days, 365 at most.", field="days")
    person = await Person.get(id=payee.person_id)
    cause = HoldCause.TREASURER
    warned = await warning_of(
        post, person, Notice.PAY_HELD, path=MONEY, title=cause.value, contacts=contacts_of(payee, vault)
    )
    async with transaction():
        await hold(payee)
        payee.treasurer_until = hold_from(now(), held_until=payee.treasurer_until, days=days)
        await payee.save(update_fields=["treasurer_until"])
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.HELD, actor_id=doer.actor.id)
        await audit(doer, "hold_pay", f"{post.origin}{PAYEES}/{payee.key}", days=days)
        await warned.send()


async def release_pay(doer: Viewer, payee: Payee, *, vault: Vault, post: Post) -> None:
    """What a treasurer held back by hand is paid again; what is held for another reason stays so until its day.

    Raises Conflict where nothing was held by hand.
    """
    require(doer, Permission.PAY)
    person = await Person.get(id=payee.person_id)
    warned = await warning_of(post, person, Notice.PAY_RELEASED, path=MONEY, contacts=contacts_of(payee, vault))
    async with transaction():
        await hold(payee)
        if payee.treasurer_until is None or payee.treasurer_until <= now():
            raise Conflict("Nothing is held here that a treasurer could let go.")
        payee.treasurer_until = None
        await payee.save(update_fields=["treasurer_until"])
        await PayeeEvent.create(payee_id=payee.id, happening=Happening.RELEASED, actor_id=doer.actor.id)
        await audit(doer, "release_pay", f"{post.origin}{PAYEES}/{payee.key}")
        status = await status_of(payee, vault)
        if status.held_until is None or status.held_until <= now():
            await warned.send()
