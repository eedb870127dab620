"""What a hostile or clumsy server does with questions and stamps, and what it gets."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from fedirec.activitypub.contexts import CONSENT_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.models import Outgoing
from fedirec.errors import Conflict, NotFound
from fedirec.remix.actions.remix_requests import answer_request, beforehand, withdraw_request
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.models import RemixRequest, Source
from fedirec.remix.queries.standing import health_of
from fedirec.remix.standing import Health
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.test_comments import on_sqlite, post, publish
from tests.remix.test_remix_requests import (
    OTHER_ED25519,
    Author,
    accepts,
    asked_there,
    remix,
    requests_at,
    standing_at,
    states_at,
    told_at,
)

DAY = timedelta(days=1, minutes=1)


@pytest.fixture
def peer(network: Network) -> Peer:
    """Another server, as far as ours can tell."""
    return Peer(network, "social.test")


async def health_at(instance: Instance, record: str) -> Health:
    source = await instance.run(lambda: Source.get(record__uri=record))
    return (await instance.run(health_of, [source]))[source.id]


def asks(author: Author, source: str, instrument: str, **changes: Any) -> dict[str, Any]:
    asked = author.peer.activity("Offer", author.uri, source, to=[], instrument=instrument, kind="remixRequest")
    return {**asked, "@context": CONSENT_CONTEXT, **changes}


@on_sqlite
async def test_a_stamp_that_is_missing_for_a_moment_is_out_of_reach_and_not_taken_back(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana, made, request = await asked_there(here, peer)
    source = await here.find_record(request.source_uri)
    address = ana.stamp(made, source.uri, targetDigest=source.digest)
    await post(peer, here, accepts(ana, request, address))
    assert await health_at(here, made.uri) is Health.LIVE

    async def looks() -> None:
        time_passes(DAY)
        assert await here.run(look_at_stamps_again) == 1
        await settle(here)

    stamp = peer.network.answers[address]
    peer.serve(address, {}, status=404)
    await looks()
    assert (await states_at(here), await health_at(here, made.uri)) == (["approved"], Health.UNREACHABLE)
    peer.network.answers[address] = stamp
    await looks()
    assert (await states_at(here), await health_at(here, made.uri)) == (["approved"], Health.LIVE)
    peer.serve(address, {}, status=404)
    for _ in range(3):
        await looks()
    assert await states_at(here) == ["approved"]
    await looks()  # for three days now, and she is still there herself
    assert await states_at(here) == ["revoked"]

    # Where it says that it is gone, once is enough.
    second = ana.stamp(made, request.source_uri, key="s2")
    await post(peer, here, accepts(ana, request, second))
    assert await states_at(here) == ["approved"]
    peer.serve(second, {"id": second, "type": "Tombstone"}, status=410)
    await looks()
    assert await states_at(here) == ["revoked"]


@on_sqlite
async def test_a_remix_that_names_many_stamps_makes_no_more_fetches_than_it_has_sources(
    here: Instance, peer: Peer
) -> None:
    victim = Peer(peer.network, "victim.test")
    ana = Author(peer, "ana")
    first, second = ana.record("roof"), ana.record("rain")
    bo = Author(other := Peer(peer.network, "other.test"), "bo", key=OTHER_ED25519)
    named = [f"{origin}/stamps/{n}" for n in range(20) for origin in (peer.origin, victim.origin, other.origin)]
    made = bo.record("slow", isBasedOn=[first, second], remixAuthorization=named)
    await here.find_record(made)
    await settle(here)
    asked = [str(one.url) for one in peer.network.requests if "/stamps/" in one.url.path]
    assert {url.split("/stamps/")[0] for url in asked} == {peer.origin}
    assert len(asked) == 2


@on_sqlite
async def test_the_clock_of_a_stamp_is_its_authors_and_a_stamp_for_another_version_displaces_none(
    here: Instance, peer: Peer
) -> None:
    ana, made, request = await asked_there(here, peer)
    first = ana.stamp(made, request.source_uri, published="2999-01-01T00:00:00Z")
    await post(peer, here, accepts(ana, request, first))
    [row] = await requests_at(here)
    assert (row.state, row.stamp_uri) == ("approved", first)
    assert row.decided_at is not None
    assert row.decided_at.year == 2026

    # The remix of somebody elsewhere carries a stamp for its present version, and one for another.
    bo = Author(Peer(peer.network, "other.test"), "bo", key=OTHER_ED25519)
    sources = [request.source_uri, ana.record("rain")]
    kept, other = f"{peer.origin}/stamps/now", f"{peer.origin}/stamps/old"
    uri = bo.record("slow", isBasedOn=sources)
    seen = await here.find_record(uri)
    ana.stamp(seen, request.source_uri, key="now")
    ana.stamp(seen, request.source_uri, key="old", interactingDigest=made.digest)
    changes = {"remixAuthorization": [kept, other], "updated": "2026-11-21T10:00:00Z", "isBasedOn": sources}
    bo.record("slow", **changes)
    whole = json.loads(bo.peer.network.answers[uri].content)
    update = bo.peer.activity("Update", bo.uri, {name: value for name, value in whole.items() if name != "@context"})
    await post(bo.peer, here, {**update, "@context": RECORD_CONTEXT})
    theirs = await here.run(lambda: RemixRequest.get(remix_uri=uri))
    assert (theirs.stamp_uri, theirs.remix_digest) == (kept, seen.digest)


@on_sqlite
async def test_strangers_learn_nothing_of_what_they_may_not_see_by_asking_to_remix_it(
    here: Instance, peer: Peer
) -> None:
    ana, bo = await here.join("ana"), Author(peer, "bo")
    private = await publish(here, ana, visibility="followers")
    free = await publish(here, ana, "Free")
    bo.record("slow", isBasedOn=[private.uri])
    await post(peer, here, asks(bo, private.uri, f"{peer.origin}/notes/slow"))
    # Nor can what nobody may look at be asked about: its maker's followers see it, and the one who is asked does not.
    bo.record("hidden", isBasedOn=[free.uri], to=[f"{bo.uri}/followers"])
    await post(peer, here, asks(bo, free.uri, f"{peer.origin}/notes/hidden"))
    assert await states_at(here) == []
    assert await here.run(lambda: Outgoing.filter(type__in=["Accept", "Reject"]).count()) == 0


@on_sqlite
async def test_questions_and_answers_out_of_order_change_nothing_that_was_not_theirs(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), Author(peer, "bo")
    eve = Author(peer, "eve", key=OTHER_ED25519)
    source = await publish(here, ana, remixing="nobody")
    slow = bo.record("slow", isBasedOn=[source.uri])
    asked = asks(bo, source.uri, slow)
    await post(peer, here, asked)
    undo = peer.activity("Undo", bo.uri, {name: value for name, value in asked.items() if name != "@context"}, to=[])
    await post(peer, here, peer.activity("Undo", eve.uri, undo["object"], to=[]))
    assert await states_at(here) == ["waiting"]
    await post(peer, here, {**undo, "@context": CONSENT_CONTEXT})
    assert await states_at(here) == []
    await post(peer, here, asked)  # a replay of what was taken back
    assert await states_at(here) == []

    # What was agreed to is not taken back by whoever asked, and asking anew gets the same answer.
    await post(peer, here, asks(bo, source.uri, slow))
    [row] = await requests_at(here)
    await here.run(answer_request, ana, row, agree=True)
    again = asks(bo, source.uri, slow)
    whole = {name: value for name, value in again.items() if name != "@context"}
    await post(peer, here, {**peer.activity("Undo", bo.uri, whole, to=[]), "@context": CONSENT_CONTEXT}, again)
    [kept] = await requests_at(here)
    assert (kept.state, kept.key) == ("approved", (await requests_at(here))[0].key)

    # An Accept of what nobody asked, and a Reject after an Accept.
    made = await remix(here, ana, bo.record("theirs"))
    await settle(here)
    question = next(one for one in await requests_at(here) if one.remix_uri == made.uri)
    stamp = bo.stamp(made, question.source_uri)
    await post(peer, here, peer.activity("Accept", bo.uri, f"{here.origin}/activities/never", to=[], result=stamp))
    assert await standing_at(here, made.uri) == ("by_licence", "requested")
    await post(peer, here, accepts(bo, question, stamp))
    await post(peer, here, peer.activity("Reject", bo.uri, question.uri, to=[]), accepts(bo, question, stamp))
    assert await standing_at(here, made.uri) == ("by_licence", "revoked")
    assert (await told_at(here))[-1] == "remix_revoked"


@on_sqlite
async def test_nobody_fills_the_remixes_of_an_author_by_being_welcomed_automatically(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch, time_passes: Pass
) -> None:
    monkeypatch.setattr(beforehand, "MAX_WELCOMED_OF_ONE", 2)
    monkeypatch.setattr(beforehand, "MAX_WELCOMED_OF_HOST", 3)
    ana = await here.join("ana")
    bo, cy = Author(peer, "bo"), Author(peer, "cy", key=OTHER_ED25519)
    source = await publish(here, ana)

    async def ask(author: Author, key: str) -> None:
        await post(peer, here, asks(author, source.uri, author.record(key, isBasedOn=[source.uri])))

    for author, key in ((bo, "b1"), (bo, "b2"), (bo, "b3"), (cy, "c1"), (cy, "c2")):
        await ask(author, key)
    states = {row.remix_uri.rpartition("/")[2]: row.state for row in await requests_at(here)}
    assert states == {"b1": "approved", "b2": "approved", "b3": "waiting", "c1": "approved", "c2": "waiting"}
    time_passes(DAY)
    await ask(bo, "b4")
    assert (await requests_at(here))[-1].state == "approved"


async def test_who_takes_a_question_back_while_it_is_answered_meets_one_outcome(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    source = await publish(here, ana, remixing="nobody")
    for _ in range(3):
        await remix(here, bo, source.uri)
    rows = await requests_at(here)

    async def both(row: RemixRequest) -> tuple[BaseException | None, BaseException | None]:
        return await asyncio.gather(
            withdraw_request(bo, row), answer_request(ana, row, agree=True), return_exceptions=True
        )

    for row in rows:
        withdrawn, answered = await here.run(both, row)
        left = [one.state for one in await requests_at(here) if one.id == row.id]
        if withdrawn is None:
            assert isinstance(answered, NotFound)
            assert left == []
        else:
            assert isinstance(withdrawn, Conflict)
            assert (answered, left) == (None, ["approved"])
