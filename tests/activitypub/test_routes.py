"""What other servers, and browsers, are shown at our addresses."""

from __future__ import annotations

import json
from typing import Any
from xml.etree import ElementTree

import pytest

from fedirec import __version__
from fedirec.accounts.actions.members import suspend
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Challenge
from fedirec.remix.terms import Terms
from tests.activitypub.sinks import followed_by
from tests.network import Instance

ACTIVITY = "application/activity+json"
PROFILED = 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'
TERMS = Terms(version=1, licence="CC-BY-SA-4.0")
on_sqlite = pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
"""For what has nothing to do with the database."""


async def _rain(here: Instance, leader: Actor) -> Challenge:
    draft = ChallengeDraft(title="Rain", slug="rain", text="Record rain.", kinds=["audio"], terms=TERMS)
    return await here.run(open_challenge, leader, here.state["keyring"], draft)


async def _document(here: Instance, path: str, *, status: int = 200) -> dict[str, Any]:
    """The document at `path`, served as ActivityPub."""
    answer = await here.get(path, accept=ACTIVITY)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == ACTIVITY
    assert "accept" in answer.headers["vary"].lower()
    document = answer.json()
    assert isinstance(document, dict)
    return document


# The well-known addresses.

FOUND = [
    ("acct:ana@here.test", "/u/ana"),
    ("acct:@ana@here.test", "/u/ana"),
    ("ana@here.test", "/u/ana"),
    ("acct:ANA@HERE.test", "/u/ana"),
    ("ACCT:ana@here.test", "/u/ana"),
    ("https://here.test/u/ana", "/u/ana"),
    ("https://here.test/@ana", "/u/ana"),
    ("https://HERE.test/@Ana", "/u/ana"),
    ("acct:rain@here.test", "/c/rain"),
    ("https://here.test/c/rain", "/c/rain"),
    ("acct:here.test@here.test", "/actor"),
    ("acct:actor@here.test", "/actor"),
    ("https://here.test/", "/actor"),
    ("https://here.test", "/actor"),
]
NOT_FOUND = [
    ("acct:nobody@here.test", 404),
    ("acct:ana@there.test", 404),
    ("acct:ana@here.test:8000", 404),
    ("acct:eve@here.test", 404),
    ("https://there.test/u/ana", 404),
    ("http://here.test/u/ana", 404),
    ("https://here.test/u/ana/outbox", 404),
    ("https://here.test/c/ana", 404),
    ("https://here.test:99999/u/ana", 404),
    ("", 400),
    ("ana", 400),
    ("acct:", 400),
    ("acct:ana", 400),
    ("acct:ana@here.test@there.test", 400),
    ("acct:a na@here.test", 400),
    ("acct:änä@here.test", 400),
    ("mailto:ana@here.test", 400),
    ("x" * 5000, 400),
]


async def test_webfinger_finds_who_is_here_and_nobody_else(here: Instance) -> None:
    ana, eve = await here.join("ana"), await here.join("eve")
    await _rain(here, ana)
    await here.run(_suspend, eve)
    async with here.client() as client:
        for resource, path in FOUND:
            answer = await client.get("/.well-known/webfinger", params={"resource": resource})
            assert answer.status_code == 200, resource
            assert answer.headers["content-type"] == "application/jrd+json"
            assert answer.headers["access-control-allow-origin"] == "*"
            links = {link["rel"]: link for link in answer.json()["links"]}
            assert links["self"] == {"rel": "self", "type": ACTIVITY, "href": f"{here.origin}{path}"}, resource
            described = await _document(here, path)
            assert answer.json()["subject"] == f"acct:{described['preferredUsername']}@here.test"
            assert described["webfinger"] == f"{described['preferredUsername']}@here.test"
            template = links["http://ostatus.org/schema/1.0/subscribe"]["template"]
            assert template.startswith(here.origin)
            assert "{uri}" in template
        for resource, status in NOT_FOUND:
            answer = await client.get("/.well-known/webfinger", params={"resource": resource})
            assert answer.status_code == status, resource
        assert (await client.get("/.well-known/webfinger")).status_code == 400


async def _suspend(actor: Actor) -> None:
    account = await Account.get(actor_id=actor.id).select_related("actor")
    await suspend(Operator("https://here.test/actor"), account)


