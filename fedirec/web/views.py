"""What the templates show: plain values, made by the packages that know the rows.

A template never sees a row, and a view never asks the database. All texts are words or already clean HTML
(`…_html`, from `fedirec.html`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """Who is signed in. `request.state["viewer"]` holds one, or None."""

    name: str
    handle: str
    """As in `@ana@studio.example`."""
    url: str
    icon_url: str | None = None
    locale: str | None = None
    """The language they chose; None leaves it to the browser."""
    zone: str | None = None
    has_news: bool = False
    """Whether notifications wait to be read."""
    may_publish: bool = True
    may_administer: bool = False
    may_pick: bool = False
    """Whether they are among the editors, who point at things for everybody."""
    is_guest: bool = False
    """Whether they signed in with an account of another server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostView:
    """Another instance, as far as we can tell from here."""

    host: str
    heard_at: datetime | None = None
    """When it last sent us something."""
    is_reachable: bool = True
    """Whether what we send it arrives."""
    silent_since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """Somebody, here or elsewhere."""

    name: str
    handle: str
    url: str
    icon_url: str | None = None
    is_remote: bool = False
    host: str = ""
    note: str = ""
    """A word beside the name, such as "left no trace" or "moved"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceView:
    """What may be done with a work."""

    name: str
    short: str
    url: str | None = None
    remix_allowed: bool | None = None
    """None when nobody has said."""
    points: tuple[tuple[str, str], ...] = ()
    """What it asks and allows, one thing each: the name of an icon, and a short sentence."""
    summary: str = ""
    """One sentence that says what it means for somebody who wants to use the work."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureView:
    """One size of a picture."""

    url: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamView:
    """One form in which a sound or a film can be played."""

    url: str
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptionView:
    """The words of a film or a sound in one language."""

    url: str
    language: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MediaView:
    """One file of a record."""

    kind: Literal["image", "audio", "video"]
    url: str
    media_type: str
    alt: str = ""
    number: int = 1
    """Its place among the files of its page; the element that plays it is called `media-<number>`."""
    poster_url: str | None = None
    pictures: tuple[PictureView, ...] = ()
    """Smaller versions of the picture, or of the poster, the smallest first."""
    streams: tuple[StreamView, ...] = ()
    """Forms that play in more browsers than the file itself, the best first."""
    captions: tuple[CaptionView, ...] = ()
    peaks: tuple[int, ...] = ()
    """How loud it is from beginning to end, each 0 to 255."""
    blurhash: str | None = None
    colour: str | None = None
    width: int | None = None
    height: int | None = None
    seconds: float | None = None
    size: int | None = None
    """Bytes of the file itself."""
    file_name: str = ""
    download_url: str | None = None
    """Saves the file itself under its name, for those who may have it."""
    credited_url: str | None = None
    """The same with its credits written into it, where its format has room for them."""
    state: Literal["ready", "processing", "failed"] = "ready"
    progress: int | None = None
    """Percent, while it is being prepared."""
    problem: str = ""
    """Why it could not be prepared, in a sentence."""
    caption: str = ""
    is_missing: bool = False
    """Its home does not answer, or it was deleted there; or it is left there."""
    is_left: bool = False
    """Whether it is not shown here because this instance takes no files of its home."""

    @property
    def small_url(self) -> str | None:
        """What a card shows of it: the second smallest picture, for screens are dense."""
        if self.pictures:
            return self.pictures[min(1, len(self.pictures) - 1)].url
        return self.poster_url or (self.url if self.kind == "image" else None)

    @property
    def large_url(self) -> str | None:
        """The largest picture that there is of it besides the file itself, or the file."""
        return (
            self.pictures[-1].url if self.pictures else self.poster_url or (self.url if self.kind == "image" else None)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordView:
    """A record, as a card and as a page show it."""

    title: str
    url: str
    kind: Literal["text", "image", "audio", "video"]
    author: PersonView
    published_at: datetime
    content_html: str = ""
    excerpt: str = ""
    media: tuple[MediaView, ...] = ()
    licence: LicenceView | None = None
    warning: str | None = None
    tags: tuple[tuple[str, str], ...] = ()
    """Name and address of each."""
    language: str | None = None
    visibility: Literal["public", "followers", "hidden", "held", "asking"] = "public"
    edited_at: datetime | None = None
    is_remote: bool = False
    host: str = ""
    original_url: str | None = None
    seen_at: datetime | None = None
    """When we last heard its home say so; only for records from elsewhere."""
    is_deleted: bool = False
    sources: int = 0
    note: str = ""
    """A word on the card, such as "accepted" or "waiting for its licence"."""

    @property
    def cover(self) -> MediaView | None:
        """What a card shows of it."""
        pictured = [medium for medium in self.media if medium.small_url]
        return pictured[0] if pictured else None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChallengeView:
    """A challenge, as a card and as a page show it."""

    title: str
    url: str
    handle: str
    host_person: PersonView
    state: str
    """draft, open, closed, selecting, concluded, cancelled or archived."""
    prompt_html: str = ""
    excerpt: str = ""
    cover: MediaView | None = None
    kinds: tuple[str, ...] = ()
    """What is wanted: text, image, audio, video."""
    closes_at: datetime | None = None
    zone: str = ""
    """The zone in which its leaders set the deadline; empty where we do not know."""
    licence: LicenceView | None = None
    pay: str = ""
    """One sentence on money: nothing, perhaps, or a stated pot."""
    pays: Literal["none", "possible", "pot"] = "none"
    is_remote: bool = False
    host: str = ""
    original_url: str | None = None
    seen_at: datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.state == "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditView:
    """Why somebody stands in the credits."""

    person: PersonView
    roles: tuple[str, ...]
    """Words in the reader's language: "words", "melody"."""
    generation: int = 0
    """0 for the record itself, 1 for what it was made from, and so on."""
    records: tuple[tuple[str, str], ...] = ()
    """Title and address of what they made in this trail."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailNode:
    """One record of a trail."""

    key: str
    title: str
    url: str
    kind: str = "text"
    author: str = ""
    host: str = ""
    """Empty for a record of this instance."""
    is_here: bool = False
    """Whether it is the record whose page we are on."""
    is_ghost: bool = False
    """Known only by name: its home does not answer, or it was deleted."""
    is_deleted: bool = False
    """Whether its author took it away, rather than nobody reaching it."""
    row: int | None = None
    """Its row number, if it is known here: where its own trail can be looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailEdge:
    """`child` was made from `parent`."""

    parent: str
    child: str
    relation: str = ""
    """A word in the reader's language: "adapts", "samples"."""
    is_claim: bool = False
    """Said by one side only, and outside the graph of what counts."""
    note: str = ""
    """What is wrong with it, in a word or two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tab:
    """One of several pages about the same thing."""

    label: str
    url: str
    is_current: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One answer of a select or a group of boxes."""

    value: str
    label: str
    hint: str = ""
