"""What a search found, as people and scripts read it: a few lines per memory, best first.

Memories may come from a remote: whatever could drive the terminal is taken out here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gitmem.guard.untrusted import clean_line
from gitmem.model.hit import Hit
from gitmem.model.memory import Json, Memory, to_fields
from gitmem.model.standing import Standing, Verdict
from gitmem.render.rows import wrap_text
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH, Palette, clean_fields, tint

_MAX_LINE = 300
_MAX_SNIPPET = 320
_MAX_FILES = 3
_MIN_WIDTH = 30
_WORD = re.compile(r"\w{3,}")


def sentences_of(memory: Memory) -> list[str]:
    """The memory's sentences, most informative first."""
    decided = [_join_sentences(d.chose, d.because, *d.rejected) for d in memory.decisions]
    met = [_join_sentences(error.message, error.resolution) for error in memory.errors]
    found = [memory.title, memory.why, *decided, *memory.what, *met, *memory.next]
    return [text for text in found if text.strip()]


def render_result(
    number: int, result: Hit, query: str, colours: Palette, width: int, *, explain: bool
) -> str:
    """One result: what it is, where it comes from, and the sentence that answers best."""
    memory = result.memory
    lead = f"{number}. "
    margin = " " * len(lead)
    kind = tint(clean_line(memory.kind, 40), colours.kind, colours)
    title = tint(clean_line(memory.title, _MAX_LINE), colours.title, colours)
    lines = [f"{lead}{kind}: {title}"]
    lines.append(margin + "  ".join(_origin(result, colours)))
    text = snippet(memory, query)
    if text:
        lines += [margin + line for line in wrap_text(text, max(width, _MIN_WIDTH) - len(margin))]
    if memory.files_changed:
        lines.append(margin + tint(_files(memory.files_changed), colours.dim, colours))
    if explain:
        lines += [margin + line for line in _reasons(result)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def snippet(memory: Memory, query: str) -> str:
    """The sentence, beside the title, that has most of the query's words; the reason where none
    has any.
    """
    texts = [text for text in sentences_of(memory) if text != memory.title]
    if not texts:
        return ""
    asked: set[str] = set(_WORD.findall(query[:10_000].lower()))
    shared = [len(asked & set(_WORD.findall(text.lower()))) for text in texts]
    best = texts[shared.index(max(shared))]
    return clean_line(best, _MAX_SNIPPET)


def standing_text(standing: Standing) -> str:
    """The verdict in words, with the share if that says something."""
    if standing.verdict is Verdict.OTHER_BRANCH:
        return "on another branch"
    if standing.verdict is Verdict.DRIFTED:
        return f"drifted, {standing.share:.0%} still stands"
    return str(standing.verdict.value)


def result_fields(result: Hit) -> dict[str, Json]:
    """The result as plain values for JSON: nothing shortened, control characters removed."""
    standing = result.standing
    head: dict[str, Json] = {
        "id": result.memory.id,
        "commit": result.commit or None,
        "pending": result.is_pending,
        "score": round(result.score, 4),
        "standing": {"verdict": standing.verdict.value, "share": standing.share}
        if standing
        else None,
        "reasons": [
            {"name": r.name, "value": round(r.value, 4), "text": r.text} for r in result.reasons
        ],
    }
    if result.repository:
        head["repository"] = {"name": result.repository, "path": result.place}
    return clean_fields({**head, "memory": to_fields(result.memory)})


def _origin(result: Hit, colours: Palette) -> Iterator[str]:
    origin = result.memory.provenance
    if result.repository:
        yield tint(clean_line(result.repository, 80), colours.refs, colours)
    yield tint(
        "pending" if result.is_pending else result.commit[:COMMIT_LENGTH], colours.commit, colours
    )
    if origin.time:
        yield clean_line(origin.time, 40)[:10]
    name = clean_line(origin.author.partition("<")[0], 60)
    if name:
        yield name
    if result.standing is not None:
        is_gone = result.standing.verdict is Verdict.GONE
        yield tint(standing_text(result.standing), colours.error if is_gone else "", colours)
    yield tint(f"({result.memory.id[:ID_LENGTH]})", colours.dim, colours)


def _reasons(result: Hit) -> Iterator[str]:
    yield f"score {result.score:.3f}"
    for reason in result.reasons:
        words = f"  {clean_line(reason.text, _MAX_LINE)}" if reason.text else ""
        yield f"  {reason.name:<10} {reason.value:+.3f}{words}"


def _files(names: Sequence[str]) -> str:
    shown = ", ".join(clean_line(name, 120) for name in names[:_MAX_FILES])
    return shown + (f" and {len(names) - _MAX_FILES} more" if len(names) > _MAX_FILES else "")


def _join_sentences(*texts: str) -> str:
    return ". ".join(text.strip().rstrip(".") for text in texts if text.strip())
