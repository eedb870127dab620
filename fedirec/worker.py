"""What runs behind the requests: the kinds of jobs, and the chores that come round again."""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from fedirec.accounts.actions.archives import forget_archives
from fedirec.accounts.actions.farewells import resume_farewells
from fedirec.accounts.actions.joining import forget_refusals
from fedirec.accounts.actions.letters import KEEPS, Post
from fedirec.accounts.actions.moving import move_followers
from fedirec.accounts.actions.passages import prune_passages
from fedirec.accounts.actions.providers import prune_providers
from fedirec.accounts.actions.vouching import forget_spent_codes
from fedirec.accounts.archives import FOLDER
from fedirec.accounts.boundaries import forget_ended_boundaries
from fedirec.activitypub.deletions import prune_deletions
from fedirec.activitypub.delivery import Courier
from fedirec.activitypub.describing import describe_peer
from fedirec.activitypub.inbox import Inbox, prune_received
from fedirec.activitypub.remote import Remote
from fedirec.admin.actions.instances import follow_as_wished
from fedirec.admin.actions.lapsing import erase_long_suspended
from fedirec.admin.actions.watching import look_at, look_for_words
from fedirec.admin.enforcement import ENFORCING, Enforcement
from fedirec.admin.purging import PURGING, Purging
from fedirec.api.keeping import forget_answers
from fedirec.clock import Jumps, monotonic
from fedirec.credits.actions.alone import say_who_is_alone
from fedirec.credits.actions.crediting.copying import grant_entries, production_credit_entries
from fedirec.credits.actions.crediting.drawing_up import draw_up_job, look_at_credits
from fedirec.credits.actions.crediting.elsewhere import keep_offer
from fedirec.credits.actions.crediting.leaving import forget_credits
from fedirec.credits.actions.proposals.copies import fetch_proposal
from fedirec.credits.actions.proposals.copying import proposal_entries
from fedirec.credits.actions.proposals.deciding import close_windows
from fedirec.credits.actions.proposals.leaving import forget_proposals
from fedirec.credits.actions.proposals.locking import release_settled
from fedirec.db.outages import is_outage
from fedirec.lanes import Kind, Runner, bring_back, prune_dead, prune_idle_lanes
from fedirec.media.actions import make_missing, prune_orphans, prune_unattached, prune_uploads
from fedirec.media.cache import MediaCache
from fedirec.media.likeness import print_copies, print_older
from fedirec.media.store import Store
from fedirec.media.workshop import MAKING, Workshop
from fedirec.payouts.actions.agreeing import note_who_agrees_alone
from fedirec.payouts.actions.alone import say_who_resumes_alone
from fedirec.payouts.actions.batching import say_who_pays_alone
from fedirec.payouts.actions.payees.giving import forget_payee, forget_payee_of
from fedirec.payouts.actions.payees.holding import watch_payees
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.payouts.actions.progress import finish_paid
from fedirec.payouts.actions.readying import Readier
from fedirec.payouts.actions.reconciling import ask_about_payments
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.actions.unclaimed import follow_policy
from fedirec.payouts.keys import Vault
from fedirec.payouts.queries.money import money_entries
from fedirec.projects.actions.announcing import introductions_of_adoptable
from fedirec.projects.actions.findable import make_projects_findable
from fedirec.projects.actions.leaving import forget_projects, project_entries
from fedirec.projects.actions.meeting import fetch_project
from fedirec.projects.actions.productions.meeting import fetch_production
from fedirec.projects.actions.reminders import remind_of_invitations, remind_of_tasks
from fedirec.projects.actions.takeovers import decide_takeovers, watch_leaders
from fedirec.projects.queries.productions import released_in
from fedirec.remix.actions.archiving import Archivist
from fedirec.remix.actions.bringing import bring
from fedirec.remix.actions.catching_up import fetch_replies
from fedirec.remix.actions.challenges import close_overdue
from fedirec.remix.actions.consenting import check_answer
from fedirec.remix.actions.contributors import meet_contributor
from fedirec.remix.actions.descendants import fetch_remix, fetch_remixes
from fedirec.remix.actions.digests import post_digests
from fedirec.remix.actions.drafting import prune_drafts
from fedirec.remix.actions.erasing import Eraser, forget_keys
from fedirec.remix.actions.findable import make_rest_findable
from fedirec.remix.actions.instance_announcements import bring_news_up_to_date
from fedirec.remix.actions.instances import fetch_news, read_earlier_news
from fedirec.remix.actions.long_lists import fetch_lists
from fedirec.remix.actions.meeting import fetch_challenge
from fedirec.remix.actions.pens.applying import apply_writing
from fedirec.remix.actions.profiles import keep_profile
from fedirec.remix.actions.pseudonyms.carrying import carry_names
from fedirec.remix.actions.pseudonyms.everywhere import name_as_wished
from fedirec.remix.actions.quotations import check_quotation
from fedirec.remix.actions.reminders import forget_reminders, remind_of_deadlines
from fedirec.remix.actions.remix_requests.carrying import carry_stamps
from fedirec.remix.actions.remix_requests.checking import check_stamp, look_at_remix
from fedirec.remix.actions.remix_requests.expiring import expire_requests
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.actions.sources import join_sources, look_again, resolve_source
from fedirec.remix.actions.standing import judge_rest
from fedirec.remix.actions.suggestions.taking import look_at_suggestion
from fedirec.remix.inbox import fetch_announced, fetch_comment, fetch_restored
from fedirec.settings import Settings

