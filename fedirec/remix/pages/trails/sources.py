"""What a record was made from, one by one, as its page shows it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, Source
from fedirec.remix.pages.cards import Cards, licence_view, relation_word, without_name
from fedirec.remix.pages.standing import StandingView, standing_view
from fedirec.remix.pages.trails.credits import person_of
from fedirec.remix.pages.trails.places import Places
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.remix.standing import Health
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.views import RecordView


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrom:
    """One source of a record, as its page shows it."""

    relation: str
    record: RecordView | None = None
    uri: str = ""
    """Where it is said to be, when nobody could find out what it is."""
    problem: str = ""
    """Why it could not be confirmed."""
    standing: StandingView | None = None
    """Why it may be, what the author of the source says, and what is not as it was; None for a draft."""
    thanks: str = ""
    """What the author of the record says to the author of the source."""
    compare_url: str = ""
    """Where it stands beside what was made of it."""


def made_from(
    source: Source,
    records: Mapping[str, Record],
    cards: Cards,
    waypoints: Mapping[str, Waypoint],
    places: Places,
    health: Health,
    *,
    is_quote: bool,
    unnamed: Collection[str],
    is_waiting: bool,
) -> MadeFrom:
    relation = relation_word(source.relation)
    standing = standing_view(source, health, is_quote=is_quote, is_waiting=is_waiting)
    problem = _(source.problem) if source.problem else ""
    known = records.get(source.uri)
    if known is not None and known.deleted_at is None and known.author.state != "suspended":
        shown = without_name(cards.record(known), known, unnamed)
        return MadeFrom(relation=relation, record=shown, problem=problem, standing=standing, thanks=source.thanks)
    waypoint = waypoints.get(source.uri)
    if waypoint is None or places.is_hidden(source.uri):
        uri = places.title(source.uri) if waypoint else source.uri
        return MadeFrom(relation=relation, uri=uri, problem=problem, standing=standing, thanks=source.thanks)
    remembered = _remembered(waypoint, cards, places.url(source.uri), source)
    return MadeFrom(relation=relation, record=remembered, standing=standing, thanks=source.thanks)


def with_comparison(made: MadeFrom, source: Source, url: str) -> MadeFrom:
    """The same with the way to the page that compares both, where there is something to compare."""
    if made.record is None or (source.snapshot_id is None and source.parent_id is None):
        return made
    return replace(made, compare_url=f"{url}/compare/{source.id}")


def _remembered(waypoint: Waypoint, cards: Cards, url: str, source: Source) -> RecordView:
    """A source that is gone, as it was when the record was made."""
    return RecordView(
        title=waypoint.title,
        url=url,
        kind=waypoint.kind.value,
        author=person_of(cards, None, waypoint),
        published_at=source.created_at,
        licence=licence_view(find_licence(waypoint.licence)),
        is_remote=not waypoint.is_local,
        host="" if waypoint.is_local else host_of(waypoint.uri),
        is_deleted=True,
    )
