"""`fedirec inbox`: what other instances sent that had no effect."""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any

import typer

from fedirec.admin.actions.replaying import replay as replay_activity
from fedirec.admin.hosts import origin_named
from fedirec.admin.queries.arrivals import arrivals
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, plainly, say, say_json, say_list
from fedirec.settings import Settings

app = typer.Typer(help="See what other instances sent that had no effect, and handle it again.", no_args_is_help=True)


class State(StrEnum):
    """What came of an activity."""

    REFUSED = "refused"
    FAILED = "failed"
    WAITING = "waiting"


@app.command("list")
@with_settings(*WHERE, least="warning")
async def show(
    settings: Settings,
    host: Annotated[str, typer.Option(metavar="HOST", help="Of this instance only.", show_default=False)] = "",
    state: Annotated[State | None, typer.Option(help="Only what is so.", show_default=False)] = None,
    json: AsJson = False,
) -> None:
    """Show what was refused or failed, the newest first, and why."""
    async with existing_instance(settings) as site:
        origin = origin_named(site, host) if host else ""
        titles = (("id", 10), ("state", 9), ("since", 18), ("type", 14), ("why", 60), ("sender", 0))
        await say_list(titles, _listed(state, origin), json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def replay(
    settings: Settings,
    id: Annotated[int, typer.Argument(metavar="ID", help="As the list shows it.", show_default=False)],
    json: AsJson = False,
) -> None:
    """Handle something again as if it had just arrived; what had its effect has it no second time."""
    async with existing_instance(settings):
        await replay_activity(OPERATOR, id)
    if json:
        say_json({"id": id, "state": "waiting"})
    else:
        say("It is handled again as soon as the server has time for it.")


async def _listed(state: State | None, origin: str) -> AsyncIterator[dict[str, Any]]:
    before: int | None = None
    while True:
        page, before = await arrivals(state=state.value if state else "", origin=origin, before=before)
        for each in page:
            yield {
                "id": each.id,
                "state": each.state,
                "since": f"{each.received_at:%Y-%m-%d %H:%M}",
                "type": plainly(each.type),
                "why": plainly(each.reason or ""),
                "sender": each.sender,
                "uri": each.uri,
                "received_at": each.received_at.isoformat(),
                "handled_at": each.handled_at.isoformat() if each.handled_at else None,
            }
        if before is None:
            return
