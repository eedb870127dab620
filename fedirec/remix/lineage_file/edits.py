"""The co-authors of a file: who made a version, as the record says, and whether they have signed that themselves.

The author of a record signs every version of it, with the name of whoever made it. That alone is the word of one about
another, and so what a co-author says travels inside the version, signed by their own key.
"""

from __future__ import annotations

from fedirec.activitypub.vocab import Doc
from fedirec.remix.digest import edit_digest
from fedirec.remix.lineage_file.findings import Finding
from fedirec.remix.lineage_file.keys import Keyring
from fedirec.remix.vocab import RecordObject
from fedirec.remix.vocab.edits import EditStatement


def editor_of(work: RecordObject) -> str | None:
    """Who made the version, where the record names somebody besides its author for that."""
    return work.editor if work.editor != work.attributed_to else None


def about_edit(doc: Doc, work: RecordObject, keys: Keyring, *, is_signed: bool) -> Finding | None:
    """What is proved of who made the version `work`, which `doc` spells; None where its author made it and nobody says
    more.

    `is_signed` says whether the author has signed the version: else it is not proved that they let anybody make it.
    """
    editor, said = editor_of(work), doc.data.get("editStatement")
    if said is None:
        return Finding(code="edit-claimed", blanks={"editor": editor}) if editor else None
    statement = EditStatement.find(said)
    if statement is None or statement.write() != said:
        return Finding(code="edit-unreadable")
    blanks = {"editor": statement.editor}
    if statement.record != work.id:
        return Finding(code="edit-moved", blanks=blanks)
    if statement.editor != (editor or work.attributed_to):
        return Finding(code="edit-stranger", blanks=blanks)
    if statement.digest != edit_digest(work):
        return Finding(code="edit-version", blanks=blanks)
    signer = keys.signer_of(statement.signed())
    if signer is not None and signer.is_missing:
        return Finding(code="edit-key-missing", blanks=blanks)
    if signer is None or signer.public is None:
        return Finding(code="edit-wrong", blanks=blanks)
    if signer.owner != statement.editor:
        return Finding(code="edit-signer", blanks=blanks | {"owner": signer.owner})
    return Finding(code="edit-signed" if is_signed else "edit-author", blanks=blanks, key=signer.fingerprint)
