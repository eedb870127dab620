"""An instance that is set up, made once and copied for every test."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from threading import Thread

import pytest

from fedirec.accounts.actions.setup import begin_setup, finish_setup
from fedirec.activitypub.keyring import Keyring
from fedirec.db import migrate, open_database
from fedirec.settings import Settings

ORIGIN = "https://studio.example"
PASSWORD = "a long enough password"


async def set_up(settings: Settings) -> None:
    """The instance of `settings` is set up, with ana as its owner."""
    await migrate(settings.database)
    async with open_database(settings.database):
        token = await begin_setup()
        assert token is not None
        await finish_setup(
            Keyring.open(settings.master_key_file),
            settings,
            token=token,
            origin=ORIGIN,
            asked_at=settings.origin.partition("://")[2] or "studio.example",
            title="Studio",
            name="ana",
            password=PASSWORD,
        )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    data = folder / "fedirec-data"
    data.mkdir(mode=0o700)
    thread = Thread(target=lambda: asyncio.run(set_up(Settings.load({"data_dir": data}))))
    thread.start()
    thread.join()
    assert (data / "master.key").is_file()
    return folder


@pytest.fixture
def studio(template: Path, tmp_path: Path) -> Path:
    """A folder in which the instance at ORIGIN lies in `fedirec-data`, as `fedirec serve` would have left it."""
    folder = tmp_path / "studio"
    shutil.copytree(template, folder)
    return folder
