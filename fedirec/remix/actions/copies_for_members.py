"""What belongs to a member, as plain JSON: each row as an entry of the copy that they take along."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

from tortoise.models import Model
from tortoise.queryset import QuerySet

from fedirec.accounts.models import Account, Notification, Session, Token
from fedirec.activitypub.models import Actor, Liking
from fedirec.media.models import Media
from fedirec.remix.models import (
    Bookmark,
    Challenge,
    Comment,
    Contributor,
    Draft,
    Pen,
    Record,
    RecordRevision,
    RemixRequest,
    Source,
    Submission,
    Suggestion,
)

TOGETHER: Final = 200
"""Rows that are read at once."""

R = TypeVar("R", bound=Model)


async def pages_of(rows: QuerySet[R]) -> AsyncIterator[Sequence[R]]:
    """All of `rows`, some at a time, in the order in which they were made."""
    last = 0
    while found := await rows.filter(id__gt=last).order_by("id").limit(TOGETHER):
        yield found
        last = int(found[-1].pk)


async def each_of(rows: QuerySet[R], show: Callable[[R], object]) -> AsyncIterator[object]:
    """Each of `rows` as `show` shows it, in the order in which they were made."""
    async for found in pages_of(rows):
        for row in found:
            yield show(row)


async def record_entries(actor: Actor) -> AsyncIterator[object]:
    """Their records, with everything that is part of one, all versions, and what they were offered to."""
    async for found in pages_of(Record.filter(author_id=actor.id, deleted_at=None)):
        keys = [record.id for record in found]
        whole = await Record.filter(id__in=keys).prefetch_related(
            "tags", "contributors", "sources", "attachments__media"
        )
        versions: dict[int, list[object]] = {}
        for revision in await RecordRevision.filter(record_id__in=keys).order_by("number"):
            versions.setdefault(revision.record_id, []).append(
                {"number": revision.number, "at": revision.created_at, "document": revision.document}
            )
        offers: dict[int, list[object]] = {}
        offered = Submission.filter(record_id__in=keys).select_related("challenge__actor")
        for submission in await offered:
            offers.setdefault(submission.record_id, []).append(
                {
                    "challenge": submission.challenge.actor.uri,
                    "title": submission.challenge.title,
                    "state": submission.state,
                    "terms_version": submission.terms_version,
                    "terms_digest": submission.terms_digest,
                    "at": submission.created_at,
                }
            )
        for record in sorted(whole, key=lambda each: each.id):
            yield {
                "uri": record.uri,
                "title": record.title,
                "kind": record.kind,
                "text": record.text,
                "html": record.content,
                "warning": record.warning,
                "language": record.language,
                "licence": record.licence,
                "visibility": record.visibility,
                "remixing": record.remixing,
                "ai_preference": record.ai_preference,
                "feedback_wanted": record.feedback_wanted,
                "published_at": record.published_at,
                "updated_at": record.updated_at,
                "digest": record.digest,
                "tags": [tag.name for tag in record.tags],
                "contributors": [{"person": part.actor_uri, "role": part.role} for part in record.contributors],
                "sources": [
                    {
                        "uri": source.uri,
                        "relation": source.relation,
                        "thanks": source.thanks,
                        "withdrawn_at": source.withdrawn_at,
                    }
                    for source in record.sources
                ],
                "files": [
                    {
                        "file": entry_name(each.media) if each.media else None,
                        "url": each.url,
                        "kind": each.kind,
                        "description": each.description,
                    }
                    for each in sorted(record.attachments, key=lambda each: each.position)
                ],
                "submissions": offers.get(record.id, []),
                "versions": versions.get(record.id, []),
            }


async def credit_entries(actor: Actor) -> AsyncIterator[object]:
    """Where others say that they had a part."""
    named = Contributor.filter(actor_uri=actor.uri).exclude(record__author_id=actor.id)
    async for found in pages_of(named.select_related("record__author")):
        for part in found:
            yield {
                "record": part.record.uri,
                "title": part.record.title,
                "author": part.record.author.uri,
                "role": part.role,
            }


async def built_on_entries(actor: Actor) -> AsyncIterator[object]:
    """What others made from what is theirs, as far as they showed it to everybody."""
    made = Source.filter(
        parent__author_id=actor.id,
        withdrawn_at=None,
        record__visibility="public",
        record__deleted_at=None,
        record__author__state__in=("active", "deleted"),
    ).exclude(record__author_id=actor.id)
    async for found in pages_of(made.select_related("record__author")):
        for step in found:
            yield {
                "source": step.uri,
                "record": step.record.uri,
                "title": step.record.title,
                "author": step.record.author.uri,
                "relation": step.relation,
                "at": step.created_at,
            }


async def recommendation_entries(actor: Actor) -> AsyncIterator[object]:
    """Who told them that they like a record of theirs."""
    async for found in pages_of(Record.filter(author_id=actor.id, deleted_at=None)):
        uris = [record.uri for record in found]
        for liking in await Liking.filter(object_uri__in=uris).select_related("actor").order_by("id"):
            yield {"record": liking.object_uri, "by": show_person(liking.actor), "at": liking.created_at}


def show_account(account: Account, actor: Actor) -> dict[str, object]:
    return {
        "handle": f"@{actor.handle}@{actor.host}",
        "uri": actor.uri,
        "name": actor.name,
        "about": account.about,
        "email": account.email,
        "role": account.role,
        "answer": account.answer,
        "language": account.locale,
        "timezone": account.timezone,
        "licence": account.licence,
        "visibility": account.visibility,
        "remixing": account.remixing,
        "ai_preference": account.ai_preference,
        "unwanted_notices": account.unwanted or [],
        "mail_to": account.mail_to,
        "mailed_notices": account.mailed or [],
        "weekly_mail": account.weekly_mail,
        "also_known_as": actor.also_known_as,
        "moved_to": actor.moved_to,
        "approves_followers": actor.approves_followers,
        "since": account.created_at,
    }


def show_comment(row: Comment) -> dict[str, object]:
    return {
        "uri": row.uri,
        "answers": row.in_reply_to,
        "text": row.text,
        "html": row.content,
        "at_ms": row.at_ms,
        "region": row.region,
        "warning": row.warning,
        "visibility": row.visibility,
        "published_at": row.published_at,
        "updated_at": row.updated_at,
    }


def show_challenge(row: Challenge) -> dict[str, object]:
    return {
        "prompt": row.prompt_uri,
        "title": row.title,
        "text": row.text,
        "kinds": row.kinds,
        "deadline_at": row.deadline_at,
        "state": row.state,
        "opened_at": row.opened_at,
        "closed_at": row.closed_at,
    }


def show_liking(row: Liking) -> dict[str, object]:
    return {"uri": row.object_uri, "at": row.created_at}


def show_bookmark(row: Bookmark) -> dict[str, object]:
    return {"uri": row.record.uri, "title": row.record.title, "at": row.created_at}


def show_consent(row: RemixRequest) -> dict[str, object]:
    return {
        "source": row.source_uri,
        "remix": row.remix_uri,
        "asker": show_person(row.asker),
        "owner": show_person(row.owner),
        "state": row.state,
        "is_automatic": row.is_automatic,
        "words": row.words,
        "answer": row.answer,
        "stamp": row.stamp,
        "asked_at": row.asked_at,
        "decided_at": row.decided_at,
    }


def show_suggestion(row: Suggestion) -> dict[str, object]:
    return {
        "record": row.record_uri,
        "variation": row.variation_uri,
        "proposer": show_person(row.proposer),
        "owner": show_person(row.owner),
        "state": row.state,
        "words": row.words,
        "answer": row.answer,
        "offered_at": row.offered_at,
        "decided_at": row.decided_at,
    }


def show_pen(row: Pen) -> dict[str, object]:
    return {
        "record": row.record_uri,
        "owner": show_person(row.owner),
        "holder": show_person(row.holder),
        "state": row.state,
        "words": row.words,
        "offered_at": row.offered_at,
        "decided_at": row.decided_at,
    }


def show_draft(row: Draft) -> dict[str, object]:
    return {"title": row.title, "fields": row.content, "saved_at": row.saved_at}


def show_notification(row: Notification) -> dict[str, object]:
    return {
        "kind": row.kind,
        "from": show_person(row.actor) if row.actor else None,
        "about": row.subject_uri,
        "details": row.details,
        "at": row.created_at,
        "read_at": row.read_at,
    }


def show_session(row: Session) -> dict[str, object]:
    return {"browser": row.browser, "since": row.created_at, "used_at": row.used_at}


def show_token(row: Token) -> dict[str, object]:
    return {"name": row.name, "scopes": row.scopes.split(), "since": row.created_at, "used_at": row.used_at}


def show_person(actor: Actor) -> dict[str, object]:
    return {"uri": actor.uri, "handle": f"@{actor.handle}@{actor.host}", "name": actor.name}


def entry_name(media: Media) -> str:
    """What a file is called in the copy: nothing that could leave the folder it is put into."""
    return f"media/{media.key}{Path(media.path).suffix}"
