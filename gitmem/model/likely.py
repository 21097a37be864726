"""Which files a session is likely to edit, and which memories are worth their tokens for that.

A memory is worth telling when it is of a file that the session goes on to edit.  Before that is
known it can be foreseen: what the branch is at, what the prompt names, what was touched last.
Each file gets a probability from a few such signs; a memory is worth the chance that at least
one of its files is edited; and memories are taken one by one, each time the one that adds most
to those before it.

The weights are those of a logistic regression over 130 real sessions (``docs/decisions`` says
how it was checked).  Pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from gitmem.model.text import plain_words
from gitmem.model.value import dataclass

REPEAT_FACTOR = 0.7
"""What is left of a file's weight once a memory about it is given."""

NO_SESSION_FACTOR = 0.7
"""What a memory without a session is worth next to one with a session: it says less."""

OTHER_BRANCH_FACTOR = 0.85
"""What a memory is worth that only other branches reach."""

FEW = 3
SHARE = 20

_TEST_WORDS = frozenset({"test", "tests", "spec"})


@dataclass(frozen=True)
class FileSigns:
    """What speaks for a file.

    ``times`` annotated commits touched it, the ``newest`` of them is so many commits back.
    ``on_branch`` sums over the branch's commits that touch it 1/(1 + how many came later), by
    the root of how many files each touched; ``matches`` does so over the commits that match the
    prompt.  The others are shares from 0 to 1.
    """

    path: str
    is_in_tree: bool = True
    times: int = 0
    newest: int = 0
    is_on_branch: bool = False
    is_dirty: bool = False
    on_branch: float = 0.0
    branch_words: float = 0.0
    mentions: float = 0.0
    prompt_words: float = 0.0
    best_match: float = 0.0
    matches: float = 0.0


@dataclass(frozen=True)
class Choice:
    """A memory worth telling: the chance that it helps, and the files that say so, surest first."""

    place: int
    worth: float
    files: tuple[str, ...]


@dataclass(frozen=True)
class _Weights:
    files: float
    in_tree: float
    times: float
    newest: float
    is_on_branch: float
    on_branch: float
    branch_words: float
    is_test: float
    mentions: float = 0.0
    prompt_words: float = 0.0
    best_match: float = 0.0
    matches: float = 0.0
    is_dirty: float = 1.0  # a judgement: the sessions' unsaved changes are not known


_BEFORE_PROMPT = _Weights(-1.28, 1.23, 0.9, -0.11, 0.74, 2.03, 1.87, -0.39)
_WITH_PROMPT = _Weights(-1.34, 1.52, 0.61, -0.07, 0.56, 1.78, 1.45, -0.55, 3.85, 0.82, 0.92, 0.26)


def likelihood(signs: FileSigns, files: int, *, has_prompt: bool) -> float:
    """The probability that the session edits this one of so many ``files``."""
    weigh = _WITH_PROMPT if has_prompt else _BEFORE_PROMPT
    score = (
        weigh.files * math.log(max(files, 1))
        + weigh.in_tree * signs.is_in_tree
        + weigh.times * math.log1p(signs.times)
        + weigh.newest * math.log1p(signs.newest)
        + weigh.is_on_branch * signs.is_on_branch
        + weigh.on_branch * signs.on_branch
        + weigh.branch_words * signs.branch_words
        + weigh.is_dirty * signs.is_dirty
        + weigh.is_test * is_test(signs.path)
        + weigh.mentions * signs.mentions
        + weigh.prompt_words * signs.prompt_words
        + weigh.best_match * signs.best_match
        + weigh.matches * signs.matches
    )
    return 1 / (1 + math.exp(-score))


def tells_apart(times: int, commits: int) -> bool:
    """Whether a file touched by so many of the annotated commits says anything about each.

    What every other commit touches (a changelog, a list of commands) is edited often and its
    memories are of everything.
    """
    return times <= max(FEW, commits / SHARE)


def choose(
    files_of: Mapping[int, Collection[str]],
    chances: Mapping[str, float],
    least: float,
    counts: Callable[[int], bool] = lambda place: True,
    shares: Mapping[int, float] | None = None,
    alone: Mapping[int, float] | None = None,
    by_words: Mapping[int, float] | None = None,
) -> Iterator[Choice]:
    """The memories by what each adds to those before it, as long as that is ``least`` or more.

    ``shares`` tells of which memories only a part of what their files say counts, ``alone`` the
    chance that one without files helps, ``by_words`` that one helps whatever its files.  Of equals
    the first of ``files_of`` comes first.  What does not ``count``, asked when its turn comes,
    takes nothing from those behind it.  The same input gives the same order.
    """
    left, parts, by_itself, said = dict(chances), shares or {}, alone or {}, by_words or {}
    remaining = {
        place: known
        for place, files in files_of.items()
        if (known := _files_with_chance(files, left))
        or by_itself.get(place, 0.0) > 0
        or said.get(place, 0.0) > 0
    }
    while remaining:
        worths = {
            place: _either(
                (worth(files, left) if files else by_itself.get(place, 0.0))
                * parts.get(place, 1.0),
                said.get(place, 0.0),
            )
            for place, files in remaining.items()
        }
        best = max(worths, key=worths.__getitem__)
        if worths[best] < least:
            return
        files = sorted(remaining.pop(best), key=lambda path: (-left[path], path))
        is_counted = counts(best)
        yield Choice(best, worths[best], tuple(files))
        for path in files if is_counted else ():
            left[path] *= REPEAT_FACTOR


def _either(chance: float, other: float) -> float:
    return 1 - (1 - chance) * (1 - other) if other else chance


def worth(files: Collection[str], chances: Mapping[str, float]) -> float:
    """The chance that at least one of the files is edited."""
    missed = 1.0
    for path in files:
        missed *= 1 - chances.get(path, 0.0)
    return 1 - missed


def _files_with_chance(files: Collection[str], chances: Mapping[str, float]) -> list[str]:
    return [path for path in dict.fromkeys(files) if chances.get(path, 0.0) > 0]


def is_test(path: str) -> bool:
    """Whether the path is that of a test, by its words."""
    return not _TEST_WORDS.isdisjoint(plain_words(path))


def name_words(path: str) -> frozenset[str]:
    """The words of a file's own name, without its ending and without ``test``."""
    name = path.rpartition("/")[2]
    return frozenset(plain_words(name.rpartition(".")[0] or name)) - _TEST_WORDS


class NameWords:
    """How much of a file's name is in a text, rare words counting more than common ones."""

    def __init__(self, paths: Sequence[str]) -> None:
        self._total = len(paths)
        self._paths_with: dict[str, int] = {}
        for path in paths:
            for word in frozenset(plain_words(path)):
                self._paths_with[word] = self._paths_with.get(word, 0) + 1

    def share(self, path: str, words: Collection[str]) -> float:
        """From 0 (no word of the name is among these) to 1 (all are)."""
        name = name_words(path)
        whole = self._weight(name)
        return self._weight(name.intersection(words)) / whole if whole else 0.0

    def _weight(self, words: Collection[str]) -> float:
        known = (self._paths_with.get(word, 0) for word in words)
        return sum(math.log((self._total + 1) / (count + 1)) for count in known)
