"""This instance looks for watched words in what is new, and says so; it never takes anything down by itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.accounts.queries import get_instance
from fedirec.activitypub.models import Actor, Instance
from fedirec.admin.actions.reporting import report_by_itself
from fedirec.admin.models import WatchPlace
from fedirec.admin.queries.subjects import Thing, things_at
from fedirec.admin.watched import Watched, check_watched
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Invalid
from fedirec.html import plain
from fedirec.lanes import Done, Job, Outcome
from fedirec.remix.models import Comment, RecordRevision

PAGE: Final = 500
"""Rows of one table that are looked at in one go."""
PAGES: Final = 10
OVERLAP: Final = 100
"""Rows that are looked at once more: on PostgreSQL one can appear behind others that were numbered after it."""
MAX_CONTACT: Final = 300
TABLES: Final = ("record_revision", "comment", "actor")


async def set_watch(doer: Doer, *, words: str, holds_strangers: bool, contact: str) -> Instance:
    """These words raise a report from now on, and this is how strangers are looked at and where they can write.

    Raises Invalid for what is too long.
    """
    require(doer, Permission.MODERATE)
    kept, contact = check_watched(words), contact.strip()
    if len(contact) > MAX_CONTACT:
        raise Invalid("Please keep it under %(n)s characters.", field="contact", blanks={"n": MAX_CONTACT})
    async with transaction():
        instance = await get_instance()
        if not instance.watched_words:
            await _go_to_the_end()
        instance.watched_words, instance.holds_strangers, instance.contact = kept, holds_strangers, contact
        await instance.save(update_fields=["watched_words", "holds_strangers", "contact"])
        await audit(doer, "set_watch", f"{instance.origin}/actor")
    return instance


async def look_for_words() -> int:
    """Everything new that has a watched word in it is reported; returns how many reports that made."""
    instance = await get_instance() if await Instance.exists() else None
    watched = Watched.read(instance.watched_words) if instance else Watched()
    if not watched:
        return 0
    made = 0
    for table in TABLES:
        for _ in range(PAGES):
            place, _created = await WatchPlace.get_or_create(name=table)
            floor = await WatchPlace.get_or_none(name=f"{table}_from")
            after = max(place.row_id - OVERLAP, floor.row_id if floor else 0)
            uris, last = await _newer(table, after, place.row_id)
            made += await _report(watched, uris)
            if last <= place.row_id:
                break
            await WatchPlace.filter(id=place.id).update(row_id=last)
    return made


async def look_at(job: Job) -> Outcome:
    """What changed is looked at once more."""
    instance = await get_instance()
    if watched := Watched.read(instance.watched_words):
        await _report(watched, [str(job.payload["uri"])])
    return Done()


async def _report(watched: Watched, uris: Sequence[str]) -> int:
    made = 0
    for start in range(0, len(uris), 50):
        for thing in await things_at(uris[start : start + 50]):
            if thing.accused.state == "active" and (found := watched.found_in(_texts(thing))):
                made += await report_by_itself(thing, words=found) is not None
    return made


def _texts(thing: Thing) -> Iterable[str]:
    kept = thing.kept
    yield str(kept.get("name") or "") if thing.kind != "comment" else ""
    yield plain(str(kept.get("content") or ""))
    yield str(kept.get("warning") or "")
    if thing.kind == "person":
        yield thing.accused.handle
    yield from (str(words) for words in kept.get("thanks", ()))
    for file in kept.get("files", ()):
        yield str(file.get("description") or "")


async def _newer(table: str, after: int, last: int) -> tuple[list[str], int]:
    """The addresses of what the rows behind `after` are about, and the number of the last of them, at least `last`."""
    if table == "record_revision":
        rows = RecordRevision.filter(id__gt=after).order_by("id").limit(PAGE).values_list("id", "record__uri")
    elif table == "comment":
        rows = Comment.filter(id__gt=after).order_by("id").limit(PAGE).values_list("id", "uri")
    else:
        rows = Actor.filter(id__gt=after, type="Person").order_by("id").limit(PAGE).values_list("id", "uri")
    found = await rows
    return list(dict.fromkeys(str(row[1]) for row in found)), max([last, *(int(str(row[0])) for row in found)])


async def _go_to_the_end() -> None:
    """What is here already is not looked at: the words are for what comes."""
    for table in TABLES:
        rows = await fetch_rows(f"SELECT max(id) AS id FROM {table}")  # noqa: S608  (names of this module)
        for name in (table, f"{table}_from"):
            await WatchPlace.update_or_create(name=name, defaults={"row_id": int(rows[0]["id"] or 0)})
