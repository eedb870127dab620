"""What a licence lets nobody do waits, seen by those alone who are asked, until all of them agree."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

import pytest
from starlette.routing import Route

from fedirec.accounts.models import Notification
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Outgoing
from fedirec.errors import Changed, Conflict, Invalid, NotFound
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.actions.remix_requests import answer_request
from fedirec.remix.actions.remix_requests.waiting import ask_to_remix
from fedirec.remix.models import Record, Source
from fedirec.remix.pages import routes
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.records import records_by
from tests.conftest import Pass
from tests.network import Instance, settle
from tests.remix.test_comments import ACTIVITY, document_at, on_sqlite, publish
from tests.remix.test_remix_requests import SOON, requests_at, standing_at, states_at


async def draft_of(instance: Instance, *uris: str, **fields: object) -> RecordDraft:
    sources = [SourceDraft(record=await instance.find_record(uri)) for uri in uris]
    return RecordDraft(
        **{"title": "Slow rain", "text": "d r i p", "licence": "CC-BY-4.0", "sources": sources, **fields}  # type: ignore[arg-type]
    )


async def record_at(instance: Instance, uri: str) -> Record:
    return await instance.run(lambda: Record.get(uri=uri).select_related("author"))


async def page_of(instance: Instance, uri: str) -> str:
    record = await record_at(instance, uri)
    return uri.removeprefix(instance.origin) if record.author.is_local else f"/records/remote/{record.id}"


async def test_a_remix_that_nobody_may_make_waits_and_is_published_when_all_have_agreed(
    here: Instance, there: Instance, elsewhere: Instance, time_passes: Pass
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    di = await there.join("di")
    closed = await publish(here, ana, licence="CC-BY-ND-4.0")
    mine = await publish(there, di, "Fog", licence="LicenseRef-ARR")
    free = await publish(here, ana, "Wind")
    await elsewhere.find_record(closed.uri)
    await elsewhere.run(follow, cy, await elsewhere.meet(bo))
    await settle(here, there, elsewhere)

    draft = await draft_of(there, closed.uri, mine.uri, free.uri)
    with pytest.raises(Conflict):
        await there.run(publish_record, bo, draft)
    with pytest.raises(Conflict, match="Nobody has to be asked"):
        await there.run(ask_to_remix, bo, await draft_of(there, free.uri))
    with pytest.raises(Invalid):
        await there.run(ask_to_remix, bo, await draft_of(there, closed.uri, visibility="followers"))
    made = await there.run(ask_to_remix, bo, draft, words="May I?")
    assert made.visibility == "asking"
    await settle(here, there, elsewhere)

    # Those who are asked see it, and nobody else does.
    assert {row.source_uri: row.state for row in await requests_at(there)} == {
        closed.uri: "waiting",
        mine.uri: "waiting",
    }
    [asked] = await requests_at(here)
    assert (asked.source_uri, asked.words) == (closed.uri, "May I?")
    seen = await record_at(here, made.uri)
    assert (seen.visibility, seen.digest) == ("direct", made.digest)
    path = made.uri.removeprefix(there.origin)
    assert (await there.get(path, accept=ACTIVITY)).status_code == 404
    assert (await there.get(path)).status_code == 404
    with pytest.raises(NotFound):
        await elsewhere.find_record(made.uri)
    for name, status in (("bo", 200), ("di", 200), ("olga", 404)):
        async with there.sign_in(name) as browser:
            assert (await browser.get(made.uri)).status_code == status
    for instance, name in ((here, "ana"), (here, "olga")):
        async with instance.sign_in(name) as browser:
            page = await browser.get(f"{instance.origin}/records/remote/{seen.id}")
            assert page.status_code == (200 if name == "ana" else 404)
    for instance in (here, there):
        assert made.uri not in [row.uri for row in await instance.run(explore, Wish(), after=None, limit=50)]
        assert await instance.run(explore, Wish(words="Slow"), after=None, limit=50) == []
        assert "Slow rain" not in (await instance.get(await page_of(instance, closed.uri))).text
    shown = await there.run(records_by, bo, viewer=di, after=None, limit=9)
    assert shown == []
    assert [row.uri for row in await there.run(records_by, bo, viewer=bo, after=None, limit=9)] == [made.uri]
    outbox = await document_at(there, f"{bo.uri}/outbox?before=999999")
    assert outbox["orderedItems"] == []
    assert await there.run(lambda: Outgoing.filter(object_uri=made.uri).exists()) is False
    # One alone is not enough.
    [other] = [row for row in await requests_at(there) if row.source_uri == mine.uri]
    await there.run(answer_request, di, other, agree=True)
    time_passes(SOON)
    await settle(here, there, elsewhere)
    assert (await record_at(there, made.uri)).visibility == "asking"
    await here.run(answer_request, ana, asked, agree=True, digest=made.digest)
    for _ in range(3):
        await settle(here, there, elsewhere)
        time_passes(SOON)

    published = await record_at(there, made.uri)
    assert (published.visibility, published.digest) == ("public", made.digest)
    document = await document_at(there, made.uri)
    agreed = {row.stamp_uri for row in await requests_at(there) if row.state == "approved"}
    assert len(agreed) == 3  # the one who never had to be asked is asked now, like everybody
    assert agreed == set(document["remixAuthorization"])
    permissions = await there.run(lambda: Source.filter(record__uri=made.uri).values_list("uri", "permission"))
    assert dict(permissions) == {closed.uri: "granted", mine.uri: "granted", free.uri: "by_licence"}
    assert (await record_at(here, made.uri)).visibility == "public"
    assert (await record_at(here, made.uri)).published_at == published.published_at
    assert (await record_at(elsewhere, made.uri)).visibility == "public"  # cy follows bo
    assert "Slow rain" in [row.title for row in await there.run(explore, Wish(), after=None, limit=50)]
    [create] = await there.run(lambda: Outgoing.filter(object_uri=made.uri, type="Create"))
    assert len(create.document["object"]["remixAuthorization"]) >= 2


async def test_what_was_agreed_to_is_not_exchanged_for_something_else(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    closed = await publish(here, ana, licence="CC-BY-ND-4.0")
    draft = await draft_of(there, closed.uri)
    made = await there.run(ask_to_remix, bo, draft)
    await settle(here, there)
    await here.run(answer_request, ana, (await requests_at(here))[0], agree=True)
    await settle(here, there)
    time_passes(SOON)
    await settle(here, there)
    published = await record_at(there, made.uri)
    assert published.visibility == "public"
    with pytest.raises(Conflict):
        await there.run(edit_record, bo, published, await draft_of(there, closed.uri, text="Something else"))
    saved = await there.run(edit_record, bo, published, await draft_of(there, closed.uri, tags=["rain"]))
    assert saved.digest == made.digest
    assert len((await document_at(there, made.uri))["remixAuthorization"]) == 1
    assert await standing_at(there, made.uri) == ("granted", "acknowledged")


async def test_who_is_refused_knows_and_takes_it_away(here: Instance, there: Instance) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    closed = await publish(here, ana, licence="CC-BY-ND-4.0")
    made = await there.run(ask_to_remix, bo, await draft_of(there, closed.uri))
    await settle(here, there)
    await here.run(answer_request, ana, (await requests_at(here))[0], agree=False)
    await settle(here, there)
    assert await states_at(there) == ["refused"]
    assert (await record_at(there, made.uri)).visibility == "asking"
    await there.run(delete_record, bo, await record_at(there, made.uri))
    await settle(here, there)
    assert (await record_at(here, made.uri)).deleted_at is not None
    path = made.uri.removeprefix(there.origin)
    assert (await there.get(path, accept=ACTIVITY)).status_code == 404


async def test_what_waits_can_be_changed_and_is_asked_about_as_it_is_now(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, di = await here.join("ana"), await there.join("bo"), await there.join("di")
    closed = await publish(here, ana, licence="CC-BY-ND-4.0")
    fog = await publish(there, di, "Fog", licence="LicenseRef-ARR")
    ida = await here.join("ida")
    ice = await publish(here, ida, "Ice", licence="LicenseRef-ARR")
    made = await there.run(ask_to_remix, bo, await draft_of(there, closed.uri, fog.uri, ice.uri), words="May I?")
    await settle(here, there)
    asked = {row.source_uri: row for row in await requests_at(here)}
    await here.run(answer_request, ana, asked[closed.uri], agree=True, digest=made.digest)
    await here.run(answer_request, ida, asked[ice.uri], agree=False)
    await settle(here, there)
    time_passes(SOON)

    # Another work, and one of the three is not in it any more.
    changed = await draft_of(there, closed.uri, fog.uri, text="d r o p")
    edited = await there.run(edit_record, bo, await record_at(there, made.uri), changed)
    assert (edited.visibility, edited.text, edited.digest != made.digest) == ("asking", "d r o p", True)
    states = {row.source_uri: row.state for row in await requests_at(there)}
    assert states == {closed.uri: "waiting", fog.uri: "waiting"}
    await settle(here, there)
    assert (await record_at(here, made.uri)).digest == edited.digest
    now_asked = {row.source_uri: row for row in await requests_at(here)}
    assert (now_asked[closed.uri].state, now_asked[closed.uri].words) == ("waiting", "May I?")
    assert now_asked[ice.uri].state == "refused"
    told = await here.run(lambda: Notification.filter(kind="asked_to_remix", account__actor_id=ana.id).count())
    assert told == 1  # she is told anew, and the first one is forgotten
    time_passes(SOON)
    await settle(here, there)
    assert (await record_at(there, made.uri)).visibility == "asking"  # what she agreed to was another work

    # Tags are no other work: who is asked looks again, and nobody is asked anew.
    [row] = [row for row in await requests_at(there) if row.source_uri == fog.uri]
    await there.run(answer_request, di, row, agree=True, digest=edited.digest)
    time_passes(SOON)
    await there.run(edit_record, bo, await record_at(there, made.uri), replace(changed, tags=["rain"]))
    assert {row.source_uri: row.state for row in await requests_at(there)}[fog.uri] == "approved"
    await settle(here, there)
    with pytest.raises(Changed):
        await here.run(answer_request, ana, now_asked[closed.uri], agree=True, digest=made.digest)
    await here.run(answer_request, ana, now_asked[closed.uri], agree=True, digest=edited.digest)
    for _ in range(3):
        await settle(here, there)
        time_passes(SOON)
    published = await record_at(there, made.uri)
    assert (published.visibility, published.digest) == ("public", edited.digest)
    document = await document_at(there, made.uri)
    assert len(document["remixAuthorization"]) == 2
    assert (await record_at(here, made.uri)).visibility == "public"


async def test_who_takes_the_closed_source_out_of_what_waits_publishes_it_and_asks_nobody(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    closed, free = await publish(here, ana, licence="CC-BY-ND-4.0"), await publish(here, ana, "Wind")
    made = await here.run(ask_to_remix, bo, await draft_of(here, closed.uri))
    async with here.sign_in("bo") as browser:
        page = (await browser.get(made.uri)).text
        assert f'href="{made.uri.removeprefix(here.origin)}/edit"' in page
        form = (await browser.get(f"{made.uri}/edit")).text
        assert "Save the new version" in form
        assert "who agreed to the one before is asked anew" in form
    time_passes(SOON)
    await here.run(edit_record, bo, await record_at(here, made.uri), await draft_of(here, free.uri))
    time_passes(SOON)
    await settle(here)
    assert (await record_at(here, made.uri)).visibility == "public"
    assert [(row.source_uri, row.state) for row in await requests_at(here)] == [(free.uri, "approved")]


@on_sqlite
async def test_strangers_see_nothing_at_any_address_of_what_waits(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("eve")
    closed = await publish(here, ana, "Closed", licence="CC-BY-ND-4.0")
    made = await here.run(ask_to_remix, bo, await draft_of(here, closed.uri, title="Unheard-of", text="xyzzy"))
    key, around = made.uri.removeprefix(here.origin), closed.uri.removeprefix(here.origin)
    [asked] = await requests_at(here)
    below = {
        route.path.partition("{key}")[2]
        for route in routes
        if isinstance(route, Route)
        and route.path.startswith("/records/{key}/")
        and "{" not in route.path.partition("{key}")[2]
    }
    assert {"/edit", "/lineage", "/history", "/agree"} <= below
    pages = [f"{at}{more}" for at in (key, around) for more in ("", *sorted(below))]
    pages += ["/", "/explore?q=xyzzy", "/u/bo", "/u/bo/outbox", "/u/ana", f"/requests/{asked.id}", "/sitemap.xml"]
    pages += [f"/oembed?url={made.uri}", f"{around}/remixes", f"{key}/remixes", f"/api/records/{made.id}"]
    seen = 0
    async with here.sign_in("eve") as eve, here.client() as anybody:
        for browser in (eve, anybody):
            for page in pages:
                for accept in ("text/html", ACTIVITY, "application/json"):
                    answer = await browser.get(f"{here.origin}{page}", headers={"accept": accept})
                    seen += answer.status_code == 200
                    assert "Unheard-of" not in answer.text, (page, accept)
                    assert "xyzzy" not in answer.text.replace("q=xyzzy", "").replace('value="xyzzy"', ""), page
                    if page.startswith(key):
                        assert answer.status_code in (303, 401, 404, 405), (page, accept, answer.status_code)
    assert seen > 20


@on_sqlite
async def test_a_film_asks_for_many_sources_with_few_questions_to_the_database(
    here: Instance, caplog: pytest.LogCaptureFixture
) -> None:
    ana, bo, kim = await here.join("ana"), await here.join("bo"), await here.join("kim")
    sources = [
        await publish(here, (ana, kim)[n % 2], f"Shot {n}", remixing=("anyone", "nobody")[n % 2]) for n in range(9)
    ]

    async def reads(work: Any, *given: Any) -> int:
        caplog.clear()
        with caplog.at_level(logging.DEBUG, logger="tortoise.db_client"):
            await here.run(work, bo, *given)
        said = [entry.getMessage() for entry in caplog.records if entry.name == "tortoise.db_client"]
        return sum("SELECT" in each and "INSERT" not in each for each in said)

    uris = [source.uri for source in sources]
    few, many = [await reads(publish_record, await draft_of(here, *some)) for some in (uris[:1], uris[1:])]
    assert few > 5, "statements are counted at all"
    assert many <= few + 30, "what is known of authors is looked up once; those who are asked are told one by one"
    assert sorted(await states_at(here)) == ["approved"] * 5 + ["waiting"] * 4

    async def edits(*uris: str) -> int:
        made = await here.run(ask_to_remix, bo, await draft_of(here, *uris))
        return await reads(edit_record, made, await draft_of(here, *uris, text="d r o p"))

    closed = [(await publish(here, ana, f"Reel {n}", licence="LicenseRef-ARR")).uri for n in range(9)]
    few, many = await edits(*closed[:1]), await edits(*closed[1:])
    assert many <= few + 8, "nothing is asked for each but to tell its author"
