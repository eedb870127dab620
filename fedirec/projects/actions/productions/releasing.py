"""A frozen production is released: its project's Group publishes it as a record, made from everything that is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Create
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden
from fedirec.lanes import enqueue, gathering
from fedirec.media.models import Media
from fedirec.projects.actions.announcing import members_elsewhere, publish_project_update
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.productions.crediting import asking_for_credits
from fedirec.projects.actions.staging import carry_on
from fedirec.projects.manifests import Manifest
from fedirec.projects.models import Production
from fedirec.projects.queries.productions import manifest_of, roles_of
from fedirec.projects.queries.projects import parts_of
from fedirec.projects.stages import Stage
from fedirec.remix.actions.composing import compose_record
from fedirec.remix.actions.drafts import FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.actions.instance_announcements import InstanceAnnouncements, instance_announces
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.news import publish_news
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.remix_requests.asking import ask_authors
from fedirec.remix.actions.saving import save_record
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Record
from fedirec.remix.news import NewsKind
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.vocab import ProductionRef
from fedirec.translatable import N_
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

PRODUCER: Final = "pro"
"""What the project is in what it releases."""


async def release_production(leader: Actor, production: Production) -> Record:
    """The world has it: a record by the project's Group, made from what is in its manifest, with those who confirmed
    their roles, and with the digest of the manifest.

    Followers of the project hear of it, as do all whose work is in it. What was deleted since it was frozen stays in
    it, for a licence that was given lasts. Raises Conflict unless it is frozen and not released.
    """
    refuse_unless(Deed.RELEASE_PRODUCTION, await parts_of(production.project, leader))
    found = await manifest_of(production)
    if production.state != "frozen" or found is None:
        raise Conflict(_NOT_NOW[production.state == "released"])
    manifest, digest = found
    group = production.project.actor
    if production.project.launched_at is None:
        raise Conflict(_("Launch the project first: nobody else sees it yet."))
    sources = await _sources_of(manifest)
    draft = await _draft_of(production, sources)
    uri = Uris(origin_of(group.uri)).record()
    composed = await compose_record(group, draft, uri=uri, published=now(), terms=None)
    composed = replace(
        composed, work=replace(composed.work, production=ProductionRef(id=production.uri, digest=digest))
    )
    async with transaction(), gathering():
        await begin_deed(Deed.RELEASE_PRODUCTION, production.project, leader)
        fresh = await Production.filter(id=production.id).select_for_update().get()
        if fresh.state != "frozen":
            raise Conflict(_NOT_NOW[fresh.state == "released"])
        asked = await ask_authors(group, composed.work)
        stamps = tuple(request.stamp_uri for request in asked if request.state == "approved" and request.stamp_uri)
        work = replace(composed.work, remix_stamps=stamps)
        composed = replace(composed, work=work)
        # The files are the project's from now on: they stay when whoever gave them leaves.
        await Media.filter(id__in=[media.id for media in composed.media.values()]).update(
            owner_id=group.id, attached_at=None
        )
        record = await save_record(group, work, document=work.write(), media=composed.media)
        fresh.state, fresh.record, fresh.released_at = "released", record, work.published
        await fresh.save(update_fields=["state", "record_id", "released_at"])
        await enqueue([asking_for_credits(fresh.id)])
        members = await members_elsewhere(production.project)
        homes = {member.host: member.uri for member in reversed(members)}
        create = Create(
            id=new_activity_uri(group),
            actor=group.uri,
            object=composed.carried,
            to=work.to,
            # Whether or not anybody there follows it, each instance with a member of it knows why it gets this.
            cc=(*work.cc, *homes.values()),
            published=work.published,
        )
        everybody = await _everybody_in(manifest, draft.sources)
        await publish(group, create, to=[*composed.told, *everybody, *members], to_followers_of=[group])
        await log(group, Happening.RELEASED, by=leader, record=record, details={"title": fresh.title, "digest": digest})
        if await carry_on(production.project, Stage.RELEASED):
            await publish_project_update(production.project)
        title = _("Released: %(title)s") % {"title": fresh.title}
        words = _("It is finished, and here it is: %(url)s") % {"url": record.uri}
        await publish_news(
            group, kind=NewsKind.UPDATE, title=title[:100], text=words, author=leader, language=fresh.language
        )
        await instance_announces(InstanceAnnouncements.PRODUCTIONS, record.uri)
        mentioned = {mention.href for mention in work.mentions}  # they read it there as a post that names them
        await tell_people(
            group,
            [person for person in everybody if person.is_local or person.uri not in mentioned],
            Notice.PRODUCTION_RELEASED,
            leader,
            record.uri,
            record.uri,
            {"title": fresh.title},
            language=fresh.language,
        )
    production.state, production.record, production.released_at = fresh.state, record, fresh.released_at
    return record


async def take_back_release(leader: Actor, production: Production) -> None:
    """The record is deleted, wherever it arrived; the manifest and its credits stay. It is not released again.

    Raises Conflict for what is not released.
    """
    refuse_unless(Deed.RELEASE_PRODUCTION, await parts_of(production.project, leader))
    record = await Record.get_or_none(id=production.record_id or 0)
    if record is None or record.deleted_at is not None:
        raise Conflict(_("It is not released."))
    group = production.project.actor
    if record.author_id != group.id:
        raise Forbidden(_("Only its author can delete a record."))
    record.author = group
    async with transaction():
        await begin_deed(Deed.RELEASE_PRODUCTION, production.project, leader)
        await delete_record(group, record)


_NOT_NOW: Final = {
    True: N_("It is released already."),
    False: N_("Freeze it first, so that everybody can see what is in it and who is credited."),
}


async def _sources_of(manifest: Manifest) -> list[Record]:
    """The records of `manifest` in its order, each with its author."""
    rows = await Record.filter(uri__in=[used.id for used in manifest.records]).select_related("author")
    known = {row.uri: row for row in rows}
    return [known[used.id] for used in manifest.records if used.id in known]


async def _draft_of(production: Production, sources: Sequence[Record]) -> RecordDraft:
    files = {row.id: row for row in await Media.filter(id__in=[int(row[0]) for row in production.files])}
    lines = [line for line in await roles_of(production) if line.actor is not None and line.state == "confirmed"]
    return RecordDraft(
        title=production.title,
        text=production.text,
        licence=find_licence(production.licence).id,
        language=production.language,
        files=[FileDraft(media=files[int(key)], description=str(said)) for key, said in production.files],
        sources=[SourceDraft(record=record, relation=Relation.CONTAINS) for record in sources],
        parts=[PartDraft(actor=line.actor, role=line.role) for line in lines if line.actor is not None],
        own_role=PRODUCER,
    )


async def _everybody_in(manifest: Manifest, sources: Sequence[SourceDraft]) -> list[Actor]:
    """Those whose records are used, named or not, and those who have a role, each once."""
    named = {role.person for role in manifest.roles if role.person}
    people = {source.record.author_id: source.record.author for source in sources}
    people |= {actor.id: actor for actor in await Actor.filter(uri__in=list(named))}
    return list(people.values())
