"""Others quote records of ours: they ask, the author agrees or does not, and may think again (FEP-044f).

Consent is a stamp at an address of ours. What was answered is kept for each thing that quotes, each record, and each
sender whom a signature proved: nobody can use up, by asking first, what belongs to somebody else (CVE-2026-33869).
"""

from __future__ import annotations

from typing import Any, Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.vocab import PUBLIC, Accept, Delete, QuoteRequest, Ref, Reject, Stamp
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Unsupported
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.models import QuoteStamp, Record
from fedirec.remix.quoting import Quoting
from fedirec.uris import Uris, new_key, origin_of
from fedirec.web.language import gettext as _

MAX_AN_HOUR: Final = 60
"""Requests of one actor, beyond which none is answered."""

MAX_WAITING: Final = 100
"""Requests about one record that can wait for its author; those beyond are refused."""


async def answer_quote_request(sender: Actor, asked: QuoteRequest[Ref]) -> None:
    """`sender` hears whether they may quote what they asked about, or waits for its author.

    Part of the transaction of the activity. Raises Unsupported when they ask too often, or about nothing of ours.
    """
    await refuse_insistent(sender, what=QuoteRequest.TYPE, limit=MAX_AN_HOUR)
    record = await Record.filter(uri=asked.object.id, author__is_local=True).select_related("author").first()
    if record is None or record.author.state != "active":
        await _refuse_for_others(sender, asked)
        return
    author = record.author
    if record.deleted_at or record.visibility != "public" or await is_unwelcome(sender, with_any=[author.id]):
        await _refuse(author, sender, asked.id, record.uri, asked.instrument)
        return
    known = await QuoteStamp.get_or_none(record_id=record.id, quoter_id=sender.id, uri=asked.instrument)
    if known is not None:
        known.request_uri = asked.id
        await known.save(update_fields=["request_uri"])
        await _answer_again(known, record, sender)
        return
    match record.quoting:
        case Quoting.ANYONE:
            stamp = await _keep(record, sender, asked, state="approved")
            await _accept(stamp, record, sender)
            kind = Notice.QUOTED
        case Quoting.ASKED if not await _is_crowded(record):
            await _keep(record, sender, asked, state="waiting")
            kind = Notice.ASKED_TO_QUOTE
        case _:
            await _refuse(author, sender, asked.id, record.uri, asked.instrument)
            return
    await notify(author, kind, sender, asked.instrument, f"{record.uri}/quotes", {"title": record.title})


async def approve_quote(author: Actor, stamp: QuoteStamp) -> None:
    """Who asked may quote the record, and has the stamp. `stamp` comes with its record, author and quoter."""
    _refuse_others(author, stamp)
    if stamp.record.deleted_at:
        raise Gone(_("That record was deleted."))
    if stamp.state == "approved":
        return
    if stamp.state == "revoked":
        raise Conflict(_("That was taken back. They would have to ask again."))
    async with transaction():
        stamp.state, stamp.decided_at = "approved", now()
        await stamp.save(update_fields=["state", "decided_at"])
        await _accept(stamp, stamp.record, stamp.quoter)


async def refuse_quote(author: Actor, stamp: QuoteStamp) -> None:
    """Who asked may not quote the record, and knows."""
    _refuse_others(author, stamp)
    if stamp.state == "refused":
        return
    if stamp.state != "waiting":
        raise Conflict(_("That was decided already."))
    async with transaction():
        stamp.state, stamp.decided_at = "refused", now()
        await stamp.save(update_fields=["state", "decided_at"])
        await _refuse(author, stamp.quoter, stamp.request_uri, stamp.record.uri, stamp.uri)


async def revoke_quote(author: Actor, stamp: QuoteStamp) -> None:
    """The stamp is gone, and the server of who quotes knows."""
    _refuse_others(author, stamp)
    if stamp.state == "revoked":
        return
    if stamp.state != "approved":
        raise Conflict(_("Nothing was allowed that could be taken back."))
    async with transaction():
        stamp.state, stamp.decided_at = "revoked", now()
        await stamp.save(update_fields=["state", "decided_at"])
        delete = Delete(
            id=new_activity_uri(author),
            actor=author.uri,
            object=Ref(stamp_uri(stamp, author)),
            to=(PUBLIC,),  # so that it has a proof, and who is told can pass it on
            cc=(stamp.quoter.uri,),
        )
        await publish(author, delete, to=[stamp.quoter])


def stamp_uri(stamp: QuoteStamp, author: Actor) -> str:
    """The address of a stamp by `author`."""
    return Uris(origin_of(author.uri)).stamp(stamp.key)


def describe_stamp(stamp: QuoteStamp) -> Stamp:
    """The stamp as other instances see it; it comes with its record and author."""
    author = stamp.record.author
    return Stamp(id=stamp_uri(stamp, author), attributed_to=author.uri, interacting=stamp.uri, target=stamp.record.uri)


async def _keep(record: Record, sender: Actor, asked: QuoteRequest[Ref], *, state: str) -> QuoteStamp:
    return await QuoteStamp.create(
        key=new_key(),
        record=record,
        quoter=sender,
        uri=asked.instrument,
        request_uri=asked.id,
        state=state,
        decided_at=None if state == "waiting" else now(),
    )


async def _answer_again(stamp: QuoteStamp, record: Record, sender: Actor) -> None:
    """What was answered before is answered again; who waits goes on waiting."""
    if stamp.state == "approved":
        await _accept(stamp, record, sender)
    elif stamp.state != "waiting":
        await _refuse(record.author, sender, stamp.request_uri, record.uri, stamp.uri)


async def _accept(stamp: QuoteStamp, record: Record, sender: Actor) -> None:
    author = record.author
    accept = Accept(
        id=new_activity_uri(author),
        actor=author.uri,
        object=_asked(sender, stamp.request_uri, record.uri, stamp.uri),
        result=stamp_uri(stamp, author),
        to=(sender.uri,),
    )
    await publish(author, accept, to=[sender])


async def _refuse(speaker: Actor, sender: Actor, request_uri: str, target: str, instrument: str) -> None:
    reject = Reject(
        id=new_activity_uri(speaker),
        actor=speaker.uri,
        object=_asked(sender, request_uri, target, instrument),
        to=(sender.uri,),
    )
    await publish(speaker, reject, to=[sender])


async def _refuse_for_others(sender: Actor, asked: QuoteRequest[Ref]) -> None:
    """What is no record is quoted by nobody: whoever said it says no, or the instance where that is nobody.

    Raises Unsupported for what is not even ours.
    """
    uri = asked.object.id
    ours = Actor.filter(is_local=True, state="active")
    author = await ours.filter(comments__uri=uri).first() or await ours.filter(challenge__prompt_uri=uri).first()
    if author is None:
        author = await own_actor()
        if origin_of(author.uri) != origin_of(uri):
            raise Unsupported("that is nothing of ours")
    await _refuse(author, sender, asked.id, uri, asked.instrument)


def _asked(sender: Actor, request_uri: str, target: str, instrument: str) -> QuoteRequest[Any]:
    return QuoteRequest(id=request_uri, actor=sender.uri, object=Ref(target), instrument=instrument)


async def _is_crowded(record: Record) -> bool:
    waiting = QuoteStamp.filter(record_id=record.id, state="waiting")
    return bool(await waiting.offset(MAX_WAITING - 1).limit(1).values("id"))


def _refuse_others(author: Actor, stamp: QuoteStamp) -> None:
    if stamp.record.author_id != author.id:
        raise Forbidden(_("Only its author decides who quotes a record."))
