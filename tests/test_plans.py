"""Nothing reads a whole table that grows: every query of every page, and of the API, is explained by the database."""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial, reduce
from typing import Any

import httpx
import pytest
from tortoise.connection import get_connection

from fedirec.accounts.actions.persons import person_of
from fedirec.activitypub.models import Actor
from fedirec.activitypub.own import own_actor
from fedirec.activitypub.vocab import QuoteRequest, Ref
from fedirec.api.endpoints import TABLE
from fedirec.clock import now
from fedirec.credits.models import MoneySettings, PayProposal, Pool, PoolEntry, ProposalRevision
from fedirec.db import execute, on_postgres, transaction
from fedirec.ledger import journal
from fedirec.ledger.journal import Entry, Line
from fedirec.ledger.posting import post
from fedirec.payouts.actions.payees.holding import watch_payees
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.payouts.models import Payable, Payee, Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.queries.treasury import payouts_by_age
from fedirec.projects.actions.takeovers import watch_leaders
from fedirec.projects.actions.tasks import TaskDraft, make_task
from fedirec.projects.models import Production
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.needs import name_need
from fedirec.remix.actions.news import post_news
from fedirec.remix.actions.quotes import answer_quote_request
from fedirec.remix.terms import Terms
from fedirec.uris import new_key, origin_of
from tests.api.programs import token_for
from tests.bench import graphs
from tests.bench.feed import fill
from tests.network import KEYS, Instance
from tests.projects.test_tasks import a_project

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
GROWING |= {
    "project",
    "spent_code",
    "project_member",
    "step",
    "step_challenge",
    "task",
    "takeover",
    "production",
    "production_part",
}
GROWING |= {"production_credit", "taken_up", "monetization_grant"}
GROWING |= {"role_line", "need", "need_answer", "news", "log_entry", "ability", "group_tag", "group_leader", "pick"}
GROWING |= {"journal_entry", "posting", "chain_link", "chain_head"}
GROWING |= {"payable", "payout", "payout_attempt", "payout_batch", "payee", "payee_event", "identity_code"}
GROWING |= {
    "pool",
    "pool_use",
    "pool_entry",
    "pay_proposal",
    "proposal_production",
    "draft_line",
    "proposal_revision",
    "share",
}
GROWING |= {"locked_share", "stance", "objection", "proposal_appeal", "proposal_comment", "proposal_decision"}
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
    "/tags/tag7/feed",
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
    "/projects",
    "/projects?form=film&skill=sng&tag=rain&q=fox",
    "/projects/new",
    "/slate",
    "/p/fox",
    "/p/fox/people",
    "/p/fox/story",
    "/p/fox/log",
    "/p/fox/steps/one",
    "/p/fox/lead",
    "/p/fox/tasks",
    "/p/fox/tasks/{task}",
    "/p/fox/takeover",
    "/p/fox/needs",
    "/p/fox/feed",
    "/p/fox/productions/new",
    "/productions",
    "/c/rain",
    "/c/rain/submissions",
    "/c/rain/invite",
    "/c/rain/log",
    "/c/rain/news",
    "/c/rain/needs",
    "/needs/{need}",
    "/digest",
    "/picks",
    "/picks/new",
    "/calendar",
    "/tasks",
    "/credits",
    "/p/fox/productions/{production_key}/credits",
    "/p/fox/productions/{production_key}/grants",
    "/p/fox/money",
    "/p/fox/money?after=9",
    "/p/fox/money/new",
    "/c/rain/money",
    "/pools",
    "/pools?after=9",
    "/pools/new",
    "/pools/waiting",
    "/pools/waiting?after=1",
    "/pools/{pool}",
    "/pools/{pool}?after=9",
    "/pools/{pool}/edit",
    "/pools/{pool}/propose",
    "/pay",
    "/pay/{proposal}",
    "/pay/{proposal}/edit",
    "/pay/{proposal}/publish",
    "/pay/{proposal}/who",
    "/money",
    "/money?before=9",
    "/money/details",
    "/money/terms",
    "/money/code",
    "/money/statements/2026",
    "/treasury",
    "/treasury/batches",
    "/treasury/batches?before=9",
    "/treasury/batches/{batch}",
    "/treasury/payouts/{payout}",
    "/treasury/payees",
    "/treasury/payees?which=form",
    "/treasury/payees/{payee}",
    "/admin/money",
    "/ledger",
    "/ledger?before=9",
    "/ledger.csv",
    "/ledger/audit",
    "/ledger/audit?before=9",
    "/ledger/audit.jsonl",
)
WISHES = tuple(
    "&".join(filters)
    for some in itertools.product(
        ("", "kind=video"),
        ("", "lang=xx"),
        ("", "from=h3.example"),
        ("", "remixable=1", "sellable=1"),
        ("", "fresh=1"),
        ("", "here=1"),
        ("", "skill=sng"),
        ("", "tag=tag7"),
    )
    if 2 <= len(filters := [each for each in some if each]) <= 3
)
"""Filters together, most of which fit nothing."""
READ_WHOLE = (
    ' FROM "audit_event" ORDER BY "id" DESC LIMIT ?',  # from its end, and no further than a page
    ' FROM "journal_entry" ORDER BY "id" DESC LIMIT ?',
    ' FROM "payout_batch" ORDER BY "id" DESC LIMIT ?',
    ' ORDER BY "payout"."id" DESC LIMIT ?',
    ' ORDER BY "payee"."id" DESC LIMIT ?',
    ' FROM "payee" WHERE NOT "details" IS NULL ORDER BY "id" ASC LIMIT ?',  # nearly each of them has some
    "SELECT origin FROM peer WHERE is_listed",  # whom a list would cut off is counted over everybody
    ' FROM "job" WHERE NOT "dead_at" IS NULL ORDER BY "id" DESC LIMIT ?',  # an index would make all work dearer
)
"""How queries end that read a table from end to end, and may."""
_FETCHES_EACH = re.compile(r"S\w+ r USING INDEX \w+ \(published_at<")
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


