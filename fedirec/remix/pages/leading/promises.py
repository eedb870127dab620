"""The fields of a form that say what a challenge promises."""

from __future__ import annotations

from typing import Any, Final

from fedirec.errors import FedirecError
from fedirec.ledger.currencies import CURRENCIES, find_amount
from fedirec.remix.licences import find_licence
from fedirec.remix.pages.cards import licence_options
from fedirec.remix.terms import MAX_RULE, DecidedBy, Pays, Terms, refuse_unruled
from fedirec.remix.terms import MAX_TEXT as MAX_TERMS
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice

MAX_BRIEF: Final = 25_000
"""Characters that a form takes; what counts in the end are bytes, and those the action knows."""
_MONEY: Final = ("EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "PLN", "BRL", "INR", "MXN")
"""Offered first; then all others."""


def terms_choices() -> dict[str, Any]:
    """What the fields of the terms offer."""
    codes = [*_MONEY, *sorted(set(CURRENCIES) - set(_MONEY))]
    return {
        "licences": licence_options(),
        "payments": [
            Choice(value=Pays.NOTHING.value, label=_("Nothing"), hint=_("We do it because we want to.")),
            Choice(value=Pays.PERHAPS.value, label=_("Perhaps later"), hint=_("If it ever earns money.")),
            Choice(value=Pays.POT.value, label=_("A stated sum"), hint=_("Shared by a rule that you say now.")),
        ],
        "currencies": [Choice(value=code, label=code) for code in codes],
        "deciders": [
            Choice(value=DecidedBy.LEADERS.value, label=_("I do")),
            Choice(value=DecidedBy.COMMUNITY.value, label=_("Everybody here, together")),
            Choice(value=DecidedBy.CONTRIBUTORS.value, label=_("Those who contribute, together")),
        ],
    }


def terms_in(form: Form) -> Terms | None:
    """What was promised in the form; None when something is wrong with it, which then stands beside its field."""
    licence = find_licence(form.value("licence"))
    pays = form.choice("pays", [pays.value for pays in Pays], default=Pays.NOTHING.value)
    decided_by = form.choice("decided_by", [who.value for who in DecidedBy], default=DecidedBy.LEADERS.value)
    text, method = form.text("terms", max=MAX_TERMS), form.text("method", max=MAX_RULE)
    rule = form.text("rule", max=MAX_RULE) if pays != Pays.NOTHING else ""
    amount, currency = None, None
    if pays == Pays.POT:
        currency = form.choice("currency", CURRENCIES)
        amount = find_amount(form.line("amount", max=30), currency) if currency else None
        if amount is None:
            form.fail("amount", _("Please say how much is in the pot, in digits: 120 or 120.50."))
        if not rule.strip():
            form.fail("rule", _("Please say how the pot is shared, before anybody works for it."))
    if form.errors:
        return None
    try:
        terms = Terms(
            version=1,
            licence=licence.id,
            pays=Pays(pays),
            amount=amount,
            currency=currency,
            decided_by=DecidedBy(decided_by),
            rule=rule,
            method=method,
            text=text,
        )
        refuse_unruled(terms)
    except FedirecError as error:
        form.refuse(error)
        return None
    return terms
