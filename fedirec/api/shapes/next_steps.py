"""What next."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Shape
from fedirec.api.shapes.challenges import ChallengeCard
from fedirec.api.shapes.records import RecordCard


class NextSteps(Shape):
    """What the author of a record may want to do next."""

    challenges: list[ChallengeCard]
    records: list[RecordCard] = Field(description="Of others, that may be remixed and never were.")
