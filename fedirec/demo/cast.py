"""Who lives the story, where they live, and the words that they write."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """An instance."""

    letter: str
    title: str
    summary: str
    owner: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Somebody:
    """A person with an account."""

    name: str
    shown: str
    letter: str
    password: str


PLACES: Final = {
    place.letter: place
    for place in (
        Place(letter="A", title="Lantern House", summary="Films and the things they are made of.", owner="ana"),
        Place(letter="B", title="Paper Boats", summary="Stories and songs, sent down the river.", owner="bo"),
        Place(letter="C", title="North Window", summary="People who draw by daylight.", owner="cy"),
    )
}
PEOPLE: Final = {
    name: Somebody(name=name, shown=name.title(), letter=letter, password=password)
    for name, letter, password in (
        ("ana", "A", "lanterns along the river"),
        ("eve", "A", "scissors and a long table"),
        ("bo", "B", "a boat made of newspaper"),
        ("dee", "B", "eleven notes and a pause"),
        ("cy", "C", "blue pencil by the window"),
    )
}
"""They live on this machine for an evening, and everybody is told how to sign in."""

CHALLENGE: Final = "First stars I see tonight"
SLUG: Final = "first_stars"
PROMPT: Final = """\
Go outside when the light leaves, and wait for the first stars. What do you see? What do you hear?

Send **words, a picture, a sound or a film**, and build on what the others send. At the end there will be one short \
film, with everybody's name on it.
"""
COVER_ALT: Final = (
    "Dark hills under a violet evening sky, with a moon, the first stars and a house with one lit window."
)
KINDS: Final = ("text", "image", "audio", "video")
LICENCE: Final = "CC-BY-SA-4.0"
POT: Final = 300
"""In whole units of the currency."""
CURRENCY: Final = "EUR"
RULE: Final = "In equal parts, among everybody who is in it."
OPEN_FOR: Final = timedelta(days=14)

REASONS: Final = {
    "story": "It is what everything else will be built on.",
    "film": "It is the short film that was asked for.",
}
"""Why Ana takes a piece up, where everybody can read it."""

LINES: Final = (
    "The first star came out above the chimney, before anybody had asked for it.",
    "My sister said it was a lamp that somebody had forgotten to put out.",
    "So we left our window lit, in case it wanted to know who was looking.",
)
"""What Bo writes, and what can be read in the film."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A record of the story: who makes it, what it is called, what they are to it."""

    key: str
    title: str
    author: str
    kind: str
    text: str
    role: str
    """A code of `remix.roles`."""

    tags: str = "stars dusk"
    sources: tuple[tuple[str, str], ...] = ()
    """The pieces it is made from, and how."""

    alt: str = ""


PIECES: Final = {
    piece.key: piece
    for piece in (
        Piece(
            key="story",
            title="The lamp that nobody put out",
            author="bo",
            kind="text",
            text="\n\n".join(LINES),
            role="aut",
        ),
        Piece(
            key="illustration",
            title="One window, five stars",
            author="cy",
            kind="image",
            text="The house in Bo's story, as I see it from my own window.",
            role="ill",
            sources=(("story", "adapts"),),
            alt="A night sky with a thin moon and the first stars. On a dark hill a small house, one window lit.",
        ),
        Piece(
            key="melody",
            title="Waiting for the second star",
            author="dee",
            kind="audio",
            text="A music box for the sister. It stops where she looks up.",
            role="cmp",
            sources=(("story", "inspiredBy"),),
            alt="A slow melody as from a music box, over soft chords.",
        ),
        Piece(
            key="film",
            title="First stars",
            author="eve",
            kind="video",
            text="Cut from Bo's story, Cy's picture and Dee's melody.",
            role="flm",
            sources=(("story", "adapts"), ("illustration", "contains"), ("melody", "contains")),
            alt="The picture of the house under the stars, seen slowly from left to right, with the story to read "
            "and the melody to hear.",
        ),
    )
}
WITH_FILES: Final = ("illustration", "melody", "film")
"""The pieces that are more than words."""

THANKED: Final = ("ana", "pro")
"""Whom Eve names beside herself in the film: who, and the code of the role."""

CREDITS: Final = (
    ("Eve", 0, ("Film editor",)),
    ("Ana", 0, ("Producer",)),
    ("Bo", 1, ("Author",)),
    ("Cy", 1, ("Illustrator",)),
    ("Dee", 1, ("Composer",)),
)
"""Who is credited for the film, at which remove and for what; those at the same remove in any order."""

PROJECT: Final = "A lamp for every window"
PROJECT_SLUG: Final = "every_window"
BRIEF: Final = "A picture book of lit windows, with a sound for each. Whoever likes to look out of one can take part."
STEPS: Final = (
    ("Look out", "Stories and pictures: what can be seen from a window when the light leaves."),
    ("Listen", "What the windows sound like."),
)
SOUNDS: Final = "What a window hears"
SOUNDS_SLUG: Final = "window_hears"
POSTED: Final = "This is mine, above the harbour."
POSTED_ALT: Final = "A window over dark water, with three lamps in it."
GRANT: Final = "I release this under CC BY-SA 4.0"
PRODUCTION: Final = "Every window, the book"
PLACE: Final = ("The reading room", "https://reading-room.example/every-window")
ROLE: Final = "edt"

POOL: Final = "Sales of the book"
HOST_SHARE: Final = "10"
"""Percent of the profit."""
ENTRIES: Final = (
    ("income", "960", "120 books, sold by the reading room", "invoice 1"),
    ("cost", "60", "Printing", "bill 7 of the printer"),
)
"""What came in and went out: its kind, whole units of the currency, words, and what shows it."""

PROPOSAL: Final = "How the sales of the book are shared"
_STORY, _COVER, _PAGE, _EDITED = PIECES["story"].title, PIECES["illustration"].title, POSTED, "Editor"
FIRST: Final = {
    _STORY: (45, "Everything begins with it."),
    _COVER: (15, "The picture on the cover."),
    _PAGE: (30, "A page of its own."),
    _EDITED: (10, "Who put it together."),
}
"""Weights and reasons, by words that stand in the line."""
OBJECTION: Final = "The picture is on the cover and on six pages, and the post is on one."
REMEDY: Final = "As much as the other picture, at least."
WISHED: Final = "30"
ANSWER: Final = "You are right about the pages. The story keeps what it has; the two pictures are weighed anew."
SECOND: Final = {
    _STORY: (45, "Everything begins with it."),
    _COVER: (25, "The picture on the cover and on six pages."),
    _PAGE: (20, "A page of its own."),
    _EDITED: (10, "Who put it together."),
}
SHARES: Final = {"Bo": 445_50, "Cy": 202_50, "Fay": 162_00}
"""What each is owed, in the smallest unit of the currency."""

DEBTOR: Final = {"debtor_name": "Verein Dusk", "debtor_town": "Berlin", "debtor_country": "DE"}
ACCOUNT: Final = {"iban": "DE89370400440532013000", "bic": "COBADEFFXXX"}
TERMS: Final = "The association that runs this instance pays within 30 days. Taxes are yours to pay."
IBANS: Final = {"bo": ("FR1420041010050500013M02606", "FR"), "cy": ("NL91ABNA0417164300", "NL")}
"""Where they are paid, and where they live: the examples of the registry of account numbers."""


def derivations() -> set[tuple[str, str]]:
    """Which piece is made from which."""
    return {(piece.key, source) for piece in PIECES.values() for source, _relation in piece.sources}
