"""Remixes ask the authors of their sources, who agree with a stamp that everybody can check, or do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from fedirec.accounts.models import Boundary, Notification
from fedirec.activitypub.contexts import CONSENT_CONTEXT, RECORD_CONTEXT
from fedirec.activitypub.follows import follow
from fedirec.activitypub.keys import PrivateKey, generate_ed25519
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Changed, Conflict, Forbidden
from fedirec.remix.actions.drafts import SourceDraft
from fedirec.remix.actions.remix_requests import (
    LASTS,
    answer_request,
    beforehand,
    revoke_stamp,
    taking,
    withdraw_request,
)
from fedirec.remix.actions.remix_requests.expiring import expire_requests, forget_words
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.actions.remix_requests.waiting import ask_again
from fedirec.remix.digest import record_digest
from fedirec.remix.models import Record, RecordRevision, RemixRequest, Source
from fedirec.remix.queries.remix_requests import requests_of
from fedirec.remix.vocab import RecordObject
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.peer import ED25519, Peer
from tests.remix.test_comments import ACTIVITY, document_at, on_sqlite, post, publish

SOON = timedelta(seconds=10)


@pytest.fixture
def peer(network: Network) -> Peer:
    """Another server, as far as ours can tell."""
    return Peer(network, "social.test")


async def remix(instance: Instance, author: Actor, *uris: str, **fields: Any) -> Record:
    """A remix by `author` of what lives at `uris`."""
    sources = [SourceDraft(record=await instance.find_record(uri)) for uri in uris]
    return await publish(instance, author, "Slow rain", sources=sources, **fields)


async def requests_at(instance: Instance) -> list[RemixRequest]:
    return await instance.run(lambda: RemixRequest.all().order_by("id").select_related("asker", "owner"))


async def states_at(instance: Instance) -> list[str]:
    return [request.state for request in await requests_at(instance)]


async def standing_at(instance: Instance, record: str) -> tuple[str, str]:
    """What the one source of the record at that address says of itself: permission, acknowledgement."""
    source = await instance.run(lambda: Source.get(record__uri=record))
    return source.permission, source.acknowledgement


async def told_at(instance: Instance) -> list[str]:
    found = await instance.run(lambda: Notification.all().order_by("id").values_list("kind", flat=True))
    return [str(kind) for kind in found if "remix" in str(kind)]


async def test_what_anybody_may_remix_is_stamped_at_once_and_the_remix_carries_it(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    source = await publish(here, ana)
    made = await remix(there, bo, source.uri)
    assert await states_at(there) == ["waiting"]
    assert await standing_at(there, made.uri) == ("by_licence", "requested")
    await settle(here, there)

    [asked] = await requests_at(here)
    assert (asked.state, asked.is_automatic, asked.asker.uri) == ("approved", True, bo.uri)
    stamp = await document_at(here, asked.stamp_uri or "")
    proof = stamp.pop("proof")
    assert {name: value for name, value in stamp.items() if name != "@context"} == {
        "id": asked.stamp_uri,
        "type": "RemixAuthorization",
        "attributedTo": ana.uri,
        "interactingObject": made.uri,
        "interactionTarget": source.uri,
        "interactingDigest": made.digest,
        "targetDigest": source.digest,
        "published": stamp["published"],
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "roles": ["http://id.loc.gov/vocabulary/relators/aut"],
        "automatic": True,
    }
    assert proof["verificationMethod"].startswith(ana.uri)
    [known] = await requests_at(there)
    assert (known.state, known.is_automatic, known.stamp_uri) == ("approved", True, asked.stamp_uri)
    assert (known.remix_digest, known.source_digest) == (made.digest, source.digest)
    assert known.stamp is not None
    assert known.stamp["proof"] == proof
    assert await standing_at(there, made.uri) == ("by_licence", "automatic")

    time_passes(SOON)
    await settle(here, there)
    document = await document_at(there, made.uri)
    assert document["remixAuthorization"] == [asked.stamp_uri]
    assert document["recordDigest"] == made.digest
    [last] = await here.run(lambda: RecordRevision.filter(record__uri=made.uri).order_by("-number").limit(1))
    assert last.document["remixAuthorization"] == [asked.stamp_uri]
    assert await standing_at(here, made.uri) == ("by_licence", "automatic")
    assert await told_at(here) == ["remixed"]
    assert await told_at(there) == []

    # A third instance that only meets the remix knows it too.
    await elsewhere.find_record(made.uri)
    await settle(here, there, elsewhere)
    [seen] = await requests_at(elsewhere)
    assert (seen.state, seen.stamp, seen.owner.uri) == ("approved", known.stamp, ana.uri)
    assert await standing_at(elsewhere, made.uri) == ("by_licence", "automatic")
    assert cy.is_local


async def test_who_has_to_be_asked_answers_thinks_again_and_takes_it_back(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    source = await publish(here, ana, remixing="nobody")
    made = await remix(there, bo, source.uri)
    await settle(here, there)

    [asked] = await requests_at(here)
    assert (asked.state, asked.owner.uri, asked.asker.uri) == ("waiting", ana.uri, bo.uri)
    assert "asked_to_remix" in await told_at(here)
    assert await standing_at(here, made.uri) == ("by_licence", "requested")
    with pytest.raises(Forbidden):
        await here.run(answer_request, await here.join("eve"), asked, agree=True)
    with pytest.raises(Changed):
        await here.run(answer_request, ana, asked, agree=True, digest="zQmSomethingElse")

    await here.run(answer_request, ana, asked, agree=False, words="Please not this one.")
    await settle(here, there)
    [refused] = await requests_at(there)
    assert (refused.state, refused.answer) == ("refused", "Please not this one.")
    assert await standing_at(there, made.uri) == ("by_licence", "refused")  # the licence is enough for it to stay

    [asked] = await requests_at(here)
    await here.run(answer_request, ana, asked, agree=True, words="I have thought again.", digest=made.digest)
    await settle(here, there)
    time_passes(SOON)
    await settle(here, there)
    [agreed] = await requests_at(there)
    assert (agreed.state, agreed.is_automatic, agreed.answer) == ("approved", False, "I have thought again.")
    assert await standing_at(there, made.uri) == ("by_licence", "acknowledged")
    assert (await document_at(there, made.uri))["remixAuthorization"] == [agreed.stamp_uri]
    await elsewhere.find_record(made.uri)
    await settle(elsewhere)
    assert await states_at(elsewhere) == ["approved"]

    with pytest.raises(Conflict):
        await here.run(answer_request, ana, (await requests_at(here))[0], agree=False)
    await here.run(revoke_stamp, ana, (await requests_at(here))[0])
    await settle(here, there)
    time_passes(SOON)
    await settle(here, there)
    gone = await here.get((agreed.stamp_uri or "").removeprefix(here.origin), accept=ACTIVITY)
    assert gone.status_code == 410
    assert gone.json()["formerType"] == "RemixAuthorization"
    assert await states_at(there) == ["revoked"]
    assert await standing_at(there, made.uri) == ("by_licence", "revoked")
    assert "remixAuthorization" not in await document_at(there, made.uri)
    assert await told_at(there) == ["remix_refused", "remix_agreed", "remix_revoked"]

    # Who was not told finds out within a day.
    assert await elsewhere.run(look_at_stamps_again) == 0
    time_passes(timedelta(days=1))
    assert await elsewhere.run(look_at_stamps_again) == 1
    await settle(elsewhere)
    assert await states_at(elsewhere) == ["revoked"]
    assert await standing_at(elsewhere, made.uri) == ("by_licence", "revoked")


async def test_a_question_that_nobody_answers_expires_on_both_sides_and_can_be_asked_again(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    source = await publish(here, ana, remixing="nobody")
    made = await remix(there, bo, source.uri)
    await settle(here, there)
    time_passes(LASTS - timedelta(hours=1))
    assert (await here.run(expire_requests), await there.run(expire_requests)) == (0, 0)
    time_passes(timedelta(hours=2))
    assert (await here.run(expire_requests), await there.run(expire_requests)) == (1, 1)
    assert (await states_at(here), await states_at(there)) == (["expired"], ["expired"])
    assert await standing_at(there, made.uri) == ("by_licence", "ignored")
    assert (await told_at(here))[-1] == (await told_at(there))[-1] == "remix_unanswered"

    [again] = await there.run(ask_again, bo, made, words="Did you see it?")
    assert again.state == "waiting"
    await settle(here, there)
    [asked] = await requests_at(here)
    assert (asked.state, asked.words) == ("waiting", "Did you see it?")
    assert await standing_at(there, made.uri) == ("by_licence", "requested")
    assert (await told_at(here))[-1] == "asked_to_remix"
    await here.run(answer_request, ana, asked, agree=True)
    await settle(here, there)
    assert await states_at(there) == ["approved"]


async def test_a_question_is_taken_back_before_it_is_answered(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    source = await publish(here, ana, remixing="nobody")
    made = await remix(there, bo, source.uri)
    await settle(here, there)
    [asked] = await requests_at(there)
    with pytest.raises(Forbidden):
        await there.run(withdraw_request, await there.join("eve"), asked)
    await there.run(withdraw_request, bo, asked)
    await settle(here, there)
    assert (await states_at(here), await states_at(there)) == ([], [])
    assert await standing_at(there, made.uri) == await standing_at(here, made.uri) == ("by_licence", "declared")

    await there.run(ask_again, bo, made)
    await settle(here, there)
    [asked] = await requests_at(here)
    await here.run(answer_request, ana, asked, agree=True)
    await settle(here, there)
    with pytest.raises(Conflict):
        await there.run(withdraw_request, bo, (await requests_at(there))[0])


async def test_followers_are_answered_at_once_where_their_author_wants_it_so(here: Instance, there: Instance) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await there.join("cy")
    source = await publish(here, ana, remixing="followers")
    await there.run(follow, bo, await there.meet(ana))
    await settle(here, there)
    await remix(there, bo, source.uri)
    await remix(there, cy, source.uri)
    await settle(here, there)
    assert {row.asker.handle: row.state for row in await requests_at(here)} == {"bo": "approved", "cy": "waiting"}


async def test_what_is_asked_on_one_instance_needs_no_network(here: Instance, time_passes: Pass) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    free, asked_for = await publish(here, ana), await publish(here, ana, "Fog", remixing="nobody")
    made = await remix(here, bo, free.uri, asked_for.uri)
    waiting = {row.source_uri: row for row in await requests_at(here)}
    assert (waiting[free.uri].state, waiting[asked_for.uri].state) == ("approved", "waiting")
    assert (await document_at(here, made.uri))["remixAuthorization"] == [waiting[free.uri].stamp_uri]
    assert made.revision == 1

    await here.run(answer_request, ana, waiting[asked_for.uri], agree=True)
    time_passes(SOON)
    await settle(here)
    rows = await requests_at(here)
    assert (await document_at(here, made.uri))["remixAuthorization"] == [row.stamp_uri for row in rows]
    [said] = await here.run(lambda: Outgoing.filter(type="Update", object_uri=made.uri))
    assert said.document["object"]["recordDigest"] == made.digest
    assert set(await told_at(here)) == {"remixed", "asked_to_remix", "remix_agreed"}


# What is no consent

OTHER_ED25519 = generate_ed25519()


class Author:
    """Somebody on another server that knows remixes, with one record, who stamps whatever the test wants."""

    def __init__(self, peer: Peer, name: str, *, key: PrivateKey = ED25519) -> None:
        self.peer, self.key = peer, key
        self.uri = f"{peer.origin}/users/{name}"
        self.method = f"{self.uri}#ed25519"
        multikey = {
            "id": self.method,
            "type": "Multikey",
            "controller": self.uri,
            "publicKeyMultibase": key.public.multibase,
        }
        peer.actor(name, assertionMethod=[multikey])

    def record(self, key: str, **changes: Any) -> str:
        note = {
            "@context": RECORD_CONTEXT,
            **self.peer.note(self.uri, key),
            "kind": "record",
            "name": "Tin roof",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            **changes,
        }
        note["recordDigest"] = record_digest(RecordObject.read(Doc(note), Vocabulary(())))
        self.peer.serve(note["id"], note)
        return str(note["id"])

    def stamp(self, remix: Record, source: str, *, key: str = "s1", by: Author | None = None, **changes: Any) -> str:
        """The address of a stamp of this author's, served from now on; `by` is whose key proves it."""
        address = f"{self.peer.origin}/stamps/{key}"
        plain = {
            "@context": CONSENT_CONTEXT,
            "id": address,
            "type": "RemixAuthorization",
            "attributedTo": self.uri,
            "interactingObject": remix.uri,
            "interactionTarget": source,
            "interactingDigest": remix.digest,
            "targetDigest": "zQmPmSoMo3N5pUrWcDtLwYvTqBFa2hZrEGbNVWNvTxC8m7R",
            "published": "2026-11-20T11:00:00Z",
            "license": "https://creativecommons.org/licenses/by/4.0/",
            **changes,
        }
        signer = by or self
        proved = add_proof(plain, key=signer.key, verification_method=signer.method, created=now())
        self.peer.serve(address, proved)
        return address


