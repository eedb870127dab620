"""Who may do what with somebody's record."""

from __future__ import annotations

import pytest

from fedirec.remix.licences import ALL_RIGHTS_RESERVED, BY, BY_ND, BY_SA, CC0, UNKNOWN, Licence
from fedirec.remix.permissions import may_have_original, may_remix


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [(CC0, True), (BY, True), (BY_SA, True), (BY_ND, False), (ALL_RIGHTS_RESERVED, False), (UNKNOWN, False)],
    ids=str,
)
def test_who_may_remix_may_have_the_original_and_nobody_else(licence: Licence, allowed: bool) -> None:
    assert may_remix(licence, is_author=False, is_public=True) is allowed
    assert may_have_original(licence, is_author=False) is allowed


@pytest.mark.parametrize("licence", [BY_ND, ALL_RIGHTS_RESERVED, UNKNOWN], ids=str)
def test_an_author_needs_no_licence(licence: Licence) -> None:
    assert may_remix(licence, is_author=True, is_public=True)
    assert may_have_original(licence, is_author=True)


def test_what_is_not_public_is_built_on_by_nobody() -> None:
    assert not may_remix(CC0, is_author=False, is_public=False)
    assert not may_remix(CC0, is_author=True, is_public=False)
