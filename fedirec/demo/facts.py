"""What has to be true once the story was lived."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from fedirec.demo.cast import PEOPLE, PIECES, WITH_FILES
from fedirec.demo.finished import (
    book_is_everywhere,
    decisions_have_reasons,
    foreign_was_told,
    manifest_is_whole,
    post_has_its_licence,
    project_can_be_followed,
    project_is_shown_elsewhere,
    steps_are_on_two_instances,
)
from fedirec.demo.lookups import (
    authors_agree,
    challenge_is_as_promised,
    challenge_is_shown_elsewhere,
    challenge_took,
    copy_is_the_same,
    credits_are_complete,
    credits_are_the_same,
    file_is_whole,
    followers_have_it,
    handle_leads_to,
    instance_answers,
    instances_are_strangers,
    is_off,
    lineage_is_proved,
    prompt_is_pinned,
    record_is_whole,
    story_can_be_read,
    story_knows_its_children,
    stranger_is_refused,
    trail_is_whole,
    trails_are_the_same,
    words_are_proved,
)
from fedirec.demo.money_facts import (
    accounts_stay_secret,
    bank_file_pays,
    batch_has_two_hands,
    books_are_right,
    chain_is_whole,
    change_can_be_read,
    copy_is_the_revision,
    decision_has_its_reason,
    entries_have_four_eyes,
    everybody_confirmed,
    foreign_heard,
    objection_has_its_answer,
    payee_was_paid,
    pool_adds_up,
    revision_is_whole,
)
from fedirec.demo.world import World


@dataclass(frozen=True, slots=True)
class Fact:
    """A sentence, and how to find out whether it is true: `look` raises FedirecError with the reason why it is not."""

    words: str
    look: Callable[[World], None]


def during(letters: Sequence[str]) -> Iterator[Fact]:
    """What the instances show of the film, whoever else is there."""
    for letter in letters:
        yield Fact(f"{letter} shows the whole trail of the film", partial(trail_is_whole, letter=letter))
        yield Fact(
            f"{letter} credits five people, with roles and generations", partial(credits_are_complete, letter=letter)
        )
        yield Fact(
            f"{letter} shows what became of the story, forwards", partial(story_knows_its_children, letter=letter)
        )
        yield Fact(f"{letter} knows that every author agreed to every remix", partial(authors_agree, letter=letter))
        yield Fact(f"{letter} proves all of it with a file", partial(lineage_is_proved, letter=letter))
        yield Fact(f"{letter} has the words of the story", partial(story_can_be_read, letter=letter))
    names = " and ".join(filter(None, (", ".join(letters[:-1]), letters[-1])))
    yield Fact(f"{names} tell the same trail", partial(trails_are_the_same, letters=letters))
    yield Fact(f"{names} show the same credits", partial(credits_are_the_same, letters=letters))


TOGETHER: Final[Sequence[Fact]] = (
    *(Fact(f"{letter} answers as a fedirec instance", partial(instance_answers, letter=letter)) for letter in "ABC"),
    Fact("The three have nothing in common: not a key, not a cookie", instances_are_strangers),
    *(
        Fact(f"The handle of {person.shown} leads to a person on {person.letter}", partial(handle_leads_to, name=name))
        for name, person in PEOPLE.items()
    ),
    Fact(
        "The challenge says what it wants, until when, under which licence and for how much", challenge_is_as_promised
    ),
    Fact("Its brief is pinned, with a picture", prompt_is_pinned),
    Fact("B shows the challenge of A, with what it pays", challenge_is_shown_elsewhere),
    Fact("The challenge holds the story and the film that Ana accepted", challenge_took),
    Fact("The film is in the feed of Bo, who follows the challenge from B", followers_have_it),
    *(Fact(f"The {key} is what its digest says", partial(record_is_whole, key=key)) for key in PIECES),
    *(Fact(f"The file of the {key} is what its digest says", partial(file_is_whole, key=key)) for key in WITH_FILES),
    *(
        Fact(
            f"{letter} serves the same {key} from a copy of its own", partial(copy_is_the_same, letter=letter, key=key)
        )
        for letter, key in (("A", "illustration"), ("A", "melody"), ("C", "film"), ("B", "film"))
    ),
    *(
        Fact(f"The announcement of the {key} is proved by its author's key", partial(words_are_proved, key=key))
        for key in PIECES
    ),
    Fact("No inbox takes what nobody signed", stranger_is_refused),
    *during("ABC"),
)
"""While all three are there."""

FINISHED: Final[Sequence[Fact]] = (
    Fact("The project can be followed by its handle, and two instances lead it", project_can_be_followed),
    Fact("Its two steps carry challenges of two instances, which say so too", steps_are_on_two_instances),
    *(
        Fact(f"{letter} shows the project and its steps", partial(project_is_shown_elsewhere, letter=letter, name=name))
        for letter, name in (("B", "bo"), ("C", "cy"))
    ),
    Fact("What Fay posted is part of the challenge, under the licence that Fay named", post_has_its_licence),
    Fact("Fay's server was told, and not too much", foreign_was_told),
    Fact("The public log says why it was taken up", decisions_have_reasons),
    Fact("The book is made of three records of three servers, and says where to read it", manifest_is_whole),
    *(
        Fact(
            f"{letter} shows the book with what it was made from", partial(book_is_everywhere, letter=letter, name=name)
        )
        for letter, name in (("B", "bo"), ("C", "cy"))
    ),
)
"""Once the project has released what it made."""

WITHOUT_B: Final[Sequence[Fact]] = (
    Fact("B does not answer any more", partial(is_off, letter="B")),
    *during("AC"),
    Fact("A still plays the melody of B", partial(copy_is_the_same, letter="A", key="melody")),
)
"""While B is switched off."""

AGAIN: Final[Sequence[Fact]] = (
    Fact("B answers again", partial(instance_answers, letter="B")),
    *during("ABC"),
)
"""After B came back."""

PAID: Final[Sequence[Fact]] = (
    Fact("Everybody who is credited for the book says that it is so", everybody_confirmed),
    Fact("What came in, what it cost and what A keeps can be read by everybody", pool_adds_up),
    Fact("Ana stated both, and Eve confirmed them", entries_have_four_eyes),
    Fact("Every share has its reason, and together they are everything", revision_is_whole),
    *(
        Fact(f"{letter} shows the revision that was locked", partial(copy_is_the_revision, letter=letter, name=name))
        for letter, name in (("B", "bo"), ("C", "cy"))
    ),
    Fact("Cy's objection stands there with its answer", objection_has_its_answer),
    Fact("What the revision changed can be read", change_can_be_read),
    Fact("It was decided with a reason, and two of three people had accepted it", decision_has_its_reason),
    Fact("Fay's server was told, and Fay is still owed a share", foreign_heard),
    Fact("Two people had a hand in the payments", batch_has_two_hands),
    Fact("The file for the bank pays exactly what was locked", bank_file_pays),
    *(Fact(f"{name.title()} reads on A what was paid", partial(payee_was_paid, name=name)) for name in ("bo", "cy")),
    Fact("Nobody's account can be read by others", accounts_stay_secret),
    Fact("The books balance, says `fedirec ledger verify`", books_are_right),
    Fact("The audit log is whole, says `fedirec audit verify`", chain_is_whole),
)
"""Once the book has earned money."""
