"""What a challenge promises and how an offer to it stands, in the reader's words."""

from __future__ import annotations

from fedirec.remix.models import ChallengeTerms
from fedirec.web.language import gettext as _
from fedirec.web.money import money


def pay_in_words(terms: ChallengeTerms) -> str:
    """What a challenge pays, in one sentence; where there is a rule, that says among whom."""
    if terms.pays == "pot" and terms.amount is not None and terms.currency:
        words = (
            _("%(amount)s will be shared.")
            if terms.rule
            else _("%(amount)s will be shared among those who contribute.")
        )
        return words % {"amount": money(terms.amount, terms.currency)}
    return _("It may pay later.") if terms.pays == "perhaps" else _("Nobody is paid.")


def decided_in_words(decided_by: str) -> str:
    """Who decides about a challenge, in one sentence."""
    words = {
        "leaders": _("Whoever leads it chooses what becomes part of it."),
        "community": _("Everybody here decides together what becomes part of it."),
        "contributors": _("Those who contribute decide together what becomes part of it."),
    }
    return words.get(decided_by, "")


def submission_word(state: str) -> str:
    """How an offer to a challenge stands, for whoever made it."""
    words = {
        "pending": _("waiting for an answer"),
        "licence_pending": _("waiting for a licence"),
        "accepted": _("part of it"),
        "declined": _("not taken up"),
        "proposed": _("they ask whether you offer it"),
        "remark": _("said in words alone"),
    }
    return words.get(state, "")
