"""Looking for somebody with a skill, answering that, and saying that they were found.

All of it is for challenges and projects of ours: those of other instances say in their own documents what they look
for (`save_needs`), and are answered there (`offering`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.actions.notifications import notify_actors
from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_have
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Offer
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from fedirec.remix.actions.challenge_news import publish_group_update
from fedirec.remix.actions.logbook import log
from fedirec.remix.logbook import Happening
from fedirec.remix.models import Challenge, LogEntry, Need
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import leaders_of_group, parts_in_group
from fedirec.remix.queries.needs import MAX_OF_ONE, needs_of
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.needs import MAX_WORDS, NeedObject
from fedirec.uris import new_key

MAX_ANSWERS_A_DAY: Final = 20
"""Needs that one person answers."""
MAX_KNOWN: Final = 200
"""Needs of one group elsewhere, ended ones with them, that are compared with what its document says now."""


async def name_need(by: Actor, group: Actor, skill: str, words: str, part_uri: str | None = None) -> Need:
    """`group`, a challenge or project of ours, looks for somebody with `skill`, and its followers hear of it.

    `part_uri` is the step that it is about. A project publishes itself: whoever calls this for one does so in the same
    transaction. Raises Forbidden for others than its leaders, Invalid with the field, Conflict for what is looked for
    already, or when MAX_OF_ONE things are.
    """
    refuse_unless(Deed.NAME_NEED, await parts_in_group(group, by))
    _refuse_foreign(group)
    said = _check(skill, words)
    async with transaction():
        running = await Need.filter(group_id=group.id, state="open").values("skill", "part_uri")
        if any(row["skill"] == skill and row["part_uri"] == part_uri for row in running):
            raise Conflict("That is looked for already.", field="skill")
        if len(running) >= MAX_OF_ONE:
            raise Conflict("Much is looked for already. Say first what was found.", field="skill")
        need = await Need.create(
            uri=f"{group.uri}/needs/{new_key()}", group=group, part_uri=part_uri, skill=skill, words=said
        )
        await log(group, Happening.NEED_NAMED, by=by, details={"need": need.uri, "skill": skill, "words": said})
        await _tell_followers(group)
    return need


async def fill_need(by: Actor, need: Need, *, person: Actor | None = None) -> Need:
    """`need`, which comes with its group, is looked for no more: `person`, or somebody, was found."""
    async with transaction():
        await _end(by, need, state="filled", person=person)
        await log(
            need.group,
            Happening.NEED_FILLED,
            by=by,
            person=person,
            details={"need": need.uri, "skill": need.skill},
        )
        if person is not None:
            about = {"title": need.group.name}
            await notify_actors([person], Notice.NEED_FILLED, by, need.uri, need.group.uri, about)
        await _tell_followers(need.group)
    return need


async def withdraw_need(by: Actor, need: Need) -> Need:
    """`need`, which comes with its group, is looked for no more, by nobody's doing."""
    async with transaction():
        await _end(by, need, state="withdrawn")
        await log(need.group, Happening.NEED_WITHDRAWN, by=by, details={"need": need.uri, "skill": need.skill})
        await _tell_followers(need.group)
    return need


async def answer_need(by: Actor, need: Need, words: str = "") -> None:
    """Those who lead the group of `need`, which comes with it, know that `by` could do that; once.

    Where it lives elsewhere, its own instance is told. Raises Conflict for what is looked for no more and for whoever
    leads it, TooMany after MAX_ANSWERS_A_DAY.
    """
    parts = await parts_in_group(need.group, by)
    refuse_unless(Deed.ANSWER_NEED, parts)
    said = words.strip()
    if len(said) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    if need.state != "open":
        raise Conflict("That is not looked for any more.")
    if need.group.is_local:
        await take_answer(by, need, said)
        return
    if not by.is_local:
        raise Forbidden("That lives on another instance. Please answer there.")
    lately = Outgoing.filter(actor_id=by.id, type=Offer.TYPE, created_at__gt=now() - timedelta(days=1))
    if await lately.count() >= MAX_ANSWERS_A_DAY:
        raise TooMany(retry_after=3600)
    if await Outgoing.exists(actor_id=by.id, type=Offer.TYPE, object_uri=need.uri):
        return
    offer: Offer[Any] = Offer(
        id=new_activity_uri(by),
        actor=by.uri,
        object=describe_need(need),
        target=need.group.uri,
        to=(need.group.uri,),
        published=now(),
        content=said or None,
    )
    async with transaction():
        await publish(by, offer, to=[need.group])


