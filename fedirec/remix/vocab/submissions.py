"""How a challenge tells the author of a submission, on their own instance, how that stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, Final, Self

from fedirec.activitypub.contexts import STANDING_CONTEXT
from fedirec.activitypub.vocab import Doc, Json, Vocabulary, write_instant
from fedirec.errors import Invalid
from fedirec.remix.submissions import Outcome, SubmissionState
from fedirec.remix.vocab.text import clean_text

MAX_SAID: Final = 500
"""Characters that are kept of a reason, and of a word of thanks."""
CHANGE_WANTED: Final = "change_wanted"
"""The state of what waits for its author to change something."""
_STATES: Final = {
    state.value: state
    for state in (
        SubmissionState.PENDING,
        SubmissionState.LICENCE_PENDING,
        SubmissionState.ACCEPTED,
        SubmissionState.DECLINED,
    )
}
_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


@dataclass(frozen=True, kw_only=True)
class SubmissionObject:
    """How a record stands in a challenge, as the Group of that says it to the author of the record."""

    TYPE: ClassVar[str] = "Relationship"
    KIND: ClassVar[str] = "submission"
    CONTEXT: ClassVar[list[Any]] = STANDING_CONTEXT

    id: str
    attributed_to: str
    """The Group of the challenge."""
    record: str
    state: SubmissionState
    updated: datetime
    """Since when it stands so: an older word than the one that is known says nothing any more."""
    reason: str = ""
    """Why, or what should be different where `is_change_wanted`."""
    is_change_wanted: bool = False
    outcome: Outcome | None = None
    thanks: str = ""

    @classmethod
    def read(cls, doc: Doc, vocabulary: Vocabulary) -> Self:
        """Raises Invalid where something is missing, or for a state that nobody here knows."""
        word = doc.text("state")
        state = SubmissionState.PENDING if word == CHANGE_WANTED else _STATES.get(word)
        updated = doc.find_instant("updated")
        if state is None or updated is None:
            raise Invalid("it does not say how the submission stands, or since when")
        return cls(
            id=doc.id("id"),
            attributed_to=doc.id("attributedTo"),
            record=doc.id("subject"),
            state=state,
            updated=updated,
            reason=clean_text(doc.find_text("content"), 4 * MAX_SAID)[:MAX_SAID],
            is_change_wanted=word == CHANGE_WANTED,
            outcome=_OUTCOMES.get(doc.find_text("outcome") or ""),
            thanks=clean_text(doc.find_text("thanks"), 4 * MAX_SAID)[:MAX_SAID],
        )

    def write(self) -> Json:
        document: Json = {
            "id": self.id,
            "type": self.TYPE,
            "kind": self.KIND,
            "attributedTo": self.attributed_to,
            "subject": self.record,
            "object": self.attributed_to,
            "state": CHANGE_WANTED if self.is_change_wanted else self.state.value,
            "updated": write_instant(self.updated),
        }
        said = {"content": self.reason, "outcome": self.outcome and self.outcome.value, "thanks": self.thanks}
        return document | {key: value for key, value in said.items() if value}
