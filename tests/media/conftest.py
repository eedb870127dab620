"""Real files for the tests of media: what the generators make, and a store to keep things in."""

from __future__ import annotations

from pathlib import Path

import pytest

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.media.making import make_film, make_illustration, make_melody
from fedirec.media.store import DiskStore
from fedirec.settings import Settings


@pytest.fixture(scope="session")
def illustration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_illustration(tmp_path_factory.mktemp("made") / "stars.png", size=(640, 360))


@pytest.fixture(scope="session")
def melody(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_melody(tmp_path_factory.mktemp("made") / "melody.mp3", seconds=4)


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory, illustration: Path, melody: Path) -> Path:
    return make_film(
        tmp_path_factory.mktemp("made") / "film.mp4",
        illustration=illustration,
        melody=melody,
        story_lines=("The first star came early.", "She counted it twice."),
        size=(320, 180),
        seconds=3,
    )


@pytest.fixture
def store(tmp_path: Path) -> DiskStore:
    return DiskStore(tmp_path / "media")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings.load({"data_dir": tmp_path})


@pytest.fixture
async def owner(database: str) -> Actor:
    return await Actor.create(
        uri="https://a.test/u/ana", type="Person", handle="ana", host="a.test", is_local=True, created_at=now()
    )
