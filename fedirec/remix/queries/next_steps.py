"""What somebody who has just made something may want to do next. A few quick queries, however much there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db.rows import fetch_tuples
from fedirec.db.search import words_in
from fedirec.db.tables import marks
from fedirec.remix.licences import allowed_for_remix, licence_of
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.queries.challenges import MAX_OFFERED, SUGGESTED, open_challenges
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.parts import records_in

RECORDS: Final = 4
"""Records of others that are suggested."""
_TAGS: Final = 8
_LOOKED_AT: Final = 400
"""The newest uses of the same tags that are looked at."""
_LIKE: Final = """
    SELECT r.id, r.licence, r.licence_url, r.kind, r.published_at FROM record r CROSS JOIN actor a
     WHERE r.id IN (
               SELECT t.record_id FROM (
                   SELECT record_id FROM record_tag WHERE name IN ({tags}) ORDER BY id DESC LIMIT {most}
               ) AS t
           )
       AND a.id = r.author_id AND a.state IN ('active', 'deleted') AND {near} AND r.author_id <> ? AND r.id <> ?
       AND r.visibility = 'public' AND r.deleted_at IS NULL AND r.published_at <= ?
       AND r.licence NOT LIKE '%-ND-%' AND r.licence NOT LIKE 'LicenseRef-%'
       AND NOT EXISTS (
               SELECT 1 FROM source s WHERE s.parent_id = r.id AND s.in_graph AND s.withdrawn_at IS NULL
           )
"""


async def challenges_for(record: Record, *, limit: int = SUGGESTED) -> list[Challenge]:
    """Open challenges that `record`, which comes with its parts, or its like could answer: of its kind, not answered by
    it yet; first those that want its licence or speak of what it is tagged with, and among these what closes first.
    """
    answered = set(await Submission.filter(record_id=record.id).values_list("challenge_id", flat=True))
    found = await open_challenges(limit=MAX_OFFERED, kind=record.kind, viewer=record.author)
    tags = {tag.name for tag in record.tags}

    def fits(challenge: Challenge) -> int:
        wanted = next((terms.licence for terms in challenge.terms), None)
        spoken = set(words_in(f"{challenge.title} {challenge.text or challenge.content}"[:2_000]))
        return (2 if wanted == record.licence else 0) + (1 if tags & spoken else 0)

    left = [challenge for challenge in found if challenge.id not in answered]
    return sorted(left, key=fits, reverse=True)[:limit]


async def unremixed_like(record: Record, *, viewer: Actor | None, limit: int = RECORDS) -> list[Record]:
    """Records of others that nobody has made anything of yet, with their parts: first those with tags of `record`,
    which comes with its parts, that can be joined with it under one licence, then what is new.
    """
    alike = await _with_its_tags(record, viewer)
    if len(alike) < limit:
        wish = Wish(remixable=True, never_remixed=True)
        further = await explore(wish, viewer=viewer, after=None, limit=limit * 3)
        of_others = [each for each in further if each.author_id != record.author_id]
        alike += sorted(of_others, key=lambda each: not _can_join(record, each))
    return list({each.id: each for each in alike}.values())[:limit]


async def _with_its_tags(record: Record, viewer: Actor | None) -> list[Record]:
    tags: Sequence[str] = [tag.name for tag in record.tags][:_TAGS]
    if not tags:
        return []
    near = not_away(viewer)
    sql = _LIKE.format(tags=marks(tags), most=_LOOKED_AT, near=near.sql)
    values: list[Any] = [*tags, *near.values, record.author_id, record.id, now()]
    rows = await fetch_tuples(f"{sql} ORDER BY r.published_at DESC LIMIT {RECORDS * 4}", *values)
    found = await records_in([int(row[0]) for row in rows])
    shared = set(tags)
    return sorted(
        (each for each in found if _can_join(record, each)),
        key=lambda each: len(shared & {tag.name for tag in each.tags}),
        reverse=True,
    )


def _can_join(record: Record, other: Record) -> bool:
    """Whether something could be made of both."""
    return bool(allowed_for_remix([licence_of(record), licence_of(other)]))
