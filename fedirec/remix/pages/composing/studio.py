"""The page on which a record is written."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from fedirec.accounts.viewer import Viewer
from fedirec.media.limits import most_of_all
from fedirec.remix.actions.drafting import is_draft_key
from fedirec.remix.actions.drafts import MAX_FILES, breaches_among
from fedirec.remix.licences import explain
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards, licence_choices, pay_in_words, relation_choices, role_choices
from fedirec.remix.pages.composing.checking import check_candidates, check_licences
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import (
    ACCEPTED,
    ai_choices,
    challenge_choices,
    chosen_licence,
    chosen_role,
    language_choices,
    quoting_choices,
    remixing_choices,
    visibility_choices,
)
from fedirec.remix.pages.composing.picking import at_hand, nothing_on, shelf_named, shelves
from fedirec.remix.pages.composing.showing import (
    OPEN_PARTS,
    preview_of,
    resembled_by,
    shown_drafts,
    shown_files,
    shown_parts,
)
from fedirec.remix.queries.drafts import drafts_of
from fedirec.remix.queries.records import own_records
from fedirec.remix.roles import default_role, roles_for
from fedirec.remix.vocab.remix_requests import MAX_WORDS
from fedirec.uris import new_key
from fedirec.web.forms import GENERAL, Form
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.security import content_security_policy, permissions_policy

NEW: Final = "/records/new"
_STUDIO: Final = {
    "Content-Security-Policy": content_security_policy(img_src="'self' data: blob:"),
    "Permissions-Policy": permissions_policy("camera", "microphone"),
}
"""This page alone may listen and look, and shows pictures that are not sent yet."""


async def show_studio(
    request: Request[Any],
    viewer: Viewer,
    form: Form,
    composition: Composition,
    challenge: Challenge | None,
    *,
    status: int = 200,
) -> Response:
    """The form as it is now, with everything that can be chosen in it and what `composition` would mean."""
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
    resembled = await resembled_by(composition)
    await cards.dress(resembled)
    mine = [] if record else await own_records(composition.author)
    shelf = shelf_named(
        form.value("do").partition(":")[2] if form.value("do").startswith("shelf:") else form.value("shelf")
    )
    recent = await at_hand(request, composition, shelf)
    near = [*recent, *composition.found, *(row.record for row in composition.sources)]
    await cards.dress([*mine, *near])
    composition.breaches = await breaches_among(composition.author, near)
    check = await check_licences(composition, chosen, challenge=challenge if is_answer else None, cards=cards)
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
        check=check,
        suggests=bool(form.value("suggests")),
        max_words=MAX_WORDS,
        found=check_candidates(composition, chosen, composition.found, cards=cards),
        has_searched=composition.has_searched,
        mine=[(row.id, cards.record(row)) for row in mine],
        recent=check_candidates(composition, chosen, recent, cards=cards),
        shelf=shelf,
        shelves=shelves(shelf),
        nothing_on=nothing_on(shelf),
        seek=composition.seek,
        resembled=[(row.id, cards.record(row)) for row in resembled],
        not_sources=composition.not_sources,
        parts_of_people=shown_parts(form, composition, cards=cards),
        open_parts=OPEN_PARTS,
        who=composition.who,
        relations=relation_choices(),
        roles=role_choices(first=ranked),
        own_role=chosen_role(form, composition),
        own_role_was=default_role(kind).code,
        licences=licence_choices(composition.offered or None),
        licence=chosen.id,
        licence_was=composition.suggested.id,
        is_licence_bound=bool(composition.foreign),
        languages=language_choices(form.value("language")),
        visibilities=visibility_choices(),
        quotings=quoting_choices(),
        remixings=remixing_choices(),
        ai_preferences=ai_choices(),
        is_remix_forbidden=bool(explain([chosen])),
        challenges=await challenge_choices(challenge, viewer=viewer.actor) if record is None else [],
        challenge=cards.challenge(challenge) if challenge and is_answer else None,
        pay=pay_in_words(terms) if terms else "",
        preview=await preview_of(viewer, form, composition, challenge, cards=cards, asks=bool(check.asked))
        if is_preview
        else None,
    )
