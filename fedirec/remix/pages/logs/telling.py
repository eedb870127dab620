"""Entries of a public log, each as a sentence for its reader."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from fedirec.remix.logbook import DECISIONS, Happening
from fedirec.remix.pages.cards import Cards
from fedirec.remix.queries.logs import Told
from fedirec.remix.roles import label_of
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import PersonView

SENTENCES: Final[Mapping[Happening, str]] = {
    Happening.OPENED: N_("The challenge was opened."),
    Happening.EXTENDED: N_("The deadline was moved."),
    Happening.CLOSED: N_("The challenge was closed."),
    Happening.REOPENED: N_("The challenge was opened again."),
    Happening.SELECTING: N_("Nothing more can be offered. What was made is being looked at."),
    Happening.CONCLUDED: N_("The challenge was concluded."),
    Happening.CANCELLED: N_("The challenge was called off."),
    Happening.ARCHIVED: N_("The challenge was put into the archive."),
    Happening.TERMS_CHANGED: N_("The terms were changed."),
    Happening.CHOSEN: N_("%(record)s by %(person)s was chosen."),
    Happening.CHANGE_ASKED: N_("%(person)s was asked to change %(record)s."),
    Happening.DECLINED: N_("%(record)s by %(person)s was not taken up."),
    Happening.RECONSIDERED: N_("The decision about %(record)s by %(person)s is open again."),
    Happening.WITHDRAWN: N_("%(person)s took %(record)s back."),
    Happening.INVITED: N_("%(person)s was invited to make something for this."),
    Happening.REDONE: N_("%(record)s is made anew by %(person)s."),
    Happening.BEGUN: N_("The project was begun."),
    Happening.LAUNCHED: N_("The project was launched."),
    Happening.STAGE_SET: N_("The project is at another stage now."),
    Happening.LEADER_ADDED: N_("%(person)s leads the project, too."),
    Happening.LEADER_REMOVED: N_("%(person)s does not lead the project any more."),
    Happening.STEPPED_DOWN: N_("%(person)s stopped leading the project."),
    Happening.STEP_PUBLISHED: N_("The step “%(title)s” was published."),
    Happening.STEP_LOCKED: N_("The step “%(title)s” was locked."),
    Happening.STEP_OPENED: N_("The step “%(title)s” is open."),
    Happening.STEP_DONE: N_("The step “%(title)s” is done."),
    Happening.CHALLENGE_ADDED: N_("The challenge “%(title)s” is part of the project."),
    Happening.CHALLENGE_REMOVED: N_("The challenge “%(title)s” is not part of the project any more."),
    Happening.JOINED: N_("%(person)s joined."),
    Happening.LEFT: N_("%(person)s left."),
    Happening.REMOVED: N_("%(person)s is not a member any more."),
    Happening.TRUSTED: N_("The leaders trust %(person)s with more."),
    Happening.TASK_DONE: N_("“%(title)s” is done."),
    Happening.TASK_DROPPED: N_("“%(title)s” will not be done."),
    Happening.NEED_NAMED: N_("Wanted: %(title)s."),
    Happening.NEED_ANSWERED: N_("%(person)s answered: %(title)s."),
    Happening.NEED_FILLED: N_("Not wanted any more, for it was found: %(title)s."),
    Happening.NEED_WITHDRAWN: N_("Not wanted any more: %(title)s."),
    Happening.ADOPTABLE: N_("Its leaders have been silent for too long. A member may take over."),
    Happening.TAKEOVER_OFFERED: N_("%(person)s offered to lead the project."),
    Happening.TAKEOVER_ENDED: N_("The offer of %(person)s to lead the project has ended."),
    Happening.TAKEN_OVER: N_("%(person)s has taken over the project."),
    Happening.FROZEN: N_("What belongs to “%(title)s”, and who made it, stands for good."),
    Happening.RELEASED: N_("“%(title)s” was released."),
    Happening.CREDIT_CORRECTED: N_("A credit of “%(title)s” was corrected, as the person had asked."),
    Happening.CREDIT_KEPT: N_("A credit of “%(title)s” that was contested stays as it is."),
    Happening.POOL_OPENED: N_("There is a pool of money to share: “%(title)s”."),
    Happening.POOL_CHANGED: N_("What the pool “%(title)s” promises was changed."),
    Happening.POOL_CLOSED: N_("The pool “%(title)s” was closed."),
    Happening.MONEY_CONFIRMED: N_("A treasurer confirmed money in the pool “%(title)s”."),
    Happening.MONEY_REFUSED: N_("A treasurer did not confirm money in the pool “%(title)s”."),
    Happening.WORDS_HIDDEN: N_("A moderator hid words about “%(title)s”."),
    Happening.WORDS_SHOWN: N_("Words about “%(title)s” that were hidden are shown again."),
}
"""`person` and `record` are whom and what it concerns, `title` is what is named in `details`, be it a skill."""

SIGNS: Final[Mapping[Happening, str]] = {
    Happening.EXTENDED: "clock",
    Happening.CHOSEN: "check",
    Happening.CHANGE_ASKED: "edit",
    Happening.DECLINED: "close",
    Happening.CANCELLED: "close",
    Happening.RECONSIDERED: "question",
    Happening.REDONE: "remix",
    Happening.INVITED: "plus",
    Happening.JOINED: "plus",
    Happening.TASK_DONE: "check",
    Happening.STEP_DONE: "check",
    Happening.RELEASED: "record",
    Happening.CREDIT_CORRECTED: "edit",
    Happening.CREDIT_KEPT: "clap",
    Happening.POOL_OPENED: "coins",
    Happening.POOL_CHANGED: "coins",
    Happening.POOL_CLOSED: "lock",
    Happening.MONEY_CONFIRMED: "coins",
    Happening.MONEY_REFUSED: "close",
    Happening.WORDS_HIDDEN: "hidden",
    Happening.WORDS_SHOWN: "eye",
}
"""Their icons; the others have that of a challenge."""

FACTS: Final[Mapping[str, str]] = {
    "before": N_("Before"),
    "until": N_("Until"),
    "version": N_("Version"),
    "stage": N_("Stage"),
    "step": N_("Step"),
    "amount": N_("Amount"),
}
"""What is told beside a sentence, by the name under which it is kept in `details`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that a sentence does not say."""

    label: str
    words: str = ""
    at: datetime | None = None
    """Instead of words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One entry of a log."""

    anchor: str
    sign: str
    sentence: str
    """With the places of `person`, `record` and `title`; a template fills them (`remix/logs.html`)."""
    at: datetime
    by: PersonView | None = None
    """Who did it, unless a date or a rule did, or the sentence names them already."""
    is_by_somebody: bool = False
    """Whether somebody did it who is not named."""
    person: PersonView | None = None
    record_url: str = ""
    record_title: str = ""
    title: str = ""
    url: str = ""
    """The page of what `title` is called."""
    reason: str = ""
    facts: tuple[Fact, ...] = ()
    is_decision: bool = False


def log_views(
    entries: Sequence[Told], cards: Cards, *, values: Mapping[str, Mapping[str, str]] | None = None
) -> list[EntryView]:
    """Those entries as pages show them, in the reader's language.

    `values` has words, not yet translated, for what is kept as a word of our own: `{"stage": {"idea": N_("Idea")}}`.
    """
    return [_view(entry, cards, values or {}) for entry in entries]


def place_in_log(url: str, entry: Told) -> str:
    """Where `entry` stands in the log of the challenge or project whose page is at `url`."""
    return f"{url}/log?after={entry.before}#{anchor_of(entry)}"


def anchor_of(entry: Told) -> str:
    """What its place on a page is called."""
    return entry.uri.rpartition("/")[2]


def _view(entry: Told, cards: Cards, values: Mapping[str, Mapping[str, str]]) -> EntryView:
    names_doer = entry.by is not None and entry.person is not None and entry.by.id == entry.person.id
    return EntryView(
        anchor=anchor_of(entry),
        sign=SIGNS.get(entry.kind, "challenge"),
        sentence=_(SENTENCES[entry.kind]),
        at=entry.at,
        by=cards.person(entry.by) if entry.by and not names_doer else None,
        is_by_somebody=entry.by is None and not entry.is_by_itself,
        person=cards.person(entry.person) if entry.person else None,
        record_url=cards.record_url(entry.record) if entry.record else "",
        record_title=(entry.record.title or _("Untitled")) if entry.record else "",
        title=_title(entry),
        url=_page(cards, entry.details.get("url")),
        # What a rule says is a sentence of ours; what somebody says stands as they said it.
        reason=_(entry.reason) if entry.reason and entry.is_by_itself else entry.reason,
        facts=tuple(
            _fact(name, entry.details[name], values.get(name, {}))
            for name in FACTS
            if entry.details.get(name) not in (None, "")
        ),
        is_decision=entry.kind in DECISIONS,
    )


def _title(entry: Told) -> str:
    """What it is about: what is named in it, or the skill that is looked for."""
    skill = entry.details.get("skill")
    return label_of(str(skill), gettext=_) if skill else str(entry.details.get("title", ""))


def _page(cards: Cards, url: Any) -> str:
    return cards.here(url) if isinstance(url, str) and cards.site.is_ours(url) else ""


def _fact(name: str, value: Any, words: Mapping[str, str]) -> Fact:
    text = str(value)
    try:
        at = datetime.fromisoformat(text) if name not in words and "T" in text else None
    except ValueError:
        at = None
    if at is not None and at.tzinfo is not None:
        return Fact(label=_(FACTS[name]), at=at)
    return Fact(label=_(FACTS[name]), words=_(words[text]) if text in words else text)
