"""Lists of accounts and of instances as Mastodon writes them, to take along and to bring. Pure text."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.errors import Invalid

MAX_LINES: Final = 2_000
"""Of one list that is brought."""
MAX_BYTES: Final = 500_000
_HANDLE: Final = re.compile(r"@?[\w.~-]{1,200}@[a-z0-9.:\[\]-]{1,253}", re.ASCII | re.IGNORECASE)
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]{1,5})?", re.IGNORECASE)
_TITLES: Final = frozenset({"account address", "#domain", "domain"})


class ListKind(StrEnum):
    """What a list is of."""

    FOLLOWING = "following"
    BLOCKS = "blocks"
    MUTES = "mutes"
    BLOCKED_HOSTS = "blocked-hosts"
    MUTED_HOSTS = "muted-hosts"


FILES: Final[Mapping[ListKind, str]] = {
    ListKind.FOLLOWING: "following_accounts.csv",
    ListKind.BLOCKS: "blocked_accounts.csv",
    ListKind.MUTES: "muted_accounts.csv",
    ListKind.BLOCKED_HOSTS: "blocked_domains.csv",
    ListKind.MUTED_HOSTS: "muted_domains.csv",
}
"""What Mastodon calls them."""
OF_HOSTS: Final = frozenset({ListKind.BLOCKED_HOSTS, ListKind.MUTED_HOSTS})


@dataclass(frozen=True, slots=True)
class Brought:
    """What a list says, each once, in order; and how many lines say nothing that can be used."""

    names: Sequence[str]
    unread: int


def read_list(text: str, kind: ListKind) -> Brought:
    """The handles, without the first @, or the hosts in the first column of `text`.

    Raises Invalid for what is no such list, or is too long.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(text.removeprefix("\ufeff"))) if row and row[0].strip()]
    except csv.Error as error:
        raise Invalid("That is no list that can be read here.", field="file") from error
    if rows and rows[0][0].strip().lower() in _TITLES:
        rows = rows[1:]
    if len(rows) > MAX_LINES:
        raise Invalid(
            "That list is too long. Please bring %(n)s lines at a time.", field="file", blanks={"n": MAX_LINES}
        )
    wanted = _HOST if kind in OF_HOSTS else _HANDLE
    cells = [row[0].strip() for row in rows]
    names = [cell.removeprefix("@") for cell in cells if wanted.fullmatch(cell)]
    if not names:
        raise Invalid("There is nothing in that list that can be used here.", field="file")
    return Brought(list(dict.fromkeys(names)), len(cells) - len(names))


def write_list(kind: ListKind, names: Iterable[str]) -> str:
    """The list of `names` as Mastodon reads it."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    if kind is ListKind.FOLLOWING:
        rows.writerow(("Account address", "Show boosts", "Notify on new posts", "Languages"))
        rows.writerows((name, "true", "false", "") for name in names)
    elif kind is ListKind.MUTES:
        rows.writerow(("Account address", "Hide notifications"))
        rows.writerows((name, "true") for name in names)
    else:
        rows.writerows((name,) for name in names)
    return out.getvalue()
