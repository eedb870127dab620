"""Joining an instance in each of the ways that it can be open, and being let in."""

from __future__ import annotations

import asyncio

import pytest

from fedirec.accounts.actions.invitations import create_invitation, withdraw_invitation
from fedirec.accounts.actions.joining import approve_member, create_account, decline_member, sign_up
from fedirec.accounts.actions.sessions import sign_in
from fedirec.accounts.models import Account, Identity, Invitation, RecoveryCode
from fedirec.accounts.permissions import Operator, Role
from fedirec.accounts.queries import (
    audit_events,
    find_invitation,
    invitations_of,
    members,
    notifications_of,
    pending_sign_ups,
)
from fedirec.activitypub.keyring import Keyring
from fedirec.activitypub.models import Actor, ActorKey, Instance, SigningKey
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid, NotFound, Unauthenticated
from fedirec.uris import Uris
from fedirec.web.ratelimit import RateLimit
from tests.accounts.conftest import PASSWORD, Join


async def test_whoever_joins_an_open_instance_is_an_actor_with_keys_and_a_person(
    instance: Instance, uris: Uris, keyring: Keyring
) -> None:
    joined = await sign_up(uris, keyring, name="Ana", password=PASSWORD, display_name="Ana  María")

    assert not joined.is_waiting
    assert len(set(joined.recovery_codes)) == 10
    actor = await Actor.get(uri="https://a.test/u/ana")
    assert (actor.handle, actor.host, actor.name, actor.state) == ("ana", "a.test", "Ana María", "active")
    assert sorted(key.kind for key in await ActorKey.filter(actor_id=actor.id)) == ["ed25519", "rsa"]
    assert await SigningKey.filter(actor_id=actor.id).count() == 2
    assert (await Identity.get(actor_id=actor.id).select_related("person")).person.name == "Ana María"
    assert (await Account.get(actor_id=actor.id)).role == Role.MEMBER


