"""Moderators decide about what was reported, and take decisions back. Everything is on record, and people are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.members import suspend, unsuspend
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Doer, Permission, Role, may_judge, refuse, require
from fedirec.activitypub.actors import publish_actor_update
from fedirec.activitypub.models import Actor
from fedirec.activitypub.policies import stance_to
from fedirec.activitypub.quiet import hush
from fedirec.admin.judging import AFFECTS_THINGS, UNDOABLE, Action
from fedirec.admin.models import Decision, ModeratorNote, Report
from fedirec.admin.queries.subjects import Thing, things_at
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Invalid, NotFound
from fedirec.remix.actions.comments import delete_comment
from fedirec.remix.actions.records import delete_record
from fedirec.remix.actions.taking_down import (
    hide_challenge,
    hide_comment_of,
    hide_record,
    let_groups_speak,
    show_challenge_again,
    show_comment_again,
    show_record_again,
    silence_groups_of,
)
from fedirec.remix.models import Challenge, Comment, Record
from fedirec.translatable import N_
from fedirec.uris import origin_of

CLAIMED_FOR: Final = timedelta(hours=1)
"""How long somebody who looks at reports has them for themselves."""
MAX_WORDS: Final = 2_000
MAX_REASON: Final = 500
MAX_NOTE: Final = 2_000
MAX_REPORTS: Final = 500
"""Reports about one person that one decision answers."""


_NOT_SO: Final = {
    Action.SUSPEND: N_("That account is not suspended."),
    Action.LIMIT: N_("That account is not limited."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a moderator has decided about somebody."""

    action: Action
    things: Sequence[str] = ()
    """The addresses of what is hidden or deleted."""
    words: str = ""
    """What the person is told."""
    reason: str = ""
    """What the log keeps."""


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
        reports = await _open_reports(accused)
        refuse_claimed(doer, reports, await _names_of(reports))
        moderator = await Actor.get_or_none(uri=doer.uri)
        undoing = await _carry_out(doer, accused, account, things, verdict, moderator)
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
        if action is Action.HIDE:
            await _put_back(fresh)
        elif action is Action.LIMIT and not await _stands(accused, Action.LIMIT):
            await _limit(accused, at=None)
        elif action is Action.SUSPEND and not await _stands(accused, Action.SUSPEND):
            await _let_speak(doer, accused, account)
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
            await _let_speak(doer, accused, await refuse_unjudgeable(doer, accused))
        return
    if not standing:
        raise Conflict(_NOT_SO.get(action, "That is not so."))
    for decision in standing:
        await undo(doer, decision, reason=reason)


async def claim(doer: Doer, accused: Actor, *, take_over: bool = False) -> None:
    """The open reports about `accused` are looked at by `doer`, and for an hour by nobody else.

    Raises Conflict when somebody else has them, unless `doer` means to `take_over`.
    """
    require(doer, Permission.MODERATE)
    async with transaction():
        await refuse_unjudgeable(doer, accused)
        reports = await _open_reports(accused)
        if not reports:
            raise NotFound("There are no open reports about them.")
        if not take_over:
            refuse_claimed(doer, reports, await _names_of(reports))
        moderator = await Actor.get_or_none(uri=doer.uri)
        if moderator is None:
            raise Conflict("Only somebody with an account can look at reports for themselves.")
        await Report.filter(id__in=[each.id for each in reports]).update(claimed_by_id=moderator.id, claimed_at=now())


async def release(doer: Doer, accused: Actor) -> None:
    """Whoever likes can look at the open reports about `accused`."""
    require(doer, Permission.MODERATE)
    mine = Report.filter(accused_id=accused.id, state="open", claimed_by__uri=doer.uri)
    keys = await mine.values_list("id", flat=True)
    if keys:
        await Report.filter(id__in=list(keys)).update(claimed_by_id=None, claimed_at=None)


async def write_note(doer: Doer, about: Actor, text: str) -> ModeratorNote:
    """The other moderators read `text` wherever they look at `about`."""
    require(doer, Permission.MODERATE)
    text = text.strip()
    if not text:
        raise Invalid("Please write something.", field="text")
    if len(text) > MAX_NOTE:
        raise Invalid("Please keep it under %(n)s characters.", field="text", blanks={"n": MAX_NOTE})
    async with transaction():
        return await ModeratorNote.create(about=about, author=await Actor.get_or_none(uri=doer.uri), text=text)


async def refuse_unjudgeable(doer: Doer, accused: Actor) -> Account | None:
    """The account of `accused`, if they have one here. Raises Forbidden for oneself, and for people of one's rank."""
    refuse(doer.uri != accused.uri, N_("Somebody else has to decide about you."))
    account = await Account.get_or_none(actor_id=accused.id)
    if account is not None:
        account.actor = accused
        allowed = may_judge(doer.role, subject=Role(account.role))
        refuse(allowed, N_("You can only decide about people with fewer rights."))
    return account


