"""Pages with several buttons for one thing: what was pressed is done, or the page says why not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from fedirec.errors import FedirecError
from fedirec.web.forms import Form
from fedirec.web.render import redirect, turn_back


@dataclass(frozen=True, slots=True)
class Deed:
    """What one button does."""

    act: Callable[[], Awaitable[object]]
    leads_to: str | Callable[[object], str]
    """The page that comes then; it may depend on what the deed gave back."""
    said: str
    """What that page says once."""


async def do_what_was_pressed(request: Request[Any], form: Form, deeds: Mapping[str, Deed], *, on: str) -> Response:
    """The deed of the button `do` is done, the first of `deeds` where none of them was pressed; the page `on` which the
    buttons stand says why it was not.
    """
    deed = deeds[form.choice("do", tuple(deeds), default=next(iter(deeds)))]
    try:
        done = await deed.act()
    except FedirecError as error:
        return turn_back(request, on, error)
    return redirect(request, deed.leads_to if isinstance(deed.leads_to, str) else deed.leads_to(done), deed.said)
