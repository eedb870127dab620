"""The rows that the events of a history tell of: one query for each kind of row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Claim, Record, RecordRevision, RemixRequest, Source, Suggestion
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.edits import proved_edits
from fedirec.remix.queries.histories.events import EventKind
from fedirec.remix.queries.pseudonyms import stand_ins_in


@dataclass(slots=True)
class Rows:
    """The rows that events tell of, by their numbers."""

    sources: Mapping[int, Source] = field(default_factory=dict)
    versions: Mapping[int, RecordRevision] = field(default_factory=dict)
    requests: Mapping[int, RemixRequest] = field(default_factory=dict)
    claims: Mapping[int, Claim] = field(default_factory=dict)
    suggestions: Mapping[int, Suggestion] = field(default_factory=dict)
    records: Mapping[str, Record] = field(default_factory=dict)
    actors: Mapping[str, Actor] = field(default_factory=dict)
    unnamed: frozenset[str] = frozenset()
    """Those of the editors who are not named in the record."""
    proved: frozenset[int] = frozenset()
    """The versions of which their editors say so themselves."""


OF_SOURCES: Final = frozenset({EventKind.SOURCE_MADE, EventKind.SOURCE_REMEMBERED, EventKind.THANKED})
OF_REMIXES: Final = frozenset({EventKind.REMIX_MADE, EventKind.WAS_THANKED})
OF_REQUESTS: Final = frozenset({EventKind.SOURCE_AGREED, EventKind.REMIX_AGREED})


async def rows_of(found: Sequence[tuple[EventKind, int, datetime]]) -> Rows:
    """Everything that these events tell of: one query for each kind of row."""

    def keys(kinds: Collection[EventKind]) -> list[int]:
        return [key for kind, key, _at in found if kind in kinds]

    rows = Rows()
    if steps := keys(OF_SOURCES | OF_REMIXES):
        joined = Source.filter(id__in=steps).select_related("parent__author", "record__author", "snapshot")
        rows.sources = {row.id: row for row in await joined}
    if versions := keys({EventKind.VERSION}):
        rows.versions = {row.id: row for row in await RecordRevision.filter(id__in=versions)}
    if requests := keys(OF_REQUESTS):
        asked = RemixRequest.filter(id__in=requests).select_related("asker", "owner")
        rows.requests = {row.id: row for row in await asked}
    if suggestions := keys({EventKind.SUGGESTION_ADOPTED}):
        adopted = Suggestion.filter(id__in=suggestions).select_related("proposer", "owner")
        rows.suggestions = {row.id: row for row in await adopted}
    uris = {uri for row in rows.requests.values() for uri in (row.remix_uri, row.source_uri)}
    uris |= {row.variation_uri for row in rows.suggestions.values()}
    if uris:
        public = Record.filter(uri__in=list(uris), visibility="public").select_related("author")
        rows.records = {row.uri: row for row in await public}
    if claims := keys({EventKind.CLAIM_DECIDED}):
        decided = Claim.filter(id__in=claims).select_related("claimant", "decided_by")
        rows.claims = {row.id: row for row in await decided}
    if editors := {row.editor_uri for row in rows.versions.values() if row.editor_uri}:
        rows.actors = {actor.uri: actor for actor in await Actor.filter(uri__in=list(editors))}
        rows.proved = frozenset(await proved_edits(row for row in rows.versions.values() if row.editor_uri))
        [record_id] = {row.record_id for row in rows.versions.values()}
        rows.unnamed = frozenset(await stand_ins_in(record_id, editors)) | {uri for uri in editors if is_unnamed(uri)}
    return rows
