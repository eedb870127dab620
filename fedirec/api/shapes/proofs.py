"""What a lineage file proves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from fedirec.api.shapes.basis import Sent, Shape
from fedirec.remix.lineage_file import Finding, Report

LevelName = Literal["proved", "witnessed", "claimed", "false"]
MAX_TEXT = 900_000
"""Characters of a file in one request."""


class FileSent(Sent):
    file: str = Field(
        max_length=MAX_TEXT, description="What stands in the file, to the last character. It is read as UTF-8."
    )


class FindingTold(Shape):
    """One thing that was found out."""

    code: str = Field(description="As the draft FEP in docs/fep calls it.")
    level: LevelName
    says: str
    key: str | None = Field(description="The fingerprint of the key that it is proved for.")


class StepChecked(Shape):
    """`record` was made from `source`, as the file says."""

    record: str
    source: str
    relation: str
    findings: list[FindingTold]


class RecordChecked(Shape):
    """One version of a record in the file."""

    uri: str
    title: str
    author: str
    editor: str | None = Field(description="Who made it, where it names somebody besides its author for that.")
    is_current: bool
    findings: list[FindingTold]


class KeyChecked(Shape):
    """A key in the file, and who says whose it is."""

    id: str
    owner: str
    fingerprint: str
    findings: list[FindingTold]


class FileChecked(Shape):
    """What a lineage file proves to this instance."""

    is_false: bool = Field(description="Whether anything in it is not true. What is only claimed is not false.")
    record: str
    exporter: str
    is_whole: bool
    findings: list[FindingTold]
    derivations: list[StepChecked]
    records: list[RecordChecked]
    keys: list[KeyChecked]


def show_report(report: Report) -> FileChecked:
    return FileChecked(
        is_false=report.is_false,
        record=report.record,
        exporter=report.exporter,
        is_whole=report.is_whole,
        findings=_found(report.findings),
        derivations=[
            StepChecked(record=each.record, source=each.source, relation=each.relation, findings=_found(each.findings))
            for each in report.derivations
        ],
        records=[
            RecordChecked(
                uri=each.id,
                title=each.title,
                author=each.author,
                editor=each.editor,
                is_current=each.is_current,
                findings=_found(each.findings),
            )
            for each in report.records
        ],
        keys=[
            KeyChecked(id=each.id, owner=each.owner, fingerprint=each.fingerprint, findings=_found(each.findings))
            for each in report.keys
        ],
    )


def _found(findings: Iterable[Finding]) -> list[FindingTold]:
    return [FindingTold(code=each.code, level=each.level.value, says=each.sentence, key=each.key) for each in findings]
