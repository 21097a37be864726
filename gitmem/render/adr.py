"""A decision as an architecture decision record, a page of Markdown of its own.

**Source:** Markdown Any Decision Records (MADR) 4.0, of its headings those that we can fill.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from gitmem.guard.markdown import code_span, markdown_line, markdown_lines
from gitmem.model import labels
from gitmem.model.labels import without_label
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import ID_PATTERN, Decision, Memory
from gitmem.model.value import dataclass
from gitmem.render.terminal import COMMIT_LENGTH

_MAX_TITLE = 100
_MAX_SLUG = 60
_MAX_LINE = 8_000
_QUOTED = re.compile(r'the user: "(.+)"\.?')
_ASKED = re.compile(r'(?<=\S) \(asked by the user: ".*$')
_PLAIN_WORD = re.compile(r"[a-zß-ÿ][a-zß-ÿ'’]*(?:[\s,:]|$)")  # no name of something in code


@dataclass(frozen=True)
class Record:
    """A decision's page without its number; ``name`` is what it is recognised by in a folder."""

    name: str
    slug: str
    title: str
    body: str

    def page(self, number: str = "") -> str:
        """The page; with a number it stands before the title."""
        return f"# {number + '. ' if number else ''}{self.title}\n{self.body}"


def records_of(entries: Iterable[LogEntry]) -> Iterator[Record]:
    """A record for each decision, in the order of the entries."""
    for entry in entries:
        for memory in entry.memories:
            decisions = memory.decisions
            if not decisions and memory.kind == "decision":
                decisions = (Decision(memory.title),)
            for number, decision in enumerate(decisions):
                if decision.chose.strip():
                    yield _record(memory, entry, number, decision)


def record_names(page: str) -> set[str]:
    """The decisions that a page of a folder of records is of."""
    found = re.findall(rf"gitmem: ({ID_PATTERN.pattern}) decisions/(\d+)", page)
    return {f"{name} decisions/{number}" for name, number in found}


def _record(memory: Memory, entry: LogEntry, number: int, decision: Decision) -> Record:
    chose = without_label(labels.DECIDED, decision.chose)
    rejected = [without_label(labels.REJECTED, option) for option in decision.rejected]
    because = without_label(labels.BECAUSE, decision.because)
    title = _title(chose)
    name = f"{memory.id} decisions/{number}"
    day = re.sub(r"[^0-9-]", "", memory.provenance.time[:10])
    told = [f"<!-- gitmem: {name} -->", ""]
    told += ["- Status: accepted", *([f"- Date: {day}"] if day else [])]
    if entry.commit:
        told.append(f"- Commit: {code_span(entry.commit[:COMMIT_LENGTH], COMMIT_LENGTH)}")
    why = markdown_lines(without_label(labels.WHY, memory.why), _MAX_LINE)
    context = why or [markdown_line(memory.title, _MAX_LINE)]
    told += ["", "## Context and problem statement", "", *context]
    if rejected:
        told += ["", "## Considered options", "", f"- {_line(chose)} (chosen)"]
        told += [f"- {_line(option)}" for option in rejected if option.strip()]
    told += ["", "## Decision outcome", "", _line(chose)]
    if because.strip():
        told += ["", f"Because: {_line(because)}"]
    body = "".join(f"{line.rstrip()}\n" for line in ["", *told])
    return Record(name, _slug(title), markdown_line(title, _MAX_TITLE), body)


def _line(text: str) -> str:
    return markdown_line(text, _MAX_LINE)


def _title(chose: str) -> str:
    """The first sentence with a capital letter, cut between words.

    Of what a person is quoted with, the words; what the agent had been asked is left to the page.
    """
    words = " ".join(chose.split())
    quoted = _QUOTED.fullmatch(words)
    words = quoted[1] if quoted else _ASKED.sub("", words)
    sentence = re.split(r"(?<=[^.\d][.!?])\s+(?=\W?[A-Z])", words, maxsplit=1)[0].rstrip(" .:;,")
    if len(sentence) > _MAX_TITLE:
        sentence = sentence[: _MAX_TITLE - 1].rsplit(" ", 1)[0].rstrip(" .:;,(-") + "…"
    return sentence[:1].upper() + sentence[1:] if _PLAIN_WORD.match(sentence) else sentence


def _slug(title: str) -> str:
    plain = normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    slug = "-".join(words)[: _MAX_SLUG + 1]
    return (slug if len(slug) <= _MAX_SLUG else slug.rsplit("-", 1)[0][:_MAX_SLUG]) or "decision"
