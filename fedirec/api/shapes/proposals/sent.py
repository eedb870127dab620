"""What programs send about pay proposals."""

from __future__ import annotations

from typing import Final, Literal

from pydantic import Field

from fedirec.api.shapes.basis import Row, Sent, Text
from fedirec.credits.revisions.lines import MAX_LABEL, MAX_NAME, MAX_REASON
from fedirec.credits.shares import MAX_LINES, MAX_WEIGHT, WHOLE

_DIGEST: Final = (
    "Of the revision that you have seen: it is refused, or counts for nothing, where another one is in force."
)


class NewProposal(Sent):
    pool: Text = Field(max_length=26, description="The key of the pool.")
    productions: list[Row] = Field(min_length=1, max_length=100)
    title: Text = Field(max_length=MAX_NAME)
    adjusts: Text | None = Field(None, max_length=26, description="The key of the locked proposal that it adjusts.")
    group: Text | None = Field(None, max_length=2048, description="Of the project, if the pool belongs to another one.")


class ProposalLineSent(Sent):
    key: Text = Field("", max_length=26, description="Of a line that is there; left out for a new one.")
    person: Row | None = Field(None, description="For a new line: whose it is.")
    name: Text = Field("", max_length=MAX_NAME, description="For a new line of somebody without an account.")
    label: Text = Field("", max_length=MAX_LABEL)
    role: Text = Field("", max_length=MAX_NAME)
    weight: int = Field(ge=0, le=MAX_WEIGHT)
    reason: Text = Field("", max_length=MAX_REASON)
    income_kind: Literal["royalty", "service", "prize"] = "royalty"
    is_locked: bool = False
    position: int | None = Field(None, ge=0, le=10**6)


class ProposalLinesSent(Sent):
    version: int = Field(ge=0, le=2**31 - 1)
    lines: list[ProposalLineSent] = Field(max_length=MAX_LINES)
    gone: list[Text] = Field([], max_length=MAX_LINES, description="Keys of lines that are taken out.")


class ProposalArrangement(Sent):
    version: int = Field(ge=0, le=2**31 - 1)
    how: Literal["even", "scale", "suggestion", "split", "merge", "credits"] = Field(
        description="even: the same for everybody in a role; scale: to `target`; suggestion: what the trail suggests; "
        "split and merge: the lines `keys`; credits: lines for those who came since."
    )
    keys: list[Text] = Field([], max_length=MAX_LINES)
    target: int = Field(WHOLE, ge=0, le=MAX_WEIGHT)


class ProposalRevisionSent(Sent):
    version: int = Field(ge=0, le=2**31 - 1, description="Of the draft that is published.")
    note: Text = Field("", max_length=1000, description="What changed, and why.")


class ProposalReason(Sent):
    reason: Text = Field("", max_length=1000)


class ProposalCommentSent(Sent):
    text: Text = Field(min_length=1, max_length=5000)


class ProposalWordsHidden(Sent):
    what: Literal["comment", "objection", "answer", "appeal"]
    which: Text = Field(max_length=26, description="The key of the objection, or the id of the comment.")
    reason: Text = Field(max_length=500, description="Everybody can read it.")
    shows: bool = Field(False, description="Whether they are shown again.")


class ObjectionSent(Sent):
    digest: Text = Field(max_length=100, description=_DIGEST)
    kind: Literal["too_little", "too_much", "left_out", "other"]
    words: Text = Field(max_length=2000)
    remedy: Text = Field(max_length=1000, description="What you wish instead.")
    line: Text = Field("", max_length=26)
    wanted_parts: int | None = Field(None, ge=0, le=WHOLE)


class ObjectionAnswer(Sent):
    resolution: Literal["resolved", "partly", "rejected"]
    words: Text = Field(max_length=2000)


class ProposalAppealSent(Sent):
    words: Text = Field(max_length=2000)


class ProposalAppealDecision(Sent):
    upholds: bool
    reason: Text = Field(max_length=2000)


class ProposalSaid(Sent):
    digest: Text = Field(max_length=100, description=_DIGEST)


class ShareGivenBack(ProposalSaid):
    line: Text = Field("", max_length=26, description="One line of yours; left out for all of them.")
    takes_back: bool = Field(False, description="Whether you want after all what you gave back.")


class ProposalDecisionSent(ProposalSaid):
    accepts: bool
    reason: Text = Field(max_length=1000)
