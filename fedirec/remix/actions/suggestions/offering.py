"""Suggesting a change to somebody, and thinking again."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Ref, Undo
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Gone, NotFound, TooMany
from fedirec.remix.actions.insistence import Room
from fedirec.remix.actions.remix_requests.answering import refuse_long
from fedirec.remix.licences import licence_of, may_carry
from fedirec.remix.models import Record, Source, Suggestion
from fedirec.remix.vocab.suggestions import SuggestedChange
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

MAX_AN_HOUR: Final = 20
"""Changes that one person suggests."""

SOON: Final = timedelta(minutes=10)
"""The author is not told again of what was taken back and suggested once more within this."""

MAX_WAITING: Final = 50
"""Suggestions about one record that wait for its author; those beyond are refused."""

MAX_WAITING_OF_ONE: Final = 5
"""Those of one person, who leaves room for others."""

MAX_WAITING_OF_HOST: Final = 15
"""Those of everybody of one other host together."""


async def suggest_change(proposer: Actor, variation: Record, record: Record, *, words: str = "") -> Suggestion:
    """The author of `record` sees `variation`, which `proposer` made from it, as a change that they could take up.

    Both records come with their authors. Raises Forbidden, Conflict, Gone, Invalid or TooMany, in words for whoever
    suggests it.
    """
    refuse_long(words)
    refuse_unfit(proposer, variation, record)
    if not await is_made_from(variation, record):
        raise Conflict(_("It no longer names “%(title)s” as a source.") % {"title": record.title})
    owner = record.author
    if owner.state != "active" or await is_unwelcome(proposer, with_any=[owner.id]):
        raise Forbidden(_("%(name)s takes no suggestions from you.") % {"name": owner.name or owner.handle})
    async with transaction():
        await refuse_haste(proposer)
        about = {"record_uri": record.uri, "variation_uri": variation.uri, "proposer_id": proposer.id}
        known = await Suggestion.filter(**about).select_for_update().first()
        if known is not None and known.state != "withdrawn":
            raise Conflict(_("You have suggested that already."))
        if known is not None and known.offered_at > now() - SOON:
            raise TooMany(_("You suggested that a moment ago. Please wait a little."), retry_after=600)
        if await is_crowded(record.uri, proposer):
            raise Conflict(_("So many suggestions about it wait that no more are taken now."))
        suggestion = known or Suggestion(**about, owner_id=owner.id)
        suggestion.state, suggestion.words, suggestion.answer = "waiting", words.strip(), ""
        suggestion.offered_at, suggestion.decided_at = now(), None
        suggestion.uri = None if owner.is_local else new_activity_uri(proposer)
        await suggestion.save()
        if owner.is_local:
            await tell_owner(suggestion, owner, proposer, record.title)
            return suggestion
        offer = SuggestedChange(
            id=suggestion.uri or "",
            actor=proposer.uri,
            object=Ref(record.uri),
            instrument=variation.uri,
            content=suggestion.words or None,
            to=(owner.uri,),
        )
        await publish(proposer, offer, to=[owner])
    return suggestion


async def withdraw_suggestion(proposer: Actor, suggestion: Suggestion) -> None:
    """`proposer` does not suggest it any more, and its author does not see it as a suggestion; the remix stays.

    Raises Forbidden for that of another, and Conflict when it was answered.
    """
    async with transaction():
        fresh = await locked(suggestion)
        if fresh.proposer_id != proposer.id:
            raise Forbidden(_("Only whoever suggested it can take that back."))
        if fresh.state == "withdrawn":
            return
        if fresh.state not in ("waiting", "arriving"):
            raise Conflict(_("That was answered already."))
        fresh.state, fresh.decided_at = "withdrawn", now()
        await fresh.save(update_fields=["state", "decided_at"])
        owner = await Actor.get(id=fresh.owner_id)
        if owner.is_local or fresh.uri is None:
            return
        offer = SuggestedChange(
            id=fresh.uri, actor=proposer.uri, object=Ref(fresh.record_uri), instrument=fresh.variation_uri
        )
        undo = Undo(id=new_activity_uri(proposer), actor=proposer.uri, object=offer, to=(owner.uri,))
        await publish(proposer, undo, to=[owner])


def refuse_unfit(proposer: Actor, variation: Record, record: Record) -> None:
    """Raise for what cannot become a version of `record` by the licence of `variation`, or is not theirs to offer."""
    if variation.author_id != proposer.id:
        raise Forbidden(_("You can suggest only what you made yourself."))
    if record.author_id == proposer.id:
        raise Conflict(_("It is yours: you can change it yourself."))
    for work in (variation, record):
        if work.deleted_at:
            raise Gone(_("“%(title)s” was deleted.") % {"title": work.title})
        if work.visibility != "public":
            raise Conflict(_("“%(title)s” is not for everybody to see.") % {"title": work.title})
    if not may_carry(licence_of(variation), licence_of(record)):
        raise Conflict(
            _("“%(title)s” could not carry its licence then. Please put what you made under the same licence.")
            % {"title": record.title}
        )


async def is_made_from(variation: Record, record: Record) -> bool:
    """Whether `variation` says that it was made from `record`."""
    return await Source.exists(record_id=variation.id, uri=record.uri, withdrawn_at=None)


async def is_crowded(record_uri: str, proposer: Actor) -> bool:
    """Whether so many suggestions about a record wait that no more are taken: of anybody, of `proposer`, or of their
    host. Nobody suggests so much that others cannot.
    """
    waiting = Suggestion.filter(record_uri=record_uri, state__in=("waiting", "arriving"))
    room = Room(of_all=MAX_WAITING, of_one=MAX_WAITING_OF_ONE, of_host=MAX_WAITING_OF_HOST)
    rows = await waiting.limit(MAX_WAITING).values_list("proposer_id", "proposer__host")
    return room.is_full_for(proposer, ((int(key), str(host)) for key, host in rows))


async def refuse_haste(proposer: Actor) -> None:
    """Raise TooMany when `proposer` suggested MAX_AN_HOUR changes within the last hour."""
    newest = Suggestion.filter(proposer_id=proposer.id, offered_at__gt=now() - timedelta(hours=1))
    if await newest.offset(MAX_AN_HOUR - 1).limit(1).values("id"):
        raise TooMany(_("Those were many suggestions within an hour. Please take a break."), retry_after=600)


async def tell_owner(suggestion: Suggestion, owner: Actor, proposer: Actor, title: str) -> None:
    """`owner`, if they live here, knows of `suggestion`. Part of the caller's transaction."""
    page = page_of_suggestion(suggestion, owner)
    await notify(owner, Notice.SUGGESTED, proposer, suggestion.variation_uri, page, {"title": title})


def page_of_suggestion(suggestion: Suggestion, person: Actor) -> str:
    """The page on which `person`, who lives here, sees it."""
    return f"{origin_of(person.uri)}/suggestions/{suggestion.id}"


async def locked(suggestion: Suggestion) -> Suggestion:
    """The row as it is now, which nobody else changes until the transaction ends. Raises NotFound."""
    fresh = await Suggestion.filter(id=suggestion.id).select_for_update().first()
    if fresh is None:
        raise NotFound(_("There is no such suggestion here."))
    return fresh
