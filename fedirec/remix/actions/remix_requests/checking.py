"""Looking at what others say: the remix that is asked about, and the stamp that is said to allow it.

Both are believed from their own origin alone. A stamp that does not hold is forgotten, and not held against what
another one may prove.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.actors.vouching import key_changed_at, refuse_key
from fedirec.activitypub.authority import may_stamp
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Json, Stamp
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Gone, Invalid, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, gathering
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.owners import is_still_there
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
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.sources import fetch_record, find_record
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, RecordRevision, RemixRequest, Source
from fedirec.remix.questions import Event, after, before
from fedirec.remix.stamps import refuse_false_stamp, refuse_unproved
from fedirec.remix.visibility import ASKING
from fedirec.remix.vocab import RemixStamp

MISSED_FOR: Final = timedelta(days=3)
"""How long there has to be nothing at the address of a stamp before that means that it was taken back."""


async def look_at_remix(remote: Remote, job: Job) -> Outcome:
    """The remix that somebody elsewhere asks about is here, and its source's author is asked or has agreed.

    What is no remix of theirs, or of that, is not asked about.
    """
    asked = RemixRequest.filter(id=int(str(job.payload["request"])), state__in=before(Event.CHANGED))
    request = await asked.select_related("asker").first()
    if request is None:
        return Done()
    if request.state != "held":
        return await _look_again(remote, request)
    try:
        remix = await find_record(remote, request.remix_uri, waits=await has_to_wait(request.asker))
    except FedirecError as error:
        if error.retryable:
            return Later(error=str(error), blame="job")
        await RemixRequest.filter(id=request.id, state="held").delete()
        return Done()
    async with transaction(), gathering():
        fresh = await RemixRequest.filter(id=request.id, state="held").select_for_update().first()
        if fresh is None or remix.held_at is not None:
            return Done()
        source = await Record.filter(uri=fresh.source_uri, deleted_at=None).select_related("author").first()
        is_of_it = await Source.exists(record_id=remix.id, uri=fresh.source_uri, withdrawn_at=None)
        if (
            source is None
            or not is_of_it
            or remix.author_id != fresh.asker_id
            or not remix.digest_holds
            or not is_shown(remix)
        ):
            await fresh.delete()
            return Done()
        if await is_crowded(source.uri, request.asker):
            await say_refused(source.author, request.asker, fresh.uri or "")
            await fresh.delete()
            return Done()
        await decide(fresh, source, request.asker, await version_of(remix, owner=source.author))
    return Done()


async def _look_again(remote: Remote, request: RemixRequest) -> Outcome:
    """What still waits at its home is here as it is now; what was agreed to is agreed to as long as it is the same."""
    try:
        work, document, author = await fetch_record(remote, request.remix_uri)
        async with transaction(), gathering():
            remix = await save_record(author, work, document=document)
            fresh = await RemixRequest.filter(id=request.id, state=request.state).select_for_update().first()
            source = await Record.filter(uri=request.source_uri, deleted_at=None).select_related("author").first()
            is_of_it = await Source.exists(record_id=remix.id, uri=request.source_uri, withdrawn_at=None)
            if fresh is None or source is None or not is_of_it or remix.author_id != fresh.asker_id:
                return Done()
            if fresh.state == "approved" and fresh.remix_digest == remix.digest:
                await say_accepted(fresh, source.author, request.asker)
                return Done()
            if fresh.state == "approved":
                subject = Notification.filter(kind=Notice.ASKED_TO_REMIX, subject_uri=remix.uri)
                await subject.filter(account__actor_id=source.author_id).delete()
            fresh.state, fresh.is_automatic = after(fresh.state, Event.CHANGED), False
            fresh.key = fresh.stamp_uri = fresh.stamp = fresh.remix_digest = fresh.source_digest = None
            version = await version_of(remix, owner=source.author)
            fresh.licence, fresh.roles = version.licence.id, list(version.roles)
            await fresh.save()
            await decide(fresh, source, request.asker, version)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def check_stamp(remote: Remote, job: Job) -> Outcome:
    """Whether what stands at an address is consent to a remix that is known here, is known here too."""
    address, remix_uri = str(job.payload["stamp"]), str(job.payload["remix"])
    remix = await Record.filter(uri=remix_uri, deleted_at=None).select_related("author").first()
    if remix is None or remote.site.is_ours(address):
        return Done()
    try:
        if isinstance(found := await read_stamp(remote, address), Stamp):
            return await _keep_quote(found, address, remix)
        stamp, document = found
        source = await _source_of(remote, remix, stamp)
        versions = await _digests_of(remix) if remix.author.is_local else None
        refuse_false_stamp(
            stamp,
            address=address,
            owner=source.author.uri,
            remix=remix.uri,
            sources=[source.uri],
            versions=versions,
        )
    except (NotFound, Gone) as error:
        return await _missed(remote, address, remix, error)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    async with transaction(), gathering():
        await _keep(stamp, document, remix, source)
    return Done()


async def read_stamp(remote: Remote, address: str) -> tuple[RemixStamp, Json] | Stamp:
    """The stamp at `address` and the document as it was sent, proved by a key of whoever it is attributed to; or the
    approval of a quote (FEP-044f).

    Raises Invalid for what is neither or is not proved, Forbidden for what a key proved that nobody vouches for, and
    what `Remote.fetch` raises.
    """
    found, sent = await remote.read_as_sent(address)
    if isinstance(found, Stamp):
        return found
    if not isinstance(found, RemixStamp):
        raise Invalid("that is no stamp")
    proof = refuse_unproved(sent)
    key = await remote.find_key(proof.verification_method, actor_uri=found.attributed_to)
    if not key.is_vouched:
        await refuse_key(key.actor.id, key_id=key.key_id, fingerprint=key.public.fingerprint)
    return found, sent


async def _source_of(remote: Remote, remix: Record, stamp: RemixStamp) -> Record:
    """The source of `remix` that `stamp` names, deleted or not, with its author. Raises Invalid when it is none."""
    if not await Source.exists(record_id=remix.id, uri=stamp.target, withdrawn_at=None):
        raise Invalid("that stamp is for another source")
    known = await Record.filter(uri=stamp.target).select_related("author").first()
    return known or await find_record(remote, stamp.target, budget=0)


async def _digests_of(remix: Record) -> set[str]:
    """The digests that `remix` had; while it waits, nobody has to agree to anything but what it is now."""
    if remix.visibility == ASKING:
        return {remix.digest or ""}
    found = await RecordRevision.filter(record_id=remix.id, digest__not_isnull=True).values_list("digest", flat=True)
    return {str(digest) for digest in found}


async def _keep(stamp: RemixStamp, document: Json, remix: Record, source: Record) -> None:
    """The consent that `stamp` is, proved by `document`, is known here. Part of the caller's transaction."""
    about = {"source_uri": source.uri, "remix_uri": remix.uri, "asker_id": remix.author_id}
    row = await RemixRequest.filter(**about).select_for_update().first()
    at = min(stamp.published, now())  # their clock may be ahead of ours
    state = row.state if row else None
    row = row or RemixRequest(**about, owner_id=source.author_id, asked_at=at)
    row.checked_at, row.missed_at = now(), None
    if row.stamp_uri == stamp.id and state in ("approved", "revoked"):
        await row.save(update_fields=["checked_at", "missed_at"])
        return
    if state == "approved" and row.remix_digest == remix.digest != stamp.interacting_digest:
        return  # what was agreed to is what is there now; this is about another version
    row.owner_id = source.author_id
    row.state, row.is_automatic, row.stamp_uri = after(state, Event.AGREED), stamp.is_automatic, stamp.id
    row.stamp = document
    row.remix_digest, row.source_digest = stamp.interacting_digest, stamp.target_digest
    row.licence = find_licence(stamp.licence).id if stamp.licence else remix.licence
    row.roles = list(stamp.roles)
    row.decided_at, row.expires_at = at, None
    await row.save()
    if remix.author.is_local and not stamp.is_automatic:
        await tell_asker(row, remix.author, source.author, Notice.REMIX_AGREED, source.title)
    await settled(remix.uri)


