"""The store on disk: whole files or none."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from anyio import create_task_group, fail_after, move_on_after, sleep

from fedirec.errors import Busy, NotFound
from fedirec.media.store import DiskStore, telling_full_disk

NAME = "ab" * 32
PATH = f"ab/ab/{NAME}.png"


async def _kept(store: DiskStore, data: bytes, path: str = PATH) -> None:
    async with store.workbench() as folder:
        (folder / "new").write_bytes(data)
        await store.put(folder / "new", path=path)


async def _read(store: DiskStore, path: str = PATH, **part: int) -> bytes:
    return b"".join([piece async for piece in store.read(path, **part)])


async def test_what_was_put_can_be_read_whole_and_in_parts(store: DiskStore) -> None:
    data = os.urandom(700_000)
    await _kept(store, data)

    assert await store.size(PATH) == len(data)
    assert await _read(store) == data
    assert await _read(store, start=5, stop=9) == data[5:9]
    assert await _read(store, start=699_990) == data[-10:]
    assert await _read(store, start=262_143, stop=524_289) == data[262_143:524_289]


async def test_what_was_deleted_is_gone_and_its_folders_too(store: DiskStore, tmp_path: Path) -> None:
    await _kept(store, b"data")

    await store.delete(PATH)
    await store.delete(PATH)

    with pytest.raises(NotFound):
        await store.size(PATH)
    with pytest.raises(NotFound):
        await _read(store)
    assert not (tmp_path / "media" / "ab").exists()


async def test_the_same_content_twice_is_kept_once(store: DiskStore) -> None:
    await _kept(store, b"data")
    await _kept(store, b"data")

    assert await _read(store) == b"data"


@pytest.mark.parametrize(
    "path",
    [
        "../../etc/passwd",
        "/etc/passwd",
        f"ab/../ab/{NAME}.png",
        f"ab/ab/{NAME}",
        f"ab/ab/{NAME}.png/x",
        f"ab/ab/{NAME}.png\n",
        f"ab/ab/{NAME}.p\0g",
        f"AB/AB/{NAME}.png",
        f"incoming/ab/{NAME}.png",
        ".lock",
        "",
    ],
)
async def test_a_path_that_is_none_of_ours_leads_nowhere(store: DiskStore, path: str) -> None:
    with pytest.raises(NotFound):
        await store.size(path)
    with pytest.raises(NotFound):
        await _read(store, path)
    with pytest.raises(NotFound):
        await store.delete(path)


async def test_a_workbench_is_gone_whatever_happened_on_it(store: DiskStore) -> None:
    async def fail() -> None:
        async with store.workbench() as folder:
            (folder / "half").write_bytes(b"written")
            raise ValueError("halfway")

    with pytest.raises(ValueError, match="halfway"):
        await fail()
    with move_on_after(0.05):
        async with store.workbench() as folder:
            (folder / "half").write_bytes(b"written")
            await sleep(5)

    assert not list(store.incoming.iterdir())


async def test_what_a_killed_process_left_is_swept_away(store: DiskStore, tmp_path: Path) -> None:
    program = (
        "import sys, os, signal, anyio; from pathlib import Path; from fedirec.media.store import DiskStore\n"
        "async def main():\n"
        "    async with DiskStore(Path(sys.argv[1])).workbench() as folder:\n"
        "        (folder / 'upload').write_bytes(b'half'); print(folder, flush=True)\n"
        "        os.kill(os.getpid(), signal.SIGKILL)\n"
        "anyio.run(main)\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "media")],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    left = Path(killed.stdout.strip())
    stale = store.incoming / "upload.part"
    stale.write_bytes(b"half")
    fresh = store.incoming / "other.part"
    fresh.write_bytes(b"half")
    old = time.time() - 7200
    assert left.is_dir()

    async with store.workbench() as ours:
        for path in (left, stale, ours):
            os.utime(path, (old, old))
        assert await store.sweep() == 2
        assert ours.is_dir()

    assert not left.exists()
    assert not stale.exists()
    assert fresh.exists()


async def test_only_one_holds_the_store_at_a_time(store: DiskStore, tmp_path: Path) -> None:
    order = []

    async def hold(name: str, other: DiskStore) -> None:
        async with other.holding():
            order.append(f"{name} in")
            await sleep(0.05)
            order.append(f"{name} out")

    with fail_after(60):
        async with create_task_group() as group:
            for name, other in (("one", store), ("two", store), ("three", DiskStore(tmp_path / "media"))):
                group.start_soon(hold, name, other)

    assert all(inside.split()[0] == outside.split()[0] for inside, outside in zip(order[::2], order[1::2], strict=True))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_in_words_that_help(number: int) -> None:
    with pytest.raises(Busy, match="no space left on this instance"), telling_full_disk():
        raise OSError(number, os.strerror(number))


def test_another_trouble_with_the_disk_stays_what_it_is() -> None:
    with pytest.raises(PermissionError), telling_full_disk():
        raise PermissionError(errno.EACCES, "no")
