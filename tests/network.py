"""Several whole instances in one process, talking over a make-believe internet.

Nothing of ours is replaced: each instance has its own database, keys, media folder and worker. Only the sockets are
left out: a request that leaves one instance through its door enters the other's application.
"""

from __future__ import annotations

import asyncio
import contextvars
import os
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from pathlib import Path
from typing import ParamSpec, TypeVar

import httpx
import httpx._transports.default

from fedirec.accounts.actions.joining import save_member
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.door import COOKIE
from fedirec.accounts.passwords import hash_password
from fedirec.accounts.permissions import Role
from fedirec.accounts.queries import ACTIVE, find_account
from fedirec.activitypub.actors import NewKeys
from fedirec.activitypub.keys import generate_ed25519, generate_rsa
from fedirec.activitypub.models import Actor
from fedirec.app import State, create_app, running
from fedirec.db import transaction
from fedirec.remix.actions.meeting import find_challenge
from fedirec.remix.actions.sources import find_record
from fedirec.remix.models import Challenge, Record
from fedirec.settings import Settings
from tests.founding import PASSWORD, found_instance

P = ParamSpec("P")
T = TypeVar("T")
KEYS = NewKeys(generate_rsa(), generate_ed25519())
_hashes: list[str] = []


class Network(httpx.AsyncBaseTransport):
    """Routes each request to the instance that owns its host; `down` hosts do not answer."""

    def __init__(self) -> None:
        self.instances: dict[str, Instance] = {}
        self.down: set[str] = set()
        self.answers: dict[str, httpx.Response] = {}
        """Documents of hosts that are no instance of ours, by address."""
        self.doors: dict[str, Callable[[httpx.Request], bool]] = {}
        """Who is let in at a host that is no instance of ours; the others are answered 401."""
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        host = request.url.netloc.decode()
        if host in self.doors and not self.doors[host](request):
            return httpx.Response(401)
        if str(request.url) in self.answers:
            canned = self.answers[str(request.url)]
            return httpx.Response(canned.status_code, headers=canned.headers, content=canned.content)
        instance = self.instances.get(host)
        if instance is None or host in self.down:
            raise httpx.ConnectError("no such host", request=request)
        return await instance.run(instance.transport.handle_async_request, request)


class Instance:
    """One fedirec, with its own database and its own view of the world."""

    def __init__(self, network: Network, host: str, settings: Settings) -> None:
        self.network = network
        self.host = host
        self.origin = f"https://{host}"
        self.settings = settings
        self.context = contextvars.copy_context()
        self.state: State
        self.transport: httpx.ASGITransport

    async def run(self, function: Callable[P, Awaitable[T]], *args: P.args, **kwargs: P.kwargs) -> T:
        """Await `function(*args, **kwargs)` as this instance. Pass functions, not querysets."""

        async def call() -> T:
            return await function(*args, **kwargs)

        return await asyncio.create_task(call(), context=self.context.copy())

    async def join(self, name: str, *, role: Role = Role.MEMBER) -> Actor:
        """A member of this instance. All of them share their keys and their password, which take long to make."""
        hashed = await _hash_once()

        async def save() -> Actor:
            async with transaction():
                uris, keyring = self.state["site"].uris, self.state["keyring"]
                account = await save_member(uris, keyring, KEYS, handle=name, hashed=hashed, role=role)
            return await Actor.get(id=account.actor_id)

        return await self.run(save)

    async def meet(self, actor: Actor | str) -> Actor:
        """Get to know an actor of another instance."""
        return await self.run(self.state["remote"].find_actor, actor if isinstance(actor, str) else actor.uri)

    async def find_record(self, uri: str) -> Record:
        return await self.run(find_record, self.state["remote"], uri)

    async def find_challenge(self, uri: str) -> Challenge:
        return await self.run(find_challenge, self.state["remote"], uri)

    async def work(self) -> int:
        """Everything that is due is done; returns how many jobs that were."""
        return await self.run(self.state["runner"].run_until_idle)

    async def get(self, path: str, *, accept: str = "text/html") -> httpx.Response:
        """What a stranger's browser, or program, is shown."""
        async with self.client() as client:
            return await client.get(path, headers={"accept": accept})

    def client(self) -> httpx.AsyncClient:
        """A browser, as far as cookies and addresses go."""
        return httpx.AsyncClient(
            transport=_As(self), base_url=self.origin, headers={"origin": self.origin, "accept": "text/html"}
        )

    @asynccontextmanager
    async def sign_in(self, name: str) -> AsyncGenerator[httpx.AsyncClient]:
        """The browser of the member `name`, who proved before who they are: comparing passwords takes long."""
        async with self.client() as client:
            secret = await self.run(self._begin_session, name, client.headers["user-agent"])
            client.cookies.set(f"__Host-fedirec-{COOKIE}", secret, domain=self.host)
            yield client

    async def _begin_session(self, name: str, browser: str) -> str:
        account = await find_account(name, host=self.host)
        assert account is not None
        assert account.state == ACTIVE
        return await begin_session(account, browser=browser)


def read_authorities_once() -> None:
    """Whom this machine believes is read once, not for each of the thousands of clients that tests open.

    A server opens one, and reads it once too.
    """
    read = httpx.create_ssl_context

    @cache
    def once(trust_env: bool, *_named: str | None) -> ssl.SSLContext:
        return read(trust_env=trust_env)

    def read_unless_known(
        verify: ssl.SSLContext | str | bool = True, cert: None = None, trust_env: bool = True
    ) -> ssl.SSLContext:
        if verify is True and cert is None:
            return once(trust_env, os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
        return read(verify, cert, trust_env)

    for module in (httpx, httpx._transports.default):
        module.create_ssl_context = read_unless_known  # type: ignore[attr-defined]


class _As(httpx.AsyncBaseTransport):
    """Requests from a visitor of one instance."""

    def __init__(self, instance: Instance) -> None:
        self.instance = instance

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return await self.instance.run(self.instance.transport.handle_async_request, request)


async def _hash_once() -> str:
    if not _hashes:
        _hashes.append(await hash_password(PASSWORD))
    return _hashes[0]


async def settle(*instances: Instance) -> None:
    """All instances work until nobody has anything left to do."""
    for _ in range(30):
        done = [await instance.work() for instance in instances]
        if not any(done):
            return
    raise AssertionError("the instances never come to rest")


@asynccontextmanager
async def open_instance(
    network: Network, host: str, *, database: str, folder: Path, **options: object
) -> AsyncGenerator[Instance]:
    """An instance that is set up at https://`host`, with an owner called olga."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(data_dir=folder, database_url=database, **options)  # type: ignore[arg-type]
    instance = network.instances[host] = Instance(network, host, settings)
    ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    stop = asyncio.Event()

    async def live() -> None:
        async with AsyncExitStack() as parts:
            try:
                instance.state = await parts.enter_async_context(running(settings, transport=network, everywhere=False))
                instance.context = contextvars.copy_context()
                app = create_app(settings, state=instance.state)
                instance.transport = httpx.ASGITransport(app)
                await found_instance(instance.state, origin=instance.origin, title=instance.host)
            except BaseException as error:
                ready.set_exception(error)
                raise
            ready.set_result(None)
            await stop.wait()

    life = asyncio.create_task(live(), context=contextvars.copy_context())
    try:
        await ready
        yield instance
    finally:
        stop.set()
        network.instances.pop(host, None)
        await asyncio.gather(life, return_exceptions=True)