async def asked_there(here: Instance, peer: Peer) -> tuple[Author, Record, RemixRequest]:
    """A remix by bo, who lives here, of a record of another server, whose author was asked."""
    bo, ana = await here.join("bo"), Author(peer, "ana")
    made = await remix(here, bo, ana.record("roof"))
    await settle(here)
    [request] = await requests_at(here)
    return ana, made, request


def accepts(author: Author, request: RemixRequest, stamp: str, **changes: Any) -> dict[str, Any]:
    return author.peer.activity("Accept", author.uri, request.uri, to=[], result=stamp, **changes)


async def test_a_server_that_knows_remixes_is_asked_and_its_stamp_is_believed(here: Instance, peer: Peer) -> None:
    ana, made, request = await asked_there(here, peer)
    [sent] = [json.loads(one.content) for one in peer.network.requests if one.url.path == "/users/ana/inbox"]
    terms = sent["@context"]
    assert {name: value for name, value in sent.items() if name != "@context"} == {
        "type": "Offer",
        "kind": "remixRequest",
        "id": request.uri,
        "actor": request.asker.uri,
        "to": [ana.uri],
        "object": request.source_uri,
        "instrument": made.uri,
        "license": "https://creativecommons.org/licenses/by/4.0/",
    }
    assert any(isinstance(part, dict) and "interactingObject" in part for part in terms)

    address = ana.stamp(made, request.source_uri)
    await post(peer, here, accepts(ana, request, address, content="<p>Lovely.</p>"))
    [agreed] = await requests_at(here)
    assert (agreed.state, agreed.is_automatic, agreed.stamp_uri, agreed.answer) == (
        "approved",
        False,
        address,
        "Lovely.",
    )
    assert await standing_at(here, made.uri) == ("by_licence", "acknowledged")
    assert await told_at(here) == ["remix_agreed"]

    # Only she takes it back; the same address does not come to life again.
    eve = Author(peer, "eve", key=OTHER_ED25519)
    await post(peer, here, peer.activity("Delete", eve.uri, address))
    assert await states_at(here) == ["approved"]
    await post(peer, here, peer.activity("Delete", ana.uri, address))
    assert await states_at(here) == ["revoked"]
    await post(peer, here, accepts(ana, request, address))
    assert await states_at(here) == ["revoked"]
    whole = {name: value for name, value in sent.items() if name != "@context"}
    again = peer.activity("Accept", ana.uri, whole, to=[], result=ana.stamp(made, request.source_uri, key="s2"))
    await post(peer, here, {**again, "@context": CONSENT_CONTEXT})
    assert await states_at(here) == ["approved"]


