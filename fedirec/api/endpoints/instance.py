"""This instance: what it says of itself, what can be chosen from, and its people, for those who look after it."""

from __future__ import annotations

from fedirec.accounts.actions.joining import approve_member, decline_member
from fedirec.accounts.actions.members import change_role, suspend, unsuspend
from fedirec.accounts.actions.setup import edit_instance
from fedirec.accounts.models import Account
from fedirec.accounts.permissions import Permission, Role, Scope
from fedirec.accounts.queries import (
    PENDING,
    SUSPENDED,
    audit_events,
    get_account,
    get_instance,
    members,
    pending_sign_ups,
)
from fedirec.activitypub.actors import NewKeys, new_keys
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.paging import piece_with, read_row, size_of
from fedirec.api.shapes.accounts import (
    AuditEvent,
    AuditEvents,
    AuditQuery,
    Instance,
    InstanceSent,
    Member,
    Members,
    MembersQuery,
    RoleSent,
    SignUp,
    SignUps,
    Vocabularies,
    WhySuspended,
    Word,
)
from fedirec.api.shapes.basis import PieceQuery
from fedirec.api.shapes.people import show_person
from fedirec.api.shapes.records import show_licence
from fedirec.errors import NotFound
from fedirec.remix.currencies import CURRENCIES
from fedirec.remix.kinds import KINDS
from fedirec.remix.licences import CHOICES
from fedirec.remix.lineage import Relation
from fedirec.remix.pages.cards import relation_word
from fedirec.remix.roles import ROLES
from fedirec.web.language import gettext as _
from fedirec.web.language import languages
from fedirec.web.words import kind_word


async def show_instance(call: Call) -> Instance:
    row = await get_instance()
    return Instance(
        origin=call.site.origin,
        title=row.name,
        summary=row.summary,
        rules=row.rules,
        registration=row.registration,
        question=row.registration_question,
    )


async def change_instance(call: Call) -> Instance:
    wanted = call.sent(InstanceSent)
    await edit_instance(call.viewer, **wanted.model_dump())
    await call.site.load()
    return await show_instance(call)


async def show_vocabularies(call: Call) -> Vocabularies:
    scopes = {
        Scope.READ: _("Read what you can read"),
        Scope.WRITE: _("Publish, remix and comment as you"),
        Scope.FOLLOW: _("Follow people and challenges, and say what you like"),
        Scope.ACCOUNT: _("Look after your account: password, programs, invitations"),
        Scope.ADMIN: _("Look after this place, as far as you may"),
    }
    return Vocabularies(
        licences=[show_licence(licence) for licence in CHOICES],
        kinds=[Word(id=kind.value, label=kind_word(kind.value)) for kind in KINDS],
        roles=[Word(id=role.code, label=_(role.label)) for role in ROLES],
        relations=[Word(id=each.value, label=relation_word(each)) for each in Relation],
        scopes=[Word(id=scope.value, label=said) for scope, said in scopes.items()],
        currencies=sorted(CURRENCIES),
        languages=list(languages()),
    )


async def list_members(call: Call) -> Members:
    rows, end = await members(before=read_row(call), words=call.asked(MembersQuery).q, limit=size_of(call))
    return piece_with(call, Members, [_member(call, row) for row in rows], end=None if end is None else str(end))


async def show_member(call: Call) -> Member:
    return _member(call, await _account(call))


async def set_role(call: Call) -> Member:
    await change_role(call.viewer, await _account(call), Role(call.sent(RoleSent).role))
    return await show_member(call)


async def suspend_member(call: Call) -> Member:
    await suspend(call.viewer, await _account(call), reason=call.sent(WhySuspended).reason)
    return await show_member(call)


async def unsuspend_member(call: Call) -> None:
    await unsuspend(call.viewer, await _account(call))


async def list_sign_ups(call: Call) -> SignUps:
    rows, end = await pending_sign_ups(after=read_row(call), limit=size_of(call))
    items = [SignUp(id=row.id, name=row.actor.handle, answer=row.answer, since=row.created_at) for row in rows]
    return piece_with(call, SignUps, items, end=None if end is None else str(end))


async def make_keys(call: Call) -> NewKeys:
    """The keys of a new member, which take a thread."""
    return await new_keys()


async def approve(call: Call) -> Member:
    keys = call.prepared if isinstance(call.prepared, NewKeys) else None
    account = await approve_member(call.viewer, call.request.state["keyring"], call.row(), keys=keys)
    return _member(call, account)


async def decline(call: Call) -> None:
    await decline_member(call.viewer, call.row(), reason=call.sent(WhySuspended).reason)


