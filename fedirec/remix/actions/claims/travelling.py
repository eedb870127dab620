"""Claims between instances: a Flag brings one to the home of the record, an Accept or a Reject brings the outcome."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors.vouching import refuse_changed
from fedirec.activitypub.authority import may_judge, may_undo
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, ClaimNote, Flag, Ref, Reject, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Forbidden, NotFound, TooMany, Unsupported
from fedirec.html import plain
from fedirec.remix.actions.claims.opening import (
    MAX_LINKS,
    MAX_TIMES,
    MAX_WORDS,
    ClaimDraft,
    note,
    page_of,
    said,
    save_claim,
)
from fedirec.remix.actions.claims.revising import home_of
from fedirec.remix.claims import OPEN, ClaimHappening, ClaimKind, ClaimState, advance_claim, may_happen
from fedirec.remix.models import Claim, ClaimEvent, Record
from fedirec.remix.roles import find_role
from fedirec.remix.rulings import iri_of
from fedirec.uris import origin_of

MAX_REASON: Final = 1_000
_MOST_OF_ONE_NAME: Final = 20
"""Claims that are looked through for one: neighbours may have used the name of its Flag before."""
_SAID_AT_HOME: Final = frozenset({ClaimState.UPHELD, ClaimState.DISMISSED})


async def open_claim(claimant: Actor, record: Record, draft: ClaimDraft) -> Claim:
    """Those who can answer know what `claimant`, who is here, says is not right about `record`, and its home does too.

    The record comes with its author. Raises what `save_claim` raises.
    """
    async with transaction():
        made = await save_claim(claimant, record, draft)
        await _send(made, *said(draft.words, draft.links))
    return made


async def _send(claim: Claim, words: str, links: list[str]) -> None:
    """The home of the record of `claim` will hear of it, in the name of the claimant, if it knows what a claim is.

    Part of the caller's transaction. The claim comes with its record, the author of that, and the claimant.
    """
    record, claimant = claim.record, claim.claimant
    if record.author.is_local or record.is_post or not claimant.is_local:
        return
    flag = flag_of(claim, new_activity_uri(claimant), words, links)
    await Claim.filter(id=claim.id).update(activity_uri=flag.id)
    await publish(claimant, flag, to=[record.author])


async def send_withdrawal(claim: Claim) -> None:
    """The home of the record of `claim` will hear that it was taken back. Part of the caller's transaction."""
    record, claimant = claim.record, claim.claimant
    if record.author.is_local or not claimant.is_local or claim.activity_uri is None:
        return
    undo = Undo(
        id=new_activity_uri(claimant),
        actor=claimant.uri,
        object=flag_of(claim, claim.activity_uri, "", []),
        to=(record.author.uri,),
    )
    await publish(claimant, undo, to=[record.author])


async def send_outcome(claim: Claim, *, upholds: bool, words: str) -> None:
    """Whoever brought `claim` from another instance hears what came of it. Part of the caller's transaction."""
    record, claimant = claim.record, claim.claimant
    if claimant.is_local or not record.author.is_local or claim.activity_uri is None:
        return
    speaker = await home_of(record.author)
    kind = Accept if upholds else Reject
    answer = kind(
        id=new_activity_uri(speaker),
        actor=speaker.uri,
        object=flag_of(claim, claim.activity_uri, "", []),
        to=(claimant.uri,),
        content=words or None,
        published=now(),
    )
    await publish(speaker, answer, to=[claimant])


def flag_of(claim: Claim, uri: str, words: str, links: list[str]) -> Flag:
    """`claim` as it travels under the id `uri`."""
    author, record = claim.record.author, claim.record
    return Flag(
        id=uri,
        actor=claim.claimant.uri,
        object=Ref(author.uri),
        others=(record.uri,),
        to=(author.uri,),
        content=words or None,
        published=claim.created_at,
        claim=ClaimNote(
            kind=claim.kind,
            record=record.uri,
            source=claim.source_uri or "",
            person=claim.person_uri or "",
            role=iri_of(claim.role) if claim.role else "",
            wanted_role=iri_of(claim.wanted_role) if claim.wanted_role else "",
            evidence=tuple(links),
        ),
    )


