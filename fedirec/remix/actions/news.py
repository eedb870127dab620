"""What challenges and projects tell those who follow them: each piece of news is a post of their Group."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from fedirec.accounts.actions.audit import audit
from fedirec.activitypub.models import Actor
from fedirec.activitypub.outbox import new_activity_uri, publish
from fedirec.activitypub.vocab import PUBLIC, Create, Tombstone, Update
from fedirec.clock import now
from fedirec.db import transaction
from fedirec.errors import Conflict, Gone, Invalid, TooMany
from fedirec.html import clean, markdown
from fedirec.remix.actions.announcing import say_gone
from fedirec.remix.content import bodies_of, content_of
from fedirec.remix.models import News
from fedirec.remix.news import NewsKind
from fedirec.remix.powers import Deed, refuse_unless
from fedirec.remix.queries.leading import parts_around
from fedirec.remix.sizes import is_small, size_of
from fedirec.remix.vocab import NewsObject
from fedirec.uris import new_key
from fedirec.web.language import gettext as _

MAX_TITLE: Final = 100
"""Characters."""
MAX_TEXT: Final = 10_000
"""Bytes."""
MAX_REMOTE_TITLE: Final = 200
"""Characters that are kept of what others call theirs."""
MAX_A_DAY: Final = 12
"""News that one challenge or project has for its followers: each reaches all of them."""
MAX_TOLD: Final = 1_000
"""People elsewhere who hear of a change besides the followers."""
TOGETHER: Final = 50
"""News that is taken back in one transaction."""


async def post_news(leader: Actor, group: Actor, *, title: str, text: str, language: str | None = None) -> News:
    """Those who follow the challenge or project of `group` hear what `leader` has to say.

    Raises Invalid with the field that has to change, Forbidden, or TooMany after MAX_A_DAY within a day.
    """
    refuse_unless(Deed.POST_NEWS, await parts_around(group, leader))
    await refuse_noisy(group)
    async with transaction():
        news = await publish_news(group, kind=NewsKind.UPDATE, title=title, text=text, author=leader, language=language)
        await audit(leader, "post_news", news.uri)
    return news


async def refuse_noisy(group: Actor) -> None:
    """Raise TooMany when `group` has said MAX_A_DAY things to its followers within the last day."""
    said = News.filter(group_id=group.id, author_id__not_isnull=True).order_by("-published_at")
    found = await said.offset(MAX_A_DAY - 1).limit(1).values("published_at")
    if found and found[0]["published_at"] > now() - timedelta(days=1):
        raise TooMany(_("That is much news for one day. Please wait until tomorrow."), retry_after=3600)


async def publish_news(
    group: Actor,
    *,
    kind: str,
    title: str,
    text: str,
    author: Actor | None,
    language: str | None = None,
    to: Iterable[Actor] = (),
) -> News:
    """`group`, a challenge or project of ours, has said something: to its followers, and to those of `to`.

    Part of the caller's transaction; who may say it is for the caller to ask. `author` is None for what the place
    itself says. Raises Invalid with the field that has to change.
    """
    _check(title, text)
    news = await News.create(
        uri=f"{group.uri}/news/{new_key()}",
        group=group,
        kind=NewsKind(kind).value,
        title=title.strip(),
        text=text,
        content=markdown(text),
        language=language,
        author=author,
    )
    described = describe_news(news, group)
    create = Create(
        id=new_activity_uri(group),
        actor=group.uri,
        object=described,
        to=described.to,
        cc=described.cc,
        published=news.published_at,
    )
    await publish(group, create, to=to, to_followers_of=[group])
    return news


async def change_news(leader: Actor, news: News, *, title: str, text: str) -> News:
    """A piece of news says something else, wherever it arrived. It comes with its group."""
    refuse_unless(Deed.CHANGE_NEWS, await parts_around(news.group, leader))
    _check(title, text)
    if news.deleted_at is not None:
        raise Conflict(_("That was taken back."))
    async with transaction():
        news.title, news.text, news.content, news.updated_at = title.strip(), text, markdown(text), now()
        await news.save(update_fields=["title", "text", "content", "updated_at"])
        described, group = describe_news(news, news.group), news.group
        update = Update(
            id=new_activity_uri(group),
            actor=group.uri,
            object=described,
            to=described.to,
            cc=described.cc,
            published=now(),
        )
        await publish(group, update, to=await _told_besides(news), to_followers_of=[group])
        await audit(leader, "change_news", news.uri)
    return news


async def take_back_news(leader: Actor, news: News) -> None:
    """A piece of news is gone, wherever it arrived. It comes with its group; taking it back twice changes nothing."""
    refuse_unless(Deed.CHANGE_NEWS, await parts_around(news.group, leader))
    if news.deleted_at is not None:
        return
    async with transaction():
        await _take_back(news)
        await audit(leader, "take_back_news", news.uri)


async def forget_news(author: Actor) -> None:
    """What `author`, who left, told in the name of challenges and projects of ours is gone, wherever it arrived."""
    told = News.filter(author_id=author.id, deleted_at=None, group__is_local=True).order_by("id")
    while some := await told.limit(TOGETHER).select_related("group"):
        async with transaction():
            for news in some:
                await _take_back(news)


async def bury_news(news: News) -> None:
    """What was said is gone from here; its address stays taken. Part of the caller's transaction."""
    news.title = news.text = news.content = ""
    news.deleted_at = now()
    await news.save(update_fields=["title", "text", "content", "deleted_at"])


