"""What becomes of one line of a credit list: what can be said of it, by whom, and where it stands then."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.vocab import Json
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.remix.roles import CONTRIBUTOR, find_role
from fedirec.remix.vocab.text import clean_line
from fedirec.translatable import N_

MAX_LABEL: Final = 100
"""Characters of what a role is called that none of ours is."""
MAX_REASON: Final = 500
"""Characters, as in the log where it is read."""
_RELATORS: Final = ("https://id.loc.gov/vocabulary/relators/", "http://id.loc.gov/vocabulary/relators/")


class CreditState(StrEnum):
    """Where a line stands."""

    PROPOSED = "proposed"
    """Somebody else named them; they have not said anything."""
    CONFIRMED = "confirmed"
    """They say so themselves."""
    CONTESTED = "contested"
    """They say that it is not right, and nobody has answered."""
    CORRECTED = "corrected"
    """The leaders changed it as they wished; they have not confirmed it since."""
    PSEUDONYMISED = "pseudonymised"
    """They had their part, and are not named."""
    DECLINED = "declined"
    """They say that it was not them: no page says it of them."""


class CreditHappening(StrEnum):
    """What can happen to a line."""

    CONFIRM = "confirm"
    CONTEST = "contest"
    UNNAME = "unname"
    DECLINE = "decline"
    CORRECT = "correct"
    KEEP = "keep"


BY_LEADERS: Final = frozenset({CreditHappening.CORRECT, CreditHappening.KEEP})
"""What those who lead the project do; everything else is for the person alone."""
NEEDS_REASON: Final = BY_LEADERS | {CreditHappening.CONTEST}

_S, _H = CreditState, CreditHappening
CREDIT_STEPS: Final[Mapping[tuple[CreditState, CreditHappening], CreditState]] = MappingProxyType(
    {
        (_S.PROPOSED, _H.CONFIRM): _S.CONFIRMED,
        (_S.PROPOSED, _H.CONTEST): _S.CONTESTED,
        (_S.PROPOSED, _H.UNNAME): _S.PSEUDONYMISED,
        (_S.PROPOSED, _H.DECLINE): _S.DECLINED,
        (_S.CONFIRMED, _H.CONTEST): _S.CONTESTED,
        (_S.CONFIRMED, _H.UNNAME): _S.PSEUDONYMISED,
        (_S.CONFIRMED, _H.DECLINE): _S.DECLINED,
        (_S.CONTESTED, _H.CONFIRM): _S.CONFIRMED,
        (_S.CONTESTED, _H.UNNAME): _S.PSEUDONYMISED,
        (_S.CONTESTED, _H.DECLINE): _S.DECLINED,
        (_S.CONTESTED, _H.CORRECT): _S.CORRECTED,
        (_S.CONTESTED, _H.KEEP): _S.PROPOSED,
        (_S.CORRECTED, _H.CONFIRM): _S.CONFIRMED,
        (_S.CORRECTED, _H.CONTEST): _S.CONTESTED,
        (_S.CORRECTED, _H.UNNAME): _S.PSEUDONYMISED,
        (_S.CORRECTED, _H.DECLINE): _S.DECLINED,
        (_S.PSEUDONYMISED, _H.CONFIRM): _S.CONFIRMED,
        (_S.PSEUDONYMISED, _H.DECLINE): _S.DECLINED,
        (_S.DECLINED, _H.CONFIRM): _S.CONFIRMED,
    }
)
"""Whatever is not in here does not happen."""

ROLE_STATES: Final[Mapping[CreditState, str]] = MappingProxyType(
    {
        _S.PROPOSED: "proposed",
        _S.CONFIRMED: "confirmed",
        _S.CONTESTED: "proposed",
        _S.CORRECTED: "proposed",
        _S.PSEUDONYMISED: "unnamed",
        _S.DECLINED: "declined",
    }
)
"""What the role line of the production says of a line that came from it: both are written together."""


def state_of_role(state: CreditState | str, *, is_as_named: bool) -> str:
    """What the role line says of a line that came from it; `is_as_named` while that is still about the same role.

    What was corrected is not said any more where it stands frozen: the credit list says what is.
    """
    return ROLE_STATES[CreditState(state)] if is_as_named or state in _NOT_SAID else "unnamed"


_NOT_SAID: Final = frozenset({_S.PSEUDONYMISED, _S.DECLINED})
NAMED: Final = frozenset({_S.PROPOSED, _S.CONFIRMED, _S.CONTESTED, _S.CORRECTED})
"""Lines with which a name is shown."""
WAITS_FOR_PERSON: Final = frozenset({_S.PROPOSED, _S.CORRECTED})

STATES: Final[Mapping[CreditState, tuple[str, str, str]]] = MappingProxyType(
    {
        _S.PROPOSED: (N_("named, unconfirmed"), "plain", "clock"),
        _S.CONFIRMED: (N_("confirmed by the person"), "good", "check"),
        _S.CONTESTED: (N_("contested"), "bad", "warning"),
        _S.CORRECTED: (N_("corrected, unconfirmed"), "plain", "edit"),
        _S.PSEUDONYMISED: (N_("not named, as they wish"), "plain", "lock"),
        _S.DECLINED: (N_("says that it was somebody else"), "plain", "close"),
    }
)
"""What each is called on pages, with the tone and the sign that go with it."""


def advance_credit(state: CreditState | str, happening: CreditHappening, *, reason: str = "") -> CreditState:
    """Where a line in `state` stands after `happening`.

    Raises Invalid without a reason where everybody is to read one, Conflict when that cannot happen there.
    """
    if happening in NEEDS_REASON and not reason.strip():
        raise Invalid(N_("Please say why, in a sentence or two."), field="reason")
    if len(reason) > MAX_REASON:
        raise Invalid(N_("Please keep it under %(n)s characters."), field="reason", blanks={"n": MAX_REASON})
    try:
        return CREDIT_STEPS[CreditState(state), happening]
    except KeyError:
        raise Conflict(N_("That cannot be done now. Please look again at how it stands.")) from None


def may_happen(state: CreditState | str, happening: CreditHappening) -> bool:
    """Whether a line in `state` leaves room for `happening`."""
    return (CreditState(state), happening) in CREDIT_STEPS


def refuse_speaker(happening: CreditHappening, *, is_person: bool) -> None:
    """Raise Forbidden when somebody else than the person who is credited speaks for them, or they answer themselves."""
    if happening in BY_LEADERS or not is_person:
        raise Forbidden(N_("Only the person who is credited can say so."))


def read_role(role: str, label: str = "") -> tuple[str, str]:
    """The address of a role, and what it is called where it is none of ours.

    `role` is the code or the address of one of ours, or the address of any other; without one there are words of one's
    own, and it is a contribution. Raises Invalid with the field.
    """
    words = clean_line(label, MAX_LABEL)
    known = find_role(role)
    if known is not None:
        return known.iri, words if known is CONTRIBUTOR else ""
    if not role.strip() and words:
        return CONTRIBUTOR.iri, words
    if not role.startswith(_RELATORS) or len(role) > len(_RELATORS[0]) + 8:
        raise Invalid(N_("Please choose a role, or say in words what it was."), field="role")
    if not words:
        raise Invalid(N_("Please say in words what that role is called."), field="label")
    return role.replace("https:", "http:", 1), words


def write_line(
    *, uri: str, production: str, manifest: str, person: str, role: str, label: str = "", work: str = ""
) -> Json:
    """What a person says yes or no to: who, what, in which production, and through which work of theirs.

    Where it stands and what they are called is no part of it: a name may change, and an answer holds.
    """
    line: Json = {
        "type": "Role",
        "id": uri,
        "isPartOf": production,
        "manifestDigest": manifest,
        "contributor": person,
        "roleName": role,
    }
    for name, value in (("roleLabel", label), ("record", work)):
        if value:
            line[name] = value
    return line


def digest_line(line: Json) -> str:
    """What an answer to it names: `zQm…`. Whoever confirmed one role has not confirmed another."""
    return digest_json(line)
