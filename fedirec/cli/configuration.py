"""`fedirec config`: the settings that hold, where each comes from, and whether they can work."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Set
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import typer
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from fedirec.activitypub.site import Site
from fedirec.cli.failures import sentence_of
from fedirec.cli.flags import ALL, with_settings
from fedirec.cli.instance import check_driver, database_file, make_folder, open_keyring
from fedirec.cli.terminal import AsJson, note, say, say_json, say_table
from fedirec.db import find_missing_triggers, open_database
from fedirec.db.schema import missing_migrations
from fedirec.errors import Misconfigured
from fedirec.media.confine import confinement
from fedirec.settings import CONFIG_FILE, Settings

app = typer.Typer(help="See and check the settings.", no_args_is_help=True)

HIDDEN: Final = "********"
SECRET: Final = ("smtp_password",)
_SECRETS: Final = re.compile(r"([?&](?:ssl)?password=)[^&]*", re.IGNORECASE)


@app.command()
@with_settings(*ALL, least="warning")
def show(
    settings: Settings,
    context: typer.Context,
    json: AsJson = False,
) -> None:
    """Show every setting, and where it comes from. Passwords are hidden."""
    origins = _origins({name for name in ALL if context.params.get(name) is not None})
    values = {name: _shown(getattr(settings, name)) for name in ALL}
    values |= {name: HIDDEN for name in SECRET if values[name]}
    if json:
        say_json({name: {"value": values[name], "from": origins[name]} for name in ALL})
    else:
        say_table(("setting", "value", "from"), [(name, values[name], origins[name]) for name in ALL])


@app.command()
@with_settings(*ALL, least="warning")
async def check(settings: Settings) -> None:
    """Try out what the settings say: the folder, the database, the keys."""
    failed = False
    async for what, error in _checks(settings):
        if error is None:
            say(f"ok       {what}")
        else:
            failed = True
            say(f"problem  {what}: {sentence_of(error)}")
    if failed:
        raise Misconfigured("something has to be put right before this instance can run")


async def _checks(settings: Settings) -> AsyncIterator[tuple[str, Exception | None]]:
    """Each thing that was tried, and what was wrong with it."""
    yield "the settings make sense", None
    try:
        make_folder(settings)
    except Misconfigured as error:
        yield "the data folder", error
        return
    yield f"the data folder {settings.data_dir} can be written", None
    try:
        yield await _check_database(settings), None
    except Exception as error:  # a database has many ways to fail, and each is an answer here
        yield "the database", error
    try:
        confined = confinement()
    except Misconfigured as error:
        yield "media files", error
    else:
        yield "media files can be opened", None
        if confined.note:
            note(confined.note)


async def _check_database(settings: Settings) -> str:
    """What was found. Raises what is wrong with the database, or with the keys in it."""
    check_driver(settings)
    if settings.on_sqlite and not database_file(settings).is_file():
        return "there is no database yet; fedirec serve makes it"
    async with open_database(settings.database):
        if missing := await missing_migrations():
            raise Misconfigured(f"it lacks {missing[-1]}; bring it up to date with: fedirec migrate")
        if lost := await find_missing_triggers():
            raise Misconfigured(
                f"rows that are never changed are not protected: it lacks {', '.join(sorted(lost))}; fedirec migrate "
                "makes that again, and fedirec audit verify says whether somebody changed the books"
            )
        site = Site()
        await site.load()
        if not site.is_set_up:
            return "the database opens; the instance is not set up yet"
        _check_origin(settings, site)
        await open_keyring(settings, site)
        return f"the database opens, and the master key fits it: {site.origin}"


def _check_origin(settings: Settings, site: Site) -> None:
    if settings.origin and settings.origin != site.origin:
        raise Misconfigured(
            f"this instance is {site.origin} for good, and the settings say {settings.origin}; take origin out of them"
        )


def _origins(flags: Set[str]) -> Mapping[str, str]:
    """Where the value of each setting comes from, when `flags` were typed."""
    in_environment = EnvSettingsSource(Settings)()
    in_file = TomlConfigSettingsSource(Settings, Path(CONFIG_FILE))()

    def origin_of(name: str) -> str:
        if name in flags:
            return f"flag --{name.replace('_', '-')}"
        if name in in_environment:
            return f"variable FEDIREC_{name.upper()}"
        return f"file {CONFIG_FILE}" if name in in_file else "default"

    return {name: origin_of(name) for name in ALL}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(part) for part in value)
    if isinstance(value, bool):
        return str(value).lower()
    shown = str(value)
    if "://" in shown:
        if password := urlsplit(shown).password:
            shown = shown.replace(f":{password}@", f":{HIDDEN}@", 1)
        shown = _SECRETS.sub(rf"\1{HIDDEN}", shown)
    return shown
