"""A commit message taken apart: the prose that a person wrote, and the mere form.

Messages are wrapped by hand, quote output, list points and end in trailers; forges add numbers,
headings, templates and the messages of squashed commits.  Pure, and bounded: a message may be
megabytes of somebody's generated changelog.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from gitmem.compress.offline.commit_verbs import base_of, first_verb

MAX_CHARACTERS = 16_000
MAX_REFERENCES = 6

_NUMBER_AT_END = re.compile(r"\s*\((?:#|GH-)\d{1,7}\)\s*$")
_BULLET = re.compile(r"\s{0,12}(?:[-*•+]|\d{1,2}[.)])\s+(?=\S)")
_CHECKBOX = re.compile(r"\s{0,12}[-*]\s+\[[ xX]\]\s")
_FENCE = re.compile(r"\s{0,8}(?:```|~~~)")
_HEADING = re.compile(r"\s{0,3}(?:#{1,6}\s+\S.{0,200}|[=-]{3,80}|\*\*[^*]{1,80}\*\*:?)\s*$")
_QUOTE = re.compile(r"\s{0,4}>")
# What stands below these tells what was wrong, or is not done yet.
_PROBLEM = re.compile(
    r"[\s#*]*(?:the )?(?:problems?|issues?|motivation|background|symptoms?|before|bugs?|"
    r"(?:current|existing|old|previous|actual|observed) (?:behaviou?rs?|state|situation|result)|"
    r"steps to reproduce|reproduc\w+|(?:root )?causes?|context|implications|consequences)\b"
    r"[\s\w]{0,20}[:*.]*$"
    r"|.{0,120}\b(?:problems?|issues?|bugs?|symptoms|implications|consequences|failures|"
    r"following happens?|wrong|could lead to|scenarios?)\b[^.:]{0,40}:$",
    re.I,
)
_PLAN = re.compile(
    r".{0,60}\b(?:todos?|to[- ]do|tbd|future work|next steps?|follow[- ]?ups?|remaining(?: work)?|"
    r"left to do|known (?:issues|limitations)|still (?:missing|to do)|"
    r"not (?:yet )?(?:done|supported))\b"
    r"[^.:]{0,40}:?\**$",
    re.I,
)
_LABEL = re.compile(
    r"(problem|issue|solution|fix|cause|before|after|now|result)\s{0,3}:\s+(?=\S)", re.I
)
_SENTENCE_END = re.compile(r"[.!?](?:\s+|$)")
_CAPITAL = re.compile(r"\s{0,3}[A-Z][a-z]")
_RUNS_ON = re.compile(
    r"(?:[,(;:–-]|\b(?:and|or|but|the|an?|to|of|in|on|at|by|for|from|with|that|which|as|"
    r"is|are|be))\s*$",
    re.I,
)
_WRAP = 72
_MAX_TRAILER = 200
_COMMENT = re.compile(r"<!--.{0,4000}?-->", re.DOTALL)
_CONFLICTS = re.compile(r"#?\s*Conflicts?:\s*$", re.I)
_TRAILER = re.compile(r"([A-Za-z][A-Za-z-]{1,40})(?::\s|\s#)\s{0,20}(\S.{0,400})$")
# Who did it, and what tools left behind: known to git, or of no use to a reader.
_FORM = re.compile(
    r"(?:[\w-]{2,30}-by|cc|change-id|git-svn-id|pr-url|reviewed-on|commit-queue|auto-submit|"
    r"bot-commit|gerrit-\w+|claude-session|\w+-dev-\w+): |--hg--$|\[[^\]]{1,12}\]:?\s{1,3}https?://\S+\s*$|"
    r"\((?:cherry picked from commit|cherry[- ]picked from|backport|backported from|picked from) |"
    r"branch : \S+$|co-authored-by|signed-off-by|🤖 generated with|---------$",
    re.I,
)
_REFERENCE_TRAILERS = frozenset(
    {
        *("fix", "fixes", "fixed", "close", "closes", "closed", "resolve", "resolves", "resolved"),
        *("bug", "issue", "issues", "ref", "refs", "references", "related", "see", "see-also"),
        *("address", "addresses", "link", "reported-in", "bug-url", "jira", "ticket", "part-of"),
    }
)
_REFERENCE = re.compile(
    r"(?<![\w/&#])(?:[\w.-]{1,40}/[\w.-]{1,60})?#\d{1,7}\b|\bGH-\d{1,7}\b|\bCVE-\d{4}-\d{4,7}\b|"
    r"\b[A-Z][A-Z0-9]{1,9}-\d{1,6}\b|"
    r"\bhttps?://[^\s<>\"')\]]{4,200}/(?:issues?|pull|merge_requests|bugs?|browse)/[\w-]{1,40}"
)
_NO_REFERENCE = re.compile(r"(?:UTF|SHA|ISO|RFC|MD|CP|AES|RSA|ASCII|BASE|X|P)-?\d", re.I)
_ONLY_REFERS = re.compile(
    r"(?:\W|\b(?:fix(?:e[sd])?|close[sd]?|resolve[sd]?|refs?|see|related|relates|to|also|issues?|"
    r"pr|pull|request|bug|part|of|from|and|references?|address(?:es)?)\b)*",
    re.I,
)
_REVERTS = re.compile(r"\bThis reverts commit ([0-9a-f]{7,40})\b[^\n]{0,80}", re.I)
_MERGE = re.compile(
    r"(?:auto )?merge (?:of #|pull request|(?:remote-tracking )?branch(?:es)?|tag|commit|origin/|"
    r"\S+ into )",
    re.I,
)


@dataclass(frozen=True)
class CommitMessage:
    """What a message says.

    ``paragraphs`` are unwrapped prose, ``points`` the items of its lists, ``verbatim`` the whole
    body as it was written, for what must be found letter by letter.  ``reverts`` is the commit it
    takes back; ``is_template`` tells a merge whose subject git or the forge wrote.  ``problem`` are
    those of the paragraphs and points that stand below a heading that says so.
    ``reference_lines`` are the lines that do nothing but refer, as they were written.
    """

    title: str
    paragraphs: tuple[str, ...] = ()
    points: tuple[str, ...] = ()
    verbatim: str = ""
    references: tuple[str, ...] = ()
    reference_lines: tuple[str, ...] = ()
    reverts: str = ""
    is_template: bool = False
    problem: frozenset[str] = frozenset()

    @property
    def has_body(self) -> bool:
        """Whether anything is said beyond the title."""
        return bool(self.paragraphs or self.points)


def parse_message(text: str) -> CommitMessage:
    """Take a message apart; an empty one has an empty title."""
    lines = _COMMENT.sub("", text[:MAX_CHARACTERS].replace("\r\n", "\n")).strip().split("\n")
    subject, whole = _subject_and_body(lines)
    body = _without_rest_of_subject(subject, whole)
    references = _references(subject)
    reverts = _REVERTS.search("\n".join(whole))
    paragraphs: list[str] = []
    points: list[str] = []
    lines_of_references: list[str] = []
    problem: set[str] = set()
    head = ""
    for block in _blocks([line for line in body if not _REVERTS.search(line)]):
        if block.is_heading:
            head = block.lines[0].strip()
            continue
        kept, trailers = _without_trailers(block.lines)
        lines_of_references += trailers
        references += [name for line in trailers for name in _named_by(line)]
        said = " ".join(line.strip() for line in kept).strip()
        if not said or block.is_code:
            continue
        references += _references(said)
        if _ONLY_REFERS.fullmatch(_REFERENCE.sub("", said)):
            lines_of_references += [said] if _references(said) else []
            continue
        if not block.is_point and (said.endswith(":") or not head.startswith("#")):
            head = said if said.endswith(":") or _LABEL.match(said) else ""
        if _PLAN.match(head) and said != head:
            continue
        if _PROBLEM.match(head) or _tells_problem(said):
            problem.add(said)
        (points if block.is_point else paragraphs).append(said)
    return CommitMessage(
        title=_without_numbers(subject),
        paragraphs=tuple(paragraphs),
        points=tuple(points),
        verbatim="\n".join(whole),
        references=tuple(dict.fromkeys(references))[:MAX_REFERENCES],
        reference_lines=tuple(dict.fromkeys(lines_of_references))[:MAX_REFERENCES],
        reverts=reverts[1] if reverts else "",
        is_template=bool(_MERGE.match(subject)),
        problem=frozenset(problem),
    )


def _tells_problem(text: str) -> bool:
    label = _LABEL.match(text)
    return label is not None and label[1].lower() in ("problem", "issue", "cause", "before")


def _subject_and_body(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The first paragraph is the subject when it is one wrapped line; else its first line is."""
    end = next((i for i, line in enumerate(lines) if not line.strip()), len(lines))
    joined = " ".join(line.strip() for line in lines[:end])
    if end == 1 or (end == 2 and len(joined) <= 120 and not _BULLET.match(lines[1])):
        return joined, list(lines[end:])
    return lines[0].strip(), list(lines[1:])


