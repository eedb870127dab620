"""Following other instances as a whole, and what this one announces."""

from __future__ import annotations

from typing import Annotated

import typer

from fedirec.admin.actions.instances import (
    announced_kinds,
    choose_announcements,
    find_followed,
    follow_instance,
    followed_instances,
    unfollow_instance,
)
from fedirec.app import running
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, say, say_json, say_table
from fedirec.remix.actions.instance_announcements import InstanceAnnouncements
from fedirec.settings import Settings

Host = Annotated[str, typer.Argument(metavar="HOST", help="The host of the instance, like studio.example.")]


@with_settings("development", *WHERE, least="warning")
async def follow(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Follow an instance: what it announces is known here from then on."""
    async with existing_instance(settings):
        pass  # says in one sentence what is missing, if something is
    async with running(settings) as state:
        made = await follow_instance(OPERATOR, state["remote"], host)
        target = await made.target
    if json:
        say_json({"host": target.host, "uri": target.uri, "is_accepted": made.accepted_at is not None})
        return
    say(f"Asked {target.host}. What it announces appears here once it agrees.")


@with_settings(*WHERE, least="warning")
async def unfollow(settings: Settings, host: Host, json: AsJson = False) -> None:
    """Stop following an instance. What is known of it stays."""
    async with existing_instance(settings) as site:
        made = await find_followed(site, host)
        await unfollow_instance(OPERATOR, made.target)
    if json:
        say_json({"host": made.target.host})
        return
    say(f"{made.target.host} is not followed any more.")


@with_settings(*WHERE, least="warning")
async def followed(settings: Settings, json: AsJson = False) -> None:
    """List the instances that this one follows."""
    async with existing_instance(settings):
        rows = await followed_instances()
    if json:
        say_json([{"host": row.target.host, "is_accepted": row.accepted_at is not None} for row in rows])
        return
    say_table(("host", "answered"), [(row.target.host, "yes" if row.accepted_at else "not yet") for row in rows])


@with_settings(*WHERE, least="warning")
async def announce(
    settings: Settings,
    kinds: Annotated[
        list[InstanceAnnouncements] | None,
        typer.Argument(metavar="[challenges|needs|productions|...]", help="What from now on.", show_default=False),
    ] = None,
    nothing: Annotated[bool, typer.Option("--nothing", help="Announce nothing any more.")] = False,
    json: AsJson = False,
) -> None:
    """Say what this instance announces to those who follow it, or change it."""
    async with existing_instance(settings):
        if kinds or nothing:
            await choose_announcements(OPERATOR, [kind.value for kind in kinds or ()] if not nothing else [])
        holds = await announced_kinds()
    if json:
        say_json({"announces": holds})
        return
    say(f"It announces: {', '.join(holds)}." if holds else "It announces nothing, and nobody can follow it.")
