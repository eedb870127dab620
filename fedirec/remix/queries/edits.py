"""Which versions were made by whom they name, by their own statement and a key that they were seen to have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from fedirec.activitypub.keys import read_public_key
from fedirec.activitypub.models import ActorKey
from fedirec.activitypub.proofs import find_proof
from fedirec.activitypub.vocab import Doc, Vocabulary
from fedirec.clock import now
from fedirec.errors import FedirecError
from fedirec.remix.digest import edit_digest
from fedirec.remix.models import RecordRevision
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.edits import EditStatement

MAX_KEYS: Final = 500


async def proved_edits(revisions: Iterable[RecordRevision]) -> set[int]:
    """The rows of those of `revisions` of which their editors themselves say that they made them: one query."""
    said: list[tuple[RecordRevision, EditStatement]] = []
    for revision in revisions:
        statement = EditStatement.find(revision.document.get("editStatement"))
        if statement is not None and _is_about(statement, revision):
            said.append((revision, statement))
    proved = await proved_statements(statement for _revision, statement in said)
    return {revision.id for revision, statement in said if statement in proved}


async def proved_statements(statements: Iterable[EditStatement]) -> set[EditStatement]:
    """Those of `statements` that are proved by a key of whoever made them, which is vouched for: one query."""
    asked = set(statements)
    if not asked:
        return set()
    named = ActorKey.filter(
        key_id__in=[each.key_id for each in asked], actor__uri__in=[each.editor for each in asked], is_vouched=True
    )
    keys = await named.order_by("-id").limit(MAX_KEYS).values_list("key_id", "actor__uri", "public")
    return {each for each in asked if any(_fits(each, row[2]) for row in keys if row[:2] == (each.key_id, each.editor))}


def _fits(statement: EditStatement, public: str) -> bool:
    try:
        proof = find_proof(statement.signed())
        if proof is None:
            return False
        proof.verify(read_public_key(public), now=now())
    except FedirecError:
        return False
    return True


def _is_about(statement: EditStatement, revision: RecordRevision) -> bool:
    """Whether it says what the version is, and who is said to have made it."""
    if statement.editor != revision.editor_uri:
        return False
    try:
        work = RecordObject.read(Doc(revision.document), Vocabulary(()))
    except FedirecError:
        return False
    return statement.record == work.id and statement.digest == edit_digest(work)
