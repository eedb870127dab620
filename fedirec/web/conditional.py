"""Answers that whoever asks has already (RFC 9110, section 13)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Final

from fedirec.clock import now

_A_SECOND: Final = timedelta(seconds=1)
"""How exactly the dates of HTTP are."""


def is_known(asked: Mapping[str, str], answer: Mapping[str, str]) -> bool:
    """Whether a GET with the headers `asked` is answered with 304, where the answer would have the headers `answer`.

    Who names an ETag is believed by that alone (section 13.1.3). A date counts only when it is the very one that was
    told: when something was deleted, what is left changed earlier than what a reader saw last.
    """
    named = asked.get("if-none-match")
    if named is not None:
        tags = [tag.strip().removeprefix("W/") for tag in named.split(",")]
        return "*" in tags or answer["ETag"] in tags
    since = asked.get("if-modified-since")
    return since is not None and since == answer.get("Last-Modified")


def last_modified(moment: datetime) -> dict[str, str]:
    """The header that tells it; none while more could happen within that same second (section 8.8.2.2)."""
    if moment > now() - _A_SECOND:
        return {}
    return {"Last-Modified": format_datetime(moment.astimezone(UTC), usegmt=True)}
