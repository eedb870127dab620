"""What posts of others quote, and when we believe that its author agreed (FEP-044f)."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.remix.models import Quotation
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.test_comments import on_sqlite, post, publish, reply

LINK = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Mastodon server, as far as ours can tell."""
    return Peer(network, "social.test")


def quoted_post(peer: Peer, author: str, key: str = "t1") -> str:
    """The id of a post that others quote."""
    note = {"@context": "https://www.w3.org/ns/activitystreams", **peer.note(author, key)}
    peer.serve(note["id"], note)
    return str(note["id"])


def stamp(peer: Peer, author: str, quoting: str, target: str, *, key: str = "s1", **changes: Any) -> str:
    """The address of a stamp, which is served from now on."""
    document = {
        "@context": [
            "https://www.w3.org/ns/activitystreams",
            {
                "QuoteAuthorization": "https://w3id.org/fep/044f#QuoteAuthorization",
                "gts": "https://gotosocial.org/ns#",
                "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
                "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
            },
        ],
        "id": f"{peer.origin}/stamps/{key}",
        "type": "QuoteAuthorization",
        "attributedTo": author,
        "interactingObject": quoting,
        "interactionTarget": target,
        **changes,
    }
    address = f"{peer.origin}/stamps/{key}"
    peer.serve(address, document)
    return address


async def state(instance: Instance) -> str:
    return (await instance.run(lambda: Quotation.get())).state


async def test_a_quote_counts_with_a_stamp_of_the_quoted_author_and_until_they_take_it_back(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    other = Peer(peer.network, "other.test")
    cy = other.actor("cy", key=OTHER_RSA)
    record = await publish(here, ana)
    target = quoted_post(other, cy)
    note = reply(peer, bo, record.uri, quote=target)
    address = stamp(other, cy, note["id"], target)
    await post(peer, here, peer.activity("Create", bo, {**note, "quoteAuthorization": address}))

    assert await state(here) == "approved"
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert "Quotes something on other.test" in page

    # A stranger, also one of the same server, takes nothing back.
    eve = other.actor("eve", key=OTHER_RSA)
    await post(other, here, other.activity("Delete", eve, address))
    await post(peer, here, peer.activity("Delete", bo, address))
    assert await state(here) == "approved"
    await post(other, here, other.activity("Delete", cy, address))
    assert await state(here) == "revoked"


async def test_a_quote_of_ours_shows_what_is_quoted_only_while_the_author_agrees(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record, other = await publish(here, ana), await publish(here, ana, title="A louder roof")
    note = reply(peer, bo, record.uri, quote=other.uri)
    asked = peer.activity("QuoteRequest", bo, other.uri, instrument=note, to=[])
    await post(peer, here, peer.activity("Create", bo, note))
    page = (await here.get(record.uri.removeprefix(here.origin))).text
    assert "A louder roof" not in page
    assert "Quotes something on here.test" in page

    await post(peer, here, asked)
    accepted = next(request for request in reversed(peer.network.requests) if request.url.path == "/users/bo/inbox")
    address = json.loads(accepted.content)["result"]
    edited = {**note, "quoteAuthorization": address, "updated": "2026-11-22T10:00:00Z"}
    await post(peer, here, peer.activity("Update", bo, edited))
    assert await state(here) == "approved"
    assert "A louder roof" in (await here.get(record.uri.removeprefix(here.origin))).text


@on_sqlite
@pytest.mark.parametrize(
    ("changes", "origin"),
    [
        pytest.param({"interactingObject": "https://social.test/notes/else"}, "other.test", id="of another quote"),
        pytest.param({"interactionTarget": "https://other.test/notes/else"}, "other.test", id="of another post"),
        pytest.param({"attributedTo": "https://other.test/users/eve"}, "other.test", id="by a neighbour"),
        pytest.param({"attributedTo": "https://social.test/users/bo"}, "other.test", id="by who quotes"),
        pytest.param({"type": "ReplyAuthorization"}, "other.test", id="for something else"),
        pytest.param({}, "social.test", id="at the origin of who quotes"),
        pytest.param({"id": "https://other.test/stamps/else"}, "other.test", id="under another name"),
    ],
)
async def test_a_stamp_that_is_none_proves_nothing(
    here: Instance, peer: Peer, changes: dict[str, Any], origin: str
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    other = Peer(peer.network, "other.test")
    cy = other.actor("cy")
    record, target = await publish(here, ana), quoted_post(other, cy)
    note = reply(peer, bo, record.uri, quote=target)
    other.serve("https://other.test/stamps/else", {}, status=404)
    address = stamp(Peer(peer.network, origin), cy, note["id"], target, **changes)
    await post(peer, here, peer.activity("Create", bo, {**note, "quoteAuthorization": address}))
    assert await state(here) == "claimed"
    # What failed is not held against a stamp that is right.
    good = stamp(other, cy, note["id"], target, key="s2")
    edited = {**note, "quoteAuthorization": good, "updated": "2026-11-22T10:00:00Z"}
    await post(peer, here, peer.activity("Update", bo, edited))
    assert await state(here) == "approved"


@on_sqlite
@pytest.mark.parametrize(
    "said",
    [
        {"quoteUrl": "https://social.test/notes/t1"},
        {"quoteUri": "https://social.test/notes/t1"},
        {"_misskey_quote": "https://social.test/notes/t1"},
        {
            "tag": [
                {
                    "type": "Link",
                    "mediaType": LINK,
                    "href": "https://social.test/notes/t1",
                    "rel": "https://misskey-hub.net/ns#_misskey_quote",
                }
            ]
        },
    ],
    ids=["quoteUrl", "quoteUri", "_misskey_quote", "FEP-e232"],
)
async def test_every_way_of_quoting_is_understood_and_who_quotes_themself_needs_nobody(
    here: Instance, peer: Peer, said: dict[str, Any]
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record, target = await publish(here, ana), quoted_post(peer, bo)
    await post(peer, here, peer.activity("Create", bo, reply(peer, bo, record.uri, **said)))
    row = await here.run(lambda: Quotation.get())
    assert (row.target_uri, row.state, row.owner_uri) == (target, "approved", bo)


@on_sqlite
async def test_a_stamp_is_looked_at_again_after_a_day_when_the_quote_is_seen(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    other = Peer(peer.network, "other.test")
    cy = other.actor("cy")
    record, target = await publish(here, ana), quoted_post(other, cy)
    note = reply(peer, bo, record.uri, quote=target)
    address = stamp(other, cy, note["id"], target)
    await post(peer, here, peer.activity("Create", bo, {**note, "quoteAuthorization": address}))
    path = record.uri.removeprefix(here.origin)

    async def looks() -> int:
        asked = [request for request in peer.network.requests if str(request.url) == address]
        return len(asked)

    before = await looks()
    await here.get(path)
    await settle(here)
    assert await looks() == before
    time_passes(timedelta(days=1, minutes=1))
    await here.get(path)
    await settle(here)
    await here.get(path)
    await settle(here)
    assert await looks() == before + 1
    other.serve(address, {}, status=404)
    time_passes(timedelta(days=1, minutes=1))
    await here.get(path)
    await settle(here)
    assert await state(here) == "revoked"
