"""The pages of those who pay: they come from several packages, and lead to one another."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.web.language import gettext as _
from fedirec.web.views import Tab

TREASURY: Final = "/treasury"


def treasury_tabs(request: Request[Any]) -> list[Tab]:
    """For whoever may pay."""
    path = request.url.path
    pages = [
        (TREASURY, _("What waits"), path == TREASURY),
        (f"{TREASURY}/batches", _("Batches"), path.startswith((f"{TREASURY}/batches", f"{TREASURY}/payouts"))),
        (f"{TREASURY}/payees", _("Who is paid"), path.startswith(f"{TREASURY}/payees")),
        ("/ledger", _("The ledger"), path == "/ledger"),
    ]
    return [Tab(label=label, url=url, is_current=current) for url, label, current in pages]
