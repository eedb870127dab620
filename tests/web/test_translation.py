"""Every word that people read is in every catalogue, whole and with the same blanks."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from fedirec import errors
from fedirec.accounts.permissions import ALL_SCOPES, Permission, Role, Scope, require
from fedirec.errors import Forbidden
from fedirec.web.language import DOMAIN, FOLDER, languages

ROOT: Final = Path(__file__).parent.parent.parent
WORDS: Final[dict[str, Any]] = dict(DEFAULT_KEYWORDS)
ERRORS: Final[dict[str, Any]] = {
    name: None
    for name, made in vars(errors).items()
    if isinstance(made, type) and issubclass(made, errors.FedirecError) and made is not errors.Misconfigured
}
BLANKS: Final = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
CATALOGUES: Final = [name for name in languages() if name != "en"]


@dataclass(frozen=True)
class _Guest:
    """Somebody who may do next to nothing."""

    uri: str = "https://far.example/u/guest"
    role: Role = Role.GUEST
    scopes: frozenset[Scope] = ALL_SCOPES
    has_moved: bool = False


def said(keywords: dict[str, Any]) -> Iterator[str | tuple[str, ...]]:
    """What stands in the sources as an argument of these functions."""
    for _file, _line, message, _comments, _context in extract_from_dir(
        ROOT / "fedirec",
        [("**.py", "python"), ("**/templates/**.html", "jinja2")],
        {"**/templates/**.html": {"trimmed": "true"}},
        keywords=keywords,
    ):
        yield message


@pytest.fixture(scope="module")
def sources() -> set[str | tuple[str, ...]]:
    """Every word of pages, and every sentence of an error; peers, who read no pages, are told in lower case."""
    sentences = {each for each in said(ERRORS) if isinstance(each, str) and (each[:1].isupper() or each[-1:] == ".")}
    return {each for each in said(WORDS) if each} | sentences


def catalogue(name: str) -> Catalog:
    with (FOLDER / name / "LC_MESSAGES" / f"{DOMAIN}.po").open("rb") as file:
        return read_po(file, locale=name)


def test_there_is_a_second_language() -> None:
    assert "de" in CATALOGUES


@pytest.mark.parametrize("name", CATALOGUES)
def test_no_word_is_missing_in_a_catalogue(name: str, sources: set[str | tuple[str, ...]]) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id): message for message in catalogue(name)}
    missing = sorted(str(each) for each in sources if each not in known or not known[each].string)
    assert missing == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_catalogue_says_nothing_that_nobody_asks_for(name: str, sources: set[str | tuple[str, ...]]) -> None:
    used = sources | {each for each in said(ERRORS) if each}
    stale = [message.id for message in catalogue(name) if message.id and _key(message.id) not in used]
    assert stale == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_translations_have_the_same_blanks_to_fill(name: str) -> None:
    for message in catalogue(name):
        if not message.id:
            continue
        assert not message.fuzzy, message.id
        forms = message.string if isinstance(message.string, tuple | list) else [message.string]
        originals = message.id if isinstance(message.id, tuple | list) else [message.id]
        wanted = [set(BLANKS.findall(original)) for original in originals]
        for form in forms:
            assert set(BLANKS.findall(form or "")) in wanted, (message.id, form)


def test_the_template_for_translators_is_what_the_sources_say(sources: set[str | tuple[str, ...]]) -> None:
    with (FOLDER / f"{DOMAIN}.pot").open("rb") as file:
        template = {_key(message.id) for message in read_po(file) if message.id}
    assert sorted(map(str, sources - template)) == []


def test_no_error_is_put_together_of_pieces_that_nobody_can_translate() -> None:
    pieces = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in sorted((ROOT / "fedirec").rglob("*.py"))
        if path.relative_to(ROOT / "fedirec").parts[0] in ("accounts", "api", "media", "net", "remix", "web")
        and "inbox" not in path.parts  # what peers are told stays English
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id in ERRORS
        and call.args
        and isinstance(call.args[0], ast.JoinedStr)
    ]
    assert pieces == []


def test_why_a_right_is_refused_is_said_in_every_language() -> None:
    sentences = set()
    for permission in Permission:
        try:
            require(_Guest(), permission)
        except Forbidden as refusal:
            sentences.add(refusal.message)
    assert len(sentences) > 10
    for name in CATALOGUES:
        assert sentences - {message.id for message in catalogue(name) if message.string} == set()


def _key(said: Any) -> str | tuple[str, ...]:
    return said if isinstance(said, str) else tuple(said)
