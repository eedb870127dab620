"""What is one's own, to take along; and lists that are brought."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from fedirec.accounts.actions.archives import ask_for_archive, bring_list
from fedirec.accounts.archives import FOLDER, archive_file, find_archive, names_in
from fedirec.accounts.door import require_viewer
from fedirec.accounts.lists import FILES, MAX_BYTES, ListKind, write_list
from fedirec.accounts.pages.views import once_more, settings_tabs
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError, NotFound
from fedirec.translatable import N_
from fedirec.web.forms import read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, redirect, render
from fedirec.web.views import Choice

HERE: Final = "/settings/data"
TEMPLATE: Final = "accounts/data.html"
PRIVATE: Final = {"Cache-Control": "private, no-store"}
NAMES: Final = {
    ListKind.FOLLOWING: N_("Whom I follow"),
    ListKind.BLOCKS: N_("Whom I block"),
    ListKind.MUTES: N_("Whom I mute"),
    ListKind.BLOCKED_HOSTS: N_("Instances that I block"),
    ListKind.MUTED_HOSTS: N_("Instances that I mute"),
}


async def show_data(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    return render(request, TEMPLATE, **await _data(request, viewer))


async def post_archive(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    await read_form(request)
    return await attempt(
        request, HERE, ask_for_archive(viewer.account), _("Your copy is being made. It will be here in a while.")
    )


async def show_archive(request: Request[Any]) -> Response:
    """The copy itself, for whom it belongs to."""
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    archive = await find_archive(viewer.account)
    if archive is None or archive.state != "ready":
        raise NotFound("There is no copy to fetch. You can ask for one.")
    file = archive_file(Path(request.state["settings"].data_dir) / FOLDER, archive)
    if not await to_thread.run_sync(file.is_file):
        raise NotFound("There is no copy to fetch. You can ask for one.")
    name = f"fedirec-{viewer.actor.handle}-{archive.created_at:%Y-%m-%d}.zip"
    return FileResponse(file, media_type="application/zip", filename=name, headers=PRIVATE)


async def show_list(request: Request[Any]) -> Response:
    """A list as Mastodon reads it."""
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    kind = next((each for each, name in FILES.items() if name == request.path_params["name"]), None)
    if kind is None:
        raise NotFound
    text = write_list(kind, await names_in(kind, viewer.actor))
    headers = {**PRIVATE, "Content-Disposition": f'attachment; filename="{FILES[kind]}"'}
    return Response(text, media_type="text/csv", headers=headers)


async def post_list(request: Request[Any]) -> Response:
    """Whom a list names is looked up one after the other."""
    viewer = require_viewer(request, Permission.MANAGE_ACCOUNT)
    form = await read_form(request, max_files=1, max_file_bytes=MAX_BYTES)
    kind = form.choice("kind", [each.value for each in ListKind])
    file = form.file("file", required=True)
    if form.errors or file is None:
        return once_more(request, TEMPLATE, form, **await _data(request, viewer))
    text = (await to_thread.run_sync(file.path.read_bytes)).decode("utf-8", errors="replace")
    try:
        if kind == ListKind.FOLLOWING:
            require_viewer(request, Permission.FOLLOW)
        await bring_list(viewer.account, ListKind(kind), text)
    except FedirecError as error:
        form.refuse(error, beside="file")
        return once_more(request, TEMPLATE, form, **await _data(request, viewer))
    return redirect(request, HERE, _("Thank you. They are being looked up now, one after the other."))


async def _data(request: Request[Any], viewer: Viewer) -> dict[str, Any]:
    archive = await find_archive(viewer.account)
    return {
        "tabs": settings_tabs(request, viewer),
        "archive": archive,
        "megabytes": f"{archive.size / 1_000_000:.1f}" if archive else "",
        "lists": [(f"{HERE}/{FILES[kind]}", _(label)) for kind, label in NAMES.items()],
        "kinds": [Choice(value=kind.value, label=_(label)) for kind, label in NAMES.items()],
    }


routes = [
    Route(HERE, show_data, methods=["GET"]),
    Route(f"{HERE}/archive", post_archive, methods=["POST"]),
    Route(f"{HERE}/archive", show_archive, methods=["GET"]),
    Route(f"{HERE}/lists", post_list, methods=["POST"]),
    Route(f"{HERE}/{{name}}", show_list, methods=["GET"]),
]
