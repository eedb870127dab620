"""Moments as people read them, in the reader's language and zone."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Final

from babel.core import Locale
from babel.dates import format_date, format_datetime, format_interval, format_timedelta
from markupsafe import Markup

from fedirec.clock import now
from fedirec.web.language import gettext as _
from fedirec.web.language import ngettext, reader, reading, zone_named

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_LONG_AGO: Final = timedelta(days=330)


def moment(when: datetime) -> Markup:
    """Day and time, as in "Fri 4 Dec, 18:00"."""
    return _time(when, in_words(when), is_utc=not reader().knows_zone)


def day(when: datetime) -> Markup:
    """The day alone, with its year."""
    return _time(when, str(format_date(when.astimezone(reader().zone), _pattern("yMMMd", "d MMM y"), locale=_locale())))


def days(first: date, last: date) -> str:
    """From one day to another, with the year: the same ones in every zone."""
    locale = "en_GB" if reader().locale == "en" else _locale()  # the day stands before the month
    return str(format_interval(first, last, "yMMMd", locale=locale))


def ago(when: datetime) -> Markup:
    """How long since or until, as in "3 hours ago"; the exact time is in the title. After a week, the day."""
    distance = when - now()
    if abs(distance) > _WEEK:
        return _time(when, day(when).striptags(), title=in_words(when))
    return _time(when, relative(when), title=in_words(when))


def countdown(when: datetime) -> Markup:
    """The exact time and how far away it is, as in "Fri 4 Dec, 18:00 · in 13 days"."""
    return Markup('<span class="countdown">{} <span class="countdown-left" data-until="{}">· {}</span></span>').format(
        moment(when), in_utc(when), relative(when)
    )


def in_words(when: datetime) -> str:
    """The exact time as plain words; readers whose zone we do not know are told that it is UTC."""
    local = when.astimezone(reader().zone)
    is_near = abs(when - now()) < _LONG_AGO
    the_day = _pattern("MMMEd", "EEE d MMM") if is_near else _pattern("yMMMd", "d MMM y")
    words = str(format_datetime(local, f"{the_day}, HH:mm", locale=_locale()))
    return words if reader().knows_zone else f"{words} UTC"


def in_zone(when: datetime, name: str) -> str:
    """The exact time where somebody else is, with the name of their zone, as in "Fri 4 Dec, 18:00 (Europe/Berlin)"."""
    zone = zone_named(name) or UTC
    with reading(replace(reader(), zone=zone, knows_zone=True)):
        words = in_words(when)
    return f"{words} ({name.replace('_', ' ') if zone_named(name) else 'UTC'})"


def deadline(when: datetime, zone: str = "") -> Markup:
    """The exact time and how far away it is where the reader is, and the time where it was set, if that differs.

    Scripts hide the latter from visitors whose zone only their browser knows, if they are in that one.
    """
    shown = countdown(when)
    there = zone_named(zone) if zone != "UTC" else None  # which is what a form says as long as nobody chose
    if there is None or (
        reader().knows_zone and when.astimezone(there).utcoffset() == when.astimezone(reader().zone).utcoffset()
    ):
        return shown
    return Markup('{} <span class="countdown-there" data-there="{}">{}</span>').format(
        shown, zone, _("there: %(when)s") % {"when": in_zone(when, zone)}
    )


def relative(when: datetime) -> str:
    """How far away it is, in words."""
    distance = when - now()
    if abs(distance) < timedelta(minutes=1):
        return _("just now") if distance <= timedelta() else _("in a moment")
    days = round(abs(distance) / _DAY)
    if _DAY * 1.2 <= abs(distance) < _DAY * 45:  # nobody counts a deadline in weeks
        if distance > timedelta():
            return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
        return ngettext("%(days)s day ago", "%(days)s days ago", days) % {"days": days}
    return str(format_timedelta(distance, add_direction=True, threshold=1.2, locale=_locale()))


def local_input(when: datetime, zone: str | None = None) -> str:
    """The value of a datetime-local field, in the zone of that name or in the reader's."""
    local = when.astimezone(zone_named(zone) or reader().zone)
    return local.strftime("%Y-%m-%dT%H:%M")


def now_stamp() -> str:
    """The present moment for scripts, whose own clock may be wrong."""
    return in_utc(now())


def length(seconds: float) -> str:
    """How long a sound or a film is, as in "3:07"."""
    whole = max(0, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def in_utc(when: datetime) -> str:
    """A moment for programs, to the second, as in 2026-12-04T18:00:00Z (RFC 3339)."""
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _time(when: datetime, words: str, *, title: str = "", is_utc: bool = False) -> Markup:
    extra = Markup(' title="{}"').format(title) if title else Markup(" data-utc" if is_utc else "")  # noqa: S704
    return Markup('<time datetime="{}"{}>{}</time>').format(in_utc(when), extra, words)


def _pattern(skeleton: str, english: str) -> str:
    """How the reader's language writes a day of that form; in English the day stands before the month."""
    locale = Locale.parse(_locale())
    return english if locale.language == "en" else str(locale.datetime_skeletons[skeleton].pattern)


def _locale() -> str:
    return reader().locale.replace("-", "_")
