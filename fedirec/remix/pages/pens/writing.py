"""The form in which a record is written together, and what its answer to an invitation is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.clock import now
from fedirec.errors import Changed, FedirecError
from fedirec.remix.actions.drafts import MAX_FILES, MAX_TITLE, FileDraft, SourceDraft
from fedirec.remix.actions.pens import Changes, KeptFile, present_version, write_version
from fedirec.remix.actions.pens.applying import MAX_NEW_SOURCES, find_public
from fedirec.remix.actions.pens.forgetting import IN_HAND
from fedirec.remix.actions.pens.writing import PATIENCE, refuse_other_version, version_of
from fedirec.remix.models import Pen
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.fields import ACCEPTED, language_choices
from fedirec.remix.pages.composing.reading import read_composed
from fedirec.remix.pages.pens.files import FileView, files_again, files_in, files_kept
from fedirec.remix.pages.pens.showing import pen_view
from fedirec.remix.pages.visitors import members_only, row_in
from fedirec.remix.queries.pens import get_pen_of, latest_writing, works_of_pens
from fedirec.remix.queries.records import files_of
from fedirec.remix.roles import default_role, roles_for
from fedirec.remix.vocab import RecordObject
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What somebody typed that cannot be handed in: it is theirs to keep."""

    name: str
    markdown: str


@members_only
async def show_pen(request: Request[Any]) -> Response:
    """An invitation with its answer, or the form in which the record is written."""
    viewer = require_viewer(request, Permission.PUBLISH)
    pen = await get_pen_of(viewer.actor, row_in(request))
    if pen.holder_id != viewer.actor.id:
        return await _show(request, viewer, pen, Form())
    writing = await latest_writing(pen)
    written = None
    if writing is not None and writing.state in IN_HAND and writing.document:
        written = RecordObject.read(Doc(writing.document), Vocabulary(()))
    if pen.state != "held":
        return await _show(request, viewer, pen, Form(), written=written)
    try:
        present = await present_version(request.state["remote"], pen)
    except FedirecError as error:
        form = Form()
        form.refuse(error)
        return await _show(request, viewer, pen, form, written=written)
    is_on_its_way = writing is not None and writing.state == "sent" and writing.written_at > now() - PATIENCE
    if is_on_its_way:
        return await _show(request, viewer, pen, Form(), present=present, written=written, is_on_its_way=True)
    work = written or present
    answer = writing.answer if writing is not None and written is not None else ""
    files = files_kept(work.attachments, present)
    if work is not present and writing is not None and writing.files:
        files += await files_again(viewer, writing.files, work.attachments)
    return await _show(
        request,
        viewer,
        pen,
        _filled(work, present),
        present=present,
        files=files,
        answer=answer,
        is_again=work is not present,
    )


async def post_version(request: Request[Any]) -> Response:
    """What somebody typed who holds the pen becomes the next version, or stays in the form with the reason why not."""
    viewer = require_viewer(request, Permission.PUBLISH)
    pen = await get_pen_of(viewer.actor, row_in(request))
    form = await read_composed(request)
    files = await files_in(request, viewer, form)
    try:
        present = await present_version(request.state["remote"], pen)
    except FedirecError as error:
        form.refuse(error)
        typed = Typed(name=form.value("title"), markdown=form.value("text"))
        return await _show(request, viewer, pen, form, written=typed, status=422)
    if form.errors:
        return await _show(request, viewer, pen, form, present=present, files=files, status=422)
    try:
        refuse_other_version(present, version=form.value("version"))
        writing = await write_version(
            request.state["store"],
            request.state["media_cache"],
            viewer.actor,
            pen,
            await _changes_in(request, viewer, form, files),
            present=present,
            settings=request.state["settings"],
            keyring=request.state["keyring"],
        )
    except FedirecError as error:
        form.refuse(error)
        is_again = isinstance(error, Changed)
        return await _show(request, viewer, pen, form, present=present, files=files, is_again=is_again, status=422)
    said = (
        _("It is on its way. You will be told if it could not be taken.") if writing else _("That is the version now.")
    )
    return redirect(request, f"/pens/{pen.id}", said)


async def _show(
    request: Request[Any],
    viewer: Viewer,
    pen: Pen,
    form: Form,
    *,
    present: RecordObject | None = None,
    files: list[FileView] | None = None,
    answer: str = "",
    written: RecordObject | Typed | None = None,
    is_on_its_way: bool = False,
    is_again: bool = False,
    status: int = 200,
) -> Response:
    works = await works_of_pens([pen])
    cards = Cards(request)
    await cards.dress(works.values())
    return render(
        request,
        "remix/pen.html",
        status,
        pen=pen_view(cards, pen, viewer, works),
        record_uri=pen.record_uri,
        form=form,
        present=present,
        version=version_of(present) if present else "",
        files=files or [],
        answer=answer,
        written=written,
        is_on_its_way=is_on_its_way,
        is_again=is_again,
        roles=_roles(present, viewer),
        languages=language_choices(form.value("language")),
        accepted=ACCEPTED,
        max_title=MAX_TITLE,
        room_for_files=MAX_FILES - len(files or []),
    )


def _roles(present: RecordObject | None, viewer: Viewer) -> list[Choice]:
    """The parts that somebody can have who is not credited yet; afterwards it is the author's to change."""
    if present is None or any(part.person == viewer.actor.uri for part in present.contributors):
        return []
    kind = present.media_kind
    none = Choice(value="", label=_(default_role(kind).label))
    return [none, *(Choice(value=role.code, label=_(role.label)) for role in roles_for(kind))]


def _filled(work: RecordObject, present: RecordObject) -> Form:
    """The form with what `work` says, which was made from the version that is `present`, or is that."""
    named = {source.id for source in present.sources}
    return filled_form(
        {
            "title": work.name,
            "text": work.markdown or "",
            "language": work.language or "",
            "warning": work.warning,
            "sources": "\n".join(source.id for source in work.sources if source.id not in named),
            "tags": " ".join(tag.name for tag in work.hashtags),
        }
    )


async def _changes_in(request: Request[Any], viewer: Viewer, form: Form, files: list[FileView]) -> Changes:
    rows = await files_of(viewer.actor, [file.value for file in files if file.is_new])
    addresses = list(dict.fromkeys(form.value("sources").split()))[: MAX_NEW_SOURCES + 1]
    sources = [SourceDraft(record=await find_public(request.state["remote"], each)) for each in addresses]
    return Changes(
        sources=sources,
        title=form.value("title"),
        text=form.value("text").replace("\r\n", "\n"),
        language=form.value("language") or None,
        warning=form.value("warning"),
        role=form.value("role") or None,
        tags=form.value("tags").replace("#", " ").replace(",", " ").split(),
        files=[
            FileDraft(media=rows[file.value], description=file.alt)
            if file.is_new
            else KeptFile(url=file.value, description=file.alt)
            for file in files
            if not file.is_new or file.value in rows
        ],
    )
