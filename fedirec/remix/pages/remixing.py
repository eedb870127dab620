"""Making a record: a new one, a remix, an answer to a challenge, a new version of one's own."""

from __future__ import annotations

import re
from typing import Any, Final

from babel import Locale, UnknownLocaleError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer, viewer_of
from fedirec.accounts.permissions import Permission
from fedirec.accounts.viewer import Viewer
from fedirec.errors import FedirecError
from fedirec.remix.actions.drafts import MAX_FILES, MAX_TITLE, RecordDraft
from fedirec.remix.actions.records import edit_record, publish_record
from fedirec.remix.licences import Licence, find_licence
from fedirec.remix.models import Challenge, Record
from fedirec.remix.pages.cards import (
    Cards,
    licence_choices,
    licence_in_words,
    pay_in_words,
    relation_choices,
    role_choices,
)
from fedirec.remix.pages.composing import (
    Composition,
    FileRow,
    PartRow,
    SourceRow,
    follow_button,
    read_composition,
    take_uploads,
)
from fedirec.remix.pages.visitors import number_of, own_record_in, to_sign_in
from fedirec.remix.queries.challenges import find_challenge_row, is_open, offered_challenges
from fedirec.remix.queries.records import actors_at, contributors_of, records_at, records_in_order
from fedirec.remix.roles import default_role, find_role, roles_for
from fedirec.web.forms import GENERAL, Form, filled_form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.language import reader
from fedirec.web.render import redirect, render
from fedirec.web.views import Choice

ACCEPTED: Final = "image/*,audio/*,video/*"
LANGUAGES: Final[tuple[str, ...]] = tuple(
    "ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu id is it ja ka ko lt lv mk ml nb nl nn pl "  # noqa: SIM905
    "pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh".split()
)
"""Languages that a record can be said to be in; others can be added when somebody misses theirs."""
_TAGS: Final = re.compile(r"[\s,;]+")
_TEXT: Final = 60_000


async def show_new(request: Request[Any]) -> Response:
    """An empty record; `source` and `challenge` in the address are there already."""
    viewer = viewer_of(request)
    if viewer is None:
        return to_sign_in(request)
    require_viewer(request, Permission.PUBLISH)
    form, composition = Form(), Composition(author=viewer.actor)
    wanted = [number for text in request.query_params.getlist("source")[:8] if (number := number_of(text)) is not None]
    for record in await records_in_order(wanted, maker=viewer.actor):
        try:
            await composition.add_source(record)
        except FedirecError as error:
            form.fail("seek", error.detail)
    challenge = await _challenge(request.query_params.get("challenge", ""))
    texts: dict[str, Any] = {"language": reader().locale}
    if challenge:
        texts |= {"challenge": challenge.id, "licence": _wanted(challenge, composition)}
    shown = filled_form(texts)
    shown.errors.update(form.errors)
    return await _show(request, viewer, shown, composition, challenge)


async def post_new(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.PUBLISH)
    form = await read_composed(request)
    composition = await read_composition(form, author=viewer.actor)
    await take_uploads(request, form, composition)
    is_last = await follow_button(request, form, composition)
    challenge = await _challenge(form.value("challenge"))
    if not is_last:
        return await _show(request, viewer, form, composition, challenge)
    draft = _draft(form, composition, challenge)
    if not form.errors:
        try:
            record = await publish_record(viewer.actor, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, f"{Cards(request).record_url(record, is_local=True)}/published")
    return await _show(request, viewer, form, composition, challenge, status=422)


