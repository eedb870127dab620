"""Who is paid says how, is warned of whatever somebody would do in their place, and proves who they are."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from html import unescape
from pathlib import Path
from stat import S_IMODE

import httpx
import pytest

from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.models import Account, AuditEvent, Identity, Notification, Person
from fedirec.accounts.permissions import Operator, Role
from fedirec.activitypub.actors.keys import add_to_history
from fedirec.activitypub.actors.vouching import SeenKey
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.errors import Misconfigured
from fedirec.payouts.actions.payees.holding import watch_payees
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.payouts.actions.payees.renewing import renew_payees_key
from fedirec.payouts.details import COUNTRIES, mask
from fedirec.payouts.keys import Vault
from fedirec.payouts.models import CreditCode, Payee, PayeeEvent
from fedirec.payouts.queries.payees import Standing, standings_of, unsealed
from tests.conftest import Pass
from tests.founding import PASSWORD
from tests.network import Instance, Network, open_instance, settle
from tests.payouts.stage import Office, owe
from tests.postbox import Postbox, open_postbox
from tests.provider import Provider, providing

IBAN = "DE89370400440532013000"
OTHER = "NL91ABNA0417164300"
SEPA = {"way": "sepa", "name": "Ana Example", "iban": IBAN, "living": "DE"}
BY_HAND = {"way": "manual", "instructions": "cash, in the kitchen", "living": "DE"}
EMPTY = {"do": "it"}
ANYWHERE = "@ana@home.test"


async def standing_of(place: Instance, actor: Actor) -> Standing:
    async def find() -> Standing:
        person = await person_of(await Actor.get(id=actor.id))
        return (await standings_of([person.id], place.state["vault"]))[person.id]

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
    standing = await standing_of(here, ana)
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
        assert (await standing_of(here, ana)).has_accepted
        assert (await browser.post("/money/details/erase", data={"present": PASSWORD})).status_code == 303
        assert "You have not said it yet." in (await browser.get("/money")).text
    assert not (await standing_of(here, ana)).has_details
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
        assert (await standing_of(here, ana)).needs_form
        await browser.post(f"{page}/form", data={"wanted": "on", "received": "on"})
        assert not (await standing_of(here, ana)).needs_form
        await browser.post(f"{page}/hold", data={"days": "30"})
        held = await standing_of(here, ana)
        assert held.held_until is not None
        assert held.held_until > now() + timedelta(days=29)
        await browser.post(f"{page}/hold", data={"do": "release"})
    released = await standing_of(here, ana)
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
    assert (await standing_of(here, ana)).held.cause is not None
    before = await standing_of(here, ana)
    assert before.held_until is not None
    assert before.held_until < now()

    async def move() -> None:
        await Actor.filter(id=new.id).update(also_known_as=[ana.uri])
        await Actor.filter(id=ana.id).update(moved_to=new.uri, moved_at=now())
        await Actor.filter(id=eve.id).update(moved_to=new.uri, moved_at=now())  # whom the new one does not know

    await here.run(move)
    moved = await standing_of(here, ana)  # before any chore
    assert moved.held_until is not None
    assert moved.held_until > now() + timedelta(days=6)
    assert not moved.is_confirmed
    vault, post = here.state["vault"], here.state["post"]
    assert await here.run(watch_payees, vault, post) == 1
    assert await here.run(watch_payees, vault, post) == 0
    assert await happened(here) == ["given", "held"]
    assert await notices(here, ana) == ["pay_details_given", "pay_held"]
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
        wrong = await browser.post("/money/details/confirm", data={"present": "a wrong password"})
        assert wrong.status_code == 422
        assert (await browser.post("/money/details/confirm", data={"present": PASSWORD})).status_code == 303
    joined = await standing_of(here, new)
    assert joined.is_confirmed
    assert joined.held_until is not None
    assert joined.held_until > now() + timedelta(days=6)


async def test_somebody_elsewhere_with_another_key_is_not_paid(
    here: Instance, there: Instance, time_passes: Pass
) -> None:
    bo = await here.meet(await there.join("bo"))
    office = Office(here)

    async def give() -> None:
        await office.says(await person_of(bo), "manual", {"instructions": "cash"})

    await here.run(give)
    time_passes(timedelta(days=1))
    assert (await standing_of(here, bo)).is_confirmed

    async def learn(kind: str, name: str, *, is_vouched: bool) -> None:
        key = SeenKey(key_id=f"{bo.uri}#{name}", kind=kind, fingerprint=name, is_vouched=is_vouched, seen_at=now())
        await add_to_history(bo.id, [key])

    await here.run(learn, "p256", "first", is_vouched=True)  # a way of signing that they had not had
    assert (await standing_of(here, bo)).is_confirmed
    time_passes(timedelta(hours=1))
    await here.run(learn, "rsa", "second", is_vouched=False)
    changed = await standing_of(here, bo)
    assert changed.held_until is not None
    assert changed.held_until > now() + timedelta(days=6)
    assert not changed.is_confirmed
    assert await here.run(watch_payees, here.state["vault"], here.state["post"]) == 1


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
        first = await code_of(browser)
        assert len(first) == 19
        assert await code_of(browser) == ""  # another one needs a proof
        code = await code_of(browser, present=PASSWORD)
        assert await uses(browser, code) == 422  # one's own
    assert first not in str(await here.run(lambda: CreditCode.all().values("digest")))
    time_passes(timedelta(days=8))
    async with here.sign_in("anew") as browser:
        assert await uses(browser, first) == 422  # replaced
        assert await uses(browser, f" {code.upper().replace('-', ' ')}") == 303
        assert await uses(browser, code) == 422  # it is good once
    held = await standing_of(here, ana)
    assert held.held_until is not None
    assert held.held_until > now() + timedelta(days=6)
    assert not held.is_confirmed
    assert await notices(here, ana) == ["pay_details_given", "pay_code_made", "pay_code_made", "pay_code_used"]
    assert await notices(here, tina) == ["pay_code_waits"]
    used = await here.run(lambda: CreditCode.get(state="used"))
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
    assert persons[ana.id] == persons[anew.id]
    assert [kind for kind in await notices(here, anew) if "code" in kind] == ["pay_code_accepted"]
    standing = await standing_of(here, anew)
    assert standing.has_details
    assert not standing.is_confirmed


PEOPLE = (("ana", Role.MEMBER), ("anew", Role.MEMBER), ("tina", Role.TREASURER))


@pytest.mark.one_database
async def test_a_code_that_was_stolen_gets_nobody_anywhere(here: Instance, time_passes: Pass) -> None:
    ana, eve, _tina = [
        await here.join(name, role=role) for name, role in (PEOPLE[0], ("eve", Role.TREASURER), PEOPLE[2])
    ]
    async with here.sign_in("ana") as browser:
        code = await code_of(browser)
    async with here.sign_in("eve") as browser:
        assert await uses(browser, code) == 303
        time_passes(timedelta(days=8))
        used = await here.run(lambda: CreditCode.get(state="used"))
        answer = {"answer": "accept"}
        own = await browser.post(f"/treasury/payees/codes/{used.id}", data=answer, follow_redirects=True)
        assert "concerns yourself" in own.text
    async with here.sign_in("ana") as browser:
        page = (await browser.get("/money/code")).text
        assert "Somebody says that they are you" in page
        blocked = await browser.post("/money/code", data={"present": PASSWORD})
        assert blocked.status_code == 422
        assert (await browser.post("/money/code/deny", data=EMPTY)).status_code == 303
        assert await code_of(browser, present=PASSWORD)
    assert await notices(here, eve) == ["pay_code_refused"]
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


@pytest.mark.one_database
async def test_somebody_on_mastodon_is_paid(
    here: Instance, network: Network, running_provider: Provider, time_passes: Pass
) -> None:
    running_provider.tell(reset=True)
    running_provider.join(network)
    async with here.client() as browser:
        assert await come_in(browser, running_provider) == "/money"
        ana = await here.run(lambda: Actor.get(uri__startswith="https://home.test/", handle="ana"))
        await here.run(lambda: owe_person(ana, 12_300))
        page = (await browser.get("/money")).text
        assert "€123.00" in page
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
        ready = await standing_of(here, ana)
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
    await settle(here)
    letters = [request for request in network.requests if request.url.host == "home.test" and request.method == "POST"]
    assert any(b"how you are paid" in request.content for request in letters)  # told at home too
    assert not any(b"kitchen" in request.content for request in letters)


async def owe_person(actor: Actor, amount: int) -> None:
    await owe({(await person_of(actor)).id: amount})
