"""`fedirec lineage` makes files that any machine can check, and checks them without anything but the file."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from fedirec.activitypub.models import Actor
from fedirec.db import open_database
from fedirec.remix.actions.drafts import RecordDraft, SourceDraft
from fedirec.remix.actions.records import publish_record
from tests.cli.command import done, fedirec, refused, serving
from tests.cli.conftest import Place, in_a_thread
from tests.fep.making import BROKEN, VECTORS


def made_at(place: Place) -> str:
    """The address of a record of ana's, made from another one of hers."""
    found: list[str] = []

    async def make() -> None:
        async with open_database(f"sqlite://{place.folder}/fedirec-data/fedirec.sqlite3"):
            ana = await Actor.get(local_handle="ana")
            tune = await publish_record(ana, RecordDraft(title="A tune", text="Mm.", licence="CC-BY-4.0"))
            sources = [SourceDraft(record=tune)]
            draft = RecordDraft(title="A round", text="Mm, mm.", licence="CC-BY-4.0", sources=sources)
            found.append((await publish_record(ana, draft)).uri)

    in_a_thread(make())
    return found[0]


def test_a_lineage_leaves_with_or_without_a_server_and_is_checked_by_anybody(
    neighbours: tuple[Place, Place], tmp_path: Path
) -> None:
    there, here = neighbours
    song = made_at(there)
    flags = ("--development",)
    said = done("lineage", "export", song, "--output", "song.json", *flags, folder=there.folder)
    assert said.startswith(f"The lineage of {song} is in song.json")
    file = there.folder / "song.json"
    assert done("lineage", "export", song, "--no-ask", *flags, folder=there.folder).encode() == file.read_bytes()

    with serving("--development", folder=there.folder, port=there.port):
        done("fetch", song, *flags, folder=here.folder)
        again = done("lineage", "export", song, *flags, folder=there.folder)
    assert again.encode() == file.read_bytes()

    # Anywhere: no database, no settings, no network.
    nowhere = tmp_path / "nowhere"
    nowhere.mkdir()
    said = done("lineage", "verify", str(file), folder=nowhere)
    assert "proved:    " in said
    assert "has signed that it was made from this source." in said
    assert said.endswith("Nothing in this file is false.\n")
    assert not list(nowhere.iterdir())
    report = json.loads(done("lineage", "verify", str(file), "--json", folder=nowhere))
    assert (report["isFalse"], report["record"]) == (False, song)
    assert {each["findings"][-1]["code"] for each in report["keys"]} == {"key-by-nobody"}

    known = done("lineage", "verify", str(file), "--trusting", str(there.folder / "fedirec-data"), folder=nowhere)
    assert "is known to you since" in known
    known = done("lineage", "verify", str(file), "--trusting", str(file), folder=nowhere)
    assert "is known to you since" in known

    file.write_bytes(file.read_bytes().replace(b"A round", b"A rounds", 1))
    answer = fedirec("lineage", "verify", str(file), folder=nowhere)
    assert answer.code == 1
    assert "was changed after" in answer.out
    assert answer.out.endswith("Something in this file is FALSE.\n")
    os.remove(file)

    assert "No record with that address" in refused(
        "lineage", "export", f"{song}x", "--no-ask", *flags, folder=there.folder
    )
    assert "cannot be written" in refused(
        "lineage", "export", song, "--no-ask", "--output", "/nowhere/x", *flags, folder=there.folder
    )
    assert "The file song cannot be read" in refused("lineage", "verify", "song", folder=nowhere)
    assert "Is a directory" in refused("lineage", "verify", ".", folder=nowhere)


@pytest.mark.parametrize("name", ["key-invented", "stamp-moved", "edit-by-a-stranger", "nested"])
def test_what_is_broken_ends_with_one_and_with_a_sentence(name: str, tmp_path: Path) -> None:
    answer = fedirec("lineage", "verify", str(VECTORS / "broken" / f"{name}.json"), "--json", folder=tmp_path)
    assert answer.code == 1
    report = json.loads(answer.out)
    parts = [report, *report["derivations"], *report["records"], *report["keys"]]
    said = {found["code"]: found["says"] for part in parts for found in part["findings"] if found["level"] == "false"}
    assert said[BROKEN[name][2]].endswith(".")
    assert answer.err == ""


def test_a_file_that_is_false_is_not_trusted(tmp_path: Path) -> None:
    good, broken = str(VECTORS / "lineage.json"), str(VECTORS / "broken" / "key-invented.json")
    assert "cannot be trusted" in refused("lineage", "verify", good, "--trusting", broken, folder=tmp_path)


def test_who_made_a_version_is_said_with_the_key_that_shows_it(tmp_path: Path) -> None:
    said = done("lineage", "verify", str(VECTORS / "lineage.json"), folder=tmp_path)
    assert "(https://b.example/records/mix), by https://b.example/u/bo, made by https://a.example/u/ana\n" in said
    assert "proved:    https://a.example/u/ana has signed that they made this version" in said
    report = json.loads(done("lineage", "verify", str(VECTORS / "lineage.json"), "--json", folder=tmp_path))
    assert [each.get("editor") for each in report["records"]] == [None, "https://a.example/u/ana", None]
