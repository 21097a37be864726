"""Pairs of a changelog entry and the commit that it tells of, from a repository's own history.

    python -m tests.bench.changelog_pairs REPOSITORY... --out DIR

Writes ``corpus-NAME.jsonl.gz`` (one non-merge commit a line, newest first) and
``queries-NAME.jsonl`` for each repository, in the form that ``tests.bench.retrieval`` reads, by the
recipe that ``../shared/retrieval/README.md`` tells: a commit counts if it adds one to three
fragments or bullets to a changelog and changes something else as well.  What the commit's message
says already, nearly word for word, is no question; neither is what repeats or rewords an entry.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

MAX_PATCH = 6_000
MAX_BODY = 4_000
_MAX_ENTRY_WORDS = 60
_MIN_ENTRY_WORDS = 5
_MOST_ENTRIES = 3
_SAID_ALREADY = 0.6  # of the words that an entry and a part of the message have together
_REWORDED = 0.5

_COMMIT, _PATCH = "\x01commit\x01", "\x01patch\x01"
_FORMAT = f"{_COMMIT}%n%H%n%aI%n%at%n%B%n{_PATCH}"

_FRAGMENT = re.compile(
    r"(?:^|/)(?:changelog|news|newsfragments|changelog\.d|\.changeset|changes|unreleased_\d+)/"
    r"[^/]+\.(?:rst|md|txt|[a-z]+)$",
    re.I,
)
_CHANGELOG = re.compile(r"(?:^|/)(?:CHANGES|CHANGELOG|HISTORY|NEWS)(?:\.(?:rst|md|txt))?$", re.I)
_CHANGELOG_FOLDER = re.compile(r"(?:^|/)(?:changelog|changelogs)/[^/]+$", re.I)
_DROPPED_KIND = re.compile(r"\.(?:trivial|vendor|process|contrib|misc|packaging)\b", re.I)
_NO_FRAGMENT = re.compile(r"(?:^|/)(?:readme|template|_template|changelog|towncrier)[^/]*$", re.I)
_VENDORED = re.compile(r"(?:^|/)_?(?:vendor(?:ed)?|third[-_]party|node_modules)/", re.I)
_RELEASE = re.compile(
    r"^\W*(?:(?:prepar\w+|bump\w*|start|begin|cut|new|pre)?[\s:-]*(?:for\s+)?(?:a\s+|the\s+|next\s+)?"
    r"(?:release|version|dev\w*)\b|chore\W+release|v?\d+\.\d+)",
    re.I,
)
_TRAILER = re.compile(
    r"^(?:signed-off-by|co-authored-by|reviewed-by|acked-by|change-id|reported-by|cc|closes|fixes|"
    r"pull-request|pull-request-sha|reviewed-on|tested-by|suggested-by)\s*:.*$",
    re.I | re.M,
)
_BULLET = re.compile(r"^(\s*)[-*]\s+(.*)$")
_WORD = re.compile(r"[a-z0-9_]+")
_STOP_WORDS = """
    a an and are as at be been but by can did do does for from had has have if in into is it its no
    not now of on or so such than that the their then there this to was were when which will with
    also only would should could you your we
