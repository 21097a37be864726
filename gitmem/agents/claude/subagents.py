"""Where Claude Code keeps the transcripts of a session's subagents.

``<session>/subagents/agent-<id>.jsonl`` beside the session's own, before 2.1
``agent-<id>.jsonl`` in the same folder.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from gitmem.agents.lines import read_head

_PREFIX = "agent-"
_COMPACTION = "agent-acompact"  # the whole session once more, to be summarised
_HEAD_BYTES = 1 << 14
_WARM_UP = b'"content":"Warmup"'
_MAX_FILES = 500


def find_subagents(transcript: Path) -> dict[str, Path]:
    """The subagents of a session: each one's id and file, in order of name; at most 500."""
    found: dict[str, Path] = {}
    with suppress(OSError):
        for path in sorted(transcript.with_suffix("").glob(f"subagents/{_PREFIX}*.jsonl")):
            found[path.stem[len(_PREFIX) :]] = path
    with suppress(OSError):
        for path in sorted(transcript.parent.glob(f"{_PREFIX}*.jsonl")):
            if _belongs(path, transcript.stem):
                found[path.stem[len(_PREFIX) :]] = path
    plain = [(name, path) for name, path in found.items() if not path.name.startswith(_COMPACTION)]
    return dict(plain[:_MAX_FILES])


def _belongs(path: Path, session: str) -> bool:
    """Whether an old client's subagent file is of this session, and more than a warm-up."""
    try:
        head = read_head(path, _HEAD_BYTES)
    except OSError:
        return False
    return f'"sessionId":"{session}"'.encode() in head and _WARM_UP not in head
