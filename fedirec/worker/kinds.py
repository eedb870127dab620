"""What each kind of job means; and what is done besides when somebody leaves, or takes a copy along."""

from __future__ import annotations

from functools import partial
from typing import Final

from fedirec.accounts.actions.letters import KEEPS, Post
from fedirec.accounts.actions.moving import move_followers
from fedirec.accounts.archives import FOLDER
from fedirec.activitypub.delivery import Courier
from fedirec.activitypub.describing import describe_peer
from fedirec.activitypub.inbox import Inbox
from fedirec.activitypub.remote import Remote
from fedirec.admin.actions.instances import follow_as_wished
from fedirec.admin.actions.watching import look_at
from fedirec.admin.enforcement import ENFORCING, Enforcement
from fedirec.admin.purging import PURGING, Purging
from fedirec.credits.actions.crediting.copying import grant_entries, production_credit_entries
from fedirec.credits.actions.crediting.drawing_up import draw_up_job
from fedirec.credits.actions.crediting.elsewhere import keep_offer
from fedirec.credits.actions.crediting.leaving import forget_credits
from fedirec.credits.actions.proposals.copying import proposal_entries
from fedirec.credits.actions.proposals.leaving import forget_proposals
from fedirec.credits.actions.proposals.meeting import fetch_proposal
from fedirec.lanes import Kind
from fedirec.media.cache import MediaCache
from fedirec.media.store import Store
from fedirec.media.workshop import MAKING, Workshop
from fedirec.payouts.actions.payees.giving import forget_payee, forget_payee_of
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.queries.money import money_entries
from fedirec.projects.actions.leaving import forget_projects, project_entries
from fedirec.projects.actions.meeting import fetch_project
from fedirec.projects.actions.productions.meeting import fetch_production
from fedirec.remix.actions.archiving import Archivist
from fedirec.remix.actions.bringing import bring
from fedirec.remix.actions.catching_up import fetch_replies
from fedirec.remix.actions.consenting import check_answer
from fedirec.remix.actions.contributors import meet_contributor
from fedirec.remix.actions.descendants import fetch_remix, fetch_remixes
from fedirec.remix.actions.erasing import Eraser
from fedirec.remix.actions.instances import fetch_news, read_earlier_news
from fedirec.remix.actions.long_lists import fetch_lists
from fedirec.remix.actions.meeting import fetch_challenge
from fedirec.remix.actions.pens.applying import apply_writing
from fedirec.remix.actions.profiles import keep_profile
from fedirec.remix.actions.pseudonyms.carrying import carry_names
from fedirec.remix.actions.pseudonyms.everywhere import name_as_wished
from fedirec.remix.actions.quotations import check_quotation
from fedirec.remix.actions.remix_requests.carrying import carry_stamps
from fedirec.remix.actions.remix_requests.checking import check_stamp, look_at_remix
from fedirec.remix.actions.sources import look_again, resolve_source
from fedirec.remix.actions.suggestions.taking import look_at_suggestion
from fedirec.remix.inbox import fetch_announced, fetch_comment, fetch_restored
from fedirec.settings import Settings

COPIED: Final = {
    "projects.json": project_entries,
    "production_credits.json": production_credit_entries,
    "grants.json": grant_entries,
    "proposals.json": proposal_entries,
    "money.json": money_entries,
}
"""What is in the copy that somebody takes along, besides what `remix` knows of them."""


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
        further=(forget_projects, forget_payee),
        naming=(forget_credits, forget_proposals),
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
