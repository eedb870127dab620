"""The digest by which stamps, snapshots and money terms refer to one version of a record.

It covers what the work is: title, text, media, licence, sources with relations, contributors. It leaves out what may
come and go around it: addresses, dates, tags, stamps, proofs, and the content that is made for other software from all
of this. So a stamp can be added, or somebody's name change, and the digest stays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fedirec.activitypub.digests import digest_json
from fedirec.activitypub.vocab import Json
from fedirec.remix.vocab import ContributorObject, RecordObject, SourceObject
from fedirec.remix.vocab.records import MAX_INLINE, ListRef


def digested(record: RecordObject) -> Json:
    """The part of a record that is digested, with sources and contributors in a fixed order.

    The text is what the author typed; it is the content where nobody says what was typed, and in a record that would
    have neither text nor media. A file without a digest stands under its address. Of a list that is too long to stand
    in the record, its digest does.
    """
    is_untold = record.markdown is None or not (record.markdown or record.attachments)
    return {
        "name": record.name,
        "content": record.content if is_untold else record.markdown,
        "attachment": [attachment.digest or attachment.url for attachment in record.attachments],
        "license": record.licence,
        "derivation": record.source_list.digest if record.source_list else _derivation(record.sources),
        "contributor": record.credit_list.digest if record.credit_list else _contributors(record.contributors),
    }


def with_lists(record: RecordObject, *, sources_at: str, credits_at: str) -> RecordObject:
    """`record`, which names all its sources and contributors, saying where they are listed when they are too many to
    stand in it.
    """
    sources = ListRef(id=sources_at, digest=sources_digest(record.sources))
    parts = ListRef(id=credits_at, digest=credits_digest(record.contributors))
    return replace(
        record,
        source_list=sources if len(record.sources) > MAX_INLINE else None,
        credit_list=parts if len(record.contributors) > MAX_INLINE else None,
    )


def sources_digest(sources: Iterable[SourceObject]) -> str:
    """What stands for a whole list of sources in a record that has too many."""
    return digest_json(_derivation(sources))


def credits_digest(contributors: Iterable[ContributorObject]) -> str:
    """What stands for a whole list of contributors in a record that has too many."""
    return digest_json(_contributors(contributors))


def _derivation(sources: Iterable[SourceObject]) -> list[Json]:
    named = sorted((source.id, str(source.relation)) for source in sources)
    return [{"source": source, "relation": relation} for source, relation in named]


def _contributors(contributors: Iterable[ContributorObject]) -> list[Json]:
    named = sorted((part.person, part.role) for part in contributors)
    return [{"contributor": person, "roleName": role} for person, role in named]


def record_digest(record: RecordObject) -> str:
    """SHA-256 over the canonical form of what is digested, as a multibase multihash: `zQm…`."""
    return digest_json(digested(record))


def edited(record: RecordObject) -> Json:
    """What co-authors may change in a record, with languages and tags in one spelling and tags in a fixed order."""
    return {
        "name": record.name,
        "content": record.markdown or "",
        "language": (record.language or "").lower(),
        "summary": record.warning,
        "tag": sorted({tag.name.lstrip("#").casefold() for tag in record.hashtags}),
        "attachment": [[file.digest or file.url, file.description] for file in record.attachments],
    }


def edit_digest(record: RecordObject) -> str:
    """The digest of what co-authors may change in a record, by which they say that a version is theirs."""
    return digest_json(edited(record))


def digest_holds(record: RecordObject) -> bool:
    """Whether the record is what its own `recordDigest` says."""
    return record.record_digest == record_digest(record)
