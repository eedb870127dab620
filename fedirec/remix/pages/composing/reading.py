"""From a form, a draft or a record to what is being written, and back to a draft."""

from __future__ import annotations

from typing import Any, Final

from starlette.requests import Request

from fedirec.accounts.uploader import uploader_of
from fedirec.activitypub.models import Actor
from fedirec.errors import FedirecError
from fedirec.media.actions import keep_file
from fedirec.media.limits import most_of_all
from fedirec.remix.actions.drafts import MAX_FILES, MAX_PARTS
from fedirec.remix.lineage import MAX_SOURCES, Relation
from fedirec.remix.models import Record
from fedirec.remix.pages.composing.composition import Composition, FileRow, PartRow, SourceRow
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.people import actors_in_order
from fedirec.remix.queries.records import actors_at, contributors_of, files_of, records_at, records_in_order
from fedirec.remix.queries.remix_requests import granted_to
from fedirec.remix.roles import find_role
from fedirec.remix.visibility import ASKING
from fedirec.remix.vocab.records import MAX_THANKS
from fedirec.web.forms import Form, read_form
from fedirec.web.language import gettext as _
from fedirec.web.sentences import told

_MAX_ALT: Final = 1_500
MAX_REMEMBERED: Final = 50
"""Records that somebody said they did not build on, that are not suggested again."""
_KEPT: Final = (
    "title",
    "text",
    "licence",
    "licence_was",
    "language",
    "warning",
    "tags",
    "visibility",
    "quoting",
    "remixing",
    "ai_preference",
    "feedback_wanted",
    "own_role",
    "own_role_was",
    "challenge",
    "who_role",
    "ask_words",
    "shelf",
    "suggests",
)
"""The plain fields that a draft keeps."""


async def read_composed(request: Request[Any]) -> Form:
    """The form with its files, which wait in the incoming folder of the store until the answer is given."""
    settings = request.state["settings"]
    most = most_of_all(settings)
    return await read_form(request, max_files=MAX_FILES, max_file_bytes=most, folder=request.state["store"].incoming)


async def read_composition(form: Form, *, author: Actor, record: Record | None = None) -> Composition:
    """What the hidden fields of `form` say. What is gone or somebody else's in the meantime is left out."""
    keys = list(dict.fromkeys(form.values("file_key")))[:MAX_FILES]
    files = await files_of(author, keys, of=record)
    ids = [number for text in form.values("source")[:MAX_SOURCES] if (number := number_of(text)) is not None]
    sources = await records_in_order(dict.fromkeys(ids), maker=author, of=record)
    roles = form.values("part_role")
    named = [number_of(text) for text in form.values("part")[:MAX_PARTS]]
    people = await actors_in_order([number for number in named if number is not None])
    if any(key not in files for key in keys):
        form.fail("files", _("A file is gone, because it waited too long. Please add it again."))
    return Composition(
        author=author,
        record=record,
        files=[FileRow(media=files[key], alt=form.value(f"alt-{key}")[:_MAX_ALT]) for key in keys if key in files],
        sources=[
            SourceRow(
                record=row,
                relation=_relation(form.value(f"relation-{row.id}")),
                thanks=form.line(f"thanks-{row.id}", max=MAX_THANKS),
            )
            for row in sources
        ],
        parts=[
            PartRow(actor=people[number], role=role)
            for number, role in zip(named, roles, strict=False)
            if number in people and find_role(role)
        ],
        not_sources=[
            row for text in form.values("not_source")[:MAX_REMEMBERED] if (row := number_of(text)) is not None
        ],
        seek=form.line("seek", max=2_048),
        granted=await _granted_to(record),
        who=form.line("who", max=600),
    )


async def composition_of(record: Record) -> tuple[Composition, str]:
    """What a record consists of now, and its author's own part."""
    attachments = [attachment for attachment in record.attachments if attachment.media_id is not None]
    await record.fetch_related("attachments__media")
    by_row = {attachment.id: attachment for attachment in record.attachments}
    parents = {parent.uri: parent for parent in await records_at([source.uri for source in record.sources])}
    parts = await contributors_of(record)
    people = await actors_at({part.actor_uri for part in parts})
    own = next((part.role for part in parts if part.actor_uri == record.author.uri), "")
    composition = Composition(
        author=record.author,
        record=record,
        granted=await _granted_to(record),
        files=[
            FileRow(media=media, alt=by_row[attachment.id].description)
            for attachment in attachments
            if (media := by_row[attachment.id].media) is not None
        ],
        sources=[
            SourceRow(record=parents[source.uri], relation=source.relation, thanks=source.thanks)
            for source in record.sources
            if source.uri in parents
        ],
        parts=[
            PartRow(actor=people[part.actor_uri], role=part.role)
            for part in parts
            if part.actor_uri in people and part.actor_uri != record.author.uri
        ],
    )
    return composition, own


def kept_values(form: Form, composition: Composition) -> list[tuple[str, str]]:
    """What a draft keeps of `form`, in its own fields: `Form(kept_values(...))` shows all of it again."""
    kept = [(name, value) for name in _KEPT if (value := form.value(name))]
    for file in composition.files:
        kept += [("file_key", file.media.key), (f"alt-{file.media.key}", file.alt)]
    for source in composition.sources:
        key = source.record.id
        kept += [("source", str(key)), (f"relation-{key}", source.relation), (f"thanks-{key}", source.thanks)]
    kept += [("not_source", str(row)) for row in composition.not_sources[:MAX_REMEMBERED]]
    for part in composition.parts:
        kept += [("part", str(part.actor.id)), ("part_role", part.role)]
    return [*kept, ("seek", composition.seek), ("who", composition.who)]


def is_begun(form: Form, composition: Composition) -> bool:
    """Whether there is anything in it that somebody would miss."""
    words = (form.value("title"), form.value("text"), form.value("waiting"))  # the last is a file that is on its way
    return any(word.strip() for word in words) or bool(composition.files or composition.sources)


async def take_uploads(request: Request[Any], form: Form, composition: Composition) -> None:
    """The files that came with this form are kept; what is wrong with one of them stands beside the field."""
    uploads = form.files("files", max=MAX_FILES)
    quota = (await uploader_of(request)).quota if uploads else 0
    for upload in uploads:
        if len(composition.files) >= MAX_FILES:
            form.fail("files", _("A record has %(n)s files at most. The others were left out.") % {"n": MAX_FILES})
            return
        try:
            media = await keep_file(
                request.state["store"],
                composition.author,
                file_name=upload.filename,
                source=upload.path,
                settings=request.state["settings"],
                quota=quota,
            )
        except FedirecError as error:
            form.errors["files"] = " ".join(filter(None, (form.error("files"), told(error))))
            continue
        if all(row.media.id != media.id for row in composition.files):
            composition.files.append(FileRow(media=media))


async def _granted_to(record: Record | None) -> frozenset[str]:
    if record is None or record.visibility == ASKING:  # who agreed to something else is asked anew
        return frozenset()
    return frozenset(await granted_to(record.uri, digest=record.digest or ""))


def _relation(value: str) -> str:
    return value if value in set(Relation) else Relation.ADAPTS.value
