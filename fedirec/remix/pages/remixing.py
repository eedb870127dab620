"""Making a record: a new one, a remix, an answer to a challenge, a new version of one's own."""

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
from fedirec.media.limits import most_of_all
from fedirec.remix.actions.drafting import forget_draft, is_draft_key, save_draft
from fedirec.remix.actions.drafts import MAX_FILES
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.actions.submissions import submit_record
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import Cards, licence_choices, pay_in_words, relation_choices, role_choices
from fedirec.remix.pages.composing.buttons import follow_button
from fedirec.remix.pages.composing.checking import check_licences
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import (
    ACCEPTED,
    challenge_choices,
    challenge_named,
    chosen_licence,
    chosen_role,
    draft_in,
    language_choices,
    quoting_choices,
    usual_licence,
    visibility_choices,
    wanted_licence,
)
from fedirec.remix.pages.composing.reading import (
    composition_of,
    is_begun,
    kept_values,
    read_composed,
    read_composition,
    take_uploads,
)
from fedirec.remix.pages.composing.showing import at_hand, preview_of, shown_drafts, shown_files, shown_parts
from fedirec.remix.pages.visitors import members_only, number_of, own_record_in
from fedirec.remix.queries.drafts import drafts_of, get_draft
from fedirec.remix.queries.records import get_own_record, records_in_order
from fedirec.remix.roles import default_role, roles_for
from fedirec.uris import new_key
from fedirec.web.forms import GENERAL, Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import attempt, redirect, render
from fedirec.web.security import content_security_policy, permissions_policy
from fedirec.web.sentences import told

NEW: Final = "/records/new"
_BEGINNING: Final = 60
"""Characters of its words by which a draft without a title is called."""
_STUDIO: Final = {
    "Content-Security-Policy": content_security_policy(img_src="'self' data: blob:"),
    "Permissions-Policy": permissions_policy("camera", "microphone"),
}
"""This page alone may listen and look, and shows pictures that are not sent yet."""


@members_only
async def show_new(request: Request[Any]) -> Response:
    """An empty record; `source` and `challenge` in the address are there already. With `draft`, what was written."""
    viewer = require_viewer(request, Permission.PUBLISH)
    if key := request.query_params.get("draft"):
        draft = await get_draft(viewer.actor, key)
        form = Form([("draft", draft.key), *((name, value) for name, value in draft.content)])
        composition = await read_composition(form, author=viewer.actor)
        return await _show(request, viewer, form, composition, await challenge_named(form.value("challenge")))
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
    }
    if usual := usual_licence(viewer.account.licence, composition):
        texts["licence"] = usual
    if challenge:
        texts |= {"challenge": challenge.id, "licence": wanted_licence(challenge, composition)}
    shown = filled_form(texts)
    shown.errors.update(form.errors)
    return await _show(request, viewer, shown, composition, challenge)


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
        if not form.errors:
            try:
                record = await publish_record(viewer.actor, draft)
            except FedirecError as error:
                form.refuse(error)
            else:
                await _forget(viewer, form.value("draft"))
                return redirect(request, f"{Cards(request).record_url(record, is_local=True)}/published")
        return await _show(request, viewer, form, composition, challenge, status=422)
    is_kept = await _keep(viewer, form.value("draft"), form, composition)
    if do == "save" and is_kept and not form.errors:
        said = _("Saved. You find it here whenever you want to go on.")
        return redirect(request, f"{NEW}?draft={form.value('draft')}", said)
    return await _show(request, viewer, form, composition, challenge)


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


