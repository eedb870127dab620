"""Copies of media that live on another instance, on both databases."""

from __future__ import annotations

import io
from collections.abc import AsyncGenerator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest
from anyio import create_task_group, sleep
from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec import clock
from fedirec.errors import Changed, FedirecError, NotFound, PeerUnavailable, TooLarge, WrongType
from fedirec.media.actions import prune_orphans
from fedirec.media.actions.copies import let_copies_go
from fedirec.media.cache import FETCHES, TRY_AGAIN, MediaCache
from fedirec.media.models import RemoteMedia
from fedirec.media.queries import remote_peaks
from fedirec.media.store import DiskStore
from fedirec.net import Net
from fedirec.settings import Settings
from tests.media import files

SITE = "https://b.test"


class Elsewhere:
    """Another instance with media, that counts who asks."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[int, str, bytes]] = {}
        self.asked: list[str] = []
        self.at_once = self.most_at_once = 0
        self.app = Starlette(routes=[Route("/{path:path}", self.show)])

    def put(self, path: str, data: bytes, *, media_type: str = "image/png", status: int = 200) -> str:
        self.files[path] = (status, media_type, data)
        return f"{SITE}/{path}"

    async def show(self, request: Request[Any]) -> Response:
        path = request.path_params["path"]
        self.asked.append(path)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await sleep(0.02)
        self.at_once -= 1
        status, media_type, data = self.files.get(path, (404, "text/plain", b""))
        return Response(data, status_code=status, media_type=media_type)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
async def net(elsewhere: Elsewhere) -> AsyncGenerator[Net]:
    transport = httpx.ASGITransport(elsewhere.app)
    async with Net(development=False, user_agent="fedirec test", transport=transport) as opened:
        yield opened


@pytest.fixture
def cache(net: Net, store: DiskStore, settings: Settings, database: str) -> MediaCache:
    return MediaCache(net=net, store=store, settings=settings, key=b"key")


@pytest.fixture(autouse=True)
def same_time() -> Any:
    yield
    clock.shift(timedelta(0))


def kept(store: DiskStore) -> list[str]:
    root = store.incoming.parent
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.name != ".lock")


def picture(number: int) -> bytes:
    return files.encoded(files.scene((64 + number, 64)), "PNG")


async def test_a_copy_is_fetched_once_opened_cleaned_and_kept_apart(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    notes = files.encoded(files.scene(), "JPEG", exif=files.with_location())
    url = elsewhere.put("stars.jpg", notes, media_type="text/html")
    assert await cache.find_cached(url) is None

    copy = await cache.cache_remote(url)
    again = await cache.cache_remote(url)

    assert (copy.media_type, again.id, elsewhere.asked) == ("image/jpeg", copy.id, ["stars.jpg"])
    assert copy.path is not None
    assert copy.path.startswith("cache/")
    data = b"".join([piece async for piece in store.read(copy.path)])
    assert len(data) == copy.size
    assert files.SECRET.encode() not in data
    assert kept(store) == [copy.path]


async def test_a_copy_can_be_asked_for_of_one_very_file_and_no_other(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    first, other = picture(1), files.encoded(files.scene((70, 64)), "JPEG", exif=files.with_location())
    url = elsewhere.put("a.png", first)
    with pytest.raises(Changed):
        await cache.cache_remote(url, sha256=sha256(other).digest())
    assert kept(store) == []
    copy = await cache.cache_remote(url, sha256=sha256(first).digest())
    assert (await cache.cache_remote(url)).path == copy.path
    assert elsewhere.asked == ["a.png", "a.png"]

    # There is another file by now: the copy that was kept is not it, and the other one is told by its own bytes.
    elsewhere.put("a.png", other, media_type="image/jpeg")
    assert (await cache.cache_remote(url)).path == copy.path
    again = await cache.cache_remote(url, sha256=sha256(other).digest())
    assert again.path != copy.path
    assert kept(store) == [again.path]
    with pytest.raises(Changed):
        await cache.cache_remote(url, sha256=sha256(first).digest())
    assert (await cache.cache_remote(url)).path == again.path


async def test_only_so_many_files_are_fetched_at_once(cache: MediaCache, elsewhere: Elsewhere) -> None:
    async def look(number: int) -> None:
        with pytest.raises(NotFound):
            await cache.cache_remote(f"{SITE}/{number}.png")

    async with create_task_group() as group:
        for number in range(3 * FETCHES):
            group.start_soon(look, number)
    assert 1 < elsewhere.most_at_once <= FETCHES


async def test_many_who_ask_at_once_wait_for_one_fetch(cache: MediaCache, elsewhere: Elsewhere) -> None:
    url = elsewhere.put("stars.png", picture(0))
    async with create_task_group() as group:
        for _ in range(12):
            group.start_soon(cache.cache_remote, url)

    assert elsewhere.asked == ["stars.png"]


@pytest.mark.parametrize(
    ("data", "status", "error"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", 200, WrongType),
        (b"<html><script>alert(1)</script></html>", 200, WrongType),
        (b"\x89PNG\r\n\x1a\n<script>", 200, FedirecError),
        (files.png_of(60_000, 60_000), 200, TooLarge),
        (b"gone", 410, NotFound),
        (b"no", 404, NotFound),
        (b"broken", 500, PeerUnavailable),
        (b"part", 206, PeerUnavailable),
    ],
)
async def test_what_is_no_media_is_never_kept_and_not_asked_for_again_at_once(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore, data: bytes, status: int, error: type[FedirecError]
) -> None:
    url = elsewhere.put("x.png", data, status=status)

    with pytest.raises(error):
        await cache.cache_remote(url)
    with pytest.raises(PeerUnavailable):
        await cache.cache_remote(url)

    assert elsewhere.asked == ["x.png"]
    assert kept(store) == []
    assert await cache.find_cached(url) is None

    elsewhere.put("x.png", picture(0))
    clock.shift(TRY_AGAIN + timedelta(minutes=1))
    assert (await cache.cache_remote(url)).media_type == "image/png"


async def test_a_copy_is_never_larger_than_an_upload_may_be(
    net: Net, elsewhere: Elsewhere, store: DiskStore, database: str, tmp_path: Path
) -> None:
    tight = Settings.load(
        {"data_dir": tmp_path, "max_image_bytes": 900, "max_audio_bytes": 900, "max_video_bytes": 900}
    )
    cache = MediaCache(net=net, store=store, settings=tight, key=b"key")
    url = elsewhere.put("stars.png", files.encoded(files.scene(), "BMP"))

    with pytest.raises(TooLarge):
        await cache.cache_remote(url)

    assert kept(store) == []


async def test_the_copies_looked_at_longest_ago_make_room(
    net: Net, elsewhere: Elsewhere, store: DiskStore, database: str, tmp_path: Path
) -> None:
    urls = [elsewhere.put(f"{number}.png", picture(number)) for number in range(5)]
    small = Settings.load({"data_dir": tmp_path, "media_cache_bytes": int(len(picture(4)) * 3.5)})
    cache = MediaCache(net=net, store=store, settings=small, key=b"key")
    for hours, url in enumerate(urls[:3]):
        clock.shift(timedelta(hours=2 * hours))
        await cache.cache_remote(url)
    clock.shift(timedelta(hours=8))
    assert await cache.find_cached(urls[0])

    for hours, url in enumerate(urls[3:]):
        clock.shift(timedelta(hours=10 + 2 * hours))
        await cache.cache_remote(url)

    left = {row.url async for row in RemoteMedia.all()}
    assert left == {urls[0], urls[3], urls[4]}
    assert sum((tmp_path / "media" / path).stat().st_size for path in kept(store)) <= small.media_cache_bytes


async def test_copies_go_when_there_is_no_room_and_are_fetched_again(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    first, twin = elsewhere.put("1.png", picture(1)), elsewhere.put("2.png", picture(1))
    other = elsewhere.put("3.png", picture(2))
    for url in (first, twin, other):
        await cache.find_size(await cache.cache_remote(url), "small")
    assert await let_copies_go(store, unused_for=timedelta(days=1)) == 0
    assert len(kept(store)) >= 2

    assert await let_copies_go(store, unused_for=timedelta(0)) == 3

    assert kept(store) == []
    assert await RemoteMedia.all().count() == 0
    copy = await cache.cache_remote(first)
    assert copy.path in kept(store)


async def test_copies_that_nobody_looks_at_are_pruned(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    forgotten, loved = elsewhere.put("1.png", picture(1)), elsewhere.put("2.png", picture(2))
    twin = elsewhere.put("3.png", picture(2))
    for url in (forgotten, loved, twin):
        await cache.cache_remote(url)
    clock.shift(timedelta(days=10))
    copy = await cache.find_cached(loved)
    assert copy is not None
    clock.shift(timedelta(days=20))

    assert await cache.prune() == 2

    assert kept(store) == [copy.path]
    assert await cache.find_cached(loved)


async def test_an_instance_may_keep_no_copies_at_all(
    net: Net, elsewhere: Elsewhere, store: DiskStore, database: str, tmp_path: Path
) -> None:
    none = Settings.load({"data_dir": tmp_path, "media_cache_bytes": 0})
    cache = MediaCache(net=net, store=store, settings=none, key=b"key")

    with pytest.raises(NotFound, match="keeps no copies"):
        await cache.cache_remote(elsewhere.put("1.png", picture(1)))

    assert elsewhere.asked == []


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "https://127.0.0.1/x.png", "http://b.test/x.png", "gopher://b.test"]
)
async def test_what_the_net_refuses_is_refused(cache: MediaCache, store: DiskStore, url: str) -> None:
    with pytest.raises(FedirecError):
        await cache.cache_remote(url)

    assert kept(store) == []


async def test_only_addresses_that_we_signed_are_copied(net: Net, store: DiskStore, settings: Settings) -> None:
    cache = MediaCache(net=net, store=store, settings=settings, key=b"key")
    other = MediaCache(net=net, store=store, settings=settings, key=b"other key")
    url = f"{SITE}/first stars/é.png?x=1"
    signed = cache.path_for(url).removeprefix("/media/remote/")

    assert "/" not in signed
    assert cache.url_of(signed) == url
    forged = [
        "",
        "x",
        "é",
        signed[:-1],
        signed + "A",
        signed + "=",
        signed[:22],
        "A" * len(signed),
        "x" * 10_000,
        other.path_for(url).removeprefix("/media/remote/"),
        signed[:22] + other.path_for(f"{SITE}/other.png").removeprefix("/media/remote/")[22:],
    ]
    for attempt in forged:
        with pytest.raises(NotFound):
            cache.url_of(attempt)


async def test_a_copy_of_an_image_is_made_smaller_when_somebody_wants_it_so(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    url = elsewhere.put("large.png", files.encoded(Image.effect_noise((1000, 500), 90).convert("RGB"), "PNG"))
    copy = await cache.cache_remote(url)
    assert await cache.find_size(copy, "enormous") is None
    assert len(kept(store)) == 1
    before = copy.size

    found: list[str | None] = []

    async def find(size: str) -> None:
        found.append(await cache.find_size(copy, size))

    async with create_task_group() as group:
        for size in ("small", "medium", "medium"):
            group.start_soon(find, size)

    row = await RemoteMedia.get(url=url)
    assert sorted(map(str, found)) == sorted([str(row.small_path), str(row.medium_path), str(row.medium_path)])
    small, medium = [
        b"".join([piece async for piece in store.read(str(path))]) for path in (row.small_path, row.medium_path)
    ]
    assert Image.open(io.BytesIO(small)).size == (320, 160)
    assert Image.open(io.BytesIO(medium)).size == (640, 320)
    assert row.size == before + len(small) + len(medium)
    assert await prune_orphans(store) == 0
    assert cache.path_for(url, size="medium") == f"{cache.path_for(url)}?size=medium"

    clock.shift(timedelta(days=30))
    assert await cache.prune() == 1
    assert kept(store) == []


async def test_a_small_image_and_a_sound_have_no_smaller_ones(
    cache: MediaCache, elsewhere: Elsewhere, melody: Path
) -> None:
    image = Image.effect_noise((200, 100), 90).convert("RGB")
    tiny = await cache.cache_remote(elsewhere.put("tiny.jpg", files.encoded(image, "JPEG", quality=5)))
    song = await cache.cache_remote(elsewhere.put("song.mp3", melody.read_bytes()))

    assert await cache.find_size(tiny, "small") is None
    assert (await RemoteMedia.get(id=tiny.id)).sized_at is not None
    assert await cache.find_size(song, "small") is None
    peaks = await remote_peaks([song.url, tiny.url, f"{SITE}/nothing"])
    assert list(peaks) == [song.url]
    assert max(peaks[song.url]) == 255


async def test_captions_from_elsewhere_are_only_times_and_words(
    cache: MediaCache, elsewhere: Elsewhere, store: DiskStore
) -> None:
    words = b"WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:02.000 line:0\n<v Ana><b>Hello</b>\n"
    url = elsewhere.put("en.vtt", words, media_type="text/plain")
    picture = elsewhere.put("en.png", files.encoded(files.scene(), "PNG"))

    address = cache.url_of(cache.path_for(url, is_caption=True).rpartition("/")[2])
    copy = await cache.cache_remote(address)

    assert elsewhere.asked == ["en.vtt"]
    assert copy.media_type == "text/vtt"
    data = b"".join([piece async for piece in store.read(str(copy.path))])
    assert data == b"WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nAna: Hello\n"
    with pytest.raises(WrongType):
        await cache.cache_remote(url)
    with pytest.raises(FedirecError, match="UTF-8"):
        await cache.cache_remote(cache.url_of(cache.path_for(picture, is_caption=True).rpartition("/")[2]))
    assert (await cache.cache_remote(picture)).media_type == "image/png"
