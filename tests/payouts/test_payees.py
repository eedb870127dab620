"""Who is paid says how, is warned of whatever somebody would do in their place, and proves who they are."""

from __future__ import annotations

import csv
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from html import unescape
from io import StringIO
from pathlib import Path
from stat import S_IMODE

import httpx
import pytest

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account, AuditEvent, Identity, Notification, Person
from fedirec.accounts.notices import WHY_HELD
from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.actors.keys import add_to_history
from fedirec.activitypub.actors.vouching import SeenKey
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.policies import treat_peer
from fedirec.admin.backup import back_up, restore
from fedirec.admin.treatment import Treatment
from fedirec.clock import now
from fedirec.credits.actions.proposals.drafting import LineDraft, save_lines
from fedirec.credits.actions.proposals.locking import lock_proposal
from fedirec.credits.actions.proposals.naming import MAX_A_DAY
from fedirec.credits.actions.settings import set_account
from fedirec.credits.models import NamedPerson, PayProposal, ProductionCredit, SaidAlone
from fedirec.credits.queries.credits import is_of
from fedirec.credits.queries.settings import debtor_account_of, money_settings
from fedirec.db import execute, transaction
from fedirec.db.rows import fetch_tuples
from fedirec.errors import Conflict, Misconfigured, NotFound
from fedirec.ledger.models import ChainLink
from fedirec.payouts.actions.accruing import accrue
from fedirec.payouts.actions.agreeing import note_who_agrees_alone
from fedirec.payouts.actions.payees.codes import decide_code
from fedirec.payouts.actions.payees.holding import watch_payees
from fedirec.payouts.actions.payees.joining import join_money, join_those_who_moved
from fedirec.payouts.actions.payees.renewing import renew_payees_key
from fedirec.payouts.actions.readying import make_payouts, make_ready
from fedirec.payouts.actions.reconciling import mark_batch, mark_payout
from fedirec.payouts.actions.submitting import Cashier, submit_batch
from fedirec.payouts.adapters.catalogue import ADAPTERS
from fedirec.payouts.countries import COUNTRIES
from fedirec.payouts.holds import HoldCause
from fedirec.payouts.keys import Vault, label_of_batch
from fedirec.payouts.models import IdentityCode, Payable, Payee, PayeeEvent, Payout, PayoutBatch
from fedirec.payouts.queries.payees import PayeeStatus, statuses_of, unsealed
from fedirec.payouts.queries.troubles import find_troubles
from fedirec.payouts.queries.verifying import find_differences
from fedirec.payouts.queries.ways import Ways
from fedirec.settings import Settings
from tests.conftest import Pass
from tests.credits.proposing import Earning, earning
from tests.founding import PASSWORD
from tests.network import Instance, Network, open_instance, settle
from tests.payouts.stage import Office, decide, owe
from tests.postbox import Postbox, open_postbox
from tests.provider import Provider, providing

IBAN = "DE89370400440532013000"
BY_HAND = {"way": "manual", "instructions": "cash, in the kitchen", "living": "DE"}
EMPTY = {"do": "it"}


async def status_of(place: Instance, actor: Actor) -> PayeeStatus:
    async def find() -> PayeeStatus:
        person = await person_of(await Actor.get(id=actor.id))
        return (await statuses_of([person.id], place.state["vault"]))[person.id]

    return await place.run(find)


async def says(browser: httpx.AsyncClient, **fields: str) -> httpx.Response:
    return await browser.post("/money/details", data=BY_HAND | {"present": PASSWORD} | fields)


async def notices(place: Instance, actor: Actor) -> list[str]:
    rows = await place.run(lambda: Notification.filter(account__actor_id=actor.id).order_by("id"))
    return [row.kind for row in rows if row.kind.startswith("pay_")]


async def happened(place: Instance) -> list[str]:
    return [row.happening for row in await place.run(lambda: PayeeEvent.all().order_by("id"))]


