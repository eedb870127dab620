"""The words of the interface in the reader's language, and the clock in the reader's zone.

Catalogues are plain `.po` files that are compiled in memory when they are first needed, so that neither installing nor
running from a checkout has a build step. English is the language of the sources. What is said is said for one reader:
`reading` names them, and everything inside speaks their language.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale, UnknownLocaleError
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE_LANGUAGE: Final = "en"
FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "messages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom a page is made."""

    locale: str = SOURCE_LANGUAGE
    zone: tzinfo = UTC
    knows_zone: bool = False
    """Whether they told us their zone; otherwise times are in UTC and say so."""


_reader: ContextVar[Reader] = ContextVar("reader", default=Reader())  # noqa: B039  (it is frozen)


@contextmanager
def reading(reader: Reader) -> Generator[None]:
    """Inside, pages and sentences are for `reader`."""
    token = _reader.set(reader)
    try:
        yield
    finally:
        _reader.reset(token)


def reader() -> Reader:
    """For whom we are speaking just now."""
    return _reader.get()


def gettext(message: str) -> str:
    """`message` in the reader's language."""
    return _catalogue(_reader.get().locale).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    return _catalogue(_reader.get().locale).ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    return _catalogue(_reader.get().locale).pgettext(context, message)


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    return _catalogue(_reader.get().locale).npgettext(context, singular, plural, number)


@cache
def languages() -> tuple[str, ...]:
    """The languages that pages can be read in, the source language first."""
    found = sorted(path.parent.parent.name for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.po"))
    return (SOURCE_LANGUAGE, *(name for name in found if name != SOURCE_LANGUAGE))


def best_language(wanted: Iterable[str]) -> str:
    """The first of `wanted` (tags such as `pt-BR`) that we speak, or a near relation of it, or the source language."""
    spoken = {name.lower().replace("_", "-"): name for name in languages()}
    for tag in wanted:
        name = tag.strip().lower().replace("_", "-")
        for candidate in (name, name.partition("-")[0]):
            if candidate in spoken:
                return spoken[candidate]
    return SOURCE_LANGUAGE


def accepted_languages(header: str) -> list[str]:
    """The tags of an Accept-Language header, the most wanted first."""
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:500].split(",")[:20]):
        tag, _, parameters = part.partition(";")
        try:
            weight = float(parameters.partition("=")[2] or 1) if parameters.strip().startswith("q") else 1.0
        except ValueError:
            continue
        if tag.strip() and weight > 0:
            wanted.append((-weight, place, tag.strip()))
    return [tag for _, _, tag in sorted(wanted)]


def direction_of(locale: str) -> str:
    """`rtl` or `ltr`: the way in which the language is written. Unknown languages are `auto`."""
    try:
        return str(Locale.parse(locale.replace("-", "_")).text_direction)
    except (UnknownLocaleError, ValueError):
        return "auto"


def name_of_language(tag: str, *, told_in: str | None = None) -> str:
    """What a language is called in the reader's language, or in that of `told_in`; its tag where nobody here knows."""
    try:
        name = Locale.parse(tag.replace("-", "_")).get_display_name((told_in or reader().locale).replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return tag
    return name or tag


@cache
def zone_named(name: str | None) -> tzinfo | None:
    """The time zone of that name, as in `Europe/Berlin`; None when there is none."""
    return ZoneInfo(name) if name and name in _zones() else None


def zone_names() -> list[str]:
    """Every zone that people can choose, in order."""
    named = sorted(name for name in _zones() if "/" in name and not name.startswith(("Etc/", "SystemV/")))
    return [*named, "UTC"]


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


@cache
def _catalogue(locale: str) -> NullTranslations:
    path = FOLDER / locale / "LC_MESSAGES" / f"{DOMAIN}.po"
    if locale not in languages() or not path.exists():
        return NullTranslations()
    compiled = BytesIO()
    with path.open("rb") as source:
        write_mo(compiled, read_po(source, locale=locale))
    compiled.seek(0)
    return GNUTranslations(compiled)
