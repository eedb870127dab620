"""Records that people keep for later."""

from __future__ import annotations

from fedirec.activitypub.follows import approve_follow
from fedirec.activitypub.models import Follow, Outgoing
from fedirec.remix.actions.bookmarks import bookmark
from fedirec.remix.actions.erasing.members import forget_sayings
from fedirec.remix.actions.records import bury_record
from fedirec.remix.models import Bookmark
from fedirec.remix.queries.bookmarks import bookmarks_of
from tests.network import Instance
from tests.remix.test_comments import publish


async def test_a_record_is_kept_from_its_page_found_again_and_taken_out(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    fog, rain = await publish(here, ana, title="Fog"), await publish(here, ana, title="Rain")
    sent = await here.run(lambda: Outgoing.all().count())
    async with here.sign_in("bo") as browser:
        empty = await browser.get("/bookmarks")
        assert "Nothing is kept yet" in empty.text
        for record in (fog, rain, fog):
            assert (await browser.post(f"{record.uri}/bookmark", data={"back": ""})).status_code == 303
        page = await browser.get("/bookmarks")
        assert page.text.index(">Rain<") < page.text.index(">Fog<")
        assert ">Kept<" in (await browser.get(fog.uri)).text
        assert (await browser.post(f"{fog.uri}/bookmark", data={"undo": "on"})).status_code == 303
        page = await browser.get("/bookmarks")
        assert ">Fog<" not in page.text
        assert ">Rain<" in page.text
    async with here.sign_in("ana") as browser:
        assert "Nothing is kept yet" in (await browser.get("/bookmarks")).text
    assert await here.run(lambda: Outgoing.all().count()) == sent  # nobody heard of it


async def test_one_of_another_instance_is_kept_too_and_what_is_gone_is_left_out(
    here: Instance, there: Instance
) -> None:
    ana, bo = await here.join("ana"), await there.join("bo")
    sea = await publish(there, bo, title="Sea")
    copy = await here.find_record(sea.uri)
    async with here.sign_in("ana") as browser:
        assert (await browser.post(f"/records/remote/{copy.id}/bookmark", data={"back": ""})).status_code == 303
        assert ">Sea<" in (await browser.get("/bookmarks")).text
        await here.run(bury_record, copy)
        assert ">Sea<" not in (await browser.get("/bookmarks")).text
    assert await here.run(lambda: Bookmark.filter(actor_id=ana.id).count()) == 1


async def test_only_what_one_may_see_can_be_kept_and_shown(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    secret = await publish(here, ana, title="Secret", visibility="followers")
    async with here.sign_in("bo") as browser:
        assert (await browser.post(f"{secret.uri}/bookmark", data={"back": ""})).status_code == 404
        await here.run(bookmark, bo, secret)
        assert ">Secret<" not in (await browser.get("/bookmarks")).text

        async def follow() -> None:
            made = await Follow.create(uri="https://a.example/f/1", follower_id=bo.id, target_id=ana.id)
            made.follower, made.target = bo, ana
            await approve_follow(ana, made)

        await here.run(follow)
        assert ">Secret<" in (await browser.get("/bookmarks")).text


async def test_pieces_of_a_long_list_meet_without_a_gap(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    made = [await publish(here, ana, title=f"Drop {number}") for number in range(5)]
    for record in made:
        await here.run(bookmark, bo, record)
    first = await here.run(bookmarks_of, bo, limit=2)
    rest = await here.run(bookmarks_of, bo, after=first[-1].place, limit=9)
    assert [each.record.id for each in (*first, *rest)] == [record.id for record in reversed(made)]


async def test_whoever_leaves_keeps_nothing(here: Instance) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    await here.run(bookmark, bo, await publish(here, ana))
    await here.run(forget_sayings, bo)
    assert await here.run(lambda: Bookmark.all().count()) == 0
