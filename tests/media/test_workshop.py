"""What becomes of files behind the requests, on both databases."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.lanes import Done, Job, Kind, Lane, Runner
from fedirec.media.actions import attach_media, keep_file, make_missing, prune_orphans, prune_unattached
from fedirec.media.models import Media, Rendition
from fedirec.media.queries import dress, media_at
from fedirec.media.store import DiskStore
from fedirec.media.workshop import Workshop
from fedirec.settings import Settings
from tests.media import files


def runner_of(store: DiskStore, settings: Settings) -> Runner:
    workshop = Workshop(store=store, settings=settings)
    return Runner({"media": Kind(handler=workshop.render, concurrency=2)}, name="test")


async def given(store: DiskStore, owner: Actor, settings: Settings, path: Path, name: str = "stars.png") -> Media:
    return await keep_file(store, owner, file_name=name, source=path, settings=settings)


def kept(store: DiskStore) -> set[str]:
    root = store.incoming.parent
    return {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name[0] != "."}


async def test_a_film_is_dressed_for_pages_and_used_before_it_is(
    store: DiskStore, owner: Actor, settings: Settings, film: Path
) -> None:
    media = await given(store, owner, settings, film, "first stars.mp4")
    before = (await dress([media.id]))[media.id]
    assert (before.state, before.renditions, before.peaks) == ("processing", {}, None)
    assert before.blurhash
    assert before.poster_url == before.preview_url
    await attach_media(owner, keys=[media.key])

    assert await runner_of(store, settings).run_until_idle() == 1

    dressed = (await dress([media.id, media.id + 1]))[media.id]
    assert (dressed.state, dressed.problem, dressed.progress) == ("ready", None, None)
    # It plays everywhere as it is, and is smaller than the larger sizes.
    assert list(dressed.renditions) == ["small"]
    assert dressed.renditions["small"].media_type == "image/webp"
    assert dressed.preview_url == dressed.renditions["small"].url
    assert dressed.peaks is not None
    assert (dressed.original.url, dressed.original.file_name) == (f"/media/{media.path}", "first stars.mp4")
    assert dressed.original.download_url == f"/media/{media.path}?download={media.key}"
    again = await Media.get(id=media.id)
    assert (again.path, again.digest, again.size) == (media.path, media.digest, media.size)
    rows, media_type = await media_at(dressed.renditions["small"].url.removeprefix("/media/"))
    assert ([row.id for row in rows], media_type) == ([media.id], "image/webp")
    assert len(kept(store)) == 3
    assert await prune_orphans(store) == 0


async def test_what_was_made_once_serves_for_whoever_gives_the_same_file(
    store: DiskStore, owner: Actor, settings: Settings, illustration: Path
) -> None:
    other = await Actor.create(
        uri="https://a.test/u/bo", type="Person", handle="bo", host="a.test", is_local=True, created_at=now()
    )
    first = await given(store, owner, settings, illustration)
    await runner_of(store, settings).run_until_idle()
    second = await given(store, other, settings, illustration)
    before = kept(store)
    await runner_of(store, settings).run_until_idle()

    dressed = await dress([first.id, second.id])
    assert dressed[first.id].renditions == dressed[second.id].renditions
    assert kept(store) == before

    await attach_media(owner, keys=[first.key])
    await prune_unattached(store, older_than=timedelta(0))
    assert kept(store) == before
    await Media.filter(id=first.id).update(attached_at=None)
    await prune_unattached(store, older_than=timedelta(0))
    assert kept(store) == set()
    assert not await Rendition.exists()


async def test_a_file_that_cannot_be_finished_says_why_and_stays_usable(
    store: DiskStore, owner: Actor, settings: Settings, tmp_path: Path
) -> None:
    files.film(tmp_path / "one.mp4", codec="libx265", size=(640, 360), frames=24)
    data = bytearray(files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=60))
    # It begins well, and what follows is noise: that is seen only by whoever reads to the end.
    begin = len(data) // 2
    data[begin:-20_000] = os.urandom(len(data) - 20_000 - begin)
    media = await given(store, owner, settings, files.written(tmp_path / "scratched.mp4", bytes(data)), "scratched.mp4")

    await runner_of(store, settings).run_until_idle()

    dressed = (await dress([media.id]))[media.id]
    assert dressed.state == "failed"
    assert dressed.problem is not None
    assert "“scratched.mp4”" in dressed.problem
    assert dressed.renditions == {}
    assert await store.size(media.path) == media.size
    await attach_media(owner, keys=[media.key])


async def test_files_of_which_nothing_was_made_yet_are_taken_up_again(
    store: DiskStore, owner: Actor, settings: Settings, illustration: Path
) -> None:
    media = await given(store, owner, settings, illustration)
    await Job.all().delete()
    await Media.all().update(blurhash=None)
    assert await make_missing() == 0  # somebody may be at it
    await Media.all().update(created_at=now() - timedelta(days=1))
    assert await make_missing() == 1
    assert await make_missing() == 1  # it waits once all the same
    assert await runner_of(store, settings).run_until_idle() == 1
    assert (await dress([media.id]))[media.id].renditions
    assert await make_missing() == 0


async def test_a_file_that_is_gone_is_no_trouble(
    store: DiskStore, owner: Actor, settings: Settings, illustration: Path
) -> None:
    await given(store, owner, settings, illustration)
    await prune_unattached(store, older_than=timedelta(0))

    assert await runner_of(store, settings).run_until_idle() == 1
    assert not await Job.exists()
    assert kept(store) == set()


async def test_a_job_that_keeps_crashing_ends_as_a_failure(
    store: DiskStore, owner: Actor, settings: Settings, illustration: Path
) -> None:
    media = await given(store, owner, settings, illustration)
    job = await Job.get(kind="media")
    job.crashes = 3

    assert isinstance(await Workshop(store=store, settings=settings).render(job), Done)
    assert (await dress([media.id]))[media.id].state == "failed"


_WORKER = """
import asyncio, sys
from pathlib import Path
from fedirec.db import open_database
from fedirec.lanes import Kind, Runner
from fedirec.media.store import DiskStore
from fedirec.media.workshop import Workshop
from fedirec.settings import Settings

