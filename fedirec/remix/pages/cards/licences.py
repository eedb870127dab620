"""What a licence means, in the reader's words."""

from __future__ import annotations

from collections.abc import Iterable

from fedirec.remix.licences import CHOICES, Licence
from fedirec.web.language import gettext as _
from fedirec.web.views import Choice, LicenceView


def licence_view(licence: Licence) -> LicenceView:
    """What a licence means, in the reader's words."""
    if not licence.is_known:
        return LicenceView(
            name=_("No licence that we know"),
            short=_("licence unknown"),
            points=(("question", _("Ask its author before you build on it.")),),
            summary=_("Its author has to choose a licence before anybody can build on it."),
        )
    return LicenceView(
        name=_("All rights reserved") if licence.family == "arr" else licence.name,
        short=_("all rights reserved") if licence.family == "arr" else licence.short,
        url=licence.url,
        remix_allowed=licence.may_remix,
        points=tuple(_points_of(licence)),
        summary=licence_in_words(licence),
    )


def _points_of(licence: Licence) -> list[tuple[str, str]]:
    """What a known licence allows and asks, one thing each, with the name of an icon."""
    if licence.family == "arr":
        return [
            ("eye", _("You may look at it, listen to it and share links to it.")),
            ("no-remix", _("Ask its author before you build on it.")),
        ]
    if licence.is_partial:
        return [
            ("eye", _("You may look at it, listen to it and share links to it.")),
            ("question", _("It allows some uses only. Ask its author before you build on it.")),
        ]
    said = [
        ("remix", _("You may remix it and share what you make."))
        if licence.may_remix
        else ("no-remix", _("You may share it, but not change it.")),
        ("person", _("You must name its author."))
        if licence.needs_credit
        else ("person", _("Naming its author is kind, not a must.")),
    ]
    if licence.share_alike:
        said.append(("licence", _("What you make from it carries the same licence.")))
    said.append(
        ("coins", _("You may earn money with it."))
        if licence.may_sell
        else ("coins", _("You may not earn money with it."))
    )
    return said


def licence_in_words(licence: Licence) -> str:
    """What somebody who wants to use a work under `licence` has to know."""
    if licence.family in ("zero", "mark"):
        return _("Do whatever you like with it. Naming its author is still a kind thing to do.")
    if licence.family == "arr":
        return _("You may look at it and share links to it. For everything else, ask its author.")
    if licence.is_partial:
        return _("It allows some uses only. Ask its author before you build on it.")
    said = [_("Name its author.")] if licence.needs_credit else []
    if licence.noncommercial:
        said.append(_("Not for making money."))
    if licence.share_alike:
        said.append(_("What you make from it carries the same licence."))
    if not licence.may_remix:
        said.append(_("Share it as it is, unchanged."))
    return " ".join(said)


def licence_choices(allowed: Iterable[Licence] | None = None) -> list[Choice]:
    """The licences that an author can choose, from the most open to the most closed, in plain words first."""
    wanted = set(CHOICES if allowed is None else allowed)
    return [
        Choice(value=licence.id, label=_offer_of(licence), hint=licence_view(licence).short)
        for licence in CHOICES
        if licence in wanted
    ]


def licence_options(allowed: Iterable[Licence] | None = None) -> list[Choice]:
    """The same for a list that unfolds, where each has one line."""
    return [
        Choice(value=choice.value, label=f"{choice.label} ({choice.hint})", hint="")
        for choice in licence_choices(allowed)
    ]


def _offer_of(licence: Licence) -> str:
    """What others may do under `licence`, for an author who chooses one."""
    if licence.family in ("zero", "mark"):
        return _("Anything they like, even without naming its author")
    if licence.family == "arr":
        return _("Look at it; for everything else they ask first")
    if not licence.may_remix:
        if licence.noncommercial:
            return _("Share it unchanged, naming its author, and not for money")
        return _("Share it unchanged, naming its author")
    if licence.noncommercial and licence.share_alike:
        return _("Remix and share it, naming its author, not for money, and under the same licence")
    if licence.noncommercial:
        return _("Remix and share it, naming its author, and not for money")
    if licence.share_alike:
        return _("Remix and share it, naming its author, and under the same licence")
    return _("Remix and share it, naming its author")
