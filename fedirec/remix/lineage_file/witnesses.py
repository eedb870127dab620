"""What an instance says of keys: which ones it has seen for somebody, and since when.

The statement is signed by the actor of that instance, so that it can be passed on and kept. It says nothing about what
the keys were used for, and nothing that was not public when it was seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from fedirec.activitypub.contexts import ACTIVITYSTREAMS, DATA_INTEGRITY_V2
from fedirec.activitypub.digests import read_digest_multibase
from fedirec.activitypub.vocab import Doc, Json, write_instant
from fedirec.errors import Invalid
from fedirec.uris import MAX_URI, origin_of, same_origin

TYPE: Final = "KeyWitness"
CONTEXT: Final[list[Any]] = [
    ACTIVITYSTREAMS,
    DATA_INTEGRITY_V2,
    {
        "fr": "https://w3id.org/fedirec/ns#",
        "KeyWitness": "fr:KeyWitness",
        "witnessed": "fr:witnessed",
        "key": {"@id": "fr:key", "@type": "@id"},
        "fingerprint": "fr:fingerprint",
        "since": "fr:since",
        "until": "fr:until",
    },
]
PATH: Final = "/actor/witness"
ASKED: Final = "of"
"""The field of the address that names people, as often as there are people."""
MAX_PEOPLE: Final = 16
"""People that one statement is about."""
MAX_ENTRIES: Final = 200
"""Keys in one statement, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnessed:
    """A key that was seen."""

    owner: str
    key: str
    """Its id."""
    fingerprint: str
    since: datetime
    until: datetime | None = None
    """When it was seen to be somebody else's turn: the owner did not list it any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one instance has seen."""

    id: str
    witness: str
    """The actor of the instance."""
    published: datetime
    witnessed: tuple[Witnessed, ...]


def address_of_statement(origin: str, people: Sequence[str]) -> str:
    """Where the instance at `origin` says which keys it has seen for `people`: one address for the same people."""
    return f"{origin}{PATH}?{urlencode([(ASKED, person) for person in sorted(set(people))])}"


def batches(origin: str, people: Sequence[str]) -> list[list[str]]:
    """`people` in as few questions as addresses of a usual length allow; those who fit in none are left out."""
    found: list[list[str]] = []
    for person in sorted(set(people)):
        if len(address_of_statement(origin, [person])) > MAX_URI:
            continue
        fits = found and len(found[-1]) < MAX_PEOPLE
        if fits and len(address_of_statement(origin, [*found[-1], person])) <= MAX_URI:
            found[-1].append(person)
        else:
            found.append([person])
    return found


def write_statement(statement: Statement) -> Json:
    """The statement before it is signed."""
    return {
        "@context": CONTEXT,
        "id": statement.id,
        "type": TYPE,
        "attributedTo": statement.witness,
        "published": write_instant(statement.published),
        "witnessed": [
            {
                "actor": each.owner,
                "key": each.key,
                "fingerprint": each.fingerprint,
                "since": write_instant(each.since),
                **({"until": write_instant(each.until)} if each.until else {}),
            }
            for each in sorted(statement.witnessed, key=lambda each: (each.owner, each.key, each.since))
        ],
    }


def read_statement(document: Json) -> Statement:
    """What `document` says, signed or not. Raises Invalid when it is no such statement."""
    if document.get("@context") != CONTEXT or document.get("type") != TYPE:
        raise Invalid("that is no statement about keys")
    doc = Doc(document)
    entries = document.get("witnessed")
    if not isinstance(entries, list) or len(entries) > MAX_ENTRIES:
        raise Invalid("a statement about keys has a list of them, of a usual length")
    statement = Statement(
        id=doc.id("id"),
        witness=doc.id("attributedTo"),
        published=doc.instant("published").astimezone(UTC),
        witnessed=tuple(_witnessed(Doc(entry)) for entry in entries),
    )
    if not same_origin(statement.id, statement.witness):
        raise Invalid("the statement has an address of another instance")
    return statement


def _witnessed(doc: Doc) -> Witnessed:
    found = Witnessed(
        owner=doc.id("actor"),
        key=doc.text("key"),
        fingerprint=doc.text("fingerprint"),
        since=doc.instant("since"),
        until=doc.find_instant("until"),
    )
    origin_of(found.key)
    read_digest_multibase(found.fingerprint)
    return found
