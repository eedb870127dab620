"""Whom this instance federates with, and who has to sign to read."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from fedirec.accounts.actions.setup import demand_signatures
from fedirec.accounts.queries import get_instance
from fedirec.admin.actions import policies
from fedirec.admin.queries.consequences import consequences_of_listing
from fedirec.cli.federation.options import DryRun
from fedirec.cli.federation.telling import foretell
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, say, say_json
from fedirec.settings import Settings


class Federation(StrEnum):
    """Whom this instance federates with."""

    OPEN = "open"
    LISTED = "listed"


class Switch(StrEnum):
    """Whether something is so."""

    ON = "on"
    OFF = "off"


@with_settings(*WHERE, least="warning")
async def mode(
    settings: Settings,
    federation: Annotated[
        Federation | None,
        typer.Argument(
            metavar="[open|listed]", help="With everybody, or with those who are listed.", show_default=False
        ),
    ] = None,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> None:
    """Say whom this instance federates with, or change it."""
    async with existing_instance(settings) as site:
        if federation is Federation.LISTED and dry_run:
            foretell("everybody who is not listed", await consequences_of_listing(), json=json)
            return
        if federation is not None and not dry_run:
            await policies.choose_federation(OPERATOR, site, federation.value)
        holds = site.instance.federation if site.instance else Federation.OPEN.value
        if json:
            say_json({"federation": holds})
            return
        say({"open": "With everybody who is not blocked.", "listed": "With those who are listed only."}[holds])


@with_settings(*WHERE, least="warning")
async def secure(
    settings: Settings,
    demanded: Annotated[
        Switch | None,
        typer.Argument(metavar="[on|off]", help="Whether they have to sign to read.", show_default=False),
    ] = None,
    json: AsJson = False,
) -> None:
    """Say whether other servers have to say who they are to read what is public (secure mode), or change it."""
    async with existing_instance(settings):
        if demanded is None:
            instance = await get_instance()
        else:
            instance = await demand_signatures(OPERATOR, demanded=demanded is Switch.ON)
        if json:
            say_json({"demands_signatures": instance.demands_signatures})
            return
        say("Servers have to sign to read." if instance.demands_signatures else "Everybody may read what is public.")
