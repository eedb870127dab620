"""What each button of the form does to what is being written."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.activitypub.remote import HANDLE
from fedirec.errors import FedirecError, Invalid
from fedirec.remix.actions.finding import is_address
from fedirec.remix.models import Record
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.finding import record_at, remote_for
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.exploring import Wish, explore
from fedirec.remix.queries.picking import may_be_used
from fedirec.remix.queries.records import records_in_order
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.sentences import told

MAX_FOUND: Final = 8
"""Records that the picker of sources offers at once."""
LAST: Final = ("publish", "ask")
"""The buttons after which it is not written any more: it is published, or its sources' authors are asked first."""
_MAX_SHOWN: Final = 80
"""Characters of an address in a sentence about it."""


async def follow_button(request: Request[Any], form: Form, composition: Composition) -> bool:
    """What the pressed button asks for has happened; whether it was the one that publishes."""
    do, _sign, name = form.value("do", "keep").partition(":")
    match do:
        case "drop-file":
            composition.files = [row for row in composition.files if row.media.key != name]
        case "raise-file":
            composition.move_file(name, by=-1)
        case "lower-file":
            composition.move_file(name, by=1)
        case "drop-source":
            composition.sources = [row for row in composition.sources if str(row.record.id) != name]
        case "drop-part":
            place = number_of(name)
            composition.parts = [row for index, row in enumerate(composition.parts) if index != place]
        case "not-source":
            composition.not_sources += [row for row in (number_of(name),) if row is not None]
        case "add-source":
            await _add_known(form, composition, name)
        case "save" | "check" | "preview" | "arrived" | "shelf" | "open-part":
            pass
        case _:
            await _look_for_source(request, form, composition, is_last=do in LAST)
            await _look_for_person(request, form, composition)
    return do in LAST


async def _add_known(form: Form, composition: Composition, name: str) -> None:
    for record in await records_in_order([number_of(name) or 0], maker=composition.author):
        try:
            await composition.add_source(record)
            composition.seek = ""
        except FedirecError as error:
            form.fail("seek", told(error))


async def _look_for_source(request: Request[Any], form: Form, composition: Composition, *, is_last: bool) -> None:
    """What stands in the box is added when it is an address; when it is words, records are offered."""
    typed = composition.seek
    if not typed:
        return
    if is_address(typed):
        found: Record | None = None
        try:
            found = await record_at(request, typed, maker=composition.author)
            await composition.add_source(found)
            composition.seek = ""
        except FedirecError as error:
            shown = typed if len(typed) <= _MAX_SHOWN else f"{typed[:_MAX_SHOWN]}…"
            form.fail("seek", _("%(address)s: %(why)s") % {"address": shown, "why": told(error)})
            composition.found = [found] if found is not None and may_be_used(found) else []
        return
    if is_last:
        form.fail("seek", _("You looked for a source and added none. Pick one, or empty this box."))
    chosen = {row.record.id for row in composition.sources}
    own = composition.record.id if composition.record else None
    fitting = await explore(Wish(words=typed), viewer=composition.author, after=None, limit=MAX_FOUND + len(chosen) + 1)
    composition.found = [record for record in fitting if record.id not in chosen and record.id != own][:MAX_FOUND]
    composition.has_searched = True


async def _look_for_person(request: Request[Any], form: Form, composition: Composition) -> None:
    if not composition.who:
        return
    typed = composition.who if "@" in composition.who.lstrip("@") else _here(request, composition.who)
    try:
        if HANDLE.fullmatch(typed):
            actor = await remote_for(request).find_by_handle(typed)
        elif is_address(typed):
            actor = await remote_for(request).find_actor(typed)
        else:
            raise Invalid(_("Please write a handle, like @ana@studio.example."))
        composition.add_part(actor, form.value("who_role"))
        composition.who = ""
    except FedirecError as error:
        form.refuse(error, beside="who")


def _here(request: Request[Any], name: str) -> str:
    """A name without a host means somebody here."""
    if name.startswith(("https://", "http://")):
        return name
    return f"{name.lstrip('@')}@{request.state['site'].uris.host}"
