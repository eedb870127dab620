"""How a challenge ends: its leaders choose, say what became of what was made, and thank everybody. Nobody wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.remix.actions.challenge_news import publish_update
from fedirec.remix.actions.challenges.going_on import go_on
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.news import publish_news
from fedirec.remix.actions.prompts import in_language_of
from fedirec.remix.actions.submissions.stating import BY_INSTANCE, tell_author
from fedirec.remix.actions.submissions.telling import link, say_to
from fedirec.remix.actions.terms import MAX_TOLD, authors_in, standing_in
from fedirec.remix.logbook import Happening, check_reason
from fedirec.remix.models import Challenge, Submission
from fedirec.remix.news import NewsKind
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.challenges import count_pending
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.submissions import ChallengeEvent, Outcome, SubmissionState
from fedirec.web.language import gettext as _

MAX_THANKS: Final = 500
"""Characters."""
MAX_SAID: Final = 200
"""Submissions about each of which something is said at the end; the others are thanked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the leaders say about one submission at the end."""

    outcome: Outcome = Outcome.THANKED
    thanks: str = ""


async def begin_selecting(leader: Actor, challenge: Challenge) -> None:
    """The leaders of a closed challenge choose now; followers hear of it."""
    refuse_unless(Deed.BEGIN_SELECTING, await parts_in(challenge, leader))
    async with transaction():
        group = await challenge.actor
        await go_on(challenge, ChallengeEvent.SELECT)
        await log(group, Happening.SELECTING, by=leader)
        await audit(leader, "begin_selecting", group.uri)
        await publish_update(challenge)


async def conclude_challenge(leader: Actor, challenge: Challenge, *, text: str, said: Mapping[int, Said]) -> None:
    """Everybody knows what became of what was made: followers by `text`, and each author of what was accepted.

    `said` is by the row of the submission; what is not in it is thanked, and what is in a frozen production was used,
    whatever is said. Raises Invalid with the field that has to change, Conflict while something waits for an answer,
    for nobody is left without one.
    """
    refuse_unless(Deed.CONCLUDE_CHALLENGE, await parts_in(challenge, leader))
    _check(said)
    async with transaction():
        group = await challenge.actor
        if await count_pending(challenge):
            raise Conflict(_("Something still waits for an answer. Please answer everybody first."))
        await go_on(challenge, ChallengeEvent.CONCLUDE, concluded_at=now())
        accepted = Submission.filter(challenge_id=challenge.id, state=SubmissionState.ACCEPTED)
        await accepted.order_by("id").select_for_update(no_key=True)  # in one order, whoever else holds some of them
        await accepted.filter(outcome="").update(outcome=Outcome.THANKED.value)
        for row in await accepted.filter(id__in=list(said)):
            row.thanks = said[row.id].thanks.strip()
            if row.outcome != Outcome.USED:
                row.outcome = said[row.id].outcome.value
            await row.save(update_fields=["outcome", "thanks"])
        await log(group, Happening.CONCLUDED, by=leader)
        await audit(leader, "conclude_challenge", group.uri)
        await publish_update(challenge)
        await publish_news(
            group,
            kind=NewsKind.CONCLUSION,
            title=challenge.title[:100],
            text=text,
            author=leader,
            language=challenge.language,
            to=[author for author, _record in await authors_in(challenge)],
        )
        await _thank(challenge, group)


async def cancel_challenge(leader: Actor, challenge: Challenge, *, reason: str) -> None:
    """It is called off; followers hear why, and so does everybody whose offer stood."""
    refuse_unless(Deed.CANCEL_CHALLENGE, await parts_in(challenge, leader))
    why = check_reason(Happening.CANCELLED, reason)
    async with transaction():
        group = await challenge.actor
        at = now()
        await go_on(challenge, ChallengeEvent.CANCEL, concluded_at=at, closed_at=challenge.closed_at or at)
        await log(group, Happening.CANCELLED, by=leader, reason=why)
        await audit(leader, "cancel_challenge", group.uri, reason=why)
        await publish_update(challenge)
        standing = await standing_in(challenge)
        await publish_news(
            group,
            kind=NewsKind.CANCELLATION,
            title=challenge.title[:100],
            text=why,
            author=leader,
            language=challenge.language,
            to=[row.record.author for row in standing],
        )
        for row in standing:
            author = row.record.author
            if author.is_local:
                details = {"title": challenge.title, "reason": why}
                await notify(author, Notice.CHALLENGE_CANCELLED, group, group.uri, group.uri, details)
            elif row.via != BY_INSTANCE:  # whose own instance offered it hears from that, which reads the news
                with in_language_of(challenge):
                    words = {"title": link(group.uri, challenge.title), "reason": escape(why)}
                    said = (
                        escape(_("“%(title)s” was called off: %(reason)s")) % words,
                        escape(_("What you made stays yours. Thank you for taking part.")),
                    )
                await say_to(group, author, *said, about=row.record)


async def archive_challenge(leader: Actor, challenge: Challenge) -> None:
    """It leaves the lists for good, and keeps its page."""
    refuse_unless(Deed.ARCHIVE_CHALLENGE, await parts_in(challenge, leader))
    async with transaction():
        group = await challenge.actor
        await go_on(challenge, ChallengeEvent.ARCHIVE)
        await log(group, Happening.ARCHIVED, by=leader)
        await audit(leader, "archive_challenge", group.uri)
        await publish_update(challenge)


def outcome_in_words(outcome: str, title: str) -> str:
    """What became of something, in one sentence for whoever made it."""
    words: dict[str, str] = {
        Outcome.USED: _("“%(title)s” was used."),
        Outcome.BUILT_ON: _("“%(title)s” was built on."),
    }
    return words.get(outcome, _("Thank you for “%(title)s”.")) % {"title": title}


async def _thank(challenge: Challenge, group: Actor) -> None:
    """Each author of something that was accepted knows what became of it."""
    notices = {Outcome.USED: Notice.SUBMISSION_USED, Outcome.BUILT_ON: Notice.SUBMISSION_BUILT_ON}
    accepted = Submission.filter(challenge_id=challenge.id, state=SubmissionState.ACCEPTED).order_by("id")
    for row in await accepted.limit(MAX_TOLD).select_related("record__author"):
        record, outcome = row.record, Outcome(row.outcome)
        if record.author.is_local:
            notice = notices.get(outcome, Notice.SUBMISSION_THANKED)
            details = {"title": record.title, "challenge": challenge.title, "reason": row.thanks}
            await notify(record.author, notice, group, record.uri, group.uri, details)
        else:
            with in_language_of(challenge):
                over = escape(_("“%(title)s” is finished.")) % {"title": link(group.uri, challenge.title)}
                became = f"{outcome_in_words(outcome, record.title)} {row.thanks}".rstrip()
            await tell_author(group, row, record, over, escape(became))


def _check(said: Mapping[int, Said]) -> None:
    if len(said) > MAX_SAID:
        raise Invalid(_("Please say something about %(n)s of them at most.") % {"n": MAX_SAID})
    for key, each in said.items():
        if len(each.thanks) > MAX_THANKS:
            raise Invalid(
                _("Please keep it under %(max_thanks)s characters.") % {"max_thanks": MAX_THANKS},
                field=f"thanks-{key}",
            )
