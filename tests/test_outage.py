"""The database goes away, the disk is full: nothing is lost, and nothing has its effect twice."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path

import asyncpg
import httpx
import pytest
from PIL import Image

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Received
from fedirec.db import fetch_rows
from fedirec.db.outages import is_outage
from fedirec.lanes import Job
from fedirec.media.models import Media, Upload
from fedirec.remix.models import Comment, Record
from tests.conftest import Pass
from tests.databases import Databases
from tests.disks import filled, give_to_postgres, small_disk
from tests.media.files import encoded
from tests.media.test_uploads import begin, offset_of
from tests.media.test_uploads import send as send_piece
from tests.network import Instance, Network, open_instance, settle
from tests.peer import Peer
from tests.remix.forms import send
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

    for _ in range(600):
        if await is_there():
            break
        await asyncio.sleep(0.1)
    assert await is_there()
    stop.set()
    await working


@asynccontextmanager
async def on_a_small_disk(instance: Instance, folder: Path) -> AsyncGenerator[Path | None]:
    """Within it what `instance` keeps in PostgreSQL lies on a disk of 48 MB, whose folder it is."""
    if instance.settings.on_sqlite:
        yield None
        return
    server, _, name = instance.settings.database.rpartition("/")
    space = f"small_{name}"
    with small_disk(folder, megabytes=48):
        here = give_to_postgres(folder)
        operator = await asyncpg.connect(f"{server}/postgres")
        await operator.execute(f"CREATE TABLESPACE {space} LOCATION '{here}'")
        database = await asyncpg.connect(f"{server}/{name}")
        try:
            for kind in ("TABLE", "INDEX"):
                await database.execute(f"ALTER {kind} ALL IN TABLESPACE pg_default SET TABLESPACE {space}")
            yield folder
        finally:
            for kind in ("TABLE", "INDEX"):
                await database.execute(f"ALTER {kind} ALL IN TABLESPACE {space} SET TABLESPACE pg_default")
            await operator.execute(f"DROP TABLESPACE {space}")
            await database.close()
            await operator.close()


@asynccontextmanager
async def full(instance: Instance, disk: Path | None) -> AsyncGenerator[None]:
    """Within it the database of `instance` has no room: PostgreSQL's `disk` is full, SQLite's file as well."""
    if disk:
        with filled(disk):
            yield
        return
    rows = await instance.run(fetch_rows, "PRAGMA max_page_count")
    await instance.run(fetch_rows, "PRAGMA max_page_count = 1")  # it does not go below what is there already
    try:
        yield
    finally:
        await instance.run(fetch_rows, f"PRAGMA max_page_count = {rows[0]['max_page_count']}")


async def try_to_work(instance: Instance) -> None:
    """The worker does what it can; where not even what came of it can be written, it is as if it had been killed."""
    try:
        await instance.work()
    except Exception as error:
        if not is_outage(error):
            raise


async def test_what_came_before_the_disk_was_full_waits_until_there_is_room(
    here: Instance, network: Network, time_passes: Pass, tmp_path_factory: pytest.TempPathFactory
) -> None:
    peer = Peer(network, "social.test")
    mia = peer.actor("mia")
    song = await publish(here, await here.join("ana"))
    await here.meet(mia)
    long = [f"<p>{os.urandom(24_000).hex()}</p>" for _ in range(6)]
    said = [
        peer.activity("Create", mia, peer.note(mia, str(number), inReplyTo=song.uri, content=text))
        for number, text in enumerate(long)
    ]
    folder = Path(tempfile.mkdtemp(prefix="fedirec-disk-"))  # PostgreSQL may not look into the folders of pytest
    folder.chmod(0o755)
    async with AsyncExitStack() as disks:
        disk = await disks.enter_async_context(on_a_small_disk(here, folder))
        assert [(await peer.post(here, each)).status_code for each in said[:4]] == [202] * 4

        async with full(here, disk):
            answer = await peer.post(here, said[4])
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "120")
            async with here.client() as visitor:
                assert (await visitor.get("/explore")).status_code == 200, "what is there can be read"
            for _ in range(12):
                await try_to_work(here)
                time_passes(timedelta(minutes=15))
            waiting = await here.run(lambda: Received.filter(state="waiting").count())
            assert waiting == 4, "three hours later nothing is given up"
            assert await here.run(lambda: Comment.all().count()) == 0

        time_passes(timedelta(minutes=15))
        await settle(here)
        assert [(await peer.post(here, each)).status_code for each in said] == [202] * 6
        await settle(here)
        assert await here.run(lambda: Received.filter(state="handled").count()) == 6
        assert await here.run(lambda: Comment.all().count()) == 6
        assert await here.run(lambda: Notification.all().count()) == 6, "each had its effect once"
        assert await here.run(lambda: Job.filter(kind="inbox").count()) == 0
    folder.rmdir()


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_an_upload_to_a_full_disk_leaves_nothing_half_and_goes_on_when_there_is_room(
    network: Network, databases: Databases, database_kind: str, tmp_path: Path
) -> None:
    scene = encoded(Image.effect_noise((1_400, 900), 90).convert("RGB"), "PNG")
    database = databases.new(database_kind)
    with small_disk(tmp_path / "disk", megabytes=16) as disk:
        async with open_instance(network, "full.test", database=database, folder=disk / "data") as instance:
            await instance.join("ana")
            async with instance.sign_in("ana") as ana:
                url = await begin(ana, len(scene))
                assert (await send_piece(ana, url, scene[:100_000], offset=0)).status_code == 204
                with filled(disk):
                    await _refuse_all(instance, ana, url, scene)
                assert await _finish(ana, url, scene)
                with filled(disk):
                    await instance.work()
                told = (await ana.get(url)).json()
                assert (told["state"], told["media"]) == ("refused", None)
                assert "no space left" in told["problem"]
                assert await instance.run(lambda: Media.all().count()) == 0, "nothing is half there"

                again = await begin(ana, len(scene))
                assert await _finish(ana, again, scene)
                await instance.work()
                told = (await ana.get(again)).json()
                assert (told["state"], told["problem"]) == ("ready", None)
                assert (await ana.get(told["media"]["preview_url"])).status_code == 200
    databases.drop(database)


async def _refuse_all(instance: Instance, ana: httpx.AsyncClient, url: str, scene: bytes) -> None:
    """Neither a piece nor a form brings anything, and both say why."""
    answer = await send_piece(ana, url, scene[100_000:], offset=100_000)
    assert answer.status_code == 503, answer.text
    assert "no space left on this instance" in answer.text
    page = await ana.get("/records/new")
    files = [("files", ("scene.png", scene, "image/png"))]
    answer = await send(ana, page, "/records/new", files=files, do="publish", title="Stars", text="words that stay")
    assert answer.status_code in (422, 503), answer.text
    assert "no room" in answer.text or "no space left" in answer.text
    assert await instance.run(lambda: Record.all().count()) == await instance.run(lambda: Media.all().count()) == 0
    left = [path for path in instance.state["store"].incoming.rglob("*") if path.is_file() and path.stat().st_size]
    assert [path.parent.name for path in left] == ["arriving"], "only what is still on its way"
    assert await instance.run(lambda: Upload.all().count()) == 1


async def _finish(ana: httpx.AsyncClient, url: str, scene: bytes) -> bool:
    """Whether the rest of the file arrives, after what was kept of it."""
    kept = await offset_of(ana, url)
    return (await send_piece(ana, url, scene[kept:], offset=kept)).status_code == 204
