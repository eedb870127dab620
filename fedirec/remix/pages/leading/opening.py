"""Opening a challenge."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.errors import FedirecError
from fedirec.media.limits import most_of_all
from fedirec.remix.actions.challenges import GRACE, MAX_FILES, MAX_GRACE, MAX_TITLE, ChallengeDraft, open_challenge
from fedirec.remix.actions.group_tags import read_tags
from fedirec.remix.kinds import KINDS
from fedirec.remix.licences import BY_SA
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards, kind_choices
from fedirec.remix.pages.composing.buttons import follow_button
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.composing.fields import ACCEPTED, LANGUAGES, language_choices
from fedirec.remix.pages.composing.reading import read_composed, read_composition, take_uploads
from fedirec.remix.pages.composing.showing import shown_files
from fedirec.remix.pages.leading.promises import MAX_BRIEF, terms_choices, terms_in
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.queries.challenges import drafts_of
from fedirec.remix.submissions import ChallengeState
from fedirec.remix.terms import DecidedBy, Pays
from fedirec.web.forms import Form, filled_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader, zone_names
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

DRAFT: Final = "draft"
"""The button that keeps a challenge without opening it."""
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """What a challenge is opened for, as a package above this one knows it."""

    words: str
    url: str


@members_only
async def show_new(request: Request[Any]) -> Response:
    return await show_blank(request)


async def show_blank(request: Request[Any], purpose: Purpose | None = None) -> Response:
    """The form with nothing in it, for a member."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    form = filled_form(
        {
            "timezone": viewer.account.timezone or None,
            "grace_minutes": str(GRACE),
            "licence": BY_SA.id,
            "pays": Pays.NOTHING.value,
            "currency": "EUR",
            "decided_by": DecidedBy.LEADERS.value,
            "language": reader().locale,
        }
    )
    blank, drafts = Composition(author=viewer.actor), await drafts_of(viewer.actor, limit=20)
    return _show_form(request, form, blank, purpose, drafts=[] if purpose else drafts)


async def post_new(request: Request[Any]) -> Response:
    challenge = await opened_in(request)
    if isinstance(challenge, Response):
        return challenge
    if challenge.state == ChallengeState.DRAFT:
        said = _("It is kept. Only those who lead it see it; open it when you like.")
        return redirect(request, Cards(request).challenge_url(challenge), said)
    said = _("It is open. Tell people about it: whoever follows it hears what is made.")
    return redirect(request, Cards(request).here((await challenge.actor).uri), said)


async def opened_in(request: Request[Any], purpose: Purpose | None = None) -> Challenge | Response:
    """The challenge that the form in `request` asks for, or the page that shows the form again."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor)
    await take_uploads(request, form, composition)
    is_last = await follow_button(request, form, composition)
    is_draft = form.value("do") == DRAFT
    if not is_last and not is_draft:
        return _show_form(request, form, composition, purpose)
    title = form.line("title", required=True, max=MAX_TITLE)
    text = form.text("text", required=True, max=MAX_BRIEF)
    slug = form.line("slug", max=60).lower().removeprefix("@") or slug_of(title)
    zone = form.choice("timezone", zone_names(), default="UTC")
    deadline = form.instant("deadline", zone=zone, future=True)
    grace = form.number("grace_minutes", min=0, max=MAX_GRACE)
    kinds = form.many("kinds", [kind.value for kind in KINDS])
    language = form.choice("language", LANGUAGES, required=False) or None
    tags: list[str] = []
    with form.collecting():
        tags = read_tags(form.line("tags", max=1_000).replace(",", " ").split())
    terms = terms_in(form)
    if terms is None or form.errors:
        return _show_form(request, form, composition, purpose, status=422)
    draft = ChallengeDraft(
        title=title,
        slug=slug,
        text=text,
        kinds=kinds,
        language=language,
        deadline_at=deadline,
        timezone=zone,
        grace_minutes=GRACE if grace is None else grace,
        terms=terms,
        files=composition.file_drafts(),
        tags=tags,
        is_draft=is_draft,
    )
    try:
        return await open_challenge(viewer.actor, request.state["keyring"], draft)
    except FedirecError as error:
        form.refuse(error)
        return _show_form(request, form, composition, purpose, status=422)


def _show_form(
    request: Request[Any],
    form: Form,
    composition: Composition,
    purpose: Purpose | None,
    *,
    status: int = 200,
    drafts: Sequence[Challenge] = (),
) -> Response:
    return render(
        request,
        "remix/open_challenge.html",
        status,
        form=form,
        action=request.url.path,
        purpose=purpose,
        drafts=[(Cards(request).challenge_url(draft), draft.title) for draft in drafts],
        files=shown_files(composition, cards=Cards(request)),
        room_for_files=MAX_FILES - len(composition.files),
        max_bytes=most_of_all(request.state["settings"]),
        accepted=ACCEPTED,
        kinds=kind_choices(),
        languages=language_choices(form.value("language")),
        zones=[Choice(value=name, label=name.replace("_", " ")) for name in zone_names()],
        max_grace=MAX_GRACE,
        host=Cards(request).site.uris.host,
        **terms_choices(),
    )


def slug_of(title: str) -> str:
    """A handle that says what the title says, as far as letters from a to z can."""
    return _NOT_IN_NAMES.sub("_", title.lower())[:30].strip("_")


routes = [
    Route("/challenges/new", show_new, methods=["GET"]),
    Route("/challenges/new", post_new, methods=["POST"]),
]
