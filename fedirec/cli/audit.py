"""`fedirec audit`: the chain of everything that was decided about money, checked and handed out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from fedirec.app import running
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import existing_database
from fedirec.cli.ledger import tell_findings
from fedirec.cli.terminal import AsJson, note, say, say_json
from fedirec.credits.actions.heads import ask_peers as ask_about_log
from fedirec.credits.queries.heads import heads_kept_here
from fedirec.credits.queries.verifying import compare_settings, compare_with_links
from fedirec.errors import Invalid, NotFound
from fedirec.ledger.exports import MAX_LINE, export_chain, verify_export
from fedirec.ledger.verifying import Report
from fedirec.ledger.verifying import verify as verify_books
from fedirec.payouts.queries.verifying import compare_batches, compare_stops
from fedirec.settings import Settings
from fedirec.uris import origin_of

app = typer.Typer(help="Check the audit log, and put it into a file for others to check.", no_args_is_help=True)
_HEAD: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")


@app.command()
@with_settings("development", *WHERE, least="warning")
async def verify(
    settings: Settings,
    file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="An exported log to check, instead of this instance's.", show_default=False),
    ] = None,
    head: Annotated[
        list[str],
        typer.Option(
            metavar="NUMBER:DIGEST",
            help="A link that was kept elsewhere, which has to be the same here. Can be given several times.",
            show_default=False,
        ),
    ] = [],  # noqa: B006  (the command line reads it, and nobody changes it)
    ask_peers: Annotated[
        bool, typer.Option("--ask-peers", help="Ask the instances of those who were paid what they keep of this log.")
    ] = False,
    origin: Annotated[
        str,
        typer.Option(
            metavar="https://…",
            help="With --file: whose log that is. It is checked against what was told to this instance.",
            show_default=False,
        ),
    ] = "",
    json: AsJson = False,
) -> None:
    """Say whether the audit log is whole and unchanged, and all that it covers; ends with 1 when it is not, and when
    others were to be asked and none of them could be.

    While the server runs or not. A file is checked without any instance.
    """
    kept, is_unasked = [_read_head(each) for each in head], False
    if origin and file is None:
        raise Invalid("say with --file where the log of that instance is")
    if file is not None:
        if origin:
            async with existing_database(settings):
                kept += (sent := await heads_kept_here(origin_of(origin)))
            if not sent:
                note(f"{origin_of(origin)} has sent nothing of its log to this instance.")
        report = verify_export(_lines_of(file), against=kept)
    elif ask_peers:
        async with running(settings) as state:
            asked = await ask_about_log(state["remote"])
            kept += sorted(asked.heads)
            is_unasked = not asked.answered
            report = await _verify(kept)
        for each in asked.silent:
            note(f"{each} could not be asked.")
        if asked.unproved:
            note(f"Heads that others keep and no key of this instance proves: {asked.unproved}")
    else:
        async with existing_database(settings):
            report = await _verify(kept)
    if json:
        say_json(
            {
                "isSound": report.is_sound,
                "links": report.links,
                "head": report.head,
                "erased": report.erased,
                "findings": [{"about": each.about, "says": each.sentence} for each in report.findings],
                "more": report.more,
            }
        )
    else:
        say(f"{report.links:,} links; the head is {report.last}:{report.head}")
        if report.erased:
            say(f"What {report.erased:,} of them told was erased. Their digests stand.")
        tell_findings(report)
        if not kept:
            where = "--head NUMBER:DIGEST" if ask_peers else "--ask-peers, or --head NUMBER:DIGEST"
            note(
                "Whether the log was rebuilt as a whole, or its end cut off, shows only against a head that somebody "
                f"else kept: {where}"
            )
    if is_unasked:
        note("No other instance could be asked, so nothing was compared with what others keep of this log.")
    if is_unasked or not report.is_sound:
        raise typer.Exit(1)


@app.command()
@with_settings("development", *WHERE, least="warning")
async def export(
    settings: Settings,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes.", show_default=False)],
) -> None:
    """Put the audit log into a file, one line of JSON for each link: digests, and no documents.

    Whoever has it checks it with `fedirec audit verify --file FILE`, or a few lines of their own.
    """
    async with existing_database(settings):
        try:
            with file.open("xb") as opened:
                async for lines in export_chain():
                    opened.write(lines)
        except FileExistsError as error:
            raise Invalid(f"there is a file {file} already") from error
        except OSError as error:
            raise Invalid(f"the file {file} cannot be written: {error.strerror}") from error
    say(f"The audit log is in {file} ({file.stat().st_size / 1_000_000:.1f} MB).")


async def _verify(kept: Sequence[tuple[int, str]]) -> Report:
    """What is wrong with the books, the log, and rows that are not as the log tells."""
    report = await verify_books(against=kept)
    await compare_with_links(report)
    await compare_settings(report)
    await compare_stops(report)
    await compare_batches(report)
    return report


def _read_head(text: str) -> tuple[int, str]:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise Invalid("a head is the number of a link, a colon, and its digest of 64 signs")
    return int(found[1]), found[2]


def _lines_of(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as opened:
            while line := opened.readline(MAX_LINE + 1):
                yield line
    except OSError as error:
        raise NotFound(f"the file {file} cannot be read: {error.strerror}") from error
