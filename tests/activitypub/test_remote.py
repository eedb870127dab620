"""What other servers say is believed only of what is theirs, and only when they say it in so many words."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.activitypub.actors import NewKeys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, ActorKey, Instance
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.signatures import parse
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import TYPES, Vocabulary
from fedirec.clock import monotonic, now
from fedirec.errors import (
    FedirecError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    PeerUnavailable,
    TooLarge,
    Unauthenticated,
    Unsupported,
)
from fedirec.net import Net
from fedirec.remix.vocab import TYPES as REMIX_TYPES
from tests.conftest import Pass
from tests.network import Network
from tests.peer import CONTEXT, ED25519, OTHER_RSA, RSA, Peer

OURS = "https://here.test"
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


@pytest.fixture
async def remote(database: str, network: Network) -> Remote:
    """The part of https://here.test that asks others."""
    keyring, site = Keyring(bytes(32)), Site()
    await Instance.create(id=1, origin=OURS, set_up_at=now())
    await save_local_actor(keyring, NewKeys(RSA, ED25519), uri=f"{OURS}/actor", handle="actor", type="Application")
    await site.load()
    net = Net(development=False, user_agent="fedirec", transport=network)
    return Remote(net=net, keyring=keyring, site=site, vocabulary=Vocabulary([*TYPES, *REMIX_TYPES]))


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


@pytest.fixture
def other(network: Network) -> Peer:
    return Peer(network, "other.test")


def _note(uri: str, **changes: Any) -> dict[str, Any]:
    return {"@context": CONTEXT, "id": uri, "type": "Note", "content": "Hello", **changes}


def _redirects(network: Network, uri: str, to: str) -> None:
    network.answers[uri] = httpx.Response(302, headers={"location": to})


# Objects.

NOTE = "https://peer.test/notes/1"


@on_sqlite
async def test_an_object_is_read_from_its_own_origin_and_asked_for_by_name(
    remote: Remote, peer: Peer, network: Network
) -> None:
    peer.serve(NOTE, _note(NOTE))

    assert (await remote.fetch(NOTE))["content"] == "Hello"

    (request,) = network.requests
    assert request.headers["accept"].startswith("application/activity+json")
    assert f'keyId="{OURS}/actor#main-key"' in request.headers["signature"]


@on_sqlite
async def test_an_object_of_another_host_is_thrown_away(remote: Remote, peer: Peer, network: Network) -> None:
    """CVE-2024-23832."""
    peer.serve(NOTE, _note("https://other.test/notes/1"))
    with pytest.raises(Invalid):
        await remote.fetch(NOTE)
    assert len(network.requests) == 1, "what it points to is not asked for either"


@on_sqlite
async def test_an_object_with_another_name_of_the_same_host_is_asked_for_once_more(
    remote: Remote, peer: Peer, network: Network
) -> None:
    peer.serve("https://peer.test/@mia/1", _note(NOTE, content="Seen from the page"))
    peer.serve(NOTE, _note(NOTE))
    assert (await remote.fetch("https://peer.test/@mia/1"))["content"] == "Hello"
    assert (await remote.fetch("https://PEER.test/notes/1"))["id"] == NOTE

    before = len(network.requests)
    for number in range(9):
        peer.serve(f"https://peer.test/loop/{number}", _note(f"https://peer.test/loop/{number + 1}"))
    with pytest.raises(Invalid):
        await remote.fetch("https://peer.test/loop/0")
    assert len(network.requests) == before + 2


@on_sqlite
async def test_nobody_speaks_for_the_host_that_sent_us_on(
    remote: Remote, peer: Peer, other: Peer, network: Network
) -> None:
    for named in (NOTE, "https://other.test/notes/1"):
        _redirects(network, NOTE, "https://other.test/notes/1")
        other.serve("https://other.test/notes/1", _note(named))
        with pytest.raises(Invalid):
            await remote.fetch(NOTE)
    _redirects(network, NOTE, "https://peer.test/moved")
    peer.serve("https://peer.test/moved", _note(NOTE))
    assert (await remote.fetch(NOTE))["id"] == NOTE, "but a host may move its own things"


