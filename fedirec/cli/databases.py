"""`fedirec migrate`."""

from __future__ import annotations

from contextlib import nullcontext

from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import check_driver, make_folder, serving_alone
from fedirec.cli.terminal import say
from fedirec.db import open_database
from fedirec.db.schema import missing_migrations, upgrade
from fedirec.settings import Settings


@with_settings(*WHERE, least="warning")
async def migrate(settings: Settings) -> None:
    """Bring the database up to date. With SQLite, `fedirec serve` does this by itself."""
    check_driver(settings)
    if settings.on_sqlite:
        make_folder(settings)
    async with open_database(settings.database):
        missing = await missing_migrations()
    # A server of the previous version must not find its tables changed under it.
    with serving_alone(settings) if missing and settings.on_sqlite else nullcontext():
        for name in await upgrade(settings.database):
            say(f"The database has had {name}.")
    say("The database is up to date.")
