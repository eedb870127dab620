"""What links of the audit chain tell of what people say and state: row numbers, amounts and digests, never a word.

Words stand in a link by a digest that covers the row and the column as well, so whoever leaves can have theirs erased,
and nothing can be put in their place. Verifying puts the same together again from the rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from fedirec.credits.models import Objection, PoolEntry, ProposalAppeal, ProposalDecision, Stance
from fedirec.ledger.chain import canonical, digest_of

WORDS: Final = "words"
"""The name in a document under which digests of words stand, by column."""
Told: TypeAlias = dict[str, Any]


def of_words(row: str, words: Mapping[str, str]) -> dict[str, str]:
    """The digests of `words`, by column, of the `row` with that key; empty for what is empty."""
    return {column: digest_of(canonical([row, column, text])) if text else "" for column, text in words.items()}


def of_stance(row: Stance) -> Told:
    """What somebody said to a revision."""
    return {
        "stance": row.id,
        "revision": row.revision_id,
        "person": row.person_id,
        "actor": row.actor_id,
        "says": row.says,
        "digest": row.digest,
        "line": row.line_key,
        "via": row.via,
        "counts": bool(row.counts),
        "proved": bool(row.is_proved),
        WORDS: of_words(f"stance:{row.id}", {"reason": row.reason}),
    }


def of_objection(row: Objection) -> Told:
    """What an objection asks for."""
    return {
        "objection": row.key,
        "revision": row.number,
        "person": row.person_id,
        "actor": row.author_id,
        "kind": row.kind,
        "line": row.line_key,
        "wanted": row.wanted_ppm,
        "part": bool(row.has_part),
        WORDS: of_words(row.key, {"words": row.words, "remedy": row.remedy}),
    }


def of_answer(row: Objection) -> Told:
    """How an objection was answered."""
    return {
        "objection": row.key,
        "resolution": row.resolution,
        "actor": row.answered_by_id,
        WORDS: of_words(row.key, {"answer": row.answer}),
    }


def of_withdrawal(row: Objection) -> Told:
    """That an objection was taken back."""
    return {"objection": row.key}


def of_appeal(row: ProposalAppeal, objection: Objection) -> Told:
    """That the answer to `objection` was appealed, and what that holds."""
    return {"objection": objection.key, "held": row.held, WORDS: of_words(objection.key, {"appeal": row.words})}


def of_appeal_decision(row: ProposalAppeal, objection: Objection) -> Told:
    """What came of the appeal to the answer to `objection`."""
    return {
        "objection": objection.key,
        "outcome": row.state,
        "actor": row.decided_by_id,
        WORDS: of_words(objection.key, {"reason": row.reason}),
    }


def of_decision(row: ProposalDecision) -> Told:
    """How a proposal was decided."""
    return {
        "decision": row.id,
        "rule": row.rule,
        "outcome": row.outcome,
        "tally": row.tally,
        "actor": row.decided_by_id,
        WORDS: of_words(f"decision:{row.id}", {"reason": row.reason}),
    }


def of_statement(row: PoolEntry) -> Told:
    """What was stated for a pool."""
    return {
        "kind": row.kind,
        "amount": row.amount,
        "happenedOn": row.happened_on.isoformat(),
        "evidence": row.evidence_digest,
        "actor": row.stated_by_id,
        "file": row.evidence_file_id,
        WORDS: of_words(row.key, {"words": row.words, "evidence": row.evidence}),
    }


def of_refusal(row: PoolEntry) -> Told:
    """That what was stated does not count."""
    return {"actor": row.decided_by_id, WORDS: of_words(row.key, {"reason": row.reason})}