PROFILE = "https://www.w3.org/ns/activitystreams"
CONTENT_TYPES: list[tuple[str, bool]] = [
    ("application/activity+json", True),
    ("application/activity+json; charset=utf-8", True),
    ("Application/Activity+JSON", True),
    (f'application/ld+json; profile="{PROFILE}"', True),
    (f'application/ld+json; charset=utf-8; profile="{PROFILE}"', True),
    (f'application/ld+json; profile="{PROFILE} https://w3id.org/security"', True),
    (f"application/ld+json; profile={PROFILE}", True),
    ("application/ld+json", False),
    (f'application/ld+json; profile="{PROFILE}x"', False),
    (f'application/ld+json; profile="x{PROFILE}"', False),
    (f'application/ld+json; other="{PROFILE}"', False),
    ('application/ld+json; profile="https://w3id.org/security"', False),
    (f'application/ld+json; profile="x"; profile="{PROFILE}"', False),
    ("application/json", False),
    (f'application/json; profile="{PROFILE}"', False),
    ("text/html", False),
    ("text/plain", False),
    ("image/png", False),
    ("application/octet-stream", False),
    ("application/activity+jsonx", False),
    ("", False),
]


@on_sqlite
@pytest.mark.parametrize(("content_type", "is_believed"), CONTENT_TYPES)
async def test_only_what_is_served_as_activitypub_is_activitypub(
    remote: Remote, peer: Peer, content_type: str, is_believed: bool
) -> None:
    """CVE-2024-25623: a file that somebody uploaded is no document of the host that serves it."""
    peer.serve(NOTE, _note(NOTE), content_type=content_type)
    if is_believed:
        assert (await remote.fetch(NOTE))["id"] == NOTE
    else:
        with pytest.raises(Invalid):
            await remote.fetch(NOTE)


BODIES: list[tuple[str, bytes, type[FedirecError]]] = [
    ("nothing", b"", Invalid),
    ("HTML", b"<!doctype html><p>Hello", Invalid),
    ("a list", b'[{"id": "https://peer.test/notes/1"}]', Invalid),
    ("text", b'"https://peer.test/notes/1"', Invalid),
    ("no id", b'{"type": "Note"}', Invalid),
    ("an id that is a number", b'{"type": "Note", "id": 1}', Invalid),
    ("an id that is no address", b'{"type": "Note", "id": "javascript:alert(1)"}', Invalid),
    ("a key twice", b'{"id": "https://peer.test/notes/1", "id": "https://peer.test/notes/1"}', Invalid),
    ("too deep", b'{"a":' * 100 + b"1" + b"}" * 100, Invalid),
    ("more than one mebibyte", b'{"a": "' + b"x" * (1024 * 1024) + b'"}', TooLarge),
]


@on_sqlite
@pytest.mark.parametrize(("what", "body", "error"), BODIES, ids=[case[0] for case in BODIES])
async def test_an_answer_that_makes_no_sense_is_no_object(
    remote: Remote, peer: Peer, what: str, body: bytes, error: type[FedirecError]
) -> None:
    peer.serve(NOTE, body)
    with pytest.raises(error):
        await remote.fetch(NOTE)


STATUSES: list[tuple[int, type[FedirecError]]] = [
    (204, PeerUnavailable),
    (400, PeerUnavailable),
    (401, Forbidden),
    (403, Forbidden),
    (404, NotFound),
    (406, PeerUnavailable),
    (410, Gone),
    (429, PeerUnavailable),
    (500, PeerUnavailable),
    (503, PeerUnavailable),
]


@on_sqlite
@pytest.mark.parametrize(("status", "error"), STATUSES)
async def test_a_refusal_says_whether_asking_again_makes_sense(
    remote: Remote, peer: Peer, status: int, error: type[FedirecError]
) -> None:
    peer.serve(NOTE, _note(NOTE), status=status)
    with pytest.raises(error):
        await remote.fetch(NOTE)


