"""What pages and documents ask about comments, wherever they come from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from fedirec.accounts.boundaries import Away, away_from, not_away
from fedirec.activitypub.authority import may_have
from fedirec.activitypub.models import Actor
from fedirec.db import fetch_rows
from fedirec.errors import NotFound
from fedirec.remix.models import Comment, Record, RecordRevision
from fedirec.remix.replies import conversation_at

THREADS: Final = 20
"""Threads on one page."""

ANSWERS: Final = 5
"""Answers of each thread that stand on the page of the record; the others stand on the page of the thread."""

ALL_ANSWERS: Final = 50
"""Answers on one page of a thread."""

MAX_MOMENTS: Final = 200
"""Places of a sound or a film that are marked in its player."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A comment on a record, and what was answered."""

    first: Comment
    answers: list[Comment]
    has_more: bool


async def threads_of(
    record: Record, *, viewer: Actor | None, is_moderator: bool = False, after: int = 0, limit: int = THREADS
) -> tuple[list[Thread], bool]:
    """The threads about `record` from row `after` on that `viewer` may see, oldest first, and whether there are more.

    Whoever asks may see the record. Each comment comes with its author, its record and the author of what it answers.
    """
    where, values = _shown("c", record, viewer, is_moderator=is_moderator)
    rows = await fetch_rows(
        f"SELECT c.id FROM comment c JOIN actor a ON a.id = c.author_id "  # noqa: S608  (only placeholders)
        f"WHERE c.record_id = ? AND c.thread_id IS NULL AND c.id > ? AND ({where} OR EXISTS ("
        f"SELECT 1 FROM comment m JOIN actor b ON b.id = m.author_id WHERE m.thread_id = c.id AND {_moved(where)})) "
        f"ORDER BY c.id LIMIT {limit + 1}",
        record.id,
        after,
        *values,
        *values,
    )
    roots = [int(row["id"]) for row in rows]
    shown = roots[:limit]
    answers = await _first_answers(record, shown, viewer, is_moderator=is_moderator)
    wanted = [*shown, *chain.from_iterable(answers.values())]
    found = {comment.id: comment for comment in await _whole(Comment.filter(id__in=wanted))}
    threads = [
        Thread(
            first=found[root],
            answers=[found[answer] for answer in answers.get(root, [])[:ANSWERS]],
            has_more=len(answers.get(root, [])) > ANSWERS,
        )
        for root in shown
    ]
    return threads, len(roots) > limit


async def thread_of(
    first: Comment, *, viewer: Actor | None, is_moderator: bool = False, after: int = 0
) -> tuple[list[Comment], bool]:
    """The answers in the thread that `first` began, from row `after` on, oldest first, and whether there are more."""
    where, values = _shown("c", first.record, viewer, is_moderator=is_moderator)
    rows = await fetch_rows(
        f"SELECT c.id FROM comment c JOIN actor a ON a.id = c.author_id "  # noqa: S608
        f"WHERE c.thread_id = ? AND c.id > ? AND {_or_answered(where)} ORDER BY c.id LIMIT {ALL_ANSWERS + 1}",
        first.id,
        after,
        *values,
        *values,
    )
    ids = [int(row["id"]) for row in rows][:ALL_ANSWERS]
    return await _whole(Comment.filter(id__in=ids).order_by("id")), len(rows) > ALL_ANSWERS


async def moments_of(record: Record, *, viewer: Actor | None) -> list[Comment]:
    """The comments on a place of `record` that `viewer` may see, in the order in which the places are played."""
    said = _seen_by(viewer, record, Comment.filter(record_id=record.id, at_ms__not_isnull=True))
    kept = await away_from(viewer)
    if kept.actors:
        said = said.filter(author_id__not_in=list(kept.actors))
    if kept.hosts:
        said = said.filter(author__host__not_in=list(kept.hosts))
    return await said.filter(hidden_at=None).order_by("at_ms", "id").limit(MAX_MOMENTS).select_related("author")


