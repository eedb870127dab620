"""Answers that never came here are fetched from the origin of what they answer, within bounds (FEP-7888, FEP-f228)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Notification
from fedirec.remix.actions import catching_up
from fedirec.remix.models import Comment
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import document_at, on_sqlite, post, publish, reply, say

AS2 = "https://www.w3.org/ns/activitystreams"


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Mastodon server, as far as ours can tell."""
    return Peer(network, "social.test")


def serve(peer: Peer, document: dict[str, Any]) -> str:
    peer.serve(document["id"], {"@context": AS2, **document})
    return str(document["id"])


def post_with_replies(peer: Peer, author: str, key: str, **changes: Any) -> str:
    """The id of a post whose `replies` are at its address with /replies."""
    note = peer.note(author, key, **changes)
    return serve(peer, {**note, "replies": f"{note['id']}/replies"})


def page(peer: Peer, uri: str, items: list[Any], **more: Any) -> str:
    return serve(peer, {"id": uri, "type": "OrderedCollection", "orderedItems": items, **more})


async def open_page(instance: Instance, uri: str) -> None:
    """Somebody opens the page of the remote record at `uri`, which is met if need be."""
    record = await instance.find_record(uri)
    assert (await instance.get(f"/records/remote/{record.id}")).status_code == 200
    await settle(instance)


async def said(instance: Instance) -> list[str]:
    rows = await instance.run(lambda: Comment.all().order_by("id"))
    return [row.uri for row in rows]


def asked(peer: Peer, uri: str) -> int:
    return sum(str(request.url) == uri for request in peer.network.requests)


async def test_a_conversation_is_served_and_fetched_between_instances(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    record = await publish(here, ana)
    first = await say(here, ana, record.uri, "What do you think?")
    answer = await say(here, ana, first.uri, "I like it.")
    document = await document_at(here, record.uri)
    whole = await document_at(here, document["context"])
    assert (whole["type"], whole["attributedTo"], "totalItems" in whole) == ("OrderedCollection", ana.uri, False)
    listed = await document_at(here, whole["first"])
    assert listed["orderedItems"] == [record.uri, first.uri, answer.uri]
    assert (await document_at(here, first.uri))["context"] == document["context"]

    await there.meet(bo)
    await open_page(there, record.uri)
    assert await said(there) == [first.uri, answer.uri]
    # What is said there names the conversation of the record too.
    mine = await say(there, bo, answer.uri, "So do I.")
    assert (await document_at(there, mine.uri))["context"] == document["context"]


async def test_what_is_not_for_everybody_is_in_no_collection(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await publish(here, ana)
    close = await publish(here, ana, visibility="followers")
    await say(here, ana, close.uri, "Between us")
    public = await say(here, ana, record.uri, "For all")
    private = reply(peer, bo, record.uri, to=[ana.uri], cc=[])
    await post(peer, here, peer.activity("Create", bo, private))
    assert len(await said(here)) == 3
    listed = await document_at(here, f"{record.uri}/thread?after=0")
    assert listed["orderedItems"] == [record.uri, public.uri]
    path = f"{close.uri}/thread".removeprefix(here.origin)
    assert (await here.get(path, accept="application/activity+json")).status_code == 404
    assert "context" not in ((await here.run(lambda: Comment.get(record_id=close.id))).document or {})


async def test_missing_answers_are_found_page_by_page_and_nobody_is_told_of_old_news(
    here: Instance, peer: Peer
) -> None:
    bo, cy = peer.actor("bo"), peer.actor("cy")
    ana = await here.join("ana")
    root = post_with_replies(peer, bo, "root", content="<p>Look at that sky</p>")
    one = post_with_replies(peer, cy, "one", inReplyTo=root, tag=[{"type": "Mention", "href": ana.uri, "name": "@ana"}])
    two = post_with_replies(peer, cy, "two", inReplyTo=one)
    other = Peer(peer.network, "other.test")
    far = serve(other, other.note(other.actor("dee"), "far", inReplyTo=root))
    first = {"id": f"{root}/replies?page=1", "type": "CollectionPage", "items": [one], "next": f"{root}/replies?page=2"}
    serve(peer, {"id": f"{root}/replies", "type": "Collection", "first": first})
    serve(peer, {"id": f"{root}/replies?page=2", "type": "CollectionPage", "items": [{"id": far}, "junk", 7]})
    page(peer, f"{one}/replies", [two])
    page(peer, f"{two}/replies", [root, one])

    await open_page(here, root)

    assert set(await said(here)) == {one, two, far}
    assert await here.run(lambda: Notification.all().count()) == 0


@on_sqlite
async def test_a_list_is_asked_for_once_in_a_quarter_of_an_hour(here: Instance, peer: Peer, time_passes: Pass) -> None:
    bo = peer.actor("bo")
    root = post_with_replies(peer, bo, "root")
    page(peer, f"{root}/replies", [])
    for _ in range(3):
        await open_page(here, root)
    assert asked(peer, f"{root}/replies") == 1
    time_passes(timedelta(minutes=16))
    await open_page(here, root)
    assert asked(peer, f"{root}/replies") == 2


@on_sqlite
async def test_endless_collections_end(here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catching_up, "MAX_ITEMS", 30)
    bo = peer.actor("bo")
    root = post_with_replies(peer, bo, "root", context="https://social.test/contexts/1")
    page(peer, "https://social.test/contexts/1", [], next="https://social.test/contexts/1")
    for number in range(100):
        uri = f"{root}/replies{f'?page={number}' if number else ''}"
        items = [f"{peer.origin}/notes/{number}-{each}" for each in range(3)]
        page(
            peer,
            uri,
            items,
            first=f"{root}/replies?page=1",
            next=f"{root}/replies?page={number + 1}",
            totalItems=10**12,
        )
    await open_page(here, root)
    pages = {str(r.url) for r in peer.network.requests if "/replies" in str(r.url)}
    assert len(pages) <= catching_up.MAX_PAGES
    assert asked(peer, "https://social.test/contexts/1") == 1
    notes = {str(r.url) for r in peer.network.requests if "/notes/" in str(r.url) and "replies" not in str(r.url)}
    assert len(notes - {root}) <= 30


@on_sqlite
async def test_collections_of_others_are_not_read_and_a_thousand_hosts_are_not_asked(
    here: Instance, peer: Peer
) -> None:
    bo = peer.actor("bo")
    victim = Peer(peer.network, "victim.test")
    page(victim, "https://victim.test/replies", ["https://victim.test/notes/1"])
    root = post_with_replies(peer, bo, "root", context="https://victim.test/replies")
    hosts = [f"https://h{number}.evil.test/notes/1" for number in range(100)]
    page(peer, f"{root}/replies", hosts, next="https://victim.test/replies")
    await open_page(here, root)
    assert not [request for request in peer.network.requests if request.url.host == "victim.test"]
    assert len({r.url.host for r in peer.network.requests if r.url.host.endswith("evil.test")}) <= 20


@on_sqlite
async def test_an_answer_that_has_its_own_chain_of_answers_ends(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catching_up, "MAX_DEPTH", 4)
    bo = peer.actor("bo")
    root = post_with_replies(peer, bo, "n0")
    for number in range(1, 12):
        uri = post_with_replies(peer, bo, f"n{number}", inReplyTo=f"{peer.origin}/notes/n{number - 1}")
        page(peer, f"{peer.origin}/notes/n{number - 1}/replies", [uri])
    await open_page(here, root)
    assert len(await said(here)) == 5
