"""The test vectors of docs/fep: made here, byte for byte the same whoever makes them.

`python -m tests.fep.making` writes them anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from fedirec.activitypub import ld
from fedirec.activitypub.digests import canonical, digest_json, digest_multibase, write_multibase
from fedirec.activitypub.envelopes import envelope_of, object_in
from fedirec.activitypub.keys import PrivateKey, read_private_key
from fedirec.activitypub.proofs import add_proof
from fedirec.activitypub.vocab import PUBLIC, Doc, Json, Vocabulary, write_instant
from fedirec.remix.digest import digested, edit_digest, edited, record_digest
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage import Relation
from fedirec.remix.lineage_file import (
    AddedBy,
    Derivation,
    Key,
    LineageFile,
    Report,
    Seen,
    Silence,
    Version,
    sign_file,
    verify,
)
from fedirec.remix.lineage_file.witnesses import Statement, Witnessed, address_of_statement, write_statement
from fedirec.remix.lineage_file.writing import document_of
from fedirec.remix.standing import Acknowledgement, Clearance
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.edits import EditStatement

VECTORS: Final = Path(__file__).parents[2] / "docs" / "fep" / "vectors"
NOW: Final = datetime(2026, 12, 1, tzinfo=UTC)
"""When the vectors are checked."""
LATER: Final = datetime(2026, 11, 20, 9, tzinfo=UTC)
RELATORS: Final = "http://id.loc.gov/vocabulary/relators/"

ANA, BO, CY = "https://a.example/u/ana", "https://b.example/u/bo", "https://c.example/u/cy"
A_ACTOR, B_ACTOR, C_ACTOR = "https://a.example/actor", "https://b.example/actor", "https://c.example/actor"
OWNERS: Final = (ANA, BO, CY, A_ACTOR, B_ACTOR, C_ACTOR)
RAIN, DRUM, REMIX = "https://a.example/records/rain", "https://c.example/records/drum", "https://b.example/records/mix"


def day(number: int, hour: int = 10) -> datetime:
    return datetime(2026, 11, number, hour, tzinfo=UTC)


def secret_of(seed: bytes) -> str:
    return write_multibase(b"\x80\x26" + seed)


def seed_of(owner: str) -> bytes:
    """32 bytes that everybody can compute. Nobody should ever use such a key for anything else."""
    return hashlib.sha256(f"fedirec test vector {owner}".encode()).digest()


def key_of(owner: str) -> PrivateKey:
    return read_private_key(secret_of(seed_of(owner)))


def key_id(owner: str) -> str:
    return f"{owner}#ed25519-key"


def signed(document: Json, owner: str, created: datetime, *, key: PrivateKey | None = None) -> Json:
    return add_proof(document, key=key or key_of(owner), verification_method=key_id(owner), created=created)


RECORD_CONTEXT: Final[list[Any]] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {
        "schema": "http://schema.org/",
        "license": {"@id": "schema:license", "@type": "@id"},
        "isBasedOn": {"@id": "schema:isBasedOn", "@type": "@id"},
        "contributor": "schema:contributor",
        "Role": "schema:Role",
        "roleName": {"@id": "schema:roleName", "@type": "@id"},
        "prov": "http://www.w3.org/ns/prov#",
        "wasDerivedFrom": {"@id": "prov:wasDerivedFrom", "@type": "@id"},
        "fr": "https://w3id.org/fedirec/ns#",
        "kind": "fr:kind",
        "recordDigest": "fr:recordDigest",
        "derivation": {"@id": "fr:derivation", "@context": {"source": {"@id": "prov:entity", "@type": "@id"}}},
        "relation": "fr:relation",
    },
]
EDITED_CONTEXT: Final[list[Any]] = [
    *RECORD_CONTEXT[:2],
    RECORD_CONTEXT[2]
    | {
        "Hashtag": "as:Hashtag",
        "editor": {"@id": "schema:editor", "@type": "@id"},
        "editStatement": {"@id": "fr:editStatement", "@type": "@json"},
    },
]
"""Of a version that a co-author made."""
STAMP_CONTEXT: Final[list[Any]] = [
    "https://www.w3.org/ns/activitystreams",
    "https://w3id.org/security/data-integrity/v2",
    {
        "schema": "http://schema.org/",
        "license": {"@id": "schema:license", "@type": "@id"},
        "gts": "https://gotosocial.org/ns#",
        "interactingObject": {"@id": "gts:interactingObject", "@type": "@id"},
        "interactionTarget": {"@id": "gts:interactionTarget", "@type": "@id"},
        "fr": "https://w3id.org/fedirec/ns#",
        "RemixAuthorization": "fr:RemixAuthorization",
        "interactingDigest": "fr:interactingDigest",
        "targetDigest": "fr:targetDigest",
        "roles": {"@id": "fr:roles", "@type": "@id"},
    },
]


def note(uri: str, author: str, *, name: str, text: str, licence: str, role: str, published: datetime) -> Json:
    """A record as its author writes it, without its digest."""
    return {
        "@context": RECORD_CONTEXT,
        "id": uri,
        "type": "Note",
        "kind": "record",
        "attributedTo": author,
        "to": [PUBLIC],
        "name": name,
        "content": f"<p>{text}</p>",
        "source": {"content": text, "mediaType": "text/markdown"},
        "license": f"https://creativecommons.org/licenses/{licence}/4.0/",
        "contributor": [{"type": "Role", "roleName": f"{RELATORS}{role}", "contributor": author}],
        "published": write_instant(published),
    }


def read(document: Json) -> RecordObject:
    """As whoever receives it reads it."""
    return RecordObject.read(Doc(ld.compact(document)), Vocabulary(()))


def with_digest(document: Json) -> Json:
    return document | {"recordDigest": record_digest(read(document))}


RAIN_NOTE: Final = with_digest(
    note(
        RAIN,
        ANA,
        name="Rain on tin",
        text="Rain on the roof of a shed.",
        licence="by-nd",
        role="rce",
        published=day(1),
    )
)
DRUM_NOTE: Final = with_digest(
    note(
        DRUM,
        CY,
        name="A drum, played softly",
        text="Brushes on a snare.",
        licence="by",
        role="mus",
        published=day(2),
    )
)
MADE_FROM: Final[Json] = {
    "isBasedOn": [RAIN, DRUM],
    "wasDerivedFrom": [RAIN, DRUM],
    "derivation": [{"source": RAIN, "relation": "adapts"}, {"source": DRUM, "relation": "samples"}],
}
_MIX: Final = {"name": "Tin rain, slowed", "licence": "by-sa", "role": "mus", "published": day(5)}
OLD_MIX_NOTE: Final = with_digest(note(REMIX, BO, text="Half as fast.", **_MIX) | MADE_FROM)  # type: ignore[arg-type]
_NEW_MIX: Final = with_digest(
    note(REMIX, BO, text="A third as fast.", **_MIX)  # type: ignore[arg-type]
    | MADE_FROM
    | {
        "@context": EDITED_CONTEXT,
        "updated": write_instant(day(6)),
        "editor": ANA,
        "contributor": [
            {"type": "Role", "roleName": f"{RELATORS}mus", "contributor": BO},
            {"type": "Role", "roleName": f"{RELATORS}ctb", "contributor": ANA},
        ],
        "contentMap": {"en-GB": "<p>A third as fast.</p>"},
        "summary": "Hardly any sound",
        "tag": [{"type": "Hashtag", "name": "#Weather"}, {"type": "Hashtag", "name": "#Slow"}],
        "attachment": [
            {
                "type": "Audio",
                "mediaType": "audio/ogg",
                "url": "https://b.example/media/mix.ogg",
                "name": "Rain, slowly",
                "digestMultibase": digest_multibase(b"rain, slowly"),
            }
        ],
    }
)


def edit_of(
    work: Json = _NEW_MIX, *, editor: str = ANA, record: str = REMIX, key: PrivateKey | None = None, named: str = ""
) -> EditStatement:
    """What `editor` says of the version `work` that they made of the old mix, under the key of whoever is `named`."""
    return EditStatement.sign(
        editor=editor,
        record=record,
        digest=edit_digest(read(work)),
        base=OLD_MIX_NOTE["recordDigest"],
        at=day(6),
        key=key or key_of(named or editor),
        key_id=key_id(named or editor),
    )


EDIT: Final = edit_of()
MIX_NOTE: Final = _NEW_MIX | {"editStatement": EDIT.write()}
"""A version that a co-author made: ana, who was given the pen of what bo made of her rain."""

RAIN_RECORD: Final = signed(RAIN_NOTE, ANA, day(1))
MIX_RECORD: Final = signed(MIX_NOTE, BO, day(6))
OLD_MIX_RECORD: Final = signed(OLD_MIX_NOTE, BO, day(5))
DRUM_CREATE: Final = signed(
    {
        "@context": RECORD_CONTEXT,
        "id": "https://c.example/activities/1",
        "type": "Create",
        "actor": CY,
        "to": [PUBLIC],
        "object": {name: value for name, value in DRUM_NOTE.items() if name != "@context"},
    },
    CY,
    day(2),
)
"""How a record travels whose proof is on the activity that brought it."""


def stamp_of(remix: Json = MIX_NOTE, *, owner: str = ANA, key: PrivateKey | None = None) -> Json:
    stamp = {
        "@context": STAMP_CONTEXT,
        "id": "https://a.example/stamps/77",
        "type": "RemixAuthorization",
        "attributedTo": owner,
        "interactingObject": REMIX,
        "interactionTarget": RAIN,
        "interactingDigest": remix["recordDigest"],
        "targetDigest": RAIN_NOTE["recordDigest"],
        "license": remix["license"],
        "roles": [f"{RELATORS}rce"],
        "published": write_instant(day(7)),
    }
    return signed(stamp, owner, day(7), key=key)


STAMP: Final = stamp_of()


def statement_of(witness: str, known: Mapping[str, datetime], *, key: PrivateKey | None = None) -> Json:
    origin = witness.removesuffix("/actor")
    statement = Statement(
        id=address_of_statement(origin, list(known)),
        witness=witness,
        published=max(known.values()),
        witnessed=tuple(
            Witnessed(owner=owner, key=key_id(owner), fingerprint=key_of(owner).public.fingerprint, since=since)
            for owner, since in known.items()
        ),
    )
    return signed(write_statement(statement), witness, max(known.values()), key=key)


C_STATEMENT: Final = statement_of(C_ACTOR, {ANA: day(1, 11), BO: day(3)})
B_STATEMENT: Final = statement_of(B_ACTOR, {ANA: day(4), BO: day(2), CY: day(4)})
STATEMENTS: Final = (B_STATEMENT, C_STATEMENT)


def seen_of(document: Json, *, name: str) -> Seen:
    work = read(document)
    return Seen(
        author=work.attributed_to,
        author_name=name,
        author_handle=f"{name.lower()}@{work.attributed_to.split('/')[2]}",
        kind=work.media_kind.value,
        title=work.name,
        licence=find_licence(work.licence).id,
        licence_url=work.licence,
        record_digest=work.record_digest,
        media=tuple(each.digest for each in work.attachments if each.digest),
        published=work.published,
        updated=work.updated,
        fetched=None if work.attributed_to == BO else day(5, 12),
    )


def version_of(document: Json, *, name: str, envelope: Json | None = None) -> Version:
    return Version(
        record=document["id"],
        is_current=True,
        is_gone=False,
        seen=seen_of(document, name=name),
        document=document,
        envelope=envelope,
        digest=digest_json(document),
    )


RAIN_VERSION: Final = version_of(RAIN_RECORD, name="Ana")
MIX_VERSION: Final = version_of(MIX_RECORD, name="Bo")
OLD_MIX_VERSION: Final = version_of(OLD_MIX_RECORD, name="Bo")
DRUM_VERSION: Final = version_of(object_in(DRUM_CREATE) or {}, name="Cy", envelope=envelope_of(DRUM_CREATE))
TO_RAIN: Final = Derivation(
    record=REMIX,
    source=RAIN,
    relation=Relation.ADAPTS,
    added_by=AddedBy.AUTHOR,
    is_claim=False,
    permission=Clearance.GRANTED,
    acknowledgement=Acknowledgement.ACKNOWLEDGED,
    licence="CC-BY-ND-4.0",
    source_version=RAIN_VERSION.digest,
    stamp=STAMP,
)
TO_DRUM: Final = Derivation(
    record=REMIX,
    source=DRUM,
    relation=Relation.SAMPLES,
    added_by=AddedBy.AUTHOR,
    is_claim=False,
    permission=Clearance.BY_LICENCE,
    acknowledgement=Acknowledgement.DECLARED,
    licence="CC-BY-4.0",
    source_version=DRUM_VERSION.digest,
    stamp=None,
)


def public_key(owner: str, since: datetime = LATER) -> Key:
    return Key(id=key_id(owner), owner=owner, multibase=key_of(owner).public.multibase, since=since)


KEYS: Final = (
    public_key(ANA, day(4)),
    public_key(BO, day(2)),
    public_key(CY, day(4)),
    public_key(B_ACTOR, day(1)),
    public_key(C_ACTOR, day(4)),
)
FILE: Final = LineageFile(
    record=REMIX,
    exporter=B_ACTOR,
    is_whole=True,
    versions=(RAIN_VERSION, MIX_VERSION, DRUM_VERSION),
    derivations=(TO_RAIN, TO_DRUM),
    keys=KEYS,
    witnesses=STATEMENTS,
    silences=(Silence(instance="https://a.example", why="no answer"),),
)
THIEF: Final = read_private_key(secret_of(seed_of("whoever invents a key")))


def bytes_of(file: LineageFile) -> bytes:
    """`file` without a proof over it as a whole: what is wrong shows in its parts alone."""
    return canonical(document_of(replace(file, proof=None)))


def lineage() -> bytes:
    return sign_file(FILE, key=key_of(B_ACTOR), key_id=key_id(B_ACTOR))


def with_versions(**changed: Version) -> LineageFile:
    named = {"rain": RAIN_VERSION, "mix": MIX_VERSION, "drum": DRUM_VERSION} | changed
    return replace(FILE, versions=tuple(named.values()))


def with_document(version: Version, document: Json) -> Version:
    return replace(version, document=document, digest=digest_json(document))


def with_edit(**changed: Any) -> LineageFile:
    """The newest version of the remix is another one, and its author has signed that."""
    return with_versions(mix=with_document(MIX_VERSION, signed(MIX_NOTE | changed, BO, day(6))))


def with_derivations(*derivations: Derivation) -> LineageFile:
    return replace(FILE, derivations=derivations)


def with_key(whose: str, **changed: Any) -> LineageFile:
    return replace(FILE, keys=tuple(replace(key, **changed) if key.owner == whose else key for key in KEYS))


def invented() -> LineageFile:
    """Whoever made the file has signed everything of ana's with a key of their own, under the name of hers."""
    rain = with_document(RAIN_VERSION, signed(RAIN_NOTE, ANA, day(1), key=THIEF))
    mix = signed(MIX_NOTE | {"editStatement": edit_of(key=THIEF).write()}, BO, day(6))
    file = with_versions(rain=rain, mix=with_document(MIX_VERSION, mix))
    stamped = replace(TO_RAIN, source_version=rain.digest, stamp=stamp_of(key=THIEF))
    keys = tuple(replace(key, multibase=THIEF.public.multibase) if key.owner == ANA else key for key in KEYS)
    return replace(file, derivations=(stamped, TO_DRUM), keys=keys, witnesses=(C_STATEMENT,))


