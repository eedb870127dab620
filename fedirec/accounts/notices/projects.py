"""What people are told about projects, their tasks and who is in them."""

from __future__ import annotations

from typing import Final

from fedirec.accounts.notices.kinds import Family, Notice, Words
from fedirec.translatable import N_

FAMILY: Final = Family(
    name="projects",
    label=N_("Projects"),
    sign="check",
    words={
        Notice.GROUP_WROTE: Words(
            one=N_("“%(who)s” wrote to you: %(title)s"),
            wish=N_("A challenge or project of another server writes to me"),
        ),
        Notice.TASK_GIVEN: Words(
            one=N_("%(who)s asks you to see to “%(title)s”. You can hand it back."),
            wish=N_("Somebody asks me to see to a task"),
        ),
        Notice.TASK_TAKEN: Words(
            one=N_("%(who)s sees to “%(title)s”."), wish=N_("Somebody takes a task that I wrote down")
        ),
        Notice.TASK_HANDED_BACK: Words(
            one=N_("%(who)s handed “%(title)s” back. It waits for somebody."),
            wish=N_("Somebody hands back a task that I wrote down"),
        ),
        Notice.TASK_MOVED: Words(
            one=N_("%(who)s changed the date of “%(title)s”, which you see to."),
            wish=N_("The date of a task of mine changes"),
        ),
        Notice.TASK_DONE: Words(
            one=N_("%(who)s has done “%(title)s”."), wish=N_("Somebody has done a task that I wrote down")
        ),
        Notice.TASK_DROPPED: Words(
            one=N_("“%(title)s”, which was yours to do, does not have to be done any more."),
            wish=N_("A task of mine does not have to be done any more"),
        ),
        Notice.TASK_SOON: Words(
            one=N_("“%(title)s”, which you see to, is due in two days."), wish=N_("A task of mine is due in two days")
        ),
        Notice.TASK_TODAY: Words(
            one=N_("“%(title)s”, which you see to, is due today."), wish=N_("A task of mine is due today")
        ),
        Notice.TASK_OVERDUE: Words(
            one=N_("The date of “%(title)s”, which you see to, has passed."),
            wish=N_("The date of a task of mine has passed"),
        ),
        Notice.INVITATION_WAITS: Words(
            one=N_("“%(title)s” still waits for your answer: they would like you to join."),
            wish=N_("An invitation to a project waits for my answer"),
        ),
        Notice.STEP_LOCKED: Words(
            one=N_("The step “%(title)s” is locked. What you see to there, or offered to it, waits."),
            wish=N_("A step is locked in which I see to something, or something that I offered waits"),
        ),
        Notice.STEP_DONE: Words(
            one=N_(
                "The step “%(title)s” is done. Look whether what you see to there, or offered to it, is still wanted."
            ),
            wish=N_("A step is done in which I see to something, or something that I offered waits"),
        ),
        Notice.PROJECT_ABANDONED: Words(
            one=N_("“%(title)s” was given up. What you made for it stays yours."),
            wish=N_("A project in which I am, or to which I offered something, is given up"),
        ),
        Notice.PROJECT_ADOPTABLE: Words(
            one=N_("“%(title)s” looks for somebody to lead it."),
            wish=N_("A project that I am in looks for somebody to lead it"),
        ),
        Notice.LEADER_BACK: Words(
            one=N_("“%(title)s” has a leader again, and needs nobody who takes it over."),
            wish=N_("A leader of a project comes back that I offered to lead"),
        ),
        Notice.WANTS_TO_JOIN: Words(
            one=N_("%(who)s would like to be part of “%(title)s”."),
            several=N_("%(who)s would like to be part of “%(title)s”."),
            wish=N_("Somebody would like to be part of a project that I lead"),
        ),
        Notice.CHALLENGE_OFFERED: Words(
            one=N_("The challenge “%(who)s” says that it is part of “%(title)s”: take it in, or not."),
            wish=N_("A challenge from elsewhere would be part of a project that I lead"),
        ),
        Notice.INVITED_TO_PROJECT: Words(
            one=N_("%(who)s invites you to be part of “%(title)s”."), wish=N_("Somebody invites me to a project")
        ),
        Notice.JOINED_PROJECT: Words(
            one=N_("%(who)s is part of “%(title)s” now."),
            several=N_("%(who)s are part of “%(title)s” now."),
            wish=N_("Somebody whom I invited is part of a project now"),
        ),
        Notice.DECLINED_PROJECT: Words(
            one=N_("%(who)s does not want to be part of “%(title)s”."),
            wish=N_("Somebody whom I invited does not want to be part of a project"),
        ),
        Notice.LET_IN: Words(one=N_("You are part of “%(title)s” now."), wish=N_("A project that I asked lets me in")),
        Notice.NOT_LET_IN: Words(
            one=N_("You cannot be part of “%(title)s” just now. You can still contribute."),
            wish=N_("A project that I asked does not let me in"),
        ),
        Notice.TRUSTED: Words(
            one=N_("%(who)s trusts you to help with “%(title)s”."), wish=N_("Leaders of a project trust me with more")
        ),
        Notice.PROJECT_DISCARDED: Words(one=N_("%(who)s discarded “%(title)s” before it was launched. It is gone.")),
        Notice.PROJECT_HIDDEN: Words(
            one=N_("Moderators have hidden “%(title)s”. Nobody sees it for now, and nothing of it is lost.")
        ),
        Notice.PROJECT_SHOWN_AGAIN: Words(one=N_("“%(title)s” was hidden by moderators and is shown again now.")),
    },
)
