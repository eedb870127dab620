"""This instance: what it says of itself, and what can be chosen from."""

from __future__ import annotations

from fedirec.accounts.actions.setup import edit_instance
from fedirec.accounts.permissions import Permission, Scope
from fedirec.accounts.queries import get_instance
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import Instance, InstanceSent, Vocabularies, Word
from fedirec.api.shapes.licences import show_licence
from fedirec.ledger.currencies import CURRENCIES
from fedirec.remix.kinds import KINDS
from fedirec.remix.licences import CHOICES
from fedirec.remix.lineage import Relation
from fedirec.remix.pages.cards import relation_word
from fedirec.remix.roles import ROLES
from fedirec.remix.skills import SKILLS
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
        demands_signatures=row.demands_signatures,
    )


async def change_instance(call: Call) -> Instance:
    wanted = call.sent(InstanceSent)
    await edit_instance(call.viewer, **wanted.model_dump())
    await call.site.load()
    return await show_instance(call)


async def show_vocabularies(call: Call) -> Vocabularies:
    scopes = {
        Scope.READ: _("Read what you can read"),
        Scope.WRITE: _("Publish, remix, comment and take part in challenges and projects as you"),
        Scope.FOLLOW: _("Follow people and challenges, and say what you like"),
        Scope.ACCOUNT: _("Look after your account: password, programs, invitations"),
        Scope.ADMIN: _("Look after this place, as far as you may"),
    }
    return Vocabularies(
        licences=[show_licence(licence) for licence in CHOICES],
        kinds=[Word(id=kind.value, label=kind_word(kind.value)) for kind in KINDS],
        roles=[Word(id=role.code, label=_(role.label)) for role in ROLES],
        skills=[Word(id=role.code, label=_(role.label)) for role in SKILLS],
        relations=[Word(id=each.value, label=relation_word(each)) for each in Relation],
        scopes=[Word(id=scope.value, label=said) for scope, said in scopes.items()],
        currencies=sorted(CURRENCIES),
        languages=list(languages()),
    )


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
)
