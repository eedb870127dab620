"""Processes that pay through a provider and are killed on the way: `python -m tests.payouts.paying` and five words.

The folder, the database, the address of the provider, the key of the batch, and the points at which each of them dies,
with commas between them. After them a last one works to the end. Each begins twenty minutes after the one before.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import NoReturn

from fedirec import clock
from fedirec.accounts.models import Account
from fedirec.accounts.viewer import Viewer
from fedirec.app import running
from fedirec.errors import Conflict
from fedirec.lanes import Job, Kind, Outcome, Runner
from fedirec.net import Net
from fedirec.payouts.actions.reconciling import ask_about_payments
from fedirec.payouts.actions.submitting import Cashier, submit_batch
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.adapters.protocol import Attempt, Limits
from fedirec.payouts.adapters.protocol import Outcome as Heard
from fedirec.payouts.models import PayoutBatch
from fedirec.payouts.queries.ways import Ways
from fedirec.settings import Settings
from tests.payouts.fakes.paypal import CLIENT, SECRET

APART = timedelta(minutes=20)


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


class Deadly(PayPal):
    """PayPal, with a process that dies at a point on the way there or back."""

    point = ""

    def find_limits(self, currency: str) -> Limits | None:
        if self.point == "within the transaction":
            die()
        return super().find_limits(currency)

    async def submit(self, attempt: Attempt) -> Heard:
        if self.point == "before the provider is told":
            die()
        heard = await super().submit(attempt)
        if self.point == "after the provider was told":
            die()
        return heard

    async def ask(self, attempt: Attempt) -> Heard:
        if self.point == "before the provider is asked":
            die()
        heard = await super().ask(attempt)
        if self.point == "after the provider answered":
            die()
        return heard


async def pay(folder: str, database: str, address: str, key: str, point: str, passed: timedelta) -> None:
    """The batch is submitted, and paid as far as this process comes."""
    clock.shift(passed)
    settings = Settings.load({"data_dir": folder, "database_url": database})
    async with running(settings) as state, Net(development=True, user_agent="test") as net:
        paypal = Deadly(PayPalAccount(client_id=CLIENT, secret=SECRET, base=address), net)
        paypal.point = point
        ways = Ways(net=net, seal=state["vault"], further={"paypal": paypal}, development=True)
        cashier = Cashier(ways=ways, vault=state["vault"])

        async def work(job: Job) -> Outcome:
            outcome = await cashier.work(job)
            if point == "before the queue knows":
                die()
            return outcome

        account = await Account.get(actor__local_handle="olga").select_related("actor")
        olga = Viewer(account=account, actor=account.actor, seen_at=clock.now())
        with suppress(Conflict):  # it has gone out, and somebody clicks again
            await submit_batch(olga, ways, state["vault"], await PayoutBatch.get(key=key))
        if point == "before anything is sent":
            die()
        kinds: Mapping[str, Kind] = {"payout": Kind(handler=work, concurrency=2)}
        for _ in range(1 if point else 5):
            await ask_about_payments(ways)
            await Runner(kinds, name="paying", lease=timedelta(seconds=60)).run_until_idle()
            passed += timedelta(hours=12)
            clock.shift(passed)


def main(folder: str, database: str, address: str, key: str, points: str) -> int:
    for number, point in enumerate([*points.split(","), ""]):
        child = os.fork()
        if not child:
            asyncio.run(pay(folder, database, address, key, point, number * APART))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        if died != bool(point):
            print(f"{point or 'the end'}: {status}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
