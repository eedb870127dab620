"""What pages ask about suggested changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from fedirec.activitypub.models import Actor
from fedirec.errors import NotFound
from fedirec.remix.models import Record, Source, Suggestion
from fedirec.remix.queries.records import records_at

SUGGESTIONS: Final = 30
"""Suggestions on one page."""


async def suggestions_of(
    person: Actor, *, side: Literal["received", "made"] = "received", before: int = 0, limit: int = SUGGESTIONS
) -> tuple[list[Suggestion], bool]:
    """What was suggested to `person`, or what they suggested, the newest first, and whether there is more.

    Each comes with both people. What its origin has not shown yet is nobody's to see.
    """
    found = Suggestion.filter(owner_id=person.id) if side == "received" else Suggestion.filter(proposer_id=person.id)
    found = found.exclude(state="arriving")
    if side == "received":
        found = found.exclude(state="withdrawn")
    if before:
        found = found.filter(id__lt=before)
    rows = await found.order_by("-id").limit(limit + 1).select_related("proposer", "owner")
    return rows[:limit], len(rows) > limit


async def get_suggestion_of(person: Actor, key: int) -> Suggestion:
    """The suggestion in row `key`, with both people, where `person` is one of them. Raises NotFound."""
    found = await Suggestion.filter(id=key).exclude(state="arriving").select_related("proposer", "owner").first()
    if found is None or person.id not in (found.proposer_id, found.owner_id):
        raise NotFound("There is no such suggestion here.")
    if found.state == "withdrawn" and person.id == found.owner_id:
        raise NotFound("That suggestion was taken back.")
    return found


async def find_suggested(proposer: Actor, *, variation_uri: str, record_uri: str) -> Suggestion | None:
    """What `proposer` suggested to the author of the record, unless they took it back."""
    found = Suggestion.filter(proposer_id=proposer.id, variation_uri=variation_uri, record_uri=record_uri)
    return await found.exclude(state="withdrawn").first()


async def has_changed_since(suggestion: Suggestion, record: Record | None) -> bool:
    """Whether `record` is another version by now than the one that was built on, as far as is known."""
    seen = Source.filter(record__uri=suggestion.variation_uri, uri=suggestion.record_uri, snapshot_id__not_isnull=True)
    source = await seen.select_related("snapshot").first()
    digest = source.snapshot.record_digest if source and source.snapshot else None
    return bool(record and record.digest and digest and record.digest != digest)


async def works_of(suggestions: Sequence[Suggestion]) -> dict[str, Record]:
    """What `suggestions` are about, by address, with their parts, as far as everybody may see it."""
    uris = {uri for each in suggestions for uri in (each.record_uri, each.variation_uri)}
    return {record.uri: record for record in await records_at(uris)}
