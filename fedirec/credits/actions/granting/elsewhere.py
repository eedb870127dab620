"""People of ours are asked by projects elsewhere whether money may be made with their work, and answer from here."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.models import Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_create
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Offer
from fedirec.clock import now
from fedirec.credits.models import MonetizationGrant
from fedirec.credits.vocab import GrantObject
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, NotFound, Unsupported
from fedirec.remix.actions.holding import has_to_wait
from fedirec.remix.actions.insistence import refuse_insistent
from fedirec.remix.licences import licence_of
from fedirec.remix.models import Record
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

MAX_AN_HOUR: Final = 60
"""Grants for which one project asks."""
MAX_OF_HOST_A_DAY: Final = 40
"""Of one author, by projects of one host."""


async def take_question(group: Actor, offer: Offer[GrantObject]) -> None:
    """An author of ours reads the words that they are asked to agree to; part of the transaction of the activity.

    Raises Forbidden for what a project does not ask itself, NotFound for what is no work of ours, Unsupported for too
    much.
    """
    asked = offer.object
    if group.is_local or group.type != "Group" or not may_create(asked.id, author=group.uri, speaker=group.uri):
        raise Forbidden("a grant is asked for by the project itself")
    record = await Record.filter(uri=asked.record, deleted_at=None).select_related("author").first()
    if record is None or record.author.uri != asked.author or not record.author.is_local:
        raise NotFound("there is no such work here")
    if licence_of(record).may_sell:
        raise Unsupported("its licence lets everybody make money with it")
    await refuse_unwelcome(group, to=record.author)
    await refuse_insistent(group, what=Offer.TYPE, limit=MAX_AN_HOUR)
    if await has_to_wait(group):
        raise Unsupported("strangers are not heard at the moment")
    told = Notification.filter(account__actor_id=record.author_id, kind=Notice.GRANT_ASKED, actor__host=group.host)
    if await told.filter(created_at__gt=now() - timedelta(days=1)).count() >= MAX_OF_HOST_A_DAY:
        raise Unsupported("they have been asked often today")
    about = {"title": asked.name or group.name or group.handle, "asked": asked.write()}
    subject = f"{asked.id}#{asked.digest}"
    await notify(record.author, Notice.GRANT_ASKED, group, subject, f"/credits/asked/{asked.digest}", about)


async def grant_elsewhere(author: Actor, asked: GrantObject, group: Actor) -> MonetizationGrant:
    """`author` allows what a project elsewhere asked, for good: it hears of it by a signed activity, and we keep it.

    Giving it twice says it again, for the first may not have arrived. Raises Forbidden for works of others, Conflict
    where the licence lets everybody make money with it by now.
    """
    async with transaction():
        record = await Record.filter(uri=asked.record, deleted_at=None).first()
        if record is None or record.author_id != author.id:
            raise Forbidden(_("Only its author can allow that."))
        await hold(record)
        if licence_of(record).may_sell:
            raise Conflict(_("The licence of this work lets everybody make money with it already."))
        accept = Accept(id=new_activity_uri(author), actor=author.uri, object=asked, to=(group.uri,), published=now())
        await publish(author, accept, to=[group], is_proved=True)
        known = MonetizationGrant.filter(record_id=record.id, author_id=author.id, digest=asked.digest)
        return await known.first() or await MonetizationGrant.create(
            key=new_key(),
            record=record,
            author=author,
            scope=asked.scope.value,
            scope_uri=asked.scope_uri,
            version=asked.version,
            words=asked.words,
            digest=asked.digest,
            proof_uri=accept.id,
        )
