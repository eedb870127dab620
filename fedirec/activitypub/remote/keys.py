"""Keys of others: looked up where they are known, asked for where they are not, and not again and again."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final
from weakref import WeakValueDictionary

from fedirec.activitypub.acquaintances import Acquaintances, KnownKey
from fedirec.clock import monotonic
from fedirec.errors import FedirecError, PeerUnavailable, Unauthenticated

NO_KEY_SECONDS: Final = 600
"""How long a key that could not be had is not asked for again."""

SILENCE_SECONDS: Final = 60
"""How long an instance that did not answer is not asked for the same key again."""

REFRESH_SECONDS: Final = 300
"""How long an actor whose key did not fit is not fetched again."""

REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why a key is not asked for until then."""

    until: float
    error: type[FedirecError]
    detail: str


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of actors elsewhere."""

    acquaintances: Acquaintances
    keep_actor: Callable[[str], Awaitable[object]]
    """Brings what the origin of an actor says of it, keys and all."""
    _refused: OrderedDict[str, _Refusal] = field(default_factory=OrderedDict, repr=False)
    _asking: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary, repr=False)

    async def find(
        self,
        key_id: str,
        *,
        actor_uri: str,
        instead_of: KnownKey | None = None,
        before_asking: Callable[[], None] | None = None,
    ) -> KnownKey:
        """As `Remote.find_key`."""
        if instead_of is None and (known := await self.acquaintances.find_key(key_id, actor_uri)):
            return known
        async with self._asking.setdefault(actor_uri, asyncio.Lock()):
            # Whoever held the lock before may have brought it.
            known = await self.acquaintances.find_key(key_id, actor_uri)
            if known and (instead_of is None or known.public.fingerprint != instead_of.public.fingerprint):
                return known
            question = f"{actor_uri} {instead_of is not None}"
            if (refusal := self._refused.get(question)) and refusal.until > monotonic():
                raise refusal.error(refusal.detail)
            if instead_of is None and before_asking:
                before_asking()
            return await self._ask(key_id, actor_uri, question, again=instead_of is not None)

    async def _ask(self, key_id: str, actor_uri: str, question: str, *, again: bool) -> KnownKey:
        if again:
            self._refuse(question, REFRESH_SECONDS)
        try:
            await self.keep_actor(actor_uri)
        except FedirecError as error:
            if error.retryable:
                self._refuse(question, SILENCE_SECONDS, PeerUnavailable, error.detail)
                raise
            self._refuse(question, NO_KEY_SECONDS)
            raise Unauthenticated("the key of that signature cannot be had") from error
        known = await self.acquaintances.find_key(key_id, actor_uri)
        if known is None:
            self._refuse(question, NO_KEY_SECONDS)
            raise Unauthenticated("the actor does not list the key of that signature")
        return known

    def _refuse(
        self,
        question: str,
        seconds: float,
        error: type[FedirecError] = Unauthenticated,
        detail: str = "that key could not be confirmed a moment ago; try again later",
    ) -> None:
        self._refused[question] = _Refusal(monotonic() + seconds, error, detail)
        self._refused.move_to_end(question)
        if len(self._refused) > REMEMBERED:
            self._refused.popitem(last=False)