async def make_something(here: Instance) -> dict[str, str | int]:
    """A project of olga's with a step, a task, somebody whom it looks for and a payment; a challenge with news."""
    olga = await here.run(lambda: Actor.get(local_handle="olga"))
    project = await a_project(here, olga)

    async def work() -> dict[str, str | int]:
        draft = ChallengeDraft(title="Rain", slug="rain", text="Hum.", terms=Terms(version=1, licence="CC0-1.0"))
        rain = await open_challenge(olga, here.state["keyring"], draft, keys=KEYS)
        await post_news(olga, rain.actor, title="Clouds", text="They come.")
        task = await make_task(olga, project, TaskDraft(title="Fold it"))
        need = await name_need(olga, project.actor, "anm", "Twelve foxes.")
        facts: dict[str, Any] = {"group": project.actor, "title": "Foxes", "currency": "EUR"}
        pool = await Pool.create(key=new_key(), kind="profit_split", **facts)
        uri = f"{origin_of(project.actor.uri)}/pay/1"
        proposal = await PayProposal.create(
            key=new_key(), uri=uri, pool=pool, state="published", number=1, closes_at=now(), **facts
        )
        await ProposalRevision.create(proposal=proposal, number=1, document={}, digest="z1", amount=0)
        done: dict[str, Any] = {"title": "Fox", "state": "frozen", "frozen_at": now()}
        production = await Production.create(project=project, uri=f"{project.actor.uri}/productions/one", **done)
        await MoneySettings.create(shows_ledger="entries")
        entry = await PoolEntry.create(
            key=new_key(), pool=pool, kind="income", amount=5, words="A", happened_on=now().date(), stated_by=olga
        )
        lines = (Line(journal.bank(), 5, "EUR"), Line(journal.income(pool.key), -5, "EUR"))
        await post(Entry("income", lines, "income:1"))
        found = {"task": task.uri.rpartition("/")[2], "need": need.id, "production": production.id}
        found |= {"production_key": production.uri.rpartition("/")[2], "pool": pool.key, "entry": entry.key}
        await graphs.analyze()
        paid = await pay_something(olga, proposal)
        return {**found, "project": project.id, "proposal": proposal.key, **paid}

    return await here.run(work)


async def pay_something(olga: Actor, proposal: PayProposal) -> dict[str, str | int]:
    """Olga is owed something, which is on its way to her."""
    person = await person_of(olga)
    payee = await Payee.create(key=new_key(), person=person, adapter="manual", masked="x", country="DE")
    what: dict[str, Any] = {"person": person, "currency": "EUR", "amount": 5}
    batch = await PayoutBatch.create(key=new_key(), adapter="manual", currency="EUR", proposed_by=olga)
    payout = await Payout.create(key=f"{new_key()}", batch=batch, state="batched", **what)
    await Payable.create(proposal=proposal, payout=payout, **what)
    await PayoutAttempt.create(payout=payout, batch=batch, number=1, adapter="manual", key=payout.key, by=olga)
    return {"payee": payee.key, "batch": batch.key, "payout": payout.key}


async def quote_nothing(sender: int) -> None:
    """Somebody asks to quote something of ours that is no record."""
    place = await own_actor()
    uri, target = "https://h1.example/q", f"{origin_of(place.uri)}/nothing"
    asked = QuoteRequest(id=f"{uri}#ask", actor=uri, object=Ref(target), instrument=uri)
    async with transaction():
        await answer_quote_request(await Actor.get(id=sender), asked)


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


