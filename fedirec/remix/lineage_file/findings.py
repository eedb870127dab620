"""What comes out when a lineage file is checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from fedirec.translatable import N_


class Level(StrEnum):
    """How well something is known."""

    PROVED = "proved"
    """A signature over it holds."""
    WITNESSED = "witnessed"
    """Another instance says so, and has signed that."""
    CLAIMED = "claimed"
    """Whoever made the file, or the record, says so, and nothing speaks against it."""
    FALSE = "false"
    """It contradicts itself, or a signature."""


_P, _W, _C, _F = Level.PROVED, Level.WITNESSED, Level.CLAIMED, Level.FALSE
CODES: Final[Mapping[str, tuple[Level, str]]] = {
    # The file as a whole
    "file-unreadable": (_F, N_("This is no lineage file that can be read: %(why)s.")),
    "file-not-canonical": (
        _F,
        N_("The file is not spelled as such files are: somebody changed it after it was made, if only a space."),
    ),
    "file-version": (_F, N_("This is a lineage file of a version that is not known here.")),
    "file-signed": (_P, N_("Nothing in the file was changed since %(owner)s put it together.")),
    "file-unsigned": (_C, N_("Nobody has signed the file as a whole: something may have been taken out of it.")),
    "file-proof-wrong": (_F, N_("The file was changed after %(owner)s put it together and signed it.")),
    "file-proof-strange": (_C, N_("The file is signed as a whole in a way that is not known here.")),
    "file-key-missing": (_F, N_("The file is signed as a whole, but does not bring the key that could show it.")),
    "file-twice": (_F, N_("The file says two things about %(what)s.")),
    "file-without-record": (_F, N_("The record that the file is about is not in it.")),
    # Keys
    "key-known": (_P, N_("This key of %(owner)s is known to you since %(since)s.")),
    "key-known-until": (
        _W,
        N_("You knew this key of %(owner)s since %(since)s, and until %(until)s: what it signs later is not theirs."),
    ),
    "key-witnessed": (_W, N_("%(witness)s says that it has known this key of %(owner)s since %(since)s.")),
    "key-witnessed-until": (
        _W,
        N_("%(witness)s says that it has known this key of %(owner)s since %(since)s, and until %(until)s."),
    ),
    "key-by-own-instance": (_C, N_("The own instance of %(owner)s says so, since %(since)s.")),
    "key-by-exporter": (_C, N_("%(witness)s, which made this file, says so, since %(since)s.")),
    "key-by-nobody": (
        _C,
        N_("No other instance says that this key belongs to %(owner)s: it may have been invented for this file."),
    ),
    "key-contradicted": (
        _F,
        N_("%(witness)s knows other keys of %(owner)s, and nobody else knows this one: it may be invented or stolen."),
    ),
    "key-not-yours": (_F, N_("You know other keys of %(owner)s, and not this one.")),
    "key-new-to-you": (_C, N_("You know other keys of %(owner)s, and have not seen this one before.")),
    "key-foreign": (_F, N_("The key %(key)s cannot belong to %(owner)s: it is of another instance.")),
    "key-unreadable": (_F, N_("The key %(key)s is no key.")),
    "witness-wrong": (_F, N_("What %(witness)s is said to know of keys is not signed by it.")),
    "witness-unreadable": (_F, N_("One of the statements about keys makes no sense.")),
    "witnesses-unknown": (
        _C,
        N_("Not all who witness keys here are known to you: whoever made the file could have invented those."),
    ),
    # Records
    "record-signed": (_P, N_("%(author)s has signed the record as it stands here.")),
    "record-unsigned": (_C, N_("Nobody has signed this record; what stands here is what was seen.")),
    "record-not-kept": (_C, N_("Of this record only what was noted is left.")),
    "record-proof-strange": (_C, N_("The record is signed in a way that is not known here.")),
    "record-key-missing": (_C, N_("The record is signed, but the key that could show it is not in the file.")),
    "record-changed": (_F, N_("The record was changed after %(author)s signed it, or is signed by somebody else.")),
    "record-swapped": (_F, N_("Under the address of the record stands another one.")),
    "record-author": (_F, N_("The record names an author of another instance.")),
    "record-digest": (_F, N_("The record is not the version that the file says.")),
    "record-own-digest": (_F, N_("The record is not what its own digest says.")),
    "record-signer": (_F, N_("The record is signed with a key of %(owner)s, who is not its author.")),
    "record-unreadable": (_F, N_("What stands under the address of the record is no record.")),
    "record-note": (_F, N_("What the file notes about the record (%(what)s) is not what the record says.")),
    # Who made a version, where that is not the author of the record
    "edit-signed": (_P, N_("%(editor)s has signed that they made this version: its title, words, tags and files.")),
    "edit-author": (
        _C,
        N_("%(editor)s has signed that they made this version; that its author let them is only claimed."),
    ),
    "edit-claimed": (_C, N_("The record says that %(editor)s made this version; they have not signed that.")),
    "edit-key-missing": (
        _C,
        N_("%(editor)s is said to have signed that they made it, but the key that could show that is not in the file."),
    ),
    "edit-wrong": (_F, N_("What %(editor)s signed about this version was changed, or somebody else signed it.")),
    "edit-moved": (_F, N_("What %(editor)s is said to have signed is about another record.")),
    "edit-version": (_F, N_("What %(editor)s is said to have signed is about another version of this record.")),
    "edit-stranger": (
        _F,
        N_("%(editor)s is said to have signed that they made this version, and the record does not say so."),
    ),
    "edit-signer": (_F, N_("What %(editor)s is said to have signed about this version is signed by %(owner)s.")),
    "edit-unreadable": (_F, N_("What stands where a co-author says that they made this version makes no sense.")),
    # What was made from what
    "derivation-signed": (_P, N_("%(author)s has signed that it was made from this source.")),
    "derivation-claimed": (_C, N_("The record says that it was made from this source; nobody has signed that.")),
    "derivation-added": (
        _C,
        N_("The record itself does not say so. Whoever made the file does, because of a claim, a decision or a reply."),
    ),
    "derivation-unseen": (_C, N_("The record is not in the file, so nothing shows that it was made from this source.")),
    "derivation-invented": (_F, N_("The record says nothing of this source.")),
    "derivation-relation": (_F, N_("The record says that it was made from this source in another way.")),
    "derivation-missing": (_F, N_("The record says that it was made from %(source)s, and the file leaves that out.")),
    "derivation-list": (
        _C,
        N_("The record has more sources than stand in it, and those in the file are not the list that was signed."),
    ),
    # Whether it may be
    "permission-own": (_P, N_("Both are by the same author.")),
    "permission-licence": (_P, N_("The licence of the source, as its author signed it, permits it.")),
    "permission-granted": (_P, N_("The licence does not permit it, but the author of the source has agreed to it.")),
    "permission-claimed": (_C, N_("That it may be is what whoever made the file says.")),
    "permission-breach": (_C, N_("The licence of the source does not permit it, and nobody has agreed.")),
    "permission-unknown": (_C, N_("Nobody says what may be done with the source.")),
    "permission-wrong": (_F, N_("The file says that it may be, and what is in the file does not bear that out.")),
    "licence-wrong": (_F, N_("The file notes another licence of the source than the source has.")),
    "version-missing": (_C, N_("The version of the source from which it was made is not in the file.")),
    # Whether the author of the source agrees
    "stamp-signed": (_P, N_("%(owner)s has signed that they agree, to both works as they stand here.")),
    "stamp-unseen": (
        _C,
        N_("%(owner)s has signed that they agree, but the works that they agreed to are not both in the file."),
    ),
    "stamp-author": (
        _C,
        N_("%(owner)s has signed that they agree; that they are the author of the source is only claimed."),
    ),
    "stamp-revoked": (_C, N_("Whoever made the file says that %(owner)s agreed and later took it back.")),
    "stamp-claimed": (_C, N_("That the author of the source agreed is what whoever made the file says.")),
    "stamp-none": (_C, N_("The author of the source has not said anything that could be shown.")),
    "stamp-refused": (_C, N_("The author of the source did not agree, as whoever made the file says.")),
    "stamp-unsigned": (_C, N_("There is a stamp, but nobody has signed it.")),
    "stamp-proof-strange": (_C, N_("There is a stamp, signed in a way that is not known here.")),
    "stamp-key-missing": (_C, N_("There is a stamp, but the key that could show who signed it is not in the file.")),
    "stamp-wrong": (_F, N_("The stamp was changed after it was signed, or is signed by somebody else.")),
    "stamp-moved": (_F, N_("The stamp was given for other works than these.")),
    "stamp-version": (_F, N_("The stamp was given for another version of these works.")),
    "stamp-signer": (_F, N_("The stamp is not by the author of the source.")),
    "stamp-licence": (_F, N_("The stamp was given for another licence than the remix has.")),
    "stamp-unreadable": (_F, N_("What stands where the stamp should be is no stamp.")),
}
"""For each code how it is to be taken, and what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was found out."""

    code: str
    blanks: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    """The fingerprint of the key that it is proved for."""

    @property
    def level(self) -> Level:
        return CODES[self.code][0]

    @property
    def words(self) -> str:
        """The sentence, with blanks."""
        return CODES[self.code][1]

    @property
    def sentence(self) -> str:
        """The sentence in English."""
        return self.words % self.blanks


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutKey:
    """A key, and how it is bound to a person."""

    id: str
    owner: str
    fingerprint: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRecord:
    """One version of a record."""

    id: str
    title: str
    author: str
    editor: str | None
    """Who made this version, where the record names somebody besides its author for that."""
    is_current: bool
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutDerivation:
    """A step from a source to a record."""

    record: str
    source: str
    relation: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everything that was found out about a file."""

    record: str = ""
    exporter: str = ""
    is_whole: bool = False
    findings: tuple[Finding, ...] = ()
    """About the file as a whole."""
    derivations: tuple[AboutDerivation, ...] = ()
    records: tuple[AboutRecord, ...] = ()
    keys: tuple[AboutKey, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()
    """Records that are missing, and why."""
    silent: tuple[tuple[str, str], ...] = ()
    """Instances that are not among the witnesses, and why."""
    checked_at: datetime | None = None

    def all_findings(self) -> Iterator[Finding]:
        """Every finding, wherever it stands."""
        yield from self.findings
        for findings in (
            *(each.findings for each in self.derivations),
            *(each.findings for each in self.records),
            *(each.findings for each in self.keys),
        ):
            yield from findings

    @property
    def is_false(self) -> bool:
        """Whether anything in the file is not true."""
        return any(finding.level is Level.FALSE for finding in self.all_findings())

    @property
    def false(self) -> list[Finding]:
        """What is not true, each once."""
        found = {
            (finding.code, tuple(finding.blanks.items())): finding
            for finding in self.all_findings()
            if finding.level is Level.FALSE
        }
        return list(found.values())
