"""Productions as templates show them: who is credited follows from the manifest, or from what it would be now."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.projects.actions.productions.freezing import compose_manifest
from fedirec.projects.fitness import NOTED, REMEDY, WHAT, Flaw
from fedirec.projects.manifests import Credited, Manifest, credits_in
from fedirec.projects.models import Production, RoleLine
from fedirec.projects.queries.productions import Checked, checked_parts, manifest_of, roles_of, shown_manifest_of
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Edge, Relation, generations, parents_of
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards, licence_view, role_words
from fedirec.remix.pages.cards.texts import rendered
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.queries.waypoints import Waypoint, waypoints_of
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.translatable import N_
from fedirec.uris import host_of, same_origin
from fedirec.web.language import gettext as _
from fedirec.web.views import LicenceView

SHOWN: Final = 200
"""People and ancestors that a page shows at once."""
_STATES: Final = {
    "draft": (N_("being prepared"), "plain", "edit"),
    "frozen": (N_("frozen"), "accent", "lock"),
    "released": (N_("released"), "good", "check"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionView:
    """A production, as a card and as a page show it."""

    title: str
    url: str
    project: str
    project_url: str
    state: str
    word: str
    tone: str
    sign: str
    licence: LicenceView
    text_html: str = ""
    language: str | None = None
    record_url: str = ""
    is_remote: bool = False
    host: str = ""
    original_url: str | None = None
    frozen_at: datetime | None = None
    released_at: datetime | None = None
    seen_at: datetime | None = None
    host_person: None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonCredit:
    """Somebody in the credits."""

    name: str
    url: str
    roles: tuple[str, ...]
    words: tuple[str, ...]
    records: int
    """How many records of theirs are used."""
    note: str
    """Why they may not be what is said: they have not confirmed it, or said no since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkCredit:
    """A record in the credits: used, or what such a one was made from."""

    title: str
    url: str
    author: str
    author_url: str
    licence: str
    words: str = ""
    generation: int = 1
    flaws: tuple[tuple[str, str, bool], ...] = ()
    """What is the matter with it, what can be done, and whether that stops it."""
    part: int = 0
    place: int = 0
    terms: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditsView:
    """Everybody and everything in a production."""

    people: tuple[PersonCredit, ...]
    works: tuple[WorkCredit, ...]
    ancestors: tuple[WorkCredit, ...]
    total: int
    """How many people are credited, of whom `people` may be some."""
    next_from: int | None
    digest: str
    """Empty while nothing is frozen."""
    names_less: bool = False
    """Whether somebody whom the frozen manifest names is not named here."""
    stops: int = 0
    """How many records cannot go in as things stand."""


def production_view(cards: Cards, production: Production, *, whole: bool = False) -> ProductionView:
    """A production, which comes with its project, its Group and its record."""
    project = production.project
    group = project.actor
    word, tone, sign = _STATES.get(production.state, _STATES["frozen"])
    record = production.record
    return ProductionView(
        title=production.title,
        url=cards.here(production.uri) if group.is_local else f"/productions/remote/{production.id}",
        project=project.title,
        project_url=cards.here(group.uri) if group.is_local else f"/projects/remote/{project.id}",
        state=production.state,
        word=_(word),
        tone=tone,
        sign=sign,
        licence=licence_view(find_licence(production.licence)),
        text_html=rendered(production.text) if whole and production.text else "",
        language=production.language,
        record_url=cards.record_url(record) if record is not None and is_shown(record) else "",
        is_remote=not group.is_local,
        host="" if group.is_local else group.host,
        original_url=None if group.is_local else production.uri,
        frozen_at=production.frozen_at,
        released_at=production.released_at,
        seen_at=production.fetched_at,
    )


def is_shown(record: Record) -> bool:
    """Whether everybody may see what was released: it was not taken back, and moderators have not hidden it."""
    return record.deleted_at is None and record.visibility == "public"


