"""docs/admin.md is a book of things to do: every command in it runs, in its order, and every page is there.

What happens in a chapter really happens: disks are full, folders are gone, a database goes away.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
import pytest

from fedirec.accounts.actions.joining import create_account, sign_up
from fedirec.accounts.actions.sessions import begin_session
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Operator
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Instance
from fedirec.admin.models import Report
from fedirec.clock import now
from fedirec.db import open_database
from fedirec.settings import Settings
from fedirec.uris import Uris
from tests.cli import book
from tests.cli.book import CHAPTERS, PAGES, TEXT, Machine, chapter, machine
from tests.cli.command import PATIENCE, Server
from tests.cli.conftest import ORIGIN, PASSWORD, in_a_thread, set_up
from tests.conftest import skip_or_fail
from tests.databases import Databases, why_no_postgres
from tests.disks import small_disk
from tests.ledger.books import keep_books
from tests.ports import free_port

LONG_AGO: Final = (now() - timedelta(days=20)).isoformat(sep=" ")
NEWER: Final = (
    "INSERT INTO tortoise_migrations (app, name, applied_at) VALUES ('fedirec', '9999_of_the_future', '2027-01-01')"
)
ROOT: Final = Path(__file__).parents[2]


def test_every_chapter_in_which_something_is_typed_is_followed_by_a_test() -> None:
    followed = re.findall(r'chapter\("([^"]+)"\)', Path(__file__).read_text(encoding="utf-8"))
    assert followed == [each.title for each in CHAPTERS if each.blocks]


def test_whatever_is_fenced_in_the_book_is_typed() -> None:
    assert re.findall(r"^ *```(\w*)$", TEXT, re.MULTILINE) == ["console", ""] * sum(len(c.blocks) for c in CHAPTERS)


def test_what_pages_and_programs_are_said_to_say_they_say() -> None:
    sources = " ".join(
        path.read_text(encoding="utf-8") for kind in ("py", "html") for path in (ROOT / "fedirec").rglob(f"*.{kind}")
    )
    said = book.quoted(TEXT)
    assert len(said) > 1
    for words in said:
        assert words in sources, words


def test_every_link_of_the_book_leads_somewhere() -> None:
    def headings(text: str) -> set[str]:
        lines = [line for line in text.splitlines() if line.startswith("#")]
        return {re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-") for line in lines}

    links = re.findall(r"\]\(([^)#]*)#?([^)]*)\)", TEXT)
    assert links
    for file, heading in links:
        target = ROOT / "docs" / file if file else ROOT / "docs/admin.md"
        assert target.is_file(), file
        assert not heading or heading in headings(target.read_text(encoding="utf-8")), heading


def test_people_are_looked_after(studio: Path, tmp_path: Path) -> None:
    in_a_thread(_settle_people(studio))
    with machine(studio, backups=tmp_path / "backups") as here:
        with chapter("Somebody reports something") as steps:
            listed, shown = steps.step(here)
            assert "eve" in listed
            assert "Noise" in shown
            steps.rest(here)
        with chapter("Somebody has to go") as steps:
            steps.rest(here)
        with chapter("A night of spam") as steps:
            steps.rest(here)
            assert "spam.example" not in here.type("fedirec federation peers --blocked")
        with chapter("Letting people in") as steps:
            steps.rest(here)
            assert "ida" in here.type("fedirec users list")
            assert "leo" not in here.type("fedirec users list")


async def _settle_people(studio: Path) -> None:
    """The people and the report are there that the book speaks of."""
    settings = Settings.load({"data_dir": studio / "fedirec-data"})
    keyring = Keyring.open(settings.master_key_file)
    operator = Operator("command line")
    async with open_database(settings.database):
        for name in ("eve", "mallory"):
            made = await create_account(Uris(ORIGIN), keyring, doer=operator, name=name, password=PASSWORD)
            if name == "eve":
                accused = made.account.actor
        await Instance.all().update(registration="approval")
        for name in ("ida", "leo"):
            await sign_up(Uris(ORIGIN), keyring, name=name, password=PASSWORD, answer="I make sounds")
        await Report.create(id=1, accused=accused, source="member", category="spam", words="Noise")


def test_federation_is_looked_after(studio: Path, tmp_path: Path) -> None:
    _settle_peers(studio)
    with machine(studio, backups=tmp_path / "backups") as here:
        with chapter("An instance does not answer") as steps:
            silent, shown, waiting = steps.step(here)
            assert "gone.example" in silent
            assert "nobody is there" in shown
            assert "nobody is there" in waiting
            assert steps.step(here) == ["Everything is tried again.\n"]
            assert "too large" in steps.step(here)[0]
            _change(studio, "UPDATE lane SET trips = 9, failing_since = ? WHERE key LIKE '%gone%'", LONG_AGO)
            steps.rest(here)
            assert "gone.example" not in here.type("fedirec deliveries list --waiting")
        with chapter("What they sent had no effect") as steps:
            listed = steps.rest(here)
            assert "it was busy" in listed[1]
        with chapter("Somebody has new keys") as steps:
            assert "no key that we knew before says so" in steps.step(here)[0]
            assert "is believed again" in steps.rest(here)[0]
            assert "no new key" in here.refuses("users", "confirm-keys", "bo@friend.example", "--reason", "x", "--yes")
        with chapter("An instance floods us") as steps:
            steps.rest(here)
            assert "loud.example" in here.type("fedirec federation peers --blocked")
        here.type("fedirec federation block friend.example")
        with chapter("A block was a mistake") as steps:
            listed = steps.rest(here)
            assert "friend.example" in listed[0]
        (studio / "theirs.csv").write_text(
            "#domain,#severity,#reject_media,#reject_reports,#public_comment,#obfuscate\n"
            "bad.example,suspend,false,false,spam,false\nloud.example,silence,false,false,,false\n"
        )
        before = here.type("fedirec federation export")
        with chapter("Lists of others") as steps:
            steps.step(here)
            assert here.type("fedirec federation export") == before
            steps.step(here)
            assert "bad.example,suspend" in here.type("fedirec federation export")
            steps.rest(here)
            assert here.type("fedirec federation export") == before
        with chapter("Only with those whom we know") as steps:
            steps.rest(here)
            assert "not blocked" in here.type("fedirec federation mode")
        with chapter("Reports to and from others") as steps:
            steps.rest(here)


def _change(studio: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")) as database:
        database.execute(statement, values)
        database.commit()


def _settle_peers(studio: Path) -> None:
    """Another instance is gone, one sends nonsense, and one is a friend with whom not everything went well."""
    with closing(sqlite3.connect(studio / "fedirec-data/fedirec.sqlite3")) as database:

        def add(table: str, **columns: object) -> None:
            marks = ", ".join("?" * len(columns))
            words = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
            database.execute(words, tuple(columns.values()))

        for number, host in enumerate(("gone.example", "loud.example", "friend.example"), start=100):
            about = {"handle": "bo", "host": host, "summary": "Hello", "also_known_as": "[]", "created_at": LONG_AGO}
            add("actor", id=number, uri=f"https://{host}/u/bo", type="Person", **about)
            add("peer", origin=f"https://{host}", heard_at=LONG_AGO, created_at=LONG_AGO)
        trouble: dict[str, object] = {"failures": 30, "trips": 9, "failing_since": LONG_AGO, "error": "nobody is there"}
        add("lane", key="deliver:https://gone.example", kind="deliver", **trouble)
        add("lane", key="deliver:https://friend.example", kind="deliver")
        payload = '{"outgoing": 0, "inbox": "https://friend.example/inbox"}'
        job = {"kind": "deliver", "payload": payload, "order_key": "", "due_at": LONG_AGO, "wanted_at": LONG_AGO}
        gone: dict[str, object] = {"lane": "deliver:https://gone.example", "attempts": 12, "error": "nobody is there"}
        add("job", **job, **gone, dead_at=LONG_AGO)
        add("job", **job, **gone)
        for number in (17, 18):
            friend: dict[str, object] = {
                "lane": "deliver:https://friend.example",
                "attempts": 3,
                "status": 413,
                "error": "too large",
            }
            add("job", id=number, **job, **friend, dead_at=LONG_AGO)
        came = {"body": b"{}", "signed_headers": "[]", "fingerprint": "f", "target": "POST /inbox", "key_id": "k"}
        when = {"received_at": LONG_AGO, "handled_at": LONG_AGO}
        for number, sender, state, why in ((23, 102, "failed", "it was busy"), (24, 101, "refused", "No such thing")):
            uri = f"https://friend.example/{number}"
            heard = {"type": "Create", "sender_id": sender, "state": state, "reason": why}
            add("received", id=number, activity_uri=uri, **heard, **came, **when)
        for vouched, fingerprint in ((True, "zQmOld"), (False, "zQmNew")):
            key = {"actor_id": 102, "key_id": "https://friend.example/u/bo#main-key", "kind": "rsa", "public": "x"}
            add("actor_key", **key, fingerprint=fingerprint, is_vouched=vouched, seen_at=LONG_AGO)
        why = "their key changed on 2026-11-03, and no key that we knew before says so"
        heard = {"type": "Accept", "sender_id": 102, "state": "refused", "reason": why}
        add("received", id=25, activity_uri="https://friend.example/25", **heard, **came, **when)
        database.commit()


def test_a_day_without_trouble_is_seen_to_be_one(studio: Path, tmp_path: Path) -> None:
    with machine(studio, backups=tmp_path / "backups") as here:
        server = here.start()
        with chapter("A day without trouble") as steps:
            said = steps.rest(here)
            assert said[0] == '{"alive":true}'
            assert "problem" not in "".join(said)
        with chapter("Paying people") as steps:
            assert "nobody was forgotten" in steps.rest(here)[-1]
        with chapter("The books") as steps:
            in_a_thread(_keep_books(studio))
            ledger, balances, audit = steps.step(here)
            assert ledger == "9 entries with 22 postings; 11 links in the audit log\nNothing is wrong.\n"
            assert "payable:13" in balances
            here.called["418:5e1f0c…"] = audit.splitlines()[0].rpartition(" ")[2]
            assert steps.rest(here)[0] == audit
        secrets = list[str]()
        in_a_thread(_sign_in(studio, secrets))
        for page in PAGES:
            answer = server.get(page, cookie=f"__Host-fedirec-session={secrets[0]}")
            assert answer.status_code == 200, (page, answer.status_code)


async def _keep_books(studio: Path) -> None:
    async with open_database(f"sqlite://{studio / 'fedirec-data/fedirec.sqlite3'}"):
        await keep_books()


async def _sign_in(studio: Path, secrets: list[str]) -> None:
    """The owner has a session, with one secret more."""
    async with open_database(f"sqlite://{studio / 'fedirec-data/fedirec.sqlite3'}"):
        secrets.append(await begin_session(await Account.get(actor__local_handle="ana")))


def test_a_disk_that_is_full_and_one_that_is_dead_are_survived(studio: Path, tmp_path: Path) -> None:
    (studio / "fedirec.toml").write_text('log_level = "warning"\n')
    with (
        small_disk(tmp_path / "disk", megabytes=12) as disk,
        machine(disk / "studio", backups=tmp_path / "backups") as here,
    ):
        shutil.copytree(studio, here.folder)
        copy = _keep_copy(here.folder)
        server = here.start()
        with chapter("Backups") as steps:
            made, whole = steps.step(here)
            assert ORIGIN in made
            assert "is whole" in whole
            steps.rest(here)
        with chapter("The disk is full") as steps:
            fill(disk)
            assert server.get("/explore").status_code == 200
            assert _sign_in_at(server).status_code == 503
            assert "no space left" in here.refuses("users", "create", "mia")
            assert "no space left" in here.refuses("backup", str(disk / "b.tar.gz"))
            steps.step(here)
            assert copy.is_file()
            assert "MB of copies are gone" in steps.step(here)[0]
            assert not copy.exists()
            steps.rest(here)
            assert _sign_in_at(server).status_code == 303
            here.type("fedirec users create mia")
            assert server.get("/u/mia").status_code == 200
        with chapter("The disk is dead") as steps:
            here.break_down()
            shutil.rmtree(here.folder)
            here.folder.mkdir()
            (disk / "ballast").unlink()
            assert "no instance" in here.refuses("users", "list")
            steps.rest(here)
            assert here.server is not None
            assert here.server.get("/u/ana").status_code == 200
            assert here.server.get("/u/mia").status_code == 404
            assert here.server.get("/u/ida").status_code == 200
            here.stop()
            assert "is not empty" in here.refuses("restore", str(here.backups / "studio-2026-11-21.tar.gz"))
        data = here.folder / "fedirec-data"
        with chapter("Half of the disk can be read") as steps:
            here.start()
            here.type("fedirec users create noa")
            here.break_down()
            data.rename(here.folder / "old-disk")
            steps.rest(here)
            assert here.server is not None
            assert here.server.get("/u/noa").status_code == 200
            here.stop()
        with chapter("The data folder is empty") as steps:
            data.rename(here.folder / "unmounted")
            assert "/setup?token=" in here.start().said

            def mount() -> None:
                shutil.rmtree(data)
                (here.folder / "unmounted").rename(data)

            here.does["sudo mount fedirec-data"] = mount
            steps.rest(here)
            assert here.server is not None
            assert here.server.get("/u/ana").status_code == 200


def _sign_in_at(server: Server) -> httpx.Response:
    known = {"name": "ana", "password": PASSWORD}
    return httpx.post(f"{server.address}/sign-in", data=known, headers={"origin": ORIGIN}, timeout=PATIENCE)


def fill(disk: Path) -> None:
    """Not one byte is free on `disk`."""
    with (disk / "ballast").open("wb", buffering=0) as ballast:
        for size in (1_000_000, 4096, 1):
            with suppress(OSError):
                while ballast.write(bytes(size)) == size:
                    pass


def _keep_copy(folder: Path) -> Path:
    """A copy of somebody else's picture of a megabyte, as it lies in the cache."""
    name = "cache/ab/cd/" + "ab" * 32 + ".jpg"
    file = folder / "fedirec-data/media" / name
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(1_000_000))
    with closing(sqlite3.connect(folder / "fedirec-data/fedirec.sqlite3")) as database:
        columns = ("d", "https://b.example/x.jpg", name, 1_000_000, LONG_AGO, now().isoformat(sep=" "))
        database.execute(
            "INSERT INTO remote_media (url_digest, url, path, size, fetched_at, used_at) VALUES (?, ?, ?, ?, ?, ?)",
            columns,
        )
        database.commit()
    return file


