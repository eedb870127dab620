"""Changing and closing a challenge."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError, NotFound
from fedirec.ledger.currencies import write_amount
from fedirec.remix.actions.challenges import (
    MAX_GRACE,
    MAX_TITLE,
    ChallengeChange,
    change_challenge,
    close_challenge,
)
from fedirec.remix.actions.group_tags import read_tags, tags_of
from fedirec.remix.licences import BY_SA
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.leading.promises import MAX_BRIEF, terms_choices, terms_in
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.challenges import get_challenge, has_submissions, is_open
from fedirec.remix.queries.leading import parts_in
from fedirec.remix.terms import DecidedBy, Pays
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import zone_named
from fedirec.web.render import redirect, render
from fedirec.web.times import local_input


@members_only
async def show_edit(request: Request[Any]) -> Response:
    _viewer, challenge = await led_challenge_in(request)
    terms = next(iter(challenge.terms), None)
    money = ""
    if terms and terms.amount is not None and terms.currency:
        money = write_amount(terms.amount, terms.currency)
    form = filled_form(
        {
            "title": challenge.title,
            "text": challenge.text,
            "tags": " ".join(f"#{name}" for name in await tags_of(challenge.actor)),
            "deadline": local_input(challenge.deadline_at, challenge.timezone) if challenge.deadline_at else "",
            "grace_minutes": str(challenge.grace_minutes),
            "licence": terms.licence if terms else BY_SA.id,
            "pays": terms.pays if terms else Pays.NOTHING.value,
            "amount": money,
            "currency": (terms.currency if terms else None) or "EUR",
            "rule": terms.rule if terms else "",
            "decided_by": terms.decided_by if terms else DecidedBy.LEADERS.value,
            "method": terms.method if terms else "",
            "terms": terms.text if terms else "",
        }
    )
    return await _show_edit(request, challenge, form)


async def post_edit(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request)
    form = await read_form(request)
    is_draft = challenge.state == "draft"
    tags: list[str] = []
    with form.collecting():
        tags = read_tags(form.line("tags", max=1_000).replace(",", " ").split())
    change = ChallengeChange(
        title=form.line("title", required=True, max=MAX_TITLE) if is_draft else None,
        text=form.text("text", required=True, max=MAX_BRIEF),
        deadline_at=_later(form, challenge),
        grace_minutes=form.number("grace_minutes", min=0, max=MAX_GRACE),
        terms=terms_in(form),
        tags=tags,
        reason=form.text("reason", max=MAX_REASON),
    )
    if form.errors:
        return await _show_edit(request, challenge, form, status=422)
    try:
        await change_challenge(viewer.actor, challenge, change)
    except FedirecError as error:
        form.refuse(error)
        return await _show_edit(request, challenge, form, status=422)
    said = _("Saved.") if is_draft else _("Saved. Followers will hear of it.")
    return redirect(request, Cards(request).challenge_url(challenge), said)


@members_only
async def show_closing(request: Request[Any]) -> Response:
    """Asks once more."""
    _viewer, challenge = await led_challenge_in(request, Deed.CLOSE_CHALLENGE)
    return render(request, "remix/close_challenge.html", challenge=Cards(request).challenge(challenge))


async def post_closing(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request, Deed.CLOSE_CHALLENGE)
    await close_challenge(viewer.actor, challenge)
    url = Cards(request).challenge_url(challenge)
    return redirect(request, url, _("It is closed. Thank you for leading it."))


async def led_challenge_in(request: Request[Any], deed: Deed = Deed.CHANGE_CHALLENGE) -> tuple[Viewer, Challenge]:
    """The challenge of ours in the path, to which whoever asks may do `deed`. Raises NotFound or Forbidden."""
    viewer = require_viewer(request, Permission.TAKE_PART)
    challenge = await get_challenge(request.path_params["slug"], viewer=viewer.actor)
    if not challenge.actor.is_local:
        raise NotFound("There is no such challenge here.")
    refuse_unless(deed, await parts_in(challenge, viewer.actor))
    return viewer, challenge


def _later(form: Form, challenge: Challenge) -> Any:
    """The deadline that was typed, where it is another one than is shown."""
    if challenge.deadline_at and form.value("deadline") == local_input(challenge.deadline_at, challenge.timezone):
        return None
    return form.instant("deadline", zone=challenge.timezone)


async def _show_edit(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "remix/change_challenge.html",
        status,
        form=form,
        challenge=Cards(request).challenge(challenge),
        is_open=is_open(challenge),
        is_draft=challenge.state == "draft",
        is_relied_on=await has_submissions(challenge),
        max_grace=MAX_GRACE,
        zone=challenge.timezone if zone_named(challenge.timezone) else "UTC",
        **terms_choices(),
    )


routes = [
    Route("/c/{slug}/edit", show_edit, methods=["GET"]),
    Route("/c/{slug}/edit", post_edit, methods=["POST"]),
    Route("/c/{slug}/close", show_closing, methods=["GET"]),
    Route("/c/{slug}/close", post_closing, methods=["POST"]),
]
