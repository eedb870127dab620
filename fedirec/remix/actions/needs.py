"""Looking for somebody with a skill, answering that, and saying that they were found.

Challenges and projects of other instances say themselves whom they look for (`save_need`, `save_needs`), and are
answered there.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_create
from fedirec.activitypub.models import Actor, Outgoing
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Offer, Ref, Tombstone
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, TooMany, Unsupported
from fedirec.html import markdown
from fedirec.remix.actions.announcing import say_gone
from fedirec.remix.actions.instance_announcements import announcers_of
from fedirec.remix.actions.logbook import log
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.content import content_of
from fedirec.remix.logbook import Happening
from fedirec.remix.models import LogEntry, Need, NeedAnswer
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import leaders_of_group, parts_around
from fedirec.remix.queries.needs import MAX_OF_ONE, needs_of
from fedirec.remix.roles import find_role
from fedirec.remix.skills import CODES
from fedirec.remix.vocab.needs import MAX_WORDS, NeedObject
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

MAX_ANSWERS_A_DAY: Final = 20
"""Needs that one person answers."""
MAX_OF_HOST_A_DAY: Final = 20
"""Answers to what one group looks for that come from one other instance: each stands in its log for good."""


async def name_need(by: Actor, group: Actor, skill: str, words: str, part_uri: str | None = None) -> Need:
    """`group`, a challenge or project of ours, looks for somebody with `skill`, and its followers hear of it.

    `part_uri` is the step that it is about. Whom it looks for while it is prepared is said when everybody sees it
    (`publish_needs`). Raises Forbidden for others than its leaders, Invalid with the field, Conflict for what is looked
    for already, or when MAX_OF_ONE things are.
    """
    refuse_unless(Deed.NAME_NEED, await parts_around(group, by))
    _refuse_foreign(group)
    said = _check(skill, words)
    async with transaction():
        await hold(group)
        running = await Need.filter(group_id=group.id, state="open").values("skill", "part_uri")
        if any(row["skill"] == skill and row["part_uri"] == part_uri for row in running):
            raise Conflict("That is looked for already.", field="skill")
        if len(running) >= MAX_OF_ONE:
            raise Conflict("Much is looked for already. Say first what was found.", field="skill")
        need = await Need.create(
            uri=f"{group.uri}/needs/{new_key()}", group=group, part_uri=part_uri, skill=skill, words=said
        )
        await log(group, Happening.NEED_NAMED, by=by, details={"need": need.uri, "skill": skill, "words": said})
        if group.state == "active":
            await _publish(group, need)
    return need


async def publish_needs(group: Actor) -> None:
    """The followers of a challenge that is open now, or of a project that is launched, will see whom it looks for; part
    of the caller's transaction.
    """
    for need in await needs_of(group):
        await _publish(group, need)


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
            await tell_people(need.group, [person], Notice.NEED_FILLED, by, need.uri, need.group.uri, about)
        await _take_back(need)
    return need


async def withdraw_need(by: Actor, need: Need) -> Need:
    """`need`, which comes with its group, is looked for no more, by nobody's doing."""
    async with transaction():
        await _end(by, need, state="withdrawn")
        await log(need.group, Happening.NEED_WITHDRAWN, by=by, details={"need": need.uri, "skill": need.skill})
        await _take_back(need)
    return need


async def answer_need(by: Actor, need: Need, words: str = "") -> None:
    """Those who lead the group of `need`, which comes with it, know that `by` could do that; once.

    Where it lives elsewhere, its own instance is told. Raises Conflict for what is looked for no more and for whoever
    leads it, TooMany after MAX_ANSWERS_A_DAY.
    """
    parts = await parts_around(need.group, by)
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
        object=Ref(need.uri),
        target=need.group.uri,
        to=(need.group.uri,),
        published=now(),
        content=said or None,
    )
    async with transaction():
        await publish(by, offer, to=[need.group])


async def take_answer(by: Actor, need: Need, words: str) -> None:
    """The leaders of the group of `need`, one of ours, know that `by`, here or elsewhere, could do that; once.

    Raises Conflict for whoever leads it, TooMany after MAX_ANSWERS_A_DAY or MAX_OF_HOST_A_DAY, Forbidden where they
    keep away from `by`.
    """
    leaders = await leaders_of_group(need.group)
    if by.id in {leader.id for leader in leaders}:
        raise Conflict("You lead it. Name those who were found.")
    for leader in leaders:
        await refuse_unwelcome(by, to=leader)
    async with transaction():
        await hold(need)
        said = LogEntry.filter(person_id=by.id, kind=Happening.NEED_ANSWERED.value)
        if await NeedAnswer.exists(need_id=need.id, actor_id=by.id):
            return
        day_ago = now() - timedelta(days=1)
        if await said.filter(created_at__gt=day_ago).count() >= MAX_ANSWERS_A_DAY:
            raise TooMany(retry_after=3600)
        lately = LogEntry.filter(group_id=need.group_id, kind=Happening.NEED_ANSWERED.value, created_at__gt=day_ago)
        if not by.is_local and await lately.filter(person__host=by.host).count() >= MAX_OF_HOST_A_DAY:
            raise TooMany(retry_after=3600)
        # What they say to the leaders is not for everybody.
        await NeedAnswer.create(need_id=need.id, actor=by, words=words)
        details = {"need": need.uri, "skill": need.skill}
        await log(need.group, Happening.NEED_ANSWERED, by=by, person=by, details=details)
        about = {"title": need.group.name, "reason": words}
        await tell_people(need.group, leaders, Notice.NEED_ANSWERED, by, need.uri, need.group.uri, about)


