"""What is to be noted about a version of a record of which nothing but the document was kept."""

from __future__ import annotations

from datetime import datetime

from fedirec.activitypub import ld
from fedirec.activitypub.vocab import Doc, Json, Vocabulary
from fedirec.html import one_line
from fedirec.remix.digest import record_digest
from fedirec.remix.licences import find_licence
from fedirec.remix.lineage_file.contents import Seen
from fedirec.remix.vocab import RecordObject


def seen_in(document: Json, *, name: str, handle: str, fetched: datetime | None) -> Seen:
    """What `document`, a record by somebody of that `name`, says. Raises Invalid when it is none."""
    work = RecordObject.read(Doc(ld.compact(document)), Vocabulary(()))
    licence = find_licence(work.licence)
    return Seen(
        author=work.attributed_to,
        author_name=name,
        author_handle=handle,
        kind=work.media_kind.value,
        title=one_line(work.name)[:500],
        licence=licence.id,
        licence_url=licence.url,
        record_digest=record_digest(work),
        media=tuple(each.digest for each in work.attachments if each.digest),
        published=work.published,
        updated=work.updated,
        fetched=fetched,
    )