async def test_passwords_and_codes_are_not_kept(instance: Instance, uris: Uris, keyring: Keyring) -> None:
    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD)
    account = await Account.get(id=joined.account.id)
    kept = [account.password_hash, *(code.digest for code in await RecoveryCode.all())]
    assert len(kept) == 11
    assert not any(secret in row for row in kept for secret in [PASSWORD, *joined.recovery_codes])


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("name", "password", "field"),
    [("admin", PASSWORD, "name"), ("a b", PASSWORD, "name"), ("ana", "short", "password"), ("", PASSWORD, "name")],
)
async def test_what_is_mistyped_is_refused_beside_its_field_and_nothing_is_stored(
    instance: Instance, uris: Uris, keyring: Keyring, name: str, password: str, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        await sign_up(uris, keyring, name=name, password=password)
    assert refused.value.field == field
    assert not await Account.exists()
    assert not await Actor.exists(type="Person")


async def test_a_name_is_taken_by_people_and_by_challenges_alike(join: Join, uris: Uris, keyring: Keyring) -> None:
    await join("ana")
    await Actor.create(
        uri=uris.challenge("first_stars"),
        type="Group",
        is_local=True,
        handle="first_stars",
        local_handle="first_stars",
        host=uris.host,
    )
    for name in ("ana", "ANA", "first_stars"):
        with pytest.raises(Conflict, match="taken") as refused:
            await sign_up(uris, keyring, name=name, password=PASSWORD)
        assert refused.value.field == "name"


async def test_of_two_who_take_a_name_at_once_one_gets_it(instance: Instance, uris: Uris, keyring: Keyring) -> None:
    both = await asyncio.gather(
        sign_up(uris, keyring, name="ana", password=PASSWORD),
        sign_up(uris, keyring, name="ana", password="four green bottles"),
        return_exceptions=True,
    )
    assert sorted(type(outcome).__name__ for outcome in both) == ["Conflict", "NewMember"]
    assert await Account.all().count() == 1
    assert await Actor.filter(handle="ana").count() == 1


async def test_a_closed_instance_takes_nobody(instance: Instance, uris: Uris, keyring: Keyring, join: Join) -> None:
    invitation = await create_invitation(await join("ana"))
    await Instance.all().update(registration="closed")
    for given in (None, invitation):
        with pytest.raises(Forbidden, match="not taking"):
            await sign_up(uris, keyring, name="bo", password=PASSWORD, invitation=given)


async def test_an_instance_by_invitation_takes_those_who_have_one(uris: Uris, keyring: Keyring, join: Join) -> None:
    invitation = await create_invitation(await join("ana"))
    await Instance.all().update(registration="invite")
    with pytest.raises(Forbidden, match="invitation"):
        await sign_up(uris, keyring, name="bo", password=PASSWORD)
    with pytest.raises(Conflict, match="invitation") as refused:
        await sign_up(uris, keyring, name="bo", password=PASSWORD, invitation="made up")
    assert refused.value.field == "invitation"

    joined = await sign_up(uris, keyring, name="bo", password=PASSWORD, invitation=invitation)

    assert joined.account.state == "active"
    assert await find_invitation(invitation) is None


async def test_an_invitation_for_one_lets_in_one_of_two_who_use_it_at_once(
    uris: Uris, keyring: Keyring, join: Join
) -> None:
    invitation = await create_invitation(await join("ana"))
    await Instance.all().update(registration="invite")

    both = await asyncio.gather(
        sign_up(uris, keyring, name="bo", password=PASSWORD, invitation=invitation),
        sign_up(uris, keyring, name="cy", password=PASSWORD, invitation=invitation),
        return_exceptions=True,
    )

    assert sorted(type(outcome).__name__ for outcome in both) == ["Conflict", "NewMember"]
    assert await Account.all().count() == 2
    assert (await Invitation.get()).uses_left == 0


async def test_a_name_that_is_taken_costs_no_invitation(uris: Uris, keyring: Keyring, join: Join) -> None:
    invitation = await create_invitation(await join("ana"), uses=1)
    with pytest.raises(Conflict):
        await sign_up(uris, keyring, name="ana", password=PASSWORD, invitation=invitation)
    assert await find_invitation(invitation) is not None


async def test_an_invitation_runs_out(uris: Uris, keyring: Keyring, join: Join) -> None:
    ana = await join("ana")
    invitation = await create_invitation(ana, uses=2, days=1)
    await Invitation.all().update(expires_at=(await Invitation.get()).created_at)
    assert await find_invitation(invitation) is None
    assert await invitations_of(ana.account) == []
    with pytest.raises(Conflict):
        await sign_up(uris, keyring, name="bo", password=PASSWORD, invitation=invitation)


async def test_an_invitation_is_withdrawn_by_whoever_made_it(join: Join) -> None:
    ana, bo = await join("ana"), await join("bo")
    invitation = await create_invitation(ana)
    found = await find_invitation(invitation)
    assert found is not None
    assert found.inviter is not None
    assert found.inviter.actor.handle == "ana"

    with pytest.raises(NotFound):
        await withdraw_invitation(bo, found.id)
    await withdraw_invitation(ana, found.id)
    assert await find_invitation(invitation) is None


@pytest.mark.one_database
@pytest.mark.parametrize(("uses", "days"), [(0, 1), (101, 1), (1, 0), (1, 91), (-1, -1)])
async def test_invitations_are_for_a_few_people_and_some_weeks(join: Join, uses: int, days: int) -> None:
    with pytest.raises(Invalid):
        await create_invitation(await join("ana"), uses=uses, days=days)


async def test_with_approval_people_wait_and_moderators_are_told(
    uris: Uris, keyring: Keyring, join: Join, attempts: RateLimit
) -> None:
    mo, bo = await join("mo", Role.MODERATOR), await join("bo")
    await Instance.all().update(registration="approval")
    with pytest.raises(Invalid) as refused:
        await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="  ")
    assert refused.value.field == "answer"

    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="I draw foxes.")

    assert joined.is_waiting
    assert (await Actor.get(handle="ana")).state == "pending"
    assert not await ActorKey.exists(actor__handle="ana")
    with pytest.raises(Forbidden, match="looked at your request"):
        await sign_in("ana", host=uris.host, password=PASSWORD, address="192.0.2.1", attempts=attempts)
    [waiting], _ = await pending_sign_ups()
    assert (waiting.actor.handle, waiting.answer) == ("ana", "I draw foxes.")
    assert "ana" not in [account.actor.handle for account in (await members())[0]]
    [told], _ = await notifications_of(mo.account)
    assert (told.kind, told.details, told.subject_uri) == ("asked_to_join", {"who": "ana"}, uris.person("ana"))
    assert (await notifications_of(bo.account))[0] == []