def _kinds(network: Network) -> list[str]:
    """How each request so far was signed."""
    return [parse(request.headers.multi_items()).SCHEME for request in network.requests]


@on_sqlite
async def test_a_question_is_signed_as_the_peer_understands_it_and_that_is_remembered(
    remote: Remote, peer: Peer, network: Network, time_passes: Pass
) -> None:
    peer.serve(NOTE, _note(NOTE))
    mia = peer.actor("mia")

    async def asked(uri: str = NOTE) -> list[str]:
        network.requests.clear()
        await remote.fetch(uri)
        return _kinds(network)

    peer.demand("rfc9421", key=RSA.public)
    assert await asked() == ["cavage", "rfc9421"]
    assert await asked() == ["rfc9421"]
    assert await asked(mia) == ["rfc9421"]
    signed = await remote.sign("GET", f"{peer.origin}/media/1.jpg")
    assert "signature-input" in signed, "and so are files asked for"

    peer.demand("cavage", key=RSA.public)
    assert await asked() == ["rfc9421", "cavage"], "it has changed back"
    assert await asked() == ["cavage"]

    peer.demand("rfc9421", key=RSA.public)
    await asked()
    time_passes(timedelta(days=31))
    assert await asked() == ["cavage", "rfc9421"]


@on_sqlite
async def test_whoever_refuses_both_signatures_is_not_asked_twice_for_everything(
    remote: Remote, peer: Peer, network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    peer.serve(NOTE, _note(NOTE))
    peer.demand("cavage", key=OTHER_RSA.public)

    async def asked() -> list[str]:
        network.requests.clear()
        with pytest.raises(Forbidden):
            await remote.fetch(NOTE)
        return _kinds(network)

    assert [await asked() for _ in range(4)] == [["cavage", "rfc9421"]] * 2 + [["cavage"]] * 2
    assert not await KnownPeer.filter(speaks_rfc9421_at__not_isnull=True).exists()
    later = monotonic() + 601
    monkeypatch.setattr("fedirec.activitypub.manners.monotonic", lambda: later)
    assert await asked() == ["cavage", "rfc9421"]


@on_sqlite
@pytest.mark.parametrize(("status", "times"), [(400, 2), (401, 2), (403, 1), (404, 1), (410, 1), (429, 1), (500, 1)])
async def test_only_what_may_be_a_matter_of_the_signature_is_asked_once_more(
    remote: Remote, peer: Peer, network: Network, status: int, times: int
) -> None:
    peer.serve(NOTE, _note(NOTE), status=status)
    with pytest.raises(FedirecError):
        await remote.fetch(NOTE)
    assert _kinds(network) == ["cavage", "rfc9421"][:times]


@on_sqlite
async def test_who_is_at_the_end_of_a_redirect_teaches_us_nothing_about_its_beginning(
    remote: Remote, peer: Peer, other: Peer, network: Network
) -> None:
    _redirects(network, NOTE, "https://other.test/notes/1")
    other.serve("https://other.test/notes/1", _note(NOTE))
    other.demand("rfc9421", key=RSA.public)
    with pytest.raises(FedirecError):
        await remote.fetch(NOTE)
    assert not await KnownPeer.filter(speaks_rfc9421_at__not_isnull=True).exists()


UNREACHABLE = [
    "http://peer.test/notes/1",
    "https://peer.test:8443/notes/1",
    "https://localhost/notes/1",
    "https://intranet/notes/1",
    "https://127.0.0.1/notes/1",
    "https://2130706433/notes/1",
    "https://0x7f.1/notes/1",
    "https://[::1]/notes/1",
    "https://[::ffff:10.0.0.1]/notes/1",
    "https://169.254.169.254/latest/meta-data",
    "https://mia@peer.test/notes/1",
    "https://peer.test@127.0.0.1/notes/1",
    "https://peer.test./notes/1",
    "https://pëer.test/notes/1",
    "https://peer.test%2f.other.test/notes/1",
    "https://peer.test\\@other.test/notes/1",
    "https://peer.test/notes/\n1",
    "ftp://peer.test/notes/1",
    "file:///etc/passwd",
    "data:application/activity+json,{}",
    "acct:mia@peer.test",
    "",
]


@on_sqlite
async def test_some_addresses_are_not_even_asked(remote: Remote, network: Network) -> None:
    await KnownPeer.create(origin="https://blocked.test", policy="block")
    for uri in (*UNREACHABLE, "https://blocked.test/notes/1", "https://BLOCKED.test:443/notes/1"):
        with pytest.raises((Forbidden, Invalid)):
            await remote.fetch(uri)
    for uri in (f"{OURS}/records/1", "https://HERE.test:443/records/1"):
        with pytest.raises(NotFound):
            await remote.fetch(uri)
    assert network.requests == []


@on_sqlite
@pytest.mark.parametrize(
    "target", ["http://peer.test/x", "https://127.0.0.1/x", "https://peer.test:22/x", "file:///etc/passwd", "//[::1]/x"]
)
async def test_nobody_sends_us_where_we_would_not_go(remote: Remote, network: Network, target: str) -> None:
    _redirects(network, NOTE, target)
    with pytest.raises((Forbidden, Invalid)):
        await remote.fetch(NOTE)
    assert len(network.requests) == 1


@on_sqlite
async def test_a_circle_of_redirects_ends(remote: Remote, network: Network) -> None:
    _redirects(network, NOTE, "https://peer.test/notes/2")
    _redirects(network, "https://peer.test/notes/2", NOTE)
    with pytest.raises(PeerUnavailable):
        await remote.fetch(NOTE)
    assert len(network.requests) == 2


# Actors.

MIA = "https://peer.test/users/mia"
KEY = {"id": f"{MIA}#main-key", "owner": MIA, "publicKeyPem": RSA.public.pem}
MULTIKEY = {
    "id": f"{MIA}#ed25519",
    "type": "Multikey",
    "controller": MIA,
    "publicKeyMultibase": ED25519.public.multibase,
}
NO_ACTORS: list[tuple[str, dict[str, Any]]] = [
    ("an inbox of somebody else", {"inbox": "https://victim.test/inbox"}),
    ("an inbox on another port", {"inbox": "https://peer.test:8443/inbox"}),
    ("no inbox", {"inbox": None}),
    ("two inboxes", {"inbox": [f"{MIA}/inbox", "https://victim.test/inbox"]}),
    ("an outbox of somebody else", {"outbox": "https://victim.test/outbox"}),
    ("followers of somebody else", {"followers": "https://victim.test/followers"}),
    ("a note", {"type": "Note"}),
    ("no type", {"type": None}),
]


@on_sqlite
@pytest.mark.parametrize(("what", "changes"), NO_ACTORS, ids=[case[0] for case in NO_ACTORS])
async def test_an_actor_that_is_none_is_not_kept(
    remote: Remote, peer: Peer, what: str, changes: dict[str, Any]
) -> None:
    peer.actor("mia", **changes)
    with pytest.raises((Invalid, Unsupported)):
        await remote.find_actor(MIA)
    assert not await Actor.exists(uri=MIA)


KEYS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("both of its own", {"publicKey": KEY, "assertionMethod": [MULTIKEY]}, [KEY["id"], MULTIKEY["id"]]),
    ("one of another origin", {"publicKey": KEY | {"id": "https://other.test/users/mia#main-key"}}, []),
    ("one of another actor", {"publicKey": KEY | {"owner": "https://peer.test/users/bob"}}, []),
    ("one of nobody", {"publicKey": {"id": KEY["id"], "publicKeyPem": KEY["publicKeyPem"]}}, []),
    ("one that is only named", {"publicKey": KEY["id"]}, []),
    ("one that is no key", {"publicKey": KEY | {"publicKeyPem": "hello"}}, []),
    (
        "a multikey of another actor",
        {"assertionMethod": [MULTIKEY | {"controller": "https://peer.test/users/bob"}]},
        [KEY["id"]],
    ),
    ("a multikey of another origin", {"assertionMethod": [MULTIKEY | {"id": "https://other.test/u#k"}]}, [KEY["id"]]),
]