async def take_claim(sender: Actor, flag: Flag) -> Claim | None:
    """What `sender`, of another instance, says is not right about a record of ours; None when we know no such claim.

    Nobody claims for anybody else: whom it concerns is looked up for `sender`, whose key signed it. Part of the
    transaction of the activity. Raises NotFound when the record is not ours, Unsupported for one too many, and what
    else `save_claim` raises.
    """
    named = flag.claim
    if named is None or named.kind not in set(ClaimKind):
        return None
    record = await Record.get_or_none(uri=named.record, author__is_local=True).select_related("author")
    if record is None:
        raise NotFound("that record is not ours")
    known = await Claim.filter(activity_uri=flag.id, claimant_id=sender.id).first()
    if known is not None:
        return known
    kind = ClaimKind(named.kind)
    draft = ClaimDraft(
        kind=kind,
        words=plain(flag.content or "")[:MAX_WORDS],
        links=[link for link in named.evidence[:MAX_LINKS] if link.startswith(("https://", "http://"))],
        source=named.source if kind in (ClaimKind.MISSING_SOURCE, ClaimKind.NOT_DERIVED) else "",
        role=_code(named.role),
        wanted_role=_code(named.wanted_role),
    )
    try:
        return await save_claim(sender, record, draft, activity_uri=flag.id)
    except TooMany as error:  # it is not tried again: whoever sent it has said enough
        raise Unsupported("that are too many claims in one day") from error


async def take_withdrawal(sender: Actor, flag: Flag) -> None:
    """`sender` does not say so any more. Part of the transaction of the activity."""
    named = Claim.filter(activity_uri=flag.id).order_by("id").limit(_MOST_OF_ONE_NAME)
    said = await named.select_related("record__author", "claimant")
    if not said:
        raise NotFound("nobody here said that")
    claim = next((each for each in said if may_undo(done_by=each.claimant_id, speaker=sender.id)), None)
    if claim is None:
        raise Forbidden("only whoever opened a claim can take it back")
    if not may_happen(claim.state, ClaimHappening.WITHDRAWN):
        return
    claim.state = advance_claim(claim.state, ClaimHappening.WITHDRAWN).value
    claim.dedupe_key = None
    await claim.save(update_fields=["state", "dedupe_key"])
    await note(claim, sender, ClaimHappening.WITHDRAWN)


async def take_outcome(sender: Actor, flag: Flag, *, upholds: bool, words: str) -> None:
    """The home of a record decided about a claim of one of our people, who hears of it.

    What it changes comes with the next version of the record. It may say so anew, when somebody there asked to look at
    it again. Part of the transaction of the activity. Raises Forbidden for anybody but the home itself, as we first met
    it, and Unsupported for what is said too often.
    """
    own = Claim.filter(activity_uri=flag.id, claimant__is_local=True)
    claim = await own.select_related("record__author", "claimant").first()
    if claim is None:
        raise NotFound("nobody here said that")
    record = claim.record
    if record.author.is_local or not may_judge(
        record.uri, speaker=sender.uri, is_instance=sender.type == "Application"
    ):
        raise Forbidden("only the home of a record says what came of a claim about it")
    if await _is_another_home(sender):
        raise Forbidden("another actor was known as that instance before")
    if sender.created_at > claim.created_at:
        await refuse_changed(record.author_id)
    if await ClaimEvent.filter(claim_id=claim.id, actor_id=sender.id).count() >= MAX_TIMES:
        raise Unsupported("that was said often enough")
    happening = ClaimHappening.UPHELD if upholds else ClaimHappening.DISMISSED
    reason = plain(words)[:MAX_REASON]
    await note(claim, sender, happening, reason)
    if ClaimState(claim.state) in OPEN or (claim.decided_at_home and ClaimState(claim.state) in _SAID_AT_HOME):
        is_open = ClaimState(claim.state) in OPEN
        claim.state = advance_claim(claim.state, happening).value if is_open else ClaimState(happening.value).value
        claim.outcome, claim.reason, claim.decided_at = happening.value, reason, now()
        claim.decided_at_home, claim.dedupe_key = True, None
        await claim.save(update_fields=["state", "outcome", "reason", "decided_at", "decided_at_home", "dedupe_key"])
    subject, about = f"claim:{claim.id}:home:{happening.value}", {"title": record.title}
    await notify(claim.claimant, Notice.CLAIM_DECIDED, None, subject, page_of(claim), about)


async def _is_another_home(home: Actor) -> bool:
    """Whether another actor of its origin was met as the instance before: an instance has one, and whoever takes its
    domain over can have as many as they like.
    """
    others = Actor.filter(type="Application", uri__startswith=f"{origin_of(home.uri)}/", id__lt=home.id)
    return await others.exists()


def _code(role: str) -> str:
    found = find_role(role) if role else None
    return found.code if found else ""