async def show_edit(request: Request[Any]) -> Response:
    if viewer_of(request) is None:
        return to_sign_in(request)
    viewer, record = await own_record_in(request)
    composition, own_role = await _composition_of(record)
    form = filled_form(
        {
            "title": record.title,
            "text": record.text,
            "licence": record.licence,
            "language": record.language,
            "warning": record.warning,
            "tags": " ".join(tag.name for tag in record.tags),
            "visibility": record.visibility,
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
    draft = _draft(form, composition, None)
    if not form.errors:
        try:
            await edit_record(viewer.actor, record, draft)
        except FedirecError as error:
            form.refuse(error)
        else:
            return redirect(request, Cards(request).record_url(record), _("Saved. The version before is kept."))
    return await _show(request, viewer, form, composition, None, status=422)


def _draft(form: Form, composition: Composition, challenge: Challenge | None) -> RecordDraft:
    """What was typed; what is wrong with it stands in `form.errors`."""
    tags = [tag.lstrip("#") for tag in _TAGS.split(form.text("tags", max=1_000)) if tag.strip("#")]
    return RecordDraft(
        title=form.line("title", required=True, max=MAX_TITLE),
        text=form.text("text", max=_TEXT),
        licence=_chosen(form, composition).id,
        language=form.choice("language", _language_codes(form.value("language")), required=False) or None,
        warning=form.line("warning", max=200),
        tags=list(dict.fromkeys(tags)),
        visibility=form.choice("visibility", ("public", "followers"), default="public"),
        files=composition.file_drafts(),
        sources=composition.source_drafts(),
        parts=composition.part_drafts(),
        own_role=_own_role(form, composition),
        challenge=challenge,
    )


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
    chosen = _chosen(form, composition)
    settings = request.state["settings"]
    record = composition.record
    kind = composition.kind
    ranked = [role.code for role in roles_for(kind) if kind in role.kinds]
    is_answer = challenge is not None and record is None
    terms = next(iter(challenge.terms), None) if challenge else None
    if status != 200 and not form.errors:
        form.fail(GENERAL, _("Something went wrong. Please try again."))
    return render(
        request,
        "remix/compose.html",
        status,
        form=form,
        record=cards.record(record) if record else None,
        action_url=f"{cards.record_url(record)}/edit" if record else "/records/new",
        files=composition.shown_files(cards),
        room_for_files=MAX_FILES - len(composition.files),
        max_bytes=max(settings.max_image_bytes, settings.max_audio_bytes, settings.max_video_bytes),
        accepted=ACCEPTED,
        sources=composition.shown_sources(cards, chosen),
        source_problems=composition.problems(chosen),
        found=[(row.id, cards.record(row)) for row in composition.found],
        has_searched=composition.has_searched,
        seek=composition.seek,
        parts_of_people=composition.shown_parts(cards),
        who=composition.who,
        relations=relation_choices(),
        roles=role_choices(first=ranked),
        own_role=_own_role(form, composition),
        own_role_was=default_role(kind).code,
        licences=licence_choices(composition.allowed or None),
        licence=chosen.id,
        licence_was=composition.suggested.id,
        licence_words=licence_in_words(chosen),
        is_licence_bound=bool(composition.foreign),
        languages=language_choices(form.value("language")),
        visibilities=_visibilities(),
        challenges=await _challenges(challenge) if record is None else [],
        challenge=cards.challenge(challenge) if challenge and is_answer else None,
        terms_version=terms.version if terms else None,
        pay=pay_in_words(terms) if terms else "",
    )


def _chosen(form: Form, composition: Composition) -> Licence:
    """The licence that was chosen; what we suggest, as long as nobody has chosen another one than that."""
    typed, suggested_before = form.value("licence"), form.value("licence_was")
    if not typed or (suggested_before and typed == suggested_before):
        return composition.suggested
    return find_licence(typed)


def _wanted(challenge: Challenge, composition: Composition) -> str | None:
    """The licence under which the challenge makes something, when this record may carry it."""
    terms = next(iter(challenge.terms), None)
    wanted = find_licence(terms.licence) if terms else composition.suggested
    return wanted.id if wanted in composition.allowed else None


def _own_role(form: Form, composition: Composition) -> str:
    """The author's own part; the one that goes with the kind, as long as nobody has chosen another one than that."""
    typed, suggested = form.value("own_role"), default_role(composition.kind).code
    if find_role(typed) is None or typed == form.value("own_role_was"):
        return suggested
    return typed


async def _composition_of(record: Record) -> tuple[Composition, str]:
    """What a record consists of now, and its author's own part."""
    attachments = [attachment for attachment in record.attachments if attachment.media_id is not None]
    await record.fetch_related("attachments__media")
    by_row = {attachment.id: attachment for attachment in record.attachments}
    parents = {parent.uri: parent for parent in await records_at([source.uri for source in record.sources])}
    parts = await contributors_of(record)
    people = await actors_at({part.actor_uri for part in parts})
    own = next((part.role for part in parts if part.actor_uri == record.author.uri), "")
    composition = Composition(
        author=record.author,
        record=record,
        files=[
            FileRow(media=media, alt=by_row[attachment.id].description)
            for attachment in attachments
            if (media := by_row[attachment.id].media) is not None
        ],
        sources=[
            SourceRow(record=parents[source.uri], relation=source.relation)
            for source in record.sources
            if source.uri in parents
        ],
        parts=[
            PartRow(actor=people[part.actor_uri], role=part.role)
            for part in parts
            if part.actor_uri in people and part.actor_uri != record.author.uri
        ],
    )
    return composition, own


async def _challenge(text: str) -> Challenge | None:
    number = number_of(text)
    return await find_challenge_row(number) if number else None


async def _challenges(chosen: Challenge | None) -> list[Choice]:
    open_ones = await offered_challenges(chosen if chosen and is_open(chosen) else None)
    none = Choice(value="", label=_("None, it stands for itself"))
    return [none, *(Choice(value=str(challenge.id), label=challenge.title) for challenge in open_ones)]


async def read_composed(request: Request[Any]) -> Form:
    """The form with its files, which wait in the incoming folder of the store until the answer is given."""
    settings = request.state["settings"]
    most = max(settings.max_image_bytes, settings.max_audio_bytes, settings.max_video_bytes)
    return await read_form(request, max_files=MAX_FILES, max_file_bytes=most, folder=request.state["store"].incoming)


def _visibilities() -> list[Choice]:
    return [
        Choice(value="public", label=_("Everybody"), hint=_("It can be remixed, and answer challenges.")),
        Choice(value="followers", label=_("Only my followers"), hint=_("Nobody can build on it.")),
    ]


def _language_codes(current: str) -> list[str]:
    return [*LANGUAGES, current] if current and current not in LANGUAGES else list(LANGUAGES)


def language_choices(current: str) -> list[Choice]:
    """The languages that a work can be said to be in, by their names in the reader's own."""
    named = [Choice(value=code, label=_language_name(code)) for code in _language_codes(current)]
    none = Choice(value="", label=_("No words, or many languages"))
    return [none, *sorted(named, key=lambda choice: choice.label.casefold())]


def _language_name(code: str) -> str:
    try:
        language = Locale.parse(code.replace("-", "_"))
        return str(language.get_display_name(reader().locale.replace("-", "_")) or code)
    except (UnknownLocaleError, ValueError):
        return code


routes = [
    Route("/records/new", show_new, methods=["GET"]),
    Route("/records/new", post_new, methods=["POST"]),
    Route("/records/{key}/edit", show_edit, methods=["GET"]),
    Route("/records/{key}/edit", post_edit, methods=["POST"]),
]
