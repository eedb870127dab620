"""Those who run another instance are told of a report about one of their people, if a moderator here wants that."""

from __future__ import annotations

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Flag, Ref
from fedirec.admin.actions.reporting import MAX_WORDS
from fedirec.admin.models import Report, ReportedThing
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.uris import same_origin


async def forward(doer: Doer, site: Site, report: Report, *, words: str) -> None:
    """The instance of whoever `report` is about will get it, in these words of the moderator and in our name.

    Nobody there learns who reported it. Raises Conflict for somebody of ours, and for what was forwarded already.
    """
    require(doer, Permission.MODERATE)
    words = words.strip()
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    async with transaction():
        fresh = await Report.filter(id=report.id).select_for_update().get()
        accused = await Actor.get(id=fresh.accused_id)
        if accused.is_local:
            raise Conflict("They are of this instance. There is nobody else to tell.")
        if fresh.forwarded_at is not None:
            raise Conflict("Their instance was told already.")
        speaker = await Actor.get(id=site.actor_id)
        things = await ReportedThing.filter(report_id=fresh.id).order_by("id")
        theirs = dict.fromkeys(
            thing.uri for thing in things if thing.uri != accused.uri and same_origin(thing.uri, accused.uri)
        )
        # Mastodon looks for a person among the objects, and for that person's posts.
        flag = Flag(
            id=new_activity_uri(speaker),
            actor=speaker.uri,
            object=Ref(accused.uri),
            others=tuple(theirs),
            to=(accused.uri,),
            content=words or None,
            published=now(),
        )
        await publish(speaker, flag, to=[accused])
        fresh.forwarded_at = now()
        await fresh.save(update_fields=["forwarded_at"])
        await audit(doer, "forward_report", accused.uri, things=list(theirs))