@pytest.mark.one_database
async def test_somebody_says_how_they_are_paid(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    assert not here.settings.payees_key_file.exists()
    async with here.sign_in("ana") as browser:
        assert (await browser.get("/money")).status_code == 200
        wrong = await says(browser, present="not my password", living="")
        assert wrong.status_code == 422
        assert "cash, in the kitchen" in wrong.text
        assert (await says(browser, present="not my password")).status_code == 422
        assert (await says(browser, way="paypal")).status_code == 422  # not offered here
        assert not here.settings.payees_key_file.exists()
        assert (await says(browser)).status_code == 303
        page = (await browser.get("/money/details")).text
        assert "By hand" in page
        assert "Germany" in page
        assert "kitchen" not in page
        assert "Nothing is paid until" in page
    assert S_IMODE(here.settings.payees_key_file.stat().st_mode) == 0o600
    standing = await status_of(here, ana)
    assert standing.has_details
    assert standing.is_confirmed
    assert standing.held_until is not None
    assert timedelta(days=6) < standing.held_until - now() <= timedelta(days=7)
    assert await notices(here, ana) == ["pay_details_given"]
    async with here.sign_in("ana") as browser:
        await says(browser)  # the same once more changes nothing
        assert await happened(here) == ["given", "confirmed"]
        await says(browser, instructions="a cheque")
        assert await happened(here) == ["given", "confirmed", "changed"]
        terms = (await browser.get("/money/terms")).text
        told = {name: unescape(value) for name, value in re.findall(r'name="(version|digest)" value="([^"]+)"', terms)}
        stale = await browser.post("/money/terms", data=told | {"version": "7"}, follow_redirects=True)
        assert "have changed" in stale.text
        assert (await browser.post("/money/terms", data=told)).status_code == 303
        assert (await status_of(here, ana)).has_accepted
        assert (await browser.post("/money/details/erase", data={"present_to_erase": PASSWORD})).status_code == 303
        assert "You have not said it yet." in (await browser.get("/money")).text
    assert not (await status_of(here, ana)).has_details
    assert await here.run(lambda: Payee.filter(details__not_isnull=True).count()) == 0


@pytest.mark.one_database
async def test_the_treasurer_reads_details_on_record(here: Instance) -> None:
    ana, tina = await here.join("ana"), await here.join("tina", role=Role.TREASURER)
    async with here.sign_in("ana") as browser:
        await says(browser)
        assert (await browser.get("/treasury/payees")).status_code == 403
    payee = await here.run(lambda: Payee.get())
    page = f"/treasury/payees/{payee.key}"
    async with here.sign_in("tina") as browser:
        assert "held back" in (await browser.get("/treasury/payees")).text
        assert page in (await browser.get("/treasury/payees?which=held")).text
        assert page not in (await browser.get("/treasury/payees?which=form")).text
        assert "kitchen" not in (await browser.get(page)).text
        read = await browser.post(f"{page}/read", data=EMPTY)
        assert "cash, in the kitchen" in read.text
        assert read.headers["cache-control"] == "no-store"
        await browser.post(f"{page}/form", data={"wanted": "on"})
        assert page in (await browser.get("/treasury/payees?which=form")).text
        assert (await status_of(here, ana)).needs_form
        await browser.post(f"{page}/form", data={"wanted": "on", "received": "on"})
        assert not (await status_of(here, ana)).needs_form
        await browser.post(f"{page}/hold", data={"days": "30"})
        held = await status_of(here, ana)
        assert held.held_until is not None
        assert held.held_until > now() + timedelta(days=29)
        await browser.post(f"{page}/hold", data={"do": "release"})
    released = await status_of(here, ana)
    assert released.held_until is not None  # the details are as new as they were
    assert timedelta(days=6) < released.held_until - now() <= timedelta(days=7)
    assert await happened(here) == ["given", "read", "form", "form", "held", "released"]
    seen = await here.run(lambda: AuditEvent.filter(actor_uri=tina.uri).order_by("id"))
    assert [event.action for event in seen] == [
        "read_payee",
        "set_payee_form",
        "set_payee_form",
        "hold_pay",
        "release_pay",
    ]
    # What is held for another reason no treasurer ends, and their own hold nothing else does.
    await here.run(lambda: Payee.filter(id=payee.id).update(held_for="move", held_until=now() + timedelta(days=9)))
    async with here.sign_in("tina") as browser:
        await browser.post(f"{page}/hold", data={"days": "1"})
        assert "the account has moved" in (await browser.get(page)).text
        await browser.post(f"{page}/hold", data={"do": "release"})
        kept = await status_of(here, ana)
        assert (kept.held_for, kept.held_until) == ("move", (await here.run(lambda: Payee.get())).held_until)
        await browser.post(f"{page}/hold", data={"days": "60"})
        assert "a treasurer decided so" in (await browser.get(page)).text
        await here.run(lambda: Payee.filter(id=payee.id).update(held_until=now()))
        assert (await status_of(here, ana)).held_for == "treasurer"
        assert page in (await browser.get("/treasury/payees?which=held")).text
    async with here.sign_in("ana") as browser:
        assert "A treasurer read the details" in (await browser.get("/money/details")).text
    async with here.sign_in("tina") as browser:
        log = (await browser.get("/admin/audit")).text
        assert "kitchen" not in log


async def test_an_account_that_moved_is_not_paid_from_that_moment(here: Instance, time_passes: Pass) -> None:
    ana, new, eve = [await here.join(name) for name in ("ana", "anew", "eve")]
    async with here.sign_in("ana") as browser:
        await says(browser)
    time_passes(timedelta(days=8))
    assert (await status_of(here, ana)).held.cause is not None
    before = await status_of(here, ana)
    assert before.held_until is not None
    assert before.held_until < now()

    async def move() -> None:
        await Actor.filter(id=new.id).update(also_known_as=[ana.uri])
        await Actor.filter(id=ana.id).update(moved_to=new.uri, moved_at=now())
        await Actor.filter(id=eve.id).update(moved_to=new.uri, moved_at=now())  # whom the new one does not know

    await here.run(move)
    moved = await status_of(here, ana)  # before any chore
    assert moved.held_until is not None
    assert moved.held_until > now() + timedelta(days=6)
    assert not moved.is_confirmed
    vault, post = here.state["vault"], here.state["post"]
    assert await here.run(watch_payees, vault, post) == 1
    assert await here.run(watch_payees, vault, post) == 0
    assert await happened(here) == ["given", "held"]
    assert await notices(here, ana) == ["pay_details_given", "pay_held"]
    assert set(WHY_HELD) == set(HoldCause)
    async with here.sign_in("ana") as browser:
        for language, why in (("en", "because the account has moved"), ("de", "das Konto ist umgezogen")):
            told = await browser.get("/notifications", headers={"accept-language": language})
            assert why in told.text, "whoever wrote it down, everybody reads it in their language"
    assert await here.run(join_those_who_moved, vault, post) == 0  # they may still come back
    time_passes(timedelta(days=7, hours=1))
    assert await here.run(join_those_who_moved, vault, post) == 1
    assert await here.run(join_those_who_moved, vault, post) == 0
    persons = {row.actor_id: row.person_id for row in await here.run(lambda: Identity.all())}
    assert persons[ana.id] == persons[new.id] != persons[eve.id]
    async with here.sign_in("anew") as browser:
        page = (await browser.get("/money/details")).text
        assert "By hand" in page
        assert "Is it still yours, and right?" in page
        wrong = await browser.post("/money/details/confirm", data={"present_to_confirm": "a wrong password"})
        assert wrong.status_code == 422
        assert (await browser.post("/money/details/confirm", data={"present_to_confirm": PASSWORD})).status_code == 303
    await here.run(lambda: Actor.filter(id=ana.id).update(moved_to=None))  # whoever has that address by now
    async with here.sign_in("ana") as browser:
        left = await browser.post("/money/details/confirm", data={"present_to_confirm": PASSWORD})
        assert "Please say that from where you live now." in left.text
    credit = ProductionCredit(actor_id=ana.id, person_id=persons[ana.id])
    for actor, says_it in ((ana, False), (new, True)):
        fresh = await here.run(Actor.get, id=actor.id)
        assert await here.run(is_of, credit, fresh) is says_it
    joined = await status_of(here, new)
    assert joined.is_confirmed
    assert joined.held_until is not None
    assert joined.held_until > now() + timedelta(days=6)
    async with here.sign_in("ana") as browser:  # perhaps a thief moved it: who has it back can still stop the pay
        assert (await browser.post("/money/details/erase", data={"present_to_erase": PASSWORD})).status_code == 303
    assert not (await status_of(here, new)).has_details


@pytest.mark.one_database
async def test_silence_makes_nobody_one_person_who_has_anything_of_their_own(here: Instance, time_passes: Pass) -> None:
    vera, eve = [await here.join(name) for name in ("vera", "eve")]
    for name in ("vera", "eve"):
        async with here.sign_in(name) as browser:
            await says(browser, instructions=f"to {name}")
    vault, post = here.state["vault"], here.state["post"]

    async def move() -> None:  # eve has the address now from which vera came here long ago
        await owe({(await person_of(vera)).id: 4_000})
        await Actor.filter(id=vera.id).update(also_known_as=[eve.uri])
        await Actor.filter(id=eve.id).update(moved_to=vera.uri, moved_at=now())

    await here.run(move)
    async with here.sign_in("vera") as browser, here.sign_in("eve") as old:
        assert await here.run(join_those_who_moved, vault, post) == 0
        for actor in (vera, eve):
            assert await notices(here, actor) == ["pay_details_given", "pay_moved"]
        page = (await browser.get("/money")).text
        assert "Was that you before?" in page
        assert "Yes, that was me" not in page
        yes = f"/money/moves/{eve.id}"
        early = await browser.post(yes, data={"present": PASSWORD})
        assert "too early" in early.text
        time_passes(timedelta(days=8))
        assert await here.run(join_those_who_moved, vault, post) == 0
        known = unsealed((await status_of(here, vera)).payee, vault)
        assert known is not None
        assert known.details == {"instructions": "to vera"}
        for path, field in (("confirm", "present_to_confirm"), ("erase", "present_to_erase")):
            refused = await old.post(f"/money/details/{path}", data={field: PASSWORD})
            assert "This account has moved." in refused.text
        assert (await browser.post(yes, data={"present": "a wrong one"})).status_code == 422
        assert (await old.post(f"/money/moves/{vera.id}", data={"present": PASSWORD})).status_code == 422
        assert (await browser.post(yes, data={"present": PASSWORD})).status_code == 303
        assert (await browser.post(yes, data={"present": PASSWORD})).status_code == 422
    persons = {row.actor_id: row.person_id for row in await here.run(lambda: Identity.all())}
    assert persons[vera.id] == persons[eve.id]
    standing = await status_of(here, vera)
    known = unsealed(standing.payee, vault)
    assert known is not None
    assert known.details == {"instructions": "to vera"}
    assert not standing.is_confirmed


async def learn(actor: Actor, kind: str, name: str, *, is_vouched: bool) -> None:
    """`actor` is seen with another key."""
    key = SeenKey(key_id=f"{actor.uri}#{name}", kind=kind, fingerprint=name, is_vouched=is_vouched, seen_at=now())
    await add_to_history(actor.id, [key])


async def test_somebody_elsewhere_with_another_key_is_not_paid(
    here: Instance, there: Instance, network: Network, time_passes: Pass
) -> None:
    bo = await here.meet(await there.join("bo"))
    office = Office(here)

    async def give() -> None:
        person, site = await person_of(bo), here.state["site"]
        await office.says(person, "manual", {"instructions": "cash"})
        await treat_peer(Operator("command line"), site, there.host, Treatment(policy="block"))
        await owe({person.id: 5_00})
        assert await make_ready(office.ways, office.vault) == 1, "whose server is blocked is paid what they are owed"
        await treat_peer(Operator("command line"), site, there.host, Treatment())

    await here.run(give)
    time_passes(timedelta(days=1))
    assert (await status_of(here, bo)).is_confirmed

    await here.run(learn, bo, "p256", "first", is_vouched=True)  # a way of signing that they had not had
    assert (await status_of(here, bo)).is_confirmed
    time_passes(timedelta(hours=1))
    await here.run(learn, bo, "rsa", "second", is_vouched=False)
    changed = await status_of(here, bo)
    assert changed.held_until is not None
    assert changed.held_until > now() + timedelta(days=6)
    assert not changed.is_confirmed
    assert await here.run(watch_payees, here.state["vault"], here.state["post"]) == 1

    new = await here.meet(await there.join("bonew"))

    async def move() -> None:
        await Actor.filter(id=new.id).update(also_known_as=[bo.uri])
        await Actor.filter(id=bo.id).update(moved_to=new.uri, moved_at=now())

    await here.run(move)
    time_passes(timedelta(minutes=1))
    await settle(here)
    before = len(network.requests)
    assert await here.run(watch_payees, here.state["vault"], here.state["post"]) == 1
    await settle(here)
    letters = b"".join(request.content for request in network.requests[before:] if request.method == "POST")
    assert f"@bo@{there.host}".encode() in letters, "where they were, in case it was not them"
    assert f"@bonew@{there.host}".encode() in letters, "and where they say that they are"


async def code_of(browser: httpx.AsyncClient, **fields: str) -> str:
    page = await browser.post("/money/code", data=EMPTY | fields)
    found = re.search(r'<code dir="ltr">([^<]+)</code>', page.text)
    return found[1] if found else ""


async def uses(browser: httpx.AsyncClient, code: str) -> int:
    return (await browser.post("/money/code/use", data={"code": code})).status_code


async def test_a_code_proves_who_somebody_is_after_everybody_could_object(here: Instance, time_passes: Pass) -> None:
    ana, anew, tina = [await here.join(name, role=role) for name, role in PEOPLE]
    async with here.sign_in("ana") as browser:
        await says(browser)
        assert await code_of(browser) == ""
        first = await code_of(browser, present=PASSWORD)
        assert len(first) == 19
        code = await code_of(browser, present=PASSWORD)
        assert await uses(browser, code) == 422  # one's own
    assert first not in str(await here.run(lambda: IdentityCode.all().values("digest")))
    await here.run(lambda: owe_person(ana, 4_000))
    time_passes(timedelta(days=8))
    async with here.sign_in("anew") as browser:
        await says(browser, instructions="to the new one")
        assert await uses(browser, first) == 422  # there has been another one for as long as a hold lasts
        assert await uses(browser, f" {code.upper().replace('-', ' ')}") == 303
        assert await uses(browser, code) == 422  # it is good once
    held = await status_of(here, ana)
    assert held.held_until is not None
    assert held.held_until > now() + timedelta(days=6)
    assert not held.is_confirmed
    assert await notices(here, ana) == ["pay_details_given", "pay_code_made", "pay_code_made", "pay_code_used"]
    assert await notices(here, tina) == ["pay_code_waits"]
    used = await here.run(lambda: IdentityCode.get(state="used"))
    decision = f"/treasury/payees/codes/{used.id}"
    async with here.sign_in("tina") as browser:
        assert 'value="accept"' not in (await browser.get("/treasury/payees")).text
        early = await browser.post(decision, data={"answer": "accept"}, follow_redirects=True)
        assert "too early" in early.text
        time_passes(timedelta(days=7, hours=1))
        assert "Yes, that is one person" in (await browser.get("/treasury/payees")).text
        assert (await browser.post(decision, data={"answer": "accept"})).status_code == 303
        again = await browser.post(decision, data={"answer": "refuse"}, follow_redirects=True)
        assert "has been decided" in again.text
    persons = {row.actor_id: row.person_id for row in await here.run(lambda: Identity.all())}
    assert persons[ana.id] != persons[anew.id], "the account that is lost is nobody's way to be them"
    turned_out = await here.run(lambda: Person.filter(joined_id__not_isnull=True).values("joined_id"))
    assert turned_out == [{"joined_id": persons[anew.id]}]
    assert [kind for kind in await notices(here, anew) if "code" in kind] == ["pay_code_accepted"]
    standing = await status_of(here, anew)
    known = unsealed(standing.payee, here.state["vault"])
    assert known is not None
    assert known.details == {"instructions": "to the new one"}
    assert not standing.is_confirmed
    async with here.sign_in("ana") as browser:  # whoever that is now
        page = (await browser.get("/money")).text
        assert "€40.00" not in page
        assert "You have not said it yet." in page
        nothing = await browser.post("/money/details/confirm", data={"present_to_confirm": PASSWORD})
        assert "We do not know how you are paid." in nothing.text
    credit = ProductionCredit(actor_id=ana.id, person_id=persons[anew.id])
    assert not await here.run(is_of, credit, ana)
    assert await here.run(is_of, credit, anew)
    async with here.sign_in("anew") as browser:
        assert "€40.00" in (await browser.get("/money")).text
        terms = (await browser.get("/money/terms")).text
        await browser.post("/money/terms", data=dict(re.findall(r'name="(version|digest)" value="([^"]+)"', terms)))
        await browser.post("/money/details/confirm", data={"present_to_confirm": PASSWORD})
    time_passes(timedelta(days=8))
    async with here.sign_in("tina") as browser:
        await here.run(make_ready, here.state["ways"], here.state["vault"])
        put = await browser.post("/treasury/batches", data={"adapter": "manual", "currency": "EUR"})
        assert "paid to the details of anew" in (await browser.get(put.headers["location"])).text


PEOPLE = (("ana", Role.MEMBER), ("anew", Role.MEMBER), ("tina", Role.TREASURER))


@pytest.mark.one_database
async def test_a_code_that_was_stolen_gets_nobody_anywhere(here: Instance, time_passes: Pass) -> None:
    ana, eve, _tina = [
        await here.join(name, role=role) for name, role in (PEOPLE[0], ("eve", Role.TREASURER), PEOPLE[2])
    ]
    async with here.sign_in("ana") as browser:
        await says(browser)
        code = await code_of(browser, present=PASSWORD)
    async with here.sign_in("eve") as browser:
        await says(browser, instructions="to eve")
        assert await uses(browser, code) == 303
        time_passes(timedelta(days=8))
        used = await here.run(lambda: IdentityCode.get(state="used"))
        answer = {"answer": "accept"}
        own = await browser.post(f"/treasury/payees/codes/{used.id}", data=answer, follow_redirects=True)
        assert "concerns yourself" in own.text
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/money/code")).text
        assert "Somebody says that they are you" in page
        blocked = await browser.post("/money/code", data={"present": PASSWORD})
        assert blocked.status_code == 422
        assert (await browser.post("/money/code/deny", data=EMPTY)).status_code == 422
        assert (await browser.post("/money/code/deny", data={"present": PASSWORD})).status_code == 303
        assert "Two treasurers decide it" in (await browser.get("/money/code")).text
        time_passes(timedelta(days=60))
    for actor in (ana, eve):
        held = await status_of(here, actor)
        assert held.held_until is not None
        assert held.held_until > now(), "neither is paid, for as long as nobody has decided"
        assert not held.is_confirmed
    assert await here.run(watch_payees, here.state["vault"], here.state["post"]) == 0
    decision, field = f"/treasury/payees/codes/{used.id}", f"reason-{used.id}"
    async with here.sign_in("tina") as tina, here.sign_in("olga") as olga:
        mute = await tina.post(decision, data={"answer": "refuse"}, follow_redirects=True)
        assert "Please say why" in mute.text
        for _again in range(2):
            said = await tina.post(decision, data={"answer": "refuse", field: "I asked."}, follow_redirects=True)
        assert "four eyes see more than two" in said.text
        time_passes(timedelta(days=8))
        await here.run(lambda: Account.filter(actor__local_handle="olga").update(role="member"))
        said = await tina.post(decision, data={"answer": "refuse", field: "I asked."}, follow_redirects=True)
        assert "nobody else is left here" in said.text, "for a moment: olga could for all these days"
        assert [await here.run(note_who_agrees_alone) for _ in range(2)] == [1, 0]
        await here.run(lambda: Account.filter(actor__local_handle="olga").update(role="owner"))
        assert await here.run(note_who_agrees_alone) == 0
        assert not await here.run(SaidAlone.exists)
        assert (await here.run(lambda: IdentityCode.get(id=used.id))).state == "denied"
        assert "I asked." in (await olga.get("/treasury/payees")).text
        seen = await here.run(lambda: IdentityCode.get(id=used.id))
        await olga.post(decision, data={"answer": "refuse", field: "So did I."})

    async def once_more() -> None:
        olga, vault, post = await Office(here).viewer("olga"), here.state["vault"], here.state["post"]
        await decide_code(olga, seen, is_accepted=False, reason="I do.", vault=vault, post=post)

    with pytest.raises(Conflict):
        await here.run(once_more)  # who still sees the page from before
    assert (await here.run(lambda: IdentityCode.get(id=used.id))).state == "refused"
    async with here.sign_in("ana") as browser:
        assert await code_of(browser, present=PASSWORD)
    assert [kind for kind in await notices(here, eve) if kind != "pay_code_waits"] == [
        "pay_details_given",
        "pay_code_denied",
        "pay_code_denied",
        "pay_code_refused",
    ]
    persons = {row.actor_id: row.person_id for row in await here.run(lambda: Identity.all())}
    assert persons[ana.id] != persons[eve.id]


@pytest.mark.one_database
async def test_codes_cannot_be_guessed(here: Instance) -> None:
    await here.join("eve")
    async with here.sign_in("eve") as browser:
        answers = [await uses(browser, f"0000-0000-0000-{n:04}") for n in range(12)]
    assert answers[:10] == [422] * 10
    assert answers[10:] == [429] * 2


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    with providing("https://home.test") as provider:
        yield provider


async def come_in(browser: httpx.AsyncClient, provider: Provider, *, who: str = "ana", then: str = "/money") -> str:
    """Somebody signs in with their own server; where they are led to afterwards."""
    out = await browser.post("/sign-in/elsewhere", data={"handle": f"@{who}@home.test", "next": then})
    back = await browser.get(await provider.ask(out.headers["refresh"].partition("url=")[2], who=who))
    return str(back.headers["location"])


async def share_with_dora(here: Instance, time_passes: Pass) -> tuple[Earning, PayProposal]:
    """A film earned 1,000.00, of which Dora, who has no account, gets a fifth by a proposal that is locked."""
    film = await earning(here, host_share_ppm=0, amount=100_000)
    await here.join("tina", role=Role.TREASURER)
    proposal = await film.propose()
    dora = LineDraft(name="Dora", label="Songs", weight=25, reason="She sang.")
    await here.run(lambda: save_lines(film.ana, proposal, proposal.version, [dora]))
    async with here.sign_in("ana") as browser:
        page = (await browser.get(f"/pay/{proposal.key}/publish")).text
        assert "Their share is kept for them until somebody has said who they are" in page
    revision = await film.publish(proposal)
    await film.decided(proposal, revision, time_passes)
    stated: dict[str, object] = {"unclaimed_policy": "pool", "unclaimed_months": 6}
    await here.run(lambda: decide(**stated))
    await here.run(lambda: lock_proposal(film.tom, proposal, digest=revision.digest))
    await here.run(lambda: decide(unclaimed_policy="hold", unclaimed_months=24))
    locked = await film.look(proposal)
    assert {name: getattr(locked, name) for name in stated} == stated, "what nobody claims goes as was said by then"
    await here.run(accrue)
    return film, proposal


async def say_who_dora_is(here: Instance, proposal: PayProposal, dora: Actor, browser: httpx.AsyncClient) -> str:
    """Somebody who leads it names her account and she says yes; where a treasurer agrees."""
    who = f"/pay/{proposal.key}/who"
    async with here.sign_in("ana") as leader, here.sign_in("bo") as other:
        assert who in (await leader.get(f"/pay/{proposal.key}")).text
        page = (await leader.get(who)).text
        line = re.search(r'<option value="([^"]+)">Dora', page)
        assert line is not None
        asked = {"line": line[1], "person": dora.uri}
        assert (await other.post(who, data=asked)).status_code == 403
        assert (await leader.post(who, data=asked | {"person": "@ana@here.test"})).status_code == 422
        for _again in range(MAX_A_DAY - 1):
            await leader.post(who, data=asked | {"person": "@cy@here.test"})
        assert (await leader.post(who, data=asked)).status_code == 303
        assert "has been asked" in (await leader.get(who)).text
        many = await leader.post(who, data=asked | {"person": "@cy@here.test"})
        assert "You have asked many people today" in many.text, "nobody asks one account after the other"
    assert "€200.00" not in (await browser.get("/money")).text
    named = await here.run(lambda: NamedPerson.get(state="named"))
    answer = f"/money/named/{named.id}"
    async with here.sign_in("cy") as other:
        refused = await other.post(answer, data={"answer": "yes", f"present_{named.id}": PASSWORD})
        assert "Nobody asks you that" in refused.text
    assert (await browser.post(answer, data={"answer": "yes"})).status_code == 303
    return f"/treasury/payees/named/{named.id}"


async def settle_and_read(here: Instance, browser: httpx.AsyncClient) -> None:
    """Whatever is owed to whoever looks is put together, approved, paid and marked by three; their statement has it."""

    async def pay() -> None:
        office = Office(here)
        batch = await office.approved("manual")
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, batch)
        await mark_batch(await office.viewer("tina"), office.ways, batch, reference="receipt 7", text="In cash.")
        assert await find_all_differences() == []

    await here.run(pay)
    assert "€200.00" in (await browser.get(f"/money/statements/{now().year}")).text


