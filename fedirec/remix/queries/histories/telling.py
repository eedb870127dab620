"""A history is told, as far as whoever reads it may know."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import is_for_everybody
from fedirec.remix.claims import ClaimState
from fedirec.remix.models import Record, RemixRequest, Source, Suggestion
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.queries.histories.events import EVENTS, Event, EventKind
from fedirec.remix.queries.histories.finding import places_after
from fedirec.remix.queries.histories.rows import OF_REMIXES, OF_REQUESTS, OF_SOURCES, Rows, rows_of
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor


async def history_of(
    record: Record, *, viewer: Actor | None, after: Cursor | None = None, limit: int = EVENTS
) -> tuple[list[Event], bool]:
    """The next `limit` events around `record` after that place, oldest first, and whether there are more.

    Whoever asks may see the record. A version for followers, which everybody sees only in its later form, is told to
    its author and nobody else.
    """
    found = await places_after(record, after, limit + 1)
    rows = await rows_of(found[:limit])
    told = [event for kind, key, at in found[:limit] if (event := _told(record, kind, key, at, rows)) is not None]
    unnamed = await stand_ins_of([event.uri for event in told if event.uri != record.uri], remix=record.uri)
    told = [_without_name(event) if event.uri in unnamed else event for event in told]
    is_author = viewer is not None and viewer.id == record.author_id
    shown = [event for event in told if is_author or _is_open(event, record, rows)]
    return shown, len(found) > limit


def _without_name(event: Event) -> Event:
    """The same, where the author of the other record does not want to be named for it."""
    if event.kind is EventKind.REMIX_AGREED:
        return event
    if event.kind in (EventKind.THANKED, EventKind.SUGGESTION_ADOPTED):
        return replace(event, whom=None)
    return replace(event, who=None, who_uri="", who_name=_(NOT_NAMED))


def _told(record: Record, kind: EventKind, key: int, at: datetime, rows: Rows) -> Event | None:
    """The event as far as it can be told."""
    if kind in OF_SOURCES | OF_REMIXES:
        return _step_told(kind, rows.sources[key], at) if key in rows.sources else None
    if kind in OF_REQUESTS:
        return _agreement_told(kind, rows.requests[key], at, rows) if key in rows.requests else None
    if kind is EventKind.VERSION:
        version = rows.versions.get(key)
        if version is None:
            return None
        editor = rows.actors.get(version.editor_uri) if version.editor_uri else record.author
        is_named = version.editor_uri not in rows.unnamed
        return Event(
            kind=kind,
            id=key,
            at=at,
            who=editor if is_named else None,
            who_uri=(version.editor_uri or record.author.uri) if is_named else "",
            title=str(version.document.get("name") or record.title),
            uri=record.uri,
            number=version.number,
            is_claimed=bool(version.editor_uri) and not record.author.is_local and key not in rows.proved,
        )
    if kind is EventKind.SUGGESTION_ADOPTED:
        return _adoption_told(rows.suggestions[key], at, rows) if key in rows.suggestions else None
    claim = rows.claims.get(key)
    if claim is None:
        return None
    return Event(
        kind=kind,
        id=key,
        at=at,
        who=claim.decided_by,
        uri=claim.source_uri or record.uri,
        title=record.title,
        words=claim.reason,
        claim_kind=claim.kind,
        outcome="settled" if claim.state == ClaimState.SETTLED else claim.outcome,
    )


def _step_told(kind: EventKind, step: Source, at: datetime) -> Event:
    other = step.record if kind in OF_REMIXES else step.parent
    snapshot = step.snapshot if kind in OF_SOURCES else None
    author = other.author if other else None
    thanked = kind in (EventKind.THANKED, EventKind.WAS_THANKED)
    maker = step.record.author if thanked else author
    return Event(
        kind=kind,
        id=step.id,
        at=at,
        who=maker,
        who_uri=maker.uri if maker else snapshot.author_uri if snapshot else "",
        who_name=snapshot.author_name if snapshot and not maker else "",
        whom=(step.parent.author if step.parent else None) if thanked else None,
        record=other if other and other.deleted_at is None else None,
        title=(other.title if other else "") or (snapshot.title if snapshot else ""),
        uri=other.uri if other else step.uri,
        words=step.thanks if thanked else "",
        source_id=step.id,
    )


def _agreement_told(kind: EventKind, asked: RemixRequest, at: datetime, rows: Rows) -> Event | None:
    other = rows.records.get(asked.source_uri if kind is EventKind.SOURCE_AGREED else asked.remix_uri)
    if other is None:
        return None
    return Event(
        kind=kind,
        id=asked.id,
        at=at,
        who=asked.owner,
        who_uri=asked.owner.uri,
        record=other if other.deleted_at is None else None,
        title=other.title,
        uri=other.uri,
        is_revoked=asked.state == "revoked",
    )


def _adoption_told(suggestion: Suggestion, at: datetime, rows: Rows) -> Event:
    variation = rows.records.get(suggestion.variation_uri)
    return Event(
        kind=EventKind.SUGGESTION_ADOPTED,
        id=suggestion.id,
        at=at,
        who=suggestion.owner,
        who_uri=suggestion.owner.uri,
        whom=suggestion.proposer,
        record=variation if variation and variation.deleted_at is None else None,
        title=variation.title if variation else "",
        uri=suggestion.variation_uri,
    )


def _is_open(event: Event, record: Record, rows: Rows) -> bool:
    """Whether everybody who may see the record may know of `event`."""
    if event.kind is not EventKind.VERSION or record.visibility != "public":
        return True
    return is_for_everybody(rows.versions[event.id].document) or event.number == record.revision
