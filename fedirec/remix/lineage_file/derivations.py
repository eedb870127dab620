"""What was made from what, whether it may be, and whether the author of the source agrees: what is proved of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from fedirec.activitypub import ld
from fedirec.activitypub.authority import may_stamp
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.errors import FedirecError, Invalid
from fedirec.remix.digest import sources_digest
from fedirec.remix.licences import find_licence, may_carry
from fedirec.remix.lineage import Relation
from fedirec.remix.lineage_file.contents import AddedBy, Derivation, LineageFile
from fedirec.remix.lineage_file.findings import AboutDerivation, Finding
from fedirec.remix.lineage_file.keys import Keyring
from fedirec.remix.lineage_file.records import Work, Works
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.remix.vocab import RemixStamp, SourceObject

_NO_TYPES: Final = Vocabulary(())


def about_derivations(file: LineageFile, works: Works, keys: Keyring) -> tuple[AboutDerivation, ...]:
    """What is proved of each step, and which steps are missing although a record names them."""
    lists = _lists(file, works)
    found = [
        AboutDerivation(
            record=each.record,
            source=each.source,
            relation=each.relation.value,
            findings=tuple(_judge(each, works, keys, lists)),
        )
        for each in file.derivations
    ]
    there = {(each.record, each.source) for each in file.derivations}
    for work in works.currents():
        for source in work.record.sources if work.record else ():
            if (work.version.record, source.id) not in there:
                missing = Finding(code="derivation-missing", blanks={"source": source.id})
                found.append(
                    AboutDerivation(
                        record=work.version.record,
                        source=source.id,
                        relation=source.relation.value,
                        findings=(missing,),
                    )
                )
    return tuple(found)


def _lists(file: LineageFile, works: Works) -> dict[str, dict[str, Relation] | None]:
    """For each record that has more sources than stand in it: all of them, if the file has the list that was signed.

    None where it is another one, be it that something is missing or that there is too much.
    """
    long = {
        work.version.record: work.record.source_list
        for work in works.currents()
        if work.record is not None and work.record.source_list is not None
    }
    named: dict[str, dict[str, Relation]] = {record: {} for record in long}
    for each in file.derivations:
        if each.record in named and each.added_by is AddedBy.AUTHOR:
            named[each.record][each.source] = each.relation
    found: dict[str, dict[str, Relation] | None] = {}
    for record, relations in named.items():
        sources = [SourceObject(id=source, relation=relation) for source, relation in relations.items()]
        found[record] = relations if sources_digest(sources) == long[record].digest else None
    return found


def _judge(
    derivation: Derivation, works: Works, keys: Keyring, lists: Mapping[str, dict[str, Relation] | None]
) -> Iterator[Finding]:
    remix = works.current(derivation.record)
    source = works.at(derivation.source, derivation.source_version)
    yield _named(derivation, remix, lists)
    if derivation.source_version is not None and source is None:
        yield Finding(code="version-missing")
    if source is not None and derivation.licence and _licence_differs(derivation, source):
        yield Finding(code="licence-wrong")
    stamping, holds = _stamped(derivation, remix, works, keys)
    yield _permitted(derivation, remix, source, is_granted=holds)
    yield stamping


def _named(derivation: Derivation, remix: Work | None, lists: Mapping[str, dict[str, Relation] | None]) -> Finding:
    """Whether the record itself says that it was made from the source."""
    if remix is None or remix.said is None:
        return Finding(code="derivation-unseen")
    relations = {source.id: source.relation for source in (remix.record.sources if remix.record else ())}
    relations |= lists.get(derivation.record) or {}
    relation: Relation | None = relations.get(derivation.source)
    if relation is None and derivation.added_by is not AddedBy.AUTHOR:
        return Finding(code="derivation-added")
    if relation is None:
        return Finding(code="derivation-list" if derivation.record in lists else "derivation-invented")
    if relation is not derivation.relation:
        return Finding(code="derivation-relation")
    if remix.signer is None:
        return Finding(code="derivation-claimed")
    return Finding(code="derivation-signed", blanks={"author": remix.author}, key=remix.signer)


def _licence_differs(derivation: Derivation, source: Work) -> bool:
    if source.record is None:
        return False
    return find_licence(derivation.licence) != source.licence and derivation.licence != source.version.seen.licence


def _permitted(derivation: Derivation, remix: Work | None, source: Work | None, *, is_granted: bool) -> Finding:
    """Why the remix may be, as far as what is in the file bears that out."""
    said = derivation.permission
    if remix is None or source is None or remix.said is None or source.said is None:
        return Finding(code=_UNPROVED[said])
    are_signed = remix.is_signed and source.is_signed
    own = remix.author == source.author
    may = may_carry(source.licence, remix.licence)
    holds = {Clearance.OWN: own, Clearance.BY_LICENCE: may, Clearance.GRANTED: is_granted}.get(said)
    if holds is None:
        return Finding(code=_UNPROVED[said])
    if not holds:
        # A grant, or that somebody moved, can have been seen without having been kept; licences are in here.
        return Finding(code="permission-wrong" if said is Clearance.BY_LICENCE else "permission-claimed")
    return Finding(code=_PROVED[said], key=source.signer) if are_signed else Finding(code="permission-claimed")


_PROVED: Final = {
    Clearance.OWN: "permission-own",
    Clearance.BY_LICENCE: "permission-licence",
    Clearance.GRANTED: "permission-granted",
}
_UNPROVED: Final = {
    Clearance.OWN: "permission-claimed",
    Clearance.BY_LICENCE: "permission-claimed",
    Clearance.GRANTED: "permission-claimed",
    Clearance.BLOCKED: "permission-breach",
    Clearance.UNKNOWN: "permission-unknown",
}


def _stamped(derivation: Derivation, remix: Work | None, works: Works, keys: Keyring) -> tuple[Finding, bool]:
    """What the stamp proves, and whether it is an agreement to these very works."""
    if derivation.stamp is None:
        return Finding(code=_WITHOUT_STAMP.get(derivation.acknowledgement, "stamp-none")), False
    try:
        stamp = _read(derivation.stamp)
    except FedirecError:
        return Finding(code="stamp-unreadable"), False
    if (stamp.interacting, stamp.target) != (derivation.record, derivation.source):
        return Finding(code="stamp-moved"), False
    sources = works.versions_of(derivation.source)
    if not may_stamp(
        stamp.id, stamped_by=stamp.attributed_to, owner=sources[0].author if sources else stamp.attributed_to
    ):
        return Finding(code="stamp-signer"), False
    signer = keys.signer_of(derivation.stamp)
    if signer is None:
        return Finding(code="stamp-unsigned"), False
    if signer.is_strange:
        return Finding(code="stamp-proof-strange"), False
    if signer.is_missing:
        return Finding(code="stamp-key-missing"), False
    if signer.public is None:
        return Finding(code="stamp-wrong"), False
    if signer.owner != stamp.attributed_to:
        return Finding(code="stamp-signer"), False
    blanks = {"owner": stamp.attributed_to}
    digests = works.digests_of(derivation.source)
    if remix is None or remix.digest is None or not digests:
        return Finding(code="stamp-unseen", blanks=blanks, key=signer.fingerprint), False
    if stamp.interacting_digest != remix.digest or stamp.target_digest not in digests:
        return Finding(code="stamp-version"), False
    if stamp.licence is not None and find_licence(stamp.licence) != remix.licence:
        return Finding(code="stamp-licence"), False
    if derivation.acknowledgement is Acknowledgement.REVOKED:
        return Finding(code="stamp-revoked", blanks=blanks, key=signer.fingerprint), False
    if not digests[stamp.target_digest]:
        return Finding(code="stamp-author", blanks=blanks, key=signer.fingerprint), False
    return Finding(code="stamp-signed", blanks=blanks, key=signer.fingerprint), True


def _read(document: Json) -> RemixStamp:
    """Raises Invalid when it is no stamp."""
    doc = Doc(ld.compact(document))
    if RemixStamp.TYPE not in doc.many("type"):
        raise Invalid("that is no stamp")
    return RemixStamp.read(doc, _NO_TYPES)


_WITHOUT_STAMP: Final = {
    Acknowledgement.AUTOMATIC: "stamp-claimed",
    Acknowledgement.ACKNOWLEDGED: "stamp-claimed",
    Acknowledgement.REFUSED: "stamp-refused",
    Acknowledgement.REVOKED: "stamp-refused",
}
