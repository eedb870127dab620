"""The digest of a week: a page for everybody, and a letter for whoever wants it, once."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from fedirec.accounts.actions.profile import choose_notices
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Role
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.projects.queries.productions import released_in
from fedirec.remix.actions.challenges import ChallengeDraft, close_challenge, open_challenge
from fedirec.remix.actions.digests import post_digests
from fedirec.remix.models import Challenge, News, Record
from fedirec.remix.terms import Terms
from fedirec.remix.weeks import last_morning, week_of
from tests.conftest import Pass
from tests.network import Instance, Network, open_instance
from tests.postbox import Postbox, open_postbox
from tests.remix.test_pages_records import write

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
async def box() -> AsyncGenerator[Postbox]:
    async with open_postbox() as opened:
        yield opened


@pytest.fixture
async def place(box: Postbox, network: Network, database_url: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    told = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none", "smtp_from": "place@here.test"}
    async with open_instance(network, "here.test", database=database_url, folder=tmp_path / "h", **told) as instance:
        yield instance


async def opened(place: Instance, by: Actor, title: str, *, days: int) -> Challenge:
    draft = ChallengeDraft(
        title=title,
        slug=re.sub(r"\W+", "_", title.lower()),
        text="Send it.",
        terms=Terms(version=1, licence="CC-BY-4.0"),
        deadline_at=now() + timedelta(days=days),
        timezone="America/New_York",
    )
    return await place.run(open_challenge, by, place.state["keyring"], draft)


async def wants_digest(place: Instance, name: str, zone: str = "Europe/Berlin", locale: str = "en") -> Actor:
    actor = await place.join(name)

    async def choose() -> None:
        account = await Account.get(actor_id=actor.id)
        account.mail_to, account.timezone, account.locale = f"{name}@mail.example", zone, locale
        await account.save()
        await choose_notices(account, [], weekly=True)

    await place.run(choose)
    return actor


def go_to_thursday(time_passes: Pass) -> None:
    """To the middle of the next week, whichever day it is today."""
    time_passes(week_of(now()).until + timedelta(days=3, hours=12) - now())


async def post(place: Instance) -> int:
    sent = await place.run(post_digests, place.state["post"], released_in)
    await place.work()
    return sent


async def test_the_page_holds_what_the_week_brought_and_no_numbers(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    await opened(here, ana, "Soon", days=3)
    await opened(here, ana, "Far", days=60)
    record = await write(here, ana, "Never remixed")
    hidden = await write(here, ana, "For followers")
    await here.run(lambda: Record.filter(id=hidden.id).update(visibility="followers"))
    group = await here.run(lambda: Challenge.get(title="Far").select_related("actor"))
    news = {"group_id": group.actor_id, "kind": "update", "title": "It goes on", "author_id": ana.id}
    await here.run(lambda: News.create(uri=f"{group.actor.uri}/news/1", **news))
    await here.run(lambda: News.create(uri=f"{group.actor.uri}/news/2", **{**news, "title": "Gone"}, deleted_at=now()))
    page = (await here.get("/digest")).text
    for words in ("Soon", "Far", "Never remixed", "It goes on", f'href="{record.uri.removeprefix(here.origin)}"'):
        assert words in page
    assert "For followers" not in page
    assert "Gone" not in page
    this = week_of(now())
    assert "Never remixed" in (await here.get(f"/digest/{this}")).text
    for other in (f"/digest/{this.after}", "/digest/2020-W01", "/digest/x", "/digest/2026-W99"):
        assert (await here.get(other)).status_code == 404
    time_passes(timedelta(days=7))
    assert "Never remixed" not in (await here.get("/digest")).text
    assert "Never remixed" in (await here.get(f"/digest/{this}")).text
    await here.run(lambda: Actor.filter(id=ana.id).update(is_quiet=True))
    for words in ("Soon", "Far", "Never remixed"):
        assert words not in (await here.get(f"/digest/{this}")).text


async def test_the_letter_comes_once_on_monday_morning_where_somebody_lives(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    go_to_thursday(time_passes)
    ana = await place.join("ana")
    await wants_digest(place, "bo", "Europe/Berlin", "de")
    await wants_digest(place, "cy", "America/New_York")
    await write(place, ana, "Never remixed")
    await opened(place, ana, "Soon", days=9)
    over = await opened(place, ana, "Over", days=9)
    await place.run(close_challenge, ana, over)
    ending = {"kind": "conclusion", "title": "Over", "content": "<p>We made a book.</p>", "author_id": ana.id}
    await place.run(lambda: News.create(uri=f"{over.actor.uri}/news/1", group_id=over.actor_id, **ending))
    assert await post(place) == 0
    monday, week = week_of(now()).monday, str(week_of(now()))
    morning = last_morning(now(), BERLIN) + timedelta(days=7)
    time_passes(morning - now() - timedelta(minutes=1))
    assert await post(place) == 0
    time_passes(timedelta(minutes=2))
    results = await asyncio.gather(*(place.run(post_digests, place.state["post"], released_in) for _ in range(3)))
    await place.work()
    assert sum(results) == 1
    [letter] = box.letters
    assert letter["To"] == "bo@mail.example"
    assert letter["Message-ID"].startswith("<weekly.")
    assert "/mail/stop/" in letter["List-Unsubscribe"]
    body = letter.get_body(("plain",))
    assert body is not None
    assert "Never remixed" in body.get_content()
    assert f"{place.origin}/c/soon" in body.get_content()
    assert f"{place.origin}/c/over" in body.get_content()
    assert body.get_content().count("Offen bis") == 1, "nobody is sent to what is closed"
    assert "We made a book." in body.get_content()
    assert week not in letter["Subject"], "nobody counts weeks"
    assert str(monday.year) in letter["Subject"]
    time_passes(timedelta(hours=7))
    assert await post(place) == 1
    assert box.letters[-1]["To"] == "cy@mail.example"
    for _ in range(4):
        time_passes(timedelta(days=1))
        assert await post(place) == 0
    assert len(box.letters) == 2


@pytest.mark.one_database
async def test_a_place_that_was_off_over_monday_sends_it_once_when_it_is_back(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    go_to_thursday(time_passes)
    ana = await place.join("ana")
    await wants_digest(place, "bo")
    time_passes(timedelta(days=2))
    await write(place, ana, "Never remixed")
    time_passes(timedelta(days=4))
    assert await post(place) == 1
    assert await post(place) == 0
    time_passes(timedelta(days=7))
    assert await post(place) == 0  # a week without anything in it
    assert len(box.letters) == 1


@pytest.mark.one_database
async def test_a_letter_holds_nobody_whom_its_reader_keeps_away_from(
    place: Instance, box: Postbox, time_passes: Pass
) -> None:
    go_to_thursday(time_passes)
    ana = await place.join("ana")
    await place.join("mo", role=Role.MODERATOR)
    bo = await wants_digest(place, "bo")
    await write(place, ana, "Never remixed")
    async with place.sign_in("bo") as browser:
        assert (
            await browser.post(f"/people/{ana.id}/distance", data={"kind": "block", "do": "block"})
        ).status_code == 303
    assert bo.id
    time_passes(last_morning(now(), BERLIN) + timedelta(days=7, minutes=1) - now())
    assert await post(place) == 0
    assert box.letters == []
