"""Who did something for a production that is no record, and whether they say so themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.boundaries import refuse_unwelcome
from fedirec.accounts.notices import Notice
from fedirec.activitypub.models import Actor
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.db.holding import hold
from fedirec.errors import Conflict, Invalid, NotFound, TooMany
from fedirec.lanes import gathering
from fedirec.projects.actions.deeds import begin_deed
from fedirec.projects.actions.productions.preparing import begin_preparing
from fedirec.projects.manifests import MAX_LABEL, MAX_PERSON, MAX_ROLES, MAX_WORDS
from fedirec.projects.models import Production, RoleLine
from fedirec.remix.actions.private_notes import tell_people
from fedirec.remix.actions.reminders import is_first
from fedirec.remix.models import Reminder
from fedirec.remix.powers import Deed, Part
from fedirec.remix.queries.leading import leaders_of
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.vocab.text import clean_line
from fedirec.web.language import gettext as _

MAX_ASKED: Final = 100
"""People whom one production asks whether they did what it says, and whom one leader asks within a day."""
_ASKED: Final = "role %(leader)s"


async def add_role(
    leader: Actor,
    production: Production,
    *,
    role: str,
    person: Actor | None = None,
    name: str = "",
    label: str = "",
    words: str = "",
    place: int = 0,
) -> RoleLine:
    """`person`, or somebody without an account called `name`, did that for the production, as `leader` says.

    The person is told, wherever they live, and says whether it is so; leaders who name themselves have said it.
    `label` is what a contribution is called that is none of the roles. Raises Invalid with the field that has to
    change, Forbidden between people of whom one has blocked the other.
    """
    found = find_role(role)
    if found is None:
        raise Invalid(_("Please choose a role."), field="role")
    called = clean_line((person.name or person.handle) if person else name, MAX_PERSON)
    if not called:
        raise Invalid(_("Please say who it was."), field="who")
    async with transaction(), gathering():
        fresh = await begin_preparing(leader, production)
        lines = RoleLine.filter(production_id=fresh.id)
        if await lines.count() >= MAX_ROLES:
            raise Conflict(_("A production names up to %(n)s roles.") % {"n": MAX_ROLES}, field="who")
        if person is not None:
            await refuse_unwelcome(leader, to=person)
            if await lines.filter(actor_id=person.id, role=found.code).exists():
                raise Conflict(_("They are named for that already."), field="who")
            if await lines.filter(state="proposed", actor_id__not_isnull=True).count() >= MAX_ASKED:
                raise Conflict(_("Many people have not answered yet. Please wait for them."), field="who")
            asked = Reminder.filter(kind=_ASKED % {"leader": leader.id}, sent_at__gt=now() - timedelta(days=1))
            if await asked.count() >= MAX_ASKED:
                raise TooMany(_("You have asked many people today. Please wait until tomorrow."), retry_after=3600)
        line = await RoleLine.create(
            production=fresh,
            actor=person,
            name=called,
            role=found.code,
            label=clean_line(label, MAX_LABEL) if found is CONTRIBUTOR else "",
            words=clean_line(words, MAX_WORDS),
            state="confirmed" if person is not None and person.id == leader.id else "proposed",
            position=place,
        )
        subject = f"{fresh.uri}#role-{line.role}-{person.id if person else 0}"
        # Whoever was asked once is not asked again because the line was taken out and put in.
        if person is not None and await is_first(subject, _ASKED % {"leader": leader.id}, fresh.created_at):
            about = {"title": fresh.title, "reason": line.words}
            group = production.project.actor
            await tell_people(
                group,
                [person],
                Notice.ROLE_PROPOSED,
                leader,
                subject,
                fresh.uri,
                about,
                language=fresh.language,
            )
    return line


async def remove_role(leader: Actor, production: Production, line: int) -> None:
    """Nobody is named for that any more."""
    async with transaction():
        fresh = await begin_preparing(leader, production)
        await RoleLine.filter(production_id=fresh.id, id=line).delete()


async def answer_role(person: Actor, production: Production, line: int, *, is_so: bool) -> RoleLine:
    """`person` says whether they did what the production says of them, also when it is frozen: then what was frozen
    stays, and pages say what they answered. Leaders hear of it.

    Once there is a credit list, only what keeps that calls this (`credits.actions.crediting.answering`): a line of it
    and this one never say different things.
    """
    async with transaction():
        await hold(production.project)
        found = await RoleLine.filter(id=line, production_id=production.id).select_for_update().first()
        if found is None:
            raise NotFound(_("That role is not named there any more."))
        also = Part.AUTHOR if found.actor_id == person.id else None
        await begin_deed(Deed.CONFIRM_ROLE, production.project, person, also=also)
        found.state = "confirmed" if is_so else "declined"
        await found.save(update_fields=["state"])
        group = production.project.actor
        await tell_people(
            group,
            [leader for leader in await leaders_of(group) if leader.is_local],
            Notice.ROLE_ANSWERED,
            person,
            f"{production.uri}#answer-{found.id}-{found.state}",
            production.uri,
            {"title": production.title},
        )
    return found
