"""The audit log: what those who run things here did."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from fedirec.accounts.door import require_viewer
from fedirec.accounts.models import AuditEvent
from fedirec.accounts.pages.administration import admin_tabs
from fedirec.accounts.pages.views import page_with, person_view, place_in
from fedirec.accounts.permissions import Permission
from fedirec.accounts.queries import audit_events
from fedirec.activitypub.models import Actor
from fedirec.translatable import N_
from fedirec.uris import MAX_URI
from fedirec.web.language import gettext as _
from fedirec.web.render import render
from fedirec.web.views import PersonView

WORDS: Final[Mapping[str, str]] = {
    "set_up": N_("set up this instance"),
    "edit_instance": N_("changed what the instance says of itself"),
    "choose_announcements": N_("chose what the instance announces"),
    "follow_instance": N_("followed an instance"),
    "unfollow_instance": N_("stopped following an instance"),
    "pick": N_("picked something for everybody"),
    "end_pick": N_("took back a pick"),
    "create_account": N_("made an account"),
    "approve_member": N_("let somebody in"),
    "decline_member": N_("declined a request to join"),
    "invite": N_("made an invitation"),
    "withdraw_invitation": N_("withdrew an invitation"),
    "change_role": N_("changed a role"),
    "suspend": N_("suspended somebody"),
    "unsuspend": N_("let somebody come back"),
    "join_person": N_("turned out to be the same person"),
    "read_payee": N_("read how somebody is paid"),
    "hold_pay": N_("held back somebody's pay"),
    "release_pay": N_("let somebody's pay go"),
    "set_payee_form": N_("noted something about somebody's form for taxes"),
    "use_identity_code": N_("said with a code who they are"),
    "deny_identity_code": N_("said that nobody else is them"),
    "speak_of_identity_code": N_("said what they think of the code of somebody"),
    "take_statements": N_("took what everybody was paid in a year"),
    "decide_naming": N_("decided who somebody is who was listed without an account"),
    "accept_identity_code": N_("believed the code of somebody"),
    "refuse_identity_code": N_("did not believe the code of somebody"),
    "propose_batch": N_("put payments together"),
    "approve_batch": N_("approved payments that were put together"),
    "submit_batch": N_("paid what was approved"),
    "cancel_batch": N_("called off payments that were put together"),
    "take_out_of_batch": N_("took a payment out of its batch"),
    "read_batch_file": N_("took the file for the bank"),
    "mark_payout": N_("said what became of a payment"),
    "pay_again": N_("let a payment be tried again"),
    "note_paid_before": N_("wrote down that something had been paid before a backup came back"),
    "stop_payouts": N_("stopped all payments until somebody has compared"),
    "resume_payouts": N_("let payments go out again after a backup came back"),
    "book_transfer": N_("wrote down money that moved between the bank and a provider"),
    "begin_giving": N_("began to give what nobody claimed to the charity"),
    "give_to_charity": N_("gave what nobody claimed to the charity"),
    "renew_payees_key": N_("renewed the key for how people are paid"),
    "reset_password": N_("reset a password"),
    "create_token": N_("made a token for a program"),
    "revoke_token": N_("revoked a token"),
    "open_challenge": N_("opened a challenge"),
    "change_challenge": N_("changed a challenge"),
    "close_challenge": N_("closed a challenge"),
    "discard_draft": N_("discarded a challenge that was prepared"),
    "begin_selecting": N_("began to choose for a challenge"),
    "conclude_challenge": N_("finished a challenge"),
    "cancel_challenge": N_("called off a challenge"),
    "archive_challenge": N_("archived a challenge"),
    "post_news": N_("told followers some news"),
    "change_news": N_("changed some news"),
    "take_back_news": N_("took back some news"),
    "begin_project": N_("began a project"),
    "launch_project": N_("launched a project"),
    "discard_project": N_("discarded a project that was not launched"),
    "change_project": N_("changed a project"),
    "accept_submission": N_("accepted a submission"),
    "decline_submission": N_("declined a submission"),
    "reconsider_submission": N_("took up a submission again"),
    "block_peer": N_("blocked an instance"),
    "unblock_peer": N_("unblocked an instance"),
    "decide_about_peer": N_("decided how to stand to an instance"),
    "list_peer": N_("listed an instance"),
    "delist_peer": N_("took an instance off the list"),
    "choose_federation": N_("decided with whom this instance federates"),
    "import_policies": N_("imported decisions about instances"),
    "purge_peer": N_("threw away what was kept of an instance"),
    "retry_deliveries": N_("had deliveries tried again"),
    "drop_deliveries": N_("dropped deliveries"),
    "renew_keys": N_("gave everybody here new keys"),
    "end_instance": N_("ended this instance"),
    "let_copies_go": N_("let copies of other servers' files go"),
    "replay_activity": N_("had an activity handled again"),
    "dismiss_report": N_("looked at a report, and left it as it is"),
    "moderate_warn": N_("wrote to somebody about a report"),
    "moderate_hide": N_("hid something"),
    "moderate_delete": N_("deleted something of somebody else"),
    "moderate_limit": N_("limited somebody"),
    "moderate_suspend": N_("suspended somebody"),
    "undo_warn": N_("took back what they wrote to somebody"),
    "undo_hide": N_("showed again what was hidden"),
    "undo_limit": N_("ended a limit"),
    "undo_suspend": N_("ended a suspension"),
    "uphold_claim": N_("decided that a claim about a trail is right"),
    "look_behind_names": N_("looked who is credited for a work without a name"),
    "dismiss_claim": N_("decided that a claim about a trail is not right"),
    "appeal_grant": N_("granted an appeal"),
    "appeal_decline": N_("declined an appeal"),
    "set_watch": N_("changed what is watched"),
    "close_doors": N_("closed the doors"),
    "open_doors": N_("opened the doors"),
    "let_comment_in": N_("let a comment in that waited"),
    "keep_comment_out": N_("kept a comment out that waited"),
    "let_work_in": N_("let a work in that waited"),
    "keep_work_out": N_("kept a work out that waited"),
    "keep_host_out": N_("kept everything out that waited from one instance"),
    "keep_comments_out": N_("kept all comments out that waited from one instance"),
    "confirm_keys": N_("confirmed that somebody is who they were, with new keys"),
    "forward_report": N_("told another instance of a report"),
    "hide_comment": N_("hid a comment"),
    "unhide_comment": N_("showed a hidden comment again"),
    "hide_words": N_("hid what somebody said to a pay proposal"),
    "show_words": N_("showed what somebody said to a pay proposal again"),
    "hide_thanks": N_("hid words of thanks"),
    "ask_for_archive": N_("asked for a copy of everything of theirs"),
    "ask_to_erase": N_("asked to have an account erased"),
    "stay_after_all": N_("decided to stay after all"),
    "erase": N_("erased an account"),
    "export": N_("wrote a copy of everything of somebody"),
    "bring_list": N_("brought a list along"),
    "move": N_("moved to another account"),
    "come_back": N_("came back after moving away"),
    "grant_licence": N_("gave a record a licence for a challenge"),
    "choose_licence": N_("gave a record a licence"),
    "renew_recovery_codes": N_("made new recovery codes for somebody"),
    "change_money": N_("changed how this instance handles money"),
    "change_money_keys": N_("changed what a way of paying knows"),
    "change_money_account": N_("changed the account that is paid from"),
}
"""What actions are called; one that is not here is shown by its name."""

_MONEY: Final[Mapping[str, str]] = {
    "currency": N_("Currency"),
    "host_share_ppm": N_("What this instance keeps, in parts per million"),
    "rule": N_("How it is decided who gets what"),
    "window_days": N_("For how many days people can object"),
    "more_days": N_("How many more days for whoever loses by a revision"),
    "threshold": N_("From which sum on somebody is paid"),
    "adapters": N_("Ways of paying"),
    "people_needed": N_("How many people it takes"),
    "solo_days": N_("How long others are told beforehand"),
    "hold_days": N_("For how many days nothing is paid after a change"),
    "unclaimed_months": N_("When money counts as unclaimed"),
    "unclaimed_policy": N_("What becomes of it"),
    "unclaimed_charity": N_("Which charity"),
    "shows_amounts": N_("Who reads amounts"),
    "shows_ledger": N_("What everybody reads of the books"),
    "debtor": N_("Who pays"),
    "terms": N_("Terms of being paid"),
    "form_countries": N_("Countries whose people hand in a form first"),
}
"""What is decided about money."""

DETAILS: Final[Mapping[str, str]] = {
    **_MONEY,
    "role": N_("Role"),
    "before": N_("before"),
    "after": N_("from then on"),
    "reason": N_("Why"),
    "uses": N_("For how many people"),
    "days": N_("For how many days"),
    "title": N_("Title"),
    "name": N_("Name"),
    "scopes": N_("What it may do"),
    "origin": N_("Address"),
    "registration": N_("Who may join"),
    "changed": N_("Changed"),
    "record": N_("Which record"),
    "things": N_("What"),
    "keys": N_("Keys"),
    "hours": N_("For how many hours"),
    "how_many": N_("How many"),
    "challenge": N_("Challenge"),
    "policy": N_("Policy"),
    "federation": N_("With whom"),
    "hosts": N_("Instances"),
    "lane": N_("Where it waited"),
    "adapter": N_("Way of paying"),
    "payments": N_("How many payments"),
    "amount": N_("Sum, in the smallest unit"),
    "digest": N_("Digest of what it is"),
    "payout": N_("Payment"),
    "became": N_("What became of it"),
}
"""What is told of an action, by the name under which it is kept."""

ROLES: Final[Mapping[str, str]] = {
    "guest": N_("Guest"),
    "member": N_("Member"),
    "moderator": N_("Moderator"),
    "treasurer": N_("Treasurer"),
    "admin": N_("Admin"),
    "owner": N_("Owner"),
}
KEPT: Final[Mapping[str, Mapping[str, str]]] = {
    "role": ROLES,
    "before": ROLES,
    "after": ROLES,
    "registration": {
        "invite": N_("By invitation"),
        "approval": N_("By approval"),
        "open": N_("Open"),
        "closed": N_("Closed"),
    },
    "changed": {
        "name": N_("Name of this place"),
        "summary": N_("What it is about"),
        "rules": N_("Rules"),
        "registration": N_("Who may join"),
        "registration_question": N_("Question to those who ask to join"),
        "demands_signatures": N_("Who may read"),
        **_MONEY,
    },
}
"""The words for what is kept as a word of our own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """One line of the log."""

    person: PersonView | None
    by: str
    words: str
    subject: PersonView | None
    subject_uri: str
    details: tuple[tuple[str, str], ...]
    at: datetime


