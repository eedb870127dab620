"""Erasing: whoever leaves is forgotten, and what others built on what they made stays true.

One job for each person, step by step, each step in transactions of its own that change nothing when they are done
again: whoever is killed in between goes on where they were. From the first step on nobody is shown anything any more.
What stays and why: docs/decisions/0015-erasure.md.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from anyio import to_thread
from tortoise.expressions import Q

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.farewells import is_suspended_for_good
from fedirec.accounts.archives import archive_file
from fedirec.accounts.models import Account, Archive, Boundary, Farewell, Identity, Notification, Person, Session, Token
from fedirec.activitypub.models import Actor, Announcement, Evidence, Follow, Liking, Outgoing, Received, SigningKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Delete, Ref
from fedirec.clock import now
from fedirec.db import execute, fetch_rows, transaction
from fedirec.db.search import forget_removed_words, make_unfindable
from fedirec.lanes import Done, Job, Outcome
from fedirec.media.actions import forget_paths, prune_uploads
from fedirec.media.cache import MediaCache
from fedirec.media.models import Media, Upload
from fedirec.media.queries import paths_of
from fedirec.media.store import Store
from fedirec.remix.actions.challenges import empty_challenge
from fedirec.remix.actions.records import bury_record
from fedirec.remix.actions.threads import bury_comments_of
from fedirec.remix.models import (
    Attachment,
    Challenge,
    Contributor,
    Draft,
    Record,
    RecordRevision,
    Snapshot,
    Source,
    Submission,
    TagFollow,
)
from fedirec.translatable import N_

SOMEBODY: Final = N_("Somebody who left")
"""Who is credited where people do not want their name to stay."""
TOGETHER: Final = 20
"""Records of one transaction."""
MAX_TOLD: Final = 5_000
"""Actors of other instances who are told beside the followers."""
KEYS_STAY: Final = timedelta(days=14)
"""How long the farewell of somebody who left is tried to be delivered, signed with their key."""
_BUILT_ON: Final = """
    SELECT DISTINCT r.id FROM record r
     WHERE r.author_id = ? AND (
        EXISTS (SELECT 1 FROM source s JOIN record c ON c.id = s.record_id
                 WHERE s.uri = r.uri AND s.withdrawn_at IS NULL AND c.author_id <> r.author_id)
        OR EXISTS (SELECT 1 FROM submission u JOIN challenge h ON h.id = u.challenge_id
                    WHERE u.record_id = r.id AND u.state = 'accepted' AND COALESCE(h.leader_id, 0) <> r.author_id))
"""
_MET: Final = """
    SELECT DISTINCT a.id FROM actor a WHERE a.is_local = ? AND a.state = 'active' AND (
        a.id IN (SELECT target_id FROM follow WHERE follower_id = ?)
        OR a.id IN (SELECT c.author_id FROM comment c JOIN record r ON r.id = c.record_id WHERE r.author_id = ?)
        OR a.id IN (SELECT r.author_id FROM comment c JOIN record r ON r.id = c.record_id WHERE c.author_id = ?)
        OR a.id IN (SELECT p.author_id FROM source s JOIN record r ON r.id = s.record_id JOIN record p ON p.uri = s.uri
                     WHERE r.author_id = ?)
        OR a.id IN (SELECT r.author_id FROM source s JOIN record p ON p.uri = s.uri JOIN record r ON r.id = s.record_id
                     WHERE p.author_id = ?)
        OR a.id IN (SELECT h.actor_id FROM submission u JOIN record r ON r.id = u.record_id
                      JOIN challenge h ON h.id = u.challenge_id WHERE r.author_id = ?)
        OR a.id IN (SELECT r.author_id FROM liking l JOIN record r ON r.uri = l.object_uri WHERE l.actor_id = ?)
    ) ORDER BY a.id LIMIT ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Eraser:
    """Where files are that have to go."""

    store: Store
    cache: MediaCache
    archives: Path

    async def erase(self, job: Job) -> Outcome:
        """Whom the job names is erased; nothing happens when they stayed, or came back."""
        actor = await Actor.get_or_none(id=int(str(job.payload["actor"])))
        if actor is None:
            return Done()
        for step in await self.steps(actor, without_name=bool(job.payload.get("without_name"))):
            await step()
        return Done()

    async def steps(self, actor: Actor, *, without_name: bool = False) -> Sequence[Callable[[], Awaitable[None]]]:
        """What has to be done until `actor` is erased, in this order; nothing when they are not to be.

        Somebody of another instance is credited `without_name` where they said so; ours chose it themselves.
        """
        if not actor.is_local:
            if actor.state != "deleted" and not is_suspended_for_good(actor):
                return ()
            return (
                partial(_forget_talk, actor),
                partial(_forget_works, actor, self.cache),
                partial(_forget_remote, actor, self.cache),
                *((partial(_forget_name, actor),) if without_name else ()),
                forget_removed_words,
            )
        farewell = await Farewell.get_or_none(actor_id=actor.id)
        if farewell is None or farewell.done_at is not None or farewell.due_at > now():
            return ()
        return (
            partial(_begin, actor, farewell),
            partial(_forget_sayings, actor),
            partial(_forget_works, actor, self.cache),
            partial(_forget_challenges, actor),
            partial(_forget_snapshots, actor, keeps_name=farewell.keeps_name),
            partial(self._forget_archive, actor),
            *(() if farewell.keeps_name else (partial(_forget_mentions, actor),)),
            partial(_forget_account, actor, keeps_name=farewell.keeps_name),
            forget_removed_words,
            partial(_forget_files, actor, self.store),
            partial(_end, actor, farewell),
        )

    async def _forget_archive(self, actor: Actor) -> None:
        for archive in await Archive.filter(account__actor_id=actor.id):
            path = archive_file(self.archives, archive)
            await to_thread.run_sync(lambda file: file.unlink(missing_ok=True), path)


