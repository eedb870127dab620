"""How somebody elsewhere comes into a project of ours, and out of it: what its Group tells them.

People on other software read it as a post for them alone, and take part by signing in here with their own server.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from fedirec.accounts.actions.notifications import mark_read
from fedirec.accounts.models import Account, Notification
from fedirec.accounts.notices import Notice
from fedirec.activitypub.contexts import FEDIREC
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import Accept, ActorObject, Doc, Ref, Reject, Undo, Vocabulary
from fedirec.clock import now
from fedirec.errors import Invalid
from fedirec.projects.actions.own_news import in_its_language
from fedirec.projects.models import Project, ProjectMember
from fedirec.projects.vocab import Invite, Inviter, Join
from fedirec.remix.actions.private_notes import tell_people
from fedirec.translatable import N_
from fedirec.uris import same_origin

WAY: Final = N_("To answer, sign in there with your own server.")
LEAD: Final = N_("You are invited to lead it too.")


async def send_invitation(project: Project, member: ProjectMember, *, by: Actor | None) -> None:
    """Somebody elsewhere hears that they are invited to a project of ours, and can answer from there.

    Part of the caller's transaction; nothing happens for people of ours. While the project is prepared its Group is
    nobody for other servers: `send_held_invitations` sends these when it is launched. The row has the id of the
    invitation.
    """
    group, person = await project.actor, await member.actor
    if person.is_local or project.launched_at is None:
        return
    member.uri = new_activity_uri(group)
    await member.save(update_fields=["uri"])
    lead = in_its_language(project, LEAD) if member.as_leader else ""
    said = " ".join(filter(None, [lead, member.words]))
    if speaks_fedirec(person):
        invite = invitation_of(member, group, person, words=said)
        who = Inviter(id=by.uri, name=by.name or by.handle) if by is not None else None
        await publish(group, replace(invite, by=who), to=[person])
    else:
        said = " ".join(filter(None, [said, in_its_language(project, WAY)]))
        about = {"title": project.title, "reason": said}
        where = f"{group.uri}/people"
        kind = Notice.INVITED_TO_PROJECT
        await tell_people(group, [person], kind, by, group.uri, where, about, language=project.language)


async def send_held_invitations(project: Project) -> None:
    """Those elsewhere who were invited while it was prepared hear of it now; part of the caller's transaction."""
    held = ProjectMember.filter(project_id=project.id, state="invited", actor__is_local=False, uri=None)
    for member in await held.order_by("id").select_related("actor", "invited_by"):
        member.created_at = now()
        await member.save(update_fields=["created_at"])
        await send_invitation(project, member, by=member.invited_by)


async def mark_invitation_read(project: Project, person: Actor) -> None:
    """Whoever has answered that invitation is not told of it as something new, nor by mail any more.

    Part of the caller's transaction; nothing happens for people elsewhere.
    """
    group, account = await project.actor, await Account.get_or_none(actor_id=person.id)
    if account is not None:
        told = Notification.filter(account_id=account.id, read_at=None, kind=Notice.INVITED_TO_PROJECT.value)
        await mark_read(account, only=[row.id for row in await told.filter(subject_uri__startswith=f"{group.uri}#")])


async def take_back_invitation(project: Project, member: ProjectMember) -> None:
    """Somebody elsewhere hears that they are not invited any more, not in the project, or not let in.

    Part of the caller's transaction; nothing happens for people of ours, and where nothing was sent before.
    """
    group, person = await project.actor, await member.actor
    if person.is_local or member.uri is None or not speaks_fedirec(person):
        return
    said: Any
    if same_origin(member.uri, group.uri):
        asked = invitation_of(member, group, person)
        said = Undo(id=new_activity_uri(group), actor=group.uri, object=asked, to=(person.uri,))
    else:
        question = question_of(member.uri, person, group)
        said = Reject(id=new_activity_uri(group), actor=group.uri, object=question, to=(person.uri,))
    await publish(group, said, to=[person])


async def say_let_in(project: Project, member: ProjectMember) -> None:
    """Somebody elsewhere who had asked hears that they are in the project; part of the caller's transaction."""
    group, person = await project.actor, await member.actor
    if person.is_local or member.uri is None or same_origin(member.uri, group.uri):
        return
    question = question_of(member.uri, person, group)
    accept = Accept(id=new_activity_uri(group), actor=group.uri, object=question, to=(person.uri,))
    await publish(group, accept, to=[person])


def invitation_of(member: ProjectMember, group: Actor, person: Actor, *, words: str = "") -> Invite[Ref]:
    """The invitation as it travels."""
    return Invite(
        id=member.uri or "",
        actor=group.uri,
        object=Ref(group.uri),
        target=person.uri,
        content=words or member.words or None,
        to=(person.uri,),
    )


def question_of(uri: str, person: Actor, group: Actor) -> Join[Ref]:
    """The wish to join as it travels."""
    return Join(id=uri, actor=person.uri, object=Ref(group.uri), to=(group.uri,))


def speaks_fedirec(actor: Actor) -> bool:
    """Whether the software of `actor` says that it knows what is ours alone (FEP-844e)."""
    try:
        return FEDIREC in ActorObject.read(Doc(actor.document or {}), Vocabulary(())).implements
    except Invalid:
        return False
