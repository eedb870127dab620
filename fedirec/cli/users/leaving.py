"""Somebody takes everything of theirs along, or goes for good."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.farewells import plan_farewell
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import make_sure, say
from fedirec.cli.users.finding import Name, account_called
from fedirec.errors import Conflict, NotFound
from fedirec.media.store import DiskStore
from fedirec.remix.actions.archiving import Archivist
from fedirec.settings import Settings
from fedirec.worker.kinds import COPIED


@with_settings(*WHERE, least="warning")
async def erase(
    settings: Settings,
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
    keep_name: Annotated[
        bool, typer.Option("--keep-name", help="They stay credited by their name where others built on their work.")
    ] = False,
) -> None:
    """Erase somebody and everything of theirs, for good; the server does it as soon as it runs."""
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        handle = account.actor.handle
        if not yes:
            make_sure(f"Erase @{handle} and everything of theirs? Nobody can undo that.")
        await plan_farewell(OPERATOR, account, keeps_name=keep_name, wait=timedelta(0))
        say(f"@{handle} will be erased now, by the server or the worker that is running or is started next.")


@with_settings(*WHERE, least="warning")
async def export(
    settings: Settings,
    name: Name,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.", show_default=False)],
) -> None:
    """Write a copy of everything of somebody to a zip file, for them to take along."""
    if file.exists():
        raise Conflict(f"{file} is there already. Name another file, or move that one away.")
    if not file.absolute().parent.is_dir():
        raise NotFound(f"there is no folder {file.absolute().parent}")
    async with existing_instance(settings) as site:
        account = await account_called(site, name)
        store = DiskStore(settings.media_dir, incoming=settings.data_dir / "incoming")
        archivist = Archivist(store=store, folder=file.parent, further=COPIED)
        await audit(OPERATOR, "export", account.actor.uri)
        size = await archivist.write(account, file)
        say(f"{file} has everything of @{account.actor.handle}, in {size:,} bytes. Give it to nobody else.")