async def list_audit_events(call: Call) -> AuditEvents:
    subject = call.asked(AuditQuery).subject or None
    rows, end = await audit_events(before=read_row(call), subject_uri=subject, limit=size_of(call))
    items = [
        AuditEvent(
            id=row.id,
            by=row.actor_uri,
            action=row.action,
            subject=row.subject_uri,
            details=row.details,
            at=row.created_at,
        )
        for row in rows
    ]
    return piece_with(call, AuditEvents, items, end=None if end is None else str(end))


def _member(call: Call, row: Account) -> Member:
    return Member(
        name=row.actor.handle,
        person=show_person(call, row.actor),
        role=Role(row.role).value,
        is_suspended=row.state == SUSPENDED,
        since=row.created_at,
    )


async def _account(call: Call) -> Account:
    account = await get_account(call.word("name"), host=call.uris.host)
    if account.state == PENDING:
        raise NotFound
    return account


ENDPOINTS = (
    Endpoint(
        name="show_instance",
        method="GET",
        path="/instance",
        permission=Permission.READ_OWN,
        says="What this instance says of itself.",
        run=show_instance,
        answer=Instance,
        is_open=True,
    ),
    Endpoint(
        name="change_instance",
        method="PUT",
        path="/instance",
        permission=Permission.MANAGE_INSTANCE,
        says="The instance has this name, these rules and this way to join.",
        run=change_instance,
        body=InstanceSent,
        answer=Instance,
        pages=("/admin/instance",),
    ),
    Endpoint(
        name="show_vocabularies",
        method="GET",
        path="/vocabularies",
        permission=Permission.READ_OWN,
        says="Licences, kinds, roles, relations, scopes, currencies and languages that can be chosen from.",
        run=show_vocabularies,
        answer=Vocabularies,
        is_open=True,
    ),
    Endpoint(
        name="list_members",
        method="GET",
        path="/members",
        permission=Permission.SEE_PEOPLE,
        says="The people of this instance, the newest first.",
        run=list_members,
        query=MembersQuery,
        answer=Members,
    ),
    Endpoint(
        name="show_member",
        method="GET",
        path="/members/{name}",
        permission=Permission.SEE_PEOPLE,
        says="Somebody of this instance, by handle.",
        run=show_member,
        answer=Member,
    ),
    Endpoint(
        name="change_role",
        method="PUT",
        path="/members/{name}/role",
        permission=Permission.CHANGE_ROLES,
        says="Somebody has another role from now on.",
        run=set_role,
        body=RoleSent,
        answer=Member,
        pages=("/admin/people/{name}/role",),
    ),
    Endpoint(
        name="suspend_member",
        method="PUT",
        path="/members/{name}/suspension",
        permission=Permission.SUSPEND,
        says="Somebody cannot do anything here any more: browsers and programs stop working at once.",
        run=suspend_member,
        body=WhySuspended,
        answer=Member,
        pages=("/admin/people/{name}/suspension",),
    ),
    Endpoint(
        name="unsuspend_member",
        method="DELETE",
        path="/members/{name}/suspension",
        permission=Permission.SUSPEND,
        says="Somebody can come back.",
        run=unsuspend_member,
        status=204,
        pages=("/admin/people/{name}/suspension",),
    ),
    Endpoint(
        name="list_sign_ups",
        method="GET",
        path="/sign-ups",
        permission=Permission.APPROVE_MEMBERS,
        says="People who wait to be let in, the longest waiting first.",
        run=list_sign_ups,
        query=PieceQuery,
        answer=SignUps,
    ),
    Endpoint(
        name="approve_sign_up",
        method="POST",
        path="/sign-ups/{id:int}/approve",
        permission=Permission.APPROVE_MEMBERS,
        says="Somebody who waited is a member now.",
        run=approve,
        prepare=make_keys,
        answer=Member,
        pages=("/admin/people/pending/{id:int}",),
    ),
    Endpoint(
        name="decline_sign_up",
        method="POST",
        path="/sign-ups/{id:int}/decline",
        permission=Permission.APPROVE_MEMBERS,
        says="Somebody who waited is not let in, and their name is free.",
        run=decline,
        body=WhySuspended,
        status=204,
        pages=("/admin/people/pending/{id:int}",),
    ),
    Endpoint(
        name="list_audit_events",
        method="GET",
        path="/audit",
        permission=Permission.SEE_AUDIT,
        says="What those who run the instance did, the newest first.",
        run=list_audit_events,
        query=AuditQuery,
        answer=AuditEvents,
    ),
)
