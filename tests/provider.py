"""A small server of another make whose people can sign in elsewhere, as Mastodon's do: a process of its own.

`Server` keeps to what https://docs.joinmastodon.org/methods/oauth/ and /methods/apps/ say, `MisskeyServer` to what
Misskey does since 2023.9 (https://misskey-hub.net/en/docs/for-developers/api/token/oauth/), unless a test tells it to
lie. It speaks plain http on a loopback port and calls itself by the origin that it is given; `Abroad` stands where that
origin is on the network of the tests, and a real browser reaches it under its own address.
"""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from html import escape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from urllib.request import Request as Asking
from urllib.request import urlopen

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from tests.network import Instance, Network
from tests.ports import free_port

START_SECONDS: Final = 30
CONTEXT: Final = "https://www.w3.org/ns/activitystreams"
SUBSCRIBE: Final = "http://ostatus.org/schema/1.0/subscribe"

Answering = Callable[[Request], Awaitable[Response]]


class Server:
    """What the process knows, and how it lies."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.host = urlsplit(origin).netloc
        self.pages: dict[str, str] = {}
        """What it reads at addresses of the tests, where no socket leads to."""
        self.reset()

    def reset(self) -> None:
        self.people = {"ana": "Ana", "bo": "Bo"}
        self.clients: dict[str, dict[str, str]] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, str] = {}
        self.seen: list[str] = []
        self.lies: dict[str, dict[str, Any]] = {}

    def route(self, path: str, name: str, answering: Answering, method: str = "GET") -> Route:
        """`answering` at `path`, unless there is a lie for `name`."""

        async def answer(request: Request) -> Response:
            self.seen.append(name)
            lie = self.lies.get(name, {})
            await asyncio.sleep(lie.get("sleep", 0))
            if "redirect" in lie:
                return RedirectResponse(lie["redirect"], status_code=lie.get("status", 302))
            if "body" in lie:
                text = lie["body"] * lie.get("times", 1)
                return Response(text, lie.get("status", 200), media_type=lie.get("type", "application/json"))
            if "status" in lie:
                return JSONResponse({"error": lie.get("error", "trouble")}, lie["status"])
            honest = await answering(request)
            if "merge" not in lie:
                return honest
            said = json.loads(bytes(honest.body)) | lie["merge"]
            said = {key: value for key, value in said.items() if value is not None or key not in lie["merge"]}
            return JSONResponse(said, honest.status_code, media_type=honest.media_type)

        return Route(path, answer, methods=[method])

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                self.route("/.well-known/oauth-authorization-server", "metadata", self.show_metadata),
                self.route("/.well-known/webfinger", "webfinger", self.show_webfinger),
                self.route("/users/{name}", "actor", self.show_actor),
                self.route("/api/v1/apps", "apps", self.post_app, "POST"),
                self.route("/oauth/authorize", "authorize", self.show_question),
                self.route("/oauth/authorize", "authorized", self.post_answer, "POST"),
                self.route("/oauth/token", "token", self.post_token, "POST"),
                self.route("/oauth/revoke", "revoke", self.post_revocation, "POST"),
                self.route("/api/v1/accounts/verify_credentials", "who", self.show_who),
                self.route("/authorize_interaction", "interaction", self.show_interaction),
                Route("/_told", self.post_told, methods=["POST"]),
            ]
        )

    async def post_told(self, request: Request) -> Response:
        """What a test tells, and is told."""
        told = await request.json()
        if told.get("reset"):
            self.reset()
        if told.get("forget"):
            self.clients.clear()
        self.lies.update(told.get("lies", {}))
        self.people.update(told.get("people", {}))
        self.pages.update(told.get("pages", {}))
        return JSONResponse({"seen": self.seen, "tokens": len(self.tokens), "clients": len(self.clients)})

    async def show_metadata(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": f"{self.origin}/",
                "authorization_endpoint": f"{self.origin}/oauth/authorize",
                "token_endpoint": f"{self.origin}/oauth/token",
                "revocation_endpoint": f"{self.origin}/oauth/revoke",
                "app_registration_endpoint": f"{self.origin}/api/v1/apps",
                "scopes_supported": ["read", "profile", "write", "read:accounts"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "client_credentials"],
                "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            }
        )

    async def show_webfinger(self, request: Request) -> Response:
        name, _, host = request.query_params.get("resource", "").removeprefix("acct:").partition("@")
        if name not in self.people or host != self.host:
            return JSONResponse({"error": "nobody"}, 404)
        return JSONResponse(
            {
                "subject": f"acct:{name}@{self.host}",
                "links": [
                    {"rel": "self", "type": "application/activity+json", "href": f"{self.origin}/users/{name}"},
                    {"rel": SUBSCRIBE, "template": f"{self.origin}/authorize_interaction?uri={{uri}}"},
                ],
            },
            media_type="application/jrd+json",
        )

    async def show_actor(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.people:
            return JSONResponse({"error": "nobody"}, 404)
        uri = f"{self.origin}/users/{name}"
        return JSONResponse(
            {
                "@context": CONTEXT,
                "id": uri,
                "type": "Person",
                "preferredUsername": name,
                "name": self.people[name],
                "url": f"{self.origin}/@{name}",
                "inbox": f"{uri}/inbox",
                "outbox": f"{uri}/outbox",
            },
            media_type="application/activity+json",
        )

    async def post_app(self, request: Request) -> Response:
        form = await request.form()
        made = {"client_id": secrets.token_urlsafe(16), "client_secret": secrets.token_urlsafe(16)}
        kept = {
            "redirect_uri": str(form["redirect_uris"]),
            "scopes": str(form["scopes"]),
            "name": str(form["client_name"]),
        }
        self.clients[made["client_id"]] = made | kept
        return JSONResponse({"id": "1", "name": kept["name"], "redirect_uri": kept["redirect_uri"], **made})

    async def show_question(self, request: Request) -> Response:
        """Asks whoever is signed in at this server, ana unless `as` says otherwise."""
        query = request.query_params
        client = self.clients.get(query.get("client_id", ""))
        if client is None or query.get("redirect_uri") != client["redirect_uri"]:
            return HTMLResponse("<h1>No such program</h1>", 401)
        fields = "".join(
            f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in query.items()
        )
        return HTMLResponse(
            "<!doctype html><html lang='en'><title>May they know?</title><main>"
            f"<h1>{escape(client['name'])} would like to know who you are</h1>"
            f"<form method='post' action='/oauth/authorize'>{fields}"
            "<button name='answer' value='yes'>Authorise</button><button name='answer' value='no'>Deny</button></form>"
        )

    async def post_answer(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        client = self.clients[form["client_id"]]
        back = {"state": form["state"]}
        if form["answer"] != "yes":
            back["error"] = "access_denied"
        elif not set(form["scope"].split()) <= set(client["scopes"].split()):
            back["error"] = "invalid_scope"
        else:
            back["code"] = secrets.token_urlsafe(16)
            self.codes[back["code"]] = form | {"name": form.get("as", "ana")}
        return RedirectResponse(f"{client['redirect_uri']}?{urlencode(back)}", status_code=302)

    async def post_token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        client = self.clients.get(form.get("client_id", ""))
        if client is None or client["client_secret"] != form.get("client_secret"):
            return JSONResponse({"error": "invalid_client"}, 401)
        token, name = secrets.token_urlsafe(16), ""
        if form["grant_type"] == "authorization_code":
            asked = self.codes.pop(form.get("code", ""), None)
            challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
            if (
                asked is None
                or asked["client_id"] != form["client_id"]
                or asked["redirect_uri"] != form.get("redirect_uri")
                or (
                    "pkce" not in self.lies
                    and (asked["code_challenge_method"], asked["code_challenge"]) != ("S256", challenge)
                )
            ):
                return JSONResponse({"error": "invalid_grant"}, 400)
            name = asked["name"]
        self.tokens[token] = name
        return JSONResponse({"access_token": token, "token_type": "Bearer", "scope": form.get("scope", "")})

    async def post_revocation(self, request: Request) -> Response:
        self.tokens.pop(str((await request.form())["token"]), None)
        return JSONResponse({})

    async def show_who(self, request: Request) -> Response:
        name = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if not name:
            return JSONResponse({"error": "The access token is invalid"}, 401)
        return JSONResponse(
            {
                "id": "23",
                "username": name,
                "acct": name,
                "display_name": self.people.get(name, name),
                "url": f"{self.origin}/@{name}",
                "uri": f"{self.origin}/users/{name}",
            }
        )

    async def show_interaction(self, request: Request) -> Response:
        return HTMLResponse(
            "<!doctype html><html lang='en'><title>Your server</title><main><h1>Follow, or reply</h1>"
            f"<p id='uri'>{escape(request.query_params['uri'])}</p></main>"
        )


class MisskeyServer(Server):
    """Knows nobody beforehand: whoever asks is a page, which names where people may be sent back to (IndieAuth)."""

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                self.route("/.well-known/oauth-authorization-server", "metadata", self.show_metadata),
                self.route("/.well-known/webfinger", "webfinger", self.show_webfinger),
                self.route("/users/{name}", "actor", self.show_actor),
                self.route("/oauth/authorize", "authorize", self.show_question),
                self.route("/oauth/authorize", "authorized", self.post_answer, "POST"),
                self.route("/oauth/token", "token", self.post_token, "POST"),
                self.route("/api/i", "who", self.show_who, "POST"),
                Route("/_told", self.post_told, methods=["POST"]),
            ]
        )

    async def show_metadata(self, request: Request) -> Response:
        return JSONResponse(
            {
                "issuer": self.origin,
                "authorization_endpoint": f"{self.origin}/oauth/authorize",
                "token_endpoint": f"{self.origin}/oauth/token",
                "scopes_supported": ["read:account", "write:account", "read:blocks", "write:notes"],
                "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def show_question(self, request: Request) -> Response:
        """Asks whoever is signed in here, once the page of whoever asks was read."""
        query = request.query_params
        client, page = query.get("client_id", ""), _Page()
        page.feed(self.pages.get(client, ""))
        if query.get("redirect_uri") not in page.backs:
            return HTMLResponse("<h1>Invalid redirect_uri</h1>", 400)
        if query.get("scope") != "read:account" or query.get("code_challenge_method") != "S256":
            return HTMLResponse("<h1>invalid_request</h1>", 400)
        return HTMLResponse(f"<h1>{escape(page.names.get(client, client))} would like to know who you are</h1>")

    async def post_answer(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        back = {"state": form["state"], "iss": self.origin}
        if form["answer"] != "yes":
            back["error"] = "access_denied"
        else:
            back["code"] = secrets.token_urlsafe(64)
            self.codes[back["code"]] = form | {"name": form.get("as", "ana")}
        return RedirectResponse(f"{form['redirect_uri']}?{urlencode(back)}", status_code=302)

    async def post_token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if (
            asked is None
            or form["grant_type"] != "authorization_code"
            or "client_secret" in form
            or asked["client_id"] != form.get("client_id")
            or asked["redirect_uri"] != form.get("redirect_uri")
            or asked["code_challenge"] != challenge
        ):
            return JSONResponse({"error": "invalid_grant"}, 403)
        token = secrets.token_urlsafe(64)
        self.tokens[token] = asked["name"]
        return JSONResponse({"access_token": token, "token_type": "Bearer", "scope": asked["scope"]})

    async def show_who(self, request: Request) -> Response:
        name = self.tokens.get(request.headers.get("authorization", "").removeprefix("Bearer "))
        if not name or request.headers.get("content-type") != "application/json" or await request.json() != {}:
            return JSONResponse({"error": {"code": "AUTHENTICATION_FAILED"}}, 401)
        told = {"id": "9x", "name": self.people.get(name, name), "username": name, "host": None}
        return JSONResponse(told | {"pinnedNotes": [{"text": "x" * 3_000}] * 40})


class _Page(HTMLParser):
    """What a page says about whoever asks: its `link`s named `redirect_uri`, and names by address (`h-app`)."""

    def __init__(self) -> None:
        super().__init__()
        self.backs: list[str] = []
        self.names: dict[str, str] = {}
        self._named = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "link" and said.get("rel") == "redirect_uri":
            self.backs.append(said["href"])
        self._named = said["href"] if tag == "a" and said.get("class") == "u-url p-name" else ""

    def handle_data(self, data: str) -> None:
        if self._named:
            self.names[self._named] = data
            self._named = ""


class Provider:
    """The process, as tests speak to it."""

    def __init__(self, port: int, origin: str) -> None:
        self.address = f"http://127.0.0.1:{port}"
        self.origin = origin
        self.host = urlsplit(origin).netloc

    def tell(self, **told: Any) -> dict[str, Any]:
        asking = Asking(f"{self.address}/_told", data=json.dumps(told).encode(), method="POST")
        with urlopen(asking, timeout=60) as answer:
            return dict(json.load(answer))

    def lie(self, **lies: dict[str, Any]) -> None:
        self.tell(lies=lies)

    def join(self, network: Network) -> None:
        """The network of the tests reaches it under its origin."""
        network.instances[self.host] = Abroad(self)  # type: ignore[assignment]

    async def ask(self, url: str, *, answer: str = "yes", who: str = "ana") -> str:
        """Somebody follows `url` to the question, and answers it; the address that their browser is sent to."""
        async with httpx.AsyncClient(base_url=self.address) as browser:
            question = await browser.get(url.replace(self.origin, self.address))
            if question.status_code != 200:
                return ""
            fields = dict(httpx.URL(url).params) | {"answer": answer, "as": who}
            sent = await browser.post("/oauth/authorize", data=fields)
            return sent.headers["location"]


class Abroad:
    """Stands for an instance of the network, and passes requests on to the process, over a real socket."""

    def __init__(self, provider: Provider) -> None:
        self.transport = _Onward(provider)

    async def run(self, function: Callable[..., Awaitable[Any]], *args: Any) -> Any:
        return await function(*args)


class _Onward(httpx.AsyncBaseTransport):
    def __init__(self, provider: Provider) -> None:
        self.address = httpx.URL(provider.address)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        url = request.url.copy_with(scheme="http", host=self.address.host, port=self.address.port)
        onward = httpx.Request(
            request.method, url, headers=request.headers, content=request.content, extensions=request.extensions
        )
        async with httpx.AsyncHTTPTransport() as transport:
            answer = await transport.handle_async_request(onward)
            body = await answer.aread()
            await answer.aclose()
        return httpx.Response(answer.status_code, headers=answer.headers, content=body)


@contextmanager
def providing(origin: str = "", *, kind: str = "mastodon") -> Iterator[Provider]:
    """The process runs, under `origin` or else under its own address."""
    port = free_port()
    origin = origin or f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.provider", str(port), origin, kind],
        cwd=Path(__file__).parent.parent,
        env=dict(os.environ),
    )
    provider = Provider(port, origin)
    try:
        for _ in range(START_SECONDS * 10):
            assert process.poll() is None, "the provider did not start"
            try:
                provider.tell()
                break
            except OSError:
                time.sleep(0.1)
        else:
            raise AssertionError("the provider did not start")
        yield provider
    finally:
        process.terminate()
        process.wait(60)


__all__ = ["Abroad", "Instance", "Provider", "providing"]

if __name__ == "__main__":
    made = MisskeyServer(sys.argv[2]) if sys.argv[3] == "misskey" else Server(sys.argv[2])
    uvicorn.run(made.app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="error")
