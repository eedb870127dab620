"""A record as it is now, as a draft of its next version."""

from __future__ import annotations

from fedirec.activitypub.models import Actor
from fedirec.media.models import Media
from fedirec.remix.actions.drafts import FileDraft, PartDraft, RecordDraft, SourceDraft
from fedirec.remix.lineage import Relation
from fedirec.remix.models import Attachment, Contributor, Record, RecordTag, Source
from fedirec.remix.queries.records import actors_at


async def present_draft(owner: Actor, record: Record) -> RecordDraft:
    """The draft that would leave `record`, which `owner` made, as it is."""
    own = await Attachment.filter(record_id=record.id, media_id__not_isnull=True).order_by("position")
    media = {row.id: row for row in await Media.filter(id__in=[row.media_id for row in own if row.media_id])}
    parts = await Contributor.filter(record_id=record.id).order_by("position")
    people = await actors_at({part.actor_uri for part in parts})
    used = await Source.filter(record_id=record.id, withdrawn_at=None).order_by("position").select_related("parent")
    tags = await RecordTag.filter(record_id=record.id).order_by("id").values_list("name", flat=True)
    return RecordDraft(
        title=record.title,
        text=record.text,
        licence=record.licence,
        language=record.language,
        warning=record.warning,
        tags=[str(tag) for tag in tags],
        visibility=record.visibility,
        quoting=record.quoting,
        remixing=record.remixing,
        ai_preference=record.ai_preference,
        feedback_wanted=record.feedback_wanted or "",
        files=[
            FileDraft(media=media[row.media_id], description=row.description)
            for row in own
            if row.media_id is not None and row.media_id in media
        ],
        sources=[
            SourceDraft(record=step.parent, relation=Relation(step.relation), thanks=step.thanks)
            for step in used
            if step.parent is not None
        ],
        parts=[
            PartDraft(actor=people[part.actor_uri], role=part.role)
            for part in parts
            if part.actor_uri != owner.uri and part.actor_uri in people
        ],
        own_role=next((part.role for part in parts if part.actor_uri == owner.uri), None),
    )