async def forget_answers(actor: Actor) -> None:
    """What `actor`, who is gone, said to those who look for somebody is forgotten; part of the caller's transaction."""
    await NeedAnswer.filter(actor_id=actor.id).exclude(words="").update(words="")


async def save_needs(group: Actor, described: Sequence[NeedObject]) -> None:
    """What `group`, of another instance, looks for is what its own document says; part of the caller's transaction.

    What it does not name any more is not looked for any more. Of what it cannot say, nothing is kept.
    """
    if group.is_local:
        raise Forbidden("only its own instance says what a group looks for")
    named = {need.id for need in described}
    running = Need.filter(group_id=group.id, state="open").exclude(uri__in=named or {""})
    await running.update(state="withdrawn", ended_at=now())
    for need in described[:MAX_OF_ONE]:
        with suppress(Conflict, Forbidden, Unsupported):
            await save_need(group, need)


async def save_need(group: Actor, described: NeedObject) -> Need:
    """`group`, of another instance, looks for that, as it says itself; part of the caller's transaction.

    Raises Conflict beyond MAX_OF_ONE, Unsupported for a skill that is not known here.
    """
    if group.is_local or not may_create(described.id, author=described.attributed_to, speaker=group.uri):
        raise Forbidden("only a group itself says what it looks for")
    if not described.skill:
        raise Unsupported("that skill is not known here")
    need = await Need.get_or_none(uri=described.id)
    if need is not None and need.group_id != group.id:
        raise Forbidden("another group looks for that")
    if need is None:
        if await Need.filter(group_id=group.id, state="open").count() >= MAX_OF_ONE:
            raise Conflict("that group looks for much already")
        need = Need(uri=described.id, group_id=group.id, created_at=min(described.published, now()))
    need.skill, need.words, need.part_uri = described.skill, described.words, described.part
    need.state, need.ended_at = "open", None
    await need.save()
    return need


async def end_need(group: Actor, uri: str) -> bool:
    """What `group`, of another instance, said at `uri` is looked for no more; False when it never was."""
    need = await Need.get_or_none(uri=uri, group_id=group.id)
    if need is None or group.is_local:
        return False
    need.state, need.ended_at = "withdrawn", now()
    await need.save(update_fields=["state", "ended_at"])
    return True


def describe_need(need: Need, group: Actor) -> NeedObject:
    """What `group` looks for, as other instances see it: all that matters stands in its content."""
    role = find_role(need.skill)
    wanted = _("%(role)s wanted") % {"role": _(role.label) if role else need.skill}
    return NeedObject(
        id=need.uri,
        attributed_to=group.uri,
        published=need.created_at,
        name=wanted,
        content=content_of(markdown(need.words), title=wanted, url=group.uri, label=group.name or group.handle),
        markdown=need.words,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        audience=group.uri,
        url=group.uri,
        skill=need.skill,
        part=need.part_uri,
    )


async def describe_needs(group: Actor) -> tuple[NeedObject, ...]:
    """What a group of ours looks for now, as its document says it."""
    return tuple(describe_need(need, group) for need in await needs_of(group))


async def _end(by: Actor, need: Need, *, state: str, person: Actor | None = None) -> None:
    refuse_unless(Deed.FILL_NEED, await parts_around(need.group, by))
    _refuse_foreign(need.group)
    await hold(need)
    if need.state != "open":
        raise Conflict("That is not looked for any more.")
    need.state, need.filled_by, need.ended_at = state, person, now()
    await need.save(update_fields=["state", "filled_by_id", "ended_at"])


async def _publish(group: Actor, need: Need) -> None:
    """The followers of `group` will see whom it looks for, on whatever server; part of the caller's transaction."""
    described = describe_need(need, group)
    create = Create(
        id=new_activity_uri(group),
        actor=group.uri,
        object=described,
        to=described.to,
        cc=described.cc,
        published=need.created_at,
    )
    await publish(group, create, to_followers_of=[group])


async def _take_back(need: Need) -> None:
    """What those followers see is gone; part of the caller's transaction."""
    group = need.group
    if group.state != "active":
        return
    tombstone = Tombstone(id=need.uri, deleted=need.ended_at, former_type=NeedObject.TYPE)
    # Who follows this instance as a whole may have met it there.
    await say_gone(group, tombstone, also=await announcers_of([need.uri]))


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
