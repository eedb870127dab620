"""Those who do not want to be named, as pages show them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from fedirec.remix.models import Record
from fedirec.remix.pseudonyms import NOT_NAMED
from fedirec.web.language import gettext as _
from fedirec.web.views import PersonView, RecordView


def unnamed_person() -> PersonView:
    """Whoever it is, in the reader's words."""
    return PersonView(name=_(NOT_NAMED), handle="", url="")


def without_name(view: RecordView, record: Record, unnamed: Collection[str]) -> RecordView:
    """`view`, which shows `record`, made by somebody without a name if it is among those of the `unnamed`."""
    return replace(view, author=unnamed_person()) if record.uri in unnamed else view
