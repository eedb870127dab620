"""What people let others see of what they can do, what they are available for, and what they like."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from fedirec.accounts.boundaries import not_away
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Doc, Json
from fedirec.db.rows import fetch_tuples
from fedirec.remix.models import Ability, Profile, TagFollow
from fedirec.remix.queries.parts import actors_in
from fedirec.remix.skills import MAX_SKILLS, SKILLS
from fedirec.remix.vocab.tags import find_hashtag, hashtag_key

MAX_INTERESTS: Final = 20
"""Tags that stand on one profile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says of themselves beside their name and their words."""

    skills: Sequence[str] = ()
    """Codes of `skills.SKILLS`."""
    available_for: str = ""
    interests: Sequence[str] = ()

    def __bool__(self) -> bool:
        return bool(self.skills or self.available_for or self.interests)


async def said_by(actor: Actor) -> Said:
    """What `actor`, here or elsewhere, lets everybody see; nothing of who is not active."""
    if actor.state != "active":
        return Said()
    profile = await Profile.get_or_none(actor_id=actor.id)
    return Said(
        skills=await abilities_of(actor),
        available_for=profile.available_for if profile else "",
        interests=await shown_interests(actor),
    )


async def people_who_can(skill: str, *, viewer: Actor | None, but: Sequence[int] = (), limit: int) -> list[Actor]:
    """People here and elsewhere who let others see that they have `skill`, who said so last in front.

    None from whom `viewer` keeps away, who are quiet, or who do not want to be found.
    """
    near = not_away(viewer)
    rows = await fetch_tuples(
        "SELECT b.actor_id FROM ability b CROSS JOIN actor a WHERE a.id = b.actor_id AND b.skill = ? "  # noqa: S608
        f"AND a.state = 'active' AND a.type = 'Person' AND a.is_indexable AND NOT a.without_name AND {near.sql} "
        "ORDER BY b.id DESC LIMIT ?",
        skill,
        *near.values,
        limit + len(but),
    )
    keys = [int(key) for (key,) in rows if key not in but][:limit]
    found = await actors_in(set(keys))
    return [found[key] for key in keys if key in found]


def read_interests(document: Json) -> list[str]:
    """The tags that somebody elsewhere says they like, up to MAX_INTERESTS."""
    named = (find_hashtag(entry.find_text("name")) for entry in Doc(document).docs("interest"))
    return list(dict.fromkeys(hashtag_key(name) for name in named if name))[:MAX_INTERESTS]


async def abilities_of(actor: Actor) -> list[str]:
    """The skills that `actor`, here or elsewhere, lets others see, in the order in which they are offered."""
    found = {row.skill for row in await Ability.filter(actor_id=actor.id).limit(2 * MAX_SKILLS)}
    return [skill.code for skill in SKILLS if skill.code in found]


async def shown_interests(actor: Actor) -> list[str]:
    """The tags that `actor`, here or elsewhere, lets others see that they like, by name."""
    if not actor.is_local:
        return read_interests(actor.document or {})
    rows = TagFollow.filter(actor_id=actor.id, is_shown=True).order_by("name").limit(MAX_INTERESTS)
    return [row.name for row in await rows]