@on_sqlite
@pytest.mark.parametrize(("what", "changes", "kept"), KEYS, ids=[case[0] for case in KEYS])
async def test_an_actor_has_the_keys_that_name_it_and_that_it_names(
    remote: Remote, peer: Peer, what: str, changes: dict[str, Any], kept: list[str]
) -> None:
    peer.actor("mia", **changes)
    actor = await remote.find_actor(MIA)
    assert [key.key_id for key in await ActorKey.filter(actor_id=actor.id).order_by("id")] == kept


@on_sqlite
async def test_a_shared_inbox_of_another_origin_is_left_out(remote: Remote, peer: Peer) -> None:
    peer.actor("mia", endpoints={"sharedInbox": "https://victim.test/inbox"})
    actor = await remote.find_actor(MIA)
    assert (actor.inbox, actor.shared_inbox) == (f"{MIA}/inbox", None)


@on_sqlite
@pytest.mark.parametrize("name", ["ana@here.test", "mia ", "a\u202eb", "", "x" * 201, "<b>", "a/b"])
async def test_a_handle_cannot_look_like_that_of_somebody_else(remote: Remote, peer: Peer, name: str) -> None:
    peer.actor("mia", preferredUsername=name)
    actor = await remote.find_actor(MIA)
    assert actor.host == "peer.test"
    assert "@" not in actor.handle
    assert actor.handle in ("peer.test", "x" * 200)


