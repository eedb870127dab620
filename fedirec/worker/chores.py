"""What comes round again, and how often."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Final

from fedirec.accounts.actions.archives import forget_archives
from fedirec.accounts.actions.farewells import resume_farewells
from fedirec.accounts.actions.joining import forget_refusals
from fedirec.accounts.actions.letters import Post
from fedirec.accounts.actions.passages import prune_passages
from fedirec.accounts.actions.providers import prune_providers
from fedirec.accounts.actions.vouching import forget_spent_codes
from fedirec.accounts.boundaries import forget_ended_boundaries
from fedirec.activitypub.deletions import prune_deletions
from fedirec.activitypub.inbox import prune_received
from fedirec.admin.actions.lapsing import erase_long_suspended
from fedirec.admin.actions.watching import look_for_words
from fedirec.api.keeping import forget_answers
from fedirec.credits.actions.alone import say_who_is_alone
from fedirec.credits.actions.crediting.drawing_up import look_at_credits
from fedirec.credits.actions.proposals.deciding import close_windows
from fedirec.credits.actions.proposals.locking import release_settled
from fedirec.lanes import bring_back, prune_dead, prune_idle_lanes
from fedirec.media.actions import make_missing, prune_orphans, prune_unattached, prune_uploads
from fedirec.media.cache import MediaCache
from fedirec.media.likeness import print_copies, print_older
from fedirec.media.store import Store
from fedirec.payouts.actions.agreeing import note_who_agrees_alone
from fedirec.payouts.actions.alone import say_who_resumes_alone
from fedirec.payouts.actions.batching import say_who_pays_alone
from fedirec.payouts.actions.payees.holding import watch_payees
from fedirec.payouts.actions.payees.joining import join_those_who_moved
from fedirec.payouts.actions.progress import finish_paid
from fedirec.payouts.actions.readying import Readier
from fedirec.payouts.actions.reconciling import ask_about_payments
from fedirec.payouts.actions.submitting import Cashier
from fedirec.payouts.actions.unclaimed import follow_policy
from fedirec.payouts.keys import Vault
from fedirec.projects.actions.announcing import introductions_of_adoptable
from fedirec.projects.actions.findable import make_projects_findable
from fedirec.projects.actions.reminders import remind_of_invitations, remind_of_tasks
from fedirec.projects.actions.takeovers import decide_takeovers, watch_leaders
from fedirec.projects.queries.productions import released_in
from fedirec.remix.actions.challenges import close_overdue
from fedirec.remix.actions.digests import post_digests
from fedirec.remix.actions.drafting import prune_drafts
from fedirec.remix.actions.erasing import forget_keys
from fedirec.remix.actions.findable import make_rest_findable
from fedirec.remix.actions.instance_announcements import bring_news_up_to_date
from fedirec.remix.actions.reminders import forget_reminders, remind_of_deadlines
from fedirec.remix.actions.remix_requests.expiring import expire_requests
from fedirec.remix.actions.remix_requests.rechecking import look_at_stamps_again
from fedirec.remix.actions.sources import join_sources
from fedirec.remix.actions.standing import judge_rest

KEEP_UPLOADS: Final = timedelta(days=1)
"""How long a file waits for the record that it was uploaded for."""


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
