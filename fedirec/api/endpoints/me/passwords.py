"""How the owner of the token proves who they are."""

from __future__ import annotations

from fedirec.accounts.actions.passwords import change_password, prove_presence, renew_recovery_codes
from fedirec.accounts.permissions import Permission
from fedirec.api.endpoint import Call, Endpoint
from fedirec.api.shapes.accounts import PasswordChange, Presence, RecoveryCodes


async def set_password(call: Call) -> None:
    wanted = call.sent(PasswordChange)
    await change_password(
        call.viewer.account, old=wanted.present, new=wanted.password, attempts=call.request.state["attempts"]
    )


async def prove(call: Call) -> None:
    """A person sits there; hashing takes a thread."""
    attempts = call.request.state["attempts"]
    await prove_presence(call.viewer.account, call.sent(Presence).present, attempts=attempts, field="present")


async def renew_codes(call: Call) -> RecoveryCodes:
    return RecoveryCodes(codes=await renew_recovery_codes(call.viewer.account))


ENDPOINTS = (
    Endpoint(
        name="change_password",
        method="PUT",
        path="/me/password",
        permission=Permission.MANAGE_ACCOUNT,
        says="You have a new password, and every browser is signed out.",
        run=set_password,
        body=PasswordChange,
        status=204,
        pages=("/settings/password",),
    ),
    Endpoint(
        name="renew_recovery_codes",
        method="POST",
        path="/me/recovery-codes",
        permission=Permission.MANAGE_ACCOUNT,
        says="You have these recovery codes and no others.",
        run=renew_codes,
        prepare=prove,
        body=Presence,
        answer=RecoveryCodes,
        status=201,
        pages=("/settings/codes",),
    ),
)
