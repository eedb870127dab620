"""Which posts of other software answer a challenge, and which only say something about it.

Programs answer nothing here, so that two of them never answer each other: not groups that pass on what they hear, not
bots, and not what somebody says to a note that we send by ourselves.
"""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.errors import Conflict, TooMany
from fedirec.html import clean, leads_to, plain
from fedirec.remix.actions.submissions.offers import refuse_late, refuse_many
from fedirec.remix.licences import find_agreement, find_grant, find_licence, says_more
from fedirec.remix.models import Challenge, Submission
from fedirec.remix.replies import TALK
from fedirec.remix.submissions import wants_words
from fedirec.remix.vocab import PostObject

REMARK = "a remark in words alone, where the challenge asks for something else"
_PEOPLE = ("Person",)


async def why_no_submission(sender: Actor, post: PostObject, challenge: Challenge | None) -> str | None:
    """Why `post` is no submission, or None if it is one: it has media, or leads to a work elsewhere, or is text that is
    asked for and says in the agreed words that it is an offer.

    Other words alone may be a poem, a question or a thank-you; nobody but their author knows. So they are a remark, and
    where text is asked for their author is asked. What answers somebody else's answer in words alone, or with an
    address, is a remark in any case.
    """
    if challenge is None:
        return "nobody here follows its author, and it answers no challenge"
    if sender.type not in _PEOPLE:
        return "a challenge is answered by people"
    if not post.is_public:
        return "only a public post can answer a challenge"
    if _answers_what_we_send(challenge, post):
        return "that answers what the challenge sends by itself"
    is_offer = bool(post.attachments or post.links)
    is_offer = is_offer or (
        _speaks_to(challenge, post) and (_leads_to_work(challenge, post) or _is_text(challenge, post))
    )
    if not is_offer:
        return REMARK
    if await Submission.exists(challenge_id=challenge.id, record__uri=post.id):
        return None
    return await _why_not_now(sender, challenge)


def is_remark(sender: Actor, post: PostObject, challenge: Challenge, reason: str | None) -> bool:
    """Whether `post`, which is no submission for that reason, is said to the challenge itself, by a person, to all.

    The agreed words are none: they are about something else, even if we do not know about what.
    """
    if reason != REMARK or post.type != TALK or sender.type not in _PEOPLE:
        return False
    words = plain(clean(post.content))
    return _speaks_to(challenge, post) and find_grant(words) is None and find_agreement(words) is None


def _speaks_to(challenge: Challenge, post: PostObject) -> bool:
    """Whether it stands by itself, or answers what the challenge says; and not what somebody else said about it."""
    return post.in_reply_to in (None, challenge.prompt_uri) or _is_below(challenge, post, "news")


def _leads_to_work(challenge: Challenge, post: PostObject) -> bool:
    """Whether it has an address in it, of something else than people, tags, licences, what it quotes and the challenge.

    Mastodon sends an address that somebody typed as a link of the text and as nothing more.
    """
    own = challenge.actor.uri
    return any(
        address not in (post.quote, own) and not address.startswith(f"{own}/") and not find_licence(address).is_known
        for address in leads_to(clean(post.content))
    )


def _is_text(challenge: Challenge, post: PostObject) -> bool:
    """Whether it is text, where that is asked for, whose author grants a licence for it in the same post."""
    words = plain(clean(post.content))
    return wants_words(challenge.kinds) and find_grant(words) is not None and says_more(words)


def _answers_what_we_send(challenge: Challenge, post: PostObject) -> bool:
    return _is_below(challenge, post, "asked") or _is_below(challenge, post, "words")


def _is_below(challenge: Challenge, post: PostObject, what: str) -> bool:
    return (post.in_reply_to or "").startswith(f"{challenge.actor.uri}/{what}/")


async def _why_not_now(sender: Actor, challenge: Challenge) -> str | None:
    """Why the challenge takes nothing more of `sender`, if that is so."""
    try:
        refuse_late(challenge, is_from_elsewhere=True)
        await refuse_many(challenge, sender)
    except Conflict:
        return "the challenge takes no more submissions"
    except TooMany as error:
        return error.detail
    return None
