"""Claims that hold shape what this instance shows of a record, whatever its next version says."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from fedirec.clock import now
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.lineage import keep_out_loops, settle_sources
from fedirec.remix.actions.standing import judge_sources
from fedirec.remix.claims import ABOUT_PEOPLE, ClaimKind
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Claim, Contributor, Pseudonym, Record, Source
from fedirec.remix.pseudonyms import new_stand_in
from fedirec.remix.rulings import Ruling

MAX_RULINGS: Final = 200
"""Claims that can hold for one record."""
BY_CLAIM, BY_MODERATOR = "claim", "moderator"
"""Who says that a source belongs there, beside the author: the author agreed to a claim, or a moderator decided it."""


def ruling_of(claim: Claim) -> Ruling:
    return Ruling(
        kind=ClaimKind(claim.kind),
        source=claim.source_uri or "",
        person=claim.person_uri or "",
        role=claim.role,
        wanted_role=claim.wanted_role,
    )


async def keep_rulings(record: Record) -> None:
    """What `record`, which has a new version, was made from and who is credited is as the claims say that hold.

    Part of the caller's transaction.
    """
    holding = Claim.filter(record_id=record.id, holds=True, decided_at_home=False)
    rulings = await holding.order_by("id").limit(MAX_RULINGS)
    for claim in rulings:
        await carry_out(record, claim)
    if rulings:
        await judge_sources([record.id])


async def carry_out(record: Record, claim: Claim) -> None:
    """The trail of `record` is here as `claim` says; part of the caller's transaction."""
    kind = ClaimKind(claim.kind)
    if kind is ClaimKind.MISSING_SOURCE:
        await _add_source(record, claim)
    elif kind is ClaimKind.NOT_DERIVED:
        await Source.filter(record_id=record.id, uri=claim.source_uri, withdrawn_at=None).update(withdrawn_at=now())
    elif kind is ClaimKind.WRONG_ROLE:
        await _change_role(record, claim, claim.role, claim.wanted_role)
    elif kind is ClaimKind.NOT_MY_WORK:
        await Contributor.filter(record_id=record.id, actor_uri=claim.person_uri).delete()
    else:
        await _unname(record, claim)


async def take_back(record: Record, claim: Claim) -> None:
    """The trail of `record` is here as it was before `claim`; part of the caller's transaction."""
    kind = ClaimKind(claim.kind)
    sources = Source.filter(record_id=record.id, uri=claim.source_uri)
    if kind is ClaimKind.MISSING_SOURCE:
        await sources.filter(added_by__in=(BY_CLAIM, BY_MODERATOR)).update(withdrawn_at=now())
    elif kind is ClaimKind.NOT_DERIVED:
        await sources.update(withdrawn_at=None)
        await keep_out_loops(record, [str(claim.source_uri)])
    elif kind is ClaimKind.WRONG_ROLE:
        await _change_role(record, claim, claim.wanted_role, claim.role)
    else:
        if kind is ClaimKind.NO_CONSENT:
            named = await Pseudonym.filter(record_id=record.id, actor_uri=claim.person_uri).values_list(
                "uri", flat=True
            )
            await Contributor.filter(record_id=record.id, actor_uri__in=list(named)).delete()
        await _give_back(record, claim, str(claim.person_uri))


async def roles_named(record: Record, claim: Claim) -> list[str]:
    """The roles for which the person whom `claim` names is credited."""
    held = Contributor.filter(record_id=record.id, actor_uri=claim.person_uri)
    return [str(role) for role in await held.order_by("position").values_list("role", flat=True)]


async def bound_by_rulings(record: Record, draft: RecordDraft) -> tuple[RecordDraft, list[int]]:
    """`draft`, a new version of `record`, with what moderators decided about its trail; and the claims that it ends.

    What its author once agreed to about its sources, they can change again.
    """
    ended = []
    holding = Claim.filter(record_id=record.id, holds=True, decided_at_home=False)
    for claim in await holding.order_by("id").limit(MAX_RULINGS):
        bound = await _bound(draft, ruling_of(claim))
        if bound != draft and claim.is_agreed and ClaimKind(claim.kind) not in ABOUT_PEOPLE:
            ended.append(claim.id)
        else:
            draft = bound
    return draft, ended


async def end_rulings(claims: Collection[int]) -> None:
    """These claims do not hold any more; part of the caller's transaction."""
    if claims:
        await Claim.filter(id__in=list(claims)).update(holds=False)


async def _bound(draft: RecordDraft, ruling: Ruling) -> RecordDraft:
    if ruling.kind is ClaimKind.NOT_DERIVED:
        kept = [source for source in draft.sources if source.record.uri != ruling.source]
        return replace(draft, sources=kept) if len(kept) < len(draft.sources) else draft
    if ruling.kind is ClaimKind.MISSING_SOURCE:
        if any(source.record.uri == ruling.source for source in draft.sources):
            return draft
        missing = await Record.get_or_none(uri=ruling.source).select_related("author")
        return replace(draft, sources=[*draft.sources, SourceDraft(record=missing)]) if missing else draft
    parts: list[PartDraft] = []
    for part in draft.parts:
        is_meant = part.actor.uri == ruling.person and ruling.role in ("", part.role)
        if not is_meant:
            parts.append(part)
        elif ruling.kind is ClaimKind.WRONG_ROLE:
            parts.append(replace(part, role=ruling.wanted_role))
    return replace(draft, parts=parts) if parts != list(draft.parts) else draft


async def _add_source(record: Record, claim: Claim) -> None:
    added_by = BY_CLAIM if claim.is_agreed else BY_MODERATOR
    named = await Source.get_or_none(record_id=record.id, uri=claim.source_uri)
    if named is not None:
        await Source.filter(id=named.id).update(withdrawn_at=None, added_by=added_by)
        if named.withdrawn_at is not None:
            await keep_out_loops(record, [named.uri])
        return
    parent = await Record.get_or_none(uri=claim.source_uri)
    named = await Source.create(
        record_id=record.id,
        uri=str(claim.source_uri),
        parent_id=parent.id if parent else None,
        relation=Relation.ADAPTS.value,
        position=await Source.filter(record_id=record.id).count(),
        added_by=added_by,
    )
    if parent is not None:
        await settle_sources(record, {named.id: parent})


async def _change_role(record: Record, claim: Claim, before: str, after: str) -> None:
    held = Contributor.filter(record_id=record.id, actor_uri=claim.person_uri)
    if await held.filter(role=after).exists():
        await held.filter(role=before).delete()
    else:
        await held.filter(role=before).update(role=after)


async def _unname(record: Record, claim: Claim) -> None:
    """A stand-in has the roles of the person, who is named no more; what they are entitled to stays theirs."""
    person = str(claim.person_uri)
    pseudonym = await Pseudonym.filter(record_id=record.id, actor_uri=person).first()
    if pseudonym is None:
        pseudonym = await Pseudonym.create(uri=new_stand_in(), actor_uri=person, record_id=record.id)
    await Contributor.filter(record_id=record.id, actor_uri=person).delete()
    await _give_back(record, claim, pseudonym.uri)


async def _give_back(record: Record, claim: Claim, address: str) -> None:
    """Whoever `address` stands for has the roles again that the claim took away."""
    held = await Contributor.filter(record_id=record.id, actor_uri=address).values_list("role", flat=True)
    first = await Contributor.filter(record_id=record.id).count()
    missing = [role for role in claim.before if role not in held]
    await Contributor.bulk_create(
        [
            Contributor(record_id=record.id, actor_uri=address, role=str(role), position=first + number)
            for number, role in enumerate(missing)
        ]
    )
