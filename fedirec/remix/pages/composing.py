"""A record while it is being written: what was typed, uploaded, picked and named, kept from one answer to the next.

Each button of the form sends all of it. Nothing is published before somebody says so, and nothing that was typed is
lost: files that arrived travel on by their keys, sources and people by their rows.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from starlette.requests import Request

from fedirec.activitypub.models import Actor
from fedirec.activitypub.remote import HANDLE
from fedirec.errors import Conflict, FedirecError, Forbidden, Invalid
from fedirec.media.actions import keep_file
from fedirec.media.models import Media
from fedirec.remix.actions.drafts import MAX_FILES, MAX_PARTS, FileDraft, PartDraft, SourceDraft
from fedirec.remix.kinds import Kind, kind_of
from fedirec.remix.licences import (
    ALL_RIGHTS_RESERVED,
    BY,
    BY_NC,
    BY_NC_ND,
    BY_NC_SA,
    BY_ND,
    BY_SA,
    CC0,
    Licence,
    allowed_for_remix,
    explain,
    find_licence,
)
from fedirec.remix.lineage import MAX_SOURCES, Relation, parents_of, would_loop
from fedirec.remix.models import Record
from fedirec.remix.pages.cards import Cards
from fedirec.remix.pages.finding import is_address, record_at
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import Wish, explore, files_of, records_in_order
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.roles import find_role
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.views import MediaView, PersonView, RecordView

PREFERRED: Final = (BY_SA, BY, BY_NC_SA, BY_NC, CC0, BY_ND, BY_NC_ND, ALL_RIGHTS_RESERVED)
"""Which licence is suggested: the first of these that all sources allow."""
MAX_FOUND: Final = 8
_MAX_ALT: Final = 1_500
_MAX_SHOWN: Final = 80
"""Characters of an address in a sentence about it."""


@dataclass(slots=True, kw_only=True)
class FileRow:
    """A file that has arrived."""

    media: Media
    alt: str = ""


@dataclass(slots=True, kw_only=True)
class SourceRow:
    """A record that is built on."""

    record: Record
    relation: str = Relation.ADAPTS.value


@dataclass(slots=True, kw_only=True)
class PartRow:
    """Somebody who helped."""

    actor: Actor
    role: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFile:
    key: str
    name: str
    view: MediaView


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownSource:
    id: int
    relation: str
    record: RecordView
    is_own: bool
    problem: str
    """Why it stands in the way, given the chosen licence; empty when it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPart:
    id: int
    person: PersonView
    role: str


