"""How records, challenges and posts travel.

On the wire a record is a Note and a challenge is a Group; the extension key `kind` says which is which, so that other
software shows them as what it knows. What strangers write is cut to size here, and never trusted to be HTML that may be
shown: that is for `fedirec.html`.
"""

from __future__ import annotations

from fedirec.activitypub.vocab import Entity
from fedirec.remix.vocab.attachments import AttachmentObject, CaptionObject, find_duration, write_duration
from fedirec.remix.vocab.challenges import ChallengeObject
from fedirec.remix.vocab.comments import CommentObject
from fedirec.remix.vocab.needs import NeedObject
from fedirec.remix.vocab.news import NewsObject
from fedirec.remix.vocab.notes import NoteObject
from fedirec.remix.vocab.pens import OfferedPen, OfferedVersion
from fedirec.remix.vocab.posts import PostObject, PromptObject
from fedirec.remix.vocab.records import ContributorObject, ProductionRef, RecordObject, SourceObject, TermsRef
from fedirec.remix.vocab.remix_requests import RemixQuestion, RemixStamp
from fedirec.remix.vocab.submissions import SubmissionObject
from fedirec.remix.vocab.suggestions import SuggestedChange
from fedirec.remix.vocab.tags import Hashtag, Mention, ObjectLink, find_hashtag, hashtag_key

TYPES: tuple[type[Entity], ...] = (
    RecordObject,
    CommentObject,
    NeedObject,
    NewsObject,
    PromptObject,
    PostObject,
    ChallengeObject,
    RemixQuestion,
    RemixStamp,
    SubmissionObject,
    SuggestedChange,
    OfferedPen,
    OfferedVersion,
)

__all__ = [
    "TYPES",
    "AttachmentObject",
    "CaptionObject",
    "ChallengeObject",
    "CommentObject",
    "ContributorObject",
    "Hashtag",
    "Mention",
    "NeedObject",
    "NewsObject",
    "NoteObject",
    "ObjectLink",
    "OfferedPen",
    "OfferedVersion",
    "PostObject",
    "ProductionRef",
    "PromptObject",
    "RecordObject",
    "RemixQuestion",
    "RemixStamp",
    "SourceObject",
    "SubmissionObject",
    "SuggestedChange",
    "TermsRef",
    "find_duration",
    "find_hashtag",
    "hashtag_key",
    "write_duration",
]
