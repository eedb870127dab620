"""Whether the books are as they should be, to the last byte: a million postings in less than half a minute.

All is read page by page, so it takes the same memory for a small instance and a large one, and nothing waits for it:
what is written meanwhile is seen or not, but never in part.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tortoise.exceptions import OperationalError

from fedirec.db.rows import fetch_tuples
from fedirec.ledger.chain import ENTRY, START, Link, Walk, digest_of, entry_text, spell
from fedirec.ledger.invariants import INVARIANTS

MAX_FINDINGS: Final = 200
"""How many findings are kept: after the first of them nothing can be trusted anyway."""
_PAGE: Final = 5_000
_LAST: Final = 2**63 - 1
"""What no number of a row exceeds."""
_DOCUMENTS: Final = 16
"""Documents that are in memory at once: they can be long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is wrong, in one sentence."""

    about: str
    """What it is about: "link 12", "entry income:7", "ledger"."""
    sentence: str


@dataclass(slots=True, kw_only=True)
class Report:
    """What was found out."""

    links: int = 0
    last: int = 0
    """The number of the last link."""
    head: str = START
    """The digest of the last link: keep it, and nobody can rebuild the chain unseen."""
    erased: int = 0
    """Links whose documents were emptied; their digests still stand."""
    entries: int = 0
    postings: int = 0
    findings: list[Finding] = field(default_factory=list)
    more: int = 0
    """Findings that are not kept."""

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings

    def add(self, about: str, sentences: Iterable[str]) -> None:
        """These are wrong, too."""
        for sentence in sentences:
            if len(self.findings) < MAX_FINDINGS:
                self.findings.append(Finding(about=about, sentence=sentence))
            else:
                self.more += 1


async def verify(*, against: Iterable[tuple[int, str]] = ()) -> Report:
    """What is wrong with chain, journal and accounts; `against` are numbers and digests of links kept elsewhere.

    Nothing in the database can prove that the chain was not rebuilt as a whole, or cut off: only those can.
    """
    report = Report()
    for about, look in (("chain", _verify_chain(report, against)), ("journal", _verify_journal(report))):
        try:
            await look
        except OperationalError as error:  # bytes that are no text, or pages that are none
            report.add(about, [f"the database cannot read it: {error}"])
    for invariant in INVARIANTS:
        try:
            async for about, sentence in invariant():
                report.add(about, [sentence])
        except OperationalError as error:
            report.add(
                "ledger", [f"the database cannot answer whether {invariant.__name__.replace('_', ' ')}: {error}"]
            )
    return report


async def stored_links() -> AsyncGenerator[list[Link]]:
    """All links of the chain, in the order of their numbers, page by page."""
    after: Any = 0
    while page := await fetch_tuples(
        "SELECT number, kind, subject, document_digest, recorded_at, previous, digest FROM chain_link "
        "WHERE number > ? ORDER BY number LIMIT ?",
        after,
        _PAGE,
    ):
        yield [
            Link(number, kind, subject, document_digest, _spelled(recorded_at), previous, digest)
            for number, kind, subject, document_digest, recorded_at, previous, digest in page
        ]
        after = page[-1][0]


async def _verify_chain(report: Report, against: Iterable[tuple[int, str]]) -> None:
    walk = Walk(against)
    async for page in stored_links():
        for link in page:
            report.add(f"link {link.number}", walk.step(link))
        report.links += len(page)
    report.last, report.head = walk.number, walk.digest
    for number, sentence in walk.end():
        report.add(f"link {number}", [sentence])
    await _verify_documents(report)
    for number, kind in await fetch_tuples(
        "SELECT l.number, l.kind FROM chain_link AS l LEFT JOIN journal_entry AS e ON e.id = l.entry_id "
        "WHERE (l.kind = ? AND e.id IS NULL) OR (l.kind <> ? AND l.entry_id IS NOT NULL) ORDER BY l.number LIMIT ?",
        ENTRY,
        ENTRY,
        MAX_FINDINGS,
    ):
        what = "covers an entry that is not in the journal" if kind == ENTRY else "is no entry, and says it covers one"
        report.add(f"link {number}", [f"it {what}"])


async def _verify_documents(report: Report) -> None:
    """What links tell is what their digests say, or was emptied; of an entry it stands in the journal."""
    after: Any = 0
    while page := await fetch_tuples(
        "SELECT number, document, document_digest FROM chain_link WHERE number > ? AND document <> '' "
        "ORDER BY number LIMIT ?",
        after,
        _DOCUMENTS,
    ):
        for number, document, digest in page:
            if not isinstance(document, str) or digest_of(document) != digest:
                report.add(f"link {number}", ["what it tells was changed: its digest is that of something else"])
        after = page[-1][0]
    found = await fetch_tuples("SELECT count(*) FROM chain_link WHERE document = '' AND kind <> ?", ENTRY)
    report.erased = int(found[0][0])


async def _verify_journal(report: Report) -> None:
    """Every entry, with all its lines, is what a link of the chain covers, to the last byte."""
    after, upto = 0, 0
    while upto < _LAST:
        upto = await _end_of_page(after)
        entries = await fetch_tuples(
            "SELECT e.id, e.kind, e.reference, e.description, e.details, e.posted_at, l.subject, l.document_digest "
            "FROM journal_entry AS e LEFT JOIN chain_link AS l ON l.entry_id = e.id "
            "WHERE e.id > ? AND e.id <= ? ORDER BY e.id LIMIT ?",
            after,
            upto,
            _PAGE,
        )
        if len(entries) == _PAGE:
            upto = entries[-1][0]
        lines: dict[Any, list[Any]] = {entry[0]: [] for entry in entries}
        for entry_id, *line in await fetch_tuples(
            "SELECT entry_id, account, amount, currency FROM posting "
            "WHERE entry_id > ? AND entry_id <= ? ORDER BY entry_id, position",
            after,
            upto,
        ):
            if entry_id in lines:
                lines[entry_id].append(line)
                report.postings += 1
        for entry_id, kind, reference, description, details, posted_at, subject, digest in entries:
            report.entries += 1
            moment = _spelled(posted_at)
            text = entry_text(kind, reference, description, details, moment, lines[entry_id])
            if digest is None:
                report.add(f"entry {reference}", ["no link of the audit log covers it"])
            elif subject != reference or digest_of(text) != digest:
                report.add(f"entry {reference}", ["it was changed: the audit log knows it otherwise"])
        after = upto


async def _end_of_page(after: int) -> int:
    """The last entry of the page of postings that begins after the entry `after`."""
    found = await fetch_tuples(
        "SELECT entry_id FROM posting WHERE entry_id > ? ORDER BY entry_id LIMIT 1 OFFSET ?", after, _PAGE
    )
    return int(found[0][0]) if found else _LAST


def _spelled(moment: datetime | str) -> str:
    """A moment as it was hashed: SQLite keeps that text itself."""
    return spell(moment) if isinstance(moment, datetime) else moment
