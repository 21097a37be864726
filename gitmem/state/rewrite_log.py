"""The journal of rewrites: which commit became which, as reported by git's hooks.

A line ``OLD NEW`` each.  It is kept because a memory may be written late, at a commit that was
amended long before; losing it costs certainty only, since lines and patches tell most of it too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from gitmem.git.repo import Repo, translate_os_errors
from gitmem.state.state_file import StateFile

MAX_BYTES = 1 << 20
_LINE = re.compile(r"([0-9a-f]{40}) ([0-9a-f]{40})(?: .*)?")
_NONE = "0" * 40


def parse_pairs(text: str) -> list[tuple[str, str]]:
    """The pairs in lines ``OLD NEW``; the rest of each line is ignored.

    A commit that became itself, or nothing, is left out.  So git writes them for ``post-rewrite``
    and git-filter-repo in its ``commit-map``.
    """
    found = (_LINE.fullmatch(line.strip()) for line in text.splitlines())
    pairs = ((match[1], match[2]) for match in found if match)
    return [(old, new) for old, new in pairs if old != new and _NONE not in (old, new)]


def add_pairs(repo: Repo, pairs: Iterable[tuple[str, str]]) -> None:
    """Append pairs; durable on return.  Over a megabyte the older half is dropped.

    Raises:
        DiskFull, ReadOnlyRepository: it could not be written.
    """
    file = _file(repo)
    known = set(read_pairs(repo))
    news = [pair for pair in dict.fromkeys(pairs) if pair not in known]
    if not news:
        return
    text = "".join(f"{old} {new}\n" for old, new in news).encode("ascii")
    with translate_os_errors("write down which commits were rewritten"):
        # Not as a file that cannot be read is read: it is not to be written anew without the old.
        before = file.path.read_bytes() if file.path.is_file() else b""
    if before and not before.endswith(b"\n"):
        before += b"\n"
    if len(before) + len(text) > MAX_BYTES:
        before = before[len(before) // 2 :].partition(b"\n")[2]
    file.write(before + text)


def read_pairs(repo: Repo) -> list[tuple[str, str]]:
    """All pairs, oldest first."""
    return parse_pairs((_file(repo).read() or b"").decode("ascii", "replace"))


def new_by_old(pairs: Iterable[tuple[str, str]]) -> Mapping[str, set[str]]:
    """Old commit → what it became; several where it was split or copied."""
    found: dict[str, set[str]] = {}
    for old, new in pairs:
        found.setdefault(old, set()).add(new)
    return found


def read_filter_map(repo: Repo) -> tuple[str, list[tuple[str, str]]]:
    """What git-filter-repo left behind: a signature of its map, and the pairs in it."""
    path = repo.common_dir / "filter-repo" / "commit-map"
    try:
        state = path.stat()
        text = path.read_text(encoding="ascii", errors="replace")
    except OSError:
        return "", []
    return f"{state.st_mtime_ns} {state.st_size}", parse_pairs(text)


def _file(repo: Repo) -> StateFile:
    return StateFile(repo.state_dir / "rewrites")
