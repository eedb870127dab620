"""What challenges and projects of other instances tell those who follow them."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from fedirec.accounts.actions.notifications import notify
from fedirec.accounts.notices import Notice
from fedirec.activitypub.authority import may_create, may_delete
from fedirec.activitypub.follows import is_followed_here
from fedirec.activitypub.handlers import Handlers
from fedirec.activitypub.models import Actor
from fedirec.activitypub.vocab import Create, Update
from fedirec.clock import now
from fedirec.errors import Forbidden, Unsupported
from fedirec.remix.actions.news import bury_news, save_news
from fedirec.remix.actions.terms import authors_in
from fedirec.remix.inbox.arrivals import refuse_deleted
from fedirec.remix.inbox.talking import refuse_talkative
from fedirec.remix.models import Challenge, News, Submission
from fedirec.remix.news import NewsKind
from fedirec.remix.submissions import SubmissionState
from fedirec.remix.vocab import NewsObject
from fedirec.uris import origin_of

KINDS: Final = ("challenge", "project")
"""Whose news is kept: other Groups have none."""
MAX_A_DAY: Final = 24
"""News of one of them that is kept within a day."""

handlers = Handlers()


@handlers.on(Create, NewsObject)
async def news_told(sender: Actor, create: Create[NewsObject]) -> None:
    await _take(sender, create.object)


@handlers.on(Update, NewsObject)
async def news_changed(sender: Actor, update: Update[NewsObject]) -> None:
    await _take(sender, update.object)


async def news_deleted(sender: Actor, news: News) -> None:
    """A Group takes back what it told. Raises Forbidden for others than that Group."""
    if not may_delete(author=news.group_id, speaker=sender.id):
        raise Forbidden("only who told it takes it back")
    if news.deleted_at is None:
        await bury_news(news)


async def _take(sender: Actor, work: NewsObject) -> None:
    if not may_create(work.id, author=work.attributed_to, speaker=sender.uri):
        raise Forbidden("news is told by its own Group")
    if sender.type != "Group" or sender.kind not in KINDS or not work.is_public:
        raise Unsupported("only challenges and projects have news, for everybody")
    challenge = await Challenge.get_or_none(actor_id=sender.id)
    if not await is_followed_here(sender) and not (challenge and await authors_in(challenge)):
        raise Unsupported("nobody here follows it, or took part in it")
    await refuse_deleted(sender, work.id)
    known = await News.filter(uri=work.id).select_related("group").first()
    if known is not None and known.group_id != sender.id:
        raise Forbidden("that is news of somebody else")
    if known is None:
        await _refuse_noisy(sender)
    else:
        await refuse_talkative(sender)
    news = await save_news(sender, work)
    if known is None and challenge is not None:
        await _tell_those_in_it(challenge, sender, news)


async def _refuse_noisy(group: Actor) -> None:
    newest = News.filter(group_id=group.id).order_by("-id")
    found = await newest.offset(MAX_A_DAY - 1).limit(1).values("published_at")
    if found and found[0]["published_at"] > now() - timedelta(days=1):
        raise Unsupported("that is too much news for one day")


async def _tell_those_in_it(challenge: Challenge, group: Actor, news: News) -> None:
    """Those here who offered something to a challenge elsewhere know how it ended.

    Its Group says itself, to each of those whose work it accepted, what became of that (`take_standing`).
    """
    notices = {
        NewsKind.CONCLUSION.value: Notice.CHALLENGE_CONCLUDED,
        NewsKind.CANCELLATION.value: Notice.CHALLENGE_CANCELLED,
    }
    notice = notices.get(news.kind)
    if notice is None:
        return
    accepted = Submission.filter(challenge_id=challenge.id, state=SubmissionState.ACCEPTED)
    thanked = (
        set(await accepted.values_list("record__author_id", flat=True)) if news.kind == NewsKind.CONCLUSION else {}
    )
    for author, _record in await authors_in(challenge):
        if author.is_local and author.id not in thanked:
            page = f"{origin_of(author.uri)}/challenges/remote/{challenge.id}"
            details = {"title": challenge.title, "reason": news.text[:500]}
            await notify(author, notice, group, group.uri, page, details)
