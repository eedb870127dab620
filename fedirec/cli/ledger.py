"""`fedirec ledger`: whether the books are right, and what stands in them."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Annotated, Any

import typer

from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import existing_database
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_list
from fedirec.errors import Invalid
from fedirec.ledger.balances import all_balances
from fedirec.ledger.currencies import CURRENCIES, write_amount
from fedirec.ledger.journal import ACCOUNT_KINDS
from fedirec.ledger.verifying import Report
from fedirec.ledger.verifying import verify as verify_books
from fedirec.settings import Settings

app = typer.Typer(help="Check the books of this instance, and see what stands in their accounts.", no_args_is_help=True)


@app.command()
@with_settings("development", *WHERE, least="warning")
async def verify(settings: Settings, json: AsJson = False) -> None:
    """Say whether every entry is balanced, possible and unchanged; ends with 1 when anything is wrong.

    While the server runs or not; it changes nothing.
    """
    async with existing_database(settings):
        report = await verify_books()
    if json:
        say_json(
            {
                "isSound": report.is_sound,
                "entries": report.entries,
                "postings": report.postings,
                "links": report.links,
                "findings": [{"about": each.about, "says": each.sentence} for each in report.findings],
                "more": report.more,
            }
        )
    else:
        say(f"{report.entries:,} entries with {report.postings:,} postings; {report.links:,} links in the audit log")
        tell_findings(report)
    if not report.is_sound:
        raise typer.Exit(1)


@app.command()
@with_settings("development", *WHERE, least="warning")
async def balances(
    settings: Settings,
    kind: Annotated[
        str,
        typer.Option(metavar="KIND", help="Only accounts of this kind, such as pool or payable.", show_default=False),
    ] = "",
    json: AsJson = False,
) -> None:
    """Say what stands in every account that does not stand at nothing. What is owed to others has a minus."""

    async def rows() -> AsyncGenerator[dict[str, Any]]:
        async for account, currency, amount in all_balances(kind=kind):
            written = write_amount(amount, currency) if currency in CURRENCIES else str(amount)
            yield {"balance": written, "currency": plainly(currency), "account": plainly(account)}

    if kind and kind not in ACCOUNT_KINDS:
        raise Invalid("there are no accounts of that kind; say one of: " + ", ".join(ACCOUNT_KINDS))
    async with existing_database(settings):
        await say_list((("balance", 20), ("currency", 9), ("account", 0)), rows(), json=json)


def tell_findings(report: Report) -> None:
    """What is wrong stands there, a sentence for each, or that nothing is."""
    for finding in report.findings:
        say(f"{plainly(finding.about)}: {plainly(finding.sentence)}")
    if report.more:
        say(f"and {report.more:,} more")
    say("Nothing is wrong." if report.is_sound else "Something is WRONG.")
