"""A digest as Markdown, for a stand-up or release notes, and as plain values for JSON."""

from __future__ import annotations

from collections.abc import Iterator

from gitmem.guard.markdown import code_span, markdown_line
from gitmem.guard.untrusted import clean_line, clean_text
from gitmem.model import labels
from gitmem.model.instant import iso_time
from gitmem.model.items import shown_title
from gitmem.model.labels import without_label
from gitmem.model.memory import Decision, Json, RecordedError
from gitmem.model.repeats import fold_words
from gitmem.model.user_words import split_user_words
from gitmem.model.work_digest import DigestEntry, WorkDigest
from gitmem.render.terminal import COMMIT_LENGTH

_MAX_TITLE = 160
_MAX_MEMORY = 200  # as much as is kept of a title
_MAX_ITEM = 320
_MAX_ERROR = 200


def render_work_digest(digest: WorkDigest, range_told: str, way_on: str) -> Iterator[str]:
    """The digest's blocks.  ``range_told`` says what was looked at, ``way_on`` is the command that
    shows what is left out.
    """
    yield f"## What was decided, learned and left {markdown_line(range_told, _MAX_TITLE)}\n"
    for name, entries in digest.areas:
        lines = [f"### {markdown_line(name, _MAX_TITLE)}", ""]
        for entry in entries:
            lines += entry_lines(entry)
        yield "\n" + "".join(f"{line}\n" for line in lines)
    told = []
    if digest.left_out:
        told.append(f"{_count(digest.left_out, 'earlier memory', 'earlier memories')} left out")
    if digest.silent:
        told.append(f"{_count(digest.silent, 'commit', 'commits')} with nothing of this kind")
    if told:
        yield f"\n*{'; '.join(told)}: {code_span(way_on, _MAX_ITEM)}*\n"


def entry_lines(entry: DigestEntry) -> Iterator[str]:
    """A memory as an item of a list, and below it what it says, each line labelled."""
    commit = f" ({entry.commit[:COMMIT_LENGTH]})" if entry.commit else ""
    yield f"- **{markdown_line(shown_title(entry.memory), _MAX_MEMORY)}**{commit}"
    for decision in entry.memory.decisions:
        if told := decision_line(decision, entry.memory.title):
            yield f"  - {told}"
    for fact in entry.learned:
        yield f"  - learned: {markdown_line(fact, _MAX_ITEM)}"
    for error in entry.mended:
        solved = markdown_line(without_label(labels.RESOLVED, error.resolution), _MAX_ITEM)
        yield f"  - learned: {error_span(error)}: {solved}"
    for error in entry.failing:
        yield f"  - left: {error_span(error)} was not resolved"
    for step in entry.left:
        yield f"  - left: {markdown_line(without_label(labels.NEXT, step), _MAX_ITEM)}"


def decision_line(decision: Decision, title: str = "") -> str:
    """A decision with its reason and rejected options in one line; what the title says is not
    said again.
    """
    chose = _told(without_label(labels.DECIDED, decision.chose))
    because = _told(without_label(labels.BECAUSE, decision.because))
    parts = []
    if chose and fold_words(chose) != fold_words(title):
        parts.append(f"decided: {markdown_line(chose, _MAX_ITEM)}")
    if because:
        parts.append(f"because: {markdown_line(because, _MAX_ITEM)}")
    rejected = [without_label(labels.REJECTED, one).strip() for one in decision.rejected]
    told = "; ".join(markdown_line(one, _MAX_ITEM) for one in rejected if one)
    parts += [f"rejected: {told}"] if told else []
    return " · ".join(parts)


def _told(text: str) -> str:
    """What it says in nobody's name; a person's words only where there is nothing else."""
    told, _ = split_user_words(text.strip())
    return told or text.strip()


def error_span(error: RecordedError) -> str:
    """The error's first line that says something, as code."""
    lines = (line.strip() for line in error.message.splitlines())
    return code_span(next((line for line in lines if line), ""), _MAX_ERROR)


def work_digest_fields(digest: WorkDigest) -> dict[str, Json]:
    """The digest as plain values, control characters removed."""
    return {
        "areas": [
            {"area": clean_line(name, _MAX_TITLE), "memories": [_entry_fields(e) for e in entries]}
            for name, entries in digest.areas
        ],
        "left_out": digest.left_out,
        "silent_commits": digest.silent,
    }


def _entry_fields(entry: DigestEntry) -> dict[str, Json]:
    memory = entry.memory
    return {
        "commit": entry.commit or None,
        "id": memory.id,
        "kind": _text(memory.kind),
        "title": _text(memory.title),
        "author": _text(entry.author),
        "time": iso_time(entry.time),
        "decided": [
            {
                "chose": _text(one.chose),
                "because": _text(one.because),
                "rejected": [_text(option) for option in one.rejected],
            }
            for one in memory.decisions
        ],
        "learned": [
            *({"fact": _text(fact)} for fact in entry.learned),
            *({"error": _text(e.message), "resolution": _text(e.resolution)} for e in entry.mended),
        ],
        "left": [
            *({"step": _text(step)} for step in entry.left),
            *({"error": _text(error.message)} for error in entry.failing),
        ],
    }


def _text(text: str) -> str:
    return clean_text(text, 1 << 16)


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
