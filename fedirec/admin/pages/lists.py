"""Lists of decisions as files: taken over after a look at what they would change, and given away."""

from __future__ import annotations

from typing import Any, Final, Literal

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import once_more
from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.lists import Plan, export_list, import_list, plan_import
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.translatable import N_
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

PLACE: Final = "/admin/federation/import"
MOST_HERE: Final = 250_000
"""Bytes of a list that fits a page; the command line takes longer ones."""
SHOWN: Final = 200
"""Lines of each kind that the page names."""
COLUMNS: Final = {
    "policy": N_("how much is exchanged"),
    "rejects_media": N_("files"),
    "rejects_reports": N_("reports"),
    "is_obfuscated": N_("whether its name is shown in full"),
}


async def show_import(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return render(request, "admin/import.html", tabs=admin_tabs(request, viewer), kinds=_kinds())


async def post_import(request: Request[Any]) -> Response:
    """What a list would change is shown; or it is taken over, when that was seen."""
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    form = await read_form(request, max_files=1, max_file_bytes=MOST_HERE)
    values: dict[str, Any] = {"tabs": admin_tabs(request, viewer), "kinds": _kinds()}
    kind: Literal["blocks", "allows"] = "allows" if form.choice("kind", ["blocks", "allows"]) == "allows" else "blocks"
    text = form.value("list") or await _text_of(form)
    if not text and "file" not in form.errors:
        form.fail("file", _("Please choose a file."))
    if len(text.encode()) > MOST_HERE:
        form.fail("file", _("That list is too long for this page; the command line takes it."))
    if form.errors:
        return once_more(request, "admin/import.html", form, **values)
    overrule = form.flag("overrule")
    try:
        if form.value("do") == "take":
            site = request.state["site"]
            skip = form.flag("skip_bad")
            await import_list(viewer, site, text, kind=kind, overrule=overrule, skip_bad=skip)
            done = _("The list is taken over. What it means for what is here follows soon.")
            return redirect(request, "/admin/federation?show=decided", done)
        plan = await plan_import(viewer, request.state["site"], text, kind=kind, overrule=overrule)
    except FedirecError as error:
        return once_more(request, "admin/import.html", form, error, **values)
    return render(request, "admin/before_import.html", form=form, text=text, **_shown(plan), **values)


async def show_export(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    kind: Literal["blocks", "allows"] = "allows" if request.query_params.get("kind") == "allows" else "blocks"
    text = await export_list(viewer, kind)
    name = f"{request.state['site'].uris.host.replace(':', '-')}-{kind}-{now():%Y-%m-%d}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(text, media_type="text/csv", headers=headers)


async def _text_of(form: Form) -> str:
    upload = form.file("file")
    if upload is None or upload.is_empty:
        return ""
    data = await to_thread.run_sync(upload.path.read_bytes)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        form.fail("file", _("That is no list of instances."))
        return ""


def _shown(plan: Plan) -> dict[str, Any]:
    return {
        "plan": plan,
        "changes": plan.changes[:SHOWN],
        "bad": [(line.number, line.text, _(line.why)) for line in plan.bad[:SHOWN]],
        "contradictions": [
            (each.number, each.host, ", ".join(_(COLUMNS[name]) for name in each.columns))
            for each in plan.contradictions[:SHOWN]
        ],
        "foreseen": plan.consequences,
    }


def _kinds() -> list[Choice]:
    return [
        Choice(value="blocks", label=_("Servers to block or limit")),
        Choice(value="allows", label=_("Servers that may come in where only the listed may")),
    ]


routes = [
    Route(PLACE, show_import, methods=["GET"]),
    Route(PLACE, post_import, methods=["POST"]),
    Route("/admin/federation/export", show_export, methods=["GET"]),
]
