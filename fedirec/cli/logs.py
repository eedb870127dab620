"""How log lines look; nothing else in fedirec says where they go."""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from typing import Any, Final, Literal

import structlog

from fedirec.cli.terminal import plainly

_LOUD: Final = {
    # Their debug lines hold every value that goes into the database, secrets among them.
    "tortoise": logging.WARNING,
    "tortoise.db_client": logging.WARNING,
    "aiosqlite": logging.WARNING,
    # Each says on starting and stopping what the command says already.
    "uvicorn.error": logging.WARNING,
    "httpx": logging.WARNING,
    "asyncio": logging.WARNING,
    "PIL": logging.WARNING,
    # While the database is away, every request and the worker say so in a line of their own.
    "asyncpg.pool": logging.ERROR,
}
Look = Literal["console", "json"]


def _tame(logger: Any, name: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """What others wrote neither begins a line of its own nor steers the terminal."""
    event["event"] = plainly(str(event["event"]))
    return event


def configure_logging(look: Look, level: str) -> None:
    """From here on whatever this process logs goes to standard error, one line for each event, as `look` has it."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    renderer: Any
    if look == "json":
        shared.append(structlog.processors.format_exc_info)
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False, default=str)
    else:
        shared.append(_tame)
        # Plain tracebacks: the pretty ones print the values of variables, and some of those are keys.
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name, least in _LOUD.items():
        logging.getLogger(name).setLevel(max(least, root.level))
