"""What a browser gets."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse

from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError
from fedirec.lanes import Job
from fedirec.media.actions import add_caption, keep_file
from fedirec.media.cache import MediaCache
from fedirec.media.models import Media
from fedirec.media.queries import dress
from fedirec.media.routes import Audience, media_routes
from fedirec.media.store import DiskStore
from fedirec.media.workshop import Workshop
from fedirec.net import Net
from fedirec.settings import Settings
from tests.media import files
from tests.media.test_cache import Elsewhere

pytestmark = pytest.mark.one_database


async def visible(request: Request[Any], rows: Sequence[Media]) -> Audience:
    if any(row.file_name.startswith("public") for row in rows):
        return Audience.EVERYBODY
    return Audience.ASKER if request.headers.get("authorization") == "Bearer ana" else Audience.NOBODY


async def explain(_: Request[Any], error: Exception) -> JSONResponse:
    assert isinstance(error, FedirecError)
    return JSONResponse({"detail": error.detail}, status_code=error.status)


@pytest.fixture
def elsewhere() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
async def browser(store: DiskStore, settings: Settings, database: str, elsewhere: Elsewhere) -> AsyncGenerator[Browser]:
    async with Net(development=False, user_agent="fedirec test", transport=httpx.ASGITransport(elsewhere.app)) as net:
        cache = MediaCache(net=net, store=store, settings=settings, key=b"key")
        app = Starlette(routes=media_routes(visible), exception_handlers={FedirecError: explain})

        async def stated(scope: Any, receive: Any, send: Any) -> None:
            scope["state"] = {"store": store, "media_cache": cache}
            await app(scope, receive, send)

        async with httpx.AsyncClient(transport=httpx.ASGITransport(stated), base_url="https://a.test") as client:
            yield Browser(client, cache)


class Browser:
    """A visitor of our site."""

    def __init__(self, client: httpx.AsyncClient, cache: MediaCache) -> None:
        self.client, self.cache = client, cache

    async def ask(self, path: str, *, method: str = "GET", **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/media/{path}", headers=named)


async def given(store: DiskStore, owner: Actor, settings: Settings, data: bytes, name: str) -> Media:
    async with store.workbench() as folder:
        source = folder / "sent"
        source.write_bytes(data)
        return await keep_file(store, owner, file_name=name, source=source, settings=settings)


@pytest.fixture
async def song(store: DiskStore, owner: Actor, settings: Settings, melody: Any) -> Media:
    return await given(store, owner, settings, melody.read_bytes(), "public.mp3")


async def test_a_file_comes_with_its_own_type_and_cannot_run_anything(browser: Browser, song: Media) -> None:
    answer = await browser.ask(song.path)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "audio/mpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["accept-ranges"] == "bytes"
    assert (int(answer.headers["content-length"]), len(answer.content)) == (song.size, song.size)


@pytest.mark.parametrize("accept", ["application/activity+json", "text/html", "*/*"])
async def test_whatever_is_asked_for_a_file_is_a_file(browser: Browser, song: Media, accept: str) -> None:
    assert (await browser.ask(song.path, accept=accept)).headers["content-type"] == "audio/mpeg"


async def test_the_poster_of_a_film_is_an_image(
    browser: Browser, store: DiskStore, owner: Actor, settings: Settings, film: Any
) -> None:
    media = await given(store, owner, settings, film.read_bytes(), "public.mp4")
    assert media.poster_path is not None

    answer = await browser.ask(media.poster_path)

    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.content.startswith(b"\xff\xd8\xff")


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-99", 0, 100),
        ("bytes=100-", 100, None),
        ("bytes=-5", -5, None),
        ("bytes=10-99999999", 10, None),
        ("bytes=-99999999", 0, None),
    ],
)
async def test_a_part_can_be_asked_for(browser: Browser, song: Media, asked: str, start: int, stop: int | None) -> None:
    whole = (await browser.ask(song.path)).content

    answer = await browser.ask(song.path, range=asked)

    part = whole[start:stop]
    assert answer.content == part
    if len(part) == len(whole):
        assert answer.status_code == 200
    else:
        first = whole.index(part) if start >= 0 else len(whole) + start
        assert answer.status_code == 206
        assert answer.headers["content-range"] == f"bytes {first}-{first + len(part) - 1}/{len(whole)}"


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "bytes=0-1,3-4", "pages=1-2", "bytes", "bytes=1"]
)
async def test_a_range_that_makes_no_sense_gives_the_whole(browser: Browser, song: Media, asked: str) -> None:
    answer = await browser.ask(song.path, range=asked)

    assert (answer.status_code, len(answer.content)) == (200, song.size)


@pytest.mark.parametrize("asked", ["bytes=99999999-", "bytes=-0"])
async def test_a_range_beyond_the_end_is_told_where_the_end_is(browser: Browser, song: Media, asked: str) -> None:
    answer = await browser.ask(song.path, range=asked)

    assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{song.size}")


async def test_what_a_browser_has_already_is_not_sent_again(browser: Browser, song: Media) -> None:
    tag = (await browser.ask(song.path)).headers["etag"]

    known = await browser.ask(song.path, if_none_match=f'"other", W/{tag}')
    changed = await browser.ask(song.path, if_none_match='"other"')
    same_part = await browser.ask(song.path, range="bytes=0-9", if_range=tag)
    other_whole = await browser.ask(song.path, range="bytes=0-9", if_range='"other"')

    assert (known.status_code, known.content) == (304, b"")
    assert changed.status_code == 200
    assert same_part.status_code == 206
    assert other_whole.status_code == 200


async def test_head_tells_the_size_and_sends_nothing(browser: Browser, song: Media) -> None:
    answer = await browser.ask(song.path, method="HEAD")

    assert (answer.status_code, answer.content) == (200, b"")
    assert int(answer.headers["content-length"]) == song.size


async def test_a_private_file_is_not_there_for_others_and_not_cached(
    browser: Browser, store: DiskStore, owner: Actor, settings: Settings
) -> None:
    media = await given(store, owner, settings, files.encoded(files.scene(), "PNG"), "private.png")

    stranger = await browser.ask(media.path)
    follower = await browser.ask(media.path, authorization="Bearer ana")

    assert stranger.status_code == 404
    assert follower.status_code == 200
    assert follower.headers["cache-control"] == "private, no-cache"
    assert follower.headers["vary"] == "Cookie, Authorization, Signature"


async def test_one_public_owner_makes_the_shared_bytes_public(
    browser: Browser, store: DiskStore, owner: Actor, settings: Settings
) -> None:
    private = await given(store, owner, settings, files.encoded(files.scene(), "PNG"), "private.png")
    await Media.filter(id=private.id).update(attached_at=private.created_at)
    await given(store, owner, settings, files.encoded(files.scene(), "PNG"), "public.png")

    assert (await browser.ask(private.path)).status_code == 200


@pytest.mark.parametrize(
    "path", ["", "x", "../master.key", "%2e%2e/master.key", ".lock", "incoming/x", "ab/cd/" + "0" * 64 + ".png"]
)
async def test_nothing_else_is_there(browser: Browser, song: Media, path: str) -> None:
    assert (await browser.ask(path)).status_code == 404


async def test_a_remote_file_comes_through_us_as_what_it_is(browser: Browser, elsewhere: Elsewhere) -> None:
    data = files.encoded(files.scene(), "PNG")
    url = elsewhere.put("stars", data, media_type="text/html")
    path = browser.cache.path_for(url).removeprefix("/media/")

    answer = await browser.ask(path)
    part = await browser.ask(path, range="bytes=0-7")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert part.content == b"\x89PNG\r\n\x1a\n"
    assert elsewhere.asked == ["stars"]


async def test_we_are_no_open_proxy(browser: Browser, elsewhere: Elsewhere) -> None:
    elsewhere.put("stars.png", files.encoded(files.scene(), "PNG"))
    signed = browser.cache.path_for("https://b.test/stars.png").removeprefix("/media/")

    for path in (signed[:-2], signed + "AA", "remote/https://b.test/stars.png", "remote/x"):
        assert (await browser.ask(path)).status_code == 404

    assert elsewhere.asked == []


async def test_a_copy_is_served_from_no_other_address(browser: Browser, elsewhere: Elsewhere) -> None:
    copy = await browser.cache.cache_remote(elsewhere.put("stars.png", files.encoded(files.scene(), "PNG")))

    assert copy.path is not None
    assert (await browser.ask(copy.path)).status_code == 404


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("public rain.aiff", "public%20rain.mp3"),
        ("public", "public.mp3"),
        ("public „Größe“.tar.mp3", "public%20%E2%80%9EGr%C3%B6%C3%9Fe%E2%80%9C.tar.mp3"),
        ('public"; filename="x.exe', "public%22%3B%20filename%3D%22x.mp3"),
        ("public 3. take of the evening", "public%203.%20take%20of%20the%20evening.mp3"),
    ],
)
async def test_the_original_can_be_saved_under_its_name(
    browser: Browser, store: DiskStore, owner: Actor, settings: Settings, melody: Any, name: str, saved_as: str
) -> None:
    media = await given(store, owner, settings, melody.read_bytes(), name)
    address = (await dress([media.id]))[media.id].original.download_url.removeprefix("/media/")

    answer = await browser.ask(address)

    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{saved_as}"
    assert len(answer.content) == media.size
    assert "content-disposition" not in (await browser.ask(media.path)).headers


async def test_a_name_is_told_only_to_whoever_knows_its_key(browser: Browser, song: Media) -> None:
    for wrong in ("", "01someotherkey"):
        answer = await browser.ask(f"{song.path}?download={wrong}")

        name = song.path.rpartition("/")[2]
        assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"


async def test_what_was_made_of_a_file_is_seen_by_whoever_may_see_the_file(
    browser: Browser, store: DiskStore, owner: Actor, settings: Settings, film: Any
) -> None:
    public = await given(store, owner, settings, film.read_bytes(), "public.mp4")
    secret = await given(store, owner, settings, files.film(film.parent / "other.mp4"), "secret.mp4")
    words = b"WEBVTT\n\n00:01.000 --> 00:02.000\n%s\n"
    for media in (public, secret):
        await Workshop(store=store, settings=settings).render(Job(payload={"media": media.id}, crashes=0, attempts=0))
        await add_caption(store, owner, key=media.key, language="en", data=words % media.key.encode())
    dressed = await dress([public.id, secret.id])

    for media, status in ((public, 200), (secret, 404)):
        shown = dressed[media.id]
        small, caption = shown.renditions["small"].url, shown.captions[0].url
        for url, media_type in ((small, "image/webp"), (caption, "text/vtt; charset=utf-8")):
            answer = await browser.ask(url.removeprefix("/media/"))
            assert answer.status_code == status
            if status == 200:
                assert answer.headers["content-type"] == media_type
                assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
            assert (await browser.ask(url.removeprefix("/media/"), authorization="Bearer ana")).status_code == 200
