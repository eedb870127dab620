"""What editors point at."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from fedirec.api.endpoint import Call
from fedirec.api.shapes.basis import Sent, Shape, Text
from fedirec.api.shapes.people import Person, show_person
from fedirec.remix.actions.picks import MAX_WORDS
from fedirec.remix.queries.picks import Picked


class PickShown(Shape):
    """Something that an editor points at."""

    id: int
    uri: str = Field(description="Of the record, or of the Group of the challenge or project.")
    what: str = Field(description="record, challenge or project.")
    title: str
    words: str
    editor: Person
    created_at: datetime


class Picks(Shape):
    items: list[PickShown]


class NewPick(Sent):
    about: Text = Field(max_length=2_048, description="The address of a record, challenge or project known here.")
    words: Text = Field(max_length=MAX_WORDS, description="Why everybody should see it.")


def show_pick(call: Call, picked: Picked) -> PickShown:
    thing = picked.record or picked.group
    assert thing is not None
    title = picked.record.title if picked.record else picked.challenge.title if picked.challenge else ""
    return PickShown(
        id=picked.pick.id,
        uri=thing.uri,
        what="record" if picked.record else "challenge" if picked.challenge else "project",
        title=title or (picked.group.name if picked.group else ""),
        words=picked.pick.words,
        editor=show_person(call, picked.editor),
        created_at=picked.pick.created_at,
    )