log = logging.getLogger(__name__)

CALM: Final = timedelta(hours=1)
"""How long after a jump of the clock nothing is done that cannot be undone."""

COPIED: Final = {
    "projects.json": project_entries,
    "production_credits.json": production_credit_entries,
    "grants.json": grant_entries,
    "proposals.json": proposal_entries,
    "money.json": money_entries,
}
"""What is in the copy that somebody takes along, besides what `remix` knows of them."""
KEEP_UPLOADS: Final = timedelta(days=1)
"""How long a file waits for the record that it was uploaded for."""


def kinds_of_work(
    *,
    cashier: Cashier,
    inbox: Inbox,
    courier: Courier,
    remote: Remote,
    workshop: Workshop,
    store: Store,
    cache: MediaCache,
    settings: Settings,
    post: Post,
) -> dict[str, Kind]:
    """What each kind of job means, and how many lanes of it run at once."""
    archivist = Archivist(
        store=store,
        folder=settings.data_dir / FOLDER,
        further=COPIED,
    )
    eraser = Eraser(
        store=store,
        cache=cache,
        archives=settings.data_dir / FOLDER,
        further=(forget_projects, forget_credits, forget_proposals, forget_payee),
    )
    return {
        "inbox": Kind(
            handler=inbox.handle,
            together=inbox.handle_together,
            # On SQLite what many lanes bring is handled in one transaction, on PostgreSQL each lane has a connection.
            concurrency=32 if settings.on_sqlite else 8,
            batch=50,
            max_attempts=10,
        ),
        "fanout": Kind(handler=courier.fan_out, concurrency=4),
        "deliver": Kind(handler=courier.deliver, concurrency=settings.deliveries_in_flight, is_tallied=True),
        "mail": Kind(handler=post.send, concurrency=1, give_up_after=KEEPS),
        "actor": Kind(handler=remote.refresh_actor, concurrency=4, max_attempts=5),
        "describe": Kind(handler=partial(describe_peer, remote), concurrency=2, max_attempts=2),
        "lineage": Kind(handler=partial(resolve_source, remote), concurrency=8),
        "remixes": Kind(handler=partial(fetch_remixes, remote), concurrency=2, max_attempts=3),
        "again": Kind(handler=partial(look_again, remote), concurrency=4, max_attempts=3),
        "remix": Kind(handler=partial(fetch_remix, remote), concurrency=4, max_attempts=5),
        "lists": Kind(handler=partial(fetch_lists, remote), concurrency=2, max_attempts=5),
        "announced": Kind(handler=partial(fetch_announced, remote), concurrency=8),
        "comment": Kind(handler=partial(fetch_comment, remote), concurrency=4),
        "restored": Kind(handler=partial(fetch_restored, remote), concurrency=4),
        "quote": Kind(handler=partial(check_quotation, remote), concurrency=4, max_attempts=5),
        "consent": Kind(handler=partial(check_answer, remote), concurrency=4, max_attempts=5),
        "question": Kind(handler=partial(look_at_remix, remote), concurrency=4, max_attempts=8),
        "stamp": Kind(handler=partial(check_stamp, remote), concurrency=4, max_attempts=8),
        "suggestion": Kind(handler=partial(look_at_suggestion, remote), concurrency=4, max_attempts=8),
        "writing": Kind(handler=partial(apply_writing, store, cache, settings, remote), concurrency=4, max_attempts=8),
        "carry": Kind(handler=carry_stamps, concurrency=2),
        "names": Kind(handler=name_as_wished, concurrency=1, max_attempts=8),
        "unname": Kind(handler=carry_names, concurrency=1, max_attempts=8),
        "replies": Kind(handler=partial(fetch_replies, remote), concurrency=2, max_attempts=3),
        "challenge": Kind(handler=partial(fetch_challenge, remote), concurrency=4),
        "news": Kind(handler=partial(fetch_news, remote), concurrency=4, max_attempts=5),
        "earlier news": Kind(handler=partial(read_earlier_news, remote), concurrency=2, max_attempts=3),
        "profile": Kind(handler=keep_profile, concurrency=2, max_attempts=5),
        "instance": Kind(handler=partial(follow_as_wished, remote), concurrency=2, max_attempts=5),
        "production": Kind(handler=partial(fetch_production, remote), concurrency=2, max_attempts=8),
        "credits": Kind(handler=draw_up_job, concurrency=1, max_attempts=8),
        "credit": Kind(handler=partial(keep_offer, remote), concurrency=2, max_attempts=8),
        "proposal": Kind(handler=partial(fetch_proposal, remote), concurrency=2, max_attempts=8),
        "project": Kind(handler=partial(fetch_project, remote), concurrency=2, max_attempts=8),
        "upload": Kind(handler=workshop.take, concurrency=4, max_attempts=5),
        "media": Kind(handler=workshop.render, concurrency=2, max_attempts=5, time_limit=MAKING),
        "archive": Kind(handler=archivist.make, concurrency=1, max_attempts=5, time_limit=MAKING),
        "payee": Kind(handler=forget_payee_of, concurrency=1, max_attempts=8),
        "brought": Kind(handler=partial(bring, remote), concurrency=4, max_attempts=5),
        "erasure": Kind(handler=eraser.erase, concurrency=1, max_attempts=20),
        "move": Kind(handler=partial(move_followers, remote), concurrency=2, max_attempts=5),
        "look": Kind(handler=look_at, concurrency=1),
        "people": Kind(handler=partial(meet_contributor, remote), concurrency=4),
        "purge": Kind(handler=Purging(cache=cache).run, concurrency=1, time_limit=PURGING),
        "payout": Kind(handler=cashier.work, concurrency=4),
        "policy": Kind(handler=Enforcement(cache=cache).run, concurrency=1, time_limit=ENFORCING),
    }


