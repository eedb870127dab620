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
class Press:
    """What one button does."""

    act: Callable[[], Awaitable[object]]
    leads_to: str | Callable[[object], str]
    """The page that comes then; it may depend on what was given back."""
    said: str
    """What that page says once."""


async def do_what_was_pressed(request: Request[Any], form: Form, presses: Mapping[str, Press], *, on: str) -> Response:
    """What the button `do` stands for is done, the first of `presses` where none of them was pressed.

    Where it cannot be, the page `on` which the buttons stand says why.
    """
    press = presses[form.choice("do", tuple(presses), default=next(iter(presses)))]
    try:
        done = await press.act()
    except FedirecError as error:
        return turn_back(request, on, error)
    return redirect(request, press.leads_to if isinstance(press.leads_to, str) else press.leads_to(done), press.said)
