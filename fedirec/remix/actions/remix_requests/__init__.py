"""May this remix be? It is asked by itself, answered by the author of the source, and the answer can be checked."""

from __future__ import annotations

from fedirec.remix.actions.remix_requests.answering import (
    answer_request,
    revoke_stamp,
    stand_by_remix,
    withdraw_request,
)
from fedirec.remix.actions.remix_requests.asking import ask_authors
from fedirec.remix.actions.remix_requests.deciding import LASTS, page_of_request

__all__ = [
    "LASTS",
    "answer_request",
    "ask_authors",
    "page_of_request",
    "revoke_stamp",
    "stand_by_remix",
    "withdraw_request",
]
