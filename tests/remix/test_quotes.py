"""Quotes of our records by others, with their authors' consent (FEP-044f)."""

from __future__ import annotations

from typing import Any

import pytest

from fedirec.accounts.models import Account, Boundary, Notification
from fedirec.activitypub.models import Actor, Outgoing, Received
from fedirec.activitypub.vocab import PUBLIC
from fedirec.remix.actions import quotes
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.records import delete_record
from fedirec.remix.models import QuoteStamp, Record
from fedirec.remix.queries.quotes import get_quote
from fedirec.remix.terms import Terms
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import OTHER_RSA, Peer
from tests.remix.forms import send
from tests.remix.test_comments import ACTIVITY, document_at, on_sqlite, post, publish, say

CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "QuoteRequest": "https://w3id.org/fep/044f#QuoteRequest",
        "quote": {"@id": "https://w3id.org/fep/044f#quote", "@type": "@id"},
    },
]


@pytest.fixture
def peer(network: Network) -> Peer:
    """A Mastodon server, as far as ours can tell."""
    return Peer(network, "social.test")


def quote_request(peer: Peer, quoter: str, target: str, key: str = "q1", **changes: Any) -> dict[str, Any]:
    """What Mastodon 4.5 sends before it shows a quote: the post comes along."""
    note = peer.note(quoter, key, content="<p>Listen to this</p>", quote=target)
    return {
        **peer.activity("QuoteRequest", quoter, target, instrument=note, to=[]),
        "@context": CONTEXT,
        **changes,
    }


async def answers(instance: Instance) -> list[dict[str, Any]]:
    """What was answered, in order."""
    rows = await instance.run(lambda: Outgoing.filter(type__in=("Accept", "Reject", "Delete")).order_by("id"))
    return [row.document for row in rows]


async def notices(instance: Instance) -> list[tuple[str, str]]:
    rows = await instance.run(lambda: Notification.all().order_by("id").values_list("kind", "url"))
    return [(str(kind), str(url)) for kind, url in rows if "quote" in str(kind)]