def refuse_claimed(doer: Doer, reports: Collection[Report], names: Mapping[int, Actor]) -> None:
    """Raise Conflict while somebody else than `doer` looks at one of `reports`."""
    for each in reports:
        claimed = names.get(each.claimed_by_id or 0)
        if claimed is None or claimed.uri == doer.uri or each.claimed_at is None:
            continue
        if each.claimed_at > now() - CLAIMED_FOR:
            raise Conflict("%(who)s is looking at this.", blanks={"who": claimed.name or claimed.handle})


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
    return found


async def _carry_out(
    doer: Doer,
    accused: Actor,
    account: Account | None,
    things: Sequence[Thing],
    verdict: Verdict,
    moderator: Actor | None,
) -> list[dict[str, Any]]:
    """It is done; answers what has to be known to take it back."""
    match verdict.action:
        case Action.HIDE:
            return [await _hide(thing, moderator) for thing in things]
        case Action.DELETE:
            for thing in things:
                await _delete(thing)
            return [{"uri": thing.uri, "kind": thing.kind} for thing in things]
        case Action.LIMIT:
            if accused.limited_at is not None:
                raise Conflict("They are limited already.")
            await _limit(accused, at=now())
        case Action.SUSPEND:
            await _silence(doer, accused, account, verdict)
    return []


async def _hide(thing: Thing, moderator: Actor | None) -> dict[str, Any]:
    kept: dict[str, Any] = {"uri": thing.uri, "kind": thing.kind, "row": thing.row}
    if isinstance(thing.whole, Record):
        kept["visibility"] = await hide_record(thing.whole)
    elif isinstance(thing.whole, Comment):
        await hide_comment_of(thing.whole, moderator=moderator)
    elif isinstance(thing.whole, Challenge):
        await hide_challenge(thing.whole)
    return kept


async def _delete(thing: Thing) -> None:
    if isinstance(thing.whole, Record):
        await delete_record(thing.accused, thing.whole)
    elif isinstance(thing.whole, Comment):
        await delete_comment(thing.accused, thing.whole)


async def _put_back(decision: Decision) -> None:
    hidden = {thing["uri"]: thing for thing in decision.things}
    for thing in await things_at(list(hidden)):
        if isinstance(thing.whole, Record):
            await show_record_again(thing.whole, visibility=str(hidden[thing.uri].get("visibility", "public")))
        elif isinstance(thing.whole, Comment):
            await show_comment_again(thing.whole)
        elif isinstance(thing.whole, Challenge) and thing.accused.state != "suspended":
            await show_challenge_again(thing.whole)


async def _limit(accused: Actor, *, at: Any) -> None:
    accused.limited_at = at
    await accused.save(update_fields=["limited_at"])
    await hush([accused])


async def _silence(doer: Doer, accused: Actor, account: Account | None, verdict: Verdict) -> None:
    if accused.state != "active" and not accused.is_shut_out:
        raise Conflict("That account is not active.")
    if account is not None:
        await suspend(doer, account, reason=verdict.reason)
        accused.state = "suspended"
    else:
        # When their instance is not shut out any more, they still are.
        accused.state, accused.is_shut_out = "suspended", False
        await accused.save(update_fields=["state", "is_shut_out"])
    accused.suspended_at = now()
    await accused.save(update_fields=["suspended_at"])
    if accused.is_local:
        await publish_actor_update(accused)
    await silence_groups_of(accused)


async def _let_speak(doer: Doer, accused: Actor, account: Account | None) -> None:
    if accused.state != "suspended":
        return
    if account is not None:
        await unsuspend(doer, account)
    accused.state, accused.suspended_at = "active", None
    if not accused.is_local and (await stance_to(origin_of(accused.uri))).is_blocked:
        accused.state, accused.is_shut_out = "suspended", True
    await accused.save(update_fields=["state", "suspended_at", "is_shut_out"])
    if accused.state != "active":
        return
    if accused.is_local:
        await publish_actor_update(accused)
    hidden = Decision.filter(about_id=accused.id, action=Action.HIDE.value, undone_at=None)
    rows = [thing for things in await hidden.values_list("things", flat=True) for thing in _list(things)]
    await let_groups_speak(accused, but=[thing["row"] for thing in rows if thing["kind"] == "challenge"])


def _list(things: object) -> list[dict[str, Any]]:
    return things if isinstance(things, list) else []


async def _stands(accused: Actor, action: Action) -> bool:
    return await Decision.exists(about_id=accused.id, action=action.value, undone_at=None)


async def _open_reports(accused: Actor) -> list[Report]:
    waiting = Report.filter(accused_id=accused.id, state="open").order_by("id").limit(MAX_REPORTS)
    return await waiting.select_for_update()


async def _names_of(reports: Collection[Report]) -> dict[int, Actor]:
    keys = {each.claimed_by_id for each in reports if each.claimed_by_id is not None}
    return {actor.id: actor for actor in await Actor.filter(id__in=list(keys))} if keys else {}


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
