"""What may be believed from whom: the table of FEP-fe34, line by line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub import authority
from fedirec.activitypub.authority import Belief

A = "https://a.example"
B = "https://b.example"
ANA, BO, EVE = f"{A}/u/ana", f"{A}/u/bo", f"{B}/u/eve"
KEY = f"{ANA}#main-key"
NOTE = f"{A}/notes/1"

SAID, ASKED, NEVER = Belief.AS_SAID, Belief.ASK_ORIGIN, Belief.NEVER

LOOKALIKES = [
    "https://a.example:8443/u/ana",
    "http://a.example/u/ana",
    "https://a.example./u/ana",
    "https://ana@a.example/u/ana",
    "https://a.example.evil.test/u/ana",
    "https://A.example%2eevil.test/u/ana",
    "https://\u0430.example/u/ana",
    "https://a.example\\@b.example/u/ana",
    "a.example/u/ana",
    "acct:ana@a.example",
    "https:///u/ana",
    "",
]
"""What looks as if it were of https://a.example (CVE-2023-42451)."""

Case = tuple[str, Callable[..., Any], tuple[Any, ...], dict[str, Any], Any]
TABLE: list[Case] = [
    ("her own key", authority.may_sign_as, (KEY,), {"actor": ANA}, True),
    ("a key of her server", authority.may_sign_as, (f"{A}/keys/7",), {"actor": ANA}, True),
    ("a key of another origin", authority.may_sign_as, (f"{B}/keys/7",), {"actor": ANA}, False),
    ("a key that names her back", authority.lists_key, (KEY,), {"owner": ANA, "actor": ANA}, True),
    ("a key of a neighbour", authority.lists_key, (KEY,), {"owner": BO, "actor": ANA}, False),
    ("a key that names nobody", authority.lists_key, (KEY,), {"owner": None, "actor": ANA}, False),
    ("a key elsewhere that names her", authority.lists_key, (f"{B}#k",), {"owner": ANA, "actor": ANA}, False),
    ("an id of her origin", authority.may_name, (f"{A}/activities/1",), {"actor": ANA}, True),
    ("an id of another origin", authority.may_name, (f"{B}/activities/1",), {"actor": ANA}, False),
    ("her instance, of a claim", authority.may_judge, (NOTE,), {"speaker": f"{A}/actor", "is_instance": True}, True),
    ("another one, of a claim", authority.may_judge, (NOTE,), {"speaker": f"{B}/actor", "is_instance": True}, False),
    ("a neighbour, of a claim", authority.may_judge, (NOTE,), {"speaker": BO, "is_instance": False}, False),
    ("herself, of a claim", authority.may_judge, (NOTE,), {"speaker": ANA, "is_instance": False}, False),
    ("an answer from where we asked", authority.may_answer_for, (NOTE,), {"answered_from": f"{A}/x"}, True),
    ("an answer from elsewhere", authority.may_answer_for, (NOTE,), {"answered_from": f"{B}/x"}, False),
    ("what we asked for", authority.belief_in_answer, (NOTE,), {"named": NOTE}, SAID),
    ("another name of the same origin", authority.belief_in_answer, (NOTE,), {"named": f"{A}/1"}, ASKED),
    ("a name of another origin", authority.belief_in_answer, (NOTE,), {"named": f"{B}/1"}, NEVER),
    ("an inbox of her own", authority.may_have, (f"{ANA}/inbox",), {"owner": ANA}, True),
    ("the inbox of a victim", authority.may_have, (f"{B}/inbox",), {"owner": ANA}, False),
    ("a note of her server", authority.may_be_by, (NOTE,), {"author": ANA}, True),
    ("a note elsewhere under her name", authority.may_be_by, (f"{B}/notes/1",), {"author": ANA}, False),
    ("her note in her words", authority.belief_in_embedded, (NOTE,), {"author": ANA, "speaker": ANA}, SAID),
    ("a neighbour's note", authority.belief_in_embedded, (NOTE,), {"author": BO, "speaker": ANA}, ASKED),
    ("a note from elsewhere", authority.belief_in_embedded, (NOTE,), {"author": ANA, "speaker": EVE}, ASKED),
    ("a note under a false name", authority.belief_in_embedded, (NOTE,), {"author": EVE, "speaker": EVE}, NEVER),
    ("herself", authority.may_describe, (ANA,), {"speaker": ANA}, True),
    ("a neighbour", authority.may_describe, (BO,), {"speaker": ANA}, False),
    ("herself", authority.belief_in_description, (ANA,), {"speaker": ANA, "is_brought": False}, SAID),
    ("herself, some time ago", authority.belief_in_description, (ANA,), {"speaker": ANA, "is_brought": True}, ASKED),
    ("a neighbour", authority.belief_in_description, (BO,), {"speaker": ANA, "is_brought": False}, NEVER),
    ("to create her own", authority.may_create, (NOTE,), {"author": ANA, "speaker": ANA}, True),
    ("to create a neighbour's", authority.may_create, (NOTE,), {"author": BO, "speaker": ANA}, False),
    ("to create elsewhere", authority.may_create, (f"{B}/1",), {"author": ANA, "speaker": ANA}, False),
    ("to name what is here", authority.may_bring, (NOTE,), {"speaker": ANA}, True),
    ("to name what is elsewhere", authority.may_bring, (NOTE,), {"speaker": EVE}, False),
    ("to delete her own", authority.may_delete, (), {"author": ANA, "speaker": ANA}, True),
    ("to delete a neighbour's", authority.may_delete, (), {"author": ANA, "speaker": BO}, False),
    ("to undo what she did", authority.may_undo, (), {"done_by": ANA, "speaker": ANA}, True),
    ("to undo what a neighbour did", authority.may_undo, (), {"done_by": ANA, "speaker": BO}, False),
    ("to answer what she was asked", authority.may_answer, (), {"asked": ANA, "speaker": ANA}, True),
    ("to answer for a neighbour", authority.may_answer, (), {"asked": ANA, "speaker": BO}, False),
    ("her collection", authority.may_add_to, (f"{ANA}/s",), {"owned": [f"{ANA}/s"], "owner": ANA}, True),
    ("a collection that is not hers", authority.may_add_to, (f"{BO}/s",), {"owned": [f"{ANA}/s"], "owner": ANA}, False),
    ("a collection elsewhere", authority.may_add_to, (f"{B}/s",), {"owned": [f"{B}/s"], "owner": ANA}, False),
    ("no collection", authority.may_add_to, (None,), {"owned": [None], "owner": ANA}, False),
    ("to move herself", authority.may_move, (), {"actor": ANA, "moved": ANA}, True),
    ("to move a neighbour", authority.may_move, (), {"actor": ANA, "moved": BO}, False),
    ("to where she says so too", authority.agrees_to_move, (), {"old": ANA, "new": EVE, "aliases": [ANA]}, True),
    ("to a stranger", authority.agrees_to_move, (), {"old": ANA, "new": EVE, "aliases": [BO]}, False),
    ("to herself", authority.agrees_to_move, (), {"old": ANA, "new": ANA, "aliases": [ANA]}, False),
    ("her stamp", authority.may_stamp, (f"{A}/stamps/1",), {"stamped_by": ANA, "owner": ANA}, True),
    ("her stamp elsewhere", authority.may_stamp, (f"{B}/stamps/1",), {"stamped_by": ANA, "owner": ANA}, False),
    ("a neighbour's stamp", authority.may_stamp, (f"{A}/stamps/1",), {"stamped_by": BO, "owner": ANA}, False),
]


