"""A production is prepared: what it is called, the finished work itself, and where people find it elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid
from fedirec.media.actions import attach_media, release_media
from fedirec.media.models import Media
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.productions.describing import publish_change
from fedirec.projects.manifests import MAX_FILES
from fedirec.projects.models import DistributionLink, Production, ProductionPart, Project, RoleLine
from fedirec.projects.queries.productions import MAX_PRODUCTIONS, licences_promised_in
from fedirec.projects.vocab.productions import MAX_LABEL, MAX_LINKS
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.licences import ALL_RIGHTS_RESERVED, BY_SA, CHOICES, find_licence
from fedirec.remix.powers import Deed
from fedirec.remix.sizes import size_of
from fedirec.remix.vocab.text import clean_line
from fedirec.uris import MAX_URI, new_key, origin_of
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 200
"""Characters."""
MAX_TEXT: Final = 20_000
"""Bytes."""
LICENCES: Final = tuple(licence for licence in CHOICES if licence != ALL_RIGHTS_RESERVED)
"""What a production can carry: whoever made it together would not be asked by anybody, so it is open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductionDraft:
    """What leaders say a production is."""

    title: str
    text: str = ""
    licence: str = BY_SA.id
    language: str | None = None
    files: Sequence[FileDraft] | None = None
    """The finished work itself; None leaves it as it is."""


async def prepare_production(leader: Actor, project: Project, draft: ProductionDraft) -> Production:
    """A production of `project` is being prepared; everybody who sees the project sees what its credits will be.

    Raises Invalid, or Conflict with the field that has to change: a licence that its challenges do not promise.
    """
    _check(draft)
    async with transaction():
        await begin_deed(Deed.PREPARE_PRODUCTION, project, leader)
        if await Production.filter(project_id=project.id).count() >= MAX_PRODUCTIONS:
            raise Conflict(_("A project has %(n)s productions at most.") % {"n": MAX_PRODUCTIONS}, field="title")
        await _refuse_broken_promise(project, draft)
        production = await Production.create(
            project=project,
            uri=f"{project.actor.uri}/productions/{new_key()}",
            title=clean_line(draft.title, MAX_TITLE),
            made_by=leader,
            created_at=now(),
            **_words(draft),
        )
        await _hold_files(leader, production, draft.files)
    return production


async def change_production(leader: Actor, production: Production, draft: ProductionDraft) -> Production:
    """It is called, and is, something else. Raises Conflict once it is frozen, and as `prepare_production` does."""
    _check(draft)
    async with transaction():
        fresh = await begin_preparing(leader, production)
        await _refuse_broken_promise(production.project, draft)
        fresh.update_from_dict({"title": clean_line(draft.title, MAX_TITLE), **_words(draft)})
        await fresh.save(update_fields=["title", "text", "licence", "language"])
        await _hold_files(leader, fresh, draft.files)
    return fresh


async def discard_production(leader: Actor, production: Production) -> None:
    """What was prepared is gone. Raises Conflict once it is frozen."""
    async with transaction():
        fresh = await begin_preparing(leader, production)
        await release_media(await Media.filter(id__in=[int(row[0]) for row in fresh.files]))
        for rows in (ProductionPart, RoleLine, DistributionLink):
            await rows.filter(production_id=fresh.id).delete()
        await fresh.delete()


async def set_links(leader: Actor, production: Production, links: Sequence[tuple[str, str]]) -> None:
    """It can be seen, heard, read or bought at `links`, which are labels and addresses; nowhere else is named any more.

    That may change at any time. Nothing is asked of these addresses. Raises Invalid for what is no https address.
    """
    wanted = _checked_links(links)
    async with transaction():
        await begin_deed(Deed.ADD_LINK, production.project, leader)
        await DistributionLink.filter(production_id=production.id).delete()
        await DistributionLink.bulk_create(
            [DistributionLink(production_id=production.id, label=label, url=url) for label, url in wanted]
        )
        await publish_change(await Production.get(id=production.id).select_related("project__actor", "record"))


async def begin_preparing(leader: Actor, production: Production, deed: Deed = Deed.PREPARE_PRODUCTION) -> Production:
    """`leader` may prepare it; as it is now, and nobody else changes it until the caller's transaction ends.

    Raises Forbidden, and Conflict once it is frozen.
    """
    await begin_deed(deed, production.project, leader)
    fresh = await Production.filter(id=production.id).select_for_update().get()
    fresh.project = production.project
    if fresh.state != "draft":
        raise Conflict(_("It is frozen: what is in it, and who is credited, does not change any more."))
    return fresh


def _words(draft: ProductionDraft) -> dict[str, Any]:
    return {"text": draft.text, "licence": find_licence(draft.licence).id, "language": draft.language}


async def _hold_files(leader: Actor, production: Production, files: Sequence[FileDraft] | None) -> None:
    """The production has these files, and those that it had before and has no more are given back."""
    if files is None:
        return
    before = {int(row[0]) for row in production.files}
    if fresh := [file.media.key for file in files if file.media.id not in before]:
        await attach_media(leader, keys=fresh)
    held = {file.media.id for file in files}
    if left := before - held:
        await release_media(await Media.filter(id__in=list(left)))
    production.files = [[file.media.id, file.description.strip()[:1_500]] for file in files]
    await production.save(update_fields=["files"])


def _check(draft: ProductionDraft) -> None:
    if not clean_line(draft.title, MAX_TITLE):
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(_("Please keep the title under %(n)s characters.") % {"n": MAX_TITLE}, field="title")
    if size_of(draft.text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
    if find_licence(draft.licence) not in LICENCES:
        raise Invalid(_("Please choose a licence that lets others share it."), field="licence")
    if draft.files is not None and len(draft.files) > MAX_FILES:
        raise Invalid(_("A record has %(max_files)s files at most.") % {"max_files": MAX_FILES}, field="files")


async def _refuse_broken_promise(project: Project, draft: ProductionDraft) -> None:
    """Raise Conflict for a licence that the terms of no challenge of `project` promise to whoever offered something."""
    promised = await licences_promised_in(project, to_somebody=True)
    if promised and find_licence(draft.licence).id not in promised:
        names = ", ".join(find_licence(each).short for each in promised)
        raise Conflict(
            _("Whoever offered something to its challenges was promised that the whole is under %(licences)s.")
            % {"licences": names},
            field="licence",
        )


def _checked_links(links: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels and addresses, each address once. Raises Invalid with the field that has to change."""
    found: dict[str, str] = {}
    for label, url in links:
        address = url.strip()
        try:
            origin_of(address)
        except Invalid as error:
            raise Invalid(_("Please give an address that begins with https://."), field="url") from error
        if urlsplit(address).scheme != "https" or len(address.encode()) > MAX_URI:
            raise Invalid(_("Please give an address that begins with https://."), field="url")
        if len(label.strip()) > MAX_LABEL:
            raise Invalid(_("Please keep it under %(n)s characters.") % {"n": MAX_LABEL}, field="label")
        found[address] = clean_line(label, MAX_LABEL) or origin_of(address).partition("://")[2]
    if len(found) > MAX_LINKS:
        raise Invalid(_("Please name %(n)s places at most.") % {"n": MAX_LINKS}, field="url")
    return [(label, url) for url, label in found.items()]