async def find_all_differences() -> list[str]:
    return [each async for each in find_differences()]


@pytest.mark.one_database
async def test_somebody_on_mastodon_is_paid(
    here: Instance, network: Network, running_provider: Provider, time_passes: Pass
) -> None:
    running_provider.tell(reset=True)
    running_provider.join(network)
    async with here.client() as browser:
        assert await come_in(browser, running_provider) == "/money"
        ana = await here.run(lambda: Actor.get(uri__startswith="https://home.test/", handle="ana"))
        film, proposal = await share_with_dora(here, time_passes)
        await come_in(browser, running_provider)
        decision = await say_who_dora_is(here, proposal, ana, browser)
        tina = (await here.run(person_of, await here.run(lambda: Actor.get(local_handle="tina")))).id
        dora = (await here.run(lambda: Person.get(name="Dora"))).id
        for now_, row, is_told in (
            (tina, dora, True),
            (dora, tina, False),
        ):  # by whoever has the database in their hands
            await here.run(lambda: Identity.filter(person_id=now_).update(person_id=row))  # noqa: B023
            assert bool(await here.run(find_all_differences)) is is_told
        async with here.sign_in("tom") as tom:
            early = await tom.post(decision, data={"answer": "accept"}, follow_redirects=True)
            assert "too early" in early.text
            time_passes(timedelta(days=7, hours=1))
            assert "Yes, that is one person" in (await tom.get("/treasury/payees")).text
            assert (await tom.post(decision, data={"answer": "accept"})).status_code == 303
        assert await here.run(find_all_differences) == []
        assert sum((await film.owed(proposal)).values()) == 80_000, "and a fifth is owed to who has another row"
        page = (await browser.get("/money")).text
        assert "€200.00" in page
        assert "We do not know how you would like to be paid." in page
        assert "You have not accepted the terms" in page
        terms = (await browser.get("/money/terms")).text
        told = dict(re.findall(r'name="(version|digest)" value="([^"]+)"', terms))
        assert (await browser.post("/money/terms", data=told)).status_code == 303
        time_passes(timedelta(minutes=16))
        stale = await browser.post("/money/details", data=BY_HAND)
        assert stale.status_code == 422
        assert "Sign in with your own server again" in stale.text
        assert await here.run(lambda: Payee.filter(details__not_isnull=True).count()) == 0
        assert await come_in(browser, running_provider, then="/money/details") == "/money/details"
        assert (await browser.post("/money/details", data=BY_HAND)).status_code == 303
        assert len(await code_of(browser)) == 19
        time_passes(timedelta(days=8))
        ready = await status_of(here, ana)
        assert (ready.has_details, ready.is_confirmed, ready.has_accepted, ready.needs_form) == (
            True,
            True,
            True,
            False,
        )
        assert ready.held_until is not None
        assert ready.held_until < now()
        page = (await browser.get("/money")).text
        assert "not accepted" not in page
        assert "We do not know" not in page
        await settle_and_read(here, browser)
        for name, is_vouched in (("first", True), ("second", False)):
            await here.run(learn, ana, "rsa", name, is_vouched=is_vouched)
        refused = await browser.post(
            "/money/details", data=BY_HAND | {"instructions": "to whoever has that domain now"}
        )
        assert (refused.status_code, "Your server has other keys for you" in refused.text) == (422, True)
        left = await browser.post("/settings/visit/leave", data={"sure": "on"})
        assert left.status_code == 303
    await settle(here)
    assert await here.run(lambda: Payee.filter(details__not_isnull=True).count()) == 0
    assert await here.run(lambda: Payable.all().count()) == 3  # what they are owed stays theirs
    letters = [request for request in network.requests if request.url.host == "home.test" and request.method == "POST"]
    assert any(b"how you are paid" in request.content for request in letters)  # told at home too
    assert not any(b"kitchen" in request.content for request in letters)


