"""The memory of a commit without a known session, made from its message and diff.

What a person wrote below the subject is the reason, word for word; what the difference shows is
not told again.  A commit that says nothing beyond the difference gets a short memory to find it
by, and one with which no word came or went gets none.  Deterministic, so that two clones that
fill in the same history write the same memories.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import PurePosixPath

from gitmem.compress.compressor import Compression
from gitmem.compress.failures import signatures
from gitmem.compress.kinds import kind_of, tags_of, title_of_subject
from gitmem.compress.offline.commit_message import CommitMessage, parse_message
from gitmem.compress.offline.message_choice import choice_in
from gitmem.compress.offline.reason_words import tells_reason
from gitmem.compress.sentences import (
    FULL_STOPS,
    condense,
    looks_like_code,
    sentences,
    shorten,
    stems,
)
from gitmem.compress.terms import changed_word_count, terms_of
from gitmem.guard.redact import Evidence
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Decision, Memory, RecordedError
from gitmem.model.text import word_count
from gitmem.model.value import dataclass, replace

NAME = "history/3"

_MAX_TITLE = 120
_WHY_CHARACTERS = 600
_MAX_POINTS = 6
_MAX_POINT = 180
_MAX_DECISIONS = 4
_MAX_ERRORS = 4
_ROOM = (12, 12)  # files and symbols of a commit that says why ...
_ROOM_SHORT = (5, 8)  # ... and of one that is only to be found
_MIN_STEMS = 3
_MIN_CHANGED_WORDS = 2  # a typo that is mended moves one
_MIN_WORDS = 4
_SAME_SHARE = 0.8
_MOST_UNTOLD = 1  # content words of a sentence that its decision may leave out

_BOT = re.compile(
    r"\[bot\]|\b(?:dependabot|renovate|greenkeeper|pre-commit-ci|pyup-bot|snyk)\b", re.I
)
# Subjects that say all there is to say, whatever follows them.
_ROUTINE = re.compile(
    r"(?:fixup|squash|amend)! |(?:build|chore|fix|ci)\(deps(?:-dev)?\)|\[pre-commit|"
    r"(?:bump|upgrade|update|pin) \S{1,80} from \S{1,40} to |v?\d{1,4}(?:\.\d{1,6}){1,3}[\w.-]*$|"
    r"(?:bump|release|tag|prepare|set|update|start)\w* (?:the |for |next |new ){0,3}"
    r"(?:version|release)\b[\w\s.-]{0,30}$|"
    r"(?:bump|release|tag|prepare|start)\w*(?: \S{1,30})? (?:to )?v?\d{1,4}(?:\.\w{1,8}){0,4}\.?$|"
    r"version (?:bump|\d)|this is v?\d|update \S{1,80}\.(?:md|rst|txt|lock)$",
    re.I,
)
_BARE = (
    r"(?:wip|update[sd]?|fix(?:e[sd])?|changes?|cleanup|clean up|minor|misc|refactor|tests?|tmp|"
    r"temp|initial commit|first commit|add files via upload|oops|merge)"
)
_SAYS_NOTHING = re.compile(rf"(?:[\x21-\x7e]+|{_BARE})\W*", re.I)  # one word, or as good as none
# Subjects that are worth no memory unless a reason stands below them.
_SLIGHT = re.compile(
    r"\b(?:typos?|spelling|misspell\w*|grammar|white ?space|trailing spaces?|eof newline|"
    r"newline (?:at|eof)|(?:run|apply|with|by) black|indent(?:ation)?|"
    r"(?:code|auto)[- ]?format\w*|formatting|reformat\w*|"
    r"lint(?:er|ing|s)?|flake8|pep-?8|isort|ruff|gofmt|clang-format|prettier|eslint|rubocop|"
    r"change ?log|changes entry|release notes|copyright|docstrings?|readme|wording|rewrap|"
    r"rephrase|nits?|cosmetic|coding style|code style)\b|\bcomments?\W*$|"
    r"\b(?:in|of|the|fix|update|improve|clarify|rewrite|add) (?:\w+ )?(?:comments?|docs)\b|"
    rf"^{_BARE}\b[\W\w]{{0,12}}$|"
    r"^(?:create|update|delete|rename|add) [\w./-]{1,80}\.\w{1,8}$",
    re.I,
)
_META = re.compile(
    r"\bthanks to\b|\bthank you\b|\bcredits?\b|"
    r"\bthis (?:pr|pull request) (?:has|is divided|contains)|\bcommit message\b|"
    r"\bpull request #|^see (?:also )?(?:the )?(?:pr|issue|discussion|#|http)|"
    r"\b(?:add(?:s|ed)?|fix(?:es|ed)?|updates?) (?:an? |the |some |more )?(?:test|typo)s?\b|"
    r"\bplease review\b|\bby @\w|^https?://\S+$|^(?:note|ps|p\.s)[.:]?$|"
    r"^(?:for )?(?:more|additional|further) (?:details?|info|information|context)\b|^see more\b|"
    r"^\(?(?:inspired|suggested|reported|requested|spotted|found|noticed|as suggested) by\b|"
    r"^squashed from\b|^\(?(?:this is |it'?s )?(?:a |minor )?follow[- ]?up (?:to|for|of)\b|"
    r"^(?:related|relates|refs?|cc|ping|usage|citing)\b|pre-commit\.ci\b|\bcodecov\b|"
    r"^\(?(?:backport|cherry[- ]?pick)\w*\b|"
    r"^(?:all )?tests? (?:are |is )?(?:added|pass\w*|updated)\b|"
    r"^(?:also |and )?(?:improved?|updated?|fix(?:ed)?|formatted) (?:the |some )?"
    r"(?:comments?|docs)\.?$|"
    r"^original (?:pr|commit|author)\b|\bsame as #\d|"
    r"^as (?:discussed|suggested|reported|mentioned|requested) (?:in|by|on)\b.{0,40}$",
    re.I,
)
_REASON = re.compile(
    r"\bbecause\b|\bsince\b|\bso that\b|\bdue to\b|\bcause[sd]?\b|\bin order to\b|\botherwise\b|"
    r"\binstead\b|\brather than\b|\bproblem\b|\bissue (?:is|was)\b|\bbug\b|\bcrash\w*|\bfail\w*|"
    r"\bleak\w*|\bbroke\w*|\brace\b|\bdeadlock\b|\bregress\w*|\bmust\b|\bshould\b|\bneed(?:s|ed)?\b|"
    r"\bavoid\w*|\bprevent\w*|\bhowever\b|\bbut\b|\btrade-?off\b|\bcompatib\w*|\bfaster\b|\bslow\w*",
    re.I,
)
_FRAGMENT = re.compile(r"(?:even (?:if|though)|which|or|that|than)\b|(?i:todo|fixme|xxx)\b")
_OPTION = re.compile(r"(?:^|\s)--?[a-zA-Z][\w-]*")
_ENGLISH = re.compile(
    r"\b(?:the|is|are|was|to|of|for|in|it|and|we|not|be|with|when|as|that|this|will|can|now|if)\b",
    re.I,
)
_ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|cf|aka|approx|resp)|^\d{1,2})\.$", re.I)
_ENDS = re.compile(
    r"[\s.!)]*$|[\s,;:(]*(?:because|since|as|so that|which|for|due to)\b|\s*[;:,]", re.I
)
_SET_UP_FILES = frozenset({".claude/settings.json", ".mcp.json"})
# What stands in lines of ours that are committed, in the part of them that is read.
_OURS = ("$(cd -P . && while [ ! -e .git ]", '"gitmem": {')
_FEW_REASONS = frozenset({".md", ".rst", ".txt", ".adoc", ".lock", ".sum"})
_TEST_PATH = re.compile(r"(?:^|[/_.-])(?:tests?|spec|testdata|e2e)(?:[/_.-]|$)", re.I)


class HistoryCompressor:
    """Makes a memory of message and diff; it does not look at what was said in a session."""

    @property
    def name(self) -> str:
        """Name and version, as recorded in a memory."""
        return NAME

    def compress(self, evidence: Evidence, change: Change | None) -> Compression:
        """One memory of the commit, or none if nothing is worth keeping."""
        made = memory_of(change) if change is not None else None
        return Compression((made,) if made else (), NAME)


def is_worth_reading(message: str, author: str, parents: int) -> bool:
    """Whether the commit may be worth a memory, judged without looking at its diff.

    A merge must say something of its own; a robot's commit and a routine one never do.  Of a
    commit that says little, the difference decides.
    """
    if _BOT.search(author):
        return False
    said = _content_of(message)
    title = said.commit_message.title
    if not title or is_routine(title):
        return False
    if parents > 1 and (said.commit_message.is_template or not said.texts):
        return len(said.texts) > 1 and any(map(_tells_reason, said.texts))
    return not said.commit_message.is_template or bool(_title_under_template(said.commit_message))


def says_enough(message: str, author: str, parents: int) -> bool:
    """Whether a memory will come of the commit whatever its difference, unless it has no code."""
    if not is_worth_reading(message, author, parents):
        return False
    said = _content_of(message)
    return bool(said.texts) or _is_informative(
        _title_under_template(said.commit_message) or said.commit_message.title
    )


def is_bot(author: str) -> bool:
    """Whether a robot wrote it, by its name or address."""
    return _BOT.search(author) is not None


def is_routine(subject: str) -> bool:
    """Whether a subject says all there is to say: a version, a dependency, a fixup."""
    return _ROUTINE.match(subject.strip()) is not None


def is_slight(subject: str) -> bool:
    """Whether a subject is about a typo, formatting or the like."""
    return _SLIGHT.search(subject.strip()) is not None


def memory_of(change: Change) -> Memory | None:
    """The memory of a commit by its message and difference; None if it would say nothing.

    The message must be masked already: what is cut here could hide a secret's form.
    """
    if not is_worth_reading(change.message, change.author, len(change.parents)):
        return None
    said = _content_of(change.message)
    if not said.texts and _is_set_up(change):
        return None
    files = sorted(change.files, key=_importance)
    subject = _title_under_template(said.commit_message) or said.commit_message.title
    if not said.texts and not _is_worth_finding(subject, change):
        return None
    title = shorten(title_of_subject(subject), _MAX_TITLE)
    decisions = _decisions(said)
    kind = _kind(change, said.commit_message, decisions)
    paths = [file.path for file in files]
    most_files, most_symbols = _ROOM if said.texts else _ROOM_SHORT
    return Memory(
        kind=kind,
        title=title,
        why=_why(said, decisions),
        what=(*_points(said), *_facts(said.commit_message)),
        decisions=tuple(decisions.values()),
        errors=tuple(_errors(said.commit_message, title)),
        tags=tags_of(kind, paths, ()),
        files_changed=tuple(paths[:most_files]),
        symbols=change.symbols[:most_symbols],
        terms=terms_of(change),
    )


def _is_set_up(change: Change) -> bool:
    """Whether it only records that gitmem was set up here."""
    paths = {file.path for file in change.files}
    return paths <= _SET_UP_FILES and any(
        ours in line for line in change.added_lines for ours in _OURS
    )


def _title_under_template(commit_message: CommitMessage) -> str:
    """The line below a subject that the forge wrote over one squashed commit; else nothing."""
    first = (
        commit_message.paragraphs[0]
        if commit_message.is_template and commit_message.paragraphs
        else ""
    )
    return first if len(stems(first)) >= _MIN_STEMS and not is_routine(first) else ""


def _is_worth_finding(title: str, change: Change) -> bool:
    """Whether a commit that gives no reason is worth finding.

    By what it says, or by the words that came or went: none do with a format or a moved function,
    and behind "add changelog" may stand a whole feature.  A subject of a single word says nothing,
    and the difference tells its files by itself.
    """
    if _SAYS_NOTHING.fullmatch(title.strip()):
        return False
    is_telling = _is_informative(title)
    if is_telling and any(_is_code(file.path) for file in change.files):
        return True
    return changed_word_count(change) >= (1 if is_telling else _MIN_CHANGED_WORDS)


def _is_informative(title: str) -> bool:
    return not is_slight(title) and len(stems(title_of_subject(title))) >= _MIN_STEMS


@dataclass(frozen=True)
class _MessageContent:
    """A message, its sentences, and which of them and of its points say more than the title."""

    commit_message: CommitMessage
    sentences: tuple[str, ...]
    points: tuple[str, ...]

    @property
    def texts(self) -> tuple[str, ...]:
        return self.sentences + self.points


@lru_cache(maxsize=1)  # it is asked for before the difference is read, and again behind that
def _content_of(message: str) -> _MessageContent:
    commit_message = parse_message(message)
    known = stems(commit_message.title)
    found = (s for paragraph in commit_message.paragraphs for s in _sentences(paragraph))
    points = (p for p in commit_message.points if not _SLIGHT.search(p) and not _META.search(p))
    return _MessageContent(
        commit_message,
        tuple(sentence for sentence in found if _says_more(sentence, known)),
        tuple(point for point in points if _says_more(point, known)),
    )


def _sentences(paragraph: str) -> list[str]:
    whole: list[str] = []
    for part in sentences(paragraph):
        if whole and _ABBREVIATION.search(whole[-1]):
            whole[-1] = f"{whole[-1]} {part}"
        else:
            whole.append(part)
    return [s for s in whole if not _META.search(s) and not _is_output(s)]


def _is_output(sentence: str) -> bool:
    """Whether it is code, a command line or half a sentence rather than prose."""
    if looks_like_code(sentence) or _FRAGMENT.match(sentence):
        return True
    return _OPTION.search(sentence) is not None and not _ENGLISH.search(sentence)


def _says_more(text: str, known: frozenset[str]) -> bool:
    words = stems(text)
    return word_count(text) >= _MIN_WORDS and len(words & known) < _SAME_SHARE * len(words)


def _why(said: _MessageContent, decisions: Mapping[str, Decision]) -> str:
    """The message's own words, whole where they are few, else the sentences that give reasons."""
    left = [s for s in said.sentences if not _is_told(s, decisions)]
    room = _WHY_CHARACTERS
    kept = set()
    ranked = sorted(range(len(left)), key=lambda i: (-_weight(left[i], i), i))
    for place in ranked:
        if len(left[place]) + 1 <= room:
            room -= len(left[place]) + 1
            kept.add(place)
    if left and not kept:
        return shorten(left[ranked[0]], _WHY_CHARACTERS)
    return " ".join(_end_sentence(left[place]) for place in sorted(kept))


