"""Everybody asks for everything: pages and programs let in whom the tables let in, and nobody else.

The tables are `remix/powers.py` and `accounts/permissions.py`. What is asked for that is not in the table below fails.
Who is let in is decided by rows that both databases give alike, so that SQLite is asked by all, and PostgreSQL by a
few.
"""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator, Mapping
from typing import Any, Final

import httpx
import pytest
from starlette.routing import Route

from fedirec.accounts.permissions import Permission
from fedirec.admin.pages import routes as admin_pages
from fedirec.api.endpoints import TABLE
from fedirec.credits.pages.crediting.answering import routes as credit_answers
from fedirec.credits.pages.money import routes as money_pages
from fedirec.credits.pages.pools import routes as pool_pages
from fedirec.payouts.pages import routes as payout_pages
from fedirec.projects.pages import routes as project_pages
from fedirec.remix.pages import routes as remix_pages
from fedirec.remix.powers import _ONLY, POWERS, Deed, Part
from tests.network import Instance
from tests.projects.cast import PAPER, PROGRAMS, Cast, Somebody, gather_cast

Rule = Deed | Permission | None
Rows = Rule | Mapping[str, Rule]
"""Who is let in; or by what they press, where one address does several things."""
OURS: Final = (
    r"fedirec\.projects\.pages",
    r"fedirec\.credits\.pages\.crediting\.answering",
    r"fedirec\.remix\.pages\.(challenges|calendar|leading|logs|needs|news|picks|agreeing|skills|records\.offers)",
    r"fedirec\.admin\.pages\.instances",
    r"fedirec\.credits\.pages\.(pools|money)",
    r"fedirec\.payouts\.pages",
)
OUR_PROGRAMS: Final = (
    r"fedirec\.api\.endpoints\."
    r"(challenges|submissions|leading|news|needs|logs|projects|productions|picks|federation\.instances|pools|treasury|me\.money)"
)
P = Permission

