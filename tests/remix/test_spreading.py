"""What was made of a record elsewhere becomes known here, however little each instance knew before; and no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fedirec.activitypub.models import Evidence
from fedirec.clock import now
from fedirec.remix.actions.descendants import look_for_remixes
from fedirec.remix.actions.remix_requests import revoke_stamp
from fedirec.remix.actions.remix_requests.deciding import TOGETHER
from fedirec.remix.actions.sources import AGAIN_AFTER
from fedirec.remix.models import Record, RemixRequest, Source
from fedirec.remix.queries.trails import trail_of
from fedirec.remix.spreading import MAX_LISTED, MAX_ORIGINS, MAX_PAGES, Gap, halves, steps_after
from fedirec.uris import origin_of
from tests.network import Instance, Network, settle
from tests.peer import Peer
from tests.remix.spreading import CONTEXT, publish, serve_pages, serve_remix, serve_source
from tests.remix.test_comments import on_sqlite

ACCEPT = "application/activity+json"


async def look(instance: Instance, *uris: str) -> int:
    """A member of `instance` looks at these records, a good while after anybody did before."""

    async def looking() -> int:
        await Record.filter(uri__in=uris).update(remixes_asked_at=now() - timedelta(hours=1))
        return await look_for_remixes(await Record.filter(uri__in=uris).select_related("author"))

    return await instance.run(looking)


async def known_of(instance: Instance, uri: str) -> set[str]:
    trail = await instance.run(trail_of, uri)
    return {edge.record + " <- " + edge.source for edge in trail.edges}


async def remixes_listed(instance: Instance, uri: str) -> list[str]:
    path = uri.removeprefix(instance.origin) + "/remixes"
    whole = (await instance.get(path, accept=ACCEPT)).json()
    assert whole["type"] == "OrderedCollection"
    assert whole["remixesOf"] == uri
    page = (await instance.get(whole["first"].removeprefix(instance.origin), accept=ACCEPT)).json()
    assert page["partOf"] == whole["id"]
    listed: list[str] = page["orderedItems"]
    return listed


async def acknowledged(instance: Instance, uri: str) -> list[str]:
    async def reading() -> list[str]:
        return [source.acknowledgement for source in await Source.filter(record__uri=uri)]

    return await instance.run(reading)


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)], ids=str)
async def test_three_instances_that_each_know_a_part_come_to_the_same_whole(
    here: Instance, there: Instance, elsewhere: Instance, order: tuple[int, ...]
) -> None:
    """The source lives here; there and elsewhere each made something of it, and of what the other made of it."""
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    rain = await publish(here, ana, "Rain")
    slow = await publish(there, bo, "Slow rain", rain)
    loud = await publish(elsewhere, cy, "Loud rain", rain)
    await settle(here, there, elsewhere)
    assert sorted(await remixes_listed(here, rain)) == sorted([slow, loud])
    film = await publish(here, ana, "Rain, a film", slow, loud)
    await settle(here, there, elsewhere)
    coda = await publish(there, bo, "Coda", film)
    await settle(here, there, elsewhere)

    whole = {
        f"{slow} <- {rain}",
        f"{loud} <- {rain}",
        f"{film} <- {slow}",
        f"{film} <- {loud}",
        f"{coda} <- {film}",
    }
    instances = [here, there, elsewhere]
    for _round in range(2):
        for number in order:
            await look(instances[number], rain, slow, loud, film)
            await settle(*instances)
    for instance in instances:
        assert await known_of(instance, rain) == whole


async def test_whoever_finds_a_record_learns_what_was_made_of_it_and_of_that(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    rain = await publish(here, ana, "Rain")
    slow = await publish(there, bo, "Slow rain", rain)
    await settle(here, there)
    slower = await publish(here, ana, "Slower rain", slow)
    await settle(here, there)

    mine = await publish(elsewhere, cy, "My rain", rain)  # what else there is, nobody tells them
    await settle(here, there, elsewhere)

    assert await known_of(elsewhere, rain) == {
        f"{mine} <- {rain}",
        f"{slow} <- {rain}",
        f"{slower} <- {slow}",
    }


async def test_who_fetched_a_remix_before_it_carried_its_stamp_learns_of_the_stamp_all_the_same(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Callable[[timedelta], None]
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain = await publish(here, ana, "Rain")
    slow = await publish(there, bo, "Slow rain", rain)
    await elsewhere.find_record(slow)
    await elsewhere.work()
    assert await acknowledged(elsewhere, slow) == ["declared"]

    await settle(here, there, elsewhere)
    for step in (TOGETHER, AGAIN_AFTER):
        time_passes(step)
        await settle(here, there, elsewhere)

    assert await acknowledged(elsewhere, slow) == ["automatic"]


@pytest.mark.one_database
async def test_what_its_author_does_not_agree_to_is_not_listed(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    rain = await publish(here, ana, "Rain")
    slow = await publish(there, bo, "Slow rain", rain)
    await settle(here, there)
    assert await remixes_listed(here, rain) == [slow]

    (request,) = await here.run(lambda: RemixRequest.filter(remix_uri=slow).select_related("asker", "owner"))
    await here.run(revoke_stamp, ana, request)
    await settle(here, there)
    assert await remixes_listed(here, rain) == []
    kept = await there.run(lambda: Evidence.filter(actor_uri=ana.uri).order_by("id"))
    assert [json.loads(bytes(each.body))["type"] for each in kept] == ["Accept", "Delete"]


@pytest.mark.one_database
async def test_a_long_list_comes_in_pages_and_is_read_whole(here: Instance, network: Network) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    ana = await here.join("ana")
    remixes = [serve_remix(peer, mia, f"r{number}") for number in range(70)]
    pages = [remixes[start : start + 30] for start in range(0, len(remixes), 30)]
    rain = serve_source(peer, mia)
    serve_pages(peer, [[remix["id"] for remix in page] for page in pages])

    await publish(here, ana, "Mine", rain)
    await settle(here)
    await look(here, rain)
    await settle(here)

    assert len(await known_of(here, rain)) == 71


HOSTILE: list[tuple[str, Mapping[str, Any]]] = [
    ("no collection at all", {}),
    ("of another origin", {"remixes": "https://victim.test/notes/1/remixes"}),
    ("a number", {"remixes": 7}),
    ("itself", {"remixes": "https://peer.test/notes/rain"}),
    ("the list of something else", {"pages": 1, "remixesOf": "https://peer.test/notes/other"}),
    ("a page that leads to itself", {"loop": True}),
    ("pages without an end", {"endless": True}),
    ("pages that lead elsewhere", {"next": "https://victim.test/page"}),
    ("one huge page", {"items": [f"https://peer.test/notes/none{number}" for number in range(5_000)]}),
    ("things of other hosts", {"items": [f"https://h{number}.victim.test/1" for number in range(400)]}),
    ("no addresses", {"items": [None, 7, {"a": 1}, "javascript:alert(1)", "x" * 5_000, "https://"]}),
    ("records that were made of something else", {"items": ["https://peer.test/notes/stranger"]}),
    ("the source itself", {"items": ["https://peer.test/notes/rain"]}),
    ("what is ours", {"items": ["https://here.test/records/00000000000000000000000000"]}),
]


@on_sqlite
@pytest.mark.parametrize(("what", "hostile"), HOSTILE, ids=[what for what, _ in HOSTILE])
async def test_a_hostile_list_of_remixes_changes_nothing(
    here: Instance, network: Network, what: str, hostile: Mapping[str, Any]
) -> None:
    peer = Peer(network)
    mia = peer.actor("mia")
    ana = await here.join("ana")
    rain = serve_source(peer, mia, **({"remixes": hostile["remixes"]} if "remixes" in hostile else {}))
    peer.serve(f"{peer.origin}/notes/stranger", {**peer.note(mia, "stranger"), "@context": CONTEXT, "kind": "record"})
    _serve_hostile(peer, hostile)

    mine = await publish(here, ana, "Mine", rain)
    await settle(here)
    before = len(network.requests)
    await look(here, rain)
    await settle(here)

    assert await known_of(here, rain) == {f"{mine} <- {rain}"}
    assert not await here.run(lambda: Record.exists(uri=f"{peer.origin}/notes/stranger"))
    asked = [str(request.url) for request in network.requests[before:]]
    assert len(asked) <= MAX_PAGES + 301
    assert len({url.split("/")[2] for url in asked}) <= MAX_ORIGINS + 1
    assert not [url for url in asked if url.startswith("https://victim.test")]
    gap = (await here.run(lambda: Record.get(uri=rain))).remixes_gap
    is_more = what in ("pages without an end", "one huge page", "things of other hosts")
    assert gap == (Gap.LIMITED if is_more else Gap.NONE)


async def test_a_list_is_not_asked_for_twice_within_a_quarter_of_an_hour(here: Instance, network: Network) -> None:
    peer = Peer(network)
    mia, ana = peer.actor("mia"), await here.join("ana")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    await publish(here, ana, "Mine", rain)
    await settle(here)
    before = len(network.requests)

    async def looking() -> int:
        return await look_for_remixes(await Record.filter(uri=rain).select_related("author"))

    assert await here.run(looking) == 0
    await settle(here)
    assert len(network.requests) == before


async def test_an_origin_that_does_not_answer_is_remembered_as_silent(here: Instance, network: Network) -> None:
    peer = Peer(network)
    mia, ana = peer.actor("mia"), await here.join("ana")
    rain = serve_source(peer, mia)
    serve_pages(peer, [[]])
    await publish(here, ana, "Mine", rain)
    await settle(here)
    peer.serve(rain, b"", status=503)
    await look(here, rain)
    await settle(here)

    record = await here.run(lambda: Record.get(uri=rain))
    assert record.remixes_gap == Gap.SILENT
    assert record.remixes_asked_at is not None


def _serve_hostile(peer: Peer, hostile: Mapping[str, Any]) -> None:
    uri = f"{peer.origin}/notes/rain/remixes"
    items = list(hostile.get("items", ()))
    if hostile.get("endless"):
        serve_pages(peer, [[] for _ in range(MAX_PAGES * 3)])
        return
    serve_pages(peer, [items], **({"remixesOf": hostile["remixesOf"]} if "remixesOf" in hostile else {}))
    if "remixesOf" in hostile:
        foreign = [serve_remix(peer, f"{peer.origin}/users/mia", "lost")["id"]]
        serve_pages(peer, [foreign], remixesOf=hostile["remixesOf"])
    following = f"{uri}?page=0" if hostile.get("loop") else hostile.get("next")
    if following:
        page = {"@context": CONTEXT, "id": f"{uri}?page=0", "type": "OrderedCollectionPage", "orderedItems": []}
        peer.serve(f"{uri}?page=0", page | {"next": following})


uris = st.integers(0, 60).map(lambda number: f"https://h{number % 7}.test/{number}")


@given(st.lists(uris, max_size=80), st.sets(uris), st.sets(uris), st.integers(0, 70), st.integers(0, 300))
def test_what_follows_from_a_list_never_costs_more_than_its_budget(
    listed: list[str], known: set[str], due: set[str], depth: int, budget: int
) -> None:
    steps = steps_after(listed, known=known, due=due & known, depth=depth, budget=budget)
    count = len(steps.fetched) + len(steps.asked)
    assert count + count * steps.share <= budget
    assert not set(steps.fetched) & known
    assert set(steps.asked) <= known & due
    assert len(set(steps.fetched)) == len(steps.fetched)
    assert steps.left_out or set(steps.fetched) == set(listed) - known or depth > 64


def test_one_list_leads_to_no_more_instances_than_it_may_however_large_the_budget() -> None:
    listed = [f"https://h{number % (2 * MAX_ORIGINS)}.test/{number}" for number in range(10 * MAX_ORIGINS)]
    steps = steps_after(listed, known=(), due=(), depth=0, budget=10_000)
    assert {origin_of(uri) for uri in steps.fetched} == {f"https://h{number}.test" for number in range(MAX_ORIGINS)}
    assert len(steps.fetched) == 5 * MAX_ORIGINS
    assert steps.left_out


@given(st.integers(0, 10_000))
def test_what_is_shared_between_two_is_neither_more_nor_less(budget: int) -> None:
    assert sum(halves(budget)) == budget
    assert all(half >= 0 for half in halves(budget))


graphs = st.lists(st.tuples(st.integers(1, 14), st.integers(0, 13)), max_size=30).map(
    lambda pairs: {(max(pair), min(pair)) for pair in pairs if pair[0] != pair[1]}
)


@settings(max_examples=200)
@given(graphs, st.integers(1, 4), st.randoms(use_true_random=False))
def test_instances_that_each_know_a_part_of_any_graph_come_to_the_same_whole(
    edges: set[tuple[int, int]], hosts: int, random: Any
) -> None:
    """Each record lives at one host, which lists what was made of it; each host knows only its own at first."""

    def uri(number: int) -> str:
        return f"https://h{number % hosts}.test/{number}"

    made_from: dict[str, set[str]] = {}
    listed: dict[str, list[str]] = {}
    for remix, source in edges:
        made_from.setdefault(uri(remix), set()).add(uri(source))
        listed.setdefault(uri(source), []).append(uri(remix))
    for host in range(hosts):
        starts = sorted(each for each in {*made_from, *listed} if each.startswith(f"https://h{host}."))
        random.shuffle(starts)
        known: set[str] = set()
        for start in starts:
            asked: set[str] = set()
            waiting = [start]
            while waiting:
                at = waiting.pop(random.randrange(len(waiting)))
                known.add(at)
                if at in asked:
                    continue
                asked.add(at)
                items = list(listed.get(at, []))
                random.shuffle(items)
                steps = steps_after(items, known=known, due=known - asked, depth=1, budget=300)
                waiting += [*steps.fetched, *steps.asked, *made_from.get(at, ())]
            whole = _connected(start, made_from, listed)
            assert whole <= known


def _connected(start: str, made_from: Mapping[str, set[str]], listed: Mapping[str, list[str]]) -> set[str]:
    found, waiting = {start}, [start]
    while waiting:
        at = waiting.pop()
        for near in [*made_from.get(at, ()), *listed.get(at, ())]:
            if near not in found:
                found.add(near)
                waiting.append(near)
    return found


def test_no_list_is_longer_than_what_is_read_of_it() -> None:
    assert MAX_LISTED >= MAX_PAGES * 50