def _without_rest_of_subject(subject: str, body: list[str]) -> list[str]:
    """The body without the end of a subject that runs on in the line below it.

    Half a sentence says nothing by itself.
    """
    first = body[0].strip() if body else ""
    if not first or subject.endswith((".", ":", "!", "?")) or _BULLET.match(body[0]):
        return body
    if (
        not (first[0].islower() or first[0] == "(")
        or first_verb(first)
        or base_of(first.split()[0])
    ):
        return body
    for place, line in enumerate(body):
        if not line.strip():
            return body[place:]
        if end := _SENTENCE_END.search(line):
            return [line[end.end() :], *body[place + 1 :]]
    return []


def _without_numbers(subject: str) -> str:
    previous = ""
    while previous != subject:
        previous, subject = subject, _NUMBER_AT_END.sub("", subject)
    return subject.strip()


def _references(text: str) -> list[str]:
    found = (match[0] for match in _REFERENCE.finditer(text[:4_000]))
    return [name for name in found if not _NO_REFERENCE.match(name)]


@dataclass
class _Block:
    """Lines that belong together: a paragraph, a point of a list, or code."""

    lines: list[str]
    is_point: bool = False
    is_code: bool = False
    is_heading: bool = False


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    for block in _raw_blocks(lines):
        if block.is_code or not _is_list_of_commands(block.lines):
            yield block
        else:
            yield from (_Block([line], is_point=True) for line in block.lines)