PAGES: Final[Mapping[str, Rows]] = {
    # Challenges
    "GET /challenges": None,
    "GET /challenges/new": P.OPEN_CHALLENGE,
    "POST /challenges/new": Deed.OPEN_CHALLENGE,
    "GET /c/{slug}": None,
    "GET /c/{slug}/submissions": None,
    "GET /c/{slug}/log": None,
    "GET /c/{slug}/log/{key}": None,
    "GET /c/{slug}/calendar.ics": None,
    "GET /c/{slug}/edit": Deed.CHANGE_CHALLENGE,
    "POST /c/{slug}/edit": Deed.CHANGE_CHALLENGE,
    "GET /c/{slug}/close": Deed.CLOSE_CHALLENGE,
    "POST /c/{slug}/close": Deed.CLOSE_CHALLENGE,
    "POST /c/{slug}/open": Deed.CHANGE_CHALLENGE,
    "GET /c/{slug}/discard": Deed.CHANGE_CHALLENGE,
    "POST /c/{slug}/discard": Deed.CHANGE_CHALLENGE,
    "GET /c/{slug}/select": Deed.BEGIN_SELECTING,
    "POST /c/{slug}/select": Deed.BEGIN_SELECTING,
    "GET /c/{slug}/conclude": Deed.CONCLUDE_CHALLENGE,
    "POST /c/{slug}/conclude": Deed.CONCLUDE_CHALLENGE,
    "GET /c/{slug}/cancel": Deed.CANCEL_CHALLENGE,
    "POST /c/{slug}/cancel": Deed.CANCEL_CHALLENGE,
    "GET /c/{slug}/archive": Deed.ARCHIVE_CHALLENGE,
    "POST /c/{slug}/archive": Deed.ARCHIVE_CHALLENGE,
    "GET /calendar": None,
    "GET /calendar.ics": None,
    # What is offered to them
    "POST /c/{slug}/offer": P.SUBMIT,
    "POST /records/{key}/offer": Deed.SUBMIT,
    "POST /submissions/{id:int}/withdraw": Deed.WITHDRAW_SUBMISSION,
    "POST /submissions/{id:int}/agree": Deed.AGREE_TO_TERMS,
    "GET /c/{slug}/waiting": Deed.SEE_WAITING,
    "POST /submissions/{id:int}/decide": {
        "accept": Deed.CHOOSE_SUBMISSION,
        "take": Deed.CHOOSE_SUBMISSION,
        "change": Deed.ASK_FOR_CHANGE,
        "decline": Deed.DECLINE_SUBMISSION,
        "reconsider": Deed.RECONSIDER_SUBMISSION,
        "redo": Deed.REDO_WORK,
    },
    "GET /c/{slug}/invite": Deed.INVITE_TO_SUBMIT,
    "POST /c/{slug}/invite": Deed.INVITE_TO_SUBMIT,
    # What is said to followers
    "GET /c/{slug}/news": None,
    "POST /c/{slug}/news": Deed.POST_NEWS,
    "GET /c/{slug}/news/{key}": None,
    "GET /c/{slug}/news/{key}/edit": Deed.CHANGE_NEWS,
    "POST /c/{slug}/news/{key}/edit": Deed.CHANGE_NEWS,
    "POST /c/{slug}/news/{key}/delete": Deed.CHANGE_NEWS,
    "GET /p/{slug}/news/{key}": None,
    "GET /p/{slug}/news/{key}/edit": Deed.CHANGE_NEWS,
    "POST /p/{slug}/news/{key}/edit": Deed.CHANGE_NEWS,
    "POST /p/{slug}/news/{key}/delete": Deed.CHANGE_NEWS,
    # Whom somebody looks for, and what somebody can do
    "GET /needs/{id:int}": None,
    "POST /needs/{id:int}": Deed.ANSWER_NEED,
    "GET /c/{slug}/needs": None,
    "POST /c/{slug}/needs": {"name": Deed.NAME_NEED},
    "GET /p/{slug}/needs": None,
    "POST /p/{slug}/needs": {"name": Deed.NAME_NEED, "fill": Deed.FILL_NEED, "withdraw": Deed.FILL_NEED},
    "GET /settings/skills": P.MANAGE_OWN,
    "POST /settings/skills": P.MANAGE_OWN,
    "GET /picks": None,
    "GET /picks/new": P.PICK,
    "POST /picks/new": P.PICK,
    "POST /picks/{id:int}/end": P.PICK,
    "GET /admin/federation/instances": P.MANAGE_FEDERATION,
    "POST /admin/federation/instances": P.MANAGE_FEDERATION,
    # Projects
    "GET /projects": None,
    "GET /slate": None,
    "GET /projects/new": P.OPEN_CHALLENGE,
    "POST /projects/new": Deed.BEGIN_PROJECT,
    "GET /projects/of/{id:int}": None,
    "GET /p/{slug}": None,
    "GET /p/{slug}/story": None,
    "GET /p/{slug}/log": None,
    "GET /p/{slug}/log/{key}": None,
    "GET /p/{slug}/feed": None,
    "GET /p/{slug}/steps/{key}": None,
    "GET /p/{slug}/edit": Deed.CHANGE_PROJECT,
    "POST /p/{slug}/edit": Deed.CHANGE_PROJECT,
    "GET /p/{slug}/lead": Deed.CHANGE_PROJECT,
    "POST /p/{slug}/launch": Deed.LAUNCH_PROJECT,
    "GET /p/{slug}/discard": Deed.DISCARD_PROJECT,
    "POST /p/{slug}/discard": Deed.DISCARD_PROJECT,
    "POST /p/{slug}/stage": Deed.SET_STAGE,
    "POST /p/{slug}/tell": Deed.POST_NEWS,
    "POST /p/{slug}/steps": Deed.WRITE_STEP,
    "GET /p/{slug}/steps/{key}/edit": Deed.WRITE_STEP,
    "POST /p/{slug}/steps/{key}/edit": Deed.WRITE_STEP,
    "POST /p/{slug}/steps/{key}/need": Deed.NAME_NEED,
    "POST /p/{slug}/steps/{key}/drop": Deed.WRITE_STEP,
    "POST /p/{slug}/steps/{key}/state": dict.fromkeys(("publish", "open", "finish"), Deed.MOVE_STEP),
    "POST /p/{slug}/steps/{key}/lock": Deed.MOVE_STEP,
    "POST /p/{slug}/steps/{key}/move": Deed.MOVE_STEP,
    "GET /p/{slug}/steps/{key}/challenge": Deed.ATTACH_CHALLENGE,
    "POST /p/{slug}/steps/{key}/challenge": Deed.ATTACH_CHALLENGE,
    "POST /p/{slug}/steps/{key}/challenges": Deed.ATTACH_CHALLENGE,
    "POST /p/{slug}/steps/{key}/challenges/{challenge:int}/remove": Deed.ATTACH_CHALLENGE,
    # Who is in them
    "GET /p/{slug}/people": None,
    "POST /p/{slug}/join": Deed.ASK_TO_JOIN,
    "POST /p/{slug}/answer": {"accept": Deed.ANSWER_INVITATION, "decline": Deed.ANSWER_INVITATION},
    "POST /p/{slug}/invite": Deed.INVITE_MEMBER,
    "POST /p/{slug}/members/{person:int}/decide": Deed.LET_IN,
    "POST /p/{slug}/members/{person:int}/trust": Deed.TRUST_MEMBER,
    "POST /p/{slug}/members/{person:int}/remove": Deed.REMOVE_MEMBER,
    "POST /p/{slug}/members/{person:int}/lead": Deed.ADD_LEADER,
    "POST /p/{slug}/leaders/{person:int}/remove": Deed.REMOVE_LEADER,
    "POST /p/{slug}/leaders/{person:int}/hand-over": Deed.ADD_LEADER,
    "POST /p/{slug}/step-down": Deed.STEP_DOWN,
    "POST /p/{slug}/leave": Deed.LEAVE_PROJECT,
    # What is done by when
    "GET /tasks": P.READ_OWN,
    "GET /p/{slug}/tasks": None,
    "POST /p/{slug}/tasks": Deed.MAKE_TASK,
    "GET /p/{slug}/tasks/{key}": None,
    "POST /p/{slug}/tasks/{key}": {
        "take": Deed.TAKE_TASK,
        "hand_back": Deed.HAND_BACK_TASK,
        "finish": Deed.FINISH_TASK,
        "reopen": Deed.CHANGE_TASK,
    },
    "GET /p/{slug}/tasks/{key}/edit": Deed.CHANGE_TASK,
    "POST /p/{slug}/tasks/{key}/edit": Deed.CHANGE_TASK,
    "POST /p/{slug}/tasks/{key}/give": Deed.GIVE_TASK,
    "POST /p/{slug}/tasks/{key}/drop": Deed.CHANGE_TASK,
    # When leaders are silent
    "GET /p/{slug}/takeover": None,
    "POST /p/{slug}/takeover": Deed.OFFER_TO_LEAD,
    "POST /p/{slug}/takeover/withdraw": Deed.WITHDRAW_OFFER_TO_LEAD,
    # What is finished
    "GET /productions": None,
    "GET /p/{slug}/productions/new": Deed.PREPARE_PRODUCTION,
    "POST /p/{slug}/productions/new": Deed.PREPARE_PRODUCTION,
    "GET /p/{slug}/productions/{key}": None,
    "GET /p/{slug}/productions/{key}/edit": Deed.PREPARE_PRODUCTION,
    "POST /p/{slug}/productions/{key}/edit": Deed.PREPARE_PRODUCTION,
    "GET /p/{slug}/productions/{key}/lead": Deed.PREPARE_PRODUCTION,
    **{
        f"POST /p/{{slug}}/productions/{{key}}/{name}": Deed.PREPARE_PRODUCTION
        for name in ("pick", "records", "arrange", "roles", "discard")
    },
    "POST /p/{slug}/productions/{key}/links": Deed.ADD_LINK,
    "POST /p/{slug}/productions/{key}/freeze": Deed.FREEZE_PRODUCTION,
    "POST /p/{slug}/productions/{key}/release": Deed.RELEASE_PRODUCTION,
    "POST /p/{slug}/productions/{key}/take-back": Deed.RELEASE_PRODUCTION,
    "POST /p/{slug}/productions/{key}/answers/{line:int}": Deed.CONFIRM_ROLE,
    # Pools of money, and what shows that it moved
    "GET /p/{slug}/money": None,
    "GET /c/{slug}/money": None,
    "GET /pools": None,
    "GET /pools/waiting": P.PAY,
    "GET /pools/{key}": None,
    "GET /p/{slug}/money/new": Deed.OPEN_POOL,
    "POST /p/{slug}/money/new": Deed.OPEN_POOL,
    "GET /c/{slug}/money/new": Deed.OPEN_POOL,
    "POST /c/{slug}/money/new": Deed.OPEN_POOL,
    "GET /pools/new": Deed.SET_MONEY_ASIDE,
    "POST /pools/new": Deed.SET_MONEY_ASIDE,
    "GET /pools/{key}/edit": Deed.CHANGE_POOL,
    "POST /pools/{key}/edit": Deed.CHANGE_POOL,
    "POST /pools/{key}/close": Deed.CLOSE_POOL,
    "POST /pools/{key}/use": Deed.CHANGE_POOL,
    "POST /pools/{key}/entries": Deed.STATE_ENTRY,
    "POST /pools/{key}/entries/{entry}": {
        "confirm": Deed.DECIDE_ENTRY,
        "refuse": Deed.DECIDE_ENTRY,
        "undo": Deed.STATE_ENTRY,
    },
    "GET /media/{path:path}": Deed.SEE_EVIDENCE,
    # What this instance decided about money, and its books
    "GET /admin/money": P.MANAGE_INSTANCE,
    "POST /admin/money": P.MANAGE_INSTANCE,
    "POST /admin/money/account": P.MANAGE_INSTANCE,
    "POST /admin/money/keys/{adapter}": P.MANAGE_INSTANCE,
    "GET /admin/money/law": P.SEE_AUDIT,
    **dict.fromkeys(("GET /ledger", "GET /ledger.csv", "GET /ledger/audit", "GET /ledger/audit.jsonl"), None),
    # One's own money
    **dict.fromkeys(("GET /money", "GET /money/statements/{year:int}"), P.BE_PAID),
    "GET /money/statements/{year:int}.csv": P.BE_PAID,
    **{f"{method} /money/{name}": P.BE_PAID for method in ("GET", "POST") for name in ("code", "details", "terms")},
    **{f"POST /money/{name}": P.BE_PAID for name in ("code/use", "code/deny", "details/confirm", "details/erase")},
    **{f"POST /money/{name}/{{id:int}}": P.BE_PAID for name in ("moves", "named")},
    # Paying
    **{f"GET /treasury{name}": P.PAY for name in ("", "/batches", "/batches/{key}", "/payouts/{key}", "/payees")},
    "POST /treasury/batches": P.PAY,
    "POST /treasury/transfers": P.PAY,
    "POST /treasury/resume": P.PAY,
    **{f"POST /treasury/batches/{{key}}/{do}": P.PAY for do in ("approve", "submit", "cancel", "alone", "paid")},
    "GET /treasury/batches/{key}/file": P.PAY,
    **{f"POST /treasury/payouts/{{key}}/{do}": P.PAY for do in ("mark", "given", "out", "again")},
    "GET /treasury/payees/{key}": P.PAY,
    **{f"POST /treasury/payees/{{key}}/{do}": P.PAY for do in ("read", "hold", "form")},
    **{f"POST /treasury/payees/{name}": P.PAY for name in ("codes/{id:int}", "named/{id:int}", "statements")},
}
ELSEWHERE: Final = frozenset({"/projects/remote/", "/challenges/remote/", "/productions/remote/"})
"""Copies of what lives elsewhere: everybody here may read them, and its home decides about whatever is asked of it."""

