"""Weeks, and when their digest is due."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.remix.weeks import MORNING, Week, last_morning, read_week, week_of

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))
ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Kiritimati", "Pacific/Apia"]
)


@given(moment=MOMENTS, zone=ZONES)
def test_a_week_is_written_and_read_again_and_holds_its_moment(moment: datetime, zone: str) -> None:
    week = week_of(moment, ZoneInfo(zone))
    assert read_week(str(week)) == week
    assert week.monday.weekday() == 0
    assert week.before.after == week
    assert week.until - week.since == timedelta(days=7)
    assert week_of(moment).since <= moment < week_of(moment).until


@given(moment=MOMENTS, zone=ZONES)
def test_the_last_morning_is_a_monday_morning_there_at_most_a_week_ago(moment: datetime, zone: str) -> None:
    there = ZoneInfo(zone)
    morning = last_morning(moment, there)
    assert morning <= moment < morning + timedelta(days=7, hours=2)
    local = morning.astimezone(there)
    assert (local.weekday(), local.hour) == (0, MORNING.hour)


@given(moment=MOMENTS, zone=ZONES)
def test_the_morning_only_moves_on(moment: datetime, zone: str) -> None:
    there = ZoneInfo(zone)
    assert last_morning(moment + timedelta(hours=1), there) >= last_morning(moment, there)


@pytest.mark.parametrize(
    "written", ["2026-W00", "2026-W54", "2025-W53", "2026-48", "1999-W01", "2026-W48 ", "2026-W٤٨", ""]
)
def test_what_no_year_has_is_no_week(written: str) -> None:
    assert read_week(written) is None


def test_years_begin_where_calendars_say() -> None:
    assert str(Week(date(2026, 12, 28))) == "2026-W53"
    assert read_week("2020-W53") == Week(date(2020, 12, 28))
