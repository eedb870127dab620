"""Moderators decide about claims, one at a time; somebody else decides again where there is an appeal."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Doer, Permission, may_decide_claim, refuse, require
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.remix.actions.claims.opening import note, page_of, tell_party
from fedirec.remix.actions.claims.revising import make_it_as_before, make_it_so
from fedirec.remix.actions.claims.travelling import MAX_REASON, send_outcome
from fedirec.remix.actions.sources import find_record
from fedirec.remix.claims import ClaimHappening, ClaimKind, ClaimState, advance_claim
from fedirec.remix.models import Claim, Record
from fedirec.remix.queries.claims import get_claim, is_biased, judges_of
from fedirec.translatable import N_

LOOKED_AT_FOR: Final = timedelta(hours=1)
"""How long somebody who looks at a claim has it for themselves."""


async def find_missing_source(remote: Remote, claim: Claim) -> None:
    """What `claim` says is missing is known here, so that it can be named. Raises Invalid when it cannot be found."""
    if ClaimKind(claim.kind) is not ClaimKind.MISSING_SOURCE or await Record.exists(uri=claim.source_uri):
        return
    try:
        await find_record(remote, str(claim.source_uri))
    except FedirecError as error:
        raise Invalid("We cannot look at that source: %(why)s", blanks={"why": str(error)}) from error


async def look_at(doer: Doer, key: str, *, lets_go: bool = False, take_over: bool = False) -> None:
    """The claim called `key` is looked at by `doer`, and for an hour by nobody else; or by whoever likes.

    Raises Conflict when somebody else has it, unless `doer` means to `take_over`.
    """
    require(doer, Permission.MODERATE)
    async with transaction():
        await Claim.filter(key=key).select_for_update().first()
        claim = await get_claim(key)
        moderator = await _moderator(doer, claim)
        if lets_go:
            await Claim.filter(id=claim.id, looked_at_by_id=moderator.id).update(looked_at_by_id=None, looked_at=None)
            return
        if not take_over:
            _refuse_taken(claim, moderator)
        await Claim.filter(id=claim.id).update(looked_at_by_id=moderator.id, looked_at=now())


async def decide_claim(doer: Doer, key: str, *, upholds: bool, reason: str) -> Claim:
    """The claim called `key` is decided: the trail is as it says, or stays as it is; all who should know are told why.

    Raises Forbidden for whom it concerns, and after an appeal for whoever decided before while there is another;
    Conflict when it is decided already or somebody else looks at it, Invalid without a reason.
    """
    require(doer, Permission.MODERATE)
    reason = reason.strip()
    if not reason:
        raise Invalid("Please say why, in a sentence or two.", field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid("Please keep it under %(n)s characters.", field="reason", blanks={"n": MAX_REASON})
    happening = ClaimHappening.UPHELD if upholds else ClaimHappening.DISMISSED
    async with transaction():
        await Claim.filter(key=key).select_for_update().first()
        claim = await get_claim(key)
        moderator = await _moderator(doer, claim)
        _refuse_taken(claim, moderator)
        is_again = ClaimState(claim.state) is ClaimState.APPEALED and claim.decided_by_id == moderator.id
        if is_again and await _has_others(claim, moderator):
            raise Forbidden("You made that decision. Please let another moderator answer.")
        claim.state = advance_claim(claim.state, happening).value
        claim.outcome, claim.reason = happening.value, reason
        claim.decided_by, claim.decided_at, claim.decided_at_home = moderator, now(), False
        claim.looked_at_by, claim.looked_at, claim.dedupe_key = None, None, None
        await claim.save()
        await note(claim, moderator, happening, reason)
        if upholds and not claim.holds:
            await make_it_so(claim)
        elif not upholds and claim.holds:
            await make_it_as_before(claim)
        await send_outcome(claim, upholds=upholds, words=reason)
        subject, about = f"claim:{claim.id}:{claim.state}", {"title": claim.record.title}
        for person in (claim.claimant, claim.record.author):
            await tell_party(person, Notice.CLAIM_DECIDED, None, subject, page_of(claim), about)
        name = "uphold_claim" if upholds else "dismiss_claim"
        await audit(doer, name, claim.record.uri, reason=reason, kind=claim.kind)
    return claim


async def _moderator(doer: Doer, claim: Claim) -> Actor:
    """`doer` as an actor. Raises Forbidden when the claim concerns them."""
    moderator = await Actor.get_or_none(uri=doer.uri)
    if moderator is None:
        raise Conflict("Only somebody with an account can decide about a claim.")
    is_party = await is_biased(claim, moderator.id)
    refuse(may_decide_claim(doer.role, is_party=is_party), N_("Somebody else has to decide: this concerns you."))
    return moderator


def _refuse_taken(claim: Claim, moderator: Actor) -> None:
    """Raise Conflict while somebody else than `moderator` looks at `claim`."""
    if claim.looked_at_by is None or claim.looked_at_by_id == moderator.id or claim.looked_at is None:
        return
    if claim.looked_at > now() - LOOKED_AT_FOR:
        name = claim.looked_at_by.name or claim.looked_at_by.handle
        raise Conflict("%(who)s is looking at this.", blanks={"who": name})


async def _has_others(claim: Claim, moderator: Actor) -> bool:
    """Whether somebody beside `moderator` could decide about `claim`."""
    return any(account.actor_id != moderator.id for account in await judges_of(claim))