async def forget_keys() -> int:
    """Those who left some time ago sign nothing any more, and nobody follows them; how many keys those were."""
    gone = await Farewell.filter(done_at__lt=now() - KEYS_STAY).order_by("-id").limit(1_000)
    keys = [row.actor_id for row in gone]
    if not keys:
        return 0
    await Follow.filter(target_id__in=keys).delete()
    return await SigningKey.filter(actor_id__in=keys).delete()


async def _begin(actor: Actor, farewell: Farewell) -> None:
    """`actor` is gone for everybody, here and elsewhere."""
    async with transaction():
        farewell = await Farewell.filter(id=farewell.id).select_for_update().get()
        if farewell.begun_at is not None:
            return
        farewell.begun_at = now()
        await farewell.save(update_fields=["begun_at"])
        met = await fetch_rows(_MET, False, *[actor.id] * 7, MAX_TOLD)
        people = await Actor.filter(id__in=[row["id"] for row in met]) if met else []
        actor.state = "deleted"
        await actor.save(update_fields=["state"])
        account = await Account.get(actor_id=actor.id)
        account.state, account.email = "suspended", None
        await account.save(update_fields=["state", "email"])
        await Session.filter(account_id=account.id).delete()
        await Token.filter(account_id=account.id).delete()
        delete = Delete(
            id=new_activity_uri(actor),
            actor=actor.uri,
            object=Ref(actor.uri),
            without_name=not farewell.keeps_name,
            to=(PUBLIC,),
            cc=(actor.followers,) if actor.followers else (),
        )
        await publish(actor, delete, to=people, to_followers_of=[actor])


async def _forget_sayings(actor: Actor) -> None:
    """What `actor` said, liked, passed on and followed is gone, and so is what others were told of it."""
    async with transaction():
        await bury_comments_of(actor)
        await Outgoing.filter(Q(type__not="Delete") | Q(object_uri__not=actor.uri), actor_id=actor.id).delete()
        await Draft.filter(author_id=actor.id).delete()
        await TagFollow.filter(actor_id=actor.id).delete()
        await Liking.filter(actor_id=actor.id).delete()
        await Announcement.filter(actor_id=actor.id).delete()
        await Boundary.filter(Q(owner_id=actor.id) | Q(other_id=actor.id)).delete()
        await Follow.filter(follower_id=actor.id).delete()
        await Follow.filter(target_id=actor.id, follower__is_local=True).delete()
        await Notification.filter(actor_id=actor.id).delete()


async def _forget_talk(actor: Actor) -> None:
    """Of what `actor`, of another instance, said about records only the places are left."""
    async with transaction():
        await bury_comments_of(actor)


async def _forget_works(actor: Actor, cache: MediaCache) -> None:
    """Of the records of `actor` only the places are left, with a title where others built on them."""
    built_on = {int(row["id"]) for row in await fetch_rows(_BUILT_ON, actor.id)}
    last = 0
    while records := await Record.filter(author_id=actor.id, id__gt=last).order_by("id").limit(TOGETHER):
        keys = [record.id for record in records]
        shown = await Attachment.filter(record_id__in=keys).values_list("url", "poster_url")
        async with transaction():
            for record in records:
                await _empty(record, is_built_on=record.id in built_on)
            await RecordRevision.filter(record_id__in=keys).update(document={})
            uris = [record.uri for record in records]
            await Notification.filter(Q(subject_uri__in=uris) | Q(url__in=uris)).delete()
            await Liking.filter(object_uri__in=uris).delete()
            waiting = Submission.filter(record_id__in=keys, state__in=("pending", "licence_pending"))
            await waiting.update(state="withdrawn")
            nobodys = [record for record in records if record.id not in built_on]
            if nobodys:
                await Contributor.filter(record_id__in=[record.id for record in nobodys]).delete()
                claims = Evidence.filter(subject_uri__in=[record.uri for record in nobodys])
                await claims.update(body=b"", signed_headers=[])
        if not actor.is_local:
            await cache.forget_of([str(url) for pair in shown for url in pair if url])
        last = keys[-1]


