"""What ``gitmem why`` shows next to the memories: which lines, and how much still stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitmem.git.blame import NO_COMMIT, BlameRange
from gitmem.guard.untrusted import clean_line
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Json
from gitmem.model.standing import Standing
from gitmem.render.results import standing_text
from gitmem.render.terminal import COMMIT_LENGTH, Palette, tint

Spans = Sequence[tuple[int, int]]
_MAX_SPANS = 6
_MAX_SUBJECT = 300
_MAX_LINES = 60
_MAX_CODE = 300


def lines_text(spans: Spans) -> str:
    """Line numbers as people write them: ``3, 7-9``."""
    shown = [str(first) if first == last else f"{first}-{last}" for first, last in spans]
    more = f" and {len(shown) - _MAX_SPANS} more places" if len(shown) > _MAX_SPANS else ""
    return ", ".join(shown[:_MAX_SPANS]) + more


def remarks_of(
    spans: Spans, standing: Standing | None, *, is_earlier: bool
) -> tuple[tuple[str, str], ...]:
    """More lines for the head of an entry."""
    lines = lines_text(spans)
    found = (
        [("Lines", "changed them before" if is_earlier else lines)] if lines or is_earlier else []
    )
    if standing is not None:
        found.append(("State", standing_text(standing)))
    return tuple(found)


def render_lines(
    parts: Sequence[BlameRange], lines: Sequence[str], colours: Palette
) -> Iterator[str]:
    """The lines that were asked for, as ``git blame`` has them: commit, number, text."""
    spans = [(part, number) for part in parts for number in range(part.first, part.last + 1)]
    digits = len(str(max((number for _, number in spans), default=0)))
    for part, number in spans[:_MAX_LINES]:
        is_new = part.commit == NO_COMMIT
        commit = "pending" if is_new else part.commit[:COMMIT_LENGTH]
        text = lines[number - 1] if number <= len(lines) else ""
        head = tint(f"{commit:<{COMMIT_LENGTH}} {number:>{digits}})", colours.commit, colours)
        yield f"{head} {clean_code_line(text)}".rstrip() + "\n"
    if len(spans) > _MAX_LINES:
        yield tint(f"... {len(spans) - _MAX_LINES} more lines", colours.dim, colours) + "\n"


def clean_code_line(text: str) -> str:
    """A line of a file, with its indentation and without controls."""
    plain = text.expandtabs(8).rstrip()
    width = len(plain) - len(plain.lstrip())
    return " " * width + clean_line(plain, _MAX_CODE)


def render_nearest(entry: LogEntry, spans: Spans, reason: str = "") -> str:
    """One line about a commit, or uncommitted lines, with no memory, and one with the reason."""
    lines = lines_text(spans)
    is_one = len(spans) == 1 and spans[0][0] == spans[0][1]
    where = f" (line{'' if is_one else 's'} {lines})" if lines else ""
    if entry.is_pending:
        return f"Nothing is remembered about uncommitted work yet{where}.\n"
    subject = clean_line(entry.subject, _MAX_SUBJECT)
    why = f"  Why: {clean_line(reason, _MAX_SUBJECT)}\n" if reason else ""
    commit = entry.commit[:COMMIT_LENGTH]
    return f"Nothing is remembered about commit {commit}{where}: {subject}\n{why}"


def standing_fields(standing: Standing | None) -> Json:
    """For JSON."""
    if standing is None:
        return None
    return {"verdict": standing.verdict.value, "share": standing.share}