async def owe_person(actor: Actor, amount: int) -> None:
    await owe({(await person_of(actor)).id: amount})


async def make_ready_for(actor: Actor) -> None:
    await make_payouts(await person_of(actor), "EUR")


@asynccontextmanager
async def place_with(box: Postbox, network: Network, url: str, folder: Path) -> AsyncGenerator[Instance]:
    told = {"smtp_host": "127.0.0.1", "smtp_port": box.port, "smtp_tls": "none", "smtp_from": "place@here.test"}
    async with open_instance(network, "here.test", database=url, folder=folder, **told) as instance:
        yield instance


@pytest.mark.one_database
async def test_the_old_mail_address_hears_of_it_too(network: Network, database_url: str, tmp_path: Path) -> None:
    async with open_postbox() as box, place_with(box, network, database_url, tmp_path / "here") as place:
        ana = await place.join("ana")

        async def mail_goes(address: str | None) -> None:
            await Account.filter(actor_id=ana.id).update(mail_to=address)

        await place.run(mail_goes, "ana@old.example")
        async with place.sign_in("ana") as browser:
            assert (await says(browser)).status_code == 303
            await place.work()
            assert box.recipients == [["ana@old.example"]]
            await place.run(mail_goes, "eve@new.example")  # as whoever took over the account would
            assert (await says(browser, instructions="to Eve")).status_code == 303
            await place.work()
            assert sorted(box.recipients[1:]) == [["ana@old.example"], ["eve@new.example"]]
            await place.run(mail_goes, None)
            await code_of(browser, present=PASSWORD)
            await place.work()
        assert sorted(box.recipients[3:]) == [["ana@old.example"], ["eve@new.example"]]
        texts = "".join(str(letter) for letter in box.letters)
        assert "Somebody said how you are paid." in re.sub(r"=?\n", " ", texts)
        assert "kitchen" not in texts
        assert "to Eve" not in texts
        rows = await place.run(lambda: Notification.all().values_list("details", flat=True))
        assert "example" not in str(rows)


