"""The trail of a record as its pages show it: a drawing, lists, credits in words and as a list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Json
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import CreditLine, Relation
from fedirec.remix.models import Record, Source
from fedirec.remix.pages.cards import Cards, licence_view, relation_word, role_words
from fedirec.remix.queries.records import actors_at, pages_of, records_at, remixes_of
from fedirec.remix.queries.trails import Waypoint, credits_of, trail_of
from fedirec.remix.words import Named, in_words
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.views import CreditView, PersonView, RecordView, TrailEdge, TrailNode

MAX_TITLES: Final = 4
"""Records that are named beside one person in the credits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeFrom:
    """One source of a record, as its page shows it."""

    relation: str
    record: RecordView | None = None
    uri: str = ""
    """Where it is said to be, when nobody could find out what it is."""
    problem: str = ""
    """Why it could not be confirmed."""
    is_remembered: bool = False
    """It is gone or out of reach; what is shown is what was kept when the record was made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailView:
    """Everything that the pages of a record show of its trail."""

    key: str
    nodes: tuple[TrailNode, ...]
    edges: tuple[TrailEdge, ...]
    credits: tuple[CreditView, ...]
    sentence: tuple[tuple[str, str], ...]
    """The credits in words: pieces of text, with the address that each leads to or none."""
    made_from: tuple[MadeFrom, ...] = ()
    made_into: tuple[RecordView, ...] = ()

    @property
    def has_trail(self) -> bool:
        return len(self.nodes) > 1


async def trail_view(cards: Cards, record: Record, viewer: Actor | None, *, with_cards: bool = True) -> TrailView:
    """The trail of `record`, which comes with its parts, for `viewer`; `with_cards` of what is next to it."""
    trail = await trail_of(record.uri)
    reached = dict.fromkeys([record.uri, *trail.up, *trail.down, *(source.uri for source in record.sources)])
    rows = {uri: point.key for uri, point in trail.waypoints.items() if point.key is not None}
    rows |= await pages_of([source.uri for source in record.sources if source.uri not in rows])
    lines, names = await credits_of(trail)
    actors = await actors_at({line.person for line in lines})
    sources, made = dict[str, Record](), list[Record]()
    if with_cards:
        sources = {parent.uri: parent for parent in await records_at([source.uri for source in record.sources])}
        made = await remixes_of(record)
        await cards.dress([*sources.values(), *made])
    places = _Places(cards, trail.waypoints, rows, viewer)
    authored = {waypoint.author_uri: waypoint for waypoint in trail.waypoints.values()}
    nodes = [places.node(uri, is_here=uri == record.uri) for uri in reached]
    words = {relation: relation_word(relation) for relation in Relation}
    edges = [TrailEdge(parent=edge.source, child=edge.record, relation=words[edge.relation]) for edge in trail.edges]
    edges += [
        TrailEdge(
            parent=source.uri, child=record.uri, relation=relation_word(source.relation), is_claim=not source.in_graph
        )
        for source in record.sources
        if not source.in_graph and source.uri != record.uri
    ]
    return TrailView(
        key=record.uri,
        nodes=tuple(nodes),
        edges=tuple(edges),
        credits=tuple(_credit(line, cards, actors, names, trail.waypoints, authored, places) for line in lines),
        sentence=sentence_of(cards, lines, names, actors, trail.waypoints),
        made_from=tuple(_made_from(source, sources, cards, trail.waypoints, places) for source in record.sources)
        if with_cards
        else (),
        made_into=tuple(cards.records(made)),
    )


async def trail_document(record: Record) -> Json:
    """The trail of a public record for programs: what was made from what, and who is credited for it."""
    trail = await trail_of(record.uri)
    lines, names = await credits_of(trail)
    shown = [waypoint for waypoint in trail.waypoints.values() if not waypoint.is_hidden]
    return {
        "record": record.uri,
        "records": [
            {
                "id": waypoint.uri,
                "title": waypoint.title,
                "kind": waypoint.kind,
                "author": waypoint.author_uri,
                "license": find_licence(waypoint.licence).url,
                "isRemembered": waypoint.is_gone,
            }
            for waypoint in sorted(shown, key=lambda waypoint: waypoint.uri)
        ],
        "derivations": [
            {"record": edge.record, "source": edge.source, "relation": edge.relation} for edge in trail.edges
        ],
        "credits": [
            {
                "person": line.person,
                "name": names.get(line.person, ""),
                "generation": line.generation,
                "roles": list(line.roles),
                "records": [work.record for work in line.works],
            }
            for line in lines
        ],
    }


class _Places:
    """Where the records of a trail are to be found, and what may be said of them."""

    def __init__(
        self, cards: Cards, waypoints: Mapping[str, Waypoint], rows: Mapping[str, int], viewer: Actor | None
    ) -> None:
        self._cards = cards
        self._uris = cards.site.uris
        self._waypoints = waypoints
        self._rows = rows
        self._viewer = viewer

    def url(self, uri: str) -> str:
        if self._is_ours(uri):
            return self._cards.here(uri)
        return f"/records/remote/{self._rows[uri]}" if uri in self._rows else uri

    def _is_ours(self, uri: str) -> bool:
        waypoint = self._waypoints.get(uri)
        return self._uris.is_ours(uri) if waypoint is None or waypoint.key is None else waypoint.is_local

    def is_hidden(self, uri: str) -> bool:
        """Whether only that there is something may be said."""
        waypoint = self._waypoints.get(uri)
        if waypoint is None or not waypoint.is_hidden:
            return False
        return self._viewer is None or self._viewer.uri != waypoint.author_uri

    def title(self, uri: str) -> str:
        waypoint = self._waypoints.get(uri)
        if waypoint is None:
            return _("Something on %(host)s") % {"host": host_of(uri)}
        return _("Not public") if self.is_hidden(uri) else waypoint.title or _("Untitled")

    def node(self, uri: str, *, is_here: bool) -> TrailNode:
        waypoint = self._waypoints.get(uri)
        host = "" if self._is_ours(uri) else host_of(uri)
        if waypoint is None:
            return TrailNode(key=uri, title=self.title(uri), url=uri, host=host, is_ghost=True)
        if is_here:
            return TrailNode(
                key=uri,
                title=waypoint.title,
                url=self.url(uri),
                kind=waypoint.kind,
                author=waypoint.author_name,
                host=host,
                is_here=True,
            )
        hidden = self.is_hidden(uri)
        return TrailNode(
            key=uri,
            title=self.title(uri),
            url=self.url(uri),
            kind=waypoint.kind,
            author="" if hidden else waypoint.author_name,
            host=host,
            is_ghost=waypoint.is_gone,
        )


def _made_from(
    source: Source,
    records: Mapping[str, Record],
    cards: Cards,
    waypoints: Mapping[str, Waypoint],
    places: _Places,
) -> MadeFrom:
    relation = relation_word(source.relation)
    problem = _(source.problem) if source.problem else ""
    known = records.get(source.uri)
    if known is not None and known.deleted_at is None and known.author.state != "suspended":
        return MadeFrom(relation=relation, record=cards.record(known), problem=problem)
    waypoint = waypoints.get(source.uri)
    if waypoint is None or places.is_hidden(source.uri):
        return MadeFrom(relation=relation, uri=places.title(source.uri) if waypoint else source.uri, problem=problem)
    return MadeFrom(
        relation=relation, record=_remembered(waypoint, cards, places.url(source.uri), source), is_remembered=True
    )


def _remembered(waypoint: Waypoint, cards: Cards, url: str, source: Source) -> RecordView:
    """A source that is gone, as it was when the record was made."""
    return RecordView(
        title=waypoint.title,
        url=url,
        kind=waypoint.kind.value,
        author=_person(cards, None, waypoint),
        published_at=source.created_at,
        licence=licence_view(find_licence(waypoint.licence)),
        is_remote=not waypoint.is_local,
        host="" if waypoint.is_local else host_of(waypoint.uri),
        is_deleted=True,
    )


def _person(
    cards: Cards, actor: Actor | None, waypoint: Waypoint | None, *, name: str = "", uri: str = ""
) -> PersonView:
    """Somebody in the credits, as well as we know them."""
    if actor is not None:
        return cards.person(actor)
    if waypoint is not None:
        is_ours = cards.site.is_ours(waypoint.author_uri)
        return PersonView(
            name=waypoint.author_name,
            handle=f"@{waypoint.author_handle}",
            url=cards.here(waypoint.author_url),
            is_remote=not is_ours,
            host="" if is_ours else host_of(waypoint.author_uri),
        )
    return PersonView(name=name or _("somebody"), handle=host_of(uri), url=uri, is_remote=True, host=host_of(uri))


def _credit(
    line: CreditLine,
    cards: Cards,
    actors: Mapping[str, Actor],
    names: Mapping[str, str],
    waypoints: Mapping[str, Waypoint],
    authored: Mapping[str, Waypoint],
    places: _Places,
) -> CreditView:
    named_by = dict.fromkeys(
        waypoints[work.record].author_name for work in line.works if not work.is_author and work.record in waypoints
    )
    older = [work.record for work in line.works if work.generation and not places.is_hidden(work.record)]
    return CreditView(
        person=_person(
            cards,
            actors.get(line.person),
            authored.get(line.person),
            name=names.get(line.person, ""),
            uri=line.person,
        ),
        roles=role_words(line.roles),
        generation=line.generation,
        records=tuple((places.title(uri), places.url(uri)) for uri in older[:MAX_TITLES]),
        note=_("named by %(name)s") % {"name": ", ".join(named_by)} if named_by else "",
    )


def sentence_of(
    cards: Cards,
    lines: Sequence[CreditLine],
    names: Mapping[str, str],
    actors: Mapping[str, Actor],
    waypoints: Mapping[str, Waypoint],
) -> tuple[tuple[str, str], ...]:
    """The credits in words: pieces of text, with the address that each leads to or none."""
    authored = {waypoint.author_uri: waypoint.author_url for waypoint in waypoints.values()}

    def piece(said: str | Named) -> tuple[str, str]:
        if isinstance(said, str):
            return said, ""
        actor = actors.get(said.person)
        return said.text, cards.person_url(actor) if actor else authored.get(said.person, "")

    return tuple(piece(said) for said in in_words(lines, names=names, gettext=_))
