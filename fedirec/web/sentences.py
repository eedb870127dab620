"""What went wrong, in sentences for people."""

from __future__ import annotations

from datetime import date

from fedirec.errors import FedirecError
from fedirec.web.language import gettext as _
from fedirec.web.times import days


def told(error: FedirecError) -> str:
    """What an error says, as a page shows it in the reader's language."""
    said = _(error.message)
    blanks = {name: days(blank, blank) if isinstance(blank, date) else blank for name, blank in error.blanks.items()}
    if blanks and said.startswith("%("):  # what fills a blank is spelled as it is
        return _ended(said % blanks)
    return as_sentence(said % blanks if blanks else said)


def as_sentence(text: str) -> str:
    """What an error says, as a page shows it: with a capital and a full stop."""
    begins_with_a_word = text.partition(" ")[0].isalpha()  # a host or a file is spelled as it is
    return _ended((text[:1].upper() if begins_with_a_word else text[:1]) + text[1:])


def _ended(text: str) -> str:
    return text + ("" if text.endswith((".", "!", "?", "…")) else ".")
