"""People ask for a decision about them to be looked at again, once; somebody else answers where there is somebody."""

from __future__ import annotations

from typing import Final

from tortoise.exceptions import IntegrityError

from fedirec.accounts.actions.audit import audit
from fedirec.accounts.actions.notifications import notify_all
from fedirec.accounts.models import Account
from fedirec.accounts.notices import Notice
from fedirec.accounts.permissions import Doer, Permission, Role, may_judge, refuse, require
from fedirec.accounts.queries import those_who_may
from fedirec.activitypub.models import Actor
from fedirec.admin.actions.deciding import undo
from fedirec.admin.judging import UNDOABLE, Action, AppealEvent, advance_appeal
from fedirec.admin.models import Appeal, Decision
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Forbidden, Invalid
from fedirec.translatable import N_

MAX_WORDS: Final = 2_000
"""Characters, of the appeal and of its answer."""


async def appeal(person: Actor, decision: Decision, words: str) -> Appeal:
    """Moderators will look again at `decision`, which is about `person`.

    Raises Forbidden for somebody else's decision, Conflict for a second appeal or a decision that was taken back.
    """
    refuse(decision.about_id == person.id, N_("That decision is about somebody else."))
    words = words.strip()
    if not words:
        raise Invalid("Please say why we should look at it again.", field="words")
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    if decision.undone_at is not None:
        raise Conflict("That decision was taken back already.")
    try:
        async with transaction():
            made = await Appeal.create(decision=decision, words=words)
            told = await those_who_may(Permission.MODERATE)
            others = [each for each in told if each.actor_id not in (person.id, decision.decided_by_id)]
            title = f"@{person.handle}@{person.host}"
            subject = f"appeal:{made.id}"
            await notify_all(others or told, Notice.APPEALED, None, subject, "/admin/appeals", {"title": title})
    except IntegrityError as error:
        raise Conflict("You have asked us to look at it again. Somebody will answer you.") from error
    return made


async def answer_appeal(doer: Doer, waiting: Appeal, *, grants: bool, words: str) -> Appeal:
    """The appeal, which comes with its decision, is answered for good; when it is granted, the decision is taken back.

    Raises Forbidden for whoever made the decision while there is another moderator who could answer, Conflict when it
    was answered already.
    """
    require(doer, Permission.MODERATE)
    words = words.strip()
    if not words:
        raise Invalid("Please say why, in a sentence or two.", field="words")
    if len(words) > MAX_WORDS:
        raise Invalid("Please keep it under %(n)s characters.", field="words", blanks={"n": MAX_WORDS})
    event = AppealEvent.GRANT if grants else AppealEvent.DECLINE
    async with transaction():
        fresh = await Appeal.filter(id=waiting.id).select_for_update().get()
        decision = await Decision.get(id=fresh.decision_id)
        accused = await Actor.get(id=decision.about_id)
        moderator = await Actor.get_or_none(uri=doer.uri)
        refuse(doer.uri != accused.uri, N_("Somebody else has to decide about you."))
        if moderator is not None and decision.decided_by_id == moderator.id and await _others(decision, accused):
            raise Forbidden("You made that decision. Please let another moderator answer.")
        fresh.state = advance_appeal(fresh.state, event).value
        fresh.answer, fresh.answered_at, fresh.answered_by_id = words, now(), moderator.id if moderator else None
        await fresh.save(update_fields=["state", "answer", "answered_at", "answered_by_id"])
        if grants and decision.undone_at is None and Action(decision.action) in UNDOABLE:
            await undo(doer, decision, reason=words[:500])
        url, details = f"/decisions/{decision.id}", {"reason": words[:500]}
        accounts = await Account.filter(actor_id=accused.id)
        await notify_all(accounts, Notice.APPEAL_ANSWERED, None, f"appeal:{fresh.id}", url, details)
        await audit(doer, f"appeal_{event.value}", accused.uri, reason=words[:500])
    return fresh


async def _others(decision: Decision, accused: Actor) -> bool:
    """Whether somebody else than who decided could answer."""
    account = await Account.get_or_none(actor_id=accused.id)
    subject = Role(account.role) if account else Role.GUEST
    return any(
        each.actor_id not in (decision.decided_by_id, accused.id) and may_judge(Role(each.role), subject=subject)
        for each in await those_who_may(Permission.MODERATE)
    )
