"""What every test can ask for. `database`, `here`, `there`, `elsewhere` come once for SQLite and once for PostgreSQL.

Both see: SQL written by hand, search, JSON, triggers, migrations, locks, races, what is append-only, outages, whatever
strangers may put into a column, everything that programs can ask (tests/api), and a whole story of each feature. A file
about pages, words, or what is said over HTTP, whose queries those ask too, is marked `one_database` and sees SQLite.
"""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from argon2 import PasswordHasher
from xdist.scheduler import LoadFileScheduling

from fedirec import clock
from fedirec.accounts import passwords
from fedirec.db import open_database
from tests.databases import Databases, learn_models_once, why_no_postgres
from tests.fuzz.budget import add_profiles
from tests.network import Instance, Network, open_instance, read_authorities_once

Pass = Callable[[timedelta], None]
add_profiles()

LONGEST: Final = (
    *("tests/browser/test_every_page.py", "tests/browser/", "tests/test_demo.py", "tests/interop/"),
    *("tests/cli/", "tests/activitypub/test_kill.py", "tests/accounts/test_guests.py", "tests/api/"),
)
"""What takes longest, or waits most, in this order before everything else: it shall not be what all wait for."""
TOGETHER: Final = ("tests/browser/test_every_page.py", "tests/browser/", "tests/interop/")
"""What shares its servers and its browser, and so stays on one process with `--dist loadfile`; else each file does."""

learn_models_once()
read_authorities_once()
# Making a password hard to guess takes a fifth of a second on purpose: it is taken by the programs that tests start.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


class _Turns(LoadFileScheduling):  # type: ignore[misc]  # it has no types
    """Which process takes which files."""

    def _split_scope(self, nodeid: str) -> str:
        return next((start for start in TOGETHER if nodeid.startswith(start)), nodeid.partition("::")[0])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return _Turns(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def turn(item: pytest.Item) -> tuple[int, bool]:
        place = next((place for place, start in enumerate(LONGEST) if item.nodeid.startswith(start)), len(LONGEST))
        given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
        # One kind of database after the other: going from one to the other costs a tenth of a second.
        return place, given.get("database_kind") == "postgres"

    items.sort(key=turn)


def pytest_collection_finish() -> None:
    """What was loaded stays until the end: looking through it for what can go takes a tenth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    named = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "database_kind" in metafunc.fixturenames and "database_kind" not in named:
        kinds = ["sqlite"] if metafunc.definition.get_closest_marker("one_database") else ["sqlite", "postgres"]
        metafunc.parametrize("database_kind", kinds, indirect=True)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


def skip_or_fail(reason: str) -> None:
    """A missing part skips for a newcomer, with the reason, and fails where everything must be there."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    made = Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture
def database_kind(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres" and (reason := why_no_postgres()):
        skip_or_fail(reason)
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, databases: Databases) -> Iterator[str]:
    """The address of a fresh, migrated database."""
    address = databases.new(database_kind)
    yield address
    databases.drop(address)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[str]:
    """A fresh, migrated database that the models speak to."""
    async with open_database(database_url):
        yield database_url


@pytest.fixture
def time_passes() -> Iterator[Pass]:
    """A function that lets time pass, until the test ends."""
    passed = timedelta(0)

    def more(time: timedelta) -> None:
        nonlocal passed
        passed += time
        clock.shift(passed)

    yield more
    clock.shift(timedelta(0))


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
async def here(network: Network, databases: Databases, database_kind: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    """An instance at https://here.test."""
    async with _instance(network, databases, database_kind, "here.test", tmp_path) as instance:
        yield instance


@pytest.fixture
async def there(network: Network, databases: Databases, database_kind: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    """Another one, at https://there.test."""
    async with _instance(network, databases, database_kind, "there.test", tmp_path) as instance:
        yield instance


@pytest.fixture
async def elsewhere(
    network: Network, databases: Databases, database_kind: str, tmp_path: Path
) -> AsyncGenerator[Instance]:
    """A third one, at https://elsewhere.test."""
    async with _instance(network, databases, database_kind, "elsewhere.test", tmp_path) as instance:
        yield instance


@asynccontextmanager
async def _instance(
    network: Network, databases: Databases, kind: str, host: str, folder: Path
) -> AsyncGenerator[Instance]:
    """An instance that was set up once for all tests, and copied for this one."""
    if (kind, host) not in databases.set_up:
        home, database = databases.folder / f"{kind}-{host}", databases.new(kind)
        async with open_instance(Network(), host, database=database, folder=home):
            pass
        databases.set_up[kind, host] = database, home
    database, home = databases.set_up[kind, host]
    shutil.copytree(home, folder / host)
    copy = databases.copy(database)
    try:
        async with open_instance(network, host, database=copy, folder=folder / host) as instance:
            yield instance
    finally:
        databases.drop(copy)
