"""A member is gone for everybody, and what was known of them is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tortoise.expressions import Q

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.models import Account, Boundary, Farewell, Notification, Session, Token
from fedirec.activitypub.models import Actor, Announcement, Follow, Liking, Outgoing, SigningKey
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Delete, Ref
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.db.search import make_unfindable
from fedirec.media.actions import forget_paths, prune_uploads
from fedirec.media.models import Media, Upload
from fedirec.media.queries import paths_of
from fedirec.media.store import Store
from fedirec.remix.actions.claims.forgetting import forget_claims
from fedirec.remix.actions.erasing.names import unname
from fedirec.remix.actions.needs import forget_answers
from fedirec.remix.actions.news import forget_news
from fedirec.remix.actions.pens.forgetting import forget_pens
from fedirec.remix.actions.remix_requests.expiring import forget_words
from fedirec.remix.actions.suggestions.forgetting import forget_suggestions
from fedirec.remix.actions.threads import bury_comments_of
from fedirec.remix.models import (
    Ability,
    Attachment,
    Bookmark,
    Draft,
    Profile,
    TagFollow,
)

MAX_TOLD: Final = 5_000
"""Actors of other instances who are told beside the followers."""

KEYS_STAY: Final = timedelta(days=14)
"""How long the farewell of somebody who left is tried to be delivered, signed with their key."""

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
        OR a.id IN (SELECT p.actor_id FROM project_member m JOIN project p ON p.id = m.project_id WHERE m.actor_id = ?)
        OR a.id IN (SELECT n.actor_id FROM notification n JOIN account o ON o.id = n.account_id
                     WHERE o.actor_id = ? AND n.kind = 'group_wrote')
    ) ORDER BY a.id LIMIT ?
"""


async def forget_keys() -> int:
    """Those who left some time ago sign nothing any more, and nobody follows them; how many keys those were."""
    gone = await Farewell.filter(done_at__lt=now() - KEYS_STAY).order_by("-id").limit(1_000)
    keys = [row.actor_id for row in gone]
    if not keys:
        return 0
    await Follow.filter(target_id__in=keys).delete()
    return await SigningKey.filter(actor_id__in=keys).delete()


async def begin_erasure(actor: Actor, farewell: Farewell) -> None:
    """`actor` is gone for everybody, here and elsewhere."""
    async with transaction():
        farewell = await Farewell.filter(id=farewell.id).select_for_update().get()
        if farewell.begun_at is not None:
            return
        farewell.begun_at = now()
        await farewell.save(update_fields=["begun_at"])
        met = await fetch_rows(_MET, False, *[actor.id] * 9, MAX_TOLD)
        people = await Actor.filter(id__in=[row["id"] for row in met]) if met else []
        actor.state = "deleted"
        await actor.save(update_fields=["state"])
        account = await Account.get(actor_id=actor.id)
        account.state, account.email, account.mail_to = "suspended", None, None
        await account.save(update_fields=["state", "email", "mail_to"])
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


async def forget_sayings(actor: Actor) -> None:
    """What `actor` said, liked, passed on and followed is gone, and so is what others were told of it."""
    await forget_news(actor)
    async with transaction():
        await bury_comments_of(actor)
        await Outgoing.filter(Q(type__not="Delete") | Q(object_uri__not=actor.uri), actor_id=actor.id).delete()
        await Draft.filter(author_id=actor.id).delete()
        await TagFollow.filter(actor_id=actor.id).delete()
        await Ability.filter(actor_id=actor.id).delete()
        await Profile.filter(actor_id=actor.id).delete()
        await Bookmark.filter(actor_id=actor.id).delete()
        await Liking.filter(actor_id=actor.id).delete()
        await forget_words(actor)
        await forget_answers(actor)
        await forget_claims(actor)
        await forget_suggestions(actor)
        await forget_pens(actor)
        await Announcement.filter(actor_id=actor.id).delete()
        await Boundary.filter(Q(owner_id=actor.id) | Q(other_id=actor.id)).delete()
        await Follow.filter(follower_id=actor.id).delete()
        await Follow.filter(target_id=actor.id, follower__is_local=True).delete()
        await Notification.filter(actor_id=actor.id).delete()


async def forget_account(actor: Actor, *, keeps_name: bool) -> None:
    """Nobody can sign in as `actor`, and what was known of them is gone; who they are in the trail stays.

    Their address and their handle are never given to anybody else.
    """
    async with transaction():
        await Account.filter(actor_id=actor.id).delete()
        actor.summary, actor.icon_url, actor.document, actor.further = "", None, None, None
        actor.also_known_as, actor.moved_to = [], None
        columns = ["summary", "icon_url", "document", "further", "also_known_as", "moved_to"]
        if not keeps_name:
            await unname(actor)
            columns += ["name", "handle"]
        await actor.save(update_fields=columns)
        await make_unfindable("actor", actor.id)


async def forget_files(actor: Actor, store: Store) -> None:
    """No file that `actor` gave is left."""
    await Upload.filter(owner_id=actor.id).delete()
    await prune_uploads(store)
    while files := await Media.filter(owner_id=actor.id).order_by("id").limit(100):
        await Attachment.filter(media_id__in=[file.id for file in files]).delete()
        async with store.holding():
            paths = await paths_of(files)
            await Media.filter(id__in=[file.id for file in files]).delete()
            await forget_paths(store, paths)


async def end_erasure(actor: Actor, farewell: Farewell) -> None:
    async with transaction():
        changed = await Farewell.filter(id=farewell.id, done_at=None).update(done_at=now())
        if changed:
            await audit(actor, "erase", actor.uri)
