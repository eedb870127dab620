"""What projects finish, and who is credited for it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.api.shapes.files import FileSent
from fedirec.api.shapes.licences import Licence, show_licence
from fedirec.html import markdown
from fedirec.projects.actions.productions.picking import MAX_PLACE
from fedirec.projects.actions.productions.preparing import MAX_TITLE
from fedirec.projects.manifests import MAX_FILES, MAX_PARTS, MAX_PERSON, MAX_ROLES, MAX_WORDS
from fedirec.projects.manifests import MAX_LABEL as MAX_ROLE
from fedirec.projects.models import Production as ProductionRow
from fedirec.projects.models import RoleLine as RoleRow
from fedirec.projects.pages.productions.views import CreditsView, PersonCredit, WorkCredit, production_view
from fedirec.projects.queries.productions import links_of, manifest_of, roles_of, shown_manifest_of
from fedirec.projects.queries.projects import parts_of
from fedirec.projects.vocab.productions import MAX_LABEL, MAX_LINKS
from fedirec.remix.licences import find_licence
from fedirec.remix.powers import Part

_LANGUAGE = r"^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$"


class ProductionCard(Shape):
    """A production, as lists have it."""

    id: int
    uri: str
    url: str
    project: int
    title: str
    state: Literal["draft", "frozen", "released"]
    licence: Licence
    record: int | None = Field(description="As which it was released.")
    frozen_at: datetime | None
    released_at: datetime | None


class PlaceToFindIt(Shape):
    """Where a production can be seen, heard, read or bought."""

    label: str
    url: str


class RoleLine(Shape):
    """Somebody did something for a production that is no record."""

    id: int
    person: int | None = Field(description="Null for somebody without an account.")
    name: str
    role: str = Field(description="The code of a role in /api/vocabularies.")
    label: str = Field(description="What it is called, where it is none of them.")
    words: str
    state: Literal["proposed", "confirmed", "unnamed", "declined"]
    place: int


class Production(ProductionCard):
    """A production with its words, its roles, and what was frozen."""

    text: str
    html: str
    language: str | None
    links: list[PlaceToFindIt]
    roles: list[RoleLine]
    digest: str | None = Field(description="Of its manifest; null while nothing is frozen.")
    digest_holds: bool = Field(description="Whether the manifest was found to be what its digest says.")
    manifest: dict[str, Any] | None = Field(
        description="What was frozen, in the form that is digested (RFC 8785), without those who do not want to be "
        "named any more or say that it is not so. Where anybody is left out it is not what its digest says; the lists "
        "that are stand at its `uri`."
    )


class Productions(Listed):
    items: list[ProductionCard]


class PersonInCredits(Shape):
    """Somebody who is credited."""

    name: str
    url: str
    roles: list[str] = Field(description="In words, in the language of whoever asks.")
    words: list[str]
    records: int
    note: str = Field(description="Why what is said of them may not be so; empty when they say it themselves.")


class Flaw(Shape):
    """What is the matter with a record that is to be used."""

    what: str
    remedy: str
    stops: bool = Field(description="Whether the production cannot be frozen with it.")


class WorkInCredits(Shape):
    """A record that is used, or from which such a one was made."""

    part: int = Field(description="By which it is taken out or moved; 0 once it is frozen, and for ancestors.")
    title: str
    url: str
    author: str
    licence: str
    words: str
    generation: int
    place: int
    flaws: list[Flaw]


class ProductionCredits(Shape):
    """Who and what is in a production: as it was frozen, or as it would be now."""

    people: list[PersonInCredits]
    total: int = Field(description="How many people are credited, of whom `people` may be some.")
    next_from: int | None
    works: list[WorkInCredits]
    ancestors: list[WorkInCredits]


class NewProduction(Sent):
    title: Text = Field(min_length=1, max_length=MAX_TITLE)
    text: Text = Field("", max_length=20_000)
    licence: Text = Field("CC-BY-SA-4.0", max_length=60)
    language: Text | None = Field(None, max_length=35, pattern=_LANGUAGE)
    files: list[FileSent] = Field(default_factory=list, max_length=MAX_FILES)


class ProductionChange(Sent):
    title: Text | None = Field(None, min_length=1, max_length=MAX_TITLE)
    text: Text | None = Field(None, max_length=20_000)
    licence: Text | None = Field(None, max_length=60)
    language: Text | None = Field(None, max_length=35, pattern=_LANGUAGE)
    files: list[FileSent] | None = Field(None, max_length=MAX_FILES)


class RecordsSent(Sent):
    records: list[Row] = Field(min_length=1, max_length=MAX_PARTS, description="Ids of records that are known here.")


class PlacedSent(Sent):
    id: Row = Field(description="The part of a record, or the id of a role.")
    place: int = Field(ge=0, le=MAX_PLACE)
    words: Text = Field("", max_length=MAX_WORDS)


class OrderSent(Sent):
    records: list[PlacedSent] = Field(default_factory=list, max_length=MAX_PARTS)
    roles: list[PlacedSent] = Field(default_factory=list, max_length=MAX_ROLES)


class RoleNamed(Sent):
    """Exactly one of `person` and `name`."""

    role: Text = Field(max_length=10, description="The code of a role in /api/vocabularies.")
    person: Row | None = None
    name: Text = Field("", max_length=MAX_PERSON)
    label: Text = Field("", max_length=MAX_ROLE, description="What it is called, for `ctb`, if it is no other role.")
    words: Text = Field("", max_length=MAX_WORDS)


class RoleAnswer(Sent):
    is_so: bool


class LinkSent(Sent):
    label: Text = Field("", max_length=MAX_LABEL)
    url: Text = Field(min_length=9, max_length=2048)


class LinksSent(Sent):
    links: list[LinkSent] = Field(max_length=MAX_LINKS)


def show_production_card(call: Call, row: ProductionRow) -> ProductionCard:
    return ProductionCard(**_card(call, row))


async def show_production(call: Call, row: ProductionRow) -> Production:
    found, shown = await manifest_of(row), await shown_manifest_of(row)
    parts = await parts_of(row.project, call.looker) if call.looker else frozenset()
    lines = [
        line
        for line in await roles_of(row)
        if line.state != "declined" or Part.LEADER in parts or (call.looker and line.actor_id == call.looker.id)
    ]
    return Production(
        **_card(call, row),
        text=row.text,
        html=markdown(row.text),
        language=row.language,
        links=[PlaceToFindIt(label=link.label, url=link.url) for link in await links_of(row)],
        roles=[show_role(line) for line in lines],
        digest=found[1] if found else None,
        digest_holds=row.digest_holds,
        manifest=shown.write() if shown else None,
    )


def show_role(line: RoleRow) -> RoleLine:
    return RoleLine(
        id=line.id,
        person=line.actor_id,
        name=line.name,
        role=line.role,
        label=line.label,
        words=line.words,
        state=line.state,  # type: ignore[arg-type]
        place=line.position,
    )


def show_credits(call: Call, view: CreditsView) -> ProductionCredits:
    return ProductionCredits(
        people=[_person(call, each) for each in view.people],
        total=view.total,
        next_from=view.next_from,
        works=_works(call, view.works),
        ancestors=_works(call, view.ancestors),
    )


def _person(call: Call, each: PersonCredit) -> PersonInCredits:
    return PersonInCredits(
        name=each.name,
        url=call.absolute(each.url),
        roles=list(each.roles),
        words=list(each.words),
        records=each.records,
        note=each.note,
    )


def _works(call: Call, works: Sequence[WorkCredit]) -> list[WorkInCredits]:
    return [
        WorkInCredits(
            part=each.part,
            title=each.title,
            url=call.absolute(each.url),
            author=each.author,
            licence=each.licence,
            words=each.words,
            generation=each.generation,
            place=each.place,
            flaws=[Flaw(what=what, remedy=remedy, stops=stops) for what, remedy, stops in each.flaws],
        )
        for each in works
    ]


def _card(call: Call, row: ProductionRow) -> dict[str, Any]:
    record = row.record
    return {
        "id": row.id,
        "uri": row.uri,
        "url": call.absolute(production_view(call.cards, row).url),
        "project": row.project_id,
        "title": row.title,
        "state": row.state,
        "licence": show_licence(find_licence(row.licence)),
        "record": record.id if record is not None and record.deleted_at is None else None,
        "frozen_at": row.frozen_at,
        "released_at": row.released_at,
    }
