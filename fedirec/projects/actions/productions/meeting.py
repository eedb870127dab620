"""Getting to know the productions of other instances: what they say they consist of is put together and digested."""

from __future__ import annotations

from typing import Any, Final

from fedirec.activitypub.authority import may_be_by
from fedirec.activitypub.remote import Remote
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import FedirecError, Forbidden, Invalid, PeerUnavailable
from fedirec.lanes import Done, Job, Later, Outcome
from fedirec.projects.actions.meeting import find_project
from fedirec.projects.manifests import MAX_PARTS, MAX_ROLES, Manifest, read_manifest
from fedirec.projects.models import DistributionLink, Production, Project
from fedirec.projects.models import Manifest as ManifestRow
from fedirec.projects.queries.productions import get_production_row
from fedirec.projects.vocab import ProductionObject
from fedirec.remix.actions.sources import find_record
from fedirec.remix.actions.visiting import Visit
from fedirec.remix.licences import find_licence
from fedirec.remix.models import Record, RecordRevision
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _

MAX_PAGES: Final = 24
"""Pages that are read of one list of a manifest."""


async def find_production(remote: Remote, uri: str, *, fresh: bool = False) -> Production:
    """The production at `uri`, with its project and its record: from the database, or fetched, digested and saved.

    Raises Invalid when something else is there, Forbidden for one that is of another origin than its project, and what
    `Remote.read` raises.
    """
    origin_of(uri)
    known = await Production.filter(uri=uri).select_related("project__actor").first()
    if known is not None and (known.project.actor.is_local or not fresh):
        return await get_production_row(known.id)
    described, _document = await remote.read(uri)
    if not isinstance(described, ProductionObject):
        raise Invalid(_("That address leads to something that is not a production."))
    if not may_be_by(described.id, author=described.project):
        raise Forbidden("a production belongs to the origin of its project")
    manifest = await _fetch_manifest(remote, described)
    project = await find_project(remote, described.project)
    record = await _find_release(remote, project, described)
    async with transaction():
        saved = await _save(project, described, manifest, record)
    return await get_production_row(saved.id)


async def fetch_production(remote: Remote, job: Job) -> Outcome:
    """A production of another instance is known as its origin describes it now."""
    try:
        await find_production(remote, str(job.payload["uri"]), fresh=True)
    except FedirecError as error:
        return Later(error=str(error), blame="job") if error.retryable else Done()
    return Done()


async def _fetch_manifest(remote: Remote, described: ProductionObject) -> Manifest | None:
    """What its lists and its head say together; None when that is not what its digest says, or of something else.

    Raises PeerUnavailable when a list does not come.
    """
    lists: list[list[Any]] = []
    for address, limit in ((described.records, MAX_PARTS), (described.roles, MAX_ROLES)):
        visit = Visit(remote=remote, origin=described.id, max_pages=MAX_PAGES, max_items=limit)
        if address is not None:
            await visit.collection(address)
        if visit.is_broken:
            raise PeerUnavailable("a list of that production does not come")
        if visit.is_limited:
            return None
        lists.append(visit.entries)
    try:
        manifest = read_manifest(described.head, records=lists[0], roles=lists[1], files=described.files)
    except Invalid:
        return None
    is_of_it = manifest.production == described.id and manifest.project == described.project
    return manifest if is_of_it and manifest.digest == described.digest else None


async def _find_release(remote: Remote, project: Project, described: ProductionObject) -> Record | None:
    """The record as which it was released: by its project, and only if that says so itself."""
    if described.record is None or not may_be_by(described.record, author=described.project):
        return None
    try:
        record = await find_record(remote, described.record)
    except FedirecError:
        return None
    version = await RecordRevision.get_or_none(record_id=record.id, number=record.revision)
    said = version.document.get("production") if version else None
    is_so = (
        isinstance(said, dict) and said.get("id") == described.id and said.get("digestMultibase") == described.digest
    )
    return record if is_so and record.author_id == project.actor_id else None


async def _save(
    project: Project, described: ProductionObject, manifest: Manifest | None, record: Record | None
) -> Production:
    """It is known as it is described; a manifest that was once here stays, and one that is another does not hold.

    Part of the caller's transaction.
    """
    columns = {
        "project_id": project.id,
        "title": described.name or project.title,
        "text": described.markdown or "",
        "state": "released" if record is not None else "frozen",
        "record_id": record.id if record else None,
        "licence": find_licence(manifest.licence).id if manifest else "",
        "language": manifest.language if manifest else None,
        "frozen_at": manifest.frozen_at if manifest else None,
        "released_at": min(described.released or record.published_at, now()) if record else None,
        "fetched_at": now(),
    }
    production, is_new = await Production.get_or_create(uri=described.id, defaults=columns)
    if production.project_id != project.id:
        raise Forbidden("a production stays with its project")
    kept = await ManifestRow.get_or_none(production_id=production.id)
    if kept is None and manifest is not None:
        kept = await ManifestRow.create(production=production, document=manifest.write(), digest=manifest.digest)
    if not is_new:
        if record is not None and production.released_at is not None:
            columns["released_at"] = production.released_at
        production.update_from_dict(columns)
    production.digest_holds = manifest is not None and kept is not None and kept.digest == manifest.digest
    await production.save()
    await DistributionLink.filter(production_id=production.id).delete()
    await DistributionLink.bulk_create(
        [DistributionLink(production_id=production.id, url=link.url, label=link.label) for link in described.links]
    )
    return production
