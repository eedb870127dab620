"""What docs/pay.md says of how money is shared is what the code does."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest

from fedirec.credits import decisions, departures
from fedirec.credits.decisions import Rule
from fedirec.credits.objections import TIME_TO_APPEAL
from fedirec.credits.proposals import GUARDS, LONGER, NEXT, WINDOW
from fedirec.credits.revisions import Revision
from fedirec.credits.revisions.lines import Line

PAGE: Final = (Path(__file__).parents[2] / "docs/pay.md").read_text()


def words(name: StrEnum) -> str:
    return name.value.replace("_", " ")


TABLES: Final[dict[str, list[list[str]]]] = {
    "ways": [[words(state), words(step), words(after)] for (state, step), after in NEXT.items()],
    "guards": [[words(step), guard.refusal] for step, guards in GUARDS.items() for guard in guards],
    "rules": [[words(rule), decisions.RULES[rule], decisions.RULE_SENTENCES[rule]] for rule in Rule],
    "departures": [[words(kind), sentence] for kind, sentence in departures.SENTENCES.items()],
    "blocks": [[words(kind), sentence] for kind, sentence in departures.BLOCKS.items()],
}


@pytest.mark.parametrize("name", TABLES)
def test_each_table_of_the_page_is_the_code(name: str) -> None:
    rows = PAGE.partition(f"<!-- {name} -->\n")[2].partition("\n\n")[0].strip().splitlines()[2:]
    assert rows == [f"| {' | '.join(row)} |" for row in TABLES[name]]


def test_the_times_in_words_are_those_of_the_code() -> None:
    assert f"At first at least {WINDOW.days} days" in PAGE
    assert f"at least {LONGER.days} more days" in PAGE
    assert f"once, within {TIME_TO_APPEAL.days} days" in PAGE


def test_every_name_that_a_revision_can_have_is_explained_and_no_other() -> None:
    line = Line(
        key="a",
        person="https://a.example/u/a",
        name="A",
        label="voice",
        role="http://id.loc.gov/vocabulary/relators/vac",
        record="https://a.example/records/9",
        weight=1,
        reason="act 1",
    )
    given_back = Line(key="b", person=None, name="B", weight=1, reason="act 2", is_given_back=True)
    revision = Revision.make(
        lines=[line, given_back],
        scope="prp_1",
        proposal="https://a.example/pay/1",
        number=2,
        previous="zQm",
        pool="pool",
        currency="EUR",
        amount=100,
        host_share=0,
        rule=Rule.HOST,
        about=("https://a.example/p/1",),
        adjusts="https://a.example/pay/0",
        title="Rain",
    )
    document = revision.write()
    told = PAGE.partition("## What a revision says")[2].partition("\n## ")[0]
    whole, _, in_lines = told.partition("| Name in a line |")
    assert explained(whole) == document.keys()
    assert explained(in_lines) == {name for split in document["splits"] for name in split}


def explained(table: str) -> set[str]:
    return {name for row in re.findall(r"^\| (`[^|]*) \|", table, re.M) for name in re.findall(r"`(\w+)`", row)}
