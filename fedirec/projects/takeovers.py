"""When leaders are silent: how long a project waits for them, who may offer to lead it then, and who does in the end.

The rule is short enough to be read by everybody whom it concerns: `SENTENCE` stands on the page, and the functions do
what it says. Nobody can bring it about: silence counts from the last deed of any leader, leaders are warned before, and
nobody is let in while they are gone, but where the project would be lost otherwise: nobody is left in it, or nobody
who is wants it.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.projects.stages import Stage
from fedirec.translatable import N_

WAITING: Final = timedelta(days=7)
"""How long leaders can still come back after the first offer."""
MEMBERSHIP: Final = timedelta(days=7)
"""How long somebody has been a member before they may offer to lead."""
LONGEST_PAUSE: Final = timedelta(days=180)
"""How long a project that is paused, or finished but not released, may wait without a word."""
OPEN_TO_ALL: Final = timedelta(days=60)
"""How long a project waits for those who were in it: from then on whoever asks to join is in at once."""
MAX_WORDS: Final = 1_000
"""Characters that somebody says with their offer."""
MAX_OFFERS: Final = 20
"""Offers to lead one project that wait at the same time."""

AT_WORK: Final = frozenset({Stage.IDEA, Stage.EARLY, Stage.ADVANCED, Stage.FUNDED, Stage.IN_PRODUCTION})
"""Stages in which leaders are expected to do something."""
AT_REST: Final = frozenset({Stage.PAUSED, Stage.FINISHED})
"""Stages in which they may be silent for much longer."""
ADOPTABLE: Final = Stage.ADOPTABLE.value

SENTENCE: Final = N_(
    "When its leaders have done nothing in it for %(silent)s days, are not there any more, or say so, members can take "
    "it over. Whoever has been a member for %(membership)s days may offer to lead it. From the first "
    "offer on its leaders have %(waiting)s days to come back: anything that one of them does here is enough. Otherwise "
    "it goes to the first who offered, to members whom the leaders trusted before all others. Those who led it stay "
    "members. Where nobody is left in it who could do that, or nobody has taken it over within %(open)s days, whoever "
    "asks to join is in at once."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """What is known of how a project is led."""

    stage: str
    stage_at: datetime
    led_at: datetime
    """When a leader last did something in it."""
    silent_days: int
    leaders_there: bool
    """Whether any of its leaders is still there: neither suspended nor gone, and not moved elsewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who offers to lead."""

    key: int
    offered_at: datetime
    is_trusted: bool
    may_still_lead: bool
    """Whether they are a member as before, and neither suspended nor gone."""


def can_fall_silent(stage: str) -> bool:
    """Whether leaders in that stage are expected to do something, sooner or later."""
    return stage in AT_WORK or stage in AT_REST


def patience(leading: Leading) -> timedelta:
    """How long leaders may be silent."""
    wanted = timedelta(days=leading.silent_days)
    return max(wanted, LONGEST_PAUSE) if leading.stage in AT_REST else wanted


def silent_at(leading: Leading) -> datetime:
    """When members may take the project over, if no leader does anything until then."""
    began = max(leading.led_at, leading.stage_at) if leading.stage in AT_REST else leading.led_at
    return began + patience(leading)


def warning_at(leading: Leading) -> datetime:
    """When its leaders are told what will happen: after three quarters of the time."""
    return silent_at(leading) - patience(leading) / 4


def has_to_be_warned(leading: Leading, *, at: datetime) -> bool:
    """Whether its leaders have been silent for so long that they are to be told, if they have not been."""
    return can_fall_silent(leading.stage) and leading.leaders_there and at >= warning_at(leading)


def becomes_adoptable(leading: Leading, *, warned_at: datetime | None, at: datetime) -> bool:
    """Whether members may take it over from now on.

    Leaders who are there were told of it (`warned_at`) a quarter of the time ago: a server that was off for a season,
    or a clock that jumped, takes nobody's project away.
    """
    if not can_fall_silent(leading.stage):
        return False
    if not leading.leaders_there:
        return True
    if warned_at is None or at < silent_at(leading):
        return False
    return at >= warned_at + patience(leading) / 4


def takes_in_everybody(*, stage: str, since: datetime, heirs: int, at: datetime) -> bool:
    """Whether whoever asks to join is in at once, in a project that is in its stage `since`.

    `heirs` are members who were there before it was up for adoption, are there still, and do not lead it: where there
    are any, it is theirs to take over for OPEN_TO_ALL. After that nobody who does nothing keeps it from all others.
    """
    return stage == ADOPTABLE and (not heirs or at >= since + OPEN_TO_ALL)


def check_words(words: str) -> str:
    """What somebody says with their offer, as it is kept. Raises Invalid."""
    said = words.strip()
    if not said:
        raise Invalid("Please say in a sentence or two how you would go on. Everybody can read it.", field="words")
    if len(said) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    return said


def refuse_offer(
    *, stage: str, is_leader: bool, member_since: datetime | None, has_offered: bool, waiting: int, at: datetime
) -> None:
    """Somebody may offer to lead. Raises Conflict or Forbidden, which say why not.

    `member_since` is None for who is no active member; `waiting` counts the offers of others.
    """
    if stage != ADOPTABLE:
        raise Conflict("This project has leaders who are there.")
    if is_leader:
        raise Conflict("You lead it already: do anything in it, and it is yours as before.")
    if member_since is None:
        raise Forbidden("Only members of the project can do that.")
    if at < member_since + MEMBERSHIP:
        raise Forbidden("Whoever offers to lead has been a member for %(n)s days.", blanks={"n": MEMBERSHIP.days})
    if has_offered:
        raise Conflict("You have offered to lead it already.")
    if waiting >= MAX_OFFERS:
        raise Conflict("So many have offered to lead it that it has to be decided first.")


def ends_at(others: Collection[datetime], *, at: datetime) -> datetime:
    """Until when leaders can come back after an offer made `at` that time: the first of several sets the date.

    `others` are the dates of the offers that wait already.
    """
    return min(others, default=at + WAITING)


def winner(candidates: Sequence[Candidate]) -> Candidate | None:
    """Who leads from now on: the trusted before the others, and among those whoever offered first. None of who left."""
    fit = [each for each in candidates if each.may_still_lead]
    return min(fit, key=lambda each: (not each.is_trusted, each.offered_at, each.key), default=None)
