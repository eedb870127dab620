"""What is asked about claims."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import those_who_may
from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.db.rows import json_numbers, numbers
from fedirec.errors import NotFound
from fedirec.remix.claims import OPEN, ClaimKind, Concern
from fedirec.remix.models import Claim, ClaimEvent, Contributor, Record, Snapshot, Source

PAGE: Final = 20
MAX_EVENTS: Final = 100
MAX_NOTES: Final = 20
"""Notes on the page of one record about what claims changed in its trail, the newest."""
_OPEN: Final = ", ".join(f"'{state}'" for state in sorted(OPEN))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimFile:
    """A claim and everything that was said about it."""

    claim: Claim
    """With its record, the author of that, and the claimant."""
    events: Sequence[ClaimEvent]
    """With who each was by, the oldest first."""
    source: Record | None
    """What it names as a source, with its author, if that is known here."""
    person: Actor | None
    """Whom it names."""


async def disputed_among(sources: Collection[int]) -> set[int]:
    """Those of `sources`, which are row numbers, about which somebody concerned says that it is not so."""
    if not sources:
        return set()
    rows = await fetch_rows(
        f"""
        SELECT s.id AS id FROM {numbers()} AS w JOIN source s ON s.id = w.id
         WHERE EXISTS (SELECT 1 FROM claim c WHERE c.record_id = s.record_id AND c.source_uri = s.uri
                         AND c.state IN ({_OPEN})
                         AND EXISTS (SELECT 1 FROM actor a WHERE a.id = c.claimant_id AND a.state <> 'suspended'))
        """,  # noqa: S608  (only constants are spliced in)
        json_numbers(set(sources)),
    )
    return {int(row["id"]) for row in rows}


async def get_claim(key: str) -> Claim:
    """The claim called `key`, with its record, the author of that, and the claimant. Raises NotFound."""
    found = await Claim.get_or_none(key=key).select_related("record__author", "claimant", "decided_by", "looked_at_by")
    if found is None:
        raise NotFound("There is no such claim here.")
    return found


async def file_of(claim: Claim) -> ClaimFile:
    """Everything about `claim`, which comes with its record and claimant."""
    said = ClaimEvent.filter(claim_id=claim.id).order_by("id").limit(MAX_EVENTS)
    return ClaimFile(
        claim=claim,
        events=await said.select_related("actor"),
        source=await Record.filter(uri=claim.source_uri).select_related("author").first() if claim.source_uri else None,
        person=await Actor.get_or_none(uri=claim.person_uri) if claim.person_uri else None,
    )


async def concern_of(
    actor: Actor,
    record: Record,
    *,
    source: str | None = None,
    person: str | None = None,
    claimant_id: int | None = None,
) -> Concern:
    """How `actor` stands to a claim about `record` that names `source` or `person`."""
    made_source = False
    if source:
        made_source = await Record.exists(uri=source, author_id=actor.id) or await Snapshot.exists(
            uri=source, author_uri=actor.uri
        )
    return Concern(
        is_author=record.author_id == actor.id,
        is_claimant=claimant_id == actor.id,
        made_source=made_source,
        is_credited=bool(person) and person == actor.uri,
    )


async def concern_in(claim: Claim, actor: Actor) -> Concern:
    """How `actor` stands to `claim`, which comes with its record."""
    return await concern_of(
        actor, claim.record, source=claim.source_uri, person=claim.person_uri, claimant_id=claim.claimant_id
    )


async def parties_of(claim: Claim) -> set[int]:
    """Whom `claim`, which comes with its record, concerns: they do not decide about it."""
    rows = await fetch_rows(
        """
        SELECT author_id AS id FROM record WHERE uri = ?
        UNION SELECT a.id FROM snapshot n JOIN actor a ON a.uri = n.author_uri WHERE n.uri = ?
        UNION SELECT id FROM actor WHERE uri = ?
        """,
        claim.source_uri or "",
        claim.source_uri or "",
        claim.person_uri or "",
    )
    return {claim.record.author_id, claim.claimant_id, *(int(row["id"]) for row in rows)}


async def judges_of(claim: Claim) -> list[Account]:
    """The members who could decide about `claim`, which comes with its record: those whom it does not concern.

    Whoever had a part in the record, or holds its pen, is one of them only where there is nobody else.
    """
    parties = await parties_of(claim)
    able = [account for account in await those_who_may(Permission.MODERATE) if account.actor_id not in parties]
    involved = await _involved_in(claim) if able else set()
    return [account for account in able if account.actor_id not in involved] or able


async def is_biased(claim: Claim, actor: int) -> bool:
    """Whether the one in the row `actor` leaves the decision about `claim`, which comes with its record, to others."""
    if actor in await parties_of(claim):
        return True
    if actor not in await _involved_in(claim):
        return False
    return actor not in [account.actor_id for account in await judges_of(claim)]


async def _involved_in(claim: Claim) -> set[int]:
    rows = await fetch_rows(
        """
        SELECT a.id FROM contributor c JOIN actor a ON a.uri = c.actor_uri WHERE c.record_id = ?
        UNION SELECT holder_id FROM pen WHERE record_uri = ? AND state = 'held'
        """,
        claim.record_id,
        claim.record.uri,
    )
    return {int(row["id"]) for row in rows}


async def kinds_open_to(actor: Actor, record: Record) -> list[ClaimKind]:
    """What `actor` can say is not right about `record`."""
    if record.author_id == actor.id:
        return []
    kinds = [ClaimKind.MISSING_SOURCE]
    if await own_sources_of(actor, record):
        kinds.append(ClaimKind.NOT_DERIVED)
    if await own_roles_in(actor, record):
        kinds += [ClaimKind.WRONG_ROLE, ClaimKind.NOT_MY_WORK, ClaimKind.NO_CONSENT]
    return kinds


async def own_sources_of(actor: Actor, record: Record) -> list[Source]:
    """The sources of `record` that `actor` made, with their snapshots."""
    named = await Source.filter(record_id=record.id, withdrawn_at=None).order_by("position").select_related("snapshot")
    uris = [source.uri for source in named]
    own = {record.uri for record in await Record.filter(uri__in=uris, author_id=actor.id)} if uris else set()
    return [
        source for source in named if source.uri in own or (source.snapshot and source.snapshot.author_uri == actor.uri)
    ]


async def own_roles_in(actor: Actor, record: Record) -> list[str]:
    """The codes of the roles for which `record` credits `actor`."""
    held = Contributor.filter(record_id=record.id, actor_uri=actor.uri).order_by("position")
    return [str(role) for role in await held.values_list("role", flat=True)]


async def claims_by(actor: Actor, *, before: int | None = None, limit: int = PAGE) -> list[Claim]:
    """What `actor` said, and what was said about records of theirs, the newest first; up to one more than `limit`."""
    rows = await fetch_rows(
        "SELECT c.id AS id FROM claim c JOIN record r ON r.id = c.record_id "
        "WHERE (c.claimant_id = ? OR r.author_id = ?) AND c.id < ? ORDER BY c.id DESC LIMIT ?",
        actor.id,
        actor.id,
        before if before is not None else 2**62,
        limit + 1,
    )
    keys = [int(row["id"]) for row in rows]
    if not keys:
        return []
    found = Claim.filter(id__in=keys).order_by("-id")
    return await found.select_related("record__author", "claimant", "decided_by", "looked_at_by")


async def waiting_claims(*, after: int | None = None, limit: int = PAGE) -> list[Claim]:
    """Claims that nobody has decided, but of suspended people, who waits longest first; up to one more than `limit`."""
    waiting = Claim.filter(state__in=sorted(OPEN), id__gt=after or 0).exclude(claimant__state="suspended")
    waiting = waiting.order_by("id").limit(limit + 1)
    return await waiting.select_related("record__author", "claimant", "decided_by", "looked_at_by")


async def notes_on(record: Record) -> list[Claim]:
    """What claims changed in the trail of `record`, with who decided each, the newest first."""
    holding = Claim.filter(record_id=record.id, holds=True).order_by("-decided_at", "-id").limit(MAX_NOTES)
    return await holding.select_related("claimant", "decided_by")


async def open_claims_of(actor: Actor, record: Record) -> list[Claim]:
    """What `actor` said about `record` and is not decided yet."""
    waiting = Claim.filter(record_id=record.id, claimant_id=actor.id, state__in=sorted(OPEN))
    return await waiting.order_by("id").limit(PAGE)
