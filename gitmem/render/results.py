"""What a search found, as people and scripts read it: a few lines per memory, best first.

Memories may come from a remote: whatever could drive the terminal is taken out here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from gitmem.guard.untrusted import clean_line
from gitmem.model.hit import Hit
from gitmem.model.items import Item, Words, items_of, shown_title
from gitmem.model.memory import Json, Memory, to_fields
from gitmem.model.repeats import Told, fold_words, kin_of
from gitmem.model.standing import Standing, Verdict
from gitmem.render.item_line import item_line
from gitmem.render.rows import wrap_text
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH, Palette, clean_fields, tint

_MAX_LINE = 300
MAX_SNIPPET = 320
_ORDER = ("why", "decisions", "what", "errors", "next")  # most informative first
_MAX_FILES = 3
_MIN_WIDTH = 30
_MAX_TELLING = 3
_LABEL_ROOM = 15
_WORD = re.compile(r"\w{3,}")


def render_result(
    number: int, result: Hit, text: str, colours: Palette, width: int, *, explain: bool
) -> str:
    """One result: what it is, where it comes from, and what of it answers best (``text``)."""
    memory = result.memory
    lead = f"{number}. "
    margin = " " * len(lead)
    kind = tint(clean_line(memory.kind, 40), colours.kind, colours)
    title = tint(clean_line(shown_title(memory), _MAX_LINE), colours.title, colours)
    lines = [f"{lead}{kind}: {title}"]
    lines.append(margin + "  ".join(_origin(result, colours)))
    if text:
        lines += [margin + line for line in wrap_text(text, max(width, _MIN_WIDTH) - len(margin))]
    if memory.files_changed:
        lines.append(margin + tint(_files(memory.files_changed), colours.dim, colours))
    if explain:
        lines += [margin + line for line in _reasons(result)]
    return "".join(f"{line.rstrip()}\n" for line in lines)


def snippets(results: Sequence[Hit], query: str, limit: int = MAX_SNIPPET) -> list[str]:
    """For each result the item, beside its title, that has most of the query's words; the reason
    where none has any.  Words stand behind their labels.

    What one result says, no later one of the same session or commit says again.  A text is empty
    where nothing is left to say, and has at most ``limit`` characters.
    """
    told = Told()
    asked: set[str] = set(_WORD.findall(query[:10_000].lower()))
    return [_snippet(result, asked, told, limit) for result in results]


def _snippet(result: Hit, asked: Collection[str], told: Told, limit: int) -> str:
    memory, kin = result.memory, kin_of(result.memory, result.commit)
    items = [item for item in items_of(memory) if not _only_says_title(item, memory)]
    items.sort(key=lambda item: _ORDER.index(item.name.partition("/")[0]))
    items.sort(key=lambda item: -_shared(item.words, asked))
    item = next((item for item in items if not told.covers(item, kin)), None)
    if item is None:
        return ""
    told.add(item, kin)
    return _fitted_line(item, asked, limit)


def _shared(words: Iterable[Words], asked: Collection[str]) -> int:
    """How many of the query's words stand there."""
    return len({word for one in words for word in _WORD.findall(one.text.lower())} & set(asked))


def _only_says_title(item: Item, memory: Memory) -> bool:
    title = fold_words(shown_title(memory))
    return len(item.words) == 1 and fold_words(item.words[0].text) == title


def _fitted_line(item: Item, asked: Collection[str], limit: int) -> str:
    """The item on a line; of a long one the claim, shortened, and what has words of the query."""
    line = item_line(item, limit)
    if len(line) > limit and len(item.words) > 1:
        first, *others = item.words
        telling = [words for words in others if _shared([words], asked)][:_MAX_TELLING]
        share = limit // (1 + len(telling)) - _LABEL_ROOM
        line = item_line(Item(item.name, (first, *telling)), share, share)
    return clean_line(line, limit)


def standing_text(standing: Standing) -> str:
    """The verdict in words, with the share if that says something."""
    if standing.verdict is Verdict.DRIFTED:
        return f"drifted, {standing.share:.0%} still stands"
    return standing.verdict.words


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
