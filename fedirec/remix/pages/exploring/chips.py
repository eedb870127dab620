"""The filters of what is looked at, each with where one gets by switching it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.remix.kinds import KINDS
from fedirec.remix.pages.cards import role_words
from fedirec.remix.pages.looking import FLAGS, MINE
from fedirec.remix.queries.exploring import Spread, Wish
from fedirec.remix.skills import SKILLS
from fedirec.web.language import gettext as _
from fedirec.web.language import name_of_language
from fedirec.web.words import kind_icon, kind_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A filter, and where one gets by switching it."""

    label: str
    url: str
    sign: str = ""
    is_on: bool = False


def subject_chips(wish: Wish, show: str, here: Callable[..., str]) -> list[Chip]:
    """What to look at: everything, one kind of record, open challenges, people."""
    off = dict.fromkeys(("kind", "show", "tag", "lang", "from", "skill", *FLAGS), "")
    chips = [Chip(label=_("Everything"), url=here(kind="", show=""), is_on=not show and not wish.kind)]
    chips += [
        Chip(label=kind_word(kind), sign=kind_icon(kind), url=here(kind=kind.value, show=""), is_on=wish.kind == kind)
        for kind in KINDS
    ]
    chips.append(
        Chip(
            label=_("Open challenges"),
            sign="challenge",
            url=here(**{**off, "show": "challenges"}),
            is_on=show == "challenges",
        )
    )
    chips.append(Chip(label=_("People"), sign="people", url=here(**{**off, "show": "people"}), is_on=show == "people"))
    return chips


def filter_chips(wish: Wish, here: Callable[..., str]) -> list[Chip]:
    """What may be done with a record, and where it stands."""
    chips = [
        _switch(here, "remixable", _("may be remixed"), "remix", is_on=wish.remixable),
        _switch(here, "sellable", _("may be sold"), "coins", is_on=wish.sellable),
        _switch(here, "fresh", _("never remixed"), "gift", is_on=wish.never_remixed),
        _switch(here, "feedback", _("asks for feedback"), "comment", is_on=wish.asks_for_feedback),
        _switch(here, "here", _("made here"), "home", is_on=wish.is_local),
    ]
    if wish.tag:
        chips.append(Chip(label=f"#{wish.tag}", sign="close", url=here(tag=""), is_on=True))
    return chips


def _switch(here: Callable[..., str], name: str, label: str, sign: str, *, is_on: bool) -> Chip:
    return Chip(label=label, sign="check" if is_on else sign, url=here(**{name: "" if is_on else "1"}), is_on=is_on)


def own_skills(request: Request[Any]) -> Sequence[str]:
    viewer = viewer_of(request)
    return (viewer.account.skills or ()) if viewer is not None else ()


def skill_chips(request: Request[Any], wish: Wish, asked: str, here: Callable[..., str]) -> list[Chip]:
    """What somebody can do: the records that wait for it. Members come first with what they said of themselves."""
    viewer = viewer_of(request)
    chips = []
    if viewer is not None and viewer.can(Permission.MANAGE_OWN):
        mine = here(skill="" if asked == MINE else MINE) if viewer.account.skills else "/settings/skills"
        chips.append(Chip(label=_("What I do"), url=mine, sign="person", is_on=asked == MINE and bool(wish.skills)))
    chips += [
        Chip(
            label=_(skill.label),
            url=here(skill="" if asked == skill.code else skill.code),
            sign=kind_icon(skill.kinds[0]),
            is_on=asked == skill.code,
        )
        for skill in SKILLS
    ]
    return chips


def chips_on(wish: Wish, asked: Mapping[str, str], here: Callable[..., str]) -> list[Chip]:
    """Everything that is asked for, each with what is asked for without it: the ways out of a page with nothing."""
    words = {
        "q": _("the words"),
        "kind": kind_word(wish.kind) if wish.kind else "",
        "tag": f"#{wish.tag}" if wish.tag else "",
        "lang": name_of_language(wish.language) if wish.language else "",
        "from": wish.host,
        "skill": _("what I do") if asked.get("skill") == MINE else role_words(wish.skills)[0] if wish.skills else "",
        "remixable": _("may be remixed") if wish.remixable else "",
        "sellable": _("may be sold") if wish.sellable else "",
        "fresh": _("never remixed") if wish.never_remixed else "",
        "feedback": _("asks for feedback") if wish.asks_for_feedback else "",
        "here": _("made here") if wish.is_local else "",
    }
    return [
        Chip(label=word, url=here(**{name: ""}), sign="close", is_on=True)
        for name, word in words.items()
        if word and asked.get(name)
    ]


def host_chips(wish: Wish, spread: Spread, here: Callable[..., str]) -> list[Chip]:
    hosts = sorted({*spread.hosts, wish.host} - {""})
    return [
        Chip(label=host, url=here(**{"from": "" if host == wish.host else host, "here": ""}), is_on=host == wish.host)
        for host in hosts
    ]


def language_chips(wish: Wish, spread: Spread, here: Callable[..., str]) -> list[Chip]:
    codes = sorted({*spread.languages, wish.language} - {""}, key=name_of_language)
    return [
        Chip(
            label=name_of_language(code),
            url=here(lang="" if code == wish.language else code),
            is_on=code == wish.language,
        )
        for code in codes
    ]
