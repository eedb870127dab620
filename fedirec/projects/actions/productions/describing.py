"""Productions of ours as other instances see them, and who hears of a change."""

from __future__ import annotations

from dataclasses import replace

from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Update
from fedirec.clock import now
from fedirec.errors import NotFound
from fedirec.html import markdown
from fedirec.projects.actions.announcing import members_elsewhere
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import links_of, manifest_of
from fedirec.projects.vocab.productions import LinkObject, ProductionObject
from fedirec.remix.models import Record
from fedirec.remix.sizes import SHORTER, beginning_of, is_small


async def describe_production(production: Production) -> ProductionObject:
    """A production of ours, frozen or released, as other instances see it; it comes with its project's Group.

    Raises NotFound while it is prepared.
    """
    found = await manifest_of(production)
    if found is None:
        raise NotFound("there is no such production here")
    manifest, digest = found
    record = await Record.get_or_none(id=production.record_id or 0)
    described = ProductionObject(
        id=production.uri,
        project=production.project.actor.uri,
        name=production.title,
        digest=digest,
        head=manifest.write_head(),
        files=manifest.files,
        records=f"{production.uri}/records",
        roles=f"{production.uri}/roles",
        markdown=production.text,
        state=production.state,
        record=record.uri if record else None,
        links=tuple(LinkObject(url=link.url, label=link.label) for link in await links_of(production)),
        released=production.released_at,
        updated=now() if production.released_at else production.frozen_at,
    )
    for limit in SHORTER:
        described = replace(described, content=markdown(beginning_of(production.text, limit)))
        if is_small(described.write()):
            break
        described = replace(described, markdown=None)
    return described


async def publish_change(production: Production) -> None:
    """Those who follow the project of a released production, or are in it, hear what it is like now; of others nobody
    does.

    Part of the caller's transaction.
    """
    if production.state != "released":
        return
    group = production.project.actor
    update = Update(
        id=new_activity_uri(group),
        actor=group.uri,
        object=await describe_production(production),
        to=(PUBLIC,),
        cc=(group.followers or "",),
        published=now(),
    )
    await publish(group, update, to=await members_elsewhere(production.project), to_followers_of=[group])
