"""Who may do what in challenges and projects: one table.

A row says which parts somebody has to play. Pages, the API and the inbox ask it, `docs/permissions.md` shows it, and
tests compare each of them with it. What somebody is on the instance itself is another table: `accounts.permissions`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Final

from fedirec.errors import Forbidden
from fedirec.translatable import N_


class Part(StrEnum):
    """What somebody is to a challenge, a project, or something in one. They may be several things at once."""

    ANYONE = "anyone"
    """Whoever is signed in here: members, and guests from other servers."""
    RESIDENT = "resident"
    """A member of this instance."""
    AUTHOR = "author"
    """Who made the record, wrote the words, or is the person meant."""
    MEMBER = "member"
    """Somebody who is in the project."""
    TRUSTED = "trusted"
    """A member of the project whom its leaders trust."""
    ASSIGNEE = "assignee"
    """Who has taken the task."""
    LEADER = "leader"
    """Who leads the challenge, or the project that it belongs to."""
    CREATOR = "creator"
    """Who began the project, or took it over."""
    MODERATOR = "moderator"
    """Who moderates this instance."""
    TREASURER = "treasurer"
    """Who may confirm money and pay on this instance."""


class Deed(StrEnum):
    """Something that is done in a challenge or a project."""

    # Challenges
    OPEN_CHALLENGE = "open_challenge"
    CHANGE_CHALLENGE = "change_challenge"
    CHANGE_TERMS = "change_terms"
    EXTEND_CHALLENGE = "extend_challenge"
    CLOSE_CHALLENGE = "close_challenge"
    REOPEN_CHALLENGE = "reopen_challenge"
    BEGIN_SELECTING = "begin_selecting"
    CONCLUDE_CHALLENGE = "conclude_challenge"
    CANCEL_CHALLENGE = "cancel_challenge"
    ARCHIVE_CHALLENGE = "archive_challenge"
    # What is offered to them
    SUBMIT = "submit"
    AGREE_TO_TERMS = "agree_to_terms"
    WITHDRAW_SUBMISSION = "withdraw_submission"
    SEE_WAITING = "see_waiting"
    CHOOSE_SUBMISSION = "choose_submission"
    ASK_FOR_CHANGE = "ask_for_change"
    DECLINE_SUBMISSION = "decline_submission"
    RECONSIDER_SUBMISSION = "reconsider_submission"
    INVITE_TO_SUBMIT = "invite_to_submit"
    REDO_WORK = "redo_work"
    # What is said to followers
    POST_NEWS = "post_news"
    CHANGE_NEWS = "change_news"
    # Projects
    BEGIN_PROJECT = "begin_project"
    SEE_UNLAUNCHED = "see_unlaunched"
    CHANGE_PROJECT = "change_project"
    LAUNCH_PROJECT = "launch_project"
    DISCARD_PROJECT = "discard_project"
    SET_STAGE = "set_stage"
    PUT_UP_PROJECT = "put_up_project"
    """Looking for somebody else to lead it. Where its creator is gone, that is a stage like the others."""
    ADD_LEADER = "add_leader"
    REMOVE_LEADER = "remove_leader"
    STEP_DOWN = "step_down"
    WRITE_STEP = "write_step"
    MOVE_STEP = "move_step"
    ATTACH_CHALLENGE = "attach_challenge"
    # Who is in them
    ASK_TO_JOIN = "ask_to_join"
    INVITE_MEMBER = "invite_member"
    ANSWER_INVITATION = "answer_invitation"
    LET_IN = "let_in"
    TRUST_MEMBER = "trust_member"
    REMOVE_MEMBER = "remove_member"
    LEAVE_PROJECT = "leave_project"
    # What is done by when, and by whom
    MAKE_TASK = "make_task"
    CHANGE_TASK = "change_task"
    TAKE_TASK = "take_task"
    GIVE_TASK = "give_task"
    HAND_BACK_TASK = "hand_back_task"
    FINISH_TASK = "finish_task"
    NAME_NEED = "name_need"
    ANSWER_NEED = "answer_need"
    FILL_NEED = "fill_need"
    # When leaders are silent
    OFFER_TO_LEAD = "offer_to_lead"
    WITHDRAW_OFFER_TO_LEAD = "withdraw_offer_to_lead"
    # What is finished
    PREPARE_PRODUCTION = "prepare_production"
    FREEZE_PRODUCTION = "freeze_production"
    RELEASE_PRODUCTION = "release_production"
    ADD_LINK = "add_link"
    CONFIRM_ROLE = "confirm_role"
    ANSWER_CREDIT = "answer_credit"
    ASK_FOR_GRANT = "ask_for_grant"
    """Asking authors whether money may be made with works whose licences do not let people."""
    # Money
    OPEN_POOL = "open_pool"
    SET_MONEY_ASIDE = "set_money_aside"
    """Opening a pool of the instance's own money, or putting some of it into one."""
    CHANGE_POOL = "change_pool"
    CLOSE_POOL = "close_pool"
    SEE_EVIDENCE = "see_evidence"
    STATE_ENTRY = "state_entry"
    DECIDE_ENTRY = "decide_entry"
    # Pay proposals
    DRAW_UP_PROPOSAL = "draw_up_proposal"
    PUBLISH_PROPOSAL = "publish_proposal"
    """And revising it."""
    CANCEL_PROPOSAL = "cancel_proposal"
    COMMENT_ON_PROPOSAL = "comment_on_proposal"
    OBJECT_TO_PROPOSAL = "object_to_proposal"
    WITHDRAW_OBJECTION = "withdraw_objection"
    ANSWER_OBJECTION = "answer_objection"
    APPEAL_OBJECTION = "appeal_objection"
    DECIDE_PROPOSAL_APPEAL = "decide_proposal_appeal"
    HIDE_WORDS = "hide_words"
    """What somebody said to a pay proposal, of which others see no more than that it is there."""
    ACCEPT_PROPOSAL = "accept_proposal"
    GIVE_SHARE_BACK = "give_share_back"
    """And taking it back."""
    AGREE_TO_DEPARTURE = "agree_to_departure"
    DECIDE_PROPOSAL = "decide_proposal"
    LOCK_PROPOSAL = "lock_proposal"


