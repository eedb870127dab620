"""Part G of docs/security.md, as far as no other test has it: what is typed and sent for money that never moved."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.credits.actions.pools import open_pool
from fedirec.credits.actions.proposals import replies_elsewhere
from fedirec.credits.actions.proposals.replies_elsewhere import Replies, keep_replies
from fedirec.credits.decisions import Outcome, Rule
from fedirec.credits.models import (
    Objection,
    PayProposal,
    PoolEntry,
    ProposalComment,
    ProposalDecision,
    ProposalRevision,
)
from fedirec.credits.objections import ObjectionKind
from fedirec.credits.vocab.hearing import CommentSaid, DecisionObject, ObjectionObject
from fedirec.ledger.chain import canonical, digest_of
from fedirec.ledger.models import ChainLink
from fedirec.ledger.recording import SALT
from fedirec.uris import new_key
from tests.api.programs import token_for
from tests.credits.test_pools import PROFIT, a_home
from tests.network import Instance

TYPED: Final = ("-5", "0", "1e9", "NaN", "Infinity", "9" * 15, "9" * 400, "٣", "1,000,000.00", "0x10", "5.001", "")
SENT: Final = ("-5", "0", "1.5", "true", '"5"', "null", "1e3", "1" + "0" * 15, "9" * 400, "NaN", "Infinity")
"""What stands in the JSON for the amount."""
OTHER: Final = ("USD", "JPY", "eur", "XXX", "", "EURO")
SHOWN: Final = {
    "https://bank.example/1": True,
    "javascript:alert(1)": False,
    "data:text/html,<script>": False,
    "https:javascript:alert(1)": False,
    'https://bank.example/" onclick="alert(1)': False,
    "http://bank.example/2": False,
    "//bank.example/3": False,
    "payto://iban/DE00": False,
}
"""What is said to show that money moved, and whether it is a link."""


@pytest.mark.one_database
async def test_no_impossible_amount_no_other_currency_and_no_false_link_gets_into_a_pool(here: Instance) -> None:
    ana = await here.join("ana")
    home = await a_home(here, ana)
    pool = await here.run(open_pool, ana, home, PROFIT)
    token, day = await token_for(here, "ana"), now().date().isoformat()
    said: dict[str, Any] = {"kind": "income", "words": "Sales", "happened_on": day, "evidence": "statement 1"}
    async with here.sign_in("ana") as browser, here.client() as program:
        program.headers.update({"accept": "application/json", "authorization": f"Bearer {token}"})

        async def send(amount: str, currency: str) -> int:
            text = ", ".join(f'"{name}": "{value}"' for name, value in {**said, "currency": currency}.items())
            headers = {"content-type": "application/json"}
            body = f'{{{text}, "amount": {amount}}}'
            return (await program.post(f"/api/pools/{pool.key}/entries", content=body, headers=headers)).status_code

        for amount in TYPED:
            answer = await browser.post(f"/pools/{pool.key}/entries", data=said | {"amount": amount})
            assert (answer.status_code, 'id="amount-error"' in answer.text) == (422, True), amount
        assert {amount: status for amount in SENT if (status := await send(amount, "EUR")) not in (400, 422)} == {}
        assert {code: status for code in OTHER if (status := await send("5", code)) not in (400, 422)} == {}
        assert not await here.run(PoolEntry.exists)
        assert await send("5", "EUR") == 201, "everything else about it was right"

        for evidence in SHOWN:
            done = await browser.post(f"/pools/{pool.key}/entries", data=said | {"amount": "5", "evidence": evidence})
            assert done.status_code == 303, evidence
        log = [json.loads(line) for line in (await browser.get("/ledger/audit.jsonl")).text.splitlines()]
        links = re.findall(
            r'<a href="([^"]*)" rel="noopener nofollow ugc"', (await browser.get(f"/pools/{pool.key}")).text
        )
    told = [json.loads(link.document) for link in await here.run(lambda: ChainLink.all().order_by("number"))]
    for each in told:
        del each[SALT]
    digests = {digest_of(canonical(each)) for each in told}
    assert digests.isdisjoint(each["documentDigest"] for each in log), "nobody finds an amount by trying each"
    assert links == [evidence for evidence, is_link in SHOWN.items() if is_link]


@pytest.mark.one_database
async def test_a_home_that_says_other_things_each_time_fills_nothing(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies_elsewhere, "MAX_REPLIES", 2)
    home: dict[str, Any] = {"host": "lies.test", "handle": "film", "inbox": "https://lies.test/inbox"}
    ana = await here.join("ana")

    async def visited() -> list[int]:
        group = await Actor.create(type="Group", uri="https://lies.test/film", **home)
        told: dict[str, Any] = {"title": "Film", "currency": "EUR", "number": 1}
        copy = await PayProposal.create(key=new_key(), uri="https://lies.test/pay/1", group=group, **told)
        row = ProposalRevision(proposal=copy, number=1, document={}, digest="z1", amount=0, published_at=now())
        await row.save()
        for visit in range(3):
            at = now() + timedelta(seconds=visit)
            about: dict[str, Any] = {"about": copy.uri, "published": at}
            said: dict[str, Any] = {**about, "revision": 1, "digest": "z1"}
            objection = ObjectionObject(
                id=f"{copy.uri}#o{visit}", author=ana.uri, kind=ObjectionKind.OTHER, words="Hm.", **said
            )
            decision = DecisionObject(id=f"{copy.uri}#d{visit}", rule=Rule.HOST, outcome=Outcome.REJECTED, **said)
            comment = CommentSaid(id=f"{copy.uri}#c{visit}", author=ana.uri, content="<p>Hm.</p>", **about)
            heard = Replies(objections=[objection], decisions=[decision], comments=[comment], actors={ana.uri: ana})
            await keep_replies(copy, heard)
        return [await model.all().count() for model in (Objection, ProposalDecision, ProposalComment)]

    assert await here.run(visited) == [2, 2, 2]
