"""What people elsewhere say about pens: they share one, answer, take it back, and write with it."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_answer, may_bring, may_undo
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Doc, Ref, Reject, Vocabulary
from fedirec.clock import now
from fedirec.errors import FedirecError, Forbidden, Unsupported
from fedirec.lanes import Work, enqueue
from fedirec.media.actions import keep_waiting, release_media
from fedirec.media.models import Media
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import Room, refuse_insistent
from fedirec.remix.actions.pens.applying import refuse_foreign, refuse_pen
from fedirec.remix.actions.pens.giving import (
    MAX_AN_HOUR,
    SOON,
    is_fit,
    is_resting,
    say_taken_back,
    tell_about,
    tell_invited,
)
from fedirec.remix.actions.pens.holding import NOTICES
from fedirec.remix.actions.pens.writing import MAX_AN_HOUR as MAX_WRITTEN
from fedirec.remix.actions.remix_requests.taking import words_of
from fedirec.remix.models import Pen, Record, Writing
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.pens import OfferedPen, OfferedVersion
from fedirec.uris import origin_of
from fedirec.web.sentences import told

MAX_INVITED: Final = 50
"""Invitations that wait for one person; those beyond are refused."""

MAX_INVITED_BY_ONE: Final = 10
"""Those by one author, who leaves room for others."""

MAX_INVITED_BY_HOST: Final = 20
"""Those by everybody of one other host together."""

KEEP_FILES: Final = timedelta(days=30)
"""How long the files of a version that was refused wait for whoever wrote it."""


async def take_pen(sender: Actor, offer: OfferedPen[Any]) -> bool:
    """Somebody here is invited by `sender` to write what is theirs; whether its origin has to be asked what that is.

    Part of the transaction of the activity. Raises Forbidden for what is another's, Unsupported for too much.
    """
    uri = offer.object.id
    if not may_bring(uri, speaker=sender.uri):
        raise Forbidden("nobody shares the pen of what belongs to another origin")
    record = await Record.get_or_none(uri=uri)
    if record is not None and (record.author_id != sender.id or record.deleted_at):
        raise Forbidden("only its author can share the pen of a record")
    holder = await Actor.filter(uri=offer.target or "", is_local=True, type="Person").first()
    if holder is None:
        raise Unsupported("nobody here is invited")
    await refuse_insistent(sender, what=OfferedPen.TYPE, limit=3 * MAX_AN_HOUR)
    newest = Pen.filter(owner_id=sender.id, offered_at__gt=now() - timedelta(hours=1))
    if await newest.offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise Unsupported("that are too many invitations in one hour")
    if await has_to_wait(sender):
        raise Unsupported("strangers are not heard at the moment")
    known = await Pen.filter(record_uri=uri, holder_id=holder.id).select_for_update().first()
    if known is not None and known.owner_id != sender.id and record is None:
        raise Forbidden("somebody else said that it is theirs; its origin has not shown it yet")
    if known is not None and known.owner_id != sender.id:
        known.owner_id, known.state = sender.id, "taken_back"  # whoever invited to it before was not its author
        known.offered_at = now() - SOON
    if known is not None and known.uri == offer.id:
        return False
    if not await is_fit(sender, holder) or is_resting(known) or (known is None and await _is_crowded(holder, sender)):
        await _answer(Reject, holder, sender, offer.id)
        return False
    if known is not None and known.state in ("invited", "held"):
        known.uri = offer.id
        await known.save(update_fields=["uri"])
        if known.state == "held":
            await _answer(Accept, holder, sender, offer.id)
        return False
    if known is not None and known.offered_at > now() - SOON:
        raise Unsupported("they were invited to that a moment ago")
    pen = known or Pen(record_uri=uri, holder_id=holder.id, owner_id=sender.id)
    pen.uri, pen.state, pen.words = offer.id, "invited", words_of(offer.content)
    pen.offered_at, pen.decided_at = now(), None
    await pen.save()
    await tell_invited(pen, sender, holder, record.title if record else "")
    return record is None


async def take_pen_back(sender: Actor, offer: OfferedPen[Any]) -> None:
    """Whoever was invited by `sender` does not hold that pen any more. Part of the transaction of the activity."""
    if not may_undo(done_by=offer.actor, speaker=sender.uri):
        raise Forbidden("only whoever shared a pen takes it back")
    found = Pen.filter(uri=offer.id, owner_id=sender.id, holder__is_local=True, state__in=("invited", "held"))
    pen = await found.select_for_update().first()
    if pen is None:
        raise Unsupported("nothing of that kind is shared")
    pen.state, pen.decided_at = "taken_back", now()
    await pen.save(update_fields=["state", "decided_at"])
    await tell_about(pen, Notice.PEN_TAKEN_BACK, sender, await Actor.get(id=pen.holder_id))


async def take_answer(sender: Actor, *, asked: str, is_accepted: bool, words: str | None) -> bool:
    """Whether `sender` answers in `asked` an invitation by somebody here, or what somebody here wrote for them.

    Who rejects an invitation that they accepted lays the pen down. Part of the transaction of the activity.
    """
    pen = await Pen.filter(uri=asked, owner__is_local=True).select_for_update().first()
    if pen is None or not may_answer(asked=pen.holder_id, speaker=sender.id):
        return await _take_verdict(sender, asked=asked, is_applied=is_accepted, words=words)
    state = "held" if is_accepted else "laid_down" if pen.state == "held" else "declined"
    if is_accepted and pen.state == "taken_back":  # which they have not heard
        await say_taken_back(pen, await Actor.get(id=pen.owner_id), sender)
    if pen.state not in (("invited",) if is_accepted else ("invited", "held")):
        return True
    pen.state, pen.decided_at = state, now()
    await pen.save(update_fields=["state", "decided_at"])
    await tell_about(pen, NOTICES[state], sender, await Actor.get(id=pen.owner_id))
    return True


async def take_version(sender: Actor, offer: OfferedVersion[Any]) -> None:
    """What `sender` wrote waits until its files are here, and becomes the next version of a record of ours then.

    Part of the transaction of the activity. Raises Forbidden for whoever never held the pen, and Unsupported for too
    much; whoever held it once hears why it is not taken.
    """
    await refuse_insistent(sender, what=OfferedVersion.TYPE, limit=3 * MAX_WRITTEN)
    found = Pen.filter(record_uri=offer.object.id, holder_id=sender.id, owner__is_local=True)
    pen = await found.select_related("owner").first()
    if pen is None or pen.state in ("invited", "declined"):
        raise Forbidden("whoever writes a version has to hold the pen")
    if await Writing.exists(uri=offer.id):
        return
    lately = Writing.filter(pen__holder_id=sender.id, written_at__gt=now() - timedelta(hours=1))
    if await lately.offset(MAX_WRITTEN - 1).limit(1).values("id"):
        raise Unsupported("that are too many versions in one hour")
    record = await Record.get(uri=pen.record_uri)
    document = offer.instrument_document or {}
    try:
        await refuse_pen(pen, pen.owner, sender)
        refuse_foreign(record, pen.owner, RecordObject.read(Doc(document), Vocabulary(())))
    except FedirecError as error:
        reject = Reject(
            id=new_activity_uri(pen.owner),
            actor=pen.owner.uri,
            object=Ref(offer.id),
            content=told(error),
            to=(sender.uri,),
        )
        await publish(pen.owner, reject, to=[sender])
        if pen.state == "taken_back":
            await say_taken_back(pen, pen.owner, sender)
        return
    writing = await Writing.create(
        uri=offer.id, pen_id=pen.id, document=document, digest=offer.digest, state="arriving"
    )
    await enqueue(
        [
            Work(
                kind="writing",
                lane=f"writing:{origin_of(sender.uri)}",
                payload={"writing": writing.id},
                dedupe_key=f"writing:{hashlib.sha256(offer.id.encode()).hexdigest()}",
            )
        ]
    )


async def _take_verdict(sender: Actor, *, asked: str, is_applied: bool, words: str | None) -> bool:
    """Whether `sender` answers what somebody here wrote for them, who hears of it when it was refused.

    What was refused is kept for whoever wrote it, with its files, for KEEP_FILES.
    """
    found = Writing.filter(uri=asked, pen__holder__is_local=True).select_related("pen__holder")
    writing = await found.first()
    if writing is None or not may_answer(asked=writing.pen.owner_id, speaker=sender.id):
        return False
    if writing.state != "sent":
        return True
    writing.state, writing.answer = "applied" if is_applied else "refused", words_of(words)
    writing.decided_at = now()
    if is_applied:
        writing.document = {}
    await writing.save(update_fields=["state", "answer", "document", "decided_at"])
    files = await Media.filter(id__in=writing.files) if writing.files else []
    await release_media(files)
    if not is_applied:
        holder = writing.pen.holder
        await keep_waiting(holder, keys=[file.key for file in files], until=now() + KEEP_FILES)
        await tell_about(writing.pen, Notice.PEN_REFUSED, sender, holder)
    return True


async def _answer(kind: type[Accept[Any] | Reject[Any]], holder: Actor, owner: Actor, offer: str) -> None:
    """`owner`, who lives elsewhere, hears what becomes of their `offer` to `holder`."""
    answer = kind(id=new_activity_uri(holder), actor=holder.uri, object=Ref(offer), to=(owner.uri,))
    await publish(holder, answer, to=[owner])


async def _is_crowded(holder: Actor, owner: Actor) -> bool:
    """Whether `holder` has no room for one more invitation: by anybody, by `owner`, or by somebody of their host."""
    waiting = Pen.filter(holder_id=holder.id, state="invited").limit(MAX_INVITED)
    room = Room(of_all=MAX_INVITED, of_one=MAX_INVITED_BY_ONE, of_host=MAX_INVITED_BY_HOST)
    rows = await waiting.values_list("owner_id", "owner__host")
    return room.is_full_for(owner, ((int(key), str(host)) for key, host in rows))
