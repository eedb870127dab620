"""Making a record: a new one, a remix, an answer to a challenge, and the drafts of one."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.errors import FedirecError, NotFound
from fedirec.remix.actions.drafting import forget_draft, is_draft_key, save_draft
from fedirec.remix.actions.records import publish_record
from fedirec.remix.actions.remix_requests.waiting import ask_to_remix
from fedirec.remix.actions.submissions import submit_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.composing.buttons import follow_button
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import challenge_named, draft_in, usual_licence, wanted_licence
from fedirec.remix.pages.composing.reading import is_begun, kept_values, read_composed, read_composition, take_uploads
from fedirec.remix.pages.composing.studio import NEW, show_studio
from fedirec.remix.pages.visitors import members_only, number_of
from fedirec.remix.queries.drafts import get_draft
from fedirec.remix.queries.records import get_own_record, records_in_order
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import attempt, redirect
from fedirec.web.sentences import told

_BEGINNING: Final = 60
"""Characters of its words by which a draft without a title is called."""


@members_only
async def show_new(request: Request[Any]) -> Response:
    """An empty record; `source` and `challenge` in the address are there already. With `draft`, what was written; with
    `suggest`, the title and words of the source, for whoever wants to suggest a change to them.
    """
    viewer = require_viewer(request, Permission.PUBLISH)
    if key := request.query_params.get("draft"):
        draft = await get_draft(viewer.actor, key)
        form = Form([("draft", draft.key), *((name, value) for name, value in draft.content)])
        composition = await read_composition(form, author=viewer.actor)
        return await show_studio(request, viewer, form, composition, await challenge_named(form.value("challenge")))
    form, composition = Form(), Composition(author=viewer.actor)
    wanted = [number for text in request.query_params.getlist("source")[:8] if (number := number_of(text)) is not None]
    for record in await records_in_order(wanted, maker=viewer.actor):
        try:
            await composition.add_source(record)
        except FedirecError as error:
            form.fail("seek", told(error))
    challenge = await challenge_named(request.query_params.get("challenge", ""))
    account = viewer.account
    texts: dict[str, Any] = {
        "language": reader().locale,
        "visibility": account.visibility,
        "quoting": account.quoting,
        "remixing": account.remixing,
        "ai_preference": account.ai_preference,
    }
    if usual := usual_licence(viewer.account.licence, composition):
        texts["licence"] = usual
    if challenge:
        texts |= {"challenge": challenge.id, "licence": wanted_licence(challenge, composition)}
    if "suggest" in request.query_params and len(composition.foreign) == 1:
        [source] = composition.foreign
        texts |= {"suggests": "1", "title": source.title, "text": source.text}
    shown = filled_form(texts)
    shown.errors.update(form.errors)
    return await show_studio(request, viewer, shown, composition, challenge)


async def post_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PUBLISH)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor)
    await take_uploads(request, form, composition)
    is_last = await follow_button(request, form, composition)
    challenge = await challenge_named(form.value("challenge"))
    do, _sign, name = form.value("do").partition(":")
    if do == "offer" and challenge is not None:
        return await _offer(request, viewer, await get_own_record(viewer.actor, number_of(name) or 0), challenge)
    if is_last:
        draft = draft_in(form, composition, challenge)
        if do == "ask" and not form.errors:
            try:
                record = await ask_to_remix(viewer.actor, draft, words=form.text("ask_words", max=MAX_WORDS))
            except FedirecError as error:
                form.refuse(error)
            else:
                await _forget(viewer, form.value("draft"))
                said = _("They have been asked. As soon as everybody has agreed, it is published by itself.")
                return redirect(request, Cards(request).record_url(record, is_local=True), said)
        elif not form.errors:
            try:
                record = await publish_record(viewer.actor, draft)
            except FedirecError as error:
                form.refuse(error)
            else:
                await _forget(viewer, form.value("draft"))
                return redirect(request, f"{Cards(request).record_url(record, is_local=True)}/published")
        return await show_studio(request, viewer, form, composition, challenge, status=422)
    is_kept = await _keep(viewer, form.value("draft"), form, composition)
    if do == "save" and is_kept and not form.errors:
        said = _("Saved. You find it here whenever you want to go on.")
        return redirect(request, f"{NEW}?draft={form.value('draft')}", said)
    return await show_studio(request, viewer, form, composition, challenge)


async def post_draft(request: Request[Any]) -> Response:
    """What is on the page now is kept, while somebody goes on writing; says when that was."""
    viewer = require_viewer(request, Permission.PUBLISH)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor)
    if not await _keep(viewer, request.path_params["key"], form, composition):
        return JSONResponse({"saved_at": None, "problem": next(iter(form.errors.values()), None)})
    return JSONResponse({"saved_at": now().isoformat(), "problem": None})


async def post_forget_draft(request: Request[Any]) -> Response:
    """A draft is thrown away."""
    viewer = require_viewer(request, Permission.PUBLISH)
    await forget_draft(viewer.actor, key=request.path_params["key"])
    return redirect(request, NEW, _("Thrown away."))


async def _offer(request: Request[Any], viewer: Viewer, record: Record, challenge: Challenge) -> Response:
    """A record that is there already answers the challenge, as it is."""
    url = Cards(request).record_url(record)
    return await attempt(
        request,
        url,
        submit_record(viewer.actor, record, challenge),
        _("It is on its way to “%(title)s”.") % {"title": challenge.title},
    )


async def _keep(viewer: Viewer, key: str, form: Form, composition: Composition) -> bool:
    """Whether there is something in the form that was kept as a draft; what is too long stays in the form alone."""
    if not is_draft_key(key) or not is_begun(form, composition):
        return False
    try:
        await save_draft(
            viewer.actor,
            key=key,
            title=form.value("title").strip() or form.value("text")[:_BEGINNING] or _called_by_source(composition),
            values=kept_values(form, composition),
            files=[row.media.key for row in composition.files],
        )
    except FedirecError as error:
        form.refuse(error)
        return False
    return True


def _called_by_source(composition: Composition) -> str:
    """What a remix is called that has no words yet."""
    return _("A remix of “%(title)s”") % {"title": composition.sources[0].record.title} if composition.sources else ""


async def _forget(viewer: Viewer, key: str) -> None:
    try:
        await forget_draft(viewer.actor, key=key)
    except NotFound:
        return  # it was never saved


routes = [
    Route(NEW, show_new, methods=["GET"]),
    Route(NEW, post_new, methods=["POST"]),
    Route("/records/drafts/{key}", post_draft, methods=["POST"]),
    Route("/records/drafts/{key}/forget", post_forget_draft, methods=["POST"]),
]
