"""While somebody composes, works that their files look like are suggested as sources, and never added by themselves."""

from __future__ import annotations

import io
from functools import partial

import pytest
from PIL import Image

from fedirec.accounts.models import Boundary
from fedirec.activitypub.models import Actor
from fedirec.media.actions import keep_file
from fedirec.media.likeness import print_copies, print_older
from fedirec.media.models import Media, MediaPrint
from fedirec.remix.actions.drafts import FileDraft, RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Attachment, Record, Source
from fedirec.remix.queries.likeness import records_like
from tests.media.test_prints import picture
from tests.network import Instance, settle


async def given(instance: Instance, owner: Actor, image: Image.Image, form: str = "PNG") -> Media:
    data = io.BytesIO()
    image.save(data, form)
    path = instance.settings.data_dir / "given"
    path.write_bytes(data.getvalue())
    store, settings = instance.state["store"], instance.state["settings"]
    media = await instance.run(keep_file, store, owner, file_name="x.png", source=path, settings=settings, quota=10**9)
    await instance.work()
    return media


async def shown(instance: Instance, author: Actor, image: Image.Image, title: str, **more: str) -> Record:
    draft = RecordDraft(
        title=title,
        licence="CC-BY-4.0",
        files=[FileDraft(media=await given(instance, author, image), description="x")],
        **more,  # type: ignore[arg-type]
    )
    return await instance.run(publish_record, author, draft)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_picture_that_is_known_suggests_where_it_comes_from(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await shown(here, ana, picture(1), "Rain on tin")
    await shown(here, ana, picture(2), "Another")
    await shown(here, ana, picture(1).rotate(0.2), "For a few", visibility="followers")
    smaller = picture(1).resize((200, 150))
    mine = await given(here, bo, smaller, "JPEG")
    assert [row.title for row in await here.run(records_like, [mine], maker=bo)] == ["Rain on tin"]
    assert await here.run(records_like, [mine], maker=ana) == []
    async with here.sign_in("bo") as browser:
        sent = {"title": "Mine", "licence": "CC-BY-4.0", "visibility": "public", "file_key": mine.key}
        page = await browser.post("/records/new", data={**sent, "do": "check"})
        assert "This looks or sounds like “Rain on tin”" in page.text
        assert f"add-source:{rain.id}" in page.text
        page = await browser.post("/records/new", data={**sent, "do": f"not-source:{rain.id}"})
        assert "This looks or sounds like" not in page.text
        assert f'name="not_source" value="{rain.id}"' in page.text
        page = await browser.post("/records/new", data={**sent, "do": "check", "not_source": str(rain.id)})
        assert "This looks or sounds like" not in page.text
        page = await browser.post("/records/new", data={**sent, "do": f"add-source:{rain.id}"})
        assert f'name="source" value="{rain.id}"' in page.text
        assert "This looks or sounds like" not in page.text
        assert (await browser.post("/records/new", data={**sent, "do": "publish"})).status_code == 303
    assert await here.run(lambda: Source.all().count()) == 0


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_very_file_of_another_instance_is_known_by_its_digest(here: Instance, there: Instance) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    rain = await shown(there, ana, picture(4), "Rain")
    await here.find_record(rain.uri)
    await settle(here, there)
    mine = await given(here, bo, picture(4))
    theirs = await there.run(lambda: Media.get())
    assert mine.digest == theirs.digest
    assert [row.uri for row in await here.run(records_like, [mine], maker=bo)] == [rain.uri]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_picture_of_another_instance_is_recognised_as_long_as_its_copy_is_here(
    here: Instance, there: Instance
) -> None:
    ana, bo = await there.join("ana"), await here.join("bo")
    rain = await shown(there, ana, picture(5), "Rain")
    theirs = await here.find_record(rain.uri)
    mine = await given(here, bo, picture(5).resize((200, 150)), "JPEG")
    assert await here.run(records_like, [mine], maker=bo) == []
    [file] = await here.run(lambda: Attachment.filter(record_id=theirs.id))
    cache, store = here.state["media_cache"], here.state["store"]
    await here.run(cache.cache_remote, file.url)
    assert await here.run(print_copies, store) == 1
    assert await here.run(print_copies, store) == 0
    assert [row.uri for row in await here.run(records_like, [mine], maker=bo)] == [rain.uri]
    for owner, other in ((bo.id, theirs.author_id), (theirs.author_id, bo.id)):
        await here.run(partial(Boundary.create, owner_id=owner, other_id=other, kind="block"))
        assert await here.run(records_like, [mine], maker=bo) == []
        await here.run(lambda: Boundary.all().delete())
    await here.run(cache.forget_of, [file.url])
    assert await here.run(records_like, [mine], maker=bo) == []


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_files_that_were_here_before_are_recognised_too_a_few_at_a_time(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await given(here, ana, picture(1))
    await given(here, bo, picture(1))
    assert await here.run(lambda: MediaPrint.all().count()) == 2
    await given(here, ana, Image.new("RGB", (40, 40), "red"))
    before = {row.media_id: row.bits for row in await here.run(MediaPrint.all)}
    await here.run(lambda: MediaPrint.all().delete())
    store = here.state["store"]
    assert await here.run(print_older, store, limit=2) == 2
    assert await here.run(print_older, store, limit=2) == 1
    assert await here.run(print_older, store) == 0
    assert {row.media_id: row.bits for row in await here.run(MediaPrint.all)} == before
    assert "" in before.values()
