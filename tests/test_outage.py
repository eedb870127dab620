"""The database goes away, the clock jumps: nothing is lost, and nothing has its effect twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from fedirec.remix.models import Comment
from tests.network import Instance, Network
from tests.peer import Peer
from tests.remix.test_comments import publish

ON_POSTGRES = pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)


@asynccontextmanager
async def away(instance: Instance) -> AsyncGenerator[None]:
    """Within it the database of `instance` takes no connections, and those that were there are cut."""
    server, _, name = instance.settings.database.rpartition("/")
    operator = await asyncpg.connect(f"{server}/postgres")
    try:
        await operator.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        await operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
        yield
    finally:
        await operator.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
        await operator.close()


@ON_POSTGRES
async def test_a_database_that_goes_away_for_a_while_loses_nothing(here: Instance, network: Network) -> None:
    peer = Peer(network, "social.test")
    mia = peer.actor("mia")
    ana = await here.join("ana")
    song = await publish(here, ana)
    await here.meet(mia)
    stop = asyncio.Event()
    working = asyncio.create_task(here.run(here.state["runner"].run, stop))

    async with away(here):
        page = await here.get("/explore")
        assert (page.status_code, page.headers["retry-after"]) == (503, "30")
        assert "Nothing is lost" in page.text
        said = peer.activity("Create", mia, peer.note(mia, inReplyTo=song.uri, cc=[ana.uri]))
        assert (await peer.post(here, said)).status_code == 503
        await asyncio.sleep(1.5)
        assert not working.done(), "the worker waits for the database"

    assert (await peer.post(here, said)).status_code == 202
    assert (await peer.post(here, said)).status_code == 202

    async def is_there() -> bool:
        return await here.run(lambda: Comment.filter(uri=said["object"]["id"]).count()) == 1

    for _ in range(100):
        if await is_there():
            break
        await asyncio.sleep(0.1)
    assert await is_there()
    stop.set()
    await working