async def test_who_is_let_in_is_a_member_from_then_on(
    uris: Uris, keyring: Keyring, join: Join, attempts: RateLimit
) -> None:
    mo = await join("mo", Role.MODERATOR)
    await Instance.all().update(registration="approval")
    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="I draw foxes.")

    await approve_member(mo, keyring, joined.account.id)

    account, _ = await sign_in("ana", host=uris.host, password=PASSWORD, address="192.0.2.1", attempts=attempts)
    assert account.approved_at is not None
    assert account.actor.state == "active"
    assert await ActorKey.filter(actor_id=account.actor_id).count() == 2
    assert await Identity.exists(actor_id=account.actor_id)
    assert (await notifications_of(mo.account))[0] == []
    assert (await audit_events())[0][0].action == "approve_member"
    with pytest.raises(Conflict, match="answered"):
        await approve_member(mo, keyring, joined.account.id)
    with pytest.raises(Conflict, match="answered"):
        await decline_member(mo, joined.account.id)


async def test_who_is_declined_leaves_the_name_free(
    uris: Uris, keyring: Keyring, join: Join, attempts: RateLimit
) -> None:
    mo = await join("mo", Role.MODERATOR)
    await Instance.all().update(registration="approval")
    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="Buy my watches.")

    await decline_member(mo, joined.account.id, reason="advertising")

    assert not await Actor.exists(handle="ana")
    with pytest.raises(Unauthenticated):
        await sign_in("ana", host=uris.host, password=PASSWORD, address="192.0.2.1", attempts=attempts)
    assert (await audit_events())[0][0].details == {"reason": "advertising"}
    again = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="I draw foxes.")
    assert again.is_waiting
    assert len((await notifications_of(mo.account))[0]) == 1


async def test_a_request_is_answered_once_even_by_two_at_once(uris: Uris, keyring: Keyring, join: Join) -> None:
    mo, ada = await join("mo", Role.MODERATOR), await join("ada", Role.ADMIN)
    await Instance.all().update(registration="approval")
    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="I draw foxes.")

    both = await asyncio.gather(
        approve_member(mo, keyring, joined.account.id),
        decline_member(ada, joined.account.id),
        return_exceptions=True,
    )

    assert sorted(isinstance(outcome, Conflict) for outcome in both) == [False, True]
    assert await Account.exists(actor__handle="ana") is isinstance(both[0], Account)


@pytest.mark.one_database
async def test_an_invitation_spares_people_the_wait(uris: Uris, keyring: Keyring, join: Join) -> None:
    invitation = await create_invitation(await join("ana"))
    await Instance.all().update(registration="approval")
    assert not (await sign_up(uris, keyring, name="bo", password=PASSWORD, invitation=invitation)).is_waiting


@pytest.mark.one_database
async def test_members_let_nobody_in(uris: Uris, keyring: Keyring, join: Join) -> None:
    bo = await join("bo")
    await Instance.all().update(registration="approval")
    joined = await sign_up(uris, keyring, name="ana", password=PASSWORD, answer="I draw foxes.")
    with pytest.raises(Forbidden):
        await approve_member(bo, keyring, joined.account.id)
    with pytest.raises(Forbidden):
        await decline_member(bo, joined.account.id)
    assert (await Account.get(id=joined.account.id)).state == "pending"


async def test_the_operator_makes_an_account_with_any_role(
    instance: Instance, uris: Uris, keyring: Keyring, attempts: RateLimit
) -> None:
    operator = Operator(uris.instance_actor)
    await create_account(uris, keyring, doer=operator, name="ana", password=PASSWORD, role=Role.TREASURER)
    account, _ = await sign_in("ana", host=uris.host, password=PASSWORD, address="192.0.2.1", attempts=attempts)
    assert account.role == Role.TREASURER
    [event], _ = await audit_events()
    assert (event.actor_uri, event.action, event.details) == (
        uris.instance_actor,
        "create_account",
        {"role": "treasurer"},
    )


@pytest.mark.one_database
async def test_an_admin_makes_no_other_admin(uris: Uris, keyring: Keyring, join: Join) -> None:
    ada = await join("ada", Role.ADMIN)
    with pytest.raises(Forbidden):
        await create_account(uris, keyring, doer=ada, name="eve", password=PASSWORD, role=Role.ADMIN)


async def test_a_sign_up_that_fails_at_the_end_leaves_nothing(instance: Instance, uris: Uris, keyring: Keyring) -> None:
    operator = Operator(uris.instance_actor)

    async def join_and_fail() -> None:
        async with transaction():
            await create_account(uris, keyring, doer=operator, name="ana", password=PASSWORD)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await join_and_fail()
    assert not await Actor.exists(handle="ana")
    assert not await Account.exists()
