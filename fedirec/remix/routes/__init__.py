"""Records, challenges and people as documents, for those who ask for ActivityPub; browsers go on to the pages."""

from __future__ import annotations

from fedirec.activitypub.documents import ActivityRoute
from fedirec.activitypub.routes import show_featured as show_nothing_pinned
from fedirec.activitypub.routes import show_followers, show_following, show_outbox
from fedirec.remix.routes.challenges import (
    show_challenge,
    show_featured,
    show_group_outbox,
    show_moderators,
    show_prompt,
    show_submissions,
)
from fedirec.remix.routes.lists import show_credits, show_sources
from fedirec.remix.routes.logs import show_entry, show_log
from fedirec.remix.routes.needs import show_need, show_needs
from fedirec.remix.routes.news import show_news
from fedirec.remix.routes.people import of_person, show_activity, show_person, show_stamp
from fedirec.remix.routes.records import show_record
from fedirec.remix.routes.remixes import show_remixes
from fedirec.remix.routes.talk import show_answers, show_comment, show_conversation, show_replies
from fedirec.remix.routes.witnesses import show_witness

routes = [
    ActivityRoute(
        "/records/{key}",
        show_record,
        shows=("record", "record_revision", "actor", "boundary", "signing_key"),
        grows=("boundary", "signing_key"),
    ),
    ActivityRoute("/records/{key}/sources", show_sources, always=True),
    ActivityRoute("/records/{key}/credits", show_credits, always=True),
    ActivityRoute("/records/{key}/remixes", show_remixes, always=True),
    ActivityRoute("/records/{key}/replies", show_replies, always=True),
    ActivityRoute("/records/{key}/thread", show_conversation, always=True),
    ActivityRoute("/comments/{key}", show_comment),
    ActivityRoute("/comments/{key}/replies", show_answers, always=True),
    ActivityRoute("/stamps/{key}", show_stamp, always=True),
    ActivityRoute("/actor/witness", show_witness, always=True),
    ActivityRoute(
        "/u/{handle}", show_person, shows=("actor", "actor_key", "boundary"), grows=("actor_key", "boundary")
    ),
    ActivityRoute(
        "/c/{handle}",
        show_challenge,
        shows=("actor", "actor_key", "challenge", "challenge_terms", "need", "group_tag"),
        grows=("actor_key", "challenge_terms", "need", "group_tag"),
    ),
    ActivityRoute("/c/{handle}/prompt", show_prompt),
    ActivityRoute("/c/{handle}/featured", show_featured, always=True),
    ActivityRoute("/c/{handle}/moderators", show_moderators, always=True),
    ActivityRoute("/activities/{key}", show_activity, always=True),
    ActivityRoute("/u/{handle}/outbox", of_person(show_outbox), always=True),
    ActivityRoute("/u/{handle}/followers", of_person(show_followers), always=True),
    ActivityRoute("/u/{handle}/following", of_person(show_following), always=True),
    ActivityRoute("/u/{handle}/featured", of_person(show_nothing_pinned), always=True),
    ActivityRoute("/c/{handle}/outbox", show_group_outbox, always=True),
    ActivityRoute("/c/{handle}/submissions", show_submissions),
    ActivityRoute("/c/{handle}/log", show_log),
    ActivityRoute("/c/{handle}/log/{key}", show_entry),
    ActivityRoute("/c/{handle}/news/{key}", show_news),
    ActivityRoute("/p/{handle}/news/{key}", show_news),
    ActivityRoute("/c/{handle}/needs", show_needs),
    ActivityRoute("/c/{handle}/needs/{key}", show_need),
]
