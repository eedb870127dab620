"""Rows become what templates show, for one request: addresses on this site, words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final, Literal, cast
from urllib.parse import urlsplit

from anyio import to_thread
from babel.numbers import format_currency
from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.activitypub.site import Site
from fedirec.html import excerpt, markdown
from fedirec.media.cache import CACHED_SIZES, MediaCache
from fedirec.media.decoder.kinds import SIZES
from fedirec.media.models import Media
from fedirec.media.queries import Dressed, dress
from fedirec.remix.currencies import CURRENCIES
from fedirec.remix.kinds import KINDS, Kind
from fedirec.remix.licences import CHOICES, Licence, find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Attachment, Challenge, ChallengeTerms, Record
from fedirec.remix.queries.challenges import closing_of, is_open
from fedirec.remix.roles import ROLES, label_of
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import local_path
from fedirec.web.views import (
    CaptionView,
    ChallengeView,
    Choice,
    LicenceView,
    MediaView,
    PersonView,
    PictureView,
    RecordView,
    StreamView,
)
from fedirec.web.words import kind_word

_EXCERPT: Final = 260
_LOOKED_AT: Final = 4_000
"""Characters of HTML in which the first words are looked for."""
_PROMPT: Final = 150
_SIZES: Final = ("small", "medium", "large")
_PLAYABLE: Final = ("film", "sound")


class Cards:
    """Shows rows to whoever made `request`. Records and challenges come with their parts (`queries`)."""

    def __init__(self, request: Request[Any]) -> None:
        self.site: Site = request.state["site"]
        self._cache: MediaCache = request.state["media_cache"]
        self._dressed: dict[int, Dressed] = {}

    def here(self, url: str) -> str:
        """`url` as a path of this site, when it is one of ours."""
        return local_path(urlsplit(url)._replace(scheme="", netloc="").geturl()) if self.site.is_ours(url) else url

    def shown_here(self, url: str) -> str:
        """Where a browser gets the file at `url`: from us, as our own or as a copy. No other page of ours is a file."""
        path = self.here(url)
        return path if path.startswith("/media/") else self._cache.path_for(url)

    def person_url(self, actor: Actor) -> str:
        return self.here(actor.uri) if actor.is_local else f"/people/remote/{actor.id}"

    def record_url(self, record: Record, *, is_local: bool | None = None) -> str:
        local = record.author.is_local if is_local is None else is_local
        return self.here(record.uri) if local else f"/records/remote/{record.id}"

    def challenge_url(self, challenge: Challenge) -> str:
        return self.here(challenge.actor.uri) if challenge.actor.is_local else f"/challenges/remote/{challenge.id}"

    def person(self, actor: Actor, *, note: str = "") -> PersonView:
        """How an actor, ours or not, is shown."""
        gone = {"suspended": _("suspended"), "deleted": _("gone")}.get(actor.state, "")
        return PersonView(
            name=actor.name or actor.handle,
            handle=f"@{actor.handle}@{actor.host}",
            url=self.person_url(actor),
            icon_url=self.shown_here(actor.icon_url) if actor.icon_url and actor.state == "active" else None,
            is_remote=not actor.is_local,
            host="" if actor.is_local else actor.host,
            note=note or gone,
        )

    def record(self, record: Record, *, note: str = "", whole: bool = False) -> RecordView:
        """A record as a card shows it, or with `whole` as its page does."""
        author = record.author
        is_deleted = record.deleted_at is not None
        return RecordView(
            title=record.title or _("Untitled"),
            url=self.record_url(record),
            kind=_kind(record.kind),
            author=self.person(author),
            published_at=record.published_at,
            content_html=words_of(record) if whole else "",
            excerpt=first_words_of(record),
            media=() if is_deleted else self.media(record.attachments),
            licence=licence_view(find_licence(record.licence_url or record.licence)),
            warning=record.warning or None,
            tags=tuple((tag.name, f"/tags/{tag.name}") for tag in record.tags) if whole else (),
            language=record.language,
            visibility="public" if record.visibility == "public" else "followers",
            edited_at=record.updated_at,
            is_remote=not author.is_local,
            host="" if author.is_local else host_of(record.uri),
            original_url=None if author.is_local else (record.url or record.uri),
            seen_at=None if author.is_local else record.fetched_at,
            is_deleted=is_deleted,
            sources=len(record.sources),
            note=note,
        )

    async def dress(self, shown: Iterable[Record | Challenge]) -> None:
        """What was made of the files of these is at hand afterwards; without it they are shown as they were sent."""
        await self.dress_files(
            attachment.media_id
            for row in shown
            if not (isinstance(row, Record) and row.deleted_at)
            for attachment in row.attachments
            if attachment.media_id is not None
        )

    async def dress_files(self, media_ids: Iterable[int]) -> None:
        """What was made of these files is at hand afterwards."""
        wanted = {key for key in media_ids if key not in self._dressed}
        if wanted:
            self._dressed |= await dress(wanted)

    def media(self, attachments: Iterable[Attachment]) -> tuple[MediaView, ...]:
        """The files of one record or challenge."""
        return tuple(self.medium(attachment, number=number) for number, attachment in enumerate(attachments, 1))

    def medium(self, attachment: Attachment, *, number: int = 1) -> MediaView:
        """A file of a record or a challenge, which is the one at place `number` there."""
        bare = MediaView(
            kind=cast(Literal["image", "audio", "video"], attachment.kind),
            url=self.shown_here(attachment.url),
            media_type=attachment.media_type,
            alt=attachment.description,
            number=number,
            poster_url=self.shown_here(attachment.poster_url) if attachment.poster_url else None,
            blurhash=attachment.blurhash,
            width=attachment.width,
            height=attachment.height,
            seconds=None if attachment.duration_ms is None else attachment.duration_ms / 1000,
            captions=tuple(
                CaptionView(
                    url=self._cache.path_for(words["url"], is_caption=True),
                    language=words["language"],
                    label=words["name"] or words["language"],
                )
                for words in attachment.captions or ()
            ),
        )
        if bare.kind == "image" and not self.here(attachment.url).startswith("/media/"):
            return replace(bare, pictures=self._copies(attachment))
        return self._dressed_view(bare, attachment.media_id)

    def _copies(self, attachment: Attachment) -> tuple[PictureView, ...]:
        """The sizes in which we have a picture from elsewhere, as far as its author says how large it is."""
        if not attachment.width or not attachment.height:
            return ()
        longest = max(attachment.width, attachment.height)
        smaller = [
            PictureView(
                url=self._cache.path_for(attachment.url, size=name),
                width=max(1, round(attachment.width * SIZES[name] / longest)),
                height=max(1, round(attachment.height * SIZES[name] / longest)),
            )
            for name in CACHED_SIZES
            if SIZES[name] < longest
        ]
        whole = PictureView(url=self._cache.path_for(attachment.url), width=attachment.width, height=attachment.height)
        return (*smaller, whole)

    def upload(self, media: Media, *, alt: str = "", number: int = 1) -> MediaView:
        """A file that waits for its record."""
        uris = self.site.uris
        bare = MediaView(
            kind=cast(Literal["image", "audio", "video"], media.kind),
            url=self.here(uris.media(media.path)),
            media_type=media.media_type,
            alt=alt,
            number=number,
            poster_url=self.here(uris.media(media.poster_path)) if media.poster_path else None,
            width=media.width,
            height=media.height,
            seconds=None if media.duration_ms is None else media.duration_ms / 1000,
        )
        return self._dressed_view(bare, media.id)

    def _dressed_view(self, bare: MediaView, media_id: int | None) -> MediaView:
        """The same file with everything that was made of it, as far as it is at hand."""
        made = self._dressed.get(media_id) if media_id is not None else None
        if made is None:
            return bare
        pictures = [
            PictureView(url=size.url, width=size.width, height=size.height)
            for size in made.renditions.values()
            if size.name in _SIZES and size.width and size.height
        ]
        master = bare.url if bare.kind == "image" else bare.poster_url
        if _SIZES[-1] not in made.renditions and master and bare.width and bare.height:
            pictures.append(PictureView(url=master, width=bare.width, height=bare.height))
        playable = [made.renditions[name] for name in _PLAYABLE if name in made.renditions]
        return replace(
            bare,
            pictures=tuple(sorted(pictures, key=lambda size: size.width)),
            streams=tuple(StreamView(url=form.url, media_type=form.media_type) for form in playable),
            captions=tuple(
                CaptionView(url=words.url, language=words.language, label=words.label) for words in made.captions
            ),
            peaks=tuple(made.peaks or ()),
            blurhash=made.blurhash or bare.blurhash,
            colour=made.colour,
            size=made.original.size,
            file_name=made.original.file_name,
            download_url=made.original.download_url,
            state=made.state,
            progress=made.progress,
            problem=made.problem or "",
        )

    def challenge(self, challenge: Challenge, *, whole: bool = False) -> ChallengeView:
        """A challenge as a card shows it, or with `whole` as its page does."""
        group = challenge.actor
        terms = next(iter(challenge.terms), None)
        pictured = [medium for medium in self.media(challenge.attachments) if medium.small_url]
        return ChallengeView(
            title=challenge.title,
            url=self.challenge_url(challenge),
            handle=f"@{group.handle}@{group.host}",
            host_person=self.person(challenge.leader or group),
            state="open" if is_open(challenge) else ("draft" if challenge.state == "draft" else "closed"),
            prompt_html=(_rendered(challenge.text) if challenge.text else challenge.content) if whole else "",
            excerpt=excerpt(challenge.content[:_LOOKED_AT], _PROMPT),
            cover=pictured[0] if pictured else None,
            kinds=tuple(challenge.kinds),
            closes_at=closing_of(challenge),
            closes_zone=challenge.timezone,
            licence=licence_view(find_licence(terms.licence)) if terms else None,
            pay=pay_in_words(terms) if terms else "",
            pays={"nothing": "none", "perhaps": "possible", "pot": "pot"}[terms.pays] if terms else "none",  # type: ignore[arg-type]
            is_remote=not group.is_local,
            host="" if group.is_local else group.host,
            original_url=None if group.is_local else (group.url or group.uri),
            seen_at=None if group.is_local else group.fetched_at,
        )

    def records(self, records: Iterable[Record]) -> list[RecordView]:
        return [self.record(record) for record in records]

    def challenges(self, challenges: Iterable[Challenge]) -> list[ChallengeView]:
        return [self.challenge(challenge) for challenge in challenges]


def words_of(record: Record) -> str:
    """The text of a record as HTML, without the title, credits and links that stand in its `content` for others."""
    if record.is_post or (not record.text and record.kind == Kind.TEXT):
        return record.content
    return _rendered(record.text) if record.text else ""


def first_words_of(record: Record) -> str:
    """The beginning of its text, for a card."""
    if record.is_post or (not record.text and record.kind == Kind.TEXT):
        return _beginning(record.content[:_LOOKED_AT])
    return _beginning_of_markdown(record.text[: 3 * _EXCERPT]) if record.text else ""


async def prepare_words(text: str) -> None:
    """What `text` looks like is at hand afterwards; for the worst that somebody can write, finding out takes a second.

    Call it before a page shows a whole text, so that other visitors need not wait.
    """
    await to_thread.run_sync(_rendered, text)


@lru_cache(maxsize=128)
def _rendered(text: str) -> str:
    return markdown(text)


@lru_cache(maxsize=2048)
def _beginning(html: str) -> str:
    return excerpt(html, _EXCERPT)


@lru_cache(maxsize=2048)
def _beginning_of_markdown(text: str) -> str:
    return excerpt(markdown(text), _EXCERPT)


def licence_view(licence: Licence) -> LicenceView:
    """What a licence means, in the reader's words."""
    if not licence.is_known:
        return LicenceView(
            name=_("No licence that we know"),
            short=_("licence unknown"),
            points=(("question", _("Ask its author before you build on it.")),),
            summary=_("Its author has to choose a licence before anybody can build on it."),
        )
    return LicenceView(
        name=_("All rights reserved") if licence.family == "arr" else licence.name,
        short=_("all rights reserved") if licence.family == "arr" else licence.short,
        url=licence.url,
        remix_allowed=licence.may_remix,
        points=tuple(licence_points(licence)),
        summary=licence_in_words(licence),
    )


