"""What waits to be done, and what was given up."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import id_in, page_with, place_in
from fedirec.accounts.permissions import Permission
from fedirec.admin.actions.queue import drop_job, retry_job
from fedirec.admin.pages.views import peer_url
from fedirec.admin.queries.queue import QueuedJob, jobs, waiting_by_kind
from fedirec.admin.words import error_in_words, kind_in_words
from fedirec.web.language import gettext as _
from fedirec.web.render import attempt, render

PLACE: Final = "/admin/queue"


async def show_queue(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_FEDERATION)
    rows, place = await jobs(which="dead", before=place_in(request, "before"))
    return render(
        request,
        "admin/queue.html",
        tabs=admin_tabs(request, viewer),
        kinds=[(kind_in_words(each.kind), each) for each in await waiting_by_kind()],
        dead=page_with(request, [_shown(row) for row in rows], name="before", place=place),
        may_decide=viewer.can(Permission.MANAGE_FEDERATION),
    )


async def post_retry(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return await attempt(request, PLACE, retry_job(viewer, id_in(request)), _("It is tried again."))


async def post_drop(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.MANAGE_FEDERATION)
    return await attempt(request, PLACE, drop_job(viewer, id_in(request)), _("It is gone."))


def _shown(job: QueuedJob) -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": kind_in_words(job.kind),
        "host": job.host,
        "url": peer_url(job.host) if job.host else "",
        "about": job.about,
        "since": job.wanted_at,
        "given_up_at": job.dead_at,
        "error": error_in_words(job.error, job.status),
    }


routes = [
    Route(PLACE, show_queue, methods=["GET"]),
    Route(f"{PLACE}/{{id:int}}/retry", post_retry, methods=["POST"]),
    Route(f"{PLACE}/{{id:int}}/drop", post_drop, methods=["POST"]),
]