async def _keep_quote(stamp: Stamp, address: str, remix: Record) -> Outcome:
    """That an author elsewhere approved a quote is known, if it is what was asked; it is no licence."""
    asked = RemixRequest.filter(remix_uri=remix.uri, source_uri=stamp.target, quote_request_uri__not_isnull=True)
    row = await asked.select_related("owner").first()
    if (
        row is None
        or stamp.type != "QuoteAuthorization"
        or stamp.id != address
        or not may_stamp(address, stamped_by=stamp.attributed_to, owner=row.owner.uri)
        or stamp.interacting != remix.uri
        or await key_changed_at(row.owner_id) is not None
    ):
        return Done()
    async with transaction(), gathering():
        fresh = RemixRequest.filter(id=row.id)
        await fresh.update(quote_stamp_uri=stamp.id, checked_at=now(), decided_at=row.decided_at or now())
        await settled(remix.uri)
    return Done()


async def _missed(remote: Remote, address: str, remix: Record, error: FedirecError) -> Outcome:
    """There is nothing at the address of a stamp: its author took it back if it says that it is gone, or has said for
    MISSED_FOR that there is none, while they are still there to do so, with a key that is vouched for.

    A server that has a bad day, an instance that lost everything, or a domain that somebody else has now takes nothing
    back; until then it is out of reach.
    """
    known = RemixRequest.filter(stamp_uri=address, remix_uri=remix.uri, state="approved", asker_id=remix.author_id)
    row = await known.select_related("owner", "asker").first()
    if row is None:
        return Done()
    is_gone = isinstance(error, Gone)
    if not is_gone and row.missed_at is None:
        await RemixRequest.filter(id=row.id, stamp_uri=address).update(missed_at=now(), checked_at=now())
        return Done()
    if not is_gone and (row.missed_at or now()) > now() - MISSED_FOR:
        return Done()
    if not await is_still_there(remote, row.owner):
        missed = RemixRequest.filter(id=row.id, stamp_uri=address, missed_at=None)
        await missed.update(missed_at=now(), checked_at=now())
        return Done()
    async with transaction(), gathering():
        held = RemixRequest.filter(id=row.id, stamp_uri=address, state__in=before(Event.TOOK_BACK))
        if not await held.update(state=after(row.state, Event.TOOK_BACK), decided_at=now()):
            return Done()
        titles = await Record.filter(uri=row.source_uri).values_list("title", flat=True)
        title = str(titles[0]) if titles else row.source_uri
        await tell_asker(row, row.asker, row.owner, Notice.REMIX_REVOKED, title)
        await settled(remix.uri)
    return Done()