def licence_points(licence: Licence) -> list[tuple[str, str]]:
    """What a known licence allows and asks, one thing each, with the name of an icon."""
    if licence.family == "arr":
        return [
            ("eye", _("You may look at it, listen to it and share links to it.")),
            ("no-remix", _("Ask its author before you build on it.")),
        ]
    said = [
        ("remix", _("You may remix it and share what you make."))
        if licence.may_remix
        else ("no-remix", _("You may share it, but not change it.")),
        ("person", _("You must name its author."))
        if licence.needs_credit
        else ("person", _("Naming its author is kind, not a must.")),
    ]
    if licence.share_alike:
        said.append(("licence", _("What you make from it carries the same licence.")))
    said.append(
        ("coins", _("You may earn money with it."))
        if licence.may_sell
        else ("coins", _("You may not earn money with it."))
    )
    return said


def licence_in_words(licence: Licence) -> str:
    """What somebody who wants to use a work under `licence` has to know."""
    if licence.family in ("zero", "mark"):
        return _("Do whatever you like with it. Naming its author is still a kind thing to do.")
    if licence.family == "arr":
        return _("You may look at it and share links to it. For everything else, ask its author.")
    said = [_("Name its author.")]
    if licence.noncommercial:
        said.append(_("Not for making money."))
    if licence.share_alike:
        said.append(_("What you make from it carries the same licence."))
    if not licence.may_remix:
        said.append(_("Share it as it is, unchanged."))
    return " ".join(said)


