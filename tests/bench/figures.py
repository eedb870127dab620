"""What a benchmark found, as one JSON line and as a table."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping


def tell(name: str, figures: Mapping[str, object]) -> None:
    """The figures stand on standard output, for programs and for people."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "load": round(os.getloadavg()[0], 2)}
    print(json.dumps({"bench": name, **figures, **machine}))
    width = max(len(key) for key in figures)
    for key, value in figures.items():
        print(f"  {key.replace('_', ' '):<{width}}  {_shown(value)}")


def _shown(value: object) -> str:
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
