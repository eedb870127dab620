"""Commenting on records, and what the author of a record does about it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from html import escape
from typing import Final

from fedirec.activitypub.consent import Consent
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Delete, Tombstone, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Invalid, TooMany
from fedirec.html import link_people, markdown, named_in
from fedirec.remix.actions.addressing import addressed_in, people_in, people_named, still_close
from fedirec.remix.actions.asking import ask_author
from fedirec.remix.actions.threads import Place, bury_comment, is_hasty, picture_at, playing_time_of, save_comment
from fedirec.remix.models import Comment, Record
from fedirec.remix.moments import clock
from fedirec.remix.queries.comments import conversation_of
from fedirec.remix.queries.consent import consent_to
from fedirec.remix.regions import Region, pointer, whereabouts, write_fragment
from fedirec.remix.sizes import is_small
from fedirec.remix.vocab import CommentObject, Mention
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

MAX_TEXT: Final = 5_000
"""Characters."""

MAX_WARNING: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class CommentDraft:
    """What somebody wants to say about a record."""

    text: str
    at_ms: int | None = None
    """The place in the sound or the film that it is about."""
    region: Region | None = None
    """The part of a picture that it is about."""
    language: str | None = None
    warning: str = ""


@dataclass(frozen=True, kw_only=True)
class Composed:
    """A comment as it will travel, and who will hear of it."""

    work: CommentObject
    told: list[Actor]
    followers_of: list[Actor] = field(default_factory=list)


async def write_comment(author: Actor, place: Place, draft: CommentDraft) -> Comment:
    """A local `author` has commented on a record that they may see, or answered a comment on it.

    Raises Invalid with the field that has to change, Gone, Forbidden, or TooMany after too many in one hour.
    """
    await _refuse_bad_draft(place, draft)
    asks = await may_answer_when_asked(author, place)
    if await is_hasty(author):
        raise TooMany(_("Those were many comments within an hour. Please take a break."))
    uri = Uris(origin_of(author.uri)).comment()
    composed = await _compose(author, place, draft, uri=uri, published=now())
    work = composed.work
    async with transaction():
        comment = await save_comment(author, work, place, document=work.write(), waits=asks)
        if asks:
            await ask_author(author, place.parent or place.record, "reply", instrument=work.write())
            return comment
        create = Create(
            id=new_activity_uri(author),
            actor=author.uri,
            object=work,
            to=work.to,
            cc=work.cc,
            published=work.published,
        )
        await publish(author, create, to=composed.told, to_followers_of=composed.followers_of)
    return comment


async def may_answer_when_asked(author: Actor, place: Place) -> bool:
    """Whether the author of what is answered there has to agree first, before others see what `author` says.

    Raises Forbidden when they do not want to be answered, and Conflict while what is answered waits itself.
    """
    if place.parent is not None and place.parent.consent:
        raise Conflict(_("That waits for an answer itself. Please answer when others can see it."))
    consent = await consent_to(place.parent or place.record, "reply", actor=author)
    if consent is Consent.REFUSED:
        raise Forbidden(_("Its author does not want to be answered by everybody, and you are not among those who may."))
    return consent is Consent.ASKED


async def edit_comment(author: Actor, comment: Comment, draft: CommentDraft) -> Comment:
    """A comment says something else, wherever it is known. It comes with its record and parent, and their authors."""
    _refuse_others(author, comment)
    if comment.consent:
        raise Conflict(_("It waits for the author of what you answered. You can delete it and say it anew."))
    place = Place(record=comment.record, parent=comment.parent)
    await _refuse_bad_draft(place, draft)
    composed = await _compose(
        author, place, draft, uri=comment.uri, published=comment.published_at, updated=now(), before=comment
    )
    work = composed.work
    others = await addressed_in(comment)
    async with transaction():
        saved = await save_comment(author, work, place, document=work.write())
        update = Update(
            id=new_activity_uri(author), actor=author.uri, object=work, to=work.to, cc=work.cc, published=now()
        )
        await publish(author, update, to=[*composed.told, *others], to_followers_of=composed.followers_of)
    return saved


async def delete_comment(author: Actor, comment: Comment) -> None:
    """A comment is gone; where somebody answered it, its place in the thread stays."""
    _refuse_others(author, comment)
    if comment.consent:
        await _take_back(author, comment)
        return
    others = await addressed_in(comment)
    owner, is_public = comment.record.author, comment.visibility == "public"
    followers = {"public": [author], "followers": [owner]}.get(comment.visibility, [])
    audience = [each.followers or "" for each in followers]
    async with transaction():
        await bury_comment(comment)
        tombstone = Tombstone(id=comment.uri, deleted=now(), former_type="Note")
        delete = Delete(
            id=new_activity_uri(author),
            actor=author.uri,
            object=tombstone,
            to=(PUBLIC,) if is_public else tuple(actor.uri for actor in others),
            cc=tuple(audience),
        )
        await publish(author, delete, to=others, to_followers_of=followers)


async def _take_back(author: Actor, comment: Comment) -> None:
    """What waits for somebody's consent, or did not get it, is gone; nobody but they ever knew of it."""
    asked = (comment.parent or comment.record).author
    async with transaction():
        await bury_comment(comment)
        tombstone = Tombstone(id=comment.uri, deleted=now(), former_type="Note")
        delete = Delete(id=new_activity_uri(author), actor=author.uri, object=tombstone, to=(asked.uri,))
        await publish(author, delete, to=[asked])


