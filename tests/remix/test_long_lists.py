"""A work with more sources and contributors than one document can name crosses between instances, and arrives whole."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor
from fedirec.activitypub.proofs import verify_proof
from fedirec.activitypub.vocab import Doc, Json
from fedirec.clock import now
from fedirec.remix.actions.drafts import PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.digest import credits_digest, record_digest, sources_digest
from fedirec.remix.models import Contributor, Record, RecordRevision, Source
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.roles import find_role
from fedirec.remix.sizes import size_of
from fedirec.remix.vocab import ContributorObject, RecordObject, SourceObject
from fedirec.remix.vocab.records import MAX_INLINE, ListRef, read_credit_pages, read_source_pages
from tests.network import KEYS, Instance, Network, settle
from tests.peer import Peer
from tests.remix.forms import fields_of, send
from tests.remix.test_comments import on_sqlite
from tests.rules_of_peers import MAX_BYTES

ACCEPT = "application/activity+json"
SOURCES, HELPERS = 60, 149
BY = "https://creativecommons.org/licenses/by/4.0/"


async def make_film(instance: Instance, author: Actor, helpers: list[Actor]) -> Record:
    """A film of SOURCES records of this instance, with all these helpers."""
    sources = [
        await instance.run(publish_record, author, RecordDraft(title=f"Take {number}", licence="CC-BY-4.0", text="x"))
        for number in range(SOURCES)
    ]
    draft = RecordDraft(
        title="The whole film",
        text="Everybody is in it.",
        licence="CC-BY-4.0",
        sources=[SourceDraft(record=source) for source in sources],
        parts=[PartDraft(actor=helper, role="nrt") for helper in helpers],
    )
    return await instance.run(publish_record, author, draft)


async def helpers_of(instance: Instance, peer: Peer, count: int = HELPERS) -> list[Actor]:
    return [await instance.meet(peer.actor(f"helper{number}")) for number in range(count)]


async def whole_list(instance: Instance, uri: str) -> list[Json]:
    """The pages of a list, as a stranger is shown them."""
    document = (await instance.get(uri.removeprefix(instance.origin), accept=ACCEPT)).json()
    following, pages = document["first"], list[Json]()
    while following:
        pages.append((await instance.get(following.removeprefix(instance.origin), accept=ACCEPT)).json())
        following = pages[-1].get("next")
    return pages


async def test_a_film_with_150_people_and_60_sources_arrives_whole(
    here: Instance, there: Instance, network: Network
) -> None:
    ana = await here.join("ana")
    await there.join("bo")
    film = await make_film(here, ana, await helpers_of(here, Peer(network)))

    served = (await here.get(film.uri.removeprefix(here.origin), accept=ACCEPT)).json()
    verify_proof(served, KEYS.ed25519.public, now=now())
    assert size_of(served) < MAX_BYTES
    assert len(served["isBasedOn"]) == len(served["derivation"]) == len(served["contributor"]) == MAX_INLINE
    sources = read_source_pages(await whole_list(here, served["sources"]["id"]))
    parts = read_credit_pages(await whole_list(here, served["credits"]["id"]))
    assert (len(sources), len(parts)) == (SOURCES, HELPERS + 1)
    assert served["sources"]["digestMultibase"] == sources_digest(sources)
    assert served["credits"]["digestMultibase"] == credits_digest(parts)

    await there.find_record(film.uri)
    await settle(there, here)

    arrived = await there.run(lambda: Record.get(uri=film.uri))
    assert arrived.digest_holds
    assert not arrived.is_partial
    assert await there.run(lambda: Source.filter(record_id=arrived.id, snapshot_id__not_isnull=True).count()) == SOURCES
    assert await there.run(lambda: Contributor.filter(record_id=arrived.id).count()) == HELPERS + 1
    assert len((await there.run(trail_of, film.uri)).up) == SOURCES


@on_sqlite
async def test_a_film_with_hundreds_of_people_is_edited_on_a_page_that_stays_light(
    here: Instance, network: Network
) -> None:
    ana, helpers = await here.join("ana"), await helpers_of(here, Peer(network), 60)
    draft = RecordDraft(
        title="The film", text="x", licence="CC-BY-4.0", parts=[PartDraft(actor=each, role="nrt") for each in helpers]
    )
    film = await here.run(publish_record, ana, draft)
    path = f"{film.uri.removeprefix(here.origin)}/edit"
    async with here.sign_in("ana") as client:
        shown = await client.get(path)
        chosen = re.findall(r'id="part-role-(\d+)"', shown.text)
        opened = await send(client, shown, path, do="open-part:40")
        roles = fields_of(opened, path)["part_role"]
        roles[40] = "dsr"
        done = await send(client, opened, path, do="publish", part_role=roles)

    assert chosen == [str(number) for number in range(20)]
    assert 'id="part-role-40"' in opened.text
    assert done.status_code == 303
    parts = await here.run(lambda: Contributor.filter(record_id=film.id).order_by("position"))
    assert [part.actor_uri for part in parts[1:]] == [helper.uri for helper in helpers]
    assert [part.role for part in parts[1:]] == ["nrt"] * 40 + ["dsr"] + ["nrt"] * 19


@on_sqlite
async def test_what_is_dropped_from_a_long_list_is_withdrawn_and_nothing_else(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    await there.run(follow, bo, await there.meet(ana))
    await settle(there, here)
    film = await make_film(here, ana, [])
    await settle(here, there)
    rows = await here.run(lambda: Source.filter(record_id=film.id).order_by("position").select_related("parent"))
    kept = [row for row in rows if row.position not in (3, 50)]
    parents = [row.parent for row in kept if row.parent is not None]
    assert len(parents) == len(kept)
    draft = RecordDraft(
        title="The film, cut", text="x", licence="CC-BY-4.0", sources=[SourceDraft(record=parent) for parent in parents]
    )

    await here.run(edit_record, ana, await here.run(lambda: Record.get(id=film.id)), draft)
    await settle(here, there)

    record = await there.run(lambda: Record.get(uri=film.uri))
    assert record.title == "The film, cut"
    assert not record.is_partial
    live = await there.run(lambda: Source.filter(record_id=record.id, withdrawn_at=None).all())
    assert sorted(row.uri for row in live) == sorted(row.uri for row in kept)


@on_sqlite
async def test_a_server_that_knows_none_of_this_is_sent_a_note_that_it_can_show(
    here: Instance, network: Network
) -> None:
    peer = Peer(network)
    ana = await here.join("ana")
    film = await make_film(here, ana, await helpers_of(here, peer))
    sent: list[Json] = []

    def takes_in(request: Any) -> bool:
        if request.method == "POST":
            sent.append(json.loads(request.content))
        return True

    network.doors[peer.host] = takes_in
    await here.work()

    (activity,) = [each for each in sent if each["type"] == "Create" and _id(each["object"]) == film.uri][:1]
    assert size_of(activity) < MAX_BYTES
    note = activity["object"]
    assert note["type"] == "Note"
    assert "The whole film" in note["content"]
    assert "Everybody is in it." in note["content"]
    assert "others" in note["content"]


def _id(value: Any) -> str:
    return value if isinstance(value, str) else str(value["id"])


LIES: list[tuple[str, dict[str, Any]]] = [
    ("another list than was meant", {"digest": "zQmYLjSaibZiy5ZR5LQCHLP7svYLNSTTcfTUQo7PnPpfYap"}),
    ("a list of another origin", {"at": "https://victim.test/list"}),
    ("a list that is not there", {"pages": None}),
    ("a list without an end", {"endless": True}),
    ("a list of a hundred thousand", {"count": 100_000}),
    ("no digest", {"digest": ""}),
]


@on_sqlite
@pytest.mark.parametrize(("what", "lie"), LIES, ids=[what for what, _ in LIES])
async def test_a_list_that_is_not_what_the_record_says_changes_nothing(
    here: Instance, network: Network, what: str, lie: dict[str, Any]
) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    uri = f"{peer.origin}/notes/film"
    named = [f"{peer.origin}/notes/s{number}" for number in range(40)]
    inline = named[:2]
    at = lie.get("at", f"{uri}/sources")
    digest = lie.get("digest", sources_digest([SourceObject(id=each) for each in named]))
    document = {
        "@context": CONTEXT,
        **peer.note(mia, "film", kind="record", license=BY, isBasedOn=inline),
        "sources": {"type": "OrderedCollection", "id": at, "digestMultibase": digest},
    }
    peer.serve(uri, document)
    items = [f"{peer.origin}/notes/x{number}" for number in range(lie.get("count", 40))]
    page = {"@context": CONTEXT, "id": f"{at}?p=0", "type": "OrderedCollectionPage", "orderedItems": items}
    if "pages" not in lie:
        peer.serve(at, {"@context": CONTEXT, "id": at, "type": "OrderedCollection", "first": f"{at}?p=0"})
    for number in range(100 if lie.get("endless") else 1):
        following = {"next": f"{at}?p={number + 1}"} if lie.get("endless") else {}
        peer.serve(f"{at}?p={number}", page | {"id": f"{at}?p={number}", **following})

    record = await here.find_record(uri)
    before = len(network.requests)
    await here.work()

    named_here = await here.run(lambda: Source.filter(record_id=record.id).all())
    assert sorted(row.uri for row in named_here) == sorted(inline)
    asked = [str(request.url) for request in network.requests[before:]]
    assert len(asked) < 60
    assert not [url for url in asked if "victim" in url or "/notes/x" in url]


def test_a_record_says_the_same_whether_its_lists_are_known_or_not() -> None:
    """Who has but the Note can tell by its digest that it is what its author made."""
    role = find_role("nrt")
    assert role is not None
    sources = tuple(SourceObject(id=f"https://x.test/{number}") for number in range(50))
    parts = tuple(ContributorObject(person=f"https://x.test/u/{number}", role=role.iri) for number in range(50))
    whole = RecordObject(
        id="https://x.test/film",
        attributed_to="https://x.test/u/1",
        published=now(),
        name="Film",
        sources=sources,
        contributors=parts,
        source_list=ListRef(id="https://x.test/film/sources", digest=sources_digest(sources)),
        credit_list=ListRef(id="https://x.test/film/credits", digest=credits_digest(parts)),
    )
    read = RecordObject.read(Doc(whole.write()), None)  # type: ignore[arg-type]
    assert len(read.sources) == len(read.contributors) == MAX_INLINE
    assert (read.source_list, read.credit_list) == (whole.source_list, whole.credit_list)
    assert record_digest(read) == record_digest(whole)


@on_sqlite
async def test_a_version_of_ours_is_kept_as_it_was_sent(here: Instance) -> None:
    ana = await here.join("ana")
    film = await make_film(here, ana, [])
    kept = await here.run(lambda: RecordRevision.get(record_id=film.id))
    assert len(kept.document["isBasedOn"]) == MAX_INLINE
    assert await here.run(lambda: Source.filter(record_id=film.id).count()) == SOURCES


CONTEXT = [
    "https://www.w3.org/ns/activitystreams",
    {
        "fr": "https://w3id.org/fedirec/ns#",
        "kind": "fr:kind",
        "schema": "http://schema.org/",
        "license": {"@id": "schema:license", "@type": "@id"},
        "isBasedOn": {"@id": "schema:isBasedOn", "@type": "@id"},
        "sources": {"@id": "fr:sources", "@type": "@id"},
        "digestMultibase": "https://w3id.org/security#digestMultibase",
    },
]