def licence_choices(allowed: Iterable[Licence] | None = None) -> list[Choice]:
    """The licences that an author can choose, from the most open to the most closed."""
    wanted = set(CHOICES if allowed is None else allowed)
    return [
        Choice(value=licence.id, label=view.short, hint=view.summary)
        for licence in CHOICES
        if licence in wanted
        for view in [licence_view(licence)]
    ]


def kind_choices() -> list[Choice]:
    return [Choice(value=kind.value, label=kind_word(kind.value)) for kind in KINDS]


def relation_word(relation: str) -> str:
    """How a record was made from a source, as a word beside its title."""
    words = {
        Relation.ADAPTS: _("adapts it"),
        Relation.SAMPLES: _("samples it"),
        Relation.CONTAINS: _("contains it"),
        Relation.PERFORMS: _("performs it"),
        Relation.TRANSLATES: _("translates it"),
        Relation.INSPIRED_BY: _("inspired by it"),
    }
    return words.get(Relation(relation), relation)


def relation_choices() -> list[Choice]:
    return [Choice(value=relation.value, label=relation_word(relation)) for relation in Relation]


def role_choices(*, first: Sequence[str] = ()) -> list[Choice]:
    """The parts that somebody can have in a record; those of `first` in front, the rest by name."""
    ranked = sorted(ROLES, key=lambda role: (role.code not in first, _(role.label)))
    return [Choice(value=role.code, label=_(role.label)) for role in ranked]


