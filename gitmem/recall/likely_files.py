"""What a session is likely to work on, out of the index and what git says: see
:mod:`gitmem.model.likely`.

Candidates are the newest memories, those of the branch, those that match the prompt or the
branch's name, and those of files that are named, changed or being changed; whatever the index
holds beside, a look costs the same.  Standard library only: the agent's hooks run this.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping, Sequence

from gitmem.git.reachability import unreachable_commits
from gitmem.git.repo import Repo
from gitmem.index.cache import Index
from gitmem.index.commits import annotated_commit_count
from gitmem.index.lexical import match_of
from gitmem.index.lookup import (
    holders_in_scope,
    matches,
    places_touching,
    touch_counts,
    without_common_words,
)
from gitmem.index.nearby import newest_places, paths_of, paths_with_names, without_agent
from gitmem.model.likely import (
    NO_SESSION_FACTOR,
    OTHER_BRANCH_FACTOR,
    FileSigns,
    NameWords,
    likelihood,
    tells_apart,
)
from gitmem.model.text import plain_words
from gitmem.model.value import dataclass, field, replace
from gitmem.recall.path_spans import path_spans
from gitmem.recall.prompt_evidence import PromptEvidence
from gitmem.recall.worktree_state import WorktreeState, paths_at_head
from gitmem.refresh.reachable import scope_of

_MAX_RECENT = 1_000
_MAX_NEWEST = 100
_MAX_ON_BRANCH = 40
_MAX_MATCHES = 50
_MAX_BY_FILE = 60
_MAX_FILES = 250
_MOST_EXPECTED = 80
MAX_PROMPT = 20_000
_MATCH_HALF = 5
_WORDS_ALONE = 0.4
_NEWEST_ALONE = 0.6
_BY_WORDS, _MOST_BY_WORDS = 0.25, 0.6  # of what just calls for it, of what does so best
_FALL = 2

_MAX_NAMES = 40


@dataclass(frozen=True)
class Prediction:
    """What may be given, newest first, and the chance that each file is edited.

    ``files_of`` and ``commit_of`` go by the memories' places in the index; what has no file is in
    ``files_of`` as well, and in ``alone`` with the chance that it helps.  Files that tell nothing
    apart have no chance.  Of those in ``shares`` only a part counts; ``elsewhere`` are those that
    HEAD does not reach, ``newest`` those of the commit where work was left off: the branch's, or
    HEAD's history's, newest.  ``on_branch`` are those of the commits made on it, newest first.
    ``by_words`` has the chance that a memory helps because the prompt's own words call for it;
    ``of_history`` are those that no session left.
    """

    files_of: Mapping[int, Sequence[str]] = field(default_factory=dict)
    commit_of: Mapping[int, str] = field(default_factory=dict)
    chances: Mapping[str, float] = field(default_factory=dict)
    signs: Mapping[str, FileSigns] = field(default_factory=dict)
    shares: Mapping[int, float] = field(default_factory=dict)
    elsewhere: Collection[int] = frozenset()
    newest: Sequence[int] = ()
    on_branch: Sequence[int] = ()
    alone: Mapping[int, float] = field(default_factory=dict)
    by_words: Mapping[int, float] = field(default_factory=dict)
    of_history: Collection[int] = frozenset()

    @property
    def likely_files(self) -> dict[str, float]:
        """The likeliest files, for the hook that sees which are read."""
        likely = sorted(self.chances.items(), key=lambda item: (-item[1], item[0]))
        return {
            path: round(chance, 4) for path, chance in likely[:_MOST_EXPECTED] if chance >= 0.01
        }

    @property
    def by_files(self) -> Prediction:
        """The same, each memory weighed by its files alone."""
        return replace(self, by_words={})

    @property
    def for_prompt(self) -> Prediction:
        """Only the memories that the prompt's own words call for, those of files that it names,
        and what sessions left of the same files.
        """
        named = {path for path, known in self.signs.items() if known.mentions}
        near = named.union(*(self.files_of[place] for place in self.by_words))
        files_of = {
            place: files
            for place, files in self.files_of.items()
            if place in self.by_words
            or not named.isdisjoint(files)
            or (place not in self.of_history and not near.isdisjoint(files))
        }
        return replace(self, files_of=files_of)


def predict_files(
    repo: Repo,
    index: Index,
    worktree_state: WorktreeState,
    prompt: str = "",
    evidence: PromptEvidence | None = None,
    *,
    others: bool = False,
) -> Prediction:
    """Weigh what is remembered for this occasion, with or without a prompt.

    ``evidence`` is what the prompt's words say.  ``others``: what other branches remember counts
    as well, for less.
    """
    text = prompt[:MAX_PROMPT]
    branch = "" if worktree_state.is_trunk else worktree_state.branch
    recent = newest_places(index, _MAX_RECENT, branch)
    made_there = [place for place, is_made_there in recent if is_made_there]
    asked = match_of(text)
    telling = without_common_words(index, asked) if asked else ""
    found = {m.place: m.score for m in matches(index, telling, _MAX_MATCHES)}
    by_branch = matches(index, match_of(branch.rpartition("/")[2]), _MAX_MATCHES // 2)
    mentions = files_in_text(index, text)
    near = places_touching(
        index, [*mentions, *worktree_state.dirty_files, *worktree_state.branch_files], _MAX_BY_FILE
    )
    candidates = dict.fromkeys(
        [
            *(place for place, _ in recent[: 3 * _MAX_NEWEST]),
            *made_there[:_MAX_ON_BRANCH],
            *found,
            *(match.place for match in by_branch),
            *near,
        ]
    )
    commit_of, elsewhere = locate_commits(repo, index, candidates, others=others)
    newest = _by_commit(commit_of, (place for place, _ in recent))[:_MAX_NEWEST]
    kept = {place for places in newest for place in places}
    kept.update(made_there[:_MAX_ON_BRANCH], found, (match.place for match in by_branch), near)
    files_of: dict[int, Sequence[str]] = {
        place: () for place in candidates if place in kept and place in commit_of
    }
    files_of.update(paths_of(index, files_of))
    signs = _signs(index, files_of, worktree_state, branch)
    signs = _with_history(signs, files_of, newest, _by_commit(commit_of, made_there))
    if text:
        signs = _with_prompt(signs, files_of, found, mentions, text)
    chances = _chances(repo, index, signs, has_prompt=bool(text))
    ours = _by_commit(commit_of, made_there) if branch else newest
    return Prediction(
        files_of,
        commit_of,
        chances,
        signs,
        shares=shares_of(index, files_of, elsewhere),
        elsewhere=elsewhere,
        newest=ours[0] if ours else (),
        on_branch=[place for places in ours for place in places] if branch else (),
        alone={
            place: _chance_without_files(place, found, newest, has_prompt=bool(text))
            for place, files in files_of.items()
            if not files
        },
        by_words=_called(evidence or PromptEvidence(), found, files_of, elsewhere),
        of_history=without_agent(index, files_of) if text else frozenset(),
    )


def _called(
    evidence: PromptEvidence,
    found: Mapping[int, float],
    known: Collection[int],
    elsewhere: Collection[int],
) -> dict[int, float]:
    """The chance that each memory helps which the prompt's words call for: less, the more others
    match better.
    """
    top = max(found.values(), default=0.0) or 1.0
    return {
        place: min(_MOST_BY_WORDS, _BY_WORDS * fit)
        * (score / top) ** _FALL
        * (OTHER_BRANCH_FACTOR if place in elsewhere else 1.0)
        for place, score in found.items()
        if place in known and (fit := evidence.fit(place)) >= 1.0
    }


def files_in_text(index: Index, text: str) -> dict[str, float]:
    """The files that the text names: 1 where a name means one file, less where it means several."""
    names: dict[str, None] = {}
    for span in path_spans(text):
        name = span.replace("\\", "/").lstrip("@./").rstrip(".")
        parts = name.split("/")
        # An absolute path, or one as a diff has it (a/..., b/...), ends in one that is known.
        for start in range(min(len(parts), 12)):
            names.setdefault("/".join(parts[start:]))
        if len(names) > _MAX_NAMES * 4:
            break
    known = paths_with_names(index, set(names))
    found: dict[str, float] = {}
    for name in names:
        meant = [path for path in known if f"/{path}".endswith(f"/{name}")]
        if 0 < len(meant) <= 3:
            for path in meant:
                found[path] = max(found.get(path, 0.0), 1 / len(meant))
    return found


def locate_commits(
    repo: Repo, index: Index, places: Iterable[int], *, others: bool
) -> tuple[dict[int, str], set[int]]:
    """The commit where each of these memories lives, and which of them HEAD does not reach.

    With ``others`` a memory counts, too, that some other branch or tag reaches; else, and where
    nothing reaches it any more, it is left out.
    """
    scope = scope_of(repo, index)
    wanted = list(places)
    commit_of = {
        place: held.commit for place, held in holders_in_scope(index, wanted, scope).items()
    }
    elsewhere: dict[int, str] = {}
    if others:
        rest = [place for place in wanted if place not in commit_of]
        elsewhere = {place: held.commit for place, held in holders_in_scope(index, rest).items()}
    if elsewhere:
        lost = set(unreachable_commits(repo, set(elsewhere.values())))
        elsewhere = {place: commit for place, commit in elsewhere.items() if commit not in lost}
    return {**commit_of, **elsewhere}, set(elsewhere)


def shares_of(index: Index, places: Iterable[int], elsewhere: Collection[int]) -> dict[int, float]:
    """How much of its worth counts, for each memory that does not count in full."""
    found = dict.fromkeys(elsewhere, OTHER_BRANCH_FACTOR)
    for place in without_agent(index, places):
        found[place] = found.get(place, 1.0) * NO_SESSION_FACTOR
    return found


def _by_commit(commit_of: Mapping[int, str], places: Iterable[int]) -> list[list[int]]:
    """The places that count, in order, grouped by commit."""
    found: dict[str, list[int]] = {}
    for place in places:
        if place in commit_of:
            found.setdefault(commit_of[place], []).append(place)
    return list(found.values())


def _signs(
    index: Index, files_of: Mapping[int, Sequence[str]], worktree_state: WorktreeState, branch: str
) -> dict[str, FileSigns]:
    paths = list(dict.fromkeys(path for files in files_of.values() for path in files))
    times = touch_counts(index, paths)
    words, wanted = NameWords(paths), frozenset(plain_words(branch.rpartition("/")[2]))
    ours, dirty = frozenset(worktree_state.branch_files), frozenset(worktree_state.dirty_files)
    return {
        path: FileSigns(
            path,
            times=times.get(path, 0),
            newest=_MAX_NEWEST,
            is_on_branch=path in ours,
            is_dirty=path in dirty,
            branch_words=words.share(path, wanted),
        )
        for path in paths
    }


def _with_history(
    signs: Mapping[str, FileSigns],
    files_of: Mapping[int, Sequence[str]],
    newest: Sequence[Sequence[int]],
    on_branch: Sequence[Sequence[int]],
) -> dict[str, FileSigns]:
    """With when each file was last touched, and how the branch's commits touched it."""
    last: dict[str, int] = {}
    for back, places in enumerate(newest):
        for path in _files(files_of, places):
            last.setdefault(path, back)
    there: dict[str, float] = {}
    for back, places in enumerate(on_branch):
        files = _files(files_of, places)
        for path in files:
            there[path] = there.get(path, 0.0) + 1 / ((1 + back) * math.sqrt(len(files)))
    return {
        path: replace(
            known,
            newest=last.get(path, _MAX_NEWEST),
            is_on_branch=known.is_on_branch or path in there,
            on_branch=there.get(path, 0.0),
        )
        for path, known in signs.items()
    }


