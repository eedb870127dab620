"""Which records a production uses, in which order, and what of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict
from fedirec.projects.actions.productions.preparing import begin_preparing
from fedirec.projects.manifests import MAX_PARTS, MAX_WORDS
from fedirec.projects.models import Production, ProductionPart, RoleLine
from fedirec.remix.models import Record, Submission
from fedirec.remix.vocab.text import clean_line
from fedirec.web.language import gettext as _

MAX_PLACE = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """A record that is to be used."""

    record: Record
    submission: Submission | None = None
    """The submission by which it came; found among those of the project's challenges when None."""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """Where an entry stands, and what is said of it."""

    place: int
    words: str = ""


async def use_records(leader: Actor, production: Production, picks: Sequence[Pick]) -> None:
    """The production uses these too; one that it uses already stays as it is.

    Whether their licences and terms let it is said by `checked_parts`, and asked again before it is frozen. Raises
    Conflict for what is gone or not public, and for more than a record can be made from.
    """
    for pick in picks:
        if pick.record.deleted_at or pick.record.visibility != "public":
            raise Conflict(
                _("“%(title)s” is not public, so it cannot be used.") % {"title": pick.record.title}, field="address"
            )
    async with transaction():
        fresh = await begin_preparing(leader, production)
        used = await ProductionPart.filter(production_id=fresh.id).values_list("record_id", flat=True)
        wanted = {pick.record.id: pick for pick in picks if pick.record.id not in set(used)}
        if len(used) + len(wanted) > MAX_PARTS:
            raise Conflict(_("A production uses up to %(n)s records.") % {"n": MAX_PARTS}, field="address")
        offered = await _submissions_of(fresh, list(wanted))
        await ProductionPart.bulk_create(
            [
                ProductionPart(
                    production_id=fresh.id,
                    record_id=key,
                    submission_id=pick.submission.id if pick.submission else offered.get(key),
                    position=0,
                    words=clean_line(pick.words, MAX_WORDS),
                )
                for key, pick in wanted.items()
            ]
        )


async def drop_record(leader: Actor, production: Production, part: int) -> None:
    """The production does not use the record of that part any more."""
    async with transaction():
        fresh = await begin_preparing(leader, production)
        await ProductionPart.filter(production_id=fresh.id, id=part).delete()


async def arrange(
    leader: Actor,
    production: Production,
    *,
    records: Mapping[int, Placed] | None = None,
    roles: Mapping[int, Placed] | None = None,
) -> None:
    """Parts and roles, by their rows, stand at their places and are spoken of so; those not named stay as they are."""
    async with transaction():
        fresh = await begin_preparing(leader, production)
        parts = await ProductionPart.filter(production_id=fresh.id, id__in=list(records or {}))
        for part in parts:
            wanted = (records or {})[part.id]
            part.position, part.words = _place(wanted.place), clean_line(wanted.words, MAX_WORDS)
        lines = await RoleLine.filter(production_id=fresh.id, id__in=list(roles or {}))
        for line in lines:
            wanted = (roles or {})[line.id]
            line.position, line.words = _place(wanted.place), clean_line(wanted.words, MAX_WORDS)
        if parts:
            await ProductionPart.bulk_update(parts, fields=["position", "words"])
        if lines:
            await RoleLine.bulk_update(lines, fields=["position", "words"])


def _place(place: int) -> int:
    return min(max(place, 0), MAX_PLACE)


async def _submissions_of(production: Production, records: Sequence[int]) -> dict[int, int]:
    """By which submission to a challenge of the project each of `records` came, those that were accepted before all."""
    found = Submission.filter(record_id__in=list(records), challenge__part_of_id=production.project.actor_id).exclude(
        state="withdrawn"
    )
    rows = sorted(await found, key=lambda row: (row.state == "accepted", -row.id))
    return {row.record_id: row.id for row in rows}