def role_words(roles: Iterable[str]) -> tuple[str, ...]:
    """What roles are called, each word once."""
    return tuple(dict.fromkeys(label_of(role, gettext=_) for role in roles))


def pay_in_words(terms: ChallengeTerms) -> str:
    """What a challenge pays, in one sentence."""
    if terms.pays == "pot" and terms.amount is not None and terms.currency:
        return _("%(amount)s will be shared among those who contribute.") % {
            "amount": amount_in_words(terms.amount, terms.currency)
        }
    return _("It may pay later.") if terms.pays == "perhaps" else _("Nobody is paid.")


def amount_in_words(amount: int, currency: str) -> str:
    """`amount` minor units as the reader writes money."""
    value = Decimal(amount).scaleb(-CURRENCIES.get(currency, 2))
    return str(format_currency(value, currency, locale=reader().locale.replace("-", "_"), currency_digits=True))


def decided_in_words(decided_by: str) -> str:
    """Who decides about a challenge, in one sentence."""
    words = {
        "leaders": _("Whoever leads it chooses what becomes part of it."),
        "community": _("Everybody here decides together what becomes part of it."),
        "contributors": _("Those who contribute decide together what becomes part of it."),
    }
    return words.get(decided_by, "")


def submission_word(state: str) -> str:
    """How an offer to a challenge stands, for whoever made it."""
    words = {
        "pending": _("waiting for an answer"),
        "licence_pending": _("waiting for a licence"),
        "accepted": _("part of it"),
        "declined": _("not taken up"),
    }
    return words.get(state, "")


def _kind(kind: str) -> Literal["text", "image", "audio", "video"]:
    return Kind(kind).value