def test_a_database_that_goes_away_and_one_that_is_dead_are_survived(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if reason := why_no_postgres():
        skip_or_fail(reason)
    address = databases.new("postgres")
    studio = tmp_path / "studio"
    studio.mkdir()
    with monkeypatch.context() as there:
        there.setenv("FEDIREC_DATABASE_URL", address)
        in_a_thread(set_up(studio, ORIGIN))
    anew = f"{address.rpartition('/')[2]}_new"
    server = address.rpartition("/")[0]
    with machine(studio, backups=tmp_path / "backups") as here, chapter("PostgreSQL does not answer") as steps:
        here.settings["FEDIREC_DATABASE_URL"] = address
        here.called = {"postgres://fedirec@127.0.0.1/fedirec_new": f"{server}/{anew}", "fedirec_new": anew}
        here.does["sudo systemctl start postgresql"] = lambda: in_a_thread(_let_connect(address, may=True))
        here.type("fedirec backup /backups/studio-2026-11-21.tar.gz")
        here.start()
        in_a_thread(_let_connect(address, may=False))
        alive, ready, _, ready_again = steps.step(here)
        assert "true" in alive
        assert '"ready":true' not in ready
        assert '"ready":true' in ready_again
        here.type("fedirec users create mia")
        assert "connected to this database" in here.refuses("keys", "renew", "--yes")
        here.stop()
        assert "new keys" in here.type("fedirec keys renew --yes")
        assert json.loads(here.type("fedirec media usage --json"))["database"] > 1_000_000
        databases.drop(address)
        steps.rest(here)
        assert here.server is not None
        assert here.server.get("/u/ana").status_code == 200
        assert here.server.get("/u/mia").status_code == 404
    databases.drop(f"{server}/{anew}")


async def _let_connect(address: str, *, may: bool) -> None:
    """The database at `address` takes connections or not; when not, those that there were are cut."""
    server, _, name = address.rpartition("/")
    operator = await asyncpg.connect(f"{server}/postgres")
    await operator.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS {str(may).lower()}")
    if not may:
        await operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1", name)
    await operator.close()


def test_a_wrong_clock_and_lost_keys_are_survived(studio: Path, tmp_path: Path) -> None:
    in_a_thread(_settle_people(studio))
    _settle_peers(studio)
    data = studio / "fedirec-data"
    with machine(studio, backups=tmp_path / "backups") as here:
        words = "answered 401; its clock and ours are 61 minutes apart"
        _change(studio, "UPDATE job SET dead_at = NULL, error = ? WHERE id = 17", words)
        with chapter("The clock is wrong") as steps:
            today, waiting = steps.step(here)
            assert "UTC" in today
            assert "61 minutes apart" in waiting
            steps.rest(here)
        with chapter("Keys are lost, or known to others") as steps:
            here.type("fedirec backup /backups/studio-2026-11-21.tar.gz")
            (data / "master.key").unlink()
            assert "master key does not fit" in here.refuses("serve", "--port", str(free_port()))
            steps.step(here)
            before = _key_of_ana(here)
            assert "another fedirec serve" in here.refuses("keys", "renew", "--yes").lower()
            steps.step(here)
            assert _key_of_ana(here) != before
            steps.rest(here)


def _key_of_ana(here: Machine) -> Any:
    assert here.server is not None
    return here.server.get("/u/ana", accept="application/activity+json").json()["publicKey"]["publicKeyPem"]


def test_a_new_version_a_new_machine_and_the_end_are_lived_through(studio: Path, tmp_path: Path) -> None:
    in_a_thread(_settle_people(studio))
    with machine(studio, backups=tmp_path / "backups") as here:
        here.start()
        with chapter("A new version, and back") as steps:
            said = steps.step(here)
            assert "is up to date" in said[2]
            here.stop()
            _change(studio, NEWER)
            assert "belongs to a newer version" in here.refuses("serve", "--port", str(free_port()))
            steps.rest(here)
            shutil.rmtree(studio / "fedirec-data.newer")
        with chapter("Moving to another machine") as steps:
            steps.step(here)
            here.folder = tmp_path / "new machine"
            here.folder.mkdir()
            steps.rest(here)
        with chapter("The end of an instance") as steps:
            steps.step(here)
            assert (here.folder / "eve.zip").is_file()
            steps.step(here)
            assert here.server is not None
            _wait_until_gone(here.server, "eve", "ana")
            steps.rest(here)
            assert "leaving already" in here.refuses("farewell", "--yes")


def _wait_until_gone(server: Server, *names: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while any(server.get(f"/u/{name}").status_code != 410 for name in names):
        assert time.monotonic() < deadline
        time.sleep(0.05)
