"""Lines of credit lists, as templates show them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from fedirec.activitypub.models import Actor
from fedirec.credits.lines import (
    BY_LEADERS,
    STATES,
    CreditHappening,
    CreditState,
    may_happen,
)
from fedirec.credits.models import ProductionCredit
from fedirec.credits.queries.credits import shown_name
from fedirec.projects.pages.productions.views import production_view
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.remix.roles import find_role, label_of
from fedirec.web.language import gettext as _


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """One line of a credit list, as whoever looks may see it."""

    row: int
    name: str
    url: str
    note: str
    """Where they live now, or that they are gone; empty for who is named and here."""
    role: str
    words: str
    work: str
    work_url: str
    generation: int
    state: str
    tone: str
    sign: str
    reason: str
    """What was said against it, or in answer to that; empty where nobody is named."""
    is_held: bool
    is_own: bool
    came_later: bool
    line_url: str
    """The page about it; empty where the list is not ours."""
    production: str = ""
    production_url: str = ""
    can: tuple[str, ...] = ()
    """What whoever looks can say of it: names of `CreditHappening`."""


def line_view(
    cards: Cards,
    line: ProductionCredit,
    *,
    held: Mapping[int, str],
    viewer: Actor | None,
    own: Collection[int] = (),
    leads: bool = False,
) -> LineView:
    """A line, which comes with everything that `queries.credits.with_all` brings; `own` are the rows of the person who
    looks (`queries.credits.own_people`).
    """
    state, named = CreditState(line.state), shown_name(line)
    is_own = viewer is not None and (line.actor_id == viewer.id or line.person_id in own)
    word, tone, sign = STATES[state]
    work = line.record if line.record is not None and line.record.deleted_at is None else None
    # A work leads to its author: it is no more shown than they are.
    is_public = work is not None and work.visibility == "public" and bool(named or is_own)
    production = line.production
    able = [each for each in CreditHappening if may_happen(state, each) and (leads if each in BY_LEADERS else is_own)]
    page = production_view(cards, production)
    person = cards.person(line.actor) if named and line.actor else None
    return LineView(
        row=line.id,
        name=named or (line.actor.name or line.actor.handle if is_own and line.actor else _(NOT_NAMED)),
        url=person.url if person else "",
        note=person.note if person else "",
        role=role_words(line),
        words=line.words if named else "",
        work=(work.title or _("Untitled")) if work is not None and is_public else "",
        work_url=cards.record_url(work) if work is not None and is_public else "",
        generation=line.generation,
        state=_(word),
        tone=tone,
        sign=sign,
        reason=line.reason if named or is_own or leads else "",
        is_held=line.id in held,
        is_own=is_own,
        came_later=line.came_later,
        line_url=f"{page.url}/credits/{line.key}" if line.uri is None else "",
        production=production.title,
        production_url=page.url,
        can=tuple(each.value for each in able),
    )


def role_words(line: ProductionCredit) -> str:
    """What a line calls the role: in words of its own, or by its code, where it is none of ours."""
    named = line.role_label or label_of(line.role, gettext=_)
    code = line.role.rpartition("/")[2]
    return named if line.role_label or find_role(line.role) is not None else f"{named} ({code})"