async def _take_back(news: News) -> None:
    """It is gone here, and everybody to whom it went hears that; part of the caller's transaction."""
    group = news.group
    told = await _told_besides(news)
    await bury_news(news)
    tombstone = Tombstone(id=news.uri, deleted=news.deleted_at or now(), former_type=NewsObject.TYPE)
    await say_gone(group, tombstone, to=told)


async def _told_besides(news: News) -> list[Actor]:
    """Those elsewhere who read `news` whether or not they follow its group: how a challenge ended, who offered
    something to it.
    """
    if news.kind not in (NewsKind.CONCLUSION, NewsKind.CANCELLATION):
        return []
    theirs = Actor.filter(records__submissions__challenge__actor_id=news.group_id, is_local=False)
    return await theirs.distinct().limit(MAX_TOLD)


async def save_news(group: Actor, work: NewsObject) -> News:
    """What `group`, a challenge or project of another instance, told its followers is known here as it says it now.

    Part of the caller's transaction. Raises Gone for what it took back before.
    """
    known = await News.get_or_none(uri=work.id)
    if known is not None and known.deleted_at is not None:
        raise Gone("that was taken back")
    columns: dict[str, Any] = {
        "kind": work.news.value,
        "title": work.name[:MAX_REMOTE_TITLE],
        "text": work.markdown or "",
        "content": markdown(work.markdown) if work.markdown else clean(work.content),
        "language": work.language,
    }
    if known is None:
        at = max(min(work.published, now()), now() - timedelta(hours=1))  # what it says may be wrong
        return await News.create(uri=work.id, group=group, published_at=at, **columns)
    known.update_from_dict({**columns, "updated_at": now()})
    await known.save()
    return known


def describe_news(news: News, group: Actor) -> NewsObject:
    """A piece of news of ours as other instances see it: all that matters stands in its content."""
    described = NewsObject(
        id=news.uri,
        attributed_to=group.uri,
        published=news.published_at,
        updated=news.updated_at,
        name=news.title,
        markdown=news.text,
        language=news.language,
        to=(PUBLIC,),
        cc=(group.followers or "",),
        audience=group.uri,
        url=news.uri,
        news=NewsKind(news.kind),
    )
    for body in bodies_of(news.text, news.content):
        content = content_of(body, title=news.title, url=group.uri, label=group.name or group.handle)
        described = replace(described, content=content)
        if is_small(described.write()):
            break
    return described


def _check(title: str, text: str) -> None:
    if len(title.strip()) > MAX_TITLE:
        raise Invalid(
            _("Please keep the title under %(max_title)s characters.") % {"max_title": MAX_TITLE}, field="title"
        )
    if not text.strip():
        raise Invalid(_("Please write something."), field="text")
    if size_of(text) > MAX_TEXT:
        raise Invalid(_("That is too long. Please say it in less."), field="text")
