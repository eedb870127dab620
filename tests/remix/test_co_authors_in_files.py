"""What a lineage file proves of who made the versions in it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fedirec.activitypub.vocab import Json
from fedirec.clock import now
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import edit_record
from fedirec.remix.lineage_file import Level, LineageFile, Report, verify
from fedirec.remix.models import Pseudonym, Record, RecordRevision
from fedirec.remix.queries import lineage_files
from tests.fep.making import (
    ANA,
    BO,
    CY,
    EDIT,
    FILE,
    KEYS,
    MIX_NOTE,
    MIX_VERSION,
    REMIX,
    bytes_of,
    day,
    edit_of,
    key_of,
    report_of,
    signed,
    version_of,
    with_digest,
    with_document,
    with_versions,
)
from tests.network import Instance, settle
from tests.remix.test_lineage_files import checked, exported
from tests.remix.test_pens import pen_at, record_at, shared, write

ANAS = key_of(ANA).public.fingerprint
ALONE = {name: value for name, value in MIX_NOTE.items() if name != "recordDigest"}
"""The version that ana made, and nobody but her has signed."""


def report_with(mix: Json) -> Report:
    """What is found when the newest version of the remix is this."""
    return report_of(bytes_of(with_versions(mix=with_document(replace(MIX_VERSION, record=mix["id"]), mix))))


def about_edits(report: Report) -> dict[str, Level]:
    """What is said of who made the versions."""
    codes = {each.code: each.level for record in report.records for each in record.findings}
    return {code: level for code, level in codes.items() if code.startswith("edit-")}


def resigned(**changed: Any) -> Json:
    """The version with these values, as its author has signed it."""
    return signed({name: value for name, value in (MIX_NOTE | changed).items() if value is not None}, BO, day(6))


def test_who_made_a_version_is_proved_for_their_key_and_that_is_bound_to_them_as_others_are() -> None:
    report = report_of(bytes_of(FILE))
    (mix,) = [each for each in report.records if each.id == REMIX]
    assert (mix.author, mix.editor) == (BO, ANA)
    assert [(each.code, each.key) for each in mix.findings] == [
        ("record-signed", key_of(BO).public.fingerprint),
        ("edit-signed", ANAS),
    ]
    (key,) = [each for each in report.keys if each.owner == ANA]
    assert "key-witnessed" in {each.code for each in key.findings}
    assert {each.editor for each in report.records if each.id != REMIX} == {None}


@pytest.mark.parametrize(
    ("mix", "says"),
    [
        (resigned(editStatement=None), {"edit-claimed": Level.CLAIMED}),
        (resigned(editStatement=[]), {"edit-claimed": Level.CLAIMED}),
        (MIX_NOTE, {"edit-author": Level.CLAIMED}),
        (resigned(editor=None, editStatement=None), {}),
        (resigned(editor=BO, editStatement=None), {}),
        (resigned(editor=None, editStatement=edit_of(editor=BO).write()), {"edit-signed": Level.PROVED}),
    ],
    ids=["nothing said", "an empty list", "author signed nothing", "no editor", "the author", "the author said so"],
)
def test_what_is_only_said_of_who_made_a_version_is_claimed_and_not_false(mix: Json, says: dict[str, Level]) -> None:
    report = report_with(mix)
    assert about_edits(report) == says
    assert not report.is_false


def test_without_the_key_of_a_co_author_nothing_shows_that_they_signed() -> None:
    report = report_of(bytes_of(replace(FILE, keys=tuple(key for key in KEYS if key.owner != ANA))))
    assert about_edits(report) == {"edit-key-missing": Level.CLAIMED}


def test_who_wrote_a_version_stays_proved_when_a_decision_changes_its_credits() -> None:
    ruled = ALONE | {"contributor": MIX_NOTE["contributor"][:1], "updated": "2026-11-08T10:00:00Z"}
    report = report_of(bytes_of(with_versions(mix=version_of(signed(with_digest(ruled), BO, day(8)), name="Bo"))))
    assert about_edits(report) == {"edit-signed": Level.PROVED}


COVERED: dict[str, Any] = {
    "id": f"{REMIX}-2",
    "editor": CY,
    "name": "Tin rain, slower",
    "source": {"content": "A fourth as fast.", "mediaType": "text/markdown"},
    "contentMap": {"en-US": MIX_NOTE["content"]},
    "summary": "Hardly any sounds",
    "tag": MIX_NOTE["tag"][:1],
    "attachment": [MIX_NOTE["attachment"][0] | {"name": "Rain, slower"}],
    "another file": [MIX_NOTE["attachment"][0] | {"digestMultibase": EDIT.digest}],
    "one file more": [*MIX_NOTE["attachment"], MIX_NOTE["attachment"][0] | {"url": "https://b.example/media/2.ogg"}],
}
"""Another value of everything of which a co-author has said that it is theirs."""
PLACES = {"another file": "attachment", "one file more": "attachment"}


@pytest.mark.parametrize("what", list(COVERED))
def test_nothing_that_a_co_author_made_can_be_another_thing_in_a_version_that_its_author_did_not_sign(
    what: str,
) -> None:
    found = about_edits(report_with(ALONE | {PLACES.get(what, what): COVERED[what]}))
    assert list(found.values()) == [Level.FALSE]


@pytest.mark.parametrize("name", list(EDIT.write()))
@pytest.mark.parametrize("is_signed", [False, True])
def test_no_value_that_a_co_author_signed_can_be_another_one(name: str, is_signed: bool) -> None:
    said = EDIT.write()
    said[name] = said[name][:-1] + ("x" if said[name][-1] != "x" else "y")
    report = report_with(resigned(editStatement=said) if is_signed else ALONE | {"editStatement": said})
    if name == "verificationMethod":
        assert about_edits(report) == {"edit-key-missing": Level.CLAIMED}
    else:
        assert list(about_edits(report).values()) == [Level.FALSE]


@pytest.mark.parametrize(
    "nonsense",
    ["signed", 1, True, {}, EDIT.signed(), EDIT.write() | {"type": "Note"}, EDIT.write() | {"editDigest": "z" * 101}],
)
def test_what_makes_no_sense_where_a_co_author_should_say_something_is_false(nonsense: Any) -> None:
    assert about_edits(report_with(resigned(editStatement=nonsense))) == {"edit-unreadable": Level.FALSE}


# Between instances


def who_signed(report: Report) -> list[tuple[str | None, bool, list[str]]]:
    """Of each version, oldest first: who made it, whether it is the newest, and what is found."""
    return [(each.editor, each.is_current, [found.code for found in each.findings]) for each in report.records][::-1]


async def test_a_file_shows_whose_each_version_is_by_the_keys_of_all_who_wrote_it(
    here: Instance, there: Instance, elsewhere: Instance
) -> None:
    ana, bo, song = await shared(here, there)
    await write(there, bo, await pen_at(there, song.uri), text="The night was long.", language="pt-BR", tags=["Moon"])
    await settle(here, there)
    await elsewhere.find_record(song.uri)
    await settle(here, there, elsewhere)
    for at in (here, there, elsewhere):
        file, report = checked(await exported(at, song.uri))
        assert who_signed(report) == [(bo.uri, True, ["record-signed", "edit-signed"])]
        assert {key.owner for key in file.keys} >= {ana.uri, bo.uri}
    assert "key-witnessed" in {each.code for key in report.keys if key.owner == bo.uri for each in key.findings}
    assert await exported(elsewhere, song.uri) == await exported(elsewhere, song.uri)

    page = await here.get(f"{song.uri.removeprefix(here.origin)}/lineage/verify")
    assert "@bo@there.test has signed that they made this version" in page.text

    # The author goes on, and what bo wrote stays in the file with what bo signed.
    mine = await record_at(here, song.uri)
    await here.run(lambda: edit_record(ana, mine, RecordDraft(title="Night", text="So long.", licence="CC-BY-SA-4.0")))
    await settle(here, there, elsewhere)
    for at in (here, there):
        _file, report = checked(await exported(at, song.uri))
        assert sorted(who_signed(report), key=lambda each: each[1]) == [
            (bo.uri, False, ["record-signed", "edit-signed"]),
            (None, True, ["record-signed"]),
        ]


async def test_only_so_many_older_versions_by_co_authors_are_in_a_file(
    here: Instance, there: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    _ana, bo, song = await shared(here, there)
    for text in ("One.", "Two.", "Three.", "Four."):
        await write(there, bo, await pen_at(there, song.uri), text=text)
        await settle(here, there)
    monkeypatch.setattr(lineage_files, "MAX_EDITED", 3)
    file, _report = checked(await exported(here, song.uri))
    assert sorted(text_of(file)) == ["Four.", "Three.", "Two."]


def text_of(file: LineageFile) -> list[str]:
    return [(version.document or {})["source"]["content"] for version in file.versions]


async def test_a_co_author_who_does_not_want_to_be_named_is_in_no_file(here: Instance, there: Instance) -> None:
    ana, bo, song = await shared(here, there)
    await write(there, bo, await pen_at(there, song.uri), text="The night was long.")
    await settle(here, there)
    await here.run(lambda: Pseudonym.create(uri="urn:fedirec:unnamed:1", actor_uri=bo.uri, record_id=song.id))
    data = await exported(here, song.uri)
    _file, report = checked(data)
    assert who_signed(report) == [(None, True, ["record-not-kept"])]
    assert bo.uri.encode() not in data
    assert ana.uri.encode() in data


async def test_what_the_home_of_a_record_makes_up_about_a_co_author_is_found_in_its_file(
    here: Instance, there: Instance
) -> None:
    _ana, bo, song = await shared(here, there)
    await write(there, bo, await pen_at(there, song.uri), text="The night was long.")
    await settle(here, there)

    async def lie() -> None:
        found = await RecordRevision.get(record_id=song.id, number=2)
        told = found.document | {"source": {"content": "It was short.", "mediaType": "text/markdown"}}
        del told["recordDigest"]
        await RecordRevision.create(record_id=song.id, number=3, document=told, editor_uri=bo.uri)
        await Record.filter(id=song.id).update(revision=3)

    await here.run(lie)
    report = verify(await exported(here, song.uri), now=now())
    assert {each.code for each in report.false} >= {"edit-version"}
