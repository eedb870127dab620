"""What somebody could do right now, as their first page shows it, and why it fits in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.remix.models import Need
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.matching import Fit
from fedirec.remix.roles import label_of
from fedirec.web.language import gettext as _
from fedirec.web.words import kind_word


@dataclass(frozen=True, slots=True, kw_only=True)
class FitView:
    """One thing that somebody could do."""

    title: str
    url: str
    why: str
    place: str
    """The challenge or project that it is about."""
    words: str = ""
    closes_at: datetime | None = None
    is_remote: bool = False
    host: str = ""


def fit_views(request: Request[Any], fits: Sequence[Fit]) -> list[FitView]:
    cards = Cards(request)
    return [_need(fit.need, fit, cards) if fit.need is not None else _challenge(fit, cards) for fit in fits]


def skill_word(skill: str) -> str:
    return label_of(skill, gettext=_)


def need_url(need: Need) -> str:
    """The page here on which somebody answers a need, wherever it is."""
    return f"/needs/{need.id}"


def group_url(cards: Cards, group: Actor) -> str:
    """The page here of a challenge or a project."""
    return cards.person_url(group)


def _need(need: Need, fit: Fit, cards: Cards) -> FitView:
    return FitView(
        title=_("%(role)s wanted") % {"role": skill_word(need.skill)},
        url=need_url(need),
        why=_("Because you named what you can do: %(role)s") % {"role": skill_word(fit.skill)},
        place=need.group.name or need.group.handle,
        words=need.words,
        closes_at=fit.challenge.deadline_at if fit.challenge else None,
        is_remote=not need.group.is_local,
        host=need.group.host,
    )


def _challenge(fit: Fit, cards: Cards) -> FitView:
    challenge = fit.challenge
    assert challenge is not None
    kinds = ", ".join(kind_word(kind) for kind in challenge.kinds)
    asked = {"kinds": kinds, "role": skill_word(fit.skill)}
    return FitView(
        title=challenge.title,
        url=cards.challenge_url(challenge),
        why=_("It asks for %(kinds)s, and you named: %(role)s") % asked
        if kinds
        else _("Everything is welcome, and you named: %(role)s") % asked,
        place="",
        closes_at=challenge.deadline_at,
        is_remote=not challenge.actor.is_local,
        host=challenge.actor.host,
    )
