"""The table of who may do what, cell by cell, and the rules that look at whose thing it is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.accounts.permissions import (
    ALL_SCOPES,
    DONE_AT_HOME,
    Operator,
    Permission,
    Role,
    Scope,
    can,
    may,
    may_change_role,
    may_suspend,
    refuse,
    refuse_last_owner,
    require,
)
from fedirec.errors import Conflict, Forbidden, Unauthenticated

# One line for each permission, one column for each role:       guest member moderator treasurer admin owner
TABLE = {
    Permission.READ_OWN: "yes yes yes yes yes yes",
    Permission.COMMENT: "no yes yes yes yes yes",
    Permission.OBJECT: "yes yes yes yes yes yes",
    Permission.CLAIM_CREDIT: "yes yes yes yes yes yes",
    Permission.REPORT: "yes yes yes yes yes yes",
    Permission.MANAGE_OWN: "no yes yes yes yes yes",
    Permission.MANAGE_ACCOUNT: "no yes yes yes yes yes",
    Permission.MANAGE_VISIT: "yes yes yes yes yes yes",
    Permission.SUBMIT: "yes yes yes yes yes yes",
    Permission.TAKE_PART: "yes yes yes yes yes yes",
    Permission.BE_PAID: "yes yes yes yes yes yes",
    Permission.FOLLOW: "no yes yes yes yes yes",
    Permission.PUBLISH: "no yes yes yes yes yes",
    Permission.REMIX: "no yes yes yes yes yes",
    Permission.OPEN_CHALLENGE: "no yes yes yes yes yes",
    Permission.INVITE: "no yes yes yes yes yes",
    Permission.APPROVE_MEMBERS: "no no yes no yes yes",
    Permission.SEE_PEOPLE: "no no yes no yes yes",
    Permission.PICK: "no no yes no yes yes",
    Permission.MODERATE: "no no yes no yes yes",
    Permission.SUSPEND: "no no yes no yes yes",
    Permission.SEE_FEDERATION: "no no yes no yes yes",
    Permission.SEE_AUDIT: "no no yes yes yes yes",
    Permission.PAY: "no no no yes no yes",
    Permission.MANAGE_FEDERATION: "no no no no yes yes",
    Permission.MANAGE_INSTANCE: "no no no no yes yes",
    Permission.CHANGE_ROLES: "no no no no yes yes",
}
ROLES = (Role.GUEST, Role.MEMBER, Role.MODERATOR, Role.TREASURER, Role.ADMIN, Role.OWNER)
CELLS = [
    (role, permission, answer == "yes")
    for permission, line in TABLE.items()
    for role, answer in zip(ROLES, line.split(), strict=True)
]


@dataclass(frozen=True)
class Somebody:
    role: Role
    scopes: frozenset[Scope] = ALL_SCOPES
    uri: str = "https://a.test/u/somebody"
    has_moved: bool = False


def test_the_table_speaks_of_every_permission_and_every_role() -> None:
    assert set(TABLE) == set(Permission)
    assert set(ROLES) == set(Role)


@pytest.mark.parametrize(("role", "permission", "allowed"), CELLS)
def test_a_role_may_do_what_the_table_says(role: Role, permission: Permission, allowed: bool) -> None:
    assert may(role, permission) is allowed
    assert can(Somebody(role), permission) is allowed
    if allowed:
        require(Somebody(role), permission)
    else:
        with pytest.raises(Forbidden) as refused:
            require(Somebody(role), permission)
        assert refused.value.detail.endswith(".")
        assert " " in refused.value.detail


@pytest.mark.parametrize("permission", Permission)
def test_nobody_in_particular_may_do_nothing_and_is_asked_to_sign_in(permission: Permission) -> None:
    assert can(None, permission) is False
    with pytest.raises(Unauthenticated, match="sign in"):
        require(None, permission)


@pytest.mark.parametrize("permission", Permission)
def test_a_token_opens_nothing_beyond_its_scopes(permission: Permission) -> None:
    opened = [scope for scope in Scope if can(Somebody(Role.OWNER, frozenset({scope})), permission)]
    assert len(opened) == 1
    with pytest.raises(Forbidden, match=opened[0]):
        require(Somebody(Role.OWNER, ALL_SCOPES - {opened[0]}), permission)


def test_a_read_token_of_an_owner_neither_publishes_nor_runs_the_instance() -> None:
    reader = Somebody(Role.OWNER, frozenset({Scope.READ}))
    assert can(reader, Permission.READ_OWN)
    assert not can(reader, Permission.PUBLISH)
    assert not can(reader, Permission.SEE_AUDIT)
    assert not can(Somebody(Role.OWNER, frozenset({Scope.READ, Scope.WRITE})), Permission.MANAGE_INSTANCE)


@pytest.mark.parametrize("permission", Permission)
def test_the_operator_at_the_command_line_may_do_everything(permission: Permission) -> None:
    require(Operator("https://a.test/actor"), permission)


SUSPENDERS = {
    Role.MODERATOR: {Role.GUEST, Role.MEMBER},
    Role.ADMIN: {Role.GUEST, Role.MEMBER, Role.MODERATOR, Role.TREASURER},
    Role.OWNER: set(Role),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("subject", Role)
def test_people_suspend_only_those_below_them(role: Role, subject: Role) -> None:
    assert may_suspend(role, subject=subject) is (subject in SUSPENDERS.get(role, set()))


@pytest.mark.parametrize("before", Role)
@pytest.mark.parametrize("after", Role)
def test_nobody_raises_somebody_to_their_own_height_but_owners(before: Role, after: Role) -> None:
    low = {Role.MEMBER, Role.MODERATOR, Role.TREASURER}
    for role in (Role.GUEST, Role.MEMBER, Role.MODERATOR, Role.TREASURER):
        assert not may_change_role(role, before=before, after=after)
    assert may_change_role(Role.ADMIN, before=before, after=after) is ({before, after} <= low)
    assert may_change_role(Role.OWNER, before=before, after=after) is (Role.GUEST not in (before, after))


@given(st.sets(st.integers(1, 9)), st.integers(1, 9))
def test_the_last_owner_stays(owners: set[int], leaving: int) -> None:
    if owners == {leaving}:
        with pytest.raises(Conflict, match="only owner"):
            refuse_last_owner(owners, leaving=leaving)
    else:
        refuse_last_owner(owners, leaving=leaving)


def test_a_refusal_says_what_it_was_given() -> None:
    refuse(True, "never said")
    with pytest.raises(Forbidden, match="not yours"):
        refuse(False, "That is not yours.")


@pytest.mark.parametrize("permission", list(Permission))
def test_whoever_moved_away_looks_after_their_account_and_publishes_elsewhere(permission: Permission) -> None:
    mover = Somebody(Role.MEMBER, has_moved=True)
    is_open = may(Role.MEMBER, permission) and permission not in DONE_AT_HOME
    assert can(mover, permission) is is_open
    if permission in DONE_AT_HOME:
        with pytest.raises(Forbidden, match="moved to another account"):
            require(mover, permission)
