"""The fields of the form: what they offer, and what was chosen in them."""

from __future__ import annotations

import re
from typing import Final

from fedirec.activitypub.models import Actor
from fedirec.remix.actions.drafts import MAX_TITLE, RecordDraft
from fedirec.remix.licences import Licence, find_licence
from fedirec.remix.models import Challenge
from fedirec.remix.pages.composing.composition import Composition
from fedirec.remix.pages.visitors import number_of
from fedirec.remix.queries.challenges import find_challenge_row, is_open, offered_challenges
from fedirec.remix.quoting import Quoting
from fedirec.remix.roles import default_role, find_role
from fedirec.remix.vocab.records import MAX_QUESTION
from fedirec.remix.wishes import AiPreference, Remixing
from fedirec.web.forms import Form
from fedirec.web.language import gettext as _
from fedirec.web.language import name_of_language
from fedirec.web.views import Choice

ACCEPTED: Final = "image/*,audio/*,video/*"
LANGUAGES: Final[tuple[str, ...]] = tuple(
    "ar bg bn ca cs cy da de el en eo es et eu fa fi fr ga gl he hi hr hu id is it ja ka ko lt lv mk ml nb nl nn pl "  # noqa: SIM905
    "pt ro ru sk sl sq sr sv sw ta te th tr uk ur vi zh".split()
)
"""Languages that a record can be said to be in; others can be added when somebody misses theirs."""
_TAGS: Final = re.compile(r"[\s,;]+")
_TEXT: Final = 60_000


def draft_in(form: Form, composition: Composition, challenge: Challenge | None) -> RecordDraft:
    """What was typed; what is wrong with it stands in `form.errors`."""
    tags = [tag.lstrip("#") for tag in _TAGS.split(form.text("tags", max=1_000)) if tag.strip("#")]
    return RecordDraft(
        title=form.line("title", required=True, max=MAX_TITLE),
        text=form.text("text", max=_TEXT),
        licence=chosen_licence(form, composition).id,
        language=form.choice("language", _language_codes(form.value("language")), required=False) or None,
        warning=form.line("warning", max=200),
        tags=list(dict.fromkeys(tags)),
        visibility=form.choice("visibility", ("public", "followers"), default="public"),
        quoting=form.choice("quoting", set(Quoting), default=Quoting.ANYONE.value),
        remixing=form.choice("remixing", set(Remixing), default=Remixing.ANYONE.value),
        ai_preference=form.choice("ai_preference", set(AiPreference), default=AiPreference.UNSET.value),
        feedback_wanted=form.line("feedback_wanted", max=MAX_QUESTION),
        files=composition.file_drafts(),
        sources=composition.source_drafts(),
        parts=composition.part_drafts(),
        own_role=chosen_role(form, composition),
        challenge=challenge,
    )


def chosen_licence(form: Form, composition: Composition) -> Licence:
    """The licence that was chosen; what we suggest, as long as nobody has chosen another one than that."""
    typed, suggested_before = form.value("licence"), form.value("licence_was")
    if not typed or (suggested_before and typed == suggested_before):
        return composition.suggested
    return find_licence(typed)


def usual_licence(usual: str | None, composition: Composition) -> str | None:
    """The licence that somebody usually chooses, when this record may carry it."""
    return usual if usual and find_licence(usual) in composition.allowed else None


def wanted_licence(challenge: Challenge, composition: Composition) -> str | None:
    """The licence under which the challenge makes something, when this record may carry it."""
    terms = next(iter(challenge.terms), None)
    wanted = find_licence(terms.licence) if terms else composition.suggested
    return wanted.id if wanted in composition.allowed else None


def chosen_role(form: Form, composition: Composition) -> str:
    """The author's own part; the one that goes with the kind, as long as nobody has chosen another one than that."""
    typed, suggested = form.value("own_role"), default_role(composition.kind).code
    if find_role(typed) is None or typed == form.value("own_role_was"):
        return suggested
    return typed


async def challenge_named(text: str) -> Challenge | None:
    """The challenge that a field or an address names by its row."""
    number = number_of(text)
    return await find_challenge_row(number) if number else None


async def challenge_choices(chosen: Challenge | None, *, viewer: Actor) -> list[Choice]:
    open_ones = await offered_challenges(chosen if chosen and is_open(chosen) else None, viewer=viewer)
    none = Choice(value="", label=_("None, it stands for itself"))
    return [none, *(Choice(value=str(challenge.id), label=challenge.title) for challenge in open_ones)]


def visibility_choices() -> list[Choice]:
    return [
        Choice(value="public", label=_("Everybody"), hint=_("It can be remixed, and answer challenges.")),
        Choice(value="followers", label=_("Only my followers"), hint=_("Nobody can build on it.")),
    ]


def quoting_choices() -> list[Choice]:
    return [
        Choice(value=Quoting.ANYONE.value, label=_("Everybody")),
        Choice(value=Quoting.ASKED.value, label=_("People who asked me"), hint=_("You say yes or no to each of them.")),
        Choice(value=Quoting.NOBODY.value, label=_("Nobody")),
    ]


def remixing_choices() -> list[Choice]:
    return [
        Choice(value=Remixing.ANYONE.value, label=_("Everybody"), hint=_("You hear of each remix.")),
        Choice(
            value=Remixing.FOLLOWERS.value,
            label=_("Whoever follows me"),
            hint=_("Whoever follows you may remix without asking; you are asked about others."),
        ),
        Choice(value=Remixing.NOBODY.value, label=_("Nobody"), hint=_("You are asked about each remix.")),
    ]


def ai_choices() -> list[Choice]:
    return [
        Choice(value=AiPreference.UNSET.value, label=_("I do not say")),
        Choice(
            value=AiPreference.DISALLOW.value,
            label=_("No, please"),
            hint=_("Its page says so to those who collect pages. It is a wish: not all of them heed it."),
        ),
        Choice(value=AiPreference.ALLOW.value, label=_("Yes, they may")),
    ]


def language_choices(current: str) -> list[Choice]:
    """The languages that a work can be said to be in, by their names in the reader's own."""
    named = [Choice(value=code, label=name_of_language(code)) for code in _language_codes(current)]
    none = Choice(value="", label=_("No words, or many languages"))
    return [none, *sorted(named, key=lambda choice: choice.label.casefold())]


def _language_codes(current: str) -> list[str]:
    return [*LANGUAGES, current] if current and current not in LANGUAGES else list(LANGUAGES)
