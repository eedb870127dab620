"""Opening, changing and closing a challenge, and answering what people offer to it."""

from __future__ import annotations

import re
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission, may_lead, refuse
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.remix.actions.challenges import (
    MAX_FILES,
    MAX_TITLE,
    ChallengeDraft,
    change_challenge,
    close_challenge,
    open_challenge,
)
from fedirec.remix.actions.submissions import (
    MAX_REASON,
    accept_submission,
    decline_submission,
    reconsider_submission,
)
from fedirec.remix.currencies import CURRENCIES, find_amount, write_amount
from fedirec.remix.kinds import KINDS
from fedirec.remix.licences import BY_SA, find_licence
from fedirec.remix.models import Challenge
from fedirec.remix.pages.cards import Cards, kind_choices, licence_choices
from fedirec.remix.pages.challenges import challenge_tabs
from fedirec.remix.pages.composing import Composition, follow_button, read_composition, take_uploads
from fedirec.remix.pages.remixing import ACCEPTED, LANGUAGES, language_choices, read_composed
from fedirec.remix.pages.visitors import row_in, to_sign_in
from fedirec.remix.queries.challenges import (
    accepted_by_age,
    get_challenge,
    get_submission,
    is_open,
    waiting_submissions,
)
from fedirec.remix.terms import MAX_TEXT as MAX_TERMS
from fedirec.remix.terms import DecidedBy, Pays, Terms
from fedirec.web.forms import Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader, zone_named, zone_names
from fedirec.web.paging import Cursor, page_of, wanted_page
from fedirec.web.render import redirect, render
from fedirec.web.times import local_input
from fedirec.web.views import Choice

_TEXT: Final = 25_000
_DECIDED: Final = 12
"""Decisions that can be thought over on the page of what waits."""
_NOT_IN_NAMES: Final = re.compile(r"[^a-z0-9]+")
_MONEY: Final = ("EUR", "USD", "GBP", "CHF", "JPY", "CAD", "AUD", "SEK", "PLN", "BRL", "INR", "MXN")
"""Offered first; then all others."""


async def show_new(request: Request[Any]) -> Response:
    viewer = viewer_of(request)
    if viewer is None:
        return to_sign_in(request)
    require_viewer(request, Permission.OPEN_CHALLENGE)
    form = filled_form(
        {
            "timezone": viewer.account.timezone,
            "licence": BY_SA.id,
            "pays": Pays.NOTHING.value,
            "currency": "EUR",
            "decided_by": DecidedBy.LEADERS.value,
            "language": reader().locale,
        }
    )
    return _show_form(request, form, Composition(author=viewer.actor))


async def post_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor)
    await take_uploads(request, form, composition)
    if not await follow_button(request, form, composition):
        return _show_form(request, form, composition)
    title = form.line("title", required=True, max=MAX_TITLE)
    text = form.text("text", required=True, max=_TEXT)
    slug = form.line("slug", max=60).lower().removeprefix("@") or slug_of(title)
    zone = form.choice("timezone", zone_names(), default="UTC")
    deadline = form.instant("deadline", zone=zone, future=True)
    kinds = form.many("kinds", [kind.value for kind in KINDS])
    language = form.choice("language", LANGUAGES, required=False) or None
    terms = _terms(form)
    if terms is None or form.errors:
        return _show_form(request, form, composition, status=422)
    draft = ChallengeDraft(
        title=title,
        slug=slug,
        text=text,
        kinds=kinds,
        language=language,
        deadline_at=deadline,
        timezone=zone,
        terms=terms,
        files=composition.file_drafts(),
    )
    try:
        challenge = await open_challenge(viewer.actor, request.state["keyring"], draft)
    except FedirecError as error:
        form.refuse(error)
        return _show_form(request, form, composition, status=422)
    said = _("It is open. Tell people about it: whoever follows it hears what is made.")
    return redirect(request, Cards(request).here((await challenge.actor).uri), said)