async def show_audit(request: Request[Any]) -> Response:
    viewer = require_viewer(request, Permission.SEE_AUDIT)
    subject = request.query_params.get("subject", "")[:MAX_URI]
    rows, place = await audit_events(before=place_in(request, "before"), subject_uri=subject or None)
    return render(
        request,
        "accounts/audit.html",
        tabs=admin_tabs(request, viewer),
        subject=subject,
        events=page_with(request, await event_views(rows), name="before", place=place),
    )


async def event_views(rows: Sequence[AuditEvent]) -> list[EventView]:
    """How the events are shown, with the people that they are about."""
    uris = {uri for row in rows for uri in (row.actor_uri, row.subject_uri)}
    known = {actor.uri: person_view(actor) for actor in await Actor.filter(uri__in=list(uris))} if uris else {}
    return [
        EventView(
            person=known.get(row.actor_uri),
            by=row.actor_uri,
            words=_(WORDS[row.action]) if row.action in WORDS else row.action.replace("_", " "),
            subject=known.get(row.subject_uri) if row.subject_uri != row.actor_uri else None,
            subject_uri=row.subject_uri,
            details=tuple(_detail(key, value) for key, value in row.details.items() if value),
            at=row.created_at,
        )
        for row in rows
    ]


def _detail(key: str, value: Any) -> tuple[str, str]:
    words = KEPT.get(key, {})
    values = map(str, value if isinstance(value, list) else [value])
    name = _(DETAILS[key]) if key in DETAILS else key.replace("_", " ")
    return name, ", ".join(_(words[each]) if each in words else each for each in values)


routes = [Route("/admin/audit", show_audit, methods=["GET"])]
