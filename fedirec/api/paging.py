"""Long lists in pieces. A cursor is opaque, and signed: it continues the list that it comes from and no other."""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from fedirec.activitypub.keyring import Keyring
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, PieceQuery
from fedirec.errors import Invalid
from fedirec.web.language import gettext as _
from fedirec.web.paging import Cursor

_SIGNATURE: Final = 12
"""Bytes."""

Row = TypeVar("Row")
List = TypeVar("List", bound=Listed)


def read_cursor(call: Call) -> str | None:
    """The place that the list goes on after; None for the beginning. Raises Invalid for what is no cursor of ours."""
    text = call.asked(PieceQuery).after
    if not text:
        return None
    try:
        sealed = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (NotBase64, ValueError) as error:
        raise _refusal() from error
    signature, place = sealed[:_SIGNATURE], sealed[_SIGNATURE:]
    if not place or not hmac.compare_digest(signature, _signature(call, place)):
        raise _refusal()
    return place.decode()


def read_place(call: Call) -> Cursor | None:
    """The place in a list by time."""
    text = read_cursor(call)
    return Cursor.read(text) if text else None


def read_row(call: Call) -> int | None:
    """The place in a list by row."""
    text = read_cursor(call)
    return int(text) if text else None


def write_cursor(call: Call, place: str) -> str:
    """An opaque word for `place` in the list that was asked for."""
    sealed = _signature(call, place.encode()) + place.encode()
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def size_of(call: Call) -> int:
    """How many items were asked for."""
    return call.asked(PieceQuery).limit


def piece_of(
    call: Call, kind: type[List], rows: Sequence[Row], *, show: Callable[[Row], object], place: Callable[[Row], object]
) -> List:
    """The piece that was asked for, out of up to one row more than that; it says where the next one begins."""
    size = size_of(call)
    shown = rows[:size]
    end = str(place(shown[-1])) if len(rows) > size else None
    return piece_with(call, kind, [show(row) for row in shown], end=end)


def piece_with(call: Call, kind: type[List], items: Sequence[object], *, end: str | None) -> List:
    """A piece whose next one begins after `end`, if there is one."""
    address = None
    if end is not None:
        url = call.request.url.include_query_params(after=write_cursor(call, end))
        address = f"{call.site.origin}{url.path}?{url.query}"
        call.headers["Link"] = f'<{address}>; rel="next"'
    return kind(items=list(items), next=address)


def _signature(call: Call, place: bytes) -> bytes:
    keyring: Keyring = call.request.state["keyring"]
    told = f"{call.endpoint.name}\n".encode() + place
    return hmac.digest(keyring.derive("cursors of the api"), told, "sha256")[:_SIGNATURE]


def _refusal() -> Invalid:
    return Invalid(_("That place in the list does not exist. Please start at the beginning."), field="after")
