"""Lists of decisions about instances as files, in the form in which Mastodon writes and reads them. Pure rules.

What is written opens in a spreadsheet without harm: no cell begins with what one would take for a formula.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from fedirec.activitypub.policies import ALLOW, BLOCK, LIMIT
from fedirec.admin.treatment import MAX_COMMENT, Policy, Treatment
from fedirec.errors import Invalid, TooLarge
from fedirec.web.typed import tidy

Kind = Literal["blocks", "allows"]

MAX_BYTES: Final = 2_000_000
MAX_LINES: Final = 20_000
MAX_CELL: Final = 5_000
COLUMNS: Final = ("#domain", "#severity", "#reject_media", "#reject_reports", "#public_comment", "#obfuscate")
"""As Mastodon 4 exports them; a list of those who are allowed has the first one only."""
SEVERITIES: Final[Mapping[str, Policy]] = {
    "suspend": "block",
    "block": "block",
    "silence": "limit",
    "limit": "limit",
    "noop": "allow",
    "": "block",
}
"""What a severity of a list means here; a list without severities is one of instances to block."""
_SEVERITY_OF: Final = {BLOCK: "suspend", LIMIT: "silence", ALLOW: "noop"}
_TRUE: Final = ("true", "1", "yes", "t")
_FALSE: Final = ("false", "0", "no", "f", "")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What a line says about an instance."""

    number: int
    host: str
    treatment: Treatment


@dataclass(frozen=True, slots=True, kw_only=True)
class BadLine:
    """A line that says nothing that can be kept, and why."""

    number: int
    text: str
    why: str


def read_list(text: str, kind: Kind = "blocks") -> tuple[list[Line], list[BadLine]]:
    """The lines of a list, and those that are none. Raises TooLarge or Invalid for what is no list at all."""
    if len(text.encode(errors="replace")) > MAX_BYTES:
        raise TooLarge("A list may have two megabytes at most.")
    if "\x00" in text:
        raise Invalid("That is no list of instances.", field="file")
    lines: list[Line] = []
    bad: list[BadLine] = []
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    columns: list[str] | None = None
    while True:
        number = reader.line_num + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            bad.append(BadLine(number=number, text="", why="it is not written as a CSV file is"))
            if reader.line_num + 1 == number:
                raise Invalid("That is no list of instances.", field="file") from error
            continue
        if cells is None:
            return lines, bad
        if len(lines) + len(bad) >= MAX_LINES:
            raise TooLarge("A list may have %(n)s lines at most.", blanks={"n": MAX_LINES})
        if columns is None:
            columns = _columns(cells)
            if columns is not None:
                continue
            columns = ["domain"]
        if not any(cell.strip() for cell in cells):
            continue
        try:
            lines.append(_line(number, dict(zip(columns, cells, strict=False)), kind))
        except Invalid as error:
            bad.append(BadLine(number=number, text=",".join(cells)[:200], why=error.detail))


def write_list(treatments: Iterable[tuple[str, Treatment]]) -> str:
    """The list of these hosts and what was decided about each, as Mastodon writes it."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for host, treatment in treatments:
        flags = (treatment.rejects_media, treatment.rejects_reports)
        writer.writerow(
            [
                _harmless(host),
                _SEVERITY_OF[treatment.policy],
                *(str(flag).lower() for flag in flags),
                _harmless(treatment.public_comment),
                str(treatment.is_obfuscated).lower(),
            ]
        )
    return file.getvalue()


def write_allows(hosts: Iterable[str]) -> str:
    """The list of these hosts, as Mastodon writes those that it allows."""
    return "".join(f"{line}\n" for line in (COLUMNS[0], *map(_harmless, hosts)))


def _columns(cells: list[str]) -> list[str] | None:
    """What the columns are called, if `cells` are such names."""
    names = [cell.strip().removeprefix("#").lower() for cell in cells]
    return names if "domain" in names else None


def _line(number: int, cells: Mapping[str, str], kind: Kind) -> Line:
    if any(len(cell) > MAX_CELL for cell in cells.values()):
        raise Invalid("it has a cell that is too long")
    host = _plain(cells.get("domain", "")).lower()
    if not host:
        raise Invalid("it names no instance")
    if "*" in host:
        raise Invalid("the name of the instance is not written in full")
    if kind == "allows":
        return Line(number=number, host=host, treatment=Treatment())
    severity = cells.get("severity", "").strip().lower()
    if severity not in SEVERITIES:
        raise Invalid("%(word)s is no severity", blanks={"word": severity[:40]})
    comment = tidy(_plain(cells.get("public_comment", "")))
    if len(comment) > MAX_COMMENT:
        raise Invalid("its comment has more than %(n)s characters", blanks={"n": MAX_COMMENT})
    return Line(
        number=number,
        host=host,
        treatment=Treatment(
            policy=SEVERITIES[severity],
            rejects_media=_flag(cells, "reject_media"),
            rejects_reports=_flag(cells, "reject_reports"),
            public_comment=comment,
            is_obfuscated=_flag(cells, "obfuscate"),
        ),
    )


def _flag(cells: Mapping[str, str], name: str) -> bool:
    word = cells.get(name, "").strip().lower()
    if word not in _TRUE and word not in _FALSE:
        raise Invalid("%(word)s is neither true nor false", blanks={"word": word[:40]})
    return word in _TRUE


def _harmless(text: str) -> str:
    """`text` as a spreadsheet shows it instead of running it."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _plain(text: str) -> str:
    """What `_harmless` was given."""
    text = text.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(_FORMULA) else text
