"""Somebody says that the trail of a record is not right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tortoise.exceptions import IntegrityError
from tortoise.expressions import Q

from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.codes import digest_of
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Gone, Invalid, NotFound, TooMany
from fedirec.remix.claims import OPEN, ClaimHappening, ClaimKind, ClaimState, Concern, refuse_opening
from fedirec.remix.models import Claim, ClaimEvent, Contributor, Record, Source
from fedirec.remix.queries.claims import concern_of, judges_of
from fedirec.remix.roles import find_role
from fedirec.remix.visibility import may_see
from fedirec.uris import MAX_URI, domain_of, new_key, origin_of, same_origin
from fedirec.web.typed import tidy

MAX_WORDS: Final = 2_000
"""Characters, each time that something is said about a claim."""
MAX_LINKS: Final = 5
"""Addresses that are to show it, each time."""
MAX_A_DAY: Final = 10
"""Claims of one person."""
MAX_A_DAY_FROM_ONE_INSTANCE: Final = 100
MAX_A_DAY_ON_ONE_RECORD: Final = 3
"""Claims of one person about one record; as many wait at the same time."""
MAX_FROM_ONE_INSTANCE: Final = 5
"""Claims about one record by people of one other domain that wait at the same time."""
MAX_BY_OTHERS: Final = 20
"""Claims about one record that wait at the same time, where another one is of somebody whom it does not concern."""
MAX_ON_ONE_RECORD: Final = 100
"""Claims about one record that wait at the same time, whosever they are."""
MAX_TIMES: Final = 20
"""How often one person says something about one claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDraft:
    """What somebody wants to say."""

    kind: ClaimKind
    words: str = ""
    links: Sequence[str] = ()
    source: str = ""
    """The address of the record that is missing among the sources, or does not belong there."""
    role: str = ""
    """For a wrong role: the code of the one that somebody is credited for."""
    wanted_role: str = ""


def page_of(claim: Claim) -> str:
    """The page here on which `claim` is talked about."""
    return f"/claims/{claim.key}"


async def save_claim(
    claimant: Actor, record: Record, draft: ClaimDraft, *, activity_uri: str | None = None, key: str | None = None
) -> Claim:
    """The author of `record`, who comes with it, and the moderators know what `claimant` says is not right about it.

    Part of the transaction of whoever calls, or one of its own. Raises Forbidden for what only others can say, NotFound
    for what they cannot see, Conflict for what is not so or was said already, Invalid, and TooMany beyond the limits.
    """
    if not await may_see(record, claimant):
        raise NotFound("There is no such record here.")
    if record.deleted_at:
        raise Gone("That record was deleted.")
    words, links = said(draft.words, draft.links)
    if not words:
        raise Invalid("Please say in a few words what is not right.", field="words")
    person = None if draft.source else claimant.uri
    concern = await concern_of(claimant, record, source=draft.source or None, person=person, claimant_id=claimant.id)
    named = await _named(claimant, record, draft, concern)
    await refuse_flood(claimant, record)
    if draft.kind is ClaimKind.MISSING_SOURCE and not concern.made_source:
        await _refuse_crowd(record)
    subject = "\n".join((claimant.uri, record.uri, draft.kind, *named.values()))
    try:
        async with transaction():
            claim = await Claim.create(
                key=key or new_key(),
                record=record,
                kind=draft.kind.value,
                state=ClaimState.OPENED.value,
                claimant=claimant,
                activity_uri=activity_uri,
                dedupe_key=digest_of(subject),
                source_uri=named.get("source_uri"),
                person_uri=named.get("person_uri"),
                role=named.get("role", ""),
                wanted_role=named.get("wanted_role", ""),
            )
            await note(claim, claimant, ClaimHappening.OPENED, words, links)
            details = {"title": record.title}
            await tell_party(record.author, Notice.CLAIMED, claimant, f"claim:{claim.id}", page_of(claim), details)
            await tell_moderators(claim)
    except IntegrityError as error:
        raise Conflict("You have said that already. Somebody will look at it.") from error
    return claim


def said(words: str, links: Sequence[str]) -> tuple[str, list[str]]:
    """The words and addresses, tidy. Raises Invalid for too many and for what is no address."""
    words = tidy(words)
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    addresses = list(dict.fromkeys(link for each in links if (link := tidy(each))))
    if len(addresses) > MAX_LINKS:
        raise Invalid("No more than this many addresses, please: %(n)s.", field="links", blanks={"n": MAX_LINKS})
    for address in addresses:
        try:
            origin_of(address)
        except Invalid as error:
            raise Invalid("Each line has to be an address, beginning with https://.", field="links") from error
        if len(address) > MAX_URI or any(char.isspace() for char in address):
            raise Invalid("Each line has to be an address, beginning with https://.", field="links")
    return words, addresses


