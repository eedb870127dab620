"""Records, people and challenges to show on a sample page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from fedirec.html import markdown
from fedirec.web.drawing import draw
from fedirec.web.drawing.drawn import Drawn
from fedirec.web.views import (
    ChallengeView,
    CreditView,
    LicenceView,
    MediaView,
    MemberView,
    PersonView,
    RecordView,
    Tab,
    TrailEdge,
    TrailNode,
)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)

ANA = PersonView(name="Ana Ribeiro", handle="@ana@studio.example", url="/u/ana")
BO = PersonView(
    name="Bo", handle="@bo@words.example", url="https://words.example/u/bo", is_remote=True, host="words.example"
)
CY = PersonView(
    name="Cy Okafor", handle="@cy@ink.example", url="https://ink.example/u/cy", is_remote=True, host="ink.example"
)
DEE = PersonView(
    name="Dee", handle="@dee@words.example", url="https://words.example/u/dee", is_remote=True, host="words.example"
)
EVE = PersonView(name="Eve Lindqvist", handle="@eve@studio.example", url="/u/eve")

BY_SA = LicenceView(
    name="Creative Commons Attribution-ShareAlike 4.0 International",
    short="CC BY-SA 4.0",
    url="https://creativecommons.org/licenses/by-sa/4.0/",
    remix_allowed=True,
    summary="Name the authors, and give what you make the same licence.",
)
BY_ND = LicenceView(name="Creative Commons Attribution-NoDerivatives 4.0", short="CC BY-ND 4.0", remix_allowed=False)
UNKNOWN = LicenceView(name="No licence that we know", short="licence unknown")

VIEWER = MemberView(
    name="Ana Ribeiro",
    handle="@ana@studio.example",
    url="/u/ana",
    zone="Europe/Berlin",
    has_news=True,
    may_administer=True,
)

STORY = markdown(
    "The first star was late. We sat on the tin roof with our backs against the warm chimney and *waited*, because "
    "that is what one does with stars.\n\n“There,” said my sister, and pointed at nothing.\n\n> Nothing is where they "
    "all come from.\n\nThen it was there, and we could not say since when."
)
WORDS = (
    "The first star was late. We sat on the tin roof with our backs against the warm chimney and waited, because that "
    "is what one does with stars. “There,” said my sister, and pointed at nothing."
)


def picture(name: str = "stars.png", alt: str = "A roof at dusk with one star above it") -> MediaView:
    return MediaView(kind="image", url=f"/media/{name}", media_type="image/png", alt=alt, width=1200, height=900)


STORY_RECORD = RecordView(
    title="The late star",
    url="/records/story",
    kind="text",
    author=BO,
    published_at=NOON,
    content_html=STORY,
    excerpt=WORDS,
    licence=BY_SA,
    is_remote=True,
    host="words.example",
    original_url="https://words.example/records/story",
    seen_at=NOON - timedelta(hours=3),
)
ILLUSTRATION = RecordView(
    title="Roof, chimney, waiting",
    url="/records/illustration",
    kind="image",
    author=CY,
    published_at=NOON,
    media=(picture(),),
    licence=BY_SA,
    is_remote=True,
    host="ink.example",
    sources=1,
)
MELODY = RecordView(
    title="Four notes for a tin roof",
    url="/records/melody",
    kind="audio",
    author=DEE,
    published_at=NOON,
    media=(
        MediaView(
            kind="audio", url="/media/melody.ogg", media_type="audio/ogg", alt="A slow melody on bells", seconds=74
        ),
    ),
    licence=BY_ND,
    is_remote=True,
    host="words.example",
    sources=1,
)
FILM = RecordView(
    title="First stars I see tonight",
    url="/records/film",
    kind="video",
    author=EVE,
    published_at=NOON,
    content_html=markdown("Cut on the kitchen table, with the *permission* of all and one borrowed lamp."),
    media=(
        MediaView(
            kind="video",
            url="/media/film.webm",
            media_type="video/webm",
            alt="A short film: dusk, a roof, a melody, a star",
            poster_url="/media/film.png",
            width=1280,
            height=720,
            seconds=42,
        ),
    ),
    licence=BY_SA,
    tags=(("stars", "/tags/stars"), ("film", "/tags/film")),
    sources=3,
)
VEILED = RecordView(
    title="What the moth saw",
    url="/records/moth",
    kind="image",
    author=ANA,
    published_at=NOON,
    media=(picture("moth.png", "A moth, very close"),),
    warning="Insects, close up",
    licence=UNKNOWN,
    note="waiting for its licence",
)
QUIET = RecordView(
    title="Lullaby for a chimney, in which nothing at all happens for a very long while",
    url="/records/lullaby",
    kind="text",
    author=ANA,
    published_at=NOON,
    excerpt="Hush now, brick. The wind has its own house to go to, and the rain is only passing its hands over you.",
    licence=BY_SA,
)
RECORDS = (FILM, STORY_RECORD, ILLUSTRATION, MELODY, QUIET, VEILED)

CHALLENGES = (
    ChallengeView(
        title="First stars I see tonight",
        url="/c/stars",
        handle="@stars@studio.example",
        host_person=ANA,
        state="open",
        excerpt="Look up tonight. Bring back the first star you see, as a story, a picture, a sound or a film.",
        kinds=("text", "image", "audio", "video"),
        closes_at=NOON + timedelta(days=13),
        licence=BY_SA,
        pay="A pot of 300 € is shared among everyone in the finished film.",
        pays="pot",
    ),
    ChallengeView(
        title="The sound of your stairs",
        url="/c/stairs",
        handle="@stairs@words.example",
        host_person=DEE,
        state="open",
        excerpt="Ten seconds, one staircase.",
        kinds=("audio",),
        closes_at=NOON + timedelta(hours=20),
        licence=BY_SA,
        pay="Nothing is paid. It is for the joy of it.",
        is_remote=True,
        host="words.example",
    ),
    ChallengeView(
        title="Letters to a lighthouse",
        url="/c/lighthouse",
        handle="@lighthouse@studio.example",
        host_person=EVE,
        state="concluded",
        cover=picture("sea.png", "A lighthouse"),
        kinds=("text", "image"),
        licence=BY_SA,
    ),
)

NODES = (
    TrailNode(key="brief", title="First stars I see tonight", url="/c/stars", author="Ana Ribeiro"),
    TrailNode(key="story", title="The late star", url="/records/story", author="Bo", host="words.example"),
    TrailNode(
        key="ink",
        title="Roof, chimney, waiting",
        url="/records/illustration",
        kind="image",
        author="Cy Okafor",
        host="ink.example",
    ),
    TrailNode(
        key="melody",
        title="Four notes for a tin roof",
        url="/records/melody",
        kind="audio",
        author="Dee",
        host="words.example",
        is_ghost=True,
    ),
    TrailNode(
        key="film", title="First stars I see", url="/records/film", kind="video", author="Eve Lindqvist", is_here=True
    ),
    TrailNode(key="dance", title="A dance to it", url="/records/dance", kind="video", author="Ana Ribeiro"),
)
EDGES = (
    TrailEdge(parent="brief", child="story", relation="answers"),
    TrailEdge(parent="story", child="ink", relation="adapts"),
    TrailEdge(parent="story", child="melody", relation="performs"),
    TrailEdge(parent="story", child="film", relation="adapts"),
    TrailEdge(parent="ink", child="film", relation="contains"),
    TrailEdge(parent="melody", child="film", relation="contains"),
    TrailEdge(parent="film", child="dance", relation="inspired by", is_claim=True),
)
CREDITS = (
    CreditView(person=EVE, roles=("film", "editing"), records=(("First stars I see tonight", "/records/film"),)),
    CreditView(person=CY, roles=("illustration",), generation=1, records=(("Roof, chimney, waiting", "/records/ink"),)),
    CreditView(
        person=DEE, roles=("melody",), generation=1, records=(("Four notes for a tin roof", "/records/melody"),)
    ),
    CreditView(person=BO, roles=("words",), generation=2, records=(("The late star", "/records/story"),)),
)


def record_page() -> dict[str, Any]:
    return {
        "record": FILM,
        "sources": (STORY_RECORD, ILLUSTRATION, MELODY),
        "credits": CREDITS,
        "nodes": NODES,
        "drawn": Drawn(drawing=draw(NODES, EDGES)),
        "edges": EDGES,
        "tabs": (
            Tab(label="About", url="/record", is_current=True),
            Tab(label="Trail", url="/record/trail"),
            Tab(label="Conversation", url="/record/talk"),
        ),
    }
