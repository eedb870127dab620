"""A provider that is not one: its documented API with its memory, in a process of its own on a loopback port.

What goes wrong is told beforehand (`Fake.break_next`): an answer in place of the real one, before or after the request
was worked on, or a connection that is cut. Its clock can be put forward.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import Request as Asking
from urllib.request import urlopen

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from tests.ports import free_port

START_SECONDS: Final = 30
ROOT: Final = Path(__file__).parents[3]


class Provider:
    """What each of them has: a clock, a list of who asked for what, and things that are about to go wrong."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.seen: list[str] = []
        self.troubles: list[dict[str, Any]] = []
        self.later = 0.0

    def now(self) -> float:
        return time.time() + self.later

    def routes(self) -> list[Route]:
        raise NotImplementedError

    def tell(self, told: dict[str, Any]) -> dict[str, Any]:
        """What a test tells, and is told."""
        raise NotImplementedError

    async def post_told(self, request: Request) -> Response:
        told = await request.json()
        if told.get("reset"):
            self.reset()
        self.later += told.get("later", 0)
        self.troubles += told.get("troubles", [])
        return JSONResponse({"seen": self.seen, **self.tell(told)})

    def app(self) -> Troubled:
        return Troubled(self, Starlette(routes=[*self.routes(), Route("/_told", self.post_told, methods=["POST"])]))


class Troubled:
    """The provider, and what goes wrong between it and whoever asks."""

    def __init__(self, provider: Provider, app: Starlette) -> None:
        self.provider = provider
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] == "/_told":
            await self.app(scope, receive, send)
            return
        asked = f"{scope['method']} {scope['path']}"
        self.provider.seen.append(asked)
        trouble = next((each for each in self.provider.troubles if asked.startswith(each["at"])), None)
        if trouble is None:
            await self.app(scope, receive, send)
            return
        self.provider.troubles.remove(trouble)
        if trouble["when"] == "after":
            await self.app(scope, receive, _nobody)
        await asyncio.sleep(trouble.get("sleep", 0))
        if trouble.get("cut"):
            send.__self__.transport.abort()  # type: ignore[attr-defined]  # uvicorn has no other way to say nothing
            return
        answer = Response(
            trouble.get("body") or json.dumps(trouble.get("json", {})),
            trouble["status"],
            headers=trouble.get("headers"),
            media_type="application/json",
        )
        await answer(scope, receive, send)


class Fake:
    """The process, as tests speak to it."""

    def __init__(self, port: int) -> None:
        self.address = f"http://127.0.0.1:{port}"

    def tell(self, **told: Any) -> dict[str, Any]:
        asking = Asking(f"{self.address}/_told", data=json.dumps(told).encode(), method="POST")
        with urlopen(asking, timeout=60) as answer:
            return dict(json.load(answer))

    def break_next(self, at: str, *, when: str = "before", **trouble: Any) -> None:
        """The next request whose method and path begin with `at` goes wrong: `cut=True`, or `status=` with `json=`."""
        self.tell(troubles=[{"at": at, "when": when, **trouble}])


@contextmanager
def running(module: str) -> Iterator[Fake]:
    """`module` runs as a process of its own."""
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", module, str(port)], cwd=ROOT, env=dict(os.environ))
    fake, deadline = Fake(port), time.monotonic() + START_SECONDS
    try:
        while True:
            try:
                fake.tell()
                break
            except (URLError, ConnectionError):
                assert process.poll() is None, f"{module} did not start"
                assert time.monotonic() < deadline, f"{module} does not answer"
                time.sleep(0.02)
        yield fake
    finally:
        process.terminate()
        process.wait(timeout=START_SECONDS)


def serve(provider: Provider) -> None:
    """`provider` answers on the port that stands on the command line."""
    uvicorn.run(provider.app(), host="127.0.0.1", port=int(sys.argv[1]), log_level="critical", access_log=False)


async def _nobody(_: Message) -> None:
    """Takes an answer that nobody shall hear."""
