"""Percentages as people type them."""

from __future__ import annotations

from decimal import Decimal

from fedirec.credits.shares import WHOLE
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _


def read_percent(form: Form, name: str) -> int | None:
    """The parts per million in a field that holds a percentage; nothing in it is 0."""
    text = form.line(name, max=12).removesuffix("%").strip().replace(",", ".") or "0"
    whole, _point, rest = text.partition(".")
    if not whole.isascii() or not whole.isdigit() or len(rest) > 4 or (rest and not rest.isdigit()) or len(whole) > 3:
        form.fail(name, _("Please write a percentage, such as 50 or 12.5."))
        return None
    ppm = int(whole + rest.ljust(4, "0"))
    if ppm > WHOLE:
        form.fail(name, _("A share is between 0 and 100 %."))
        return None
    return ppm


def percent(ppm: int) -> str:
    """Parts per million as they are typed."""
    return f"{Decimal(ppm).scaleb(-4).normalize():f}"
