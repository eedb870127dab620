"""Beginning a project, changing it, launching it, setting its stage, and telling those who follow it."""

from __future__ import annotations

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.actors import NewKeys, new_keys
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.projects.finding import project_in
from fedirec.api.shapes.files import FileSent
from fedirec.api.shapes.news import NewsItem, NewsSent, show_news
from fedirec.api.shapes.projects import NewProject, Project, ProjectChange, StageSent, show_project
from fedirec.errors import Invalid
from fedirec.media.models import Media
from fedirec.projects.actions.discarding import discard_project
from fedirec.projects.actions.leaders_news import tell_followers
from fedirec.projects.actions.projects import (
    ProjectDraft,
    begin_project,
    change_project,
    launch_project,
    refuse_restless,
    set_stage,
)
from fedirec.projects.actions.steps import StepDraft
from fedirec.projects.forms import PLANS, Form
from fedirec.projects.models import Project as ProjectRow
from fedirec.projects.queries.projects import get_project_row
from fedirec.projects.stages import Stage
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.actions.group_tags import tags_of
from fedirec.remix.pages.leading.opening import slug_of
from fedirec.remix.queries.news import get_news
from fedirec.remix.queries.records import files_of
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named


async def make_keys(call: Call) -> NewKeys:
    """The keys of a Group, which take a thread."""
    await refuse_restless(call.actor)
    return await new_keys()


async def begin(call: Call) -> Project:
    wanted = call.sent(NewProject)
    form = Form(wanted.form)
    plans = [StepDraft(title=_(plan.title), text=_(plan.text), skills=plan.skills) for plan in PLANS[form]]
    draft = ProjectDraft(
        title=wanted.title,
        slug=(wanted.slug or "").lower().removeprefix("@") or slug_of(wanted.title),
        text=wanted.text,
        form=form,
        language=wanted.language,
        tags=wanted.tags,
        cover=await _cover(call, wanted.cover),
        timezone=wanted.timezone if zone_named(wanted.timezone) else "UTC",
        silent_days=wanted.silent_days,
        steps=plans if wanted.steps is None else [StepDraft(title=step.title, text=step.text) for step in wanted.steps],
    )
    keys = call.prepared if isinstance(call.prepared, NewKeys) else None
    made = await begin_project(call.actor, call.request.state["keyring"], draft, keys=keys)
    call.headers["Location"] = f"/api/projects/{made.id}"
    return await _shown(call, made)


async def change(call: Call) -> Project:
    project, wanted = await project_in(call), call.sent(ProjectChange)
    said = wanted.model_fields_set
    kept = FileDraft(media=project.cover, description=project.cover_description) if project.cover else None
    draft = ProjectDraft(
        title=wanted.title or project.title,
        slug=project.actor.handle,
        text=wanted.text or project.text,
        form=Form(wanted.form or project.form),
        language=wanted.language if "language" in said else project.language,
        tags=wanted.tags if wanted.tags is not None else await tags_of(project.actor),
        cover=await _cover(call, wanted.cover, kept=project.cover) if "cover" in said else kept,
        timezone=wanted.timezone if wanted.timezone and zone_named(wanted.timezone) else project.timezone,
        silent_days=wanted.silent_days or project.silent_days,
    )
    return await _shown(call, await change_project(call.actor, project, draft))


async def launch(call: Call) -> Project:
    return await _shown(call, await launch_project(call.actor, await project_in(call)))


async def discard(call: Call) -> None:
    await discard_project(call.actor, await project_in(call))


async def move(call: Call) -> Project:
    wanted = call.sent(StageSent)
    project = await set_stage(call.actor, await project_in(call), Stage(wanted.stage), reason=wanted.reason)
    return await _shown(call, project)


async def tell(call: Call) -> NewsItem:
    wanted = call.sent(NewsSent)
    news = await tell_followers(call.actor, await project_in(call), title=wanted.title, text=wanted.text)
    return show_news(call, await get_news(news.uri))


async def _shown(call: Call, project: ProjectRow) -> Project:
    return await show_project(call, await get_project_row(project.id, call.actor), with_drafts=True)


async def _cover(call: Call, sent: FileSent | None, *, kept: Media | None = None) -> FileDraft | None:
    """The picture that was named, which may be the one that is `kept`. Raises Invalid for one that is gone."""
    if sent is None:
        return None
    if kept is not None and kept.key == sent.key:
        return FileDraft(media=kept, description=sent.description)
    found = await files_of(call.actor, [sent.key])
    if sent.key not in found:
        raise Invalid("A file is gone, because it waited too long. Please add it again.", field="cover")
    return FileDraft(media=found[sent.key], description=sent.description)


ENDPOINTS = (
    Endpoint(
        name="begin_project",
        method="POST",
        path="/projects",
        permission=Permission.OPEN_CHALLENGE,
        says="A project of yours is being prepared; nobody but its leaders sees it.",
        run=begin,
        prepare=make_keys,
        body=NewProject,
        answer=Project,
        status=201,
        pages=("/projects/new",),
    ),
    Endpoint(
        name="change_project",
        method="PATCH",
        path="/projects/{id:int}",
        permission=Permission.TAKE_PART,
        says="A project that you lead says something new.",
        run=change,
        body=ProjectChange,
        answer=Project,
        pages=("/p/{slug}/edit",),
    ),
    Endpoint(
        name="launch_project",
        method="POST",
        path="/projects/{id:int}/launch",
        permission=Permission.TAKE_PART,
        says="Everybody sees the project, and can follow it.",
        run=launch,
        answer=Project,
        pages=("/p/{slug}/launch",),
    ),
    Endpoint(
        name="discard_project",
        method="DELETE",
        path="/projects/{id:int}",
        permission=Permission.TAKE_PART,
        says="A project that you began and never launched is gone with its steps and tasks. Its challenges go on.",
        run=discard,
        status=204,
        pages=("/p/{slug}/discard",),
    ),
    Endpoint(
        name="set_stage",
        method="POST",
        path="/projects/{id:int}/stage",
        permission=Permission.TAKE_PART,
        says="The project stands at another stage, and everybody can read why.",
        run=move,
        body=StageSent,
        answer=Project,
        pages=("/p/{slug}/stage",),
    ),
    Endpoint(
        name="tell_followers",
        method="POST",
        path="/projects/{id:int}/news",
        permission=Permission.TAKE_PART,
        says="Those who follow the project hear what is new.",
        run=tell,
        body=NewsSent,
        answer=NewsItem,
        status=201,
        pages=("/p/{slug}/tell",),
    ),
)
