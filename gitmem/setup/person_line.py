"""The one line that a person sees of gitmem: at a session's start, and in a status line.

Standard library only: an agent's hooks run this.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import closing, suppress

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.memories import memory_count
from gitmem.model.digest import sha256_hex
from gitmem.model.duration import ago
from gitmem.setup.trouble import find_trouble
from gitmem.state.last_capture import read_last_capture
from gitmem.state.settings import Settings
from gitmem.state.state_file import StateFile

_DAY_SECONDS = 86_400.0
_KEPT = 20


def start_line(
    repo: Repo, settings: Settings, source: str, given: int, now: float | None = None
) -> str:
    """What to say at a session's start, when ``given`` memories were; mostly nothing.

    ``source`` is what started it.  After a clear or a compaction the person has seen it; a session
    that is resumed says what is wrong once a day, and nothing else.
    """
    if settings.notice == "never" or source not in ("startup", "resume"):
        return ""
    moment = time.time() if now is None else now
    trouble = find_trouble(repo, settings, moment)
    if trouble:
        return trouble if _is_news(repo, trouble, moment) or source == "startup" else ""
    if source == "resume" or not given or settings.notice != "always":
        return ""
    return known_line(repo, given, moment)


def known_line(repo: Repo, given: int | None, now: float) -> str:
    """How many of how many memories were given, and when something was remembered last.

    ``given`` is None where that is not known, and then not told.
    """
    with closing(Index.open(repo.state_dir)) as index:
        count = max(memory_count(index), given or 0)
    memories = "1 memory" if count == 1 else f"{count} memories"
    told = memories if given is None else f"{memories}, none given"
    told = f"{given} of {memories} given" if given else told
    last = read_last_capture(repo)
    return f"gitmem: {told}; last capture {ago(now - last)}" if last else f"gitmem: {told}"


def _is_news(repo: Repo, line: str, now: float) -> bool:
    """Whether it was not said within a day; what cannot be noted is no news."""
    file = StateFile(repo.state_dir / "notice.json", max_bytes=1 << 16)
    name = sha256_hex(line.encode())[:16]
    before = file.read_json(_parse_times, {})
    if abs(now - before.get(name, 0.0)) < _DAY_SECONDS:
        return False
    recent = sorted({**before, name: now}.items(), key=lambda item: item[1])[-_KEPT:]
    with suppress(GitmemError, OSError):
        file.write_json(dict(recent))
        return True
    return False


def _parse_times(value: Mapping[str, float]) -> dict[str, float]:
    return {str(name): float(moment) for name, moment in value.items()}
