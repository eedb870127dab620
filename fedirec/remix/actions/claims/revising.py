"""The trail of a record becomes as a claim says it should be, or as it was before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Doc, Update, Vocabulary
from fedirec.clock import now
from fedirec.errors import Conflict, Gone
from fedirec.html import markdown
from fedirec.lanes import enqueue
from fedirec.media.models import Media
from fedirec.remix.actions.composing import Composed, shortened
from fedirec.remix.actions.records import everybody_around
from fedirec.remix.actions.releases import asking_for_credits_with
from fedirec.remix.actions.rulings import carry_out, roles_named, ruling_of, take_back
from fedirec.remix.actions.saving import save_record
from fedirec.remix.actions.standing import judge_sources
from fedirec.remix.claims import ClaimKind
from fedirec.remix.content import content_of
from fedirec.remix.digest import record_digest, with_lists
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Edge, Part, Relation
from fedirec.remix.models import Attachment, Claim, Contributor, Record, RecordRevision, Source
from fedirec.remix.pseudonyms import is_unnamed
from fedirec.remix.queries.credits import credits_with, names_of
from fedirec.remix.queries.pseudonyms import people_behind, stand_ins_in
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.queries.waypoints import Waypoint, waypoints_of
from fedirec.remix.rulings import iri_of, ruled, unruled
from fedirec.remix.sizes import SHORTER, SHOWN_NAME, beginning_of
from fedirec.remix.visibility import ASKING, HELD, HIDDEN
from fedirec.remix.vocab import ContributorObject, ObjectLink, RecordObject, SourceObject
from fedirec.remix.vocab.records import MAX_INLINE
from fedirec.remix.words import in_words
from fedirec.uris import Uris, origin_of

_READS: Final = Vocabulary(())


async def make_it_so(claim: Claim) -> None:
    """The record of `claim`, which comes with it and its author, is as the claim says.

    One of ours has a new version, which everybody hears of who has it; of others only what this instance shows changes.
    Part of the caller's transaction. Raises Gone when it was deleted, Conflict while hardly anybody may see it.
    """
    record = claim.record
    refuse_withheld(record)
    await _refuse_private_source(claim)
    if ClaimKind(claim.kind) in (ClaimKind.NOT_MY_WORK, ClaimKind.NO_CONSENT):
        claim.before = await roles_named(record, claim)
    claim.holds = True
    await claim.save(update_fields=["holds", "before"])
    if record.author.is_local:
        work = await present_version(record)
        await revise(record, ruled(work, ruling_of(claim)), told=[claim.claimant])
    await carry_out(record, claim)
    await _tell_source(claim)
    await judge_sources([record.id])
    await enqueue([asking_for_credits_with(record.id)])


async def make_it_as_before(claim: Claim) -> None:
    """The record of `claim` is as it was before the claim changed it. Part of the caller's transaction."""
    record = claim.record
    if not record.deleted_at:
        refuse_withheld(record)
    claim.holds = False
    await claim.save(update_fields=["holds"])
    if record.deleted_at:
        return
    if record.author.is_local:
        work = await present_version(record)
        await revise(
            record, unruled(work, ruling_of(claim), [str(role) for role in claim.before]), told=[claim.claimant]
        )
    await take_back(record, claim)
    await judge_sources([record.id])
    await enqueue([asking_for_credits_with(record.id)])


def refuse_withheld(record: Record) -> None:
    """Raise for a record of which there is no new version: what nobody is shown is not sent to everybody either."""
    if record.deleted_at:
        raise Gone("That record was deleted.")
    if record.visibility in (HIDDEN, HELD, ASKING):
        raise Conflict("This record is not shown at the moment. Please come back when it is.")


async def _refuse_private_source(claim: Claim) -> None:
    """Raise Conflict for a missing source that not everybody may see: its title would stand in the record."""
    if ClaimKind(claim.kind) is not ClaimKind.MISSING_SOURCE:
        return
    if await Record.filter(uri=claim.source_uri).exclude(visibility="public").exists():
        raise Conflict("What not everybody may see cannot be named as a source.")


async def present_version(record: Record) -> RecordObject:
    """How `record`, one of ours, travels now."""
    revision = await RecordRevision.filter(record_id=record.id).order_by("-number").first()
    if revision is None or not revision.document:
        raise Gone("That record was deleted.")
    work = RecordObject.read(Doc(revision.document), _READS)
    if work.source_list:
        named = Source.filter(record_id=record.id, withdrawn_at=None).exclude(added_by="reply").order_by("position")
        sources = (SourceObject(id=row.uri, relation=Relation(row.relation), thanks=row.thanks) for row in await named)
        work = replace(work, sources=tuple(sources))
    if work.credit_list:
        held = await Contributor.filter(record_id=record.id).order_by("position", "id")
        parts = (ContributorObject(person=row.actor_uri, role=iri_of(row.role)) for row in held)
        work = replace(work, contributors=tuple(part for part in parts if not is_unnamed(part.person)))
    return work


