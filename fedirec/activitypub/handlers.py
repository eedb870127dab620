"""Who handles which activity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Activity, Entity
from fedirec.errors import Unsupported

A = TypeVar("A", bound=Activity[Any])


class Kept(Enum):
    """How long the signed bytes of an activity are kept, where a handler is registered for evidence."""

    FOR_GOOD = "for good"
    FOR_A_WHILE = "for a while"
    """It turned out to grant and claim nothing."""


Handler: TypeAlias = Callable[[Actor, A], Awaitable[Kept | None]]


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler, and whether what it handles is kept as evidence for good."""

    handle: Handler[Any]
    is_evidence: bool


class Handlers:
    """The activities that one package understands.

    Each package fills its own, and `app.py` joins them: there is no global registry, so importing a module changes
    nothing. A handler runs inside the transaction of its activity; it may change rows and queue work, nothing else.
    """

    def __init__(self, *parts: Handlers) -> None:
        self._registered: dict[tuple[type, type], Registration] = {}
        for part in parts:
            for kind, registration in part._registered.items():
                self._add(kind, registration)

    def on(
        self, activity: type[A], *objects: type[Entity], evidence: bool = False
    ) -> Callable[[Handler[A]], Handler[A]]:
        """Register the decorated function for `activity` done to any of `objects`.

        With `evidence`, the signed bytes are copied to the evidence table in the same transaction, unless the function
        answers that they are kept for a while only.
        """

        def register(handler: Handler[A]) -> Handler[A]:
            for entity in objects:
                self._add((activity, entity), Registration(handler, evidence))
            return handler

        return register

    def find(self, activity: Activity[Any]) -> Registration:
        """The handler for `activity`; raises Unsupported when there is none."""
        try:
            return self._registered[type(activity), type(activity.object)]
        except KeyError:
            raise Unsupported(
                f"nothing here handles {activity.TYPE} of {getattr(activity.object, 'TYPE', '') or 'an id'}"
            ) from None

    def _add(self, kind: tuple[type, type], registration: Registration) -> None:
        if kind in self._registered:
            raise ValueError(f"{kind} already has a handler")
        self._registered[kind] = registration
