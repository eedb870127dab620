"""After a month a suspension is for good: what others built on stays true, and nothing else is kept."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from fedirec.admin.actions.deciding import decide
from fedirec.admin.actions.lapsing import erase_long_suspended
from fedirec.admin.judging import Action, Verdict
from fedirec.clock import now
from fedirec.media.content import path_of
from fedirec.media.models import RemoteMedia
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Comment, Record, RecordRevision, Snapshot
from tests.admin.test_moderation import state_of, viewer_of
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import post, publish

PICTURE = "https://peer.test/media/rain.jpg"


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


async def test_who_was_suspended_elsewhere_a_month_ago_is_forgotten_but_for_what_others_built_on(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    mia_uri = peer.actor("mia", icon={"type": "Image", "url": PICTURE}, summary="<p>Rain</p>")
    song = await publish(here, ana)

    async def brought(key: str, **more: Any) -> Record:
        words = {"name": key.title(), "content": "<p>I release this under CC0 1.0</p>"}
        note = peer.note(mia_uri, key, **more) | words
        peer.serve(note["id"], {"@context": "https://www.w3.org/ns/activitystreams", **note})
        return await here.find_record(note["id"])

    picture = {"type": "Image", "mediaType": "image/jpeg", "url": PICTURE}
    used, unused = await brought("used", attachment=[picture]), await brought("unused", attachment=[picture])
    draft = RecordDraft(title="Mine", text="x", licence="CC0-1.0", sources=[SourceDraft(record=used)])
    remix = await here.run(publish_record, ana, draft)
    await post(peer, here, peer.activity("Create", mia_uri, peer.note(mia_uri, "c", inReplyTo=song.uri)))
    await here.run(
        lambda: RemoteMedia.create(
            url=PICTURE,
            url_digest=hashlib.sha256(PICTURE.encode()).hexdigest(),
            media_type="image/jpeg",
            size=10,
            path=path_of(bytes(32), "jpg", cached=True),
            fetched_at=now(),
            used_at=now(),
        )
    )
    mia = await here.meet(mia_uri)
    await here.run(decide, await viewer_of(here, "olga"), mia, Verdict(action=Action.SUSPEND, words="Enough."))

    time_passes(timedelta(days=29))
    assert await here.run(erase_long_suspended) == 0
    assert (await here.run(lambda: Record.get(id=used.id))).content, "it can be taken back"
    time_passes(timedelta(days=2))
    assert await here.run(erase_long_suspended) == 1
    await settle(here)
    assert await here.run(erase_long_suspended) == 0, "once"

    gone = await state_of(here, mia)
    assert (gone.state, gone.summary, gone.icon_url, gone.document) == ("suspended", "", None, None)
    assert gone.name == "Mia", "somebody built on what they made"
    assert await here.run(lambda: RemoteMedia.all().count()) == 0
    rows = {row.id: row for row in await here.run(lambda: Record.filter(author_id=mia.id))}
    assert {(row.title, row.content, row.deleted_at is not None) for row in rows.values()} == {
        ("Used", "", True),
        ("", "", True),
    }
    assert rows[used.id].title == "Used"
    assert rows[unused.id].title == ""
    versions = await here.run(lambda: RecordRevision.filter(record__author_id=mia.id))
    assert [version.document for version in versions] == [{}, {}]
    assert (await here.run(lambda: Comment.get(author_id=mia.id))).content == ""
    [kept] = await here.run(lambda: Snapshot.filter(author_uri=mia_uri))
    assert (kept.title, kept.author_name, kept.document) == ("Used", "Mia", {})
    page = (await here.get(f"/records/{remix.uri.rpartition('/')[2]}")).text
    assert "Mia" in page

    assert (await peer.post(here, peer.activity("Create", mia_uri, peer.note(mia_uri, "new")))).status_code == 403
    assert await here.run(lambda: Record.filter(author_id=mia.id).count()) == 2
