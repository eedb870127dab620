"""Questions that are asked at the same moment."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from fedirec.db.together import Together


async def test_what_is_asked_at_the_same_moment_is_looked_up_at_once() -> None:
    asked: list[list[int]] = []

    async def square(numbers: Sequence[int]) -> dict[int, int]:
        asked.append(list(numbers))
        return {number: number * number for number in numbers if number > 0}

    squares = Together(square)
    answers = await asyncio.gather(*(squares.find(number) for number in (1, 2, 2, -1)))

    assert answers == [1, 4, 4, None]
    assert asked == [[1, 2, -1]]
    assert await squares.find(3) == 9


async def test_whoever_waits_hears_of_a_failure_and_the_next_question_is_asked_anew() -> None:
    failures = [RuntimeError("the database is gone")]

    async def fail_once(keys: Sequence[str]) -> dict[str, str]:
        if failures:
            raise failures.pop()
        return {key: key for key in keys}

    rows = Together(fail_once)
    answers = await asyncio.gather(rows.find("a"), rows.find("b"), return_exceptions=True)

    assert [type(answer) for answer in answers] == [RuntimeError, RuntimeError]
    assert await rows.find("a") == "a"


async def test_one_who_stops_waiting_takes_nothing_from_the_others() -> None:
    async def echo(keys: Sequence[str]) -> dict[str, str]:
        await asyncio.sleep(0)
        return {key: key for key in keys}

    rows = Together(echo)
    impatient, patient = asyncio.create_task(rows.find("a")), asyncio.create_task(rows.find("a"))
    await asyncio.sleep(0)
    impatient.cancel()

    assert await patient == "a"
    with pytest.raises(asyncio.CancelledError):
        await impatient