async def take_answer(by: Actor, need: Need, words: str) -> None:
    """The leaders of the group of `need`, one of ours, know that `by`, here or elsewhere, could do that.

    Raises Conflict for whoever leads it, TooMany after MAX_ANSWERS_A_DAY, Forbidden where they keep away from `by`.
    """
    leaders = await leaders_of_group(need.group)
    if by.id in {leader.id for leader in leaders}:
        raise Conflict("You lead it. Name those who were found.")
    for leader in leaders:
        await refuse_unwelcome(by, to=leader)
    said = LogEntry.filter(person_id=by.id, kind=Happening.NEED_ANSWERED.value)
    if any(
        (row["details"] or {}).get("need") == need.uri
        for row in await said.filter(group_id=need.group_id)
        .limit(MAX_OF_ONE * MAX_ANSWERS_A_DAY)
        .order_by("-id")
        .values("details")
    ):
        return
    if await said.filter(created_at__gt=now() - timedelta(days=1)).count() >= MAX_ANSWERS_A_DAY:
        raise TooMany(retry_after=3600)
    async with transaction():
        # What they say to the leaders is not for everybody.
        details = {"need": need.uri, "skill": need.skill}
        await log(need.group, Happening.NEED_ANSWERED, by=by, person=by, details=details)
        about = {"title": need.group.name, "reason": words}
        await notify_actors(leaders, Notice.NEED_ANSWERED, by, need.uri, need.group.uri, about)


async def save_needs(group: Actor, described: Sequence[NeedObject]) -> None:
    """What `group`, of another instance, looks for is what its own document says; part of the caller's transaction.

    What it does not name any more is not looked for any more. Of needs at addresses that it cannot have, nothing is
    kept.
    """
    if group.is_local:
        raise Forbidden("only its own instance says what a group looks for")
    named = {need.id: need for need in described if may_have(need.id, owner=group.uri)}
    known = {need.uri: need for need in await Need.filter(group_id=group.id).order_by("-id").limit(MAX_KNOWN)}
    for uri, need in known.items():
        if uri not in named and need.state == "open":
            need.state, need.ended_at = "withdrawn", now()
            await need.save(update_fields=["state", "ended_at"])
    for uri, each in list(named.items())[:MAX_OF_ONE]:
        if uri not in known and await Need.exists(uri=uri):
            continue  # another group of that origin was the first to name it
        need = known.get(uri) or Need(uri=uri, group_id=group.id, created_at=each.published or now())
        need.skill, need.words, need.part_uri, need.state, need.ended_at = (
            *(each.skill, each.words, each.part),
            *("open", None),
        )
        await need.save()


def describe_need(need: Need) -> NeedObject:
    """What is looked for, as other instances see it."""
    return NeedObject(id=need.uri, skill=need.skill, words=need.words, part=need.part_uri, published=need.created_at)


async def describe_needs(group: Actor) -> tuple[NeedObject, ...]:
    """What a group of ours looks for now, as its document says it."""
    return tuple(describe_need(need) for need in await needs_of(group))


async def _end(by: Actor, need: Need, *, state: str, person: Actor | None = None) -> None:
    refuse_unless(Deed.FILL_NEED, await parts_in_group(need.group, by))
    _refuse_foreign(need.group)
    if need.state != "open":
        raise Conflict("That is not looked for any more.")
    need.state, need.filled_by, need.ended_at = state, person, now()
    await need.save(update_fields=["state", "filled_by_id", "ended_at"])


async def _tell_followers(group: Actor) -> None:
    challenge = await Challenge.get_or_none(actor_id=group.id)
    if challenge is not None and challenge.state != "draft":
        await publish_group_update(challenge)


def _check(skill: str, words: str) -> str:
    if skill not in CODES:
        raise Invalid("Choose among the skills that are offered.", field="skill")
    said = words.strip()
    if len(said) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    return said


def _refuse_foreign(group: Actor) -> None:
    if not group.is_local:
        raise NotFound("That lives on another instance, and is changed there.")
