"""How much of each memory's commit stands at HEAD: git is asked once, then only about changes."""

from __future__ import annotations

import time
from collections.abc import Mapping

from gitmem.git.repo import Repo, try_git
from gitmem.git.standing import shares
from gitmem.index.cache import Index
from gitmem.index.standing import keep_shares, move_shares, read_shares, standing_tip, unjudged
from gitmem.model.standing import Standing, standing_of
from gitmem.refresh.reachable import Reachable, scope_of

_AT_ONCE = 200  # commits; a larger share of what is read for more of them is cut off
_UNTOLD: tuple[float, frozenset[bytes], bool] = (-1.0, frozenset(), True)
_MAX_DIFF_BYTES = 4 << 20  # names; of a larger difference everything is asked anew


def standings_of(
    repo: Repo, index: Index, scope: Reachable, notes: Mapping[str, int], most_asked: int = 20
) -> dict[str, Standing]:
    """The standing at the scope's tip of commits, given with their notes' numbers.

    Of those that nobody knows of yet, git is asked for the first ``most_asked``; the others are
    not in the answer.
    """
    if not scope.tip or not notes:
        return {}
    _follow(repo, index, scope.tip)
    known = read_shares(index, list(notes.values()), scope.tip)
    unknown = [commit for commit, note in notes.items() if note not in known][:most_asked]
    if unknown:
        asked = shares(repo, unknown, scope.tip)
        found = {notes[c]: (s.share, s.paths, s.is_open) for c, s in asked.items()}
        keep_shares(index, scope.tip, found)
        known.update({note: share for note, (share, _, _) in found.items()})
    return {
        commit: standing_of(known[note], is_reached=note in scope)
        for commit, note in notes.items()
        if note in known
    }


def judge_ahead(repo: Repo, index: Index, seconds: float) -> int:
    """Ask git about the commits that nobody has judged, the newest first, for about so long;
    returns about how many it was asked.

    What git cannot tell is noted, too, so that it is not asked for until something changes.
    """
    tip, end, count = scope_of(repo, index).tip, time.monotonic() + seconds, 0
    if not tip:
        return 0
    _follow(repo, index, tip)
    last: dict[str, int] = {}
    while time.monotonic() < end and (some := unjudged(index, _AT_ONCE)) and some != last:
        asked = shares(repo, list(some), tip)
        found = {
            note: (asked[commit].share, asked[commit].paths, asked[commit].is_open)
            if commit in asked
            else _UNTOLD
            for commit, note in some.items()
        }
        keep_shares(index, tip, found)
        count, last = count + len(some), some
    return count


def _follow(repo: Repo, index: Index, tip: str) -> None:
    """Forget what is no longer true at this tip."""
    old = standing_tip(index)
    if old == tip:
        return
    changed = None
    if old:
        done = try_git(repo, "diff-tree", "-r", "-z", "--name-only", old, tip, "--")
        if done.returncode == 0 and len(done.stdout) <= _MAX_DIFF_BYTES:
            changed = [path for path in done.stdout.split(b"\0") if path]
    move_shares(index, old, tip, changed)
