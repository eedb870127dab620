"""Everything that the pages of a record show of its trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from fedirec.activitypub.models import Actor
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Record, Source
from fedirec.remix.pages.cards import Cards, relation_word, unnamed_person, without_name
from fedirec.remix.pages.new_keys import NewKeysView, new_keys_view
from fedirec.remix.pages.standing import UnheardRemix, standing_note, standing_view
from fedirec.remix.pages.trails.credits import credit_of, sentence_of
from fedirec.remix.pages.trails.places import Places
from fedirec.remix.pages.trails.sources import MadeFrom, made_from, with_comparison
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.credits import credits_of
from fedirec.remix.queries.pseudonyms import stand_ins_of
from fedirec.remix.queries.records import actors_at, pages_of, records_at
from fedirec.remix.queries.remix_requests import quotes_approved
from fedirec.remix.queries.standing import (
    UNJUDGED,
    health_of,
    pending_remixes_of,
    remixes_of,
    standings_among,
    steps_to,
    thanks_to,
    unheard_remixes_of,
)
from fedirec.remix.queries.trails import Trail, trail_of
from fedirec.remix.standing import Clearance, Health
from fedirec.remix.visibility import ASKING
from fedirec.web.views import CreditView, PersonView, RecordView, TrailEdge, TrailNode


@dataclass(frozen=True, slots=True, kw_only=True)
class ThanksView:
    """What somebody who made something from a record says to its author."""

    person: PersonView
    words: str
    url: str
    """Of what they made."""
    remix: int
    """Its row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailView:
    """Everything that the pages of a record show of its trail."""

    key: str
    nodes: tuple[TrailNode, ...]
    edges: tuple[TrailEdge, ...]
    credits: tuple[CreditView, ...]
    sentence: tuple[tuple[str, str], ...]
    """The credits in words: pieces of text, with the address that each leads to or none."""
    has_unnamed: bool
    """Whether somebody is credited who is not named."""
    made_from: tuple[MadeFrom, ...] = ()
    made_into: tuple[RecordView, ...] = ()
    """What its author knows of and stands by."""
    thanked: tuple[ThanksView, ...] = ()
    """What the authors of some of these say to the author."""
    unheard: tuple[UnheardRemix, ...] = ()
    """What says that it was made from it, and its author has not said anything about it."""
    pending: tuple[RecordView, ...] = ()
    """For its author: what people answered with files of their own, under no licence yet."""
    generations: Mapping[str, int] = field(default_factory=dict)
    """How far each is: negative for what it was made from, positive for what was made from it."""
    new_keys: tuple[NewKeysView, ...] = ()
    """Who of those who are named may be somebody else by now."""
    known: Trail
    """What all this was drawn from."""

    @property
    def credit_text(self) -> str:
        """The credits in one plain sentence."""
        return "".join(text for text, _url in self.sentence)

    @property
    def has_trail(self) -> bool:
        return len(self.nodes) > 1


async def trail_view(cards: Cards, record: Record, viewer: Actor | None, *, with_cards: bool = True) -> TrailView:
    """The trail of `record`, which comes with its parts, for `viewer`; `with_cards` of what is next to it."""
    trail = await trail_of(record.uri)
    reached = dict.fromkeys([record.uri, *trail.up, *trail.down, *(source.uri for source in record.sources)])
    rows = {uri: point.key for uri, point in trail.waypoints.items() if point.key is not None}
    rows |= await pages_of([source.uri for source in record.sources if source.uri not in rows])
    found = await credits_of(trail, cards.request.state["further_credits"])
    lines, names, notes = found
    actors = await actors_at({line.person for line in lines})
    people = {record.author.uri, *actors, *(waypoint.author_uri for waypoint in trail.waypoints.values())}
    new_keys = await new_keys_view(cards, people)
    sources, made, unheard, pending = dict[str, Record](), list[Record](), list[Record](), list[Record]()
    quoted, unnamed = set[str](), dict[str, str]()
    steps, health, thanks = dict[int, Source](), dict[int, Health](), dict[int, str]()
    if with_cards:
        sources = {parent.uri: parent for parent in await records_at([source.uri for source in record.sources])}
        made, unheard = await remixes_of(record), await unheard_remixes_of(record)
        pending = await pending_remixes_of(record) if viewer is not None and viewer.id == record.author_id else []
        await cards.dress([*sources.values(), *made, *unheard, *pending])
        near = [each.uri for each in (*sources.values(), *made, *unheard, *pending)]
        unnamed = await stand_ins_of(near, remix=record.uri)
        steps = await steps_to(record, unheard)
        thanks = await thanks_to(record, made)
        quoted = await quotes_approved(record.uri)
        health = await health_of([*record.sources, *steps.values()])
    places = Places(cards, trail.waypoints, rows, viewer)
    authored = {waypoint.author_uri: waypoint for waypoint in trail.waypoints.values()}
    nodes = [places.node(uri, is_here=uri == record.uri) for uri in reached]
    return TrailView(
        key=record.uri,
        nodes=tuple(nodes),
        edges=tuple(await _steps_of(record, trail)),
        credits=tuple(
            credit_of(line, cards, actors, names, notes, trail.waypoints, authored, places) for line in lines
        ),
        has_unnamed=any(is_unnamed(line.person) for line in lines),
        sentence=sentence_of(cards, found, actors, trail.waypoints),
        made_from=tuple(
            with_comparison(made, source, cards.record_url(record))
            for source in record.sources
            for made in [
                made_from(
                    source,
                    sources,
                    cards,
                    trail.waypoints,
                    places,
                    health.get(source.id, Health.UNREACHABLE),
                    is_quote=source.uri in quoted,
                    unnamed=unnamed,
                    is_waiting=record.visibility == ASKING,
                )
            ]
        )
        if with_cards
        else (),
        made_into=tuple(without_name(cards.record(remix), remix, unnamed) for remix in made),
        thanked=tuple(
            ThanksView(
                person=unnamed_person() if remix.uri in unnamed else cards.person(remix.author),
                words=thanks[remix.id],
                remix=remix.id,
                url=cards.record_url(remix),
            )
            for remix in made
            if remix.id in thanks
        ),
        unheard=tuple(
            UnheardRemix(
                record=without_name(cards.record(remix), remix, unnamed),
                standing=standing_view(step, health.get(step.id, Health.LIVE)),
                id=remix.id,
                digest=remix.digest or "",
                is_breach=step.permission == Clearance.BLOCKED,
            )
            for remix in unheard
            for step in [steps[remix.id]]
        ),
        pending=tuple(cards.records(pending)),
        generations={record.uri: 0, **trail.down, **{uri: -generation for uri, generation in trail.up.items()}},
        new_keys=new_keys,
        known=trail,
    )


async def _steps_of(record: Record, trail: Trail) -> list[TrailEdge]:
    """The steps of `trail`, and what `record` says that it was made from and nobody else does."""
    standings = await standings_among(trail.edges)
    words = {relation: relation_word(relation) for relation in Relation}
    notes = {standing: standing_note(standing) for standing in {UNJUDGED, *standings.values()}}
    steps = [
        TrailEdge(
            parent=edge.source,
            child=edge.record,
            relation=words[edge.relation],
            note=notes[standings.get((edge.record, edge.source), UNJUDGED)],
        )
        for edge in trail.edges
    ]
    steps += [
        TrailEdge(
            parent=source.uri, child=record.uri, relation=relation_word(source.relation), is_claim=not source.in_graph
        )
        for source in record.sources
        if not source.in_graph and source.uri != record.uri
    ]
    return steps
