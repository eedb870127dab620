"""Years of records, and large graphs of lineage between them, written straight into the tables of either database.

A graph is made of families: one record with GENERATIONS x BREADTH ancestors and as many descendants. All families look
the same, and their addresses are scattered, as those of other instances are.
"""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import execute, fetch_rows, on_postgres
from fedirec.db.tables import json_of, table_of

HOSTS: Final = 97
GENERATIONS: Final = 20
BREADTH: Final = 25
RELATIVES: Final = 2 * GENERATIONS * BREADTH
FAMILY: Final = RELATIVES + 1
_TRUE: Final = "1 = 1"
"""True for SQLite, which keeps it as a number, and for PostgreSQL, which does not."""


def steps(generations: int = GENERATIONS, breadth: int = BREADTH) -> list[tuple[int, int]]:
    """Who was made from whom in a family: 0 is in the middle, then come its ancestors, then its descendants."""
    found = []
    for generation in range(generations):
        for place in range(breadth):
            above = 1 + generation * breadth
            below = above + generations * breadth
            if generation == 0:
                found += [(0, above + place), (below + place, 0)]
            else:
                for other in (place, (place + 11) % breadth):
                    found += [(above - breadth + place, above + other), (below + place, below - breadth + other)]
    return found


async def add_strangers(count: int) -> None:
    """So many people of whom nothing else is known."""
    await execute(
        f"""
        INSERT INTO actor (uri, type, handle, host, also_known_as, created_at)
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {count})
        SELECT 'https://x' || n || '.example/users/lee', 'Person', 'lee', 'x' || n || '.example', '[]', {_ago("0")}
          FROM number
        """  # noqa: S608
    )


async def add_authors() -> int:
    """HOSTS people, each on an instance of their own; the row number of the first."""
    await Actor.bulk_create(
        [
            Actor(
                uri=f"https://h{number}.example/users/kim",
                type="Person",
                handle="kim",
                host=f"h{number}.example",
                name=f"Kim {number}",
                inbox=f"https://h{number}.example/users/kim/inbox",
                fetched_at=now(),
            )
            for number in range(HOSTS)
        ]
    )
    first = await Actor.filter(handle="kim").order_by("id").first()
    assert first is not None
    return int(first.id)


async def add_records(count: int, *, authors: int) -> int:
    """So many public records, one a second until yesterday, by HOSTS authors in turn; the row number of the first."""
    first = 1 + int((await fetch_rows("SELECT coalesce(max(id), 0) AS id FROM record"))[0]["id"])
    await execute(
        f"""
        INSERT INTO record (id, uri, author_id, kind, title, licence, text, published_at)
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {count})
        SELECT {first} + n, {_uri(f"({first} + n)")}, {authors} + n % {HOSTS},
               CASE n % 4 WHEN 0 THEN 'audio' WHEN 1 THEN 'image' WHEN 2 THEN 'text' ELSE 'video' END,
               'Record number ' || n, 'CC-BY-4.0', 'What it is about, in a sentence or two.',
               {_ago(f"86400 + {count} - n")}
          FROM number
        """  # noqa: S608
    )
    await _renumber("record")
    return first


async def add_graph(families: int, *, authors: int, generations: int = GENERATIONS, breadth: int = BREADTH) -> int:
    """So many families; the row number of the record in the middle of the first.

    The next one has the number that is higher by as many records as a family has: FAMILY with all its generations.
    """
    family = 2 * generations * breadth + 1
    first = await add_records(families * family, authors=authors)
    await execute(
        f"""
        INSERT INTO source (record_id, parent_id, uri, relation, position, created_at)
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {families})
        SELECT {first} + n * {family} + s.child, {first} + n * {family} + s.parent,
               {_uri(f"({first} + n * {family} + s.parent)")}, 'adapts', 0,
               {_ago("0")}
          FROM number CROSS JOIN {table_of(child="integer", parent="integer")} AS s
        """,  # noqa: S608
        json_of({"child": child, "parent": parent} for child, parent in steps(generations, breadth)),
    )
    return first


async def add_attachments(first: int, count: int) -> None:
    """Every other one of these records has a picture, and each a tag."""
    await execute(
        f"""
        INSERT INTO attachment (record_id, position, kind, media_type, url)
        SELECT id, 0, 'image', 'image/webp', 'https://h1.example/media/' || id FROM record
         WHERE id >= {first} AND id < {first + count} AND id % 2 = 0
        """  # noqa: S608
    )
    await execute(
        f"""
        INSERT INTO record_tag (record_id, name)
        SELECT id, 'tag' || (id % 50) FROM record WHERE id >= {first} AND id < {first + count}
        """  # noqa: S608
    )