ATTACKS: dict[str, dict[str, Any]] = {
    "of another remix": {"interactingObject": "https://here.test/records/else"},
    "of another source": {"interactionTarget": "https://social.test/notes/else"},
    "by a neighbour": {"attributedTo": "https://social.test/users/eve"},
    "of a version that never was": {"interactingDigest": "zQmPmSoMo3N5pUrWcDtLwYvTqBFa2hZrEGbNVWNvTxC8m7R"},
    "of no version": {"interactingDigest": "rain"},
    "under another name": {"id": "https://social.test/stamps/else"},
    "for something else": {"type": "QuoteAuthorization"},
}


@on_sqlite
@pytest.mark.parametrize("changes", ATTACKS.values(), ids=ATTACKS.keys())
async def test_a_stamp_that_says_something_else_is_none(here: Instance, peer: Peer, changes: dict[str, Any]) -> None:
    ana, made, request = await asked_there(here, peer)
    eve = Author(peer, "eve", key=OTHER_ED25519)
    by = eve if changes.get("attributedTo") == eve.uri else ana
    await post(peer, here, accepts(ana, request, ana.stamp(made, request.source_uri, by=by, **changes)))
    assert await states_at(here) == ["waiting"]
    assert await standing_at(here, made.uri) == ("by_licence", "requested")
    assert await told_at(here) == []

    # Nothing is held against what another stamp may prove.
    await post(peer, here, accepts(ana, request, ana.stamp(made, request.source_uri, key="good")))
    assert await states_at(here) == ["approved"]


