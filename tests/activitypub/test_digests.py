from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub import digests
from fedirec.errors import Invalid

# The samples of https://github.com/cyberphone/json-canonicalization (testdata), to which RFC 8785 refers: compared with
# its files input, output and outhex, byte for byte. "values" is the sample of the RFC's
# section 3.2.2 as well.
JCS_SAMPLES = {
    "arrays": (
        '[56, {"d": true, "10": null, "1": [ ]}]',
        '[56,{"1":[],"10":null,"d":true}]',
    ),
    "french": (
        '{"peach": "This sorting order", "péché": "is wrong according to French",'
        ' "pêche": "but canonicalization MUST", "sin":   "ignore locale"}',
        '{"peach":"This sorting order","péché":"is wrong according to French",'
        '"pêche":"but canonicalization MUST","sin":"ignore locale"}',
    ),
    "structures": (
        '{"1": {"f": {"f": "hi","F": 5} ,"\\n": 56.0}, "10": { }, "": "empty", "a": { },'
        ' "111": [ {"e": "yes","E": "no" } ], "A": { }}',
        '{"":"empty","1":{"\\n":56,"f":{"F":5,"f":"hi"}},"10":{},"111":[{"E":"no","e":"yes"}],"A":{},"a":{}}',
    ),
    "unicode": ('{"Unnormalized Unicode":"A\\u030a"}', '{"Unnormalized Unicode":"A\u030a"}'),
    "values": (
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],'
        ' "string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}',
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ),
    "weird": (
        '{"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\u000a": "Newline", "1": "One",'
        ' "\\u0080": "Control\\u007f", "\\ud83d\\ude02": "Smiley",'
        ' "\\u00f6": "Latin Small Letter O With Diaeresis", "\\ufb33": "Hebrew Letter Dalet With Dagesh",'
        ' "</script>": "Browser Challenge"}',
        '{"\\n":"Newline","\\r":"Carriage Return","1":"One","</script>":"Browser Challenge",'
        '"\u0080":"Control\u007f","ö":"Latin Small Letter O With Diaeresis","€":"Euro Sign",'
        '"😂":"Smiley","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
    "RFC 8785, section 3.2.3": (
        '{"\\u20ac": "Euro Sign", "\\r": "Carriage Return", "\\ufb33": "Hebrew Letter Dalet With Dagesh", "1": "One",'
        ' "\\ud83d\\ude00": "Emoji: Grinning Face", "\\u0080": "Control",'
        ' "\\u00f6": "Latin Small Letter O With Diaeresis"}',
        '{"\\r":"Carriage Return","1":"One","\u0080":"Control","ö":"Latin Small Letter O With Diaeresis",'
        '"€":"Euro Sign","😀":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ),
}
# RFC 8785, section 3.2.4: the sample "values" as bytes
JCS_BYTES = bytes.fromhex(
    "7b 22 6c 69 74 65 72 61 6c 73 22 3a 5b 6e 75 6c 6c 2c 74 72"
    "75 65 2c 66 61 6c 73 65 5d 2c 22 6e 75 6d 62 65 72 73 22 3a"
    "5b 33 33 33 33 33 33 33 33 33 2e 33 33 33 33 33 33 33 2c 31"
    "65 2b 33 30 2c 34 2e 35 2c 30 2e 30 30 32 2c 31 65 2d 32 37"
    "5d 2c 22 73 74 72 69 6e 67 22 3a 22 e2 82 ac 24 5c 75 30 30"
    "30 66 5c 6e 41 27 42 5c 22 5c 5c 5c 5c 5c 22 2f 22 7d"
)

# https://www.rfc-editor.org/rfc/rfc8785#appendix-B: the bits of a double, and how it is written. 4340000000000001 and
# 4340000000000002 are from the README of the samples above.
JCS_NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4340000000000001": "9007199254740994",
    "4340000000000002": "9007199254740996",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555554": "333333333.33333325",
    "41b3de4355555555": "333333333.3333333",
    "41b3de4355555556": "333333333.3333334",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}
JCS_NO_NUMBERS = ["7fffffffffffffff", "7ff0000000000000", "fff0000000000000"]
"""The first two are in the appendix; the last one is what it says of them, below zero."""

