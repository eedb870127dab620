"""Files that arrive piece by piece, spoken with as a program does, on both databases."""

from __future__ import annotations

import asyncio
import contextlib
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from PIL import Image

from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Scope
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Conflict
from fedirec.media.actions import append_to_upload, begin_upload, drop_upload, prune_uploads, settle_upload
from fedirec.media.actions.keeping import MAX_AN_HOUR
from fedirec.media.models import Media, Upload
from fedirec.media.store import DiskStore
from fedirec.settings import Settings
from fedirec.uris import new_key
from tests.media import files
from tests.network import Instance

TUS = {"tus-resumable": "1.0.0"}
PIECE = TUS | {"content-type": "application/offset+octet-stream"}


@pytest.fixture
async def ana(here: Instance) -> AsyncGenerator[httpx.AsyncClient]:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        yield browser


@pytest.fixture(scope="session")
def picture() -> bytes:
    return files.encoded(Image.effect_noise((700, 100), 90).convert("RGB"), "PNG")


def notes(**values: str) -> dict[str, str]:
    return {
        "upload-metadata": ",".join(f"{name} {b64encode(value.encode()).decode()}" for name, value in values.items())
    }


async def begin(browser: httpx.AsyncClient, size: int, name: str = "scene.png", kind: str = "image/png") -> str:
    answer = await browser.post(
        "/api/uploads", headers=TUS | {"upload-length": str(size)} | notes(filename=name, filetype=kind)
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["tus-resumable"] == "1.0.0"
    return answer.headers["location"]


async def send(browser: httpx.AsyncClient, url: str, data: Any, *, offset: int) -> httpx.Response:
    return await browser.patch(url, content=data, headers=PIECE | {"upload-offset": str(offset)})


async def offset_of(browser: httpx.AsyncClient, url: str) -> int:
    answer = await browser.head(url, headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


async def test_a_file_arrives_in_pieces_and_is_kept(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture), "my scene.png")
    assert await offset_of(ana, url) == 0

    first = await send(ana, url, picture[:1000], offset=0)
    assert (first.status_code, first.headers["upload-offset"]) == (204, "1000")
    assert "upload-expires" in first.headers
    told = (await ana.get(url)).json()
    assert (told["state"], told["offset"], told["size"], told["media"]) == ("receiving", 1000, len(picture), None)
    assert (await send(ana, url, picture[1000:], offset=1000)).headers["upload-offset"] == str(len(picture))
    assert (await ana.get(url)).json()["state"] == "processing"

    await here.work()

    told = (await ana.get(url)).json()
    assert (told["state"], told["progress"], told["problem"]) == ("ready", 100, None)
    assert (told["media"]["kind"], told["media"]["width"], told["media"]["height"]) == ("image", 700, 100)
    media = await here.run(Media.get, key=told["media"]["key"])
    assert media.file_name == "my scene.png"
    assert (await ana.get(told["media"]["preview_url"])).status_code == 200
    assert list(here.state["store"].arriving.iterdir()) == []


async def test_what_is_known_of_the_protocol_is_told(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    told = await ana.options("/api/uploads")
    assert told.status_code == 204
    assert told.headers["tus-version"] == "1.0.0"
    assert set(told.headers["tus-extension"].split(",")) == {"creation", "termination", "expiration"}
    assert told.headers["tus-max-size"] == str(here.settings.max_video_bytes)

    other = await ana.post("/api/uploads", headers={"tus-resumable": "0.2.2", "upload-length": "9"})
    assert (other.status_code, other.headers["tus-version"]) == (412, "1.0.0")
    for wrong in ("", "-1", "9" * 40, "1.5"):
        answer = await ana.post("/api/uploads", headers=TUS | {"upload-length": wrong})
        assert answer.status_code == 400
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["tus-resumable"] == "1.0.0"
    strange = await ana.post("/api/uploads", headers=TUS | {"upload-length": "9", "upload-metadata": "filename ###"})
    assert strange.status_code == 400

    url = await begin(ana, len(picture))
    assert (await ana.patch(url, content=b"x", headers=TUS | {"upload-offset": "0"})).status_code == 415
    override = PIECE | {"upload-offset": "0", "x-http-method-override": "PATCH"}
    assert (await ana.post(url, content=picture[:9], headers=override)).status_code == 204
    assert (await ana.post(url, content=picture[:9], headers=PIECE)).status_code == 405
    assert await offset_of(ana, url) == 9


async def test_pieces_come_in_order_and_never_too_many(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture))
    await send(ana, url, picture[:5000], offset=0)

    for wrong in (0, 4999, 5001, len(picture)):
        assert (await send(ana, url, b"again", offset=wrong)).status_code == 409
    assert (await send(ana, url, picture[5000:] + b"more", offset=5000)).status_code == 413

    async def pieces() -> AsyncIterator[bytes]:
        yield picture[5000:]
        yield b"more"

    assert (await send(ana, url, pieces(), offset=5000)).status_code == 413
    assert await offset_of(ana, url) == 5000
    assert (await send(ana, url, picture[5000:], offset=5000)).status_code == 204
    assert (await send(ana, url, b"", offset=len(picture))).status_code == 409


async def test_two_pieces_at_once_are_one_too_many(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture))
    here_now, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield picture[:3000]
        here_now.set()
        await go_on.wait()
        yield picture[3000:6000]

    first = asyncio.create_task(send(ana, url, slowly(), offset=0))
    await here_now.wait()
    second = await send(ana, url, picture[:3000], offset=0)
    go_on.set()

    assert second.status_code == 409
    assert "arriving just now" in second.json()["detail"]
    assert (await first).headers["upload-offset"] == "6000"


