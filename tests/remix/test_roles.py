"""What people can be in a record."""

from __future__ import annotations

import pytest

from fedirec.remix.kinds import Kind
from fedirec.remix.roles import RELATORS, REMIXER, ROLES, default_role, find_role, label_of, roles_for


def test_every_role_is_found_by_its_address_and_by_its_code() -> None:
    for role in ROLES:
        assert find_role(role.iri) == role
        assert find_role(role.code) == role
        assert len(role.code) <= 20
    assert len({role.code for role in ROLES}) == len(ROLES)


@pytest.mark.parametrize(
    ("named", "label"),
    [
        (f"{RELATORS}ill", "Illustrator"),
        ("https://id.loc.gov/vocabulary/relators/ill", "Illustrator"),
        (" ill ", "Illustrator"),
        (REMIXER, "Remixer"),
        ("https://elsewhere.example/roles/juggler", "Contributor"),
        ("", "Contributor"),
        ("x" * 1_000_000, "Contributor"),
    ],
)
def test_a_role_has_a_label_whoever_named_it(named: str, label: str) -> None:
    assert label_of(named) == label


def test_labels_go_through_the_translation() -> None:
    assert label_of("ill", gettext=lambda text: text.upper()) == "ILLUSTRATOR"


def test_the_remixer_is_ours_and_the_others_are_marc_relators() -> None:
    assert {role.iri for role in ROLES if not role.iri.startswith(RELATORS)} == {REMIXER}


@pytest.mark.parametrize("kind", Kind)
def test_the_roles_of_a_kind_are_offered_first_and_none_is_missing(kind: Kind) -> None:
    offered = roles_for(kind)
    assert set(offered) == set(ROLES)
    assert kind in offered[0].kinds
    assert kind in default_role(kind).kinds
    belongs = [kind in role.kinds for role in offered]
    assert belongs == sorted(belongs, reverse=True)
