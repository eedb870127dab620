"""Making, showing, changing and deleting records in a browser."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.accounts.models import Notification
from fedirec.activitypub.models import Actor, Liking
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.following import start_following
from fedirec.remix.actions.records import delete_record, publish_record
from fedirec.remix.models import Attachment, Contributor, Record, Source
from tests.conftest import Pass
from tests.network import Instance, Network, settle
from tests.remix.forms import fields_of, picture, send

pytestmark = pytest.mark.one_database
ACTIVITY = "application/activity+json"
NEW = "/records/new"


async def published(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    """The page of a record that was just published with these fields."""
    form = await client.get(NEW)
    answer = await send(client, form, NEW, do="publish", **fields)
    assert answer.status_code == 303, answer.text
    return await client.get(answer.headers["location"].removesuffix("/published"))


async def write(instance: Instance, author: Actor, title: str = "Song", **fields: Any) -> Record:
    draft = RecordDraft(**{"title": title, "text": "la *la*", "licence": "CC-BY-4.0", **fields})
    return await instance.run(publish_record, author, draft)


async def test_what_is_typed_is_published_and_shown(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        page = await published(
            ana, title="The harbour", text="Lights *on* water", tags="stars, #Night", licence="CC-BY-4.0", language="en"
        )
    assert page.status_code == 200
    assert "<h1" in page.text
    assert "The harbour" in page.text
    assert "Lights <em>on</em> water" in page.text
    assert "CC BY 4.0" in page.text or "Creative Commons Attribution 4.0" in page.text
    assert "/tags/night" in page.text
    assert "You may remix it" in page.text
    stranger = await here.get("/tags/stars")
    assert "The harbour" in stranger.text


async def test_after_publishing_the_next_thing_to_do_is_offered(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        form = await ana.get(NEW)
        answer = await send(ana, form, NEW, do="publish", title="A line", text="One.")
        next_page = await ana.get(answer.headers["location"])
    assert answer.headers["location"].endswith("/published")
    assert "What next?" in next_page.text


async def test_whoever_is_not_signed_in_is_shown_the_door_and_comes_back(here: Instance) -> None:
    answer = await here.get("/records/new?challenge=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Frecords%2Fnew%3Fchallenge%3D1"


async def test_files_that_arrived_survive_a_mistake_elsewhere_in_the_form(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        form = await ana.get(NEW)
        files = [("files", ("stars.png", picture(), "image/png"))]
        refused = await send(ana, form, NEW, files=files, do="publish", title="", text="Painted.", tags="night")
        assert refused.status_code == 422
        assert "Please fill this in." in refused.text
        kept = fields_of(refused, NEW)
        assert (kept["text"], kept["tags"], len(kept["file_key"])) == (["Painted."], ["night"], 1)
        key = kept["file_key"][0]
        path = refused.text.partition('<img src="/media/')[2].partition('"')[0]
        assert (await ana.get(f"/media/{path}")).headers["content-type"] == "image/png"
        assert (await here.get(f"/media/{path}")).status_code == 404

        changes: dict[str, Any] = {"title": "Stars", f"alt-{key}": "White dots on blue"}
        answer = await send(ana, refused, NEW, do="publish", **changes)
        assert answer.status_code == 303, answer.text
    attachment = await here.run(lambda: Attachment.get().select_related("media"))
    assert attachment.description == "White dots on blue"
    assert attachment.media is not None
    assert attachment.media.attached_at is not None
    assert (await here.get(f"/media/{path}")).status_code == 200


async def test_a_file_can_be_taken_out_again(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        files = [("files", (f"{colour}.png", picture(colour), "image/png")) for colour in ("red", "blue")]
        both = await send(ana, await ana.get(NEW), NEW, files=files, do="keep")
        assert both.status_code == 200
        first, second = fields_of(both, NEW)["file_key"]
        one = await send(ana, both, NEW, do=f"drop-file:{first}")
        assert fields_of(one, NEW)["file_key"] == [second]


async def test_a_file_that_is_none_is_refused_by_name_and_the_words_stay(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        files = [
            ("files", ("good.png", picture(), "image/png")),
            ("files", ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml")),
            ("files", ("letter.txt", b"Dear all,", "text/plain")),
        ]
        answer = await send(ana, await ana.get(NEW), NEW, files=files, do="publish", title="Mine", text="Words")
    assert answer.status_code == 422
    assert "drawing.svg" in answer.text
    assert "letter.txt" in answer.text
    kept = fields_of(answer, NEW)
    assert (kept["title"], kept["text"], len(kept["file_key"])) == (["Mine"], ["Words"], 1)


async def test_nobody_can_publish_the_upload_of_somebody_else(here: Instance) -> None:
    await here.join("ana")
    await here.join("bo")
    async with here.sign_in("ana") as ana, here.sign_in("bo") as bo:
        files = [("files", ("mine.png", picture(), "image/png"))]
        page = await send(ana, await ana.get(NEW), NEW, files=files, do="keep")
        key = fields_of(page, NEW)["file_key"][0]
        answer = await send(bo, await bo.get(NEW), NEW, do="publish", title="Stolen", text="", file_key=key)
    assert answer.status_code == 422
    assert "file_key" not in fields_of(answer, NEW)
    assert not await here.run(lambda: Record.exists(title="Stolen"))


async def _nowhere(here: Instance, there: Instance) -> str:
    return "https://nowhere.test/1"


async def _a_person(here: Instance, there: Instance) -> str:
    return (await there.join("cy")).uri


async def _one_that_forbids_it(here: Instance, there: Instance) -> str:
    return (await write(there, await there.join("cy"), "Closed", licence="CC-BY-ND-4.0")).uri


async def _one_without_a_right(here: Instance, there: Instance) -> str:
    return (await write(there, await there.join("cy"), "Kept", licence="LicenseRef-ARR")).uri


async def _a_private_one(here: Instance, there: Instance) -> str:
    return (await write(there, await there.join("cy"), "Secret", visibility="followers")).uri


async def _a_deleted_one(here: Instance, there: Instance) -> str:
    cy = await there.join("cy")
    record = await write(there, cy, "Gone")
    await there.run(delete_record, cy, record)
    return record.uri


@pytest.mark.parametrize(
    ("prepare", "said"),
    [
        (_nowhere, "could not be reached|does not answer|did not answer|no answer"),
        (_a_person, "not a record"),
        (_a_private_one, "knows nothing of that name"),
        (_a_deleted_one, "is not there any more"),
    ],
    ids=lambda value: getattr(value, "__name__", "").strip("_"),
)
async def test_a_source_that_cannot_be_one_is_named_and_nothing_typed_is_lost(
    here: Instance, there: Instance, prepare: Callable[[Instance, Instance], Awaitable[str]], said: str
) -> None:
    await here.join("ana")
    address = await prepare(here, there)
    async with here.sign_in("ana") as ana:
        answer = await send(
            ana, await ana.get(NEW), NEW, do="publish", title="Cover", text="lo lo", seek=address, tags="a b"
        )
    assert answer.status_code == 422
    message = answer.text.partition('id="seek-error"')[2].partition("</p>")[0]
    assert address in message
    assert any(words in message for words in said.split("|")), message
    kept = fields_of(answer, NEW)
    assert (kept["title"], kept["text"], kept["seek"], kept["tags"]) == (["Cover"], ["lo lo"], [address], ["a b"])
    assert not await here.run(lambda: Record.exists(title="Cover"))


@pytest.mark.parametrize(("prepare", "title"), [(_one_that_forbids_it, "Closed"), (_one_without_a_right, "Kept")])
async def test_a_source_whose_licence_forbids_it_is_there_in_red_and_its_author_can_be_asked(
    here: Instance, there: Instance, prepare: Callable[[Instance, Instance], Awaitable[str]], title: str
) -> None:
    await here.join("ana")
    address = await prepare(here, there)
    async with here.sign_in("ana") as ana:
        typed: dict[str, Any] = {"title": "Cover", "text": "lo lo", "seek": address, "tags": "a b"}
        answer = await send(ana, await ana.get(NEW), NEW, do="publish", **typed)
    assert answer.status_code == 422
    assert f"“{title}” may not be changed" in answer.text
    assert 'class="source-row stop"' in answer.text
    assert 'name="do" value="ask"' in answer.text
    kept = fields_of(answer, NEW)
    assert (kept["title"], kept["text"], kept["tags"], len(kept["source"])) == (["Cover"], ["lo lo"], ["a b"], 1)
    assert not await here.run(lambda: Record.exists(title="Cover"))


async def test_a_record_cannot_be_made_from_what_was_made_from_it(here: Instance) -> None:
    ana = await here.join("ana")
    song = await write(here, ana, "Song")
    cover = await write(here, ana, "Cover", sources=[SourceDraft(record=song)])
    edit = song.uri.removeprefix(here.origin) + "/edit"
    async with here.sign_in("ana") as browser:
        answer = await send(browser, await browser.get(edit), edit, do="publish", seek=cover.uri)
    assert answer.status_code == 422
    assert "“Cover” was itself made from this record" in answer.text
    assert not await here.run(lambda: Source.exists(record_id=song.id))


async def test_a_pasted_source_of_another_instance_becomes_a_remix_that_names_everybody(
    here: Instance, there: Instance
) -> None:
    cy = await there.join("cy")
    poem = await write(there, cy, "Poem", licence="CC-BY-SA-4.0")
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        looked = await send(ana, await ana.get(NEW), NEW, do="seek", seek=poem.uri, title="Song of it")
        assert looked.status_code == 200
        assert "You may build on it. cy is credited." in looked.text
        kept = fields_of(looked, NEW)
        assert (kept["title"], kept["seek"], kept["licence"]) == (["Song of it"], [""], ["CC-BY-SA-4.0"])
        source = kept["source"][0]
        changes: dict[str, Any] = {f"relation-{source}": "performs", "own_role": "sng"}
        answer = await send(ana, looked, NEW, do="publish", text="la", **changes)
        assert answer.status_code == 303, answer.text
        page = await ana.get(answer.headers["location"].removesuffix("/published"))
    assert "Made from" in page.text
    assert "performs it" in page.text
    assert "Singer" in page.text
    assert ">cy<" in page.text
    await settle(here, there)
    theirs = await there.get(poem.uri.removeprefix(there.origin))
    assert "Made into" in theirs.text
    assert "Song of it" in theirs.text


async def test_the_licence_follows_the_sources_until_somebody_chooses_one(here: Instance) -> None:
    bo = await here.join("bo")
    await here.join("ana")
    free = await write(here, bo, "Free", licence="CC-BY-NC-4.0")
    shared = await write(here, bo, "Shared", licence="CC-BY-SA-4.0")
    async with here.sign_in("ana") as ana:
        page = await ana.get(NEW)
        assert fields_of(page, NEW)["licence"] == ["CC-BY-SA-4.0"]
        page = await ana.get(f"{NEW}?source={free.id}")
        assert fields_of(page, NEW)["licence"] == ["CC-BY-NC-SA-4.0"]
        both = await send(ana, page, NEW, do=f"add-source:{shared.id}")
        assert "exclude each other" in both.text
        stopped = await send(ana, both, NEW, do="publish", title="Both", text="x")
        assert stopped.status_code == 422
        one = await send(ana, both, NEW, do=f"drop-source:{free.id}")
        assert fields_of(one, NEW)["licence"] == ["CC-BY-SA-4.0"]


async def test_sources_are_found_by_words_and_added_with_a_button(here: Instance) -> None:
    bo = await here.join("bo")
    await here.join("ana")
    song = await write(here, bo, "Nightingale")
    async with here.sign_in("ana") as ana:
        found = await send(ana, await ana.get(NEW), NEW, do="seek", seek="nightin", title="Mine")
        assert "Nightingale" in found.text
        assert "source" not in fields_of(found, NEW)
        added = await send(ana, found, NEW, do=f"add-source:{song.id}")
    assert fields_of(added, NEW)["source"] == [str(song.id)]
    assert fields_of(added, NEW)["title"] == ["Mine"]


async def test_people_with_roles_are_named_and_hear_of_it(here: Instance, there: Instance) -> None:
    await here.join("ana")
    await here.join("bo")
    await there.join("cy")
    async with here.sign_in("ana") as ana:
        one = await send(ana, await ana.get(NEW), NEW, do="add-part", who="@cy@there.test", who_role="nrt")
        two = await send(ana, one, NEW, do="add-part", who="bo", who_role="edt")
        unknown = await send(ana, two, NEW, do="add-part", who="@nobody@there.test", who_role="edt")
        assert "nobody at there.test answers to that handle" in unknown.text.lower()
        assert len(fields_of(unknown, NEW)["part"]) == 2
        answer = await send(ana, unknown, NEW, do="publish", who="", title="Read aloud", text="Once upon a time")
        assert answer.status_code == 303, answer.text
        page = await ana.get(answer.headers["location"].removesuffix("/published"))
    assert "Narrator" in page.text
    assert "named by ana" in page.text
    await settle(here, there)
    assert await here.run(lambda: Contributor.filter(role="edt").count()) == 1
    assert await here.run(lambda: Notification.filter(kind="credited").count()) == 1
    assert await there.run(lambda: Notification.filter(kind="credited").count()) == 1


async def test_one_address_gives_the_page_or_the_document(here: Instance) -> None:
    song = await write(here, await here.join("ana"))
    path = song.uri.removeprefix(here.origin)
    page, document = await here.get(path), await here.get(path, accept=ACTIVITY)
    assert page.headers["content-type"].startswith("text/html")
    assert document.headers["content-type"] == ACTIVITY
    assert document.json()["id"] == song.uri
    assert "@context" in document.json()
    for answer in (page, document):
        assert "accept" in answer.headers["vary"].lower()


async def test_a_content_warning_stands_before_the_words_as_well_as_the_files(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        files = [("files", ("stars.png", picture(), "image/png"))]
        page = await published(ana, files=files, title="Storm", text="It was loud.", warning="thunder")
    assert page.text.count('<details class="warned">') == 2
    before_the_words = page.text.partition("It was loud.")[0]
    assert before_the_words.count("<details") - before_the_words.count("</details>") >= 1


async def test_an_edit_makes_a_version_and_the_one_before_is_kept(here: Instance) -> None:
    ana = await here.join("ana")
    song = await write(here, ana, "Song", tags=["one"], warning="loud")
    path = song.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        form = await browser.get(f"{path}/edit")
        shown = fields_of(form, f"{path}/edit")
        assert (shown["title"], shown["text"], shown["tags"], shown["warning"]) == (
            ["Song"],
            ["la *la*"],
            ["one"],
            ["loud"],
        )
        answer = await send(browser, form, f"{path}/edit", do="publish", title="Song, again", warning="")
        assert answer.status_code == 303, answer.text
    page = await here.get(path)
    assert "Song, again" in page.text
    assert f"{path}/versions/1" in page.text
    before = await here.get(f"{path}/versions/1")
    assert "Song" in before.text


async def test_a_deleted_record_leaves_a_tombstone_and_the_names(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    song = await write(here, ana)
    cover = await write(here, bo, "Cover", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=song)])
    path = song.uri.removeprefix(here.origin)
    async with here.sign_in("ana") as browser:
        asked = await browser.get(f"{path}/delete")
        assert "What others made from it stays" in asked.text
        answer = await send(browser, asked, f"{path}/delete")
        assert answer.status_code == 303
    page, document = await here.get(path), await here.get(path, accept=ACTIVITY)
    assert (page.status_code, document.status_code) == (410, 410)
    assert document.json()["type"] == "Tombstone"
    assert "Cover" in page.text
    remix = await here.get(cover.uri.removeprefix(here.origin))
    assert "Song" in remix.text
    assert ">ana<" in remix.text


async def test_only_its_author_edits_or_deletes_a_record(here: Instance) -> None:
    song = await write(here, await here.join("ana"))
    await here.join("bo")
    path = song.uri.removeprefix(here.origin)
    async with here.sign_in("bo") as bo:
        assert (await bo.get(f"{path}/edit")).status_code == 403
        assert (await bo.post(f"{path}/edit", data={"do": "publish", "title": "x"})).status_code == 403
        assert (await bo.post(f"{path}/delete")).status_code == 403
    assert (await here.run(lambda: Record.get(id=song.id))).title == "Song"


async def test_what_is_for_followers_is_hidden_from_everybody_else(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.join("dee")
    secret = await write(here, ana, "Whisper", visibility="followers")
    await here.run(start_following, bo, ana)
    path = secret.uri.removeprefix(here.origin)
    assert (await here.get(path)).status_code == 404
    assert (await here.get(path, accept=ACTIVITY)).status_code == 404
    assert (await here.get(f"{path}/lineage.json")).status_code == 404
    for name, status in (("ana", 200), ("bo", 200), ("dee", 404)):
        async with here.sign_in(name) as browser:
            assert (await browser.get(path)).status_code == status, name
            feed = await browser.get("/u/ana")
            assert ("Whisper" in feed.text) == (status == 200), name
    for public in ("/", "/explore", "/explore?q=whisper", "/u/ana"):
        assert "Whisper" not in (await here.get(public)).text, public


async def test_a_trail_over_three_instances_is_the_same_everywhere_and_outlives_one(
    here: Instance, there: Instance, elsewhere: Instance, network: Network, time_passes: Pass
) -> None:
    ana, bo, cy = await here.join("ana"), await there.join("bo"), await elsewhere.join("cy")
    story = await write(there, bo, "Story")
    seen = await elsewhere.find_record(story.uri)
    sketch = await write(elsewhere, cy, "Sketch", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=seen)])
    found = await here.find_record(sketch.uri)
    await settle(here, there, elsewhere)
    film = await write(here, ana, "Film", licence="CC-BY-SA-4.0", sources=[SourceDraft(record=found)])
    await settle(here, there, elsewhere)
    copy = await elsewhere.find_record(film.uri)
    time_passes(timedelta(seconds=10))  # until those who agreed are named in what travels
    await settle(here, there, elsewhere)
    network.down.add("there.test")

    own = (await here.get(film.uri.removeprefix(here.origin) + "/lineage", accept="application/json")).json()
    theirs = (await elsewhere.get(f"/records/remote/{copy.id}/lineage.json")).json()
    assert {node["id"] for node in own["records"]} == {story.uri, sketch.uri, film.uri}
    assert own["derivations"] == theirs["derivations"]
    assert own["credits"] == theirs["credits"]
    assert [(line["name"], line["generation"]) for line in own["credits"]] == [("ana", 0), ("cy", 1), ("bo", 2)]
    page = await here.get(film.uri.removeprefix(here.origin))
    assert 'class="trail"' in page.text
    assert "Story" in page.text
    assert "2 steps back" in page.text


async def test_a_remote_record_has_a_page_here_and_programs_are_sent_home(here: Instance, there: Instance) -> None:
    song = await write(there, await there.join("bo"), "Song", text="la *la*")
    copy = await here.find_record(song.uri)
    page = await here.get(f"/records/remote/{copy.id}")
    assert "From there.test" in page.text
    assert song.uri in page.text
    assert "la <em>la</em>" in page.text
    sent = await here.get(f"/records/remote/{copy.id}", accept=ACTIVITY)
    assert (sent.status_code, sent.headers["location"]) == (303, song.uri)


async def test_a_source_that_nobody_can_reach_is_labelled_not_hidden(here: Instance, there: Instance) -> None:
    bo = await there.join("bo")
    record = await write(there, bo, "Cover")
    copy = await here.find_record(record.uri)
    await here.run(
        lambda: Source.create(
            record_id=copy.id, uri="https://gone.test/1", relation="adapts", position=0, problem="gone.test is silent"
        )
    )
    page = await here.get(f"/records/remote/{copy.id}")
    assert "https://gone.test/1" in page.text
    assert "unverified" in page.text
    assert "gone.test is silent" in page.text


async def test_a_recommendation_reaches_the_author_and_is_counted_nowhere(here: Instance, there: Instance) -> None:
    song = await write(there, await there.join("bo"))
    copy = await here.find_record(song.uri)
    await here.join("ana")
    path = f"/records/remote/{copy.id}"
    async with here.sign_in("ana") as ana:
        answer = await send(ana, await ana.get(path), f"{path}/recommend")
        assert answer.status_code == 303
        await settle(here, there)
        assert await there.run(lambda: Notification.filter(kind="recommended").count()) == 1
        assert await there.run(lambda: Liking.all().count()) == 1
        again = await ana.get(path)
        await send(ana, again, f"{path}/recommend")
        await settle(here, there)
    assert await there.run(lambda: Liking.all().count()) == 0
