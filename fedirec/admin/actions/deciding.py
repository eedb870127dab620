"""Moderators decide about what was reported, and take decisions back. Everything is on record, and people are told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Doer, Permission, require
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.carrying_out import carry_out, let_speak, take_back
from fedirec.admin.actions.looking import lookers_of, open_reports_about, refuse_looked_at, refuse_unjudgeable
from fedirec.admin.judging import AFFECTS_THINGS, UNDOABLE, Action, Verdict
from fedirec.admin.models import Decision, Report
from fedirec.admin.queries.subjects import Thing, things_at
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.translatable import N_

MAX_WORDS: Final = 2_000
MAX_REASON: Final = 500
_NOT_SO: Final = {
    Action.SUSPEND: N_("That account is not suspended."),
    Action.LIMIT: N_("That account is not limited."),
}


async def decide(doer: Doer, accused: Actor, verdict: Verdict) -> Decision | None:
    """What `verdict` says is so, the open reports about `accused` are answered, and all who should know are told.

    None when everything was left as it is. Raises Forbidden for people whom `doer` cannot judge, Conflict while
    somebody else looks at the reports or when it is so already, Invalid and NotFound for what cannot be done.
    """
    _refuse_unfit(doer, verdict)
    action = verdict.action
    things = await _things_for(accused, verdict) if action in AFFECTS_THINGS else []
    async with transaction():
        accused = await Actor.filter(id=accused.id).select_for_update().get()
        account = await refuse_unjudgeable(doer, accused)
        reports = await open_reports_about(accused)
        refuse_looked_at(doer, reports, await lookers_of(reports))
        moderator = await Actor.get_or_none(uri=doer.uri)
        undoing = await carry_out(doer, accused, account, things, verdict, moderator)
        decision = None
        if action is not Action.DISMISS:
            decision = await Decision.create(
                about=accused,
                decided_by=moderator,
                action=action.value,
                things=undoing,
                words=verdict.words.strip(),
                reason=verdict.reason.strip(),
            )
        await _answer(reports, action)
        if decision is not None and account is not None:
            details = {"reason": decision.words[:MAX_REASON]}
            page = f"/decisions/{decision.id}"
            await notify_all([account], Notice.DECIDED, None, f"decision:{decision.id}", page, details)
        if reports or action is not Action.SUSPEND or account is None:
            uris = [thing["uri"] for thing in undoing]
            name = "dismiss_report" if action is Action.DISMISS else f"moderate_{action.value}"
            await audit(doer, name, accused.uri, reason=verdict.reason.strip(), things=uris)
    return decision


async def undo(doer: Doer, decision: Decision, *, reason: str = "") -> None:
    """What `decision`, which comes with its person, did is taken back, and the person is told.

    Raises Conflict for what cannot be taken back or was already.
    """
    require(doer, Permission.MODERATE)
    if len(reason) > MAX_REASON:
        raise Invalid("Please keep it under %(n)s characters.", field="reason", blanks={"n": MAX_REASON})
    action = Action(decision.action)
    if action not in UNDOABLE:
        raise Conflict("What was deleted is gone, and cannot be brought back.")
    async with transaction():
        accused = await Actor.filter(id=decision.about_id).select_for_update().get()
        account = await refuse_unjudgeable(doer, accused)
        fresh = await Decision.filter(id=decision.id, undone_at=None).select_for_update().first()
        if fresh is None:
            raise Conflict("That was taken back already.")
        fresh.undone_at = now()
        await fresh.save(update_fields=["undone_at"])
        await take_back(doer, accused, account, fresh)
        if account is not None:
            subject = f"decision:{fresh.id}:undone"
            await notify_all([account], Notice.DECISION_UNDONE, None, subject, f"/decisions/{fresh.id}")
        if action is not Action.SUSPEND or account is None:  # what was done to an account is on record by then
            await audit(doer, f"undo_{action.value}", accused.uri, reason=reason.strip())


async def undo_all(doer: Doer, accused: Actor, action: Action, *, reason: str = "") -> None:
    """No decision of that kind about `accused` stands any more. Raises Conflict when none did."""
    standing = await Decision.filter(about_id=accused.id, action=action.value, undone_at=None).order_by("id").limit(50)
    if not standing and action is Action.SUSPEND and accused.state == "suspended":
        # Suspended by a version that kept no decisions.
        require(doer, Permission.SUSPEND)
        async with transaction():
            await let_speak(doer, accused, await refuse_unjudgeable(doer, accused))
        return
    if not standing:
        raise Conflict(_NOT_SO.get(action, "That is not so."))
    for decision in standing:
        await undo(doer, decision, reason=reason)


def _refuse_unfit(doer: Doer, verdict: Verdict) -> None:
    require(doer, Permission.SUSPEND if verdict.action is Action.SUSPEND else Permission.MODERATE)
    for name, text, most in (("words", verdict.words, MAX_WORDS), ("reason", verdict.reason, MAX_REASON)):
        if len(text) > most:
            raise Invalid("Please keep it under %(n)s characters.", field=name, blanks={"n": most})
    if verdict.action is Action.WARN and not verdict.words.strip():
        raise Invalid("Please write what they should know.", field="words")
    if verdict.action in AFFECTS_THINGS and not verdict.things:
        raise Invalid("Please choose what it is about.", field="things")


async def _things_for(accused: Actor, verdict: Verdict) -> list[Thing]:
    """What the verdict is about, all of it by `accused` and none of it a person."""
    found = [thing for thing in await things_at(verdict.things) if thing.accused.id == accused.id]
    found = [thing for thing in found if thing.kind != "person"]
    if not found:
        raise NotFound("What was reported is not there any more.")
    if verdict.action is Action.DELETE:
        if not all(thing.accused.is_local for thing in found):
            raise Invalid("Only what was made here can be deleted. You can hide it.", field="action")
        if any(thing.kind == "challenge" for thing in found):
            raise Invalid("A challenge can be hidden, but not deleted.", field="action")
        if any(thing.kind == "project" for thing in found):
            raise Invalid("A project can be hidden, but not deleted.", field="action")
    return found


async def _answer(reports: Sequence[Report], action: Action) -> None:
    """`reports` are closed, and those of our people who made them hear in one sentence what came of it."""
    if not reports:
        return
    keys = [each.id for each in reports]
    await Report.filter(id__in=keys).update(state="closed", outcome=action.value, closed_at=now())
    # The same can be reported again; what the instance noticed itself, it says once.
    await Report.filter(id__in=keys, source="member").update(dedupe_key=None)
    reporters = {each.id: each.reporter_id for each in reports if each.reporter_id is not None}
    # Guests report too: whoever has an account hears of it.
    people = await Account.filter(actor_id__in=list(set(reporters.values()))) if reporters else []
    kind = Notice.REPORT_DISMISSED if action is Action.DISMISS else Notice.REPORT_HEEDED
    await notify_all(people, kind, None, f"reports:{keys[-1]}", "/reports")
