"""Two sides of a comparison as their page shows them."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final, Literal, TypeAlias, cast

from anyio import to_thread

from fedirec.activitypub.models import Actor
from fedirec.remix.differences import Change, Piece, Row, compare_texts, side_by_side
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Attachment
from fedirec.remix.pages.cards import Cards, licence_view, role_words
from fedirec.remix.queries.records import actors_at
from fedirec.remix.sides import Side, rows_of_files
from fedirec.remix.vocab import AttachmentObject
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.language import name_of_language
from fedirec.web.views import MediaView

FileKind: TypeAlias = Literal["image", "audio", "video"]

FOLDED: Final = 5
"""Lines in a row that stayed as they are, from which on those in the middle are folded away."""
MAX_SAID: Final = 40
"""Changes beside the text and the files that are told one by one."""
_lock: Final = threading.Lock()


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """Part of a text, in pieces; one that is folded only says how many lines it has."""

    pieces: tuple[Piece, ...]
    folded_lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePair:
    """A file before and after, or one of them."""

    kind: FileKind
    before: MediaView | None = None
    after: MediaView | None = None
    is_same: bool = False
    """Whether it is the same file to the last byte."""

    @property
    def seconds(self) -> float:
        """How long the longer one is; 0 when neither says."""
        return max((side.seconds or 0.0 for side in (self.before, self.after) if side), default=0.0)

    def share(self, side: MediaView) -> float:
        """How much of the common time `side` takes up."""
        return round(min(1.0, side.seconds / self.seconds), 4) if side.seconds and self.seconds else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """Everything that the page of a comparison shows."""

    strips: tuple[Strip, ...] = ()
    rows: tuple[Row, ...] = ()
    has_text: bool = False
    is_same_text: bool = False
    pairs: tuple[FilePair, ...] = ()
    said: tuple[str, ...] = ()
    """What else changed, each in a sentence."""

    @property
    def is_same(self) -> bool:
        """Whether nothing at all changed."""
        return (self.is_same_text or not self.has_text) and not self.said and all(pair.is_same for pair in self.pairs)


async def comparison_view(
    cards: Cards, before: Side, after: Side, viewer: Actor | None, *, is_remix: bool
) -> ComparisonView:
    """What became of `before` in `after`, another work or the next version of it, for `viewer`."""
    pieces = await find_pieces(before.text, after.text)
    rows = await rows_of_files([before, after], uris=cards.site.uris, viewer=viewer)
    await cards.dress_attachments(rows.values())
    return ComparisonView(
        strips=tuple(strips_of(pieces)),
        rows=side_by_side(pieces),
        has_text=bool(pieces),
        is_same_text=all(piece.change is Change.KEPT for piece in pieces),
        pairs=tuple(_pairs(cards, before.files, after.files, rows)),
        said=tuple(await sentences_of(before, after, is_remix=is_remix)),
    )


async def find_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """What became of a text, found beside everything else; one pair of texts at a time, for it takes memory."""
    return await to_thread.run_sync(_compare, before, after)


def _compare(before: str, after: str) -> tuple[Piece, ...]:
    with _lock:
        return _compared(before, after)


@lru_cache(maxsize=32)
def _compared(before: str, after: str) -> tuple[Piece, ...]:
    return compare_texts(before, after)


def strips_of(pieces: Sequence[Piece]) -> list[Strip]:
    """The pieces in one column, with long parts that stayed as they are folded away but for their edges."""
    strips: list[Strip] = []
    shown: list[Piece] = []
    for place, piece in enumerate(pieces):
        lines = piece.text.split("\n")
        is_edge = place == 0, place == len(pieces) - 1
        head, tail = (0 if is_edge[0] else 2), (0 if is_edge[1] else 2)
        middle = lines[head : len(lines) - tail]
        if piece.change is not Change.KEPT or len(pieces) == 1 or sum(map(bool, middle)) < FOLDED:
            shown.append(piece)
            continue
        shown.append(Piece(Change.KEPT, "\n".join(lines[:head])))
        strips += [
            Strip(pieces=tuple(each for each in shown if each.text)),
            Strip(pieces=(Piece(Change.KEPT, "\n".join(middle)),), folded_lines=sum(map(bool, middle))),
        ]
        shown = [Piece(Change.KEPT, "\n".join(lines[len(lines) - tail :]) if tail else "")]
    strips.append(Strip(pieces=tuple(each for each in shown if each.text)))
    return [strip for strip in strips if strip.pieces]


async def sentences_of(before: Side, after: Side, *, is_remix: bool) -> list[str]:
    """What changed beside the text and the files, each in a sentence.

    A remix has a title, tags and an author of its own anyway, and whoever had a part in what it was made from is
    credited through its lineage, and not missing in it.
    """
    said = []
    if before.title != after.title and not is_remix:
        said.append(_("“%(before)s” became “%(after)s”.") % {"before": before.title, "after": after.title})
    old, new = find_licence(before.licence), find_licence(after.licence)
    if old != new:
        words = {"before": licence_view(old).name, "after": licence_view(new).name}
        said.append(_("The licence was %(before)s, and is %(after)s now.") % words)
    if before.language != after.language and after.language:
        words = {"after": name_of_language(after.language), "before": name_of_language(before.language or "")}
        said.append(
            _("It was in %(before)s, and is in %(after)s now.") % words
            if before.language
            else _("Its language is now %(after)s.") % words
        )
    if before.warning != after.warning:
        said.append(
            _("It is shown with a warning now: “%(warning)s”.") % {"warning": after.warning}
            if after.warning
            else _("The warning “%(warning)s” is gone.") % {"warning": before.warning}
        )
    if not is_remix:
        said += [_("New tag: #%(name)s.") % {"name": name} for name in after.tags if name not in before.tags]
        said += [_("Tag taken off: #%(name)s.") % {"name": name} for name in before.tags if name not in after.tags]
    if before.is_whole and after.is_whole:
        own = [part for part in after.parts if part[0] == after.author]
        said += await _credits_said(
            () if is_remix else before.parts, after.parts, but=[*before.parts, *(own if is_remix else ())]
        )
    return said[:MAX_SAID]


async def _credits_said(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]], *, but: Sequence[tuple[str, str]]
) -> list[str]:
    fresh = [part for part in after if part not in but]
    left = [part for part in before if part not in after]
    people = await actors_at({person for person, _role in (*fresh, *left)})

    def named(part: tuple[str, str]) -> dict[str, str]:
        actor = people.get(part[0])
        name = (actor.name or actor.handle) if actor else _("Somebody on %(host)s") % {"host": host_of(part[0])}
        return {"name": name, "role": role_words([part[1]])[0]}

    return [
        *(_("%(name)s is credited now: %(role)s.") % named(part) for part in fresh),
        *(_("%(name)s is not credited any more: %(role)s.") % named(part) for part in left),
    ]


def _pairs(
    cards: Cards,
    before: Sequence[AttachmentObject],
    after: Sequence[AttachmentObject],
    rows: Mapping[str, Attachment],
) -> Iterable[FilePair]:
    """The files of both sides: the same ones beside each other, the others in their order among those of a kind."""
    left = list(before)
    places: list[tuple[AttachmentObject, AttachmentObject | None]] = []
    for file in after:
        same = next((each for each in left if is_same_file(each, file)), None)
        if same is not None:
            left.remove(same)
        places.append((file, same))
    number = 0

    def shown(file: AttachmentObject | None) -> MediaView | None:
        nonlocal number
        if file is None:
            return None
        number += 1
        return _view(cards, file, rows, number=number)

    for file, found in places:
        partner = found or next((each for each in left if each.kind == file.kind), None)
        if partner is not None and found is None:
            left.remove(partner)
        yield FilePair(kind=_kind(file), before=shown(partner), after=shown(file), is_same=found is not None)
    for file in left:
        yield FilePair(kind=_kind(file), before=shown(file))


def is_same_file(one: AttachmentObject, other: AttachmentObject) -> bool:
    """Whether both are the same file to the last byte, as far as their authors say."""
    return one.url == other.url or (one.digest is not None and one.digest == other.digest)


def _view(cards: Cards, file: AttachmentObject, rows: Mapping[str, Attachment], *, number: int) -> MediaView:
    row = rows.get(file.url)
    if row is not None:
        return cards.medium(row, number=number)
    return replace(
        MediaView(kind=_kind(file), url="", media_type=file.media_type, alt=file.description, number=number),
        is_missing=True,
    )


def _kind(file: AttachmentObject) -> FileKind:
    return cast(FileKind, file.kind.value)
