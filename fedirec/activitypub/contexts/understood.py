"""What we read beyond ActivityStreams, security v1 and controlled identifiers, whoever sends it."""

from __future__ import annotations

from typing import Final

from fedirec.activitypub.contexts.sent import (
    CLAIM_TERMS,
    COMMENT_TERMS,
    CONSENT_TERMS,
    CREDIT_TERMS,
    FAREWELL_TERMS,
    GRANT_TERMS,
    GROUP_TERMS,
    HEAD_TERMS,
    LOG_TERMS,
    NEED_TERMS,
    NEWS_TERMS,
    PRODUCTION_TERMS,
    PROJECT_TERMS,
    PROPOSAL_TERMS,
    RECORD_TERMS,
    REQUEST_TERMS,
    STANDING_TERMS,
    STEP_TERMS,
)
from fedirec.activitypub.contexts.spelling import PREFIXES, Context, id_, ids

EXTENSIONS: Final[Context] = {
    **PREFIXES,
    **RECORD_TERMS,
    **COMMENT_TERMS,
    **NEWS_TERMS,
    **GRANT_TERMS,
    **GROUP_TERMS,
    **CREDIT_TERMS,
    **PRODUCTION_TERMS,
    **PROJECT_TERMS,
    **STEP_TERMS,
    **NEED_TERMS,
    **LOG_TERMS,
    **STANDING_TERMS,
    **CONSENT_TERMS,
    **CLAIM_TERMS,
    **FAREWELL_TERMS,
    **REQUEST_TERMS,
    **PROPOSAL_TERMS,
    **HEAD_TERMS,
    "source": "as:source",
    "language": "schema:inLanguage",
    "movedTo": id_("as:movedTo"),
    "quoteUrl": "as:quoteUrl",
    "quoteUri": "http://fedibird.com/ns#quoteUri",
    "_misskey_quote": "https://misskey-hub.net/ns#_misskey_quote",
    "PropertyValue": "schema:PropertyValue",
    "value": "schema:value",
    "Emoji": "toot:Emoji",
    "focalPoint": {"@id": "toot:focalPoint", "@container": "@list"},
    "featuredTags": id_("toot:featuredTags"),
    "memorial": "toot:memorial",
    "suspended": "toot:suspended",
    "votersCount": "toot:votersCount",
    "attributionDomains": id_("toot:attributionDomains"),
    "conversation": "ostatus:conversation",
    "atomUri": "ostatus:atomUri",
    "canLike": id_("gts:canLike"),
    "canReply": id_("gts:canReply"),
    "canAnnounce": id_("gts:canAnnounce"),
    "always": id_("gts:always"),
    "approvalRequired": id_("gts:approvalRequired"),
    "with_approval": id_("gts:with_approval"),
    "approvedBy": id_("gts:approvedBy"),
    "implements": ids("https://w3id.org/fep/844e/implements"),
    "skills": ids("schema:skills"),
    "interest": id_("http://xmlns.com/foaf/0.1/topic_interest"),
    "availableFor": "fr:availableFor",
}
"""Stands in for the extension contexts of other software too: we read the terms that we know and pass over the rest."""

STAND_INS: Final = frozenset(
    {
        "https://gotosocial.org/ns",
        "https://join-lemmy.org/context.json",
        "https://joinpeertube.org/ns",
        "https://funkwhale.audio/ns",
        "https://forgefed.org/ns",
        "https://litepub.social/context.jsonld",
        "https://litepub.social/litepub/context.jsonld",
        "https://purl.archive.org/socialweb/webfinger",
        "https://purl.archive.org/socialweb/blocked",
        "https://purl.archive.org/socialweb/pending",
        "https://purl.archive.org/miscellany",
        "https://w3id.org/identity/v1",
    }
)
"""Extension contexts of other software by address; `EXTENSIONS` is read in their place."""
STAND_IN_PATHS: Final = ("/schemas/litepub-0.1.jsonld",)
"""Paths under which every server of a kind (Pleroma, Akkoma) keeps its own copy of one context."""
STAND_IN_PREFIXES: Final = ("https://w3id.org/fep/",)

LISTS: Final = frozenset(
    {
        *("to", "cc", "bto", "bcc", "audience", "tag", "attachment", "items", "orderedItems", "oneOf", "anyOf"),
        *("alsoKnownAs", "assertionMethod", "attributionDomains", "implements", "focalPoint"),
        *("isBasedOn", "wasDerivedFrom", "derivation", "contributor", "remixAuthorization", "kindsWanted", "splits"),
        "evidence",
        *("automaticApproval", "manualApproval", "always", "approvalRequired", "with_approval"),
    }
)
"""Terms whose value is a list in every document that `ld.compact` gives, also when it holds one thing or none."""
AUDIENCES: Final = frozenset(
    {
        *("to", "cc", "bto", "bcc", "audience"),
        *("automaticApproval", "manualApproval", "always", "approvalRequired", "with_approval"),
    }
)
"""Terms in which the public may be named."""
