"""`fedirec farewell`: the end of an instance, said to everybody."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.accounts.actions.farewells import plan_end
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import make_sure, note, say
from fedirec.settings import Settings


@with_settings(*WHERE, least="warning")
async def farewell(
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
) -> None:
    """End this instance for good: erase everybody, and say so to all others."""
    async with existing_instance(settings) as site:
        if not yes:
            make_sure(f"Erase everybody on {site.origin} and everything of theirs? Nobody can undo that.")
        await plan_end(OPERATOR)
        say(f"{site.origin} ends. Everybody is being erased, by the server or the worker that runs or is started next.")
    note("Let it run until fedirec deliveries list --waiting shows nothing: others are still being told.")
