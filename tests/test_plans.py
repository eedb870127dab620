"""No page reads a whole table that grows: every query of every page is explained by the database itself."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

import pytest
from tortoise.connection import get_connection

from fedirec.activitypub.models import Actor
from fedirec.db import execute, on_postgres, transaction
from tests.bench import graphs
from tests.bench.feed import fill
from tests.network import Instance

GROWING = {"record", "source", "snapshot", "actor", "attachment", "record_tag", "contributor", "announcement", "follow"}
GROWING |= {"liking", "notification", "outgoing", "received", "submission", "record_revision", "comment", "media"}
GROWING |= {"boundary", "challenge", "early_deletion", "evidence", "job", "lane", "passage", "peer", "person"}
GROWING |= {
    "appeal",
    "audit_event",
    "consent_request",
    "decision",
    "moderator_note",
    "quotation",
    "refusal",
    "report",
    "bookmark",
    "remix_request",
}
GROWING |= {"archive", "remote_media", "reported_thing", "session", "severed_follow", "tag_follow", "token"}
PAGES = (
    "/",
    "/?tab=here",
    "/?tab=everything",
    "/?tab=interests",
    "/records/remote/{record}",
    "/records/remote/{record}/lineage",
    "/people/remote/{author}",
    "/explore?kind=audio",
    "/explore?kind=text&remixable=1&fresh=1&lang=de&from=h3.example&skill=sng",
    "/tags/tag7",
    "/notifications",
    "/challenges",
    "/explore?q=night",
    "/explore?show=people",
    "/following",
    "/following/followers",
    "/following/requests",
    "/following/ended",
    "/bookmarks",
    "/requests",
    "/requests?show=asking",
    "/records/new",
    "/reports",
    "/report?about={author_uri}",
    "/people/{author}/distance",
    "/settings/boundaries",
    "/settings/security",
    "/settings/programs",
    "/settings/data",
    "/settings/moving",
    "/admin/people",
    "/admin/people/pending",
    "/admin/people/olga",
    "/admin/audit",
    "/admin/reports",
    "/admin/reports/{author}",
    "/admin/appeals",
    "/admin/watch",
    "/admin/watch/held",
    "/admin/federation",
    "/admin/federation?show=decided",
    "/admin/federation?show=silent",
    "/admin/federation/mode",
    "/admin/federation/peers/{host}",
    "/admin/queue",
    "/admin/refused",
    "/about/servers",
)
READ_WHOLE = (
    ' FROM "audit_event" ORDER BY "id" DESC LIMIT ?',  # from its end, and no further than a page
    "SELECT origin FROM peer WHERE is_listed",  # whom a list would cut off is counted over everybody
    ' FROM "job" WHERE NOT "dead_at" IS NULL ORDER BY "id" DESC LIMIT ?',  # an index would make all work dearer
)
"""How queries end that read a table from end to end, and may."""
_NAMED = re.compile(r'(?:FROM|JOIN)\s+"?(\w+)"?(?:\s+(?:AS\s+)?"?(\w+)"?)?', re.IGNORECASE)


async def fill_tables(here: Instance) -> dict[str, str | int]:
    async def work() -> dict[str, str | int]:
        await fill(2_000, followed=20)
        author = await Actor.filter(handle="kim").order_by("id").first()
        assert author is not None
        record = await graphs.add_graph(3, authors=author.id, generations=4)
        for follower in range(author.id, author.id + 30):
            await graphs.add_followers(follower, authors=author.id, count=graphs.HOSTS)
        await graphs.add_strangers(2_000)
        await graphs.analyze()
        return {"record": record, "author": author.id, "author_uri": author.uri, "host": author.host}

    return await here.run(work)


async def whole_tables_in(sql: str, values: Sequence[Any]) -> list[str]:
    """The tables that grow and that the database would read from end to end to answer."""
    if on_postgres():
        async with transaction():
            await execute("SET LOCAL enable_seqscan = off")  # tables of a test are too small for it to use an index
            rows = await get_connection("default").execute_query_dict(f"EXPLAIN (FORMAT JSON) {sql}", list(values))
        plan = rows[0]["QUERY PLAN"]
        found = re.findall(
            r'"Seq Scan"[^{}]*?"Relation Name": "(\w+)"', plan if isinstance(plan, str) else json.dumps(plan)
        )
        return sorted(set(found) & GROWING)
    named = {alias or table: table for table, alias in _NAMED.findall(sql)} | {name: name for name in GROWING}
    rows = await get_connection("default").execute_query_dict(f"EXPLAIN QUERY PLAN {sql}", list(values))
    found = []
    for row in rows:
        detail = str(row["detail"])
        scan = re.match(r"SCAN (\w+)$|BLOOM FILTER ON (\w+)|SEARCH (\w+) USING AUTOMATIC", detail)
        if scan:
            found.append(named.get(next(filter(None, scan.groups())), ""))
    return sorted(set(found) & GROWING)


async def test_no_page_reads_a_table_from_end_to_end(here: Instance, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = await fill_tables(here)
    asked: dict[str, tuple[str, Sequence[Any]]] = {}

    def listen_in() -> None:
        client = type(get_connection("default"))
        for name in ("execute_query", "execute_query_dict"):
            original = getattr(client, name)

            async def noted(self: Any, sql: str, values: Any = None, _original: Any = original) -> Any:
                if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not sql.endswith("WHERE 1=0"):
                    asked.setdefault(sql, (page, values or ()))
                return await _original(self, sql, values)

            monkeypatch.setattr(client, name, noted)

    page = ""
    async with here.sign_in("olga") as client:
        context = here.context.copy()
        context.run(listen_in)
        for path in PAGES:
            page = path
            answer = await client.get(path.format(**rows), follow_redirects=True)
            assert answer.status_code == 200, path
        monkeypatch.undo()

    async def explain() -> dict[str, list[str]]:
        found = {}
        for sql, (where, values) in asked.items():
            if not sql.endswith(READ_WHOLE) and (tables := await whole_tables_in(sql, values)):
                found[f"{where}: {sql}"] = tables
        return found

    assert len(asked) > 30
    assert await here.run(explain) == {}
