"""Beginning, changing and launching projects. Each is a Group, so that anyone on any server can follow it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.names import check_name
from fedirec.activitypub.actors import NewKeys, new_keys, save_local_actor
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, FedirecError, Invalid, NotFound, TooMany
from fedirec.html import markdown
from fedirec.media.actions import attach_media, release_media
from fedirec.media.models import Media
from fedirec.projects.actions.announcing import publish_project, publish_project_update
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.findable import make_project_findable
from fedirec.projects.actions.invitations import send_held_invitations
from fedirec.projects.actions.leading import make_leader
from fedirec.projects.actions.staging import carry_on, move_to_stage
from fedirec.projects.actions.steps import StepDraft, write_steps
from fedirec.projects.actions.stopping import tell_of_stop
from fedirec.projects.forms import Form
from fedirec.projects.models import Project
from fedirec.projects.queries.projects import facts_of
from fedirec.projects.queries.takeovers import may_put_up
from fedirec.projects.stages import Stage, refuse_move
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.group_tags import read_tags, save_group_tags
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.needs import publish_needs
from fedirec.remix.logbook import Happening
from fedirec.remix.models import LogEntry
from fedirec.remix.powers import Deed, Part, refuse_unless
from fedirec.remix.sizes import size_of
from fedirec.uris import Uris, origin_of
from fedirec.web.language import gettext as _

KIND: Final = "project"
"""What its Group says that it is."""
MAX_TITLE: Final = 100
MAX_TEXT: Final = 20_000
"""Bytes."""
MAX_A_DAY: Final = 20
"""Projects that one person begins: each has keys of its own, and takes a name for good."""
MAX_MOVES: Final = 10
"""Times in a day that one project changes its stage: its followers, and those who are in it, hear of each."""
SILENT_DAYS: Final = range(14, 366)
"""For how long leaders may choose to be silent."""


@dataclass(frozen=True, kw_only=True)
class ProjectDraft:
    """What somebody wants to make together with others."""

    title: str
    slug: str
    text: str
    form: Form = Form.OTHER
    language: str | None = None
    tags: Sequence[str] = ()
    cover: FileDraft | None = None
    timezone: str = "UTC"
    silent_days: int = 60
    steps: Sequence[StepDraft] = ()


async def begin_project(
    creator: Actor, keyring: Keyring, draft: ProjectDraft, *, keys: NewKeys | None = None
) -> Project:
    """A project of `creator`, a member of ours, is being prepared: its leaders see it, and nobody else hears of it.

    `keys` are made here unless whoever asks made them before, because they hold a transaction open.

    Raises Invalid or Conflict with the form field that has to change, TooMany after MAX_A_DAY within a day.
    """
    refuse_unless(Deed.BEGIN_PROJECT, {Part.ANYONE, Part.RESIDENT} if creator.is_local else {Part.ANYONE})
    _check(draft)
    tags = read_tags(draft.tags)
    await refuse_restless(creator)
    uri = Uris(origin_of(creator.uri)).project(draft.slug)
    if await Actor.exists(local_handle=draft.slug):
        raise Conflict(_("That address is taken. Please choose another one."), field="slug")
    keys = keys or await new_keys()
    try:
        async with transaction():
            group = await save_local_actor(
                keyring,
                keys,
                uri=uri,
                handle=draft.slug,
                type="Group",
                kind=KIND,
                name=draft.title.strip(),
                summary=markdown(draft.text),
            )
            # Until it is launched it is nobody for those who ask for it, as somebody who waits to be let in is.
            group.state = "pending"
            await group.save(update_fields=["state"])
            project = await Project.create(
                actor=group,
                creator=creator,
                title=draft.title.strip(),
                text=draft.text,
                content=markdown(draft.text),
                language=draft.language,
                form=draft.form.value,
                timezone=draft.timezone,
                silent_days=draft.silent_days,
                created_at=now(),
            )
            await make_leader(project, creator)
            await _keep_cover(creator, project, draft.cover)
            await save_group_tags(group, tags)
            await write_steps(project, draft.steps)
            await log(group, Happening.BEGUN, by=creator)
            await audit(creator, "begin_project", uri, title=project.title)
    except IntegrityError as error:
        raise Conflict(_("That address is taken. Please choose another one."), field="slug") from error
    return project


async def refuse_restless(creator: Actor) -> None:
    """Raise TooMany when `creator` has begun MAX_A_DAY projects within the last day."""
    begun = Project.filter(creator_id=creator.id, actor__is_local=True).order_by("-id")
    found = await begun.offset(MAX_A_DAY - 1).limit(1).values("created_at")
    if found and found[0]["created_at"] > now() - timedelta(days=1):
        raise TooMany(retry_after=3600)


async def launch_project(leader: Actor, project: Project) -> Project:
    """Everybody sees it, and can follow it; whom it looks for is said, and who is invited elsewhere hears of it.

    Raises Conflict without a published step, or when that was so before, and NotFound where moderators have hidden it.
    """
    async with transaction():
        await begin_deed(Deed.LAUNCH_PROJECT, project, leader)
        if project.launched_at is not None:
            raise Conflict(_("It is launched already."))
        if project.actor.state != "pending":  # moderators have hidden it
            raise NotFound
        if not (await facts_of(project)).published_steps:
            raise Conflict(_("Publish at least one step first, so that people find something to do."))
        project.launched_at = now()
        await project.save(update_fields=["launched_at"])
        project.actor.state = "active"
        await project.actor.save(update_fields=["state"])
        await make_project_findable(project)
        await log(project.actor, Happening.LAUNCHED, by=leader)
        await carry_on(project, Stage.EARLY)
        await publish_project(project)
        await publish_needs(project.actor)
        await send_held_invitations(project)
        await audit(leader, "launch_project", project.actor.uri)
    return project


async def change_project(leader: Actor, project: Project, draft: ProjectDraft) -> Project:
    """The project says what `draft` says, but for its address and its steps, which stay; followers hear of it."""
    _check(draft, is_new=False)
    tags = read_tags(draft.tags)
    group = project.actor
    async with transaction():
        await begin_deed(Deed.CHANGE_PROJECT, project, leader)
        project.title, project.text, project.content = draft.title.strip(), draft.text, markdown(draft.text)
        project.form, project.language, project.timezone = draft.form.value, draft.language, draft.timezone
        project.silent_days = draft.silent_days
        await project.save()
        group.name, group.summary = project.title, project.content
        await group.save(update_fields=["name", "summary"])
        await _keep_cover(leader, project, draft.cover)
        await save_group_tags(group, tags)
        await make_project_findable(project)
        await audit(leader, "change_project", group.uri)
        await publish_project_update(project)
    return project


async def set_stage(leader: Actor, project: Project, stage: Stage, *, reason: str) -> Project:
    """The project stands at `stage`, and everybody can read why.

    Raises Invalid where no way leads there, Conflict for what it lacks, and TooMany after MAX_MOVES within a day.
    """
    async with transaction():
        parts = await begin_deed(Deed.SET_STAGE, project, leader)
        if stage is Stage.ADOPTABLE and not await may_put_up(project, parts):
            refuse_unless(Deed.PUT_UP_PROJECT, parts)
        if project.launched_at is None:
            raise Conflict(_("Launch it first."), field="stage")
        was = Stage(project.stage)
        before = Stage(project.stage_before) if project.stage_before else None
        refuse_move(was, stage, await facts_of(project), before=before)
        moves = LogEntry.filter(group_id=project.actor_id, kind=Happening.STAGE_SET.value, by_id__not_isnull=True)
        if await moves.filter(created_at__gt=now() - timedelta(days=1)).count() >= MAX_MOVES:
            raise TooMany(_("It has changed its stage often today. Please wait until tomorrow."), retry_after=3600)
        await move_to_stage(project, stage)
        details = {"before": was.value, "stage": stage.value}
        await log(project.actor, Happening.STAGE_SET, by=leader, reason=reason, details=details)
        await tell_of_stop(project, stage, by=leader, reason=reason)
        await publish_project_update(project)
    return project


async def _keep_cover(owner: Actor, project: Project, cover: FileDraft | None) -> None:
    media = cover.media if cover else None
    if media is None or media.id != project.cover_id:
        await release_media(await Media.filter(id=project.cover_id) if project.cover_id else [])
        if media is not None:
            await attach_media(owner, keys=[media.key])
    project.cover, project.cover_description = media, cover.description if cover else ""
    await project.save(update_fields=["cover_id", "cover_description"])


def _check(draft: ProjectDraft, *, is_new: bool = True) -> None:
    if not draft.title.strip():
        raise Invalid(_("Please give it a title."), field="title")
    if len(draft.title) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if not draft.text.strip():
        raise Invalid(_("Please say what it is to become."), field="text")
    if size_of(draft.text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
    if draft.cover is not None and draft.cover.media.kind != "image":
        raise Invalid(_("A cover is a picture."), field="files")
    if draft.cover is not None and not draft.cover.description.strip():
        raise Invalid(_("Please say what the picture shows, for those who cannot see it."), field="files")
    if draft.silent_days not in SILENT_DAYS:
        raise Invalid(_("Please choose between 14 and 365 days."), field="silent_days")
    if not is_new:
        return
    try:
        check_name(draft.slug)
    except FedirecError as error:
        raise Invalid(error.message, field="slug", blanks=error.blanks) from error
