"""What waited at the door is let in: it stands where it belongs, and those concerned are told only now."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.vocab import Doc
from fedirec.errors import Conflict
from fedirec.lanes import enqueue
from fedirec.remix.actions.contributors import meet
from fedirec.remix.actions.findable import make_record_findable
from fedirec.remix.actions.lineage import MAX_FETCHED, ask_for_sources
from fedirec.remix.actions.passing_on import pass_on, tell_of
from fedirec.remix.actions.pending_remixes import take_as_remix
from fedirec.remix.actions.records import tell_those_in_it
from fedirec.remix.actions.saving import visibility_to
from fedirec.remix.actions.submissions import tell_leaders
from fedirec.remix.actions.submissions.telling import say_how_to_offer
from fedirec.remix.actions.threads import find_place
from fedirec.remix.models import Comment, Contributor, Record, RecordRevision, RecordTag, Submission
from fedirec.remix.submissions import ASIDE
from fedirec.remix.visibility import HELD

MAX_OFFERED: Final = 20
"""Challenges whose leaders are told that a work that was let in is offered to them."""


async def show_held_comment(comment: Comment) -> None:
    """What waited for a moderator stands on its record, and those concerned know; part of the caller's transaction.

    It comes with its record, and what it answers, and their authors.
    """
    names = comment.held_for or []
    comment.hidden_at = comment.held_at = comment.held_for = None
    await comment.save(update_fields=["hidden_at", "held_at", "held_for"])
    await tell_of(comment, names)
    await pass_on(comment)


async def show_held_record(record: Record) -> None:
    """Those see `record` for whom it is, and those concerned know; part of the caller's transaction.

    It comes with its author. What it was made from is asked for now. Raises Conflict for one that was not kept waiting.
    """
    if record.visibility != HELD:
        raise Conflict("That does not wait any more.")
    newest = await RecordRevision.get(record_id=record.id, number=record.revision)
    document = Doc(newest.document)
    addressed = (*document.audience("to"), *document.audience("cc"))
    record.visibility, record.held_at = visibility_to(addressed, record.author), None
    if record.visibility == "public" and await Submission.exists(record_id=record.id, state="remark"):
        record.visibility = ASIDE
    await record.save(update_fields=["visibility", "held_at"])
    tags = await RecordTag.filter(record_id=record.id).values_list("name", flat=True)
    await make_record_findable(record, [str(tag) for tag in tags])
    waiting = await ask_for_sources(record)
    people = await Contributor.filter(record_id=record.id).values_list("actor_uri", flat=True)
    met = await meet({str(person) for person in people})
    await enqueue([*waiting, *met[: MAX_FETCHED - len(waiting)]])
    await tell_those_in_it(record.author, record)
    if record.visibility in ("public", ASIDE):
        await _tell_who_was_offered_it(record)
    if record.visibility == "public":
        await tell_whom_it_answers(record)


async def tell_whom_it_answers(record: Record) -> None:
    """Whoever of ours made what the post `record` answers knows that it does, and it may become a remix of that.

    Part of the caller's transaction.
    """
    place = await find_place(record.in_reply_to)
    if not record.is_post or place is None or not place.record.author.is_local:
        return
    url, about = f"/records/remote/{record.id}", {"title": place.record.title}
    await notify(place.record.author, Notice.ANSWERED_WITH_WORK, record.author, record.uri, url, about)
    if place.parent is None:
        await take_as_remix(record, place.record)


async def _tell_who_was_offered_it(record: Record) -> None:
    offers = Submission.filter(record_id=record.id, state__in=("pending", "licence_pending", "remark")).order_by("id")
    for offer in await offers.limit(MAX_OFFERED).select_related("challenge__actor", "challenge__leader"):
        if offer.state != "remark":
            await tell_leaders(offer.challenge, record)
        await say_how_to_offer(offer.challenge, offer, record)
