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
from fedirec.remix.actions.prompts import current_terms, terms_in_words
from fedirec.remix.licences import find_licence
from fedirec.remix.licences.grants import agreed_words
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.queries.leading import leaders_of_group
from fedirec.remix.submissions import SubmissionState, wants_words
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

    Words alone are an offer only if their author says so, and where words are asked for they are asked. Part of the
    caller's transaction. Nothing happens for what has a licence, waits for a moderator, or was posted by a program, and
    for who has been told often enough today.
    """
    is_remark = submission.state == SubmissionState.REMARK and wants_words(challenge.kinds)
    if not is_remark and submission.state != SubmissionState.LICENCE_PENDING:
        return
    if submission.asked_at is not None or record.held_at is not None:
        return
    group, author = challenge.actor, await record.author
    if author.is_local or not group.is_local or author.type != "Person" or await _knows_already(author):
        return
    if await is_unwelcome(author, with_any=[leader.id for leader in await leaders_of_group(group)]):
        return
    with reading(Reader(locale=language_for(record))):
        said = await _how_to_offer(challenge, record, is_remark=is_remark)
    submission.asked_at = now()
    await submission.save(update_fields=["asked_at"])
    await say_to(group, author, *said, about=record, uri=asking_uri(group, submission))


def asking_uri(group: Actor, submission: Submission, *, terms: int | None = None) -> str:
    """The address of the note that says how a post becomes a submission to the challenge of `group`, or how its author
    agrees to that version of the terms.
    """
    asked = f"{group.uri}/asked/{submission.id}"
    return asked if terms is None else f"{asked}/terms/{terms}"


async def find_asked(author: Actor, uri: str | None) -> Submission | None:
    """That about which a note of a challenge of ours at `uri` asked `author`; with its record, which is there."""
    place, _asked, rest = (uri or "").rpartition("/asked/")
    row = rest.partition("/terms/")[0]
    if not place or not row.isascii() or not row.isdigit() or len(row) > 18:
        return None
    asked = Submission.filter(id=int(row), challenge__actor__uri=place, record__author_id=author.id)
    found = asked.filter(challenge__actor__is_local=True, record__deleted_at=None)
    return await found.select_related("record", "challenge__actor").first()


def link(url: str, words: str | None = None) -> str:
    """A link of a note."""
    return f'<a href="{escape(url)}">{escape(words or url)}</a>'


async def _how_to_offer(challenge: Challenge, record: Record, *, is_remark: bool) -> list[str]:
    terms = await current_terms(challenge)
    uris, title = Uris(origin_of(challenge.actor.uri)), link(challenge.actor.uri, challenge.title)
    if is_remark:
        said = [
            escape(_("Thank you for writing to “%(title)s”! Is that your contribution?")) % {"title": title},
            escape(_("If it is a question or a remark, do nothing: it stands there as what it is.")),
        ]
    else:
        said = [escape(_("Thank you for answering “%(title)s”!")) % {"title": title}]
    if terms is not None:
        asks = (
            _(
                "If it is, and you agree to the terms of the challenge, answer this with the sentence “%(sentence)s”. "
                "It says what others may do with it."
            )
            if is_remark
            else _(
                "It waits until you say what others may do with it. If you agree to the terms of the challenge, "
                "answer this with the sentence “%(sentence)s”."
            )
        )
        licence = find_licence(terms.licence)
        sentence = agreed_words(licence.short, language_for(record))
        said += [
            escape(asks) % {"sentence": escape(sentence)},
            f"{escape(terms_in_words(terms))} {link(licence.url) if licence.url else ''}".rstrip(),
            escape(_("Or sign in with your own server and say so there: %(page)s"))
            % {"page": link(uris.remote_record(record.id))},
        ]
    if not is_remark:
        said.append(escape(_("If you did not mean to take part, do nothing: it stays your post, and nobody uses it.")))
    said.append(escape(_("%(place)s sends this by itself, and only once.")) % {"place": escape(uris.host)})
    return said


async def _knows_already(author: Actor) -> bool:
    """Whether `author`, or their host, has been told often enough today how a post becomes a submission."""
    told = Submission.filter(asked_at__gt=now() - A_DAY)
    if await told.filter(record__author_id=author.id).count() >= MAX_ANSWERS:
        return True
    return await told.filter(record__author__host=author.host).limit(MAX_ANSWERS_TO_HOST).count() >= MAX_ANSWERS_TO_HOST
