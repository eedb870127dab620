"""What every test can ask for. `database` and `database_url` come once for SQLite and once for PostgreSQL."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Iterator
from pathlib import Path

import pytest

from fedirec.db import open_database
from tests.databases import Databases, why_no_postgres
from tests.network import Instance, Network, open_instance


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


@pytest.fixture(params=["sqlite", "postgres"])
def database_kind(request: pytest.FixtureRequest) -> str:
    if request.param == "postgres" and (reason := why_no_postgres()):
        skip_or_fail(reason)
    return str(request.param)


@pytest.fixture
def database_url(database_kind: str, databases: Databases) -> str:
    """The address of a fresh, migrated database."""
    return databases.new(database_kind)


@pytest.fixture
async def database(database_url: str) -> AsyncGenerator[str]:
    """A fresh, migrated database that the models speak to."""
    async with open_database(database_url):
        yield database_url


@pytest.fixture
def network() -> Network:
    return Network()


@pytest.fixture
async def here(network: Network, databases: Databases, database_kind: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    """An instance at https://here.test."""
    database = databases.new(database_kind)
    async with open_instance(network, "here.test", database=database, folder=tmp_path / "here") as instance:
        yield instance


@pytest.fixture
async def there(network: Network, databases: Databases, database_kind: str, tmp_path: Path) -> AsyncGenerator[Instance]:
    """Another one, at https://there.test."""
    database = databases.new(database_kind)
    async with open_instance(network, "there.test", database=database, folder=tmp_path / "there") as instance:
        yield instance


@pytest.fixture
async def elsewhere(
    network: Network, databases: Databases, database_kind: str, tmp_path: Path
) -> AsyncGenerator[Instance]:
    """A third one, at https://elsewhere.test."""
    database = databases.new(database_kind)
    async with open_instance(network, "elsewhere.test", database=database, folder=tmp_path / "elsewhere") as instance:
        yield instance
