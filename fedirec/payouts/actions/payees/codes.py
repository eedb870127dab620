"""The code with which somebody proves who they are when their server is no more, or is somebody else's.

It is shown once and kept as a digest. Whoever uses it says under another account that they are that person: every
known contact hears of it, nothing is paid until it is decided, the old account can say that it was not them, and a
treasurer whom it does not concern decides. Who has taken over an account cannot end it: neither does a new code end an
earlier one at once, nor does a denial; where there is one, two treasurers decide, with a reason.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.codes import digest_of_identity_code, new_recovery_code
from fedirec.accounts.models import Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import those_who_may
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.queries.settings import money_settings
from fedirec.credits.queries.standing import payers
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound
from fedirec.lanes import gathering
from fedirec.payouts.actions.agreeing import about_code, refuse_agreeing
from fedirec.payouts.actions.payees.holding import write_hold
from fedirec.payouts.actions.payees.joining import join_money
from fedirec.payouts.actions.payees.presence import prove_it_is_them, refuse_programs
from fedirec.payouts.actions.payees.warning import Warned, warning_of
from fedirec.payouts.addresses import CODE, PAYEES
from fedirec.payouts.codes import UNDECIDED, CodeState
from fedirec.payouts.holds import HoldCause
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import IdentityCode, Payee
from fedirec.payouts.queries.codes import decidable_at
from fedirec.payouts.queries.payees import contacts_of, find_payee
from fedirec.uris import new_key
from fedirec.web.ratelimit import RateLimit

MAX_REASON: Final = 500


async def make_code(viewer: Viewer, *, present: str, vault: Vault, post: Post, attempts: RateLimit) -> str:
    """The code of whoever is behind `viewer`, to be shown now and never again; an earlier one is good for as long as a
    hold lasts, and no more.

    Raises Forbidden as `prove_it_is_them`, TooMany, and Conflict while somebody has used the one before.
    """
    await prove_it_is_them(viewer, present, attempts=attempts)
    person = await person_of(viewer.actor)
    code, days = new_recovery_code(), (await money_settings()).hold_days
    warned = await _warning(post, vault, person, Notice.PAY_CODE_MADE, cause=viewer.actor)
    async with transaction():
        await hold(person)
        if await IdentityCode.filter(person_id=person.id, state__in=UNDECIDED).exists():
            raise Conflict("Somebody has used your code. First it has to be decided who that is.")
        earlier = IdentityCode.filter(person_id=person.id, state=CodeState.GIVEN, ends_at=None)
        await earlier.update(ends_at=now() + timedelta(days=days))
        await IdentityCode.create(person_id=person.id, digest=digest_of_identity_code(code))
        await warned.send()
    return code


async def use_code(viewer: Viewer, typed: str, *, vault: Vault, post: Post, visitor: str, attempts: RateLimit) -> None:
    """Whoever is behind `viewer` says that they are the person to whom that code was given; a treasurer will decide.

    Raises Forbidden beside `code` for one that is not good, whatever the reason; TooMany; Conflict for one's own.
    """
    require(viewer, Permission.BE_PAID)
    refuse_programs(viewer)
    attempts.check(f"identity code {viewer.account.id}")
    attempts.check(f"identity code from {visitor}", cost=0.5)
    wrong = Forbidden("That code is not good, or not any more.", field="code")
    given = IdentityCode.get_or_none(digest=digest_of_identity_code(typed), state=CodeState.GIVEN)
    code = await given.select_related("person")
    if code is None or (code.ends_at is not None and code.ends_at <= now()):
        raise wrong
    mine = await person_of(viewer.actor)
    person = await _root_of(code.person)
    if person.id == mine.id:
        raise Conflict("That is your own code. Keep it for the day on which you need it.", field="code")
    warned = await _warning(post, vault, person, Notice.PAY_CODE_USED, cause=viewer.actor)
    payee = await find_payee(person)
    treasurers = await those_who_may(Permission.PAY)
    async with transaction():
        used = IdentityCode.filter(id=code.id, state=CodeState.GIVEN)
        if not await used.update(state=CodeState.USED, used_at=now(), used_by_id=viewer.actor.id):
            raise wrong  # somebody else was quicker
        if payee is not None:
            await write_hold(payee, HoldCause.CODE, vault=vault, by=viewer.actor)
        await warned.send()
        about = f"{post.origin}{PAYEES}#{new_key()}"
        told = [account for account in treasurers if account.actor_id != viewer.actor.id]
        await notify_all(told, Notice.PAY_CODE_WAITS, viewer.actor, about, about, {"title": person.name})
        await audit(viewer, "use_identity_code", viewer.actor.uri, person=person.id)


async def deny_code(viewer: Viewer, *, present: str, vault: Vault, post: Post, attempts: RateLimit) -> None:
    """Whoever is at the account of the person whose code somebody used says that it was not them: both are paid nothing
    until two treasurers have decided, and both are told.

    It ends nothing by itself: who took over that account would say the same. Raises Forbidden as `prove_it_is_them`,
    TooMany, and NotFound when nobody used it.
    """
    await prove_it_is_them(viewer, present, attempts=attempts)
    person = await person_of(viewer.actor)
    used = IdentityCode.filter(person_id=person.id, state=CodeState.USED)
    code = await used.select_related("used_by", "person").first()
    if code is None or code.used_by is None:
        raise NotFound("Nobody has used your code.")
    claimant = await person_of(code.used_by)
    told = [
        await _warning(post, vault, each, Notice.PAY_CODE_DENIED, cause=viewer.actor, title=person.name)
        for each in (person, claimant)
    ]
    payee, treasurers = await find_payee(claimant), await those_who_may(Permission.PAY)
    async with transaction():
        still = IdentityCode.filter(id=code.id, state=CodeState.USED)
        if not await still.update(state=CodeState.DENIED, denied_at=now()):
            raise Conflict("That has been decided.")
        if payee is not None:
            await write_hold(payee, HoldCause.CODE, vault=vault, by=viewer.actor)
        for warned in told:
            await warned.send()
        about = f"{post.origin}{PAYEES}#{new_key()}"
        await notify_all(treasurers, Notice.PAY_CODE_DENIED, viewer.actor, about, about, {"title": person.name})
        await audit(viewer, "deny_identity_code", code.used_by.uri, person=person.id)


async def decide_code(
    doer: Viewer, code: IdentityCode, *, is_accepted: bool, reason: str, vault: Vault, post: Post
) -> bool:
    """A treasurer says whether whoever used `code` is that person; if so, they are one, for good, and the accounts that
    the person had are lost to them: what was said there about how they are paid is erased.

    Whether it is decided: of one that was denied another treasurer has to say the same, or the same one after the days
    of whoever is alone. Raises Forbidden for somebody whom it concerns, Invalid without a reason where it was denied,
    Conflict before everybody had time to object, or when it is decided.
    """
    require(doer, Permission.PAY)
    await code.fetch_related("used_by", "person")
    person = await _root_of(code.person)
    claimant = code.used_by
    if code.state not in UNDECIDED or claimant is None or code.used_at is None:
        raise Conflict("That has been decided.")
    mine, theirs = await person_of(doer.actor), await person_of(claimant)
    if mine.id in (person.id, theirs.id):
        raise Forbidden("That concerns yourself. Somebody else has to decide it.")
    said = CodeState.ACCEPTED if is_accepted else CodeState.REFUSED
    why = reason.strip()[:MAX_REASON]
    if code.state == CodeState.DENIED and not why:
        raise Invalid("Please say why: both sides say that they are that person.", field="reason")
    if is_accepted and now() < decidable_at(code, await money_settings()):
        raise Conflict("It is too early: first everybody whom it concerns has some days to object.")
    if is_accepted and await key_changed_at(claimant.id) is not None:
        raise Conflict("Their server has other keys for them than before, so that it may be somebody else.")
    if code.state == CodeState.DENIED and not await _is_second(doer, code, mine, said, why):
        return False
    kind = Notice.PAY_CODE_ACCEPTED if is_accepted else Notice.PAY_CODE_REFUSED
    told = [await _warning(post, vault, each, kind, title=person.name) for each in (person, theirs)]
    async with transaction(), gathering():
        if not await IdentityCode.filter(id=code.id, state__in=UNDECIDED).update(
            state=said, decided_by_id=doer.actor.id, decided_at=now(), reason=why
        ):
            raise Conflict("That has been decided.")
        await audit(doer, f"{'accept' if is_accepted else 'refuse'}_identity_code", claimant.uri, person=person.id)
        for warned in told:
            await warned.send()
        if is_accepted:
            await join_money(doer, theirs, person, cause=HoldCause.CODE, vault=vault)
    return True


async def _is_second(doer: Viewer, code: IdentityCode, mine: Person, said: str, reason: str) -> bool:
    """Whether another treasurer said the same before, or the same one who is alone has waited; else it is kept that
    `doer` says it. Raises Conflict where they are alone and it is too early, and Forbidden where they are not.
    """
    async with transaction():
        await hold(code)
        if code.said == said and code.said_by_id is not None and code.said_at is not None:
            await refuse_agreeing(
                about_code(code.id),
                mine.id,
                begun_by=(await person_of(await Actor.get(id=code.said_by_id))).id,
                others=await payers() - {(await person_of(await Actor.get(id=code.used_by_id))).id, code.person_id},
                since=code.said_at,
            )
            return True
        code.said, code.said_by_id, code.said_at, code.reason = said, doer.actor.id, now(), reason
        await code.save(update_fields=["said", "said_by_id", "said_at", "reason"])
        await audit(doer, "speak_of_identity_code", doer.uri, person=code.person_id, said=said)
    return False


async def _warning(
    post: Post, vault: Vault, person: Person, kind: Notice, *, cause: Actor | None = None, title: str = ""
) -> Warned:
    payee = await Payee.get_or_none(person_id=person.id)
    contacts = contacts_of(payee, vault) if payee else ()
    return await warning_of(post, person, kind, path=CODE, cause=cause, title=title, contacts=contacts)


async def _root_of(person: Person) -> Person:
    """Who `person` turned out to be since."""
    return person if person.joined_id is None else await Person.get(id=person.joined_id)
