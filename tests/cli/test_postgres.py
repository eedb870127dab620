"""PostgreSQL: any number of processes, each doing a part, and a schema that is brought up to date once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.cli.command import fedirec, refused, serving
from tests.conftest import skip_or_fail
from tests.databases import Databases, why_no_postgres


@pytest.fixture
def empty(databases: Databases) -> str:
    """The address of a PostgreSQL database without a single table."""
    if reason := why_no_postgres():
        skip_or_fail(reason)
    return databases.empty("postgres")


def test_processes_that_start_together_migrate_once_and_share_the_work(empty: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(lambda _: fedirec("migrate", folder=tmp_path, FEDIREC_DATABASE_URL=empty), range(2)))
    assert [answer.code for answer in answers] == [0, 0], answers
    assert sum("0001_initial" in answer.out for answer in answers) == 1

    with (
        serving(folder=tmp_path, verb="worker", says="", FEDIREC_DATABASE_URL=empty) as worker,
        serving(folder=tmp_path, verb="web", FEDIREC_DATABASE_URL=empty) as web,
    ):
        assert web.get("/readyz").json() == {"ready": True}
        assert web.get(web.setup_link).status_code == 200
        assert web.end() == 0
        assert worker.end() == 0


def test_a_database_that_does_not_answer_is_named_without_its_password(tmp_path: Path) -> None:
    told = refused("users", "list", folder=tmp_path, FEDIREC_DATABASE_URL="postgres://me:secret@127.0.0.1:1/none")
    assert told.startswith("The database at postgres://127.0.0.1:1/none cannot be opened")
    assert "secret" not in told


def test_a_wrong_database_is_told_in_one_sentence(empty: str, tmp_path: Path) -> None:
    assert "cannot be opened" in refused("migrate", folder=tmp_path, FEDIREC_DATABASE_URL=f"{empty}_missing")
    assert "bring it up to date" in refused("users", "list", folder=tmp_path, FEDIREC_DATABASE_URL=empty)
