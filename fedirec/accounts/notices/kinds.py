"""Why people are told something, and the shape of the words for it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Notice(StrEnum):
    """Why somebody is told something."""

    FOLLOWED = "followed"
    ASKED_TO_FOLLOW = "asked_to_follow"
    RECOMMENDED = "recommended"
    PASSED_ON = "passed_on"
    MOVED = "moved"
    REMIXED = "remixed"
    CREDITED = "credited"
    ROLE_PROPOSED = "role_proposed"
    ROLE_ANSWERED = "role_answered"
    CREDIT_OFFERED = "credit_offered"
    CREDIT_CONTESTED = "credit_contested"
    CREDIT_ANSWERED = "credit_answered"
    GRANT_ASKED = "grant_asked"
    GRANT_GIVEN = "grant_given"
    WORK_USED = "work_used"
    PRODUCTION_RELEASED = "production_released"
    SOURCE_CHANGED = "source_changed"
    COMMENTED = "commented"
    ANSWERED = "answered"
    MENTIONED = "mentioned"
    ANSWER_ALLOWED = "answer_allowed"
    ANSWER_REFUSED = "answer_refused"
    ANSWERED_WITH_WORK = "answered_with_work"
    QUOTED = "quoted"
    ASKED_TO_QUOTE = "asked_to_quote"
    ASKED_TO_REMIX = "asked_to_remix"
    REMIX_AGREED = "remix_agreed"
    REMIX_REFUSED = "remix_refused"
    REMIX_REVOKED = "remix_revoked"
    REMIX_UNANSWERED = "remix_unanswered"
    SUGGESTED = "suggested"
    SUGGESTION_ADOPTED = "suggestion_adopted"
    SUGGESTION_ANSWERED = "suggestion_answered"
    PEN_OFFERED = "pen_offered"
    PEN_ACCEPTED = "pen_accepted"
    PEN_DECLINED = "pen_declined"
    PEN_LAID_DOWN = "pen_laid_down"
    PEN_TAKEN_BACK = "pen_taken_back"
    PEN_WRITTEN = "pen_written"
    PEN_REFUSED = "pen_refused"
    SUBMITTED = "submitted"
    SUBMISSION_ACCEPTED = "submission_accepted"
    SUBMISSION_DECLINED = "submission_declined"
    SUBMISSION_USED = "submission_used"
    SUBMISSION_BUILT_ON = "submission_built_on"
    SUBMISSION_THANKED = "submission_thanked"
    TERMS_CHANGED = "terms_changed"
    CHALLENGE_CONCLUDED = "challenge_concluded"
    CHALLENGE_CANCELLED = "challenge_cancelled"
    SUBMISSION_RECONSIDERED = "submission_reconsidered"
    SUBMISSION_CHANGED = "submission_changed"
    CHANGE_ASKED = "change_asked"
    INVITED_TO_SUBMIT = "invited_to_submit"
    WORK_WANTED = "work_wanted"
    WORK_REDONE = "work_redone"
    NEED_ANSWERED = "need_answered"
    NEED_FILLED = "need_filled"
    CHALLENGE_CLOSES = "challenge_closes"
    CHALLENGE_LAST_DAY = "challenge_last_day"
    GROUP_WROTE = "group_wrote"
    TASK_GIVEN = "task_given"
    TASK_TAKEN = "task_taken"
    TASK_HANDED_BACK = "task_handed_back"
    TASK_MOVED = "task_moved"
    TASK_DONE = "task_done"
    TASK_DROPPED = "task_dropped"
    TASK_SOON = "task_soon"
    TASK_TODAY = "task_today"
    TASK_OVERDUE = "task_overdue"
    INVITATION_WAITS = "invitation_waits"
    LEADERS_QUIET = "leaders_quiet"
    STEP_LOCKED = "step_locked"
    STEP_DONE = "step_done"
    PROJECT_ABANDONED = "project_abandoned"
    PROJECT_ADOPTABLE = "project_adoptable"
    LEAD_OFFERED = "lead_offered"
    LEADER_BACK = "leader_back"
    TAKEN_OVER = "taken_over"
    LEADS_NOW = "leads_now"
    LEADS_NO_MORE = "leads_no_more"
    WANTS_TO_JOIN = "wants_to_join"
    CHALLENGE_OFFERED = "challenge_offered"
    INVITED_TO_PROJECT = "invited_to_project"
    JOINED_PROJECT = "joined_project"
    DECLINED_PROJECT = "declined_project"
    LET_IN = "let_in"
    NOT_LET_IN = "not_let_in"
    TRUSTED = "trusted"
    MEMBERSHIP_ENDED = "membership_ended"
    PROJECT_DISCARDED = "project_discarded"
    PROJECT_HIDDEN = "project_hidden"
    PROJECT_SHOWN_AGAIN = "project_shown_again"
    PROPOSAL_PUBLISHED = "proposal_published"
    PROPOSAL_REVISED = "proposal_revised"
    PROPOSAL_CLOSING = "proposal_closing"
    PROPOSAL_DECIDED = "proposal_decided"
    PROPOSAL_REJECTED = "proposal_rejected"
    PROPOSAL_LOCKED = "proposal_locked"
    PROPOSAL_RELEASED = "proposal_released"
    PROPOSAL_CANCELLED = "proposal_cancelled"
    DEPARTURE_ASKED = "departure_asked"
    OBJECTED = "objected"
    OBJECTION_ANSWERED = "objection_answered"
    OBJECTION_APPEALED = "objection_appealed"
    OBJECTION_DECIDED = "objection_decided"
    SHARE_GIVEN_BACK = "share_given_back"
    ASKED_TO_JOIN = "asked_to_join"
    ROLE_CHANGED = "role_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    HOST_LEFT = "host_left"
    HOST_BACK = "host_back"
    REPORTED = "reported"
    REPORT_HEEDED = "report_heeded"
    REPORT_DISMISSED = "report_dismissed"
    DECIDED = "decided"
    DECISION_UNDONE = "decision_undone"
    APPEALED = "appealed"
    APPEAL_ANSWERED = "appeal_answered"
    CLAIMED = "claimed"
    CLAIM_ANSWERED = "claim_answered"
    CLAIM_DECIDED = "claim_decided"
    CLAIM_WAITS = "claim_waits"
    MONEY_STATED = "money_stated"
    MONEY_CONFIRMED = "money_confirmed"
    MONEY_REFUSED = "money_refused"
    PAY_DETAILS_GIVEN = "pay_details_given"
    PAY_DETAILS_ERASED = "pay_details_erased"
    PAY_HELD = "pay_held"
    PAY_RELEASED = "pay_released"
    PAY_CODE_MADE = "pay_code_made"
    PAY_CODE_USED = "pay_code_used"
    PAY_CODE_WAITS = "pay_code_waits"
    PAY_CODE_ACCEPTED = "pay_code_accepted"
    PAY_CODE_REFUSED = "pay_code_refused"
    PAY_JOINED = "pay_joined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How people are told about one kind of thing; marked with N_, and translated where it is shown."""

    one: str
    """`who` is the person it comes from, `title` is `details["title"]`."""
    several: str = ""
    """The same when several people did it; here `who` is "Bo and Cy" or "Bo, Cy and others". Empty where each stands
    alone.
    """
    wish: str = ""
    """How people choose whether they are told; empty where they always are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Kinds of notices that belong together, in the order in which they are chosen."""

    name: str
    label: str
    sign: str
    words: dict[Notice, Words]

    @property
    def kinds(self) -> tuple[Notice, ...]:
        return tuple(self.words)

    @property
    def may_be_unwanted(self) -> bool:
        """Whether people choose which of them they are told."""
        return any(each.wish for each in self.words.values())