CALLS: Final[Mapping[str, Rule]] = {
    "list_challenges": None,
    "open_challenge": Deed.OPEN_CHALLENGE,
    "show_challenge": None,
    "change_challenge": Deed.CHANGE_CHALLENGE,
    "close_challenge": Deed.CLOSE_CHALLENGE,
    "list_submissions": None,
    "list_waiting_submissions": Deed.SEE_WAITING,
    "list_own_submissions": P.READ_OWN,
    "open_draft": Deed.CHANGE_CHALLENGE,
    "discard_draft": Deed.CHANGE_CHALLENGE,
    "begin_selecting": Deed.BEGIN_SELECTING,
    "conclude_challenge": Deed.CONCLUDE_CHALLENGE,
    "cancel_challenge": Deed.CANCEL_CHALLENGE,
    "archive_challenge": Deed.ARCHIVE_CHALLENGE,
    "agree_to_terms": Deed.AGREE_TO_TERMS,
    "submit_record": Deed.SUBMIT,
    "withdraw_submission": Deed.WITHDRAW_SUBMISSION,
    "accept_submission": Deed.CHOOSE_SUBMISSION,
    "take_remark": Deed.CHOOSE_SUBMISSION,
    "ask_for_change": Deed.ASK_FOR_CHANGE,
    "decline_submission": Deed.DECLINE_SUBMISSION,
    "reconsider_submission": Deed.RECONSIDER_SUBMISSION,
    "redo_work": Deed.REDO_WORK,
    "invite_to_submit": Deed.INVITE_TO_SUBMIT,
    "propose_record": Deed.INVITE_TO_SUBMIT,
    "list_news": None,
    "show_news": None,
    "post_news": Deed.POST_NEWS,
    "change_news": Deed.CHANGE_NEWS,
    "take_back_news": Deed.CHANGE_NEWS,
    "list_needs": P.READ_OWN,
    "show_need": P.READ_OWN,
    "name_need": Deed.NAME_NEED,
    "answer_need": Deed.ANSWER_NEED,
    "fill_need": Deed.FILL_NEED,
    "withdraw_need": Deed.FILL_NEED,
    "list_log": None,
    "list_projects": None,
    "show_project": None,
    "show_story": None,
    "list_project_log": None,
    "begin_project": Deed.BEGIN_PROJECT,
    "change_project": Deed.CHANGE_PROJECT,
    "launch_project": Deed.LAUNCH_PROJECT,
    "discard_project": Deed.DISCARD_PROJECT,
    "set_stage": Deed.SET_STAGE,
    "tell_followers": Deed.POST_NEWS,
    "add_step": Deed.WRITE_STEP,
    "change_step": Deed.WRITE_STEP,
    "drop_step": Deed.WRITE_STEP,
    "set_step_state": Deed.MOVE_STEP,
    "move_step": Deed.MOVE_STEP,
    "attach_challenge": Deed.ATTACH_CHALLENGE,
    "detach_challenge": Deed.ATTACH_CHALLENGE,
    "offer_challenge": Deed.CHANGE_CHALLENGE,
    "withdraw_challenge": Deed.CHANGE_CHALLENGE,
    "list_project_members": None,
    "list_project_waiting": Deed.LET_IN,
    "ask_to_join": Deed.ASK_TO_JOIN,
    "invite_member": Deed.INVITE_MEMBER,
    "answer_project": Deed.ANSWER_INVITATION,
    "decide_request": Deed.LET_IN,
    "trust_member": Deed.TRUST_MEMBER,
    "remove_member": Deed.REMOVE_MEMBER,
    "leave_project": Deed.LEAVE_PROJECT,
    "add_leader": Deed.ADD_LEADER,
    "hand_over_project": Deed.ADD_LEADER,
    "remove_leader": Deed.REMOVE_LEADER,
    "step_down": Deed.STEP_DOWN,
    "list_tasks": None,
    "show_task": None,
    "list_own_tasks": P.READ_OWN,
    "make_task": Deed.MAKE_TASK,
    "change_task": Deed.CHANGE_TASK,
    "reopen_task": Deed.CHANGE_TASK,
    "drop_task": Deed.CHANGE_TASK,
    "take_task": Deed.TAKE_TASK,
    "hand_back_task": Deed.HAND_BACK_TASK,
    "finish_task": Deed.FINISH_TASK,
    "give_task": Deed.GIVE_TASK,
    "list_offers_to_lead": None,
    "offer_to_lead": Deed.OFFER_TO_LEAD,
    "withdraw_offer_to_lead": Deed.WITHDRAW_OFFER_TO_LEAD,
    "list_productions": None,
    "list_productions_of_project": None,
    "show_production": None,
    "show_production_credits": None,
    "prepare_production": Deed.PREPARE_PRODUCTION,
    "change_production": Deed.PREPARE_PRODUCTION,
    "discard_production": Deed.PREPARE_PRODUCTION,
    "use_records": Deed.PREPARE_PRODUCTION,
    "drop_record": Deed.PREPARE_PRODUCTION,
    "order_production": Deed.PREPARE_PRODUCTION,
    "name_role": Deed.PREPARE_PRODUCTION,
    "drop_role": Deed.PREPARE_PRODUCTION,
    "answer_role": Deed.CONFIRM_ROLE,
    "set_production_links": Deed.ADD_LINK,
    "freeze_production": Deed.FREEZE_PRODUCTION,
    "release_production": Deed.RELEASE_PRODUCTION,
    "take_back_release": Deed.RELEASE_PRODUCTION,
    "list_picks": None,
    "add_pick": P.PICK,
    "end_pick": P.PICK,
    "list_followed_instances": P.SEE_FEDERATION,
    "follow_instance": P.MANAGE_FEDERATION,
    "unfollow_instance": P.MANAGE_FEDERATION,
    "show_announcements": P.SEE_FEDERATION,
    "choose_announcements": P.MANAGE_INSTANCE,
    "choose_skills": P.MANAGE_OWN,
    # Money
    **dict.fromkeys(("list_pools_of_project", "list_pools_of_challenge", "list_pools_of_instance"), None),
    "open_pool_of_project": Deed.OPEN_POOL,
    "open_pool_of_challenge": Deed.OPEN_POOL,
    "open_pool_of_instance": Deed.SET_MONEY_ASIDE,
    "show_pool": None,
    "change_pool": Deed.CHANGE_POOL,
    "close_pool": Deed.CLOSE_POOL,
    "use_pool": Deed.CHANGE_POOL,
    "list_pool_entries": None,
    "state_entry": Deed.STATE_ENTRY,
    "confirm_entry": Deed.DECIDE_ENTRY,
    "refuse_entry": Deed.DECIDE_ENTRY,
    "undo_entry": Deed.STATE_ENTRY,
    "show_money_settings": None,
    "show_money": P.BE_PAID,
    "show_statement": P.BE_PAID,
    **dict.fromkeys(("show_treasury", "list_owed", "list_payouts", "show_payout", "list_batches"), P.PAY),
    **dict.fromkeys(("mark_payout", "give_payout_away", "pay_again", "take_out_of_batch"), P.PAY),
    **dict.fromkeys(("propose_batch", "show_batch", "list_batch_payouts", "approve_batch", "submit_batch"), P.PAY),
    **dict.fromkeys(("cancel_batch", "tell_that_alone", "mark_batch_paid"), P.PAY),
    # What concerns two sides: its author and those who choose
    "show_submission": P.READ_OWN,
}
CONCERNED: Final = frozenset({"author", "trusted", "leader", "creator", "moderator", "olga"})
"""Who sees what was offered to the challenge and is not part of it."""


