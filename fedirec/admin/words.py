"""What machines noted, in words for people: kinds of work, states, what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.sentences import as_sentence

KINDS: Final[Mapping[str, str]] = {
    "deliver": N_("Deliveries to other servers"),
    "mail": N_("Letters"),
    "payee": N_("Forgetting how guests were paid who left"),
    "credits": N_("Bringing credit lists up to date"),
    "credit": N_("Looking at credits of which other servers ask"),
    "fanout": N_("Finding out who should get what was said"),
    "inbox": N_("What other servers sent"),
    "actor": N_("Looking again who somebody is"),
    "describe": N_("Finding out what other servers run"),
    "lineage": N_("Looking for what things were made from"),
    "remixes": N_("Asking what was made of things"),
    "remix": N_("Fetching what was made of things"),
    "again": N_("Fetching once more what was very new"),
    "lists": N_("Fetching long lists of sources and people"),
    "announced": N_("Fetching what was passed on"),
    "comment": N_("Fetching comments"),
    "restored": N_("Fetching what was deleted and came back"),
    "quote": N_("Looking whether a quote is agreed to"),
    "consent": N_("Looking whether an answer is agreed to"),
    "question": N_("Looking at remixes that are asked about"),
    "stamp": N_("Looking whether a remix is agreed to"),
    "suggestion": N_("Looking at changes that are suggested"),
    "carry": N_("Publishing what was agreed to"),
    "names": N_("Naming people as they wish"),
    "unname": N_("Taking out names"),
    "writing": N_("Versions by several people"),
    "replies": N_("Fetching answers that are missing"),
    "challenge": N_("Fetching challenges"),
    "project": N_("Fetching projects"),
    "production": N_("Fetching what projects released"),
    "news": N_("Fetching news"),
    "earlier news": N_("Fetching news from before somebody followed"),
    "profile": N_("Keeping what people tell of themselves"),
    "instance": N_("Following other servers as a whole"),
    "upload": N_("Files that arrived"),
    "media": N_("Preparing files"),
    "archive": N_("Copies for people of everything of theirs"),
    "brought": N_("Lists that people bring along"),
    "erasure": N_("Erasing those who leave"),
    "move": N_("Going along with those who move"),
    "look": N_("Looking for watched words"),
    "people": N_("Meeting those who are credited"),
    "policy": N_("Carrying out decisions about servers"),
    "payout": N_("Paying people"),
    "proposal": N_("Fetching pay proposals"),
    "purge": N_("Throwing away what is kept of servers"),
}
"""What a kind of work is called; one of a version that is gone is shown by its name."""

POLICIES: Final[Mapping[str, str]] = {
    "allow": N_("Everything is exchanged"),
    "limit": N_("Limited"),
    "block": N_("Blocked"),
}

STATES: Final[Mapping[str, str]] = {
    "refused": N_("refused"),
    "failed": N_("failed"),
    "waiting": N_("waiting"),
    "handled": N_("handled"),
}

_ANSWERS: Final[Mapping[int, str]] = {
    400: N_("It did not understand what we sent."),
    401: N_("It does not believe our signature."),
    403: N_("It does not want to hear from us."),
    404: N_("That inbox is gone."),
    405: N_("It takes nothing at that address."),
    408: N_("It waited too long for us."),
    410: N_("That inbox is gone."),
    413: N_("What we sent was too large for it."),
    422: N_("It does not accept what we sent."),
    429: N_("It asks us to slow down."),
    500: N_("Something went wrong inside it."),
    502: N_("It is not there at present, only what stands before it."),
    503: N_("It has too much to do at present."),
    504: N_("It is not there at present, only what stands before it."),
}


def kind_in_words(kind: str) -> str:
    """What a kind of work is called."""
    return _(KINDS[kind]) if kind in KINDS else kind


def error_in_words(error: str | None, status: int | None = None) -> str:
    """What went wrong, as a sentence; empty when nothing did."""
    if status is None and error and error.startswith("answered ") and error[9:].isdigit():
        status = int(error[9:])
    if status is not None and status in _ANSWERS:
        return _(_ANSWERS[status])
    if status is not None:
        return _("It answered with the status %(n)s.") % {"n": status}
    return as_sentence(_(error)) if error else ""