async def show_edit(request: Request[Any]) -> Response:
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, challenge = await _led(request)
    terms = next(iter(challenge.terms), None)
    money = ""
    if terms and terms.amount is not None and terms.currency:
        money = write_amount(terms.amount, terms.currency)
    form = filled_form(
        {
            "text": challenge.text,
            "deadline": local_input(challenge.deadline_at, challenge.timezone) if challenge.deadline_at else "",
            "licence": terms.licence if terms else BY_SA.id,
            "pays": terms.pays if terms else Pays.NOTHING.value,
            "amount": money,
            "currency": (terms.currency if terms else None) or "EUR",
            "decided_by": terms.decided_by if terms else DecidedBy.LEADERS.value,
            "terms": terms.text if terms else "",
        }
    )
    return _show_edit(request, challenge, form)


async def post_edit(request: Request[Any]) -> Response:
    viewer, challenge = await _led(request)
    form = await read_form(request)
    text = form.text("text", required=True, max=_TEXT)
    deadline = form.instant("deadline", zone=challenge.timezone)
    changed = deadline if deadline and deadline != challenge.deadline_at else None
    terms = _terms(form)
    if terms is None or form.errors:
        return _show_edit(request, challenge, form, status=422)
    try:
        await change_challenge(viewer.actor, challenge, deadline_at=changed, terms=terms, text=text)
    except FedirecError as error:
        form.refuse(error)
        return _show_edit(request, challenge, form, status=422)
    return redirect(request, Cards(request).challenge_url(challenge), _("Saved. Followers will hear of it."))


async def show_closing(request: Request[Any]) -> Response:
    """Asks once more."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, challenge = await _led(request)
    return render(request, "remix/close_challenge.html", challenge=Cards(request).challenge(challenge))


async def post_closing(request: Request[Any]) -> Response:
    viewer, challenge = await _led(request)
    await close_challenge(viewer.actor, challenge)
    url = Cards(request).challenge_url(challenge)
    return redirect(request, url, _("It is closed. Thank you for leading it."))


async def show_waiting(request: Request[Any]) -> Response:
    """What people offered and what nobody has answered yet."""
    if viewer_of(request) is None:
        return to_sign_in(request)
    _viewer, challenge = await _led(request)
    return await _show_waiting(request, challenge, Form())


async def post_decision(request: Request[Any]) -> Response:
    """A record is part of the challenge, or its author hears why not, or the decision is open again."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    submission = await get_submission(row_in(request))
    form = await read_form(request)
    do = form.choice("do", ("accept", "decline", "reconsider"))
    title = submission.record.title
    try:
        match do:
            case "accept":
                await accept_submission(viewer.actor, submission)
                said = _("“%(title)s” is part of the challenge now.") % {"title": title}
            case "decline":
                await decline_submission(viewer.actor, submission, form.text("reason", max=10_000))
                said = _("The author of “%(title)s” will hear why.") % {"title": title}
            case _:
                await reconsider_submission(viewer.actor, submission)
                said = _("“%(title)s” waits for your answer again.") % {"title": title}
    except FedirecError as error:
        if submission.challenge.leader_id != viewer.actor.id:
            raise
        form.errors[f"reason-{submission.id}"] = _(error.detail)
        challenge = await get_challenge(submission.challenge.actor.handle)
        return await _show_waiting(request, challenge, form, status=error.status, about=submission.id)
    back = f"{Cards(request).challenge_url(submission.challenge)}/waiting"
    return redirect(request, back, said)


async def _show_waiting(
    request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200, about: int | None = None
) -> Response:
    cards = Cards(request)
    wanted = wanted_page(request)
    rows = await waiting_submissions(challenge, after=wanted.after, limit=wanted.limit)
    decided = await accepted_by_age(challenge, after=None, limit=_DECIDED) if wanted.after is None else []
    page = page_of(
        rows,
        request,
        wanted=wanted,
        place=lambda row: Cursor(at=row.created_at, id=row.id),
        show=lambda row: (row, cards.record(row.record)),
    )
    return render(
        request,
        "remix/waiting.html",
        status,
        challenge=cards.challenge(challenge),
        tabs=challenge_tabs(challenge, cards, current="waiting", is_leader=True),
        page=page,
        decided=[(row, cards.record(row.record)) for row in decided],
        form=form,
        about=about,
        max_reason=MAX_REASON,
    )


