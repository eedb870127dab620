"""What was received takes effect: it is understood, and handled in one transaction with others that wait."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from fedirec.activitypub.actors.vouching import refuse_key
from fedirec.activitypub.arriving import arriving
from fedirec.activitypub.handlers import Handlers, Kept, Registration
from fedirec.activitypub.journal import Arrival, Journal
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import ask_again
from fedirec.activitypub.reading import read_arrival
from fedirec.activitypub.received import (
    end_without_effect,
    keep_evidence,
    mark_handled,
    still_waiting,
    waiting_arrivals,
)
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.vocab import Activity, Create
from fedirec.clock import monotonic
from fedirec.db import on_postgres, transaction
from fedirec.db.gathering import Gathered
from fedirec.db.outages import is_outage
from fedirec.db.search import Findable, gathering_words
from fedirec.errors import FedirecError
from fedirec.lanes import Crashed, Dead, Done, Job, Later, Outcome, Work, gathering

log = logging.getLogger(__name__)

MAX_ATTEMPTS: Final = 4
"""Times that handling is tried again after something went wrong that may pass."""

TOGETHER_SECONDS: Final = 0.02
"""How long activities that share a transaction may take: on SQLite everybody else waits for it."""
TOGETHER: Final = 100
"""Activities of several lanes that are handled one after the other before what came of them is told."""


@dataclass(slots=True)
class _Asked:
    """Jobs of one lane, and what came of them."""

    jobs: Sequence[Job]
    outcomes: list[Outcome | Crashed] | None = None


class Effects:
    """Handles what the journal holds.

    On SQLite, where there is one transaction at a time anyway, what several lanes bring shares transactions.
    """

    def __init__(self, *, remote: Remote, handlers: Handlers, journal: Journal) -> None:
        self._remote = remote
        self._handlers = handlers
        self._journal = journal
        self._asked: list[_Asked] = []
        self._turn = asyncio.Lock()

    async def of(self, jobs: Sequence[Job]) -> list[Outcome | Crashed]:
        """What was received has had its effect, once, in the order of `jobs`; or is kept with the reason why not.

        Those that are quick share a transaction. One that fails takes nothing back but its own effects.
        """
        if on_postgres():
            return await self._handle(jobs)
        asked = _Asked(jobs)
        self._asked.append(asked)
        try:
            async with self._turn:
                if asked.outcomes is None:
                    await asyncio.sleep(0)  # lanes that were leased together ask together
                    await self._handle_asked(asked)
        finally:
            if asked in self._asked:
                self._asked.remove(asked)
        return asked.outcomes or []

    async def _handle_asked(self, first: _Asked) -> None:
        """What was asked has its outcomes: what `first` did, and what others did as far as TOGETHER goes."""
        chosen, count = [first], len(first.jobs)
        for other in self._asked:
            if other is not first and count + len(other.jobs) <= TOGETHER:
                chosen.append(other)
                count += len(other.jobs)
        outcomes = iter(await self._handle([job for each in chosen for job in each.jobs]))
        for each in chosen:
            each.outcomes = [next(outcomes) for _ in each.jobs]
            if each in self._asked:
                self._asked.remove(each)

    async def _handle(self, jobs: Sequence[Job]) -> list[Outcome | Crashed]:
        waiting = await self._waiting([str(job.payload["activity"]) for job in jobs])
        outcomes: dict[int, Outcome | Crashed] = {}
        left: deque[_Understood] = deque()
        for job in jobs:
            found = waiting.pop(str(job.payload["activity"]), None)
            if found is None:
                outcomes[job.id] = Done()
                continue
            arrival, sender = found
            try:
                activity = await read_arrival(arrival, sender, vocabulary=self._remote.vocabulary)
                left.append(_Understood(job, arrival, sender, activity, self._handlers.find(activity)))
            except Exception as error:  # a stranger's document can surprise everything that reads it
                outcomes[job.id] = await _failed(job, arrival, error)
        changed: set[int] = set()
        while left:
            begun: list[_Understood] = []
            done: dict[int, Outcome | Crashed] = {}
            try:
                async with transaction(), gathering() as works, gathering_words() as words:
                    batch = _Batch(
                        works, words, changed, await still_waiting([each.arrival.activity_uri for each in left])
                    )
                    end = monotonic() + TOGETHER_SECONDS
                    while left and (not begun or monotonic() < end):
                        begun.append(left.popleft())
                        done[begun[-1].job.id] = await _take_effect(begun[-1], batch)
                    await batch.keep()
            except Exception as error:
                if len(begun) == 1:
                    done = {begun[0].job.id: await _failed(begun[0].job, begun[0].arrival, error)}
                else:  # on PostgreSQL others may have been in the way: alone, each can only stand in its own
                    done = {each.job.id: (await self._handle([each.job]))[0] for each in begun}
            outcomes |= done
        return [outcomes[job.id] for job in jobs]

    async def _waiting(self, uris: Collection[str]) -> dict[str, tuple[Arrival, Actor]]:
        """Those of the activities that wait to be handled, with their senders."""
        found = {uri: arrival for uri in dict.fromkeys(uris) if (arrival := self._journal.take(uri))}
        if rest := [uri for uri in uris if uri not in found]:
            found |= {arrival.activity_uri: arrival for arrival in await waiting_arrivals(rest)}
        senders = await self._remote.acquaintances.find_senders({arrival.sender_id for arrival in found.values()})
        return {
            uri: (arrival, senders[arrival.sender_id])
            for uri, arrival in found.items()
            if arrival.sender_id in senders  # else the actor is gone for good, and what they sent with them
        }


@dataclass(frozen=True, slots=True)
class _Understood:
    """An activity that was received, and who handles it."""

    job: Job
    arrival: Arrival
    sender: Actor
    activity: Activity[Any]
    registration: Registration


@dataclass(frozen=True, slots=True)
class _Batch:
    """What is written once for all activities that share a transaction, at its end."""

    works: Gathered[Work]
    words: Gathered[Findable]
    changed: set[int]
    """Senders who may be others by now than when they were read."""
    waiting: set[str]
    """Activities that nobody else handled before the transaction began, or can handle until it ends."""
    handled: list[_Understood] = field(default_factory=list)
    evidence: list[_Understood] = field(default_factory=list)

    async def keep(self) -> None:
        """What was handled is marked as such, and what is evidence is kept."""
        await keep_evidence([(each.activity, each.arrival) for each in self.evidence])
        await mark_handled([each.arrival.activity_uri for each in self.handled])


async def _take_effect(understood: _Understood, batch: _Batch) -> Outcome | Crashed:
    """The activity has had its effect, or none at all; part of the caller's transaction."""
    arrival, sender, activity = understood.arrival, understood.sender, understood.activity
    if arrival.activity_uri not in batch.waiting:
        return Done()
    if sender.id in batch.changed:
        sender = await Actor.get(id=sender.id)
    if not isinstance(activity, Create):
        batch.changed.add(sender.id)
    works, words = batch.works.mark(), batch.words.mark()
    try:
        async with transaction():
            if not activity.is_vouched and await understood.registration.refuses_unvouched(sender, activity):
                await refuse_key(sender.id, key_id=arrival.key_id, fingerprint=arrival.fingerprint)
            understood.registration.refuse_future(activity)
            with arriving(arrival.received_at):
                kept = await understood.registration.handle(sender, activity)
            await ask_again([sender])  # who follows them hears of a new name; we might not
    except Exception as error:
        if is_outage(error):
            raise  # the database may have taken back what the others of this transaction did as well
        batch.works.forget_since(works)
        batch.words.forget_since(words)
        batch.changed.add(sender.id)
        return await _failed(understood.job, arrival, error)
    batch.handled.append(understood)
    if understood.registration.is_evidence and kept is not Kept.FOR_A_WHILE:
        batch.evidence.append(understood)
    log.debug("handled %s from %s", arrival.type, sender.uri)
    return Done()


async def _failed(job: Job, arrival: Arrival, error: Exception) -> Outcome | Crashed:
    """What becomes of an activity that could not be handled: tried again, or kept with the reason."""
    may_be_tried = job.attempts < MAX_ATTEMPTS
    if isinstance(error, FedirecError):
        if error.retryable and may_be_tried:
            return Later(error=str(error), blame="job")
        await end_without_effect(arrival, "failed" if error.retryable else "refused", str(error))
        log.info("refused %s %s: %s", arrival.type, arrival.activity_uri, error)
        return Done()
    reason = f"{type(error).__name__}: {error}"
    if is_outage(error):
        log.error("the database has no room for %s; trying again: %s", arrival.activity_uri, error)
        return Later(reason, blame="us")
    if may_be_tried:
        log.error("handling %s failed", arrival.activity_uri, exc_info=error)
        return Crashed(reason)
    await end_without_effect(arrival, "failed", reason)
    log.error("gave up %s %s", arrival.type, arrival.activity_uri, exc_info=error)
    return Dead(str(error) or type(error).__name__)
