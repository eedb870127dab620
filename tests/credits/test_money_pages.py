"""The pages about money: what each lets somebody do, and what strangers read of it."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import timedelta

import pytest

from fedirec.accounts.models import AuditEvent, Notification
from fedirec.accounts.permissions import Role
from fedirec.clock import now
from fedirec.credits.models import MoneySettings, PoolEntry
from fedirec.credits.queries.settings import credentials_of, days_for, debtor_account_of, money_settings
from fedirec.credits.queries.verifying import compare_settings
from fedirec.ledger.exports import verify_export
from fedirec.ledger.journal import Entry, Line
from fedirec.ledger.models import ChainLink
from fedirec.ledger.posting import post
from fedirec.ledger.verifying import Report
from fedirec.media.models import Media
from tests.credits.proposing import keeps
from tests.network import Instance
from tests.projects.stage import challenge_at, launch

pytestmark = pytest.mark.one_database
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
SETTINGS = {
    "currency": "USD",
    "host_share": "12.5",
    "rule": "consent",
    "window_days": "21",
    "more_days": "7",
    "threshold": "10.50",
    "adapters": ["manual", "sepa"],
    "people_needed": "2",
    "solo_days": "9",
    "hold_days": "7",
    "unclaimed_months": "36",
    "unclaimed_policy": "pool",
    "shows_amounts": "on",
    "shows_ledger": "entries",
    "terms": "We pay within a month.",
    "form_countries": "us, fr",
    "debtor_name": "Studio e.V.",
    "debtor_country": "de",
}


async def test_money_comes_in_on_the_pages_of_a_project(here: Instance) -> None:
    ana = await here.join("ana")
    await here.join("bo")
    await here.join("tom", role=Role.TREASURER)
    await launch(here, ana)
    wanted = {"kind": "profit_split", "title": "Sales", "currency": "EUR", "host_share": "120", "rule": "host"}
    async with here.sign_in("ana") as as_ana, here.sign_in("tom") as as_tom, here.client() as anybody:
        assert "/p/moonfilm/money" in (await as_ana.get("/p/moonfilm")).text
        assert "Profit split" in (await as_ana.get("/p/moonfilm/money/new")).text
        wrong = await as_ana.post("/p/moonfilm/money/new", data=wanted)
        assert wrong.status_code == 422
        assert 'id="host_share-error"' in wrong.text
        assert 'value="Sales"' in wrong.text, "what was typed stays"
        wanted |= {"host_share": "12,5"}
        wrong = await as_ana.post("/p/moonfilm/money/new", data=wanted)
        assert "This instance keeps 0 %." in wrong.text
        await here.run(keeps, 125_000)
        made = await as_ana.post("/p/moonfilm/money/new", data=wanted)
        page = made.headers["location"]
        entry = {"kind": "income", "amount": "1.234,5", "happened_on": now().date().isoformat(), "words": "=1+1"}
        wrong = await as_ana.post(f"{page}/entries", data=entry)
        assert wrong.status_code == 422
        assert 'id="amount-error"' in wrong.text
        files = {"file": ("paper.png", PNG, "image/png")}
        assert "choose the file again" in (await as_ana.post(f"{page}/entries", data=entry, files=files)).text
        done = await as_ana.post(f"{page}/entries", data=entry | {"amount": "1234,5"}, files=files)
        assert done.status_code == 303, done.text
        shown = (await anybody.get(page)).text
        assert "waits for a treasurer" in shown
        assert "€1,234.50" in shown
        media = await here.run(lambda: Media.all().order_by("-id").first())
        assert media is not None
        assert f"/media/{media.path}" not in shown
        assert f"/media/{media.path}" in (await as_tom.get(page)).text
        for client, status in ((anybody, 404), (as_tom, 200), (as_ana, 200)):
            assert (await client.get(f"/media/{media.path}")).status_code == status
        row = await here.run(lambda: PoolEntry.get(words="=1+1"))
        assert (await as_ana.post(f"{page}/entries/{row.key}", data={"do": "confirm"})).status_code == 403
        assert row.words in (await as_tom.get("/pools/waiting")).text
        assert (await as_ana.get("/pools/waiting")).status_code == 403
        assert (await as_tom.post(f"{page}/entries/{row.key}", data={"do": "refuse"})).status_code == 422
        await as_tom.post(f"{page}/entries/{row.key}", data={"do": "confirm"})
        shown = (await anybody.get("/p/moonfilm/money")).text
        assert re.search(r"Can be shared now.*€1,080.19", shown, re.S), "of 1234.50 an eighth is kept, rounded down"
        assert "12.5 %" in shown
        log = (await anybody.get("/p/moonfilm/log")).text
        assert "A treasurer confirmed money in the pool" in log

        # What strangers read of the books is what the instance chooses.
        assert "€1,234.50" in (await anybody.get("/ledger")).text
        assert 'href="/treasury' not in (await anybody.get("/ledger")).text
        table = (await anybody.get("/ledger.csv")).text
        assert ["bank", "1234.50", "EUR"] in list(csv.reader(io.StringIO(table)))
        audit = await anybody.get("/ledger/audit.jsonl")
        lines = audit.content.splitlines(keepends=True)
        assert verify_export(lines).is_sound
        assert not verify_export([lines[0], lines[1].replace(b"entry_stated", b"entry_denied"), *lines[2:]]).is_sound
        assert "Sales" not in audit.text
        assert json.loads(lines[0])["digest"] in (await anybody.get("/ledger/audit")).text

        # What was confirmed and is wrong is undone, and both stay visible.
        empty = await as_ana.post(f"{page}/entries/{row.key}", data={"do": "undo", "reason": " "})
        assert (empty.status_code, 'aria-invalid="true"' in empty.text) == (422, True)
        await as_ana.post(f"{page}/entries/{row.key}", data={"do": "undo", "reason": "Of another film."})
        undoing = await here.run(lambda: PoolEntry.get(words="Of another film."))
        assert "To be undone, when a treasurer confirms it:" in (await anybody.get(page)).text
        assert undoing.words in (await as_tom.get("/pools/waiting")).text
        await as_tom.post(f"{page}/entries/{undoing.key}", data={"do": "confirm"})
        assert "Undone by:" in (await anybody.get(page)).text
        shown = (await anybody.get("/p/moonfilm/money")).text
        assert not re.search(r"Can be shared now.*€1,080.19", shown, re.S)

        # What a treasurer does not believe counts for nothing; a pool says something else, or closes, for a reason.
        await as_ana.post(f"{page}/entries", data=entry | {"amount": "5", "evidence": "a dream", "words": "Dreamt"})
        dreamt = await here.run(lambda: PoolEntry.get(words="Dreamt"))
        assert "close-reason-error" in (await as_ana.post(f"{page}/close", data={"close_reason": ""})).text
        closes = {"close_reason": "It is over."}
        assert "still waits for a treasurer" in (await as_ana.post(f"{page}/close", data=closes)).text
        await as_tom.post(f"{page}/entries/{dreamt.key}", data={"do": "refuse", "reason": "Who paid that?"})
        assert "Who paid that?" in (await anybody.get(page)).text
        assert 'value="12.5"' in (await as_ana.get(f"{page}/edit")).text
        changed = wanted | {"title": "Sales of the film"}
        assert "reason-error" in (await as_ana.post(f"{page}/edit", data=changed)).text
        await as_ana.post(f"{page}/edit", data=changed | {"reason": "There will be others."})
        assert (await as_ana.post(f"{page}/close", data=closes)).status_code == 303
        log = (await anybody.get("/p/moonfilm/log")).text
        assert [each for each in ("There will be others.", "It is over.") if each not in log] == []
        late = await as_ana.post(f"{page}/entries", data=entry | {"amount": "5", "evidence": "late"})
        assert "This pool is closed." in late.text

        # A commission is opened for what else was begun for it, by its address.
        rain = await challenge_at(here, ana)
        asked = {"kind": "commission", "client": "Zappos", "brief": "Shoes.", "stated": "100"}
        order = (await as_ana.post("/p/moonfilm/money/new", data=wanted | asked)).headers["location"]
        assert "use-error" in (await as_ana.post(f"{order}/use", data={"use": f"{here.origin}/p/moonfilm"})).text
        assert (await as_ana.post(f"{order}/use", data={"use": rain.actor.uri})).status_code == 303
        assert order in (await anybody.get("/c/rain/money")).text
    booked = (Line("bank", 5, "EUR"), Line("income:k", -5, "EUR"))
    hostile = Entry("income", lines=booked, reference="=HYPERLINK(1)", description="\t=cmd|' /C calc'!A0")
    await here.run(post, hostile)
    async with here.sign_in("olga") as as_olga, here.client() as anybody:
        await as_olga.post("/admin/money", data=SETTINGS)
        rows = list(csv.reader(io.StringIO((await anybody.get("/ledger.csv")).text)))
        assert (rows[3][5:], rows[5][5:]) == (["bank", "-1234.50", "EUR"], ["bank", "1234.50", "EUR"])
        assert "'=HYPERLINK(1)" in rows[1]
        assert not any(cell.lstrip()[:1] in tuple("=+@-") for line in rows[1:] for cell in line[:6])
        assert "Money came in for a pool." in (await anybody.get("/ledger")).text
        await as_olga.post("/admin/money", data=SETTINGS | {"shows_ledger": "nothing"})
        assert "1,234.50" not in (await anybody.get("/ledger")).text
        assert (await anybody.get("/ledger.csv")).status_code == 404


async def test_admins_decide_about_money_and_nothing_secret_is_told(here: Instance) -> None:
    tom = await here.join("tom", role=Role.TREASURER)
    assert (await here.run(money_settings)).window_days == 14
    async with here.sign_in("olga") as as_olga, here.sign_in("tom") as as_tom:
        assert (await as_tom.get("/admin/money")).status_code == 403
        assert (await as_tom.post("/admin/money", data=SETTINGS)).status_code == 403
        assert "Hold other people" in (await as_tom.get("/admin/money/law")).text
        assert (await as_olga.get("/admin/money")).status_code == 200
        assert not await here.run(lambda: MoneySettings.all().count()), "reading writes nothing"
        wrong = await as_olga.post("/admin/money", data=SETTINGS | {"window_days": "13", "unclaimed_policy": "charity"})
        assert wrong.status_code == 422
        assert 'id="window_days-error"' in wrong.text
        assert (await as_olga.post("/admin/money", data=SETTINGS)).status_code == 303
        assert (await as_olga.post("/admin/money", data=SETTINGS | {"terms": "Within a year."})).status_code == 303
        keys = {"paypal_client_id": "planted-client", "paypal_secret": "planted-secret"}
        assert (await as_olga.post("/admin/money/keys/paypal", data=keys)).status_code == 303
        for name, typed in {"iban": "DE75 5121 0800 1245 1261 98", "bic": "NOBANK"}.items():
            mistyped = {"iban": "DE75512108001245126199", "bic": "", name: typed}
            said = await as_olga.post("/admin/money/account", data=mistyped)
            assert (said.status_code, f'id="{name}-error"' in said.text) == (422, True)
        account = {"iban": "de75 5121 0800 1245 1261 99", "bic": ""}
        assert (await as_olga.post("/admin/money/account", data=account)).status_code == 303
        assert (await as_olga.post("/admin/money/keys/manual", data={"do": "seal"})).status_code == 422
        page = (await as_olga.get("/admin/money")).text
        fields = set(re.findall(r'<(?:input|select|textarea)[^>]* name="(\w+)"', page)) - {"do", "q"}
        assert set(SETTINGS) | {"unclaimed_charity", "iban", "bic", *keys} <= fields
        assert [name for name in sorted(fields) if f'id="{name}-hint"' not in page] == [], "each setting is explained"
        assert "Now two people may pay here" in page
        assert "planted" not in page
        assert "DE75" not in page
        told = (await as_olga.get("/admin/audit")).text
        assert "changed how this instance handles money" in told
    settings = await here.run(money_settings)
    assert (settings.currency, settings.host_share_ppm, settings.threshold) == ("USD", 125_000, 1_050)
    assert (settings.terms_version, settings.form_countries) == (2, ["FR", "US"])
    vault = here.state["vault"]
    assert credentials_of(settings, vault) == {"paypal": {"client_id": "planted-client", "secret": "planted-secret"}}
    assert debtor_account_of(settings, vault) == {"iban": "DE75512108001245126199"}
    # Whoever pays is told of each change, and the chain tells it; nothing that has begun gets fewer days by it.
    assert await here.run(lambda: Notification.filter(kind="money_settings", account__actor_id=tom.id).count()) == 4
    links = await here.run(lambda: ChainLink.filter(subject="money").order_by("number"))
    assert [link.kind for link in links] == ["change_money"] * 2 + ["change_money_keys", "change_money_account"]
    assert '"solo_days":7' in links[0].document
    assert '"solo_days":9' in links[0].document
    days = {"hold_days": "2", "solo_days": "1"}
    async with here.sign_in("olga") as as_olga:
        assert (await as_olga.post("/admin/money", data=SETTINGS | days | {"hold_days": "3"})).status_code == 303
        assert (await as_olga.post("/admin/money", data=SETTINGS | days)).status_code == 303
    later = await here.run(money_settings)

    async def differs() -> bool:
        await compare_settings(report := Report())
        return not report.is_sound

    assert not await here.run(differs)
    await here.run(lambda: MoneySettings.all().update(solo_days=2))  # by whoever has the database
    assert await here.run(differs)
    began, begins = now() - timedelta(hours=1), now() + timedelta(hours=1)
    assert [days_for(later, name, began) for name in ("hold_days", "solo_days")] == [7, 9]
    assert [days_for(later, name, begins) for name in ("hold_days", "solo_days")] == [2, 1]
    events = await here.run(lambda: AuditEvent.filter(action__startswith="change_money"))
    kept = json.dumps([event.details for event in events])
    assert "planted" not in kept
    assert "DE75" not in kept
    assert "Studio" not in kept
    assert b"planted" not in bytes(settings.adapter_settings or b"")
