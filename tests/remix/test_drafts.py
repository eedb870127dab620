"""What somebody is still writing is kept until it is published, thrown away, or left alone for long."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from fedirec.clock import now
from fedirec.errors import FedirecError, Invalid, NotFound, TooLarge
from fedirec.media.actions import prune_unattached
from fedirec.media.models import Media
from fedirec.remix.actions.drafting import KEPT_FOR, MAX_DRAFTS, forget_draft, prune_drafts, save_draft
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.models import Draft, Record, Submission
from fedirec.remix.queries.drafts import get_draft
from fedirec.uris import new_key
from tests.network import Instance
from tests.remix.forms import fields_of, picture, send

NEW = "/records/new"


async def begun(client: httpx.AsyncClient, **fields: Any) -> tuple[httpx.Response, str]:
    """The page after something was typed and put aside, and the address at which it goes on."""
    answer = await send(client, await client.get(NEW), NEW, do="save", **fields)
    assert answer.status_code == 303, answer.text
    return await client.get(answer.headers["location"]), answer.headers["location"]


async def test_a_draft_shows_everything_again_and_is_gone_when_it_is_published(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC-BY-NC-4.0"))
    async with here.sign_in("bo") as bo:
        form = await send(bo, await bo.get(f"{NEW}?source={song.id}"), NEW, do="add-part", who="ana", who_role="nrt")
        files = [("files", ("stars.png", picture(), "image/png"))]
        form = await send(bo, form, NEW, files=files, do="keep", title="Sung", text="la *la*", tags="night sky")
        key = fields_of(form, NEW)["file_key"][0]
        changes: dict[str, Any] = {
            f"alt-{key}": "Dots",
            f"relation-{song.id}": "performs",
            "seek": "more",
            "warning": "w",
        }
        saved = await send(bo, form, NEW, do="save", own_role="sng", **changes)
        assert saved.status_code == 303
        again = await bo.get(saved.headers["location"])
        shown = fields_of(again, NEW)
        assert (shown["title"], shown["text"], shown["tags"], shown["warning"]) == (
            ["Sung"],
            ["la *la*"],
            ["night sky"],
            ["w"],
        )
        assert (shown["file_key"], shown[f"alt-{key}"], shown["own_role"]) == ([key], ["Dots"], ["sng"])
        assert (shown["source"], shown[f"relation-{song.id}"], shown["seek"]) == (
            [str(song.id)],
            ["performs"],
            ["more"],
        )
        assert (shown["part_role"], shown["licence"]) == (["nrt"], ["CC-BY-NC-SA-4.0"])
        offered = await bo.get(NEW)
        assert "Go on with something you began" in offered.text
        assert saved.headers["location"] in offered.text

        out = await send(bo, again, NEW, do="publish", seek="")
        assert out.status_code == 303, out.text
        assert "Go on with something you began" not in (await bo.get(NEW)).text
        assert (await bo.get(saved.headers["location"])).status_code == 404
    assert not await here.run(Draft.exists)


@pytest.mark.one_database
async def test_while_somebody_writes_the_page_saves_and_says_when(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        page = await ana.get(NEW)
        path = re.search(r'data-draft="([^"]+)"', page.text)
        assert path is not None
        fields = fields_of(page, NEW)
        nothing = await ana.post(path[1], data=fields)
        assert nothing.json() == {"saved_at": None, "problem": None}
        assert not await here.run(Draft.exists)
        for title in ("F", "First", "First light"):
            answer = await ana.post(path[1], data={**fields, "title": title})
            assert answer.json()["saved_at"] is not None
        too_long = await ana.post(path[1], data={**fields, "text": "y" * 250_000})
        assert "too long" in too_long.json()["problem"]
        assert fields_of(await ana.get(f"{NEW}?draft={fields['draft'][0]}"), NEW)["title"] == ["First light"]
    assert await here.run(lambda: Draft.all().count()) == 1


async def test_a_file_that_is_on_its_way_makes_a_draft_worth_keeping(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        await begun(ana, waiting="film.webm")
        assert "Untitled" in (await ana.get(NEW)).text


async def test_a_draft_can_be_thrown_away(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        _page, address = await begun(ana, title="Not so good")
        key = address.partition("draft=")[2]
        answer = await ana.post(
            f"/records/drafts/{key}/forget", headers={"content-type": "application/x-www-form-urlencoded"}
        )
        assert answer.status_code == 303
        assert "Not so good" not in (await ana.get(NEW)).text
        assert (await ana.post(f"/records/drafts/{key}/forget")).status_code == 404


async def test_nobody_sees_or_changes_the_draft_of_somebody_else(here: Instance) -> None:
    await here.join("ana")
    await here.join("bo")
    async with here.sign_in("ana") as ana, here.sign_in("bo") as bo:
        _page, address = await begun(ana, title="Secret")
        key = address.partition("draft=")[2]
        assert (await bo.get(address)).status_code == 404
        assert (await bo.post(f"/records/drafts/{key}/forget")).status_code == 404
        await bo.post(f"/records/drafts/{key}", data={"draft": key, "title": "Mine"})
        assert fields_of(await ana.get(address), NEW)["title"] == ["Secret"]
        assert "Secret" not in (await bo.get(NEW)).text


async def test_drafts_are_few_and_the_one_left_alone_the_longest_makes_room(here: Instance) -> None:
    ana = await here.join("ana")
    keys = [new_key() for _ in range(MAX_DRAFTS + 2)]
    for number, key in enumerate(keys):
        await here.run(save_draft, ana, key=key, title=f"No. {number}", values=[("title", "x")])
    await here.run(save_draft, ana, key=keys[2], title="Again", values=[("title", "y")])
    assert await here.run(lambda: Draft.all().count()) == MAX_DRAFTS
    for gone in keys[:2]:
        with pytest.raises(NotFound):
            await here.run(get_draft, ana, gone)
    assert (await here.run(get_draft, ana, keys[2])).title == "Again"


async def test_what_nobody_touches_for_long_is_forgotten_and_its_files_with_it(here: Instance) -> None:
    ana = await here.join("ana")
    async with here.sign_in("ana") as browser:
        files = [("files", ("stars.png", picture(), "image/png"))]
        form = await send(browser, await browser.get(NEW), NEW, files=files, do="keep", title="Stars")
        key = fields_of(form, NEW)["draft"][0]
    await here.run(lambda: Media.all().update(created_at=now() - timedelta(days=3)))
    await here.run(prune_unattached, here.state["store"], older_than=timedelta(days=1))
    assert await here.run(Media.exists), "the draft waits for it"
    assert await here.run(prune_drafts) == 0

    await here.run(lambda: Draft.all().update(saved_at=now() - KEPT_FOR - timedelta(minutes=1)))
    await here.run(lambda: Media.all().update(waits_until=now() - timedelta(minutes=1)))
    assert await here.run(prune_drafts) == 1
    await here.run(prune_unattached, here.state["store"], older_than=timedelta(days=1))
    assert not await here.run(Media.exists)
    with pytest.raises(NotFound):
        await here.run(get_draft, ana, key)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("key", "values", "refused"),
    [
        ("", [("title", "x")], Invalid),
        ("../../etc/passwd", [("title", "x")], Invalid),
        ("A" * 26, [("title", "x")], Invalid),
        ("0" * 26, [("text", "x" * 300_000)], TooLarge),
    ],
)
async def test_a_draft_that_is_none_is_refused(
    here: Instance, key: str, values: list[tuple[str, str]], refused: type[FedirecError]
) -> None:
    ana = await here.join("ana")
    with pytest.raises(refused):
        await here.run(save_draft, ana, key=key, title="", values=values)
    with pytest.raises(NotFound):
        await here.run(forget_draft, ana, key=key)


@pytest.mark.one_database
async def test_a_look_at_it_shows_what_others_will_see_and_what_is_missing(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    song = await here.run(publish_record, ana, RecordDraft(title="Song", text="la", licence="CC-BY-4.0"))
    async with here.sign_in("bo") as bo:
        form = await bo.get(f"{NEW}?source={song.id}")
        empty = await send(bo, form, NEW, do="preview")
        missing = empty.text.partition('class="panel missing-list"')[2].partition("</div></div>")[0]
        assert 'href="#title"' in missing
        full = await send(bo, form, NEW, do="preview", title="Sung", text="Lights *on* water", tags="night")
        assert "missing-list" not in full.text
        looked = full.text.partition('class="previewed"')[2]
        for words in ("Sung", "Lights <em>on</em> water", "#night", "You may remix this", "Song"):
            assert words in looked
        assert "ana" in re.sub(r"<[^>]+>", "", looked.partition('class="credit-line"')[2].partition("</p>")[0])
    assert await here.run(lambda: Record.all().count()) == 1


@pytest.mark.one_database
async def test_each_source_says_whether_it_fits_and_all_together_what_comes_of_it(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    free, shared, ours = [
        await here.run(publish_record, ana, RecordDraft(title=title, text="la", licence=licence))
        for title, licence in (("Free", "CC0-1.0"), ("Shared", "CC-BY-SA-4.0"), ("Unsold", "CC-BY-NC-4.0"))
    ]
    async with here.sign_in("bo") as bo:
        page = await bo.get(f"{NEW}?source={free.id}&source={shared.id}")
        assert page.text.count('class="verdict fine"') == 2
        assert "What you make from this must be CC BY-SA 4.0." in page.text
        other = await send(bo, page, NEW, do="check", licence="CC-BY-4.0")
        assert other.text.count('class="verdict care"') == 1
        assert "“Shared” is under CC BY-SA 4.0" in other.text
        three = await send(bo, page, NEW, do=f"add-source:{ours.id}")
        assert three.text.count('class="verdict stop"') == 2
        assert "The licences alone do not allow it: " in three.text
        assert "exclude each other" in three.text


async def test_files_change_places(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        files = [("files", (f"{colour}.png", picture(colour), "image/png")) for colour in ("red", "green", "blue")]
        page = await send(ana, await ana.get(NEW), NEW, files=files, do="keep")
        red, green, blue = fields_of(page, NEW)["file_key"]
        page = await send(ana, page, NEW, do=f"raise-file:{blue}")
        assert fields_of(page, NEW)["file_key"] == [red, blue, green]
        page = await send(ana, page, NEW, do=f"lower-file:{red}")
        assert fields_of(page, NEW)["file_key"] == [blue, red, green]
        for useless in (f"raise-file:{blue}", f"lower-file:{green}", "raise-file:nothing"):
            page = await send(ana, page, NEW, do=useless)
            assert fields_of(page, NEW)["file_key"] == [blue, red, green]


async def test_a_record_of_ones_own_can_answer_a_challenge_as_it_is(here: Instance) -> None:
    await here.join("ana")
    bo = await here.join("bo")
    async with here.sign_in("ana") as ana:
        page = await ana.get("/challenges/new")
        made = await send(
            ana, page, "/challenges/new", do="publish", title="Stars", text="Look up.", licence="CC-BY-4.0"
        )
        assert made.status_code == 303, made.text
    song = await here.run(publish_record, bo, RecordDraft(title="Song", text="la", licence="CC-BY-4.0"))
    async with here.sign_in("bo") as browser:
        page = await browser.get(f"{NEW}?challenge=1")
        assert "Offer it as it is" in page.text
        unfit = await send(browser, page, NEW, do="check", licence="CC-BY-NC-4.0")
        assert 'class="panel check care"' in unfit.text
        assert "CC BY-NC 4.0 does not fit that" in unfit.text
        answer = await send(browser, page, NEW, do=f"offer:{song.id}")
        assert answer.status_code == 303
        assert answer.headers["location"] == song.uri.removeprefix(here.origin)
    assert await here.run(lambda: Submission.filter(record_id=song.id).count()) == 1
    assert await here.run(lambda: Record.all().count()) == 1


@pytest.mark.one_database
async def test_only_the_page_on_which_records_are_made_may_listen_and_look(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as ana:
        for path, may in ((NEW, True), ("/", False), ("/settings", False), ("/challenges/new", False)):
            headers = (await ana.get(path)).headers
            for device in ("camera", "microphone"):
                assert f"{device}=({'self' if may else ''})" in headers["permissions-policy"], path
            assert "geolocation=()" in headers["permissions-policy"]
            assert ("blob:" in headers["content-security-policy"].partition("img-src")[2].partition(";")[0]) is may
            assert "'unsafe" not in headers["content-security-policy"]