def _is_list_of_commands(lines: Sequence[str]) -> bool:
    """Whether each line says something of its own, though no mark stands before it.

    Each begins with a verb, and none ends where the next word would not have fitted.
    """
    words = [line.split() for line in lines if line.strip()]
    if len(words) < 2 or any(_TRAILER.match(line) or _FORM.match(line) for line in lines):
        return False
    commands = [
        bool(first_verb(" ".join(line)) or base_of(line[0]) or line[:2] == ["no", "longer"])
        for line in words
    ]
    is_command = all(commands) or (len(words) >= 5 and sum(commands) >= 0.8 * len(words))
    is_command = is_command or all(_CAPITAL.match(line) and line[-1:].isalnum() for line in lines)
    breaks = pairwise(lines)
    return is_command and all(
        len(line) + 1 + len(after.split(" ", 1)[0]) <= _WRAP and not _RUNS_ON.search(line)
        for line, after in breaks
    )


def _raw_blocks(lines: Sequence[str]) -> Iterator[_Block]:
    block = _Block([])
    in_fence = in_conflicts = False
    after_blank = True
    for line in lines:
        if _FENCE.match(line):
            yield block
            block = _Block([])
            in_fence = not in_fence
        elif in_fence:
            block.is_code = True
        elif not line.strip():
            yield block
            block = _Block([], is_point=block.is_point and bool(block.lines))
            after_blank, in_conflicts = True, False
            continue
        elif _HEADING.match(line) or _CHECKBOX.match(line) or _CONFLICTS.match(line):
            yield block
            block = _Block([])
            in_conflicts = bool(_CONFLICTS.match(line))
            if _HEADING.match(line) and any(map(str.isalpha, line)):
                yield _Block([line], is_heading=True)
        elif in_conflicts or _QUOTE.match(line):
            pass
        elif _LABEL.match(line) and not block.is_point:
            yield block
            block = _Block([line])
        elif match := _BULLET.match(line):
            yield block
            block = _Block([line[match.end() :]], is_point=True)
        elif after_blank and line.startswith(("    ", "\t")) and not block.is_point:
            block = _Block([line], is_code=True)
        elif after_blank and block.is_point and not line.startswith((" ", "\t")):
            block = _Block([line])
        else:
            block.lines.append(line)
        after_blank = False
    yield block


def _without_trailers(lines: Sequence[str]) -> tuple[list[str], list[str]]:
    """The lines that say something, and the trailers among them that refer to something."""
    kept: list[str] = []
    trailers: list[str] = []
    for line in lines:
        match = _TRAILER.match(line.strip())
        if match and match[1].lower() in _REFERENCE_TRAILERS:
            trailers.append(line.strip()[:_MAX_TRAILER])
        elif not _FORM.match(line.strip()):
            kept.append(line)
    return kept, trailers


def _named_by(trailer: str) -> list[str]:
    match = _TRAILER.match(trailer)
    return _references(f" {trailer}") or ([match[2].strip()[:120]] if match else [])
