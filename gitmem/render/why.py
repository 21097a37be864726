"""What ``gitmem why`` shows next to the memories: which lines, and how much still stands."""

from __future__ import annotations

from collections.abc import Sequence

from gitmem.guard.untrusted import clean_line
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Json
from gitmem.model.standing import Standing
from gitmem.render.results import standing_text
from gitmem.render.terminal import COMMIT_LENGTH

Spans = Sequence[tuple[int, int]]
_MAX_SPANS = 6
_MAX_SUBJECT = 300


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


def render_nearest(entry: LogEntry, spans: Spans) -> str:
    """One line about a commit, or uncommitted lines, with no memory."""
    lines = lines_text(spans)
    is_one = len(spans) == 1 and spans[0][0] == spans[0][1]
    where = f" (line{'' if is_one else 's'} {lines})" if lines else ""
    if entry.is_pending:
        return f"Nothing is remembered about uncommitted work yet{where}.\n"
    subject = clean_line(entry.subject, _MAX_SUBJECT)
    return f"Nothing is remembered about commit {entry.commit[:COMMIT_LENGTH]}{where}: {subject}\n"


def standing_fields(standing: Standing | None) -> Json:
    """For JSON."""
    if standing is None:
        return None
    return {"verdict": standing.verdict.value, "share": standing.share}
