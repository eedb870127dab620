"""`fedirec media`: what takes up the disk, and what of it can go."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated, Final

import typer

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.archives import FOLDER
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_database, existing_instance
from fedirec.cli.terminal import AsJson, say, say_json, say_table
from fedirec.media.actions.copies import let_copies_go
from fedirec.media.room import room_of
from fedirec.media.store import DiskStore
from fedirec.settings import Settings

app = typer.Typer(help="See what takes up the disk, and make room.", no_args_is_help=True)

_SAID: Final = {
    "given": "files of people here, and what was made of them",
    "copies": "copies of other instances' files",
    "arriving": "files on their way in",
    "archives": "copies of everything of theirs that people asked for",
    "database": "database",
    "free": "free on this disk",
}


@app.command()
@with_settings(*WHERE, least="warning")
async def usage(settings: Settings, json: AsJson = False) -> None:
    """Show what takes up the disk, and how much is free."""
    async with existing_database(settings):
        room = asdict(await room_of(settings, archives=settings.data_dir / FOLDER))
    if json:
        say_json(room)
        return
    say_table(("MB", "what"), [(f"{room[name] / 1_000_000:.1f}", words) for name, words in _SAID.items()])


@app.command()
@with_settings(*WHERE, least="warning")
async def prune(
    settings: Settings,
    days: Annotated[int, typer.Option(min=0, help="Only those that nobody looked at for so many days.")] = 0,
    json: AsJson = False,
) -> None:
    """Let go of copies of other instances' files; whoever looks at them again has them fetched again."""
    async with existing_instance(settings) as site:
        before = await room_of(settings, archives=settings.data_dir / FOLDER)
        store = DiskStore(settings.media_dir, incoming=settings.data_dir / "incoming")
        gone = await let_copies_go(store, unused_for=timedelta(days=days))
        if gone:
            await audit(OPERATOR, "let_copies_go", site.origin, copies=gone, days=days)
        after = await room_of(settings, archives=settings.data_dir / FOLDER)
    if json:
        say_json({"gone": gone, "freed": before.copies - after.copies, "free": after.free})
    elif gone:
        say(f"{(before.copies - after.copies) / 1_000_000:.1f} MB of copies are gone.")
    else:
        say("There is no copy that could go.")
