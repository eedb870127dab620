"""The part of the story in which those who are owed something are paid."""

from __future__ import annotations

from typing import Any, Final

from fedirec.accounts.actions.persons import person_of
from fedirec.payouts.actions.accruing import accrue
from fedirec.payouts.actions.readying import make_ready
from tests.api.programs import Program, actor_named
from tests.network import Instance
from tests.payouts.stage import Office, check_books, decide

PROOF: Final[dict[str, Any]] = {"reference": "receipt 1", "text": "Paid in the kitchen on Monday."}


async def pay_people(here: Instance, olga: Program, ana: Program, ben: Program) -> None:
    """Olga, who is alone in that, pays what Ana and Ben are owed, and writes down what became of it."""
    office = Office(here)
    actors = [await actor_named(here, name) for name in ("ana", "ben")]

    async def say_how() -> None:
        await accrue()
        await decide(solo_days=0)
        for actor in actors:
            await office.says(await person_of(actor), "manual", {"instructions": "cash, please"})

    await here.run(accrue)
    await ben.ask("show_treasury", status=403)
    waiting = (await olga.get("list_owed"))["items"]
    assert all(each["lacks"] for each in waiting)
    await here.run(say_how)
    await here.run(make_ready, office.ways, office.vault)
    [ready] = (await olga.get("show_treasury"))["ready"]
    assert (ready["adapter"], ready["currency"]) == ("manual", "EUR")

    wrong = await olga.get("propose_batch", adapter="manual", currency="EUR")
    assert (await olga.get("cancel_batch", wrong["key"]))["state"] == "cancelled"
    batch = await olga.get("propose_batch", adapter="manual", currency="EUR")
    assert (batch["state"], batch["amount"]) == ("proposed", ready["amount"])
    key = batch["key"]
    lines = (await olga.get("list_batch_payouts", key))["items"]
    assert len(lines) == ready["count"]
    await olga.get("tell_that_alone", key)
    await olga.ask("approve_batch", key, digest="another", status=409)
    await olga.get("approve_batch", key, digest=batch["digest"])
    await olga.get("take_out_of_batch", lines[0]["key"])
    left = await olga.get("show_batch", key)
    if left["count"]:
        await olga.get("cancel_batch", key)
    again = await olga.get("propose_batch", adapter="manual", currency="EUR")
    await olga.get("approve_batch", again["key"], digest=again["digest"])
    assert (await olga.get("submit_batch", again["key"]))["state"] == "submitted"
    await olga.ask("submit_batch", again["key"], status=409)
    one = (await olga.get("mark_payout", lines[0]["key"], became="returned", **PROOF))["key"]
    await olga.ask("give_payout_away", one, **PROOF, status=409)
    assert (await olga.get("pay_again", one))["state"] == "ready"
    await olga.get("mark_batch_paid", again["key"], **PROOF)
    assert [each["number"] for each in (await olga.get("show_payout", one))["tries"]] == [1]
    assert len((await olga.get("list_batches"))["items"]) == 3
    assert (await olga.get("list_payouts", query={"state": "ready"}))["items"][0]["key"] == one
    await here.run(check_books)
