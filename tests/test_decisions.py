"""What docs/decisions says about the project is so."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent.parent
DECISIONS = HOUSE / "docs" / "decisions"
PROJECT = tomllib.loads((HOUSE / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def _named(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=~;\[ ]", requirement, maxsplit=1)[0] for requirement in requirements}


def _rows(heading: str) -> list[list[str]]:
    section = (DECISIONS / "0001-dependencies.md").read_text(encoding="utf-8").split(f"\n## {heading}\n")[1]
    lines = [line for line in section.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_every_dependency_has_its_reason() -> None:
    assert {row[0] for row in _rows("Always installed")} == _named(PROJECT["dependencies"])


def test_every_extra_has_its_reason() -> None:
    extras: dict[str, set[str]] = {}
    for extra, library, *_ in _rows("Extras"):
        extras.setdefault(extra.strip("`"), set()).add(library)
    declared = {extra: _named(libraries) for extra, libraries in PROJECT["optional-dependencies"].items()}
    assert extras == {extra: libraries for extra, libraries in declared.items() if extra != "test"}
    assert {name for row in _rows("For tests and releases") for name in row[0].split(", ")} == declared["test"]


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in DECISIONS.glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_list_of_all_pages_names_each_page_and_each_decision_by_its_title() -> None:
    listed = dict(
        re.findall(r"^- \[(.+?)\]\((.+?)\)", (HOUSE / "docs" / "README.md").read_text(encoding="utf-8"), re.M)
    )
    for page in DECISIONS.glob("*.md"):
        title = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        assert listed.get(title) == f"decisions/{page.name}", page.name
    for page in [*(HOUSE / "docs").glob("*.md"), *(HOUSE / "docs" / "fep").glob("*.md")]:
        place = str(page.relative_to(HOUSE / "docs"))
        assert place == "README.md" or place in listed.values(), place


@pytest.mark.parametrize(
    "page", [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")], ids=lambda page: str(page.relative_to(HOUSE))
)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://|#|mailto:)([^)\s#]+)", text):
        assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize(
    "page", [*HOUSE.glob("*.md"), *(HOUSE / "docs").rglob("*.md")], ids=lambda page: str(page.relative_to(HOUSE))
)
def test_links_within_a_page_lead_to_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    anchors = {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
    assert set(re.findall(r"\]\(#([^)]+)\)", text)) <= anchors
