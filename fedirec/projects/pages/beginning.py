"""Beginning a project, and changing what it says of itself."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError
from fedirec.media.limits import most_of_all
from fedirec.projects.actions.projects import (
    MAX_TITLE,
    SILENT_DAYS,
    ProjectDraft,
    begin_project,
    change_project,
)
from fedirec.projects.actions.steps import StepDraft
from fedirec.projects.forms import FORM_NAMES, PLANS
from fedirec.projects.forms import Form as Becoming
from fedirec.projects.models import Project
from fedirec.projects.pages.finding import leader_in
from fedirec.projects.pages.views import project_url
from fedirec.remix.actions.group_tags import tags_of
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.composition import Composition, FileRow
from fedirec.remix.pages.composing.fields import LANGUAGES, language_choices
from fedirec.remix.pages.composing.reading import read_composed, read_composition, take_uploads
from fedirec.remix.pages.composing.showing import shown_files
from fedirec.remix.pages.leading.opening import slug_of
from fedirec.remix.pages.leading.promises import MAX_BRIEF
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader, zone_names
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

_FORMS = [form.value for form in Becoming]
_PICTURES = "image/*"


@members_only
async def show_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    wanted = request.query_params.get("form", "")
    form = filled_form(
        {
            "form": wanted if wanted in _FORMS else "",
            "timezone": viewer.account.timezone or None,
            "language": reader().locale,
            "with_steps": True,
            "silent_days": 60,
        }
    )
    return _show_form(request, form, Composition(author=viewer.actor))


async def post_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    form, cover = await _read(request, Composition(author=viewer.actor))
    if form.value("do") != "publish":
        return _show_form(request, form, cover)
    draft = _draft_in(form, cover)
    if draft is not None:
        try:
            project = await begin_project(viewer.actor, request.state["keyring"], draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            said = _("Begun. Look through its steps, publish the first, and launch it.")
            return redirect(request, f"{project_url(Cards(request), project)}/lead", said)
    return _show_form(request, form, cover, status=422)


@members_only
async def show_edit(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.CHANGE_PROJECT)
    cover = Composition(author=viewer.actor)
    if project.cover is not None:
        cover.files.append(FileRow(media=project.cover, alt=project.cover_description))
    form = filled_form(
        {
            "title": project.title,
            "text": project.text,
            "form": project.form,
            "language": project.language or "",
            "tags": " ".join(await tags_of(project.actor)),
            "timezone": project.timezone,
            "silent_days": project.silent_days,
        }
    )
    return _show_form(request, form, cover, project=project)


async def post_edit(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.CHANGE_PROJECT)
    before = Composition(author=viewer.actor)
    if project.cover is not None:
        before.files.append(FileRow(media=project.cover, alt=project.cover_description))
    form, cover = await _read(request, before)
    if form.value("do") != "publish":
        return _show_form(request, form, cover, project=project)
    draft = _draft_in(form, cover, slug=project.actor.handle)
    if draft is not None:
        try:
            await change_project(viewer.actor, project, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, project_url(Cards(request), project), _("Saved. Followers will hear of it."))
    return _show_form(request, form, cover, project=project, status=422)


async def _read(request: Request[Any], before: Composition) -> tuple[Form, Composition]:
    """The form, and its cover: the one that was there `before` as long as nobody takes it out."""
    form = await read_composed(request)
    cover = await read_composition(form, author=before.author)
    kept = [row for row in before.files if row.media.key in form.values("file_key")]
    for row in kept:
        row.alt = form.value(f"alt-{row.media.key}")[:1_500]
    form.errors.pop("files", None) if kept else None
    cover.files = [*kept, *cover.files][:1]
    if not cover.files:
        await take_uploads(request, form, cover)
    del cover.files[1:]
    do, _sign, key = form.value("do").partition(":")
    if do == "drop-file":
        cover.files = [row for row in cover.files if row.media.key != key]
    return form, cover


def _draft_in(form: Form, cover: Composition, *, slug: str = "") -> ProjectDraft | None:
    title = form.line("title", required=True, max=MAX_TITLE)
    text = form.text("text", required=True, max=MAX_BRIEF)
    becoming = form.choice("form", _FORMS)
    zone = form.choice("timezone", zone_names(), default="UTC")
    language = form.choice("language", LANGUAGES, required=False) or None
    silent = form.number("silent_days", required=True, min=SILENT_DAYS.start, max=SILENT_DAYS.stop - 1)
    tags = form.line("tags", max=1_000).replace(",", " ").split()
    if form.errors or silent is None:
        return None
    kind = Becoming(becoming)
    plans = PLANS[kind] if not slug and form.flag("with_steps") else ()
    return ProjectDraft(
        title=title,
        slug=slug or form.line("slug", max=60).lower().removeprefix("@") or slug_of(title),
        text=text,
        form=kind,
        language=language,
        tags=tags,
        cover=next(iter(cover.file_drafts()), None),
        timezone=zone,
        silent_days=silent,
        steps=[StepDraft(title=_(plan.title), text=_(plan.text), skills=plan.skills) for plan in plans],
    )


def _show_form(
    request: Request[Any], form: Form, cover: Composition, *, project: Project | None = None, status: int = 200
) -> Response:
    cards = Cards(request)
    return render(
        request,
        "projects/form.html",
        status,
        form=form,
        action=request.url.path,
        project_title=project.title if project else "",
        back_url=project_url(cards, project) if project else "/projects",
        is_new=project is None,
        files=shown_files(cover, cards=cards),
        room_for_files=1 - len(cover.files),
        accepted=_PICTURES,
        max_bytes=most_of_all(request.state["settings"]),
        form_choices=[
            Choice(value=kind.value, label=_(name), hint=" · ".join(_(plan.title) for plan in PLANS[kind]))
            for kind, name in FORM_NAMES.items()
        ],
        languages=language_choices(form.value("language")),
        zones=[Choice(value=name, label=name.replace("_", " ")) for name in zone_names()],
        host=cards.site.uris.host,
    )


routes = [
    Route("/projects/new", show_new, methods=["GET"]),
    Route("/projects/new", post_new, methods=["POST"]),
    Route("/p/{slug}/edit", show_edit, methods=["GET"]),
    Route("/p/{slug}/edit", post_edit, methods=["POST"]),
]