async def test_an_actor_that_is_gone_is_deleted_and_may_come_back(remote: Remote, peer: Peer) -> None:
    peer.actor("mia")
    await remote.find_actor(MIA)

    peer.serve(MIA, {}, status=404)
    with pytest.raises(NotFound):
        await remote.find_actor(MIA, fresh=True)
    assert (await Actor.get(uri=MIA)).state == "active", "a slip of theirs is not a farewell"

    peer.serve(MIA, {}, status=410)
    with pytest.raises(Gone):
        await remote.find_actor(MIA, fresh=True)
    assert (await Actor.get(uri=MIA)).state == "deleted"
    with pytest.raises(Unauthenticated):
        await remote.find_key(KEY["id"], actor_uri=MIA)

    peer.actor("mia")
    assert (await remote.find_actor(MIA)).state == "active"


@on_sqlite
async def test_who_is_suspended_here_stays_so_whatever_their_server_says(remote: Remote, peer: Peer) -> None:
    peer.actor("mia")
    await remote.find_actor(MIA)
    await Actor.filter(uri=MIA).update(state="suspended")

    assert (await remote.find_actor(MIA, fresh=True)).state == "suspended"
    peer.serve(MIA, {}, status=410)
    with pytest.raises(Gone):
        await remote.find_actor(MIA, fresh=True)
    assert (await Actor.get(uri=MIA)).state == "suspended"


# Keys.


async def test_a_key_that_many_wait_for_is_asked_for_once(remote: Remote, peer: Peer, network: Network) -> None:
    peer.actor("mia")
    keys = await asyncio.gather(*(remote.find_key(KEY["id"], actor_uri=MIA) for _ in range(20)))
    assert {key.public.fingerprint for key in keys} == {RSA.public.fingerprint}
    assert len(network.requests) == 1


