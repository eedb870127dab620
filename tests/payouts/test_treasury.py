"""The treasury by its pages: what waits, a batch from hand to hand, the file, and what became of it."""

from __future__ import annotations

import re

import pytest

from fedirec.ledger.balances import balances_in
from fedirec.ledger.posting import find_entry
from fedirec.payouts.actions.readying import make_ready
from fedirec.payouts.models import Payout, PayoutBatch
from tests.network import Instance
from tests.payouts.stage import Office, check_books, decide, owe

pytestmark = [pytest.mark.anyio, pytest.mark.one_database]


async def test_a_batch_goes_from_hand_to_hand_by_the_pages(here: Instance) -> None:
    office = Office(here)
    await office.open()

    async def prepare() -> None:
        await decide(adapters=["csv"], threshold=5_00)
        ana, bo, cy, tina = [await office.someone(name) for name in ("ana", "bo", "cy", "tina")]
        for person in (ana, bo, tina):
            await office.says(person, "csv", {"name": person.name, "account": f"planted-{person.name}"})
        await owe({ana.id: 12_34, bo.id: 8_00, cy.id: 9_00, tina.id: 6_00})
        await make_ready(office.ways, office.vault)

    await here.run(prepare)
    async with here.sign_in("ana") as ana:
        assert (await ana.get("/treasury")).status_code == 403
    async with here.sign_in("tina") as tina, here.sign_in("tom") as tom, here.sign_in("olga") as olga:
        page = (await tina.get("/treasury")).text
        assert "€26.34" in page
        assert "has not said how to be paid" in page
        wanted = {"adapter": "csv", "currency": "EUR"}
        for typed, said in (("x", "Please choose a day."), ("2001-02-03", "within the next two months")):
            wrong = await tina.post("/treasury/batches", data={**wanted, "execute_on": typed})
            assert wrong.status_code == 422
            assert re.search(rf'value="{typed}"[^>]* aria-describedby="day-1-error"', wrong.text), (
                "what was typed stays"
            )
            assert said in wrong.text
        url = (await tina.post("/treasury/batches", data=wanted)).headers["location"]

        async def say(client: object, path: str, at: str = "", **data: str) -> str:
            """What the next page says."""
            answer = await client.post((at or url) + path, data={"go": "on", **data})  # type: ignore[attr-defined]
            assert answer.status_code == 303, answer.text
            return str((await client.get(at or url)).text)  # type: ignore[attr-defined]

        payout = await here.run(lambda: Payout.get(person__name="ana"))
        one = f"/treasury/payouts/{payout.key}"
        assert "Taken out." in await say(tina, "/out", at=one)
        assert "This is in no batch." in await say(tina, "/out", at=one)
        given = await tina.post(f"{one}/given", data={"reference": "receipt 1", "text": "to the lifeboats"})
        assert (given.status_code, "Something else was said" in given.text) == (422, True)
        assert "Somebody else can approve this." in await say(tina, "/alone")
        assert "Called off." in await say(tina, "/cancel")

        url = (await tina.post("/treasury/batches", data=wanted)).headers["location"]
        batch = await here.run(lambda: PayoutBatch.get(state="proposed"))
        assert url == f"/treasury/batches/{batch.key}"
        assert "Approve exactly this" not in (await tina.get(url)).text, "no button that would be refused"
        assert "Approve exactly this" in (await tom.get(url)).text
        assert "four eyes" in await say(tina, "/approve", digest=batch.digest)
        assert "Approved" in await say(tom, "/approve", digest=batch.digest)
        assert "four eyes" in await say(tom, "/submit")
        assert "The file is written" in await say(olga, "/submit")
        assert "has gone out already" in await say(olga, "/submit")
        file, again = await olga.get(f"{url}/file"), await tina.get(f"{url}/file")
        assert file.content == again.content
        assert b"planted-ana" in file.content
        assert file.headers["content-disposition"].startswith("attachment")
        written = (await here.run(lambda: PayoutBatch.get(id=batch.id))).file_digest
        await here.run(lambda: PayoutBatch.filter(id=batch.id).update(file_digest="of another file"))
        assert "The file cannot be opened" in (await olga.get(f"{url}/file", follow_redirects=True)).text
        await here.run(lambda: PayoutBatch.filter(id=batch.id).update(file_digest=written))
        assert "no-store" in file.headers["cache-control"]
        shown = (await tina.get(url)).text
        assert "planted" not in shown
        assert "is paid in it as well" in shown
        assert "planted" not in (await tina.get("/treasury")).text

        moved = {"provider": "paypal", "way": "to_provider", "amount": "50", "currency": "EUR"}
        moved |= {"reference": "statement 4", "text": "to PayPal on Monday"}
        for mistake in ({"amount": "-5"}, {"amount": "x"}, {"provider": "bank"}, {"reference": ""}):
            assert (await tina.post("/treasury/transfers", data=moved | mistake)).status_code == 422
        for _click in range(2):
            assert (await tina.post("/treasury/transfers", data=moved)).status_code == 303
        other = await tina.post("/treasury/transfers", data=moved | {"amount": "51"})
        assert (other.status_code, "to PayPal on Monday" in other.text) == (422, True), (
            "one line of a statement is once"
        )
        back = {"way": "to_bank", "amount": "20", "reference": "statement 5"}
        assert (await tina.post("/treasury/transfers", data=moved | back)).status_code == 303
        assert "€30.00" in (await tina.get("/treasury")).text
        assert await here.run(balances_in, "provider:paypal") == {"EUR": 30_00}

        wrong = await tina.post(f"{one}/mark", data={"became": "returned", "reference": "", "text": "gone"})
        assert wrong.status_code == 422
        assert "gone</textarea>" in wrong.text
        told = {"reference": "statement 3", "text": "came back on Monday"}
        assert (await tina.post(f"{one}/mark", data={"became": "returned", **told})).status_code == 303
        assert "came back on Monday" in (await tina.get(one)).text
        assert "Written down as paid" in await say(tina, "/paid", **told)
        assert (await tina.post(f"{one}/again", data={"go": "on"})).status_code == 303
        assert "€12.34" in (await tina.get("/treasury")).text
        ledger = (await tina.get("/ledger")).text
        assert 'href="/treasury/batches"' in ledger
        assert "less what came back: €14.00" in ledger, "of 26.34, 12.34 came back"
        assert (await tina.get("/treasury/batches")).status_code == 200
        assert (await tina.get("/treasury/batches/NONE")).status_code == 404

    async def check() -> None:
        await check_books()
        bo = await Payout.get(person__name="bo")
        assert bo.state == "settled"
        assert await find_entry(f"payout:{bo.key}:1:settled")
        assert sorted(batch.state for batch in await PayoutBatch.all()) == ["cancelled", "settled"]

    await here.run(check)