"""
_STOP = frozenset(_STOP_WORDS.split())
_CLEANED = [
    (re.compile(r"\s(?:--?|—|–)\s*by\b.*$", re.I), ""),
    (re.compile(r"\((?:`?[0-9a-f]{7,40}`?|\[[0-9a-f]{7,40}\]\([^)]*\))\)"), ""),
    (re.compile(r":(?:issue|pr|user|gh|ghuser|pull|bug|ticket|commit|pypi|cve):`[^`]*`"), ""),
    (re.compile(r"\[#\d+\](?:\([^)]*\)|\[[^\]]*\])?"), ""),
    (re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\[[^\]]*\])"), r"\1"),
    (re.compile(r"\{[\w:.+-]+\}`([^`]*)`"), r"`\1`"),
    (re.compile(r":[\w:.+-]+:`([^`]*)`"), r"`\1`"),
    (re.compile(r"`+([^`<]*?)\s*<[^>`]*>`+_*"), r"\1"),
    (re.compile(r"`+[~!]?([^`]*)`+_*"), r"\1"),
    (re.compile(r"\((?:see |issue |pr |pull |bug |gh[- ]|#)[^()]*\)", re.I), ""),
    (re.compile(r"https?://\S+"), ""),
    (
        re.compile(
            r"\b(?:patch|contributed|reported|pull request|courtesy)\s+(?:by|of)\b[^.]*\.?", re.I
        ),
        "",
    ),
    (re.compile(r"\bthanks (?:to )?@?[\w .-]+[.!]?", re.I), ""),
    (re.compile(r"\bby @[\w-]+(?:\s+in\s*$)?"), ""),
    (
        re.compile(
            r"(?:\b(?:closes|fixes|see|issue|pr|bug|refs?|references)\s*)?(?:#|\bgh-)\d+", re.I
        ),
        "",
    ),
    (re.compile(r"(?<!\w)[*_]{1,2}([^*_\s][^*_]*)[*_]{1,2}(?!\w)"), r"\1"),
    (re.compile(r"\(\s*[,;]*\s*\)|\[\s*\]"), ""),
    (re.compile(r"\s+([.,;:])"), r"\1"),
    (re.compile(r"\s{2,}"), " "),
]


@dataclass
class Commit:
    """A commit as it stands in a corpus, and the entries that it adds to the changelog."""

    oid: str
    date: str
    time: int
    message: str
    files: list[str] = field(default_factory=list)
    patch: list[str] = field(default_factory=list)
    entries: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    """Entries that it takes out of the changelog."""

    @property
    def subject(self) -> str:
        return self.message.partition("\n")[0].strip()

    @property
    def body(self) -> str:
        return _TRAILER.sub("", self.message.partition("\n")[2]).strip()[:MAX_BODY]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("repositories", type=Path, nargs="+", help="a folder, or NAME=FOLDER")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for given in options.repositories:
        name, _, folder = str(given).rpartition("=")
        commits = list(read_commits(Path(folder)))
        name = name or Path(folder).resolve().name
        pairs = list(pairs_of(name, commits))
        with gzip.open(options.out / f"corpus-{name}.jsonl.gz", "wt", encoding="utf-8") as file:
            file.writelines(json.dumps(_row(name, commit)) + "\n" for commit in commits)
        lines = "".join(json.dumps(pair) + "\n" for pair in pairs)
        (options.out / f"queries-{name}.jsonl").write_text(lines, encoding="utf-8")
        print(f"{name}: {len(commits)} commits, {len(pairs)} queries")


def read_commits(repository: Path) -> Iterator[Commit]:
    """Every non-merge commit that HEAD reaches, newest first."""
    command = ["git", "-C", str(repository), "-c", "core.quotePath=off", "log", "--no-merges"]
    command += ["-p", "--no-color", "--no-ext-diff", "--no-textconv", f"--format={_FORMAT}", "HEAD"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        lines = (line.decode("utf-8", "replace").rstrip("\n") for line in process.stdout)
        block: list[str] = []
        for line in lines:
            if line == _COMMIT:
                if block:
                    yield _commit(block)
                block = []
            elif len(block) < 40_000:
                block.append(line[:2_000])
        if block:
            yield _commit(block)


def _commit(lines: Sequence[str]) -> Commit:
    at = lines.index(_PATCH)
    commit = Commit(lines[0], lines[1], int(lines[2]), "\n".join(lines[3:at]).strip())
    size = 0
    for diff in _diffs(lines[at + 1 :]):
        path = diff[0].rpartition(" b/")[2]
        if _is_changelog(path):
            _read_entries(commit, path, diff)
            continue
        commit.files.append(path)
        if _VENDORED.search(path):
            continue
        for line in diff:
            if size > MAX_PATCH:
                break
            commit.patch.append(line)
            size += len(line) + 1
    return commit


def _diffs(lines: Iterable[str]) -> Iterator[list[str]]:
    diff: list[str] = []
    for line in lines:
        if line.startswith("diff --git "):
            if diff:
                yield diff
            diff = []
        if diff or line.startswith("diff --git "):
            diff.append(line)
    if diff:
        yield diff


def _is_changelog(path: str) -> bool:
    return any(one.search(path) for one in (_FRAGMENT, _CHANGELOG, _CHANGELOG_FOLDER))


def _read_entries(commit: Commit, path: str, diff: Sequence[str]) -> None:
    """What the change of this changelog file adds and takes away."""
    is_new = any(line.startswith("new file") for line in diff[:4])
    if _FRAGMENT.search(path) and not _CHANGELOG.search(path):
        added = [line[1:] for line in diff if line.startswith("+") and not line.startswith("+++")]
        if is_new and not _DROPPED_KIND.search(path) and not _NO_FRAGMENT.search(path):
            commit.entries.append("\n".join(_first_paragraph(added)))
        return
    commit.entries += _bullets(diff, "+")
    commit.gone += _bullets(diff, "-")


def _first_paragraph(lines: Sequence[str]) -> list[str]:
    """The first paragraph of a fragment, behind its front matter, directives and fields."""
    text = list(lines)
    if text and text[0].strip() == "---" and "---" in [line.strip() for line in text[1:]]:
        text = text[2 + [line.strip() for line in text[1:]].index("---") :]
    found: list[str] = []
    for line in map(str.strip, text):
        if found and not line:
            break
        if line and (found or not re.match(r"\.\.\s|:\w+:\s|#|[-=~*]{3,}$", line)):
            found.append(re.sub(r"^[-*]\s+", "", line) if not found else line)
    return found


def _bullets(diff: Sequence[str], sign: str) -> list[str]:
    """The bullets of the lines with this sign, each whole: a bullet's own lines stand behind it."""
    found: list[list[str]] = []
    is_open, depth = False, 0
    for line in diff:
        text = line[1:]
        if not line.startswith(sign) or line.startswith(sign * 3):
            is_open = False
        elif match := _BULLET.match(text):
            found.append([match[2]])
            is_open, depth = True, len(match[1])
        elif is_open and text.strip() and len(text) - len(text.lstrip()) > depth:
            found[-1].append(text.strip())
        else:
            is_open = False
    return ["\n".join(lines) for lines in found]


