"""What those made whom one follows."""

from __future__ import annotations

from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import Listed, Shape
from fedirec.api.shapes.challenges import ChallengeCard, NewsItem, show_challenge_card, show_news
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.records import RecordCard, show_card
from fedirec.remix.queries.feeds import followed_feed


class FeedItem(Shape):
    """A record, a challenge, or news of one or of a project; and who passed it on."""

    record: RecordCard | None
    challenge: ChallengeCard | None
    news: NewsItem | None
    passed_on_by: Person | None


class Feed(Listed):
    items: list[FeedItem]


async def show_feed(call: Call) -> Feed:
    items = await followed_feed(call.actor, after=read_place(call), limit=size_of(call) + 1)
    dressed = await dressed_files([item.record for item in items if item.record])
    return piece_of(
        call,
        Feed,
        items,
        show=lambda item: FeedItem(
            record=show_card(call, item.record, dressed) if item.record else None,
            challenge=show_challenge_card(call, item.challenge) if item.challenge else None,
            news=show_news(call, item.news) if item.news else None,
            passed_on_by=show_person(call, item.passed_on_by) if item.passed_on_by else None,
        ),
        place=lambda item: item.place,
    )


ENDPOINTS = (
    listed(
        "show_feed",
        "/feed",
        "What you, and those whom you follow, made or passed on, the newest first.",
        show_feed,
        answer=Feed,
    ),
)
