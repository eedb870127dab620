"""Who is credited for a record: one by one, and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.lineage import CreditLine
from fedirec.remix.pages.cards import Cards, unnamed_person
from fedirec.remix.pages.trails.places import Places
from fedirec.remix.pseudonyms import has_no_account, is_unnamed
from fedirec.remix.queries.credits import Credits
from fedirec.remix.queries.waypoints import Waypoint
from fedirec.remix.words import Named, Notes, in_words, labels_of
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.views import CreditView, PersonView

MAX_TITLES: Final = 4
"""Records that are named beside one person in the credits."""


def person_of(
    cards: Cards, actor: Actor | None, waypoint: Waypoint | None, *, name: str = "", uri: str = ""
) -> PersonView:
    """Somebody in the credits, as well as we know them."""
    if actor is not None:
        return cards.person(actor)
    if has_no_account(uri):
        return PersonView(name=name, handle="", url="")
    if is_unnamed(uri or (waypoint.author_uri if waypoint else "")):
        return unnamed_person()
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


def credit_of(
    line: CreditLine,
    cards: Cards,
    actors: Mapping[str, Actor],
    names: Mapping[str, str],
    notes: Notes,
    waypoints: Mapping[str, Waypoint],
    authored: Mapping[str, Waypoint],
    places: Places,
) -> CreditView:
    named_by = dict.fromkeys(
        waypoints[work.record].author_name for work in line.works if not work.is_author and work.record in waypoints
    )
    older = [work.record for work in line.works if work.generation and not places.is_hidden(work.record)]
    return CreditView(
        person=person_of(
            cards,
            actors.get(line.person),
            authored.get(line.person),
            name=names.get(line.person, ""),
            uri=line.person,
        ),
        roles=labels_of(line.person, line.roles, notes, gettext=_),
        generation=line.generation,
        records=tuple((places.title(uri), places.url(uri)) for uri in older[:MAX_TITLES]),
        note=_("named by %(name)s") % {"name": ", ".join(named_by)} if named_by else "",
    )


def sentence_of(
    cards: Cards,
    found: Credits,
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

    return tuple(piece(said) for said in in_words(found.lines, names=found.names, notes=found.notes, gettext=_))
