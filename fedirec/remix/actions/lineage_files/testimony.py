"""The keys that a lineage file needs, and what this instance and others say of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.activitypub.vocab import Json
from fedirec.remix.actions.witnesses import NOT_ASKED, Heard, ask_witnesses, make_statement
from fedirec.remix.lineage_file import (
    Key,
    Silence,
    Version,
)
from fedirec.remix.lineage_file.contents import MAX_SILENCES, MAX_WITNESSES
from fedirec.remix.lineage_file.witnesses import batches
from fedirec.remix.queries.witnesses import history_of
from fedirec.remix.vocab.edits import EditStatement
from fedirec.uris import Uris, origin_of

MAX_OWN: Final = 100
"""Statements of this instance in one file."""


def proved_part(version: Version) -> Json | None:
    """The JSON over which its author made the proof."""
    document = version.document
    return version.envelope if document is not None and "proof" not in document else document


def methods_on(signed: Iterable[Json | None]) -> list[tuple[str, str]]:
    """Who is said to have signed each of these, and with which key."""
    found = []
    for document in signed:
        proof = document.get("proof") if document else None
        owner = document.get("attributedTo", document.get("actor")) if document else None
        method = proof.get("verificationMethod") if isinstance(proof, dict) else None
        if isinstance(owner, str) and isinstance(method, str):
            found.append((owner, method))
    return found


def editors_on(versions: Iterable[Version]) -> list[tuple[str, str]]:
    """Who is said to have made each of these as a co-author, and with which key they signed that."""
    said = (EditStatement.find(version.document.get("editStatement")) for version in versions if version.document)
    return [(statement.editor, statement.key_id) for statement in said if statement is not None]


async def hear_witnesses(
    people: Sequence[str], versions: Iterable[Version], site: Site, keyring: Keyring, remote: Remote | None
) -> Heard:
    """What this instance says of the keys of `people`, and what others say whom it may ask."""
    origins = [origin_of(version.seen.author) for version in versions]
    others = [origin for origin in origins if origin != site.origin]
    actors = [Uris(origin).instance_actor for origin in dict.fromkeys(others)]
    everybody = [*people, site.uris.instance_actor, *actors]
    if remote is None:
        heard = Heard(silences=[Silence(instance=origin, why=NOT_ASKED) for origin in dict.fromkeys(others)])
    else:
        heard = await ask_witnesses(remote, everybody, instances=others)
    heard.silences = sorted(heard.silences, key=lambda each: each.instance)[:MAX_SILENCES]
    own = [await make_statement(site, keyring, batch) for batch in batches(site.origin, everybody)[:MAX_OWN]]
    heard.statements = [*own, *heard.statements][:MAX_WITNESSES]
    return heard


async def keys_named(wanted: Collection[tuple[str, str]]) -> list[Key]:
    """The keys of those names, as they were seen here; a name may have had several."""
    found: dict[tuple[str, str, str], Key] = {}
    for row in await history_of({owner for owner, _method in wanted}):
        name = row["owner"], row["key_id"], row["fingerprint"]
        if row["fingerprint"] and name[:2] in wanted and name not in found:
            public = read_public_key(row["public"]).multibase
            found[name] = Key(id=row["key_id"], owner=row["owner"], multibase=public, since=row["seen_at"])
    return list(found.values())
