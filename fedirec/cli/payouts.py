"""`fedirec payouts`: what was paid and what waits, whether payments and books agree, and stopping all of them.

Nobody is paid from here.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Annotated, Any, Final

import typer

from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_database, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_list
from fedirec.clock import now
from fedirec.errors import Invalid
from fedirec.ledger.currencies import write_amount
from fedirec.net import Net
from fedirec.payouts.actions.reconciling import ask_about_payments
from fedirec.payouts.actions.resuming import stop_payouts
from fedirec.payouts.keys import Vault, label_of_batch
from fedirec.payouts.models import Payout, PayoutBatch
from fedirec.payouts.payments import State
from fedirec.payouts.queries.treasury import payouts_by_age
from fedirec.payouts.queries.verifying import find_differences
from fedirec.payouts.queries.ways import Ways
from fedirec.settings import Settings
from fedirec.web.tables import write_cell

app = typer.Typer(
    help="See what was paid and what waits, and check that nobody was forgotten or paid twice.", no_args_is_help=True
)

COLUMNS: Final = ("key", "state", "amount", "currency", "person", "name", "created_at", "settled_at", "reason")
Chosen = Annotated[
    str, typer.Option("--state", metavar="STATE", help="Only those that stand like this, such as ready.")
]

Since = Annotated[
    datetime,
    typer.Option(
        metavar="MOMENT", help="When the copy was made, in UTC, such as 2026-11-21T04:00:00.", show_default=False
    ),
]


@app.command("list")
@with_settings(*WHERE, least="warning")
async def show(settings: Settings, state: Chosen = "", json: AsJson = False) -> None:
    """Show the payments, the newest first."""
    _check_state(state)
    async with existing_database(settings):
        titles = (("state", 10), ("amount", 16), ("currency", 9), ("name", 28), ("key", 0))
        await say_list(titles, _rows(state), json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def export(settings: Settings, state: Chosen = "") -> None:
    """Write the payments as a table (CSV), without anything that payees said about themselves."""
    _check_state(state)
    async with existing_database(settings):
        table = csv.DictWriter(sys.stdout, COLUMNS, quoting=csv.QUOTE_ALL, lineterminator="\n")
        table.writeheader()
        async for row in _rows(state):
            table.writerow({name: write_cell(str(value)) for name, value in row.items()})


@app.command()
@with_settings(*WHERE, least="warning")
async def reconcile(settings: Settings, json: AsJson = False) -> None:
    """Have providers asked now about each payment of which it is time to hear; the server does it."""
    async with existing_instance(settings), Net(development=False, user_agent="fedirec") as net:
        ways = Ways(net=net, seal=Vault(settings.payees_key_file), development=settings.development)
        asked = await ask_about_payments(ways)
    if json:
        say_json({"asked": asked})
    else:
        say(f"{asked} to be asked about")


@app.command()
@with_settings(*WHERE, least="warning")
async def stop(settings: Settings, since: Since) -> None:
    """Let nothing go out until a treasurer has compared: for a database that came back without `fedirec restore`."""
    moment = since.astimezone(UTC) if since.tzinfo else since.replace(tzinfo=UTC)
    if moment > now():
        raise Invalid("say when the copy was made: that is a moment in the past, in UTC")
    async with existing_instance(settings):
        await stop_payouts(OPERATOR, since=moment)
    say("Nothing is paid until a treasurer has compared, on the page /treasury.")


@app.command()
@with_settings(*WHERE, least="warning")
async def verify(settings: Settings, json: AsJson = False) -> None:
    """Say whether payments, tries and books agree, and stored files are as they were; ends with 1 when they are not."""
    async with existing_database(settings):
        findings = [each async for each in find_differences()]
        findings += [each async for each in _changed_files(Vault(settings.payees_key_file))]
    if json:
        say_json({"isSound": not findings, "findings": findings})
    else:
        for each in findings:
            say(plainly(each))
        say("Something is WRONG." if findings else "Nobody was paid twice, and nobody was forgotten.")
    if findings:
        raise typer.Exit(1)


def _check_state(state: str) -> None:
    if state and state not in set(State):
        raise Invalid("that is no state of a payment; say one of: " + ", ".join(State))


async def _rows(state: str) -> AsyncGenerator[dict[str, Any]]:
    before: int | None = None
    while True:
        page, before = await payouts_by_age(states=[state] if state else [], before=before)
        for row in page:
            yield _row(row)
        if before is None:
            return


def _row(row: Payout) -> dict[str, Any]:
    return {
        "key": row.key,
        "state": row.state,
        "amount": write_amount(row.amount, row.currency),
        "currency": row.currency,
        "person": row.person_id,
        "name": plainly(row.person.name),
        "created_at": row.created_at.isoformat(),
        "settled_at": row.settled_at.isoformat() if row.settled_at else "",
        "reason": plainly(row.reason),
    }


async def _changed_files(vault: Vault) -> AsyncGenerator[str]:
    """Files for the bank that are not what was written, as far as the key for payees opens them."""
    after = 0
    while batch := await PayoutBatch.filter(id__gt=after, file__not_isnull=True).order_by("id").first():
        after = batch.id
        sealed = bytes(batch.file or b"")
        if not vault.opens(sealed):
            continue
        if sha256(vault.unseal(sealed, label=label_of_batch(batch.key))).hexdigest() != batch.file_digest:
            yield f"batch {batch.key}: its file is not what was written"