async def live_without_the_key(place: Instance, ana: httpx.AsyncClient) -> None:
    """Every page about it says what happened, and an admin types anew what was sealed."""
    async with place.sign_in("olga") as olga:
        assert "We cannot read any more what you said." in (await ana.get("/money/details")).text
        treasury = (await olga.get("/treasury")).text
        assert "(payees.key) is missing" in treasury
        assert "They have to say it again, or their key has to come back" in treasury
        assert "Put a batch together" not in treasury
        payee = await place.run(lambda: Payee.get())
        assert (await olga.get(f"/treasury/payees/{payee.key}")).status_code == 200
        unread = await olga.post(f"/treasury/payees/{payee.key}/read", data={"go": "on"})
        assert "There are no details that could be read." in unread.text
        assert "the key for payees is another one" in (await olga.get("/admin/money")).text

        file = place.settings.payees_key_file
        file.write_text("not a key")
        for browser, page in ((ana, "/money"), (ana, "/money/details"), (olga, "/treasury"), (olga, "/admin/money")):
            assert (await browser.get(page)).status_code == 200, page
        assert "cannot be read as a key" in (await olga.get("/treasury")).text
        file.unlink()

        again = await olga.post("/admin/money/keys/stripe", data={"stripe_secret_key": "sk_test_2"})
        assert again.status_code == 303
        assert "is one for trying out" in (await olga.get("/admin/money")).text
        assert "moves no money" in (await olga.get("/treasury")).text


