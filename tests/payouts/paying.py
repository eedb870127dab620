"""Processes that lock, owe and pay, and are killed on the way: `python -m tests.payouts.paying` and six words.

The folder, the database, the seconds that have passed, the keys of a proposal that is decided and of a batch that is
approved, and the address of the provider for that. Each step is clicked by a process that is killed at its first point,
by one that is killed at its second, and so on (`killing`); each begins some seconds after the one before. On standard
output stands, for each step, how many were killed.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final, cast

from fedirec import clock
from fedirec.accounts.models import Account, Identity
from fedirec.accounts.viewer import Viewer
from fedirec.credits.actions.proposals.appealing import decide_appeal
from fedirec.credits.actions.proposals.locking import lock_proposal, release_settled
from fedirec.credits.models import ProposalAppeal, ProposalRevision
from fedirec.credits.queries.proposals import get_proposal
from fedirec.db import open_database
from fedirec.errors import Conflict
from fedirec.lanes import Kind, Runner
from fedirec.net import Net
from fedirec.net.sockets import Sockets
from fedirec.payouts.actions.batching import approve_batch, pay_again, propose_batch
from fedirec.payouts.actions.readying import Readier
from fedirec.payouts.actions.reconciling import Became, ask_about_payments, mark_batch, mark_payout
from fedirec.payouts.actions.submitting import Cashier, submit_batch
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.adapters.protocol import Attempt, Batch
from fedirec.payouts.adapters.sepa import Sepa
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import Payout, PayoutBatch
from fedirec.payouts.queries.ways import Ways
from tests.databases import learn_models_once
from tests.payouts.fakes.paypal import CLIENT, SECRET
from tests.payouts.killing import DeadlyWire, Killer, Point, kill_at_every_point
from tests.payouts.stage import check_books

APART: Final = timedelta(seconds=5)
LEASE: Final = timedelta(seconds=4)
"""What somebody who is killed held is free for whoever comes next."""
SHOWN: Final = {"reference": "statement 7", "text": "stands there"}
IBAN: Final = "DE75512108001245126199"
SERVED: Final = "served.txt"
"""In the folder, line by line: a batch, and the digest of what somebody was handed of it."""


@dataclass(frozen=True, kw_only=True)
class Words:
    """What the process was told, and its way to others."""

    folder: Path
    database: str
    passed: timedelta
    proposal: str
    batch: str
    provider: str
    wire: Sockets


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Where somebody clicks."""

    words: Words
    ways: Ways
    vault: Vault
    cashier: Cashier

    async def viewer(self, name: str) -> Viewer:
        account = await Account.get(actor__local_handle=name).select_related("actor")
        return Viewer(account=account, actor=account.actor, seen_at=clock.now())

    async def batch(self) -> PayoutBatch:
        """The file that was proposed last."""
        batch = await PayoutBatch.filter(adapter="sepa").order_by("-id").first()
        assert batch is not None
        return batch

    async def payment(self, handle: str) -> Payout:
        """The first one to somebody who is listed in the proposal."""
        identity = await Identity.get(actor__local_handle=handle)
        payout = await Payout.filter(person_id=identity.person_id).order_by("id").first()
        assert payout is not None
        return payout


Step = Callable[[Desk], Awaitable[object]]


@asynccontextmanager
async def at_desk(words: Words, killer: Killer | None, turn: int) -> AsyncGenerator[Desk]:
    """Within it the database is open, and `turn` times some seconds have passed."""
    clock.shift(words.passed + turn * APART)
    wire = DeadlyWire(words.wire, killer) if killer else words.wire
    async with open_database(words.database), Net(development=True, user_agent="test", transport=wire) as net:
        vault = Vault(words.folder / "payees.key")
        paypal = PayPal(PayPalAccount(client_id=CLIENT, secret=SECRET, base=words.provider), net)
        ways = Ways(net=net, seal=vault, further={"paypal": paypal}, development=True)
        yield Desk(words=words, ways=ways, vault=vault, cashier=Cashier(ways=ways, vault=vault))


def clicking(words: Words, step: Step) -> Callable[[Killer, int, bool], Coroutine[Any, Any, None]]:
    """Somebody clicks, whatever became of the click before; first it is seen that the books are sound."""

    async def click(killer: Killer, turn: int, is_new: bool) -> None:
        async with at_desk(words, killer, turn) as desk:
            if is_new:
                await check_books()
            with suppress(Conflict):  # it was done before
                await step(desk)

    return click


async def make_key(desk: Desk) -> None:
    """The first key for what payees say is made, and opens what it sealed."""
    vault = Vault(desk.words.folder / "first.key")
    assert vault.unseal(vault.seal(b"said", label="payee"), label="payee") == b"said"


async def lock(desk: Desk) -> None:
    tom = (await desk.viewer("tom")).actor
    proposal = await get_proposal(desk.words.proposal, tom)
    revision = await ProposalRevision.get(proposal_id=proposal.id)
    await lock_proposal(tom, proposal, digest=revision.digest)


def judge(handle: str) -> Step:
    """What somebody contests is settled: dora dismisses their appeal."""

    async def judging(desk: Desk) -> None:
        dora = (await desk.viewer("dora")).actor
        identity = await Identity.get(actor__local_handle=handle)
        appeal = await ProposalAppeal.get(objection__person_id=identity.person_id)
        await decide_appeal(dora, appeal, upholds=False, reason="It is fair.")

    return judging


async def release(_desk: Desk) -> None:
    await release_settled()


