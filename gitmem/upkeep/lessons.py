"""Lessons that came up again and again: what memories of several days say in the same words.

A lesson is a rule that somebody has to know: it says always, never, must, instead of … or a person
wrote it, or it is an error together with what resolved it.  It counts if commits of several days,
made by several sessions or people, bring it up on their own.  One that the instruction files have
already is none.  Nothing here is applied: a person approves a lesson.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from gitmem.capture.workspace import Workspace
from gitmem.git.commits import CommitReader
from gitmem.git.log import walk_ids
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_line
from gitmem.index.memories import memories_of
from gitmem.index.person_words import pinned_ids
from gitmem.model.common_words import common_share
from gitmem.model.instant import iso_time
from gitmem.model.memory import Memory
from gitmem.refresh.refresh import refresh

LEAST_DAYS = 3
LEAST_DAYS_OF_A_PERSON = 2
_MOST_MEMORIES = 20_000
_MAX_LESSON = 240
_LEAST_WORDS = 4
_MOST_WORDS = 40
_ALIKE = 0.6
_TOLD_ALREADY = 0.7
_COMMON = 0.02
_SHARE_OF_A_FOLDER = 0.8
_RULE = re.compile(
    r"\b(?:always|never|must(?:n't| not)?|do not|don't|should not|shouldn't|instead of|rather than"
    r"|avoid|prefer|make sure|be sure|remember to|only ever|no longer|has to|have to|needs to)\b",
    re.IGNORECASE,
)
_ERROR = re.compile(
    r"\b\w*(?:Error|Exception|Panic)\b\s*[:(]|\b(?:error|fatal|panic|failed|cannot|can't|denied"
    r"|not found|no such|undefined|unresolved|timed out)\b",
)
_CODE = re.compile(r"[{};]|=>|\w\(\)?\s*\{|^\s*(?:const|let|var|def|func|return|if|import)\b|&&")
_LEAST_DEMAND = 2
_NO = re.compile(r"\b(?:never|not|no|avoid)\b|n't\b", re.IGNORECASE)
_GOES_ON = re.compile(
    r"[,;:(]|\.\s|\b(?:because|since|so that|instead of|rather than|unless|except|but|without)\b"
)
_NO_REMEDY = re.compile(r"(?:it was )?(?:gone|fixed|resolved|went away)\b", re.IGNORECASE)
_NUMBERS = re.compile(r"0x[0-9a-fA-F]+|\d+")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_'-]+")
_KINDS = ("decision", "gotcha", "discovery", "note", "correction", "security")


@dataclass(frozen=True)
class Lesson:
    """One lesson: its words, a line; the memories that it rests on, the oldest first; the folder
    that all but a few of them are about, empty where there is none; and the day by which each
    memory counts (ISO 8601).
    """

    text: str
    memories: tuple[Memory, ...]
    days: int
    folder: str = ""
    dates: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Statement:
    text: str
    words: frozenset[str]
    memory: Memory
    commit: str
    is_of_person: bool


def find_lessons(workspace: Workspace, known: Sequence[str] = ()) -> list[Lesson]:
    """The lessons among the newest 20,000 memories that HEAD reaches, the most often met first.

    ``known`` are the texts of the instruction files.

    Raises:
        UnknownRevision: there is no commit.
    """
    repo = workspace.repo
    with closing(refresh(repo)) as index:
        stored = memories_of(index, walk_ids(repo, "HEAD"), _MOST_MEMORIES)
        pinned = pinned_ids(index)
    statements = [
        statement
        for one in stored
        for statement in _statements(one.memory, one.commit, one.memory.id in pinned)
    ]
    reader = CommitReader(repo)
    lines = [line for text in known for line in _told_lines(text)]
    told, rules = [_words(line) for line in lines], [line for line in lines if _RULE.search(line)]
    found = [
        lesson
        for group in _groups(statements)
        if (lesson := _lesson_of(workspace, reader, group)) is not None
        and not _is_told(_words(lesson.text), told)
        and not any(_is_same_rule(lesson.text, rule) for rule in rules)
    ]
    return sorted(found, key=lambda one: (-one.days, -len(one.memories), one.text))


def _statements(memory: Memory, commit: str, is_pinned: bool) -> Iterator[_Statement]:
    """What the memory says that could be a rule."""
    is_of_person = memory.provenance.is_of_person or is_pinned
    for text in dict.fromkeys(_rules(memory, is_of_person=is_of_person)):
        line = clean_line(text, 4 * _MAX_LESSON)
        words = _words(line)
        if len(words) >= _LEAST_WORDS and len(line.split()) <= _MOST_WORDS:
            yield _Statement(line, words, memory, commit, is_of_person)
    for error in memory.errors:
        message = error.message.strip().partition("\n")[0]
        remedy = clean_line(error.resolution, _MAX_LESSON)
        # Which files an error went away with says nothing about how: our own words for that.
        is_told = len(remedy.split()) >= _LEAST_WORDS and not _NO_REMEDY.match(remedy)
        if is_told and _ERROR.search(message) and not _CODE.search(message):
            line = clean_line(f"On `{_plain_code(message)}`: {remedy}", 4 * _MAX_LESSON)
            same = _NUMBERS.sub("0", message.lower())
            yield _Statement(line, _words(remedy) | {same}, memory, commit, is_of_person)


def _rules(memory: Memory, *, is_of_person: bool) -> Iterator[str]:
    if is_of_person:
        yield from (memory.title, *memory.what)
    elif memory.kind in _KINDS and not memory.provenance.is_of_history:
        told = (decision.chose for decision in memory.decisions)
        texts = (memory.title, *memory.what, *told)
        yield from (text for text in texts if _RULE.search(text) and not _CODE.search(text))
    elif not memory.provenance.is_of_history:
        told = (decision.chose for decision in memory.decisions)
        yield from (text for text in told if _RULE.search(text) and not _CODE.search(text))


def _groups(statements: Sequence[_Statement]) -> list[list[_Statement]]:
    """Statements that say the same, by the words they share; each in one group.

    Only those are compared that share one of their two rarest words.
    """
    counts = Counter(word for one in statements for word in one.words)
    by_word: dict[str, list[int]] = defaultdict(list)
    groups: list[list[_Statement]] = []
    for one in statements:
        rare = sorted(one.words, key=lambda word: (counts[word], word))[:3]
        near = dict.fromkeys(place for word in rare for place in by_word[word])
        place = next((p for p in near if _is_alike(groups[p][0].words, one.words)), None)
        if place is None:
            place = len(groups)
            groups.append([])
        groups[place].append(one)
        for word in rare:
            if place not in by_word[word]:
                by_word[word].append(place)
    return groups


def _lesson_of(
    workspace: Workspace, reader: CommitReader, group: Sequence[_Statement]
) -> Lesson | None:
    """The group as a lesson; None where it did not come up often enough, independently."""
    latest: dict[str, _Statement] = {one.memory.id: one for one in group}
    kept = sorted(latest.values(), key=lambda one: (one.memory.provenance.time, one.memory.id))
    commits = {one.commit for one in kept}
    if len(commits) < LEAST_DAYS_OF_A_PERSON:
        return None
    # A person may say on one day what was to be said of the commits of several.
    said = {one.memory.provenance.time[:10] for one in kept} - {""}
    day_of = {commit: iso_time(reader.head(commit).author_time)[:10] for commit in commits}
    made = set(day_of.values())
    days = max(said, made, key=len)
    dates = [
        (one.memory.provenance.time[:10] if days is said else "") or day_of[one.commit]
        for one in kept
    ]
    makers = {one.memory.provenance.session or one.memory.provenance.author for one in kept}
    has_person = any(one.is_of_person for one in kept)
    least = LEAST_DAYS_OF_A_PERSON if has_person else LEAST_DAYS
    is_independent = len(makers) > 1 or has_person
    if len(days) < least or len(commits) < least or not is_independent:
        return None
    own = [one for one in kept if one.is_of_person] or kept
    text = clean_line(redact(min(own, key=_brevity).text, workspace.policy), _MAX_LESSON)
    return Lesson(
        text, tuple(one.memory for one in kept), len(days), _folder_of(kept), tuple(dates)
    )


def _brevity(one: _Statement) -> tuple[int, str]:
    return len(one.text), one.text


def _folder_of(group: Sequence[_Statement]) -> str:
    """The deepest folder that most of the memories' files lie in."""
    counts = Counter[str]()
    for one in group:
        parents = {
            "/".join(path.split("/")[:depth])
            for path in one.memory.files_changed
            for depth in range(1, path.count("/") + 1)
        }
        inside = [
            parent
            for parent in parents
            if all(path.startswith(f"{parent}/") for path in one.memory.files_changed)
        ]
        counts.update(inside)
    wanted = _SHARE_OF_A_FOLDER * len(group)
    shared = [folder for folder, count in counts.items() if count >= wanted]
    return max(shared, key=lambda folder: (folder.count("/"), folder), default="")


