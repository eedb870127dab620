"""What is for followers only reaches the servers that have some, and no others."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor, Peer
from fedirec.errors import FedirecError
from fedirec.media.actions import keep_file
from fedirec.media.models import Media
from fedirec.media.store import Store
from fedirec.remix.actions.drafts import FileDraft, RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Attachment, Record
from tests.network import Instance, settle

ACTIVITY = "application/activity+json"


async def _picture(instance: Instance, owner: Actor) -> Media:
    image = io.BytesIO()
    Image.new("RGB", (64, 48), "navy").save(image, "PNG")

    async def keep() -> Media:
        store: Store = instance.state["store"]
        async with store.workbench() as folder:
            source = folder / "night.png"
            source.write_bytes(image.getvalue())
            return await keep_file(store, owner, file_name=source.name, source=source, settings=instance.settings)

    return await instance.run(keep)


async def _published(here: Instance, there: Instance) -> tuple[Record, str]:
    """A record for followers only, and the address of its picture; `bo` of the other instance follows its author."""
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    file = FileDraft(media=await _picture(here, ana), description="A night")
    draft = RecordDraft(title="For you", text="*", licence="CC-BY-4.0", visibility="followers", files=[file])
    record = await here.run(publish_record, ana, draft)
    await settle(here, there)
    return record, (await here.run(lambda: Attachment.get(record_id=record.id))).url


async def test_a_follower_elsewhere_sees_the_picture(here: Instance, there: Instance) -> None:
    record, url = await _published(here, there)
    known = await there.run(lambda: Record.get(uri=record.uri))
    assert known.visibility == "followers"

    copy = await there.run(there.state["media_cache"].cache_remote, url)

    assert copy.media_type == "image/png"
    async with there.sign_in("bo") as bo:
        page = await bo.get(f"/records/remote/{known.id}")
        picture = await bo.get(there.state["media_cache"].path_for(url))
    assert "A night" in page.text
    assert picture.status_code == 200


async def test_strangers_are_shown_neither_the_record_nor_its_picture(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    record, url = await _published(here, there)
    assert (await here.get(url.removeprefix(here.origin))).status_code == 404
    assert (await here.get(record.uri.removeprefix(here.origin), accept=ACTIVITY)).status_code == 404

    with pytest.raises(FedirecError):
        await elsewhere.find_record(record.uri)
    with pytest.raises(FedirecError):
        await elsewhere.run(elsewhere.state["media_cache"].cache_remote, url)


async def test_a_server_with_a_follower_may_fetch_the_record_again(here: Instance, there: Instance) -> None:
    record, _ = await _published(here, there)

    document = await there.run(there.state["remote"].fetch, record.uri)

    assert document["name"] == "For you"


async def test_a_blocked_server_is_a_stranger(here: Instance, there: Instance) -> None:
    record, url = await _published(here, there)
    await here.run(lambda: Peer.update_or_create(origin=there.origin, defaults={"policy": "block"}))

    with pytest.raises(FedirecError):
        await there.run(there.state["media_cache"].cache_remote, url)
    with pytest.raises(FedirecError):
        await there.run(there.state["remote"].fetch, record.uri)
