"""The same in the forms that people need: for a description, for a table, for programs, and inside a file."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from typing import Any

from fedirec.media.marking import Marks
from fedirec.remix.pages.attributions.gathering import Attribution, CreditedPerson, CreditedWork
from fedirec.web.language import gettext as _
from fedirec.web.tables import write_cell


def as_text(attribution: Attribution) -> str:
    """For descriptions, captions and credits at the end: plain lines."""
    lines = [work_in_words(attribution.work)]
    if attribution.sources:
        lines += ["", _("Made from:"), *(f"- {work_in_words(work)}" for work in attribution.sources)]
    lines += ["", _("With thanks to:")]
    for person in attribution.people:
        lines.append(f"- {_with_roles(person)}")
    return "\n".join(lines) + "\n"


def work_in_words(work: CreditedWork) -> str:
    """Title, author, licence and source of one work on one line."""
    licence = f"{work.licence} ({work.licence_url})" if work.licence_url else work.licence
    said = {"title": _flat(work.title), "author": _flat(work.author), "licence": licence, "url": work.url or work.uri}
    return _("“%(title)s” by %(author)s, %(licence)s: %(url)s") % said


def as_json(attribution: Attribution) -> dict[str, Any]:
    """For programs."""
    return asdict(attribution)


def as_csv(attribution: Attribution) -> str:
    """For tables: a line for each work, with a mark in front that tells Excel that it is UTF-8.

    Whatever people called themselves and their works, no cell is a formula.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL)
    writer.writerow(
        (
            *(_("Generation"), _("Title"), _("Author"), _("Handle"), _("Page of the author"), _("Licence")),
            *(_("Address of the licence"), _("Address"), _("Thanks")),
        )
    )
    for work in (attribution.work, *attribution.sources):
        cells = [str(work.generation), work.title, work.author, work.author_handle, work.author_url, work.licence]
        writer.writerow([write_cell(each) for each in (*cells, work.licence_url, work.url or work.uri, work.thanks)])
    writer.writerow([])
    writer.writerow([_("Generation"), _("Name"), _("Roles"), _("Page"), _("Works")])
    for person in attribution.people:
        told = (str(person.generation), person.name, ", ".join(person.roles), person.url, ", ".join(person.titles))
        writer.writerow([write_cell(each) for each in told])
    return "\ufeff" + file.getvalue()


def as_marks(attribution: Attribution, *, width: int = 0, height: int = 0) -> Marks:
    """What is written into a file of the record when somebody saves it."""
    work = attribution.work
    return Marks(
        title=work.title,
        creator=work.author,
        credit=attribution.sentence,
        rights=work.licence,
        licence_url=work.licence_url,
        page_url=work.url,
        people=tuple(person.name if person.is_certain else _with_roles(person) for person in attribution.people),
        sources=tuple(source.url or source.uri for source in attribution.sources),
        width=width,
        height=height,
    )


def _with_roles(person: CreditedPerson) -> str:
    return _("%(name)s (%(roles)s)") % {"name": person.name, "roles": ", ".join(person.roles)}


def _flat(text: str) -> str:
    return " ".join(text.split())
