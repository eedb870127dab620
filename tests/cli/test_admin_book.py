"""docs/admin.md is a book of things to do: every command in it runs, in its order, and every page is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Final

from fedirec.accounts.actions.joining import create_account, sign_up
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Instance
from fedirec.admin.models import Report
from fedirec.db import open_database
from fedirec.settings import Settings
from fedirec.uris import Uris
from tests.cli.command import done, serving
from tests.cli.conftest import ORIGIN, in_a_thread

BOOK: Final = (Path(__file__).parents[2] / "docs" / "admin.md").read_text(encoding="utf-8")


def commands() -> list[str]:
    """Every line of the book that can be typed, in order."""
    blocks = re.findall(r"```console\n(.*?)```", BOOK, re.DOTALL)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def pages() -> list[str]:
    """Every page of ours that the book names."""
    return list(dict.fromkeys(re.findall(r"`(/[a-z][a-z/-]*)`", BOOK)))


async def prepare(studio: Path) -> None:
    """The people and the report are there that the book speaks of."""
    settings = Settings.load({"data_dir": studio / "fedirec-data"})
    keyring = Keyring.open(settings.master_key_file)
    async with open_database(settings.database):
        member = await create_account(
            Uris(ORIGIN), keyring, doer=Operator("command line"), name="eve", password="a long enough password"
        )
        await Instance.all().update(registration="approval")
        for name in ("ida", "leo"):
            await sign_up(Uris(ORIGIN), keyring, name=name, password="a long enough password", answer="I make sounds")
        await Report.create(id=1, accused=member.account.actor, source="member", category="spam", words="Noise")


def test_every_command_of_the_book_runs_in_its_order(studio: Path) -> None:
    in_a_thread(prepare(studio))
    typed = commands()
    assert len(typed) > 10
    for line in typed:
        program, *words = shlex.split(line)
        assert program == "fedirec"
        said = done(*words, folder=studio)
        assert said, line


def test_every_page_of_the_book_is_there(studio: Path) -> None:
    found = pages()
    assert {"/admin/reports", "/admin/appeals", "/admin/watch", "/admin/watch/held", "/appeal"} <= set(found)
    with serving(folder=studio) as server:
        for page in found:
            status = server.get(page).status_code
            assert status in (200, 303, 401, 403), (page, status)