async def is_on_first_page(comment: Comment) -> bool:
    """Whether `comment` is among the first threads about its record, and the first answers there."""
    if comment.thread_id is not None:
        before = Comment.filter(thread_id=comment.thread_id, id__lt=comment.id)
        if await before.order_by("id").offset(ANSWERS - 1).limit(1).values("id"):
            return False
    earlier = Comment.filter(record_id=comment.record_id, thread_id=None, id__lt=comment.thread_id or comment.id)
    return not await earlier.order_by("id").offset(THREADS - 1).limit(1).values("id")


async def get_comment(uri: str) -> Comment:
    """The comment of ours at `uri`, deleted or not. Raises NotFound."""
    return await _get(Comment.filter(uri=uri, author__is_local=True))


async def get_remote_comment(key: int) -> Comment:
    """The comment of another instance that is row `key` here. Raises NotFound."""
    return await _get(Comment.filter(id=key, author__is_local=False))


async def find_public_comment(uri: str) -> Comment | None:
    """The comment at `uri`, ours or not, if everybody may know of it."""
    return await _one(_public().filter(uri=uri))


async def find_comment_row(key: int) -> Comment | None:
    """The comment in row `key`, with its record, and whom it answers."""
    return await _one(Comment.filter(id=key))


async def get_root(comment: Comment) -> Comment:
    """What began the thread of `comment`; itself, when nothing came before it."""
    return comment if comment.thread_id is None else await _get(Comment.filter(id=comment.thread_id))


async def replies_to(uri: str, *, after: int, limit: int) -> list[Comment]:
    """The public comments from row `after` on that answer what lives at `uri`, in the order in which they came."""
    return await _public().filter(in_reply_to=uri, id__gt=after).order_by("id").limit(limit)


async def said_about(record: Record, *, after: int, limit: int) -> list[Comment]:
    """The public comments about `record` from row `after` on, wherever they stand, in the order in which they came."""
    return await _public().filter(record_id=record.id, id__gt=after).order_by("id").limit(limit)


async def conversation_of(record: Record) -> str | None:
    """The collection of everything that is said about `record`, as the author of that calls it, if at all."""
    if record.author.is_local:
        return conversation_at(record.uri)
    revision = await RecordRevision.get(record_id=record.id, number=record.revision)
    named = revision.document.get("context")
    named = named.get("id") if isinstance(named, dict) else named
    return named if isinstance(named, str) and may_have(named, owner=record.uri) else None


def _public() -> QuerySet[Comment]:
    """What everybody may know of."""
    said = Comment.filter(visibility="public", deleted_at=None, hidden_at=None, consent="")
    return said.filter(author__state="active")


def is_shown(comment: Comment, viewer: Actor | None, *, is_moderator: bool = False, kept: Away | None = None) -> bool:
    """Whether `viewer`, who may see the record, may see what `comment` says; it comes with its record and author.

    The same as `_shown` asks of the database. `kept` are those from whom `viewer` keeps away.
    """
    if comment.deleted_at or comment.author.state != "active" or (kept is not None and kept.has(comment.author)):
        return False
    if comment.consent and (viewer is None or viewer.id != comment.author_id):
        return False
    if comment.held_at is not None and not is_moderator:
        return False
    if viewer is not None and viewer.id in (comment.author_id, comment.record.author_id):
        return True
    return comment.visibility != "direct" and (is_moderator or comment.hidden_at is None)


def is_taken_down(comment: Comment) -> bool:
    """Whether a moderator has hidden `comment`, which comes with its record, and not who it is about or by."""
    return comment.hidden_at is not None and comment.hidden_by_id not in (comment.author_id, comment.record.author_id)


