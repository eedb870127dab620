"""Authors whose servers know quotes and no remixes are asked for a quote; what they approve is that and no licence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fedirec.remix.models import Quotation, Record, RemixRequest, Source
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import document_at, post
from tests.remix.test_mastodon import sample
from tests.remix.test_remix_requests import SOON, remix, requests_at, standing_at, told_at

GRANTED = "<p>Moonrise over the harbour. I release this under CC BY 4.0</p>"


@pytest.fixture
def mastodon(network: Network) -> Peer:
    """The server that the recorded documents are from, with the one who made them."""
    peer = Peer(network, "social.example")
    peer.actor("mia")
    return peer


def served(peer: Peer, number: int = 1, **changes: Any) -> str:
    """The address of a recorded post with files, whose author grants a licence."""
    create = sample("create_note_with_media")
    uri = f"{create['object']['id'][:-1]}{number}"
    note = {"@context": create["@context"], **create["object"], "id": uri, "content": GRANTED, **changes}
    peer.serve(uri, note)
    return str(uri)


def sent_to_mia(peer: Peer, type: str) -> list[dict[str, Any]]:
    found = [json.loads(each.content) for each in peer.network.requests if each.url.path == "/users/mia/inbox"]
    return [each for each in found if each["type"] == type]


def filled(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded document with our addresses in it."""
    document = sample(name)
    for key, value in changes.items():
        document[key] = value
    return document


async def test_a_quote_is_asked_for_approved_shown_as_that_and_taken_back(
    here: Instance, mastodon: Peer, time_passes: Pass
) -> None:
    bo = await here.join("bo")
    source = served(mastodon)
    made = await remix(here, bo, source)
    await settle(here)

    [asked] = sent_to_mia(mastodon, "QuoteRequest")
    assert (asked["actor"], asked["object"], asked["instrument"]) == (bo.uri, source, made.uri)
    assert sent_to_mia(mastodon, "Offer") == []
    document = await document_at(here, made.uri)
    assert document["quote"] == source
    assert {"type": "Mention", "href": f"{mastodon.origin}/users/mia", "name": "@mia@social.example"} in document["tag"]
    [request] = await requests_at(here)
    assert (request.state, request.quote_request_uri) == ("quote", asked["id"])
    assert await standing_at(here, made.uri) == ("by_licence", "declared")

    stamp = filled("quote_authorization", interactingObject=made.uri)
    accept = filled("accept_quote_request", object={**sample("accept_quote_request")["object"], "id": asked["id"]})
    accept["object"] |= {"actor": bo.uri, "instrument": made.uri}
    # Of another post it approves nothing.
    mastodon.serve(stamp["id"], filled("quote_authorization"))
    await post(mastodon, here, accept)
    assert (await requests_at(here))[0].quote_stamp_uri is None
    mastodon.serve(stamp["id"], stamp)
    await post(mastodon, here, {**accept, "id": f"{accept['id']}0"})
    [request] = await requests_at(here)
    assert (request.state, request.quote_stamp_uri, request.stamp_uri) == ("quote", stamp["id"], None)
    time_passes(SOON)
    await settle(here)
    document = await document_at(here, made.uri)
    assert document["quoteAuthorization"] == stamp["id"]
    assert "remixAuthorization" not in document
    assert (await here.run(lambda: Quotation.get(uri=made.uri))).state == "approved"
    assert await standing_at(here, made.uri) == ("by_licence", "declared")
    assert await told_at(here) == []
    page = (await here.get(made.uri.removeprefix(here.origin))).text
    assert "its author approved a quote, which is no licence" in page

    await post(mastodon, here, sample("delete_quote_authorization"))
    time_passes(SOON)
    await settle(here)
    assert "quoteAuthorization" not in await document_at(here, made.uri)
    assert (await requests_at(here))[0].quote_stamp_uri is None


async def test_a_post_quotes_one_thing_and_nothing_whose_author_lets_nobody(here: Instance, mastodon: Peer) -> None:
    bo = await here.join("bo")
    author = f"{mastodon.origin}/users/mia"
    private = served(mastodon, 3, interactionPolicy={"canQuote": {"automaticApproval": [author]}})
    silent = served(mastodon, 4, interactionPolicy=None)
    for sources in ((served(mastodon, 1), served(mastodon, 2)), (private,), (silent,)):
        made = await remix(here, bo, *sources)
        await settle(here)
        assert "quote" not in await document_at(here, made.uri)
    assert await requests_at(here) == []
    assert sent_to_mia(mastodon, "QuoteRequest") == []
    rows = await here.run(lambda: Source.all().values_list("permission", "acknowledgement"))
    assert set(rows) == {("by_licence", "declared")}
    both = await remix(here, bo, served(mastodon, 1), private)
    assert (await document_at(here, both.uri))["quote"] == served(mastodon, 1)
    assert await here.run(lambda: RemixRequest.filter(remix_uri=both.uri).count()) == 1
    assert await here.run(lambda: Record.filter(is_post=True).count()) == 4
