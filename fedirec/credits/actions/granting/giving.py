"""Authors are asked by name whether money may be made with what they made, and allow it: on our page, by a program, or
from their own server by a signed activity. What was allowed stands for good, in the words that they read.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Final

from fedirec.accounts.boundaries import is_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, Offer
from fedirec.clock import now
from fedirec.credits.grants import VERSION, GrantScope, words_of
from fedirec.credits.models import MonetizationGrant
from fedirec.credits.queries.grants import needed_grants, scope_of, unsellable_works
from fedirec.credits.vocab.grants import GrantObject
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, NotFound, TooMany
from fedirec.lanes import gathering
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.models import Production
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.models import Record, Reminder
from fedirec.remix.powers import Deed
from fedirec.remix.queries.leading import leaders_of
from fedirec.uris import new_key
from fedirec.web.language import Reader, best_language, reading
from fedirec.web.language import gettext as _

MAX_ASKED: Final = 100
"""Authors whom one project asks within a day."""
AGAIN: Final = timedelta(days=14)
"""How long whoever was asked is not asked again for the same work."""
_ASKED: Final = "grant %(group)s"


def question(production: Production, record: Record, scope: GrantScope, *, author: Actor) -> GrantObject:
    """What `author` is asked to agree to, in the language of the production: the same words each time."""
    scope_uri, title = scope_of(scope, production)
    with reading(Reader(locale=best_language([production.language] if production.language else []))):
        words = words_of(scope, work=record.title, title=title, gettext=_)
    return GrantObject(
        id=f"{production.uri}/grants/{record.id}-{scope.value}",
        production=production.uri,
        record=record.uri,
        author=author.uri,
        scope=scope,
        scope_uri=scope_uri,
        version=VERSION,
        words=words,
        name=production.title,
    )


async def ask_for_grants(leader: Actor, production: Production, records: Collection[int]) -> int:
    """The authors of these records of `production`, by row, hear that they are asked, wherever they live.

    Only for works whose licence does not let people make money, and which nobody granted yet; whoever was asked lately
    is left alone, and so is who blocked `leader`. Returns how many were asked. Raises Forbidden for who does not lead
    the project, TooMany after MAX_ASKED within a day.
    """
    wanted = [
        each.record for each in await needed_grants(production) if each.grant is None and each.record.id in records
    ]
    async with transaction(), gathering():
        await begin_deed(Deed.ASK_FOR_GRANT, production.project, leader)
        group = production.project.actor
        kind = _ASKED % {"group": group.id}
        lately = Reminder.filter(kind=kind, sent_at__gt=now() - timedelta(days=1))
        room = MAX_ASKED - await lately.count()
        asked = 0
        for record in wanted:
            author = record.author
            subject = f"{production.uri}#grant-{record.id}"
            if author.state != "active" or await is_unwelcome(leader, with_any=[author.id]):
                continue
            if asked >= room:
                raise TooMany(_("You have asked many people today. Please wait until tomorrow."), retry_after=3600)
            if await Reminder.exists(subject_uri=subject, kind=kind, sent_at__gt=now() - AGAIN):
                continue
            await is_first(subject, kind, now())
            asked += 1
            page = f"{production.uri}/grants/{record.id}"
            about = {"title": production.title}
            await tell_people(
                group, [author], Notice.GRANT_ASKED, leader, subject, page, about, language=production.language
            )
            if not author.is_local and author.moved_to is None:
                offer = Offer(
                    id=new_activity_uri(group),
                    actor=group.uri,
                    object=question(production, record, GrantScope.PRODUCTION, author=author),
                    to=(author.uri,),
                    published=now(),
                )
                await publish(group, offer, to=[author])
    return asked


async def grant(
    author: Actor, production: Production, record: Record, scope: GrantScope, *, digest: str, proof: str | None = None
) -> MonetizationGrant:
    """`author` allows money to be made with `record`, for good and in the words that they read.

    `digest` is that of the words that were shown: what was written anew in the meantime is not agreed to. Giving it
    twice changes nothing. Raises Forbidden for anybody but its author, NotFound for what is not in `production`,
    Conflict where other words stand there now or the licence lets everybody make money anyway.
    """
    if record.author_id != author.id:
        raise Forbidden(_("Only its author can allow that."))
    asked = question(production, record, scope, author=author)
    if asked.digest != digest:
        raise Conflict(_("What you were asked to allow is worded differently now. Please read it again."))
    async with transaction(), gathering():
        await hold(production.project)
        if record.id not in {work.record_id for work in await unsellable_works([production.id])}:
            raise Conflict(_("The licence of this work lets everybody make money with it already."))
        known = await MonetizationGrant.filter(
            record_id=record.id, author_id=author.id, scope_uri=asked.scope_uri, version=asked.version
        ).first()
        if known is not None:
            return known
        made = await MonetizationGrant.create(
            key=new_key(),
            record=record,
            author=author,
            scope=scope.value,
            scope_uri=asked.scope_uri,
            version=asked.version,
            words=asked.words,
            digest=asked.digest,
            proof_uri=proof,
        )
        group = production.project.actor
        await tell_people(
            group,
            [leader for leader in await leaders_of(group) if leader.is_local],
            Notice.GRANT_GIVEN,
            author,
            f"{production.uri}#granted-{record.id}-{scope.value}",
            f"{production.uri}/credits",
            {"title": production.title},
        )
    return made


async def take_grant(author: Actor, answer: Accept[GrantObject], production: Production) -> MonetizationGrant:
    """`author`, of another instance, allows what our project asked; part of the transaction of the activity.

    Raises as `grant`.
    """
    said = answer.object
    for each in await needed_grants(production):
        if each.record.uri == said.record:
            if each.grant is not None:
                return each.grant
            return await grant(author, production, each.record, said.scope, digest=said.digest, proof=answer.id)
    raise NotFound("nobody asked for that")