async def test_a_rotated_key_that_many_wait_for_is_asked_for_once(remote: Remote, peer: Peer, network: Network) -> None:
    peer.actor("mia")
    old = await remote.find_key(KEY["id"], actor_uri=MIA)
    peer.actor("mia", key=OTHER_RSA)

    keys = await asyncio.gather(*(remote.find_key(KEY["id"], actor_uri=MIA, instead_of=old) for _ in range(20)))
    assert {key.public.fingerprint for key in keys} == {OTHER_RSA.public.fingerprint}
    assert len(network.requests) == 2
    with pytest.raises(Unauthenticated):
        await remote.find_key(KEY["id"], actor_uri=MIA, instead_of=keys[0])
    assert len(network.requests) == 2, "who signs with wrong keys does not make us ask for right ones"


@on_sqlite
async def test_a_silent_server_is_not_taken_for_one_that_says_no(remote: Remote, peer: Peer, network: Network) -> None:
    for _ in range(3):
        with pytest.raises(PeerUnavailable):
            await remote.find_key(KEY["id"], actor_uri=MIA)
    assert len(network.requests) == 1
    with pytest.raises(Unauthenticated):
        await remote.find_key("https://peer.test/users/bob#k", actor_uri=peer.actor("bob", publicKey=[]))


# Handles.


def _webfinger(network: Network, host: str, name: str, document: Any, *, status: int = 200) -> None:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    network.answers[f"https://{host}/.well-known/webfinger?resource=acct:{name}@{host}"] = httpx.Response(
        status, headers={"content-type": "application/jrd+json"}, content=content
    )


def _jrd(subject: str, href: str, media_type: str = "application/activity+json") -> dict[str, Any]:
    return {"subject": subject, "links": [{"rel": "self", "type": media_type, "href": href}]}


@on_sqlite
async def test_a_handle_is_found_however_it_is_typed_and_then_remembered(
    remote: Remote, peer: Peer, network: Network
) -> None:
    peer.actor("mia")
    for typed in ("@mia@peer.test", "mia@peer.test", " @mia@PEER.TEST "):
        assert (await remote.find_by_handle(typed)).uri == MIA
    assert len(network.requests) == 2
    assert (await remote.find_by_handle("@actor@here.test")).uri == f"{OURS}/actor"
    with pytest.raises(NotFound):
        await remote.find_by_handle("@nobody@HERE.test")


NO_HANDLES = ["", "mia", "@mia", "mia@", "@@peer.test", "@mia@peer.test.", "@mia@pëer.test", "@mia@peer.test/x"]
NO_HANDLES += ["@mi a@peer.test", "@mia@peer.test?x", "@mia@peer.test@other.test", "@mia@[::1]", "@mia@localhost"]
NO_HANDLES += ["@mia@127.0.0.1", "@mia@peer.test:22", "https://peer.test/@mia", "@mia@peer.test#x", "@m/../a@peer.test"]


@on_sqlite
async def test_what_is_no_handle_is_asked_of_nobody(remote: Remote, network: Network) -> None:
    for typed in NO_HANDLES:
        with pytest.raises((Invalid, Forbidden)):
            await remote.find_by_handle(typed)
    assert network.requests == []


@on_sqlite
async def test_a_host_cannot_take_in_the_actors_of_another(
    remote: Remote, peer: Peer, other: Peer, network: Network
) -> None:
    peer.actor("mia")
    _webfinger(network, "other.test", "famous", _jrd("acct:famous@other.test", MIA))

    found = await remote.find_by_handle("@famous@other.test")

    assert (found.uri, found.handle, found.host) == (MIA, "mia", "peer.test")
    assert not await Actor.exists(host="other.test")


@on_sqlite
async def test_a_handle_of_another_domain_counts_when_both_sides_say_so(
    remote: Remote, peer: Peer, network: Network
) -> None:
    peer.actor("mia", webfinger="mia@nice.test")
    peer.actor("tom")
    for name in ("mia", "tom"):
        _webfinger(network, "nice.test", name, _jrd(f"acct:{name}@nice.test", f"https://peer.test/users/{name}"))
    _webfinger(network, "peer.test", "tom", _jrd("acct:tom@nice.test", "https://peer.test/users/tom"))

    for name in ("mia", "tom"):
        found = await remote.find_by_handle(f"@{name}@nice.test")
        assert (found.handle, found.host) == (name, "nice.test")
        assert (await remote.find_actor(found.uri, fresh=True)).host == "nice.test"