async def revise(record: Record, work: RecordObject, *, told: Sequence[Actor] = ()) -> None:
    """`record` has `work` as its new version, written by this instance in the name of its author.

    Everybody hears of it who has it, and those who are to be `told`. Part of the caller's transaction.
    """
    author = record.author
    if work.editor:
        shown = (await stand_ins_in(record.id, [work.editor])).get(work.editor, work.editor)
        work = replace(work, editor=shown, edit_statement=work.edit_statement if shown == work.editor else None)
    composed = Composed(work=await recomposed(work), told=[])
    used = await Attachment.filter(record_id=record.id, media_id__not_isnull=True).values_list("media_id", flat=True)
    uris = Uris(origin_of(author.uri))
    media = {uris.media(file.path): file for file in await Media.filter(id__in=list(used))} if used else {}
    around = await everybody_around(record)
    work = composed.work
    await save_record(author, work, document=work.write(), media=media)
    named = [source.id for source in work.sources]
    authors = [row.author for row in await Record.filter(uri__in=named).select_related("author")] if named else []
    update = Update(
        id=new_activity_uri(author),
        actor=author.uri,
        object=composed.carried,
        to=work.to,
        cc=work.cc,
        published=now(),
    )
    everybody = {actor.id: actor for actor in [*around, *authors, *told]}
    await publish(author, update, to=list(everybody.values()), to_followers_of=[author])


async def recomposed(work: RecordObject) -> RecordObject:
    """`work` with what other software is shown of its credits, as they are now."""
    edges = await edges_above([source.id for source in work.sources])
    edges += [Edge(record=work.id, source=source.id, relation=source.relation) for source in work.sources]
    waypoints = await waypoints_of({work.id, *(edge.source for edge in edges)}, own=work.id)
    work = await _without_names(work, waypoints)
    if work.id in waypoints:
        waypoints[work.id] = waypoints[work.id]._replace(key=None)
    own = [Part(person=part.person, role=part.role) for part in work.contributors]
    lines = await credits_with(work.id, edges, waypoints, own)
    phrase = in_words(lines, names=await names_of(lines, waypoints)) if len(lines) > 1 else ()
    pages = {waypoint.author_uri: waypoint.author_url for waypoint in waypoints.values()}
    text = work.markdown or ""
    contents = [
        content_of(
            markdown(beginning_of(text, limit)),
            title=work.name,
            credit=phrase,
            pages=pages,
            licence=find_licence(work.licence),
            url=work.id,
        )
        for limit in SHORTER
    ]
    links = tuple(
        ObjectLink(href=source.id, name=waypoints[source.id].title[:SHOWN_NAME].rstrip())
        for source in work.sources[:MAX_INLINE]
        if source.id in waypoints and not waypoints[source.id].is_hidden
    )
    work = replace(work, content=contents[0], links=links, updated=now())
    work = with_lists(work, sources_at=f"{work.id}/sources", credits_at=f"{work.id}/credits")
    return shortened(replace(work, record_digest=record_digest(work)), contents)


async def _without_names(work: RecordObject, waypoints: Mapping[str, Waypoint]) -> RecordObject:
    """`work`, which speaks to nobody any more who does not want to be named in it."""
    authors = {waypoint.author_uri for waypoint in waypoints.values()}
    named = authors | {part.person for part in work.contributors}
    hidden = set((await people_behind(uri for uri in authors if is_unnamed(uri))).values()) - named
    return replace(
        work,
        to=tuple(uri for uri in work.to if uri not in hidden),
        cc=tuple(uri for uri in work.cc if uri not in hidden),
        mentions=tuple(mention for mention in work.mentions if mention.href not in hidden),
    )


async def _tell_source(claim: Claim) -> None:
    """The author of a source that was missing, if they are one of ours, knows what was made from it."""
    if ClaimKind(claim.kind) is not ClaimKind.MISSING_SOURCE:
        return
    record = claim.record
    named = await Source.filter(record_id=record.id, uri=claim.source_uri, withdrawn_at=None).exists()
    source = await Record.filter(uri=claim.source_uri, author__is_local=True).select_related("author").first()
    if named and source is not None:
        about = {"title": source.title}
        await notify(source.author, Notice.REMIXED, record.author, record.uri, page_of_record(record), about)


def page_of_record(record: Record) -> str:
    """The page here on which `record`, which comes with its author, is shown."""
    return record.uri if record.author.is_local else f"/records/remote/{record.id}"


async def home_of(author: Actor) -> Actor:
    """The actor of this instance, where `author` lives."""
    return await Actor.get(uri=Uris(origin_of(author.uri)).instance_actor)
