"""Whoever locks, owes and pays is killed at every step, and clicks again: nobody is paid twice or forgotten."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from fedirec.accounts.models import AuditEvent, Notification, Person
from fedirec.accounts.permissions import Role
from fedirec.credits.actions.proposals.appealing import appeal_objection
from fedirec.credits.actions.proposals.objecting import answer_objection, object_to
from fedirec.credits.models import PayProposal, Share
from fedirec.credits.objections import ObjectionDraft
from fedirec.credits.queries.settings import ACCOUNT_LABEL
from fedirec.db import transaction
from fedirec.ledger.balances import balances_in
from fedirec.ledger.journal import bank, pool
from fedirec.ledger.models import ChainLink
from fedirec.net import Net
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.adapters.paypal import PayPal, PayPalAccount
from fedirec.payouts.models import Payable, Payout, PayoutAttempt, PayoutBatch
from fedirec.payouts.queries.verifying import find_differences
from fedirec.remix.models import News
from tests.conftest import Pass
from tests.credits.proposing import WINDOW, earning
from tests.network import Instance, Network, open_instance
from tests.payouts.fakes.paypal import CLIENT, SECRET
from tests.payouts.fakes.process import running
from tests.payouts.killing import Point
from tests.payouts.paying import IBAN, SERVED, STORY, points_in
from tests.payouts.stage import Office, check_books, decide, owe

pytestmark = pytest.mark.anyio

OWED = {"ana": 12_00, "unclaimed": 3_00, "failed": 9_99}
"""What PayPal is to pay, by what becomes of it."""
IBANS = {"bo": "FR1420041010050500013M02606", "cy": "ES9121000418450200051332"}

HEARD = Counter(
    {("bo", "proposal_locked"): 1, ("bo", "proposal_released"): 2, ("bo", "pay_sent"): 2}
    | {("cy", "proposal_locked"): 1, ("cy", "proposal_released"): 2, ("cy", "pay_sent"): 2, ("cy", "pay_came_back"): 1}
)
"""How often the people of the film were told what."""


async def test_killed_at_every_step_everybody_is_paid_once(
    network: Network, database_url: str, tmp_path: Path, time_passes: Pass
) -> None:
    folder = tmp_path / "here"
    with running("tests.payouts.fakes.paypal") as provider:
        async with open_instance(network, "here.test", database=database_url, folder=folder) as place:
            proposal = await contested(place, time_passes)
            account = PayPalAccount(client_id=CLIENT, secret=SECRET, base=provider.address)
            office = Office(place, {"paypal": PayPal(account, Net(development=True, user_agent="test"))})
            key = await place.run(prepare, office)
            words = [str(folder), database_url, str(WINDOW.total_seconds()), proposal, key, provider.address]
            paying = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "tests.payouts.paying", *words],
                stdout=subprocess.PIPE,
                text=True,
                timeout=300,
            )
            assert paying.returncode == 0, paying.stdout
            await place.run(see_what_is_known, office, proposal)
            await place.run(see_what_was_served, office, folder)
            states, keys = await place.run(tries_at_paypal)
        told = provider.tell()["batches"]
    assert Counter(item["receiver"].partition("@")[0] for _, _, item in told) == dict.fromkeys(OWED, 1)
    assert states == {"ana": "settled", "unclaimed": "submitted", "failed": "failed"}
    assert keys == {key for _, key, _ in told}
    see_where_they_were_killed(paying.stdout, database_url)


async def contested(place: Instance, time_passes: Pass) -> str:
    """The key of a proposal that is decided. Cy contests a tenth of all, and bo half as much; dora can judge that."""
    film = await earning(place, host_share_ppm=0, amount=100_000)
    proposal, revision = await film.published({"bo": 70, "cy": 30})
    for actor, wanted in ((film.cy, 400_000), (film.bo, 750_000)):
        line = (await place.run(Share.get, revision_id=revision.id, actor_id=actor.id)).line_key
        draft = ObjectionDraft(kind="too_little", words="All that work.", remedy="More.", line=line, wanted=wanted)
        objection = await place.run(partial(object_to, actor, proposal, draft, digest=revision.digest))
        await place.run(partial(answer_objection, film.ana, objection, resolution="rejected", words="No."))
        await place.run(appeal_objection, actor, objection, "Please look.")
    await film.decided(proposal, revision, time_passes)
    for name, role in (("tina", Role.TREASURER), ("dora", Role.MODERATOR)):
        await place.join(name, role=role)
    return proposal.key


async def prepare(office: Office) -> str:
    """Everybody has said how they are paid; the key of a batch for PayPal, which is approved."""
    seal = office.vault.seal(json.dumps({"iban": IBAN}).encode(), label=ACCOUNT_LABEL)
    debtor = {"name": "Studio e.V.", "town": "Berlin", "country": "DE"}
    await decide(adapters=["sepa"], debtor=debtor, debtor_account=seal)
    for name, iban in IBANS.items():
        await office.says(await office.someone(name), "sepa", {"name": name, "iban": iban})
    people = {name: await Person.create(name=name) for name in OWED}
    for name, person in people.items():
        await office.says(person, "paypal", {"email": f"{name}@payee.example"})
    await owe({people[name].id: amount for name, amount in OWED.items()})
    return (await office.approved("paypal")).key


async def see_what_is_known(office: Office, key: str) -> None:
    """What was locked is owed once and paid once, and everybody heard of everything once."""
    await check_books()
    proposal = await PayProposal.get(key=key).select_related("pool")
    assert (proposal.state, proposal.held_amount) == ("paid", 0)
    assert proposal.pool is not None
    assert await balances_in(pool(proposal.pool.key)) == {}
    assert await balances_in(bank()) == {"EUR": sum(OWED.values())}, "what was put in for PayPal, which paid it"
    paid: dict[str, object] = {}
    for name in IBANS:
        person = await office.someone(name)
        parts = await Payable.filter(person_id=person.id).order_by("id").values_list("part", "amount", "state")
        tries = await PayoutAttempt.filter(payout__person_id=person.id).order_by("id").values_list("state", flat=True)
        rows = await Payout.filter(person_id=person.id).order_by("id").values_list("amount", "state")
        paid[name] = (parts, rows, tries)
    assert paid == {
        "bo": (
            [("", 60_000, "paid"), ("2", 10_000, "paid")],
            [(60_000, "settled"), (10_000, "settled")],
            ["settled", "settled"],
        ),
        "cy": (
            [("", 25_000, "paid"), ("3", 5_000, "paid")],
            [(25_000, "settled"), (5_000, "settled")],
            ["returned", "settled", "settled"],
        ),
    }
    done = Counter(map(str, await AuditEvent.all().values_list("action", flat=True)))
    clicks = {"propose_batch": 3, "approve_batch": 3, "submit_batch": 3, "mark_payout": 5, "pay_again": 1}
    assert {name: done[name] for name in clicks} == clicks
    linked = Counter(map(str, await ChainLink.filter(entry_id=None).values_list("kind", flat=True)))
    links = {"proposal_locked": 1, "proposal_released": 2, "batch_submitted": 3, "batch_written": 2}
    assert {name: linked[name] for name in links} == links
    notices = await Notification.all().values_list("account__actor__local_handle", "kind")
    assert Counter(notice for notice in notices if notice in HEARD) == HEARD
    assert await News.filter(text__contains=proposal.uri).count() == 5


async def see_what_was_served(office: Office, folder: Path) -> None:
    """Each file was written once; whoever was handed it had what its digest says, to the last byte."""
    batches = await PayoutBatch.filter(adapter="sepa").order_by("id")
    assert [batch.state for batch in batches] == ["settled", "settled"]
    links = await ChainLink.filter(kind="batch_written").order_by("number")
    written = [(link.subject, json.loads(link.document)["sha256"]) for link in links]
    served = [tuple(line.split()) for line in (folder / SERVED).read_text().splitlines()]
    assert written == [(batch.key, batch.file_digest) for batch in batches] == sorted(set(served), key=served.index)
    for batch in batches:
        content = await Cashier(ways=office.ways, vault=office.vault).read_file(batch)
        assert sha256(content).hexdigest() == batch.file_digest
        keys = await PayoutAttempt.filter(batch_id=batch.id).values_list("key", flat=True)
        assert all(content.count(str(key).encode()) == 1 for key in keys)
    # Nor does anybody exchange what was handed out, or what was approved, in the database.
    changes: list[dict[str, object]] = [{"file_digest": "another"}, {"digest": "another"}, {"paid_by_id": None}]
    for change in changes:
        with suppress(ZeroDivisionError):
            async with transaction():
                await PayoutBatch.all().update(**change)
                assert [each async for each in find_differences()]
                raise ZeroDivisionError


async def tries_at_paypal() -> tuple[dict[str, str], set[str]]:
    """How the payments to people there stand, by name, and the keys of all tries."""
    rows = await Payout.filter(person__name__in=list(OWED)).select_related("person")
    tries = await PayoutAttempt.filter(adapter="paypal")
    return {row.person.name: row.state for row in rows}, {each.key for each in tries}


def see_where_they_were_killed(said: str, database: str) -> None:
    """At each kind of point that there is, in each step."""
    killed = {}
    for line in said.splitlines():
        name, *points = line.split("\t")
        killed[name] = {Point[point.partition(":")[0]] for point in points}
    there = {name: {Point.WRITE, Point.COMMIT, Point.COMMITTED} for name, _, _ in STORY}
    there["make a key"] = {Point.DISK}
    there["tell the provider"] = there["ask the provider"] = set(Point) - {Point.DISK}
    assert killed == {name: points_in(points, database) & there[name] for name, _, points in STORY}
