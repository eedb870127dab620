"""The words of a record's sounds and films, in as many languages as their author writes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from anyio import Path as AsyncPath
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.uploader import quota_of
from fedirec.errors import FedirecError
from fedirec.media.actions import add_caption, remove_caption
from fedirec.media.captions import MAX_BYTES
from fedirec.media.queries import dress
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.fields import LANGUAGES, language_choices
from fedirec.remix.pages.visitors import members_only, own_record_in
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import Flash, redirect, render
from fedirec.web.sentences import told
from fedirec.web.views import MediaView

_SPOKEN: Final = ("audio", "video")


@dataclass(frozen=True, slots=True, kw_only=True)
class Captioned:
    """A sound or a film of a record, with the key by which forms name it."""

    key: str
    view: MediaView


@members_only
async def show_captions(request: Request[Any]) -> Response:
    _viewer, record = await own_record_in(request)
    return await _show(request, record, Form())


async def post_caption(request: Request[Any]) -> Response:
    """One of the files has words in a language now, instead of any before."""
    viewer, record = await own_record_in(request)
    form = await read_form(request, max_files=1, max_file_bytes=MAX_BYTES)
    files = await _captioned(request, record)
    key = form.choice("file", [file.key for file in files])
    language = form.choice("language", [choice.value for choice in language_choices(record.language or "")[1:]])
    upload = form.file("captions", required=not form.error("captions"))
    if form.errors or upload is None:
        return await _show(request, record, form, status=422)
    try:
        caption = await add_caption(
            request.state["store"],
            viewer.actor,
            key=key,
            language=language,
            data=await AsyncPath(upload.path).read_bytes(),
            quota=quota_of(request.state["settings"], viewer.role),
        )
    except FedirecError as error:
        form.errors["captions"] = told(error)
        return await _show(request, record, form, status=422)
    said = _("The captions are there: %(language)s.") % {"language": caption.label}
    return redirect(request, f"{Cards(request).record_url(record)}/captions", said)


async def post_removal(request: Request[Any]) -> Response:
    """One of the files has no words in a language any more."""
    viewer, record = await own_record_in(request)
    form = await read_form(request)
    back = f"{Cards(request).record_url(record)}/captions"
    if form.value("file") not in [file.key for file in await _captioned(request, record)]:
        return redirect(request, back, Flash(text=_("This file is gone."), kind="problem"))
    store = request.state["store"]
    await remove_caption(store, viewer.actor, key=form.value("file"), language=form.value("language"))
    return redirect(request, back, _("Those captions are gone."))


async def _show(request: Request[Any], record: Record, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    locale = reader().locale.partition("-")[0]
    return render(
        request,
        "remix/captions.html",
        status,
        form=form,
        record=cards.record(record),
        files=await _captioned(request, record),
        languages=language_choices(record.language or "")[1:],
        likely=record.language or (locale if locale in LANGUAGES else "en"),
        max_bytes=MAX_BYTES,
    )


async def _captioned(request: Request[Any], record: Record) -> list[Captioned]:
    """The sounds and films of `record` that are kept here, in its order."""
    cards = Cards(request)
    await cards.dress([record])
    made = await dress([row.media_id for row in record.attachments if row.media_id is not None])
    return [
        Captioned(key=made[row.media_id].key, view=cards.medium(row, number=number))
        for number, row in enumerate(record.attachments, 1)
        if row.kind in _SPOKEN and row.media_id is not None and row.media_id in made
    ]


routes = [
    Route("/records/{key}/captions", show_captions, methods=["GET"]),
    Route("/records/{key}/captions", post_caption, methods=["POST"]),
    Route("/records/{key}/captions/remove", post_removal, methods=["POST"]),
]