async def ready(desk: Desk) -> None:
    """What is owed is written down as payable, and is ready."""
    await Readier(desk.ways, desk.vault).look()


async def propose(desk: Desk) -> None:
    await propose_batch(await desk.viewer("tina"), desk.ways, desk.vault, adapter="sepa", currency="EUR")


async def approve(desk: Desk) -> None:
    batch = await desk.batch()
    await approve_batch(await desk.viewer("tom"), desk.ways, desk.vault, batch, digest=batch.digest)


async def submit(desk: Desk) -> None:
    await submit_batch(await desk.viewer("olga"), desk.ways, desk.vault, await desk.batch())


async def submit_elsewhere(desk: Desk) -> None:
    """What PayPal is to pay goes out."""
    batch = await PayoutBatch.get(key=desk.words.batch)
    await submit_batch(await desk.viewer("olga"), desk.ways, desk.vault, batch)


async def work(desk: Desk) -> None:
    """The worker writes what is to be written, and tells and asks whoever is to be told and asked."""
    await ask_about_payments(desk.ways)
    kinds = {"payout": Kind(handler=desk.cashier.work, concurrency=2)}
    await Runner(kinds, name="paying", lease=LEASE).run_until_idle()


async def serve(desk: Desk) -> None:
    """Somebody is handed the file."""
    batch = await desk.batch()
    content = await desk.cashier.read_file(batch)
    with (desk.words.folder / SERVED).open("a") as served:
        served.write(f"{batch.key} {sha256(content).hexdigest()}\n")


def mark(handle: str, became: Became) -> Step:
    """What became of the first payment to somebody is written down by tina."""

    async def marking(desk: Desk) -> None:
        payout = await desk.payment(handle)
        await mark_payout(await desk.viewer("tina"), desk.ways, payout, became=became, **SHOWN)

    return marking


async def mark_all(desk: Desk) -> None:
    await mark_batch(await desk.viewer("tina"), desk.ways, await desk.batch(), **SHOWN)


async def again(desk: Desk) -> None:
    """What came back is to be paid again."""
    await pay_again(await desk.viewer("tina"), await desk.payment("cy"))


async def hand_over(desk: Desk) -> None:
    """Everything from the proposal of a file to the one who is handed it."""
    for step in (propose, approve, submit, work, serve):
        await step(desk)


CLOSELY: Final = frozenset(Point)
COARSELY: Final = CLOSELY - {Point.WRITE}
NOT_AGAIN: Final = frozenset[Point]()
STORY: Final[tuple[tuple[str, Step, frozenset[Point]], ...]] = (
    ("make a key", make_key, CLOSELY),
    ("lock", lock, CLOSELY),
    ("owe and make ready", ready, CLOSELY),
    ("propose", propose, CLOSELY),
    ("approve", approve, CLOSELY),
    ("submit", submit, CLOSELY),
    ("write", work, CLOSELY),
    ("serve", serve, CLOSELY),
    ("mark as paid", mark("bo", "settled"), CLOSELY),
    ("mark as come back", mark("cy", "returned"), CLOSELY),
    ("settle what cy contests", judge("cy"), CLOSELY),
    ("release some", release, CLOSELY),
    ("settle what bo contests", judge("bo"), COARSELY),
    ("release the rest", release, COARSELY),
    ("pay again", again, CLOSELY),
    ("make ready the rest", ready, COARSELY),
    ("hand over the rest", hand_over, NOT_AGAIN),
    ("mark all as paid", mark_all, COARSELY),
    ("submit to a provider", submit_elsewhere, COARSELY),
    ("tell the provider", work, COARSELY),
    ("ask the provider", work, COARSELY),
)
"""What is clicked, and how closely somebody is killed there."""
HALF_A_DAY: Final = timedelta(hours=12) // APART


def points_in(points: frozenset[Point], database: str) -> frozenset[Point]:
    """Where somebody is killed on that database: on PostgreSQL it is the server that takes back what was not committed,
    wherever they were.
    """
    return points - {Point.WRITE} if database.startswith("postgres") else points


async def _warm_up(words: Words) -> None:
    """What is worked out once for each process is there before they part."""
    async with at_desk(words, None, 0) as desk:
        await check_books()
        at, details = clock.now(), {"name": "Ana", "iban": IBAN}
        attempt = Attempt(key="A", amount=1, currency="EUR", details=details, message="")
        batch = Batch(key="A", currency="EUR", created_at=at, execute_on=at.date(), attempts=[attempt])
        cast("Sepa", await desk.ways.get("sepa")).write(batch)


def main(folder: str, database: str, passed: str, proposal: str, batch: str, provider: str) -> int:
    words = Words(
        folder=Path(folder),
        database=database,
        passed=timedelta(seconds=float(passed)),
        proposal=proposal,
        batch=batch,
        provider=provider,
        wire=Sockets(development=True, lookup=None, connections=8, per_host=8),
    )
    learn_models_once()
    asyncio.run(_warm_up(words))
    gc.collect()
    gc.freeze()  # what they share stays shared
    turn = 1
    for name, step, points in STORY:
        turn += HALF_A_DAY if name == "ask the provider" else 0
        killed, turn = kill_at_every_point(clicking(words, step), points_in(points, database), turn=turn)
        print(name, *(f"{point.name}:{count}" for point, count in sorted(killed.items())), sep="\t")
    for _ in range(3):
        _, turn = kill_at_every_point(clicking(words, work), (), turn=turn + HALF_A_DAY)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
