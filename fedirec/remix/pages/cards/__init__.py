"""Rows as templates show them, and the words for what they hold."""

from __future__ import annotations

from fedirec.remix.pages.cards.cards import Cards
from fedirec.remix.pages.cards.choices import kind_choices, relation_choices, relation_word, role_choices, role_words
from fedirec.remix.pages.cards.licences import licence_choices, licence_in_words, licence_options, licence_view
from fedirec.remix.pages.cards.promises import decided_in_words, pay_in_words, submission_word
from fedirec.remix.pages.cards.pseudonyms import unnamed_person, without_name
from fedirec.remix.pages.cards.texts import first_words_of, prepare_words, words_of
from fedirec.remix.pages.cards.wishes import wishes_in_words

__all__ = [
    "Cards",
    "decided_in_words",
    "first_words_of",
    "kind_choices",
    "licence_choices",
    "licence_in_words",
    "licence_options",
    "licence_view",
    "pay_in_words",
    "prepare_words",
    "relation_choices",
    "relation_word",
    "role_choices",
    "role_words",
    "submission_word",
    "unnamed_person",
    "wishes_in_words",
    "without_name",
    "words_of",
]
