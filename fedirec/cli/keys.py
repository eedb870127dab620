"""`fedirec keys`: other keys for everybody here, and for what payees say."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Annotated

import typer

from fedirec.admin.actions.renewing import renew_keys
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance, refuse_nothing, refuse_others, serving_alone
from fedirec.cli.terminal import make_sure, note, say
from fedirec.payouts.actions.payees.renewing import renew_payees_key
from fedirec.settings import Settings

app = typer.Typer(
    help="Renew the keys with which this instance and its people sign, and the one that keeps what payees say.",
    no_args_is_help=True,
)


@app.command()
@with_settings(*WHERE, least="warning")
async def renew(
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
) -> None:
    """Give the instance and everybody here new keys, and a new master key; the server has to be stopped."""
    refuse_nothing(settings)
    with serving_alone(settings) if settings.on_sqlite else nullcontext():
        async with existing_instance(settings) as site:
            if not settings.on_sqlite:
                await refuse_others()
            if not yes:
                make_sure(f"Give everybody on {site.origin} new keys? Nothing may serve meanwhile.")
            await renew_keys(OPERATOR, site, settings.master_key_file)
    say(f"Everybody on {site.origin} has new keys, and {settings.master_key_file} is a new one.")
    note("Make a backup now: the master key of older ones opens only what they hold.")


@app.command("renew-payees")
@with_settings(*WHERE, least="warning")
async def renew_payees(
    settings: Settings,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
) -> None:
    """Seal how people are paid with a new payees.key; the server has to be stopped."""
    refuse_nothing(settings)
    with serving_alone(settings) if settings.on_sqlite else nullcontext():
        async with existing_instance(settings) as site:
            if not settings.on_sqlite:
                await refuse_others()
            if not yes:
                make_sure(f"Make a new {settings.payees_key_file} for {site.origin}? Nothing may serve meanwhile.")
            count = await renew_payees_key(OPERATOR, settings.payees_key_file)
    say(f"{settings.payees_key_file} is a new key, and {count} things are sealed with it.")
    note("Keep a copy of it, and the one before for as long as you keep older backups.")