@pytest.mark.one_database
async def test_a_backup_opens_what_payees_say_with_the_key_only(here: Instance, tmp_path: Path) -> None:
    ana = await here.join("ana")
    async with here.sign_in("ana") as browser, here.sign_in("olga") as olga:
        await says(browser)
        await olga.post("/admin/money/keys/stripe", data={"stripe_secret_key": "sk_live_1"})
        assert await here.run(find_troubles, here.state["ways"], here.state["vault"]) == []
        await here.run(owe_person, ana, 40_00)
        await here.run(lambda: make_ready_for(ana))
        assert "Put a batch together" in (await olga.get("/treasury")).text
    target, key = tmp_path / "backup.tar.gz", here.settings.payees_key_file.read_bytes()
    await here.run(back_up, here.settings, target)
    for name, with_key in (("without", False), ("with", True)):
        settings = Settings(data_dir=tmp_path / name)  # type: ignore[call-arg]
        settings.data_dir.mkdir()
        if with_key:
            settings.payees_key_file.write_bytes(key)
        await restore(settings, target)
        assert settings.payees_key_file.exists() == with_key
        async with open_instance(Network(), "here.test", database=settings.database, folder=settings.data_dir) as again:
            assert (await status_of(again, ana)).has_details == with_key
            async with again.sign_in("ana") as browser:
                page = (await browser.get("/money")).text
                assert ("We cannot read any more what you said." in page) == (not with_key)
                assert not settings.payees_key_file.exists() or with_key  # looking makes no key
                if not with_key:
                    refused = await browser.post("/money/details/confirm", data={"present_to_confirm": PASSWORD})
                    assert refused.status_code == 422
                    await live_without_the_key(again, browser)
                    assert (await says(browser)).status_code == 303
            assert (await status_of(again, ana)).has_details