def twice_said() -> bytes:
    whole = bytes_of(FILE)
    said = b'"type":"LineageFile"'
    return whole.replace(said, said + b"," + said)


def nested() -> bytes:
    return b'{"@context":' + b"[" * 200 + b"]" * 200 + b"}"


BROKEN: Final[Mapping[str, tuple[str, Callable[[], bytes], str]]] = {
    "byte-changed": (
        "One letter of a name is another one.",
        lambda: lineage().replace(b'"name":"Ana"', b'"name":"Anb"'),
        "file-proof-wrong",
    ),
    "space-added": ("There is a space at the end.", lambda: lineage() + b" ", "file-not-canonical"),
    "key-twice": ("One object has the same key twice.", twice_said, "file-unreadable"),
    "nested": ("Lists in lists, two hundred deep.", nested, "file-unreadable"),
    "other-format": (
        "The file says that it is of version 2.",
        lambda: canonical(document_of(FILE) | {"version": 2}),
        "file-version",
    ),
    "order-changed": (
        "The records stand in another order.",
        lambda: canonical(document_of(replace(FILE, proof=None)) | {"records": document_of(FILE)["records"][::-1]}),
        "file-not-canonical",
    ),
    "record-changed": (
        "One word of a signed record is another one.",
        lambda: bytes_of(
            with_versions(
                rain=with_document(RAIN_VERSION, RAIN_RECORD | {"content": "<p>Rain on the roof of a barn.</p>"})
            )
        ),
        "record-changed",
    ),
    "note-changed": (
        "What is noted about a record names another title.",
        lambda: bytes_of(
            with_versions(rain=replace(RAIN_VERSION, seen=replace(RAIN_VERSION.seen, title="Hail on tin")))
        ),
        "record-note",
    ),
    "records-swapped": (
        "Two signed records stand under each other's address.",
        lambda: bytes_of(
            with_versions(
                rain=replace(DRUM_VERSION, record=RAIN, seen=RAIN_VERSION.seen),
                drum=replace(RAIN_VERSION, record=DRUM, seen=DRUM_VERSION.seen),
            )
        ),
        "record-swapped",
    ),
    "old-version": (
        "The remix is an older version, signed as well, to which nobody agreed.",
        lambda: bytes_of(with_versions(mix=OLD_MIX_VERSION)),
        "stamp-version",
    ),
    "key-of-another": (
        "The source is signed with the key of the author of the remix.",
        lambda: bytes_of(
            with_versions(
                rain=with_document(
                    RAIN_VERSION,
                    add_proof(RAIN_NOTE, key=key_of(BO), verification_method=key_id(BO), created=day(1)),
                )
            )
        ),
        "record-signer",
    ),
    "author-elsewhere": (
        "A record on one instance says that it is by somebody on another.",
        lambda: bytes_of(
            with_versions(rain=with_document(RAIN_VERSION, signed(RAIN_NOTE | {"attributedTo": CY}, CY, day(1))))
        ),
        "record-author",
    ),
    "key-invented": (
        "Everything of one author is signed with a key that was made for the file.",
        lambda: bytes_of(invented()),
        "key-contradicted",
    ),
    "key-foreign": (
        "A key of one instance is said to belong to somebody on another.",
        lambda: bytes_of(with_key(ANA, owner=BO)),
        "key-foreign",
    ),
    "stamp-moved": (
        "The stamp stands with another source.",
        lambda: bytes_of(with_derivations(replace(TO_RAIN, stamp=None), replace(TO_DRUM, stamp=STAMP))),
        "stamp-moved",
    ),
    "stamp-changed": (
        "The stamp names another licence than the one that was signed.",
        lambda: bytes_of(
            with_derivations(
                replace(TO_RAIN, stamp=STAMP | {"license": "https://creativecommons.org/publicdomain/zero/1.0/"}),
                TO_DRUM,
            )
        ),
        "stamp-wrong",
    ),
    "stamp-by-another": (
        "The author of the remix has given the stamp to themselves.",
        lambda: bytes_of(with_derivations(replace(TO_RAIN, stamp=stamp_of(owner=BO)), TO_DRUM)),
        "stamp-signer",
    ),
    "edit-changed": (
        "What a co-author signed about a version names another moment.",
        lambda: bytes_of(with_edit(editStatement=EDIT.write() | {"published": write_instant(day(5))})),
        "edit-wrong",
    ),
    "edit-moved": (
        "What a co-author signed about one record stands in another one.",
        lambda: bytes_of(
            with_versions(
                rain=with_document(RAIN_VERSION, signed(RAIN_NOTE | {"editStatement": EDIT.write()}, ANA, day(1)))
            )
        ),
        "edit-moved",
    ),
    "edit-of-another-version": (
        "What a co-author signed about a version stands in one to which the author of the record has added a tag.",
        lambda: bytes_of(with_edit(tag=[*MIX_NOTE["tag"], {"type": "Hashtag", "name": "#Cover"}])),
        "edit-version",
    ),
    "edit-by-a-stranger": (
        "Somebody has signed that they made a version, and the record names somebody else for it.",
        lambda: bytes_of(with_edit(editStatement=edit_of(editor=CY).write())),
        "edit-stranger",
    ),
    "edit-with-key-of-another": (
        "What a co-author is said to have signed is signed by the author of the record.",
        lambda: bytes_of(with_edit(editStatement=edit_of(named=BO).write())),
        "edit-signer",
    ),
    "edit-with-key-invented": (
        "What a co-author is said to have signed is signed with a key that was made for the file, beside their own.",
        lambda: bytes_of(
            replace(
                with_edit(editStatement=edit_of(key=THIEF).write()),
                keys=(*KEYS, replace(public_key(ANA), multibase=THIEF.public.multibase)),
            )
        ),
        "key-contradicted",
    ),
    "edit-unreadable": (
        "What a co-author signed has a member that nobody signed.",
        lambda: bytes_of(with_edit(editStatement=EDIT.write() | {"license": MIX_NOTE["license"]})),
        "edit-unreadable",
    ),
    "derivation-removed": (
        "A source that the record names is missing.",
        lambda: bytes_of(with_derivations(TO_DRUM)),
        "derivation-missing",
    ),
    "derivation-added": (
        "A source is said to be named by the record, which does not name it.",
        lambda: bytes_of(
            with_derivations(
                TO_RAIN,
                TO_DRUM,
                replace(TO_DRUM, record=DRUM, source=RAIN, source_version=None, licence=None),
            )
        ),
        "derivation-invented",
    ),
    "relation-changed": (
        "The record says that it adapts its source; the file says that it was only inspired by it.",
        lambda: bytes_of(with_derivations(replace(TO_RAIN, relation=Relation.INSPIRED_BY), TO_DRUM)),
        "derivation-relation",
    ),
    "permission-invented": (
        "The file says that the licence permits what it does not permit.",
        lambda: bytes_of(with_derivations(replace(TO_RAIN, permission=Clearance.BY_LICENCE), TO_DRUM)),
        "permission-wrong",
    ),
    "licence-changed": (
        "The file notes another licence for the source than the source has.",
        lambda: bytes_of(with_derivations(TO_RAIN, replace(TO_DRUM, licence="CC0-1.0"))),
        "licence-wrong",
    ),
    "witness-invented": (
        "A statement about keys is not signed by the instance that is said to make it.",
        lambda: bytes_of(replace(FILE, witnesses=(B_STATEMENT, statement_of(C_ACTOR, {ANA: day(1)}, key=THIEF)))),
        "witness-wrong",
    ),
    "said-twice": (
        "There are two versions of a record, and both are called the newest.",
        lambda: bytes_of(replace(FILE, versions=(*FILE.versions, OLD_MIX_VERSION))),
        "file-twice",
    ),
}
"""For each broken file what is wrong with it, how it is made, and the code of what has to be found."""