@dataclass(kw_only=True)
class Composition:
    """What a record will be made of, beyond its words."""

    author: Actor
    record: Record | None = None
    """The record that is being changed; None for a new one."""
    files: list[FileRow] = field(default_factory=list)
    sources: list[SourceRow] = field(default_factory=list)
    parts: list[PartRow] = field(default_factory=list)
    found: list[Record] = field(default_factory=list)
    seek: str = ""
    """What stands in the box for sources."""
    who: str = ""
    """What stands in the box for people."""
    has_searched: bool = False

    @property
    def kind(self) -> Kind:
        return kind_of(f"{row.media.kind}/*" for row in self.files)

    @property
    def foreign(self) -> list[Record]:
        """The sources by others: nobody needs a licence for their own work."""
        return [row.record for row in self.sources if row.record.author_id != self.author.id]

    @property
    def licences(self) -> list[Licence]:
        return [licence_of(record) for record in self.foreign]

    @property
    def allowed(self) -> frozenset[Licence]:
        """The licences that the record may carry."""
        return allowed_for_remix(self.licences)

    @property
    def suggested(self) -> Licence:
        """The licence that it gets unless its author chooses another one."""
        allowed = self.allowed
        return next((licence for licence in PREFERRED if licence in allowed), BY_SA)

    def problems(self, chosen: Licence) -> list[str]:
        """What stands against this record under the `chosen` licence, in sentences."""
        names = [f"“{record.title}”" for record in self.foreign]
        clashes = explain(self.licences) or explain(self.licences, chosen)
        return [clash.in_words(names, gettext=_) for clash in clashes]

    def file_drafts(self) -> list[FileDraft]:
        return [FileDraft(media=row.media, description=row.alt) for row in self.files]

    def source_drafts(self) -> list[SourceDraft]:
        return [SourceDraft(record=row.record, relation=Relation(row.relation)) for row in self.sources]

    def part_drafts(self) -> list[PartDraft]:
        return [PartDraft(actor=row.actor, role=row.role) for row in self.parts]

    def shown_files(self, cards: Cards) -> list[ShownFile]:
        return [
            ShownFile(key=row.media.key, name=row.media.file_name, view=cards.upload(row.media, alt=row.alt))
            for row in self.files
        ]

    def shown_sources(self, cards: Cards, chosen: Licence) -> list[ShownSource]:
        shown = []
        for row in self.sources:
            is_own = row.record.author_id == self.author.id
            licence = licence_of(row.record)
            clashes = [] if is_own else explain([licence]) or explain([licence], chosen)
            problem = " ".join(clash.in_words([f"“{row.record.title}”"], gettext=_) for clash in clashes)
            shown.append(
                ShownSource(
                    id=row.record.id,
                    relation=row.relation,
                    record=cards.record(row.record),
                    is_own=is_own,
                    problem=problem,
                )
            )
        return shown

    def shown_parts(self, cards: Cards) -> list[ShownPart]:
        return [ShownPart(id=row.actor.id, person=cards.person(row.actor), role=row.role) for row in self.parts]

    async def refuse_source(self, record: Record) -> None:
        """Raise for a record that this one cannot be made from: Conflict or Forbidden, in words that name it."""
        title = record.title
        if record.deleted_at is not None:
            raise Conflict(
                _("“%(title)s” was deleted by its author, so nothing new can be made from it.") % {"title": title}
            )
        if record.visibility != "public":
            raise Forbidden(_("“%(title)s” is not public, so it cannot be built on.") % {"title": title})
        if record.author_id != self.author.id:
            for clash in explain([licence_of(record)]):
                raise Conflict(clash.in_words([f"“{title}”"], gettext=_))
        if self.record is None:
            return
        if record.id == self.record.id:
            raise Conflict(_("A record cannot be made from itself."))
        if would_loop(self.record.uri, [record.uri], parents_of(await edges_above([record.uri]))):
            raise Conflict(
                _("“%(title)s” was itself made from this record, so this record cannot be made from it.")
                % {"title": title}
            )

    async def add_source(self, record: Record) -> None:
        """`record` is one of the sources. Raises Conflict or Forbidden when it cannot be."""
        if any(row.record.id == record.id for row in self.sources):
            return
        if len(self.sources) >= MAX_SOURCES:
            raise Conflict(_("A record can be made from up to %(n)s others.") % {"n": MAX_SOURCES})
        await self.refuse_source(record)
        self.sources.append(SourceRow(record=record))

    def add_part(self, actor: Actor, role: str) -> None:
        """`actor` has that part in the record. Raises Invalid or Conflict when that makes no sense."""
        if find_role(role) is None:
            raise Invalid(_("Please choose a role."))
        if len(self.parts) >= MAX_PARTS:
            raise Conflict(_("Please name %(n)s people at most.") % {"n": MAX_PARTS})
        if not any((row.actor.id, row.role) == (actor.id, role) for row in self.parts):
            self.parts.append(PartRow(actor=actor, role=role))


def licence_of(record: Record) -> Licence:
    """What may be done with `record`."""
    return find_licence(record.licence_url or record.licence)


