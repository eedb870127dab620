"""How comments are shown: those about a record, on its page, and each for itself."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote

from starlette.requests import Request

from fedirec.accounts.boundaries import Away, away_from
from fedirec.accounts.door import viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.consent import Consent
from fedirec.activitypub.peers import hosts_of
from fedirec.remix.actions.catching_up import catch_up
from fedirec.remix.actions.comments import MAX_TEXT
from fedirec.remix.actions.hiding import may_hide
from fedirec.remix.actions.threads import playing_time_of
from fedirec.remix.models import Comment, Record
from fedirec.remix.moments import clock
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.comments.pointing import PointableView, RegionView, pictures_of, region_view
from fedirec.remix.pages.quoting import QuotedView, quoted_in
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.comments import is_shown, moments_of, threads_of
from fedirec.remix.queries.consent import consent_to, consents_to
from fedirec.web.language import gettext as _
from fedirec.web.views import HostView, PersonView


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentView:
    """One thing that somebody said, or the place where it was."""

    id: int
    url: str
    author: PersonView
    at: datetime
    is_gone: bool = False
    gone_word: str = ""
    content_html: str = ""
    quoted: QuotedView | None = None
    waits: str = ""
    """For whoever said it: that its answered author has to agree first, or did not."""
    answer_note: str = ""
    """What stands against answering it, or what becomes of an answer first."""
    language: str | None = None
    warning: str = ""
    moment: str = ""
    """As in 0:42; empty when it is about the whole."""
    seconds: int = 0
    region: RegionView | None = None
    """The part of a picture that it is about."""
    edited_at: datetime | None = None
    original_url: str | None = None
    answers: PersonView | None = None
    """Whom it answers, where that is not who began the thread."""
    audience: str = ""
    """Who else sees it, when that is not everybody."""
    is_hidden: bool = False
    report_url: str = ""
    may_answer: bool = False
    elsewhere_url: str = ""
    """Where people of other servers are shown the way to answer from there."""
    may_edit: bool = False
    may_hide: bool = False
    distance_url: str = ""
    """Where whoever looks can mute or block who said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """A comment, and what was answered."""

    first: CommentView
    answers: tuple[CommentView, ...]
    has_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentView:
    """A mark in the timeline of a player."""

    label: str
    seconds: int
    url: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentsView:
    """The conversation about a record, as its page shows it."""

    record_url: str
    record_uri: str
    """What people look for on their own server to answer from there."""
    threads: tuple[ThreadView, ...] = ()
    moments: tuple[MomentView, ...] = ()
    next_url: str | None = None
    first_url: str | None = None
    may_comment: bool = False
    note: str = ""
    """What stands against commenting, or what becomes of a comment first."""
    longest: int = MAX_TEXT
    """Characters of a comment."""
    is_timed: bool = False
    """Whether there is a sound or a film to say something about."""
    pictures: tuple[PointableView, ...] = ()
    """What can be pointed at."""
    sign_in_url: str = ""
    hosts: dict[str, HostView] = field(default_factory=dict)


async def comments_view(request: Request[Any], record: Record) -> CommentsView:
    """The conversation about `record`, which whoever asks may see."""
    onlooker = await Onlooker.at(request)
    after = number_of(request.query_params.get("comments", "")) or 0
    threads, has_more = await threads_of(record, viewer=onlooker.actor, is_moderator=onlooker.is_moderator, after=after)
    said = [comment for thread in threads for comment in (thread.first, *thread.answers)]
    await onlooker.look_up(said)
    onlooker.pictures = await pictures_of(onlooker.cards, record)
    await catch_up(record, said)
    shown = tuple(
        ThreadView(
            first=onlooker.view(thread.first),
            answers=tuple(onlooker.view(answer) for answer in thread.answers),
            has_more=thread.has_more,
        )
        for thread in threads
    )
    url = onlooker.cards.record_url(record)
    views = [view for thread in shown for view in (thread.first, *thread.answers)]
    standing = {view.id for view in views}
    consent = Consent.GIVEN
    if onlooker.actor is not None and onlooker.may_comment:
        consent = await consent_to(record, "reply", actor=onlooker.actor)
    is_timed, _length = await playing_time_of(record)
    moments = await moments_of(record, viewer=onlooker.actor) if is_timed else []
    return CommentsView(
        record_url=url,
        record_uri=record.uri,
        threads=shown,
        moments=tuple(
            MomentView(
                label=clock(moment.at_ms or 0),
                seconds=(moment.at_ms or 0) // 1000,
                url=f"#comment-{moment.id}" if moment.id in standing else comment_url(onlooker.cards, moment),
                who=moment.author.name or moment.author.handle,
            )
            for moment in moments
        ),
        next_url=f"{url}?comments={threads[-1].first.id}#comments" if has_more and threads else None,
        first_url=f"{url}#comments" if after else None,
        may_comment=onlooker.may_comment
        and record.visibility in ("public", "followers")
        and consent is not Consent.REFUSED,
        note=note_on(consent),
        is_timed=is_timed,
        pictures=onlooker.pictures,
        sign_in_url=f"/sign-in?next={quote(url, safe='')}",
        hosts=await hosts_of([view.author.host for view in views]),
    )


