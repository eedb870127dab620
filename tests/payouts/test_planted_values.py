"""What somebody says of their account stands nowhere but where it is paid from: planted values, searched everywhere.

Everywhere is: every page and document that there is to be had by strangers, by other members and by programs, what is
sent to other servers and by mail, the log, the database as rows and as bytes, the copies that people take along, and
backups.
"""

from __future__ import annotations

import gzip
import json
import logging
import re
import zipfile
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from starlette.routing import Route

from fedirec.accounts.actions.archives import ask_for_archive
from fedirec.accounts.actions.persons import person_of
from fedirec.accounts.actions.tokens import create_token
from fedirec.accounts.archives import FOLDER
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator, Scope
from fedirec.activitypub.follows import follow
from fedirec.admin.backup import back_up
from fedirec.app import create_app
from fedirec.clock import now
from fedirec.credits.actions.settings import set_account
from fedirec.payouts.actions.reconciling import mark_batch
from fedirec.payouts.actions.submitting import submit_batch
from fedirec.payouts.models import Payee, PayoutBatch
from tests.accounts.test_leaving import everything_in
from tests.conftest import Pass
from tests.founding import PASSWORD
from tests.network import Instance, Network, settle
from tests.payouts.stage import Office, decide, owe

IBAN = "DE89370400440532013000"
OWN_IBAN = "NL91ABNA0417164300"
PLANTED = ("Zyxwana", "Plantagenet", "370400440532013", "3704 0044 0532 0130", "Quincunxweg", "47119", "Plantedorf")
DETAILS = {
    "way": "sepa",
    "name": "Zyxwana Plantagenet",
    "iban": "DE89 3704 0044 0532 0130 00",
    "street": "Quincunxweg 3",
    "postcode": "47119",
    "town": "Plantedorf",
    "country": "DE",
    "living": "DE",
    "present": PASSWORD,
}
DEBTOR = {"name": "Here e. V.", "country": "NL", "town": "Utrecht", "street": "Way 1", "postcode": "1234 AB"}
MOST = 80
"""Documents that are read by following what they name."""


def found_in(text: str | bytes) -> list[str]:
    """Which planted values stand there, in any case."""
    shown = (text.decode("utf-8", "replace") if isinstance(text, bytes) else text).lower()
    return [each for each in PLANTED if each.lower() in shown]


async def pages_of(place: Instance, browser: httpx.AsyncClient, further: list[str]) -> dict[str, str]:
    """Every page without a blank in its address, and `further` ones, with their headers."""
    routes = create_app(place.settings, state=place.state).routes
    paths = [each.path for each in routes if isinstance(each, Route) and "GET" in (each.methods or ())]
    seen = {}
    for path in [*(path for path in paths if "{" not in path), *further]:
        answer = await browser.get(path)
        seen[path] = f"{answer.headers}\n{answer.text}"
    return seen


async def documents_of(place: Instance, start: list[str]) -> dict[str, str]:
    """Every ActivityPub document that leads from `start` to others of this instance."""
    seen, waiting = dict[str, str](), list(start)
    async with place.client() as browser:
        while waiting and len(seen) < MOST:
            uri = waiting.pop(0)
            if uri in seen or not uri.startswith(place.origin):
                continue
            answer = await browser.get(uri, headers={"accept": "application/activity+json"})
            seen[uri] = answer.text
            if "json" in answer.headers.get("content-type", ""):
                waiting += re.findall(rf'"({place.origin}/[^"#]*)', answer.text)
    return seen


async def token_of(name: str) -> str:
    """A token that reads and writes whatever the member called `name` may."""
    account = await Account.get(actor__local_handle=name).select_related("actor")
    return await create_token(account, name="all", scopes=[Scope.READ, Scope.WRITE, Scope.ACCOUNT])


async def pay_in_full(office: Office, batch: PayoutBatch) -> None:
    """All that was handed to the bank has arrived."""
    await mark_batch(await office.viewer("tina"), office.ways, batch, reference="statement 7", text="It stands there.")


