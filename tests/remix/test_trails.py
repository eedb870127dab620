"""Steps of lineage lead from row to row, whenever the records at both ends became known."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import on_postgres
from fedirec.remix.actions.sources import join_sources
from fedirec.remix.models import Record, Source
from fedirec.remix.queries.trails import edges_above, trail_of


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


async def test_what_two_processes_saved_at_the_same_moment_is_joined_later(database: str) -> None:
    await add_record("song", "story")
    story = await add_record("story")

    joined = await join_sources()

    assert joined == (1 if on_postgres() else 0)
    if on_postgres():
        assert (await Source.get()).parent_id == story.id
        assert named((await trail_of(story.uri)).down) == {"song"}