async def add_members(count: int, *, records: int, site: str) -> None:
    """So many people of this instance, at `site`, and records that they made in turn, each with a picture of ours."""
    host = site.partition("://")[2]
    await execute(
        f"""
        INSERT INTO actor (uri, type, is_local, local_handle, handle, host, name, also_known_as, created_at)
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {count})
        SELECT '{site}/u/member' || n, 'Person', {_TRUE}, 'member' || n, 'member' || n, '{host}', 'Member ' || n, '[]',
               {_ago("0")}
          FROM number
        """  # noqa: S608
    )
    first = 1 + int((await fetch_rows("SELECT coalesce(max(id), 0) AS id FROM record"))[0]["id"])
    await execute(
        f"""
        INSERT INTO record (id, uri, author_id, kind, title, licence, text, published_at)
        WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n + 1 < {records})
        SELECT {first} + n, '{site}/records/' || n, a.id, 'image', 'Our record number ' || n, 'CC-BY-4.0',
               'What it is about, in a sentence or two.', {_ago(f"90000 + {records} - n")}
          FROM number CROSS JOIN actor a WHERE a.local_handle = 'member' || (n % {count})
        """  # noqa: S608
    )
    await _renumber("record")
    await execute(
        f"""
        INSERT INTO media (key, owner_id, kind, media_type, size, width, height, sha256, digest, path, file_name,
                           attached_at, created_at)
        SELECT 'picture' || id, author_id, 'image', 'image/webp', 400000, 2000, 1500, 'x' || id, 'x' || id,
               'made/' || id || '.webp', 'picture.webp', published_at, published_at
          FROM record WHERE id >= {first} AND id < {first + records}
        """  # noqa: S608
    )
    await execute(
        """
        INSERT INTO rendition (media_id, name, media_type, path, size, width, height)
        SELECT m.id, s.name, 'image/webp', s.name || '/' || m.path, 10000, s.width, s.width * 3 / 4
          FROM media m
         CROSS JOIN (SELECT 'small' AS name, 320 AS width UNION SELECT 'medium', 640 UNION SELECT 'large', 1280) AS s
         WHERE m.file_name = 'picture.webp'
        """
    )
    await execute(
        f"""
        INSERT INTO attachment (record_id, media_id, position, kind, media_type, url)
        SELECT r.id, m.id, 0, 'image', 'image/webp', '{site}/media/' || m.path
          FROM record r JOIN media m ON m.key = 'picture' || r.id
        """  # noqa: S608
    )


async def add_announcements(first: int, count: int, *, authors: int) -> None:
    """One in twenty of these records was passed on by somebody else."""
    await execute(
        f"""
        INSERT INTO announcement (uri, actor_id, object_uri, created_at)
        SELECT uri || '#passed-on', {authors} + (id + 1) % {HOSTS}, uri, published_at FROM record
         WHERE id >= {first} AND id < {first + count} AND id % 20 = 0
        """  # noqa: S608
    )


async def add_followers(follower: int, *, authors: int, count: int) -> None:
    """The actor in row `follower` follows so many of the authors."""
    await execute(
        f"""
        INSERT INTO follow (uri, follower_id, target_id, accepted_at, created_at)
        SELECT uri || '#followed-{follower}', {follower}, id,
               {_ago("0")}, {_ago("0")}
          FROM actor
         WHERE id >= {authors} AND id < {authors + count}
        """  # noqa: S608
    )


async def analyze() -> None:
    """PostgreSQL knows what its tables look like, as its own housekeeping sees to; SQLite is never told (0010)."""
    if on_postgres():
        await execute("ANALYZE")


def _uri(number: str) -> str:
    scattered = f"(CAST({number} AS bigint) * 7919993 % 1000000007)"
    return f"'https://h' || ({number} % {HOSTS}) || '.example/records/' || {scattered}"


def _ago(seconds: str) -> str:
    if on_postgres():
        return f"now() - ({seconds}) * interval '1 second'"
    return f"strftime('%Y-%m-%d %H:%M:%S', 'now', (-({seconds})) || ' seconds') || '.000000+00:00'"


async def _renumber(table: str) -> None:
    """Rows that are added later are numbered on from the last."""
    if on_postgres():
        await execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"  # noqa: S608
        )
