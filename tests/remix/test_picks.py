"""What editors point at: in their words, for everybody, and only as long as everybody may see it."""

from __future__ import annotations

import pytest

from fedirec.accounts.models import AuditEvent
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.records import delete_record
from fedirec.remix.models import Challenge, Pick, Record
from fedirec.remix.terms import Terms
from tests.network import Instance
from tests.remix.test_pages_records import write


async def words_on(place: Instance, path: str) -> bool:
    answer = await place.get(path)
    assert answer.status_code == 200
    return "Listen to its silence." in answer.text


async def pointed_at(place: Instance, about: str, words: str = "Listen to its silence.") -> int:
    async with place.sign_in("mo") as browser:
        return (await browser.post("/picks/new", data={"about": about, "words": words})).status_code


async def test_an_editor_points_at_a_record_and_takes_it_back(here: Instance) -> None:
    await here.join("mo", role=Role.MODERATOR)
    record = await write(here, await here.join("ana"), "Rain")
    assert await pointed_at(here, record.uri) == 303
    for page in ("/", "/explore", "/picks", "/digest"):
        assert await words_on(here, page), page
    assert await pointed_at(here, record.uri) == 422  # it is picked already
    async with here.sign_in("ana") as browser:
        assert "Listen to its silence." in (await browser.get("/")).text
    found = await here.run(lambda: Pick.get(ended_at=None))
    async with here.sign_in("mo") as browser:
        assert (await browser.post(f"/picks/{found.id}/end")).status_code == 303
    assert not await words_on(here, "/picks")
    assert [row.action for row in await here.run(lambda: AuditEvent.all().order_by("id"))][-2:] == ["pick", "end_pick"]
    assert await pointed_at(here, record.uri) == 303


async def test_what_its_author_deletes_or_hides_or_who_is_limited_is_picked_no_more(here: Instance) -> None:
    await here.join("mo", role=Role.MODERATOR)
    ana = await here.join("ana")
    gone, kept = await write(here, ana, "Gone"), await write(here, ana, "Kept")
    for record in (gone, kept):
        assert await pointed_at(here, record.uri) == 303
    await here.run(delete_record, ana, gone)
    page = (await here.get("/picks")).text
    assert "Gone" not in page
    assert "Kept" in page
    hidden = (
        (
            lambda: Record.filter(id=kept.id).update(visibility="followers"),
            lambda: Record.filter(id=kept.id).update(visibility="public"),
        ),
        (lambda: Actor.filter(id=ana.id).update(is_quiet=True), lambda: Actor.filter(id=ana.id).update(is_quiet=False)),
        (
            lambda: Actor.filter(id=ana.id).update(state="suspended"),
            lambda: Actor.filter(id=ana.id).update(state="active"),
        ),
    )
    for hide, show in hidden:
        await here.run(hide)
        assert not await words_on(here, "/picks")
        assert not await words_on(here, "/")
        await here.run(show)
        assert await words_on(here, "/picks")


@pytest.mark.one_database
async def test_what_not_everybody_may_see_cannot_be_picked(here: Instance) -> None:
    await here.join("mo", role=Role.MODERATOR)
    ana = await here.join("ana")
    record = await write(here, ana, "Rain")
    await here.run(lambda: Record.filter(id=record.id).update(visibility="followers"))
    assert await pointed_at(here, record.uri) == 422
    await here.run(lambda: Record.filter(id=record.id).update(visibility="public"))
    await here.run(lambda: Actor.filter(id=ana.id).update(is_quiet=True))
    assert await pointed_at(here, record.uri) == 422
    for about, words in (("https://nowhere.example/1", "x"), (record.uri, ""), (record.uri, "x" * 501), (ana.uri, "x")):
        assert await pointed_at(here, about, words) == 422
    assert not await here.run(Pick.exists)


@pytest.mark.one_database
async def test_members_do_not_pick(here: Instance) -> None:
    record = await write(here, await here.join("ana"), "Rain")
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/picks/new")).status_code == 403
        assert (await browser.post("/picks/new", data={"about": record.uri, "words": "x"})).status_code == 403
        assert (await browser.post("/picks/1/end")).status_code == 403
    assert not await here.run(Pick.exists)


async def test_a_challenge_is_pointed_at_by_its_group_until_it_is_a_draft_again(here: Instance) -> None:
    mo = await here.join("mo", role=Role.MODERATOR)
    draft = ChallengeDraft(
        title="Sing the rain", slug="rain", text="Send rain.", terms=Terms(version=1, licence="CC-BY-4.0")
    )
    await here.run(open_challenge, mo, here.state["keyring"], draft)
    challenge = await here.run(lambda: Challenge.get().select_related("actor"))
    assert await pointed_at(here, challenge.actor.uri) == 303
    assert "Sing the rain" in (await here.get("/picks")).text
    await here.run(lambda: Challenge.all().update(state="draft"))
    assert not await words_on(here, "/picks")
