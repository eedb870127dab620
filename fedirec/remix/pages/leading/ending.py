"""Opening what was prepared, choosing, and how a challenge ends."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.errors import FedirecError
from fedirec.remix.actions.challenges import (
    MAX_SAID,
    Said,
    archive_challenge,
    begin_selecting,
    cancel_challenge,
    conclude_challenge,
    discard_draft,
    open_draft,
)
from fedirec.remix.actions.challenges.ending import MAX_THANKS
from fedirec.remix.logbook import MAX_REASON
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.leading.changing import led_challenge_in
from fedirec.remix.pages.leading.promises import MAX_BRIEF
from fedirec.remix.pages.visitors import members_only
from fedirec.remix.powers import Deed
from fedirec.remix.queries.challenges import accepted_by_age, count_pending
from fedirec.remix.submissions import Outcome
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice


async def post_open(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request)
    await open_draft(viewer.actor, request.state["keyring"], challenge)
    said = _("It is open. Tell people about it: whoever follows it hears what is made.")
    return redirect(request, Cards(request).challenge_url(challenge), said)


@members_only
async def show_discarding(request: Request[Any]) -> Response:
    """Asks once more."""
    _viewer, challenge = await led_challenge_in(request)
    return _ask_once_more(
        request,
        challenge,
        title=_("Discard “%(title)s”?"),
        text=_("Nobody has seen it. What you wrote for it is gone then."),
        deed="discard",
        label=_("Discard it"),
    )


async def post_discarding(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request)
    await discard_draft(viewer.actor, challenge)
    return redirect(request, "/challenges", _("It is gone."))


@members_only
async def show_selecting(request: Request[Any]) -> Response:
    """Asks once more."""
    _viewer, challenge = await led_challenge_in(request, Deed.BEGIN_SELECTING)
    return _ask_once_more(
        request,
        challenge,
        title=_("Begin to choose for “%(title)s”?"),
        text=_("People see that you are at it. Answer what still waits; then say what became of what was made."),
        deed="select",
        label=_("Begin to choose"),
    )


async def post_selecting(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request, Deed.BEGIN_SELECTING)
    await begin_selecting(viewer.actor, challenge)
    return redirect(request, f"{Cards(request).challenge_url(challenge)}/waiting", _("People see that you choose now."))


@members_only
async def show_concluding(request: Request[Any]) -> Response:
    """The form in which leaders say what became of each thing that was made."""
    _viewer, challenge = await led_challenge_in(request, Deed.CONCLUDE_CHALLENGE)
    return await _show_concluding(request, challenge, Form())


async def post_concluding(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request, Deed.CONCLUDE_CHALLENGE)
    form = await read_form(request)
    said = {}
    for row in await accepted_by_age(challenge, after=None, limit=MAX_SAID):
        chosen = form.choice(f"outcome-{row.id}", list(Outcome), default=Outcome.THANKED.value)
        thanks = form.text(f"thanks-{row.id}", max=MAX_THANKS)
        if chosen:
            said[row.id] = Said(outcome=Outcome(chosen), thanks=thanks)
    text = form.text("text", required=True, max=MAX_BRIEF)
    if form.errors:
        return await _show_concluding(request, challenge, form, status=422)
    try:
        await conclude_challenge(viewer.actor, challenge, text=text, said=said)
    except FedirecError as error:
        form.refuse(error)
        return await _show_concluding(request, challenge, form, status=422)
    return redirect(request, Cards(request).challenge_url(challenge), _("It is finished. Thank you for leading it."))


@members_only
async def show_cancelling(request: Request[Any]) -> Response:
    """Asks why."""
    _viewer, challenge = await led_challenge_in(request, Deed.CANCEL_CHALLENGE)
    return _show_cancelling(request, challenge, Form())


async def post_cancelling(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request, Deed.CANCEL_CHALLENGE)
    form = await read_form(request)
    reason = form.text("reason", max=MAX_REASON)
    if form.errors:
        return _show_cancelling(request, challenge, form, status=422)
    try:
        await cancel_challenge(viewer.actor, challenge, reason=reason)
    except FedirecError as error:
        form.refuse(error)
        return _show_cancelling(request, challenge, form, status=422)
    said = _("It is called off, and everybody who offered something hears why.")
    return redirect(request, Cards(request).challenge_url(challenge), said)


@members_only
async def show_archiving(request: Request[Any]) -> Response:
    """Asks once more."""
    _viewer, challenge = await led_challenge_in(request, Deed.ARCHIVE_CHALLENGE)
    return _ask_once_more(
        request,
        challenge,
        title=_("Archive “%(title)s”?"),
        text=_("It leaves the lists for good. Its page stays, with everything that was made."),
        deed="archive",
        label=_("Archive it"),
    )


async def post_archiving(request: Request[Any]) -> Response:
    viewer, challenge = await led_challenge_in(request, Deed.ARCHIVE_CHALLENGE)
    await archive_challenge(viewer.actor, challenge)
    return redirect(request, Cards(request).challenge_url(challenge), _("It is archived."))


def _ask_once_more(
    request: Request[Any], challenge: Challenge, *, title: str, text: str, deed: str, label: str
) -> Response:
    return render(
        request,
        "remix/challenge_deed.html",
        challenge=Cards(request).challenge(challenge),
        title=title % {"title": challenge.title},
        text=text,
        deed=deed,
        label=label,
    )


def _show_cancelling(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    shown = Cards(request).challenge(challenge)
    return render(request, "remix/cancel_challenge.html", status, challenge=shown, form=form, max_reason=MAX_REASON)


async def _show_concluding(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    cards = Cards(request)
    rows = await accepted_by_age(challenge, after=None, limit=MAX_SAID)
    await cards.dress([row.record for row in rows])
    return render(
        request,
        "remix/conclude_challenge.html",
        status,
        form=form,
        challenge=cards.challenge(challenge),
        accepted=[(row, cards.record(row.record)) for row in rows],
        waiting=await count_pending(challenge),
        max_thanks=MAX_THANKS,
        outcomes=[
            Choice(value=Outcome.THANKED.value, label=_("Thank you")),
            Choice(value=Outcome.USED.value, label=_("Used")),
            Choice(value=Outcome.BUILT_ON.value, label=_("Built on")),
        ],
    )


routes = [
    Route("/c/{slug}/open", post_open, methods=["POST"]),
    Route("/c/{slug}/discard", show_discarding, methods=["GET"]),
    Route("/c/{slug}/discard", post_discarding, methods=["POST"]),
    Route("/c/{slug}/select", show_selecting, methods=["GET"]),
    Route("/c/{slug}/select", post_selecting, methods=["POST"]),
    Route("/c/{slug}/conclude", show_concluding, methods=["GET"]),
    Route("/c/{slug}/conclude", post_concluding, methods=["POST"]),
    Route("/c/{slug}/cancel", show_cancelling, methods=["GET"]),
    Route("/c/{slug}/cancel", post_cancelling, methods=["POST"]),
    Route("/c/{slug}/archive", show_archiving, methods=["GET"]),
    Route("/c/{slug}/archive", post_archiving, methods=["POST"]),
]
