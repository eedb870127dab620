"""What people are told about, and in which words. The words are translated where they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


def N_(text: str) -> str:  # noqa: N802  (gettext's own name for words that are translated later)
    """`text` as it is, marked for translators."""
    return text


class Notice(StrEnum):
    """Why somebody is told something."""

    FOLLOWED = "followed"
    ASKED_TO_FOLLOW = "asked_to_follow"
    RECOMMENDED = "recommended"
    PASSED_ON = "passed_on"
    REMIXED = "remixed"
    CREDITED = "credited"
    SOURCE_CHANGED = "source_changed"
    COMMENTED = "commented"
    ANSWERED = "answered"
    MENTIONED = "mentioned"
    ANSWERED_WITH_WORK = "answered_with_work"
    SUBMITTED = "submitted"
    SUBMISSION_ACCEPTED = "submission_accepted"
    SUBMISSION_DECLINED = "submission_declined"
    ASKED_TO_JOIN = "asked_to_join"
    ROLE_CHANGED = "role_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105


SENTENCES: Final[Mapping[Notice, str]] = {
    Notice.FOLLOWED: N_("%(who)s follows you."),
    Notice.ASKED_TO_FOLLOW: N_("%(who)s asks to follow you."),
    Notice.RECOMMENDED: N_("%(who)s likes “%(title)s”."),
    Notice.PASSED_ON: N_("%(who)s passed on “%(title)s”."),
    Notice.REMIXED: N_("%(who)s made something from “%(title)s”."),
    Notice.CREDITED: N_("%(who)s credits you in “%(title)s”."),
    Notice.SOURCE_CHANGED: N_("“%(title)s”, which you built on, was changed by %(who)s."),
    Notice.COMMENTED: N_("%(who)s commented on “%(title)s”."),
    Notice.ANSWERED: N_("%(who)s answered you about “%(title)s”."),
    Notice.MENTIONED: N_("%(who)s mentions you in a comment on “%(title)s”."),
    Notice.ANSWERED_WITH_WORK: N_("%(who)s answered “%(title)s” with something of their own."),
    Notice.SUBMITTED: N_("%(who)s offers something to “%(title)s”."),
    Notice.SUBMISSION_ACCEPTED: N_("“%(title)s” is now part of the challenge."),
    Notice.SUBMISSION_DECLINED: N_("“%(title)s” was not taken up by the challenge."),
    Notice.ASKED_TO_JOIN: N_("%(who)s would like to join."),
    Notice.ROLE_CHANGED: N_("What you may do here has changed."),
    Notice.PASSWORD_CHANGED: N_("Your password was changed."),
}
"""`who` is the person it comes from, `title` is `details["title"]`."""