_LEADERS: Final = frozenset({Part.LEADER, Part.CREATOR})
_HELPERS: Final = _LEADERS | {Part.TRUSTED}
_INSIDE: Final = _HELPERS | {Part.MEMBER}

POWERS: Final[Mapping[Deed, frozenset[Part]]] = {
    Deed.OPEN_CHALLENGE: frozenset({Part.RESIDENT}),
    Deed.CHANGE_CHALLENGE: _LEADERS,
    Deed.CHANGE_TERMS: _LEADERS,
    Deed.EXTEND_CHALLENGE: _LEADERS,
    Deed.CLOSE_CHALLENGE: _LEADERS,
    Deed.REOPEN_CHALLENGE: _LEADERS,
    Deed.BEGIN_SELECTING: _LEADERS,
    Deed.CONCLUDE_CHALLENGE: _LEADERS,
    Deed.CANCEL_CHALLENGE: _LEADERS,
    Deed.ARCHIVE_CHALLENGE: _LEADERS,
    Deed.SUBMIT: frozenset({Part.AUTHOR}),
    Deed.AGREE_TO_TERMS: frozenset({Part.AUTHOR}),
    Deed.WITHDRAW_SUBMISSION: frozenset({Part.AUTHOR}),
    Deed.SEE_WAITING: _HELPERS | {Part.MODERATOR},
    Deed.CHOOSE_SUBMISSION: _LEADERS,
    Deed.ASK_FOR_CHANGE: _HELPERS,
    Deed.DECLINE_SUBMISSION: _LEADERS,
    Deed.RECONSIDER_SUBMISSION: _LEADERS,
    Deed.INVITE_TO_SUBMIT: _LEADERS,
    Deed.REDO_WORK: _LEADERS,
    Deed.POST_NEWS: _LEADERS,
    Deed.CHANGE_NEWS: _LEADERS,
    Deed.BEGIN_PROJECT: frozenset({Part.RESIDENT}),
    Deed.SEE_UNLAUNCHED: _INSIDE | {Part.AUTHOR, Part.MODERATOR},
    Deed.CHANGE_PROJECT: _LEADERS,
    Deed.LAUNCH_PROJECT: _LEADERS,
    Deed.DISCARD_PROJECT: frozenset({Part.CREATOR}),
    Deed.SET_STAGE: _LEADERS,
    Deed.PUT_UP_PROJECT: frozenset({Part.CREATOR}),
    Deed.ADD_LEADER: frozenset({Part.CREATOR}),
    Deed.REMOVE_LEADER: frozenset({Part.CREATOR}),
    Deed.STEP_DOWN: frozenset({Part.LEADER}),
    Deed.WRITE_STEP: _LEADERS,
    Deed.MOVE_STEP: _LEADERS,
    Deed.ATTACH_CHALLENGE: _LEADERS,
    Deed.ASK_TO_JOIN: frozenset({Part.ANYONE}),
    Deed.INVITE_MEMBER: _LEADERS,
    Deed.ANSWER_INVITATION: frozenset({Part.AUTHOR}),
    Deed.LET_IN: _LEADERS,
    Deed.TRUST_MEMBER: _LEADERS,
    Deed.REMOVE_MEMBER: _LEADERS,
    Deed.LEAVE_PROJECT: frozenset({Part.MEMBER}),
    Deed.MAKE_TASK: _HELPERS,
    Deed.CHANGE_TASK: _HELPERS,
    Deed.TAKE_TASK: _INSIDE,
    Deed.GIVE_TASK: _HELPERS,
    Deed.HAND_BACK_TASK: frozenset({Part.ASSIGNEE}),
    Deed.FINISH_TASK: _HELPERS | {Part.ASSIGNEE},
    Deed.NAME_NEED: _LEADERS,
    Deed.ANSWER_NEED: frozenset({Part.ANYONE}),
    Deed.FILL_NEED: _LEADERS,
    Deed.OFFER_TO_LEAD: frozenset({Part.MEMBER}),
    Deed.WITHDRAW_OFFER_TO_LEAD: frozenset({Part.AUTHOR}),
    Deed.PREPARE_PRODUCTION: _LEADERS,
    Deed.FREEZE_PRODUCTION: _LEADERS,
    Deed.RELEASE_PRODUCTION: _LEADERS,
    Deed.ADD_LINK: _LEADERS,
    Deed.CONFIRM_ROLE: frozenset({Part.AUTHOR}),
    Deed.ANSWER_CREDIT: _LEADERS,
    Deed.ASK_FOR_GRANT: _LEADERS,
    Deed.OPEN_POOL: _LEADERS | {Part.TREASURER},
    Deed.SET_MONEY_ASIDE: frozenset({Part.TREASURER}),
    Deed.CHANGE_POOL: _LEADERS | {Part.TREASURER},
    Deed.CLOSE_POOL: _LEADERS | {Part.TREASURER},
    Deed.SEE_EVIDENCE: _LEADERS | {Part.TREASURER},
    Deed.STATE_ENTRY: _LEADERS | {Part.TREASURER},
    Deed.DECIDE_ENTRY: frozenset({Part.TREASURER}),
    Deed.DRAW_UP_PROPOSAL: _LEADERS,
    Deed.PUBLISH_PROPOSAL: _LEADERS,
    Deed.CANCEL_PROPOSAL: _LEADERS,
    Deed.COMMENT_ON_PROPOSAL: frozenset({Part.RESIDENT}),
    Deed.OBJECT_TO_PROPOSAL: frozenset({Part.ANYONE}),
    Deed.WITHDRAW_OBJECTION: frozenset({Part.AUTHOR}),
    Deed.ANSWER_OBJECTION: _LEADERS,
    Deed.APPEAL_OBJECTION: frozenset({Part.AUTHOR}),
    Deed.DECIDE_PROPOSAL_APPEAL: frozenset({Part.MODERATOR, Part.TREASURER}),
    Deed.HIDE_WORDS: frozenset({Part.MODERATOR}),
    Deed.ACCEPT_PROPOSAL: frozenset({Part.AUTHOR}),
    Deed.GIVE_SHARE_BACK: frozenset({Part.AUTHOR}),
    Deed.AGREE_TO_DEPARTURE: frozenset({Part.AUTHOR}),
    Deed.DECIDE_PROPOSAL: frozenset({Part.TREASURER}),
    Deed.LOCK_PROPOSAL: frozenset({Part.TREASURER}),
}