def _weight(sentence: str, place: int) -> float:
    return (2.0 if _tells_reason(sentence) else 0.0) + max(1.5 - 0.3 * place, 0.0)


def _tells_reason(text: str) -> bool:
    return _REASON.search(text) is not None or (_is_foreign(text) and tells_reason(text))


def _is_foreign(text: str) -> bool:
    return not _ENGLISH.search(text)


def _end_sentence(sentence: str) -> str:
    """A sentence with its end; the list that a colon announced stands elsewhere."""
    return sentence if sentence.endswith((*FULL_STOPS, "…")) else f"{sentence.rstrip(':; ')}."


def _decisions(said: _MessageContent) -> dict[str, Decision]:
    """The choices that the writer makes, by the sentence that does.

    One of the subject counts only if more is said: a bare subject tells it by itself.
    """
    found: dict[str, Decision] = {}
    message = said.commit_message
    if said.texts and not message.reverts and not message.is_template:
        _add_choice(found, message.title, is_title=True)
    for texts, is_title in ((message.points, True), (message.paragraphs, False)):
        for text in (text for text in texts if text not in message.problem):
            for sentence in _sentences(text):
                _add_choice(found, sentence, is_title=is_title)
    return dict(list(found.items())[:_MAX_DECISIONS])


def _add_choice(found: dict[str, Decision], sentence: str, *, is_title: bool) -> None:
    """Add the choice of the sentence, if it makes one that no other did."""
    choice = choice_in(sentence, is_title=is_title)
    if choice is not None and not any(_is_same_choice(choice, known) for known in found.values()):
        found[sentence] = choice


