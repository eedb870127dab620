"""What posts of others quote, and whether the authors of that agreed: believed from their own origin alone (FEP-044f).

Until it is proved, a quote is only a claim, and shown as a link. A proof that fails is forgotten and not held against
what another stamp may prove (CVE-2026-33869).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.authority import may_be_by, may_delete, may_stamp
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc, Stamp
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Gone, NotFound
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue
from fedirec.remix.actions.owners import is_still_there
from fedirec.remix.models import Comment, Quotation, QuoteStamp, Record
from fedirec.remix.vocab import NoteObject
from fedirec.remix.vocab.text import find_id
from fedirec.uris import origin_of, same_origin

GOOD_FOR: Final = timedelta(days=1)
"""How long a stamp is believed before it is looked at again, when somebody sees the quote."""


async def save_quotation(work: NoteObject) -> list[Work]:
    """What `work` quotes now is what it says; the answer is the work of finding out whether it may.

    Part of the caller's transaction.
    """
    known = await Quotation.get_or_none(uri=work.id)
    if work.quote is None:
        if known:
            await known.delete()
        return []
    if known is None:
        await Quotation.create(uri=work.id, target_uri=work.quote, stamp_uri=work.quote_authorization)
    elif (known.target_uri, known.stamp_uri) == (work.quote, work.quote_authorization):
        return []
    else:
        known.target_uri, known.stamp_uri = work.quote, work.quote_authorization
        known.state, known.owner_uri, known.checked_at = "claimed", None, None
        await known.save()
    # Without a stamp nobody but the author themself may quote it.
    return [_checking(work.id)] if work.quote_authorization or same_origin(work.quote, work.id) else []


async def look_again(quotations: Collection[Quotation]) -> None:
    """Those of `quotations` that were allowed long ago are looked at again."""
    day_ago = now() - GOOD_FOR
    old = [row for row in quotations if row.state == "approved" and row.checked_at and row.checked_at < day_ago]
    if old:
        async with transaction():
            await enqueue([_checking(row.uri) for row in old])


async def stamp_deleted(sender: Actor, uri: str) -> bool:
    """Whether the stamp at `uri` is one of the sender's that allowed a quote known here; it does not any more."""
    allowed = Quotation.filter(stamp_uri=uri, state="approved", owner_uri__not_isnull=True)
    rows = [row for row in await allowed.limit(100) if may_delete(author=row.owner_uri or "", speaker=sender.uri)]
    if rows:
        await Quotation.filter(id__in=[row.id for row in rows]).update(state="revoked")
    return bool(rows)


async def check_quotation(remote: Remote, job: Job) -> Outcome:
    """Whether the author of what is quoted agrees is known, as far as their own origin says."""
    row = await Quotation.get_or_none(uri=str(job.payload["uri"]))
    if row is None:
        return Done()
    owner: str | None = None
    try:
        owner = await _author_of(remote, row.target_uri)
        is_allowed = owner == await _known_author_of(row.uri) or await _is_stamped(remote, row, owner)
    except (NotFound, Gone):
        is_allowed = False
    except FedirecError as error:
        if error.retryable:
            return Later(error=str(error), blame="job")
        is_allowed = False
    is_news = is_allowed != (row.state == "approved")
    if is_news and not await _is_theirs_to_say(remote, row, owner or row.owner_uri):
        await Quotation.filter(id=row.id).update(checked_at=now())
        return Done()
    async with transaction():
        fresh = await Quotation.filter(id=row.id).select_for_update().first()
        if fresh is None or (fresh.target_uri, fresh.stamp_uri) != (row.target_uri, row.stamp_uri):
            return Done()
        if is_allowed:
            fresh.state, fresh.owner_uri = "approved", owner
        elif fresh.state == "approved":
            fresh.state = "revoked"
        fresh.checked_at = now()
        await fresh.save()
    return Done()


async def _is_theirs_to_say(remote: Remote, row: Quotation, owner: str | None) -> bool:
    """Whether what became of a quote is the owner's word, and not that of whoever has their domain by now."""
    known = await Actor.get_or_none(uri=owner or "")
    if known is None or known.is_local:
        return True
    if row.state == "approved":  # nothing may stand there because nothing of theirs does any more
        return await is_still_there(remote, known)
    return await key_changed_at(known.id) is None


async def _is_stamped(remote: Remote, row: Quotation, owner: str) -> bool:
    """Whether the stamp that is named is the owner's consent to this quote."""
    if row.stamp_uri is None:
        return False
    if remote.site.is_ours(row.stamp_uri):
        key = row.stamp_uri.removeprefix(remote.site.uris.stamp(""))
        return await QuoteStamp.exists(
            key=key, uri=row.uri, state="approved", record__uri=row.target_uri, record__deleted_at=None
        )
    if not may_stamp(row.stamp_uri, stamped_by=owner, owner=owner):
        return False
    stamp, _document = await remote.read(row.stamp_uri)
    return (
        isinstance(stamp, Stamp)
        and stamp.type == "QuoteAuthorization"
        and stamp.id == row.stamp_uri
        and may_stamp(stamp.id, stamped_by=stamp.attributed_to, owner=owner)
        and (stamp.interacting, stamp.target) == (row.uri, row.target_uri)
    )


async def _author_of(remote: Remote, uri: str) -> str:
    """Who wrote what lives at `uri`, by what is known here or else by its origin. Raises what `Remote.fetch` raises."""
    if known := await _known_author_of(uri):
        return known
    document = await remote.fetch(uri)
    author = find_id(Doc(document), "attributedTo")
    if author is None or not may_be_by(str(document["id"]), author=author):
        raise NotFound("nobody is known to have written that")
    return author


async def _known_author_of(uri: str) -> str | None:
    for found in (Record.filter(uri=uri), Comment.filter(uri=uri)):
        if rows := await found.limit(1).values_list("author__uri", flat=True):
            return str(rows[0])
    return None


def _checking(uri: str) -> Work:
    return Work(
        kind="quote",
        lane=f"quote:{origin_of(uri)}",
        payload={"uri": uri},
        dedupe_key=f"quote:{hashlib.sha256(uri.encode()).hexdigest()}",
    )