@on_sqlite
async def test_whoever_asks_the_old_way_is_sent_to_webfinger(here: Instance) -> None:
    template = "https://here.test/.well-known/webfinger?resource={uri}"

    answer = await here.get("/.well-known/host-meta", accept="application/xrd+xml")
    assert answer.headers["content-type"].startswith("application/xrd+xml")
    (link,) = ElementTree.fromstring(answer.text)  # noqa: S314  (our own answer)
    assert link.tag == "{http://docs.oasis-open.org/ns/xri/xrd-1.0}Link"
    assert link.attrib == {"rel": "lrdd", "type": "application/jrd+json", "template": template}

    answer = await here.get("/.well-known/host-meta.json", accept="application/json")
    assert answer.json()["links"] == [{"rel": "lrdd", "type": "application/jrd+json", "template": template}]


def _numbers(value: object) -> list[object]:
    if isinstance(value, dict):
        return [number for part in value.values() for number in _numbers(part)]
    if isinstance(value, list):
        return [number for part in value for number in _numbers(part)]
    return [value] if isinstance(value, int | float) and not isinstance(value, bool) else []


@on_sqlite
async def test_nodeinfo_says_what_runs_here_and_counts_nobody(here: Instance) -> None:
    links = {link["rel"]: link["href"] for link in (await here.get("/.well-known/nodeinfo")).json()["links"]}
    address = links["http://nodeinfo.diaspora.software/ns/schema/2.1"]
    assert links["https://www.w3.org/ns/activitystreams#Application"] == f"{here.origin}/actor"

    answer = await here.get(address.removeprefix(here.origin), accept="application/json")
    document = answer.json()
    assert answer.headers["content-type"].startswith("application/json")
    assert set(document) == {
        "version", "software", "protocols", "services", "openRegistrations", "usage", "metadata"
    }  # fmt: skip
    assert document["software"] == {"name": "fedirec", "version": __version__}
    assert (document["version"], document["protocols"]) == ("2.1", ["activitypub"])
    assert document["services"] == {"inbound": [], "outbound": []}
    assert document["openRegistrations"] is True
    assert document["usage"] == {"users": {}}
    assert document["metadata"] == {
        "nodeName": "here.test",
        "nodeDescription": "",
        "staffAccounts": [f"{here.origin}/u/olga"],
        "federation": {"enabled": True},
    }, "whom the page about this instance names as well"
    assert _numbers(document) == []


# Actors and their collections.


async def test_actors_have_two_keys_that_are_theirs_and_collections_that_can_be_asked_for(here: Instance) -> None:
    ana = await here.join("ana")
    await _rain(here, ana)
    kinds = {"/u/ana": "Person", "/c/rain": "Group", "/actor": "Application"}
    fingerprints = set()
    for path, kind in kinds.items():
        actor = await _document(here, path)
        uri = f"{here.origin}{path}"
        assert (actor["id"], actor["type"], actor["inbox"]) == (uri, kind, f"{uri}/inbox")
        assert actor["endpoints"] == {"sharedInbox": f"{here.origin}/inbox"}
        assert (actor["publicKey"]["id"], actor["publicKey"]["owner"]) == (f"{uri}#main-key", uri)
        (multikey,) = actor["assertionMethod"]
        assert {**multikey, "publicKeyMultibase": ""} == {
            "id": f"{uri}#ed25519",
            "type": "Multikey",
            "controller": uri,
            "publicKeyMultibase": "",
        }
        for key in (actor["publicKey"]["publicKeyPem"], multikey["publicKeyMultibase"]):
            fingerprints.add(read_public_key(key).fingerprint)
        assert "PRIVATE" not in json.dumps(actor)
        for name in ("outbox", "followers", "following", "featured"):
            if name in actor:
                collection = await _document(here, actor[name].removeprefix(here.origin))
                assert (collection["id"], collection["type"]) == (actor[name], "OrderedCollection")
        assert "followers" in actor
    assert len(fingerprints) == 6, "everybody signs with keys of their own"
    assert (await _document(here, "/c/rain/featured"))["orderedItems"][0]["id"] == f"{here.origin}/c/rain/prompt"
    for path in ("/u/rain", "/c/ana", "/u/actor", "/u/rain/outbox", "/c/ana/followers", "/u/nobody", "/c/nobody/inbox"):
        assert (await here.get(path, accept=ACTIVITY)).status_code in (404, 405), path


@on_sqlite
async def test_lists_of_followers_have_no_names_and_no_numbers(here: Instance) -> None:
    ana = await here.join("ana")
    await followed_by(here, ana, "mia@peer.test", "tom@peer.test")
    for name in ("followers", "following"):
        document = await _document(here, f"/u/ana/{name}")
        assert set(document) == {"@context", "id", "type"}