@on_sqlite
async def test_a_handle_that_an_actor_only_claims_does_not_count(remote: Remote, peer: Peer) -> None:
    peer.actor("mia", webfinger="president@gov.test")
    assert (await remote.find_actor(MIA)).host == "peer.test"
    assert (await remote.find_by_handle("@mia@peer.test")).handle == "mia"


NO_ANSWERS: list[tuple[str, Any, int, type[FedirecError]]] = [
    ("not there", {}, 404, NotFound),
    ("gone", {}, 410, NotFound),
    ("forbidden", {}, 403, Forbidden),
    ("broken", {}, 500, PeerUnavailable),
    ("no JSON", b"<html>", 200, Invalid),
    ("a list", [], 200, Invalid),
    ("very deep", b"[" * 50_000, 200, Invalid),
    ("no links", {"subject": "acct:mia@peer.test"}, 200, NotFound),
    ("a page only", _jrd("acct:mia@peer.test", MIA, "text/html"), 200, NotFound),
    ("a script", _jrd("acct:mia@peer.test", "javascript:alert(1)"), 200, Invalid),
    ("this machine", _jrd("acct:mia@peer.test", "https://127.0.0.1/users/mia"), 200, Forbidden),
    ("us", _jrd("acct:mia@peer.test", f"{OURS}/actor"), 200, NotFound),
    ("a note", _jrd("acct:mia@peer.test", NOTE), 200, Invalid),
    ("too much", b" " * 100_001, 200, TooLarge),
]


@on_sqlite
@pytest.mark.parametrize(("what", "document", "status", "error"), NO_ANSWERS, ids=[case[0] for case in NO_ANSWERS])
async def test_an_answer_that_names_no_actor_finds_nobody(
    remote: Remote, peer: Peer, network: Network, what: str, document: Any, status: int, error: type[FedirecError]
) -> None:
    peer.serve(NOTE, _note(NOTE, attributedTo=MIA, published="2026-11-20T10:00:00Z"))
    _webfinger(network, "peer.test", "mia", document, status=status)
    with pytest.raises(error):
        await remote.find_by_handle("@mia@peer.test")
    assert await Actor.filter(is_local=False).count() == 0


@pytest.mark.parametrize(
    ("webfinger", "subject", "leads_to", "called"),
    [
        ("mimi@peer.test", "acct:mimi@peer.test", "https://peer.test/users/mia", "mimi@peer.test"),
        ("mia@nice.test", "acct:mia@nice.test", "https://peer.test/users/mia", "mia@nice.test"),
        ("acct:mia@nice.test", "acct:mia@nice.test", "https://peer.test/users/mia", "mia@nice.test"),
        ("mia@nice.test", "acct:mia@nice.test", "https://nice.test/users/other", "mia@peer.test"),
        ("mia@nice.test", "acct:mia@nice.test", None, "mia@peer.test"),
        ("nonsense", "acct:nonsense", None, "mia@peer.test"),
        ("mia@peer.test", "acct:mia@peer.test", None, "mia@peer.test"),
    ],
)
@on_sqlite
async def test_an_actor_is_called_as_it_wants_when_the_host_in_that_agrees(
    remote: Remote, peer: Peer, network: Network, webfinger: str, subject: str, leads_to: str | None, called: str
) -> None:
    """FEP-2c59."""
    mia = peer.actor("mia", webfinger=webfinger)
    if leads_to:
        link = {"rel": "self", "type": "application/activity+json", "href": leads_to}
        handle = subject.removeprefix("acct:")
        network.answers[f"https://{handle.partition('@')[2]}/.well-known/webfinger?resource={subject}"] = (
            httpx.Response(200, content=json.dumps({"subject": subject, "links": [link]}))
        )

    met = await remote.find_actor(mia)

    assert f"{met.handle}@{met.host}" == called