def _is_alike(one: Collection[str], other: Collection[str]) -> bool:
    both = len(set(one) & set(other))
    return both >= _ALIKE * (len(one) + len(other) - both)


def _is_told(words: Collection[str], told: Sequence[Collection[str]]) -> bool:
    """Whether an instruction file says it: most of its words in one paragraph."""
    return any(len(set(words) & set(one)) >= _TOLD_ALREADY * len(words) for one in told)


def _is_same_rule(text: str, told: str) -> bool:
    """Whether both forbid or demand the same, whatever reason or remedy either goes on with."""
    ours, theirs = _demand(text), _demand(told)
    words = _words(_RULE.sub(" ", ours))
    is_rule = _RULE.search(ours) is not None and len(words) >= _LEAST_DEMAND
    is_no = [_NO.search(one) is not None for one in (ours, theirs)]
    return is_rule and is_no[0] == is_no[1] and words <= _words(theirs)


def _demand(text: str) -> str:
    """The rule itself: what stands before its reason, its remedy or an exception."""
    return _GOES_ON.split(text, maxsplit=1)[0]


def _told_lines(text: str) -> list[str]:
    return re.split(r"\n\s*\n|\n(?=\s*(?:[-*+]|\d+[.)])\s)", text)


def _words(text: str) -> frozenset[str]:
    """The words by which two texts say the same: stems of all but the most common ones."""
    plain = _NUMBERS.sub("0", text.lower())
    stems = {_stem(word) for word in _WORD.findall(plain)}
    return frozenset(stem for stem in stems if common_share(stem) < _COMMON and len(stem) > 2)


def _stem(word: str) -> str:
    for end in ("ing", "ies", "ed", "es", "s"):
        if word.endswith(end) and len(word) - len(end) >= 3:
            return word[: -len(end)]
    return word


def _plain_code(text: str) -> str:
    return text.replace("`", "'")[:160]
