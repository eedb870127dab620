"""`fedirec lineage`: a lineage as a file, and whether such a file is true."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from fedirec.activitypub.remote import Remote
from fedirec.app import running
from fedirec.cli.flags import WHERE, run_to_end, with_settings
from fedirec.cli.instance import existing_instance, open_keyring
from fedirec.cli.terminal import note, plainly, say, say_json
from fedirec.clock import now
from fedirec.db import open_database
from fedirec.db.schema import missing_migrations
from fedirec.errors import FedirecError, Invalid, NotFound
from fedirec.remix.actions.lineage_files import export_lineage
from fedirec.remix.lineage_file import MAX_BYTES, Finding, KnownKeys, Level, Report, read_file
from fedirec.remix.lineage_file import verify as check
from fedirec.remix.queries.lineage_files import get_shown_record
from fedirec.remix.queries.witnesses import known_keys
from fedirec.settings import Settings

app = typer.Typer(help="Put the lineage of a record into a file, and check such files.", no_args_is_help=True)
_MARKS: Final = {Level.PROVED: "proved", Level.WITNESSED: "witnessed", Level.CLAIMED: "claimed", Level.FALSE: "FALSE"}
_DATABASES: Final = ("postgres://", "postgresql://", "asyncpg://")
_SQLITE: Final = b"SQLite format 3\0"


@app.command()
@with_settings("development", *WHERE, least="warning")
async def export(
    settings: Settings,
    record: Annotated[str, typer.Argument(metavar="RECORD", help="Its address.", show_default=False)],
    output: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Where the file goes; without it, to standard output.", show_default=False),
    ] = None,
    no_ask: Annotated[
        bool, typer.Option("--no-ask", help="Do not ask other instances what they know of the keys in it.")
    ] = False,
) -> None:
    """Put everything that is known around a record into one file, while the server runs or not."""
    async with AsyncExitStack() as parts:
        site = await parts.enter_async_context(existing_instance(settings))
        keyring = await open_keyring(settings, site)
        found = await get_shown_record(record)
        if no_ask:
            data = await export_lineage(found, site=site, keyring=keyring)
    if not no_ask:
        async with running(settings) as state:
            remote: Remote = state["remote"]
            found = await get_shown_record(record)
            data = await export_lineage(found, site=state["site"], keyring=state["keyring"], remote=remote)
    if output is None:
        if sys.stdout.isatty():
            raise Invalid("a lineage file is too much for a screen; say where it goes: --output lineage.json")
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        output.write_bytes(data)
    except OSError as error:
        raise Invalid(f"the file {output} cannot be written: {error.strerror}") from error
    file = read_file(data)
    say(f"The lineage of {record} is in {output} ({len(data) / 1_000_000:.1f} MB).")
    for silence in file.silences:
        note(f"{plainly(silence.instance)} is not among its witnesses: {silence.why}.")
    if not file.is_whole:
        note("It is not whole: there are more relatives than one file carries.")


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Or - for standard input.", show_default=False)],
    trusting: Annotated[
        list[str],
        typer.Option(
            metavar="WHAT",
            help="Whose keys you know already: another lineage file that you believe, the data folder of an instance, "
            "its SQLite database, or the address of its PostgreSQL database. Can be given several times.",
            show_default=False,
        ),
    ] = [],  # noqa: B006  (the command line reads it, and nobody changes it)
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON, for programs.")] = False,
) -> None:
    """Say what a lineage file proves, for which keys, and whose these are; without network, settings or database.

    Ends with 1 when anything in it is false. What is only claimed is not false.
    """
    data = _read(file)
    report = check(data, now=now(), trusting=_trusted(trusting, _people_in(data) if trusting else ()))
    if json:
        say_json(document_of(report))
    else:
        _tell(report)
    if report.is_false:
        raise typer.Exit(1)


def document_of(report: Report) -> dict[str, Any]:
    """What was found out, for programs."""
    return {
        "isFalse": report.is_false,
        "record": report.record,
        "exporter": report.exporter,
        "isWhole": report.is_whole,
        "findings": _findings(report.findings),
        "derivations": [
            {
                "record": each.record,
                "source": each.source,
                "relation": each.relation,
                "findings": _findings(each.findings),
            }
            for each in report.derivations
        ],
        "records": [
            {
                "id": each.id,
                "title": each.title,
                "author": each.author,
                **({"editor": each.editor} if each.editor else {}),
                "isCurrent": each.is_current,
                "findings": _findings(each.findings),
            }
            for each in report.records
        ],
        "keys": [
            {
                "id": each.id,
                "owner": each.owner,
                "fingerprint": each.fingerprint,
                "findings": _findings(each.findings),
            }
            for each in report.keys
        ],
        "leftOut": [{"record": record, "why": why} for record, why in report.left_out],
        "silent": [{"instance": instance, "why": why} for instance, why in report.silent],
    }


def _findings(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    return [
        {
            "code": finding.code,
            "level": finding.level.value,
            "says": finding.sentence,
            **({"key": finding.key} if finding.key else {}),
        }
        for finding in findings
    ]


def _tell(report: Report) -> None:
    titles = {each.id: plainly(each.title) or "Untitled" for each in report.records}

    def named(uri: str) -> str:
        return f"“{titles[uri]}” ({plainly(uri)})" if uri in titles else plainly(uri)

    if report.record:
        say(f"The lineage of {named(report.record)}, put together by {plainly(report.exporter)}.")
    _lines(report.findings)
    for each in report.derivations:
        say()
        say(f"{named(each.record)}")
        say(f"  {each.relation} {named(each.source)}")
        _lines(each.findings)
    if report.records:
        say()
        say("Records")
    for record in report.records:
        older = "" if record.is_current else ", an older version"
        made = f", made by {plainly(record.editor)}" if record.editor else ""
        say(f"  {named(record.id)}, by {plainly(record.author)}{older}{made}")
        _lines(record.findings)
    if report.keys:
        say()
        say("Keys")
    for key in report.keys:
        say(f"  {plainly(key.id)} {key.fingerprint}")
        _lines(key.findings)
    for record_uri, why in report.left_out:
        note(f"Not in the file: {plainly(record_uri)} ({why}).")
    for instance, why in report.silent:
        note(f"Not among the witnesses: {plainly(instance)} ({plainly(why)}).")
    if report.record and not report.is_whole:
        note("The file is not whole: whoever made it knew of more.")
    if report.derivations:
        _tell_again(report, named)
    say()
    say("Something in this file is FALSE." if report.is_false else "Nothing in this file is false.")


def _tell_again(report: Report, named: Callable[[str], str]) -> None:
    """What is false, once more where somebody sees it first: at the end."""
    matters = [
        (named(report.record), report.findings),
        *((f"{named(each.record)} {each.relation} {named(each.source)}", each.findings) for each in report.derivations),
        *((named(each.id), each.findings) for each in report.records),
        *((plainly(each.id), each.findings) for each in report.keys),
    ]
    false = [(about, [each for each in found if each.level is Level.FALSE]) for about, found in matters]
    if any(found for _about, found in false):
        say()
        say("What is false")
    for about, found in false:
        if found:
            say(f"  {about}")
            _lines(found)


def _lines(findings: Iterable[Finding]) -> None:
    for finding in findings:
        key = f" [{finding.key}]" if finding.key else ""
        say(f"    {_MARKS[finding.level] + ':':<11}{plainly(finding.sentence)}{key}")


def _read(file: Path) -> bytes:
    """What is in the file, or comes in."""
    try:
        if str(file) == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise NotFound(f"the file {file} cannot be read: {error.strerror}") from error


def _people_in(data: bytes) -> set[str]:
    """Whose keys are in a file; nobody's where it is none."""
    try:
        return {key.owner for key in read_file(data).keys}
    except FedirecError:
        return set()


