"""Countries, as readers call them."""

from __future__ import annotations

from collections.abc import Iterable

from babel import Locale

from fedirec.web.language import reader
from fedirec.web.views import Choice


def country_name(code: str) -> str:
    """What the reader calls the country with that code of ISO 3166-1; the code itself where it is not known."""
    return str(Locale.parse(reader().locale.replace("-", "_")).territories.get(code, code))


def country_choices(codes: Iterable[str]) -> list[Choice]:
    """The countries for a select, in the order of their names, after an empty one."""
    named = sorted(((country_name(code), code) for code in codes), key=lambda each: each[0].casefold())
    return [Choice(value="", label=""), *(Choice(value=code, label=name) for name, code in named)]
