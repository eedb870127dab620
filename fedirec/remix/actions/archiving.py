"""Everything that belongs to a member, in one file that they take along.

ActivityStreams (`actor.json`, `outbox.json`) for other servers, lists as Mastodon writes them, plain JSON for
everybody, and the files as they were given. Secrets are in none of it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from anyio import to_thread
from tortoise.models import Model
from tortoise.queryset import QuerySet

from fedirec.accounts.actions.archives import KEPT
from fedirec.accounts.archives import archive_file, names_in
from fedirec.accounts.lists import FILES, ListKind, write_list
from fedirec.accounts.models import Account, Archive, Notification, Session, Token
from fedirec.activitypub.contexts import ACTIVITY_CONTEXT
from fedirec.activitypub.documents import actor_document
from fedirec.activitypub.models import Actor, Follow, Liking, Outgoing
from fedirec.activitypub.outbox import document_of
from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.lanes import Done, Job, Outcome
from fedirec.media.models import Caption, Media
from fedirec.media.store import Store
from fedirec.remix.models import (
    Challenge,
    Comment,
    Contributor,
    Draft,
    Record,
    RecordRevision,
    Source,
    Submission,
    TagFollow,
)

TOGETHER: Final = 200
"""Rows that are read at once."""
_README: Final = """\
This is a copy of what is yours at {host}, made on {day:%Y-%m-%d}.

