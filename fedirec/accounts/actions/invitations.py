"""Links that let somebody join."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tortoise.expressions import F

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.codes import digest_of, new_secret
from fedirec.accounts.models import Invitation
from fedirec.accounts.permissions import Permission, require
from fedirec.accounts.queries import MAX_LISTED
from fedirec.accounts.viewer import Viewer
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound

MAX_USES: Final = 100
MAX_DAYS: Final = 90


async def create_invitation(viewer: Viewer, *, uses: int = 1, days: int = 7) -> str:
    """There is an invitation for `uses` people, good for `days` days; the answer is the secret part of its link."""
    require(viewer, Permission.INVITE)
    if not 1 <= uses <= MAX_USES:
        raise Invalid("An invitation is for 1 to %(n)s people.", field="uses", blanks={"n": MAX_USES})
    if not 1 <= days <= MAX_DAYS:
        raise Invalid("An invitation lasts 1 to %(n)s days.", field="days", blanks={"n": MAX_DAYS})
    secret = new_secret()
    async with transaction():
        waiting = await Invitation.filter(inviter_id=viewer.account.id, uses_left__gt=0, expires_at__gt=now()).count()
        if waiting >= MAX_LISTED:
            raise Conflict("You have many invitations open already. Withdraw one first.")
        await Invitation.create(
            digest=digest_of(secret),
            inviter_id=viewer.account.id,
            uses_left=uses,
            expires_at=now() + timedelta(days=days),
        )
        await audit(viewer, "invite", viewer.uri, uses=uses, days=days)
    return secret


async def withdraw_invitation(viewer: Viewer, invitation_id: int) -> None:
    """An invitation that `viewer` made lets nobody in any more. Raises NotFound when it is not theirs."""
    require(viewer, Permission.INVITE)
    async with transaction():
        gone = await Invitation.filter(id=invitation_id, inviter_id=viewer.account.id).delete()
        if not gone:
            raise NotFound("That invitation is not there any more.")
        await audit(viewer, "withdraw_invitation", viewer.uri)


async def use_invitation(secret: str) -> None:
    """One use less is left. Part of the transaction in which somebody joins. Raises Conflict when none was left."""
    used = await Invitation.filter(digest=digest_of(secret), uses_left__gt=0, expires_at__gt=now()).update(
        uses_left=F("uses_left") - 1
    )
    if not used:
        raise Conflict(
            "This invitation was used already, or has run out. Please ask for a new one.", field="invitation"
        )
