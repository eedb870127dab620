"""Telling people what they should know of a challenge or a project, wherever they live.

Members and guests are told here. Who lives elsewhere reads it there as a post of the Group that is for them alone: any
software shows it, and its link leads to the page where they sign in with their own server.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, Final
from urllib.parse import quote

from fedirec.accounts.actions.notifications import notify, notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import SENTENCES, Notice
from fedirec.accounts.telling import title_in
from fedirec.activitypub.authority import may_have
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Create
from fedirec.clock import now
from fedirec.errors import Unsupported
from fedirec.html import excerpt
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.vocab import Mention, PostObject
from fedirec.translatable import N_
from fedirec.uris import new_key, origin_of
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

MAX_AN_HOUR: Final = 60
"""Posts of one Group elsewhere; beyond them our people are told nothing."""
MAX_TOLD: Final = 300
"""Characters of such a post that somebody is told."""
_MOST: Final = 20
"""People of ours to whom one of them goes."""
_QUESTIONS: Final = frozenset(
    {
        Notice.ROLE_PROPOSED,
        Notice.CREDIT_ANSWERED,
        Notice.GRANT_ASKED,
        Notice.PERSON_NAMED,
        Notice.INVITED_TO_PROJECT,
        Notice.INVITATION_WAITS,
        Notice.TASK_GIVEN,
        Notice.SUBMITTED,
        Notice.SUBMISSION_CHANGED,
        Notice.NEED_ANSWERED,
        Notice.WANTS_TO_JOIN,
        Notice.CHALLENGE_OFFERED,
        Notice.LEAD_OFFERED,
        Notice.PROPOSAL_PUBLISHED,
        Notice.PROPOSAL_REVISED,
        Notice.PROPOSAL_LOCKED,
        Notice.DEPARTURE_ASKED,
        Notice.OBJECTION_ANSWERED,
    }
)
"""What somebody answers: the page shows them the question when they are signed in."""
_OWN_PAGES: Final = "/money"
"""What begins like that is shown to nobody who is not signed in."""
_WRITERS: Final = frozenset({"Group", "Application"})
"""What writes letters: challenges and projects, and an instance as a whole, about how people are paid."""

_CREDITS: Final = frozenset({Notice.ROLE_PROPOSED, Notice.WORK_USED})
"""What tells somebody that they are credited."""
_CODE: Final = "code"
_ONCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_OFFER: Final = N_("Should your server be gone one day, a code proves that this credit is yours. Get it here:")
"""Said with the first credit. The code itself is shown to nobody but who is signed in."""


async def tell_people(
    group: Actor,
    people: Iterable[Actor],
    kind: Notice,
    cause: Actor | None,
    subject_uri: str,
    url: str,
    details: Mapping[str, Any],
    *,
    language: str | None = None,
    writes: bool = True,
    also_moved: bool = False,
) -> None:
    """Each of `people`, here or elsewhere, knows that `cause` did `kind` to `subject_uri`; part of the caller's
    transaction.

    `group` is ours, and writes to those elsewhere in `language`, that of what it is about, unless it has written too
    much already (not `writes`); while it is prepared it is nobody for other servers, and writes to none. `url` is a
    page of ours. Nobody is told of what they did themselves, and nobody who is gone or was suspended; accounts
    elsewhere from which somebody moved only where it is about their money (`also_moved`).
    """
    told = {each.id: each for each in people if each.state == "active" and (cause is None or each.id != cause.id)}
    if not told:
        return
    accounts = await Account.filter(actor_id__in=list(told), state="active")
    await notify_all(accounts, kind, cause, subject_uri, url, details)
    writes = writes and group.state != "pending"
    for person in told.values():
        if writes and not person.is_local and (also_moved or person.moved_to is None):
            is_own = url.removeprefix(origin_of(url)).startswith(_OWN_PAGES)
            page = door_to(url) if is_own or kind in _QUESTIONS else url
            code = ""
            if kind in _CREDITS and await is_first(person.uri, _CODE, _ONCE):
                code = door_to(f"{origin_of(url)}/money/code")
            await _write(group, person, _in_words(kind, cause, details, language), page, language, code=code)


def door_to(url: str) -> str:
    """Where somebody who lives elsewhere signs in with their own server, and from where they go on to our page `url`.

    Who is signed in already goes on at once.
    """
    origin = origin_of(url)
    return f"{origin}/sign-in/elsewhere?next={quote(url.removeprefix(origin), safe='/')}"


async def _write(group: Actor, person: Actor, words: str, url: str, language: str | None, *, code: str = "") -> None:
    mention = f'<a href="{escape(person.url or person.uri)}" class="u-url mention">@{escape(person.handle)}</a>'
    offer = ""
    if code:
        with reading(Reader(locale=best_language([language] if language else []))):
            offer = f'<p>{escape(_(_OFFER))} <a href="{escape(code)}">{escape(code)}</a></p>'
    note = PostObject(
        id=f"{group.uri}/letters/{new_key()}",
        attributed_to=group.uri,
        published=now(),
        content=f'<p>{mention} {escape(words)}</p><p><a href="{escape(url)}">{escape(url)}</a></p>{offer}',
        language=best_language([language] if language else []),
        to=(person.uri,),
        url=url,
        mentions=(Mention(href=person.uri, name=f"@{person.handle}@{person.host}"),),
    )
    create = Create(
        id=new_activity_uri(group), actor=group.uri, object=note, to=note.to, cc=(), published=note.published
    )
    await publish(group, create, to=[person])


def _in_words(kind: Notice, cause: Actor | None, details: Mapping[str, Any], language: str | None) -> str:
    with reading(Reader(locale=best_language([language] if language else []))):
        who = (cause.name or cause.handle) if cause else str(details.get("who") or _("Somebody"))
        blanks = {"title": title_in(kind, details)} | {
            name: str(details.get(name) or "") for name in ("challenge", "day")
        }
        sentence = _(SENTENCES[kind]) % {"who": who, **blanks}
    return " ".join(filter(None, [sentence, str(details.get("reason") or "")]))


async def take_private_note(group: Actor, post: PostObject) -> bool:
    """Whether `post` is such a note of a Group or an instance elsewhere to people of ours; then they are told of it.

    The notice leads to the page that the note is about, which its sentence does not spell out, if that is of the
    Group's own origin; else to the Group. Part of the transaction of the activity. Nobody is told who keeps away from
    the Group. Raises Unsupported for too much.
    """
    if group.type not in _WRITERS or group.is_local or post.is_public or post.in_reply_to:
        return False
    named = {*post.to, *post.cc} & {mention.href for mention in post.mentions}
    people = await Actor.filter(uri__in=sorted(named)[:_MOST], is_local=True, type="Person", state="active")
    if not people:
        return False
    await refuse_insistent(group, what=Create.TYPE, limit=MAX_AN_HOUR)
    if await has_to_wait(group):
        raise Unsupported("strangers are not heard at the moment")
    page = post.url if post.url and may_have(post.url, owner=group.uri) else group.uri
    said = excerpt(post.content, MAX_TOLD + len(page)).removesuffix(page).rstrip()
    for person in people:
        about = {"title": excerpt(escape(said.removeprefix(f"@{person.handle} ")), MAX_TOLD)}
        await notify(person, Notice.GROUP_WROTE, group, post.id, page, about)
    return True
