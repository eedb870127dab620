"""What went wrong, in sentences for people."""

from __future__ import annotations

from fedirec.errors import FedirecError
from fedirec.web.language import gettext as _


def told(error: FedirecError) -> str:
    """What an error says, as a page shows it in the reader's language."""
    said = _(error.message)
    if error.blanks and said.startswith("%("):  # what fills a blank is spelled as it is
        return _ended(said % error.blanks)
    return as_sentence(said % error.blanks if error.blanks else said)


def as_sentence(text: str) -> str:
    """What an error says, as a page shows it: with a capital and a full stop."""
    begins_with_a_word = text.partition(" ")[0].isalpha()  # a host or a file is spelled as it is
    return _ended((text[:1].upper() if begins_with_a_word else text[:1]) + text[1:])


def _ended(text: str) -> str:
    return text + ("" if text.endswith((".", "!", "?", "…")) else ".")
