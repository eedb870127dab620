"""Records, what they were made from, what was said about them, and the challenges they answer."""

from __future__ import annotations

from fedirec.remix.models.attachments import Attachment
from fedirec.remix.models.bookmarks import Bookmark
from fedirec.remix.models.challenges import Challenge, ChallengeTerms, GroupLeader
from fedirec.remix.models.claims import Claim, ClaimEvent
from fedirec.remix.models.comments import Comment
from fedirec.remix.models.consent import ConsentRequest
from fedirec.remix.models.contributors import Contributor
from fedirec.remix.models.drafts import Draft
from fedirec.remix.models.lineage import Snapshot, Source
from fedirec.remix.models.needs import Need, NeedAnswer
from fedirec.remix.models.news import LogEntry, News, Reminder
from fedirec.remix.models.pens import Pen, Writing
from fedirec.remix.models.profiles import Ability, Pick, Profile
from fedirec.remix.models.pseudonyms import Pseudonym
from fedirec.remix.models.quotes import Quotation, QuoteStamp
from fedirec.remix.models.records import Record, RecordRevision
from fedirec.remix.models.remix_requests import RemixRequest
from fedirec.remix.models.submissions import Agreement, Submission
from fedirec.remix.models.suggestions import Suggestion
from fedirec.remix.models.tags import GroupTag, RecordTag, TagFollow

__all__ = [
    "Ability",
    "Agreement",
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
    "GroupLeader",
    "GroupTag",
    "LogEntry",
    "Need",
    "NeedAnswer",
    "News",
    "Pen",
    "Pick",
    "Profile",
    "Pseudonym",
    "Quotation",
    "QuoteStamp",
    "Record",
    "RecordRevision",
    "RecordTag",
    "Reminder",
    "RemixRequest",
    "Snapshot",
    "Source",
    "Submission",
    "Suggestion",
    "TagFollow",
    "Writing",
]