@pytest.mark.parametrize(
    ("what", "ask", "about", "who", "answer"), TABLE, ids=[f"{case[1].__name__}: {case[0]}" for case in TABLE]
)
def test_who_may_be_believed(
    what: str, ask: Callable[..., Any], about: tuple[Any, ...], who: dict[str, Any], answer: Any
) -> None:
    assert ask(*about, **who) is answer, what


def test_every_question_stands_in_the_table() -> None:
    asked = {case[1].__name__ for case in TABLE}
    answers = {name for name, value in vars(authority).items() if callable(value) and name.islower()}
    assert answers - {"same_origin"} == asked


@pytest.mark.parametrize("spoof", LOOKALIKES)
def test_what_only_looks_like_an_origin_is_another_one(spoof: str) -> None:
    assert not authority.may_sign_as(spoof, actor=ANA)
    assert not authority.may_name(spoof, actor=ANA)
    assert not authority.may_answer_for(NOTE, answered_from=spoof)
    assert not authority.may_have(spoof, owner=ANA)
    assert not authority.may_bring(spoof, speaker=ANA)
    assert authority.belief_in_answer(NOTE, named=spoof) is NEVER
    assert authority.belief_in_embedded(spoof, author=ANA, speaker=ANA) is NEVER
    assert not authority.may_stamp(spoof, stamped_by=ANA, owner=ANA)


@given(st.text(), st.text(), st.text())
def test_nonsense_is_never_believed_as_said(object_id: str, author: str, speaker: str) -> None:
    assert authority.belief_in_embedded(object_id, author=author, speaker=speaker) is not SAID
    assert not authority.may_have(object_id, owner=author)
