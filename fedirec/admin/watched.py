"""Words and phrases that raise a report: whole words, folded as the search folds them, found in one pass.

Nobody writes patterns here, so nobody can write one that takes for ever.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from fedirec.db.search import words_in
from fedirec.errors import Invalid

MAX_LINES: Final = 500
MAX_LINE: Final = 100
"""Characters of one word or phrase."""
MAX_WORDS: Final = 8
"""Words of one phrase."""
MAX_LOOKED_AT: Final = 100_000
"""Characters of one thing that are searched."""
_END: Final = ""


@dataclass(frozen=True, slots=True)
class Watched:
    """A list of words and phrases, ready to be looked for."""

    _tree: dict[str, Any] = field(default_factory=dict)
    """From word to word; under the empty word stands the phrase as it was written."""

    @classmethod
    def read(cls, text: str) -> Watched:
        """The words and phrases in `text`, one on each line; what has no word in it is passed over."""
        tree: dict[str, Any] = {}
        for line in text.splitlines()[:MAX_LINES]:
            place = tree
            words = words_in(line[:MAX_LINE])[:MAX_WORDS]
            for word in words:
                place = place.setdefault(word, {})
            if words:
                place.setdefault(_END, " ".join(line.split()))
        return cls(tree)

    def __bool__(self) -> bool:
        return bool(self._tree)

    def found_in(self, texts: Iterable[str]) -> set[str]:
        """Those of them that stand in one of `texts`, as they are written in the list."""
        found: set[str] = set()
        for text in texts:
            words = words_in(text[:MAX_LOOKED_AT])
            for start in range(len(words)):
                place = self._tree
                for word in words[start : start + MAX_WORDS]:
                    if word not in place:
                        break
                    place = place[word]
                    if _END in place:
                        found.add(place[_END])
        return found


def check_watched(text: str) -> str:
    """`text` as it is kept, one word or phrase on each line. Raises Invalid for too many of them or too long ones."""
    lines = list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines() if line.strip()))
    if len(lines) > MAX_LINES:
        raise Invalid("Please keep it under %(n)s lines.", field="words", blanks={"n": MAX_LINES})
    for line in lines:
        if len(line) > MAX_LINE or len(words_in(line)) > MAX_WORDS:
            raise Invalid(
                "“%(line)s” is too long: up to %(n)s words.", field="words", blanks={"line": line[:60], "n": MAX_WORDS}
            )
        if not words_in(line):
            raise Invalid("“%(line)s” has no word in it.", field="words", blanks={"line": line[:60]})
    return "\n".join(lines)