async def note(
    claim: Claim, actor: Actor | None, happening: ClaimHappening, words: str = "", links: Sequence[str] = ()
) -> None:
    """It is part of the story of `claim`; part of the caller's transaction."""
    await ClaimEvent.create(claim=claim, actor=actor, happening=happening.value, words=words, links=list(links))


async def tell_party(
    person: Actor, kind: Notice, actor: Actor | None, subject: str, place: str, details: Mapping[str, str]
) -> None:
    """`person`, whom a claim concerns, knows of it: whoever has an account here, guests too."""
    if actor is None or actor.id != person.id:
        accounts = await Account.filter(actor_id=person.id)
        await notify_all(accounts, kind, actor, subject, place, details)


async def tell_moderators(claim: Claim) -> None:
    """Those who could decide about `claim`, which comes with its record, know that it waits."""
    told = await judges_of(claim)
    subject, details = f"claim:{claim.id}:{claim.state}", {"title": claim.record.title}
    await notify_all(told, Notice.CLAIM_WAITS, None, subject, page_of(claim), details)


async def _named(claimant: Actor, record: Record, draft: ClaimDraft, concern: Concern) -> dict[str, str]:
    """The columns that say what the claim is about. Raises for what `claimant` cannot say, and for what is not so."""
    source = draft.source.strip()
    if draft.kind is ClaimKind.MISSING_SOURCE:
        refuse_opening(draft.kind, concern)
        if not source:
            raise Invalid("Please say what it was made from.", field="source")
        origin_of(source)
        if source == record.uri:
            raise Conflict("A record cannot be made from itself.", field="source")
        if await Source.exists(record_id=record.id, uri=source, withdrawn_at=None):
            raise Conflict("It names that source already.", field="source")
        known = await Record.get_or_none(uri=source)
        is_nowhere = known is None and record.author.is_local and same_origin(source, record.uri)
        if is_nowhere or (known is not None and not await may_see(known, claimant)):
            raise NotFound("There is no such record here.", field="source")
        return {"source_uri": source}
    if draft.kind is ClaimKind.NOT_DERIVED:
        if not source or not await Source.exists(record_id=record.id, uri=source, withdrawn_at=None):
            raise Conflict("It does not name that source.", field="source")
        refuse_opening(draft.kind, concern)
        return {"source_uri": source}
    held = [part.role for part in await Contributor.filter(record_id=record.id, actor_uri=claimant.uri)]
    refuse_opening(
        draft.kind, Concern(is_author=concern.is_author, is_claimant=concern.is_claimant, is_credited=bool(held))
    )
    if draft.kind is not ClaimKind.WRONG_ROLE:
        return {"person_uri": claimant.uri}
    if draft.role not in held:
        raise Conflict("It does not credit you for that.", field="role")
    wanted = find_role(draft.wanted_role)
    if wanted is None or wanted.code == draft.role:
        raise Invalid("Please choose what you did.", field="wanted_role")
    return {"person_uri": claimant.uri, "role": draft.role, "wanted_role": wanted.code}


async def refuse_flood(claimant: Actor, record: Record) -> None:
    """Raise TooMany when `claimant`, or where they come from, has said enough for now, about `record` or at all."""
    recent = Claim.filter(created_at__gt=now() - timedelta(days=1))
    if await recent.filter(claimant_id=claimant.id).count() >= MAX_A_DAY:
        raise TooMany("That is a lot for one day. Please give the others time to answer.")
    if await recent.filter(claimant_id=claimant.id, record_id=record.id).count() >= MAX_A_DAY_ON_ONE_RECORD:
        raise TooMany("You have said a lot about this record today. Please wait for an answer.")
    waiting = Claim.filter(record_id=record.id, state__in=sorted(OPEN))
    if await waiting.filter(claimant_id=claimant.id).count() >= MAX_A_DAY_ON_ONE_RECORD:
        raise TooMany("You have said a lot about this record. Please wait for an answer.")
    if not claimant.is_local:
        domain = domain_of(origin_of(claimant.uri))
        alike = Q(claimant__host=domain) | Q(claimant__host__endswith=f".{domain}")
        if await recent.filter(alike, claimant__is_local=False).count() >= MAX_A_DAY_FROM_ONE_INSTANCE:
            raise TooMany("That is a lot from one instance for one day.")
        if await waiting.filter(alike, claimant__is_local=False).count() >= MAX_FROM_ONE_INSTANCE:
            raise TooMany("Several questions about this record are open already.")
    if await waiting.count() >= MAX_ON_ONE_RECORD:
        raise TooMany("Several questions about this record are open already.")


async def _refuse_crowd(record: Record) -> None:
    """Raise TooMany while many say that something is missing: whoever made that, or is named, comes through."""
    waiting = Claim.filter(record_id=record.id, state__in=sorted(OPEN), kind=ClaimKind.MISSING_SOURCE.value)
    if await waiting.count() >= MAX_BY_OTHERS:
        raise TooMany("Several questions about this record are open already.")
