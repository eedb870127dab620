"""Notices by mail: to an address that is somebody's own, together, in time, until they end it with one click."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from fedirec.accounts.actions.notifications import GATHERING, PAUSE, mark_read, notify
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.notices import WISHES, Notice
from fedirec.activitypub.follows import follow
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.lanes import Job
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.reminders import remind_of_deadlines
from fedirec.remix.terms import Terms
from tests.conftest import Pass
from tests.network import Instance, Network, open_instance
from tests.postbox import Postbox, open_postbox

ADDRESS = "ana@mail.example"


@asynccontextmanager
async def place_with(box: Postbox, network: Network, url: str, folder: Path) -> AsyncGenerator[Instance]:
    told = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none", "smtp_from": "place@here.test"}
    async with open_instance(network, "here.test", database=url, folder=folder, **told) as instance:
        yield instance


@pytest.fixture
async def box() -> AsyncGenerator[Postbox]:
    async with open_postbox() as opened:
        yield opened


@pytest.fixture
async def place(box: Postbox, network: Network, database_url: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    """An instance that sends mail to `box`."""
    async with place_with(box, network, database_url, tmp_path / "here") as instance:
        yield instance


async def write_letters(place: Instance) -> None:
    """What the worker does when the chore comes round, and then with what is due."""
    await place.run(place.state["post"].post_notices)
    await place.work()


async def wants_mail(place: Instance, name: str, box: Postbox, kinds: list[str]) -> Actor:
    """The member `name` followed the link that was sent, and chose what they want."""
    actor = await place.join(name)
    async with place.sign_in(name) as browser:
        asked = await browser.post("/settings/notices/address", data={"address": ADDRESS})
        assert asked.status_code == 303
        await place.work()
        link = re.search(r"https://here\.test(/mail/confirm/\S+)", plain(box.letters.pop()))
        assert link
    async with place.client() as stranger:  # the letter may be opened in another browser
        assert ADDRESS in (await stranger.get(link[1])).text
        assert (await place.run(Account.get, actor_id=actor.id)).mail_to is None
        assert (await stranger.post(link[1])).status_code == 200
    async with place.sign_in(name) as browser:
        chosen = {"wanted": [kind.value for kind in WISHES], "mailed": kinds}
        assert (await browser.post("/settings/notices", data=chosen)).status_code == 303
    return actor


def plain(letter: EmailMessage) -> str:
    body = letter.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def remixed(place: Instance, actor: Actor, by: Actor, title: str, kind: Notice = Notice.REMIXED) -> None:
    await place.run(notify, actor, kind, by, f"https://x.test/{title}", f"/records/{title}", {"title": title})


async def test_what_happens_within_some_minutes_comes_as_one_letter_and_ends_with_one_click(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana = await wants_mail(place, "ana", box, ["remixed"])
    bo, cy = await place.join("bo"), await place.join("cy")
    await remixed(place, ana, bo, "Fox")
    await remixed(place, ana, cy, "Owl & <b>")
    await remixed(place, ana, bo, "Hen", Notice.COMMENTED)
    await write_letters(place)
    assert box.letters == []
    time_passes(GATHERING)
    await write_letters(place)
    [letter] = box.letters
    assert box.recipients[-1] == [ADDRESS]
    assert letter["Subject"] == "cy made something from “Owl & <b>”. And more."
    assert "bo made something from “Fox”." in plain(letter)
    assert "https://here.test/records/Fox" in plain(letter)
    assert "Hen" not in plain(letter)
    html = letter.get_body(("html",))
    assert html is not None
    assert "Owl &amp; &lt;b&gt;" in html.get_content()
    assert not re.search(r"<img|src=|https?://(?!here\.test)", html.get_content())

    stop = str(letter["List-Unsubscribe"]).strip("<>")
    async with place.client() as stranger:
        del stranger.headers["origin"]
        assert (await stranger.get(stop)).status_code == 200
        assert (await place.run(Account.get, actor_id=ana.id)).mailed == ["remixed"]
        assert (await stranger.post(stop[:-1] + ("A" if stop[-1] != "A" else "B"))).status_code == 404
        other = stop.replace("notices", "weekly")
        assert (await stranger.post(other)).status_code == 404
        assert (await stranger.post(stop, data={"List-Unsubscribe": "One-Click"})).status_code == 200
    assert not (await place.run(Account.get, actor_id=ana.id)).mailed
    await remixed(place, ana, bo, "Cat")
    time_passes(PAUSE)
    await write_letters(place)
    assert len(box.letters) == 1
    assert await place.run(lambda: Notification.filter(account__actor_id=ana.id).count()) == 4


@pytest.mark.one_database
async def test_who_follows_a_challenge_is_told_by_mail_before_it_closes(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana, bo = await wants_mail(place, "ana", box, ["challenge_closes"]), await place.join("bo")
    draft = ChallengeDraft(
        title="Foxes",
        slug="foxes",
        text="Draw one.",
        terms=Terms(version=1, licence="CC-BY-4.0"),
        deadline_at=now() + timedelta(days=9),
    )
    challenge = await place.run(open_challenge, bo, place.state["keyring"], draft)
    await place.run(follow, ana, challenge.actor)
    time_passes(timedelta(days=6, minutes=1))
    assert await place.run(remind_of_deadlines) == 1
    time_passes(GATHERING)
    await write_letters(place)
    [letter] = box.letters
    assert "Foxes" in str(letter["Subject"])
    assert f"{place.origin}/c/foxes" in plain(letter)


async def test_nobody_gets_more_than_one_letter_in_an_hour_nor_what_they_have_read(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana = await wants_mail(place, "ana", box, ["remixed", "always"])
    bo = await place.join("bo")
    account = await place.run(Account.get, actor_id=ana.id)
    await remixed(place, ana, bo, "Fox")
    await place.run(mark_read, account)
    time_passes(GATHERING)
    await write_letters(place)
    assert box.letters == []
    for title in ("One", "Two", "Three"):
        await remixed(place, ana, bo, title)
        time_passes(GATHERING)
        await write_letters(place)
    assert box.letters == []  # the claim above counts as the letter of this hour
    await place.run(notify, ana, Notice.PASSWORD_CHANGED, None, "https://x.test/p", "/settings")
    time_passes(PAUSE)
    await write_letters(place)
    [letter] = box.letters
    assert all(title in plain(letter) for title in ("One", "Two", "Three", "Your password was changed."))
    assert "Fox" not in plain(letter)


async def test_two_workers_write_one_letter_and_a_server_that_is_away_gets_it_later(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana = await wants_mail(place, "ana", box, ["remixed"])
    await remixed(place, ana, await place.join("bo"), "Fox")
    time_passes(GATHERING)
    box.answers[ADDRESS] = f"451 {ADDRESS} later"
    post = place.state["post"]
    await asyncio.gather(*(place.run(post.post_notices) for _ in range(3)))
    await place.work()
    [job] = await place.run(lambda: Job.filter(kind="mail"))
    assert (job.attempts, job.status) == (1, 451)
    assert ADDRESS not in str(job.payload) + str(job.error)
    box.answers.clear()
    time_passes(timedelta(hours=1))
    await place.work()
    assert [letter["Subject"] for letter in box.letters] == ["bo made something from “Fox”."]
    assert await place.run(lambda: Job.filter(kind="mail").count()) == 0


@pytest.mark.one_database
async def test_a_letter_that_is_refused_for_good_is_given_up_and_holds_nobody_up(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana = await wants_mail(place, "ana", box, ["remixed"])
    await remixed(place, ana, await place.join("bo"), "Fox")
    time_passes(GATHERING)
    box.answers[ADDRESS] = "550 nobody"
    await write_letters(place)
    [job] = await place.run(lambda: Job.filter(kind="mail"))
    assert job.dead_at is not None
    async with place.sign_in("bo") as browser:
        await browser.post("/settings/notices/address", data={"address": "bo@mail.example"})
    await place.work()
    assert [each["To"] for each in box.letters] == ["bo@mail.example"]


@pytest.mark.one_database
async def test_who_left_is_sent_nothing_and_a_link_of_others_says_nothing(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    ana = await wants_mail(place, "ana", box, ["remixed"])
    await remixed(place, ana, await place.join("bo"), "Fox")
    time_passes(GATHERING)
    await place.run(place.state["post"].post_notices)
    await place.run(lambda: Account.filter(actor_id=ana.id).update(state="suspended"))
    await place.work()
    assert box.letters == []
    async with place.client() as stranger:
        for path in ("/mail/confirm/abc", "/mail/confirm/" + "A" * 90, "/mail/stop/1.notices.x", "/mail/stop/x"):
            assert (await stranger.get(path)).status_code == 404
            assert (await stranger.post(path)).status_code == 404


@pytest.mark.one_database
async def test_mail_needs_an_address_that_is_one_and_not_too_often(place: Instance) -> None:
    await place.join("ana")
    async with place.sign_in("ana") as browser:
        page = await browser.get("/settings/notices")
        assert "Your mail address" in page.text
        assert 'name="mailed"' not in page.text
        wrong = await browser.post("/settings/notices/address", data={"address": "ana@x\r\nBcc: y@z"})
        assert wrong.status_code == 422
        assert "Write the mail address like" in wrong.text
        answers = [
            (await browser.post("/settings/notices/address", data={"address": ADDRESS})).status_code for _ in range(4)
        ]
        assert answers == [303, 303, 429, 429]


@pytest.mark.one_database
async def test_without_a_mail_server_nothing_speaks_of_mail(here: Instance) -> None:
    await here.join("ana")
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/settings/notices")).text
        assert "mail" not in re.sub(r"<[^>]+>", "", page).lower()
        refused = await browser.post("/settings/notices/address", data={"address": ADDRESS})
        assert refused.status_code == 409
        assert "sends no mail" in refused.text
