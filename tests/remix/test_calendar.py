"""Calendars: read back by the library, the same to the byte, and each date with a name that stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.remix.actions.challenges import ChallengeDraft, close_challenge, open_challenge
from fedirec.remix.models import Challenge
from fedirec.remix.terms import Terms
from fedirec.web.ical import Date, write_calendar
from tests.network import Instance

MADE = datetime(2026, 11, 1, 12, tzinfo=UTC)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=200)


def events(body: bytes) -> list[Any]:
    return list(Calendar.from_ical(body).walk("VEVENT"))


@given(title=TEXTS, text=TEXTS)
def test_whatever_people_wrote_is_read_back_and_breaks_no_line(title: str, text: str) -> None:
    date = Date(
        uid="https://a.test/c/x#deadline", at=MADE, title=title, text=text, url="https://a.test/c/x", made_at=MADE
    )
    body = write_calendar([date], name=title, url="https://a.test/calendar")
    [event] = events(body)
    assert str(event["summary"]) == " ".join(title.split())
    assert str(event.get("description", "")) == text
    assert event["uid"] == date.uid
    assert all(len(line) <= 75 for line in body.split(b"\r\n"))
    assert b"\n" not in body.replace(b"\r\n", b"")
    assert body == write_calendar([date], name=title, url="https://a.test/calendar")


def test_a_date_that_moves_or_is_called_off_is_the_same_one_with_a_higher_sequence() -> None:
    first = Date(uid="u", at=MADE, title="t", made_at=MADE)
    moved = Date(uid="u", at=MADE + timedelta(days=2), title="t", made_at=MADE, changed_at=MADE + timedelta(hours=1))
    off = Date(uid="u", at=MADE, title="t", made_at=MADE, changed_at=MADE + timedelta(days=1), is_cancelled=True)
    read = [events(write_calendar([date], name="n", url="https://a.test/"))[0] for date in (first, moved, off)]
    assert [int(event["sequence"]) for event in read] == [0, 3_600, 86_400]
    assert [str(event["status"]) for event in read] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert {str(event["uid"]) for event in read} == {"u"}
    assert read[1]["dtstart"].dt == MADE + timedelta(days=2)
    assert read[1]["dtstamp"].dt == MADE + timedelta(hours=1)


async def opened(here: Instance, by: Actor, title: str, *, days: int | None) -> Challenge:
    draft = ChallengeDraft(
        title=title,
        slug=title.lower(),
        text="Send it.",
        terms=Terms(version=1, licence="CC-BY-4.0"),
        deadline_at=now() + timedelta(days=days) if days else None,
        timezone="America/New_York",
    )
    return await here.run(open_challenge, by, here.state["keyring"], draft)


async def test_the_calendar_of_a_place_holds_its_deadlines_and_those_that_were_called_off(here: Instance) -> None:
    ana = await here.join("ana")
    for title, days in (("Soon", 3), ("Later", 30), ("Endless", None), ("Off", 5), ("Early", 6)):
        challenge = await opened(here, ana, title, days=days)
    await here.run(close_challenge, ana, challenge)
    await here.run(
        lambda: Challenge.filter(title="Off").update(state="cancelled", updated_at=now() + timedelta(hours=1))
    )
    answer = await here.get("/calendar.ics")
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    found = events(answer.content)
    assert [(str(event["summary"]), str(event["status"])) for event in found] == [
        ("“Soon” closes", "CONFIRMED"),
        ("“Off” closes", "CANCELLED"),
        ("“Early” closes", "CANCELLED"),
        ("“Later” closes", "CONFIRMED"),
    ]
    assert str(found[0]["uid"]) == "https://here.test/c/soon#deadline"
    assert str(found[0]["url"]) == "https://here.test/c/soon"
    assert "(America/New York)" in str(found[0]["description"])
    async with here.client() as client:
        again = await client.get("/calendar.ics", headers={"if-none-match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    [alone] = events((await here.get("/c/soon/calendar.ics")).content)
    assert alone["uid"] == found[0]["uid"]
    assert (await here.get("/c/endless/calendar.ics")).status_code == 404
    page = (await here.get("/calendar")).text
    assert "“Soon” closes" in page
    for title in ("Off", "Early"):
        assert f"“{title}” closes" not in page
    assert "webcal://here.test/calendar.ics" in page


@pytest.mark.one_database
async def test_drafts_and_what_is_by_people_who_are_limited_or_hidden_are_in_no_calendar(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await opened(here, ana, "Soon", days=3)
    changes: tuple[Any, ...] = (
        (lambda: Challenge.all().update(state="draft"), lambda: Challenge.all().update(state="open")),
        (lambda: Actor.filter(id=ana.id).update(is_quiet=True), lambda: Actor.filter(id=ana.id).update(is_quiet=False)),
        (
            lambda: Actor.filter(id=challenge.actor_id).update(state="suspended"),
            lambda: Actor.filter(id=challenge.actor_id).update(state="active"),
        ),
    )
    for hide, show in changes:
        await here.run(hide)
        assert events((await here.get("/calendar.ics")).content) == []
        await here.run(show)
        assert len(events((await here.get("/calendar.ics")).content)) == 1


@pytest.mark.one_database
async def test_a_deadline_is_told_where_the_reader_is_and_where_it_was_set(here: Instance) -> None:
    ana = await here.join("ana")
    challenge = await opened(here, ana, "Soon", days=3)
    path = challenge.actor.uri.removeprefix(here.origin)
    for zone, differs in (("Europe/Berlin", True), ("America/Toronto", False)):
        async with here.sign_in("ana") as browser:
            await browser.post("/settings/reading", data={"locale": "en", "timezone": zone})
            for page in (path, "/challenges", "/digest"):
                assert ("(America/New York)" in (await browser.get(page)).text) is differs, (zone, page)
