"""When dates of tasks are recalled, and how a task goes on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.errors import Conflict, Invalid
from fedirec.projects.tasks import (
    BEFORE,
    MAX_AHEAD,
    MAX_TITLE,
    TOO_OLD,
    TRANSITIONS,
    Recall,
    TaskEvent,
    TaskState,
    advance_task,
    check_date,
    check_task,
    due_recall,
    is_overdue,
    recalls_past,
)

ZONES = st.sampled_from([ZoneInfo(name) for name in ("Europe/Berlin", "Pacific/Auckland", "America/St_Johns", "UTC")])
DATES = st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC))
AWAY = st.timedeltas(min_value=timedelta(days=-12), max_value=timedelta(days=12))


@given(due=DATES, zone=ZONES, away=AWAY)
def test_a_date_is_recalled_before_it_or_called_overdue_after_it_and_never_otherwise(
    due: datetime, zone: ZoneInfo, away: timedelta
) -> None:
    at = due + away
    recall = due_recall(due, zone=zone, at=at)
    if recall is Recall.OVERDUE:
        assert due <= at < due + TOO_OLD
    elif recall is Recall.TODAY:
        assert at < due
        assert at.astimezone(zone).date() == due.astimezone(zone).date()
    elif recall is Recall.SOON:
        assert due - BEFORE <= at < due
        assert at.astimezone(zone).date() != due.astimezone(zone).date()
    else:
        assert at >= due + TOO_OLD or at < due - BEFORE


@given(due=DATES, zone=ZONES, away=AWAY, ticks=st.lists(st.timedeltas(timedelta(minutes=1), timedelta(hours=30))))
def test_whoever_hears_of_a_date_is_reminded_of_each_later_moment_once(
    due: datetime, zone: ZoneInfo, away: timedelta, ticks: list[timedelta]
) -> None:
    at = due - abs(away)
    told = list(recalls_past(due, zone=zone, at=at))
    for tick in ticks:
        at += tick
        recall = due_recall(due, zone=zone, at=at)
        if recall is not None and recall not in told:
            told.append(recall)
    assert told == sorted(set(told), key=list(Recall).index)


@given(events=st.lists(st.sampled_from(TaskEvent)))
def test_a_task_goes_on_as_the_table_says_and_never_out_of_it(events: list[TaskEvent]) -> None:
    state = TaskState.OPEN
    for event in events:
        try:
            after = advance_task(state, event)
        except Conflict:
            assert (state, event) not in TRANSITIONS
        else:
            assert after is TRANSITIONS[state, event]
            state = after


def test_what_is_written_down_is_short_and_its_date_still_to_come() -> None:
    assert check_task(title="  Colour \n the sky ", text=" Blue. ") == ("Colour the sky", "Blue.")
    for title, text in (("", ""), ("x" * (MAX_TITLE + 1), ""), ("x", "x" * 5_001)):
        with pytest.raises(Invalid):
            check_task(title=title, text=text)
    at = datetime(2026, 5, 1, tzinfo=UTC)
    check_date(None, at=at)
    check_date(at + timedelta(minutes=1), at=at)
    for due in (at, at - timedelta(days=1), at + MAX_AHEAD + timedelta(days=1)):
        with pytest.raises(Invalid):
            check_date(due, at=at)


def test_only_what_is_open_can_be_overdue() -> None:
    at = datetime(2026, 5, 1, tzinfo=UTC)
    assert is_overdue("open", at, at=at)
    assert not is_overdue("open", None, at=at)
    assert not is_overdue("open", at + timedelta(seconds=1), at=at)
    assert not is_overdue("done", at, at=at)
