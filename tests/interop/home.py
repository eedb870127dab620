"""An instance of ours that `fedirec serve` runs, as somebody with a token knows it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Scope
from fedirec.db import fetch_rows, open_database
from fedirec.settings import Settings
from tests.browser.server import prepare
from tests.cli.command import done, serving
from tests.cli.conftest import in_a_thread
from tests.interop.peers import PATIENCE, until
from tests.ports import free_port

Json = Any
TUS: Final = {"tus-resumable": "1.0.0"}
PUBLIC_JSON: Final = {"accept": "application/activity+json"}


@dataclass(frozen=True)
class Received:
    """An activity that arrived, and what became of it."""

    type: str
    id: str
    outcome: str


class Home:
    """Where ana lives."""

    def __init__(self, origin: str, token: str, *, folder: Path, database: str) -> None:
        self._folder, self._database = folder, database
        self.origin = origin
        self.host = origin.partition("://")[2]
        self.ana = f"{origin}/u/ana"
        self.handle = f"@ana@{self.host}"
        self._client = httpx.Client(
            base_url=origin, timeout=PATIENCE, trust_env=False, headers={"authorization": f"Bearer {token}"}
        )

    def ask(self, method: str, path: str, /, **body: Json) -> Json:
        """What the API answers."""
        answer = self._client.request(method, f"/api{path}", json=body if method in ("POST", "PUT", "PATCH") else None)
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def get(self, path: str, **query: str) -> Json:
        answer = self._client.get(f"/api{path}", params=query)
        assert answer.is_success, (path, answer.status_code, answer.text)
        return answer.json()

    def upload(self, data: bytes, *, name: str, media_type: str) -> str:
        """The key of a file that has arrived and is ready."""
        told = ",".join(
            f"{each} {b64encode(value.encode()).decode()}"
            for each, value in (("filename", name), ("filetype", media_type))
        )
        begun = self._client.post(
            "/api/uploads", headers={**TUS, "upload-length": str(len(data)), "upload-metadata": told}
        )
        place = begun.headers["location"]
        sent = self._client.patch(
            place,
            content=data,
            headers={**TUS, "upload-offset": "0", "content-type": "application/offset+octet-stream"},
        )
        assert sent.status_code == 204, sent.text

        def media() -> Json:
            told = self._client.get(place).json()
            return told["media"]["key"] if told.get("media") else None

        return str(until(media))

    def document(self, uri: str) -> httpx.Response:
        """What a server is answered at `uri`."""
        return httpx.get(uri, headers=PUBLIC_JSON, timeout=PATIENCE, trust_env=False)

    def post(self, path: str, *, content: bytes, headers: dict[str, str]) -> int:
        """How it answers a request that this test makes up."""
        return httpx.post(
            f"{self.origin}{path}", content=content, headers=headers, timeout=PATIENCE, trust_env=False
        ).status_code

    def told(self, kind: str, *, by: str) -> list[Json]:
        """What ana was told of that kind about somebody."""
        notices = self.get("/me/notifications")["items"]
        return [each for each in notices if each["kind"] == kind and each["person"]["uri"] == by]

    def followers(self) -> dict[str, bool]:
        return {each["person"]["uri"]: each["is_accepted"] for each in self.get("/following/followers")["items"]}

    def followed(self) -> dict[str, bool]:
        return {each["person"]["uri"]: each["is_accepted"] for each in self.get("/following")["items"]}

    def find_record(self, uri: str) -> Json:
        """The record with that id, as it is known here without asking anybody, or None."""
        items = [item["record"] for item in self.get("/feed")["items"] if item["record"]]
        for each in items:
            if each["uri"] == uri:
                answer = self._client.get(f"/api/records/{each['id']}")
                return answer.json() if answer.status_code == 200 else None
        return None

    def command(self, *words: str) -> str:
        """What `fedirec words…` says, while the server runs."""
        return done(*words, folder=self._folder, FEDIREC_DATABASE_URL=self._database)

    def received(self) -> list[Received]:
        """Each activity that arrived."""
        found: list[Received] = []

        async def read() -> None:
            async with open_database(self._database):
                rows = await fetch_rows("SELECT type, activity_uri, state, reason FROM received ORDER BY id")
                found.extend(Received(row["type"], row["activity_uri"], row["reason"] or row["state"]) for row in rows)

        in_a_thread(read())
        return found

    def ask_as(self, name: str, method: str, path: str, /, **body: Json) -> Json:
        """What the API answers to somebody else who lives here."""
        tokens: list[str] = []

        async def make() -> None:
            async with open_database(self._database):
                account = await Account.get(actor__local_handle=name)
                tokens.append(await create_token(account, name="another program", scopes=tuple(Scope)))

        in_a_thread(make())
        answer = self._client.request(
            method, f"/api{path}", json=body, headers={"authorization": f"Bearer {tokens[0]}"}
        )
        assert answer.is_success, (method, path, answer.status_code, answer.text)
        return answer.json() if answer.content else None

    def close(self) -> None:
        self._client.close()


@contextmanager
def at_home(folder: Path, *, database: str) -> Generator[Home]:
    """Within it `fedirec serve` runs an instance with olga as its owner and ana as a member."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    settings = Settings.load({"data_dir": folder / "fedirec-data", "development": True, "database_url": database})
    tokens: list[str] = []

    async def found() -> None:
        settings.data_dir.mkdir(mode=0o700)
        await prepare(settings, origin, ["ana"])
        async with open_database(settings.database):
            account = await Account.get(actor__local_handle="ana")
            tokens.append(await create_token(account, name="a program", scopes=tuple(Scope)))

    in_a_thread(found())
    chosen = {"FEDIREC_DATABASE_URL": database, "FEDIREC_API_PER_MINUTE": "100000"}  # whoever waits asks often
    with serving("--development", folder=folder, port=port, **chosen):
        home = Home(origin, tokens[0], folder=folder, database=settings.database)
        try:
            yield home
        finally:
            home.close()
