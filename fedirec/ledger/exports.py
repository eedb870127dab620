"""The audit chain as a file that outsiders verify: a line of JSON for each link, with digests instead of documents."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Iterable
from typing import Any, Final

from fedirec.ledger.chain import Link, Walk
from fedirec.ledger.verifying import Report, stored_links

MAX_LINE: Final = 4_000
"""Bytes of a line; those that fedirec writes are shorter by far."""
_NAMES: Final = ("number", "kind", "subject", "documentDigest", "recordedAt", "previous", "digest")
"""What a line says, in the order in which a link has it."""


async def export_chain() -> AsyncGenerator[bytes]:
    """All of the audit chain, some thousand lines at a time."""
    async for page in stored_links():
        yield b"".join(_write(link) for link in page)


def verify_export(lines: Iterable[bytes], *, against: Iterable[tuple[int, str]] = ()) -> Report:
    """What is wrong with an exported audit chain; `against` are numbers and digests of links kept elsewhere.

    Of `lines` one at a time is in memory.
    """
    walk, report = Walk(against), Report()
    for place, line in enumerate(lines, 1):
        link = _read(line)
        if link is None:
            report.add(f"line {place}", ["it is no link of an audit log"])
            continue
        report.add(f"link {link.number}", walk.step(link))
        report.links += 1
    report.last, report.head = walk.number, walk.digest
    for number, sentence in walk.end():
        report.add(f"link {number}", [sentence])
    return report


def _write(link: Link) -> bytes:
    said = (
        link.number,
        link.kind,
        link.subject,
        link.document_digest,
        link.recorded_at,
        link.previous,
        link.digest,
    )
    return json.dumps(dict(zip(_NAMES, said, strict=True)), ensure_ascii=False).encode() + b"\n"


def _read(line: bytes) -> Link | None:
    try:
        said: Any = json.loads(line) if len(line) <= MAX_LINE else None
        json.dumps(said, ensure_ascii=False).encode()  # what is no text has no digest
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.keys() != set(_NAMES):
        return None
    number, *texts = (said[name] for name in _NAMES)
    if type(number) is not int or not all(isinstance(text, str) for text in texts):
        return None
    return Link(number, *texts)