@pytest.mark.one_database
async def test_what_payees_say_stands_nowhere_else(
    here: Instance,
    there: Instance,
    network: Network,
    time_passes: Pass,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="fedirec")
    office = Office(here)
    ana, _bo = await here.join("ana"), await here.join("bo")
    await here.run(office.open)
    cleo = await there.join("cleo")
    await there.run(follow, cleo, await there.meet(ana))
    vault = here.state["vault"]
    await here.run(lambda: decide(adapters=["sepa", "csv"], debtor=DEBTOR))
    await here.run(set_account, Operator(f"{here.origin}/actor"), vault, {"iban": OWN_IBAN})

    async with here.sign_in("ana") as browser:
        mistyped = await browser.post("/money/details", data=DETAILS | {"iban": f"{IBAN[:-1]}1"})
        assert (mistyped.status_code, "has a mistake in it" in mistyped.text) == (422, True)
        # What a file cannot hold of a name they read beforehand, which is all of it that any page repeats.
        await browser.post("/money/details", data=DETAILS | {"name": "Zyxwana Plantagenêt"})
        assert "your name stands as Zyxwana Plantagenet:" in (await browser.get("/money/details")).text
        assert (await browser.post("/money/details", data=DETAILS)).status_code == 303
        own = await pages_of(here, browser, [])
        assert "DE** **** 3000" in own["/money"]
        # Not even their own are repeated, nor is the name, which the bank sees as they wrote it.
        assert [path for path, page in own.items() if found_in(page)] == []
        assert "your name stands as" not in own["/money/details"]
        terms = dict(re.findall(r'name="(version|digest)" value="([^"]+)"', (await browser.get("/money/terms")).text))
        await browser.post("/money/terms", data=terms)
    time_passes(timedelta(days=8))
    person = await here.run(person_of, ana)
    proposal = await here.run(owe, {person.id: 12_345})
    batch = await here.run(office.approved, "sepa")
    olga = await here.run(office.viewer, "olga")
    await here.run(submit_batch, olga, here.state["ways"], vault, batch)
    await here.run(ask_for_archive, await here.run(lambda: Account.get(actor_id=ana.id)))
    await settle(here, there)

    # Where it has to stand, it does, so that searching for it means something.
    payee = await here.run(lambda: Payee.get())
    async with here.sign_in("tina") as browser:
        read = await browser.post(f"/treasury/payees/{payee.key}/read", data={"do": "it"})
        assert {"Zyxwana", "Quincunxweg", "3704 0044 0532 0130"} <= set(found_in(read.text))
    stored = await here.run(lambda: PayoutBatch.get(id=batch.id))
    assert stored.file is not None
    assert "370400440532013" in found_in(vault.unseal(bytes(stored.file), label=f"batch {batch.key}"))

    await here.run(lambda: pay_in_full(office, batch))
    year = now().year
    further = [f"/pay/{proposal.key}", "/u/ana", f"/treasury/batches/{batch.key}", f"/treasury/payees/{payee.key}"]
    pages = dict[str, str]()
    async with here.sign_in("ana") as browser:
        for path in (f"/money/statements/{year}", f"/money/statements/{year}.csv"):
            pages[f"ana {path}"] = (await browser.get(path)).text
            assert "123.45" in pages[f"ana {path}"]
    async with here.sign_in("tina") as browser:
        answer = await browser.post("/treasury/payees/statements", data={"year": str(year)})
        pages["statements of everybody"] = answer.text
        assert "123.45" in answer.text
    async with here.client() as browser:
        pages |= {f"stranger {path}": page for path, page in (await pages_of(here, browser, further)).items()}
    for name in ("bo", "tina"):
        async with here.sign_in(name) as browser:
            pages |= {f"{name} {path}": page for path, page in (await pages_of(here, browser, further)).items()}
    for name in ("bo", "ana"):
        token = await here.run(token_of, name)
        async with here.client() as program:
            program.headers.update({"authorization": f"Bearer {token}", "accept": "application/json"})
            for path in ("/api/me", "/api/me/money", f"/api/me/money/{year}", f"/api/people/{ana.id}", "/api/audit"):
                pages[f"{name} {path}"] = (await program.get(path)).text
    assert "12345" in pages["ana /api/me/money"]
    assert [path for path, page in pages.items() if found_in(page)] == []

    documents = await documents_of(here, [ana.uri, f"{here.origin}/actor", proposal.uri, f"{here.origin}/ledger"])
    assert len(documents) > 5
    assert [uri for uri, text in documents.items() if found_in(text)] == []
    bodies = [request.content for request in network.requests if request.method == "POST"]
    assert any(b"ana" in body for body in bodies)
    assert [body for body in bodies if found_in(body)] == []
    assert found_in(caplog.text) == []

    rows = await everything_in(here)
    assert "payee:" in rows
    assert "chain_link:" in rows
    assert found_in(rows) == []
    database = Path(here.settings.database.partition("://")[2])
    files = [file for file in (database, Path(f"{database}-wal")) if file.exists()]
    files += [file for file in here.settings.data_dir.rglob("*") if file.is_file()]
    assert [file for file in files if found_in(file.read_bytes())] == []
    [copy] = (here.settings.data_dir / FOLDER).glob("*.zip")
    with zipfile.ZipFile(copy) as archive:
        texts = {name: archive.read(name) for name in archive.namelist()}
    assert json.loads(texts["money.json"])[0]["details"] == "DE** **** 3000"
    assert [name for name, text in texts.items() if found_in(text)] == []

    target, secret = tmp_path / "backup.tar.gz", here.settings.payees_key_file.read_text().strip()
    await here.run(back_up, here.settings, target)
    content = gzip.decompress(target.read_bytes())
    assert b"master.key" in content
    assert b"payees.key" not in content
    assert secret.encode() not in content
    assert bytes.fromhex(secret) not in content
    assert found_in(content) == []
