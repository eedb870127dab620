"""Where the links in letters lead. Nobody has to sign in, and nothing is done by looking."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.actions.profile import stop_mail
from fedirec.accounts.pages.views import SECRET
from fedirec.accounts.stopping import read_stop, unsealed
from fedirec.web.render import render


async def show_stop(request: Request[Any]) -> Response:
    _, sort = read_stop(request.state["keyring"], request.path_params["token"])
    return render(request, "accounts/stop_mail.html", sort=sort.value, is_done=False)


async def post_stop(request: Request[Any]) -> Response:
    """From the button on that page, or from a program for mail, which sends no cookies (RFC 8058)."""
    account_id, sort = read_stop(request.state["keyring"], request.path_params["token"])
    await stop_mail(account_id, sort)
    return render(request, "accounts/stop_mail.html", sort=sort.value, is_done=True)


async def show_confirm(request: Request[Any]) -> Response:
    _, address = unsealed(request.state["keyring"], request.path_params["token"])
    return render(request, "accounts/confirm_mail.html", headers=SECRET, address=address, is_done=False)


async def post_confirm(request: Request[Any]) -> Response:
    account = await request.state["post"].confirm(request.path_params["token"])
    return render(request, "accounts/confirm_mail.html", headers=SECRET, address=account.mail_to, is_done=True)


routes = [
    Route("/mail/stop/{token}", show_stop, methods=["GET"]),
    Route("/mail/stop/{token}", post_stop, methods=["POST"]),
    Route("/mail/confirm/{token}", show_confirm, methods=["GET"]),
    Route("/mail/confirm/{token}", post_confirm, methods=["POST"]),
]
