"""`fedirec doors`: what to do when spam comes in from everywhere."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.admin.actions.doors import close_doors, open_doors
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import say
from fedirec.settings import Settings

app = typer.Typer(help="Close the doors for a while, and open them again.", no_args_is_help=True)


@app.command("close")
@with_settings(*WHERE, least="warning")
async def shut(
    settings: Settings,
    hours: Annotated[int, typer.Option(help="For how long.")] = 12,
    reason: Annotated[str, typer.Option(help="Why, for the audit log.", show_default=False)] = "",
) -> None:
    """For some hours nobody can join, and what strangers elsewhere say and make waits for a moderator."""
    async with existing_instance(settings):
        instance = await close_doors(OPERATOR, hours=hours, reason=reason)
        say(f"The doors are closed until {instance.doors_closed_until:%Y-%m-%d %H:%M} UTC.")


@app.command("open")
@with_settings(*WHERE, least="warning")
async def reopen(settings: Settings) -> None:
    """People can join again, and nobody waits who comes now."""
    async with existing_instance(settings):
        await open_doors(OPERATOR)
        say("The doors are open.")
