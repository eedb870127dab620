"""The people concerned talk about a claim, agree, or ask to look at it again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden, Invalid, TooMany
from fedirec.remix.actions.claims.opening import MAX_TIMES, note, page_of, said, tell_moderators, tell_party
from fedirec.remix.actions.claims.revising import make_it_so
from fedirec.remix.actions.claims.travelling import send_outcome, send_withdrawal
from fedirec.remix.claims import ClaimHappening, advance_claim, may_do
from fedirec.remix.models import Claim, ClaimEvent
from fedirec.remix.queries.claims import concern_in, get_claim
from fedirec.translatable import N_

_NOT_THEIRS: Final = {
    ClaimHappening.EVIDENCE: N_("Only the people concerned talk about it here."),
    ClaimHappening.AGREED: N_("Only the author of the record can answer."),
    ClaimHappening.CONTRADICTED: N_("Only the author of the record can answer."),
    ClaimHappening.WITHDRAWN: N_("Only whoever said it can take it back."),
    ClaimHappening.APPEALED: N_("You can ask to look at it again when it was decided against you, and once."),
}


async def add_evidence(actor: Actor, key: str, words: str, links: Sequence[str] = ()) -> Claim:
    """What `actor`, one of the people concerned, has to say or show stands with the claim."""
    return await _bring_about(actor, key, ClaimHappening.EVIDENCE, words, links)


async def refuse_answer(actor: Actor, claim: Claim) -> None:
    """Raise Forbidden for whoever cannot answer `claim`, which comes with its record, and Conflict when it is over."""
    if not may_do(ClaimHappening.AGREED, await concern_in(claim, actor)):
        raise Forbidden(_NOT_THEIRS[ClaimHappening.AGREED])
    advance_claim(claim.state, ClaimHappening.AGREED)


async def contradict(actor: Actor, key: str, words: str, links: Sequence[str] = ()) -> Claim:
    """The author of the record says why it is not so; a moderator will decide."""
    return await _bring_about(actor, key, ClaimHappening.CONTRADICTED, words, links)


async def agree(actor: Actor, key: str, words: str = "") -> Claim:
    """The author of the record says that it is so, and the trail is changed at once."""
    return await _bring_about(actor, key, ClaimHappening.AGREED, words)


async def withdraw(actor: Actor, key: str) -> Claim:
    """Whoever said it does not say so any more."""
    return await _bring_about(actor, key, ClaimHappening.WITHDRAWN)


async def appeal_claim(actor: Actor, key: str, words: str) -> Claim:
    """Another moderator, where there is one, looks at the decision again, for good."""
    return await _bring_about(actor, key, ClaimHappening.APPEALED, words)


async def _bring_about(
    actor: Actor, key: str, happening: ClaimHappening, words: str = "", links: Sequence[str] = ()
) -> Claim:
    """What `happening` means for the claim called `key` is so, and those who should know are told.

    Raises Forbidden for whom it does not concern, Conflict where it cannot happen any more, Invalid without words.
    """
    words, addresses = said(words, links)
    if not words and happening not in (ClaimHappening.AGREED, ClaimHappening.WITHDRAWN):
        raise Invalid("Please say it in a few words.", field="words")
    async with transaction():
        await Claim.filter(key=key).select_for_update().first()
        claim = await get_claim(key)
        concern = await concern_in(claim, actor)
        outcome = ClaimHappening(claim.outcome) if claim.outcome else None
        if not may_do(happening, concern, outcome=outcome):
            raise Forbidden(_NOT_THEIRS[happening])
        claim.state = advance_claim(claim.state, happening).value
        if await ClaimEvent.filter(claim_id=claim.id, actor_id=actor.id).count() >= MAX_TIMES:
            raise TooMany("You have said a lot about this. No more can be added now. A moderator will read all of it.")
        await note(claim, actor, happening, words, addresses)
        await claim.save(update_fields=["state"])
        if happening is ClaimHappening.AGREED:
            await _settle(claim, words)
        elif happening is ClaimHappening.WITHDRAWN:
            await Claim.filter(id=claim.id).update(dedupe_key=None)
            await send_withdrawal(claim)
        await _tell(claim, actor, happening)
    return claim


async def _settle(claim: Claim, words: str) -> None:
    claim.is_agreed, claim.outcome = True, ClaimHappening.UPHELD.value
    claim.decided_at, claim.dedupe_key, claim.reason = now(), None, words[:1_000]
    await claim.save(update_fields=["is_agreed", "outcome", "decided_at", "dedupe_key", "reason"])
    await make_it_so(claim)
    await send_outcome(claim, upholds=True, words=words)


async def _tell(claim: Claim, actor: Actor, happening: ClaimHappening) -> None:
    """The other side knows, and the moderators where it is theirs to decide."""
    about, place = {"title": claim.record.title}, page_of(claim)
    subject = f"claim:{claim.id}:{happening.value}"
    if happening is ClaimHappening.AGREED:
        await tell_party(claim.claimant, Notice.CLAIM_DECIDED, actor, subject, place, about)
    elif happening in (ClaimHappening.EVIDENCE, ClaimHappening.CONTRADICTED):
        number = await ClaimEvent.filter(claim_id=claim.id).count()
        for person in (claim.claimant, claim.record.author):
            if person.id != actor.id:
                await tell_party(person, Notice.CLAIM_ANSWERED, actor, f"{subject}:{number}", place, about)
    if happening in (ClaimHappening.CONTRADICTED, ClaimHappening.APPEALED):
        await tell_moderators(claim)
