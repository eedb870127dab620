"""The digest by which stamps, snapshots and money terms refer to one version of a record.

It covers what the work is: title, text, media, licence, sources with relations, contributors. It leaves out what may
come and go around it: addresses, dates, tags, stamps, proofs, and the content that is made for other software from all
of this. So a stamp can be added, or somebody's name change, and the digest stays.
"""

from __future__ import annotations

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.vocab import Json
from fedirec.remix.vocab import RecordObject


def digested(record: RecordObject) -> Json:
    """The part of a record that is digested, with sources and contributors in a fixed order.

    The text is what the author typed; it is the content where nobody says what was typed, and in a record that would
    have neither text nor media. A file without a digest stands under its address.
    """
    is_untold = record.markdown is None or not (record.markdown or record.attachments)
    sources = sorted((source.id, str(source.relation)) for source in record.sources)
    contributors = sorted((part.person, part.role) for part in record.contributors)
    return {
        "name": record.name,
        "content": record.content if is_untold else record.markdown,
        "attachment": [attachment.digest or attachment.url for attachment in record.attachments],
        "license": record.licence,
        "derivation": [{"source": source, "relation": relation} for source, relation in sources],
        "contributor": [{"contributor": person, "roleName": role} for person, role in contributors],
    }


def record_digest(record: RecordObject) -> str:
    """SHA-256 over the canonical form of what is digested, as a multibase multihash: `zQm…`."""
    return digest_json(digested(record))


def digest_holds(record: RecordObject) -> bool:
    """Whether the record is what its own `recordDigest` says."""
    return record.record_digest == record_digest(record)