@pytest.mark.one_database
async def test_who_writes_into_the_database_makes_nobody_be_paid_to_another_account(here: Instance) -> None:
    ana, eve = await here.join("ana"), await here.join("eve")
    for name in ("ana", "eve"):
        async with here.sign_in(name) as browser:
            assert (await says(browser, instructions=f"to {name}")).status_code == 303

    assert (await status_of(here, ana)).has_details

    async def take_details() -> None:
        first, second = await Payee.all().order_by("id")
        await Payee.filter(id=first.id).update(details=second.details, fingerprint=second.fingerprint)

    await here.run(take_details)
    assert not (await status_of(here, ana)).has_details
    assert (await status_of(here, eve)).has_details

    async def take_rows() -> None:
        spare = await Person.create(name="nobody")
        first, second = await Payee.all().order_by("id")
        await Payee.filter(id=first.id).update(person_id=spare.id)
        await Payee.filter(id=second.id).update(person_id=first.person_id)

    await here.run(take_rows)
    assert not (await status_of(here, ana)).has_details

    async def differences() -> list[str]:
        return [each async for each in find_differences()]

    async def join_proved() -> None:
        spare, old = await person_of(await here.join("spare")), await person_of(await here.join("old"))
        async with transaction():
            await join_money(ana, spare, old, cause=HoldCause.MOVE, vault=here.state["vault"])

    async def become(table: str, column: str) -> list[str]:
        """What is found while ana's row says that she is eve."""
        mine, hers = await person_of(ana), await person_of(eve)
        where = {"person": "id", "identity": "person_id"}[table]
        before = await fetch_tuples(f"SELECT id, {column} FROM {table} WHERE {where} = ?", mine.id)  # noqa: S608
        await execute(f"UPDATE {table} SET {column} = ? WHERE {where} = ?", hers.id, mine.id)  # noqa: S608
        found = await differences()
        for row, value in before:
            await execute(f"UPDATE {table} SET {column} = ? WHERE id = ?", value, row)  # noqa: S608
        return found

    await here.run(join_proved)
    assert await here.run(differences) == []
    for table, column in (("person", "joined_id"), ("identity", "person_id")):
        assert "audit chain" in str(await here.run(become, table, column))
    await here.run(lambda: execute("UPDATE person SET joined_id = NULL"))
    assert "who they turned out to be" in str(await here.run(differences))


@pytest.mark.one_database
async def test_the_key_for_payees_is_renewed(here: Instance, time_passes: Pass) -> None:
    ana = await here.join("ana")
    operator = Operator(f"{here.origin}/actor")
    file = here.settings.payees_key_file
    with pytest.raises(NotFound):
        await here.run(renew_payees_key, operator, file)
    async with here.sign_in("ana") as browser:
        await says(browser)
    before, old = await here.run(lambda: Payee.get()), Vault(file)
    kept = unsealed(before, old)
    account, office = {"iban": "NL91ABNA0417164300"}, Office(here)
    await here.run(office.open)

    async def pay() -> PayoutBatch:
        """A file for the bank, of which the payment came back."""
        await set_account(operator, office.vault, account)
        await decide(adapters=["sepa"], debtor={"name": "Here e. V.", "country": "NL", "town": "Utrecht"})
        bo = await office.someone("bo")
        await office.says(bo, "sepa", {"name": "Bo", "iban": IBAN})
        await owe({bo.id: 12_00})
        batch = await office.approved("sepa")
        with pytest.raises(Conflict, match="waits to go out"):
            await renew_payees_key(operator, file)
        await submit_batch(await office.viewer("olga"), office.ways, office.vault, batch)
        await Cashier(ways=office.ways, vault=office.vault).write_file(batch.id)
        told = {"reference": "statement 7", "text": "It came back."}
        await mark_payout(await office.viewer("tina"), office.ways, await Payout.get(), became="returned", **told)
        return await PayoutBatch.get(id=batch.id)

    batch = await here.run(pay)
    file_before = old.unseal(bytes(batch.file or b""), label=label_of_batch(batch.key))
    assert await here.run(renew_payees_key, operator, file) == 4, "two payees, a file and an account"
    after, new = await here.run(lambda: Payee.get(id=before.id)), Vault(file)
    batch = await here.run(lambda: PayoutBatch.get())
    assert new.unseal(bytes(batch.file or b""), label=label_of_batch(batch.key)) == file_before
    assert debtor_account_of(await here.run(money_settings), new) == account
    assert await here.run(make_ready, Ways(net=here.state["net"], seal=new), new) == 0, "nobody said anything new"
    assert unsealed(after, old) is None
    assert unsealed(after, new) == kept
    assert (
        after.fingerprint == new.fingerprint("manual", {"instructions": BY_HAND["instructions"]}) != before.fingerprint
    )
    assert S_IMODE(file.stat().st_mode) == 0o600
    # Killed after the database had the new key, and before its file was in its place:
    file.rename(file.with_name("payees.key.new"))
    file.write_text("00" * 32)
    assert await here.run(renew_payees_key, operator, file) == 4
    assert unsealed(after, Vault(file)) == kept
    assert (await status_of(here, ana)).payee.id == after.id


