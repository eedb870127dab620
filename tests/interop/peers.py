"""Servers of another make, in processes of their own, that do what they are told over loopback.

Each is a small program beside this file. Under `/control` it takes JSON and answers with JSON:

| what | with | does |
|---|---|---|
| `find` | `address` | looks an address or a handle up, and says what was understood |
| `follow`, `unfollow` | `whom` | |
| `publish` | `text`, `answers`, `mentions`, `media` | says the id of the new post |
| `edit`, `delete` | `id`, `text` | |
| `announce`, `unannounce`, `like`, `unlike` | `id` | |
| `pretend` | `inbox`, `as`, `whom`, `signed` | posts a Follow in somebody else's name, and says what was answered |
| `prove` | `address`, `changed` | says with which key that document was proved, if the proof holds |
| `believe` | `address` | says the id of the Note there, if its author has proved it |
| `agree` | `address` | accepts exactly what the proposal there says now, and says what was understood of it |
| `state` | | says what arrived and what is known |
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

import httpx

from fedirec.activitypub.contexts import CID_V1, DATA_INTEGRITY_V2
from fedirec.activitypub.ld.expansion import context_document
from tests.cli.command import environment
from tests.conftest import skip_or_fail
from tests.ports import free_port

HERE: Final = Path(__file__).parent
NODE: Final = shutil.which("node")
NODE_PARTS: Final = HERE / "node_modules"
APKIT_PYTHON: Final = HERE / "apkit" / ".venv" / "bin" / "python"
OUR_CONTEXTS: Final = (DATA_INTEGRITY_V2, CID_V1)
"""What our documents refer to, beyond what everybody has."""
PATIENCE: Final = 60.0
"""Seconds that anything may take on a busy machine."""

Make = Literal["fedify", "apkit"]
Json = Any
T = TypeVar("T")


def until(check: Callable[[], T], patience: float = PATIENCE) -> T:
    """What `check` says as soon as that is something."""
    deadline = time.monotonic() + patience
    while not (said := check()):
        assert time.monotonic() < deadline, f"it never came true: {said!r}"
        time.sleep(0.05)
    return said


class Peer:
    """A server of another make that runs."""

    def __init__(self, make: Make, port: int, log: Path) -> None:
        self.make = make
        self.host = f"127.0.0.1:{port}"
        self.origin = f"http://{self.host}"
        self.log = log
        self._client = httpx.Client(base_url=self.origin, timeout=PATIENCE, trust_env=False)
        self.actor = ""
        self.handle = ""

    def tell(self, what: str, /, **words: Json) -> Json:
        """What it answers when it is told to do that. Raises AssertionError with its own words when it cannot."""
        answer = self._client.post(f"/control/{what}", json=words)
        assert answer.status_code == 200, f"{self.make} could not {what} {words}: {answer.text}"
        return answer.json()

    @property
    def state(self) -> Json:
        return self.tell("state")

    def received(self, type: str, actor: str, object: str | None = None) -> list[Json]:
        """The activities of this type that `actor` sent it, and it has answered, about `object` if that is given."""
        return [
            each
            for each in self.state["received"]
            if "status" in each
            and (each.get("type"), each.get("actor")) == (type, actor)
            and (object is None or _id_of(each["document"]["object"]) == object)
        ]

    def post(self, path: str, *, content: bytes, headers: dict[str, str]) -> int:
        """How it answers a request that this test makes up."""
        return self._client.post(path, content=content, headers=headers).status_code

    def meet(self) -> None:
        """It has said who it is."""
        self.actor = self.state["me"]
        self.handle = f"@{self.actor.rpartition('/')[2]}@{self.host}"

    def close(self) -> None:
        self._client.close()


def _id_of(object: Json) -> Json:
    return object["id"] if isinstance(object, dict) else object


def why_not(make: Make) -> str | None:
    """Which part is missing, and how it comes here."""
    if make == "fedify" and NODE is None:
        return "Node is not installed, so no server on Fedify is spoken with"
    if make == "fedify" and not (NODE_PARTS / "@fedify").is_dir():
        return "Fedify is not installed; tests/interop/install does it"
    if make == "apkit" and not APKIT_PYTHON.exists():
        return "apkit is not installed; tests/interop/install does it"
    return None


@contextmanager
def running(make: Make, folder: Path, *more: str) -> Generator[Peer]:
    """Within it a server of that make runs; afterwards it does not."""
    if reason := why_not(make):
        skip_or_fail(reason)
    port = free_port()
    program: Sequence[str]
    if make == "fedify":
        program = str(NODE), "peer.js", str(port), *more
    else:
        contexts = folder / "contexts.json"
        contexts.write_text(json.dumps({url: context_document(url) for url in OUR_CONTEXTS}))
        program = str(APKIT_PYTHON), "peer.py", str(port), str(contexts)
    log = folder / f"{make}-{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            program,
            stdout=written,
            stderr=subprocess.STDOUT,
            cwd=HERE / make,
            env=environment(NODE_NO_WARNINGS="1", PYTHONDONTWRITEBYTECODE=""),
        )
    peer = Peer(make, port, log)
    try:
        deadline = time.monotonic() + PATIENCE
        while not peer.actor:
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, f"it does not start: {log.read_text()}"
            try:
                peer.meet()
            except httpx.TransportError:
                time.sleep(0.05)
        yield peer
    finally:
        peer.close()
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