@pytest.mark.one_database
async def test_pages_let_in_whom_the_tables_let_in(here: Instance) -> None:
    cast = await gather_cast(here)
    wrong = [each async for each in _wrong_pages(cast, PAGES)]
    assert not wrong, _lines(wrong)


@pytest.mark.one_database
async def test_programs_are_let_in_by_the_same_tables(here: Instance) -> None:
    cast = await gather_cast(here)
    wrong = [each async for each in _wrong_calls(cast, CALLS)]
    assert not wrong, _lines(wrong)


async def test_on_both_databases_the_same(here: Instance) -> None:
    """A few of them, each with what it asks the database for: who leads, who is trusted, whose it is."""
    cast = await gather_cast(here)
    few = ("GET /c/{slug}/waiting", "POST /p/{slug}/tasks/{key}", "POST /submissions/{id:int}/withdraw")
    wrong = [each async for each in _wrong_pages(cast, {page: PAGES[page] for page in few})]
    assert not wrong, _lines(wrong)


@pytest.mark.one_database
async def test_what_is_prepared_is_seen_by_who_leads_it(here: Instance) -> None:
    cast = await gather_cast(here)
    pages = {"/p/later": "creator moderator olga", "/c/draft": "creator leader foreign_leader"}
    pages["/p/moonfilm/steps/" + cast.keys["secret"]] = "creator leader foreign_leader"
    for path, allowed in pages.items():
        seeing = {who.name for who in cast.people.values() if not _is_kept_out(await cast.ask(who, "GET", path))}
        assert seeing == set(allowed.split()), path


