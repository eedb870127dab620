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
from fedirec.remix.actions.prompts import terms_in_words, terms_of
from fedirec.remix.actions.submissions.parts import refuse_past
from fedirec.remix.actions.submissions.telling import asking_uri, language_for, link, say_to
from fedirec.remix.licences import find_licence, licence_of
from fedirec.remix.licences.grants import words_of_agreement
from fedirec.remix.models import Challenge, ChallengeTerms, Record, Submission
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.queries.terms import newest_terms
from fedirec.remix.submissions import ENDED, SubmissionState
from fedirec.remix.terms import Terms
from fedirec.uris import origin_of
from fedirec.web.language import Reader, reading
from fedirec.web.language import gettext as _

STANDING: Final = (SubmissionState.PENDING, SubmissionState.LICENCE_PENDING, SubmissionState.ACCEPTED)
"""How a submission stands whose author is asked to agree to new terms."""
MAX_BOUND: Final = 200
"""Works of one author in one challenge that are bound to new terms by one sentence."""
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
    _refuse_unfit(whole, terms)
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

    `submission` comes with its challenge and its record. Raises Forbidden for others than the author, Invalid for terms
    that were never said, and Conflict as `agree_to_terms`.
    """
    if submission.record.author_id != author.id:
        raise Forbidden("only its author agrees to terms for a record")
    terms = await ChallengeTerms.get_or_none(challenge_id=submission.challenge_id, version=version, digest=digest)
    if terms is None:
        raise Invalid("those terms were never said")
    await refuse_past(submission.challenge, terms)
    _refuse_unfit(submission, terms)
    await agree(submission, terms, activity_uri=activity_uri)


async def agree_in_words(
    author: Actor, challenge: Challenge, *, version: int, activity_uri: str | None, words: str
) -> None:
    """All that `author`, who lives elsewhere, has in `challenge` of ours is bound to `version` of its terms from now
    on, because they said so in the agreed `words`, by the signed activity at `activity_uri`.

    What was made under a licence that those terms do not admit stays as it is. Part of the caller's transaction. Raises
    Invalid for terms that were never said, and Conflict where nothing of theirs can be bound to them.
    """
    terms = await ChallengeTerms.get_or_none(challenge_id=challenge.id, version=version)
    if terms is None:
        raise Invalid("those terms were never said")
    await refuse_past(challenge, terms)
    standing = Submission.filter(challenge_id=challenge.id, record__author_id=author.id, state__in=list(STANDING))
    rows = await standing.order_by("id").limit(MAX_BOUND).select_related("challenge", "record")
    refused: Conflict | None = Conflict("nothing of theirs stands there") if not rows else None
    is_bound = False
    for row in rows:
        try:
            _refuse_unfit(row, terms)
        except Conflict as error:
            refused = error
            continue
        await agree(row, terms, activity_uri=activity_uri, words=words)
        is_bound = True
    if refused is not None and not is_bound:
        raise refused


def _refuse_unfit(submission: Submission, terms: ChallengeTerms) -> None:
    """Raise Conflict where `submission`, which comes with its challenge and its record, cannot be bound to `terms`."""
    if submission.state not in STANDING or submission.challenge.state in ENDED:
        raise Conflict(_("It is over, and stays as it is."))
    record = submission.record
    if find_licence(record.licence).is_known and not terms_of(terms).admits(licence_of(record)):
        raise Conflict(_("Its licence does not fit the new terms. It stays under those that you know."))


async def find_standing(challenge: Challenge, record: Record) -> Submission | None:
    """The offer of `record` to `challenge` that stands, with the record."""
    standing = Submission.filter(challenge_id=challenge.id, record_id=record.id, state__in=list(STANDING))
    return await standing.select_related("record", "challenge").first()


async def find_standing_alone(author: Actor, uri: str | None) -> Submission | None:
    """The offer to a challenge of ours that stands of what `author` posted at `uri`, if there is just one such."""
    offered = Submission.filter(record__uri=uri or "", record__author_id=author.id, state__in=list(STANDING))
    found = await offered.filter(challenge__actor__is_local=True).limit(2).select_related("record", "challenge__actor")
    return found[0] if len(found) == 1 else None


async def tell_of_terms(challenge: Challenge, group: Actor, terms: Terms, *, reason: str) -> None:
    """Everybody whose offer stands knows that there are new terms, and how to agree; part of the caller's transaction.

    Who posted something elsewhere reads the words by which they agree; other instances of ours hear of it with the
    challenge itself. Who says nothing stays under the terms that they know.
    """
    for submission in await standing_in(challenge):
        record, author = submission.record, submission.record.author
        if author.is_local:
            details = {"title": challenge.title, "reason": reason}
            await notify(author, Notice.TERMS_CHANGED, group, f"{group.uri}#terms-{terms.version}", group.uri, details)
        elif record.is_post:
            uri = asking_uri(group, submission, terms=terms.version)
            await say_to(group, author, *_new_terms(challenge, group, record, terms, reason), about=record, uri=uri)


def _new_terms(challenge: Challenge, group: Actor, record: Record, terms: Terms, reason: str) -> list[str]:
    """What the author of the post `record` reads about new terms, in the language of that post."""
    language = language_for(record)
    with reading(Reader(locale=language)):
        title, sentence = link(group.uri, challenge.title), words_of_agreement(terms.version, language)
        return [
            escape(_("The terms of “%(title)s” have changed: %(reason)s")) % {"title": title, "reason": escape(reason)},
            escape(terms_in_words(terms)),
            escape(_("If you agree to them, answer this with the sentence “%(sentence)s”."))
            % {"sentence": escape(sentence)},
            escape(
                _("That holds for everything that you offered there. You can also sign in there with your own server.")
            ),
            escape(_("If you do nothing, what you offered stays under the terms that you know.")),
        ]


async def tell_of_remote_terms(challenge: Challenge, group: Actor, terms: Terms) -> None:
    """Those here whose offers to a challenge elsewhere stand know that it has new terms; part of a transaction."""
    for author, _record in await authors_in(challenge):
        if author.is_local:
            page = f"{origin_of(author.uri)}/challenges/remote/{challenge.id}"
            subject = f"{group.uri}#terms-{terms.version}"
            await notify(author, Notice.TERMS_CHANGED, group, subject, page, {"title": challenge.title})


async def standing_in(challenge: Challenge) -> list[Submission]:
    """One offer of each author that stands in `challenge`, with its record and that author; MAX_TOLD at most."""
    standing = Submission.filter(challenge_id=challenge.id, state__in=list(STANDING)).order_by("id").limit(MAX_TOLD)
    rows = await standing.select_related("record__author")
    return list({row.record.author_id: row for row in rows}.values())


async def authors_in(challenge: Challenge) -> list[tuple[Actor, Record]]:
    """Each author of something that stands in `challenge`, with one work of theirs there; MAX_TOLD at most."""
    return [(row.record.author, row.record) for row in await standing_in(challenge)]