def _without_proof(document: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "proof"}


TAMPERED: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "without a proof": _without_proof,
    "changed after it was signed": lambda document: document | {"published": "2026-11-21T11:00:00Z"},
    "with a licence put in": lambda document: document | {"license": "https://creativecommons.org/licenses/by-nd/4.0/"},
    "with a proof for nothing": lambda document: document | {"proof": document["proof"] | {"proofPurpose": "rain"}},
    "with a key that nobody has": lambda document: (
        document | {"proof": document["proof"] | {"verificationMethod": f"{document['attributedTo']}#other"}}
    ),
}


@on_sqlite
@pytest.mark.parametrize("tamper", TAMPERED.values(), ids=TAMPERED.keys())
async def test_a_stamp_counts_as_it_was_signed(
    here: Instance, peer: Peer, tamper: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    ana, made, request = await asked_there(here, peer)
    address = ana.stamp(made, request.source_uri)
    peer.serve(address, tamper(json.loads(peer.network.answers[address].content)))
    await post(peer, here, accepts(ana, request, address))
    assert await states_at(here) == ["waiting"]


@on_sqlite
async def test_a_stamp_is_proved_by_its_own_author_at_their_own_origin(here: Instance, peer: Peer) -> None:
    ana, made, request = await asked_there(here, peer)
    eve = Author(peer, "eve", key=OTHER_ED25519)
    other = Peer(peer.network, "other.test")
    mia = Author(other, "mia", key=OTHER_ED25519)
    await post(peer, here, accepts(ana, request, ana.stamp(made, request.source_uri, by=eve)))
    await post(peer, here, accepts(ana, request, mia.stamp(made, request.source_uri, attributedTo=ana.uri, by=ana)))
    # Somebody else cannot answer for her, and what she did not stamp does not travel either.
    await post(peer, here, accepts(eve, request, ana.stamp(made, request.source_uri, key="s3")))
    assert await states_at(here) == ["waiting"]
    await post(peer, here, peer.activity("Reject", eve.uri, request.uri, to=[]))
    assert await states_at(here) == ["waiting"]


@on_sqlite
async def test_a_stamp_moved_to_another_remix_proves_nothing_there(here: Instance, peer: Peer) -> None:
    """Somebody elsewhere shows the stamp of another's remix on one of their own."""
    ana, made, request = await asked_there(here, peer)
    address = ana.stamp(made, request.source_uri)
    other = Peer(peer.network, "other.test")
    mia = Author(other, "mia", key=OTHER_ED25519)
    copied = mia.record("copy", isBasedOn=[request.source_uri], remixAuthorization=[address])
    record = await here.find_record(copied)
    await settle(here)
    rows = await here.run(lambda: RemixRequest.filter(remix_uri=record.uri))
    assert rows == []
    assert await standing_at(here, record.uri) == ("by_licence", "declared")


@on_sqlite
async def test_a_question_that_comes_before_the_remix_is_held_for_its_sender(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana = await here.join("ana")
    bo, eve = Author(peer, "bo"), Author(peer, "eve", key=OTHER_ED25519)
    source = await publish(here, ana)
    remix_uri = f"{peer.origin}/notes/slow"

    def question(author: Author, **changes: Any) -> dict[str, Any]:
        asked = peer.activity("Offer", author.uri, source.uri, to=[], instrument=remix_uri, kind="remixRequest")
        return {**asked, "@context": CONSENT_CONTEXT, **changes}

    # Eve asks first, about what is not hers; that changes nothing for bo.
    await post(peer, here, question(eve), asked := question(bo))
    assert await states_at(here) == ["held", "held"]  # their server does not answer yet
    assert await told_at(here) == []
    bo.record("slow", isBasedOn=[source.uri])
    time_passes(timedelta(hours=1))
    await settle(here)
    [agreed] = await requests_at(here)
    assert (agreed.asker.uri, agreed.state) == (bo.uri, "approved")
    await post(peer, here, question(eve))
    assert await states_at(here) == ["approved"]

    # Asked again, the same is answered again; what is no remix of it is not asked about.
    await post(peer, here, question(bo))
    answers = await here.run(lambda: Outgoing.filter(type="Accept").order_by("id"))
    assert [row.document["result"] for row in answers] == [agreed.stamp_uri, agreed.stamp_uri]
    assert answers[0].document["object"] == asked["id"]
    bo.record("else")
    await post(peer, here, question(bo, instrument=f"{peer.origin}/notes/else"))
    assert len(await requests_at(here)) == 1


@on_sqlite
async def test_who_asks_too_much_or_is_unwelcome_is_not_heard(
    here: Instance, peer: Peer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, cy = await here.join("ana"), Author(peer, "bo"), Author(peer, "cy", key=OTHER_ED25519)
    source = await publish(here, ana, remixing="nobody")

    def question(author: Author, key: str) -> dict[str, Any]:
        uri = author.record(key, isBasedOn=[source.uri])
        asked = peer.activity("Offer", author.uri, source.uri, to=[], instrument=uri, kind="remixRequest")
        return {**asked, "@context": CONSENT_CONTEXT}

    monkeypatch.setattr(taking, "MAX_AN_HOUR", 2)
    monkeypatch.setattr(beforehand, "MAX_WAITING", 3)
    await post(peer, here, *(question(bo, f"b{number}") for number in range(4)))
    assert await states_at(here) == ["waiting", "waiting"]
    await post(peer, here, *(question(cy, f"c{number}") for number in range(2)))
    assert await states_at(here) == ["waiting"] * 3
    assert await here.run(lambda: Outgoing.filter(type="Reject").count()) == 1

    met = await here.meet(cy.uri)
    await here.run(lambda: Boundary.create(owner_id=ana.id, other_id=met.id, kind="block"))
    monkeypatch.setattr(taking, "MAX_AN_HOUR", 9)
    monkeypatch.setattr(beforehand, "MAX_WAITING", 9)
    await post(peer, here, question(cy, "c9"))
    assert len(await states_at(here)) == 3
    assert await here.run(lambda: Outgoing.filter(type="Reject").count()) == 2


async def test_who_leaves_asks_nothing_any_more_and_what_was_agreed_to_stays(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    free, asked_for = await publish(here, ana), await publish(here, ana, "Fog", remixing="nobody")
    made = await remix(there, bo, free.uri, asked_for.uri)
    await settle(here, there)

    async def leave() -> None:
        async with transaction():
            await forget_words(ana)

    await here.run(leave)
    assert await states_at(here) == ["approved"]
    [kept] = await requests_at(here)
    assert (await document_at(here, kept.stamp_uri or ""))["interactingObject"] == made.uri


async def test_a_stamp_that_comes_is_no_change_of_the_work(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    source = await publish(here, ana)
    made = await remix(there, bo, source.uri)
    await settle(here, there)
    await remix(elsewhere, cy, made.uri)
    await settle(here, there, elsewhere)
    time_passes(SOON)
    await settle(here, there, elsewhere)
    known = await elsewhere.run(lambda: Record.get(uri=made.uri))
    assert known.revision == 2
    told = await elsewhere.run(lambda: Notification.all().values_list("kind", flat=True))
    assert "source_changed" not in [str(kind) for kind in told]


async def test_a_stamp_is_looked_at_again_when_its_remix_is_shown_and_a_server_that_is_gone_takes_nothing_back(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    source = await publish(here, ana)
    made = await remix(there, bo, source.uri)
    await settle(here, there)
    time_passes(SOON)
    await settle(here, there)
    seen = await elsewhere.find_record(made.uri)
    await settle(elsewhere)
    assert await states_at(elsewhere) == ["approved"]

    here.network.down.add(here.host)
    time_passes(timedelta(days=2))
    assert (await elsewhere.get(f"/records/remote/{seen.id}")).status_code == 200
    await settle(elsewhere)
    assert await states_at(elsewhere) == ["approved"]
    here.network.down.clear()
    await here.run(revoke_stamp, ana, (await requests_at(here))[0])
    time_passes(timedelta(days=2))
    assert (await elsewhere.get(f"/records/remote/{seen.id}")).status_code == 200
    await settle(elsewhere)
    assert await states_at(elsewhere) == ["revoked"]


@on_sqlite
async def test_a_question_about_what_never_shows_itself_is_forgotten(
    here: Instance, peer: Peer, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), Author(peer, "bo")
    source = await publish(here, ana)
    asked = peer.activity(
        "Offer", bo.uri, source.uri, to=[], instrument=f"{peer.origin}/notes/never", kind="remixRequest"
    )
    await post(peer, here, {**asked, "@context": CONSENT_CONTEXT})
    assert await states_at(here) == ["held"]
    assert (await here.run(requests_of, ana))[0] == []
    time_passes(timedelta(days=2))
    await here.run(expire_requests)
    assert (await states_at(here), await told_at(here)) == ([], [])
