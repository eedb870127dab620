"""What a program does with productions: find, prepare, freeze and release one, and say who is credited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call
from fedirec.api.endpoints.projects.finding import person_at, project_in
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import PieceQuery
from fedirec.api.shapes.files import FileSent
from fedirec.api.shapes.productions import (
    LinksSent,
    NewProduction,
    OrderSent,
    PlacedSent,
    Production,
    ProductionChange,
    ProductionCredits,
    Productions,
    RecordsSent,
    RoleAnswer,
    RoleLine,
    RoleNamed,
    show_credits,
    show_production,
    show_production_card,
    show_role,
)
from fedirec.credits.actions.crediting.answering import answer_named_role
from fedirec.errors import Invalid, NotFound
from fedirec.media.models import Media
from fedirec.projects.actions.productions.freezing import freeze_production
from fedirec.projects.actions.productions.picking import Pick, Placed, arrange, drop_record, use_records
from fedirec.projects.actions.productions.preparing import (
    ProductionDraft,
    change_production,
    discard_production,
    prepare_production,
    set_links,
)
from fedirec.projects.actions.productions.releasing import release_production, take_back_release
from fedirec.projects.actions.productions.roles import add_role, remove_role
from fedirec.projects.models import Production as ProductionRow
from fedirec.projects.pages.productions.views import credits_view
from fedirec.projects.queries.productions import get_production_row, productions_of, released_productions
from fedirec.projects.queries.projects import get_project_row
from fedirec.remix.actions.drafts import FileDraft
from fedirec.remix.queries.records import files_of, records_in_order
from fedirec.web.paging import Cursor


class CreditsQuery(PieceQuery):
    start: int = Field(0, ge=0, le=1_000, description="How many people to pass over.")


async def list_released(call: Call) -> Productions:
    rows = await released_productions(after=read_place(call), limit=size_of(call) + 1)
    return _piece(call, rows, place=lambda row: Cursor(at=row.released_at or row.created_at, id=row.id))


async def list_of_project(call: Call) -> Productions:
    project = await project_in(call)
    after, rows = read_place(call), await productions_of(project)
    wanted = [row for row in rows if after is None or row.id < after.id]
    return _piece(call, wanted[: size_of(call) + 1], place=lambda row: Cursor(at=row.created_at, id=row.id))


async def show_one(call: Call) -> Production:
    return await _shown(call, await _production_in(call))


async def show_its_credits(call: Call) -> ProductionCredits:
    asked = call.asked(CreditsQuery)
    return show_credits(call, await credits_view(call.cards, await _production_in(call), start=asked.start))


async def prepare(call: Call) -> Production:
    project, wanted = await project_in(call), call.sent(NewProduction)
    draft = ProductionDraft(
        title=wanted.title,
        text=wanted.text,
        licence=wanted.licence,
        language=wanted.language,
        files=await _files(call, wanted.files),
    )
    made = await prepare_production(call.actor, project, draft)
    call.headers["Location"] = f"/api/productions/{made.id}"
    return await _shown(call, made)


async def change(call: Call) -> Production:
    row, wanted = await _production_in(call), call.sent(ProductionChange)
    before = ProductionDraft(title=row.title, text=row.text, licence=row.licence, language=row.language)
    said = {name: getattr(wanted, name) for name in wanted.model_fields_set - {"files"}}
    files = None if wanted.files is None else await _files(call, wanted.files, of=row)
    kept = {name: value for name, value in said.items() if value is not None or name == "language"}
    return await _shown(call, await change_production(call.actor, row, replace(before, **kept, files=files)))


async def discard(call: Call) -> None:
    await discard_production(call.actor, await _production_in(call))


async def use(call: Call) -> Production:
    row, wanted = await _production_in(call), call.sent(RecordsSent).records
    found = await records_in_order(dict.fromkeys(wanted), maker=call.actor)
    if len(found) != len(set(wanted)):
        raise Invalid("There is no such record here.", field="records")
    await use_records(call.actor, row, [Pick(record=record) for record in found])
    return await _shown(call, row)


async def drop(call: Call) -> None:
    await drop_record(call.actor, await _production_in(call), call.row("part"))


async def order(call: Call) -> ProductionCredits:
    row, wanted = await _production_in(call), call.sent(OrderSent)
    await arrange(call.actor, row, records=_placed(wanted.records), roles=_placed(wanted.roles))
    return show_credits(call, await credits_view(call.cards, row))


async def name(call: Call) -> RoleLine:
    row, wanted = await _production_in(call), call.sent(RoleNamed)
    person: Actor | None = await person_at(wanted.person) if wanted.person is not None else None
    if (person is None) == (not wanted.name):
        raise Invalid("Please name exactly one: a person, or a name without an account.", field="person")
    line = await add_role(
        call.actor,
        row,
        role=wanted.role,
        person=person,
        name=wanted.name,
        label=wanted.label,
        words=wanted.words,
    )
    return show_role(line)


async def unname(call: Call) -> None:
    await remove_role(call.actor, await _production_in(call), call.row("line"))


async def answer(call: Call) -> RoleLine:
    row = await _production_in(call)
    return show_role(await answer_named_role(call.actor, row, call.row("line"), is_so=call.sent(RoleAnswer).is_so))


async def link(call: Call) -> Production:
    row, wanted = await _production_in(call), call.sent(LinksSent)
    await set_links(call.actor, row, [(each.label, each.url) for each in wanted.links])
    return await _shown(call, row)


async def freeze(call: Call) -> Production:
    return await _shown(call, await freeze_production(call.actor, await _production_in(call)))


async def release(call: Call) -> Production:
    row = await _production_in(call)
    await release_production(call.actor, row)
    return await _shown(call, row)


async def take_back(call: Call) -> Production:
    row = await _production_in(call)
    await take_back_release(call.actor, row)
    return await _shown(call, row)


async def _production_in(call: Call) -> ProductionRow:
    """The production in the path, if whoever asks may see its project. Raises NotFound."""
    row = await get_production_row(call.row())
    is_moderator = call.visitor is not None and call.visitor.can(Permission.MODERATE)
    try:
        await get_project_row(row.project_id, call.looker, is_moderator=is_moderator)
    except NotFound as error:
        raise NotFound("There is no such production here.") from error
    return row


async def _shown(call: Call, row: ProductionRow) -> Production:
    return await show_production(call, await get_production_row(row.id))


async def _files(call: Call, sent: Sequence[FileSent], *, of: ProductionRow | None = None) -> list[FileDraft]:
    """The files that were named: fresh ones of whoever asks, and those that the production has already."""
    held = [int(each[0]) for each in of.files] if of else []
    kept = {row.key: row for row in await Media.filter(id__in=held)}
    known = kept | await files_of(call.actor, [file.key for file in sent if file.key not in kept])
    if any(file.key not in known for file in sent):
        raise Invalid("A file is gone, because it waited too long. Please add it again.", field="files")
    named = {file.key: file for file in sent}
    return [FileDraft(media=known[key], description=file.description) for key, file in named.items()]


def _placed(sent: Sequence[PlacedSent]) -> dict[int, Placed]:
    return {each.id: Placed(place=each.place, words=each.words) for each in sent}


def _piece(call: Call, rows: Sequence[ProductionRow], *, place: Callable[[ProductionRow], Cursor]) -> Productions:
    return piece_of(call, Productions, rows, show=lambda row: show_production_card(call, row), place=place)
