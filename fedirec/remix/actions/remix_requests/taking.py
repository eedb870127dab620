"""What others say about remixes: they ask our authors, take that back, and answer what our people asked.

Whatever was asked or refused is kept for each remix, each source and each sender whom a signature proved: nobody can
use up, by asking first, what belongs to somebody else (CVE-2026-33869).
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any, Final

from tortoise.expressions import Q

from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_answer, may_delete, may_have, may_undo
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Forbidden, Unsupported
from fedirec.html import plain
from fedirec.lanes import Work, enqueue
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.actions.remix_requests.beforehand import is_crowded
from fedirec.remix.actions.remix_requests.deciding import (
    decide,
    is_shown,
    say_accepted,
    say_refused,
    settled,
    tell_asker,
    version_of,
)
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.questions import Event, after, before, may_happen
from fedirec.remix.visibility import may_see
from fedirec.remix.vocab import RemixQuestion
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.remix.vocab.text import clean_text
from fedirec.uris import origin_of

MAX_AN_HOUR: Final = 60
"""Questions of one actor, beyond which none is answered."""

LOOKED_FOR: Final = timedelta(days=1)
"""How long a remix that is asked about is looked for, before the question is forgotten."""

MAX_REVOKED: Final = 100
"""Remixes that one stamp can be said to be for; more than one is a mistake already."""


async def take_question(sender: Actor, question: RemixQuestion[Any]) -> None:
    """`sender` hears what the author of ours, whom they asked, says to their remix; or it waits until that is known.

    Part of the transaction of the activity. Raises Unsupported when they ask too often, or about nothing of ours.
    """
    await refuse_insistent(sender, what=RemixQuestion.TYPE, limit=MAX_AN_HOUR)
    source = await Record.filter(uri=question.object.id, author__is_local=True).select_related("author").first()
    if source is None or source.author.state != "active":
        raise Unsupported("that is nothing of ours")
    owner = source.author
    if source.visibility != "public" and not await may_see(source, sender):
        raise Unsupported("that is nothing of ours")  # nor does anybody learn by asking that it is there
    if source.deleted_at or source.visibility != "public" or await is_unwelcome(sender, with_any=[owner.id]):
        await say_refused(owner, sender, question.id)
        return
    known = await RemixRequest.get_or_none(
        source_uri=source.uri, remix_uri=question.instrument, asker_id=sender.id, owner_id=owner.id
    )
    if known is not None and not may_happen(known.state, Event.HEARD):
        known.uri = question.id
        await known.save(update_fields=["uri"])
        waits = Record.filter(uri=question.instrument, author_id=sender.id, visibility="direct", deleted_at=None)
        if may_happen(known.state, Event.CHANGED) and await waits.exists():
            await enqueue([_looking_at(known)])  # nobody but those who are asked has seen it: it may be another by now
        else:
            await _answer_again(known, owner, sender)
        return
    if await is_crowded(source.uri, sender):
        await say_refused(owner, sender, question.id)
        return
    request = known or RemixRequest(
        source_uri=source.uri, remix_uri=question.instrument, asker_id=sender.id, owner_id=owner.id
    )
    request.uri, request.words = question.id, words_of(question.content)
    request.state = after(known.state if known else None, Event.HEARD)
    request.licence, request.roles = find_licence(question.licence).id, list(question.roles)
    request.asked_at, request.expires_at, request.decided_at = now(), now() + LOOKED_FOR, None
    await request.save()
    remix = await Record.get_or_none(uri=question.instrument, author_id=sender.id, deleted_at=None, held_at=None)
    is_of_it = remix and await Source.exists(record_id=remix.id, uri=source.uri, withdrawn_at=None)
    if remix is not None and is_of_it and remix.digest_holds and is_shown(remix):
        await decide(request, source, sender, await version_of(remix, owner=owner))
        return
    await enqueue([_looking_at(request)])


async def take_withdrawal(sender: Actor, question: RemixQuestion[Any]) -> None:
    """`sender` does not ask any more. Part of the transaction of the activity.

    Raises Forbidden for the question of another, and Unsupported when nothing waits.
    """
    if not may_undo(done_by=question.actor, speaker=sender.uri):
        raise Forbidden("only whoever asked can take that back")
    asked = RemixRequest.filter(
        source_uri=question.object.id,
        remix_uri=question.instrument,
        asker_id=sender.id,
        owner__is_local=True,
        state__in=before(Event.WITHDRAWN),
    )
    if not await asked.delete():
        raise Unsupported("nothing of that kind waits")
    await settled(question.instrument)


async def take_agreement(sender: Actor, *, asked: str, stamp: str, words: str | None) -> bool:
    """Whether `sender` was asked in `asked` about a remix, or stands by the remix of ours at that address without
    having been; then what they say stands at `stamp` is looked at.

    Part of the transaction of the activity. Raises Forbidden for a stamp of another origin.
    """
    request = await _asked_of(sender, asked)
    if request is None and not await _is_made_from(asked, sender):
        return False
    if not may_have(stamp, owner=sender.uri):
        raise Forbidden("a stamp stands at the origin of who gives it")
    if request is None:
        await enqueue([checking_of(stamp, remix=asked)])
        return True
    if request.state == "revoked" and request.stamp_uri == stamp:
        return True  # what came late was overtaken by its end
    request.answer = words_of(words)
    await request.save(update_fields=["answer"])
    await enqueue([checking_of(stamp, remix=request.remix_uri)])
    return True


async def take_refusal(sender: Actor, *, asked: str, words: str | None) -> bool:
    """Whether `sender` was asked in `asked` about a remix; they do not agree, or not any more.

    Part of the transaction of the activity.
    """
    request = await _asked_of(sender, asked)
    if request is None:
        return False
    was_agreed = may_happen(request.state, Event.TOOK_BACK)
    event = Event.TOOK_BACK if was_agreed else Event.DECLINED
    if not may_happen(request.state, event):
        return True
    request.state, request.decided_at = after(request.state, event), now()
    request.answer, request.expires_at = words_of(words), None
    await request.save()
    await _tell(request, sender, Notice.REMIX_REVOKED if was_agreed else Notice.REMIX_REFUSED)
    await settled(request.remix_uri)
    return True


async def stamp_taken_back(sender: Actor, uri: str) -> bool:
    """Whether the stamp at `uri` is one of the sender's that is known here; nobody has it any more.

    Part of the transaction of the activity.
    """
    known = RemixRequest.filter(stamp_uri=uri, owner__is_local=False).select_related("asker")
    rows = [row for row in await known.limit(MAX_REVOKED) if may_delete(author=row.owner_id, speaker=sender.id)]
    for row in rows:
        if not may_happen(row.state, Event.TOOK_BACK):
            continue
        row.state, row.decided_at = after(row.state, Event.TOOK_BACK), now()
        await row.save(update_fields=["state", "decided_at"])
        await _tell(row, sender, Notice.REMIX_REVOKED)
    quotes = await RemixRequest.filter(quote_stamp_uri=uri, owner_id=sender.id).limit(MAX_REVOKED)
    if quotes:
        await RemixRequest.filter(id__in=[row.id for row in quotes]).update(quote_stamp_uri=None)
    if found := dict.fromkeys(row.remix_uri for row in [*rows, *quotes]):
        await settled(*found)
    return bool(found)


def checking_of(stamp: str, *, remix: str) -> Work:
    """The work of finding out whether what stands at `stamp` is consent to the remix at `remix`."""
    return Work(
        kind="stamp",
        lane=f"stamp:{origin_of(stamp)}",
        payload={"stamp": stamp, "remix": remix},
        dedupe_key=f"stamp:{hashlib.sha256(f'{stamp} {remix}'.encode()).hexdigest()}",
    )


def words_of(said: str | None) -> str:
    """What somebody elsewhere says with a question or an answer, as plain text of a size that can be shown."""
    return plain(clean_text(said or "", 4 * MAX_WORDS)).strip()[:MAX_WORDS]


def _looking_at(request: RemixRequest) -> Work:
    return Work(
        kind="question",
        lane=f"question:{origin_of(request.remix_uri)}",
        payload={"request": request.id},
        dedupe_key=f"question:{request.id}",
    )


async def _answer_again(request: RemixRequest, owner: Actor, sender: Actor) -> None:
    """What was answered before is answered again; who waits goes on waiting."""
    if request.state == "approved":
        await say_accepted(request, owner, sender)
    elif request.state != "waiting":
        await say_refused(owner, sender, request.uri or "", request.answer)


async def _asked_of(sender: Actor, asked: str) -> RemixRequest | None:
    """The question of one of ours that `sender` answers, and nobody else changes until the transaction ends."""
    named = Q(uri=asked) | Q(quote_request_uri=asked)
    found = await RemixRequest.filter(named, asker__is_local=True).first()
    if found is None or not may_answer(asked=found.owner_id, speaker=sender.id):
        return None
    request = await RemixRequest.filter(id=found.id).select_for_update().first()
    if request is not None:
        request.asker = await Actor.get(id=request.asker_id)
    return request


async def _is_made_from(remix: str, author: Actor) -> bool:
    """Whether the record of ours at `remix` was made from something of the author's."""
    return await Source.exists(
        record__uri=remix, record__author__is_local=True, withdrawn_at=None, parent__author_id=author.id
    )


async def _tell(request: RemixRequest, owner: Actor, kind: Notice) -> None:
    """Who asked knows, if they live here. `request` comes with them."""
    titles = await Record.filter(uri=request.source_uri).values_list("title", flat=True)
    await tell_asker(request, request.asker, owner, kind, str(titles[0]) if titles else request.source_uri)
