"""What people are told about, and in which words. The words are translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fedirec.translatable import N_


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


SENTENCES: Final[Mapping[Notice, str]] = {
    Notice.FOLLOWED: N_("%(who)s follows you."),
    Notice.ASKED_TO_FOLLOW: N_("%(who)s asks to follow you."),
    Notice.RECOMMENDED: N_("%(who)s likes “%(title)s”."),
    Notice.PASSED_ON: N_("%(who)s passed on “%(title)s”."),
    Notice.MOVED: N_("%(who)s lives at %(title)s now."),
    Notice.REMIXED: N_("%(who)s made something from “%(title)s”."),
    Notice.CREDITED: N_("%(who)s credits you in “%(title)s”."),
    Notice.ROLE_PROPOSED: N_("%(who)s names you in the credits of “%(title)s” and asks whether that is so."),
    Notice.ROLE_ANSWERED: N_("%(who)s answered how they are named in the credits of “%(title)s”."),
    Notice.WORK_USED: N_("Something that you made is part of “%(title)s”, and its credits are final now."),
    Notice.PRODUCTION_RELEASED: N_("“%(title)s”, which you are part of, is released."),
    Notice.SOURCE_CHANGED: N_("“%(title)s”, which you built on, was changed by %(who)s."),
    Notice.COMMENTED: N_("%(who)s commented on “%(title)s”."),
    Notice.ANSWERED: N_("%(who)s answered you about “%(title)s”."),
    Notice.MENTIONED: N_("%(who)s mentions you in a comment on “%(title)s”."),
    Notice.ANSWER_ALLOWED: N_("%(who)s agreed: what you said about “%(title)s” can be seen now."),
    Notice.ANSWER_REFUSED: N_("%(who)s did not agree: what you said about “%(title)s” is seen by you alone."),
    Notice.ANSWERED_WITH_WORK: N_("%(who)s answered “%(title)s” with something of their own."),
    Notice.QUOTED: N_("%(who)s quotes “%(title)s”."),
    Notice.ASKED_TO_QUOTE: N_("%(who)s asks to quote “%(title)s”."),
    Notice.ASKED_TO_REMIX: N_("%(who)s made something from “%(title)s” and asks whether you agree."),
    Notice.REMIX_AGREED: N_("%(who)s agrees to what you made from “%(title)s”."),
    Notice.REMIX_REFUSED: N_("%(who)s does not agree to what you made from “%(title)s”."),
    Notice.REMIX_REVOKED: N_("%(who)s does not agree any more to what you made from “%(title)s”."),
    Notice.REMIX_UNANSWERED: N_("A question about a remix of “%(title)s” has waited too long, and was not answered."),
    Notice.SUGGESTED: N_("%(who)s suggests a change to “%(title)s”."),
    Notice.SUGGESTION_ADOPTED: N_("%(who)s took up the change that you suggested to “%(title)s”."),
    Notice.SUGGESTION_ANSWERED: N_("%(who)s answered the change that you suggested to “%(title)s”."),
    Notice.PEN_OFFERED: N_("%(who)s invites you to write “%(title)s” with them."),
    Notice.PEN_ACCEPTED: N_("%(who)s writes “%(title)s” with you now."),
    Notice.PEN_DECLINED: N_("%(who)s does not want to write “%(title)s” with you."),
    Notice.PEN_LAID_DOWN: N_("%(who)s does not write “%(title)s” with you any more."),
    Notice.PEN_TAKEN_BACK: N_("%(who)s writes “%(title)s” without you from now on."),
    Notice.PEN_WRITTEN: N_("%(who)s made a new version of “%(title)s”, which you write together."),
    Notice.PEN_REFUSED: N_("What you wrote for “%(title)s”, by %(who)s, was not taken. You find it as you left it."),
    Notice.SUBMITTED: N_("%(who)s offers something to “%(title)s”."),
    Notice.SUBMISSION_ACCEPTED: N_("“%(title)s” is now part of the challenge."),
    Notice.SUBMISSION_DECLINED: N_("“%(title)s” was not taken up by the challenge."),
    Notice.SUBMISSION_USED: N_("“%(title)s” was used."),
    Notice.SUBMISSION_BUILT_ON: N_("“%(title)s” was built on."),
    Notice.SUBMISSION_THANKED: N_("The challenge is finished. Thank you for “%(title)s”."),
    Notice.TERMS_CHANGED: N_("The terms of “%(title)s” have changed. Yours holds as you know it until you agree."),
    Notice.CHALLENGE_CONCLUDED: N_("“%(title)s” is finished. Thank you for taking part."),
    Notice.CHALLENGE_CANCELLED: N_("“%(title)s” was called off."),
    Notice.SUBMISSION_RECONSIDERED: N_("The decision about “%(title)s” is open again."),
    Notice.SUBMISSION_CHANGED: N_("%(who)s changed “%(title)s”, as you had asked."),
    Notice.CHANGE_ASKED: N_("%(who)s would like “%(title)s” to be a little different before it is decided about."),
    Notice.INVITED_TO_SUBMIT: N_("%(who)s invites you to make something for “%(title)s”."),
    Notice.WORK_WANTED: N_("%(who)s would like to have a work of yours in “%(title)s”."),
    Notice.WORK_REDONE: N_("“%(title)s”, which you made or built on, is made anew."),
    Notice.NEED_ANSWERED: N_("%(who)s could do what “%(title)s” looks for."),
    Notice.NEED_FILLED: N_("%(who)s wrote down that “%(title)s” found you."),
    Notice.CHALLENGE_CLOSES: N_("“%(title)s” closes in three days."),
    Notice.CHALLENGE_LAST_DAY: N_("“%(title)s” closes within a day."),
    Notice.GROUP_WROTE: N_("“%(who)s” wrote to you: %(title)s."),
    Notice.TASK_GIVEN: N_("%(who)s asks you to see to “%(title)s”. You can hand it back."),
    Notice.TASK_TAKEN: N_("%(who)s sees to “%(title)s”."),
    Notice.TASK_HANDED_BACK: N_("%(who)s handed “%(title)s” back. It waits for somebody."),
    Notice.TASK_MOVED: N_("%(who)s changed the date of “%(title)s”, which you see to."),
    Notice.TASK_DONE: N_("%(who)s has done “%(title)s”."),
    Notice.TASK_DROPPED: N_("“%(title)s”, which was yours to do, needs not be done any more."),
    Notice.TASK_SOON: N_("“%(title)s”, which you see to, is due in two days."),
    Notice.TASK_TODAY: N_("“%(title)s”, which you see to, is due today."),
    Notice.TASK_OVERDUE: N_("The date of “%(title)s”, which you see to, has passed."),
    Notice.INVITATION_WAITS: N_("“%(title)s” still waits for your answer: they would like you to join."),
    Notice.LEADERS_QUIET: N_(
        "Nobody who leads “%(title)s” has done anything there for a long time. Please look in, or members can take it "
        "over soon."
    ),
    Notice.PROJECT_ADOPTABLE: N_("“%(title)s” looks for somebody who leads it: its leaders have gone quiet."),
    Notice.LEAD_OFFERED: N_("%(who)s offers to lead “%(title)s”."),
    Notice.LEADER_BACK: N_("“%(title)s” has a leader again, and needs nobody who takes it over."),
    Notice.TAKEN_OVER: N_("%(who)s leads “%(title)s” from now on."),
    Notice.LEADS_NOW: N_("You lead “%(title)s” from now on."),
    Notice.LEADS_NO_MORE: N_("You do not lead “%(title)s” any more. The log says why."),
    Notice.WANTS_TO_JOIN: N_("%(who)s would like to be part of “%(title)s”."),
    Notice.CHALLENGE_OFFERED: N_("The challenge “%(who)s” says that it is part of “%(title)s”: take it in, or not."),
    Notice.INVITED_TO_PROJECT: N_("%(who)s invites you to be part of “%(title)s”."),
    Notice.JOINED_PROJECT: N_("%(who)s is part of “%(title)s” now."),
    Notice.DECLINED_PROJECT: N_("%(who)s does not want to be part of “%(title)s”."),
    Notice.LET_IN: N_("You are part of “%(title)s” now."),
    Notice.NOT_LET_IN: N_("You cannot be part of “%(title)s” just now. You can still contribute."),
    Notice.TRUSTED: N_("%(who)s trusts you to help with “%(title)s”."),
    Notice.MEMBERSHIP_ENDED: N_("You are not part of “%(title)s” any more. The log says why."),
    Notice.ASKED_TO_JOIN: N_("%(who)s would like to join."),
    Notice.ROLE_CHANGED: N_("What you may do here has changed."),
    Notice.PASSWORD_CHANGED: N_("Your password was changed."),
    Notice.HOST_LEFT: N_(
        "This place exchanges nothing with %(title)s any more. Whom you followed there, and who followed you from "
        "there, cannot be reached."
    ),
    Notice.HOST_BACK: N_("This place exchanges things with %(title)s again. Whom you followed there was asked anew."),
    Notice.REPORTED: N_("There is a report about %(title)s."),
    Notice.REPORT_HEEDED: N_("Thank you: a moderator looked at what you reported, and did something about it."),
    Notice.REPORT_DISMISSED: N_("Thank you: a moderator looked at what you reported, and left it as it is."),
    Notice.DECIDED: N_("A moderator made a decision that concerns you. Here is what was done, and why."),
    Notice.DECISION_UNDONE: N_("A decision that concerned you was taken back."),
    Notice.APPEALED: N_("%(title)s asks you to look at a decision again."),
    Notice.APPEAL_ANSWERED: N_("You asked us to look at a decision again, and here is the answer."),
    Notice.CLAIMED: N_("%(who)s says that something about “%(title)s” is not right."),
    Notice.CLAIM_ANSWERED: N_("%(who)s answered what was said about the trail of “%(title)s”."),
    Notice.CLAIM_DECIDED: N_("What was said about the trail of “%(title)s” is settled. Here is how, and why."),
    Notice.CLAIM_WAITS: N_("Somebody says that something about the trail of “%(title)s” is not right."),
}
"""`who` is the person it comes from, `title` is `details["title"]`."""

OF_SEVERAL: Final[Mapping[Notice, str]] = {
    Notice.FOLLOWED: N_("%(who)s follow you."),
    Notice.ASKED_TO_FOLLOW: N_("%(who)s ask to follow you."),
    Notice.RECOMMENDED: N_("%(who)s like “%(title)s”."),
    Notice.PASSED_ON: N_("%(who)s have passed on “%(title)s”."),
    Notice.REMIXED: N_("%(who)s have made something from “%(title)s”."),
    Notice.CREDITED: N_("%(who)s credit you in “%(title)s”."),
    Notice.COMMENTED: N_("%(who)s have commented on “%(title)s”."),
    Notice.ANSWERED: N_("%(who)s have answered you about “%(title)s”."),
    Notice.MENTIONED: N_("%(who)s mention you in comments on “%(title)s”."),
    Notice.ANSWERED_WITH_WORK: N_("%(who)s have answered “%(title)s” with something of their own."),
    Notice.QUOTED: N_("%(who)s quote “%(title)s”."),
    Notice.ASKED_TO_QUOTE: N_("%(who)s ask to quote “%(title)s”."),
    Notice.SUBMITTED: N_("%(who)s offer something to “%(title)s”."),
    Notice.NEED_ANSWERED: N_("%(who)s could do what “%(title)s” looks for."),
    Notice.LEAD_OFFERED: N_("%(who)s offer to lead “%(title)s”."),
    Notice.ASKED_TO_JOIN: N_("%(who)s ask to join."),
    Notice.WANTS_TO_JOIN: N_("%(who)s would like to be part of “%(title)s”."),
    Notice.JOINED_PROJECT: N_("%(who)s are part of “%(title)s” now."),
}
"""The same when several people did it; here `who` is "Bo and Cy" or "Bo, Cy and others"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Kinds of notices that belong together."""

    name: str
    label: str
    sign: str
    kinds: tuple[Notice, ...]
    may_be_unwanted: bool = True


FAMILIES: Final = (
    Family(
        name="remixes",
        label=N_("Remixes"),
        sign="remix",
        kinds=(
            Notice.REMIXED,
            Notice.ANSWERED_WITH_WORK,
            Notice.SOURCE_CHANGED,
            Notice.ASKED_TO_REMIX,
            Notice.REMIX_AGREED,
            Notice.REMIX_REFUSED,
            Notice.REMIX_REVOKED,
            Notice.REMIX_UNANSWERED,
            Notice.SUGGESTED,
            Notice.SUGGESTION_ADOPTED,
            Notice.SUGGESTION_ANSWERED,
            Notice.PEN_OFFERED,
            Notice.PEN_ACCEPTED,
            Notice.PEN_DECLINED,
            Notice.PEN_LAID_DOWN,
            Notice.PEN_TAKEN_BACK,
            Notice.PEN_WRITTEN,
            Notice.PEN_REFUSED,
        ),
    ),
    Family(
        name="credits",
        label=N_("Credits"),
        sign="clap",
        kinds=(
            Notice.CREDITED,
            Notice.ROLE_PROPOSED,
            Notice.ROLE_ANSWERED,
            Notice.WORK_USED,
            Notice.PRODUCTION_RELEASED,
        ),
    ),
    Family(
        name="talk",
        label=N_("Talk"),
        sign="comment",
        kinds=(
            Notice.COMMENTED,
            Notice.ANSWERED,
            Notice.MENTIONED,
            Notice.ANSWER_ALLOWED,
            Notice.ANSWER_REFUSED,
            Notice.QUOTED,
            Notice.ASKED_TO_QUOTE,
        ),
    ),
    Family(
        name="challenges",
        label=N_("Challenges"),
        sign="challenge",
        kinds=(
            Notice.SUBMITTED,
            Notice.SUBMISSION_ACCEPTED,
            Notice.SUBMISSION_DECLINED,
            Notice.SUBMISSION_USED,
            Notice.SUBMISSION_BUILT_ON,
            Notice.SUBMISSION_THANKED,
            Notice.TERMS_CHANGED,
            Notice.CHALLENGE_CONCLUDED,
            Notice.CHALLENGE_CANCELLED,
            Notice.SUBMISSION_RECONSIDERED,
            Notice.SUBMISSION_CHANGED,
            Notice.CHANGE_ASKED,
            Notice.INVITED_TO_SUBMIT,
            Notice.WORK_WANTED,
            Notice.WORK_REDONE,
            Notice.NEED_ANSWERED,
            Notice.NEED_FILLED,
            Notice.CHALLENGE_CLOSES,
            Notice.CHALLENGE_LAST_DAY,
        ),
    ),
    Family(
        name="projects",
        label=N_("Projects"),
        sign="check",
        kinds=(
            Notice.GROUP_WROTE,
            Notice.TASK_GIVEN,
            Notice.TASK_TAKEN,
            Notice.TASK_HANDED_BACK,
            Notice.TASK_MOVED,
            Notice.TASK_DONE,
            Notice.TASK_DROPPED,
            Notice.TASK_SOON,
            Notice.TASK_TODAY,
            Notice.TASK_OVERDUE,
            Notice.INVITATION_WAITS,
            Notice.PROJECT_ADOPTABLE,
            Notice.LEADER_BACK,
            Notice.WANTS_TO_JOIN,
            Notice.CHALLENGE_OFFERED,
            Notice.INVITED_TO_PROJECT,
            Notice.JOINED_PROJECT,
            Notice.DECLINED_PROJECT,
            Notice.LET_IN,
            Notice.NOT_LET_IN,
            Notice.TRUSTED,
        ),
    ),
    Family(
        name="leading",
        label=N_("Leading"),
        sign="challenge",
        kinds=(
            Notice.LEADERS_QUIET,
            Notice.LEAD_OFFERED,
            Notice.TAKEN_OVER,
            Notice.LEADS_NOW,
            Notice.LEADS_NO_MORE,
            Notice.MEMBERSHIP_ENDED,
        ),
        may_be_unwanted=False,
    ),
    Family(
        name="people",
        label=N_("People"),
        sign="people",
        kinds=(Notice.FOLLOWED, Notice.ASKED_TO_FOLLOW, Notice.RECOMMENDED, Notice.PASSED_ON, Notice.MOVED),
    ),
    Family(
        name="place",
        label=N_("This place"),
        sign="home",
        kinds=(
            Notice.ASKED_TO_JOIN,
            Notice.ROLE_CHANGED,
            Notice.PASSWORD_CHANGED,
            Notice.HOST_LEFT,
            Notice.HOST_BACK,
            Notice.REPORTED,
            Notice.REPORT_HEEDED,
            Notice.REPORT_DISMISSED,
            Notice.DECIDED,
            Notice.DECISION_UNDONE,
            Notice.APPEALED,
            Notice.APPEAL_ANSWERED,
            Notice.CLAIMED,
            Notice.CLAIM_ANSWERED,
            Notice.CLAIM_DECIDED,
            Notice.CLAIM_WAITS,
        ),
        may_be_unwanted=False,
    ),
)
"""Every kind of notice is in one of them."""

WISHES: Final[Mapping[Notice, str]] = {
    Notice.REMIXED: N_("Somebody makes something from a record of mine"),
    Notice.ANSWERED_WITH_WORK: N_("Somebody answers a record of mine with something of their own"),
    Notice.SOURCE_CHANGED: N_("Something that I built on changes"),
    Notice.CREDITED: N_("Somebody credits me"),
    Notice.ROLE_PROPOSED: N_("Somebody asks whether I did something for a production"),
    Notice.ROLE_ANSWERED: N_("Somebody whom I named in a production says whether that is so"),
    Notice.WORK_USED: N_("Something that I made becomes part of a production"),
    Notice.PRODUCTION_RELEASED: N_("A production that I am part of is released"),
    Notice.COMMENTED: N_("Somebody comments on a record of mine"),
    Notice.ANSWERED: N_("Somebody answers a comment of mine"),
    Notice.MENTIONED: N_("Somebody mentions me"),
    Notice.ANSWER_ALLOWED: N_("Something I said waited for somebody, and they agreed"),
    Notice.ANSWER_REFUSED: N_("Something I said waited for somebody, and they did not agree"),
    Notice.QUOTED: N_("Somebody quotes a record of mine"),
    Notice.ASKED_TO_QUOTE: N_("Somebody asks to quote a record of mine"),
    Notice.ASKED_TO_REMIX: N_("Somebody asks whether I agree to a remix of mine"),
    Notice.REMIX_AGREED: N_("Somebody agrees to a remix that I made"),
    Notice.REMIX_REFUSED: N_("Somebody does not agree to a remix that I made"),
    Notice.REMIX_REVOKED: N_("Somebody takes back that they agreed to a remix that I made"),
    Notice.REMIX_UNANSWERED: N_("A question about a remix is not answered in time"),
    Notice.SUGGESTED: N_("Somebody suggests a change to a record of mine"),
    Notice.SUGGESTION_ADOPTED: N_("Somebody takes up a change that I suggested"),
    Notice.SUGGESTION_ANSWERED: N_("Somebody answers a change that I suggested"),
    Notice.PEN_OFFERED: N_("Somebody invites me to write a record with them"),
    Notice.PEN_ACCEPTED: N_("Somebody whom I invited writes a record with me"),
    Notice.PEN_DECLINED: N_("Somebody whom I invited does not want to write with me"),
    Notice.PEN_LAID_DOWN: N_("Somebody stops writing a record with me"),
    Notice.PEN_TAKEN_BACK: N_("Somebody goes on with a record without me"),
    Notice.PEN_WRITTEN: N_("Somebody makes a new version of a record that we write together"),
    Notice.PEN_REFUSED: N_("A version that I wrote with somebody is not taken"),
    Notice.SUBMITTED: N_("Something is offered to a challenge that I lead"),
    Notice.SUBMISSION_ACCEPTED: N_("A record of mine becomes part of a challenge"),
    Notice.SUBMISSION_DECLINED: N_("A record of mine is not taken up by a challenge"),
    Notice.SUBMISSION_RECONSIDERED: N_("A decision about a record of mine is open again"),
    Notice.SUBMISSION_CHANGED: N_("Somebody changes what they offered, as I asked"),
    Notice.CHANGE_ASKED: N_("A change is asked for before a record of mine is decided about"),
    Notice.INVITED_TO_SUBMIT: N_("Somebody invites me to make something for a challenge"),
    Notice.WORK_WANTED: N_("Somebody would like to have a work of mine in a challenge"),
    Notice.WORK_REDONE: N_("Something that I made or built on is made anew"),
    Notice.SUBMISSION_USED: N_("Something that I offered to a challenge is used"),
    Notice.SUBMISSION_BUILT_ON: N_("Something that I offered to a challenge is built on"),
    Notice.SUBMISSION_THANKED: N_("A challenge that I took part in thanks me"),
    Notice.TERMS_CHANGED: N_("The terms of a challenge that I took part in change"),
    Notice.CHALLENGE_CONCLUDED: N_("A challenge that I took part in is finished"),
    Notice.CHALLENGE_CANCELLED: N_("A challenge that I took part in is called off"),
    Notice.NEED_ANSWERED: N_("Somebody could do what I look for"),
    Notice.NEED_FILLED: N_("A challenge or project that I answered found me"),
    Notice.CHALLENGE_CLOSES: N_("A challenge that concerns me closes in three days"),
    Notice.CHALLENGE_LAST_DAY: N_("A challenge that concerns me closes within a day"),
    Notice.GROUP_WROTE: N_("A challenge or project of another server writes to me"),
    Notice.TASK_GIVEN: N_("Somebody asks me to see to a task"),
    Notice.TASK_TAKEN: N_("Somebody takes a task that I wrote down"),
    Notice.TASK_HANDED_BACK: N_("Somebody hands back a task that I wrote down"),
    Notice.TASK_MOVED: N_("The date of a task of mine changes"),
    Notice.TASK_DONE: N_("Somebody has done a task that I wrote down"),
    Notice.TASK_DROPPED: N_("A task of mine needs not be done any more"),
    Notice.TASK_SOON: N_("A task of mine is due in two days"),
    Notice.TASK_TODAY: N_("A task of mine is due today"),
    Notice.TASK_OVERDUE: N_("The date of a task of mine has passed"),
    Notice.INVITATION_WAITS: N_("An invitation to a project waits for my answer"),
    Notice.PROJECT_ADOPTABLE: N_("A project that I am in looks for somebody to lead it"),
    Notice.LEADER_BACK: N_("A leader of a project comes back that I offered to lead"),
    Notice.WANTS_TO_JOIN: N_("Somebody would like to be part of a project that I lead"),
    Notice.CHALLENGE_OFFERED: N_("A challenge from elsewhere would be part of a project that I lead"),
    Notice.INVITED_TO_PROJECT: N_("Somebody invites me to a project"),
    Notice.JOINED_PROJECT: N_("Somebody whom I invited is part of a project now"),
    Notice.DECLINED_PROJECT: N_("Somebody whom I invited does not want to be part of a project"),
    Notice.LET_IN: N_("A project that I asked lets me in"),
    Notice.NOT_LET_IN: N_("A project that I asked does not let me in"),
    Notice.TRUSTED: N_("Leaders of a project trust me with more"),
    Notice.FOLLOWED: N_("Somebody follows me"),
    Notice.ASKED_TO_FOLLOW: N_("Somebody asks to follow me"),
    Notice.RECOMMENDED: N_("Somebody likes a record of mine"),
    Notice.PASSED_ON: N_("Somebody passes on a record of mine"),
    Notice.MOVED: N_("Somebody whom I follow moves"),
}
"""How people choose what they are told; what is not here they are always told."""

ALWAYS: Final = "always"
"""Stands for all others, where somebody chooses what they are sent by mail."""


def family_of(kind: Notice) -> Family:
    """Where a kind of notice belongs."""
    return next(family for family in FAMILIES if kind in family.kinds)
