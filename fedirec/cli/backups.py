"""`fedirec backup` and `fedirec restore`."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from fedirec.admin.archives import CONFIG
from fedirec.admin.backup import back_up, check_backup
from fedirec.admin.backup import restore as restore_from
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import check_driver, existing_database, make_folder, serving_alone
from fedirec.cli.terminal import note, say, warn
from fedirec.settings import CONFIG_FILE, Settings

File = Annotated[Path, typer.Argument(metavar="FILE", help="Such as studio.tar.gz.", show_default=False)]


@with_settings(*WHERE, least="warning")
async def backup(settings: Settings, file: File) -> None:
    """Put database, media and keys into one file, while the server runs or not."""
    async with existing_database(settings):
        made = await back_up(settings, file)
    for path in made.lost[:10]:
        warn(f"The file {path} is missing from the media folder, so it is not in the backup.")
    megabytes = file.stat().st_size / 1_000_000
    say(f"{made.manifest.origin or 'An instance that is not set up yet'} is backed up in {file} ({megabytes:.1f} MB).")
    note("It holds the keys of the instance: keep it where nobody else can read it.")
    if settings.payees_key_file.is_file():
        note(f"{settings.payees_key_file}, which opens how people are paid, is not in it: keep a copy somewhere else.")


@with_settings("origin", "development", *WHERE, least="warning")
async def restore(
    settings: Settings,
    file: File,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say whether it could be done.")] = False,
) -> None:
    """Make an instance out of a backup, in an empty data folder (and an empty database)."""
    check_driver(settings)
    if dry_run:
        manifest = await check_backup(settings, file)
        media = sum(name.startswith("media/") for name in manifest.members)
        size = sum(member.size for member in manifest.members.values()) / 1_000_000
        say(
            f"{file} is whole: {manifest.origin or 'an instance that is not set up yet'} as it was on "
            f"{manifest.made_at:%Y-%m-%d at %H:%M} UTC, with {media} files of its people ({size:.1f} MB unpacked)."
        )
        return
    make_folder(settings, restoring=True)
    with serving_alone(settings) if settings.on_sqlite else nullcontext():
        manifest = await restore_from(settings, file)
    say(
        f"{manifest.origin or 'An instance that is not set up yet'} is restored to {settings.data_dir}, "
        f"as it was on {manifest.made_at:%Y-%m-%d at %H:%M} UTC. Start it with: fedirec serve"
    )
    if CONFIG in manifest.members:
        note(f"Its settings are in {settings.data_dir / CONFIG}. Read them, and copy that file to ./{CONFIG_FILE}.")
    note("Nobody is paid from there until a treasurer has compared what was paid since then: see /treasury.")
    note("Let only one server be this instance: the old one must not run any more.")
