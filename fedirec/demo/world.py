"""Three running instances, the people at their browsers, and what has come of it so far."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

from fedirec.demo.browser import Browser, Page
from fedirec.demo.cast import PEOPLE, PROJECT_SLUG, SLUG, SOUNDS_SLUG
from fedirec.demo.foreign import Foreign
from fedirec.demo.servers import Server
from fedirec.errors import NotFound, PeerUnavailable

ACTIVITY: Final = "application/activity+json"


class World:
    """What the story happens in. Everything in it is asked and done over HTTP."""

    def __init__(self, servers: Mapping[str, Server], foreign: Foreign, workshop: Path, stranger: httpx.Client) -> None:
        self.servers = servers
        self.foreign = foreign
        """A server that is no fedirec."""
        self.workshop = workshop
        """Where people keep what they are making, before they publish it."""
        self.browsers: dict[str, Browser] = {}
        """By the name of whoever sits in front of it."""
        self.records: dict[str, str] = {}
        """The addresses of the pieces, by their key."""
        self.places: dict[tuple[str, str], str] = {}
        """Where on an instance the page about a piece is, once that was looked up."""
        self.essences: dict[str, str] = {}
        """What is to be seen and heard in the files of the pieces, where they were made."""
        self.production = ""
        """The address of what the project finished."""
        self.pool = ""
        """The address of the money that it earned."""
        self.proposal = ""
        """The address of the proposal how that is shared."""
        self.batch = ""
        """The address of the payments that were made together."""
        self.bank_file = b""
        """What the bank was given, as the treasurer downloaded it."""
        self._stranger = stranger

    def server_of(self, name: str) -> Server:
        """The instance on which that person lives."""
        return self.servers[PEOPLE[name].letter]

    def handle(self, name: str) -> str:
        return f"@{name}@{self.server_of(name).host}"

    @property
    def challenge(self) -> str:
        """The address of the challenge."""
        return f"{self.servers['A'].origin}/c/{SLUG}"

    @property
    def project(self) -> str:
        """The address of the project."""
        return f"{self.servers['A'].origin}/p/{PROJECT_SLUG}"

    @property
    def sounds(self) -> str:
        """The address of the challenge in its second step."""
        return f"{self.servers['B'].origin}/c/{SOUNDS_SLUG}"

    @property
    def challenge_handle(self) -> str:
        return f"@{SLUG}@{self.servers['A'].host}"

    def page_of(self, name: str, uri: str) -> Page:
        """What that person sees of something when they paste its address or handle where they live."""
        return self.browsers[name].open("/explore", q=uri)

    def get(self, url: str, *, accept: str = "*/*") -> httpx.Response:
        """What a stranger, without any cookie, is answered. Raises PeerUnavailable when nobody answers."""
        try:
            return self._stranger.get(url, headers={"accept": accept})
        except httpx.TransportError as error:
            raise PeerUnavailable(f"{url} does not answer") from error

    def post(self, url: str, *, body: bytes, content_type: str) -> httpx.Response:
        """What a stranger is answered who sends something."""
        return self._stranger.post(url, content=body, headers={"content-type": content_type})

    def document(self, url: str, *, accept: str = ACTIVITY) -> dict[str, Any]:
        """The document at `url`. Raises NotFound when there is none."""
        response = self.get(url, accept=accept)
        if response.status_code != httpx.codes.OK:
            raise NotFound(f"{url} answered {response.status_code}")
        found = json.loads(response.content)
        if not isinstance(found, dict):
            raise NotFound(f"{url} is no document")
        return found


@contextmanager
def world(servers: Mapping[str, Server], foreign: Foreign, workshop: Path) -> Generator[World]:
    """Within it strangers and visitors can ask the `servers`; afterwards all their browsers are closed."""
    with ExitStack() as closing:
        # A visitor's requests come from outside; what instances say to each other goes through `fedirec.net`.
        stranger = closing.enter_context(httpx.Client(timeout=30, trust_env=False))
        made = World(servers, foreign, workshop, stranger)
        try:
            yield made
        finally:
            for browser in made.browsers.values():
                browser.close()


def side_by_side(*works: Any) -> Sequence[Any]:
    """What `works` answer, all begun at once."""
    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(work) for work in works]]
