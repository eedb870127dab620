"""Steps of lineage lead from row to row, whenever the records at both ends became known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import on_postgres
from fedirec.remix.actions.sources import join_sources
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.trails import edges_above, trail_of

NAMES = "abcdefgh"


async def add_record(name: str, *sources: str, visibility: str = "public") -> Record:
    """A record made from others, each of which is known here or not."""
    author, _ = await Actor.get_or_create(
        uri="https://there.test/u/kim", defaults={"type": "Person", "handle": "kim", "host": "there.test"}
    )
    record = await Record.create(
        uri=address_of(name),
        author=author,
        kind="audio",
        title=name,
        licence="CC0-1.0",
        visibility=visibility,
        published_at=now(),
    )
    for position, source in enumerate(sources):
        parent = await Record.get_or_none(uri=address_of(source))
        await Source.create(record=record, parent=parent, uri=address_of(source), relation="adapts", position=position)
    return record


def address_of(name: str) -> str:
    return f"https://there.test/records/{name}"


def named(uris: object) -> set[str]:
    return {str(uri).rpartition("/")[2] for uri in uris}  # type: ignore[attr-defined]


async def test_a_trail_leads_up_and_down_but_not_sideways(database: str) -> None:
    for name, *sources in (("story",), ("song", "story", "lost"), ("cover", "song"), ("poster", "story")):
        await add_record(name, *sources)

    trail = await trail_of(address_of("song"))

    assert named(trail.up) == {"story", "lost"}
    assert named(trail.down) == {"cover"}
    assert named(trail.waypoints) == {"story", "song", "cover"}
    assert {(edge.record, edge.source) for edge in trail.edges} == {
        (address_of("song"), address_of("story")),
        (address_of("song"), address_of("lost")),
        (address_of("cover"), address_of("song")),
    }


async def test_a_trail_ends_at_what_is_not_public_and_shows_no_remix_that_is_not(database: str) -> None:
    await add_record("story")
    await add_record("secret", "story", visibility="followers")
    await add_record("song", "secret")
    await add_record("cover", "song", visibility="followers")
    await add_record("film", "cover")

    trail = await trail_of(address_of("song"))
    above = await edges_above([address_of("secret")])

    assert named(trail.up) == {"secret"}
    assert trail.waypoints[address_of("secret")].is_hidden
    assert named(trail.down) == set()
    assert named(edge.source for edge in above) == {"story"}  # whoever may name it knows what it was made from
    assert named((await trail_of(address_of("secret"))).up) == {"story"}


async def test_a_circle_is_walked_once(database: str) -> None:
    song = await add_record("song")
    cover = await add_record("cover", "song")
    await Source.create(record=song, parent=cover, uri=cover.uri, relation="samples", position=0)

    trail = await trail_of(song.uri)

    assert (named(trail.up), named(trail.down)) == ({"cover"}, {"cover"})
    assert len(trail.edges) == 2


async def test_a_withdrawn_source_is_no_step(database: str) -> None:
    await add_record("story")
    await add_record("song", "story")
    await Source.all().update(withdrawn_at=now())

    assert (await trail_of(address_of("song"))).up == {}
    assert (await trail_of(address_of("story"))).down == {}


async def test_a_record_without_relatives_is_all_of_its_trail(database: str) -> None:
    await add_record("song")

    trail = await trail_of(address_of("song"))

    assert named(trail.waypoints) == {"song"}
    assert trail.edges == ()


async def test_a_trail_is_what_one_finds_who_goes_from_record_to_record(database: str) -> None:
    for seed in range(6):
        chance = Random(seed)  # noqa: S311  (nothing is kept secret with it)
        await Source.all().delete()
        await Record.all().delete()
        shown = {name: chance.choice(["public", "public", "hidden", "followers"]) for name in NAMES}
        made_from = {name: chance.sample([*NAMES, "lost"], chance.randrange(4)) for name in NAMES}
        rows = {name: await add_record(name, visibility=shown[name]) for name in NAMES}
        for name, sources in made_from.items():
            for position, source in enumerate(sources):
                counts = chance.random() < 0.9
                await Source.create(
                    record=rows[name],
                    parent=rows.get(source),
                    uri=address_of(source),
                    relation="adapts",
                    position=position,
                    in_graph=counts,
                )
                if not counts:
                    made_from[name] = [other for other in made_from[name] if other != source]
        for name in NAMES:
            trail = await trail_of(address_of(name))

            up, down, steps = walked(name, made_from, shown)
            assert {uri: trail.up[uri] for uri in trail.up} == {address_of(far): far_up for far, far_up in up.items()}
            assert trail.down == {address_of(far): far_down for far, far_down in down.items()}
            assert trail.edges == tuple(sorted((address_of(a), address_of(b), "adapts") for a, b in steps))
            assert named(trail.waypoints) == {name, *up, *down} - {"lost"}
            assert all(
                (waypoint.is_hidden, waypoint.is_gone, bool(waypoint.title))
                == (kind == "followers", kind == "hidden", kind != "hidden")
                for waypoint in trail.waypoints.values()
                for kind in [shown[waypoint.uri.rpartition("/")[2]]]
            )


def walked(
    start: str, made_from: Mapping[str, list[str]], shown: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, int], set[tuple[str, str]]]:
    """How far each ancestor and each descendant is, and the steps between all of them, found one record after another.

    What a record was made from shows where the record does; where one stands, one sees everything.
    """

    def sources_of(name: str) -> list[str]:
        return made_from.get(name, []) if name == start or shown.get(name) in ("public", "hidden") else []

    def remixes_of(name: str) -> list[str]:
        return [
            other for other in NAMES if name in sources_of(other) and (other == start or shown[other] != "followers")
        ]

    def far_from(step: Callable[[str], list[str]]) -> dict[str, int]:
        found, waiting = {start: 0}, [start]
        for name in waiting:
            for near in step(name):
                if near not in found:
                    found[near] = found[name] + 1
                    waiting.append(near)
        return found

    up, down = far_from(sources_of), far_from(remixes_of)
    steps = {(name, source) for name in up for source in sources_of(name)}
    steps |= {(remix, name) for name in down for remix in remixes_of(name)}
    del up[start], down[start]
    return up, down, steps


async def test_what_two_processes_saved_at_the_same_moment_is_joined_later(database: str) -> None:
    await add_record("song", "story")
    story = await add_record("story")

    joined = await join_sources()

    assert joined == (1 if on_postgres() else 0)
    if on_postgres():
        assert (await Source.get()).parent_id == story.id
        assert named((await trail_of(story.uri)).down) == {"song"}
