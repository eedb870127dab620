"""Whom to name for a record."""

from __future__ import annotations

from pydantic import Field

from fedirec.api.shapes.basis import Shape


class CreditedWork(Shape):
    """A record that has to be named."""

    uri: str
    url: str
    title: str
    author: str
    author_handle: str
    author_url: str
    licence: str = Field(description="In words, in the language of whoever asks.")
    licence_url: str
    generation: int
    is_remembered: bool
    thanks: str


class CreditedPerson(Shape):
    """Somebody who has to be named, and for what."""

    uri: str = Field(description="Empty for somebody without an account.")
    name: str
    url: str
    roles: list[str] = Field(
        description="In words, in the language of whoever asks, with what is not certain about one."
    )
    generation: int
    titles: list[str]
    is_certain: bool = Field(description="Not so for whom others named, and who did not confirm it.")


class Attribution(Shape):
    """Everybody and everything that has to be named for a record, for programs and ready to paste."""

    work: CreditedWork
    sources: list[CreditedWork]
    people: list[CreditedPerson]
    sentence: str
    text: str
    html: str
    csv: str
