"""A real server is killed with SIGKILL in the middle of everything, and another one goes on where it was."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from fedirec.accounts.actions.joining import create_account
from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.models import Actor, Evidence, Follow, Outgoing, Received
from fedirec.activitypub.signatures import sign_request
from fedirec.activitypub.vocab import ActorObject, KeyObject
from fedirec.app import State, running
from fedirec.clock import now
from fedirec.lanes import Job
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.models import Record, RecordRevision
from fedirec.settings import Settings
from tests.founding import PASSWORD, found_instance
from tests.peer import CONTEXT, PUBLIC, RSA
from tests.ports import free_port

HOSTS = [f"127.0.1.{number}" for number in range(1, 151)]
IN_FLIGHT = 40
POSTS = 400
PATIENCE = 180
"""Seconds after which something will not happen any more, on a machine that has much else to do."""
ENV = {name: value for name, value in os.environ.items() if not name.startswith("FEDIREC_")}


class Sink:
    """A small HTTP server on all of HOSTS; it answers 202 after a moment, and writes down what it got, host by host."""

    def __init__(self) -> None:
        self.got: dict[str, list[bytes]] = {host: [] for host in HOSTS}
        self.port = 0
        self._more = asyncio.Condition()

    @property
    def count(self) -> int:
        return sum(map(len, self.got.values()))

    async def has_got(self, count: int) -> None:
        async with asyncio.timeout(PATIENCE), self._more:
            await self._more.wait_for(lambda: self.count >= count)

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:-2])
                if head.startswith(b"GET"):
                    writer.write(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")  # it does not say what it is
                    continue
                body = await reader.readexactly(int(fields["content-length"]))
                self.got[fields["host"].partition(":")[0]].append(body)
                async with self._more:
                    self._more.notify_all()
                await asyncio.sleep(0.2)
                writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 0\r\n\r\n")
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def listening() -> AsyncGenerator[Sink]:
    sink = Sink()
    first = await asyncio.start_server(sink.answer, HOSTS[0], free_port())
    sink.port = first.sockets[0].getsockname()[1]
    others = await asyncio.start_server(sink.answer, HOSTS[1:], sink.port)
    async with first, others:
        yield sink


@contextmanager
def serving(settings: Settings, *, clock_offset: int = 0) -> Iterator[subprocess.Popen[bytes]]:
    """Within it `fedirec serve` runs, in a process of its own."""
    command = [sys.executable, "-m", "fedirec", "serve", "--data-dir", str(settings.data_dir)]
    command += ["--database-url", settings.database, "--port", str(settings.port), "--development"]
    env = ENV | {"FEDIREC_DELIVERIES_IN_FLIGHT": str(IN_FLIGHT), "FEDIREC_CLOCK_OFFSET": str(clock_offset)}
    with said_in(settings).open("wb") as said:
        process = subprocess.Popen(command, env=env, cwd=settings.data_dir, stderr=said)
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()


def said_in(settings: Settings) -> Path:
    """Where what the server says last is kept."""
    return settings.data_dir / "said.txt"


async def _prepare(state: State, settings: Settings, sink: Sink) -> list[bytes]:
    """An instance with ana, whom somebody on each of HOSTS follows and who follows mia; what she said is queued."""
    origin = f"http://127.0.0.1:{settings.port}"
    await found_instance(state, origin=origin, title="Here")
    uris = state["site"].uris
    member = await create_account(
        uris,
        state["keyring"],
        doer=Operator(uris.instance_actor),
        name="ana",
        password=PASSWORD,
        role=Role.MEMBER,
    )
    ana = await Actor.get(id=member.account.actor_id)
    people = [f"http://{host}:{sink.port}/users/kim" for host in HOSTS]
    await Actor.bulk_create(
        [Actor(uri=uri, type="Person", handle="kim", host=uri[7:], inbox=f"{uri}/inbox") for uri in people]
    )
    followers = await Actor.filter(uri__in=people)
    await Follow.bulk_create(
        [Follow(uri=f"{row.uri}#follow", follower=row, target=ana, accepted_at=now()) for row in followers]
    )
    mia = await save_remote_actor(_mia(sink), {})
    await Follow.create(uri=f"{ana.uri}#follow", follower=ana, target=mia, accepted_at=now())

    song = await publish_record(ana, RecordDraft(title="Song", text="la", licence="CC-BY-4.0"))
    await edit_record(ana, song, RecordDraft(title="Song, again", text="la la", licence="CC-BY-4.0"))
    await publish_record(ana, RecordDraft(title="Other", text="lo", licence="CC-BY-4.0"))
    return [row.uri.encode() for row in await Outgoing.all().order_by("id")]


def _mia(sink: Sink) -> ActorObject:
    uri = f"http://{HOSTS[0]}:{sink.port}/users/mia"
    return ActorObject(
        id=uri,
        type="Person",
        handle="mia",
        inbox=f"{uri}/inbox",
        keys=(KeyObject(id=f"{uri}#main-key", kind="rsa", public=RSA.public.pem),),
    )


def _post(number: int, settings: Settings, mia: str) -> bytes:
    """A request with something that mia says, as it goes over the wire."""
    uri = f"{mia}/notes/{number}"
    create = {
        "@context": CONTEXT,
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": mia,
        "to": [PUBLIC],
        "object": {
            "id": uri,
            "type": "Note",
            "attributedTo": mia,
            "published": "2026-11-20T10:00:00Z",
            "to": [PUBLIC],
            "content": f"<p>{number}</p>",
        },
    }
    body = json.dumps(create).encode()
    url = f"http://127.0.0.1:{settings.port}/inbox"
    headers = sign_request(method="POST", url=url, body=body, key_id=f"{mia}#main-key", private_key=RSA, now=now())
    headers |= {"content-length": str(len(body)), "connection": "close"}
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"POST /inbox HTTP/1.1\r\n{head}\r\n".encode() + body


async def _send(posts: Mapping[int, bytes], settings: Settings, *, kill: int | None = None) -> set[int]:
    """All of `posts` are sent at once; those that were answered 202.

    When a tenth of them are, the process `kill` is killed: long before it has handled what it took in.
    """
    answered: set[int] = set()
    lines = {number: await asyncio.open_connection("127.0.0.1", settings.port) for number in posts}

    async def hear(number: int) -> None:
        with suppress(ConnectionError):
            answer = await lines[number][0].readline()
            if answer:
                assert b" 202 " in answer
                answered.add(number)
            if kill is not None and len(answered) == len(posts) // 10:
                os.kill(kill, signal.SIGKILL)

    for number, post in posts.items():
        lines[number][1].write(post)
    await asyncio.gather(*map(hear, posts))
    for _, writer in lines.values():
        writer.close()
    return answered


@pytest.mark.timeout(3 * PATIENCE)
async def test_a_server_killed_in_the_middle_of_everything_loses_nothing(
    database_url: str, database_kind: str, tmp_path: Path
) -> None:
    settings = Settings.load(
        {"data_dir": tmp_path, "database_url": database_url, "development": True, "port": free_port()}
    )
    async with listening() as sink:
        async with running(settings, everywhere=False) as state:
            said = await _prepare(state, settings, sink)
        mia = _mia(sink).id

        with serving(settings) as first:
            await _ready(settings, first)
            await sink.has_got(len(HOSTS) // 3)
            posts = {number: _post(number, settings, mia) for number in range(POSTS)}
            answered = await _send(posts, settings, kill=first.pid)
            assert first.wait() == -signal.SIGKILL
        at_the_kill = sink.count
        assert at_the_kill < len(HOSTS) * len(said), "it was killed too late to learn anything"
        async with running(settings, everywhere=False):
            there = {int(row.activity_uri.split("/")[-2]) for row in await Received.all()}
            assert answered <= there, "what was answered 202 is there"
            assert await Received.filter(state="waiting").exists(), "it was killed too late to learn anything"

        # PostgreSQL may have other workers, so what the dead one had begun waits until its leases have run out.
        with serving(settings, clock_offset=0 if database_kind == "sqlite" else 90) as second:
            await _ready(settings, second)
            again = {number: post for number, post in posts.items() if number not in answered}
            assert await _send(again, settings) == set(again), "what was not is sent again"
            await sink.has_got(len(HOSTS) * len(said))
            await _idle(settings)

    for bodies in sink.got.values():
        told = [json.loads(body)["id"].encode() for body in bodies]
        assert list(dict.fromkeys(told)) == said, "each host is told everything, in order"
        assert max(Counter(told).values()) <= 2
        assert told == sorted(told, key=said.index)
    assert sink.count <= len(HOSTS) * len(said) + IN_FLIGHT, "only what was under way is sent a second time"
    async with running(settings, everywhere=False):
        assert await Received.exclude(state="handled").count() == 0
        assert await Record.filter(author__uri=mia).count() == POSTS
        for once in (RecordRevision.filter(record__author__uri=mia), Evidence.filter(actor_uri=mia)):
            assert await once.count() == POSTS, "each was handled exactly once"


async def _ready(settings: Settings, process: subprocess.Popen[bytes]) -> None:
    async with httpx.AsyncClient() as client, asyncio.timeout(PATIENCE):
        while True:
            assert process.poll() is None, said_in(settings).read_text()
            try:
                if (await client.get(f"http://127.0.0.1:{settings.port}/readyz")).status_code == 200:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)


async def _idle(settings: Settings) -> None:
    """Return when nothing waits any more."""
    async with running(settings, everywhere=False), asyncio.timeout(PATIENCE):
        while await Job.all().exists():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