async def read_composition(form: Form, *, author: Actor, record: Record | None = None) -> Composition:
    """What the hidden fields of `form` say. What is gone or somebody else's in the meantime is left out."""
    keys = form.values("file_key")[:MAX_FILES]
    files = await files_of(author, keys, of=record)
    ids = [number for text in form.values("source")[:MAX_SOURCES] if (number := number_of(text)) is not None]
    sources = await records_in_order(dict.fromkeys(ids), maker=author)
    roles = form.values("part_role")
    named = [number_of(text) for text in form.values("part")[:MAX_PARTS]]
    people = await actors_in_order([number for number in named if number is not None])
    if any(key not in files for key in keys):
        form.fail("files", _("A file is gone, because it waited too long. Please add it again."))
    return Composition(
        author=author,
        record=record,
        files=[FileRow(media=files[key], alt=form.value(f"alt-{key}")[:_MAX_ALT]) for key in keys if key in files],
        sources=[SourceRow(record=row, relation=_relation(form.value(f"relation-{row.id}"))) for row in sources],
        parts=[
            PartRow(actor=people[number], role=role)
            for number, role in zip(named, roles, strict=False)
            if number in people and find_role(role)
        ],
        seek=form.line("seek", max=2_048),
        who=form.line("who", max=600),
    )


async def take_uploads(request: Request[Any], form: Form, composition: Composition) -> None:
    """The files that came with this form are kept; what is wrong with one of them stands beside the field."""
    uploads = form.files("files", max=MAX_FILES)
    for upload in uploads:
        if len(composition.files) >= MAX_FILES:
            form.fail("files", _("A record has %(n)s files at most. The others were left out.") % {"n": MAX_FILES})
            return
        try:
            media = await keep_file(
                request.state["store"],
                composition.author,
                file_name=upload.filename,
                source=upload.path,
                settings=request.state["settings"],
            )
        except FedirecError as error:
            form.errors["files"] = " ".join(filter(None, (form.error("files"), _(error.detail))))
            continue
        if all(row.media.id != media.id for row in composition.files):
            composition.files.append(FileRow(media=media))


async def follow_button(request: Request[Any], form: Form, composition: Composition) -> bool:
    """What the pressed button asks for has happened; whether it was the one that publishes."""
    do, _sign, name = form.value("do", "keep").partition(":")
    match do:
        case "drop-file":
            composition.files = [row for row in composition.files if row.media.key != name]
        case "drop-source":
            composition.sources = [row for row in composition.sources if str(row.record.id) != name]
        case "drop-part":
            place = number_of(name)
            composition.parts = [row for index, row in enumerate(composition.parts) if index != place]
        case "add-source":
            await _add_known(form, composition, name)
        case _:
            await _look_for_source(request, form, composition, is_last=do == "publish")
            await _look_for_person(request, form, composition)
    return do == "publish"


async def _add_known(form: Form, composition: Composition, name: str) -> None:
    for record in await records_in_order([number_of(name) or 0], maker=composition.author):
        try:
            await composition.add_source(record)
            composition.seek = ""
        except FedirecError as error:
            form.fail("seek", error.detail)


async def _look_for_source(request: Request[Any], form: Form, composition: Composition, *, is_last: bool) -> None:
    """What stands in the box is added when it is an address; when it is words, records are offered."""
    typed = composition.seek
    if not typed:
        return
    if is_address(typed):
        try:
            await composition.add_source(await record_at(request, typed, maker=composition.author))
            composition.seek = ""
        except FedirecError as error:
            shown = typed if len(typed) <= _MAX_SHOWN else f"{typed[:_MAX_SHOWN]}…"
            why = _(error.detail)
            form.fail("seek", _("%(address)s: %(why)s") % {"address": shown, "why": why.removesuffix(".") + "."})
        return
    if is_last:
        form.fail("seek", _("You looked for a source and added none. Pick one, or empty this box."))
    chosen = {row.record.id for row in composition.sources}
    own = composition.record.id if composition.record else None
    found = await explore(Wish(words=typed), after=None, limit=MAX_FOUND + len(chosen) + 1)
    composition.found = [record for record in found if record.id not in chosen and record.id != own][:MAX_FOUND]
    composition.has_searched = True


async def _look_for_person(request: Request[Any], form: Form, composition: Composition) -> None:
    if not composition.who:
        return
    typed = composition.who if "@" in composition.who.lstrip("@") else _here(request, composition.who)
    try:
        if HANDLE.fullmatch(typed):
            actor = await request.state["remote"].find_by_handle(typed)
        elif is_address(typed):
            actor = await request.state["remote"].find_actor(typed)
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


def _relation(value: str) -> str:
    return value if value in set(Relation) else Relation.ADAPTS.value
