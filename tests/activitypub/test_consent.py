"""What the author of a post lets others do with it, in every spelling that is in use."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fedirec.activitypub.consent import Consent, Deed, InteractionPolicy, Rule
from fedirec.activitypub.vocab import (
    PUBLIC,
    TYPES,
    Accept,
    Doc,
    LikeRequest,
    QuoteRequest,
    Ref,
    ReplyRequest,
    Stamp,
    Vocabulary,
)

BO, ANA = "https://b.example/u/bo", "https://a.example/u/ana"
FOLLOWERS, FOLLOWING = f"{BO}/followers", f"{BO}/following"
VOCABULARY = Vocabulary(TYPES)


@pytest.mark.parametrize(
    ("rule", "is_follower", "expected"),
    [
        pytest.param({"automaticApproval": [PUBLIC]}, False, Consent.GIVEN, id="everybody"),
        pytest.param({"automaticApproval": PUBLIC}, False, Consent.GIVEN, id="everybody, not in a list"),
        pytest.param({"always": ["as:Public"], "approvalRequired": []}, False, Consent.GIVEN, id="old spelling"),
        pytest.param({"automaticApproval": [BO]}, False, Consent.REFUSED, id="only the author"),
        pytest.param({"automaticApproval": [], "manualApproval": []}, True, Consent.REFUSED, id="nobody"),
        pytest.param({"automaticApproval": [ANA]}, False, Consent.GIVEN, id="somebody by name"),
        pytest.param({"manualApproval": [PUBLIC]}, False, Consent.ASKED, id="whom the author approves"),
        pytest.param({"always": [BO], "approvalRequired": [PUBLIC]}, False, Consent.ASKED, id="old spelling, approved"),
        pytest.param({"always": [BO], "with_approval": [PUBLIC]}, False, Consent.ASKED, id="the spelling of its API"),
        pytest.param({"automaticApproval": [PUBLIC], "manualApproval": [ANA]}, False, Consent.ASKED, id="but for one"),
        pytest.param({"automaticApproval": [ANA], "manualApproval": [ANA]}, False, Consent.GIVEN, id="both, one name"),
        pytest.param({"automaticApproval": [FOLLOWERS]}, True, Consent.ASKED, id="followers, which we are"),
        pytest.param({"automaticApproval": [FOLLOWERS]}, False, Consent.REFUSED, id="followers, which we are not"),
        pytest.param({"automaticApproval": [FOLLOWING]}, False, Consent.ASKED, id="whom the author follows"),
        pytest.param({"automaticApproval": [7, None, {}]}, False, Consent.REFUSED, id="nonsense"),
    ],
)
def test_what_a_rule_says(rule: dict[str, Any], is_follower: bool, expected: Consent) -> None:
    read = Rule.read(Doc(rule))
    assert read.consent_to(ANA, author=BO, followers=FOLLOWERS, is_follower=is_follower) is expected
    assert read.consent_to(BO, author=BO, followers=FOLLOWERS, is_follower=False) is Consent.GIVEN
    assert Rule.read(Doc(read.write())) == read


@pytest.mark.parametrize(
    "policy",
    [
        pytest.param(None, id="null"),
        pytest.param({}, id="empty"),
        pytest.param({"canReply": None, "canLike": {}}, id="rules that say nothing"),
        pytest.param("nobody", id="a word"),
        pytest.param({"canQuote": {"automaticApproval": [BO]}}, id="of quotes alone"),
    ],
)
def test_what_is_not_said_is_allowed(policy: object) -> None:
    assert InteractionPolicy.find(Doc({"interactionPolicy": policy})) is None


@given(deed=st.sampled_from(["reply", "like", "announce"]), named=st.lists(st.sampled_from([PUBLIC, ANA, FOLLOWERS])))
def test_a_policy_is_read_as_it_is_written(deed: Deed, named: list[str]) -> None:
    rule = Rule(automatic=tuple(dict.fromkeys(named)))
    policy = InteractionPolicy(**{deed: rule})
    assert InteractionPolicy.find(Doc({"interactionPolicy": policy.write()})) == policy


@pytest.mark.parametrize("kind", [QuoteRequest, ReplyRequest, LikeRequest])
def test_a_request_and_its_answer_are_read_as_they_are_written(kind: Any) -> None:
    target = Ref("https://b.example/records/1")
    asked = kind(id=f"{ANA}/q/1", actor=ANA, object=target, instrument=f"{ANA}/notes/1", to=(BO,))
    answer = Accept(id=f"{BO}/a/1", actor=BO, object=asked, result="https://b.example/stamps/1", to=(ANA,))
    assert VOCABULARY.read(asked.write()) == asked
    assert VOCABULARY.read(answer.write()) == answer


def test_a_stamp_is_read_as_it_is_written() -> None:
    for name in Stamp.TYPES:
        stamp = Stamp(
            id="https://b.example/stamps/1",
            type=name,
            attributed_to=BO,
            interacting=f"{ANA}/notes/1",
            target="https://b.example/records/1",
        )
        assert VOCABULARY.read(stamp.write()) == stamp
