"""Authors who do not want to be named in what others make from their works, here and between instances."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote

import pytest
from starlette.routing import Route

from fedirec.accounts.actions import profile
from fedirec.accounts.actions.boundaries import block
from fedirec.accounts.models import AuditEvent
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Doc, Update, Vocabulary
from fedirec.api.endpoints import TABLE
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, NotFound, TooMany
from fedirec.lanes import Job
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.pseudonyms import carrying, everywhere
from fedirec.remix.actions.pseudonyms.wishing import leave_unnamed, name_again
from fedirec.remix.actions.records import delete_record, edit_record, publish_record
from fedirec.remix.models import Pseudonym, Record, RecordRevision, Source
from fedirec.remix.pages import routes as pages
from fedirec.remix.queries.pseudonyms import people_behind, stand_ins_of
from fedirec.remix.routes import routes as wire
from fedirec.remix.vocab import RecordObject
from fedirec.web.ratelimit import RateLimit
from tests.network import Instance, settle

NAME = "Quillon"
"""Who is looked for everywhere: part of no other word."""
ACTIVITY = "application/activity+json"
PRIVATE = {
    "/published",
    "/edit",
    "/delete",
    "/captions",
    "/pens",
    "/name",
    "/unnamed",
    "/claim",
    "/comments",
    "/quotes",
}
"""What nobody can read of a record who is not signed in."""


def doors_at(path: str, rows: Mapping[str, Iterable[object]]) -> list[str]:
    """The addresses that a route stands for, each of whose blanks is filled with each of what `rows` have for it."""
    found = [path]
    for name, values in rows.items():
        blank = next((each for each in (f"{{{name}}}", f"{{{name}:int}}") if each in path), None)
        if blank:
            found = [each.replace(blank, str(value)) for each in found for value in values]
    return found


async def seen(instance: Instance, uri: str) -> Record:
    return await instance.run(lambda: Record.get(uri=uri).select_related("author"))


async def is_known(uri: str) -> bool:
    return await Record.exists(uri=uri)


async def is_without_name(record: str, *, remix: str = "") -> bool:
    return bool(await stand_ins_of([record], remix=remix))


async def made(instance: Instance, author: Actor, title: str, *sources: Record) -> Record:
    found = [await seen(instance, source.uri) for source in sources]
    draft = RecordDraft(
        title=title, text="La la.", licence="CC-BY-4.0", sources=[SourceDraft(record=source) for source in found]
    )
    return await seen(instance, (await instance.run(publish_record, author, draft)).uri)


async def document_of(instance: Instance, record: Record) -> Any:
    async def find() -> Any:
        row = await RecordRevision.filter(record__uri=record.uri).order_by("-number").first()
        assert row is not None
        return row.document

    return await instance.run(find)


async def doors_of(instance: Instance, record: Record) -> dict[str, str]:
    """What stands behind every address of `record` that anybody can read, on its pages, in the API and between
    instances, and behind those of its author, of feeds and of the search.
    """
    instance.state["api_allowance"] = RateLimit(per_minute=10_000, burst=10_000)
    row = await seen(instance, record.uri)
    sources = await instance.run(lambda: Source.filter(record_id=row.id).values_list("id", flat=True))
    key = row.uri.rpartition("/")[2]
    rows: dict[str, Iterable[object]] = {"id": [row.id], "number": range(2, row.revision + 1), "source": sources}
    base = "/records/{key}" if row.author.is_local else "/records/remote/{id:int}"
    paths = [route.path for route in [*pages, *wire] if isinstance(route, Route) and "GET" in (route.methods or ())]
    wanted = [path for path in paths if path == base or path.startswith((f"{base}/", f"{base}."))]
    wanted += [f"/api{each.path}" for each in TABLE if each.is_open and each.path.startswith("/records/{id:int}")]
    doors = [door for path in wanted for door in doors_at(path, rows | {"key": [key]})]
    doors = [door for door in doors if not any(door.endswith(private) for private in PRIVATE)]
    if row.author.is_local:
        author = f"/u/{row.author.handle}"
        doors += [author, f"{author}?tab=credits", f"{author}/feed", f"/oembed?url={quote(record.uri)}"]
    doors += [f"/explore?q={record.title}", f"/api/records?q={record.title}"]
    found: dict[str, str] = {}
    async with instance.client() as client:
        for door in doors:
            for accept in ("text/html", ACTIVITY) if door.startswith("/records") else ("*/*",):
                answer = await client.get(door, headers={"accept": accept})
                assert answer.status_code in (200, 303, 404, 406), (door, answer.status_code, answer.text[:300])
                if answer.status_code == 200:
                    found[f"{door} {accept}"] = answer.text
        if row.author.is_local:
            answer = await client.get(f"{author}/outbox?page=true", headers={"accept": ACTIVITY})
            found["outbox"] = answer.text
    assert len(found) > 15, sorted(found)
    return found


def naming(doors: dict[str, str]) -> list[str]:
    """The doors behind which the name stands, or the address that has it in it."""
    return [door for door, text in doors.items() if NAME.lower() in text.lower()]


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_a_wish_not_to_be_named_is_kept_wherever_others_built_on_the_work(
    here: Instance, there: Instance
) -> None:
    ana, bo, cy = await here.join(NAME.lower()), await there.join("bo"), await here.join("cy")
    rain = await made(here, ana, "Rain")
    await there.find_record(rain.uri)
    song = await made(there, bo, "Song", rain)
    await settle(here, there)
    film = await made(here, cy, "Film", song)
    await settle(here, there)
    chain = [(instance, record) for instance in (here, there) for record in (song, film)]
    for instance, record in chain:
        assert len(naming(await doors_of(instance, record))) > 8

    await here.run(leave_unnamed, ana, rain)
    await settle(here, there)
    leaks: list[str] = []
    for instance, record in chain:
        assert await instance.run(is_without_name, rain.uri)
        leaks += [f"{instance.host} {door}" for door in naming(await doors_of(instance, record))]
    assert leaks == []
    said = (await doors_of(there, song))[f"{song.uri.removeprefix('https://there.test')}/attribution.txt text/html"]
    assert "Rain" in said
    assert "Somebody who does not want to be named" in said
    stand_ins = await there.run(stand_ins_of, [rain.uri])
    assert await there.run(people_behind, stand_ins.values()) == {stand_ins[rain.uri]: ana.uri}

    await here.run(name_again, ana, rain)
    await settle(here, there)
    assert await there.run(Pseudonym.all) == []
    for instance, record in chain:
        assert len(naming(await doors_of(instance, record))) > 8


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_the_wish_is_for_one_remix_or_for_all_works_of_somebody(
    here: Instance, there: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo, cy = await here.join(NAME.lower()), await there.join("bo"), await here.join("cy")
    rain = await made(here, ana, "Rain")
    await there.find_record(rain.uri)
    song, poem = await made(there, bo, "Song", rain), await made(there, bo, "Poem", rain)
    await settle(here, there)
    film = await made(here, cy, "Film", song)
    await settle(here, there)

    async def named_in(*among: Record) -> set[str]:
        """The titles of those that name her where they live, in what they send and what they show."""
        found = set()
        for record in among:
            instance = there if record.uri.startswith(there.origin) else here
            path = record.uri.removeprefix(instance.origin)
            shown = {accept: (await instance.get(path, accept=accept)).text for accept in ("text/html", ACTIVITY)}
            if naming(shown):
                found.add(record.title)
        return found

    # One remix: only that one, and whoever made it cannot do anything about it.
    assert await named_in(song, poem, film) == {"Song", "Poem", "Film"}
    with pytest.raises(NotFound):
        await here.run(partial(leave_unnamed, ana, rain, remix=rain.uri))
    page = rain.uri.removeprefix(here.origin)
    async with here.sign_in(NAME.lower()) as client:
        assert "Song" in (await client.get(f"{page}/name")).text
        await client.post(f"{page}/name", data={"undo": "", "remix": song.uri})
        assert "It does not name you" in (await client.get(f"{page}/name")).text
        row = await seen(here, song.uri)
        assert f"{page}/name" in (await client.get(f"/records/remote/{row.id}")).text
    await settle(here, there)
    assert await named_in(song, poem, film) == {"Poem", "Film"}
    assert naming(await doors_of(here, song)) == []
    assert await there.run(partial(is_without_name, rain.uri, remix=song.uri))
    assert not await there.run(is_without_name, rain.uri)
    await here.run(partial(name_again, ana, rain, remix=song.uri))
    await settle(here, there)
    assert await named_in(song, poem) == {"Song", "Poem"}

    # Everywhere: what there is, piece by piece, and what comes.
    monkeypatch.setattr(everywhere, "BATCH", 1)
    wind = await made(here, ana, "Wind")
    async with here.sign_in(NAME.lower()) as client:
        assert (await client.post("/settings", data={"name": NAME, "unnamed": "on"})).status_code == 303
        assert "nothing made from any of your works" in (await client.get(f"{page}/name")).text
    await settle(here, there)
    snow = await made(here, ana, "Snow")
    for source in (wind, snow):
        await there.find_record(source.uri)
    ode = await made(there, bo, "Ode", wind, snow)
    await settle(here, there)
    assert await named_in(song, poem, film, ode) == set()
    stand_ins = await there.run(stand_ins_of, [rain.uri, wind.uri, snow.uri])
    assert len(set(stand_ins.values())) == 3
    assert set((await there.run(people_behind, stand_ins.values())).values()) == {ana.uri}
    async with here.sign_in(NAME.lower()) as client:
        await client.post("/settings", data={"name": NAME})
    await settle(here, there)
    assert await named_in(song, poem, film, ode) == {"Song", "Poem", "Film", "Ode"}
    for instance in (here, there):
        assert await instance.run(Pseudonym.all) == []

    # Whoever keeps changing their mind is asked to stop, and what others made of it waits.
    for module in (carrying, profile):
        monkeypatch.setattr(module, "MAX_AN_HOUR", 1)
    with pytest.raises(TooMany):
        await here.run(leave_unnamed, ana, rain)
    async with here.sign_in(NAME.lower()) as client:
        assert (await client.post("/settings", data={"name": NAME, "unnamed": "on"})).status_code == 429
    monkeypatch.setattr(carrying, "MAX_AN_HOUR", 99)
    await here.run(leave_unnamed, ana, rain)
    monkeypatch.setattr(carrying, "MAX_AN_HOUR", 1)
    await settle(here, there)
    assert naming({"object": json.dumps(await document_of(there, song))})
    [waiting] = await there.run(lambda: Job.filter(kind="unname"))
    assert waiting.due_at > now() + timedelta(minutes=50)


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)
async def test_whoever_looks_after_the_place_sees_who_it_is_and_that_they_looked_is_on_record(here: Instance) -> None:
    ana, bo = await here.join(NAME.lower()), await here.join("bo")
    await here.join("mo", role=Role.MODERATOR)
    rain = await made(here, ana, "Rain")
    await here.run(leave_unnamed, ana, rain)
    song = await made(here, bo, "Song", rain)
    await settle(here)
    page = song.uri.removeprefix(here.origin)
    async with here.sign_in("mo") as client:
        shown = (await client.get(page)).text
        assert f"{page}/unnamed" in shown
        assert NAME.lower() not in shown.lower()
        assert NAME.lower() not in (await client.get(f"{page}/unnamed")).text.lower()
        assert (await client.post(f"{page}/unnamed", data={"reason": " "})).status_code == 422
        assert not await here.run(lambda: AuditEvent.exists(action="look_behind_names"))
        assert NAME.lower() in (await client.post(f"{page}/unnamed", data={"reason": "A letter"})).text.lower()
        assert "looked who is credited" in (await client.get("/admin/audit")).text
    event = await here.run(lambda: AuditEvent.get(action="look_behind_names"))
    assert (event.subject_uri, event.details) == (song.uri, {"reason": "A letter"})
    async with here.sign_in("bo") as client:
        assert f"{page}/unnamed" not in (await client.get(page)).text
        assert (await client.get(f"{page}/unnamed")).status_code == 403
        assert (await client.post(f"{page}/unnamed", data={"reason": "Curious"})).status_code == 403
    await here.run(block, bo, ana)  # a stand-in hides nobody from those who want nothing to do with them
    async with here.sign_in(NAME.lower()) as client:
        assert (await client.post(f"{page}/comments", data={"text": "Hello"})).status_code != 303


async def test_the_wish_stays_with_the_next_versions_of_the_work_and_of_what_was_made_from_it(here: Instance) -> None:
    ana, bo = await here.join(NAME.lower()), await here.join("bo")
    rain = await made(here, ana, "Rain")
    await here.run(leave_unnamed, ana, rain)
    song = await made(here, bo, "Song", rain)
    await settle(here)
    assert naming(await doors_of(here, song)) == []
    draft = RecordDraft(title="Rain again", text="La", licence="CC-BY-4.0")
    await here.run(edit_record, ana, await seen(here, rain.uri), draft)
    own = await seen(here, rain.uri)
    again = RecordDraft(title="Song 2", text="La", licence="CC-BY-4.0", sources=[SourceDraft(record=own)])
    await here.run(edit_record, bo, await seen(here, song.uri), again)
    await settle(here)
    assert (await document_of(here, rain))["withoutName"] is True
    assert naming(await doors_of(here, song)) == []
    await here.run(delete_record, ana, await seen(here, rain.uri))
    await settle(here)
    assert naming(await doors_of(here, song)) == []
    assert "Somebody who does not want to be named" in "".join((await doors_of(here, song)).values())


async def test_the_author_hears_of_what_is_made_from_it_all_the_same(here: Instance, there: Instance) -> None:
    ana, bo = await here.join(NAME.lower()), await there.join("bo")
    rain = await made(here, ana, "Rain")
    await here.run(leave_unnamed, ana, rain)
    await there.find_record(rain.uri)
    song = await made(there, bo, "Song", rain)
    await settle(here, there)
    assert NAME.lower() not in json.dumps(await document_of(there, song)).lower()
    assert (await seen(here, song.uri)).title == "Song"
    assert naming(await doors_of(here, song)) == []


async def test_nobody_else_can_ask_for_it(here: Instance, there: Instance) -> None:
    ana, bo, eve = await here.join("ana"), await here.join("bo"), await there.join("eve")
    rain = await made(here, ana, "Rain")
    await there.find_record(rain.uri)
    known = await seen(there, rain.uri)
    for instance, person, record in ((here, bo, rain), (there, eve, known), (there, known.author, known)):
        with pytest.raises(Forbidden):
            await instance.run(leave_unnamed, person, record)
    document = await document_of(here, rain) | {"withoutName": True, "updated": now().isoformat()}

    async def send() -> None:
        work = RecordObject.read(Doc(document), Vocabulary(()))
        update = Update(id=new_activity_uri(eve), actor=eve.uri, object=work, to=(PUBLIC,), published=now())
        async with transaction():
            await publish(eve, update, to=[await Actor.get(uri=ana.uri)])

    await there.run(send)
    await settle(here, there)
    assert not await here.run(is_without_name, rain.uri)
    assert await here.run(Pseudonym.all) == []


async def test_a_work_that_is_not_shown_waits_with_the_wish(here: Instance) -> None:
    ana = await here.join("ana")
    rain = await made(here, ana, "Rain")
    await here.run(lambda: Record.filter(id=rain.id).update(visibility="hidden"))
    with pytest.raises(Conflict):
        await here.run(leave_unnamed, ana, await seen(here, rain.uri))


async def test_who_made_it_asks_on_a_page_of_the_work_and_takes_it_back_there(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    rain = await made(here, ana, "Rain")
    page = rain.uri.removeprefix("https://here.test")
    async with here.sign_in("ana") as client:
        assert f'href="{page}/name"' in (await client.get(page)).text
        assert "nobody can undo" in (await client.get(f"{page}/name")).text
        assert (await client.post(f"{page}/name", data={"undo": ""})).status_code == 303
        assert await here.run(is_without_name, rain.uri)
        assert "does not name you" in (await client.get(f"{page}/name")).text
        await client.post(f"{page}/name", data={"undo": "on"})
        assert not await here.run(is_without_name, rain.uri)
    async with here.sign_in("bo") as client:
        assert f"{page}/name" not in (await client.get(page)).text
        assert (await client.post(f"{page}/name", data={"undo": ""})).status_code == 403
    assert bo.id != ana.id
