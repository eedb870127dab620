"""What an answer from other software is: the one place that decides."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from fedirec.remix.vocab import PostObject

TALK: Final = "Note"
"""The type of what is said in a conversation; an article or a poll is something else."""


def conversation_at(record: str) -> str:
    """The address of everything public that is said about a record of ours, by the address of that (FEP-7888)."""
    return f"{record}/thread"


class Meaning(StrEnum):
    """What somebody means by a post."""

    SUBMISSION = "submission"
    """It answers a challenge."""
    WORK = "work"
    """It answers a record or a comment with something of its own: media, or a link to a record."""
    COMMENT = "comment"
    """It answers a record or a comment in words alone."""
    POST = "post"
    """It stands by itself."""


def meaning_of(post: PostObject, *, is_submission: bool, is_answer: bool) -> Meaning:
    """What `post` is; `is_submission` when it fits a challenge of ours, `is_answer` when we know what it answers."""
    if is_submission:
        return Meaning.SUBMISSION
    if not is_answer or post.type != TALK:
        return Meaning.POST
    return Meaning.COMMENT if is_talk(post) else Meaning.WORK


def is_talk(post: PostObject) -> bool:
    """Whether `post` is nothing but words in answer to something."""
    return post.type == TALK and bool(post.in_reply_to) and not post.attachments and not post.links