def test_each_page_and_program_is_in_the_table() -> None:
    pages = set(_pages())
    pages.add("GET /media/{path:path}")  # what belongs to nothing else, of which files are served is asked elsewhere
    assert set(PAGES) == {page for page in pages if not any(place in page for place in ELSEWHERE)}
    ours = {each.name for each in TABLE if re.match(OUR_PROGRAMS + r"\b", each.run.__module__)}
    assert set(CALLS) == ours | {"choose_skills"}


def test_each_row_of_the_powers_is_asked_for() -> None:
    """By a page or a program; or by an action inside another one, whose tests ask for it."""
    asked = {rule for rows in PAGES.values() for rule in _rules(rows).values()} | set(CALLS.values())
    within = {Deed.CHANGE_TERMS, Deed.EXTEND_CHALLENGE, Deed.REOPEN_CHALLENGE, Deed.PUT_UP_PROJECT, Deed.SEE_UNLAUNCHED}
    within |= {Deed.ANSWER_CREDIT, Deed.ASK_FOR_GRANT}  # tests/credits
    within |= {
        *(Deed.DRAW_UP_PROPOSAL, Deed.PUBLISH_PROPOSAL, Deed.CANCEL_PROPOSAL, Deed.COMMENT_ON_PROPOSAL),
        *(Deed.OBJECT_TO_PROPOSAL, Deed.WITHDRAW_OBJECTION, Deed.ANSWER_OBJECTION, Deed.APPEAL_OBJECTION),
        *(Deed.DECIDE_PROPOSAL_APPEAL, Deed.ACCEPT_PROPOSAL, Deed.GIVE_SHARE_BACK, Deed.AGREE_TO_DEPARTURE),
        *(Deed.DECIDE_PROPOSAL, Deed.LOCK_PROPOSAL, Deed.HIDE_WORDS),
    }  # tests/credits/test_proposals.py
    assert set(POWERS) - asked == within


