"""Whether a lineage file is true, as far as anybody can tell without asking anybody.

A proof is good for a key. Whose key it is follows from who has known it for how long, and from nothing in the file that
its maker could have made up alone.
"""

from __future__ import annotations

from datetime import datetime

from fedirec.errors import FedirecError, Unsupported
from fedirec.remix.lineage_file.contents import LineageFile
from fedirec.remix.lineage_file.derivations import about_derivations
from fedirec.remix.lineage_file.findings import Finding, Report
from fedirec.remix.lineage_file.keys import Keyring
from fedirec.remix.lineage_file.reading import MAX_BYTES, NotCanonical, file_of, read_json
from fedirec.remix.lineage_file.records import Works
from fedirec.remix.lineage_file.trust import KnownKeys

NOBODY = KnownKeys()


def verify(data: bytes, *, now: datetime, trusting: KnownKeys = NOBODY, max_bytes: int = MAX_BYTES) -> Report:
    """What `data`, which somebody calls a lineage file, proves at `now`, to somebody who knew the keys `trusting`."""
    try:
        document = read_json(data, max_bytes=max_bytes)
        file = file_of(document)
    except NotCanonical:
        return Report(findings=(Finding(code="file-not-canonical"),), checked_at=now)
    except Unsupported:
        return Report(findings=(Finding(code="file-version"),), checked_at=now)
    except FedirecError as error:
        return Report(findings=(Finding(code="file-unreadable", blanks={"why": error.detail}),), checked_at=now)
    keys = Keyring(file, trusting=trusting, now=now)
    works = Works(file, keys)
    whole = [keys.about_file(document), *_twice(file), *keys.about_witnesses, *keys.about_strangers()]
    if not any(version.record == file.record for version in file.versions):
        whole.append(Finding(code="file-without-record"))
    derivations = about_derivations(file, works, keys)
    return Report(
        record=file.record,
        exporter=file.exporter,
        is_whole=file.is_whole,
        findings=tuple(whole),
        derivations=derivations,
        records=works.about,
        keys=keys.about_keys(),
        left_out=tuple((each.record, str(each.why)) for each in file.left_out),
        silent=tuple((each.instance, each.why) for each in file.silences),
        checked_at=now,
    )


def _twice(file: LineageFile) -> list[Finding]:
    """What may stand in a file once stands there once."""
    found: list[Finding] = []
    seen: set[tuple[str, ...]] = set()
    for name in (
        *(("version", each.record, each.digest) for each in file.versions),
        *(("current", each.record) for each in file.versions if each.is_current),
        *(("derivation", each.record, each.source) for each in file.derivations),
        *(("key", each.owner, each.id, each.multibase) for each in file.keys),
        *(("left out", each.record) for each in file.left_out),
    ):
        if name in seen:
            found.append(Finding(code="file-twice", blanks={"what": name[1]}))
        seen.add(name)
    left_out = {each.record for each in file.left_out}
    found += [
        Finding(code="file-twice", blanks={"what": each.record}) for each in file.versions if each.record in left_out
    ]
    return found
