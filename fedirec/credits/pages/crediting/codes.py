"""The code for the day on which somebody's server is gone is offered with a credit."""

from __future__ import annotations

from fedirec.web.language import gettext as _
from fedirec.web.render import Flash


def offering_code(said: str) -> Flash:
    """What the page says to whoever has just confirmed a credit, with the way to their code."""
    words = _("Should your account be gone one day, a code proves that this credit is yours.")
    return Flash(text=f"{said} {words}", url="/money/code", label=_("Get your code"))