def _is_same_choice(one: Decision, other: Decision) -> bool:
    return (one.chose.lower(), one.rejected) == (other.chose.lower(), other.rejected)


def _is_told(sentence: str, decisions: Mapping[str, Decision]) -> bool:
    """Whether a decision tells all of the sentence, so that it need not be told again."""
    decision = decisions.get(sentence)
    if decision is None:
        return False
    told = stems(" ".join([decision.chose, decision.because, *decision.rejected]))
    return len(stems(sentence) - told) <= _MOST_UNTOLD


def _points(said: _MessageContent) -> list[str]:
    """The points of the message's lists that say something; of many, those with a reason."""
    short = [shorten(condense(point, 2 * _MAX_POINT), _MAX_POINT) for point in said.points]
    best = sorted(dict.fromkeys(short), key=lambda point: not _tells_reason(point))[:_MAX_POINTS]
    return [point for point in dict.fromkeys(short) if point in best]


def _facts(commit_message: CommitMessage) -> list[str]:
    facts = [f"Reverts {commit_message.reverts[:10]}"] if commit_message.reverts else []
    written = commit_message.reference_lines
    others = [
        name for name in commit_message.references if not any(name in line for line in written)
    ]
    return [*facts, *written, *([f"See {', '.join(others)}"] if others else [])]


