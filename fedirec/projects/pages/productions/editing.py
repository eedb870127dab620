"""What a production is called, says and shows: beginning one, and changing it until it is frozen."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import FedirecError
from fedirec.media.limits import most_of_all
from fedirec.media.models import Media
from fedirec.projects.actions.productions.preparing import (
    LICENCES,
    MAX_TITLE,
    ProductionDraft,
    change_production,
    prepare_production,
)
from fedirec.projects.manifests import MAX_FILES
from fedirec.projects.models import Production, Project
from fedirec.projects.pages.finding import leader_in
from fedirec.projects.pages.productions.showing import production_in
from fedirec.projects.pages.productions.views import production_view
from fedirec.projects.pages.views import project_url
from fedirec.projects.queries.productions import licences_promised_in
from fedirec.remix.licences import BY_SA, find_licence
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.composition import Composition, FileRow
from fedirec.remix.pages.composing.fields import ACCEPTED, LANGUAGES, language_choices
from fedirec.remix.pages.composing.reading import read_composed, read_composition, take_uploads
from fedirec.remix.pages.composing.showing import shown_files
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

_MAX_WORDS = 20_000


@members_only
async def show_new(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.PREPARE_PRODUCTION)
    promised = [each for each in await licences_promised_in(project) if find_licence(each) in LICENCES]
    chosen = {"licence": next(iter(promised), BY_SA.id), "language": project.language or reader().locale}
    form = filled_form(chosen)
    return await _show_form(request, form, Composition(author=viewer.actor), project)


async def post_new(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.PREPARE_PRODUCTION)
    form, composition = await _read(request, Composition(author=viewer.actor))
    if form.value("do") != "publish":
        return await _show_form(request, form, composition, project)
    if (draft := _draft_in(form, composition)) is not None:
        try:
            production = await prepare_production(viewer.actor, project, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            said = _("Saved. Now choose what is in it, and say who did what.")
            return redirect(request, f"{Cards(request).here(production.uri)}/lead", said)
    return await _show_form(request, form, composition, project, status=422)


@members_only
async def show_edit(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.PREPARE_PRODUCTION)
    production = await production_in(request, project)
    form = filled_form(
        {
            "title": production.title,
            "text": production.text,
            "licence": production.licence,
            "language": production.language or "",
        }
    )
    composition = Composition(author=viewer.actor, files=await _files_of(production))
    return await _show_form(request, form, composition, project, production)


async def post_edit(request: Request[Any]) -> Response:
    viewer, project = await leader_in(request, Deed.PREPARE_PRODUCTION)
    production = await production_in(request, project)
    before = Composition(author=viewer.actor, files=await _files_of(production))
    form, composition = await _read(request, before)
    if form.value("do") != "publish":
        return await _show_form(request, form, composition, project, production)
    if (draft := _draft_in(form, composition)) is not None:
        try:
            await change_production(viewer.actor, production, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, f"{Cards(request).here(production.uri)}/lead", _("Saved."))
    return await _show_form(request, form, composition, project, production, status=422)


async def _files_of(production: Production) -> list[FileRow]:
    known = {row.id: row for row in await Media.filter(id__in=[int(each[0]) for each in production.files])}
    return [FileRow(media=known[int(key)], alt=str(alt)) for key, alt in production.files if int(key) in known]


async def _read(request: Request[Any], before: Composition) -> tuple[Form, Composition]:
    """The form, and the files: those that were there `before` as long as nobody takes them out, and new ones."""
    form = await read_composed(request)
    composition = await read_composition(form, author=before.author)
    keys = form.values("file_key")
    kept = [row for row in before.files if row.media.key in keys]
    for row in kept:
        row.alt = form.value(f"alt-{row.media.key}")[:1_500]
    if len(kept) + len(composition.files) == len(set(keys)):
        form.errors.pop("files", None)  # what the production has already waits for nobody
    composition.files = [*kept, *composition.files][:MAX_FILES]
    do, _sign, key = form.value("do").partition(":")
    if do == "drop-file":
        composition.files = [row for row in composition.files if row.media.key != key]
    await take_uploads(request, form, composition)
    return form, composition


def _draft_in(form: Form, composition: Composition) -> ProductionDraft | None:
    draft = ProductionDraft(
        title=form.line("title", required=True, max=MAX_TITLE),
        text=form.text("text", max=_MAX_WORDS),
        licence=form.choice("licence", [licence.id for licence in LICENCES]),
        language=form.choice("language", LANGUAGES, required=False) or None,
        files=composition.file_drafts(),
    )
    return None if form.errors else draft


async def _show_form(
    request: Request[Any],
    form: Form,
    composition: Composition,
    project: Project,
    production: Production | None = None,
    *,
    status: int = 200,
) -> Response:
    cards = Cards(request)
    promised = [cards.licence(each).short for each in await licences_promised_in(project)]
    return render(
        request,
        "projects/production_form.html",
        status,
        form=form,
        action=request.url.path,
        is_new=production is None,
        project_title=project.title,
        back_url=f"{production_view(cards, production).url}/lead" if production else project_url(cards, project),
        files=shown_files(composition, cards=cards),
        room_for_files=MAX_FILES - len(composition.files),
        accepted=ACCEPTED,
        max_bytes=most_of_all(request.state["settings"]),
        licences=[Choice(value=each.id, label=each.short, hint=cards.licence(each.id).summary) for each in LICENCES],
        promised=", ".join(promised),
        languages=language_choices(form.value("language")),
    )


routes = [
    Route("/p/{slug}/productions/new", show_new, methods=["GET"]),
    Route("/p/{slug}/productions/new", post_new, methods=["POST"]),
    Route("/p/{slug}/productions/{key}/edit", show_edit, methods=["GET"]),
    Route("/p/{slug}/productions/{key}/edit", post_edit, methods=["POST"]),
]