@dataclass(frozen=True, slots=True)
class Chore:
    """Something that has to be done again and again; doing it twice does no harm."""

    name: str
    every: timedelta
    do: Callable[[], Awaitable[object]]
    is_harmless: bool = False
    """Whether it may be done by a clock that is wrong."""


def chores(
    store: Store, cache: MediaCache, *, archives: Path, post: Post, vault: Vault, cashier: Cashier
) -> list[Chore]:
    """What keeps an instance tidy."""
    return [
        Chore("bring back what waits for a day that is far", timedelta(minutes=10), bring_back, is_harmless=True),
        Chore("make findable what is not yet", timedelta(hours=1), make_rest_findable, is_harmless=True),
        Chore("make findable projects that are not yet", timedelta(hours=1), make_projects_findable, is_harmless=True),
        Chore("join what arrived at the same moment", timedelta(hours=1), join_sources, is_harmless=True),
        Chore("judge what was made before there were judgements", timedelta(hours=6), judge_rest, is_harmless=True),
        Chore("make what is missing of files", timedelta(hours=1), make_missing, is_harmless=True),
        Chore(
            "recognise files that were here before",
            timedelta(minutes=10),
            partial(print_older, store),
            is_harmless=True,
        ),
        Chore(
            "recognise copies of files of other instances",
            timedelta(minutes=10),
            partial(print_copies, store),
            is_harmless=True,
        ),
        Chore("forget who was not let in", timedelta(hours=6), forget_refusals),
        Chore("erase who was suspended a month ago", timedelta(hours=1), erase_long_suspended),
        Chore("look for watched words", timedelta(seconds=20), look_for_words),
        Chore(
            "announce what is open", timedelta(seconds=30), partial(bring_news_up_to_date, introductions_of_adoptable)
        ),
        Chore("close challenges", timedelta(seconds=30), close_overdue),
        Chore("bring credit lists up to date", timedelta(hours=1), look_at_credits, is_harmless=True),
        Chore("remind of deadlines", timedelta(minutes=10), remind_of_deadlines),
        Chore("remind of tasks", timedelta(minutes=10), remind_of_tasks),
        Chore("remind of invitations", timedelta(hours=1), remind_of_invitations),
        Chore("watch for leaders who are silent", timedelta(hours=1), watch_leaders),
        Chore("give projects to who offers to lead them", timedelta(minutes=10), decide_takeovers),
        Chore("say who is alone with money", timedelta(minutes=1), say_who_is_alone),
        Chore("end the time for objections", timedelta(minutes=1), close_windows),
        Chore("owe what is contested no more", timedelta(minutes=1), release_settled),
        Chore("close what was paid long ago", timedelta(hours=6), finish_paid),
        Chore("say who pays alone", timedelta(minutes=1), say_who_pays_alone),
        Chore("note who agrees alone", timedelta(minutes=1), note_who_agrees_alone),
        Chore("say who ends a stop alone", timedelta(minutes=1), say_who_resumes_alone),
        Chore("make ready what can be paid", timedelta(seconds=5), Readier(cashier.ways, vault).look),
        Chore("ask what became of payments", timedelta(minutes=1), partial(ask_about_payments, cashier.ways)),
        Chore("see after what nobody claims", timedelta(hours=6), partial(follow_policy, cashier.ways, vault)),
        Chore("hold the pay of those who moved", timedelta(minutes=10), partial(watch_payees, vault, post)),
        Chore("join those who moved long enough ago", timedelta(hours=1), partial(join_those_who_moved, vault, post)),
        Chore("forget what people were reminded of", timedelta(hours=24), forget_reminders),
        Chore("end questions about remixes", timedelta(minutes=10), expire_requests),
        Chore("look at stamps again", timedelta(minutes=5), look_at_stamps_again, is_harmless=True),
        Chore(
            "write letters with the digest of the week",
            timedelta(minutes=5),
            partial(post_digests, post, released_in),
        ),
        Chore("write letters with notices", timedelta(seconds=30), post.post_notices),
        Chore("sweep copies of remote media", timedelta(hours=1), cache.prune),
        Chore("sweep uploads", timedelta(hours=1), partial(prune_unattached, store, older_than=KEEP_UPLOADS)),
        Chore("forget mutes that are over", timedelta(hours=1), forget_ended_boundaries),
        Chore("finish farewells", timedelta(hours=1), resume_farewells),
        Chore("forget the keys of those who left", timedelta(hours=24), forget_keys),
        Chore("forget copies that were kept long enough", timedelta(hours=1), partial(forget_archives, archives)),
        Chore("forget old drafts", timedelta(hours=6), prune_drafts),
        Chore("forget uploads that stopped", timedelta(hours=1), partial(prune_uploads, store)),
        Chore("sweep files of nobody", timedelta(hours=24), partial(prune_orphans, store)),
        Chore("forget who never came back from their own server", timedelta(hours=1), prune_passages),
        Chore("forget codes that were given back", timedelta(hours=1), forget_spent_codes),
        Chore("forget servers through which nobody comes in", timedelta(hours=24), prune_providers),
        Chore("forget dead jobs", timedelta(hours=6), prune_dead),
        Chore("forget what programs were answered", timedelta(hours=1), forget_answers),
        Chore("forget idle lanes", timedelta(hours=6), prune_idle_lanes),
        Chore("forget handled activities", timedelta(hours=1), prune_received),
        Chore("forget early deletions", timedelta(hours=6), prune_deletions),
    ]


