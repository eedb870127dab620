"""Deadlines are recalled once for each moment before them: here, and by the Group to its followers everywhere."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.models import Notification
from fedirec.activitypub.follows import follow as start_following
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.remix.actions import reminders
from fedirec.remix.actions.challenges import ChallengeDraft, close_challenge, open_challenge
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.reminders import KEPT, forget_reminders, is_first, remind_of_deadlines
from fedirec.remix.models import Challenge, News, Reminder
from fedirec.remix.reminders import DEADLINE, is_news, moment_at
from fedirec.remix.terms import Terms
from tests.conftest import Pass
from tests.network import Instance, settle

DAY = timedelta(days=1)
START = datetime.fromisoformat("2026-05-01T12:00:00+00:00")


async def ask(instance: Instance, leader: Actor, *, days: float, slug: str = "stars", **fields: Any) -> Challenge:
    draft = ChallengeDraft(
        title="First stars",
        slug=slug,
        text="Look up.",
        terms=Terms(version=1, licence="CC-BY-SA-4.0"),
        deadline_at=now() + days * DAY,
        **fields,
    )
    return await instance.run(open_challenge, leader, instance.state["keyring"], draft)


async def told(instance: Instance) -> list[tuple[str, str]]:
    rows = await instance.run(
        lambda: Notification.filter(kind__startswith="challenge_").order_by("id").select_related("account__actor")
    )
    return [(row.account.actor.handle, row.kind) for row in rows]


async def news(instance: Instance) -> list[str]:
    return [row.title for row in await instance.run(lambda: News.filter(kind="reminder").order_by("id"))]


async def test_followers_and_contributors_are_reminded_three_days_and_a_day_before_once_each(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    ana, bo, cy, dee = [await here.join(name) for name in ("ana", "bo", "cy", "dee")]
    eve = await there.join("eve")
    challenge = await ask(here, ana, days=14, timezone="Europe/Berlin")
    await here.run(start_following, bo, challenge.actor)
    known = await there.find_challenge(challenge.actor.uri)
    await there.run(start_following, eve, known.actor)
    await settle(there, here)
    draft = RecordDraft(title="Mine", text="la", licence="CC-BY-SA-4.0", challenge=challenge)
    await here.run(publish_record, cy, draft)
    await settle(here, there)
    assert await here.run(remind_of_deadlines) == 0

    time_passes(11 * DAY + timedelta(minutes=1))
    assert await here.run(remind_of_deadlines) == 1
    assert await here.run(remind_of_deadlines) == 0
    assert await told(here) == [("bo", "challenge_closes"), ("cy", "challenge_closes")]
    assert await news(here) == ["Three days left"]
    said = await here.run(lambda: News.get(kind="reminder"))
    assert "(Europe/Berlin)" in said.text
    assert dee.handle not in {handle for handle, _ in await told(here)}

    await settle(here, there)
    await there.run(remind_of_deadlines)
    assert await told(there) == [("eve", "challenge_closes")]
    # What others lead, others speak for: the only news there is what came from here.
    assert await news(there) == ["Three days left"]
    assert (await there.run(lambda: News.get(kind="reminder"))).uri.startswith(here.origin)

    time_passes(2 * DAY)
    for _ in range(2):
        await here.run(remind_of_deadlines)
    assert await news(here) == ["Three days left", "One day left"]
    time_passes(DAY)
    assert await here.run(remind_of_deadlines) == 0
    assert len(await told(here)) == 4


@pytest.mark.one_database
async def test_a_date_that_moves_is_recalled_anew_and_a_closed_challenge_not_at_all(
    here: Instance, time_passes: Pass
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana, days=10)
    other = await ask(here, ana, days=10, slug="moons")
    short = await ask(here, ana, days=4, slug="suns")
    for each in (challenge, other, short):
        await here.run(start_following, bo, each.actor)
    time_passes(3.5 * DAY)
    assert await here.run(remind_of_deadlines) == 1  # the short one: its last day, for three days would be no news
    assert await told(here) == [("bo", "challenge_last_day")]
    time_passes(4 * DAY)
    await here.run(close_challenge, ana, other)
    assert await here.run(remind_of_deadlines) == 1
    await here.run(lambda: Challenge.filter(id=challenge.id).update(deadline_at=now() + 22.5 * DAY))
    assert await here.run(remind_of_deadlines) == 0
    time_passes(20 * DAY)
    assert await here.run(remind_of_deadlines) == 1
    assert [kind for _, kind in await told(here)] == ["challenge_last_day", "challenge_closes", "challenge_closes"]


@pytest.mark.one_database
async def test_whoever_is_killed_before_the_end_has_sent_nothing_and_sends_it_next_time(
    here: Instance, time_passes: Pass, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, bo = await here.join("ana"), await here.join("bo")
    challenge = await ask(here, ana, days=10)
    await here.run(start_following, bo, challenge.actor)
    time_passes(8 * DAY)

    async def dies(*_args: object, **_named: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch:
        patch.setattr(reminders, "publish_news", dies)
        with pytest.raises(ConnectionResetError):
            await here.run(remind_of_deadlines)
    assert await told(here) == []
    assert await here.run(remind_of_deadlines) == 1
    assert await told(here) == [("bo", "challenge_closes")]
    assert await news(here) == ["Three days left"]


async def test_what_was_recalled_long_ago_is_forgotten(database: str, time_passes: Pass) -> None:
    assert await is_first("https://a.test/c/x", "one_day", now())
    time_passes(KEPT + DAY)
    await is_first("https://a.test/c/y", "one_day", now())
    await forget_reminders()
    assert [row.subject_uri for row in await Reminder.all()] == ["https://a.test/c/y"]


@given(
    length=st.timedeltas(timedelta(hours=1), timedelta(days=60)),
    ticks=st.lists(st.timedeltas(timedelta(minutes=10), timedelta(days=4)), max_size=40),
)
def test_each_moment_comes_once_in_order_and_never_after_the_date(length: timedelta, ticks: list[timedelta]) -> None:
    at, date, said = START, START + length, list[str]()
    for tick in ticks:
        at += tick
        moment = moment_at(DEADLINE, date=date, at=at)
        if moment is None:
            continue
        assert date - moment.before <= at < date
        if moment.name not in said:
            said.append(moment.name)
            assert is_news(moment, date=date, known_since=START) == (length >= moment.shortest)
    assert said in ([], ["three_days"], ["one_day"], ["three_days", "one_day"])