class Onlooker:
    """Shows comments to whoever made a request."""

    def __init__(self, request: Request[Any]) -> None:
        self.cards = Cards(request)
        self.viewer = viewer_of(request)
        self.actor = self.viewer.actor if self.viewer else None
        self.is_moderator = self.viewer is not None and self.viewer.can(Permission.MODERATE)
        self.may_comment = self.viewer is not None and self.viewer.can(Permission.COMMENT)

        self.kept = Away()
        self.pictures: tuple[PointableView, ...] = ()
        self.quoted: dict[str, QuotedView] = {}
        self.consents: dict[str, Consent] = {}

    @classmethod
    async def at(cls, request: Request[Any]) -> Onlooker:
        """The same, who does not see what those say from whom they keep away."""
        onlooker = cls(request)
        onlooker.kept = await away_from(onlooker.actor)
        return onlooker

    async def look_up(self, comments: Collection[Comment]) -> None:
        """What `comments` quote can be shown with them."""
        said = [comment.uri for comment in comments if not comment.author.is_local and self.may_see(comment)]
        self.quoted = await quoted_in(self.cards, said)
        if self.actor is not None and self.may_comment:
            self.consents = await consents_to(comments, "reply", actor=self.actor)

    def may_see(self, comment: Comment) -> bool:
        """Whether the words of `comment` are theirs to see; the record is."""
        return is_shown(comment, self.actor, is_moderator=self.is_moderator, kept=self.kept)

    def view(self, comment: Comment) -> CommentView:
        url = comment_url(self.cards, comment)
        author = self.cards.person(comment.author)
        if not self.may_see(comment):
            word = _("A comment that was deleted") if comment.deleted_at else _("A comment that is hidden")
            return CommentView(
                id=comment.id, url=url, author=author, at=comment.published_at, is_gone=True, gone_word=word
            )
        answered = comment.parent.author if comment.parent and comment.parent.thread_id else None
        consent = self.consents.get(comment.uri, Consent.GIVEN)
        return CommentView(
            id=comment.id,
            url=url,
            author=author,
            at=comment.published_at,
            content_html=comment.content,
            quoted=self.quoted.get(comment.uri),
            language=comment.language,
            warning=comment.warning,
            moment="" if comment.at_ms is None else clock(comment.at_ms),
            seconds=(comment.at_ms or 0) // 1000,
            region=region_view(comment, self.pictures),
            edited_at=comment.updated_at,
            original_url=None if comment.author.is_local else (comment.url or comment.uri),
            answers=self.cards.person(answered) if answered else None,
            audience=_audience_word(comment),
            is_hidden=comment.hidden_at is not None,
            waits=_waiting_word(comment),
            answer_note=note_on(consent) if self.may_comment else "",
            may_answer=self.may_comment and consent is not Consent.REFUSED and not comment.consent,
            elsewhere_url=""
            if self.may_comment or comment.visibility != "public"
            else f"/elsewhere?uri={quote(comment.uri, safe='')}&do=answer",
            may_edit=self.actor is not None and self.actor.id == comment.author_id and self.may_comment,
            may_hide=self.viewer is not None and may_hide(self.viewer, comment),
            report_url=""
            if self.actor is not None and self.actor.id == comment.author_id
            else f"/report?about={quote(comment.uri, safe='')}",
            distance_url=f"/people/{comment.author_id}/distance"
            if self.viewer and self.viewer.can(Permission.MANAGE_OWN) and self.viewer.actor.id != comment.author_id
            else "",
        )


def comment_url(cards: Cards, comment: Comment) -> str:
    """The page of a comment on this site."""
    return cards.here(comment.uri) if comment.author.is_local else f"/comments/remote/{comment.id}"


def note_on(consent: Consent) -> str:
    """What somebody should know before they type an answer; empty when there is nothing to know."""
    if consent is Consent.REFUSED:
        return _("Its author does not want to be answered by everybody, and you are not among those who may.")
    if consent is Consent.ASKED:
        return _("Its author looks at answers first. Others see yours when they have agreed.")
    return ""


def _waiting_word(comment: Comment) -> str:
    if comment.consent == "refused":
        return _("its author would rather not have this there: only you see it")
    return _("waits until its author agrees: only you see it") if comment.consent else ""


def _audience_word(comment: Comment) -> str:
    """Who else sees it, where that is not everybody."""
    if comment.visibility == "direct":
        return _("only you two see this")
    return _("only followers") if comment.visibility == "followers" else ""
