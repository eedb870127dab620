"""What stands in a lineage file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, DATA_INTEGRITY_V2
from fedirec.activitypub.vocab import Json
from fedirec.remix.lineage import Relation
from fedirec.remix.standing import Acknowledgement, Clearance

MEDIA_TYPE: Final = "application/vnd.fedirec.lineage+json"
TYPE: Final = "LineageFile"
VERSION: Final = 1
CONTEXT: Final[list[Any]] = [
    ACTIVITYSTREAMS,
    DATA_INTEGRITY_V2,
    {"fr": "https://w3id.org/fedirec/ns#", "LineageFile": "fr:LineageFile"},
]
MAX_RECORDS: Final = 10_000
"""Relatives of a record that one file carries."""
MAX_VERSIONS: Final = 3 * MAX_RECORDS
MAX_DERIVATIONS: Final = 8 * MAX_RECORDS
MAX_KEYS: Final = 2 * MAX_RECORDS
MAX_WITNESSES: Final = 500
MAX_SILENCES: Final = 500


class AddedBy(StrEnum):
    """Who said that a record was made from a source."""

    AUTHOR = "author"
    CLAIM = "claim"
    MODERATOR = "moderator"
    REPLY = "reply"


class Why(StrEnum):
    """Why something is not in a file."""

    PRIVATE = "private"
    """It is not public."""
    WITHHELD = "withheld"
    """Those who run the instance that made the file do not show it."""
    UNKNOWN = "unknown"
    """Nobody there has ever seen it."""
    TOO_MANY = "tooMany"
    """The file would have been too large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What whoever made the file knows of one version of a record."""

    author: str
    author_name: str
    author_handle: str
    kind: str
    title: str
    licence: str
    """As fedirec calls it: an SPDX identifier or a LicenseRef."""
    licence_url: str | None
    record_digest: str | None
    media: tuple[str, ...]
    published: datetime
    updated: datetime | None
    fetched: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of a record, as it was signed."""

    record: str
    is_current: bool
    """Whether it is the newest one that is known."""
    is_gone: bool
    """Whether it was deleted since."""
    seen: Seen
    document: Json | None
    """As it stood on the wire; None where that was not kept."""
    envelope: Json | None = None
    """The signed activity that brought the document, without the document."""
    digest: str = ""
    """The SHA-256 of the canonical document, by which derivations name the version."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Derivation:
    """`record` was made from `source`."""

    record: str
    source: str
    relation: Relation
    added_by: AddedBy
    is_claim: bool
    """Whether it is kept outside the graph: it would close a circle, or was found to be untrue."""
    permission: Clearance
    acknowledgement: Acknowledgement
    """Both as whoever made the file sees it."""
    licence: str | None
    """The licence of the source, as it was seen when the record was made."""
    source_version: str | None
    """The digest of the version of the source that the record was made from."""
    stamp: Json | None
    """The agreement of the author of the source, as it was signed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key, and whose it is said to be."""

    id: str
    owner: str
    multibase: str
    since: datetime
    """When whoever made the file first saw it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A record that is missing in the file, and why."""

    record: str
    why: Why


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """An instance that is not among the witnesses, and why, in a few words."""

    instance: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineageFile:
    """A whole file."""

    record: str
    """Whose lineage it is."""
    exporter: str
    """The actor of the instance that made the file."""
    is_whole: bool
    """Whether everything is in it that its maker knows and may show."""
    versions: tuple[Version, ...] = ()
    derivations: tuple[Derivation, ...] = ()
    keys: tuple[Key, ...] = ()
    witnesses: tuple[Json, ...] = ()
    """What instances say since when they have known which keys, as they signed it."""
    silences: tuple[Silence, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    proof: Json | None = None
