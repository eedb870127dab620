"""The other accounts of the owner of the token, and going to live at one of them."""

from __future__ import annotations

from typing import cast

from fedirec.accounts.actions.moving import (
    add_alias,
    aliases_of,
    find_other_account,
    move_back,
    move_to,
    remove_alias,
)
from fedirec.accounts.permissions import Permission
from fedirec.activitypub.models import Actor
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.moving import Alias, Aliases, Home, OtherAccount, WhereTo
from fedirec.api.shapes.people import show_person
from fedirec.errors import NotFound


async def list_aliases(call: Call) -> Aliases:
    rows = await aliases_of(call.actor)
    return Aliases(items=[Alias(uri=uri, person=show_person(call, other) if other else None) for uri, other in rows])


async def find_it(call: Call) -> Actor:
    """Whom a handle means; other instances may have to be asked."""
    call.request.state["attempts"].check(f"alias {call.viewer.account.id}", cost=0.5)
    return await find_other_account(call.request.state["remote"], call.sent(OtherAccount).address)


async def name_alias(call: Call) -> Aliases:
    await add_alias(call.actor, cast(Actor, call.prepared))
    return await list_aliases(call)


async def forget_alias(call: Call) -> None:
    other = await Actor.get_or_none(id=call.row())
    if other is None:
        raise NotFound("That is not there any more.")
    await remove_alias(call.actor, other.uri)


async def go(call: Call) -> Actor:
    """Proving the password takes a thread, and the new account is asked."""
    wanted, state = call.sent(WhereTo), call.request.state
    state["attempts"].check(f"move {call.viewer.account.id}", cost=0.5)
    target = await find_other_account(state["remote"], wanted.address)
    return await move_to(
        state["remote"], call.viewer.account, target, present=wanted.present, attempts=state["attempts"]
    )


async def show_home(call: Call) -> Home:
    return Home(person=show_person(call, cast(Actor, call.prepared)))


async def return_here(call: Call) -> None:
    await move_back(call.actor)


ENDPOINTS = (
    Endpoint(
        name="list_aliases",
        method="GET",
        path="/me/aliases",
        permission=Permission.MANAGE_ACCOUNT,
        says="The other accounts that you say are yours too.",
        run=list_aliases,
        answer=Aliases,
    ),
    Endpoint(
        name="add_alias",
        method="POST",
        path="/me/aliases",
        permission=Permission.MANAGE_ACCOUNT,
        says="You say that another account is yours too, so that it can move here.",
        run=name_alias,
        prepare=find_it,
        body=OtherAccount,
        answer=Aliases,
        status=201,
        pages=("/settings/moving/aliases",),
    ),
    Endpoint(
        name="remove_alias",
        method="DELETE",
        path="/me/aliases/{id:int}",
        permission=Permission.MANAGE_ACCOUNT,
        says="You do not say any more that the account of the person with that id is yours too.",
        run=forget_alias,
        status=204,
        pages=("/settings/moving/aliases/remove",),
    ),
    Endpoint(
        name="move",
        method="POST",
        path="/me/move",
        permission=Permission.MANAGE_ACCOUNT,
        says="You live at another account from now on, and your followers are told.",
        run=show_home,
        prepare=go,
        body=WhereTo,
        answer=Home,
        pages=("/settings/moving",),
    ),
    Endpoint(
        name="come_back",
        method="DELETE",
        path="/me/move",
        permission=Permission.MANAGE_ACCOUNT,
        says="You live here again.",
        run=return_here,
        status=204,
        pages=("/settings/moving/back",),
    ),
)
