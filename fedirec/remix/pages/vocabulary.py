"""What our own words mean on the wire, in a sentence each, for the page of the vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TERMS: Final[Mapping[str, str]] = {
    "kind": "What a Note or a Group is beyond its type: record, comment, challenge, prompt, need, news.",
    "news": "What a piece of news is: update, reminder, conclusion or cancellation.",
    "availableFor": "What somebody would like to be asked for, in their own words.",
    "at": "The place in a sound or a film that a comment is about, as a duration from the beginning (PT42S).",
    "recordDigest": "SHA-256 (multibase) over the canonical form of everything that makes a record what it is.",
    "derivation": "For each source of a record, how the record was made from it.",
    "relation": "adapts, samples, contains, performs, translates or inspiredBy.",
    "challenge": "The Group of the challenge that a record answers, or that a prompt belongs to.",
    "challengeTerms": "The version of a challenge's terms under which a record was made, and its digest.",
    "terms": "What a challenge promises before anybody works: the licence, the money, and who decides.",
    "termsVersion": "Which version of the terms it is, counted from 1.",
    "termsDigest": "SHA-256 (multibase) over the canonical form of the terms.",
    "pays": "nothing, perhaps, or pot: a stated sum that is shared.",
    "minorUnits": "An amount of money in the smallest unit of its currency, as text.",
    "currency": "ISO 4217.",
    "decidedBy": "leaders, community or contributors: who chooses what becomes part of a challenge.",
    "rule": "How a pot is shared, in words.",
    "method": "How it is decided what becomes part of a challenge, in words.",
    "kindsWanted": "What a challenge asks for: text, image, audio, video. Everything when it is missing.",
    "prompt": "The Note that says what a challenge asks for.",
    "submissions": "The collection of the records that a challenge has accepted.",
    "submissionPolicy": "Who may answer a challenge.",
    "state": "open, extended, closed, selecting, concluded, cancelled or archived; any other word is taken for closed.",
    "withoutNameIn": "The remixes of a record in which alone its author does not want to be named.",
    "withoutName": "That whoever made a record, or leaves, does not want to be named where others credit them.",
    "remixer": "The role of somebody who made something new from what others made.",
    "canRemix": "Who may remix a record without asking, and who when its author agrees.",
    "aiPreference": "Whether machines may be trained with a record: disallow or allow. Unset when it is missing.",
    "remixAuthorization": "The stamp by which the author of a source approves of a remix.",
    "RemixRequest": "Asks the author of a source to approve of a remix.",
    "RemixAuthorization": "The answer to it: a signed stamp over both versions.",
    "interactingDigest": "The digest of the remix that a stamp approves of.",
    "targetDigest": "The digest of the source that a stamp speaks of.",
    "agent": "Whom a share of a pay proposal is for.",
    "splits": "The collection of the shares of a pay proposal.",
    "role": "For what a share is given.",
    "about": "What a pay proposal is about.",
    "revision": "Which version of a pay proposal it is, counted from 1.",
    "partsPerMillion": "A share; all shares of a proposal sum to one million.",
}
