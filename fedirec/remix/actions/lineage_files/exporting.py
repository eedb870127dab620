"""The lineage of a record becomes one file, which can be checked wherever and whenever."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from typing import Final

from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.remote import Remote
from fedirec.activitypub.site import Site
from fedirec.remix.actions.lineage_files.derivations import derivations_in
from fedirec.remix.actions.lineage_files.signing import signers_of
from fedirec.remix.actions.lineage_files.testimony import (
    editors_on,
    hear_witnesses,
    keys_named,
    methods_on,
    proved_part,
)
from fedirec.remix.actions.lineage_files.turns import in_turn
from fedirec.remix.actions.lineage_files.versions import versions_in
from fedirec.remix.lineage_file import (
    MAX_RECORDS,
    Derivation,
    LeftOut,
    LineageFile,
    Why,
    sign_file,
)
from fedirec.remix.models import Record
from fedirec.remix.queries.lineage_files import Surroundings, surroundings_of

MAX_RELATIVES: Final = 300
"""Relatives in a file that a server makes for whoever asks; the command line takes more."""


async def export_lineage(
    record: Record, *, site: Site, keyring: Keyring, remote: Remote | None = None, limit: int = MAX_RECORDS
) -> bytes:
    """The file of the lineage of `record`, which is public and comes with its author, signed by this instance.

    With `remote`, instances that appear in it are asked what they know of its keys. Up to `limit` relatives.
    """
    around = await surroundings_of(record, limit=limit)
    signers = await signers_of(around, keyring)
    made = await in_turn(versions_in, around, signers)
    derivations = await in_turn(derivations_in, around, made, signers)
    versions = list({(version.record, version.digest): version for version in made.values()}.values())
    signed = methods_on([*(proved_part(version) for version in versions), *(each.stamp for each in derivations)])
    # Anybody can be named there: whoever has no such key, as far as is known here, is nobody to ask others about.
    signed += [(key.owner, key.id) for key in await keys_named(set(editors_on(versions)))]
    heard = await hear_witnesses([owner for owner, _method in signed], versions, site, keyring, remote)
    instance_actor = site.uris.instance_actor
    key_id, key = await keyring.key_of(site.actor_id, "ed25519")
    keys = await keys_named({*signed, *methods_on(heard.statements), (instance_actor, key_id)})
    file = LineageFile(
        record=record.uri,
        exporter=instance_actor,
        is_whole=around.is_whole,
        versions=tuple(versions),
        derivations=tuple(derivations),
        keys=tuple(keys),
        witnesses=tuple(heard.statements),
        silences=tuple(heard.silences),
        left_out=tuple(_left_out(around, {version.record for version in versions}, derivations)),
    )
    return await in_turn(partial(sign_file, file, key=key, key_id=key_id))


def _left_out(around: Surroundings, there: Collection[str], derivations: Iterable[Derivation]) -> list[LeftOut]:
    """What is missing, and why. What is not public is named only where a public record names it."""
    named = {each.source for each in derivations}
    found = {each.record: each for each in around.left_out if each.record in named and each.record not in there}
    why = Why.UNKNOWN if around.is_whole else Why.TOO_MANY
    for source in named - set(there) - set(found):
        found[source] = LeftOut(record=source, why=why)
    return list(found.values())