def pairs_of(name: str, commits: Sequence[Commit]) -> Iterator[dict[str, object]]:
    """The questions, oldest first, as rows of a file of queries."""
    earlier: list[frozenset[str]] = []
    number = 0
    for commit in reversed(commits):
        if not 1 <= len(commit.entries) <= _MOST_ENTRIES or not commit.files:
            continue
        if _RELEASE.match(commit.subject):
            continue
        gone = [_content_words(clean_entry(text)) for text in commit.gone]
        for text in commit.entries:
            entry = clean_entry(text)
            words = _content_words(entry)
            if len(entry.split()) < _MIN_ENTRY_WORDS or not words:
                continue
            if any(_jaccard(words, other) > _REWORDED for other in [*gone, *earlier]):
                continue
            if any(
                _jaccard(words, _content_words(part)) > _SAID_ALREADY for part in _parts(commit)
            ):
                continue
            earlier.append(words)
            message = _content_words(commit.message)
            yield {
                "qid": f"{name}-{number:04}",
                "query": entry,
                "sha": commit.oid,
                "siblings": [],
                "msg_overlap": round(len(words & message) / len(words), 2),
            }
            number += 1


def clean_entry(text: str) -> str:
    """An entry without markup, links, numbers of issues and credits, at most 60 words."""
    text = " ".join(text.split())
    for pattern, into in _CLEANED:
        text = pattern.sub(into, text)
    return " ".join(text.split()[:_MAX_ENTRY_WORDS]).strip(" -*")


def _parts(commit: Commit) -> list[str]:
    """The subject, the body, and each paragraph and sentence of the body."""
    paragraphs = re.split(r"\n\s*\n", commit.body)
    sentences = [one for text in paragraphs for one in re.split(r"(?<=[.!?])\s+", text)]
    return [commit.subject, commit.body, *paragraphs, *sentences]


def _content_words(text: str) -> frozenset[str]:
    return frozenset(word for word in _WORD.findall(text.lower()) if word not in _STOP)


def _jaccard(ours: frozenset[str], theirs: frozenset[str]) -> float:
    either = ours | theirs
    return len(ours & theirs) / len(either) if either else 0.0


def _row(name: str, commit: Commit) -> dict[str, object]:
    return {
        "id": commit.oid,
        "repo": name,
        "date": commit.date,
        "author_time": commit.time,
        "subject": commit.subject,
        "body": commit.body,
        "files": commit.files,
        "patch": "\n".join(commit.patch)[:MAX_PATCH],
    }


if __name__ == "__main__":
    main()
