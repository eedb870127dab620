"""Guests offer to a challenge of ours what they published on their own server, and say what may be done with it."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.activitypub.models import Actor
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, Invalid
from fedirec.remix.actions.submissions import grant_licence, refuse_unfit_licence, refuse_unread, save_submission
from fedirec.remix.actions.submissions.stating import BY_GUEST
from fedirec.remix.licences import CHOICES, find_licence, licence_of
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.queries.terms import newest_terms
from fedirec.web.language import gettext as _


async def offer_from_home(
    author: Actor, record: Record, challenge: Challenge, *, grants: bool = False, seen: int | None = None
) -> Submission:
    """A record of a guest is offered to a challenge of ours, under its terms of this moment.

    With `grants`, a post that names no licence has the one of the challenge from now on: its author, whose own server
    said who they are, says so here, and it is on record. Without, it waits for its author to choose one. Raises
    Conflict where there are newer terms than the version that they have `seen`.
    """
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can offer a record."))
    if record.visibility != "public" or record.deleted_at:
        raise Conflict(_("Only a public record can answer a challenge."))
    licence, terms = licence_of(record), await newest_terms(challenge)
    refuse_unread(terms, seen)
    if licence.is_known:
        await refuse_unfit_licence(challenge, licence)
    async with transaction():
        submission = await save_submission(challenge, record, via=BY_GUEST)
        if grants and not licence.is_known and terms:
            await grant_licence(author, record, terms.licence)
            await audit(author, "grant_licence", record.uri, licence=terms.licence)
            await submission.refresh_from_db(fields=["state"])
    return submission


async def choose_licence(author: Actor, record: Record, licence: str) -> Record:
    """A post has the licence that its author, whose own server said who they are, chose for it here; it is on record.

    Raises Forbidden for the post of another, Conflict where it has a licence already, Gone, or Invalid for none of
    those that can be chosen.
    """
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can say what may be done with it."))
    if record.deleted_at:
        raise Gone(_("That record was deleted."))
    chosen = find_licence(licence)
    if chosen not in CHOICES:
        raise Invalid(_("Please choose a licence."), field="licence")
    if not record.is_post or licence_of(record).is_known:
        raise Conflict(_("It has a licence already."), field="licence")
    async with transaction():
        await grant_licence(author, record, chosen.id)
        await audit(author, "choose_licence", record.uri, licence=chosen.id)
    return record
