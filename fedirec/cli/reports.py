"""`fedirec reports`: what people and other instances report, for whoever looks after it from the machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

import typer

from fedirec.admin.actions.deciding import decide
from fedirec.admin.judging import CATEGORIES, Action, Category, Verdict
from fedirec.admin.models import Report
from fedirec.admin.queries.cases import PAGE, get_report, reports_known, things_of
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_list
from fedirec.html import plain
from fedirec.settings import Settings

app = typer.Typer(help="See what was reported, and answer it.", no_args_is_help=True)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="As the list shows it.", show_default=False)]


@app.command("list")
@with_settings(*WHERE, least="warning")
async def show_all(
    settings: Settings,
    closed: Annotated[bool, typer.Option("--closed", help="Those that were answered.")] = False,
    json: AsJson = False,
) -> None:
    """Show the reports that wait for somebody, the newest first."""
    async with existing_instance(settings):
        titles = (("number", 8), ("about", 40), ("why", 12), ("from", 40), ("since", 0))
        await say_list(titles, _described(state="closed" if closed else "open"), json=json)


@app.command("show")
@with_settings(*WHERE, least="warning")
async def show_one(settings: Settings, number: Number) -> None:
    """Show one report, with what it is about as it was then."""
    async with existing_instance(settings):
        found = await get_report(number)
        row = _row(found)
        say(f"{row['about']}: {CATEGORIES[Category(found.category)]}")
        say(f"From {row['from']}, {row['since']}; {found.state}.")
        if found.words:
            say(f"  {plainly(found.words)}")
        for thing in await things_of(found):
            say(f"{thing.kind} {thing.uri}")
            for key in ("name", "content"):
                if text := plainly(plain(str(thing.kept.get(key) or ""))):
                    say(f"  {text[:500]}")


@app.command()
@with_settings(*WHERE, least="warning")
async def close(
    settings: Settings,
    number: Number,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.", show_default=False)] = "",
) -> None:
    """Leave what was reported as it is: all open reports about that person are answered so."""
    async with existing_instance(settings):
        found = await get_report(number)
        await decide(OPERATOR, found.accused, Verdict(action=Action.DISMISS, reason=reason))
        say(f"The reports about {_row(found)['about']} are closed.")


async def _described(*, state: str) -> AsyncIterator[dict[str, Any]]:
    before: int | None = None
    while page := await reports_known(state=state, before=before):
        for report in page[:PAGE]:
            yield _row(report)
        if len(page) <= PAGE:
            return
        before = page[PAGE - 1].id


def _row(report: Report) -> dict[str, Any]:
    accused, reporter = report.accused, report.reporter
    return {
        "number": report.id,
        "about": f"@{accused.handle}@{accused.host}",
        "why": report.category,
        "from": f"@{reporter.handle}@{reporter.host}" if reporter else "watched words",
        "since": f"{report.created_at:%Y-%m-%d}",
        "words": plainly(report.words),
        "outcome": report.outcome,
    }
