"""Telling whoever asked that something went wrong, in the form that they read."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from tortoise.exceptions import ValidationError

from fedirec.errors import FedirecError, Invalid, Mistyped, NotFound, Unauthenticated
from fedirec.web.language import gettext as _
from fedirec.web.language import reading
from fedirec.web.negotiation import wants_json
from fedirec.web.render import local_path, reader_of, render, site_of
from fedirec.web.sentences import as_sentence, told
from fedirec.web.uploads import Limits, read_parts

log = logging.getLogger(__name__)

PROBLEMS: Final = "/api/problems/"
"""Below it, each status has a page that says what to do about it: the type of a problem document leads there."""
SECRETS: Final = frozenset({"password", "present", "old"})
"""The names of all fields that are not shown again."""
_BROKEN: Final = 500
_UNKNOWN: Final = 401


def error_page(request: Request, error: Exception, *, typed: Sequence[tuple[str, str]] = ()) -> Response:
    """The page, or the problem document (RFC 9457) for programs, that says what went wrong.

    A FedirecError says it in its own words; anything unexpected says nothing but the id of the request. What was
    `typed` into the fields of a form can be sent once more from the page.
    """
    status, retry_after = _status_of(error)
    request_id = str((request.scope.get("state") or {}).get("request_id", ""))
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if retry_after is not None:
        headers["Retry-After"] = str(retry_after)
    headers["Vary"] = "Accept, Accept-Language, Cookie"
    path = request.url.path
    with reading(reader_of(request)):
        if is_for_programs(path) or wants_json(request) or path.endswith("/inbox"):
            return _problem(request, error, status, headers)
        title, advice = words_of_problem(status)
        shown = told(error) if isinstance(error, FedirecError) else ""
    return render(
        request,
        "web/error.html",
        status,
        headers,
        title=title,
        advice=advice,
        detail="" if shown.rstrip(".") == title.rstrip(".") else shown,
        status_code=status,
        request_id=request_id if status == _BROKEN else "",
        again_url=_again(request),
        typed=typed,
        sent_to=local_path(request.url.path, ""),
        retry_after=retry_after,
    )


def is_for_programs(path: str) -> bool:
    """Whether only programs ask there: what goes wrong is told in JSON, whatever they accept."""
    return path.startswith("/api/") and not path.startswith(PROBLEMS)


async def on_error(request: Request, error: Exception) -> Response:
    """The handler to give to Starlette for FedirecError and HTTPException."""
    return error_page(request, error, typed=await _typed(request, error))


async def on_unheld(request: Request, error: Exception) -> Response:
    """The handler for a value that no column can hold: whatever it names is not here."""
    log.warning("a value fits no column: %s", str(error)[:200])
    is_look = request.method in ("GET", "HEAD")
    return error_page(request, NotFound() if is_look else Invalid("something in that is longer than it can be here"))


EXCEPTION_HANDLERS: Final[dict[Any, Any]] = {
    FedirecError: on_error,
    HTTPException: on_error,
    ValidationError: on_unheld,
}


async def _typed(request: Request, error: Exception) -> list[tuple[str, str]]:
    """What was typed into a form that was refused because nobody is signed in any more: its texts, but no secrets."""
    if request.method != "POST" or not isinstance(error, Unauthenticated) or wants_json(request):
        return []
    folder = Path(request.state["settings"].data_dir) / "incoming"  # where no file comes, for none may
    try:
        parts = await read_parts(request, Limits(files=0, folder=folder))
    except (FedirecError, ClientDisconnect, RuntimeError):  # it is no form, too large, or was read before
        return []
    return [(name, text) for name, text in parts.texts if name not in SECRETS]


def _again(request: Request) -> str:
    """The address of the page that was asked for, if asking for it once more changes nothing."""
    if request.method not in ("GET", "HEAD"):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return local_path(request.url.path + query, "")


def _status_of(error: Exception) -> tuple[int, int | None]:
    """The status, and when to try again."""
    if isinstance(error, FedirecError):
        return error.status, error.retry_after
    return (error.status_code if isinstance(error, HTTPException) else _BROKEN), None


def _problem(request: Request, error: Exception, status: int, headers: dict[str, str]) -> Response:
    for_programs = is_for_programs(request.url.path)
    if isinstance(error, FedirecError):
        said = told(error) if for_programs else error.detail  # peers are told in English
    else:
        said = as_sentence(HTTPStatus(status).phrase) if for_programs else HTTPStatus(status).phrase
    site = site_of(request)
    document: dict[str, Any] = {
        "type": f"{site.origin}{PROBLEMS}{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": said,
        "error": said,
    }
    if request_id := str((request.scope.get("state") or {}).get("request_id", "")):
        document["request_id"] = request_id
    if isinstance(error, FedirecError) and error.field:
        document["field"] = error.field
        document["errors"] = [{"pointer": f"#/{error.field}", "detail": said}]
    if isinstance(error, Mistyped):
        document["errors"] = [{"pointer": pointer, "detail": why} for pointer, why in error.mistakes.items()]
    if status == _UNKNOWN:
        headers.setdefault("WWW-Authenticate", 'Bearer realm="fedirec"')
    return JSONResponse(document, status, headers, media_type="application/problem+json")


def words_of_problem(status: int) -> tuple[str, str]:
    """What the page of a status says first, and what to do next."""
    known = {
        400: (_("That did not make sense here"), _("Go back, look at what was asked, and try once more.")),
        401: (_("Please sign in first"), _("This page needs to know who you are.")),
        403: (_("This is not open to you"), _("If you think it should be, ask the people who run this place.")),
        404: (_("There is nothing here"), _("Perhaps it moved, or the address has a slip in it.")),
        405: (_("That cannot be done here"), _("Go back and use the buttons of the page.")),
        409: (
            _("That clashes with what is already true"),
            _("Somebody may have been quicker. Go back and look again."),
        ),
        406: (_("That form is not spoken here"), _("Ask for JSON, or for a page.")),
        410: (
            _("This is gone"),
            _("It was here once, and is not any more. What others made from it is still there."),
        ),
        412: (_("This was changed in the meantime"), _("Look at it again, and decide anew.")),
        413: (
            _("That is too large"),
            _("Go back and choose something smaller, or make it smaller first. What you typed is still in the form."),
        ),
        415: (_("That kind of thing is not read here"), _("Try another format.")),
        422: (_("That does not work here"), _("Go back, look at what was asked, and try once more.")),
        429: (_("That was a little too often"), _("Please wait a moment and try again.")),
        502: (_("The other instance does not answer"), _("It may be asleep. Please try again later.")),
        503: (_("We are busy just now"), _("Please try again in a moment. Nothing is lost.")),
        504: (_("That took too long"), _("Please try again in a moment. Nothing is lost.")),
        507: (_("There is no more room for that"), _("Delete something that you no longer need, and try once more.")),
    }
    broken = (_("Something broke on our side"), _("It was noted. Please try again, and tell us if it stays broken."))
    return known.get(status, known[400] if status < _BROKEN else broken)
