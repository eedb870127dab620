"""What kinds of news challenges and projects have for those who follow them."""

from __future__ import annotations

from enum import StrEnum


class NewsKind(StrEnum):
    """What a piece of news is."""

    UPDATE = "update"
    REMINDER = "reminder"
    CONCLUSION = "conclusion"
    CANCELLATION = "cancellation"