FORM: Final[Mapping[str, str]] = {
    "title": "Moon",
    "text": "Words.",
    "reason": "Because it is so.",
    "words": "Words.",
    "news": "Words.",
    "stage": "paused",
    "who": "newcomer",
    "handle": "@newcomer",
    "name": "Nora",
    "role": "pdr",
    "skill": "sng",
    "version": "1",
    "to": "earlier",
    "url": "https://cinema.example/",
    "label": "Cinema",
    "kind": "profit_split",
    "currency": "EUR",
    "rule": "host",
    "close_reason": "It is over.",
}
"""What is typed, wherever a form asks for it; nothing new with keys of its own is begun."""
EMPTY: Final = frozenset({"/challenges/new", "/projects/new", "/p/{slug}/steps/{key}/challenge"})
DRAFTS: Final = frozenset({"/c/{slug}/open", "/c/{slug}/discard"})
NEEDED: Final = {
    "/p/{slug}/steps/{key}/challenge": Permission.OPEN_CHALLENGE,
    "/challenges/new": Permission.OPEN_CHALLENGE,
    "/projects/new": Permission.OPEN_CHALLENGE,
}
"""What a page asks of everybody who does it; of the others that is taking part."""
SENT: Final[Mapping[str, Any]] = {
    "order_production": {"records": []},
    "name_role": {"person": None},
    "name_need": {"group": "https://here.test/p/moonfilm"},
    "open_pool_of_instance": {"kind": "self_funded", "stated": 5},
    "use_pool": {"group": "https://here.test/c/rain"},
    "close_pool": {"reason": "It is over."},
    "state_entry": {"kind": "income", "amount": 5, "happened_on": "2026-11-20", "evidence": "statement 2"},
}
"""What single programs send."""


