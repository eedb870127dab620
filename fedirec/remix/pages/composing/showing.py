"""What the form and its preview show of what is being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.html import excerpt, markdown
from fedirec.remix.actions.composing import credits_of_draft
from fedirec.remix.actions.drafts import RecordDraft
from fedirec.remix.actions.records import refuse_draft
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Challenge, Draft, Record
from fedirec.remix.pages.cards import Cards, licence_view, prepare_words, relation_word
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import draft_in
from fedirec.remix.pages.composing.reading import kept_values
from fedirec.remix.pages.trails.credits import sentence_of
from fedirec.remix.pages.trails.sources import MadeFrom
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.credits import Credits
from fedirec.remix.queries.likeness import records_like
from fedirec.remix.queries.records import actors_at
from fedirec.remix.roles import label_of
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.views import MediaView, PersonView, RecordView

_EXCERPT: Final = 260
OPEN_PARTS: Final = 20
"""People who helped whose rows stand open; those after them have a line each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    """A file that has arrived."""

    key: str
    name: str
    view: MediaView


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    """Somebody who helped."""

    id: int
    place: int
    """Where they stand among all who helped."""
    person: PersonView
    role: str
    role_word: str
    is_open: bool
    """Whether their role can be chosen where they stand; otherwise a button makes it so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownDraft:
    """Something that somebody can go on with."""

    title: str
    url: str
    forget_url: str
    saved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """Something that has to change before it can be published, and where."""

    place: str
    """The id of the field or of its step; empty for what concerns all of it."""
    name: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A record as others would see it."""

    record: RecordView
    sentence: tuple[tuple[str, str], ...]
    made_from: tuple[MadeFrom, ...]
    missing: tuple[Missing, ...]


def shown_files(composition: Composition, *, cards: Cards) -> list[ShownFile]:
    """The files that have arrived, in order; as they were sent, unless `cards` has dressed them."""
    return [
        ShownFile(key=row.media.key, name=row.media.file_name, view=cards.upload(row.media, alt=row.alt, number=number))
        for number, row in enumerate(composition.files, 1)
    ]


def shown_parts(form: Form, composition: Composition, *, cards: Cards) -> list[ShownPart]:
    """Who helped. A film can have hundreds: beyond the first ones only the row that somebody works on is open."""
    do, _sign, name = form.value("do").partition(":")
    opened = number_of(name) if do == "open-part" else None
    if do == "add-part" and not form.error("who"):
        opened = len(composition.parts) - 1
    return [
        ShownPart(
            id=row.actor.id,
            place=place,
            person=cards.person(row.actor),
            role=row.role,
            role_word=label_of(row.role, gettext=_),
            is_open=place < OPEN_PARTS or place == opened,
        )
        for place, row in enumerate(composition.parts)
    ]


def shown_drafts(drafts: Sequence[Draft], *, but: str) -> list[ShownDraft]:
    """What somebody can go on with, without the one that is open already."""
    return [
        ShownDraft(
            title=draft.title or _("Untitled"),
            url=f"/records/new?draft={draft.key}",
            forget_url=f"/records/drafts/{draft.key}/forget",
            saved_at=draft.saved_at,
        )
        for draft in drafts
        if draft.key != but
    ]


async def preview_of(
    viewer: Viewer,
    form: Form,
    composition: Composition,
    challenge: Challenge | None,
    *,
    cards: Cards,
    asks: bool = False,
) -> Preview:
    """What would be published, and what stands against it, but for the sources whose authors it `asks` first. Nothing
    is saved.
    """
    trial = Form(kept_values(form, composition))
    draft = draft_in(trial, composition, challenge)
    if not trial.errors:
        try:
            await refuse_draft(viewer.actor, draft)
        except FedirecError as error:
            if not asks or error.field not in ("sources", "licence"):
                trial.refuse(error)
    await prepare_words(draft.text)
    uri = cards.site.uris.record()
    credit = await credits_of_draft(viewer.actor, draft, uri=uri, kind=composition.kind)
    actors = await actors_at({line.person for line in credit.lines})
    return Preview(
        record=_record(viewer, draft, composition, cards),
        sentence=sentence_of(cards, Credits(credit.lines, credit.names, {}), actors, credit.waypoints),
        made_from=tuple(
            MadeFrom(record=cards.record(row.record), relation=relation_word(row.relation))
            for row in composition.sources
        ),
        missing=tuple(_missing(name, words) for name, words in trial.errors.items()),
    )


def _missing(field: str, words: str) -> Missing:
    places = {
        "title": ("title", _("Title")),
        "text": ("text", _("Words")),
        "files": ("begin", _("Files")),
        "tags": ("tags", _("Tags")),
        "people": ("people-part", _("Who did what")),
        "challenge": ("challenge", _("Challenge")),
        "visibility": ("details", _("Who may see it?")),
        "sources": ("sources", _("Made from")),
        "licence": ("licence-step", _("Licence")),
    }
    place, name = places.get(field, (field, field))
    return Missing(place=place, name=name, words=words)


def _record(viewer: Viewer, draft: RecordDraft, composition: Composition, cards: Cards) -> RecordView:
    words = markdown(draft.text)
    return RecordView(
        title=draft.title or _("Untitled"),
        url="#preview",
        kind=composition.kind.value,
        author=cards.person(viewer.actor),
        published_at=now(),
        content_html=words,
        excerpt=excerpt(words, _EXCERPT),
        media=tuple(file.view for file in shown_files(composition, cards=cards)),
        licence=licence_view(find_licence(draft.licence)),
        warning=draft.warning or None,
        tags=tuple((tag, f"/tags/{tag.lower()}") for tag in draft.tags),
        language=draft.language,
        visibility="public" if draft.visibility == "public" else "followers",
        sources=len(composition.sources),
    )


async def resembled_by(composition: Composition) -> list[Record]:
    """Records that it may come from, as its files look or sound, and that its author has said nothing about."""
    known = {row.record.id for row in composition.sources} | set(composition.not_sources)
    if composition.record is not None:
        known.add(composition.record.id)
    files = [row.media for row in composition.files]
    return await records_like(files, maker=composition.author, but=known)
