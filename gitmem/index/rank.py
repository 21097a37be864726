"""Ranking: from scores for words and meaning to an order, with the reasons for each rank.

Words and meaning decide; where somebody works, how old a memory is and what became of it only
settle what is nearly equal.  What says the same as something better makes room, and what was
amended stands behind its amendment.  Pure; vectors come as what tells the likeness of two places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from gitmem.index.identifiers import has_identifier
from gitmem.model.amendment import Amendment
from gitmem.model.hit import Reason
from gitmem.model.instant import parse_any_iso_time
from gitmem.model.memory import Memory
from gitmem.model.standing import Standing, Verdict

WORDS, MEANING = 0.65, 0.35
"""What the best match by words and the best by meaning weigh together."""

_SAME_FILE, _SAME_FOLDER = 0.10, 0.04
_SAME_BRANCH = 0.04
_NEWEST = 0.02
_HALF_LIFE_DAYS = 180.0
_PINNED = 0.06
_REASON_BONUS = 0.003  # of a memory that says why
_STANDING_PENALTY = {Verdict.GONE: 0.08, Verdict.OTHER_BRANCH: 0.05, Verdict.DRIFTED: 0.03}
_ALIKE = 0.93  # from this likeness on a memory says little that the other does not
_MAX_DUPLICATE_PENALTY = 0.15
_AMENDMENT_WINDOW = 20  # the first, or as many as a page shows
_DAY = 86_400.0

Likeness = Callable[[int, int], float]
"""How alike two candidates are by their vectors, 0 to 1, by their numbers in the list."""

AmendmentRule = Callable[[Sequence[int]], Mapping[int, tuple[int, Amendment]]]
"""Given candidates by their numbers, those that are amended by another of them, with its number
and in which way."""


@dataclass(frozen=True)
class Candidate:
    """A memory that may be shown, and its shares (0 to 1) of the best match by words and meaning.

    ``standing`` is None where nobody has asked.
    """

    memory: Memory
    words: float
    meaning: float
    is_pending: bool = False
    standing: Standing | None = None
    is_pinned: bool = False


@dataclass(frozen=True)
class QueryContext:
    """Where the question comes from: the paths at hand, the branch, the time (POSIX seconds).

    ``identifiers`` are what it names letter by letter.
    """

    now: float
    near: tuple[str, ...] = ()
    branch: str = ""
    identifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rank:
    """A candidate by its ``number`` in the given list, with the parts of its score."""

    number: int
    score: float
    reasons: tuple[Reason, ...]


def fuse_scores(
    words: Mapping[int, float], meaning: Mapping[int, float]
) -> dict[int, tuple[float, float]]:
    """Both scores of each place as shares of the best, the best place first."""
    top_words = max(words.values(), default=0.0) or 1.0
    top_meaning = max(meaning.values(), default=0.0) or 1.0
    shares = {
        place: (words.get(place, 0.0) / top_words, max(meaning.get(place, 0.0), 0.0) / top_meaning)
        for place in [*words, *(place for place in meaning if place not in words)]
    }
    return dict(sorted(shares.items(), key=lambda item: -weighted_score(*item[1])))


def weighted_score(words: float, meaning: float) -> float:
    """The two shares as one score."""
    return WORDS * words + MEANING * meaning


def rank_candidates(
    candidates: Sequence[Candidate],
    setting: QueryContext,
    likeness: Likeness | None = None,
    amended: AmendmentRule | None = None,
) -> list[Rank]:
    """All candidates in their order, best first; of equal ones the first given."""
    scored = [
        Rank(number, sum(reason.value for reason in reasons), reasons)
        for number, reasons in enumerate(_reasons(candidate, setting) for candidate in candidates)
    ]
    scored.sort(key=lambda one: -one.score)
    spread = _spread(scored, likeness) if likeness else scored
    if amended is None:
        return spread
    first = spread[:_AMENDMENT_WINDOW]
    return [
        *_amendments_first(first, candidates, amended, setting.identifiers),
        *spread[_AMENDMENT_WINDOW:],
    ]


def _reasons(candidate: Candidate, setting: QueryContext) -> tuple[Reason, ...]:
    memory = candidate.memory
    parts = [
        Reason("words", WORDS * candidate.words),
        Reason("meaning", MEANING * candidate.meaning),
        _path(memory.files_changed, setting.near),
        _branch(memory.provenance.branch, setting.branch),
        _recency(memory.provenance.time, setting.now),
        Reason("kind", _REASON_BONUS if memory.why or memory.decisions else 0.0, "says why"),
        _standing(candidate.standing),
        Reason("pinned", _PINNED if candidate.is_pinned else 0.0, "pinned"),
    ]
    return tuple(part for part in parts if part.value)


def _path(changed: Iterable[str], near: Sequence[str]) -> Reason:
    folders = {path.rpartition("/")[0] for path in near}
    names = set(near)
    is_folder_shared = False
    for path in changed:
        if path in names:
            return Reason("path", _SAME_FILE, f"changed {path}")
        is_folder_shared |= path.rpartition("/")[0] in folders
    return Reason("path", _SAME_FOLDER if is_folder_shared else 0.0, "changed files beside")


def _branch(made_on: str, branch: str) -> Reason:
    is_same = bool(branch) and made_on == branch
    return Reason("branch", _SAME_BRANCH if is_same else 0.0, f"made on {branch}")


def _recency(time: str, now: float) -> Reason:
    moment = parse_any_iso_time(time)
    try:
        days = max(now - moment.timestamp(), 0.0) / _DAY if moment else None
    except (ValueError, OverflowError, OSError):
        days = None
    if days is None:
        return Reason("recency", 0.0)
    return Reason("recency", _NEWEST * 0.5 ** (days / _HALF_LIFE_DAYS), f"{days:.0f} days old")


def _standing(standing: Standing | None) -> Reason:
    if standing is None:
        return Reason("standing", 0.0)
    lost = _STANDING_PENALTY.get(standing.verdict, 0.0)
    if standing.verdict is Verdict.DRIFTED:
        lost *= 1.0 - standing.share
    return Reason("standing", -lost, standing.verdict.words)


def _spread(scored: Sequence[Rank], likeness: Likeness) -> list[Rank]:
    """What is nearly the same as something before it comes later.

    **Source:** maximal marginal relevance, Carbonell and Goldstein, SIGIR 1998; only from a high
    likeness on, because here the second of two that are merely related is often the one sought.
    """
    left, chosen = list(scored), list[Rank]()
    lost = dict.fromkeys((one.number for one in scored), 0.0)
    while left:
        best = max(left, key=lambda one: one.score - lost[one.number])
        left.remove(best)
        if lost[best.number]:
            folded = Reason("duplicate", -lost[best.number], "nearly the same as one before")
            best = replace(
                best, score=best.score - lost[best.number], reasons=(*best.reasons, folded)
            )
        chosen.append(best)
        for one in left:
            alike = likeness(best.number, one.number)
            if alike > _ALIKE:
                loss = _MAX_DUPLICATE_PENALTY * (alike - _ALIKE) / (1.0 - _ALIKE)
                lost[one.number] = max(lost[one.number], loss)
    return chosen


def _amendments_first(
    order: Sequence[Rank],
    candidates: Sequence[Candidate],
    amended: AmendmentRule,
    identifiers: Sequence[str],
) -> list[Rank]:
    """What was amended says so, and comes right after what takes its place.

    It stays where it is if it has an identifier that was asked for and the amendment has not.
    """
    numbers = {one.number for one in order}
    by = {
        older: (newer, how)
        for older, (newer, how) in amended([one.number for one in order]).items()
        if older in numbers and newer in numbers
    }
    found: list[Rank] = []
    for one in order:
        if one.number in by:
            newer, how = by[one.number]
            told = Reason("superseded", 0.0, f"{how.value} {candidates[newer].memory.id[:8]}")
            one = replace(one, reasons=(*one.reasons, told))
        found.append(one)
    behind = {
        older: newer
        for older, (newer, how) in by.items()
        if how.takes_its_place
        and not _has_more(candidates[older].memory, candidates[newer].memory, identifiers)
    }
    return _move_behind(found, behind)


def _has_more(older: Memory, newer: Memory, identifiers: Sequence[str]) -> bool:
    """Whether the older memory has one of the identifiers and the newer one has not."""
    return any(
        has_identifier(older, identifier) and not has_identifier(newer, identifier)
        for identifier in identifiers
    )


def _move_behind(order: Sequence[Rank], behind: Mapping[int, int]) -> list[Rank]:
    """Each amendment comes at the place of the best that it amends, and those right behind it."""
    followers: dict[int, list[Rank]] = {}
    by_number = {one.number: one for one in order}
    for one in order:
        if one.number in behind:
            followers.setdefault(_last(one.number, behind), []).append(one)
    placed: dict[int, None] = {}
    for one in order:
        first = _last(one.number, behind)
        placed.setdefault(first)
        for follower in followers.get(first, ()):
            placed.setdefault(follower.number)
    moved, below = [], float("inf")
    for number in placed:
        below = min(below, max(by_number[number].score, _best_behind(number, followers)))
        moved.append(replace(by_number[number], score=below))
    return moved


def _best_behind(number: int, followers: Mapping[int, Sequence[Rank]]) -> float:
    return max((one.score for one in followers.get(number, ())), default=float("-inf"))


def _last(number: int, behind: Mapping[int, int]) -> int:
    """The newest of a chain of amendments."""
    while number in behind:
        number = behind[number]
    return number
