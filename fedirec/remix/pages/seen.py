"""Which records somebody looked at last: their own browser keeps it, and we do not."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.door import viewer_of
from fedirec.remix.models import Record
from fedirec.remix.pages.visitors import number_of
from fedirec.web.cookies import read_cookie, set_cookie

MAX_SEEN: Final = 12
KEPT_FOR: Final = 30 * 24 * 3600
"""Seconds."""
_COOKIE: Final = "seen"


def seen_lately(request: Request[Any]) -> list[int]:
    """The rows of the records that this browser showed last to whoever is signed in, the last first."""
    viewer = viewer_of(request)
    whose, *parts = (read_cookie(request, _COOKIE) or "").split("-")[: MAX_SEEN + 1]
    if viewer is None or whose != str(viewer.account.id):
        return []
    return list(dict.fromkeys(number for part in parts if (number := number_of(part)) is not None))


def remember_seen(request: Request[Any], response: Response, record: Record) -> None:
    """This browser has shown `record` now to whoever is signed in."""
    viewer, before = viewer_of(request), seen_lately(request)
    seen = list(dict.fromkeys([record.id, *before]))[:MAX_SEEN]
    if viewer is not None and seen != before:
        kept = "-".join(map(str, (viewer.account.id, *seen)))
        set_cookie(response, request, _COOKIE, kept, max_age=KEPT_FOR)
