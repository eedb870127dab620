"""What members want to be told of, here and by mail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.profile import choose_notices, stop_mail
from fedirec.accounts.door import require_viewer
from fedirec.accounts.notices import ALWAYS, FAMILIES, WISHES, Notice
from fedirec.accounts.pages.views import once_more, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import Conflict, FedirecError
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render


@dataclass(frozen=True, slots=True, kw_only=True)
class WishView:
    """One kind of notice, and how somebody wants it."""

    value: str
    label: str
    is_wanted: bool
    is_mailed: bool


async def show_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    return render(request, "accounts/notices.html", **_notices(request, viewer))


async def post_notices(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_VISIT)
    form = await read_form(request)
    kinds = [kind.value for kind in WISHES]
    wanted = set(form.many("wanted", kinds, max=len(kinds)))
    mailed = set(form.many("mailed", [*kinds, ALWAYS], max=len(kinds) + 1))
    do, _between, name = form.value("do").partition(" ")
    family = next((each for each in FAMILIES if each.name == name), None)
    if family is not None:  # all of its kinds at once, or none; the others as they are ticked
        of_family = {kind.value for kind in family.kinds if kind in WISHES}
        wanted = wanted | of_family if do == "all" else wanted - of_family
        mailed = mailed if do == "all" else mailed - of_family  # what comes by mail is told here too
    asks_mail = viewer.account.mail_to is not None
    try:
        await choose_notices(
            viewer.account,
            {Notice(kind) for kind in wanted},
            mailed=mailed if asks_mail else None,
            weekly=form.flag("weekly") if asks_mail else None,
        )
    except FedirecError as error:
        return once_more(request, "accounts/notices.html", form, error, **_notices(request, viewer))
    place = f"?open={family.name}#{family.name}" if family else ""
    return redirect(request, f"/settings/notices{place}", _("Saved."))


async def post_address(request: Request[Any]) -> Response:
    """Where mail should go: it is asked there first. Or that there should be none."""
    viewer = require_viewer(request, Permission.MANAGE_OWN)
    form = await read_form(request)
    if form.value("do") == "forget":
        await stop_mail(viewer.account.id)
        return redirect(request, "/settings/notices", _("Nothing is sent to you by mail any more."))
    post: Post = request.state["post"]
    if not post.is_on:
        raise Conflict("This place sends no mail.")
    typed = form.text("address", required=True, max=254)
    if form.errors:
        return once_more(request, "accounts/notices.html", form, **_notices(request, viewer))
    try:
        request.state["attempts"].check(f"mail {viewer.account.id}", cost=3)
        address = await post.ask_address(viewer.account, typed)
    except FedirecError as error:
        return once_more(request, "accounts/notices.html", form, error, **_notices(request, viewer))
    said = _("A letter is on its way to %(address)s. Follow the link in it.") % {"address": address}
    return redirect(request, "/settings/notices", said)


def _notices(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    account = viewer.account
    unwanted, mailed = set(account.unwanted or ()), set(account.mailed or ())
    sends_mail = bool(request.state["post"].is_on)
    return {
        "tabs": settings_tabs(request, viewer),
        "sends_mail": sends_mail,
        "mail_to": account.mail_to if sends_mail else None,
        "mails_always": ALWAYS in mailed,
        "is_weekly": account.weekly_mail,
        "open": request.query_params.get("open", ""),
        "families": [
            (
                family.name,
                _(family.label),
                family.sign,
                [
                    WishView(
                        value=kind.value,
                        label=_(WISHES[kind]),
                        is_wanted=kind.value not in unwanted,
                        is_mailed=kind.value in mailed,
                    )
                    for kind in family.kinds
                    if kind in WISHES
                ],
            )
            for family in FAMILIES
            if family.may_be_unwanted
        ],
    }


routes = [
    Route("/settings/notices", show_notices, methods=["GET"]),
    Route("/settings/notices", post_notices, methods=["POST"]),
    Route("/settings/notices/address", post_address, methods=["POST"]),
]
