"""The templates of all packages, with what they may call.

Everything is escaped unless it is marked; a name that a page forgot to pass is an error, never a blank.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any, Final

import jinja2
from jinja2 import ChoiceLoader, Environment, FileSystemBytecodeCache, FileSystemLoader, StrictUndefined
from jinja2.bccache import Bucket

from fedirec.html import excerpt, markdown
from fedirec.web import times
from fedirec.web.drawing import further
from fedirec.web.haze import haze
from fedirec.web.language import direction_of, gettext, languages, ngettext, npgettext, pgettext, reader, zone_names
from fedirec.web.money import exact_share, money, share
from fedirec.web.statics import static_url
from fedirec.web.trails import branches_of
from fedirec.web.waveform import waveform
from fedirec.web.words import kind_icon, kind_word

FOLDER: Final = Path(__file__).parent / "templates"


class Templates:
    """All templates, those of this package and those in `folders`, by names such as `remix/record.html`."""

    def __init__(self, folders: Sequence[Path] = (), *, reload: bool = False) -> None:
        self._environment = _create_environment((FOLDER, *folders), reload=reload)

    def render(self, name: str, values: dict[str, Any]) -> str:
        """The page, in the language of the current reader (`fedirec.web.language.reading`)."""
        return self._environment.get_template(name).render(values)

    def names(self) -> list[str]:
        """Every template there is."""
        return self._environment.list_templates(["html"])


class _Compiled(FileSystemBytecodeCache):
    """Compiled templates, beside compiled modules; where nothing can be written they are made again each time."""

    def load_bytecode(self, bucket: Bucket) -> None:
        try:
            super().load_bytecode(bucket)
        except Exception:  # half a file, after the power failed, fails in many ways
            bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def _find_compiled() -> _Compiled | None:
    if sys.dont_write_bytecode:
        return None
    # Jinja sees when a template has changed; what else decides about the code is this file, and Jinja itself.
    made_by = hashlib.sha256(jinja2.__version__.encode() + Path(__file__).read_bytes()).hexdigest()[:12]
    folder = Path(cache_from_source(__file__)).parent
    return _Compiled(str(folder), f"templates-{made_by}-%s.pyc")


def _create_environment(folders: Sequence[Path], *, reload: bool) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        auto_reload=reload,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
        bytecode_cache=_find_compiled(),
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    environment.filters.update(
        moment=times.moment,
        day=times.day,
        days=times.days,
        ago=times.ago,
        countdown=times.countdown,
        deadline=times.deadline,
        in_words=times.in_words,
        relative=times.relative,
        local_input=times.local_input,
        length_of=times.length,
        excerpt=excerpt,
        markdown=markdown,
        money=money,
        share=share,
        exact_share=exact_share,
        kind_word=kind_word,
        kind_icon=kind_icon,
        waveform=waveform,
        further=further,
    )
    environment.globals.update(
        static_url=static_url,
        direction_of=direction_of,
        branches_of=branches_of,
        haze=haze,
        languages=languages,
        now_stamp=times.now_stamp,
        reader=reader,
        zone_names=zone_names,
    )
    return environment
