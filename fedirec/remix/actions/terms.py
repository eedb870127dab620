"""New terms of a challenge, and how those who offered something before agree to them.

What they offered stays bound to the version that they know until they agree: by a button here, by an activity of their
own instance, or in the agreed words (`submissions`).
"""

from __future__ import annotations

from html import escape
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Offer, Ref
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.actions.agreeing import agree
from fedirec.remix.actions.prompts import in_language_of, terms_of
from fedirec.remix.actions.submissions.telling import link, say_to
from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.submissions import ENDED, SubmissionState
from fedirec.remix.terms import Terms
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

STANDING: Final = (SubmissionState.PENDING, SubmissionState.LICENCE_PENDING, SubmissionState.ACCEPTED)
"""How a submission stands whose author is asked to agree to new terms."""
MAX_TOLD: Final = 1_000
"""Authors who are told of something that concerns what they offered; the others read it where it stands."""


async def agree_to_terms(author: Actor, submission: Submission, *, version: int) -> None:
    """What `author` offered is bound to `version` of the terms from now on, because they agree.

    A challenge elsewhere hears of it. Raises Forbidden for others, Conflict where that is not the newest version, or
    where it is over.
    """
    whole = await Submission.get(id=submission.id).select_related("challenge__actor", "record")
    refuse_unless(Deed.AGREE_TO_TERMS, {Part.AUTHOR} if whole.record.author_id == author.id else ())
    terms = await newest_terms(whole.challenge)
    if terms is None or terms.version != version:
        raise Conflict(_("The terms have changed again meanwhile. Please read them anew."))
    if whole.state not in STANDING or whole.challenge.state in ENDED:
        raise Conflict(_("It is over, and stays as it is."))
    if not terms_of(terms).admits(licence_of(whole.record)) and find_licence(whole.record.licence).is_known:
        raise Conflict(_("Its licence does not fit the new terms. It stays under those that you know."))
    group = whole.challenge.actor
    async with transaction():
        await agree(whole, terms)
        if not group.is_local and author.is_local:
            offer = Offer(
                id=new_activity_uri(author),
                actor=author.uri,
                object=Ref(whole.record.uri),
                target=group.uri,
                to=(group.uri,),
                terms=(terms.version, terms.digest),
            )
            await publish(author, offer, to=[group])
    submission.terms_version, submission.terms_digest = terms.version, terms.digest


async def take_agreement(
    author: Actor, submission: Submission, *, version: int, digest: str, activity_uri: str | None = None
) -> None:
    """`author`, who lives elsewhere, agreed to terms of ours by a signed activity; part of the caller's transaction.

    Raises Forbidden for others than the author, Invalid for terms that were never said.
    """
    if submission.record.author_id != author.id:
        raise Forbidden("only its author agrees to terms for a record")
    terms = await ChallengeTerms.get_or_none(challenge_id=submission.challenge_id, version=version, digest=digest)
    if terms is None:
        raise Invalid("those terms were never said")
    await agree(submission, terms, activity_uri=activity_uri)


async def find_standing(challenge: Challenge, record: Record) -> Submission | None:
    """The offer of `record` to `challenge` that stands, with the record."""
    standing = Submission.filter(challenge_id=challenge.id, record_id=record.id, state__in=list(STANDING))
    return await standing.select_related("record").first()


async def newest_terms(challenge: Challenge) -> ChallengeTerms | None:
    """The row of what the challenge promises now, if it promises anything."""
    return await ChallengeTerms.filter(challenge_id=challenge.id).order_by("-version").first()


async def tell_of_terms(challenge: Challenge, group: Actor, terms: Terms, *, reason: str) -> None:
    """Everybody whose offer stands knows that there are new terms, and how to agree; part of the caller's transaction.

    Other instances of ours hear of it with the challenge itself.
    """
    for author, record in await authors_in(challenge):
        if author.is_local:
            details = {"title": challenge.title, "reason": reason}
            await notify(author, Notice.TERMS_CHANGED, group, f"{group.uri}#terms-{terms.version}", group.uri, details)
        elif record.is_post:
            with in_language_of(challenge):
                words = {"title": link(group.uri, challenge.title), "reason": escape(reason)}
                said = (
                    escape(_("The terms of “%(title)s” have changed: %(reason)s")) % words,
                    escape(_("What you offered stays under the terms that you know until you agree to the new ones.")),
                    escape(_("To agree, sign in there with your own server.")),
                )
            await say_to(group, author, *said, about=record)


async def tell_of_remote_terms(challenge: Challenge, group: Actor, terms: Terms) -> None:
    """Those here whose offers to a challenge elsewhere stand know that it has new terms; part of a transaction."""
    for author, _record in await authors_in(challenge):
        if author.is_local:
            page = f"{origin_of(author.uri)}/challenges/remote/{challenge.id}"
            subject = f"{group.uri}#terms-{terms.version}"
            await notify(author, Notice.TERMS_CHANGED, group, subject, page, {"title": challenge.title})


async def authors_in(challenge: Challenge) -> list[tuple[Actor, Record]]:
    """Each author of something that stands in `challenge`, with one work of theirs there; MAX_TOLD at most."""
    standing = Submission.filter(challenge_id=challenge.id, state__in=list(STANDING)).order_by("id").limit(MAX_TOLD)
    rows = await standing.select_related("record__author")
    return list({row.record.author_id: (row.record.author, row.record) for row in rows}.values())
