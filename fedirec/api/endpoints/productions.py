"""Productions: what was released, preparing, freezing and releasing one, and who is credited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from pydantic import Field

from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.endpoints.alike import listed
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
from fedirec.projects.actions.productions.roles import add_role, answer_role, remove_role
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
    line = await add_role(call.actor, row, role=wanted.role, person=person, name=wanted.name, words=wanted.words)
    return show_role(line)


async def unname(call: Call) -> None:
    await remove_role(call.actor, await _production_in(call), call.row("line"))


async def answer(call: Call) -> RoleLine:
    row = await _production_in(call)
    return show_role(await answer_role(call.actor, row, call.row("line"), is_so=call.sent(RoleAnswer).is_so))


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


ENDPOINTS = (
    listed(
        "list_productions",
        "/productions",
        "What projects here and elsewhere have released, the newest first.",
        list_released,
        answer=Productions,
        is_open=True,
    ),
    listed(
        "list_productions_of_project",
        "/projects/{id:int}/productions",
        "What a project prepares and has finished, the newest first.",
        list_of_project,
        answer=Productions,
        is_open=True,
    ),
    Endpoint(
        name="show_production",
        method="GET",
        path="/productions/{id:int}",
        permission=Permission.READ_OWN,
        says="A production with its roles, its links and its manifest.",
        run=show_one,
        answer=Production,
        is_open=True,
    ),
    Endpoint(
        name="show_production_credits",
        method="GET",
        path="/productions/{id:int}/credits",
        permission=Permission.READ_OWN,
        says="Who and what is in a production: as it was frozen, or as it would be now, with what is the matter.",
        run=show_its_credits,
        query=CreditsQuery,
        answer=ProductionCredits,
        is_open=True,
    ),
    Endpoint(
        name="prepare_production",
        method="POST",
        path="/projects/{id:int}/productions",
        permission=Permission.TAKE_PART,
        says="A production of a project that you lead is being prepared; what its credits will be is seen by all.",
        run=prepare,
        body=NewProduction,
        answer=Production,
        status=201,
        pages=("/p/{slug}/productions/new",),
    ),
    Endpoint(
        name="change_production",
        method="PATCH",
        path="/productions/{id:int}",
        permission=Permission.TAKE_PART,
        says="A production that is not frozen is called, and is, something else.",
        run=change,
        body=ProductionChange,
        answer=Production,
        pages=("/p/{slug}/productions/{key}/edit",),
    ),
    Endpoint(
        name="discard_production",
        method="DELETE",
        path="/productions/{id:int}",
        permission=Permission.TAKE_PART,
        says="A production that was not frozen is gone.",
        run=discard,
        status=204,
        pages=("/p/{slug}/productions/{key}/discard",),
    ),
    Endpoint(
        name="use_records",
        method="POST",
        path="/productions/{id:int}/records",
        permission=Permission.TAKE_PART,
        says="A production uses these records too; its credits say what is the matter with each.",
        run=use,
        body=RecordsSent,
        answer=Production,
        pages=(
            "/p/{slug}/productions/{key}/records",
            "/p/{slug}/productions/{key}/pick",
        ),
    ),
    Endpoint(
        name="drop_record",
        method="DELETE",
        path="/productions/{id:int}/records/{part:int}",
        permission=Permission.TAKE_PART,
        says="A production does not use a record any more.",
        run=drop,
        status=204,
    ),
    Endpoint(
        name="order_production",
        method="PUT",
        path="/productions/{id:int}/order",
        permission=Permission.TAKE_PART,
        says="Records and roles stand where you want them in the credits.",
        run=order,
        body=OrderSent,
        answer=ProductionCredits,
        pages=("/p/{slug}/productions/{key}/arrange",),
    ),
    Endpoint(
        name="name_role",
        method="POST",
        path="/productions/{id:int}/roles",
        permission=Permission.TAKE_PART,
        says="Somebody is named for what they did; they are asked whether it is so.",
        run=name,
        body=RoleNamed,
        answer=RoleLine,
        status=201,
        pages=("/p/{slug}/productions/{key}/roles",),
    ),
    Endpoint(
        name="drop_role",
        method="DELETE",
        path="/productions/{id:int}/roles/{line:int}",
        permission=Permission.TAKE_PART,
        says="Nobody is named for that any more.",
        run=unname,
        status=204,
    ),
    Endpoint(
        name="answer_role",
        method="POST",
        path="/productions/{id:int}/roles/{line:int}/answer",
        permission=Permission.TAKE_PART,
        says="You have said whether you did what is said of you.",
        run=answer,
        body=RoleAnswer,
        answer=RoleLine,
        pages=("/p/{slug}/productions/{key}/answers/{line:int}",),
    ),
    Endpoint(
        name="set_production_links",
        method="PUT",
        path="/productions/{id:int}/links",
        permission=Permission.TAKE_PART,
        says="A production can be seen, heard, read or bought at these addresses.",
        run=link,
        body=LinksSent,
        answer=Production,
        pages=("/p/{slug}/productions/{key}/links",),
    ),
    Endpoint(
        name="freeze_production",
        method="POST",
        path="/productions/{id:int}/freeze",
        permission=Permission.TAKE_PART,
        says="What a production consists of has a manifest, and never changes.",
        run=freeze,
        answer=Production,
        pages=("/p/{slug}/productions/{key}/freeze",),
    ),
    Endpoint(
        name="release_production",
        method="POST",
        path="/productions/{id:int}/release",
        permission=Permission.TAKE_PART,
        says="A frozen production is published as a record by its project.",
        run=release,
        answer=Production,
        pages=("/p/{slug}/productions/{key}/release",),
    ),
    Endpoint(
        name="take_back_release",
        method="POST",
        path="/productions/{id:int}/take-back",
        permission=Permission.TAKE_PART,
        says="The record of a production is deleted; its manifest and its credits stay.",
        run=take_back,
        answer=Production,
        pages=("/p/{slug}/productions/{key}/take-back",),
    ),
)
