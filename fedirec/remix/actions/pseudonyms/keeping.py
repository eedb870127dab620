"""What stands for the author of a record follows from what they say of it, and of all their works."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.lanes import Work
from fedirec.remix.models import Pseudonym, Record
from fedirec.remix.pseudonyms import new_stand_in


async def keep_wish(record: Record, author: Actor, remixes: Collection[str], *, is_new: bool) -> list[Work]:
    """A stand-in is shown for `author` wherever they do not want to be named for `record`, in all that is made from it
    or in these `remixes`; and it is another one for each record.

    Part of the caller's transaction. The answer is the work of telling those who made something from it here.
    """
    wanted = dict.fromkeys(remixes)
    if record.without_name or author.without_name:
        wanted = {"": None, **wanted}
    if is_new and not wanted:
        return []
    known = {row.remix_uri: row for row in await Pseudonym.filter(record_id=record.id, actor_uri=author.uri)}
    if added := [remix for remix in wanted if remix not in known]:
        await Pseudonym.bulk_create([stand_in_for(author, record.id, remix) for remix in added])
    if ended := [row.id for remix, row in known.items() if remix not in wanted]:
        await Pseudonym.filter(id__in=ended).delete()
    return [carry(record.id)] if added or ended else []


def stand_in_for(author: Actor, record_id: int, remix: str = "") -> Pseudonym:
    """A row that is not saved yet."""
    return Pseudonym(uri=new_stand_in(), actor_uri=author.uri, record_id=record_id, remix_uri=remix)


def carry(record_id: int, *, due_at: datetime | None = None) -> Work:
    """The work of naming the author of the record in that row as they wish, in what was made from it here."""
    return Work(
        kind="unname",
        lane=f"unname:{record_id}",
        payload={"record": record_id},
        dedupe_key=f"unname:{record_id}:later" if due_at else f"unname:{record_id}",
        due_at=due_at,
    )
