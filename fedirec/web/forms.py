"""What people typed: read with a type, answered beside the field, never lost.

A page reads a form once, field by field; what is wrong collects in `form.errors` as plain sentences, and the template
gets the form back with everything that was typed:

    form = await read_form(request)
    title = form.text("title", required=True, max=200)
    if form.errors:
        return render(request, "remix/new.html", status=422, form=form)
"""

from __future__ import annotations

import re
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from starlette.requests import Request

from fedirec.clock import now
from fedirec.errors import FedirecError, Invalid
from fedirec.uris import origin_of
from fedirec.web.language import gettext as _
from fedirec.web.language import ngettext, reader, zone_named
from fedirec.web.sentences import told
from fedirec.web.times import local_input
from fedirec.web.typed import tidy
from fedirec.web.uploads import Limits, Upload, read_parts

GENERAL: Final = ""
"""The place of an error that belongs to no single field."""
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?")


class Form:
    """The fields of a form, what was wrong with them, and what to show again."""

    def __init__(self, texts: Collection[tuple[str, str]] = (), files: Collection[tuple[str, Upload]] = ()) -> None:
        self._texts: dict[str, list[str]] = {}
        self._files: dict[str, list[Upload]] = {}
        self._secret: set[str] = set()
        self.errors: dict[str, str] = {}
        """One sentence for each field with something wrong, by its name; under `GENERAL` what concerns all of it."""
        for name, value in texts:
            self._texts.setdefault(name, []).append(value)
        for name, upload in files:
            self._files.setdefault(name, []).append(upload)

    def __contains__(self, name: str) -> bool:
        return name in self._texts or name in self._files

    def value(self, name: str, default: str = "") -> str:
        """What stands in the field, to show it again. Secrets are never shown again."""
        return default if name in self._secret else (self._texts.get(name) or [default])[0]

    def values(self, name: str) -> list[str]:
        """All that stands in fields of that name, to show it again."""
        return [] if name in self._secret else list(self._texts.get(name, ()))

    def error(self, name: str) -> str:
        """What is wrong with the field, or an empty text."""
        return self.errors.get(name, "")

    def fail(self, name: str, message: str) -> None:
        """The field has something wrong with it; its first mistake is the one that is told."""
        self.errors.setdefault(name, message)
        if name in self._files:
            self.errors[name] += " " + _("Please choose the file again.")

    def refuse(self, error: FedirecError, *, beside: str = GENERAL) -> None:
        """What a rule said, beside the field that it names, or else beside that one or above the form."""
        self.fail(error.field or beside, told(error))

    @contextmanager
    def collecting(self) -> Generator[None]:
        """What a rule refuses within it stands beside its field, so that all mistakes are told at once."""
        try:
            yield
        except FedirecError as error:
            self.refuse(error)

    def withholds(self, name: str) -> bool:
        """Whether a secret was typed into the field, which is not shown again and so has to be typed once more."""
        return name in self._secret and bool((self._texts.get(name) or [""])[0])

    @property
    def withholds_some(self) -> bool:
        """Whether any secret has to be typed once more."""
        return any(self.withholds(name) for name in self._secret)

    def text(
        self,
        name: str,
        *,
        required: bool = False,
        max: int = 1_000,
        min: int = 0,
        pattern: str | None = None,
        hint: str = "",
    ) -> str:
        """The trimmed text of a field, of `min` to `max` characters; `hint` is the sentence for a wrong `pattern`."""
        value = tidy((self._texts.get(name) or [""])[0])
        if not value:
            if required:
                self.fail(name, _("Please fill this in."))
        elif len(value) > max:
            self.fail(name, _too_long(max, len(value)))
        elif len(value) < min:
            self.fail(
                name,
                ngettext("Please write at least %(n)s character.", "Please write at least %(n)s characters.", min)
                % {"n": min},
            )
        elif pattern is not None and not re.fullmatch(pattern, value):
            self.fail(name, hint or _("Please write this differently."))
        return value

    def line(self, name: str, *, required: bool = False, max: int = 200) -> str:
        """A text without line breaks."""
        return " ".join(self.text(name, required=required, max=max).split())

    def secret(self, name: str, *, required: bool = True, max: int = 1_000) -> str:
        """A password or a code: exactly what was typed, and never shown again."""
        self._secret.add(name)
        value = (self._texts.get(name) or [""])[0]
        if not value and required:
            self.fail(name, _("Please fill this in."))
        elif len(value) > max:
            self.fail(name, _too_long(max, len(value)))
            return ""
        return value

    def address(self, name: str, *, required: bool = False) -> str:
        """The address of something on the web; one that lacks `https://` gets it."""
        value = self.text(name, required=required, max=2_048)
        if not value:
            return ""
        if "://" not in value and "@" not in value and "." in value:
            value = f"https://{value}"
        try:
            origin_of(value)
        except Invalid:
            self.fail(name, _("Please paste a whole address, like https://studio.example/records/1."))
            return ""
        return value

    def choice(self, name: str, options: Collection[str], *, required: bool = True, default: str = "") -> str:
        """One of `options`; `default` when nothing was chosen."""
        value = (self._texts.get(name) or [""])[0]
        if not value:
            if required and not default:
                self.fail(name, _("Please choose one."))
            return default
        if value not in options:
            self.fail(name, _("Please choose one of the answers that are offered."))
            return default
        return value

    def many(
        self,
        name: str,
        options: Collection[str] | None = None,
        *,
        required: bool = False,
        max: int = 32,
        max_length: int = 2_048,
    ) -> list[str]:
        """Every answer given under that name, each once, in order; empty ones are passed over."""
        values = list(dict.fromkeys(filter(None, (tidy(value) for value in self._texts.get(name, ())))))
        if required and not values:
            self.fail(name, _("Please choose at least one."))
        if len(values) > max:
            self.fail(name, ngettext("No more than %(n)s, please.", "No more than %(n)s, please.", max) % {"n": max})
        if any(len(value) > max_length for value in values):
            self.fail(name, _("One of these is too long."))
        if options is not None and not set(values) <= set(options):
            self.fail(name, _("Please choose from the answers that are offered."))
            values = [value for value in values if value in options]
        return values[:max]

    def flag(self, name: str) -> bool:
        """Whether the box is ticked."""
        return (self._texts.get(name) or [""])[0] not in ("", "off", "false", "0")

    def number(
        self, name: str, *, required: bool = False, min: int | None = None, max: int | None = None
    ) -> int | None:
        """A whole number between `min` and `max`."""
        value = self.text(name, required=required, max=20)
        if not value or name in self.errors:
            return None
        if not re.fullmatch(r"-?[0-9]{1,18}", value):
            self.fail(name, _("Please write a whole number."))
            return None
        number = int(value)
        if min is not None and number < min:
            self.fail(name, _("The least is %(n)s.") % {"n": min})
            return None
        if max is not None and number > max:
            self.fail(name, _("The most is %(n)s.") % {"n": max})
            return None
        return number

    def instant(
        self, name: str, *, zone: str | None = None, required: bool = False, future: bool = False
    ) -> datetime | None:
        """The moment, in UTC, of a datetime-local field in the zone of that name, or else in the reader's."""
        value = self.text(name, required=required, max=30)
        if not value or name in self.errors:
            return None
        local = zone_named(zone) or reader().zone
        try:
            moment = datetime.fromisoformat(value).replace(tzinfo=local).astimezone(UTC)
        except (ValueError, OverflowError):
            moment = None
        if moment is None or not _INSTANT.fullmatch(value):
            self.fail(name, _("Please give a day and a time, like 2026-12-04T18:00."))
            return None
        if moment.astimezone(local).strftime("%Y-%m-%dT%H:%M") != value[:16]:
            self.fail(name, _("That time does not exist there: the clocks go forward that night."))
            return None
        if future and moment <= now():
            self.fail(name, _("Please choose a time that is still to come."))
            return None
        return moment

    def file(self, name: str, *, required: bool = False) -> Upload | None:
        """The file of a field."""
        uploads = self.files(name, required=required, max=1)
        return uploads[0] if uploads else None

    def files(self, name: str, *, required: bool = False, max: int = 10) -> list[Upload]:
        """The files of a field."""
        uploads = self._files.get(name, [])
        if required and not uploads:
            self.fail(name, _("Please choose a file."))
        if len(uploads) > max:
            self.fail(
                name,
                ngettext("No more than %(n)s file, please.", "No more than %(n)s files, please.", max) % {"n": max},
            )
        for upload in uploads:
            if upload.size == 0:
                self.fail(name, _("%(name)s is empty.") % {"name": upload.filename})
        return uploads[:max]


