"""Groups of other software, and what they pass on (FEP-1b12); and ours, as they see them."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Announcement, Follow, Received
from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.models import Comment, Record
from fedirec.remix.terms import Terms
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.test_comments import ACTIVITY, document_at, on_sqlite, post, publish

AS2 = "https://www.w3.org/ns/activitystreams"


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Lemmy server, as far as ours can tell."""
    return Peer(network, "lemmy.test")


@pytest.fixture
async def community(here: Instance, peer: Peer) -> str:
    """A group elsewhere that ana follows."""
    ana = await here.join("ana")
    uri = peer.actor("field_recording", type="Group", attributedTo=f"{peer.origin}/c/field_recording/moderators")
    group = await here.meet(uri)
    await here.run(follow, ana, group)
    await here.run(lambda: Follow.filter(target_id=group.id).update(accepted_at=now()))
    await settle(here)
    return uri


def page(peer: Peer, author: str, community: str, key: str = "p1", **changes: Any) -> dict[str, Any]:
    """A thread of Lemmy, at its own address."""
    document = {
        **peer.note(author, key),
        "type": "Page",
        "name": "Rain on a tin roof",
        "content": "<p>Recorded last night</p>",
        "to": [community, f"{AS2}#Public"],
        "cc": [],
        "audience": community,
        "mediaType": "text/html",
        **changes,
    }
    peer.serve(document["id"], {"@context": AS2, **document})
    return document


def announced(peer: Peer, community: str, inner: dict[str, Any]) -> dict[str, Any]:
    return peer.activity("Announce", community, inner, cc=[f"{community}/followers"])


def made(peer: Peer, kind: str, author: str, thing: Any, community: str) -> dict[str, Any]:
    """An activity as it stands in what a community announces."""
    inner = peer.activity(kind, author, thing, to=[community, f"{AS2}#Public"], audience=community)
    return {name: value for name, value in inner.items() if name != "@context"}


async def reasons(instance: Instance) -> list[str | None]:
    rows = await instance.run(lambda: Received.filter(type="Announce").order_by("id"))
    return [row.reason for row in rows]


async def test_what_a_community_passes_on_is_fetched_from_its_own_origin(
    here: Instance, peer: Peer, community: str
) -> None:
    other = Peer(peer.network, "other.test")
    bo = other.actor("bo", key=OTHER_RSA)
    thread = page(other, bo, community)
    lied = {**thread, "name": "Buy my coins", "content": "<p>coins</p>"}
    await post(peer, here, announced(peer, community, made(other, "Create", bo, lied, community)))
    [record] = await here.run(lambda: Record.all())
    assert (record.title, record.uri) == ("Rain on a tin roof", thread["id"])
    assert await here.run(lambda: Announcement.filter(actor__uri=community, object_uri=thread["id"]).count()) == 1

    # Lemmy says it a second time for those who know no groups, and the answer of somebody else after that.
    await post(peer, here, peer.activity("Announce", community, thread["id"]))
    said = other.note(bo, "c1", inReplyTo=thread["id"], content="<p>It rained in Graz too</p>", audience=community)
    other.serve(said["id"], {"@context": AS2, **said})
    await post(peer, here, announced(peer, community, made(other, "Create", bo, said, community)))
    assert (await here.run(lambda: Comment.get())).content == "<p>It rained in Graz too</p>"
    assert await here.run(lambda: Record.all().count()) == 1

    # That it is gone its own origin has to say.
    gone = announced(peer, community, made(other, "Delete", bo, said["id"], community))
    await post(peer, here, gone)
    assert (await here.run(lambda: Comment.get())).deleted_at is None
    other.serve(said["id"], {}, status=410)
    await post(peer, here, {**gone, "id": f"{peer.origin}/activities/again"})
    assert (await here.run(lambda: Comment.get())).deleted_at is not None


@on_sqlite
async def test_nothing_comes_in_through_a_group_that_nobody_follows_or_that_is_none(
    here: Instance, peer: Peer, community: str
) -> None:
    bo = peer.actor("bo", key=OTHER_RSA)
    stranger = peer.actor("strangers", type="Group", key=OTHER_RSA)
    thread = page(peer, bo, community)
    before = len(peer.network.requests)
    for sender in (stranger, bo):
        activity = announced(peer, sender, made(peer, "Create", bo, thread, community))
        await post(peer, here, activity)
    assert await here.run(lambda: Record.all().count()) == 0
    assert not [r for r in peer.network.requests[before:] if str(r.url) == thread["id"]]
    assert len([reason for reason in await reasons(here) if reason]) == 2


@on_sqlite
async def test_a_group_does_not_put_words_into_the_mouth_of_others(here: Instance, peer: Peer, community: str) -> None:
    victim = Peer(peer.network, "victim.test")
    cy = victim.actor("cy")
    never = victim.note(cy, "never")  # which its origin knows nothing of
    victim.serve(never["id"], {}, status=404)
    await post(peer, here, announced(peer, community, made(victim, "Create", cy, never, community)))
    foreign = made(peer, "Create", peer.actor("bo"), page(victim, cy, community), community)
    await post(peer, here, announced(peer, community, foreign))
    assert await here.run(lambda: Record.all().count()) == 0
    assert (await reasons(here))[-1] == "nobody makes what belongs to another origin"


@on_sqlite
async def test_our_challenge_is_a_group_with_a_list_of_those_who_lead_it(here: Instance, there: Instance) -> None:
    ana = await here.join("ana")
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    group = await document_at(here, f"{here.origin}/c/rain")
    assert group["attributedTo"] == f"{here.origin}/c/rain/moderators"
    assert (await document_at(here, group["attributedTo"]))["orderedItems"] == [ana.uri]
    assert (await document_at(here, group["prompt"]))["audience"] == group["id"]
    record = await publish(here, ana, challenge=challenge)
    assert (await document_at(here, record.uri))["audience"] == group["id"]

    met = await there.find_challenge("@rain@here.test")
    assert met.leader is not None
    assert met.leader.uri == ana.uri
    answer = await here.get("/c/rain/moderators", accept=ACTIVITY)
    assert "totalItems" not in answer.json()