def _errors(commit_message: CommitMessage, title: str) -> list[RecordedError]:
    """The errors that the message quotes, letter by letter; the commit is what resolved them."""
    found: dict[str, RecordedError] = {}
    for signature in signatures(commit_message.verbatim):
        frames = (signature.frame,) if signature.frame else ()
        resolution = "" if found else title
        found.setdefault(signature.message, RecordedError(signature.message, frames, resolution))
    return list(found.values())[:_MAX_ERRORS]


def _kind(change: Change, commit_message: CommitMessage, decisions: Mapping[str, Decision]) -> str:
    """The kind by the subject; of what is decided, where that tells none, a decision."""
    is_revert = bool(commit_message.reverts) or commit_message.title.lower().startswith("revert ")
    kind = "change" if is_revert else kind_of(replace(change, subject=commit_message.title))
    is_decided = bool(decisions) or (is_revert and commit_message.has_body)
    return "decision" if kind == "change" and is_decided else kind


def _is_code(path: str) -> bool:
    return PurePosixPath(path).suffix not in _FEW_REASONS and not _TEST_PATH.search(path)


def _importance(file: FileChange) -> tuple[bool, int]:
    """Code before tests and prose; among them what changed most."""
    return not _is_code(file.path), -(file.insertions + file.deletions)
