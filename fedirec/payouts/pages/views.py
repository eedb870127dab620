"""What several pages about being paid show, and how they are sent."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.notices import WHY_HELD
from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.payouts.actions.payees.presence import is_fresh
from fedirec.payouts.adapters.catalogue import LABELS
from fedirec.payouts.addresses import CODE, DETAILS, MONEY, TERMS
from fedirec.payouts.queries.payees import PayeeStatus
from fedirec.web.countries import country_name
from fedirec.web.language import gettext as _
from fedirec.web.views import Tab

PRIVATE: Final = {"Cache-Control": "private, no-store"}


def how_paid(status: PayeeStatus | None) -> dict[str, Any]:
    """How somebody is paid, as far as it is shown."""
    if status is None:
        return {"way": "", "masked": "", "country": "", "payee_status": None, "held_until": None, "held_for": ""}
    payee, until, why = status.payee, status.held_until, status.held_for
    is_held = until is not None and until > now()
    return {
        "way": _(LABELS[payee.adapter]) if payee.adapter in LABELS else payee.adapter,
        "masked": payee.masked,
        "country": country_name(payee.country) if payee.country else "",
        "payee_status": status,
        "held_until": until if is_held else None,
        "held_for": _(WHY_HELD[why]) if is_held and why else "",
    }


async def presence_of(viewer: Viewer) -> dict[str, Any]:
    """What a form needs that asks whether it is surely them."""
    return {
        "has_password": bool(viewer.account.password_hash),
        "is_fresh": bool(viewer.account.password_hash) or await is_fresh(viewer),
        "home": f"@{viewer.actor.handle}@{viewer.actor.host}",
        "host": viewer.actor.host,
        "name": viewer.actor.handle,
    }


def money_tabs(request: Request[Any]) -> list[Tab]:
    """The pages about one's own money."""
    pages = [
        (MONEY, _("What you are owed")),
        (DETAILS, _("How you are paid")),
        (TERMS, _("Terms")),
        (CODE, _("Your code")),
    ]
    return [Tab(label=label, url=url, is_current=request.url.path == url) for url, label in pages]
