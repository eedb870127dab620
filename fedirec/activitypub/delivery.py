"""What was published reaches its inboxes: fanned out, one delivery for each, and delivered or tried again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from tortoise.expressions import Q

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.manners import Manners, knock, manners_at, remember_kind
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import ASKED_AGAIN, ask_again, bytes_of, delivery_of, inboxes_of
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.signatures import Scheme
from fedirec.activitypub.vocab import is_for_everybody
from fedirec.clock import now
from fedirec.db import fetch_rows, transaction
from fedirec.db.tables import marks
from fedirec.db.together import Together
from fedirec.errors import Forbidden, NotFound, PeerUnavailable
from fedirec.lanes import Dead, Done, Job, Later, Outcome, enqueue, keep_payload
from fedirec.net import Net, Sign
from fedirec.uris import host_of, origin_of
from fedirec.web.negotiation import ACTIVITY_JSON

RETRIED: Final = frozenset({302, 303, 307, 408, 425, 429})
"""What may pass, beside 5xx: a host that is being looked after sends everybody to another page for a while."""

UNWELL: Final = frozenset({429, 502, 503, 504})
"""What says something of the host and nothing of the activity."""

REFUSALS: Final = 3
"""Times that 401 or 403 is not taken for an answer."""

CLOCKS_APART: Final = timedelta(minutes=4)
"""Beyond it some peers take no signature of ours (BookWyrm allows five minutes)."""

REMEMBERED: Final = 256


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Fans out and delivers what was published."""

    net: Net
    keyring: Keyring
    _bodies: OrderedDict[int, tuple[int, bytes]] = field(default_factory=OrderedDict, repr=False)
    _rows: Together[int, tuple[int, bytes]] = field(default_factory=lambda: Together(_bodies_of), repr=False)
    _peers: Together[str, Manners] = field(default_factory=lambda: Together(manners_at), repr=False)

    _silent: Together[int, bool] = field(default_factory=lambda: Together(_silent_among), repr=False)

    async def fan_out(self, job: Job) -> Outcome:
        """The activity is signed with a proof, and a delivery waits for each inbox that should have it."""
        payload: dict[str, Any] = dict(job.payload)
        outgoing = await Outgoing.get_or_none(id=payload["outgoing"])
        if outgoing is None:
            return Done()
        # Its row may say by now that it is shown to nobody who asks.
        is_public = is_for_everybody(outgoing.document)
        if outgoing.body is None:
            document = outgoing.document
            if (is_public or payload.get("is_proved")) and "proof" not in document:
                key_id, key = await self.keyring.key_of(outgoing.actor_id, "ed25519")
                document = add_proof(document, key=key, verification_method=key_id, created=outgoing.created_at)
            outgoing.body = bytes_of(document)
            await outgoing.save(update_fields=["body"])
        while inboxes := await inboxes_of(
            payload["actors"], payload["followers_of"], shared=is_public, after=payload["after"]
        ):
            payload["after"] = inboxes[-1]
            async with transaction():
                # How far it got is kept with what it queued: whoever is killed now queues no page a second time.
                await keep_payload(job, payload)
                await enqueue([delivery_of(outgoing.id, inbox, payload["order_key"]) for inbox in inboxes])
        return Done()

    async def deliver(self, job: Job) -> Outcome:
        """One inbox has the activity, or it is decided when to try again."""
        inbox = str(job.payload["inbox"])
        try:
            actor_id, body = await self._body(int(str(job.payload["outgoing"])))
        except NotFound:
            return Done()  # whoever said it has left, and is forgotten
        peer = await self._peers.find(origin_of(inbox))
        if peer and peer.is_blocked:
            return Dead("this peer is blocked here", status=None)
        if await self._silent.find(int(str(job.payload["outgoing"]))):
            return Dead("whoever said it is suspended here", status=None)
        kinds = peer.kinds if peer else Manners(False, None).kinds
        try:
            answer, kind = await knock(
                kinds,
                lambda kind: self.net.post(
                    inbox,
                    body=body,
                    headers={"content-type": ACTIVITY_JSON, "accept": ACTIVITY_JSON},
                    sign=self._signer(actor_id, body, kind),
                ),
            )
        except PeerUnavailable as error:
            return Later(error=str(error), blame="lane")
        except Forbidden as error:
            return Dead(str(error))
        if answer.status in (404, 410):
            await _ask_whose_it_was(inbox)
        headers = answer.headers
        outcome = outcome_of(
            answer.status, headers.get("retry-after"), attempts=job.attempts, apart=_clocks_apart(headers.get("date"))
        )
        if isinstance(outcome, Done) and kind != kinds[0]:
            await remember_kind(origin_of(inbox), kind)
        return outcome

    def _signer(self, actor_id: int, body: bytes, kind: Scheme) -> Sign:
        return lambda method, url: self.keyring.sign_request(actor_id, method=method, url=url, body=body, kind=kind)

    async def _body(self, outgoing_id: int) -> tuple[int, bytes]:
        if known := self._bodies.get(outgoing_id):
            self._bodies.move_to_end(outgoing_id)
            return known
        found = await self._rows.find(outgoing_id)
        if found is None:
            raise NotFound("the activity to deliver is gone")
        self._bodies[outgoing_id] = found
        if len(self._bodies) > REMEMBERED:
            self._bodies.popitem(last=False)
        return found


