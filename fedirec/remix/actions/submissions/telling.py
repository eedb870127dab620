"""Telling people on other servers, in plain words, what concerns them: a note of the challenge for them alone.

Every server shows such a note. Nothing that arrives here from a Group, or from a program, is answered by itself, so
that two servers that do this never talk with each other without an end.
"""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Final

from fedirec.accounts.boundaries import is_unwelcome
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Create
from fedirec.clock import now
from fedirec.remix.licences import find_licence
from fedirec.remix.licences.grants import agreed_words
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.remix.submissions import SubmissionState
from fedirec.remix.vocab import CommentObject, Mention
from fedirec.uris import Uris, new_key, origin_of
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

MAX_ANSWERS: Final = 3
"""Posts of one author within a day after which they know how it goes, and are told nothing more by itself."""
MAX_ANSWERS_TO_HOST: Final = 30
"""The same for everybody of one host together."""
A_DAY: Final = timedelta(days=1)


async def say_to(group: Actor, person: Actor, *said: str, about: Record | None = None, uri: str | None = None) -> None:
    """Who lives elsewhere reads `said`, paragraphs of HTML, in a note of `group` for them alone.

    It answers `about`, if that is something of theirs. Part of the caller's transaction; nothing happens for who lives
    here, is a program, or has blocked the challenge.
    """
    if person.is_local or person.state != "active" or person.type != "Person":
        return
    if await is_unwelcome(group, with_any=[person.id]):
        return
    mention = f'<a href="{escape(person.url or person.uri)}" class="u-url mention">@{escape(person.handle)}</a>'
    first, *rest = said
    note = CommentObject(
        id=uri or f"{group.uri}/words/{new_key()}",
        attributed_to=group.uri,
        published=now(),
        content="".join(f"<p>{each}</p>" for each in (f"{mention} {first}", *rest)),
        language=language_for(about),
        to=(person.uri,),
        url=group.uri,
        in_reply_to=about.uri if about is not None and about.author_id == person.id else None,
        mentions=(Mention(href=person.uri, name=f"@{person.handle}@{person.host}"),),
    )
    create = Create(
        id=new_activity_uri(group), actor=group.uri, object=note, to=note.to, cc=(), published=note.published
    )
    await publish(group, create, to=[person])


def language_for(record: Record | None) -> str:
    """The language in which the author of `record` is spoken to: that of their post, where we know it."""
    return best_language([record.language] if record is not None and record.language else [])


async def say_how_to_offer(challenge: Challenge, submission: Submission, record: Record) -> None:
    """Who posted `record` is told once how it becomes a submission to `challenge`, which comes with its Group.

    Part of the caller's transaction. Nothing happens for what has a licence, waits for a moderator, or was posted by a
    program, and for who has been told often enough today.
    """
    if submission.state != SubmissionState.LICENCE_PENDING or record.held_at is not None:
        return
    group, author = challenge.actor, await record.author
    if author.is_local or not group.is_local or author.type != "Person" or await _knows_already(author):
        return
    if await is_unwelcome(author, with_any=[leader.id for leader in await leaders_of_group(group)]):
        return
    with reading(Reader(locale=language_for(record))):
        said = await _how_to_offer(challenge, record)
    await say_to(group, author, *said, about=record, uri=asking_uri(group, submission))


def asking_uri(group: Actor, submission: Submission) -> str:
    """The address of the note that says how a post becomes a submission to the challenge of `group`."""
    return f"{group.uri}/asked/{submission.id}"


async def find_asked_about(author: Actor, uri: str | None) -> Record | None:
    """The post by `author` about which the note at `uri` asked, if it is one of a challenge of ours."""
    place, _asked, row = (uri or "").rpartition("/asked/")
    if not place or not row.isascii() or not row.isdigit() or len(row) > 18:
        return None
    asked = Submission.filter(id=int(row), challenge__actor__uri=place, record__author_id=author.id)
    submission = await asked.filter(challenge__actor__is_local=True).select_related("record").first()
    return submission.record if submission is not None and submission.record.deleted_at is None else None


def link(url: str, words: str | None = None) -> str:
    """A link of a note."""
    return f'<a href="{escape(url)}">{escape(words or url)}</a>'


async def _how_to_offer(challenge: Challenge, record: Record) -> list[str]:
    terms = await challenge.terms.all().order_by("-version").first()
    licence = find_licence(terms.licence) if terms else None
    uris = Uris(origin_of(challenge.actor.uri))
    said = [escape(_("Thank you for answering “%(title)s”!")) % {"title": link(challenge.actor.uri, challenge.title)}]
    if licence is not None:
        said += [
            escape(
                _(
                    "It waits until you say what others may do with it. If you agree to the terms of the challenge, "
                    "answer this with the sentence “%(sentence)s”."
                )
            )
            % {"sentence": escape(agreed_words(licence.short, language_for(record)))},
            escape(_("Or sign in with your own server and say so there: %(page)s"))
            % {"page": link(uris.remote_record(record.id))},
        ]
    said += [
        escape(_("If you did not mean to take part, do nothing: it stays your post, and nobody uses it.")),
        escape(_("%(place)s sends this by itself, and only once.")) % {"place": escape(uris.host)},
    ]
    return said


async def _knows_already(author: Actor) -> bool:
    """Whether `author`, or their host, has been told often enough today how a post becomes a submission."""
    recent = Submission.filter(via="reply", created_at__gt=now() - A_DAY)
    if await recent.filter(record__author_id=author.id).exclude(state="remark").count() > MAX_ANSWERS:
        return True
    return await recent.filter(record__author__host=author.host).limit(MAX_ANSWERS_TO_HOST + 1).count() > (
        MAX_ANSWERS_TO_HOST
    )
