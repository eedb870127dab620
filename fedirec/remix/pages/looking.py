"""What somebody is looking for, as it stands in the address of the explore page and as they may type it.

In the box one can write what the chips do: `kind:sound`, `tag:night` or `#night`, `lang:de`, `from:studio.example`,
`may:remix`, `may:sell`, `is:open`, `skill:sng`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlencode

from fedirec.remix.kinds import KINDS
from fedirec.remix.queries.exploring import Wish
from fedirec.remix.skills import CODES
from fedirec.remix.vocab import find_hashtag, hashtag_key

FLAGS: Final = ("remixable", "sellable", "fresh", "feedback", "here")
SHOWN: Final = ("challenges", "people")
"""What can be looked at instead of records: open challenges, or people."""
MAX_WORDS: Final = 200
MINE: Final = "mine"
"""What stands for the skills of whoever looks."""

_KINDS: Final = {"sound": "audio", "music": "audio", "film": "video", "picture": "image", "photo": "image"}
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_HOST: Final = re.compile(r"[a-z0-9.-]{1,253}(:\d{1,5})?|\[[0-9a-f:.]+\](:\d{1,5})?")
_OPERATOR: Final = re.compile(r"(kind|tag|lang|from|may|is|skill):(\S+)", re.IGNORECASE)


def wish_of(asked: Mapping[str, str], *, own_skills: Sequence[str] | None = None) -> Wish:
    """The records that the address of the page asks for; what makes no sense is left out.

    `own_skills` are those of whoever looks: `skill=mine` means them.
    """
    kind, language = asked.get("kind", ""), asked.get("lang", "").lower()
    host = asked.get("from", "").lower()
    return Wish(
        kind=kind if kind in KINDS else "",
        words=words_of(asked),
        tag=hashtag_key(asked.get("tag", ""))[:100],
        remixable=bool(asked.get("remixable")),
        sellable=bool(asked.get("sellable")),
        never_remixed=bool(asked.get("fresh")),
        asks_for_feedback=bool(asked.get("feedback")),
        is_local=bool(asked.get("here")),
        host=host if _HOST.fullmatch(host) else "",
        language=language if _LANGUAGE.fullmatch(language) else "",
        skills=skills_in(asked.get("skill", ""), own=own_skills),
    )


def skills_in(asked: str, *, own: Sequence[str] | None) -> tuple[str, ...]:
    """The skills that `asked` means: one by its code, or all that are one's `own`.

    Nothing waits for somebody who has named none: they stand there as what is no skill.
    """
    if asked == MINE:
        return tuple(own or (MINE,))
    return (asked,) if asked in CODES else ()


def words_of(asked: Mapping[str, str]) -> str:
    """The words that the address of the page asks for."""
    return " ".join(asked.get("q", "").split())[:MAX_WORDS]


def without_operators(asked: Mapping[str, str]) -> dict[str, str] | None:
    """The same wish with chips in the place of what was typed as `kind:sound` or `#night`; None if nothing was."""
    words, chips = list[str](), dict[str, str]()
    for word in words_of(asked).split():
        match = _OPERATOR.fullmatch(word)
        chip = _chip(match[1].lower(), match[2].lower()) if match else None
        if chip is None and word.startswith("#") and find_hashtag(word):
            chip = {"tag": hashtag_key(word)}
        if chip is None:
            words.append(word)
        else:
            chips |= chip
    return {**asked, "q": " ".join(words), **chips} if chips else None


def link(path: str, asked: Mapping[str, str], **changes: str) -> str:
    """The address of a page with some of its filters changed, at the start of its list; empty ones are left out."""
    kept = {name: value for name, value in {**asked, **changes}.items() if value and name != "after"}
    return f"{path}?{urlencode(kept)}" if kept else path


def _chip(name: str, value: str) -> dict[str, str] | None:
    if name == "kind":
        kind = _KINDS.get(value, value)
        if kind in KINDS:
            return {"kind": kind}
        return {"show": f"{value.removesuffix('s')}s"} if value.removesuffix("s") == "challenge" else None
    if name == "tag" and find_hashtag(value):
        return {"tag": hashtag_key(value)}
    if name == "lang" and _LANGUAGE.fullmatch(value):
        return {"lang": value}
    if name == "from" and _HOST.fullmatch(value):
        return {"from": value}
    if name == "skill":
        return {"skill": value} if value in CODES or value == MINE else None
    if name == "may":
        return {"remix": {"remixable": "1"}, "sell": {"sellable": "1"}}.get(value)
    return {"show": "challenges"} if (name, value) == ("is", "open") else None
