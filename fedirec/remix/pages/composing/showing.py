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
from fedirec.remix.pages.composing.buttons import MAX_FOUND
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import draft_in
from fedirec.remix.pages.composing.reading import kept_values
from fedirec.remix.pages.trails import MadeFrom, sentence_of
from fedirec.remix.queries.records import Wish, actors_at, explore, own_records
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.views import MediaView, PersonView, RecordView

_EXCERPT: Final = 260


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
    person: PersonView
    role: str


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


def shown_parts(composition: Composition, *, cards: Cards) -> list[ShownPart]:
    return [ShownPart(id=row.actor.id, person=cards.person(row.actor), role=row.role) for row in composition.parts]


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
    viewer: Viewer, form: Form, composition: Composition, challenge: Challenge | None, *, cards: Cards
) -> Preview:
    """What would be published, and what stands against it. Nothing is saved."""
    trial = Form(kept_values(form, composition))
    draft = draft_in(trial, composition, challenge)
    if not trial.errors:
        try:
            await refuse_draft(viewer.actor, draft)
        except FedirecError as error:
            trial.refuse(error)
    await prepare_words(draft.text)
    uri = cards.site.uris.record()
    credit = await credits_of_draft(viewer.actor, draft, uri=uri, kind=composition.kind)
    actors = await actors_at({line.person for line in credit.lines})
    return Preview(
        record=_record(viewer, draft, composition, cards),
        sentence=sentence_of(cards, credit.lines, credit.names, actors, credit.waypoints),
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


async def at_hand(composition: Composition) -> tuple[list[Record], list[Record]]:
    """The author's own records, and a few that can be built on: theirs and what others made lately."""
    mine = await own_records(composition.author, but=composition.record)
    wished = Wish(remixable=True)
    limit = MAX_FOUND + len(composition.sources)
    lately = await explore(wished, viewer=composition.author, after=None, limit=limit)
    taken = {row.record.id for row in composition.sources}
    if composition.record:
        taken.add(composition.record.id)
    return mine, list({row.id: row for row in [*mine, *lately] if row.id not in taken}.values())[:MAX_FOUND]
