"""Records, what they were made from, what was said about them, and the challenges they answer."""

from __future__ import annotations

from fedirec.remix.models.attachments import Attachment
from fedirec.remix.models.bookmarks import Bookmark
from fedirec.remix.models.challenges import Challenge, ChallengeTerms
from fedirec.remix.models.claims import Claim, ClaimEvent
from fedirec.remix.models.comments import Comment
from fedirec.remix.models.consent import ConsentRequest
from fedirec.remix.models.contributors import Contributor
from fedirec.remix.models.drafts import Draft
from fedirec.remix.models.lineage import Snapshot, Source
from fedirec.remix.models.pens import Pen, Writing
from fedirec.remix.models.pseudonyms import Pseudonym
from fedirec.remix.models.quotes import Quotation, QuoteStamp
from fedirec.remix.models.records import Record, RecordRevision
from fedirec.remix.models.remix_requests import RemixRequest
from fedirec.remix.models.submissions import Submission
from fedirec.remix.models.suggestions import Suggestion
from fedirec.remix.models.tags import RecordTag, TagFollow

__all__ = [
    "Attachment",
    "Bookmark",
    "Challenge",
    "ChallengeTerms",
    "Claim",
    "ClaimEvent",
    "Comment",
    "ConsentRequest",
    "Contributor",
    "Draft",
    "Pen",
    "Pseudonym",
    "Quotation",
    "QuoteStamp",
    "Record",
    "RecordRevision",
    "RecordTag",
    "RemixRequest",
    "Snapshot",
    "Source",
    "Submission",
    "Suggestion",
    "TagFollow",
    "Writing",
]
