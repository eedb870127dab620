"""New keys for everybody here, for the day on which somebody else has the old ones."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from tortoise.expressions import Subquery
from tortoise.queryset import QuerySet

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.providers import reseal_credentials
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.actors import NewKeys, new_keys, publish_actor_update, spelling_of
from fedirec.activitypub.actors.ours import ED25519_FRAGMENT, RSA_FRAGMENT
from fedirec.activitypub.keyring import Keyring, draft_of
from fedirec.activitypub.keys import PrivateKey
from fedirec.activitypub.models import Actor, ActorKey, SigningKey
from fedirec.activitypub.site import Site
from fedirec.db import execute, transaction
from fedirec.errors import Misconfigured
from fedirec.projects.actions.announcing import publish_project_update
from fedirec.projects.models import Project
from fedirec.remix.actions.challenge_news import publish_group_update
from fedirec.remix.models import Challenge
from fedirec.remix.queries.partners import partners_of_ours
from fedirec.uris import new_key

_AT_ONCE: Final = 500


async def renew_keys(doer: Doer, site: Site, file: Path) -> int:
    """Everybody here signs with new keys, sealed with a new master key in `file`; their followers will hear of it.

    No process may serve meanwhile: it would go on with the old ones. One that is killed is to be done again. Answers
    for how many actors. Raises Misconfigured when the master key is not the one of this database.
    """
    require(doer, Permission.MANAGE_INSTANCE)
    draft = draft_of(file)
    if draft.exists():
        if await _fits(Keyring.open(draft), site):
            _settle(draft, file)  # the database has had it, and only the file was late
            return await _signers().count()
        draft.unlink()
    old = Keyring.open(file)
    await old.key_of(site.actor_id, "rsa")
    signers = await _signers()
    members = [actor for actor in signers if actor.state != "deleted"]
    made = [(actor, await new_keys()) for actor in members]
    former = {actor.id: await old.key_of(actor.id, "ed25519") for actor in members}
    new = Keyring.open(draft)
    async with transaction():
        kept = await _resealed(old, new, [actor.id for actor in signers if actor.state == "deleted"])
        await SigningKey.all().delete()
        await _end_known([actor.id for actor in members])
        await _begin(new, made)
        await SigningKey.bulk_create(kept)
        await reseal_credentials(old, new)
        # They are sealed, and kept for a day only: a program that asks again is answered anew.
        await execute("DELETE FROM kept_answer")
        await _tell(members, former)
        await audit(doer, "renew_keys", site.origin, actors=len(members))
    _settle(draft, file)
    return len(members)


def _signers() -> QuerySet[Actor]:
    """Who of ours has keys, those who left a short while ago too."""
    return Actor.filter(id__in=Subquery(SigningKey.all().values("actor_id")), is_local=True).order_by("id")


async def _fits(keyring: Keyring, site: Site) -> bool:
    try:
        await keyring.key_of(site.actor_id, "rsa")
    except Misconfigured:
        return False
    return True


async def _resealed(old: Keyring, new: Keyring, actors: Sequence[int]) -> list[SigningKey]:
    """The keys of those who left: what still says so is on its way, and nobody can look up new ones."""
    rows = await SigningKey.filter(actor_id__in=actors).order_by("id") if actors else []
    return [
        SigningKey(
            actor_id=row.actor_id,
            key_id=row.key_id,
            kind=row.kind,
            secret=new.seal(old.unseal(bytes(row.secret), label=row.key_id), label=row.key_id),
        )
        for row in rows
    ]


async def _end_known(actors: Sequence[int]) -> None:
    """None of the keys that `actors` had so far is theirs any more."""
    for start in range(0, len(actors), _AT_ONCE):
        rows = await ActorKey.filter(actor_id__in=actors[start : start + _AT_ONCE]).order_by("id")
        latest = {(row.actor_id, row.key_id): row for row in rows}
        ended = [row for row in latest.values() if row.fingerprint]
        await ActorKey.bulk_create(
            [
                ActorKey(actor_id=row.actor_id, key_id=row.key_id, kind=row.kind, public="", fingerprint="")
                for row in ended
            ]
        )


async def _begin(keyring: Keyring, made: Sequence[tuple[Actor, NewKeys]]) -> None:
    """These actors sign with these keys. They have new names, so that nobody mistakes them for those that they knew."""
    public, private = list[ActorKey](), list[SigningKey]()
    for actor, keys in made:
        for fragment, key in ((RSA_FRAGMENT, keys.rsa), (ED25519_FRAGMENT, keys.ed25519)):
            key_id = f"{actor.uri}{fragment}-{new_key()}"
            known = {"actor_id": actor.id, "key_id": key_id, "kind": key.kind}
            public.append(ActorKey(**known, public=spelling_of(key), fingerprint=key.public.fingerprint))
            private.append(SigningKey(**known, secret=keyring.seal(key.pem.encode(), label=key_id)))
    await ActorKey.bulk_create(public)
    await SigningKey.bulk_create(private)


async def _tell(members: Sequence[Actor], former: Mapping[int, tuple[str, PrivateKey]]) -> None:
    """Whoever follows these, or agreed to something with them, will hear that they have other keys.

    The `former` key says so: with the new one alone, it could be anybody who has our domain by now.
    """
    challenges = {row.actor_id: row for row in await Challenge.filter(actor__is_local=True, state__not="draft")}
    launched = Project.filter(actor__is_local=True, launched_at__not_isnull=True).select_related("actor")
    projects = {row.actor_id: row for row in await launched}
    partners = await partners_of_ours()
    everybody = {actor.id: actor for some in partners.values() for actor in some}
    for actor in members:
        if challenge := challenges.get(actor.id):
            await publish_group_update(challenge, proved_by=former[actor.id])
        elif project := projects.get(actor.id):
            await publish_project_update(project, proved_by=former[actor.id])
        elif actor.type == "Person":
            await publish_actor_update(actor, to=partners.get(actor.id, ()), proved_by=former[actor.id])
        elif actor.type == "Application":
            await publish_actor_update(actor, to=everybody.values(), proved_by=former[actor.id])


def _settle(draft: Path, file: Path) -> None:
    """The new master key has taken the place of the one before, and stays there after a power cut."""
    draft.replace(file)
    folder = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
