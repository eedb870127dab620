"""What records became part of: what was finished with them stays as it is, and so do they in it.

Productions are described in a package above this one; here only their rows are asked.
"""

from __future__ import annotations

from dataclasses import dataclass

from fedirec.errors import Conflict
from fedirec.remix.models import Record, Submission
from fedirec.web.language import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """The production that was released as a record."""

    key: int
    uri: str
    title: str
    project: str
    holds: bool
    """Whether its manifest is what its digest says."""


async def release_of(record: Record) -> Release | None:
    """The production that was released as `record`, if that is known here."""
    names = ("productions__id", "productions__uri", "productions__title", "productions__digest_holds")
    found = Record.filter(id=record.id, productions__state="released").limit(1)
    for row in await found.values(*names, "productions__project__title"):
        return Release(
            key=row["productions__id"],
            uri=row["productions__uri"],
            title=row["productions__title"],
            project=row["productions__project__title"],
            holds=bool(row["productions__digest_holds"]),
        )
    return None


async def refuse_used(submission: Submission) -> None:
    """Raise Conflict when what was offered is part of a frozen production: it stays in it, and so does its credit.

    Part of the caller's transaction: until it ends, nothing that it is in is frozen.
    """
    await Submission.filter(id=submission.id).select_for_update().first()
    used = Submission.filter(id=submission.id, used_in__production__state__in=("frozen", "released"))
    titles = await used.limit(1).values_list("used_in__production__title", flat=True)
    if titles:
        raise Conflict(
            _("It is part of “%(title)s”, whose manifest is frozen: it stays in it, and so does its credit.")
            % {"title": titles[0]}
        )
