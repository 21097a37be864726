"""How long transcripts are kept, and by which settings file; and how such a file is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitmem.git.regular_file import read_regular

_MAX_BYTES = 4 << 20


@dataclass(frozen=True)
class KeptDays:
    """``days`` that a transcript is kept, and the file that says so; empty for the default."""

    days: float
    source: str = ""


def read_settings_file(path: Path) -> Mapping[str, Any]:
    """The settings of an agent's file; none where it is not there or cannot be read."""
    try:
        value = json.loads(read_regular(path, _MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