class Calm:
    """Whether the clock can be trusted with what cannot be undone: closing, forgetting, throwing away.

    Whoever runs an instance has an hour to put a clock right that jumped.
    """

    def __init__(self) -> None:
        self._jumps = Jumps()
        self._until = -math.inf

    def has_come(self) -> bool:
        """Whether the clock did not jump within the last hour."""
        if jump := self._jumps.find():
            whole = timedelta(seconds=round(jump.total_seconds()))
            log.error("the clock of this machine jumped by %s; nothing is closed or thrown away for an hour", whole)
            self._until = monotonic() + CALM.total_seconds()
        return monotonic() >= self._until


async def work(
    runner: Runner,
    store: Store,
    cache: MediaCache,
    stop: asyncio.Event,
    *,
    archives: Path,
    post: Post,
    vault: Vault,
    cashier: Cashier,
) -> None:
    """Run jobs and chores until `stop`."""
    calm = Calm()
    rounds = [
        asyncio.create_task(_again_and_again(chore, calm, stop))
        for chore in chores(store, cache, archives=archives, post=post, vault=vault, cashier=cashier)
    ]
    try:
        await runner.run(stop)
    finally:
        for task in rounds:
            task.cancel()
        await asyncio.gather(*rounds, return_exceptions=True)


async def _again_and_again(chore: Chore, calm: Calm, stop: asyncio.Event) -> None:
    while not stop.is_set():
        try:
            if calm.has_come() or chore.is_harmless:
                await chore.do()
        except Exception as error:
            if is_outage(error):
                log.error("could not %s: the database does not answer: %s", chore.name, error)  # noqa: TRY400
            else:
                log.exception("could not %s", chore.name)
        await asyncio.sleep(chore.every.total_seconds())