actor.json and outbox.json are ActivityStreams, which other servers of the fediverse read.
following_accounts.csv, blocked_accounts.csv, muted_accounts.csv, blocked_domains.csv and muted_domains.csv can be
brought to another server in its settings.
Everything else is plain JSON: records.json says for each record which of its files lie in the folder media.
"""

R = TypeVar("R", bound=Model)


@dataclass(frozen=True, slots=True, kw_only=True)
class Archivist:
    """Makes copies, from a store of files into a folder."""

    store: Store
    folder: Path

    async def make(self, job: Job) -> Outcome:
        """The copy that the job names is ready to be fetched, whole or not at all."""
        archive = await Archive.get_or_none(id=int(str(job.payload["archive"])))
        if archive is None or archive.state != "waiting":
            return Done()
        account = await Account.get(id=archive.account_id).select_related("actor")
        target = archive_file(self.folder, archive)
        size = await self.write(account, target)
        moment = now()
        is_wanted = await Archive.filter(id=archive.id).update(
            state="ready", size=size, ready_at=moment, expires_at=moment + KEPT
        )
        if not is_wanted:  # whoever asked for it has left in the meantime
            await to_thread.run_sync(lambda: target.unlink(missing_ok=True))
        return Done()

    async def write(self, account: Account, target: Path) -> int:
        """Everything of `account`, which comes with its actor, is in the file `target`; how many bytes that are."""
        part = target.with_suffix(".part")
        await to_thread.run_sync(lambda: part.parent.mkdir(mode=0o700, parents=True, exist_ok=True))
        try:
            with zipfile.ZipFile(part, "w", compression=zipfile.ZIP_DEFLATED) as file:
                await _write_all(_Zip(file), account, account.actor, self.store)
            await to_thread.run_sync(part.chmod, 0o600)
            await to_thread.run_sync(part.replace, target)
        finally:
            await to_thread.run_sync(lambda: part.unlink(missing_ok=True))
        return (await to_thread.run_sync(target.stat)).st_size


@dataclass(frozen=True, slots=True)
class _Zip:
    """A file that is filled entry by entry, without ever holding a long list."""

    file: zipfile.ZipFile

    async def text(self, name: str, words: str) -> None:
        await to_thread.run_sync(self.file.writestr, name, words)

    async def document(self, name: str, value: object) -> None:
        await self.text(name, _json(value, indent=2))

    async def rows(self, name: str, rows: AsyncIterator[object], *, before: str = "[", after: str = "]") -> None:
        """The entry `name` is a list of all `rows`."""
        with self.file.open(name, "w") as entry:
            entry.write(before.encode())
            is_first = True
            async for row in rows:
                entry.write((("\n" if is_first else ",\n") + _json(row)).encode())
                is_first = False
            entry.write(f"\n{after}\n".encode())

    async def bytes_of(self, name: str, store: Store, path: str) -> None:
        """The entry `name` has the bytes at `path`; what is gone is left out. Media are packed already."""
        try:
            await store.size(path)
        except NotFound:
            return
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED
        with self.file.open(info, "w", force_zip64=True) as entry:
            async for piece in store.read(path):
                await to_thread.run_sync(entry.write, piece)


async def _write_all(copy: _Zip, account: Account, actor: Actor, store: Store) -> None:
    await copy.text("README.txt", _README.format(host=actor.host, day=now()))
    await copy.document("account.json", _account(account, actor))
    await copy.document("actor.json", await actor_document(actor))
    head = _json({"@context": ACTIVITY_CONTEXT, "id": "outbox.json", "type": "OrderedCollection"})[:-1]
    said = Outgoing.filter(actor_id=actor.id, type__in=("Create", "Announce", "Add"))
    await copy.rows(
        "outbox.json", _each(said, lambda row: document_of(row)), before=f'{head}, "orderedItems": [', after="]}"
    )
    await copy.rows("records.json", _records(actor))
    await copy.rows("comments.json", _each(Comment.filter(author_id=actor.id, deleted_at=None), _comment))
    await copy.rows("challenges.json", _each(Challenge.filter(leader_id=actor.id), _challenge))
    await copy.rows("credits.json", _credits(actor))
    await copy.rows("built_on_yours.json", _built_on(actor))
    await copy.rows("recommended.json", _each(Liking.filter(actor_id=actor.id), _liking))
    await copy.rows("recommendations.json", _recommendations(actor))
    await copy.rows("drafts.json", _each(Draft.filter(author_id=actor.id), _draft))
    await copy.rows("tags.json", _each(TagFollow.filter(actor_id=actor.id), lambda row: row.name))
    followers = Follow.filter(target_id=actor.id, accepted_at__not_isnull=True).select_related("follower")
    await copy.rows("followers.json", _each(followers, lambda row: _named(row.follower)))
    told = Notification.filter(account_id=account.id).select_related("actor")
    await copy.rows("notifications.json", _each(told, _notification))
    await copy.rows("sessions.json", _each(Session.filter(account_id=account.id), _session))
    await copy.rows("programs.json", _each(Token.filter(account_id=account.id, revoked_at=None), _token))
    for kind, name in FILES.items():
        await copy.text(name, write_list(kind, await names_in(ListKind(kind), actor)))
    async for media in _pages(Media.filter(owner_id=actor.id).exclude(attached_at=None)):
        for file in media:
            await copy.bytes_of(_entry(file), store, file.path)
        for caption in await Caption.filter(media_id__in=[file.id for file in media]).select_related("media"):
            await copy.bytes_of(f"{_entry(caption.media)}.{caption.language}.vtt", store, caption.path)


async def _pages(rows: QuerySet[R]) -> AsyncIterator[Sequence[R]]:
    """All of `rows`, some at a time, in the order in which they were made."""
    last = 0
    while found := await rows.filter(id__gt=last).order_by("id").limit(TOGETHER):
        yield found
        last = int(found[-1].pk)


async def _each(rows: QuerySet[R], show: Callable[[R], object]) -> AsyncIterator[object]:
    async for found in _pages(rows):
        for row in found:
            yield show(row)


async def _records(actor: Actor) -> AsyncIterator[object]:
    async for found in _pages(Record.filter(author_id=actor.id, deleted_at=None)):
        keys = [record.id for record in found]
        whole = await Record.filter(id__in=keys).prefetch_related(
            "tags", "contributors", "sources", "attachments__media"
        )
        versions: dict[int, list[object]] = {}
        for revision in await RecordRevision.filter(record_id__in=keys).order_by("number"):
            versions.setdefault(revision.record_id, []).append(
                {"number": revision.number, "at": revision.created_at, "document": revision.document}
            )
        offers: dict[int, list[object]] = {}
        offered = Submission.filter(record_id__in=keys).select_related("challenge__actor")
        for submission in await offered:
            offers.setdefault(submission.record_id, []).append(
                {
                    "challenge": submission.challenge.actor.uri,
                    "title": submission.challenge.title,
                    "state": submission.state,
                    "terms_version": submission.terms_version,
                    "terms_digest": submission.terms_digest,
                    "at": submission.created_at,
                }
            )
        for record in sorted(whole, key=lambda each: each.id):
            yield {
                "uri": record.uri,
                "title": record.title,
                "kind": record.kind,
                "text": record.text,
                "html": record.content,
                "warning": record.warning,
                "language": record.language,
                "licence": record.licence,
                "visibility": record.visibility,
                "published_at": record.published_at,
                "updated_at": record.updated_at,
                "digest": record.digest,
                "tags": [tag.name for tag in record.tags],
                "contributors": [{"person": part.actor_uri, "role": part.role} for part in record.contributors],
                "sources": [
                    {"uri": source.uri, "relation": source.relation, "withdrawn_at": source.withdrawn_at}
                    for source in record.sources
                ],
                "files": [
                    {
                        "file": _entry(each.media) if each.media else None,
                        "url": each.url,
                        "kind": each.kind,
                        "description": each.description,
                    }
                    for each in sorted(record.attachments, key=lambda each: each.position)
                ],
                "submissions": offers.get(record.id, []),
                "versions": versions.get(record.id, []),
            }


async def _credits(actor: Actor) -> AsyncIterator[object]:
    """Where others say that they had a part."""
    named = Contributor.filter(actor_uri=actor.uri).exclude(record__author_id=actor.id)
    async for found in _pages(named.select_related("record__author")):
        for part in found:
            yield {
                "record": part.record.uri,
                "title": part.record.title,
                "author": part.record.author.uri,
                "role": part.role,
            }


async def _built_on(actor: Actor) -> AsyncIterator[object]:
    """What others made from what is theirs, as far as they showed it to everybody."""
    made = Source.filter(
        parent__author_id=actor.id,
        withdrawn_at=None,
        record__visibility="public",
        record__deleted_at=None,
        record__author__state__in=("active", "deleted"),
    ).exclude(record__author_id=actor.id)
    async for found in _pages(made.select_related("record__author")):
        for step in found:
            yield {
                "source": step.uri,
                "record": step.record.uri,
                "title": step.record.title,
                "author": step.record.author.uri,
                "relation": step.relation,
                "at": step.created_at,
            }


async def _recommendations(actor: Actor) -> AsyncIterator[object]:
    """Who told them that they like a record of theirs."""
    async for found in _pages(Record.filter(author_id=actor.id, deleted_at=None)):
        uris = [record.uri for record in found]
        for liking in await Liking.filter(object_uri__in=uris).select_related("actor").order_by("id"):
            yield {"record": liking.object_uri, "by": _named(liking.actor), "at": liking.created_at}


def _account(account: Account, actor: Actor) -> dict[str, object]:
    return {
        "handle": f"@{actor.handle}@{actor.host}",
        "uri": actor.uri,
        "name": actor.name,
        "about": account.about,
        "email": account.email,
        "role": account.role,
        "answer": account.answer,
        "language": account.locale,
        "timezone": account.timezone,
        "licence": account.licence,
        "visibility": account.visibility,
        "unwanted_notices": account.unwanted or [],
        "also_known_as": actor.also_known_as,
        "moved_to": actor.moved_to,
        "approves_followers": actor.approves_followers,
        "since": account.created_at,
    }


def _comment(row: Comment) -> dict[str, object]:
    return {
        "uri": row.uri,
        "answers": row.in_reply_to,
        "text": row.text,
        "html": row.content,
        "at_ms": row.at_ms,
        "warning": row.warning,
        "visibility": row.visibility,
        "published_at": row.published_at,
        "updated_at": row.updated_at,
    }


def _challenge(row: Challenge) -> dict[str, object]:
    return {
        "prompt": row.prompt_uri,
        "title": row.title,
        "text": row.text,
        "kinds": row.kinds,
        "deadline_at": row.deadline_at,
        "state": row.state,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }


def _liking(row: Liking) -> dict[str, object]:
    return {"uri": row.object_uri, "at": row.created_at}


def _draft(row: Draft) -> dict[str, object]:
    return {"title": row.title, "fields": row.content, "saved_at": row.saved_at}


def _notification(row: Notification) -> dict[str, object]:
    return {
        "kind": row.kind,
        "from": _named(row.actor) if row.actor else None,
        "about": row.subject_uri,
        "details": row.details,
        "at": row.created_at,
        "read_at": row.read_at,
    }


def _session(row: Session) -> dict[str, object]:
    return {"browser": row.browser, "since": row.created_at, "used_at": row.used_at}


def _token(row: Token) -> dict[str, object]:
    return {"name": row.name, "scopes": row.scopes.split(), "since": row.created_at, "used_at": row.used_at}


def _named(actor: Actor) -> dict[str, object]:
    return {"uri": actor.uri, "handle": f"@{actor.handle}@{actor.host}", "name": actor.name}


def _entry(media: Media) -> str:
    """What a file is called in the copy: nothing that could leave the folder it is put into."""
    return f"media/{media.key}{Path(media.path).suffix}"


def _json(value: object, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a copy")