async def _empty(record: Record, *, is_built_on: bool) -> None:
    if record.deleted_at is None:
        await bury_record(record)
    if not is_built_on:
        record.title = ""
    record.text = record.content = record.warning = ""
    await record.save(update_fields=["title", "text", "content", "warning"])


async def _forget_challenges(actor: Actor) -> None:
    """The challenges of `actor` are closed, and ask for nothing any more; what was made for them stays."""
    for challenge in await Challenge.filter(leader_id=actor.id).order_by("id").select_related("actor"):
        async with transaction():
            await empty_challenge(challenge)


async def _forget_snapshots(actor: Actor, *, keeps_name: bool) -> None:
    """What others remember of the works of `actor` has no words of theirs, and their name only where they wish it."""
    async with transaction():
        kept = Snapshot.filter(author_uri=actor.uri)
        if keeps_name:
            await kept.update(document={})
        else:
            await kept.update(document={}, author_name="", author_handle="")


async def _forget_name(actor: Actor) -> None:
    """`actor`, of another instance, is named nowhere any more: in the trail stands somebody who left."""
    await _forget_snapshots(actor, keeps_name=False)
    await _forget_mentions(actor)
    async with transaction():
        await _unname(actor)
        await actor.save(update_fields=["name", "handle"])


async def _unname(actor: Actor) -> None:
    actor.name, actor.handle = SOMEBODY, f"left-{actor.id}"
    for identity in await Identity.filter(actor_id=actor.id):
        await Person.filter(id=identity.person_id).update(name=SOMEBODY)  # type: ignore[attr-defined]


async def _forget_mentions(actor: Actor) -> None:
    """Where pages show that somebody else credits `actor`, or speaks to them, the link has another name."""
    link = f'href="{actor.uri}"'
    for table in ("record", "comment"):
        last = 0
        while rows := await fetch_rows(
            f"SELECT id, content FROM {table} WHERE id > ? AND content LIKE ? ORDER BY id LIMIT 100",  # noqa: S608
            last,
            f"%{link}%",
        ):
            async with transaction():
                for row in rows:
                    changed = _renamed(str(row["content"]), link)
                    await execute(f"UPDATE {table} SET content = ? WHERE id = ?", changed, row["id"])  # noqa: S608
            last = int(rows[-1]["id"])


def _renamed(content: str, link: str) -> str:
    """`content` with another name in each `link`; links hold no other elements than what shapes words."""
    return re.sub(rf"(<a\b[^>]*{re.escape(link)}[^>]*>).*?(</a>)", rf"\g<1>{SOMEBODY}\g<2>", content, flags=re.DOTALL)


async def _forget_account(actor: Actor, *, keeps_name: bool) -> None:
    """Nobody can sign in as `actor`, and what was known of them is gone; who they are in the trail stays.

    Their address and their handle are never given to anybody else.
    """
    async with transaction():
        await Account.filter(actor_id=actor.id).delete()
        actor.summary, actor.icon_url, actor.document = "", None, None
        actor.also_known_as, actor.moved_to = [], None
        columns = ["summary", "icon_url", "document", "also_known_as", "moved_to"]
        if not keeps_name:
            await _unname(actor)
            columns += ["name", "handle"]
        await actor.save(update_fields=columns)
        await make_unfindable("actor", actor.id)


async def _forget_files(actor: Actor, store: Store) -> None:
    """No file that `actor` gave is left."""
    await Upload.filter(owner_id=actor.id).delete()
    await prune_uploads(store)
    while files := await Media.filter(owner_id=actor.id).order_by("id").limit(100):
        await Attachment.filter(media_id__in=[file.id for file in files]).delete()
        async with store.holding():
            paths = await paths_of(files)
            await Media.filter(id__in=[file.id for file in files]).delete()
            await forget_paths(store, paths)


async def _end(actor: Actor, farewell: Farewell) -> None:
    async with transaction():
        changed = await Farewell.filter(id=farewell.id, done_at=None).update(done_at=now())
        if changed:
            await audit(actor, "erase", actor.uri)


async def _forget_remote(actor: Actor, cache: MediaCache) -> None:
    """Of an actor of another instance who is gone there, only the name is left, where they are credited."""
    icon = actor.icon_url
    credited = await Contributor.exists(actor_uri=actor.uri) or bool(await fetch_rows(_BUILT_ON, actor.id))
    async with transaction():
        await Snapshot.filter(author_uri=actor.uri).update(document={})
        # That they came stays known, so that nothing is taken for new when it comes again.
        sent = Received.filter(sender_id=actor.id).exclude(state="waiting")
        await sent.update(body=b"", signed_headers=[])
        await Notification.filter(actor_id=actor.id).delete()
        await Boundary.filter(Q(owner_id=actor.id) | Q(other_id=actor.id)).delete()
        actor.summary, actor.icon_url, actor.document, actor.also_known_as = "", None, None, []
        if not credited and not await Source.exists(snapshot__author_uri=actor.uri):
            actor.name = ""
        await actor.save(update_fields=["summary", "icon_url", "document", "also_known_as", "name"])
        await make_unfindable("actor", actor.id)
    if icon:
        await cache.forget_of([icon])
