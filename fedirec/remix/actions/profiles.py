"""What people say of what they can do, and what they like: to others only if they want to, and then everywhere."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

from fedirec.accounts.models import Account
from fedirec.activitypub.actors import publish_actor_update
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Json
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Invalid
from fedirec.lanes import Done, Job, Outcome
from fedirec.remix.models import Ability, Profile, TagFollow
from fedirec.remix.queries.profiles import MAX_INTERESTS, abilities_of, shown_interests
from fedirec.remix.roles import RELATORS, find_role
from fedirec.remix.skills import CODES, MAX_SKILLS, read_skills
from fedirec.remix.vocab.tags import Hashtag, hashtag_key
from fedirec.remix.vocab.text import clean_line
from fedirec.uris import Uris, origin_of

MAX_WORDS: Final = 300
"""Characters of what somebody is available for."""


async def change_profile(
    account: Account,
    *,
    skills: Collection[str] | None = None,
    shows_skills: bool | None = None,
    available_for: str | None = None,
    interests: Collection[str] | None = None,
) -> Profile:
    """`account`, which comes with its actor, says this of itself; what is None stays as it is.

    Others see the skills when it `shows_skills`, of the tags that it follows those of `interests`, and always what it
    is `available_for`; its followers hear of it. Raises Invalid with the field.
    """
    actor = account.actor
    named = read_skills(skills) if skills is not None else list(account.skills or [])
    words = None if available_for is None else " ".join(available_for.split())
    if words is not None and len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="available_for", blanks={"n": MAX_WORDS})
    shown = None if interests is None else {hashtag_key(name)[:100] for name in interests}
    if shown is not None and len(shown) > MAX_INTERESTS:
        raise Invalid("You can show up to %(n)s interests.", field="interests", blanks={"n": MAX_INTERESTS})
    async with transaction():
        account.skills = named or None
        await account.save(update_fields=["skills"])
        profile, _ = await Profile.get_or_create(actor_id=actor.id)
        profile.shows_skills = profile.shows_skills if shows_skills is None else shows_skills
        profile.available_for = profile.available_for if words is None else words
        profile.updated_at = now()
        await profile.save()
        await _save_abilities(actor.id, named if profile.shows_skills else ())
        if shown is not None:
            await (
                TagFollow.filter(actor_id=actor.id, is_shown=True)
                .exclude(name__in=shown or {""})
                .update(is_shown=False)
            )
            await TagFollow.filter(actor_id=actor.id, name__in=shown or {""}).update(is_shown=True)
        await tell_profile(actor)
    return profile


async def tell_profile(actor: Actor) -> None:
    """The document of a local `actor` says what their profile says, and their followers hear of it if that is new.

    Part of the caller's transaction.
    """
    profile = await Profile.get_or_none(actor_id=actor.id)
    skills = await abilities_of(actor)
    tags = await shown_interests(actor)
    uris = Uris(origin_of(actor.uri))
    further: Json = {}
    if skills:
        further["skills"] = [RELATORS + code for code in skills]
    if tags:
        further["interest"] = [Hashtag(name=tag, href=uris.tag(tag)).write() for tag in tags]
    if profile is not None and profile.available_for:
        further["availableFor"] = profile.available_for
    if further != (actor.further or {}):
        actor.further = further or None
        await actor.save(update_fields=["further"])
        await publish_actor_update(actor)


async def keep_profile(job: Job) -> Outcome:
    """What somebody elsewhere says in their own document of what they can do is what is known here."""
    actor = await Actor.get_or_none(id=job.payload["actor"], is_local=False)
    if actor is None or actor.document is None:
        return Done()
    skills, available_for = read_profile(actor.document)
    async with transaction():
        if available_for or skills or await Profile.exists(actor_id=actor.id):
            profile, _ = await Profile.get_or_create(actor_id=actor.id)
            profile.available_for, profile.shows_skills, profile.updated_at = available_for, bool(skills), now()
            await profile.save()
        await _save_abilities(actor.id, skills)
    return Done()


def read_profile(document: Json) -> tuple[list[str], str]:
    """The skills that are known here, up to MAX_SKILLS, and what they are available for, as a document says it."""
    doc = Doc(document)
    roles = (find_role(value) for value in _addresses(doc.many("skills")))
    skills = dict.fromkeys(role.code for role in roles if role is not None and role.code in CODES)
    return list(skills)[:MAX_SKILLS], clean_line(doc.find_text("availableFor"), MAX_WORDS)


async def _save_abilities(actor_id: int, skills: Sequence[str]) -> None:
    await Ability.filter(actor_id=actor_id).exclude(skill__in=list(skills) or [""]).delete()
    rows = [Ability(actor_id=actor_id, skill=skill) for skill in skills]
    await Ability.bulk_create(rows, ignore_conflicts=True)


def _addresses(values: Sequence[Any]) -> list[str]:
    named = (value.get("id") if isinstance(value, dict) else value for value in values)
    return [value for value in named if isinstance(value, str)]
