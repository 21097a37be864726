"""Claims about files, checked against the diff.  Pure.

"I updated x.py" in the memory of a commit that has no ``x.py`` is false, or true of another commit.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from gitmem.model.change import Change

_CHANGE_VERB = re.compile(
    r"\b(?:added|adds|updated|updates|changed|created|removed|deleted|modified|edited|renamed|moved"
    r"|rewrote|rewritten|refactored|fixed|extended|extracted)\b",
    re.IGNORECASE,
)
_FILE = re.compile(
    r"(?<![\w./-])[\w./-]{0,160}\w\.(?:c|cc|cpp|cs|css|cfg|ex|exs|go|gradle|h|hpp|html|ini|java|js"
    r"|json|jsx|kt|lock|lua|md|mjs|php|proto|py|rb|rs|rst|scala|scss|sh|sql|svelte|swift|tf|toml|ts"
    r"|tsx|txt|vue|xml|yaml|yml)\b(?![(\w])"
)


def is_borne_out(sentence: str, change: Change | None) -> bool:
    """Whether the change supports what a sentence claims about files.

    A sentence that claims no change, or names no file, or also one that was changed, passes; so
    does everything about work that is not committed.
    """
    if change is None or not _CHANGE_VERB.search(sentence):
        return True
    named = {PurePosixPath(name).name for name in _FILE.findall(sentence)}
    return not named or bool(named & {PurePosixPath(path).name for path in change.paths})
