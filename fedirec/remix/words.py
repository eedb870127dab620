"""The credits of a record as one sentence, in pieces.

A sentence is a sequence of plain text and of names, so that a page can link the names, a post can mention them and a
plain text can simply join them. All words pass through `gettext`; where a translation puts the names is its own affair.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from fedirec.remix.kinds import Kind
from fedirec.remix.lineage import CreditLine, Work
from fedirec.remix.roles import ROLES, find_role, label_of

MAX_NAMES: Final = 12
"""Names in one sentence. The list beside it is complete, the sentence then ends with "and others"."""


@dataclass(frozen=True, slots=True)
class Named:
    """A person's name inside a sentence."""

    text: str
    person: str


Phrase: TypeAlias = tuple[str | Named, ...]
Gettext: TypeAlias = Callable[[str], str]
Notes: TypeAlias = Mapping[tuple[str, str], str]
"""Why somebody may not have had a role, by their address and that of the role."""

_NONE: Final[Notes] = {}

_HOLE: Final = re.compile(r"\{(\w+)\}")


def fill(template: str, **pieces: Phrase) -> Phrase:
    """`template` with its {holes} filled; a hole that has no piece stays as it is."""
    said: list[str | Named] = []
    end = 0
    for hole in _HOLE.finditer(template):
        if (piece := pieces.get(hole[1])) is not None:
            said += [template[end : hole.start()], *piece]
            end = hole.end()
    said.append(template[end:])
    return _joined(said)


def listed(phrases: Sequence[Phrase], *, gettext: Gettext = str) -> Phrase:
    """The phrases one after the other, as a person would say them: "a, b and c"."""
    if not phrases:
        return ()
    said = phrases[0]
    for phrase in phrases[1:-1]:
        said = fill(gettext("{these}, {next}"), these=said, next=phrase)
    return fill(gettext("{these} and {last}"), these=said, last=phrases[-1]) if len(phrases) > 1 else said


def plain(phrase: Phrase) -> str:
    """The sentence without its links."""
    return "".join(piece if isinstance(piece, str) else piece.text for piece in phrase)


def in_words(
    lines: Sequence[CreditLine], *, names: Mapping[str, str], notes: Notes = _NONE, gettext: Gettext = str
) -> Phrase:
    """The credits in one sentence: "Film by Eve, from a story by Bo and an illustration by Cy, with Fay (Narrator)".

    `names` says what the people are called; somebody without a name there is "somebody". `notes` say of whom it is not
    certain that they had a role. Empty without lines.
    """
    head = _head(lines, names, gettext)
    room = MAX_NAMES
    made = [line for line in lines if _authored(line)]
    helped = [(line, roles) for line in lines if (roles := _helping(line))]
    from_whom = [_made(line, names, gettext) for line in made[:room]]
    room -= len(from_whom)
    with_whom = [_helper(line.person, roles, names, notes, gettext) for line, roles in helped[:room]]
    if len(made) + len(helped) > MAX_NAMES:
        (with_whom or from_whom).append((gettext("others"),))
    said = head
    if from_whom:
        said = fill(gettext("{work}, from {sources}"), work=said, sources=listed(from_whom, gettext=gettext))
    if with_whom:
        said = fill(gettext("{work}, with {people}"), work=said, people=listed(with_whom, gettext=gettext))
    return said


def labels_of(person: str, roles: Iterable[str], notes: Notes = _NONE, *, gettext: Gettext = str) -> tuple[str, ...]:
    """What somebody's roles are called, each once, with what is noted about one."""
    said = [(label_of(role, gettext=gettext), notes.get((person, role), "")) for role in roles]
    return tuple(dict.fromkeys(f"{label} – {note}" if note else label for label, note in said))  # noqa: RUF001


def _head(lines: Sequence[CreditLine], names: Mapping[str, str], gettext: Gettext) -> Phrase:
    nouns = _nouns(gettext)
    for line in lines:
        for work in line.works:
            if work.generation == 0 and work.is_author:
                return fill(
                    gettext("{work} by {name}"),
                    work=(nouns[_noun_of(work)][0],),
                    name=(_named(line.person, names, gettext),),
                )
    return ()


def _authored(line: CreditLine) -> list[Work]:
    return [work for work in line.works if work.is_author and work.generation]


def _helping(line: CreditLine) -> list[str]:
    return list(dict.fromkeys(role for work in line.works if not work.is_author for role in work.roles))


def _made(line: CreditLine, names: Mapping[str, str], gettext: Gettext) -> Phrase:
    nouns = _nouns(gettext)
    works = dict.fromkeys(nouns[_noun_of(work)][1] for work in _authored(line))
    return fill(
        gettext("{work} by {name}"),
        work=listed([(noun,) for noun in works], gettext=gettext),
        name=(_named(line.person, names, gettext),),
    )


def _helper(person: str, roles: Iterable[str], names: Mapping[str, str], notes: Notes, gettext: Gettext) -> Phrase:
    labels = [(label,) for label in labels_of(person, roles, notes, gettext=gettext)]
    return fill(
        gettext("{name} ({roles})"),
        name=(_named(person, names, gettext),),
        roles=listed(labels, gettext=gettext),
    )


def _named(person: str, names: Mapping[str, str], gettext: Gettext) -> Named:
    return Named(names.get(person) or gettext("somebody"), person)


def _noun_of(work: Work) -> str:
    """The code of the role that says best what the work is, else its kind."""
    held = {role.code for named in work.roles if (role := find_role(named)) and work.kind in role.kinds}
    return next((role.code for role in ROLES if role.code in held and role.code in _CODES), work.kind)


def _nouns(_: Gettext) -> Mapping[str, tuple[str, str]]:
    """What a work is called at the start of a sentence and inside one, by role or kind."""
    return {
        "aut": (_("Story"), _("a story")),
        "lyr": (_("Lyrics"), _("lyrics")),
        "aus": (_("Screenplay"), _("a screenplay")),
        "trl": (_("Translation"), _("a translation")),
        "adp": (_("Adaptation"), _("an adaptation")),
        "ill": (_("Illustration"), _("an illustration")),
        "art": (_("Artwork"), _("an artwork")),
        "pht": (_("Photograph"), _("a photograph")),
        "dsr": (_("Design"), _("a design")),
        "mus": (_("Music"), _("music")),
        "cmp": (_("Melody"), _("a melody")),
        "arr": (_("Arrangement"), _("an arrangement")),
        "sng": (_("Song"), _("a song")),
        "nrt": (_("Narration"), _("a narration")),
        "rce": (_("Recording"), _("a recording")),
        "fmk": (_("Film"), _("a film")),
        "fmd": (_("Film"), _("a film")),
        "flm": (_("Film"), _("a film")),
        "anm": (_("Animation"), _("an animation")),
        "vdg": (_("Video"), _("a video")),
        "remixer": (_("Remix"), _("a remix")),
        Kind.TEXT: (_("Text"), _("a text")),
        Kind.IMAGE: (_("Image"), _("an image")),
        Kind.AUDIO: (_("Sound"), _("a sound")),
        Kind.VIDEO: (_("Film"), _("a film")),
    }


_CODES: Final = frozenset(_nouns(str))


def _joined(pieces: Iterable[str | Named]) -> Phrase:
    """The same, with neighbouring texts made one and empty ones left out."""
    said: list[str | Named] = []
    for piece in pieces:
        if isinstance(piece, str) and said and isinstance(said[-1], str):
            said[-1] += piece
        elif piece:
            said.append(piece)
    return tuple(said)