def is_known_to(comment: Comment, viewer: Actor | None, *, is_moderator: bool = False) -> bool:
    """Whether `viewer`, who may see the record, may know that `comment` is there, or that it was."""
    if not comment.deleted_at:
        return is_shown(comment, viewer, is_moderator=is_moderator)
    is_theirs = viewer is not None and viewer.id in (comment.author_id, comment.record.author_id)
    return comment.visibility != "direct" or is_theirs


async def _first_answers(
    record: Record, roots: Sequence[int], viewer: Actor | None, *, is_moderator: bool
) -> dict[int, list[int]]:
    """The rows of the first answers in each of the threads that `roots` began: one more than is shown."""
    if not roots:
        return {}
    where, values = _shown("c", record, viewer, is_moderator=is_moderator)
    rows = await fetch_rows(
        f"SELECT id, thread_id FROM (SELECT c.id, c.thread_id, "  # noqa: S608
        f"ROW_NUMBER() OVER (PARTITION BY c.thread_id ORDER BY c.id) AS place FROM comment c "
        f"JOIN actor a ON a.id = c.author_id WHERE c.thread_id IN ({', '.join('?' * len(roots))}) "
        f"AND {_or_answered(where)}) AS found WHERE place <= {ANSWERS + 1} ORDER BY id",
        *roots,
        *values,
        *values,
    )
    found: dict[int, list[int]] = {}
    for row in rows:
        found.setdefault(int(row["thread_id"]), []).append(int(row["id"]))
    return found


def _shown(table: str, record: Record, viewer: Actor | None, *, is_moderator: bool) -> tuple[str, list[Any]]:
    """What holds for a comment whose words `viewer` may see: a condition on `c` and `a`, and its values."""
    near = not_away(viewer)
    parts, values = ["c.deleted_at IS NULL", "a.state = 'active'", near.sql], list[Any](near.values)
    key = viewer.id if viewer is not None else 0
    parts.append("(c.consent = '' OR c.author_id = ?)")
    values.append(key)
    if not is_moderator:
        parts.append("c.held_at IS NULL")
    if viewer is not None and viewer.id == record.author_id:
        return f"({' AND '.join(parts)})", values
    parts.append("(c.visibility <> 'direct' OR c.author_id = ?)")
    values.append(key)
    if not is_moderator:
        parts.append("(c.hidden_at IS NULL OR c.author_id = ?)")
        values.append(key)
    return f"({' AND '.join(parts)})", values


def _moved(where: str) -> str:
    """The same condition on an answer, in a query within the query."""
    for column in ("state", "id", "host", "is_quiet"):
        where = where.replace(f" a.{column}", f" b.{column}").replace(f"(a.{column}", f"(b.{column}")
    return where.replace("c.", "m.")


def _or_answered(where: str) -> str:
    """The condition, or that somebody answered it: then its place in the thread stays."""
    answers = "SELECT 1 FROM comment m JOIN actor b ON b.id = m.author_id WHERE m.parent_id = c.id"
    return f"({where} OR EXISTS ({answers} AND {_moved(where)}))"


def _seen_by(viewer: Actor | None, record: Record, said: QuerySet[Comment]) -> QuerySet[Comment]:
    """Those of `said`, which are about `record`, that stand there and that `viewer` may see."""
    said = said.filter(deleted_at=None, author__state="active")
    if viewer is None:
        return said.filter(consent="").exclude(visibility="direct")
    said = said.filter(Q(consent="") | Q(author_id=viewer.id))
    if viewer.id == record.author_id:
        return said
    return said.filter(Q(visibility__not="direct") | Q(author_id=viewer.id))


async def _whole(said: QuerySet[Comment]) -> list[Comment]:
    """Each with its author, its record, and whom it answers."""
    return await said.select_related("author", "record__author", "parent__author")


async def _one(said: QuerySet[Comment]) -> Comment | None:
    return await said.select_related("author", "record__author", "parent__author").first()


async def _get(said: QuerySet[Comment]) -> Comment:
    found = await _one(said)
    if found is None:
        raise NotFound("There is no such comment here.")
    return found