async def main(database, root):
    settings = Settings.load({"data_dir": Path(root)})
    async with open_database(database):
        workshop = Workshop(store=DiskStore(Path(root) / "media"), settings=settings)
        await Runner({"media": Kind(handler=workshop.render, concurrency=2)}, name="killed").run_until_idle()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_worker_that_is_killed_in_the_middle_leaves_nothing_and_the_next_one_finishes(
    database: str, store: DiskStore, owner: Actor, settings: Settings, tmp_path: Path
) -> None:
    files.film(tmp_path / "one.mp4", codec="libx265", size=(640, 360), frames=24)
    files.repeated(tmp_path / "one.mp4", tmp_path / "many.mp4", times=25)
    media = await given(store, owner, settings, tmp_path / "many.mp4", "many.mp4")
    before = kept(store)

    worker = subprocess.Popen([sys.executable, "-c", _WORKER, database, str(tmp_path)])
    try:
        while not any(path.name == "play" and path.stat().st_size for path in store.incoming.rglob("play")):
            assert worker.poll() is None
            await asyncio.sleep(0.02)
    finally:
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert (await Media.get(id=media.id)).state == "processing"
    assert kept(store) - before != set()

    for left in store.incoming.iterdir():
        os.utime(left, (0, 0))
    assert await store.sweep() == 1
    assert kept(store) == before
    await _forget_leases()
    await runner_of(store, settings).run_until_idle()

    dressed = (await dress([media.id]))[media.id]
    assert dressed.state == "ready"
    assert "film" in dressed.renditions
    assert await prune_orphans(store) == 0


async def _forget_leases() -> None:
    """The minute after which a lane is taken from whoever does not answer is over."""
    await Lane.all().update(leased_until=now() - timedelta(seconds=1))
