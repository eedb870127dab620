"""What is said one by one within a transaction, and written together at its end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")


class Gathered(Generic[T]):
    """Things that are written together, later in the same transaction."""

    def __init__(self) -> None:
        self.things: list[T] = []

    def mark(self) -> int:
        """How far it has come."""
        return len(self.things)

    def forget_since(self, mark: int) -> None:
        """What was gathered since then is not written: what it followed from was rolled back."""
        del self.things[mark:]


class Gathering(Generic[T]):
    """Things of one kind, which are gathered where somebody asked for that."""

    def __init__(self, name: str) -> None:
        self._present: ContextVar[Gathered[T] | None] = ContextVar(name, default=None)

    def find(self) -> Gathered[T] | None:
        """What is gathered at present; None where things are written at once."""
        return self._present.get()

    @contextmanager
    def begin(self) -> Iterator[Gathered[T]]:
        """Within it things are gathered; whoever began writes them afterwards, unless it ended in an error."""
        gathered = Gathered[T]()
        token = self._present.set(gathered)
        try:
            yield gathered
        finally:
            self._present.reset(token)