@pytest.mark.one_database
async def test_the_statement_of_a_year_says_what_was_paid(here: Instance, time_passes: Pass) -> None:
    ana, office = await here.join("ana"), Office(here)
    await here.run(office.open)

    async def pay() -> None:
        person = await person_of(ana)
        row = await office.says(person, "manual", {"instructions": "cash"})
        await Payee.filter(id=row.id).update(country="DE")
        proposal = await owe({person.id: 12_300})
        await PayProposal.filter(id=proposal.id).update(title='=HYPERLINK("https://evil.example")')
        await make_ready(office.ways, office.vault)
        await Payout.all().update(state="settled", settled_at=now(), country="DE")
        await Payee.filter(id=row.id).update(country="FR")  # they have moved since
        await owe({person.id: 45})

    await here.run(pay)
    year = now().year
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/money")).text
        assert f"/money/statements/{year}" in page
        assert "€123.00" in page
        assert "€0.45" in page
        shown = (await browser.get(f"/money/statements/{year}")).text
        assert "€123.00" in shown
        assert "€0.45" not in shown
        assert "France" in shown
        table = (await browser.get(f"/money/statements/{year}.csv")).text
        [head, line] = list(csv.reader(StringIO(table)))
        assert head[:6] == ["paid_on", "proposal", "title", "kind", "amount", "currency"]
        assert line[3:7] == ["royalty", "123.00", "EUR", "DE"]
        assert line[2].startswith("'=HYPERLINK")
        assert "Nothing was paid" in (await browser.get(f"/money/statements/{year - 1}")).text
        assert (await browser.get("/money/statements/1066")).status_code == 404
        taken = await browser.post("/treasury/payees/statements", data={"year": str(year)})
        assert taken.status_code == 403
    async with here.sign_in("tina") as browser:
        assert "€123.00" not in (await browser.get(f"/money/statements/{year}")).text
        assert "What everybody was paid in a year" in (await browser.get("/treasury/payees")).text
        assert (await browser.post("/treasury/payees/statements", data={"year": "1066"})).status_code == 422
        table = (await browser.post("/treasury/payees/statements", data={"year": str(year)})).text
        [head, line] = list(csv.reader(StringIO(table)))
        assert head == ["person", "number", "kind", "country", "currency", "amount"]
        assert [line[0], *line[2:]] == ["ana", "royalty", "DE", "EUR", "123.00"]
    assert await here.run(lambda: AuditEvent.filter(action="take_statements").count()) == 1
    told = await here.run(lambda: ChainLink.get(kind="statements_taken"))
    assert (told.subject, told.document) == ("payouts", f'{{"lines":1,"year":{year}}}')


def test_what_is_shown_of_details_pays_nobody() -> None:
    assert ADAPTERS["sepa"].mask({"iban": IBAN}) == "DE** **** 3000"
    assert ADAPTERS["paypal"].mask({"email": "ana@mail.example"}) == "a****@mail.example"
    assert ADAPTERS["stripe"].mask({"account": "acct_1032D82eZvKYlo2C"}) == "acct_**** lo2C"
    assert ADAPTERS["csv"].mask({"account": "12345"}) == "****"
    assert ADAPTERS["csv"].mask({"account": "123456789012"}) == "**** 9012"
    assert ADAPTERS["manual"].mask({"instructions": "cash, in the kitchen"}) == ""


def test_the_vault_opens_with_its_key_and_label_only(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "payees.key")
    assert not vault.opens(None)
    assert not vault.opens(b"x" * 40)
    assert not vault.file.exists()
    sealed = vault.seal(b"secret", label="payee a")
    assert Vault(vault.file).unseal(sealed, label="payee a") == b"secret"
    for other, label in ((vault, "payee b"), (Vault(tmp_path / "other.key"), "payee a")):
        with pytest.raises(Misconfigured):
            other.unseal(sealed, label=label)
    with pytest.raises(Misconfigured):
        vault.unseal(sealed[:-1] + bytes([sealed[-1] ^ 1]), label="payee a")
    assert vault.fingerprint("sepa", {"a": "1", "b": "2"}) == vault.fingerprint("sepa", {"b": "2", "a": "1"})
    assert vault.fingerprint("sepa", {"a": "1"}) != vault.fingerprint("csv", {"a": "1"})
    vault.file.write_text("not a key")
    with pytest.raises(Misconfigured):
        Vault(vault.file).seal(b"secret", label="a")
    assert len(COUNTRIES) == 249


@pytest.mark.one_database
@pytest.mark.parametrize("both", [False, True], ids=["the newcomer alone", "both"])
async def test_who_becomes_one_has_one_way_of_being_paid(here: Instance, both: bool) -> None:
    ana, anew, vault = await here.join("ana"), await here.join("anew"), here.state["vault"]
    for name in ("ana", "anew") if both else ("anew",):
        async with here.sign_in(name) as browser:
            assert (await says(browser, instructions=f"to {name}")).status_code == 303

    async def join(other: Person | None = None) -> None:
        async with transaction():
            stays = await person_of(ana if other is None else tina)
            await join_money(ana, stays, other or await person_of(anew), cause=HoldCause.MOVE, vault=vault)

    tina, before = await here.join("tina"), await here.run(person_of, anew)
    await here.run(join)
    await here.run(join)  # once more changes nothing
    going = partial(Payout.create, key="on its way", person_id=before.id, currency="EUR", amount=1)
    payout = await here.run(lambda: going(state="submitted", created_at=now()))
    async with here.sign_in("ana") as browser:
        kept = await browser.post("/money/details/erase", data={"present_to_erase": PASSWORD})
        assert "A payment to you is under way" in kept.text, "whichever row it is owed to"
    await here.run(payout.delete)
    with pytest.raises(Conflict):
        await here.run(join, before)  # who proves to be that row proves nothing of ana, whom it joined meanwhile
    standing = await status_of(here, anew)
    known = unsealed(standing.payee, vault)
    assert known is not None
    assert known.details == {"instructions": "to ana" if both else "to anew"}
    assert not standing.is_confirmed
    assert await here.run(lambda: Payee.filter(details__not_isnull=True).count()) == 1
    rows = await here.run(lambda: Person.filter(joined_id__not_isnull=True).values("joined_id"))
    assert rows == [{"joined_id": standing.payee.person_id}]
    log = await here.run(lambda: AuditEvent.filter(action="join_person"))
    assert [(event.actor_uri, event.details["why"]) for event in log] == [(ana.uri, "move")]
