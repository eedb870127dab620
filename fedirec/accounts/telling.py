"""What somebody is told, as sentences: on the page and in letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote

from fedirec.accounts.models import Notification
from fedirec.accounts.notices import OF_SEVERAL, SENTENCES, WHY_HELD, Notice
from fedirec.web.language import gettext as _
from fedirec.web.render import local_path

NAMED: Final = 2
"""People whose names stand in the sentence about several."""
_ASKED_THERE: Final = frozenset({Notice.GROUP_WROTE, Notice.PROPOSAL_LOCKED})
"""What somebody does on the page of another server: here there is none for it."""


def grouped(rows: Sequence[Notification]) -> list[list[Notification]]:
    """The rows, the newest first: those of one kind about one thing together."""
    groups: dict[tuple[str, str, bool], list[Notification]] = {}
    for row in rows:
        alone = "" if Notice(row.kind) in OF_SEVERAL else str(row.id)
        about = str(row.details.get("title") or "") + alone
        groups.setdefault((row.kind, about, row.read_at is None), []).append(row)
    return list(groups.values())


def sentence_of(group: Sequence[Notification]) -> str:
    """What those of one group say, whose rows come with their actors."""
    newest, kind = group[0], Notice(group[0].kind)
    names = list(dict.fromkeys(name_in(row) for row in group))
    title = title_in(kind, newest.details) or _("without a title")
    sentence = SENTENCES[kind] if len(names) == 1 else OF_SEVERAL[kind]
    challenge = str(newest.details.get("challenge") or _("a challenge"))  # few kinds of notices name one
    blanks = {"title": title, "challenge": challenge, "day": str(newest.details.get("day") or "")}
    return _(sentence) % {"who": _together(names), **blanks}


def title_in(kind: Notice, details: Mapping[str, Any]) -> str:
    """What fills the sentence about `kind`, in the language of whoever reads it now where it was kept as a code."""
    title = str(details.get("title") or "")
    return _(WHY_HELD[title]) if kind is Notice.PAY_HELD and title in WHY_HELD else title


def name_in(row: Notification) -> str:
    """Who it comes from: whom it names besides, where somebody spoke through a Group; else its actor."""
    if row.actor is None or "who" in row.details:
        return str(row.details.get("who") or _("Somebody"))
    return row.actor.name or row.actor.handle


def page_of(row: Notification, origin: str) -> str:
    """The page to look at, from its slash on; what is asked by another server is asked on its own page there."""
    is_asked_there = row.kind in _ASKED_THERE and not row.url.startswith((f"{origin}/", "/"))
    return row.url if is_asked_there else page_about(row.url, origin)


def page_about(url: str, origin: str) -> str:
    """One of our pages, from its slash on, or our page about what lives elsewhere."""
    if url.startswith("/"):
        return local_path(url)
    if url.startswith(f"{origin}/"):
        return local_path(url.removeprefix(origin))
    return f"/explore?q={quote(url, safe='')}"


def _together(names: Sequence[str]) -> str:
    """Several names as a sentence has them; nobody counts."""
    if len(names) == 1:
        return names[0]
    pair = {"one": names[0], "other": names[1]}
    return _("%(one)s and %(other)s") % pair if len(names) == NAMED else _("%(one)s, %(other)s and others") % pair