async def test_a_quote_is_allowed_at_once_seen_by_the_author_and_taken_back(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await publish(here, ana)
    document = await document_at(here, record.uri)
    assert document["interactionPolicy"]["canQuote"] == {"automaticApproval": [PUBLIC]}

    asked = quote_request(peer, bo, record.uri)
    await post(peer, here, asked)

    [accept] = await answers(here)
    quoting = asked["instrument"]["id"]
    assert (accept["type"], accept["actor"], accept["to"]) == ("Accept", ana.uri, [bo])
    assert accept["object"] == {
        "type": "QuoteRequest",
        "id": asked["id"],
        "actor": bo,
        "object": record.uri,
        "instrument": quoting,
    }
    stamp = await document_at(here, accept["result"])
    assert {name: value for name, value in stamp.items() if name != "@context"} == {
        "id": accept["result"],
        "type": "QuoteAuthorization",
        "attributedTo": ana.uri,
        "interactingObject": quoting,
        "interactionTarget": record.uri,
    }
    assert await notices(here) == [("quoted", f"{record.uri}/quotes")]

    # Asked again, under another id, the same is answered, and nobody is told twice.
    await post(peer, here, quote_request(peer, bo, record.uri))
    assert (await answers(here))[1]["result"] == accept["result"]
    assert len(await notices(here)) == 1

    async with here.sign_in("ana") as browser:
        page = await browser.get(f"{record.uri}/quotes")
        assert quoting in page.text
        answer = await send(browser, page, "/quotes/1/answer", do="revoke")
        assert answer.status_code == 303
    await settle(here)
    delete = (await answers(here))[2]
    assert (delete["type"], delete["object"], delete["cc"]) == ("Delete", accept["result"], [bo])
    assert b'"proof"' in ((await here.run(lambda: Outgoing.get(type="Delete"))).body or b"")
    gone = await here.get(accept["result"].removeprefix(here.origin), accept=ACTIVITY)
    assert gone.status_code == 410
    assert peer.network.requests[-1].url.path == "/users/bo/inbox"

    await post(peer, here, quote_request(peer, bo, record.uri))
    assert (await answers(here))[3]["type"] == "Reject"


async def test_who_is_asked_decides(here: Instance, peer: Peer) -> None:
    ana, bo, cy = await here.join("ana"), peer.actor("bo"), peer.actor("cy")
    record = await publish(here, ana, quoting="asked")
    policy = (await document_at(here, record.uri))["interactionPolicy"]["canQuote"]
    assert policy == {"automaticApproval": [ana.uri], "manualApproval": [PUBLIC]}

    await post(peer, here, quote_request(peer, bo, record.uri), quote_request(peer, cy, record.uri, "q2"))
    assert await answers(here) == []
    assert [kind for kind, _url in await notices(here)] == ["asked_to_quote", "asked_to_quote"]
    waiting = await here.run(lambda: QuoteStamp.all().order_by("id"))
    for row in waiting:
        assert (await here.get(f"/stamps/{row.key}", accept=ACTIVITY)).status_code == 404
    await here.run(quotes.approve_quote, ana, await here.run(get_quote, waiting[0].id))
    await here.run(quotes.refuse_quote, ana, await here.run(get_quote, waiting[1].id))
    await settle(here)
    assert [(answer["type"], answer["to"]) for answer in await answers(here)] == [("Accept", [bo]), ("Reject", [cy])]
    assert (await here.get(f"/stamps/{waiting[0].key}", accept=ACTIVITY)).status_code == 200


async def test_what_nobody_may_quote_is_refused(here: Instance, peer: Peer) -> None:
    ana, bo, eve = await here.join("ana"), peer.actor("bo"), peer.actor("eve")
    mine = await publish(here, ana, quoting="nobody")
    policy = (await document_at(here, mine.uri))["interactionPolicy"]["canQuote"]
    assert policy == {"automaticApproval": [ana.uri]}
    close = await publish(here, ana, visibility="followers")
    gone = await publish(here, ana)
    await here.run(delete_record, ana, gone)
    free = await publish(here, ana)
    met = await here.meet(eve)
    await here.run(lambda: Boundary.create(owner=ana, other=met, kind="block"))
    for record in (mine, close, gone):
        await post(peer, here, quote_request(peer, bo, record.uri, f"q{record.id}"))
    await post(peer, here, quote_request(peer, eve, free.uri, "q8"))
    await post(peer, here, quote_request(peer, bo, f"{here.origin}/records/nothing", "q9"))

    said = await answers(here)
    rejects = [answer for answer in said if answer["type"] == "Reject"]
    assert len(rejects) == 5
    assert {answer["actor"] for answer in rejects} == {ana.uri, f"{here.origin}/actor"}
    assert not any(answer["type"] == "Accept" for answer in said)
    assert await here.run(lambda: QuoteStamp.all().count()) == 0
    assert await notices(here) == []


@on_sqlite
async def test_what_is_no_record_is_quoted_by_nobody_and_says_so(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    said = await say(here, ana, (await publish(here, ana)).uri, "I like it.")
    draft = ChallengeDraft(title="Rain", slug="rain", text="Go.", terms=Terms(version=1, licence="CC-BY-4.0"))
    challenge = await here.run(open_challenge, ana, here.state["keyring"], draft)
    group = (await here.run(lambda: Actor.get(id=challenge.actor_id))).uri
    for author, uri in ((ana.uri, said.uri), (group, f"{group}/prompt")):
        policy = (await document_at(here, uri))["interactionPolicy"]
        assert policy == {"canQuote": {"automaticApproval": [author]}}
        asked = quote_request(peer, bo, uri, f"q{len(uri)}")
        await post(peer, here, asked)
        reject = (await answers(here))[-1]
        assert (reject["type"], reject["actor"], reject["object"]["id"]) == ("Reject", author, asked["id"])


@on_sqlite
async def test_nobody_asks_in_the_name_of_others_or_uses_up_what_is_theirs(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await publish(here, ana)
    eve = Peer(peer.network, "evil.test").actor("eve", key=OTHER_RSA)
    evil = Peer(peer.network, "evil.test")
    evil.keys[eve] = OTHER_RSA
    foreign = peer.note(bo, "q1", quote=record.uri)
    forged: list[dict[str, Any]] = [
        quote_request(evil, eve, record.uri, instrument=foreign),
        quote_request(evil, eve, record.uri, instrument=foreign["id"]),
        quote_request(evil, eve, record.uri, instrument={**evil.note(eve, "q1"), "attributedTo": bo}),
        quote_request(evil, eve, record.uri, instrument={**evil.note(eve, "q1"), "attributedTo": [eve, bo]}),
    ]
    await post(evil, here, *forged)
    assert await here.run(lambda: QuoteStamp.all().count()) == 0
    assert await answers(here) == []
    # A neighbour on the same server who asks first for somebody else's post changes nothing for them.
    mallory = peer.actor("mallory", key=OTHER_RSA)
    await post(peer, here, quote_request(peer, mallory, record.uri, instrument=foreign["id"]))
    row = await here.run(lambda: QuoteStamp.get(quoter__uri=mallory))
    await here.run(quotes.revoke_quote, ana, await here.run(get_quote, row.id))
    await post(peer, here, quote_request(peer, bo, record.uri))
    assert (await answers(here))[-1]["type"] == "Accept"
    rows = await here.run(lambda: QuoteStamp.all().order_by("id"))
    assert [row.state for row in rows] == ["revoked", "approved"]


@on_sqlite
async def test_too_many_requests_are_not_answered(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch, time_passes: Pass
) -> None:
    monkeypatch.setattr(quotes, "MAX_AN_HOUR", 2)
    ana, bo = await here.join("ana"), peer.actor("bo")
    record = await publish(here, ana)
    for number in range(4):
        await post(peer, here, quote_request(peer, bo, record.uri, f"q{number}"))
    assert len(await answers(here)) == 2
    assert await here.run(lambda: Received.filter(state="refused").count()) == 2


@on_sqlite
async def test_who_does_not_want_to_hear_of_quotes_does_not(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    account = await here.run(lambda: Account.get(actor_id=ana.id))
    account.unwanted = ["quoted"]
    await here.run(account.save)
    record = await publish(here, ana)
    await post(peer, here, quote_request(peer, bo, record.uri))
    assert await notices(here) == []
    assert [answer["type"] for answer in await answers(here)] == ["Accept"]


@on_sqlite
async def test_only_the_author_sees_and_decides(here: Instance, peer: Peer) -> None:
    ana, bo = await here.join("ana"), peer.actor("bo")
    await here.join("eve")
    record = await publish(here, ana, quoting="asked")
    await post(peer, here, quote_request(peer, bo, record.uri))
    row = await here.run(lambda: QuoteStamp.get())
    async with here.sign_in("eve") as browser:
        assert (await browser.get(f"{record.uri}/quotes")).status_code == 403
        assert (await browser.post(f"/quotes/{row.id}/answer", data={"do": "approve"})).status_code == 403
    assert (await here.run(lambda: QuoteStamp.get())).state == "waiting"
    assert (await here.run(lambda: Record.get(id=record.id))).quoting == "asked"


@on_sqlite
async def test_new_records_start_with_what_somebody_usually_chooses(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        page = await browser.get("/settings/making")
        assert (await send(browser, page, "/settings/making", quoting="asked")).status_code == 303
        form = await browser.get("/records/new")
        made = await send(browser, form, "/records/new", title="Rain", text="drip", licence="CC-BY-4.0", do="publish")
        assert made.status_code == 303
        other = await send(browser, form, "/records/new", title="Fog", text="x", quoting="nobody", do="publish")
        assert other.status_code == 303
    rows = await here.run(lambda: Record.all().order_by("id"))
    assert [row.quoting for row in rows] == ["asked", "nobody"]
