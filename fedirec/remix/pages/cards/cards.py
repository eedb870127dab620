"""Rows become what templates show, for one request: addresses on this site, words in the reader's language."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, Literal

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.html import excerpt
from fedirec.media.queries import remote_peaks
from fedirec.remix.kinds import Kind
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Attachment, Challenge, Record
from fedirec.remix.pages.cards.files import Files
from fedirec.remix.pages.cards.licences import licence_view
from fedirec.remix.pages.cards.promises import pay_in_words
from fedirec.remix.pages.cards.texts import LOOKED_AT, first_words_of, rendered, words_of
from fedirec.remix.queries.addresses import path_of_remote
from fedirec.remix.queries.challenges import closing_of, is_open
from fedirec.remix.submissions import TAKING
from fedirec.uris import host_of
from fedirec.web.language import gettext as _
from fedirec.web.views import ChallengeView, LicenceView, PersonView, RecordView

_PROMPT: Final = 150
_VISIBILITIES: Final[dict[str, Literal["public", "hidden", "held", "asking"]]] = {
    "public": "public",
    "hidden": "hidden",
    "held": "held",
    "asking": "asking",
}
"""All else is for followers."""


class Cards(Files):
    """Shows rows to whoever made `request`. Records and challenges come with their parts (`queries`)."""

    def __init__(self, request: Request[Any]) -> None:
        super().__init__(request)
        self.request = request
        self._licences: dict[str, LicenceView] = {}
        self.with_new_keys: set[int] = set()
        """The rows of those of whose keys it is said beside their names that nobody vouches for them."""

    def person_url(self, actor: Actor) -> str:
        return self.here(actor.uri) if actor.is_local else path_of_remote(actor)

    def record_url(self, record: Record, *, is_local: bool | None = None) -> str:
        local = record.author.is_local if is_local is None else is_local
        return self.here(record.uri) if local else f"/records/remote/{record.id}"

    def challenge_url(self, challenge: Challenge) -> str:
        return self.here(challenge.actor.uri) if challenge.actor.is_local else f"/challenges/remote/{challenge.id}"

    def person(self, actor: Actor, *, note: str = "") -> PersonView:
        """How an actor, ours or not, is shown."""
        gone = {"suspended": _("suspended"), "deleted": _("gone")}.get(actor.state, "")
        moved = _("now at %(host)s") % {"host": host_of(actor.moved_to)} if actor.moved_to else ""
        return PersonView(
            name=actor.name or actor.handle,
            handle=f"@{actor.handle}@{actor.host}",
            url=self.person_url(actor),
            icon_url=self.icon_of(actor),
            is_remote=not actor.is_local,
            host="" if actor.is_local else actor.host,
            note=note or gone or (_("with new keys") if actor.id in self.with_new_keys else moved),
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
            media=() if is_deleted else self.media(record.attachments, left=author.media_rejected),
            licence=self.licence(record.licence_url or record.licence),
            warning=record.warning or None,
            tags=tuple((tag.name, f"/tags/{tag.name}") for tag in record.tags) if whole else (),
            language=record.language,
            visibility=_VISIBILITIES.get(record.visibility, "followers"),
            edited_at=record.updated_at if record.updated_at != record.published_at else None,
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
        await self.dress_attachments(
            attachment
            for row in shown
            if not (isinstance(row, Record) and row.deleted_at)
            for attachment in row.attachments
        )

    async def dress_attachments(self, attachments: Iterable[Attachment]) -> None:
        """What was made of these files is at hand afterwards, whether they are rows or not."""
        files = list(attachments)
        await self.dress_files(each.media_id for each in files if each.media_id is not None)
        elsewhere = {each.url for each in files if each.media_id is None and each.kind == "audio"}
        self._peaks |= await remote_peaks(elsewhere)

    def challenge(self, challenge: Challenge, *, whole: bool = False) -> ChallengeView:
        """A challenge as a card shows it, or with `whole` as its page does."""
        group = challenge.actor
        terms = next(iter(challenge.terms), None)
        media = self.media(challenge.attachments, left=group.media_rejected)
        pictured = [medium for medium in media if medium.small_url]
        return ChallengeView(
            title=challenge.title,
            url=self.challenge_url(challenge),
            handle=f"@{group.handle}@{group.host}",
            host_person=self.person(challenge.leader or group),
            state="open" if is_open(challenge) else ("closed" if challenge.state in TAKING else challenge.state),
            prompt_html=(rendered(challenge.text) if challenge.text else challenge.content) if whole else "",
            excerpt=excerpt(challenge.content[:LOOKED_AT], _PROMPT),
            cover=pictured[0] if pictured else None,
            kinds=tuple(challenge.kinds),
            closes_at=closing_of(challenge),
            zone=challenge.timezone if group.is_local else "",
            licence=self.licence(terms.licence) if terms else None,
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

    def licence(self, named: str) -> LicenceView:
        """The licence that is called `named`, or lives there."""
        if named not in self._licences:
            self._licences[named] = licence_view(find_licence(named))
        return self._licences[named]


def _kind(kind: str) -> Literal["text", "image", "audio", "video"]:
    return Kind(kind).value
