"""What was suggested together with what its author changed since."""

from __future__ import annotations

from dataclasses import dataclass

from anyio import to_thread

from fedirec.remix.merging import merge_texts
from fedirec.remix.models import Record, Source, Suggestion
from fedirec.remix.sides import present_side, side_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """The words with both changes, and which versions of the two works that is true of."""

    text: str
    revision: int
    digest: str


async def find_merge(suggestion: Suggestion) -> Merge | None:
    """The words of the record with what was suggested and with what its author changed since somebody built on it.

    None where that was nothing, both changed the same lines, or it is not known what was built on. Compares in a
    thread: never within a transaction.
    """
    works = {row.uri: row for row in await Record.filter(uri__in=[suggestion.record_uri, suggestion.variation_uri])}
    record, variation = works.get(suggestion.record_uri), works.get(suggestion.variation_uri)
    steps = Source.filter(record__uri=suggestion.variation_uri, uri=suggestion.record_uri, snapshot_id__not_isnull=True)
    step = await steps.select_related("snapshot").first()
    if record is None or variation is None or step is None or step.snapshot is None:
        return None
    before = side_in(step.snapshot.document, title=record.title, licence=record.licence)
    ours, theirs = await present_side(record), await present_side(variation)
    if not (before.is_whole and theirs.text.strip()) or ours.text == before.text:
        return None
    merged = await to_thread.run_sync(merge_texts, before.text, ours.text, theirs.text)
    if merged is None or merged in (ours.text, theirs.text):
        return None
    return Merge(text=merged, revision=record.revision, digest=variation.digest or "")
