"""`fedirec federation`: the instances that this one knows."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated

import typer

from fedirec.admin.actions.policies import block_peer, unblock_peer
from fedirec.admin.queries.peers import peers as page_of_peers
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import say, say_list
from fedirec.settings import Settings
from fedirec.uris import host_of

app = typer.Typer(help="See and decide which instances this one federates with.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(metavar="HOST", help="Such as studio.example.", show_default=False)]


@app.command("peers")
@with_settings(*WHERE, least="warning")
async def show(
    settings: Settings,
    blocked: Annotated[bool, typer.Option("--blocked", help="Only those that are blocked.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
) -> None:
    """Show the instances that this one has met."""
    async with existing_instance(settings):
        titles = (("host", 40), ("state", 12), ("heard from", 0))
        await say_list(titles, _described(blocked_only=blocked), json=json)


@app.command()
@with_settings(*WHERE, least="warning")
async def block(
    settings: Settings,
    host: Host,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.", show_default=False)] = "",
) -> None:
    """Ask nothing of an instance, send it nothing and take nothing from it."""
    async with existing_instance(settings) as site:
        peer = await block_peer(OPERATOR, site, host, reason=reason)
        say(f"{host_of(peer.origin)} is blocked.")


@app.command()
@with_settings(*WHERE, least="warning")
async def unblock(settings: Settings, host: Host) -> None:
    """Federate with an instance again."""
    async with existing_instance(settings) as site:
        peer = await unblock_peer(OPERATOR, site, host)
        say(f"{host_of(peer.origin)} is not blocked any more.")


async def _described(*, blocked_only: bool) -> AsyncIterator[dict[str, str]]:
    after = ""
    while page := await page_of_peers(after=after, show="blocked" if blocked_only else ""):
        for peer in page:
            yield {"host": peer.host, "state": peer.state, "heard from": _day(peer.heard_at)}
        after = page[-1].origin


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment else "never"