def filled_form(values: Mapping[str, Any] | None = None) -> Form:
    """A form that shows `values` before anybody has typed: texts, numbers, moments, booleans, or lists of those."""
    texts: list[tuple[str, str]] = []
    for name, value in (values or {}).items():
        for single in value if isinstance(value, list | tuple | set | frozenset) else (value,):
            if isinstance(single, datetime):
                texts.append((name, local_input(single)))
            elif single is True:
                texts.append((name, "on"))
            elif single is not None and single is not False:
                texts.append((name, str(single)))
    return Form(texts)


async def read_form(
    request: Request, *, max_files: int = 0, max_file_bytes: int = 0, folder: Path | None = None
) -> Form:
    """The form that `request` carries, with up to `max_files` files that lie in `folder` until it is answered.

    Files go to the `incoming` folder of the data folder when nothing else is said; those that are too large or too many
    are left out and told beside their field. Raises WrongType, TooLarge, Invalid or Busy when it cannot be read at all.
    """
    if max_files and folder is None:
        folder = Path(request.state["settings"].data_dir) / "incoming"
    parts = await read_parts(request, Limits(files=max_files, file_bytes=max_file_bytes, folder=folder))
    form = Form(parts.texts, parts.files)
    for field, name in parts.too_large:
        size = f"{max_file_bytes / 1_000_000:.3g}"
        words = _("“%(name)s” is too large: a file may have up to %(size)s MB.") % {"name": name, "size": size}
        form.errors.setdefault(field, words)
    for field, name in parts.too_many:
        words = ngettext(
            "“%(name)s” was left out: no more than %(n)s file, please.",
            "“%(name)s” was left out: no more than %(n)s files, please.",
            max_files,
        )
        form.errors.setdefault(field, words % {"name": name, "n": max_files})
    return form


def _too_long(limit: int, length: int) -> str:
    return _("That is %(length)s characters; at most %(limit)s fit here.") % {"length": length, "limit": limit}
