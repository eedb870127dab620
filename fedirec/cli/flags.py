"""Settings as flags: `--data-dir` is `data_dir`, and wins over the file and the environment."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Concatenate, Final, Literal, ParamSpec

import typer
import uvloop

from fedirec.cli.logs import configure_logging
from fedirec.settings import Settings

WHERE: Final = ("data_dir", "database_url", "log_format", "log_level")
"""What every command has to know: where the instance is, and how to log."""
ALL: Final = tuple(Settings.model_fields)

_TYPES: Final = (Path, bool, int)
Given = ParamSpec("Given")


def with_settings(
    *names: str, least: Literal["debug", "info", "warning"] | None = None
) -> Callable[[Callable[Concatenate[Settings, Given], Any]], Callable[..., Any]]:
    """The command gets its settings first, and has a flag for each of `names`; a coroutine is run to its end.

    `least` is what commands log at least that say little: they are loud only when somebody asks.
    """

    def wrap(command: Callable[Concatenate[Settings, Given], Any]) -> Callable[..., Any]:
        signature = inspect.signature(command, eval_str=True)
        own = [parameter for name, parameter in signature.parameters.items() if name != "settings"]
        flags = [_flag(name) for name in names]

        @wraps(command)
        def run(*_: Given.args, **values: Given.kwargs) -> Any:
            settings = Settings.load({name: values.pop(name) for name in names})
            asked = settings.model_fields_set & {"log_level"}
            configure_logging(settings.log_format, least if least and not asked else settings.log_level)
            answer = command(settings, **values)  # type: ignore[call-arg]
            if not inspect.iscoroutine(answer):
                return answer
            return run_to_end(answer)

        own = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in own]
        run.__signature__ = Signature([*own, *flags])  # type: ignore[attr-defined]
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in (*own, *flags)}
        return run

    return wrap


def run_to_end(work: Coroutine[Any, Any, Any]) -> Any:
    """What `work` answers, run in a loop of its own."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)


def _flag(name: str) -> Parameter:
    field = Settings.model_fields[name]
    asked = next((kind for kind in _TYPES if field.annotation is kind), str)
    spelled = name.replace("_", "-")
    usual = field.get_default(call_default_factory=True)
    option = typer.Option(
        f"--{spelled}/--no-{spelled}" if asked is bool else f"--{spelled}",
        help=field.description,
        rich_help_panel="Settings",
        show_default=str(usual) if usual and asked is not bool else False,
    )
    return Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[asked | None, option])