async def credits_view(cards: Cards, production: Production, *, start: int = 0) -> CreditsView:
    """Who and what is in `production`, the people from the one at `start` on: as frozen, or as it would be now."""
    found = await manifest_of(production)
    checked: Sequence[Checked] = ()
    lines: Sequence[RoleLine] = await roles_of(production) if production.project.actor.is_local else ()
    if found is None:
        checked = await checked_parts(production)
    shown = await shown_manifest_of(production)
    manifest = shown or await compose_manifest(production, checked)
    uris = [record.id for record in manifest.records]
    edges = await edges_above(uris)
    above = generations(
        production.uri, parents_of([*edges, *(Edge(production.uri, u, Relation.CONTAINS) for u in uris)])
    )
    del above[production.uri]
    places = await waypoints_of(list(above))
    home = None if production.project.actor.is_local else production.uri
    people = await _people(cards, manifest, lines, start=start, home=home)
    total = len(credits_in(manifest))
    return CreditsView(
        people=people,
        works=_works(cards, manifest, places, checked),
        ancestors=tuple(
            _ancestor(cards, places[uri], generation)
            for uri, generation in sorted(above.items(), key=lambda entry: (entry[1], entry[0]))
            if generation > 1 and uri in places and not places[uri].is_hidden
        )[:SHOWN],
        total=total,
        next_from=start + SHOWN if start + SHOWN < total else None,
        digest=found[1] if found else "",
        names_less=found is not None and shown != found[0],
        stops=sum(each.stops for each in checked),
    )


async def _people(
    cards: Cards, manifest: Manifest, lines: Sequence[RoleLine], *, start: int, home: str | None
) -> tuple[PersonCredit, ...]:
    credited = credits_in(manifest)[start : start + SHOWN]
    actors = {
        actor.uri: actor for actor in await Actor.filter(uri__in=[each.person for each in credited if each.person])
    }
    answers = {(line.actor.uri, line.role): line.state for line in lines if line.actor is not None}
    found = []
    for each in credited:
        actor = actors.get(each.person or "")
        found.append(
            PersonCredit(
                name=each.name or _(NOT_NAMED),
                url=cards.person_url(actor) if actor else "",
                roles=role_words(each.roles),
                words=each.words,
                records=len(each.records),
                note=_note_about(each, answers, home=home),
            )
        )
    return tuple(found)


def _note_about(credited: Credited, answers: Mapping[tuple[str, str], str], *, home: str | None) -> str:
    """Why what is said of somebody may not be so. What they answered since it was frozen counts.

    `home` is where a production of another instance lives: that one answers for its own people, and for nobody else.
    """
    if not credited.roles:
        return ""
    if not credited.name:
        return _("somebody was named here who does not want to be, or says that this is not so")
    if credited.person is None:
        return _("named by those who lead the project")
    codes = [(find_role(role) or CONTRIBUTOR).code for role in credited.roles]
    said = [answers.get((credited.person, code)) for code in codes]
    is_confirmed = credited.is_confirmed or all(each == "confirmed" for each in said)
    if is_confirmed and home is not None and not same_origin(credited.person, home):
        return _("as %(host)s says") % {"host": host_of(home)}
    return "" if is_confirmed else _("not confirmed yet")


def _works(
    cards: Cards, manifest: Manifest, places: Mapping[str, Waypoint], checked: Collection[Checked]
) -> tuple[WorkCredit, ...]:
    now = {each.part.record.uri: each for each in checked}
    found = []
    for used in manifest.records:
        place, state = places.get(used.id), now.get(used.id)
        flaws = state.flaws if state else ((Flaw.CLAIMED,) if used.is_claimed else ())
        is_gone = state is not None and not is_shown(state.part.record)
        is_unnamed = used.author is None or bool(place and place.stand_in)
        found.append(
            WorkCredit(
                title=_("something that is not public any more") if is_gone else used.title or _("Untitled"),
                url="" if is_gone else _page_of(cards, place) or used.id,
                author=_(NOT_NAMED) if is_unnamed else used.author_name,
                author_url="" if is_unnamed or place is None else cards.here(place.author_url),
                licence=licence_view(find_licence(used.licence)).short,
                words=used.words,
                flaws=tuple((_(WHAT[flaw]), _(REMEDY[flaw]) if state else "", flaw not in NOTED) for flaw in flaws),
                part=state.part.id if state else 0,
                place=state.part.position if state else 0,
                terms=_("Terms, version %(n)s") % {"n": used.terms_version} if used.terms_version else "",
            )
        )
    return tuple(found)


def _ancestor(cards: Cards, place: Waypoint, generation: int) -> WorkCredit:
    return WorkCredit(
        title=place.title or _("Untitled"),
        url=_page_of(cards, place),
        author=place.author_name or _("somebody"),
        author_url=cards.here(place.author_url) if place.author_url else "",
        licence=licence_view(find_licence(place.licence)).short,
        generation=generation,
    )


def _page_of(cards: Cards, place: Waypoint | None) -> str:
    """The page here about a record: ours, our copy, or its own where there is none."""
    if place is None:
        return ""
    if place.is_local:
        return cards.here(place.uri)
    return f"/records/remote/{place.key}" if place.key is not None else place.url
