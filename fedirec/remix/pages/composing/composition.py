"""What a record will be made of, beyond its words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.media.models import Media
from fedirec.remix.actions.drafts import MAX_PARTS, FileDraft, PartDraft, SourceDraft
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
    CHOICES,
    Licence,
    allowed_for_remix,
    explain,
    licence_of,
    may_carry,
)
from fedirec.remix.lineage import MAX_SOURCES, Relation, parents_of, would_loop
from fedirec.remix.models import Record
from fedirec.remix.queries.trails import edges_above
from fedirec.remix.roles import find_role
from fedirec.remix.visibility import ASKING
from fedirec.web.language import gettext as _

PREFERRED: Final = (BY_SA, BY, BY_NC_SA, BY_NC, CC0, BY_ND, BY_NC_ND, ALL_RIGHTS_RESERVED)
"""Which licence is suggested: the first of these that all sources allow."""


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
    thanks: str = ""


@dataclass(slots=True, kw_only=True)
class PartRow:
    """Somebody who helped."""

    actor: Actor
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
    not_sources: list[int] = field(default_factory=list)
    """Rows of records that a file of it looks or sounds like, and that it was not made from, as its author says."""
    seek: str = ""
    """What stands in the box for sources."""
    who: str = ""
    """What stands in the box for people."""
    has_searched: bool = False
    granted: frozenset[str] = frozenset()
    """The sources, by their uris, whose authors agreed to the record as it is now."""
    breaches: frozenset[str] = frozenset()
    """What was made itself, by whoever made it, from something whose licence does not allow that, by its uri."""

    @property
    def may_ask(self) -> bool:
        """Whether it waits, or can wait, until those agree whose licences do not let it be."""
        return self.record is None or self.record.visibility == ASKING

    @property
    def kind(self) -> Kind:
        return kind_of(f"{row.media.kind}/*" for row in self.files)

    @property
    def foreign(self) -> list[Record]:
        """The sources by others, for which it needs their licence: nobody needs one for their own work, or for that of
        authors who agreed to this very remix.
        """
        others = [row.record for row in self.sources if row.record.author_id != self.author.id]
        return [record for record in others if record.uri not in self.granted]

    @property
    def licences(self) -> list[Licence]:
        return [licence_of(record) for record in self.foreign]

    @property
    def allowed(self) -> frozenset[Licence]:
        """The licences that the record may carry."""
        return allowed_for_remix(self.licences)

    @property
    def offered(self) -> frozenset[Licence]:
        """The licences that its author can choose among: those that all sources allow. Where there are none, those that
        would be left if whoever stands in the way agreed.
        """
        if allowed := self.allowed:
            return allowed
        open_ones = [licence for licence in self.licences if licence.may_remix]
        if left := allowed_for_remix(open_ones):
            return left
        return frozenset(choice for choice in CHOICES if any(may_carry(licence, choice) for licence in open_ones))

    @property
    def suggested(self) -> Licence:
        """The licence that it gets unless its author chooses another one."""
        offered = self.offered
        return next((licence for licence in PREFERRED if licence in offered), BY_SA)

    def in_the_way(self, chosen: Licence) -> list[Record]:
        """The sources that do not let it be under the `chosen` licence, whose authors have to agree then."""
        return [record for record in self.foreign if not may_carry(licence_of(record), chosen)]

    def file_drafts(self) -> list[FileDraft]:
        return [FileDraft(media=row.media, description=row.alt) for row in self.files]

    def source_drafts(self) -> list[SourceDraft]:
        return [
            SourceDraft(record=row.record, relation=Relation(row.relation), thanks=row.thanks) for row in self.sources
        ]

    def part_drafts(self) -> list[PartDraft]:
        return [PartDraft(actor=row.actor, role=row.role) for row in self.parts]

    def move_file(self, key: str, *, by: int) -> None:
        """The file called `key` stands `by` places later, or at the end of the list."""
        place = next((index for index, row in enumerate(self.files) if row.media.key == key), None)
        if place is not None:
            self.files.insert(max(0, place + by), self.files.pop(place))

    async def refuse_source(self, record: Record) -> None:
        """Raise for a record that this one cannot be made from: Conflict or Forbidden, in words that name it."""
        title = record.title
        if record.deleted_at is not None:
            raise Conflict(
                _("“%(title)s” was deleted by its author, so nothing new can be made from it.") % {"title": title}
            )
        if record.visibility != "public":
            raise Forbidden(_("“%(title)s” is not public, so it cannot be built on.") % {"title": title})
        if record.author_id != self.author.id and not (self.record is None and may_be_asked(record)):
            for clash in explain([licence_of(record)]):
                raise Conflict(clash.in_words([quoted(title)], gettext=_))
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


def may_be_asked(record: Record) -> bool:
    """Whether the author of `record`, who comes with it, can agree to a remix that its licence does not allow: their
    software has to know what a remix is.
    """
    return record.author.state == "active" and not record.is_post and record.deleted_at is None


def quoted(title: str) -> str:
    """A title inside a sentence."""
    return _("“%(title)s”") % {"title": title}
