"""What arrives is stored for good before it is answered, many at a time; or not at all, and whoever sent it knows."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from fedirec.activitypub.journal import Arrival, Journal
from fedirec.activitypub.models import Actor, Received
from fedirec.db import execute, fetch_rows
from fedirec.errors import Busy
from fedirec.lanes import Job
from tests.network import Instance, Network
from tests.peer import Peer

ON_SQLITE = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)


@pytest.fixture
async def mia(database: str) -> Actor:
    return await Actor.create(uri="https://peer.test/users/mia", type="Person", handle="mia", host="peer.test")


def arrived(sender: Actor, number: int, **changes: object) -> Arrival:
    columns: dict[str, object] = {
        "activity_uri": f"https://peer.test/activities/{number}",
        "type": "Create",
        "sender_id": sender.id,
        "body": b"{}",
        "signed_headers": [],
        "target": "POST /inbox",
        "key_id": "k",
        "fingerprint": "f",
    }
    return Arrival(**columns | changes)  # type: ignore[arg-type]


async def test_what_arrives_together_is_stored_together_and_in_order(mia: Actor, database: str) -> None:
    journal = Journal()

    await asyncio.gather(*(journal.write(arrived(mia, number)) for number in range(500)))

    uris = [f"https://peer.test/activities/{number}" for number in range(500)]
    assert [received.activity_uri for received in await Received.all().order_by("id")] == uris
    assert [job.payload["activity"] for job in await Job.all().order_by("id")] == uris
    if not database.startswith("sqlite"):
        rows = await fetch_rows("SELECT count(DISTINCT xmin::text) AS transactions FROM received")
        assert rows[0]["transactions"] <= 4


async def test_what_arrives_twice_is_stored_once_and_answered_twice(mia: Actor) -> None:
    journal = Journal()
    first, second, third = (arrived(mia, 1, body=body) for body in (b"1", b"2", b"3"))

    await asyncio.gather(journal.write(first), journal.write(second))
    await journal.write(third)

    (kept,) = await Received.all()
    assert bytes(kept.body) == b"1"
    assert await Job.all().count() == 1


async def test_one_that_the_database_refuses_takes_nobody_else_with_it(mia: Actor) -> None:
    journal = Journal()
    writes = [journal.write(arrived(mia, number, sender_id=-1 if number == 3 else mia.id)) for number in range(6)]

    results = await asyncio.gather(*writes, return_exceptions=True)

    assert [type(result) for result in results] == [type(None)] * 3 + [Busy] + [type(None)] * 2
    assert await Received.all().count() == await Job.all().count() == 5


@ON_SQLITE
async def test_a_locked_database_is_answered_with_busy_and_nothing_is_half_written(mia: Actor, database: str) -> None:
    journal = Journal()
    await execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(database.partition("://")[2], isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(Busy):
        await journal.write(arrived(mia, 1))
    other.execute("ROLLBACK")
    other.close()

    assert await Received.all().count() == await Job.all().count() == 0
    await journal.write(arrived(mia, 1))
    assert await Received.all().count() == await Job.all().count() == 1


@ON_SQLITE
async def test_a_full_disk_is_answered_with_503_until_there_is_room_again(here: Instance, network: Network) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    await here.meet(mia)

    async def pages(limit: int) -> int:
        rows = await here.run(fetch_rows, f"PRAGMA max_page_count = {limit}")
        return int(rows[0]["max_page_count"])

    full = await pages(1)  # SQLite does not go below what is there already
    long = peer.activity("Create", mia, peer.note(mia, content="x" * 500_000))
    answer = await peer.post(here, long)
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.headers["retry-after"] == "120"
    assert await here.run(lambda: Received.all().count()) == 0

    await pages(full + 10_000)
    assert (await peer.post(here, long)).status_code == 202
    assert await here.run(lambda: Received.all().count()) == 1
