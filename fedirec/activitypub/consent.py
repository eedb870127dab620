"""What the author of a post lets others do with it: GoToSocial's interaction policies, of which FEP-044f makes use.

https://docs.gotosocial.org/en/latest/federation/interaction_controls/: what is not said is allowed to everybody, and a
rule that names nobody allows it to nobody. The more exactly a rule names somebody, the more it counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, Self, TypeAlias

from fedirec.activitypub.vocab import PUBLIC, Doc, Json

MAX_NAMED: Final = 64
"""People and collections that are read of one rule."""

Deed: TypeAlias = Literal["reply", "like", "announce"]
_KEYS: Final[dict[Deed, str]] = {"reply": "canReply", "like": "canLike", "announce": "canAnnounce"}
_AUTOMATIC: Final = ("automaticApproval", "always")
_MANUAL: Final = ("manualApproval", "approvalRequired", "with_approval")


class Consent(Enum):
    """What somebody may do without more ado."""

    GIVEN = "given"
    ASKED = "asked"
    """The author decides; others hear of it only then."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Who may do one thing."""

    automatic: tuple[str, ...] = ()
    manual: tuple[str, ...] = ()

    @classmethod
    def read(cls, doc: Doc) -> Self:
        return cls(automatic=_first(doc, _AUTOMATIC), manual=_first(doc, _MANUAL))

    def write(self) -> Json:
        return {"automaticApproval": list(self.automatic), "manualApproval": list(self.manual)}

    def consent_to(self, actor: str, *, author: str, followers: str | None, is_follower: bool) -> Consent:
        """Whether `actor` may do it; `followers` is the author's collection, and `is_follower` whether they are in it.

        Whom another collection of the author's names we do not know: then the author is asked.
        """
        if actor == author or actor in self.automatic:
            return Consent.GIVEN
        if actor in self.manual:
            return Consent.ASKED
        named = {*self.automatic, *self.manual}
        if is_follower and followers in named:
            return Consent.ASKED  # others cannot see who follows the author, so the consent has to be shown
        if PUBLIC in self.automatic:
            return Consent.GIVEN
        is_perhaps_named = any(name.startswith(f"{author}/") and name != followers for name in named)
        return Consent.ASKED if PUBLIC in self.manual or is_perhaps_named else Consent.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class InteractionPolicy:
    """Who may do what with a post."""

    reply: Rule | None = None
    like: Rule | None = None
    announce: Rule | None = None

    @classmethod
    def find(cls, doc: Doc) -> Self | None:
        """What a document says about answering, liking and passing on; None when it says nothing about any of them."""
        for policy in doc.docs("interactionPolicy"):
            rules = {deed: Rule.read(rule) for deed, key in _KEYS.items() for rule in policy.docs(key)[:1] if rule.data}
            return cls(**rules) if rules else None
        return None

    def write(self) -> Json:
        return {key: rule.write() for deed, key in _KEYS.items() if (rule := self.rule_of(deed))}

    def rule_of(self, deed: Deed) -> Rule | None:
        return {"reply": self.reply, "like": self.like, "announce": self.announce}[deed]


def _first(doc: Doc, keys: tuple[str, ...]) -> tuple[str, ...]:
    """What stands under the first of `keys` that is there."""
    return next((doc.audience(key)[:MAX_NAMED] for key in keys if key in doc.data), ())
