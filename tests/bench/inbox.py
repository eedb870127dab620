"""Activities that are handled: signed posts of people who are followed here, from many hosts.

    .venv/bin/python -m tests.bench.inbox [--short] [--posts 1000 100000] [--activities 4000] [--hosts 16]

Counts from the first byte that is sent until the last activity has had its effect in the database. `--posts` is how
many posts are there before, with what belongs to them.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sqlite3
import tempfile
from operator import itemgetter
from pathlib import Path
from time import perf_counter

import uvloop

from fedirec.activitypub.actors import save_remote_actor
from fedirec.activitypub.models import Actor, Follow
from fedirec.activitypub.vocab import ActorObject, KeyObject
from fedirec.clock import now
from fedirec.settings import Settings
from tests.bench.figures import tell
from tests.bench.hosts import CONTEXT, PUBLIC, Hosts, listening
from tests.bench.rows import database_file, multiply
from tests.bench.servers import Server, fresh_instance, new_settings, serving
from tests.bench.wire import Answers, send_all, signed_post

TEXT = (
    "<p>Post number {number}: what people write on an ordinary day, about two hundred characters of it, with a tag "
    '<a href="http://{host}/tags/sound" class="mention hashtag" rel="tag">#<span>sound</span></a> and somebody '
    '<span class="h-card"><a href="{ana}" class="u-url mention">@<span>ana</span></a></span> in it.</p>'
)
TERMS = {
    "ostatus": "http://ostatus.org#",
    "conversation": "ostatus:conversation",
    "sensitive": "as:sensitive",
    "Hashtag": "as:Hashtag",
}
WARM = 64
SECONDS = 120.0


def post(hosts: Hosts, host: str, number: int, *, ana: str, series: str) -> bytes:
    """What arrives: a post as other software sends it."""
    author = hosts.actor(host)
    uri = f"{author}/statuses/{series}{number:08d}"
    published = now().isoformat().replace("+00:00", "Z")
    note = {
        "id": uri,
        "type": "Note",
        "summary": None,
        "inReplyTo": None,
        "published": published,
        "url": uri,
        "attributedTo": author,
        "to": [PUBLIC],
        "cc": [f"{author}/followers", ana],
        "sensitive": False,
        "conversation": f"tag:{host},2026:objectId={number}:objectType=Conversation",
        "content": TEXT.format(number=number, host=host, ana=ana),
        "attachment": [],
        "tag": [
            {"type": "Mention", "href": ana, "name": "@ana"},
            {"type": "Hashtag", "href": f"http://{host}/tags/sound", "name": "#sound"},
        ],
    }
    create = {
        "@context": [
            *CONTEXT,
            {
                "Hashtag": "as:Hashtag",
                "sensitive": "as:sensitive",
                "conversation": "ostatus:conversation",
                "ostatus": "http://ostatus.org#",
            },
        ],
        "id": f"{uri}/activity",
        "type": "Create",
        "actor": author,
        "published": published,
        "to": note["to"],
        "cc": note["cc"],
        "object": note,
    }
    return json.dumps(create).encode()


async def prepare(settings: Settings, hosts: Hosts) -> str:
    """An instance whose member ana follows somebody on each of the hosts; her id."""
    async with fresh_instance(settings) as (_, ana):
        for host in hosts.hosts:
            await follow(ana, hosts, host)
        return ana.uri


async def follow(ana: Actor, hosts: Hosts, host: str) -> None:
    uri = hosts.actor(host)
    described = ActorObject(
        id=uri,
        type="Person",
        handle="kim",
        name="Kim",
        inbox=f"{uri}/inbox",
        followers=f"{uri}/followers",
        shared_inbox=f"http://{host}:{hosts.port}/inbox",
        keys=(KeyObject(id=hosts.key_id(host), kind="rsa", public=hosts.key.public.pem),),
    )
    kim = await save_remote_actor(described, {})
    await Follow.create(uri=f"{ana.uri}#follows-{host}", follower=ana, target=kim, accepted_at=now())


def signed(hosts: Hosts, server: Server, ana: str, *, count: int, series: str) -> list[bytes]:
    url = f"{server.origin}/inbox"
    chosen = [hosts.hosts[number % len(hosts.hosts)] for number in range(count)]
    return [
        signed_post(url, post(hosts, host, number, ana=ana, series=series), key_id=hosts.key_id(host), key=hosts.key)
        for number, host in enumerate(chosen)
    ]


def fill(settings: Settings, posts: int) -> None:
    """There are `posts` posts more than before, each like the newest, with what belongs to it."""
    with sqlite3.connect(database_file(settings)) as connection:
        record = int(connection.execute("SELECT max(id) FROM record").fetchone()[0])
        day = "strftime('%Y-%m-%d %H:%M:%f', old.published_at, '-' || n || ' minutes') || '+00:00'"
        first = multiply(
            connection,
            "record",
            record,
            posts,
            uri="old.uri || 'x' || n",
            url="old.url || 'x' || n",
            author_id="(SELECT min(a.id) + n % count(*) FROM actor AS a WHERE NOT a.is_local)",
            published_at=day,
        )
        for table in ("record_revision", "record_tag"):
            like = connection.execute(f"SELECT id FROM {table} WHERE record_id = ?", (record,)).fetchone()  # noqa: S608
            if like:
                multiply(connection, table, like[0], posts, record_id=f"{first - 1} + n")
        received = int(connection.execute("SELECT max(id) FROM received").fetchone()[0])
        multiply(connection, "received", received, posts, activity_uri="old.activity_uri || 'x' || n")
        evidence = int(connection.execute("SELECT max(id) FROM evidence").fetchone()[0])
        multiply(
            connection,
            "evidence",
            evidence,
            posts,
            subject_uri="old.subject_uri || 'x' || n",
            activity_uri="old.activity_uri || 'x' || n",
        )
        # Without their words a chore of the server would write them, while the activities are counted.
        multiply(connection, "record_words", record, posts, words="old.words || ' x' || n")
    connection.close()


async def all_handled(connection: sqlite3.Connection) -> None:
    """Return when nothing waits any more. Raises TimeoutError."""
    async with asyncio.timeout(SECONDS):
        while connection.execute("SELECT 1 FROM received WHERE state = 'waiting' LIMIT 1").fetchone():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def _outcomes(connection: sqlite3.Connection, after: int) -> dict[str, int]:
    return dict(connection.execute("SELECT state, count(*) FROM received WHERE id > ? GROUP BY state", (after,)))


async def measure(
    *, posts: int, activities: int, hosts: int, connections: int, folder: Path, rounds: int = 1
) -> dict[str, object]:
    """How many activities a second are handled, and what one costs, where `posts` posts are there before.

    Of several `rounds` of so many activities the cheapest counts, for chores of the server fall into some of them.
    """
    settings = new_settings(folder)
    async with listening(hosts) as remote:
        ana = await prepare(settings, remote)
        with serving(settings) as server:
            await send_all(signed(remote, server, ana, count=WARM, series="w"), port=settings.port, connections=1)
            with sqlite3.connect(database_file(settings)) as connection:
                await all_handled(connection)
            connection.close()
        if posts > WARM:
            fill(settings, posts - WARM)
        with serving(settings) as server, sqlite3.connect(f"file:{database_file(settings)}?mode=ro", uri=True) as rows:
            await send_all(signed(remote, server, ana, count=WARM, series="v"), port=settings.port, connections=1)
            await all_handled(rows)
            found = [
                await _round(
                    server, rows, signed(remote, server, ana, count=activities, series=f"a{number}"), connections
                )
                for number in range(rounds)
            ]
            peak = server.usage().peak_rss
        rows.close()
    cpu, seconds, answers = min(found, key=itemgetter(0))
    return {
        "posts_before": posts,
        "activities": activities,
        "handled_per_second": activities / seconds,
        "accepted_per_second": answers.per_second,
        "cpu_ms_per_activity": cpu / activities * 1000,
        "handled_per_cpu_second": activities / cpu,
        "answered_p50_ms": answers.latency(0.5),
        "answered_p99_ms": answers.latency(0.99),
        "peak_rss_mb": peak,
    }


async def _round(
    server: Server, rows: sqlite3.Connection, requests: list[bytes], connections: int
) -> tuple[float, float, Answers]:
    """The seconds of processor time and of the clock until all of it was handled, and what was answered."""
    last = int(rows.execute("SELECT max(id) FROM received").fetchone()[0])
    before, began = server.usage(), perf_counter()
    answers = await send_all(requests, port=server.settings.port, connections=connections)
    await all_handled(rows)
    seconds, after = perf_counter() - began, server.usage()
    outcomes = _outcomes(rows, last)
    assert outcomes == {"handled": len(requests)}, (outcomes, answers.statuses)
    return after.cpu - before.cpu, seconds, answers


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--posts", type=int, nargs="+", default=[1_000])
    parser.add_argument("--activities", type=int, default=4_000)
    parser.add_argument("--hosts", type=int, default=16)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    for posts in asked.posts:
        with tempfile.TemporaryDirectory(prefix="fedirec-bench-") as folder:
            found = measure(
                posts=posts,
                activities=asked.activities // 10 if asked.short else asked.activities,
                hosts=asked.hosts,
                connections=asked.connections,
                folder=Path(folder),
            )
            tell("inbox", uvloop.run(found))


if __name__ == "__main__":
    main()
