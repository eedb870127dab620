"""Asking people for something of theirs, in the open: whoever is invited stands in the log, and so does why."""

from __future__ import annotations

from datetime import timedelta
from html import escape
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.submissions.offers import refuse_late, refuse_unwelcome_author, take_completed
from fedirec.remix.actions.submissions.parts import parts_of
from fedirec.remix.actions.submissions.telling import asking_uri, language_for, link, say_how_to_offer, say_to
from fedirec.remix.licences import find_licence
from fedirec.remix.licences.grants import agreed_words
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.models import Challenge, LogEntry, Record, Submission
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.submissions import SubmissionState
from fedirec.uris import Uris, origin_of
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

MAX_INVITED: Final = 20
"""People whom one challenge invites within a day."""
A_DAY: Final = timedelta(days=1)


async def find_invited(remote: Remote, handle: str, *, host: str) -> Actor:
    """The person behind a handle that somebody typed, here (at `host`) or elsewhere. May ask their server.

    Raises Invalid for what is no handle, and what `Remote.find_by_handle` raises.
    """
    name, _at, place = handle.strip().removeprefix("@").partition("@")
    if not name:
        raise Invalid(_("Please write a handle, like @ana@studio.example."), field="handle")
    if not place or place.lower() == host.lower():
        person = await Actor.get_or_none(local_handle=name.lower(), is_local=True, state="active")
        if person is None:
            raise NotFound(_("Nobody here is called that."), field="handle")
    else:
        person = await remote.find_by_handle(f"@{name}@{place}")
    if person.type != "Person":
        raise Invalid(_("Only people can be invited."), field="handle")
    return person


async def invite_to_submit(leader: Actor, challenge: Challenge, person: Actor, reason: str) -> LogEntry:
    """`person`, here or elsewhere, knows that they are asked to make something for `challenge`; so does who reads the
    log.

    Raises Conflict for a challenge that is closed and for who was invited before, TooMany after MAX_INVITED within a
    day, and Forbidden where the two have blocked each other.
    """
    group = await _may_invite(leader, challenge, person)
    said = check_reason(Happening.INVITED, reason)
    if await LogEntry.exists(group_id=group.id, kind=Happening.INVITED.value, person_id=person.id):
        raise Conflict(_("They have been invited already."), field="handle")
    async with transaction():
        entry = await log(group, Happening.INVITED, by=leader, person=person, reason=said)
        details = {"title": challenge.title, "reason": said}
        await notify(person, Notice.INVITED_TO_SUBMIT, leader, group.uri, group.uri, details)
        with reading(Reader(locale=best_language([challenge.language] if challenge.language else []))):
            words = _("%(name)s invites you to make something for “%(challenge)s”:")
            first = escape(words) % {"name": _name(leader), "challenge": link(group.uri, challenge.title)}
            last = escape(_("You need not answer. Nobody is invited twice."))
        await say_to(group, person, first, escape(said), last)
    return entry


async def propose_record(leader: Actor, challenge: Challenge, record: Record, reason: str) -> Submission:
    """A public work that a leader found, and its author never offered, waits until that author says so; they are asked,
    and the log says that they were.

    `record` comes with its author. Raises as `invite_to_submit`, and Conflict for what is not public, or known to the
    challenge already.
    """
    group = await _may_invite(leader, challenge, record.author)
    said = check_reason(Happening.INVITED, reason)
    if record.author_id == leader.id:
        raise Conflict(_("It is yours: you can offer it yourself."), field="address")
    if record.visibility != "public" or record.deleted_at:
        raise Conflict(_("Only a public record can answer a challenge."), field="address")
    if await Submission.exists(challenge_id=challenge.id, record_id=record.id):
        raise Conflict(_("The challenge knows that already."), field="address")
    terms = await newest_terms(challenge)
    async with transaction():
        submission = await Submission.create(
            challenge=challenge,
            record=record,
            state=SubmissionState.PROPOSED.value,
            via="pasted",
            terms_version=terms.version if terms else None,
            terms_digest=terms.digest if terms else None,
        )
        await log(group, Happening.INVITED, by=leader, person=record.author, record=record, reason=said)
        details = {"title": challenge.title, "reason": said}
        await notify(record.author, Notice.WORK_WANTED, leader, record.uri, group.uri, details)
        with reading(Reader(locale=language_for(record))):
            told = [*_wanted(leader, challenge, group, record), escape(said)]
            if terms and record.is_post and not find_licence(record.licence).is_known:
                words = _("If you agree to its terms, answer this with the sentence “%(sentence)s”.")
                sentence = agreed_words(find_licence(terms.licence).short, language_for(record))
                told.append(escape(words) % {"sentence": escape(sentence)})
        await say_to(group, record.author, *told, about=record, uri=asking_uri(group, submission))
    return submission


async def take_remark(leader: Actor, submission: Submission) -> Submission:
    """What somebody said in words alone is taken for an offer; they are told what is missing, as for any other post.

    Raises Conflict for what was said too late, or is no remark.
    """
    challenge, record, group, _author = await parts_of(submission)
    refuse_unless(Deed.CHOOSE_SUBMISSION, await parts_in(challenge, leader) if group.is_local else ())
    async with transaction():
        await take_completed(challenge, submission, record, came=submission.created_at)
        await say_how_to_offer(challenge, submission, record)
    return submission


async def _may_invite(leader: Actor, challenge: Challenge, person: Actor) -> Actor:
    """The Group of `challenge`, for which `leader` may invite `person`. Raises Conflict, TooMany or Forbidden."""
    group = await challenge.actor
    refuse_unless(Deed.INVITE_TO_SUBMIT, await parts_in(challenge, leader) if group.is_local else ())
    refuse_late(challenge, is_from_elsewhere=False)
    if person.state != "active":
        raise NotFound(_("They are not here any more."), field="handle")
    await refuse_unwelcome(leader, to=person)
    await refuse_unwelcome_author(challenge, person)
    if person.id == leader.id:
        raise Forbidden(_("You are there already."))
    invited = LogEntry.filter(group_id=group.id, kind=Happening.INVITED.value, created_at__gt=now() - A_DAY)
    if await invited.count() >= MAX_INVITED:
        raise TooMany(_("Those were many invitations for one day. Please wait until tomorrow."), retry_after=3600)
    return group


def _wanted(leader: Actor, challenge: Challenge, group: Actor, record: Record) -> list[str]:
    words = _("%(name)s would like to have this in “%(challenge)s”, and asks whether you offer it. They say why:")
    page = Uris(origin_of(group.uri)).remote_record(record.id)
    return [
        escape(words) % {"name": _name(leader), "challenge": link(group.uri, challenge.title)},
        escape(_("You can sign in with your own server and offer it there: %(page)s")) % {"page": link(page)},
        escape(_("If you do nothing, nothing happens.")),
    ]


def _name(person: Actor) -> str:
    return escape(person.name or person.handle)