def _with_prompt(
    signs: Mapping[str, FileSigns],
    files_of: Mapping[int, Sequence[str]],
    found: Mapping[int, float],
    mentions: Mapping[str, float],
    text: str,
) -> dict[str, FileSigns]:
    """With what the prompt says about each file, by name and through the memories that match."""
    top = max(found.values(), default=0.0) or 1.0
    best: dict[str, float] = {}
    total: dict[str, float] = {}
    matching = [place for place in found if place in files_of]
    for rank, place in enumerate(matching):
        files = files_of[place]
        for path in files:
            best[path] = max(best.get(path, 0.0), found[place] / top)
            share = _MATCH_HALF / ((_MATCH_HALF + rank) * math.sqrt(len(files)))
            total[path] = total.get(path, 0.0) + share
    words, asked = NameWords(list(signs)), frozenset(plain_words(text))
    return {
        path: replace(
            known,
            mentions=mentions.get(path, 0.0),
            prompt_words=words.share(path, asked),
            best_match=best.get(path, 0.0),
            matches=total.get(path, 0.0),
        )
        for path, known in signs.items()
    }


def _files(files_of: Mapping[int, Sequence[str]], places: Collection[int]) -> list[str]:
    return list(dict.fromkeys(path for place in places for path in files_of.get(place, ())))


def _chances(
    repo: Repo, index: Index, signs: Mapping[str, FileSigns], *, has_prompt: bool
) -> dict[str, float]:
    """The chance of each file that distinguishes memories; the likeliest are looked up at HEAD."""
    commits = annotated_commit_count(index)
    hopeful = {
        path: likelihood(known, len(signs), has_prompt=has_prompt)
        for path, known in signs.items()
        if tells_apart(known.times, commits)
    }
    first = sorted(hopeful, key=lambda path: (-hopeful[path], path))[:_MAX_FILES]
    there = paths_at_head(repo, first)
    return {
        path: hopeful[path]
        if path in there
        else likelihood(replace(signs[path], is_in_tree=False), len(signs), has_prompt=has_prompt)
        for path in first
    }


def _chance_without_files(
    place: int,
    found: Mapping[int, float],
    newest: Sequence[Sequence[int]],
    *,
    has_prompt: bool,
) -> float:
    """The chance that a memory of no file helps: by its words, or because it is the newest."""
    if has_prompt:
        top = max(found.values(), default=0.0) or 1.0
        return _WORDS_ALONE * found.get(place, 0.0) / top
    return _NEWEST_ALONE if any(place in places for places in newest[:3]) else 0.0
