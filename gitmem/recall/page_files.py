"""Files as HEAD has them, each line with the commit that git blames for it: for the page."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Sequence

from gitmem.git.blame import blame_at_head
from gitmem.git.repo import Repo, try_git
from gitmem.guard.frames import HIDDEN
from gitmem.guard.policy import Policy
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_line
from gitmem.model.memory import Json

MOST_FILES = 40
_MOST_BYTES = 1_500_000  # of all files together
_MOST_OF_ONE = 200_000
_LONGEST_LINE = 400
_TRIED = 400
_HIDDEN = re.compile(HIDDEN)


def read_page_files(repo: Repo, paths: Sequence[str], policy: Policy, seconds: float) -> list[Json]:
    """The first of these paths that HEAD has as text: lines, and spans of lines with their commit.

    At most :data:`MOST_FILES`, a megabyte and a half, and as many as there is time for.
    """
    end = time.monotonic() + seconds
    found: list[Json] = []
    size = 0
    sizes = _sizes_at_head(repo)
    for path in [path for path in paths if 0 < sizes.get(path, 0) <= _MOST_OF_ONE][:_TRIED]:
        left = end - time.monotonic()
        if left <= 0 or len(found) == MOST_FILES or size + sizes[path] > _MOST_BYTES:
            break
        if policy.covers(path):
            continue
        blob = try_git(repo, "cat-file", "blob", f"HEAD:{path}")
        if blob.returncode != 0 or b"\0" in blob.stdout:
            continue
        spans = blame_at_head(repo, path, left)
        if spans:
            size += len(blob.stdout)
            lines = _shown_lines(blob.stdout.decode("utf-8", "replace"), policy)
            origins: list[Json] = [[part.first, part.last, part.commit] for part in spans]
            found.append({"path": clean_line(path, 1_000), "lines": list(lines), "spans": origins})
    return found


def _sizes_at_head(repo: Repo) -> dict[str, int]:
    done = try_git(repo, "ls-tree", "-r", "-z", "--long", "--full-tree", "HEAD")
    sizes = {}
    for row in os.fsdecode(done.stdout).split("\0"):
        meta, _, path = row.partition("\t")
        fields = meta.split()
        if len(fields) == 4 and fields[1] == "blob" and fields[3].isdigit():
            if fields[0] in ("100644", "100755"):
                sizes[path] = int(fields[3])
    return sizes


def _shown_lines(text: str, policy: Policy) -> list[str]:
    """The lines, masked; what hides from the eye is told by its number, as it may be an attack."""
    count = text.count("\n") + (not text.endswith("\n"))
    masked = redact(text, policy).split("\n")[:count]
    if len(masked) < count:  # a mask swallowed lines: those behind it keep their numbers no more
        masked = [redact(line, policy) for line in text.split("\n")[:count]]
    return [_HIDDEN.sub(_told, line.rstrip("\r").expandtabs(4))[:_LONGEST_LINE] for line in masked]


def _told(found: re.Match[str]) -> str:
    return f"⟨U+{ord(found[0][0]):04X}⟩"
