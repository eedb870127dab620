"""Which pages there are for those who look after this place: the one list that their navigation is made from.

Packages above this one add their pages here, too: a line is only an address, a word, and who may see it.
"""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.translatable import N_
from fedirec.web.language import gettext as _
from fedirec.web.views import Tab

PAGES: Final = (
    ("/admin/people", N_("People"), Permission.SEE_PEOPLE),
    ("/admin/people/pending", N_("Requests to join"), Permission.APPROVE_MEMBERS),
    ("/admin/reports", N_("Reports"), Permission.MODERATE),
    ("/admin/claims", N_("Claims"), Permission.MODERATE),
    ("/admin/appeals", N_("Appeals"), Permission.MODERATE),
    ("/admin/watch", N_("Doors and words"), Permission.MODERATE),
    ("/admin/federation", N_("Other servers"), Permission.SEE_FEDERATION),
    ("/admin/queue", N_("The queue"), Permission.SEE_FEDERATION),
    ("/admin/refused", N_("What was refused"), Permission.SEE_FEDERATION),
    ("/treasury", N_("The treasury"), Permission.PAY),
    ("/admin/instance", N_("This instance"), Permission.MANAGE_INSTANCE),
    ("/admin/money", N_("Money"), Permission.MANAGE_INSTANCE),
    ("/admin/audit", N_("Audit log"), Permission.SEE_AUDIT),
)
"""Address, word, and what one must be allowed to see it, in the order in which they stand."""


def admin_tabs(request: Request[Any], viewer: Viewer) -> list[Tab]:
    """The pages that `viewer` may see; the one that is open, or of which a part is open, is the current one."""
    path = request.url.path
    current = max((url for url, _word, _may in PAGES if path == url or path.startswith(f"{url}/")), key=len, default="")
    shown = [(url, word) for url, word, permission in PAGES if viewer.can(permission)]
    return [Tab(label=_(word), url=url, is_current=url == current) for url, word in shown]
