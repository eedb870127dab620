"""Calendars that programs subscribe to (RFC 5545). Only this module knows the library that writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

MEDIA_TYPE: Final = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Date:
    """Something that happens, or ends, at a moment."""

    uid: str
    """The same for as long as it exists, here and on every other instance."""
    at: datetime
    title: str
    text: str = ""
    url: str = ""
    made_at: datetime
    changed_at: datetime | None = None
    is_cancelled: bool = False


def write_calendar(dates: Sequence[Date], *, name: str, url: str) -> bytes:
    """The calendar; written twice, it is the same to the byte.

    A date that was moved or called off has a higher SEQUENCE than before (section 3.8.7.4): the seconds between its
    making and its last change, which only grow. DTSTAMP is that change too (section 3.8.7.2).
    """
    from icalendar import Calendar, Event, vUri

    calendar = Calendar()
    calendar.add("prodid", "-//fedirec//calendar//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name))
    calendar.add("name", _line(name))  # RFC 7986
    calendar["url"] = vUri(url)
    calendar.add("refresh-interval", timedelta(hours=6), parameters={"value": "DURATION"})
    for date in dates:
        made = date.made_at.astimezone(UTC).replace(microsecond=0)
        changed = (date.changed_at or date.made_at).astimezone(UTC).replace(microsecond=0)
        event = Event()
        event.add("uid", date.uid)
        event.add("dtstamp", changed)
        event.add("created", made)
        event.add("last-modified", changed)
        event.add("sequence", max(0, int((changed - made).total_seconds())))
        event.add("dtstart", date.at.astimezone(UTC).replace(microsecond=0))
        event.add("summary", _line(date.title))
        if date.text:
            event.add("description", _clean(date.text))
        if date.url:
            event["url"] = vUri(date.url)
        event.add("status", "CANCELLED" if date.is_cancelled else "CONFIRMED")
        event.add("transp", "TRANSPARENT")  # a deadline takes nobody's time
        calendar.add_component(event)
    written: bytes = calendar.to_ical()
    return written


def _line(text: str) -> str:
    return " ".join(_clean(text).split())


def _clean(text: str) -> str:
    """`text` without characters that a calendar cannot hold (section 3.1)."""
    return "".join(char for char in text if char in "\n\t" or (char >= " " and char != "\x7f"))
