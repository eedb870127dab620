"""What members want to be told of."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.profile import choose_notices
from fedirec.accounts.door import require_viewer
from fedirec.accounts.notices import FAMILIES, WISHES, Notice
from fedirec.accounts.pages.views import settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


async def show_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    unwanted = set(viewer.account.unwanted or ())
    return render(
        request,
        "accounts/notices.html",
        tabs=settings_tabs(request, viewer),
        families=[
            (
                _(family.label),
                family.sign,
                [
                    Choice(value=kind.value, label=_(WISHES[kind]), hint="" if kind.value in unwanted else "on")
                    for kind in family.kinds
                ],
            )
            for family in FAMILIES
            if family.may_be_unwanted
        ],
    )


async def post_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    form = await read_form(request)
    wanted = form.many("wanted", [kind.value for kind in WISHES])
    await choose_notices(viewer.account, {Notice(kind) for kind in wanted})
    return redirect(request, "/settings/notices", _("Saved."))


routes = [
    Route("/settings/notices", show_notices, methods=["GET"]),
    Route("/settings/notices", post_notices, methods=["POST"]),
]
