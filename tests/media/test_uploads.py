"""Files that arrive piece by piece, spoken with as a program does, on both databases."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from fedirec.media.models import Media
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
    return files.encoded(files.scene((700, 400)), "PNG")


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
    assert (told["media"]["kind"], told["media"]["width"], told["media"]["height"]) == ("image", 700, 400)
    media = await here.run(Media.get, key=told["media"]["key"])
    assert media.file_name == "my scene.png"
    assert (await ana.get(told["media"]["preview_url"])).status_code == 200
    assert list(here.state["store"].arriving.iterdir()) == []