async def test_what_came_before_the_line_broke_is_kept(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture))

    async def broken() -> AsyncIterator[bytes]:
        yield picture[:7000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await send(ana, url, broken(), offset=0)

    assert await offset_of(ana, url) == 7000
    assert (await send(ana, url, picture[7000:], offset=7000)).status_code == 204


async def test_the_beginning_of_a_file_is_enough_to_refuse_it(here: Instance, ana: httpx.AsyncClient) -> None:
    drawing = b"<svg xmlns='http://www.w3.org/2000/svg'>" + b" " * 9000
    url = await begin(ana, 20_000, "drawing.png")

    answer = await send(ana, url, drawing, offset=0)

    assert answer.status_code == 415
    assert "“drawing.png” is an SVG drawing" in answer.json()["detail"]
    told = (await ana.get(url)).json()
    assert (told["state"], told["media"]) == ("refused", None)
    assert "“drawing.png” is an SVG drawing" in told["problem"]
    assert list(here.state["store"].arriving.iterdir()) == []
    assert (await ana.head(url, headers=TUS)).status_code == 404


async def test_a_file_that_cannot_be_opened_is_refused_when_it_is_here(
    here: Instance, ana: httpx.AsyncClient, picture: bytes
) -> None:
    broken = picture[: len(picture) // 2]
    url = await begin(ana, len(broken), "broken.png")
    await send(ana, url, broken, offset=0)
    await here.work()

    told = (await ana.get(url)).json()

    assert told["state"] == "refused"
    assert "“broken.png”" in told["problem"]
    assert list(here.state["store"].arriving.iterdir()) == []


async def test_only_its_owner_knows_an_upload(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture))
    await here.join("bo")
    async with here.client() as nobody, here.sign_in("bo") as bo:
        for stranger, status in ((nobody, 401), (bo, 404)):
            assert (await stranger.get(url)).status_code == status
            assert (await stranger.head(url, headers=TUS)).status_code == status
            assert (await send(stranger, url, picture, offset=0)).status_code == status
            assert (await stranger.delete(url, headers=TUS)).status_code == status
        assert (await nobody.post("/api/uploads", headers=TUS | {"upload-length": "9"})).status_code == 401
        assert (await nobody.get("/api/uploads/limits")).status_code == 401
        elsewhere = {"origin": "https://evil.test", "upload-length": "9"}
        assert (await bo.post("/api/uploads", headers=TUS | elsewhere)).status_code == 403
        assert (await bo.patch(url, headers=PIECE | {"origin": "https://evil.test"})).status_code == 403
    assert await offset_of(ana, url) == 0


async def test_a_program_needs_a_token_for_writing(here: Instance, picture: bytes) -> None:
    actor = await here.join("cy")
    account = await here.run(Account.get, actor_id=actor.id)
    async with here.client() as program:
        for scopes, status in (({Scope.READ}, 403), ({Scope.READ, Scope.WRITE}, 201)):
            secret = await here.run(create_token, account, name="recorder", scopes=frozenset(scopes))
            headers = TUS | {"upload-length": str(len(picture)), "authorization": f"Bearer {secret}"}
            assert (await program.post("/api/uploads", headers=headers)).status_code == status
            assert (await program.get("/api/uploads/limits", headers=headers)).status_code == 200


async def test_an_upload_can_be_ended(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    url = await begin(ana, len(picture))
    await send(ana, url, picture[:3000], offset=0)

    assert (await ana.delete(url, headers=TUS)).status_code == 204

    assert (await ana.head(url, headers=TUS)).status_code == 404
    assert list(here.state["store"].arriving.iterdir()) == []


async def test_an_upload_that_stopped_is_forgotten_in_time(
    here: Instance, ana: httpx.AsyncClient, picture: bytes
) -> None:
    stopped, fresh = [await begin(ana, len(picture)) for _ in range(2)]
    for url in (stopped, fresh):
        await send(ana, url, picture[:3000], offset=0)
    key = stopped.rpartition("/")[2]
    await here.run(lambda: Upload.filter(key=key).update(expires_at=now() - timedelta(seconds=1)))
    store = here.state["store"]
    (store.arriving / "01nobodys").write_bytes(b"left behind")

    assert (await ana.head(stopped, headers=TUS)).status_code == 410
    assert await here.run(store.sweep) == 0
    assert await here.run(prune_uploads, store) == 1

    assert (await ana.head(stopped, headers=TUS)).status_code == 404
    assert [part.name for part in store.arriving.iterdir()] == [fresh.rpartition("/")[2]]
    assert await offset_of(ana, fresh) == 3000


async def test_limits_are_told_before_and_kept_to(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    _limit(here, member_quota_bytes=2 * len(picture) + 1000, max_open_uploads=3)
    limits = (await ana.get("/api/uploads/limits")).json()
    assert limits["bytes"] == {"image": 16_000_000, "audio": 99_000_000, "video": 99_000_000}
    assert (limits["used"], limits["room"], limits["open_uploads"]) == (0, 2 * len(picture) + 1000, 3)
    assert "An image may have 16 MB, a sound 99 MB and a film 99 MB." in limits["explanation"]
    assert "All files of a member may have" in limits["explanation"]

    headers = TUS | {"upload-length": "17000000"} | notes(filename="large.png", filetype="image/png")
    large = await ana.post("/api/uploads", headers=headers)
    assert large.status_code == 413
    assert "“large.png” is larger than 16 MB" in large.json()["detail"]

    first = await begin(ana, len(picture))
    await send(ana, first, picture, offset=0)
    await here.work()
    await begin(ana, len(picture))
    full = await ana.post("/api/uploads", headers=TUS | {"upload-length": "2000"} | notes(filename="more.png"))
    assert full.status_code == 507
    assert "There is no room for “more.png”: all your files together may have" in full.json()["detail"]
    assert (await ana.get("/api/uploads/limits")).json()["room"] < 2000

    _limit(here, member_quota_bytes=0, max_open_uploads=3)
    for _ in range(2):
        await begin(ana, 2000)
    many = await ana.post("/api/uploads", headers=TUS | {"upload-length": "2000"})
    assert many.status_code == 429
    assert "Only 3 files can be on their way at once" in many.json()["detail"]
    assert (await ana.get("/api/uploads/limits")).json()["room"] is None


async def test_a_form_keeps_to_the_limits_too(here: Instance, ana: httpx.AsyncClient, picture: bytes) -> None:
    _limit(here, member_quota_bytes=len(picture) - 1)

    answer = await ana.post(
        "/settings", data={"name": "Ana", "about": ""}, files={"icon": ("me.png", picture, "image/png")}
    )

    assert "There is no room for “me.png”" in answer.text
    assert not await here.run(Media.exists)


async def test_files_that_take_no_room_are_too_many_at_some_point(here: Instance, ana: httpx.AsyncClient) -> None:
    me = await here.run(Actor.get, handle="ana")
    dot = {
        "kind": "image",
        "media_type": "image/png",
        "size": 1,
        "sha256": "0" * 64,
        "digest": "z",
        "path": "ab/dot.png",
    }
    dots = [Media(key=new_key(), owner_id=me.id, file_name="dot.png", **dot) for _ in range(MAX_AN_HOUR)]
    await here.run(Media.bulk_create, dots)

    by_program = await ana.post("/api/uploads", headers=TUS | {"upload-length": "2000"} | notes(filename="more.png"))
    by_form = await ana.post("/settings", data={"name": "Ana"}, files={"icon": ("me.png", b"\x89PNG", "image/png")})

    assert by_program.status_code == 429
    assert "many files within an hour" in by_program.json()["detail"]
    assert "many files within an hour" in by_form.text


def _limit(instance: Instance, **limits: int) -> None:
    """The settings of a running instance, as if it had been started with these."""
    instance.state["settings"] = instance.settings.model_copy(update=limits)


@hypothesis_settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@given(
    steps=st.lists(
        st.tuples(st.integers(1, 9000), st.sampled_from(["whole", "breaks", "again", "asks", "restarts"])),
        min_size=1,
        max_size=12,
    )
)
async def test_however_a_file_is_cut_and_interrupted_it_arrives_as_it_was(
    store: DiskStore, settings: Settings, owner: Actor, steps: list[tuple[int, str]]
) -> None:
    data = bytes(number * 7919 % 251 for number in range(20_000))
    data = files.encoded(files.scene((64, 64)), "PNG") + data
    upload = await begin_upload(owner, file_name="a.png", media_type="", size=len(data), quota=0, settings=settings)

    async def pieces(start: int, stop: int, *, breaks: bool) -> AsyncIterator[bytes]:
        for at in range(start, stop, 1000):
            yield data[at : min(at + 1000, stop)]
        if breaks:
            raise ConnectionResetError

    for size, how in [*steps, (len(data), "whole")]:
        upload = await settle_upload(store, owner, key=upload.key)
        if upload.state != "receiving":
            break
        start = upload.received
        stop = min(start + size, len(data))
        if how == "again":
            with pytest.raises(Conflict):
                await append_to_upload(
                    store, upload, offset=start + 1, chunks=pieces(start, stop, breaks=False), settings=settings
                )
        elif how == "restarts":
            await Upload.filter(id=upload.id).update(received=0)
            with (store.arriving / upload.key).open("ab") as killed:
                killed.write(data[start:stop])
        elif how != "asks":
            with contextlib.suppress(ConnectionResetError):
                await append_to_upload(
                    store,
                    upload,
                    offset=start,
                    chunks=pieces(start, stop, breaks=how == "breaks"),
                    settings=settings,
                )

    upload = await settle_upload(store, owner, key=upload.key)
    assert (upload.state, upload.received) == ("arrived", len(data))
    assert (store.arriving / upload.key).read_bytes() == data
    await drop_upload(store, upload)