WHO: Final[Mapping[Part, str]] = {
    Part.ANYONE: N_("everybody who is signed in"),
    Part.RESIDENT: N_("members of this instance"),
    Part.AUTHOR: N_("the person whose it is"),
    Part.MEMBER: N_("members of the project"),
    Part.TRUSTED: N_("members whom the leaders trust"),
    Part.ASSIGNEE: N_("who has taken the task"),
    Part.LEADER: N_("leaders"),
    Part.CREATOR: N_("who began the project or took it over"),
    Part.MODERATOR: N_("moderators"),
    Part.TREASURER: N_("treasurers of this instance"),
}


def is_inside(parts: Collection[Part]) -> bool:
    """Whether somebody who plays `parts` is in the project, and reads who does what there."""
    return not _INSIDE.isdisjoint(parts)


def may_do(deed: Deed, parts: Collection[Part]) -> bool:
    """Whether somebody who plays `parts` may do it."""
    return not POWERS[deed].isdisjoint(parts)


def refuse_unless(deed: Deed, parts: Collection[Part]) -> None:
    """Somebody who plays `parts` may do it. Raises Forbidden, which says who may."""
    if not may_do(deed, parts):
        who = next(part for part in Part if part in POWERS[deed])
        raise Forbidden(_ONLY[who])


_ONLY: Final[Mapping[Part, str]] = {
    Part.ANYONE: N_("Please sign in first."),
    Part.RESIDENT: N_("Only members of this instance can do that."),
    Part.AUTHOR: N_("Only the person whose it is can do that."),
    Part.MEMBER: N_("Only members of the project can do that."),
    Part.TRUSTED: N_("Only leaders, and members whom they trust, can do that."),
    Part.ASSIGNEE: N_("Only who has taken the task, and leaders, can do that."),
    Part.LEADER: N_("Only those who lead it can do that."),
    Part.CREATOR: N_("Only who began the project can do that."),
    Part.MODERATOR: N_("Only moderators can do that."),
    Part.TREASURER: N_("Only treasurers of this instance can do that."),
}
