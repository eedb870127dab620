"""What somebody deleted and takes back, as people on Lemmy can: its origin is asked whether it is there again."""

from __future__ import annotations

import hashlib
from typing import Any

from fedirec.activitypub.authority import may_be_by, may_bring, may_delete, may_undo
from fedirec.activitypub.deletions import forget_deletion
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Announce, Delete, Undo
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Invalid, NotFound, Unsupported
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue, gathering
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.threads import restore_comment
from fedirec.remix.inbox.talking import refuse_talkative, refuse_ungrouped
from fedirec.remix.models import Comment, Record
from fedirec.remix.vocab import CommentObject, PostObject, RecordObject
from fedirec.uris import origin_of

handlers = Handlers()


@handlers.on(Undo, Delete, vouched=True)
async def deletion_undone(sender: Actor, undo: Undo[Delete[Any]]) -> None:
    """Its author says that something is there again."""
    uri = undo.object.object.id
    if not may_undo(done_by=undo.object.actor, speaker=sender.uri) or not may_bring(uri, speaker=sender.uri):
        raise Forbidden("only whoever did it can take it back")
    if await forget_deletion(sender, uri):
        return
    buried = await _find_buried(uri)
    if buried is None:
        raise NotFound("nothing that was deleted is known here under that name")
    if not may_delete(author=buried.author_id, speaker=sender.id):
        raise Forbidden("only its author can bring that back")
    await refuse_talkative(sender)
    await _ask_whether_back(uri)


@handlers.on(Announce, Undo)
async def undoing_announced(sender: Actor, announce: Announce[Undo[Any]]) -> None:
    """A group passes on that something is there again, be it by its author or by a moderator: its origin is asked."""
    if not isinstance(announce.object.object, Delete):
        raise Unsupported("of what is taken back in a group, deletions are read")
    await refuse_ungrouped(sender)
    uri = announce.object.object.object.id
    if await _find_buried(uri) is None:
        raise NotFound("nothing that was deleted is known here under that name")
    await _ask_whether_back(uri)


async def fetch_restored(remote: Remote, job: Job) -> Outcome:
    """What was deleted is here again if its origin serves it, and as it serves it; else it stays as it is."""
    uri = str(job.payload["uri"])
    try:
        work, document = await remote.read_as_sent(uri)
        if not isinstance(work, RecordObject | CommentObject | PostObject):
            raise Invalid("that is neither a record nor a comment")
        if not may_be_by(work.id, author=work.attributed_to) or not work.is_public:
            raise Forbidden("that is not for everybody")
        author = await remote.find_actor(work.attributed_to)
        if author.state != "active":
            raise Forbidden("its author is suspended here, or gone")
        async with transaction(), gathering():
            buried = await _find_buried(uri)
            if isinstance(buried, Comment) and not isinstance(work, RecordObject):
                await restore_comment(buried, work)
            elif isinstance(buried, Record) and not isinstance(work, CommentObject):
                await save_record(author, work, document=document, is_back=True)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def _find_buried(uri: str) -> Record | Comment | None:
    """What its author, of another instance, deleted."""
    those = {"uri": uri, "author__is_local": False, "deleted_at__not_isnull": True}
    if comment := await Comment.filter(**those).select_related("author", "record__author").first():
        return comment
    return await Record.filter(**those).select_related("author").first()


async def _ask_whether_back(uri: str) -> None:
    key = f"restored:{hashlib.sha256(uri.encode()).hexdigest()}"
    await enqueue([Work(kind="restored", lane=f"restored:{origin_of(uri)}", payload={"uri": uri}, dedupe_key=key)])
