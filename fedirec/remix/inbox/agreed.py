"""Posts that are nothing but agreed words: by them an author elsewhere grants a licence, or agrees to new terms.

They are about something that was posted before. What they say is on record as it was written, with what was signed.
"""

from __future__ import annotations

import re
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.html import clean, plain
from fedirec.remix.actions.pending_remixes import find_hinted
from fedirec.remix.actions.submissions import grant_licence
from fedirec.remix.actions.submissions.telling import find_asked
from fedirec.remix.actions.terms import agree_in_words, find_standing_alone
from fedirec.remix.licences import find_agreement, find_grant, says_more
from fedirec.remix.models import Challenge, Record, Submission
from fedirec.remix.submissions import SubmissionState, wants_words
from fedirec.remix.vocab import PostObject

_QUOTED: Final = re.compile(r"<blockquote.*</blockquote>", re.DOTALL)
"""From the first word of somebody else to the last: whoever answers in between is asked again."""


async def take_agreed_words(
    sender: Actor, post: PostObject, challenge: Challenge | None, *, activity_uri: str | None
) -> bool:
    """Whether `post` is agreed words about an earlier post of its author's; then it holds what they say.

    `challenge` is the one to which it is addressed. Part of the transaction of the activity. Raises Conflict and
    Invalid for terms to which nobody can agree so.
    """
    words = plain(_QUOTED.sub("", clean(post.content)))
    if post.attachments:
        return False
    version, granted = find_agreement(words), find_grant(words)
    if version is not None and await _agrees(sender, post, challenge, version, activity_uri=activity_uri, words=words):
        return True
    record = await _record_meant(sender, post, challenge, words) if granted is not None else None
    if record is None or granted is None:
        return False
    asked = await find_asked(sender, post.in_reply_to)
    await grant_licence(sender, record, granted.id, activity_uri=activity_uri, words=words, answers=asked)
    return True


async def _agrees(
    sender: Actor,
    post: PostObject,
    challenge: Challenge | None,
    version: int,
    *,
    activity_uri: str | None,
    words: str,
) -> bool:
    """Whether it is known to which challenge's terms they agree: that of the note or of the post of theirs that they
    answer, or the one that they address.
    """
    asked = await find_asked(sender, post.in_reply_to) or await find_standing_alone(sender, post.in_reply_to)
    meant = asked.challenge if asked is not None else challenge
    if meant is None:
        return False
    await agree_in_words(sender, meant, version=version, activity_uri=activity_uri, words=words)
    return True


async def _record_meant(sender: Actor, post: PostObject, challenge: Challenge | None, words: str) -> Record | None:
    """The post that gets a licence: the one that they answer themselves, the one about which we asked them in the note
    that they answer, or the only one that waits in this challenge.
    """
    record = await Record.get_or_none(uri=post.in_reply_to or "", author_id=sender.id, is_post=True, deleted_at=None)
    record = record or await find_hinted(sender, post.in_reply_to)
    if record is None and (asked := await find_asked(sender, post.in_reply_to)):
        record = asked.record
    if record is None and challenge is not None and not says_more(words):
        record = await _only_one_waiting(sender, challenge)
    return record


async def _only_one_waiting(sender: Actor, challenge: Challenge) -> Record | None:
    states = [SubmissionState.LICENCE_PENDING, *([SubmissionState.REMARK] if wants_words(challenge.kinds) else [])]
    for state in states:
        found = Submission.filter(challenge_id=challenge.id, state=state.value, record__author_id=sender.id)
        waiting = await found.filter(record__deleted_at=None).select_related("record").limit(2)
        if waiting:
            return waiting[0].record if len(waiting) == 1 else None
    return None
