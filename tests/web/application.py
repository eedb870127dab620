"""A small application made of nothing but the parts of `fedirec.web`, and a browser-like client for it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from fedirec.errors import Busy, Gone, TooMany
from fedirec.settings import Settings
from fedirec.web import routes
from fedirec.web.environment import Templates
from fedirec.web.errors import EXCEPTION_HANDLERS
from fedirec.web.forms import filled_form, read_form
from fedirec.web.negotiation import wants_activity
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.security import content_security_policy, guards
from fedirec.web.views import MemberView
from tests.web import samples

ORIGIN = "https://studio.example"


@dataclass(slots=True)
class Joined:
    """An application as a server would run it: with what its start made in the state of every request."""

    app: ASGIApp
    state: Mapping[str, Any]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app({**scope, "state": dict(self.state)}, receive, send)


def create_application(
    folder: Path, *, viewer: MemberView | None = None, origin: str = ORIGIN, trusted_proxies: str = ""
) -> Joined:
    settings = Settings.load({"data_dir": folder, "trusted_proxies": trusted_proxies})
    app = Starlette(
        routes=[
            Route("/", show_home),
            Route("/who", show_who),
            Route("/echo", post_echo, methods=["POST", "PUT", "DELETE"]),
            Route("/inbox", post_echo, methods=["POST"]),
            Route("/u/{name}/inbox", post_echo, methods=["POST"]),
            Route("/new", new_record, methods=["GET", "POST"]),
            Route("/upload", post_files, methods=["POST"]),
            Route("/list", show_list),
            Route("/record", show_record),
            Route("/explore", show_cards),
            Route("/away", show_away),
            Route("/gone", raise_gone),
            Route("/slow", raise_too_many),
            Route("/full", raise_busy),
            Route("/broken", raise_surprise),
            *routes.routes,
        ],
        middleware=guards(settings),
        exception_handlers=EXCEPTION_HANDLERS,
    )
    site = SimpleNamespace(origin=origin, instance=SimpleNamespace(name="Tin Roof Studio"))
    templates = Templates([Path(__file__).parent / "templates"])
    return Joined(app, {"settings": settings, "site": site, "templates": templates, "viewer": viewer})


@asynccontextmanager
async def visit(
    app: ASGIApp,
    *,
    base_url: str = ORIGIN,
    client: tuple[str, int] = ("203.0.113.7", 40_000),
    raises: bool = True,
    headers: Sequence[tuple[str, str]] = (),
) -> AsyncGenerator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=raises, client=client)
    async with httpx.AsyncClient(transport=transport, base_url=base_url, headers=list(headers)) as browser:
        yield browser


async def show_home(request: Request) -> Response:
    if wants_activity(request):
        return JSONResponse({"type": "Application"}, media_type="application/activity+json")
    return render(request, "sample/home.html", open_challenges=samples.CHALLENGES, records=samples.RECORDS)


async def show_record(request: Request) -> Response:
    return render(request, "sample/record.html", **samples.record_page())


async def show_cards(request: Request) -> Response:
    return render(request, "sample/home.html", open_challenges=(), records=())


async def show_who(request: Request) -> Response:
    client = request.client.host if request.client else ""
    told = [name for name in request.headers if "forward" in name]
    return JSONResponse(
        {"client": client, "url": str(request.url), "told": told, "cookie": request.headers.get("cookie")}
    )


async def post_echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse({"bytes": len(body), "cookie": request.headers.get("cookie")})


async def new_record(request: Request) -> Response:
    if request.method == "GET":
        return render(request, "sample/form.html", form=filled_form({"zone": "Europe/Berlin"}))
    form = await read_form(request, max_files=2, max_file_bytes=2_000)
    form.line("title", required=True, max=20)
    form.text("story", required=True, max=500, min=5)
    form.choice("licence", ["CC-BY-4.0", "CC0-1.0"])
    form.many("kinds", ["text", "image"], required=True)
    form.number("pot", min=0, max=100)
    form.instant("closes", zone=form.value("zone"), required=True)
    form.address("source")
    form.secret("password")
    form.flag("sensitive")
    form.files("picture", max=1)
    if form.errors:
        return render(request, "sample/form.html", 422, form=form)
    return redirect(request, "/explore", "Your record is out in the world.")


async def post_files(request: Request) -> Response:
    form = await read_form(request, max_files=2, max_file_bytes=300_000)
    files = form.files("file")
    told = [[file.filename, file.media_type, file.size, file.path.read_bytes()[:8].hex()] for file in files]
    return JSONResponse(
        {
            "title": form.value("title"),
            "files": told,
            "paths": [str(file.path) for file in files],
            "errors": form.errors,
        }
    )


async def show_list(request: Request) -> Response:
    wanted = wanted_page(request, size=int(request.query_params.get("size", 20)))
    rows = [number for number in range(95, 0, -1) if wanted.after is None or number < wanted.after.id]
    page = page_of(
        rows[: wanted.limit],
        request,
        wanted=wanted,
        place=lambda number: Cursor(at=samples.NOON, id=number),
        show=str,
    )
    return JSONResponse({"items": list(page), "next": page.next_url})


async def show_away(request: Request) -> Response:
    policy = content_security_policy(form_action="'self' https://mastodon.example")
    return PlainTextResponse("away", headers={"Content-Security-Policy": policy})


async def raise_gone(request: Request) -> Response:
    raise Gone


async def raise_too_many(request: Request) -> Response:
    raise TooMany(retry_after=7)


async def raise_busy(request: Request) -> Response:
    raise Busy("the studio <is> full") from ValueError("private words")


async def raise_surprise(request: Request) -> Response:
    raise ZeroDivisionError("private words")