# https://datatracker.ietf.org/doc/html/draft-msporny-base58-03 section 5
BASE58_SAMPLES = [
    (b"Hello World!", "2NEpo7TZRRrLZSi2U"),
    (
        b"The quick brown fox jumps over the lazy dog.",
        "USm3fpXnKG5EUBx2ndxBDMPVciP5hGey2Jh4NDv6gmeo1LkMeiKrLJUUBk6Z",
    ),
    (bytes.fromhex("0000287fb4cd"), "11233QC4"),
]

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", JCS_SAMPLES)
def test_the_samples_of_the_canonical_form_come_out_byte_for_byte(name: str) -> None:
    given_text, expected = JCS_SAMPLES[name]
    assert digests.canonical(json.loads(given_text)) == expected.encode()


def test_the_sample_of_rfc_8785_is_the_bytes_that_it_prints() -> None:
    assert digests.canonical(json.loads(JCS_SAMPLES["values"][0])) == JCS_BYTES


@pytest.mark.parametrize("bits", JCS_NUMBERS)
def test_the_samples_of_numbers_come_out_byte_for_byte(bits: str) -> None:
    [number] = struct.unpack(">d", bytes.fromhex(bits))
    assert digests.canonical(number) == JCS_NUMBERS[bits].encode()


@pytest.mark.parametrize("bits", JCS_NO_NUMBERS)
def test_the_samples_that_are_no_numbers_are_refused(bits: str) -> None:
    with pytest.raises(Invalid):
        digests.canonical(struct.unpack(">d", bytes.fromhex(bits))[0])


@pytest.mark.parametrize(("data", "text"), BASE58_SAMPLES)
def test_the_samples_of_base58_are_written_and_read(data: bytes, text: str) -> None:
    assert digests.write_base58(data) == text
    assert digests.read_base58(text) == data


def test_a_digest_is_a_multihash_in_base58() -> None:
    assert digests.digest_multibase(b"") == "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n"
    assert digests.read_digest_multibase("zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n") == hashlib.sha256().digest()


@given(st.binary(max_size=300))
def test_what_is_written_in_multibase_is_read_back(data: bytes) -> None:
    assert data == b"" or digests.read_multibase(digests.write_multibase(data)) == data


@given(st.binary(max_size=300))
def test_every_digest_is_read_back(data: bytes) -> None:
    assert digests.read_digest_multibase(digests.digest_multibase(data)) == hashlib.sha256(data).digest()


@given(values)
def test_the_canonical_form_says_the_same_and_is_its_own_canonical_form(value: Any) -> None:
    written = digests.canonical(value)
    assert digests.canonical(json.loads(written)) == written


@given(st.dictionaries(st.text() | st.sampled_from(["\ue000", "\U0001f600", "é"]), values, max_size=6), values)
def test_the_quick_way_to_the_canonical_form_and_its_pieces_say_what_the_library_says(
    value: dict[str, Any], entry: Any
) -> None:
    assert digests.canonical(value) == rfc8785.dumps(value)
    long = value | {"long": [entry] * 100, "short": [entry]}
    assert b"".join(digests.canonical_parts(long)) == rfc8785.dumps(long)
    assert len(list(digests.canonical_parts(long))) > 100


@given(st.dictionaries(st.text(), values, min_size=2, max_size=6))
def test_the_order_of_keys_changes_no_digest(value: dict[str, Any]) -> None:
    assert digests.digest_json(value) == digests.digest_json(dict(reversed(value.items())))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "z",
        "Qm",
        "zQm0",  # no zero in base58
        "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1",
        "zQmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1nn",
        "QmdfTbBqBPQ7VNxZEYEj14VmRuZBkqFbiwReogJgS1zR1n",
        "u" + base64.urlsafe_b64encode(b"\x12\x20" + bytes(32)).decode(),
        "z" + digests.write_base58(b"\x13\x40" + bytes(64)),
        "z" + "1" * 5000,
    ],
)
def test_what_is_no_sha_256_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        digests.read_digest_multibase(text)


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), float("nan"), float("inf"), {"a": "\ud800"}, {"\ud800": 1}, {1: "a"}, object(), b"bytes"],
    ids=lambda value: type(value).__name__ if type(value) is object else repr(value),
)
def test_what_has_no_canonical_form_is_refused(value: Any) -> None:
    with pytest.raises(Invalid):
        digests.canonical(value)