async def _wrong_pages(cast: Cast, table: Mapping[str, Rows]) -> Any:
    for page, rows in table.items():
        method, _space, path = page.partition(" ")
        for do, rule in _rules(rows).items():
            form = {**FORM, "do": do, **_chosen(cast)}
            if path in EMPTY:
                form["title"] = ""
            for who in _askers(cast, rule):
                answer = await cast.ask(who, method, _page_path(cast, path), data=form if method == "POST" else None)
                wanted = who.is_let_in(rule, NEEDED.get(path, Permission.TAKE_PART))
                if wanted is _is_kept_out(answer):
                    yield page, do, who.name, answer.status_code, _told(answer)[:200]


async def _wrong_calls(cast: Cast, table: Mapping[str, Rule]) -> Any:
    for endpoint in TABLE:
        if endpoint.name not in table:
            continue
        body = None
        if endpoint.body is not None:
            sendable = {**FORM, **_sent(cast)}
            body = {name: sendable[name] for name in endpoint.body.model_fields if name in sendable}
            body |= SENT.get(endpoint.name, {})
            if endpoint.name == "offer_challenge":
                body["challenge"] = cast.rows["challenge"]
        for who in _askers(cast, table[endpoint.name]):
            if who.name not in PROGRAMS:
                continue
            answer = await cast.ask(who, endpoint.method, _call_path(cast, endpoint.path), json=body)
            wanted = who.is_let_in(table[endpoint.name], endpoint.permission)
            if endpoint.name == "unfollow_instance":  # it follows none
                assert answer.status_code == (404 if wanted else 401 if who.name == "nobody" else 403)
                continue
            if endpoint.name == "show_submission":
                wanted = who.name in CONCERNED
            if wanted is _is_kept_out(answer):
                yield endpoint.name, who.name, answer.status_code, _told(answer)[:200]


def _lines(wrong: list[Any]) -> str:
    return "\n".join(map(str, wrong))


def _is_kept_out(answer: httpx.Response) -> bool:
    """Whether it was refused for who they are; what was typed, or how things stand, is told to those who are in."""
    assert answer.status_code < 500, answer.text
    assert answer.status_code != 429, answer.text
    if answer.status_code in (401, 403, 404):
        return True
    if answer.is_redirect and answer.headers["location"].startswith("/sign-in"):
        return True
    return not answer.is_success and any(only in _told(answer) for only in _ONLY.values())


def _told(answer: httpx.Response) -> str:
    """Its words, and what the page says once to which it leads."""
    for cookie in answer.headers.get_list("set-cookie"):
        name, _sign, value = cookie.partition(";")[0].partition("=")
        if name.endswith("flash"):
            return str(json.loads(urlsafe_b64decode(value.strip('"')))[0])
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2] or answer.text).split())


