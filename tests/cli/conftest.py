"""Instances that are set up: one made once and copied for every test, and two that can reach each other."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

import pytest

from fedirec.accounts.actions.setup import begin_setup, finish_setup
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.db import migrate, open_database
from fedirec.remix.actions.challenges import ChallengeDraft, open_challenge
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.terms import Pays, Terms
from fedirec.settings import Settings
from tests.ports import free_port

ORIGIN = "https://studio.example"
PASSWORD = "a long enough password"


@dataclass(frozen=True)
class Place:
    """An instance on a loopback port, ready to be served."""

    folder: Path
    port: int

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    in_a_thread(set_up(folder, ORIGIN))
    return folder


@pytest.fixture
def studio(template: Path, tmp_path: Path) -> Path:
    """A folder in which the instance at ORIGIN lies in `fedirec-data`, as `fedirec serve` would have left it."""
    folder = tmp_path / "studio"
    shutil.copytree(template, folder)
    return folder


@pytest.fixture(scope="session")
def neighbours(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, Place]:
    """Two instances for development; the first has a challenge, a record and a remix of it, all by ana."""
    places = tuple(Place(tmp_path_factory.mktemp(name), free_port()) for name in ("near", "far"))
    in_a_thread(set_up(places[0].folder, places[0].origin, furnished=True))
    in_a_thread(set_up(places[1].folder, places[1].origin))
    return places[0], places[1]


async def set_up(folder: Path, origin: str, *, furnished: bool = False) -> None:
    """The instance in `folder` is set up, with ana as its owner."""
    data = folder / "fedirec-data"
    data.mkdir(mode=0o700)
    settings = Settings.load({"data_dir": data, "development": origin.startswith("http:")})
    keyring = Keyring.open(settings.master_key_file)
    await migrate(settings.database)
    async with open_database(settings.database):
        token = await begin_setup()
        assert token is not None
        await finish_setup(
            keyring,
            settings,
            token=token,
            origin=origin,
            asked_at=origin.partition("://")[2],
            title="Studio",
            name="ana",
            password=PASSWORD,
        )
        if furnished:
            await furnish(keyring)


async def furnish(keyring: Keyring) -> None:
    ana = await Actor.get(local_handle="ana")
    terms = Terms(version=1, licence="CC-BY-SA-4.0", pays=Pays.POT, amount=50_000, currency="EUR", rule="Half to each.")
    await open_challenge(
        ana, keyring, ChallengeDraft(title="Stars", slug="stars", text="What do you see?", terms=terms)
    )
    poem = await publish_record(
        ana, RecordDraft(title="A [red]poem[/red]", text="It is \x1b[2Jdark.", licence="CC-BY-4.0")
    )
    draft = RecordDraft(title="A song", text="La.", licence="CC-BY-4.0", sources=[SourceDraft(record=poem)])
    await publish_record(ana, draft)


def in_a_thread(work: Awaitable[None]) -> None:
    """Run `work` to its end in a thread of its own, since this one may have a loop already."""
    failures: list[BaseException] = []

    async def run() -> None:
        try:
            await work
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=lambda: asyncio.run(run()))
    thread.start()
    thread.join()
    if failures:
        raise failures[0]
