"""People, and how they are with each other."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.activitypub.actors.vouching import key_changed_at
from fedirec.activitypub.models import Actor, Follow
from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Listed, Row, Sent, Shape, Text
from fedirec.html import clean
from fedirec.remix.queries.people import acquaintance_of
from fedirec.remix.queries.profiles import said_by


class Person(Shape):
    """Somebody, or the Group of a challenge, here or elsewhere."""

    id: int
    uri: str = Field(description="The id in the federation.")
    url: str = Field(description="The page on this instance.")
    handle: str
    name: str
    icon_url: str | None
    is_here: bool
    host: str
    state: str = Field(description="active, suspended or deleted.")


class WholePerson(Person):
    """Somebody with what they say of themselves, and how the owner of the token is with them."""

    summary_html: str
    approves_followers: bool
    you_follow: bool
    you_asked: bool
    is_you: bool
    skills: list[str] = Field(description="What they let others see that they can do, as codes of roles.")
    available_for: str
    interests: list[str] = Field(description="The tags that they let others see that they like.")
    moved_to: str | None = Field(description="The id of the account where they live now.")
    you_block: bool
    you_mute: bool
    keys_changed_at: datetime | None = Field(
        description="Since when their server has other keys for them, and no key that was known before says so: "
        "perhaps somebody else has the domain now. What they said before stands."
    )


class People(Listed):
    items: list[Person]


class FollowMade(Shape):
    """Somebody follows somebody, or has asked to."""

    id: int
    person: Person
    is_accepted: bool
    since: datetime


class Follows(Listed):
    items: list[FollowMade]


class WhoToFollow(Sent):
    """Exactly one of them."""

    person: Row | None = Field(None, description="The id of a person or of the Group of a challenge, as known here.")
    address: Text | None = Field(None, min_length=3, max_length=2048, description="A handle or an address.")


class Tags(Shape):
    tags: list[str]


def show_person(call: Call, actor: Actor) -> Person:
    """How `actor`, ours or not, is told to programs."""
    return Person(**_shown(call, actor))  # type: ignore[arg-type]


async def show_whole_person(call: Call, actor: Actor) -> WholePerson:
    """The same, with everything that their page says."""
    known, said = await acquaintance_of(call.looker, actor), await said_by(actor)
    return WholePerson(
        **_shown(call, actor),  # type: ignore[arg-type]
        summary_html=clean(actor.summary) if actor.summary and actor.state == "active" else "",
        approves_followers=actor.approves_followers,
        you_follow=known.follows,
        you_asked=known.asked,
        is_you=known.is_self,
        skills=list(said.skills),
        available_for=said.available_for,
        interests=list(said.interests),
        moved_to=actor.moved_to if actor.state == "active" else None,
        you_block=known.is_blocked,
        you_mute=known.boundary is not None and not known.is_blocked,
        keys_changed_at=None if actor.is_local else await key_changed_at(actor.id),
    )


def show_follow(call: Call, row: Follow, actor: Actor) -> FollowMade:
    return FollowMade(
        id=row.id, person=show_person(call, actor), is_accepted=row.accepted_at is not None, since=row.created_at
    )


def _shown(call: Call, actor: Actor) -> dict[str, object]:
    cards = call.cards
    icon = cards.icon_of(actor)
    return {
        "id": actor.id,
        "uri": actor.uri,
        "url": call.absolute(cards.person_url(actor)),
        "handle": f"@{actor.handle}@{actor.host}",
        "name": actor.name or actor.handle,
        "icon_url": call.absolute(icon) if icon else None,
        "is_here": actor.is_local,
        "host": actor.host,
        "state": actor.state,
    }
