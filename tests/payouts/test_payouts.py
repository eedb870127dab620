"""From what is owed to what is paid: who may do which step, what waits, what refuses, and what the books say."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account, Notification, Person
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.models import Actor, ActorKey
from fedirec.activitypub.outbox import delivery_lane
from fedirec.activitypub.own import own_actor
from fedirec.admin.backup import back_up, restore
from fedirec.clock import now
from fedirec.credits.actions.pools.opening import close_pool
from fedirec.credits.models import PayProposal, Pool
from fedirec.credits.queries.funds import funds_of
from fedirec.credits.queries.pools import home_of
from fedirec.credits.queries.settings import ACCOUNT_LABEL, ADAPTERS_LABEL
from fedirec.db import fetch_rows, transaction
from fedirec.errors import Conflict, FedirecError, Forbidden, NotFound
from fedirec.lanes import Done, Lane, Later, gathering
from fedirec.ledger.balances import balances_in
from fedirec.ledger.recording import record
from fedirec.payouts.actions.agreeing import note_who_agrees_alone
from fedirec.payouts.actions.alone import say_who_resumes_alone
from fedirec.payouts.actions.batching import (
    CHANGED,
    approve_batch,
    cancel_batch,
    pay_again,
    propose_batch,
    say_who_pays_alone,
    take_out,
    tell_that_alone,
)
from fedirec.payouts.actions.ending import hear
from fedirec.payouts.actions.progress import PAGE, finish_paid
from fedirec.payouts.actions.readying import Readier, make_ready
from fedirec.payouts.actions.reconciling import ask_about_payments, mark_payout
from fedirec.payouts.actions.resuming import stop_payouts
from fedirec.payouts.actions.submitting import OTHER_DETAILS, Cashier, submit_batch
from fedirec.payouts.actions.unclaimed import follow_policy, give_to_charity
from fedirec.payouts.adapters.protocol import Attempt, Detail, Kind, Limits, Outcome, Standing
from fedirec.payouts.keys import Vault
from fedirec.payouts.lacks import Lack
from fedirec.payouts.models import Payable, Payee, Payout, PayoutAttempt, PayoutBatch, PayoutStop
from fedirec.payouts.queries.policies import policy_for
from fedirec.payouts.queries.treasury import ready_sums, unread_payouts
from fedirec.payouts.queries.waiting import waiting_people
from fedirec.payouts.queries.ways import Ways
from fedirec.remix.actions.private_notes import tell_people
from fedirec.settings import Settings
from fedirec.uris import new_key
from tests.conftest import Pass
from tests.network import Instance, Network, open_instance
from tests.payouts.stage import Office, check_books, decide, owe

pytestmark = pytest.mark.anyio

BY_HAND = {"instructions": "cash, please"}
LIST = {"name": "Ana", "account": "DE1"}
SHOWN = {"reference": "statement 7", "text": "stands there"}


async def at_once(place: Instance, *deeds: Callable[[], Awaitable[Any]]) -> list[type[BaseException] | None]:
    """What became of each: None, or the kind of friendly reason why not."""
    ends = await asyncio.gather(*(place.run(deed) for deed in deeds), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException) and not isinstance(end, FedirecError):
            raise end
    return [type(end) if isinstance(end, BaseException) else None for end in ends]


async def test_a_file_is_proposed_approved_and_paid_by_three_and_marked_by_another(here: Instance) -> None:
    office = Office(here)
    await office.open()
    await here.run(story_of_a_file, here, office)


async def story_of_a_file(here: Instance, office: Office) -> None:
    ways, vault = office.ways, office.vault
    await decide(threshold=10_00, adapters=["csv"])
    ana, bo, cy = [await office.someone(name) for name in ("ana", "bo", "cy")]
    await office.says(ana, "csv", LIST)
    await office.says(bo, "csv", {**LIST, "name": "Bo"})
    first = await owe({ana.id: 6_00, bo.id: 30_00, cy.id: 40_00})
    yen = await owe({bo.id: 5_000}, currency="JPY")

    assert await make_ready(ways, vault) == 2
    lacking = {each.person.name: [str(lack) for lack in each.lacks] for each in (await waiting_people(ways, vault))[0]}
    assert lacking == {"ana": ["too_little"], "cy": ["details", "terms"]}
    await owe({ana.id: 4_00})
    assert await make_ready(ways, vault) == 1, "what is carried over two proposals is enough together"
    assert await make_ready(ways, vault) == 0
    await check_books()

    tina, tom, olga = [await office.viewer(name) for name in ("tina", "tom", "olga")]
    with pytest.raises(Forbidden):
        await propose_batch(await office.viewer("ana"), ways, vault, adapter="csv", currency="EUR")
    batch = await propose_batch(tina, ways, vault, adapter="csv", currency="EUR")
    assert await Payout.filter(batch_id=batch.id).count() == 2, "currencies stay apart"
    with pytest.raises(Forbidden, match="four eyes"):
        await approve_batch(tina, ways, vault, batch, digest=batch.digest)
    with pytest.raises(Conflict):
        await approve_batch(tom, ways, vault, batch, digest="sha256:another")
    await approve_batch(tom, ways, vault, batch, digest=batch.digest)
    for same in (tina, tom):
        with pytest.raises(Forbidden, match="four eyes"):
            await submit_batch(same, ways, vault, batch)

    await office.says(ana, "csv", {**LIST, "account": "DE2"})
    with pytest.raises(Conflict, match="changed"):
        await submit_batch(olga, ways, vault, batch)
    assert (await PayoutBatch.get(id=batch.id)).state == "approved"
    assert not await PayoutAttempt.exists()
    await take_out(tina, await Payout.get(person_id=ana.id))
    await batch.refresh_from_db()
    assert (batch.state, batch.approved_by_id) == ("proposed", None)
    await approve_batch(tom, ways, vault, batch, digest=batch.digest)

    clicks = [lambda: submit_batch(olga, ways, vault, batch), lambda: submit_batch(olga, ways, vault, batch)]
    assert sorted(await at_once(here, *clicks), key=str) == [Conflict, None]
    await check_books()
    assert (await PayProposal.get(id=first.id)).state == "paying"
    cashier = Cashier(ways=ways, vault=vault)
    await at_once(here, lambda: cashier.write_file(batch.id), lambda: cashier.write_file(batch.id))
    await batch.refresh_from_db()
    content = await cashier.read_file(batch)
    assert b"Bo" in content
    assert b"Bo" not in bytes(batch.file or b"")
    await cashier.write_file(batch.id)
    assert await cashier.read_file(await PayoutBatch.get(id=batch.id)) == content

    of_bo = await Payout.get(person_id=bo.id, currency="EUR")
    with pytest.raises(Forbidden, match="four eyes"):
        await mark_payout(olga, ways, of_bo, became="settled", **SHOWN)
    await mark_payout(tina, ways, of_bo, became="returned", **SHOWN)
    with pytest.raises(Conflict):
        await mark_payout(tina, ways, of_bo, became="settled", **SHOWN)
    await check_books()
    assert (await PayProposal.get(id=first.id)).state == "partially_paid"
    await pay_again(tina, of_bo)

    again = await office.approved("csv")
    assert {row.person_id for row in await Payout.filter(batch_id=again.id)} == {ana.id, bo.id}
    await submit_batch(olga, ways, vault, again)
    await cashier.write_file(again.id)
    for row in await Payout.filter(batch_id=again.id):
        await mark_payout(tom, ways, row, became="settled", **SHOWN)
    tries = await PayoutAttempt.filter(payout_id=of_bo.id).order_by("number")
    assert [each.state for each in tries] == ["returned", "settled"]
    assert len({each.key for each in tries}) == 2
    assert {row.state for row in await Payable.filter(person_id=bo.id, currency="EUR")} == {"paid"}
    assert (await PayoutBatch.get(id=again.id)).state == "settled"
    assert (await PayProposal.get(id=first.id)).state == "partially_paid", "cy is still owed something"
    assert (await PayProposal.get(id=yen.id)).state == "locked"
    assert await Notification.filter(kind="pay_sent").count() == 2
    await check_books()


@pytest.mark.one_database
async def test_who_is_alone_tells_everybody_and_waits(here: Instance, time_passes: Pass) -> None:
    office = Office(here)

    async def story() -> None:
        ways, vault = office.ways, office.vault
        ana = await office.someone("ana")
        await office.says(ana, "manual", BY_HAND)
        await owe({ana.id: 12_00})
        readier = Readier(ways, vault)
        assert [await readier.look(), await readier.look()] == [1, 0]
        await owe({ana.id: 3_00})
        assert await readier.look() == 1, "what is new is seen at once"
        olga = await office.viewer("olga")
        batch = await propose_batch(olga, ways, vault, adapter="manual", currency="EUR")
        assert batch.is_solo
        assert await Notification.filter(account__actor__local_handle="ana", kind="pay_alone").count() == 1
        with pytest.raises(Conflict, match="nobody else is left"):
            await approve_batch(olga, ways, vault, batch, digest=batch.digest)
        time_passes(timedelta(days=8))
        await approve_batch(olga, ways, vault, batch, digest=batch.digest)
        await submit_batch(olga, ways, vault, batch)
        for payout in await Payout.all():
            await mark_payout(olga, ways, payout, became="settled", **SHOWN)
        await tell_that_alone(olga, batch)
        assert await Notification.filter(kind="pay_alone").count() == 1
        await check_books()

        # When no payment has come back for 60 days, what was paid is closed; one that does opens it again.
        assert {row.state for row in await PayProposal.all()} == {"paid"}
        time_passes(timedelta(days=59))
        assert await finish_paid() == 0
        time_passes(timedelta(days=2))
        known = await PayProposal.all().order_by("id").first()
        assert known is not None
        same = {name: getattr(known, name) for name in ("group_id", "pool_id", "title", "currency", "locked_at")}
        keys = [new_key() for _ in range(PAGE + 2)]
        rows = [PayProposal(key=key, uri=f"urn:{key}", state="partially_paid", held_amount=1, **same) for key in keys]
        rows[-1].state, rows[-1].held_amount = "paid", 0
        await PayProposal.bulk_create(rows)
        assert [await finish_paid(), await finish_paid()] == [3, 0], "also behind many that somebody is still owed from"
        await PayProposal.filter(key__in=keys).delete()
        assert {row.state for row in await PayProposal.all()} == {"closed"}
        for payout in await Payout.all():
            await mark_payout(olga, ways, payout, became="returned", **SHOWN)
        assert {(row.state, row.closed_at) for row in await PayProposal.all()} == {("partially_paid", None)}
        await check_books()

        # Two where it takes three: each does one thing at once, and the last one everybody was told of.
        await here.join("tina", role=Role.TREASURER)
        tina = await office.viewer("tina")
        await owe({ana.id: 2_00})
        await make_ready(ways, vault)
        second = await propose_batch(olga, ways, vault, adapter="manual", currency="EUR")
        assert (second.people_needed, second.is_solo) == (3, True)
        with pytest.raises(Forbidden, match="four eyes"):
            await approve_batch(olga, ways, vault, second, digest=second.digest)
        await approve_batch(tina, ways, vault, second, digest=second.digest)
        pays = partial(submit_batch, olga, ways, vault, second)
        with pytest.raises(Conflict, match="nobody else is left"):
            await pays()
        time_passes(timedelta(days=8))
        await here.join("tom", role=Role.TREASURER)
        assert await say_who_pays_alone() == 1, "there are three"
        with pytest.raises(Forbidden, match="four eyes"):
            await pays()
        await decide(people_needed=2)
        with pytest.raises(Forbidden, match="four eyes"):
            await pays()  # it keeps what it began with
        await Account.filter(actor__local_handle="tom").update(role="member")
        assert [await say_who_pays_alone() for _ in range(2)] == [1, 0]
        with pytest.raises(Conflict, match="nobody else is left"):
            await pays()  # whoever takes tom away is not alone at once
        time_passes(timedelta(days=8))
        await pays()
        await check_books()

    await here.run(story)


@pytest.mark.one_database
async def test_a_file_for_the_bank_is_written_from_what_the_admin_and_the_payees_said(here: Instance) -> None:
    office = Office(here)
    await office.open()

    async def story() -> None:
        ways, vault = office.ways, office.vault
        await decide(
            adapters=["sepa"],
            debtor={"name": "Studio e.V.", "town": "Berlin", "country": "DE"},
            debtor_account=vault.seal(json.dumps({"iban": "DE75512108001245126199"}).encode(), label=ACCOUNT_LABEL),
        )
        ana = await office.someone("ana")
        said = (await ways.offered())["sepa"].check_details(
            {"name": "Ana Lima", "iban": "FR14 2004 1010 0505 0001 3M02 606"}
        )
        await office.says(ana, "sepa", said)
        await owe({ana.id: 12_34})
        batch = await office.approved("sepa")
        await submit_batch(await office.viewer("olga"), ways, vault, batch)
        cashier = Cashier(ways=ways, vault=vault)
        content = (await cashier.read_file(await cashier.write_file(batch.id))).decode()
        tried = await PayoutAttempt.get()
        assert f"<EndToEndId>{tried.key}</EndToEndId>" in content
        assert "FR1420041010050500013M02606" in content
        assert ">12.34<" in content

        # One cannot stand in the file, and one is held since: only they are left out, and the rest goes out.
        tina, tom, olga = [await office.viewer(name) for name in ("tina", "tom", "olga")]
        bo, cy = await office.someone("bo"), await office.someone("cy")
        sepa = (await ways.offered())["sepa"]
        for person, iban in ((bo, "GB29 NWBK 6016 1331 9268 19"), (cy, "AT61 1904 3002 3457 3201")):
            await office.says(person, "sepa", sepa.check_details({"name": person.name, "iban": iban}))
        await owe({bo.id: 2_00, cy.id: 3_00})
        mixed = await office.approved("sepa")
        await submit_batch(olga, ways, vault, mixed)
        await Payee.filter(person_id=cy.id).update(treasurer_until=now() + timedelta(days=1))
        content = (await cashier.read_file(await cashier.write_file(mixed.id))).decode()
        assert "GB29NWBK60161331926819" in content
        assert "AT611904300234573201" not in content
        left = await Payout.get(person_id=cy.id)
        assert (left.state, left.reason) == ("failed", CHANGED)
        with pytest.raises(Conflict, match="gone out"):
            await cancel_batch(tom, ways, mixed)  # somebody had the file
        await Payee.filter(person_id=cy.id).update(treasurer_until=None)

        await decide(debtor={"name": "Studio e.V."})
        await owe({bo.id: 7_00, cy.id: 1_00})
        await make_ready(ways, vault)
        batch = await propose_batch(tina, ways, vault, adapter="sepa", currency="EUR")
        assert {row.person_id for row in await Payout.filter(batch_id=batch.id)} == {cy.id}
        [lacking] = [row for row in (await waiting_people(ways, vault))[0] if row.person.id == bo.id]
        assert lacking.lacks == (Lack.WRITING,), "banks in Britain ask for the address of whoever pays"

        # Until somebody had the file, it can be called off.
        await approve_batch(tom, ways, vault, batch, digest=batch.digest)
        await submit_batch(olga, ways, vault, batch)
        await cashier.write_file(batch.id)
        await cancel_batch(tom, ways, batch)
        with pytest.raises(NotFound):
            await cashier.read_file(await PayoutBatch.get(id=batch.id))
        assert await make_ready(ways, vault) == 2
        assert {row.state for row in await Payout.filter(person_id=cy.id)} == {"ready"}
        await check_books()

        # Whoever lives where a form is asked for, or accepted other terms than are in force, is paid nothing, even
        # where it was ready and put together before.
        batch = await propose_batch(tina, ways, vault, adapter="sepa", currency="EUR")
        await Payee.all().update(country="GB")
        for lack, name, wish, before in (
            (Lack.FORM, "form_countries", ["GB"], []),
            (Lack.TERMS, "terms_version", 2, 1),
        ):
            await decide(**{name: wish})
            assert [row.lacks for row in (await waiting_people(ways, vault))[0]] == [(lack, Lack.WRITING)]
            with pytest.raises(Conflict, match="changed"):
                await approve_batch(tom, ways, vault, batch, digest=batch.digest)
            await decide(**{name: before})
        await cancel_batch(tom, ways, batch)

        # Who cannot stand in it any more when it is written is left out, with the reason.
        await decide(debtor={"name": "Studio e.V.", "town": "Berlin", "country": "DE"})
        last = await office.approved("sepa")
        await submit_batch(olga, ways, vault, last)
        await decide(debtor={"name": "Studio e.V."})
        content = (await cashier.read_file(await cashier.write_file(last.id))).decode()
        assert "AT611904300234573201" in content
        assert "GB29NWBK60161331926819" not in content
        assert "address" in (await Payout.get(person_id=bo.id, state="failed")).reason
        await owe({bo.id: 1_00})

        await decide(debtor_account=None)
        assert "sepa" not in await ways.offered()
        assert [row.lacks for row in (await waiting_people(ways, vault))[0]] == [(Lack.WAY,)]

    await here.run(story)


@pytest.mark.one_database
async def test_money_that_nobody_claims_follows_the_policy_after_three_notices_and_is_theirs_when_they_come(
    here: Instance, time_passes: Pass
) -> None:
    office = Office(here)

    async def story() -> None:
        ways, vault = office.ways, office.vault
        await decide(unclaimed_months=12)
        ana, bo = await office.someone("ana"), await office.someone("bo")
        await owe({ana.id: 12_00, bo.id: 5_00})
        for days in (100, 175, 0, 60, 23):
            time_passes(timedelta(days=days))
            assert await follow_policy(ways, vault) == 0
        assert await Notification.filter(kind="pay_unclaimed", account__actor__local_handle="ana").count() == 3
        time_passes(timedelta(days=8))
        await office.says(bo, "manual", BY_HAND)
        assert await follow_policy(ways, vault) == 1
        await check_books()
        assert (await Payout.get(person_id=ana.id)).state == "unclaimed"
        assert await make_ready(ways, vault) == 1, "bo has said how"
        await office.says(ana, "manual", BY_HAND)
        assert await make_ready(ways, vault) == 1
        assert (await Payout.get(person_id=ana.id)).state == "ready"
        await check_books()

        later = await owe({bo.id: 1_00})  # under what was said at first, whatever is said afterwards
        assert later.unclaimed_policy == "hold"
        await decide(unclaimed_policy="pool", unclaimed_months=1)
        cy, dora = await office.someone("cy"), await Person.create(name="dora")
        hosts = ("gone", "limited", "lapsed")
        eli, fay, gil = [await somebody_at(f"{name}.test", is_quiet=name == "limited") for name in hosts]
        lapsed = await Actor.get(host="lapsed.test")
        known: dict[str, Any] = {"actor": lapsed, "key_id": f"{lapsed.uri}#key", "kind": "rsa", "public": "x"}
        for fingerprint, is_vouched in (("a", True), ("b", False)):
            await ActorKey.create(**known, fingerprint=fingerprint, is_vouched=is_vouched)
        await Lane.create(key=delivery_lane("https://gone.test"), kind="deliver", trips=1)
        await owe({cy.id: 7_00, dora.id: 8_00, eli.id: 9_00, fay.id: 4_00, gil.id: 3_00})
        hal = await office.someone("hal")
        shut = await owe({hal.id: 2_00})
        await Pool.filter(id=shut.pool_id).update(state="closed")
        alone = await owe({cy.id: 6_00})
        await Pool.filter(id=alone.pool_id).update(stated=6_00)
        for days in (500, 60, 23):
            time_passes(timedelta(days=days))
            assert await follow_policy(ways, vault) == 0, "nobody could hear of it yet"
        time_passes(timedelta(days=8))
        await follow_policy(ways, vault)
        assert (await Payout.get(person_id=cy.id)).state == "given_away"
        assert (await Payout.get(person_id=hal.id)).state == "unclaimed", "nobody could share it out of that pool"
        nobody = Payout.filter(person_id__in=[dora.id, eli.id, fay.id, gil.id])
        assert not await nobody.exists(), (
            "nobody loses what nobody can tell them of, nor who may not sign in to claim it"
        )
        assert not await Payout.filter(state="given_away").exclude(person_id=cy.id).exists()
        await check_books()
        await share_again_what_nobody_claimed(office, alone)
        await give_what_nobody_claims_to_a_charity(office, time_passes)

    await here.run(story)


async def somebody_at(host: str, *, is_quiet: bool) -> Person:
    """Somebody elsewhere."""
    said: dict[str, Any] = {"type": "Person", "handle": "eli", "host": host, "uri": f"https://{host}/eli"}
    return await person_of(await Actor.create(**said, inbox=f"https://{host}/inbox", is_quiet=is_quiet))


async def share_again_what_nobody_claimed(office: Office, alone: PayProposal) -> None:
    """The one thing that was shared out of a pot came back to it: another one is shared, and then the pot is closed."""
    assert (await PayProposal.get(id=alone.id)).state == "paid", "nobody is owed anything from it any more"
    pot, olga = await Pool.get(id=alone.pool_id).select_related("group", "production"), await office.viewer("olga")
    home = await home_of(pot.group)
    assert (await funds_of(pot)).to_share == 6_00
    with pytest.raises(Conflict, match="still money in it"):
        await close_pool(olga.actor, pot, home, reason="done")
    again = await owe({(await office.someone("bo")).id: 6_00}, out_of=pot)
    assert (await funds_of(pot)).to_share == 0
    await PayProposal.filter(id=again.id).update(state="paid")
    assert (await close_pool(olga.actor, pot, home, reason="done")).state == "closed"
    await PayProposal.filter(id=again.id).update(state="locked")


async def give_what_nobody_claims_to_a_charity(office: Office, time_passes: Pass) -> None:
    """It takes two as any payment does; one person alone waits. What came back and is never asked for again is given,
    too; where something else was said about a part of it, it stays theirs.
    """
    await decide(unclaimed_policy="charity", unclaimed_charity="The lifeboats")
    dee, fox, gil = [await office.someone(name) for name in ("dee", "fox", "gil")]
    olga, bo = await office.viewer("olga"), await office.someone("bo")
    gils = await office.says(gil, "manual", BY_HAND)
    await owe({bo.id: 3_00, gil.id: 4_00})
    await make_ready(office.ways, office.vault)
    of_bo, of_gil = [await Payout.filter(person_id=each.id).order_by("-id").first() for each in (bo, gil)]
    assert of_bo is not None
    assert of_gil is not None
    assert [(await policy_for(each)).goes_to for each in (of_bo, of_gil)] == ["hold", "charity"]
    await Payout.filter(id=of_gil.id).update(state="returned", fingerprint=gils.fingerprint)
    await owe({dee.id: 7_00, fox.id: 2_00})
    for days in (0, 630, 60, 60, 23, 8):
        time_passes(timedelta(days=days))
        await follow_policy(office.ways, office.vault)
    payout, alone = [await Payout.get(person_id=each.id) for each in (dee, fox)]
    assert {(await Payout.get(id=each.id)).state for each in (payout, alone, of_gil)} == {"unclaimed"}
    told = Notification.filter(kind="pay_unclaimed", account__actor__local_handle="dee")
    before = await told.count()
    await give_to_charity(olga, payout, **SHOWN)
    assert await told.count() == before + 1, "they hear of it once more"
    await give_to_charity(olga, alone, **SHOWN)
    for each in (payout, alone):
        with pytest.raises(Conflict, match="nobody else is left"):
            await give_to_charity(olga, each, **SHOWN)
    assert await note_who_agrees_alone() == 2
    time_passes(timedelta(days=7, minutes=1))
    await give_to_charity(olga, alone, **SHOWN)
    assert (await Payout.get(id=alone.id)).state == "given_away"
    await office.open()
    with pytest.raises(Forbidden, match="four eyes"):
        await give_to_charity(olga, payout, **SHOWN)
    assert (await Payout.get(id=payout.id)).state == "unclaimed"
    await give_to_charity(await office.viewer("tina"), payout, **SHOWN)
    assert (await Payout.get(id=payout.id)).state == "given_away"
    await check_books()


async def test_two_who_put_a_batch_together_at_once_take_each_payment_once(here: Instance) -> None:
    office = Office(here)
    await office.open()

    async def prepare() -> None:
        people = [await Person.create(name=f"person {number}") for number in range(4)]
        for person in people:
            await office.says(person, "manual", BY_HAND)
        await owe({person.id: 10_00 for person in people})

    await here.run(prepare)
    made = await at_once(here, *[lambda: make_ready(office.ways, office.vault)] * 3)
    assert made == [None] * 3
    tina = await here.run(office.viewer, "tina")

    async def offered(vault: Vault) -> tuple[list[int], int]:
        return [each.count for each in await ready_sums(vault)], len(await unread_payouts(vault))

    other = Vault(here.settings.payees_key_file.with_name("other.key"))
    other.seal(b"", label="")  # makes it
    found = [await here.run(offered, vault) for vault in (office.vault, other, Vault(other.file.with_name("none")))]
    assert found == [([4], 0), ([], 4), ([], 4)], "nothing is offered that cannot be opened"

    async def propose() -> None:
        await propose_batch(tina, office.ways, office.vault, adapter="manual", currency="EUR")

    assert sorted(await at_once(here, propose, propose), key=str) == [Conflict, None]

    async def check() -> None:
        assert await Payout.all().count() == 4
        assert {row.state for row in await Payout.all()} == {"batched"}
        assert await Account.filter(role="treasurer").count() == 2
        await check_books()

    await here.run(check)


class Counting:
    """A provider that counts how often it is told, and knows each key again."""

    name, label, kind, window = "count", "Count", Kind.NETWORK, timedelta(days=30)
    asks = (Detail(name="to", label="To"),)

    def __init__(self) -> None:
        self.told: list[str] = []

    def find_limits(self, currency: str) -> Limits | None:
        return Limits()

    def expected_fee(self, amount: int, currency: str) -> int:
        return 0

    def check_details(self, details: Mapping[str, str]) -> dict[str, str]:
        return dict(details)

    def mask(self, details: Mapping[str, str]) -> str:
        return ""

    async def submit(self, attempt: Attempt) -> Outcome:
        self.told.append(attempt.details["to"])
        await asyncio.sleep(0.05)
        return Outcome(standing=Standing.SETTLED, reference="r", fee=7)

    async def ask(self, attempt: Attempt) -> Outcome:
        known = attempt.details["to"] in self.told
        return Outcome(standing=Standing.SETTLED if known else Standing.UNHEARD, fee=7)


async def test_two_workers_tell_a_provider_once_and_nobody_is_paid_after_something_happened_to_their_account(
    here: Instance,
) -> None:
    provider = Counting()
    office = Office(here, {"count": provider})
    await office.open()
    cashier = Cashier(ways=office.ways, vault=office.vault)

    async def prepare() -> dict[str, int]:
        people = [await Person.create(name=name) for name in ("ana", "bo", "cy")]
        for person in people:
            await office.says(person, "count", {"to": person.name})
        await owe({person.id: 10_00 for person in people})
        batch = await office.approved("count")
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, batch)
        await Payee.filter(person__name="bo").update(held_until=now() + timedelta(days=7))
        await office.says(people[2], "count", {"to": "a thief"})
        return {row.payout.person.name: row.id for row in await PayoutAttempt.all().select_related("payout__person")}

    tries = await here.run(prepare)
    assert await at_once(here, *[lambda: cashier.go_on(tries["ana"])] * 3) == [None] * 3
    assert provider.told == ["ana"]
    for name in ("bo", "cy"):
        await here.run(cashier.go_on, tries[name])
    assert provider.told == ["ana"]

    async def check() -> None:
        states = {row.person.name: (row.state, row.fee) for row in await Payout.all().select_related("person")}
        assert states == {"ana": ("settled", 7), "bo": ("failed", 0), "cy": ("failed", 0)}
        assert await balances_in("provider:count") == {"EUR": -10_07}, "it left the provider, not the bank"
        assert await balances_in("bank") == {"EUR": 30_00}
        await check_books()
        assert await make_ready(office.ways, office.vault) == 1, "cy said something new since; bo is held"

    await here.run(check)


class Silent(Counting):
    """A provider that takes what it is told, and never says what became of it."""

    async def submit(self, attempt: Attempt) -> Outcome:
        self.told.append(attempt.key)
        return Outcome(standing=Standing.UNKNOWN, reference="their-number-7")

    async def ask(self, attempt: Attempt) -> Outcome:
        assert attempt.reference == "their-number-7"
        return Outcome(standing=Standing.UNKNOWN)


@pytest.mark.one_database
async def test_what_a_provider_never_tells_ends_with_a_person_who_does_not_write_over_what_the_provider_called_it(
    here: Instance, time_passes: Pass
) -> None:
    provider = Silent()
    office = Office(here, {"count": provider})
    await office.open()

    async def story() -> None:
        cashier = Cashier(ways=office.ways, vault=office.vault)
        ana = await office.someone("ana")
        await office.says(ana, "count", {"to": "ana"})
        await owe({ana.id: 10_00})
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, await office.approved("count"))
        tried = await PayoutAttempt.get()
        for days in (0, 1, 28):
            time_passes(timedelta(days=days))
            assert isinstance(await cashier.go_on(tried.id), Later), "asked again soon"
        tina = await office.viewer("tina")
        with pytest.raises(Conflict, match="The provider is asked"):
            await mark_payout(tina, office.ways, await Payout.get(), became="settled", **SHOWN)

        time_passes(timedelta(days=2))
        assert isinstance(await cashier.go_on(tried.id), Done), "past their window nobody is made to wait"
        assert (await Payout.get()).needs_person
        time_passes(timedelta(days=1))
        assert await ask_about_payments(office.ways) == 1, "they may still say it"
        assert isinstance(await cashier.go_on(tried.id), Done)
        time_passes(timedelta(days=160))
        assert isinstance(await cashier.go_on(tried.id), Done)
        time_passes(timedelta(days=100))
        assert await ask_about_payments(office.ways) == 0, "and at some time nobody asks any more"
        assert provider.told == [tried.key], "nothing was ever sent again"

        said = await mark_payout(tina, office.ways, await Payout.get(), became="settled", **SHOWN)
        assert (said.state, said.reference) == ("settled", "their-number-7")
        assert said.proof == "statement 7 · stands there"
        assert not (await Payout.get()).needs_person
        await check_books()
        await it_was_paid_after_all(office, cashier)

    await here.run(story)


async def it_was_paid_after_all(office: Office, cashier: Cashier) -> None:
    """What a provider refused for certain, it says it has paid: nobody pays it again before a person has looked."""
    bo, tina = await office.someone("bo"), await office.viewer("tina")
    await office.says(bo, "count", {"to": "bo"})
    await owe({bo.id: 5_00})
    await submit_batch(await office.viewer("olga"), office.ways, office.vault, await office.approved("count"))
    payout = await Payout.get(person_id=bo.id)
    tried = await PayoutAttempt.get(payout_id=payout.id)
    await cashier.go_on(tried.id)
    await hear(tried.id, Outcome(standing=Standing.REFUSED, reason="no"))
    await pay_again(tina, await Payout.get(id=payout.id))
    batch = await propose_batch(tina, office.ways, office.vault, adapter="count", currency="EUR")
    await hear(tried.id, Outcome(standing=Standing.SETTLED))
    with pytest.raises(Conflict, match="First somebody has to say"):
        await pay_again(tina, await Payout.get(id=payout.id))
    with pytest.raises(Conflict, match="changed"):
        await approve_batch(await office.viewer("tom"), office.ways, office.vault, batch, digest=batch.digest)
    await take_out(tina, await Payout.get(id=payout.id))
    with pytest.raises(Conflict, match="Nothing is ready"):
        await propose_batch(tina, office.ways, office.vault, adapter="count", currency="EUR")
    for _click in range(2):
        with suppress(Conflict):
            await mark_payout(tina, office.ways, await Payout.get(id=payout.id), became="settled", **SHOWN)
    found = await Payout.get(id=payout.id)
    assert (found.state, found.needs_person) == ("settled", False)
    assert {row.state for row in await Payable.filter(person_id=bo.id)} == {"paid"}
    assert await balances_in("provider:count") == {"EUR": -15_00}
    await check_books()


class Forgetful(Counting):
    """A provider that takes what it is told, loses its answer, and knows nothing of it in another account."""

    account = "ours"

    async def submit(self, attempt: Attempt) -> Outcome:
        self.told.append(attempt.key)
        return Outcome(standing=Standing.UNKNOWN)

    async def ask(self, attempt: Attempt) -> Outcome:
        return Outcome(standing=Standing.UNHEARD)


@pytest.mark.one_database
async def test_what_may_have_been_sent_from_one_account_is_not_sent_from_another(here: Instance) -> None:
    provider = Forgetful()
    office = Office(here, {"count": provider})
    await office.open()

    async def story() -> None:
        cashier = Cashier(ways=office.ways, vault=office.vault)
        ana = await office.someone("ana")
        await office.says(ana, "count", {"to": "ana"})
        await owe({ana.id: 10_00})
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, await office.approved("count"))
        tried = await PayoutAttempt.get()
        await stop_payouts(Operator("command line"), since=now())
        assert isinstance(await cashier.go_on(tried.id), Done)
        assert provider.told == [], "what had begun to go out waits, too, until somebody has compared"
        await PayoutStop.all().update(ended_at=now())
        for _ in range(2):
            await cashier.go_on(tried.id)
        assert provider.told == [tried.key] * 2, "they say that they never heard of it, and know the key again"
        await office.says(ana, "count", {"to": "a thief"})
        await cashier.go_on(tried.id)
        assert (await Payout.get(needs_person=True)).reason == OTHER_DETAILS
        await office.says(ana, "count", {"to": "ana"})
        provider.account = "another"
        await cashier.go_on(tried.id)
        assert len(provider.told) == 2
        assert "another account" in (await Payout.get(needs_person=True)).reason

    await here.run(story)


@pytest.mark.one_database
async def test_an_account_for_trying_out_pays_nobody_where_people_are_real(here: Instance) -> None:
    office = Office(here)
    await office.open()

    async def story() -> None:
        keys = json.dumps({"stripe": {"secret_key": "sk_test_1"}}).encode()
        await decide(adapters=["stripe"], adapter_settings=office.vault.seal(keys, label=ADAPTERS_LABEL))
        ana = await office.someone("ana")
        await office.says(ana, "stripe", {"account": "acct_1Payee00001"})
        await owe({ana.id: 10_00})
        batch, vault, tina = await office.approved("stripe"), office.vault, await office.viewer("tina")
        real = Ways(net=here.state["net"], seal=vault)
        assert [way.name for way in await real.tests()] == ["stripe"]
        for refused in (
            propose_batch(tina, real, vault, adapter="stripe", currency="EUR"),
            approve_batch(await office.viewer("tom"), real, vault, batch, digest=batch.digest),
            submit_batch(await office.viewer("olga"), real, vault, batch),
        ):
            with pytest.raises(Conflict, match="for trying out"):
                await refused

        await submit_batch(await office.viewer("olga"), office.ways, vault, batch)
        tried = await PayoutAttempt.get()
        await PayoutAttempt.all().update(state="unknown", sent_at=now())
        await Cashier(ways=real, vault=vault).go_on(tried.id)
        assert (await Payout.get()).needs_person, "what a real account was told, one for trying out is not asked about"
        await PayoutAttempt.all().update(state="begun", sent_at=None)
        await Cashier(ways=real, vault=vault).go_on(tried.id)
        assert (await Payout.get()).state == "failed", "and it is told nothing"
        await check_books()

    await here.run(story)


WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.mark.parametrize("database_kind", ["postgres"], indirect=True)
async def test_who_pays_and_who_shares_at_once_never_wait_for_each_other(here: Instance) -> None:
    """Both tell people elsewhere, which locks lanes, and both add to the log: all take the log first."""
    office = Office(here)
    await office.open()

    async def prepare() -> Actor:
        said: dict[str, Any] = {
            "uri": "https://peer.test/users/mia",
            "type": "Person",
            "handle": "mia",
            "host": "peer.test",
        }
        mia = await Actor.create(**said, inbox="https://peer.test/inbox")
        person = await person_of(mia)
        await office.says(person, "manual", BY_HAND)
        await owe({person.id: 10_00})
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, await office.approved("manual"))
        async with transaction():
            await tell(mia)  # so that the lane is there
        return mia

    async def tell(mia: Actor) -> None:
        await tell_people(await own_actor(), [mia], Notice.PAY_RELEASED, None, "urn:x", f"{here.origin}/money", {})

    mia = await here.run(prepare)
    everybody_waits = asyncio.Event()

    async def keep_lanes() -> None:
        async with transaction():
            await fetch_rows("SELECT key FROM lane FOR UPDATE")
            await everybody_waits.wait()

    async def pay() -> None:
        await mark_payout(await office.viewer("tina"), office.ways, await Payout.get(), became="settled", **SHOWN)

    async def share() -> None:
        async with transaction(), gathering():  # as each action on a proposal does it
            await tell(mia)
            await record("test", "x", {})

    async def wait_for(count: int) -> None:
        async with asyncio.timeout(20):
            while len(await fetch_rows(WAITING)) < count:  # noqa: ASYNC110  (PostgreSQL tells nobody)
                await asyncio.sleep(0.05)

    async def begin() -> None:
        await wait_for(2)
        everybody_waits.set()

    keeping = asyncio.create_task(here.run(keep_lanes))
    await asyncio.sleep(0.2)
    paying = asyncio.create_task(here.run(pay))
    await here.run(wait_for, 1)
    sharing = asyncio.create_task(here.run(share))
    await here.run(begin)
    await asyncio.gather(keeping, paying, sharing)
    assert (await here.run(lambda: Payout.get())).state == "settled"


@pytest.mark.one_database
async def test_a_backup_that_comes_back_pays_nobody_twice(here: Instance, tmp_path: Path, time_passes: Pass) -> None:
    provider = Counting()
    office, target = Office(here, {"count": provider}), tmp_path / "backup.tar.gz"
    await office.open()

    async def live() -> dict[str, str]:
        ana, bo = await office.someone("ana"), await office.someone("bo")
        await office.says(ana, "count", {"to": "ana"})
        await office.says(bo, "manual", BY_HAND)
        await owe({ana.id: 10_00, bo.id: 20_00})
        await owe({ana.id: 1_00})
        await back_up(here.settings, target)
        for way in ("count", "manual"):
            await submit_batch(await office.viewer("olga"), office.ways, office.vault, await office.approved(way))
        tries = await PayoutAttempt.all().select_related("payout__person")
        await Cashier(ways=office.ways, vault=office.vault).go_on(tries[0].id)
        assert provider.told == ["ana"]
        return {row.payout.person.name: row.key for row in tries}

    keys = await here.run(live)
    settings = Settings(data_dir=tmp_path / "again")  # type: ignore[call-arg]
    settings.data_dir.mkdir()
    settings.payees_key_file.write_bytes(here.settings.payees_key_file.read_bytes())
    await restore(settings, target)
    async with open_instance(Network(), "here.test", database=settings.database, folder=settings.data_dir) as again:
        office = Office(again, {"count": provider})
        cashier = Cashier(ways=office.ways, vault=office.vault)

        async def begin() -> PayoutBatch:
            assert not await PayoutAttempt.exists()
            batch = await office.approved("count")
            with pytest.raises(Conflict, match="backup was brought back"):
                await submit_batch(await office.viewer("olga"), office.ways, office.vault, batch)
            return batch

        batch = await again.run(begin)
        of_bo = await again.run(lambda: Payout.get(person__name="bo"))
        async with again.sign_in("tina") as tina:
            assert "was brought back" in (await tina.get("/treasury")).text
            assert "If it was paid after the backup" in (await tina.get(f"/treasury/payouts/{of_bo.key}")).text
            said = {"became": "settled", **SHOWN}
            assert (await tina.post(f"/treasury/payouts/{of_bo.key}/mark", data=said)).status_code == 303
            again_said = await tina.post(f"/treasury/payouts/{of_bo.key}/mark", data=said)
            assert "It is known what became of this." in again_said.text, "nobody here paid it, and all may speak of it"
            assert (await tina.post("/treasury/resume", data={"words": " "})).status_code == 422

            # Who wrote it down does not end the stop, unless nobody else is there and the payee had time to speak.
            ends = partial(tina.post, "/treasury/resume", data={"words": "All of November."})
            assert "four eyes" in (await ends()).text
            async with again.sign_in("tom") as tom:
                pages = [(await each.get("/treasury")).text for each in (tina, tom)]
            assert ["payments can go out</button>" in page for page in pages] == [False, True]

            async def others(role: str) -> None:
                await Account.filter(actor__local_handle__in=["olga", "tom"]).update(role=role)

            await again.run(others, "member")
            assert "nobody else is left" in (await ends()).text
            assert [await again.run(say_who_resumes_alone) for _ in range(2)] == [1, 0]
            told = await again.run(lambda: Notification.filter(kind="pay_noted").select_related("account__actor"))
            assert [row.account.actor.local_handle for row in told] == ["bo"]
            time_passes(timedelta(days=6))
            await again.run(others, "owner")
            assert await again.run(say_who_resumes_alone) == 1, "what was said counts for nothing"
            await again.run(others, "member")
            assert await again.run(say_who_resumes_alone) == 1
            time_passes(timedelta(days=6))
            assert "nobody else is left" in (await ends()).text
            time_passes(timedelta(days=1, minutes=1))
            assert (await ends()).status_code == 303
            assert "was brought back" not in (await tina.get("/treasury")).text
            await again.run(others, "owner")

        async def go_on() -> None:
            await submit_batch(await office.viewer("olga"), office.ways, office.vault, batch)
            tries = {row.payout.person.name: row for row in await PayoutAttempt.all().select_related("payout__person")}
            assert {name: row.key for name, row in tries.items()} == keys, "what is paid again has the same name"
            await cashier.go_on(tries["ana"].id)
            assert provider.told == ["ana"], "they know it already"
            assert {row.state for row in await Payout.all()} == {"settled"}
            assert {row.state for row in await PayProposal.all()} == {"paid"}
            await check_books()

        await again.run(go_on)
