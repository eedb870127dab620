"""Who handles which activity."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum
from typing import Any, Final, TypeAlias, TypeVar

from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Activity, Entity
from fedirec.clock import now
from fedirec.errors import Invalid, Unsupported

A = TypeVar("A", bound=Activity[Any])
AHEAD: Final = timedelta(minutes=5)
"""By which clocks of other servers may be ahead of ours."""


class Kept(Enum):
    """How long the signed bytes of an activity are kept, where a handler is registered for evidence."""

    FOR_GOOD = "for good"
    FOR_A_WHILE = "for a while"
    """It turned out to grant and claim nothing."""


Handler: TypeAlias = Callable[[Actor, A], Awaitable[Kept | None]]
Question: TypeAlias = Callable[[Actor, A], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Registration:
    """A handler, and what holds for what it handles."""

    handle: Handler[Any]
    is_evidence: bool = False
    """Whether it is kept as evidence for good."""
    needs_vouching: bool | Question[Any] = False
    """Whether it is believed only from a key that is vouched for, or a question to those that are not."""
    is_dated: bool = False
    """Whether of two of them the later counts, so that none may come from the future."""

    async def refuses_unvouched(self, sender: Actor, activity: Activity[Any]) -> bool:
        """Whether `activity` is not believed of a key of the sender's that nobody vouches for."""
        if isinstance(self.needs_vouching, bool):
            return self.needs_vouching
        return await self.needs_vouching(sender, activity)

    def refuse_future(self, activity: Activity[Any]) -> None:
        """Raise Invalid for what is dated and says that it was published later than now: nothing would count after it
        any more.
        """
        if self.is_dated and activity.published is not None and activity.published > now() + AHEAD:
            raise Invalid("it says that it was published in the future; is your clock right?")


class Handlers:
    """The activities that one package understands.

    Each package fills its own, and `app.py` joins them: there is no global registry, so importing a module changes
    nothing. A handler runs inside the transaction of its activity; it may change rows and queue work, nothing else.
    """

    def __init__(self, *parts: Handlers) -> None:
        self._registered: dict[tuple[type, type], Registration] = {}
        self._asked_first: dict[tuple[type, type], tuple[Question[Any], ...]] = {}
        for part in parts:
            for kind, registration in part._registered.items():
                self._add(kind, registration)
            for kind, questions in part._asked_first.items():
                self._asked_first[kind] = (*self._asked_first.get(kind, ()), *questions)

    def on(
        self,
        activity: type[A],
        *objects: type[Entity],
        evidence: bool = False,
        vouched: bool | Question[A] = False,
        dated: bool = False,
    ) -> Callable[[Handler[A]], Handler[A]]:
        """Register the decorated function for `activity` done to any of `objects`.

        With `evidence`, the signed bytes are copied to the evidence table in the same transaction, unless the function
        answers that they are kept for a while only. What is about consent, credit or who somebody is is `vouched`: the
        function is not called for a key that whoever has the domain of the sender by now may have made
        (`actors.vouching`); where only some of what it handles is about that, a question tells. Nor is it called for
        what is `dated`, so that the later of two counts, and says that it was published later than now.
        """

        def register(handler: Handler[A]) -> Handler[A]:
            for entity in objects:
                self._add((activity, entity), Registration(handler, evidence, vouched, dated))
            return handler

        return register

    def first(self, activity: type[A], *objects: type[Entity]) -> Callable[[Question[A]], Question[A]]:
        """Have the decorated function asked first, for what another package handles: it answers whether it took it.

        What it takes is no evidence, and kept for a while.
        """

        def register(question: Question[A]) -> Question[A]:
            for entity in objects:
                kind = activity, entity
                self._asked_first[kind] = (*self._asked_first.get(kind, ()), question)
            return question

        return register

    def find(self, activity: Activity[Any]) -> Registration:
        """The handler for `activity`; raises Unsupported when there is none."""
        kind = type(activity), type(activity.object)
        try:
            registration = self._registered[kind]
        except KeyError:
            raise Unsupported(
                f"nothing here handles {activity.TYPE} of {getattr(activity.object, 'TYPE', '') or 'an id'}"
            ) from None
        questions = self._asked_first.get(kind)
        if not questions:
            return registration
        return replace(registration, handle=_asking_first(questions, registration.handle))

    def _add(self, kind: tuple[type, type], registration: Registration) -> None:
        if kind in self._registered:
            raise ValueError(f"{kind} already has a handler")
        self._registered[kind] = registration


def _asking_first(questions: tuple[Question[Any], ...], handle: Handler[Any]) -> Handler[Any]:
    async def ask_first(sender: Actor, activity: Activity[Any]) -> Kept | None:
        for question in questions:
            if await question(sender, activity):
                return Kept.FOR_A_WHILE
        return await handle(sender, activity)

    return ask_first
