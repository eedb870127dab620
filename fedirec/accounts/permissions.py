"""Who may do what: one table for roles, one for tokens, and the rules that look at whose thing it is.

Everything here is a pure function of plain values. Pages and actions ask; nothing else in fedirec compares roles.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol

from fedirec.errors import Conflict, Forbidden, Unauthenticated
from fedirec.translatable import N_


class Role(StrEnum):
    """What somebody is on this instance."""

    GUEST = "guest"
    MEMBER = "member"
    MODERATOR = "moderator"
    TREASURER = "treasurer"
    ADMIN = "admin"
    OWNER = "owner"


class Scope(StrEnum):
    """What a bearer token may be used for; a signed-in browser has all of them."""

    READ = "read"
    WRITE = "write"
    FOLLOW = "follow"
    ACCOUNT = "account"
    ADMIN = "admin"


class Permission(StrEnum):
    """Something that not everybody may do."""

    READ_OWN = "read_own"
    COMMENT = "comment"
    OBJECT = "object"
    CLAIM_CREDIT = "claim_credit"
    REPORT = "report"
    MANAGE_VISIT = "manage_visit"
    MANAGE_OWN = "manage_own"
    MANAGE_ACCOUNT = "manage_account"
    FOLLOW = "follow"
    PUBLISH = "publish"
    REMIX = "remix"
    SUBMIT = "submit"
    TAKE_PART = "take_part"
    BE_PAID = "be_paid"
    OPEN_CHALLENGE = "open_challenge"
    INVITE = "invite"
    APPROVE_MEMBERS = "approve_members"
    SEE_PEOPLE = "see_people"
    PICK = "pick"
    MODERATE = "moderate"
    SUSPEND = "suspend"
    SEE_FEDERATION = "see_federation"
    SEE_AUDIT = "see_audit"
    PAY = "pay"
    MANAGE_FEDERATION = "manage_federation"
    MANAGE_INSTANCE = "manage_instance"
    CHANGE_ROLES = "change_roles"


_GUEST: Final = frozenset(
    {
        Permission.READ_OWN,
        Permission.OBJECT,
        Permission.CLAIM_CREDIT,
        Permission.REPORT,
        Permission.MANAGE_VISIT,
        Permission.SUBMIT,
        Permission.TAKE_PART,
        Permission.BE_PAID,
    }
)
# Whatever has to be said in somebody's own name is said by their own server: this one cannot speak for its guests.
_MEMBER: Final = _GUEST | {
    Permission.COMMENT,
    Permission.MANAGE_OWN,
    Permission.MANAGE_ACCOUNT,
    Permission.FOLLOW,
    Permission.PUBLISH,
    Permission.REMIX,
    Permission.OPEN_CHALLENGE,
    Permission.INVITE,
}
_MODERATOR: Final = _MEMBER | {
    Permission.APPROVE_MEMBERS,
    Permission.SEE_PEOPLE,
    Permission.PICK,
    Permission.MODERATE,
    Permission.SUSPEND,
    Permission.SEE_FEDERATION,
    Permission.SEE_AUDIT,
}
_ADMIN: Final = _MODERATOR | {Permission.MANAGE_FEDERATION, Permission.MANAGE_INSTANCE, Permission.CHANGE_ROLES}

GRANTS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.GUEST: _GUEST,
    Role.MEMBER: _MEMBER,
    Role.MODERATOR: _MODERATOR,
    # Who pays does not judge people, and who judges people does not pay.
    Role.TREASURER: _MEMBER | {Permission.PAY, Permission.SEE_AUDIT},
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Permission.PAY},
}

SCOPE_OF: Final[Mapping[Permission, Scope]] = {
    Permission.READ_OWN: Scope.READ,
    Permission.COMMENT: Scope.WRITE,
    Permission.OBJECT: Scope.WRITE,
    Permission.CLAIM_CREDIT: Scope.WRITE,
    Permission.REPORT: Scope.WRITE,
    Permission.MANAGE_VISIT: Scope.WRITE,
    Permission.MANAGE_OWN: Scope.WRITE,
    Permission.MANAGE_ACCOUNT: Scope.ACCOUNT,
    Permission.FOLLOW: Scope.FOLLOW,
    Permission.PUBLISH: Scope.WRITE,
    Permission.REMIX: Scope.WRITE,
    Permission.SUBMIT: Scope.WRITE,
    Permission.TAKE_PART: Scope.WRITE,
    Permission.BE_PAID: Scope.ACCOUNT,
    Permission.OPEN_CHALLENGE: Scope.WRITE,
    Permission.INVITE: Scope.ACCOUNT,
    Permission.APPROVE_MEMBERS: Scope.ADMIN,
    Permission.SEE_PEOPLE: Scope.ADMIN,
    Permission.PICK: Scope.ADMIN,
    Permission.MODERATE: Scope.ADMIN,
    Permission.SUSPEND: Scope.ADMIN,
    Permission.SEE_FEDERATION: Scope.ADMIN,
    Permission.SEE_AUDIT: Scope.ADMIN,
    Permission.PAY: Scope.ADMIN,
    Permission.MANAGE_FEDERATION: Scope.ADMIN,
    Permission.MANAGE_INSTANCE: Scope.ADMIN,
    Permission.CHANGE_ROLES: Scope.ADMIN,
}

DONE_AT_HOME: Final = frozenset(
    {
        Permission.COMMENT,
        Permission.FOLLOW,
        Permission.PUBLISH,
        Permission.REMIX,
        Permission.SUBMIT,
        Permission.OPEN_CHALLENGE,
        Permission.INVITE,
    }
)
"""What somebody does where they live, and not at an account that they moved away from."""

_REFUSALS: Final[Mapping[Permission, str]] = {
    Permission.READ_OWN: N_("Only the person whose page this is can see it."),
    Permission.COMMENT: N_("Only members comment from here. You can answer from your own server."),
    Permission.OBJECT: N_("You cannot object here."),
    Permission.CLAIM_CREDIT: N_("You cannot say here that something is not right."),
    Permission.REPORT: N_("You cannot report anything here."),
    Permission.MANAGE_VISIT: N_("You cannot change these settings."),
    Permission.MANAGE_OWN: N_("These settings are for members. Yours are on your own server."),
    Permission.MANAGE_ACCOUNT: N_("These settings are for members. You sign in with your own server."),
    Permission.FOLLOW: N_("Only members of this instance can follow from here."),
    Permission.PUBLISH: N_("Only members of this instance can publish here."),
    Permission.REMIX: N_("Only members of this instance can publish remixes here."),
    Permission.SUBMIT: N_("You cannot submit to challenges from here."),
    Permission.TAKE_PART: N_("You cannot take part in projects here."),
    Permission.BE_PAID: N_("You cannot be paid here."),
    Permission.OPEN_CHALLENGE: N_("Only members of this instance can open challenges here."),
    Permission.INVITE: N_("Only members of this instance can invite people."),
    Permission.APPROVE_MEMBERS: N_("Only moderators and admins can let people in."),
    Permission.SEE_PEOPLE: N_("Only moderators and admins can see this page."),
    Permission.PICK: N_("Only moderators and admins pick something for everybody."),
    Permission.MODERATE: N_("Only moderators and admins can do that."),
    Permission.SUSPEND: N_("Only moderators and admins can suspend people."),
    Permission.SEE_FEDERATION: N_("Only moderators and admins can see this page."),
    Permission.SEE_AUDIT: N_("Only those who run this instance can see this page."),
    Permission.PAY: N_("Only treasurers and owners can do that."),
    Permission.MANAGE_FEDERATION: N_("Only admins can decide who federates with this instance."),
    Permission.MANAGE_INSTANCE: N_("Only admins can change this instance."),
    Permission.CHANGE_ROLES: N_("Only admins can change what people may do."),
}

_RANKS: Final[Mapping[Role, int]] = {
    Role.GUEST: 0,
    Role.MEMBER: 1,
    Role.MODERATOR: 2,
    Role.TREASURER: 2,
    Role.ADMIN: 3,
    Role.OWNER: 4,
}


class Doer(Protocol):
    """Somebody who asks to do something: a viewer, or the operator at the command line."""

    @property
    def uri(self) -> str: ...
    @property
    def role(self) -> Role: ...
    @property
    def scopes(self) -> frozenset[Scope]: ...
    @property
    def has_moved(self) -> bool: ...


ALL_SCOPES: Final = frozenset(Scope)


@dataclass(frozen=True, slots=True)
class Operator:
    """Whoever runs commands on the machine, speaking as the instance whose actor is at `uri`."""

    uri: str
    role: ClassVar[Role] = Role.OWNER
    scopes: ClassVar[frozenset[Scope]] = ALL_SCOPES
    has_moved: ClassVar[bool] = False


def may(role: Role, permission: Permission) -> bool:
    """Whether `role` has `permission`."""
    return permission in GRANTS[role]


def can(doer: Doer | None, permission: Permission) -> bool:
    """Whether `doer` may do it, in the role and with the token they have; nobody in particular may do nothing."""
    if doer is None or (doer.has_moved and permission in DONE_AT_HOME):
        return False
    return may(doer.role, permission) and SCOPE_OF[permission] in doer.scopes


def require(doer: Doer | None, permission: Permission) -> None:
    """`doer` may do it. Raises Unauthenticated when nobody is signed in, and Forbidden when the answer is no."""
    if doer is None:
        raise Unauthenticated("Please sign in first.")
    if not may(doer.role, permission):
        raise Forbidden(_REFUSALS[permission])
    if SCOPE_OF[permission] not in doer.scopes:
        raise Forbidden(
            "This token was not made for that; it needs the scope “%(scope)s”.",
            blanks={"scope": SCOPE_OF[permission].value},
        )
    if doer.has_moved and permission in DONE_AT_HOME:
        raise Forbidden("You have moved to another account, and do that there. You can come back in your settings.")


def may_hide_comments(doer: Doer, *, is_author: bool) -> bool:
    """Whether somebody may hide what others say about a record: its author, and moderators."""
    return can(doer, Permission.MODERATE) or (is_author and can(doer, Permission.COMMENT))


def may_hide_thanks(doer: Doer, *, is_thanked: bool) -> bool:
    """Whether somebody may hide what another one says to the author of a source: that author, and moderators."""
    return can(doer, Permission.MODERATE) or (is_thanked and can(doer, Permission.CLAIM_CREDIT))


def may_suspend(role: Role, *, subject: Role) -> bool:
    """Whether `role` may suspend somebody who is `subject`: owners anybody, others only people of a lower rank."""
    return may(role, Permission.SUSPEND) and (role is Role.OWNER or _RANKS[subject] < _RANKS[role])


def may_judge(role: Role, *, subject: Role) -> bool:
    """Whether `role` may decide about somebody who is `subject`: owners about anybody, others about lower ranks."""
    return may(role, Permission.MODERATE) and (role is Role.OWNER or _RANKS[subject] < _RANKS[role])


def may_decide_claim(role: Role, *, is_party: bool) -> bool:
    """Whether somebody may decide what is true about a trail: moderators whom it does not concern."""
    return may(role, Permission.MODERATE) and not is_party


def may_leave_as_guest(role: Role) -> bool:
    """Whether somebody's account here is only a visit, which they end without losing anything at home."""
    return role is Role.GUEST


def may_change_role(role: Role, *, before: Role, after: Role) -> bool:
    """Whether `role` may turn a `before` into an `after`: owners always, admins as long as both are below them."""
    if not may(role, Permission.CHANGE_ROLES) or Role.GUEST in (before, after):
        return False
    return role is Role.OWNER or max(_RANKS[before], _RANKS[after]) < _RANKS[role]


def refuse_last_owner(owners: Collection[int], *, leaving: int) -> None:
    """Somebody who can do everything stays. Raises Conflict when `leaving` is the only one among `owners`."""
    if set(owners) == {leaving}:
        raise Conflict("This is the only owner. Make somebody else an owner first.")


def refuse(allowed: bool, detail: str) -> None:
    """`allowed` is true. Raises Forbidden with `detail` otherwise."""
    if not allowed:
        raise Forbidden(detail)