class Asked:
    """What the database was asked, each query with the address that needed it first."""

    def __init__(self) -> None:
        self.address = ""
        self.queries: dict[str, tuple[str, Sequence[Any]]] = {}

    async def explain(self) -> dict[str, list[str]]:
        """The queries that read tables from end to end, and those tables."""
        return {
            f"{address}: {sql}": tables
            for sql, (address, values) in self.queries.items()
            if not sql.endswith(READ_WHOLE) and (tables := await whole_tables_in(sql, values))
        }


@contextmanager
def listening_in(here: Instance) -> Iterator[Asked]:
    """Within it every query that the instance makes is written down."""
    asked = Asked()
    with pytest.MonkeyPatch.context() as patched:
        client = here.context.copy().run(lambda: type(get_connection("default")))
        for name in ("execute_query", "execute_query_dict"):
            original = getattr(client, name)

            async def noted(self: Any, sql: str, values: Any = None, _original: Any = original) -> Any:
                if sql.lstrip().upper().startswith(("SELECT", "WITH")) and not sql.endswith("WHERE 1=0"):
                    asked.queries.setdefault(sql, (asked.address, values or ()))
                return await _original(self, sql, values)

            patched.setattr(client, name, noted)
        yield asked


async def test_no_page_reads_a_table_from_end_to_end(here: Instance) -> None:
    rows = await fill_tables(here) | await make_something(here)
    async with here.sign_in("olga") as client:
        with listening_in(here) as asked:
            closed: dict[str, int] = {}
            for path in PAGES:
                asked.address = path
                answer = await client.get(path.format(**rows), follow_redirects=True)
                closed |= {path: answer.status_code} if answer.status_code != 200 else {}
            assert closed == {}
            asked.address = "watch for leaders"
            await here.run(watch_leaders)
            asked.address = "watch for payees who moved"
            await here.run(watch_payees, here.state["vault"], here.state["post"])
            await here.run(join_those_who_moved, here.state["vault"], here.state["post"])
            asked.address = "payments on the command line"
            for before in (None, 9):
                await here.run(partial(payouts_by_age, states=["ready"], before=before))
            asked.address = "a quote of nothing"
            await here.run(quote_nothing, int(rows["author"]))

    assert len(asked.queries) > 30
    assert await here.run(asked.explain) == {}


async def test_no_answer_to_a_program_reads_a_table_from_end_to_end(here: Instance) -> None:
    rows = await fill_tables(here) | await make_something(here)
    places = {
        "{year:int}": 2026,
        "{id:int}": rows["record"],
        "{handle}": f"kim@{rows['host']}",
        "{host}": rows["host"],
        "{name}": "tag7",
    }
    keys = {"/pools": "pool", "/treasury/payouts": "payout", "/treasury/batches": "batch"}
    ids = {"/projects": "project", "/productions": "production"}
    token = await token_for(here, "olga")
    answered = 0
    async with here.client() as client:
        client.headers = httpx.Headers({"accept": "application/json", "authorization": f"Bearer {token}"})
        with listening_in(here) as asked:
            for endpoint in TABLE:
                if endpoint.method == "GET":
                    below = "/".join(endpoint.path.partition("/{")[0].split("/")[:3])
                    places["{key}"], places["{id:int}"] = rows[keys.get(below, "pool")], rows[ids.get(below, "record")]
                    asked.address = reduce(
                        lambda path, name: path.replace(name, str(places[name])), places, endpoint.path
                    )
                    answer = await client.get(f"/api{asked.address}")
                    assert answer.status_code in (200, 403, 404, 422), (asked.address, answer.text)
                    answered += answer.status_code == 200

    assert answered > 30
    assert await here.run(asked.explain) == {}


async def test_filters_together_never_read_all_records(here: Instance) -> None:
    await fill_tables(here)
    async with here.sign_in("olga") as client:
        with listening_in(here) as asked:
            for wish in WISHES:
                asked.address = f"/explore?{wish}"
                assert (await client.get(asked.address)).status_code == 200, wish

    async def walks() -> list[str]:
        """The queries of SQLite that go through records in the order of time and fetch each of them."""
        found = []
        for sql, (address, values) in asked.queries.items():
            if "FROM record r " in sql:
                plan = await get_connection("default").execute_query_dict(f"EXPLAIN QUERY PLAN {sql}", list(values))
                found += [address for row in plan if _FETCHES_EACH.match(str(row["detail"]))]
        return found

    assert await here.run(asked.explain) == {}
    if here.settings.on_sqlite:
        assert await here.run(walks) == []
