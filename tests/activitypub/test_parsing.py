from __future__ import annotations

import contextlib
import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub import parsing
from fedirec.activitypub.parsing import MAX_DEPTH, MAX_KEYS, MAX_VALUES, parse
from fedirec.errors import Invalid

MEBIBYTE = 1024 * 1024

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(texts, inner, max_size=5),
    max_leaves=20,
)


def nested(depth: int) -> bytes:
    """An object whose innermost value is at `depth`, with both sorts of brackets."""
    opening = b'{"a":[' * (depth // 2) + (b"{" if depth % 2 else b"")
    closing = (b"}" if depth % 2 else b"") + b"]}" * (depth // 2)
    return opening + closing


@given(st.text('"a\\{}[],:', min_size=1, max_size=30), st.integers(1, 5))
def test_the_limits_hold_wherever_the_blocks_end_in_which_a_body_is_looked_at(text: str, block: int) -> None:
    """Brackets in a text are none, however the body is cut, and those behind it are."""
    body = json.dumps({"a": text, "b": [[[]]]}).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(parsing, "_BLOCK", block)
        assert parse(body, depth=4, keys=2)["a"] == text
        with pytest.raises(Invalid, match="nested"):
            parse(body, depth=3)
        with pytest.raises(Invalid, match="keys"):
            parse(body, keys=1)


@given(st.dictionaries(texts, values), st.booleans())
def test_what_json_says_is_what_is_read(document: dict[str, Any], ascii_only: bool) -> None:
    assert parse(json.dumps(document, ensure_ascii=ascii_only).encode()) == document


@given(st.binary(max_size=200) | texts.map(str.encode))
def test_nonsense_is_invalid_and_nothing_worse(body: bytes) -> None:
    try:
        parse(body)
    except Invalid:
        return


@given(st.lists(st.sampled_from([*'{}[]":,\\u0aA1d8cfe-+.', '"a":', "null", "\\ud83d", '\\"', " ", "\n"]), max_size=60))
def test_almost_json_is_invalid_and_nothing_worse(pieces: list[str]) -> None:
    try:
        parse("".join(pieces).encode())
    except Invalid:
        return


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"null",
        b"[]",
        b'"text"',
        b"1",
        b"{",
        b"{}{}",
        b'{"a":1,}',
        b"{'a':1}",
        b'{"a":01}',
        b'{"a":+1}',
        b'{"a":\x00}',
        b'{"a":"\n"}',
        b"\xef\xbb\xbf{}",
        b'{"a":"\xff"}',
        b'{"a":"\xed\xa0\x80"}',
        '{"a":1}'.encode("utf-16"),
    ],
    ids=repr,
)
def test_what_is_no_json_object_in_utf_8_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":{"b":1,"\\u0062":2}}',
        b'{"a":NaN}',
        b'{"a":Infinity}',
        b'{"a":-Infinity}',
        b'{"a":1e400}',
        b'{"a":-1e400}',
        b'{"a":9007199254740992}',
        b'{"a":-9007199254740992}',
        b'{"a":' + b"9" * 5000 + b"}",
        b'{"a":0.' + b"1" * 5000 + b"}",
        b'{"a":"\\ud800"}',
        b'{"a":"\\udc00\\ud800"}',
        b'{"\\uDBFF":1}',
        b'{"a":"\\ud83d\\\\ude00"}',
        b'{"a":"x\\u0000y"}',
    ],
    ids=repr,
)
def test_what_programs_read_differently_is_refused(body: bytes) -> None:
    with pytest.raises(Invalid):
        parse(body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a":"\\ud83d\\ude00"}', "\U0001f600"),
        (b'{"a":"\\\\ud800"}', "\\ud800"),
        (b'{"a":"\\\\u0000"}', "\\u0000"),
        (b'{"a":"[[{{\\"[["}', '[[{{"[['),
        (b'{"a":9007199254740991}', 2**53 - 1),
        (b'{"a":-0}', 0),
        (b'{"a":-71.184902}', -71.184902),
        (b'{"a":"' + "é☂".encode() + b'"}', "é☂"),
    ],
    ids=repr,
)
def test_what_only_looks_dangerous_is_read(body: bytes, value: object) -> None:
    assert parse(body) == {"a": value}


def test_the_limits_are_where_they_are_said_to_be() -> None:
    parse(nested(MAX_DEPTH))
    with pytest.raises(Invalid, match="deep"):
        parse(nested(MAX_DEPTH + 1))

    parse(json.dumps({str(number): 0 for number in range(MAX_KEYS)}).encode())
    with pytest.raises(Invalid, match="keys"):
        parse(json.dumps({str(number): 0 for number in range(MAX_KEYS + 1)}).encode())

    parse(json.dumps({"a": [0] * MAX_VALUES}).encode())
    with pytest.raises(Invalid, match="values"):
        parse(json.dumps({"a": [0] * (MAX_VALUES + 1)}).encode())


@pytest.mark.parametrize("depth", [33, 64, 65, 66, 1000, 100_000])
def test_deep_nesting_is_refused_whatever_the_brackets(depth: int) -> None:
    for body in (
        nested(depth),
        b'{"a":' * depth + b"1" + b"}" * depth,
        b'{"a":' + b"[" * depth + b"]" * depth + b"}",
    ):
        with pytest.raises(Invalid):
            parse(body)


@pytest.mark.parametrize(
    "body",
    [
        b"[" * MEBIBYTE,
        b'{"a":' * (MEBIBYTE // 5),
        b"[]" * (MEBIBYTE // 2),
        b'{"a":[' + b"[]," * (MEBIBYTE // 3) + b"[]]}",
        b'{"a":[' + b"{}," * (MEBIBYTE // 3) + b"{}]}",
        b'"' * MEBIBYTE,
        b"\\" * MEBIBYTE,
        b'{"a":[' + b'"",' * (MEBIBYTE // 3) + b'""]}',
        b'{"a":"' + b'\\"' * (MEBIBYTE // 2) + b'"}',
        b'{"a":"' + b"\\ud83d\\ude00" * (MEBIBYTE // 12) + b'"}',
        b'{"a":"' + b"\\ud83d" * (MEBIBYTE // 6) + b'"}',
        b'{"a":' + b"1" * MEBIBYTE + b"}",
        b'{"a":[' + b"0.123456789," * (MAX_VALUES - 1) + b"1]}",
        b'{"a":[' + (b"[" * 29 + b"]" * 29 + b",") * (MAX_VALUES // 31) + b"1]}",
        b'{"a":"' + b"x" * MEBIBYTE + b'"}',
        b":" * MEBIBYTE,
        b" " * MEBIBYTE,
    ],
    ids=lambda body: repr(body[:12]),
)
def test_a_hostile_mebibyte_costs_next_to_nothing(body: bytes) -> None:
    best = min(seconds_for(body) for _ in range(5))
    assert best < 0.1  # seconds; 0.03 on a slow machine of 2026


def seconds_for(body: bytes) -> float:
    started = time.process_time()
    with contextlib.suppress(Invalid):
        parse(body)
    return time.process_time() - started
