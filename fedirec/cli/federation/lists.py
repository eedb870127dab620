"""Lists of decisions in the form of Mastodon, from others and for others."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from fedirec.admin.actions import lists
from fedirec.admin.blocklists import MAX_BYTES
from fedirec.api.shapes.federation import show_list
from fedirec.cli.federation.options import DryRun
from fedirec.cli.federation.telling import SHOWN, foretell
from fedirec.cli.flags import WHERE, with_settings
from fedirec.cli.instance import OPERATOR, existing_instance
from fedirec.cli.terminal import AsJson, note, plainly, say, say_json
from fedirec.errors import Invalid, TooLarge
from fedirec.settings import Settings


class Kind(StrEnum):
    """What a list is of."""

    BLOCKS = "blocks"
    ALLOWS = "allows"


@with_settings(*WHERE, least="warning")
async def take_over(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="In the form of Mastodon; - is standard input.")],
    kind: Annotated[Kind, typer.Option(help="What it is a list of.")] = Kind.BLOCKS,
    dry_run: DryRun = False,
    skip_bad: Annotated[bool, typer.Option("--skip-bad", help="Take over the rest when some lines are bad.")] = False,
    overrule: Annotated[
        bool, typer.Option("--overrule", help="Take over what is weaker than what was decided here, too.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Take over a list of decisions that others made."""
    text = _read(file)
    name: Literal["blocks", "allows"] = "allows" if kind is Kind.ALLOWS else "blocks"
    async with existing_instance(settings) as site:
        if dry_run:
            plan = await lists.plan_import(OPERATOR, site, text, kind=name, overrule=overrule)
        else:
            plan = await lists.import_list(OPERATOR, site, text, kind=name, overrule=overrule, skip_bad=skip_bad)
    if json:
        say_json(show_list(plan, is_done=not dry_run).model_dump(mode="json"))
        return
    verb = "would change" if dry_run else "changed"
    say(f"{len(plan.changes)} {verb}, {plan.same} hold already.")
    for change in plan.changes[:SHOWN]:
        say(f"  line {change.number}: {change.host} ({change.what})")
    for each in plan.contradictions[:SHOWN]:
        note(f"line {each.number}: {each.host} is treated more strictly here, and stays so ({', '.join(each.columns)})")
    for bad in plan.bad[:SHOWN]:
        note(f"line {bad.number}: {plainly(bad.why)}: {plainly(bad.text)}")
    if plan.consequences.people:
        foretell("the instances that are blocked", plan.consequences, json=False)


@with_settings(*WHERE, least="warning")
async def give_away(
    settings: Settings,
    kind: Annotated[Kind, typer.Option(help="What the list is to be of.")] = Kind.BLOCKS,
    json: AsJson = False,
) -> None:
    """Write what was decided here as a list that Mastodon and others read."""
    async with existing_instance(settings):
        text = await lists.export_list(OPERATOR, "allows" if kind is Kind.ALLOWS else "blocks")
    if json:
        say_json({"csv": text})
        return
    sys.stdout.write(text)


def _read(file: str) -> str:
    """What stands in `file`. Raises TooLarge or Invalid."""
    data = sys.stdin.buffer.read(MAX_BYTES + 1) if file == "-" else _bytes_of(Path(file))
    if len(data) > MAX_BYTES:
        raise TooLarge("a list may have two megabytes at most")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"{file} is no text in UTF-8") from error


def _bytes_of(path: Path) -> bytes:
    with path.open("rb") as opened:
        return opened.read(MAX_BYTES + 1)
