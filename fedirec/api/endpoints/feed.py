"""What those made whom one follows, and what has the tags that one follows."""

from __future__ import annotations

from collections.abc import Sequence

from fedirec.api.endpoint import Call
from fedirec.api.endpoints.alike import listed
from fedirec.api.paging import piece_of, read_place, size_of
from fedirec.api.shapes.basis import Listed, Shape
from fedirec.api.shapes.challenges import ChallengeCard, show_challenge_card
from fedirec.api.shapes.files import dressed_files
from fedirec.api.shapes.news import NewsItem, show_news
from fedirec.api.shapes.people import Person, show_person
from fedirec.api.shapes.projects import ProjectCard, show_projects
from fedirec.api.shapes.records import RecordCard, show_card
from fedirec.projects.queries.lists import projects_in, projects_tagged_for
from fedirec.remix.queries.feeds import Item, followed_feed, interests_feed


class FeedItem(Shape):
    """A record, a challenge, news of one or of a project, or a project; and who passed it on."""

    record: RecordCard | None
    challenge: ChallengeCard | None
    news: NewsItem | None
    project: ProjectCard | None
    passed_on_by: Person | None


class Feed(Listed):
    items: list[FeedItem]


async def show_feed(call: Call) -> Feed:
    return await _shown(call, await followed_feed(call.actor, after=read_place(call), limit=size_of(call) + 1))


async def show_interests(call: Call) -> Feed:
    after, limit = read_place(call), size_of(call) + 1
    return await _shown(call, await interests_feed(call.actor, projects_tagged_for, after=after, limit=limit))


async def _shown(call: Call, items: Sequence[Item]) -> Feed:
    rows = await projects_in([item.project for item in items if item.project is not None])
    projects = {card.id: card for card in await show_projects(call, list(rows.values()))}
    dressed = await dressed_files([item.record for item in items if item.record])
    return piece_of(
        call,
        Feed,
        items,
        show=lambda item: FeedItem(
            record=show_card(call, item.record, dressed) if item.record else None,
            challenge=show_challenge_card(call, item.challenge) if item.challenge else None,
            news=show_news(call, item.news) if item.news else None,
            project=projects.get(item.project) if item.project is not None else None,
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
    listed(
        "show_interests",
        "/feed/interests",
        "The records, challenges and projects with a tag that you follow, the newest first.",
        show_interests,
        answer=Feed,
    ),
)