def _askers(cast: Cast, rule: Rule) -> list[Somebody]:
    """Everybody for whom it may be different: parts make none where a role alone decides, and the other way round."""
    if rule is None:
        return [cast.people[name] for name in ("nobody", "visitor")]
    if isinstance(rule, Permission):
        return [cast.people[name] for name in ("nobody", "visitor", "stranger", "leader", "moderator", "olga")]
    return [who for who in cast.people.values() if who.name != "olga" or Part.TREASURER in POWERS[rule]]


def _rules(rows: Rows) -> Mapping[str, Rule]:
    return rows if isinstance(rows, Mapping) else {"publish": rows}


def _pages() -> Iterator[str]:
    for route in (
        *project_pages,
        *credit_answers,
        *pool_pages,
        *money_pages,
        *payout_pages,
        *remix_pages,
        *admin_pages,
    ):
        if isinstance(route, Route) and any(re.match(rf"{ours}\b", route.endpoint.__module__) for ours in OURS):
            yield from (f"{method} {route.path}" for method in (route.methods or set()) - {"HEAD"})


def _chosen(cast: Cast) -> dict[str, str]:
    """What forms let people choose from."""
    return {
        "challenge": str(cast.rows["wind"]),
        "record": str(cast.rows["free"]),
        "need": str(cast.rows["need"]),
        "assignee": str(cast.rows["member"]),
        "address": cast.keys["free_uri"],
        "about": cast.keys["free_uri"],
    }


def _sent(cast: Cast) -> dict[str, Any]:
    """What programs send."""
    rows = cast.rows
    return {
        "title": "Moon",
        "version": 1,
        "challenge": rows["wind"],
        "record": rows["free"],
        "records": [rows["free"]],
        "roles": [],
        "links": [],
        "person": rows["newcomer"],
        "group": rows["group"],
        "assignee": rows["member"],
        "let_in": True,
        "is_trusted": True,
        "is_so": True,
        "earlier": True,
        "answer": "accept",
        "state": "done",
        "skills": ["sng"],
        "announces": [],
        "outcomes": [],
    }


def _page_path(cast: Cast, path: str) -> str:
    slug = "moonfilm" if path.startswith("/p/") else "draft" if path in DRAFTS else "rain"
    key = {"steps": "secret" if path.endswith("/drop") else "script", "news": "news", "tasks": "task"}
    key |= {"pools": "pool", "batches": "batch", "payouts": "payout", "payees": "payee"}
    key |= {"productions": "production", "records": "free", "log": "entry"}
    if path.startswith("/p/"):
        key |= {"news": "told", "log": "entry_of_project"}
    filled = path.replace("{slug}", slug).replace("{entry}", cast.keys["stated"]).replace("{path:path}", PAPER)
    filled = filled.replace("{adapter}", "paypal").replace("{year:int}", "2026")
    filled = re.sub(r"(\w+)/\{key\}", lambda found: f"{found[1]}/{cast.keys[key[found[1]]]}", filled)
    return _with_rows(cast, filled)


def _call_path(cast: Cast, path: str) -> str:
    filled = path.replace("{host}", "far.example").replace("{entry}", cast.keys["stated"]).replace("{year:int}", "2026")
    for name in ("pool", "batch", "payout"):
        filled = re.sub(rf"/({name}s|{name}es)/\{{key\}}", rf"/\1/{cast.keys[name]}", filled)
    if path.startswith("/groups/"):
        filled = filled.replace("{id:int}", str(cast.rows["group"]))
    return "/api" + _with_rows(cast, filled)


def _with_rows(cast: Cast, path: str) -> str:
    """The path, with the rows that it is about: of the segment in front, or of the name in it."""
    person = "member" if re.search(r"\}/(trust|remove|lead|hand-over)$", path) else "applicant"
    if "/leaders/" in path:
        person = "leader" if path.endswith("/remove") else "member"
    rows = {**cast.rows, "person": cast.rows[person], "step": cast.rows["script"]}
    rows |= {"of": cast.rows["project_group"], "new": cast.rows["news"]}
    rows |= dict.fromkeys(("move", "named"), cast.rows["member"])

    def row(found: re.Match[str]) -> str:
        named = found[1].removesuffix("s") if found[2] == "id" else found[2]
        return f"{found[1]}/{rows[named]}"

    return re.sub(r"([\w-]+)/\{(\w+):int\}", row, path)
