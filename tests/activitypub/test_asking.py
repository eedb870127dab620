"""Who may read: everybody, unless they say that they are blocked; in secure mode only who says who they are."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from fedirec.accounts.permissions import Role
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Instance as Row
from fedirec.activitypub.models import Peer as KnownPeer
from fedirec.activitypub.signatures import Scheme, sign_request
from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.comments import CommentDraft, write_comment
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.threads import find_place
from fedirec.remix.terms import Pays, Terms
from tests.network import Instance, Network
from tests.peer import OTHER_RSA, RSA, Peer

ACTIVITY = "application/activity+json"


@pytest.fixture
def peer(network: Network) -> Peer:
    return Peer(network)


async def _get(
    here: Instance, path: str, *, key_id: str = "", key: PrivateKey = RSA, kind: Scheme = "cavage", **headers: str
) -> httpx.Response:
    url = f"{here.origin}{path}"
    if key_id:
        headers |= sign_request(method="GET", url=url, key_id=key_id, private_key=key, now=now(), kind=kind)
    async with here.client() as client:
        client.headers.clear()
        return await client.get(url, headers={"accept": ACTIVITY, **headers})


async def _demand(here: Instance) -> None:
    await here.join("iris", role=Role.ADMIN)
    async with here.sign_in("iris") as client:
        form = {"title": "Here", "registration": "invite", "demands_signatures": "on"}
        answer = await client.post("/admin/instance", data=form)
        assert answer.status_code == 303, answer.text
        assert "checked" in (await client.get("/admin/instance")).text


async def _documents(here: Instance) -> list[str]:
    """Paths of everything that is public of ours."""
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    place = await here.run(find_place, song.uri)
    assert place is not None
    said = await here.run(write_comment, ana, place, CommentDraft(text="Lovely"))
    terms = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.NOTHING)
    draft = ChallengeDraft(title="Rain", slug="rain", text="Rain.", terms=terms)
    await here.run(open_challenge, ana, here.state["keyring"], draft)
    await here.work()
    outbox = (await here.get("/u/ana/outbox?before=4611686018427387904", accept=ACTIVITY)).json()
    paths = [uri.removeprefix(here.origin) for uri in (song.uri, said.uri, outbox["orderedItems"][0]["id"])]
    collections = [f"{actor}/{name}" for actor in ("/u/ana", "/c/rain") for name in ("outbox", "followers", "featured")]
    more = ["/u/ana", "/c/rain", "/c/rain/prompt", "/c/rain/submissions", "/u/ana/outbox?before=99", "/actor/outbox"]
    return [*paths, *collections, *more, f"{paths[0]}/replies", f"{paths[1]}/replies"]


async def test_in_secure_mode_only_who_signs_is_shown_documents(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    paths = await _documents(here)
    assert {path: (await _get(here, path)).status_code for path in paths} == dict.fromkeys(paths, 200)

    await _demand(here)

    wrong: dict[str, dict[str, Any]] = {
        "nobody signs": {},
        "a wrong key": {"key_id": f"{mia}#main-key", "key": OTHER_RSA},
        "a key that is not listed": {"key_id": f"{mia}#other"},
        "nonsense": {"signature": "nonsense"},
        "somebody who is not there": {"key_id": f"{peer.origin}/users/nobody#main-key"},
        "a key of ours": {"key_id": f"{here.origin}/u/ana#main-key"},
    }
    for how in wrong.values():
        assert (await _get(here, paths[0], **how)).status_code == 401, how
    for path in paths:
        refused = await _get(here, path)
        assert (refused.status_code, "Song" in refused.text) == (401, False), path
        for kind in ("cavage", "rfc9421"):
            shown = await _get(here, path, key_id=f"{mia}#main-key", kind=kind)
            assert shown.status_code == 200, (path, shown.text)
            assert shown.headers["cache-control"] == "private, no-store"
            assert {"signature", "accept"} <= {name.strip().lower() for name in shown.headers["vary"].split(",")}
        assert (await _get(here, path)).status_code == 401, "also what is ready is not given to everybody"


async def test_in_secure_mode_pages_and_what_introduces_us_stay_open(here: Instance) -> None:
    paths = await _documents(here)
    await _demand(here)

    for path in (
        "/actor",
        "/.well-known/webfinger?resource=acct:ana@here.test",
        "/.well-known/nodeinfo",
        "/nodeinfo/2.1",
    ):
        assert (await _get(here, path)).status_code == 200, path
    for path in (paths[0], "/u/ana", "/c/rain"):
        assert (await here.get(path)).status_code == 200, path
    api = await here.get("/api/instance", accept="application/json")
    assert api.json()["demands_signatures"] is True


async def test_two_instances_in_secure_mode_still_read_each_other(here: Instance, there: Instance) -> None:
    for instance in (here, there):
        await instance.run(lambda: Row.all().update(demands_signatures=True))
        await instance.run(instance.state["site"].load)
    ana = await here.join("ana")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))

    assert (await there.find_record(song.uri)).title == "Song"


async def test_who_signs_as_blocked_is_shown_nothing(here: Instance, peer: Peer) -> None:
    mia = peer.actor("mia")
    paths = await _documents(here)
    await _get(here, paths[0])
    await here.run(lambda: KnownPeer.create(origin=peer.origin, policy="block"))

    for path in paths:
        assert (await _get(here, path, key_id=f"{mia}#main-key")).status_code == 403, path
        assert (await _get(here, path)).status_code == 200, path
    assert (await _get(here, "/actor", key_id=f"{mia}#main-key")).status_code == 403


@pytest.mark.parametrize("path", ["/users/mia/main-key", "/keys/1"])
async def test_keys_may_live_at_addresses_of_their_own(here: Instance, peer: Peer, path: str) -> None:
    """As those of GoToSocial do, where the address of the key shows a stub of its actor."""
    key_id = f"{peer.origin}{path}"
    uri = f"{peer.origin}/users/mia"
    pem = {"id": key_id, "owner": uri, "publicKeyPem": RSA.public.pem}
    peer.actor("mia", publicKey=pem)
    context = ["https://www.w3.org/ns/activitystreams", "https://w3id.org/security/v1"]
    if path == "/keys/1":
        peer.serve(key_id, {"@context": context, **pem})
    else:
        peer.serve(key_id, {"@context": context, "id": uri, "type": "Person", "publicKey": pem})
    paths = await _documents(here)
    await _demand(here)

    assert (await _get(here, paths[0], key_id=key_id)).status_code == 200
    assert (await _get(here, paths[0], key_id=key_id, key=OTHER_RSA)).status_code == 401
