"""What members may do here, and whether they may do anything at all."""

from __future__ import annotations

from tortoise.expressions import Q

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.actions.sessions import end_sessions
from fedirec.accounts.actions.tokens import revoke_tokens
from fedirec.accounts.models import Account, Invitation
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import (
    Doer,
    Permission,
    Role,
    may_change_role,
    may_suspend,
    refuse,
    refuse_last_owner,
    require,
)
from fedirec.accounts.queries import ACTIVE, SUSPENDED
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, NotFound
from fedirec.translatable import N_


async def suspend(doer: Doer, account: Account, *, reason: str = "") -> None:
    """Somebody cannot do anything here any more: browsers, programs and invitations stop working at once."""
    require(doer, Permission.SUSPEND)
    async with transaction():
        account, owners = await _locked(account)
        actor = account.actor
        refuse(doer.uri != actor.uri, N_("You cannot suspend yourself."))
        refuse(may_suspend(doer.role, subject=Role(account.role)), N_("You can only suspend people with fewer rights."))
        if account.state != ACTIVE:
            raise Conflict("That account is not active.")
        refuse_last_owner(owners, leaving=account.id)
        account.state = actor.state = SUSPENDED
        account.suspended_at = now()
        await account.save(update_fields=["state", "suspended_at"])
        await actor.save(update_fields=["state"])
        await end_sessions(account)
        await revoke_tokens(account)
        await Invitation.filter(inviter_id=account.id).update(uses_left=0)
        await audit(doer, "suspend", actor.uri, reason=reason.strip()[:500])


async def unsuspend(doer: Doer, account: Account) -> None:
    """Somebody can come back. What was signed in stays signed out. Raises Conflict when they were not suspended."""
    require(doer, Permission.SUSPEND)
    async with transaction():
        account, _ = await _locked(account)
        actor = account.actor
        refuse(may_suspend(doer.role, subject=Role(account.role)), N_("Only those who may suspend can undo it."))
        if account.state != SUSPENDED:
            raise Conflict("That account is not suspended.")
        account.state = actor.state = ACTIVE
        account.suspended_at = None
        await account.save(update_fields=["state", "suspended_at"])
        await actor.save(update_fields=["state"])
        await audit(doer, "unsuspend", actor.uri)


async def change_role(doer: Doer, account: Account, role: Role) -> None:
    """Somebody has another role from now on. Raises Forbidden, or Conflict for the last owner."""
    require(doer, Permission.CHANGE_ROLES)
    async with transaction():
        account, owners = await _locked(account)
        before = Role(account.role)
        refuse(may_change_role(doer.role, before=before, after=role), N_("You cannot give or take that role."))
        if before is role:
            return
        refuse_last_owner(owners, leaving=account.id)
        account.role = role.value
        await account.save(update_fields=["role"])
        await audit(doer, "change_role", account.actor.uri, before=before.value, after=role.value)
        await notify_all([account], Notice.ROLE_CHANGED, None, f"{account.actor.uri}#{now()}", account.actor.uri)


async def _locked(account: Account) -> tuple[Account, set[int]]:
    """`account` as it is now, with its actor, and the ids of all active owners, held until the transaction ends.

    They are locked in one go and in order, so that two owners who demote each other wait instead of both succeeding.
    """
    held = (
        await Account.filter(Q(id=account.id) | Q(role=Role.OWNER.value, state=ACTIVE))
        .order_by("id")
        .select_for_update()
    )
    found = next((row for row in held if row.id == account.id), None)
    if found is None:
        raise NotFound("That account is not there any more.")
    await found.fetch_related("actor")
    return found, {row.id for row in held if row.role == Role.OWNER and row.state == ACTIVE}