async def _bodies_of(outgoing: Sequence[int]) -> dict[int, tuple[int, bytes]]:
    rows = await fetch_rows(
        f"SELECT id, actor_id, body FROM outgoing WHERE id IN ({marks(outgoing)}) AND body IS NOT NULL",  # noqa: S608
        *outgoing,
    )
    return {row["id"]: (row["actor_id"], bytes(row["body"])) for row in rows}


async def _silent_among(outgoing: Sequence[int]) -> dict[int, bool]:
    """Those of the activities whose actors are suspended, but for what says just that, or farewell."""
    rows = await fetch_rows(
        f"""
        SELECT o.id AS id FROM outgoing o JOIN actor a ON a.id = o.actor_id
         WHERE o.id IN ({marks(outgoing)}) AND a.state = 'suspended'
           AND NOT (o.object_uri = a.uri AND o.type IN ('Update', 'Delete'))
        """,  # noqa: S608  (only placeholders)
        *outgoing,
    )
    return {int(row["id"]): True for row in rows}


async def _ask_whose_it_was(inbox: str) -> None:
    """Whoever had this inbox will be asked for anew: they may be gone, or have another one by now."""
    owners = Actor.filter(host=host_of(inbox), inbox=inbox, is_local=False, state="active")
    stale = owners.filter(Q(fetched_at=None) | Q(fetched_at__lt=now() - ASKED_AGAIN)).limit(10)
    await ask_again(await stale)


def outcome_of(status: int, retry_after: str | None, *, attempts: int = 0, apart: timedelta = timedelta(0)) -> Outcome:
    """What an answer to a delivery means, after `attempts` earlier ones, when our clocks are so far `apart`.

    2xx: done. 404 and 410: that inbox is gone. 408, 425, 429 and 5xx: later, when the peer says so if it says. 401 and
    403: a few more tries, for keys travel slowly; or until clocks agree, when that is why no signature is good.
    Everything else will not get better.
    """
    if 200 <= status < 300:
        return Done()
    if status in (404, 410):
        return Dead("that inbox is gone", status=status)
    if status in RETRIED or status >= 500:
        after = _retry_after(retry_after)
        return Later(
            error=f"answered {status}", status=status, after=after, blame="lane" if status in UNWELL else "job"
        )
    if status in (401, 403) and apart > CLOCKS_APART:
        error = f"answered {status}; its clock and ours are {apart // timedelta(minutes=1)} minutes apart"
        return Later(error=error, status=status, blame="job")
    if status in (401, 403) and attempts < REFUSALS:
        return Later(error=f"answered {status}", status=status, blame="job")
    return Dead(f"answered {status}", status=status)


def _clocks_apart(date: str | None) -> timedelta:
    """How far the clock of whoever answered on `date` is from ours; nothing when they do not say."""
    try:
        return abs(parsedate_to_datetime((date or "").strip()) - now())
    except (ValueError, TypeError, OverflowError):
        return timedelta(0)


def _retry_after(value: str | None) -> timedelta | None:
    text = (value or "").strip()
    if text.isascii() and text.isdecimal():
        return timedelta(seconds=min(int(text[:10]), 86_400))
    try:
        return max(timedelta(0), min(parsedate_to_datetime(text) - now(), timedelta(days=1)))
    except (ValueError, TypeError, OverflowError):
        return None
