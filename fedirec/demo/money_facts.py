"""How it is looked up that the money of the book reached who made it, and that everybody can see why."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
from decimal import Decimal
from io import StringIO
from typing import Any, Final
from xml.etree import ElementTree

from fedirec.demo.cast import ANSWER, FIRST, IBANS, OBJECTION, PROPOSAL, REMEDY, SECOND, SHARES
from fedirec.demo.lookups import expect
from fedirec.demo.markup import read_page
from fedirec.demo.money import find_copy
from fedirec.demo.servers import until
from fedirec.demo.world import World
from fedirec.errors import NotFound
from fedirec.settings import environment_without_settings

_PATIENCE: Final = 60
"""Seconds that a command may take."""
_PAIN: Final = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def everybody_confirmed(world: World) -> None:
    words = _read(world, f"{world.production}/credits")
    expect("unconfirmed" not in words, "somebody has not said yes")
    expect(words.count("confirmed by the person") == len(FIRST), "somebody is missing")


def pool_adds_up(world: World) -> None:
    """What came in, less what it cost, less the share of the instance: anybody can read it."""
    words = _read(world, world.pool)
    for wanted in ("€960.00", "€60.00", "10 % · €90.00", "invoice 1", "bill 7 of the printer"):
        expect(wanted in words, f"the pool does not say “{wanted}”")


def entries_have_four_eyes(world: World) -> None:
    words = _read(world, world.pool)
    expect("waits for a treasurer" not in words, "something waits")
    expect(words.count("by Ana") == words.count("by Eve") == 2, "Ana did not state it, or Eve did not confirm it")


def revision_is_whole(world: World) -> None:
    """The lines are those of the second revision, each with its reason, and sum to everything."""
    splits = _splits(world)
    expect(sum(int(line["partsPerMillion"]) for line in splits) == 1_000_000, "the shares do not sum to everything")
    said = {line["summary"] for line in splits}
    expect(said == {reason for _weight, reason in SECOND.values()}, f"the reasons are {said}")


def copy_is_the_revision(world: World, letter: str, name: str) -> None:
    """Another instance shows the same revision, by its fingerprint."""
    digest = str(world.document(world.proposal)["digestMultibase"])
    until(f"{letter} shows the revision as locked", lambda: find_copy(world, name, digest, "locked"))


def objection_has_its_answer(world: World) -> None:
    words = _read(world, world.proposal)
    for wanted in (OBJECTION, REMEDY, ANSWER):
        expect(wanted in words, f"the proposal does not say “{wanted}”")


def change_can_be_read(world: World) -> None:
    words = _read(world, f"{world.proposal}/compare/1/2")
    expect("15 %" in words and "25 %" in words and "Cy" in words, "what changed for Cy is not there")


def decision_has_its_reason(world: World) -> None:
    words = _read(world, world.proposal)
    for wanted in ("2 of 3 people accepted it", "Everybody who answered says yes", "Locked: €810.00"):
        expect(wanted in words, f"the proposal does not say “{wanted}”")


def foreign_heard(world: World) -> None:
    """The person on a server of another make was told in words, and is owed their share."""
    until("Fay is told that it is locked", lambda: world.foreign.said_to_us(words=f"“{PROPOSAL}” is locked"))
    expect("owed to contributors€162.00" in _read(world, f"{world.servers['A'].origin}/ledger"), "it is not owed")


def payee_was_paid(world: World, name: str) -> None:
    words = world.browsers[name].open(f"{world.servers['A'].origin}/money").tree.text
    expect(f"Paid so far€{_written(name)}" in words, f"it says: {words[:300]}")


def batch_has_two_hands(world: World) -> None:
    words = world.browsers["ana"].open(world.batch).tree.text
    expect("Ana" in words and "Eve" in words, "one person did it alone")


def bank_file_pays(world: World) -> None:
    """The file is one that banks take, and pays both the sums that were locked, to the accounts that they gave."""
    found = ElementTree.fromstring(world.bank_file)  # noqa: S314  (what our own server wrote)
    paid = {}
    for transfer in found.iter(f"{_PAIN}CdtTrfTxInf"):
        account = next(transfer.iter(f"{_PAIN}IBAN")).text
        paid[account] = next(transfer.iter(f"{_PAIN}InstdAmt")).text
    wanted = {iban: _written(name) for name, (iban, _country) in IBANS.items()}
    expect(paid == wanted, f"it pays {paid}")
    expect(next(found.iter(f"{_PAIN}CtrlSum")).text == "648.00", "its sum is another one")


def accounts_stay_secret(world: World) -> None:
    """No page or document that others read names an account; on their own page people see what they know it by."""
    origin = world.servers["A"].origin
    public = {f"{origin}/ledger": "owed to contributors", world.pool: "€960.00", world.proposal: ANSWER}
    for url, words in public.items():
        expect(words in _read(world, url), f"{url} does not say “{words}”")
    log = world.get(f"{origin}/ledger/audit.jsonl").text
    expect('"documentDigest"' in log, "the audit log cannot be read")
    shown = [world.get(url, accept="text/html").text for url in public]
    shown += [log, json.dumps(world.document(world.proposal)), world.get(f"{origin}/money", accept="text/html").text]
    shown += [world.browsers["ana"].open(f"{origin}/money").html]
    for name in IBANS:
        copy = find_copy(world, name, ANSWER)
        expect(copy is not None, f"the copy for {name.title()} cannot be read")
        shown.append(copy.html if copy is not None else "")
    squeezed = [re.sub(r"\s|&nbsp;", "", text) for text in shown]
    for name, (iban, _country) in IBANS.items():
        masked = f"{iban[:2]}** **** {iban[-4:]}"
        own = world.browsers[name].open(f"{origin}/money")
        expect(own.status == 200 and masked in own.tree.text, f"{name.title()} does not see how they are paid")
        for secret in (iban, masked.replace(" ", "")):
            expect(not any(secret in text for text in squeezed), f"others can read {secret}")


def books_are_right(world: World) -> None:
    """The operator asks the command line of A, and everybody else adds up what is shown of its books."""
    _verify(world, "ledger")
    table = world.get(f"{world.servers['A'].origin}/ledger.csv").text.lstrip("\ufeff")
    sums = {row["account"]: Decimal(row["amount"]) for row in csv.DictReader(StringIO(table))}
    expect(sums.get("bank") == Decimal("252.00"), f"at the bank there is {sums.get('bank')}")
    expect(sum(sums.values()) == 0, f"it does not come to nothing: {sums}")


def chain_is_whole(world: World) -> None:
    _verify(world, "audit")


def _verify(world: World, what: str) -> None:
    data = str(world.servers["A"].folder / "data")
    done = subprocess.run(  # noqa: S603  (our own interpreter and our own words)
        [sys.executable, "-m", "fedirec", what, "verify", "--development", "--data-dir", data, "--json"],
        env=environment_without_settings(),
        cwd=world.servers["A"].folder,
        capture_output=True,
        timeout=_PATIENCE,
        check=False,
    )
    expect(bool(done.stdout), done.stderr.decode(errors="replace")[-300:])
    found = json.loads(done.stdout)
    expect(done.returncode == 0 and found["isSound"] is True and found["links"] > 0, f"it says {found}")


def _splits(world: World) -> list[dict[str, Any]]:
    splits = world.document(world.proposal)["splits"]
    if not isinstance(splits, list):
        raise NotFound("the proposal does not list its lines")
    return splits


def _read(world: World, url: str) -> str:
    """What a stranger reads there. Raises NotFound."""
    response = world.get(url, accept="text/html")
    if response.status_code != 200:
        raise NotFound(f"{url} answered {response.status_code}")
    return read_page(response.text).text


def _written(name: str) -> str:
    units = SHARES[name.title()]
    return f"{units // 100}.{units % 100:02}"