def _show_form(request: Request[Any], form: Form, composition: Composition, *, status: int = 200) -> Response:
    settings = request.state["settings"]
    return render(
        request,
        "remix/open_challenge.html",
        status,
        form=form,
        files=composition.shown_files(Cards(request)),
        room_for_files=MAX_FILES - len(composition.files),
        max_bytes=max(settings.max_image_bytes, settings.max_audio_bytes, settings.max_video_bytes),
        accepted=ACCEPTED,
        kinds=kind_choices(),
        languages=language_choices(form.value("language")),
        zones=[Choice(value=name, label=name.replace("_", " ")) for name in zone_names()],
        host=Cards(request).site.uris.host,
        **_terms_choices(),
    )


def _show_edit(request: Request[Any], challenge: Challenge, form: Form, *, status: int = 200) -> Response:
    return render(
        request,
        "remix/change_challenge.html",
        status,
        form=form,
        challenge=Cards(request).challenge(challenge),
        is_open=is_open(challenge),
        zone=challenge.timezone if zone_named(challenge.timezone) else "UTC",
        **_terms_choices(),
    )


def _terms_choices() -> dict[str, Any]:
    codes = [*_MONEY, *sorted(set(CURRENCIES) - set(_MONEY))]
    return {
        "licences": licence_choices(),
        "payments": [
            Choice(value=Pays.NOTHING.value, label=_("Nothing"), hint=_("We do it because we want to.")),
            Choice(value=Pays.PERHAPS.value, label=_("Perhaps later"), hint=_("If it ever earns money.")),
            Choice(value=Pays.POT.value, label=_("A stated sum"), hint=_("Shared among those who contribute.")),
        ],
        "currencies": [Choice(value=code, label=code) for code in codes],
        "deciders": [
            Choice(value=DecidedBy.LEADERS.value, label=_("I do")),
            Choice(value=DecidedBy.COMMUNITY.value, label=_("Everybody here, together")),
            Choice(value=DecidedBy.CONTRIBUTORS.value, label=_("Those who contribute, together")),
        ],
    }


def _terms(form: Form) -> Terms | None:
    """What was promised in the form; None when something is wrong with it, which then stands beside its field."""
    licence = find_licence(form.value("licence"))
    pays = form.choice("pays", [pays.value for pays in Pays], default=Pays.NOTHING.value)
    decided_by = form.choice("decided_by", [who.value for who in DecidedBy], default=DecidedBy.LEADERS.value)
    text = form.text("terms", max=MAX_TERMS)
    amount, currency = None, None
    if pays == Pays.POT:
        currency = form.choice("currency", CURRENCIES)
        amount = find_amount(form.line("amount", max=30), currency) if currency else None
        if amount is None:
            form.fail("amount", _("Please say how much is in the pot, in digits: 120 or 120.50."))
    if form.errors:
        return None
    try:
        return Terms(
            version=1,
            licence=licence.id,
            pays=Pays(pays),
            amount=amount,
            currency=currency,
            decided_by=DecidedBy(decided_by),
            text=text,
        )
    except FedirecError as error:
        form.refuse(error)
        return None


def slug_of(title: str) -> str:
    """A handle that says what the title says, as far as letters from a to z can."""
    return _NOT_IN_NAMES.sub("_", title.lower())[:30].strip("_")


async def _led(request: Request[Any]) -> tuple[Viewer, Challenge]:
    """The challenge in the path, led by whoever asks. Raises NotFound or Forbidden."""
    viewer = require_viewer(request, Permission.OPEN_CHALLENGE)
    challenge = await get_challenge(request.path_params["slug"])
    allowed = may_lead(viewer.role, is_leader=challenge.leader_id == viewer.actor.id)
    refuse(allowed, "Only its leader can change a challenge.")
    return viewer, challenge


routes = [
    Route("/challenges/new", show_new, methods=["GET"]),
    Route("/challenges/new", post_new, methods=["POST"]),
    Route("/c/{slug}/edit", show_edit, methods=["GET"]),
    Route("/c/{slug}/edit", post_edit, methods=["POST"]),
    Route("/c/{slug}/close", show_closing, methods=["GET"]),
    Route("/c/{slug}/close", post_closing, methods=["POST"]),
    Route("/c/{slug}/waiting", show_waiting, methods=["GET"]),
    Route("/submissions/{id:int}/decide", post_decision, methods=["POST"]),
]
