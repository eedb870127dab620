"""Everything that belongs to a member, in one file that they take along.

ActivityStreams (`actor.json`, `outbox.json`) for other servers, lists as Mastodon writes them, plain JSON for
everybody, and the files as they were given. Secrets are in none of it.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from tortoise.expressions import Q

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
from fedirec.remix.actions.copies_for_members import (
    built_on_entries,
    credit_entries,
    each_of,
    entry_name,
    pages_of,
    recommendation_entries,
    record_entries,
    show_account,
    show_bookmark,
    show_challenge,
    show_comment,
    show_consent,
    show_draft,
    show_liking,
    show_notification,
    show_pen,
    show_person,
    show_session,
    show_suggestion,
    show_token,
)
from fedirec.remix.models import (
    Bookmark,
    Challenge,
    Comment,
    Draft,
    Pen,
    RemixRequest,
    Suggestion,
    TagFollow,
)

_README: Final = """\
This is a copy of what is yours at {host}, made on {day:%Y-%m-%d}.

actor.json and outbox.json are ActivityStreams, which other servers of the fediverse read.
following_accounts.csv, blocked_accounts.csv, muted_accounts.csv, blocked_domains.csv and muted_domains.csv can be
brought to another server in its settings.
Everything else is plain JSON: records.json says for each record which of its files lie in the folder media.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archivist:
    """Makes copies, from a store of files into a folder."""

    store: Store
    folder: Path
    further: Mapping[str, Callable[[Actor], AsyncIterator[object]]] = field(default_factory=dict)
    """What packages above this one add: rows for each entry, by its name."""

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
                copy = _Zip(file)
                await _write_all(copy, account, account.actor, self.store)
                for name, rows in self.further.items():
                    await copy.rows(name, rows(account.actor))
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
    await copy.document("account.json", show_account(account, actor))
    await copy.document("actor.json", await actor_document(actor))
    head = _json({"@context": ACTIVITY_CONTEXT, "id": "outbox.json", "type": "OrderedCollection"})[:-1]
    said = Outgoing.filter(actor_id=actor.id, type__in=("Create", "Announce", "Add"))
    await copy.rows(
        "outbox.json", each_of(said, lambda row: document_of(row)), before=f'{head}, "orderedItems": [', after="]}"
    )
    await copy.rows("records.json", record_entries(actor))
    await copy.rows("comments.json", each_of(Comment.filter(author_id=actor.id, deleted_at=None), show_comment))
    await copy.rows("challenges.json", each_of(Challenge.filter(leader_id=actor.id), show_challenge))
    await copy.rows("credits.json", credit_entries(actor))
    await copy.rows("built_on_yours.json", built_on_entries(actor))
    asked = RemixRequest.filter(Q(asker_id=actor.id) | Q(owner_id=actor.id)).exclude(state="held")
    await copy.rows("consents.json", each_of(asked.select_related("asker", "owner"), show_consent))
    offered = Suggestion.filter(Q(proposer_id=actor.id) | Q(owner_id=actor.id)).exclude(state="arriving")
    await copy.rows("suggestions.json", each_of(offered.select_related("proposer", "owner"), show_suggestion))
    shared = Pen.filter(Q(owner_id=actor.id) | Q(holder_id=actor.id)).select_related("owner", "holder")
    await copy.rows("pens.json", each_of(shared, show_pen))
    await copy.rows("recommended.json", each_of(Liking.filter(actor_id=actor.id), show_liking))
    await copy.rows("recommendations.json", recommendation_entries(actor))
    await copy.rows("drafts.json", each_of(Draft.filter(author_id=actor.id), show_draft))
    kept = Bookmark.filter(actor_id=actor.id).select_related("record")
    await copy.rows("bookmarks.json", each_of(kept, show_bookmark))
    await copy.rows("tags.json", each_of(TagFollow.filter(actor_id=actor.id), lambda row: row.name))
    followers = Follow.filter(target_id=actor.id, accepted_at__not_isnull=True).select_related("follower")
    await copy.rows("followers.json", each_of(followers, lambda row: show_person(row.follower)))
    told = Notification.filter(account_id=account.id).select_related("actor")
    await copy.rows("notifications.json", each_of(told, show_notification))
    await copy.rows("sessions.json", each_of(Session.filter(account_id=account.id), show_session))
    await copy.rows("programs.json", each_of(Token.filter(account_id=account.id, revoked_at=None), show_token))
    for kind, name in FILES.items():
        await copy.text(name, write_list(kind, await names_in(ListKind(kind), actor)))
    async for media in pages_of(Media.filter(owner_id=actor.id).exclude(attached_at=None)):
        for file in media:
            await copy.bytes_of(entry_name(file), store, file.path)
        for caption in await Caption.filter(media_id__in=[file.id for file in media]).select_related("media"):
            await copy.bytes_of(f"{entry_name(caption.media)}.{caption.language}.vtt", store, caption.path)


def _json(value: object, *, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a copy")
