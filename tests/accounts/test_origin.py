"""What may become the address of an instance."""

from __future__ import annotations

import pytest

from fedirec.accounts.origin import check_origin
from fedirec.errors import Conflict, Invalid


@pytest.mark.parametrize(
    "typed",
    [
        "https://studio.example",
        "HTTPS://Studio.Example",
        " studio.example ",
        "https://studio.example/",
        "studio.example",
    ],
)
def test_the_address_gets_its_one_spelling(typed: str) -> None:
    assert check_origin(typed, development=False, asked_at="studio.example") == "https://studio.example"


@pytest.mark.parametrize(
    "typed",
    [
        "", "http://studio.example", "https://studio.example/fedirec", "https://studio.example?x", "ftp://studio.example",
        "https://", "https://me@studio.example", "https://studio.example.", "https://127.0.0.1", "https://[::1]",
        "https://localhost", "https://studio", "https://stüdio.example", "https://studio.local", "https://10.0.0.1:8000",
        "https://studio example",
    ],
)  # fmt: skip
def test_an_address_that_others_cannot_use_is_refused(typed: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_origin(typed, development=False, asked_at="studio.example")
    assert refused.value.field == "origin"


def test_in_development_plain_http_on_this_machine_is_fine() -> None:
    assert check_origin("127.0.0.1:8001", development=True, asked_at="127.0.0.1:8001") == "http://127.0.0.1:8001"
    assert check_origin("http://localhost:8001", development=True, asked_at="localhost:8001") == "http://localhost:8001"


def test_another_host_than_the_one_of_the_page_has_to_be_meant() -> None:
    with pytest.raises(Conflict, match=r"127\.0\.0\.1:8000.*studio\.example") as refused:
        check_origin("studio.example", development=False, asked_at="127.0.0.1:8000")
    assert refused.value.field == "origin"

    meant = check_origin("studio.example", development=False, asked_at="127.0.0.1:8000", other_is_meant=True)
    assert meant == "https://studio.example"
