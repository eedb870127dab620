"""Long lists in pieces: "Load more" with a cursor, never with an offset.

A cursor says after which row to go on. It is opaque to readers, and what it holds is checked when it comes back.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Generic, TypeVar

from starlette.requests import Request

from fedirec.errors import Invalid

PAGE_SIZE: Final = 20
MAX_PAGE_SIZE: Final = 50
_AFTER: Final = "after"
"""What the cursor is called in the address."""
_MAX_CURSOR: Final = 300
_NO_PAGE: Final = "that page does not exist; please start at the first one"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

Row = TypeVar("Row")
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """The place of the last row that was shown: when it was made, and its key among rows of the same moment."""

    at: datetime
    id: int

    def __str__(self) -> str:
        moment = (self.at - _EPOCH) // _MICROSECOND
        return urlsafe_b64encode(json.dumps([moment, self.id]).encode()).decode().rstrip("=")

    @classmethod
    def read(cls, text: str) -> Cursor:
        """Raises Invalid for what is no cursor of ours."""
        try:
            moment, key = json.loads(urlsafe_b64decode(text[:_MAX_CURSOR] + "=" * (-len(text) % 4)))
            at = _EPOCH + int(moment) * _MICROSECOND
        except (ValueError, TypeError, OverflowError, NotBase64, RecursionError) as error:
            raise Invalid(_NO_PAGE) from error
        if type(moment) is not int or type(key) is not int or abs(key) >= 2**63:
            raise Invalid(_NO_PAGE)
        return cls(at=at, id=key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which piece of a list was asked for."""

    after: Cursor | None
    size: int = PAGE_SIZE

    @property
    def limit(self) -> int:
        """How many rows to fetch: one more than is shown tells whether there are more."""
        return self.size + 1


@dataclass(frozen=True)
class Page(Generic[Item]):
    """One piece of a list, and the address of the next if there is one."""

    items: tuple[Item, ...]
    next_url: str | None = None

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def __bool__(self) -> bool:
        return bool(self.items)


def wanted_page(request: Request, *, size: int = PAGE_SIZE) -> Wanted:
    """The piece that the address of `request` names. Raises Invalid for a cursor that is none."""
    text = request.query_params.get(_AFTER)
    return Wanted(after=Cursor.read(text) if text else None, size=min(size, MAX_PAGE_SIZE))


def page_of(
    rows: Sequence[Row],
    request: Request,
    *,
    wanted: Wanted,
    place: Callable[[Row], Cursor],
    show: Callable[[Row], Item],
) -> Page[Item]:
    """The rows of `wanted` as `show` makes them; `rows` are up to `wanted.limit` of them, newest first."""
    shown = rows[: wanted.size]
    more = len(rows) > wanted.size
    url = request.url.include_query_params(**{_AFTER: str(place(shown[-1]))}) if more and shown else None
    return Page(tuple(show(row) for row in shown), None if url is None else f"{url.path}?{url.query}")
