"""Members sign in on other servers with their account here, which tells them who they are and nothing else."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.accounts.actions.vouching import member_of, redeem_code
from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.oauth import vouching
from fedirec.accounts.oauth.endpoints import METADATA, OF_MISSKEY
from fedirec.accounts.pages.views import SECRET
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError, Forbidden
from fedirec.uris import host_of
from fedirec.web.forms import read_form
from fedirec.web.render import onward, redirect, render

_PAGE = "accounts/vouch.html"
_STORED_NOWHERE = {"cache-control": "no-store"}


async def show_metadata(request: Request[Any]) -> Response:
    return JSONResponse(vouching.metadata_of(request.state["site"].origin))


async def show_question(request: Request[Any]) -> Response:
    """A member is asked whether another server may know who they are; who is not signed in does that first."""
    question = vouching.read_question(request.query_params)
    viewer = viewer_of(request)
    if viewer is None:
        here = f"{request.url.path}?{request.url.query}"
        return redirect(request, f"/sign-in?next={quote(here, safe='')}")
    _refuse_guests(request)
    return render(
        request, _PAGE, headers=SECRET, host=host_of(question.origin), handle=viewer.actor.handle, asked=question
    )


async def post_answer(request: Request[Any]) -> Response:
    """The member goes back to who asked, with a code or with a no: by a header, as no form leads to another site."""
    form = await read_form(request)
    viewer = _refuse_guests(request)
    names = ("response_type", "client_id", "redirect_uri", "state", "scope", "code_challenge", "code_challenge_method")
    question = vouching.read_question({name: form.value(name) for name in names})
    issuer = request.state["site"].origin
    if form.value("answer") == "yes":
        code = vouching.new_code(request.state["keyring"], question, account=viewer.account.id)
        url = question.answer(code=code, iss=issuer)
    else:
        url = question.answer(error="access_denied", iss=issuer)
    host = host_of(question.origin)
    return render(
        request, "accounts/departure.html", headers=SECRET | onward(url), url=url, host=host, back_url="/", is_back=True
    )


async def post_token(request: Request[Any]) -> Response:
    """A server gives a code back for a token."""
    form = await read_form(request)
    names = ("grant_type", "code", "client_id", "redirect_uri", "code_verifier")
    try:
        token = await redeem_code(request.state["keyring"], {name: form.value(name) for name in names})
    except FedirecError:
        return JSONResponse({"error": "invalid_grant"}, status_code=400, headers=_STORED_NOWHERE)
    said = {"access_token": token, "token_type": "Bearer", "scope": OF_MISSKEY}
    return JSONResponse(said, headers=_STORED_NOWHERE)


async def post_who(request: Request[Any]) -> Response:
    """Whom a token stands for, as long as they are here."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    account = await member_of(request.state["keyring"], token.strip() if kind.lower() == "bearer" else "")
    return JSONResponse({"username": account.actor.handle, "host": None}, headers=_STORED_NOWHERE)


def _refuse_guests(request: Request[Any]) -> Any:
    """The member who is asked. Raises Forbidden for a guest, for whom their own server speaks."""
    viewer = require_viewer(request, Permission.READ_OWN)
    if not viewer.actor.is_local:
        raise Forbidden("Please sign in there with your own server.")
    return viewer


routes = [
    Route(METADATA, show_metadata, methods=["GET"]),
    Route(vouching.AUTHORIZE, show_question, methods=["GET"]),
    Route(vouching.AUTHORIZE, post_answer, methods=["POST"]),
    Route(vouching.TOKEN, post_token, methods=["POST"]),
    Route(vouching.WHO, post_who, methods=["POST"]),
]
