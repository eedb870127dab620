"""What its author deleted comes back when they take that back and its own origin serves it again, and only then."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.activitypub.models import EarlyDeletion, Received
from fedirec.remix.models import Comment, Record, RecordRevision
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.test_comments import on_sqlite, post, publish
from tests.remix.test_groups import AS2, announced, community, made, page

__all__ = ["community"]


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Lemmy server, as far as ours can tell."""
    return Peer(network, "lemmy.test")


def gone(peer: Peer, uri: str) -> None:
    peer.serve(uri, {"@context": AS2, "id": uri, "type": "Tombstone"}, status=410)


def undone(peer: Peer, actor: str, uri: str) -> dict[str, Any]:
    """An Undo as Lemmy makes it: of a Delete that has another id than the one that was sent."""
    delete = {"type": "Delete", "id": f"{peer.origin}/activities/delete/anew", "actor": actor, "object": uri}
    return peer.activity("Undo", actor, delete)


async def reason(instance: Instance) -> str | None:
    return (await instance.run(lambda: Received.all().order_by("-id").first())).reason  # type: ignore[union-attr]


async def test_a_work_that_a_moderator_took_away_and_brought_back_is_here_again(
    here: Instance, peer: Peer, community: str
) -> None:
    mia, mo = peer.actor("mia"), peer.actor("mo", key=OTHER_RSA)
    thread = page(peer, mia, community)
    await post(peer, here, announced(peer, community, made(peer, "Create", mia, thread, community)))
    await post(peer, here, peer.activity("Delete", mia, thread["id"]))
    assert (await here.run(lambda: Record.get())).content == ""

    inner = {name: value for name, value in undone(peer, mo, thread["id"]).items() if name != "@context"}
    gone(peer, thread["id"])
    await post(peer, here, announced(peer, community, inner))
    assert (await here.run(lambda: Record.get())).deleted_at is not None, "whatever the community says"

    page(peer, mia, community)
    await post(peer, here, announced(peer, community, inner))
    record = await here.run(lambda: Record.get())
    assert (record.deleted_at, record.content) == (None, "<p>Recorded last night</p>")
    assert await here.run(lambda: RecordRevision.filter(record_id=record.id).count()) == 2


@on_sqlite
async def test_a_comment_comes_back_to_its_place(here: Instance, peer: Peer) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    record = await publish(here, ana)
    said = peer.note(mia, "c1", inReplyTo=record.uri, content="<p>What a sound</p>")
    await post(peer, here, peer.activity("Create", mia, said))
    await post(peer, here, peer.activity("Delete", mia, said["id"]))
    assert (await here.run(lambda: Comment.get())).content == ""

    peer.serve(said["id"], {"@context": AS2, **said})
    await post(peer, here, undone(peer, mia, said["id"]))

    back = await here.run(lambda: Comment.get())
    assert (back.content, back.deleted_at, back.record_id) == ("<p>What a sound</p>", None, record.id)


@on_sqlite
async def test_nobody_brings_back_what_is_not_theirs(here: Instance, peer: Peer, network: Network) -> None:
    ana, mia, mo = await here.join("ana"), peer.actor("mia"), peer.actor("mo", key=OTHER_RSA)
    record = await publish(here, ana)
    said = peer.note(mia, "c1", inReplyTo=record.uri, content="<p>What a sound</p>")
    await post(peer, here, peer.activity("Create", mia, said))
    await post(peer, here, peer.activity("Delete", mia, said["id"]))
    peer.serve(said["id"], {"@context": AS2, **said})
    network.requests.clear()

    await post(peer, here, undone(peer, mo, said["id"]))
    assert await reason(here) == "only its author can bring that back"
    forged = undone(peer, mo, said["id"])
    forged["object"]["actor"] = mia
    await post(peer, here, forged)
    assert await reason(here) == "only whoever did it can take it back"
    await post(peer, here, undone(peer, mo, "https://elsewhere.test/notes/1"))
    assert await reason(here) == "only whoever did it can take it back"
    await post(peer, here, undone(peer, mia, f"{peer.origin}/notes/never"))
    assert await reason(here) == "nothing that was deleted is known here under that name"

    assert (await here.run(lambda: Comment.get())).deleted_at is not None
    assert said["id"] not in [str(request.url) for request in network.requests], "nothing was asked for"


@on_sqlite
async def test_what_is_not_served_to_everybody_or_by_its_author_stays_away(here: Instance, peer: Peer) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    mo = peer.actor("mo", key=OTHER_RSA)
    record = await publish(here, ana)
    said = peer.note(mia, "c1", inReplyTo=record.uri, content="<p>What a sound</p>")
    await post(peer, here, peer.activity("Create", mia, said))
    await post(peer, here, peer.activity("Delete", mia, said["id"]))
    for changes in ({"to": [mia]}, {"attributedTo": mo}, {"type": "Person", "inbox": f"{mia}/inbox"}, {"content": ""}):
        peer.serve(said["id"], {"@context": AS2, **said, **changes})
        await post(peer, here, undone(peer, mia, said["id"]))
        assert (await here.run(lambda: Comment.get())).deleted_at is not None, changes


@on_sqlite
async def test_what_was_deleted_before_it_came_may_come_once_that_is_taken_back(here: Instance, peer: Peer) -> None:
    ana, mia = await here.join("ana"), peer.actor("mia")
    record = await publish(here, ana)
    said = peer.note(mia, "c1", inReplyTo=record.uri, content="<p>What a sound</p>")
    await post(peer, here, peer.activity("Delete", mia, said["id"]))
    assert await here.run(lambda: EarlyDeletion.all().count()) == 1
    await post(peer, here, undone(peer, mia, said["id"]))
    assert await here.run(lambda: EarlyDeletion.all().count()) == 0
    await post(peer, here, peer.activity("Create", mia, said))
    await settle(here)
    assert (await here.run(lambda: Comment.get())).content == "<p>What a sound</p>"