async def _compose(
    author: Actor,
    place: Place,
    draft: CommentDraft,
    *,
    uri: str,
    published: datetime,
    updated: datetime | None = None,
    before: Comment | None = None,
) -> Composed:
    record, owner, parent = place.record, place.record.author, place.parent
    visibility = before.visibility if before else _visibility_at(place)
    words = markdown(draft.text.strip()).strip()
    named = await people_named(named_in(words)) if visibility == "public" else {}
    answered = [parent.author, owner] if parent else [owner]
    in_thread = await people_in(parent or before) if visibility != "direct" else []
    others = [actor for actor in [*answered, *named.values(), *in_thread] if actor.id != author.id]
    if visibility == "followers":
        others = await still_close(owner, others)
    people = {actor.uri: actor for actor in others}
    mentioned = {actor.uri: actor for actor in [*answered, *named.values()] if actor.uri in people}
    to: tuple[str, ...]
    cc: tuple[str, ...]
    if visibility == "public":
        to, cc, followers_of = (PUBLIC,), (author.followers or "", *people), [author]
    elif visibility == "followers":
        to, cc, followers_of = tuple(people), (owner.followers or "",), [owner]
    else:
        to, cc, followers_of = tuple(people), (), []
    pages = {handle: actor.url or actor.uri for handle, actor in named.items()}
    work = CommentObject(
        id=uri,
        attributed_to=author.uri,
        published=published,
        updated=updated,
        content=_content(link_people(words, pages).strip(), draft, address=record.url or record.uri),
        markdown=draft.text.strip(),
        language=draft.language,
        warning=draft.warning.strip(),
        sensitive=bool(draft.warning.strip()),
        to=to,
        cc=cc,
        url=uri,
        in_reply_to=place.uri,
        mentions=tuple(Mention(href=actor.uri, name=f"@{actor.handle}@{actor.host}") for actor in mentioned.values()),
        replies=f"{uri}/replies" if visibility == "public" else None,
        context=await conversation_of(record) if visibility == "public" else None,
        at_ms=draft.at_ms,
        region=await _region_address(record, draft),
    )
    if not is_small(work.write()):  # its language is said by sending the words twice
        work = replace(work, language=None)
    if not is_small(work.write()):
        raise Invalid(_("Please say it in fewer words."), field="text")
    return Composed(work=work, told=list(people.values()), followers_of=followers_of)


async def _region_address(record: Record, draft: CommentDraft) -> str | None:
    if draft.region is None:
        return None
    return f"{await picture_at(record, draft.region.file)}#{write_fragment(draft.region)}"


def _content(words: str, draft: CommentDraft, *, address: str) -> str:
    """What other software shows: the words, behind the place that they are about, which leads there."""
    if draft.region is not None:
        link = pointer(address, draft.region, _(whereabouts(draft.region)))
    elif draft.at_ms is not None:
        link = f'<a href="{escape(address)}#t={draft.at_ms // 1000}">{clock(draft.at_ms)}</a>'
    else:
        return words
    return f"<p>{link} {words[3:]}" if words.startswith("<p>") else f"<p>{link}</p>{words}"


def _visibility_at(place: Place) -> str:
    """Who will see what is said there: never more people than see what it answers."""
    if place.parent and place.parent.visibility == "direct":
        return "direct"
    return place.record.visibility


async def _refuse_bad_draft(place: Place, draft: CommentDraft) -> None:
    if place.record.deleted_at:
        raise Gone(_("That record was deleted."))
    if place.record.visibility not in ("public", "followers"):
        raise Conflict(_("This is not for comments."))
    if not draft.text.strip():
        raise Invalid(_("Please write something."), field="text")
    if len(draft.text) > MAX_TEXT:
        raise Invalid(_("Please keep it under %(n)s characters.") % {"n": MAX_TEXT}, field="text")
    if len(draft.warning) > MAX_WARNING:
        raise Invalid(_("Please keep it under %(n)s characters.") % {"n": MAX_WARNING}, field="warning")
    if draft.region is not None and await picture_at(place.record, draft.region.file) is None:
        raise Invalid(_("There is no such picture here."), field="region")
    if draft.region is not None and draft.at_ms is not None:
        raise Invalid(_("Please choose one: a place in what plays, or a part of a picture."), field="region")
    if draft.at_ms is None:
        return
    is_played, length = await playing_time_of(place.record)
    if not is_played:
        raise Invalid(_("There is nothing here that plays."), field="at")
    if draft.at_ms < 0 or (length is not None and draft.at_ms > length + 999):
        raise Invalid(_("It ends at %(end)s.") % {"end": clock(length or 0)}, field="at")


def _refuse_others(author: Actor, comment: Comment) -> None:
    if comment.author_id != author.id:
        raise Forbidden(_("Only who wrote a comment can change it."))
    if comment.deleted_at:
        raise Gone(_("That comment was deleted."))
