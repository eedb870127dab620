"""The code with which somebody proves who they are when their server is no more, or is somebody else's.

It is shown once and kept as a digest. Whoever uses it says under another account that they are that person: every
known contact hears of it, nothing is paid for some days, the old account can say no at once, and a treasurer says yes
after that, whom it does not concern.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.codes import digest_of_credit_code, new_recovery_code
from fedirec.accounts.models import Account, Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import those_who_may
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, NotFound
from fedirec.payouts.actions.payees.giving import HERE, contacts_of
from fedirec.payouts.actions.payees.holding import write_hold
from fedirec.payouts.actions.payees.joining import join_money
from fedirec.payouts.actions.payees.presence import prove_it_is_them
from fedirec.payouts.actions.payees.warning import Warned, warning_of
from fedirec.payouts.holds import Cause
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import CreditCode, Payee
from fedirec.payouts.queries.payees import find_payee
from fedirec.uris import new_key
from fedirec.web.ratelimit import RateLimit

CODE = f"{HERE}/code"


async def make_code(viewer: Viewer, *, present: str, vault: Vault, post: Post, attempts: RateLimit) -> str:
    """The one code of whoever is behind `viewer`, to be shown now and never again; an earlier one is good no more.

    Raises Forbidden as `prove_it_is_them`, TooMany, and Conflict while somebody has used the one before.
    """
    await prove_it_is_them(viewer, present, attempts=attempts)
    person = await person_of(viewer.actor)
    code = new_recovery_code()
    warned = await _warning(post, vault, person, Notice.PAY_CODE_MADE, cause=viewer.actor)
    async with transaction():
        await hold(person)
        if await CreditCode.filter(person_id=person.id, state="used").exists():
            raise Conflict("Somebody has used your code. First it has to be decided who that is.")
        await CreditCode.filter(person_id=person.id, state="given").update(state="replaced")
        await CreditCode.create(person_id=person.id, digest=digest_of_credit_code(code))
        await warned.send()
    return code


async def use_code(viewer: Viewer, typed: str, *, vault: Vault, post: Post, visitor: str, attempts: RateLimit) -> None:
    """Whoever is behind `viewer` says that they are the person to whom that code was given; a treasurer will decide.

    Raises Forbidden beside `code` for one that is not good, whatever the reason; TooMany; Conflict for one's own.
    """
    require(viewer, Permission.BE_PAID)
    if viewer.session_id is None:
        raise Forbidden("Programs cannot do that. Please sign in with a browser.")
    attempts.check(f"credit code {viewer.account.id}")
    attempts.check(f"credit code from {visitor}", cost=0.5)
    wrong = Forbidden("That code is not good, or not any more.", field="code")
    code = await CreditCode.get_or_none(digest=digest_of_credit_code(typed), state="given").select_related("person")
    if code is None:
        raise wrong
    mine = await person_of(viewer.actor)
    person = await _root_of(code.person)
    if person.id == mine.id:
        raise Conflict("That is your own code. Keep it for the day on which you need it.", field="code")
    warned = await _warning(post, vault, person, Notice.PAY_CODE_USED, cause=viewer.actor)
    payee = await find_payee(person)
    treasurers = await those_who_may(Permission.PAY)
    async with transaction():
        used = CreditCode.filter(id=code.id, state="given")
        if not await used.update(state="used", used_at=now(), used_by_id=viewer.actor.id):
            raise wrong  # somebody else was quicker
        if payee is not None:
            await write_hold(payee, Cause.CODE, vault=vault, by=viewer.actor)
        await warned.send()
        about = f"{post.origin}/treasury/payees#{new_key()}"
        told = [account for account in treasurers if account.actor_id != viewer.actor.id]
        await notify_all(told, Notice.PAY_CODE_WAITS, viewer.actor, about, about, {"title": person.name})
        await audit(viewer, "use_credit_code", viewer.actor.uri, person=person.id)


async def deny_code(viewer: Viewer) -> None:
    """Whose code somebody else used says that it was not them: it is refused at once, and good no more.

    Raises NotFound when nobody did.
    """
    require(viewer, Permission.BE_PAID)
    person = await person_of(viewer.actor)
    code = await CreditCode.filter(person_id=person.id, state="used").select_related("used_by", "person").first()
    if code is None:
        raise NotFound("Nobody has used your code.")
    await _end(viewer, code, "refused")


async def decide_code(doer: Viewer, code: CreditCode, *, is_accepted: bool, vault: Vault, post: Post) -> None:
    """The treasurer says whether whoever used `code` is that person; if so, their accounts are one person's, for good.

    Raises Forbidden for somebody whom it concerns, Conflict before everybody had time to object, or when it is decided.
    """
    require(doer, Permission.PAY)
    await code.fetch_related("used_by", "person")
    person = await _root_of(code.person)
    claimant = code.used_by
    if code.state != "used" or claimant is None or code.used_at is None:
        raise Conflict("That has been decided.")
    mine, theirs = await person_of(doer.actor), await person_of(claimant)
    if mine.id in (person.id, theirs.id):
        raise Forbidden("That concerns yourself. Somebody else has to decide it.")
    if not is_accepted:
        await _end(doer, code, "refused")
        return
    if now() < decidable_at(code, days=(await money_settings()).hold_days):
        raise Conflict("It is too early: first everybody whom it concerns has some days to object.")
    if await key_changed_at(claimant.id) is not None:
        raise Conflict("Their server has other keys for them than before, so that it may be somebody else.")
    warned = await _warning(post, vault, person, Notice.PAY_CODE_ACCEPTED, title=person.name)
    theirs_warned = await _warning(post, vault, theirs, Notice.PAY_CODE_ACCEPTED, title=person.name)
    async with transaction():
        if not await CreditCode.filter(id=code.id, state="used").update(
            state="accepted", decided_by_id=doer.actor.id, decided_at=now()
        ):
            raise Conflict("That has been decided.")
        await join_money(doer, person, theirs, cause=Cause.CODE, vault=vault)
        await audit(doer, "accept_credit_code", claimant.uri, person=person.id)
        await warned.send()
        await theirs_warned.send()


def decidable_at(code: CreditCode, *, days: int) -> datetime:
    """From when on it may be accepted that who used `code` is that person."""
    return (code.used_at or now()) + timedelta(days=days)


async def _end(doer: Viewer, code: CreditCode, state: str) -> None:
    claimant = code.used_by
    async with transaction():
        if not await CreditCode.filter(id=code.id, state="used").update(
            state=state, decided_by_id=doer.actor.id, decided_at=now()
        ):
            raise Conflict("That has been decided.")
        if claimant is not None:
            await _tell_claimant(claimant, code)
            await audit(doer, "refuse_credit_code", claimant.uri, person=code.person_id)


async def _tell_claimant(claimant: Actor, code: CreditCode) -> None:
    accounts = await Account.filter(actor_id=claimant.id)
    await notify_all(accounts, Notice.PAY_CODE_REFUSED, None, f"{CODE}#{code.id}", CODE, {"title": code.person.name})


async def _warning(
    post: Post, vault: Vault, person: Person, kind: Notice, *, cause: Actor | None = None, title: str = ""
) -> Warned:
    payee = await Payee.get_or_none(person_id=person.id)
    contacts = contacts_of(payee, vault) if payee else ()
    return await warning_of(post, person, kind, path=CODE, cause=cause, title=title, contacts=contacts)


async def _root_of(person: Person) -> Person:
    """Who `person` turned out to be since."""
    return person if person.joined_id is None else await Person.get(id=person.joined_id)