@members_only
async def show_edit(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    composition, own_role = await composition_of(record)
    form = filled_form(
        {
            "title": record.title,
            "text": record.text,
            "licence": record.licence,
            "language": record.language,
            "warning": record.warning,
            "tags": " ".join(tag.name for tag in record.tags),
            "visibility": record.visibility,
            "quoting": record.quoting,
            "own_role": own_role,
        }
    )
    return await _show(request, viewer, form, composition, None)


async def post_edit(request: Request[Any]) -> Response:
    viewer, record = await own_record_in(request)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor, record=record)
    await take_uploads(request, form, composition)
    if not await follow_button(request, form, composition):
        return await _show(request, viewer, form, composition, None)
    draft = draft_in(form, composition, None)
    if not form.errors:
        try:
            await edit_record(viewer.actor, record, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, Cards(request).record_url(record), _("Saved. The version before is kept."))
    return await _show(request, viewer, form, composition, None, status=422)


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
            title=form.value("title").strip() or form.value("text")[:_BEGINNING],
            values=kept_values(form, composition),
            files=[row.media.key for row in composition.files],
        )
    except FedirecError as error:
        form.refuse(error)
        return False
    return True


async def _forget(viewer: Viewer, key: str) -> None:
    try:
        await forget_draft(viewer.actor, key=key)
    except NotFound:
        return  # it was never saved


async def _show(
    request: Request[Any],
    viewer: Viewer,
    form: Form,
    composition: Composition,
    challenge: Challenge | None,
    *,
    status: int = 200,
) -> Response:
    cards = Cards(request)
    chosen = chosen_licence(form, composition)
    record = composition.record
    kind = composition.kind
    ranked = [role.code for role in roles_for(kind) if kind in role.kinds]
    is_answer = challenge is not None and record is None
    terms = next(iter(challenge.terms), None) if challenge else None
    if status != 200 and not form.errors:
        form.fail(GENERAL, _("Something went wrong. Please try again."))
    key = form.value("draft") if is_draft_key(form.value("draft")) else new_key()
    is_preview = form.value("do") == "preview"
    await cards.dress_files(row.media.id for row in composition.files)
    mine, recent = await at_hand(composition)
    await cards.dress([*recent, *mine, *composition.found, *(row.record for row in composition.sources)])
    return render(
        request,
        "remix/compose.html",
        status,
        headers=_STUDIO,
        form=form,
        record=cards.record(record) if record else None,
        action_url=f"{cards.record_url(record)}/edit" if record else NEW,
        draft_key="" if record else key,
        drafts=[] if record else shown_drafts(await drafts_of(viewer.actor), but=key),
        files=shown_files(composition, cards=cards),
        room_for_files=MAX_FILES - len(composition.files),
        max_files=MAX_FILES,
        max_bytes=most_of_all(request.state["settings"]),
        accepted=ACCEPTED,
        check=await check_licences(composition, chosen, challenge=challenge if is_answer else None, cards=cards),
        found=[(row.id, cards.record(row)) for row in composition.found],
        has_searched=composition.has_searched,
        mine=[(row.id, cards.record(row)) for row in mine],
        recent=[(row.id, cards.record(row)) for row in recent],
        seek=composition.seek,
        parts_of_people=shown_parts(composition, cards=cards),
        who=composition.who,
        relations=relation_choices(),
        roles=role_choices(first=ranked),
        own_role=chosen_role(form, composition),
        own_role_was=default_role(kind).code,
        licences=licence_choices(composition.allowed or None),
        licence=chosen.id,
        licence_was=composition.suggested.id,
        is_licence_bound=bool(composition.foreign),
        languages=language_choices(form.value("language")),
        visibilities=visibility_choices(),
        quotings=quoting_choices(),
        challenges=await challenge_choices(challenge, viewer=viewer.actor) if record is None else [],
        challenge=cards.challenge(challenge) if challenge and is_answer else None,
        pay=pay_in_words(terms) if terms else "",
        preview=await preview_of(viewer, form, composition, challenge, cards=cards) if is_preview else None,
    )


routes = [
    Route(NEW, show_new, methods=["GET"]),
    Route(NEW, post_new, methods=["POST"]),
    Route("/records/drafts/{key}", post_draft, methods=["POST"]),
    Route("/records/drafts/{key}/forget", post_forget_draft, methods=["POST"]),
    Route("/records/{key}/edit", show_edit, methods=["GET"]),
    Route("/records/{key}/edit", post_edit, methods=["POST"]),
]
