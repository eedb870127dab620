"""When something arrives: whom it concerns, and asking for what came by name only."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.arriving import arrived_at, arriving
from fedirec.activitypub.deletions import was_deleted
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Doc, Json
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.db.tables import marks
from fedirec.errors import Conflict, FedirecError, Forbidden, Gone, Invalid, TooMany
from fedirec.html import plain
from fedirec.lanes import Done, Job, Later, Outcome, Work, enqueue, gathering
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.records import tell_those_in_it
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.sources import fetch_record, find_record
from fedirec.remix.actions.submissions import grant_licence, save_submission
from fedirec.remix.actions.submissions.answering import refuse_offer, take_changed
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Challenge, Record, RecordRevision, Submission
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.remix.vocab import NoteObject, PostObject, RecordObject, TermsRef
from fedirec.remix.vocab.records import read_terms
from fedirec.uris import origin_of

MAX_TOLD: Final = 500
"""Members who are told that something they built on was changed."""


async def fetch_announced(remote: Remote, job: Job) -> Outcome:
    """A record of which only the id came is known, and part of the challenge that it was offered to or accepted by."""
    payload: dict[str, Any] = dict(job.payload)
    if payload.get("changed"):
        return await _fetch_newer(remote, str(payload["uri"]))
    is_known = await Record.exists(uri=payload["uri"])
    author = await Actor.get_or_none(id=payload["author"]) if payload.get("author") else None
    try:
        waits = author is not None and await has_to_wait(author)
        record = await find_record(remote, payload["uri"], waits=waits)
    except Invalid:
        await ask_for_comment(payload["uri"])  # perhaps it is said about a record
        return Done()
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    if payload.get("created") and not is_known and record.held_at is None and author and record.author_id == author.id:
        async with transaction(), gathering():
            await tell_those_in_it(author, record)
    challenge = await Challenge.get_or_none(id=payload["challenge"]) if payload.get("challenge") else None
    if challenge is None or (payload.get("author") and payload["author"] != record.author_id):
        return Done()
    if record.visibility != "public" and record.held_at is None:
        return Done()
    terms = await _terms_named_by(record) if payload.get("created") else None
    async with transaction():
        with arriving(datetime.fromisoformat(payload["received"]) if payload.get("received") else now()):
            await _offer_or_accept(challenge, record, payload, terms)
    return Done()


async def _offer_or_accept(
    challenge: Challenge, record: Record, payload: dict[str, Any], terms: TermsRef | None
) -> None:
    """What came is offered to the challenge, or part of it because its Group says so; part of a transaction."""
    if not payload.get("accepted"):
        how = {"terms_version": terms.version, "terms_digest": terms.digest} if terms else {}
        await offer_to(challenge, record, via="remote", activity_uri=payload.get("activity"), **how)
    elif not record.author.is_local:
        await accept_into(challenge, record)


async def _terms_named_by(record: Record) -> TermsRef | None:
    """The terms under which its author made `record`, as it says itself."""
    version = await RecordRevision.get(record_id=record.id, number=record.revision)
    try:
        return read_terms(Doc(version.document))
    except Invalid:
        return None


async def _fetch_newer(remote: Remote, uri: str) -> Outcome:
    """A record that we have is here as its origin serves it now, if that is newer."""
    try:
        work, document, author = await fetch_record(remote, uri)
        async with transaction(), gathering():
            await take_newer(author, work, document)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def take_newer(
    author: Actor,
    work: RecordObject | PostObject,
    document: Json,
    envelope: Json | None = None,
    *,
    activity_uri: str | None = None,
) -> Record:
    """What `author` changed, by the activity at `activity_uri` or as its origin serves it, is here as it is now, and
    whoever here built on it knows; part of the caller's transaction.

    What is not known here yet is from now on. Raises what `save_record` raises.
    """
    known = await Record.get_or_none(uri=work.id)
    before = known.digest if known else None
    revision = known.revision if known else 0
    waits = known is None and await has_to_wait(author)
    record = await save_record(author, work, document=document, envelope=envelope, waits=waits)
    if find_licence(record.licence).is_known:
        words = plain(record.content) if record.is_post else ""
        named = record.licence_url or record.licence
        await grant_licence(author, record, named, activity_uri=activity_uri, words=words)
    if known and record.revision > revision:
        await take_changed(record, activity_uri=activity_uri)
    # A stamp that came, or went, changes nothing of the work itself.
    if known and record.revision > revision and (record.digest is None or record.digest != before):
        authors = await Actor.filter(records__sources__uri=record.uri, is_local=True).distinct().limit(MAX_TOLD)
        await notify_actors(authors, Notice.SOURCE_CHANGED, author, record.uri, record.uri, {"title": record.title})
    return record


async def ask_for(
    uri: str,
    *,
    challenge: Challenge | None = None,
    author: Actor | None = None,
    accepted: bool = False,
    created: bool = False,
    changed: bool = False,
    activity_uri: str | None = None,
) -> None:
    """What lives at `uri` will be asked for: because it was `created`, `changed`, passed on or `accepted`."""
    payload = {
        "uri": uri,
        "challenge": challenge.id if challenge else None,
        "author": author.id if author else None,
        "accepted": accepted,
        "created": created,
        "changed": changed,
        "activity": activity_uri,
        "received": arrived_at().isoformat(),
    }
    await enqueue([Work(kind="announced", lane=f"announced:{origin_of(uri)}", payload=payload)])


async def refuse_deleted(author: Actor, uri: str) -> None:
    """Raise Gone when `author` deleted what lives at `uri` before it came: who has to try again is overtaken."""
    if await was_deleted(author, uri):
        raise Gone("that was deleted by its author before it came")


async def ask_for_comment(uri: str) -> None:
    key = f"comment:{hashlib.sha256(uri.encode()).hexdigest()}"
    await enqueue([Work(kind="comment", lane=f"comment:{origin_of(uri)}", payload={"uri": uri}, dedupe_key=key)])


async def ask_for_challenge(uri: str) -> None:
    await enqueue([Work(kind="challenge", lane=f"challenge:{origin_of(uri)}", payload={"uri": uri})])


async def challenge_of(work: NoteObject, *, author: Actor) -> Challenge | None:
    """The challenge of ours that `work` answers: named by it, replied to, or addressed.

    None where `author` is not welcome with its leader.
    """
    named = getattr(work, "challenge", None)
    addressed = {*work.to, *work.cc, *(mention.href for mention in work.mentions)}
    if named:
        addressed.add(named)
    places = list(addressed)[:100]
    # Asked by hand first, for most of what arrives answers none.
    found = await fetch_rows(
        f"""
        SELECT c.id, 0 AS place FROM challenge AS c JOIN actor AS a ON a.id = c.actor_id
         WHERE c.prompt_uri = ? AND a.is_local
         UNION ALL
        SELECT c.id, 0 AS place FROM news AS n
          JOIN actor AS a ON a.id = n.group_id JOIN challenge AS c ON c.actor_id = a.id
         WHERE n.uri = ? AND n.deleted_at IS NULL AND a.is_local
         UNION ALL
        SELECT c.id, 1 AS place FROM actor AS a JOIN challenge AS c ON c.actor_id = a.id
         WHERE a.uri IN ({marks(places) or "NULL"}) AND a.is_local
         ORDER BY place LIMIT 1
        """,  # noqa: S608  (only placeholders)
        work.in_reply_to or "",
        work.in_reply_to or "",
        *places,
    )
    if not found:
        return None
    challenge = await Challenge.get(id=found[0]["id"]).select_related("actor", "leader")
    leaders = [leader.id for leader in await leaders_of_group(challenge.actor)]
    is_refused = await is_unwelcome(author, with_any=leaders)
    return None if is_refused else challenge


async def concerns_us(sender: Actor, work: NoteObject) -> bool:
    """Whether anybody here follows the author, is addressed or credited, or has a record that this is made from."""
    sources = [source.id for source in work.sources] if isinstance(work, RecordObject) else []
    if sources and await Record.exists(uri__in=sources):
        return True
    people = [*work.to, *work.cc, *(mention.href for mention in work.mentions)]
    if isinstance(work, RecordObject):
        people += [part.person for part in work.contributors]
    return await concerns(sender, people)


async def offer_to(challenge: Challenge, record: Record, *, via: str, **how: Any) -> Submission | None:
    """`record` is offered to `challenge`; or the record is kept, the challenge goes on without it, and its author is
    told why, unless they are not welcome.
    """
    try:
        async with transaction():
            return await save_submission(challenge, record, via=via, **how)
    except (Conflict, TooMany) as error:
        await refuse_offer(challenge, record, error)
    except Forbidden:
        pass
    return None


async def accept_into(challenge: Challenge, record: Record) -> None:
    submission, _ = await Submission.get_or_create(
        challenge_id=challenge.id, record_id=record.id, defaults={"via": "remote"}
    )
    submission.state, submission.decided_at, submission.reason = "accepted", now(), ""
    await submission.save()


async def concerns(sender: Actor, people: Sequence[str]) -> bool:
    """Whether anybody here follows `sender`, or is one of `people`."""
    if await is_followed_here(sender):
        return True
    return bool(people) and await Actor.exists(uri__in=list(people[:200]), is_local=True)