def _trusted(named: Iterable[str], people: Collection[str]) -> KnownKeys:
    """The keys of `people` that are known from what is named."""
    known: list[tuple[str, str, datetime]] = []
    ended: list[tuple[str, str, datetime]] = []
    for each in named:
        found = _known_from(each, people)
        known += found.entries()
        ended += found.endings()
    return KnownKeys.of(known, ended=ended)


def _known_from(named: str, people: Collection[str]) -> KnownKeys:
    if named.startswith(_DATABASES):
        return _known_to(named, people)
    path = Path(named)
    if path.is_dir():
        path = path / "fedirec.sqlite3"
    try:
        with path.open("rb") as opened:
            is_database = opened.read(len(_SQLITE)) == _SQLITE
    except OSError as error:
        raise NotFound(f"the file {path} cannot be read: {error.strerror}") from error
    if is_database:
        return _known_to(f"sqlite://{path.resolve()}", people)
    data = _read(path)
    if check(data, now=now()).is_false:
        raise Invalid(f"something in {named} is false, so the keys in it cannot be trusted")
    return KnownKeys.in_file(read_file(data))


def _known_to(database: str, people: Collection[str]) -> KnownKeys:
    """The keys of `people` that an instance has seen."""

    async def read() -> KnownKeys:
        async with open_database(database):
            if await missing_migrations():
                raise Invalid("that database is of another version of fedirec; bring it up to date: fedirec migrate")
            return await known_keys(people)

    found: KnownKeys = run_to_end(read())
    return found