async def test_an_outbox_shows_what_is_public_page_by_page(here: Instance) -> None:
    ana = await here.join("ana")
    uris = []
    for number in range(22):
        draft = RecordDraft(title=f"Song {number}", text="la", licence="CC0-1.0")
        uris.append((await here.run(publish_record, ana, draft)).uri)
    secret = RecordDraft(title="Secret", text="hm", licence="CC0-1.0", visibility="followers")
    await here.run(publish_record, ana, secret)
    await here.work()

    outbox = await _document(here, "/u/ana/outbox")
    shown = []
    page = {"next": outbox["first"]}
    while "next" in page:
        page = await _document(here, page["next"].removeprefix(here.origin))
        assert (page["type"], page["partOf"]) == ("OrderedCollectionPage", outbox["id"])
        shown += [activity["object"]["id"] for activity in page["orderedItems"]]
    assert shown == uris[::-1]
    assert "totalItems" not in json.dumps([outbox, page])
    for before in ("x", "-1", "²", "9" * 5000, "1.5"):
        assert (await here.get(f"/u/ana/outbox?before={before}", accept=ACTIVITY)).status_code == 400, before
    assert len((await _document(here, "/u/ana/outbox?before=9999999999999999999"))["orderedItems"]) == 20


# One address, two answers.

WANTED: list[tuple[str, bool]] = [
    (ACTIVITY, True),
    (PROFILED, True),
    ("application/ld+json", True),
    (f"{ACTIVITY}, {PROFILED}", True),
    (f"{PROFILED}, {ACTIVITY};q=0.9, text/html;q=0.1", True),
    (f"{ACTIVITY}, text/html", False),
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", False),
    (f"text/html, {ACTIVITY};q=0.9", False),
    (f"text/html;q=0.5, {ACTIVITY}", True),
    ("*/*", False),
    ("", False),
    (f"{ACTIVITY};q=0", False),
]


@on_sqlite
async def test_an_address_gives_programs_the_document_and_browsers_the_page(here: Instance) -> None:
    ana = await here.join("ana")
    await _rain(here, ana)
    record = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    for path in ("/u/ana", "/c/rain", record.uri.removeprefix(here.origin)):
        for accept, is_document in WANTED:
            answer = await here.get(path, accept=accept)
            kind = ACTIVITY if is_document else "text/html"
            assert answer.status_code == 200, (path, accept)
            assert answer.headers["content-type"].partition(";")[0] == kind, (path, accept)
            assert "accept" in answer.headers["vary"].lower(), (path, accept)
            if is_document:
                assert answer.json()["id"] == f"{here.origin}{path}"
                assert "set-cookie" not in answer.headers


async def test_what_is_for_followers_is_not_there_for_programs(here: Instance) -> None:
    ana = await here.join("ana")
    draft = RecordDraft(title="Secret", text="hm", licence="CC0-1.0", visibility="followers")
    secret = await here.run(publish_record, ana, draft)
    path = secret.uri.removeprefix(here.origin)

    assert (await here.get(path, accept=ACTIVITY)).status_code == 404
    assert (await here.get(f"{path}/create", accept=ACTIVITY)).status_code == 404
    await here.run(delete_record, ana, secret)
    answer = await here.get(path, accept=ACTIVITY)
    assert (answer.status_code, "Secret" in answer.text) == (404, False), "not even that it was there"


async def test_an_edited_record_is_shown_as_it_is_and_a_deleted_one_as_a_tombstone(here: Instance) -> None:
    ana = await here.join("ana")
    record = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC0-1.0"))
    path = record.uri.removeprefix(here.origin)
    record = await here.run(edit_record, ana, record, RecordDraft(title="Song 2", text="lo", licence="CC0-1.0"))
    assert (await _document(here, path))["name"] == "Song 2"

    await here.run(delete_record, ana, record)
    tombstone = await _document(here, path, status=410)
    assert (tombstone["type"], tombstone["id"], tombstone["formerType"]) == ("Tombstone", record.uri, "Note")
    assert set(tombstone) == {"@context", "type", "id", "deleted", "formerType"}


@on_sqlite
async def test_who_is_suspended_is_not_there_for_other_servers_and_may_come_back(here: Instance) -> None:
    ana = await here.join("ana")
    await here.run(_suspend, ana)
    for path in ("/u/ana", "/u/ana/outbox", "/u/ana/followers", "/u/ana/featured"):
        assert (await here.get(path, accept=ACTIVITY)).status_code == 404, path


@on_sqlite
async def test_an_inbox_takes_posts_only_and_says_what_is_wrong_in_json(here: Instance) -> None:
    await here.join("ana")
    async with here.client() as client:
        for path in ("/inbox", "/u/ana/inbox", "/actor/inbox"):
            assert (await client.get(path)).status_code == 405
            answer = await client.post(path, content=b"{}", headers={"content-type": ACTIVITY})
            assert answer.status_code == 401
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == 401