def report_of(data: bytes) -> Report:
    return verify(data, now=NOW)


def told(report: Report) -> Json:
    """What is found, by code."""
    return {
        "findings": [each.code for each in report.findings],
        "derivations": [
            {"record": each.record, "source": each.source, "findings": [found.code for found in each.findings]}
            for each in report.derivations
        ],
        "records": [{"id": each.id, "findings": [found.code for found in each.findings]} for each in report.records],
        "keys": [{"id": each.id, "findings": [found.code for found in each.findings]} for each in report.keys],
    }


def steps_of(document: Json) -> Json:
    """How a proof comes about, step by step."""
    options = {name: value for name, value in document["proof"].items() if name != "proofValue"}
    plain = {name: value for name, value in document.items() if name != "proof"}
    hashes = [hashlib.sha256(canonical(part)).hexdigest() for part in (options, plain)]
    return {
        "canonicalProofOptions": canonical(options).decode(),
        "canonicalDocument": canonical(plain).decode(),
        "proofOptionsHash": hashes[0],
        "documentHash": hashes[1],
        "signedBytes": "".join(hashes),
        "proofValue": document["proof"]["proofValue"],
    }


def pretty(value: Any) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def vectors() -> dict[str, bytes]:
    """Every file below docs/fep/vectors, by name."""
    keys = [
        {
            "owner": owner,
            "id": key_id(owner),
            "seed": seed_of(owner).hex(),
            "secretKeyMultibase": secret_of(seed_of(owner)),
            "publicKeyMultibase": key_of(owner).public.multibase,
            "fingerprint": key_of(owner).public.fingerprint,
        }
        for owner in OWNERS
    ]
    notes = {"source": RAIN_NOTE, "remix": MIX_NOTE}
    proved = {"source.json": RAIN_RECORD, "stamp.json": STAMP, "edit.json": EDIT.signed()}
    files = {
        "keys.json": pretty(keys),
        "source.json": pretty(RAIN_RECORD),
        "remix.json": pretty(MIX_RECORD),
        "create.json": pretty(DRUM_CREATE),
        "stamp.json": pretty(STAMP),
        "edit.json": pretty(EDIT.signed()),
        "witness.json": pretty(C_STATEMENT),
        "digests.json": pretty(
            {
                name: {
                    "canonical": canonical(digested(read(document))).decode(),
                    "recordDigest": record_digest(read(document)),
                    "canonicalEdit": canonical(edited(read(document))).decode(),
                    "editDigest": edit_digest(read(document)),
                }
                for name, document in notes.items()
            }
        ),
        "proofs.json": pretty({name: steps_of(document) for name, document in proved.items()}),
        "lineage.json": lineage(),
    }
    expected: dict[str, Json] = {"lineage.json": {"isFalse": False, **told(report_of(lineage()))}}
    for name, (words, make, code) in BROKEN.items():
        file = f"broken/{name}.json"
        files[file] = make()
        expected[file] = {"what": words, "isFalse": True, "mustFind": code}
    files["expected.json"] = pretty({"now": "2026-12-01T00:00:00Z", "trusting": [], "files": expected})
    return files


def write() -> None:
    for name, data in vectors().items():
        path = VECTORS / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


if __name__ == "__main__":
    write()
