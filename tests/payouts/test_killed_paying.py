"""Whoever pays is killed at every step, and clicks again: nobody is paid twice, and nobody is forgotten."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fedirec.accounts.models import Person
from fedirec.net import Net
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.models import Payout, PayoutAttempt
from tests.network import Network, open_instance
from tests.payouts.fakes.paypal import CLIENT, SECRET
from tests.payouts.fakes.process import running
from tests.payouts.stage import Office, check_books, owe

pytestmark = pytest.mark.anyio

POINTS = (
    "within the transaction",
    "before anything is sent",
    "before the provider is told",
    "after the provider was told",
    "before the provider is asked",
    "after the provider answered",
    "before the queue knows",
)
OWED = {"ana": 12_00, "bo": 7_50, "cy": 1_00, "unclaimed": 3_00, "failed": 9_99}


async def test_killed_at_every_step_everybody_is_paid_once(network: Network, database_url: str, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    with running("tests.payouts.fakes.paypal") as provider:
        async with open_instance(network, "here.test", database=database_url, folder=folder) as place:
            account = PayPalAccount(client_id=CLIENT, secret=SECRET, base=provider.address)
            office = Office(place, {"paypal": PayPal(account, Net(development=True, user_agent="test"))})
            await office.open()

            async def prepare() -> str:
                people = {name: await Person.create(name=name) for name in OWED}
                for name, person in people.items():
                    await office.says(person, "paypal", {"email": f"{name}@payee.example"})
                await owe({people[name].id: amount for name, amount in OWED.items()})
                return (await office.approved("paypal")).key

            key = await place.run(prepare)
            words = [str(folder), database_url, provider.address, key, ",".join(POINTS)]
            paying = subprocess.Popen([sys.executable, "-m", "tests.payouts.paying", *words])
            assert await asyncio.to_thread(paying.wait, 60) == 0

            async def ends() -> dict[str, tuple[str, list[str]]]:
                await check_books()
                rows = await Payout.all().select_related("person")
                tries = await PayoutAttempt.all().order_by("number")
                return {
                    row.person.name: (row.state, [each.key for each in tries if each.payout_id == row.id])
                    for row in rows
                }

            found = await place.run(ends)
        told = provider.tell()["batches"]
    assert Counter(item["receiver"].partition("@")[0] for _, _, item in told) == dict.fromkeys(OWED, 1)
    states = {name: state for name, (state, _) in found.items()}
    assert states == {"ana": "settled", "bo": "settled", "cy": "settled", "unclaimed": "submitted", "failed": "failed"}
    assert {key for _, keys in found.values() for key in keys} == {key for _, key, _ in told}
