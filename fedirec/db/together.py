"""Questions that are asked at the same moment become one query."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar

Key = TypeVar("Key")
Found = TypeVar("Found")


class Together(Generic[Key, Found]):
    """Looks rows up one by one, for those who ask, and all at once, for the database.

    `look_up` gets the keys that were asked for since the loop last turned, outside any transaction, and answers with
    what it found.
    """

    def __init__(self, look_up: Callable[[Sequence[Key]], Awaitable[Mapping[Key, Found]]]) -> None:
        self._look_up = look_up
        self._asked: dict[Key, list[asyncio.Future[Found | None]]] = {}
        self._answering: set[asyncio.Task[None]] = set()

    async def find(self, key: Key) -> Found | None:
        """What there is for `key`. Never within a transaction: what that wrote would not be seen."""
        if not self._asked:
            answering = asyncio.create_task(self._answer())
            self._answering.add(answering)
            answering.add_done_callback(self._answering.discard)
        answer: asyncio.Future[Found | None] = asyncio.get_running_loop().create_future()
        self._asked.setdefault(key, []).append(answer)
        return await answer

    async def _answer(self) -> None:
        asked, self._asked = self._asked, {}
        try:
            found = await self._look_up(list(asked))
        except Exception as error:
            for _, answer in _open(asked):
                answer.set_exception(error)
        else:
            for key, answer in _open(asked):
                answer.set_result(found.get(key))


def _open(asked: Mapping[Key, Sequence[asyncio.Future[Found]]]) -> Iterator[tuple[Key, asyncio.Future[Found]]]:
    """Those who still wait, and for what."""
    return ((key, answer) for key, answers in asked.items() for answer in answers if not answer.done())
