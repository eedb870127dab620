"""Templates are compiled once, where there is a place to keep what was made."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from fedirec.web.environment import FOLDER, Templates


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one template; compiled modules are kept below `compiled`."""
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "hello.html").write_text("Hello {{ name }}")
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "compiled"))
    return folder


def kept(pages: Path) -> list[Path]:
    return sorted((pages.parent / "compiled").rglob("templates-*.pyc"))


def render(pages: Path) -> str:
    return Templates([pages]).render("hello.html", {"name": "<ana>"})


def make_place(pages: Path) -> None:
    (pages.parent / "compiled" / FOLDER.parent.relative_to("/")).mkdir(parents=True)


def test_what_was_compiled_is_used_until_the_template_changes(pages: Path) -> None:
    make_place(pages)
    assert render(pages) == "Hello &lt;ana&gt;"
    (compiled,) = kept(pages)
    before = compiled.stat().st_mtime_ns
    assert render(pages) == "Hello &lt;ana&gt;"
    assert (kept(pages), compiled.stat().st_mtime_ns) == ([compiled], before)

    (pages / "hello.html").write_text("Good evening {{ name }}")
    assert render(pages) == "Good evening &lt;ana&gt;"


def test_where_nothing_can_be_written_pages_are_shown_all_the_same(pages: Path) -> None:
    assert render(pages) == "Hello &lt;ana&gt;"
    assert kept(pages) == []


def test_half_a_file_is_made_again(pages: Path) -> None:
    make_place(pages)
    render(pages)
    (compiled,) = kept(pages)
    compiled.write_bytes(compiled.read_bytes()[:60])
    assert render(pages) == "Hello &lt;ana&gt;"
