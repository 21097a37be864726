"""Decisions that people wrote down in Markdown, found in a file's text.  Pure.

Four forms are read, and in each only what clearly is a decision:

* a record of its own (a file in a folder of records): a title, and a section that says what was
  decided.  One that is only proposed, or rejected, deprecated or superseded, is not in force;
* an entry of a log (``DECISIONS.md``): a heading with a date or a number, or whose text has a line
  ``Decision: …`` or ``Why: …``;
* an item of a list, or a row of a table, in a log or in a section headed "Decisions";
* the same below such a heading in ``CLAUDE.md``, ``AGENTS.md`` and the like.

**Source:** Michael Nygard's template of 2011 (adr.github.io), MADR 2 to 4 (adr/madr), and logs in
public repositories.  Everything in a file may be hostile: lengths and counts are capped, and what
stands in code or comments is left out.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence

from gitmem.model.markdown import (
    Line,
    Section,
    cells_of,
    is_heading,
    item_texts,
    items_of,
    one_line,
    own_lines,
    plain_lines,
    prose,
    sections_of,
    unmarked,
    without_front_matter,
)
from gitmem.model.memory import Decision
from gitmem.model.value import dataclass

MAX_CHARACTERS = 1 << 20
MOST_ENTRIES = 1_000
_MAX_TITLE = 160
_MAX_TEXT = 2_000
_MAX_ITEM = 500
_MOST_ITEMS = 12
_LEAST_SENTENCE = 6

_RECORD = re.compile(
    r"(?:^|/)(?:adrs?|decisions?|decision[-_]records?|architecture[-_]decisions?"
    r"|architectural[-_]decisions?)/(?:[^/]+/)*[^/]+\.(?:md|markdown)$",
    re.IGNORECASE,
)
_LOG = re.compile(
    r"(?:^|/)(?:adr|decisions?|(?:architecture|design|technical|tech)[-_ ]decisions?"
    r"|decisions?[-_ ](?:log|record|records|register)s?)\.(?:md|markdown)$",
    re.IGNORECASE,
)
_INSTRUCTIONS = re.compile(r"(?:^|/)(?:CLAUDE|AGENTS|GEMINI|CONTRIBUTING|ARCHITECTURE)\.md$")
_NO_RECORD = re.compile(
    r"(?:^|/)(?:(?:\d+[-_])?(?:readme|index|toc|summary|about)\.\w+|[^/]*template[^/]*)$",
    re.IGNORECASE,
)

_DATE = re.compile(r"\b(20\d\d-[01]\d-[0-3]\d)\b")
_NUMBER = re.compile(
    r"^(?:(?:ADR|D|DEC|DR)[-_ ]?\d{1,5}|\d{1,5})(?:[.:)\]]|[ \t]+[-–—:]|[ \t])[ \t]*", re.IGNORECASE
)
_DECISIONS = re.compile(
    r"^(?:(?:key|important|major|past|our|architecture|architectural|design|technical|tech|product"
    r"|project|team|accepted|recorded)[ \t&/,-]*(?:and[ \t]+)?)*decisions?"
    r"(?:[ \t]+(?:log|records?|made))?$",
    re.IGNORECASE,
)
_FIELD = re.compile(
    r"^(?:[-*+][ \t]+)?\**[ \t]*([A-Za-z][A-Za-z ]{1,30}?)[ \t]*\**[ \t]*:[ \t]*\**[ \t]*(.*)$"
)
_CHOSEN = re.compile(
    r"chosen option:?\s*[\"“'*]*(?P<what>[^\"”'*\n]{2,200})[\"”'*]*"
    r"\s*(?:[,;–—-]*\s*because\s+(?P<why>.+))?",
    re.IGNORECASE | re.DOTALL,
)
_BECAUSE = re.compile(r"[ ,;–—-]+because\s+", re.IGNORECASE)
_NOT_IN_FORCE = re.compile(
    r"\b(?:proposed|draft|pending|rejected|declined|deprecated|superseded|obsolete|withdrawn|replaced"
    r"|open|under review|wip|to be decided|tbd)\b",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"^\W*(?:\{|<|todo\b|tbd\b|n/?a\b|none\b|title\b|\.\.\.)", re.IGNORECASE)

_ROLES = {
    "decision": "chose", "decision outcome": "chose", "decisions": "chose", "decided": "chose",
    "what": "chose", "what was decided": "chose", "what we decided": "chose", "outcome": "chose",
    "resolution": "chose", "chose": "chose", "chosen": "chose", "choice": "chose",
    "why": "why", "reason": "why", "reasons": "why", "rationale": "why", "because": "why",
    "reasoning": "why", "justification": "why", "motivation": "why",
    "context": "context", "context and problem statement": "context", "problem": "context",
    "background": "context", "problem statement": "context",
    "considered options": "options", "options considered": "options", "options": "options",
    "alternatives": "options", "alternatives considered": "options",
    "considered alternatives": "options", "rejected": "rejected",
    "rejected alternatives": "rejected",
    "not chosen": "rejected", "consequences": "consequences", "impact": "consequences",
    "implications": "consequences", "positive consequences": "consequences",
    "negative consequences": "consequences", "status": "status", "date": "date",
}  # fmt: skip


@dataclass(frozen=True)
class LoggedDecision:
    """A decision that a file tells, and on which line (from 1) it begins.

    ``date`` is the day that it names (ISO), if any; ``key`` tells it apart from the others of its
    file, and stays when its text is revised.
    """

    line: int
    key: str
    title: str
    decision: Decision
    why: str = ""
    what: tuple[str, ...] = ()
    date: str = ""


def tells_decisions(path: str) -> bool:
    """Whether a file of this name is one in which decisions are looked for."""
    return bool(_RECORD.search(path) or _LOG.search(path) or _INSTRUCTIONS.search(path))


def decisions_in(path: str, text: str) -> list[LoggedDecision]:
    """The decisions in force that a file tells, in its order; by its path, from the root, it is
    known what kind of file it is.
    """
    text, front = without_front_matter(text[:MAX_CHARACTERS].replace("\r\n", "\n"))
    lines = plain_lines(text)
    if _RECORD.search(path) and not _LOG.search(path):
        found = [] if _NO_RECORD.search(path) else list(_record(path, lines, front))
        if found or _is_record(lines):
            return found
    is_log = bool(_LOG.search(path)) or bool(_RECORD.search(path))
    entries = _entries(lines, is_log=is_log)
    unique = {entry.key: entry for _, entry in zip(range(MOST_ENTRIES), entries, strict=False)}
    return list(unique.values())


def _is_record(lines: Sequence[Line]) -> bool:
    return any(_role(section.title) in ("chose", "status") for section in sections_of(lines))


def _record(path: str, lines: Sequence[Line], front: dict[str, str]) -> Iterator[LoggedDecision]:
    """The one decision of a record; none where it lacks what was decided, or is not in force."""
    sections = sections_of(lines)
    if not sections:
        return
    title = next((one for one in sections if one.level == 1), None)
    parts: dict[str, str] = {"status": front.get("status", ""), "date": front.get("date", "")}
    listed: dict[str, list[str]] = {}
    for section in sections:
        role = _role(section.title)
        if role and section is not title:
            own = own_lines(section)
            parts[role] = parts.get(role) or prose(own)
            listed.setdefault(role, item_texts(own))
    for name, value in _fields(own_lines(title) if title else ()).items():
        parts[name] = parts.get(name) or value
    chose = parts.get("chose", "")
    first = parts["status"].strip().partition("\n")[0]
    name = title.title if title is not None else front.get("title", "")
    consequences = listed.get("consequences") or [one_line(parts.get("consequences", ""))]
    if not chose or not name or _NOT_IN_FORCE.search(first):
        return
    entry = _entry(
        title.line if title is not None else 1,
        posixpath.basename(path),
        name,
        parts,
        listed.get("options", []),
        [told for told in consequences if told and not _PLACEHOLDER.match(told)],
    )
    if entry is not None:
        yield entry


def _entries(lines: Sequence[Line], *, is_log: bool) -> Iterator[LoggedDecision]:
    """The entries of a log, or of the sections headed "Decisions" in any other file."""
    sections = sections_of(lines)
    if is_log and not any(section.level > 1 for section in sections):
        whole = tuple(line for line in lines if not is_heading(line[1]))
        yield from _list_entries(whole)
    for section in sections:
        is_inside = is_log or any(_DECISIONS.match(_bare(title)) for title in section.above)
        if _DECISIONS.match(_bare(section.title)) or (is_log and section.level == 1):
            if section.level > 1 or len(sections) > 1:
                yield from _list_entries(own_lines(section))
        elif is_inside and (entry := _heading_entry(section, is_log=is_log)) is not None:
            yield entry
        elif is_inside and is_log and _date_of(section.title) and not _fields(own_lines(section)):
            yield from _list_entries(own_lines(section), _date_of(section.title))


def _heading_entry(section: Section, *, is_log: bool) -> LoggedDecision | None:
    """An entry under a heading of its own: dated, numbered, or with a line that says so; below a
    heading for decisions any that a sentence stands under.
    """
    fields = _fields(section.body)
    is_marked = bool(_date_of(section.title) or _NUMBER.match(_bare(section.title)))
    own = own_lines(section)
    rest = prose([line for line in own if not _is_field(line[1])])
    is_said = bool(fields.get("chose") or fields.get("why") or is_marked)
    is_plain = not is_said and not is_log and len(rest.split()) >= _LEAST_SENTENCE
    if not is_said and not is_plain:
        return None
    first = fields.get("status", "").partition("\n")[0]
    title = _title(section.title)
    if not title or _NOT_IN_FORCE.search(first):
        return None
    parts = dict(fields)
    if is_plain:
        parts["chose"], parts["context"] = title, rest
    elif not parts.get("chose"):
        parts["chose"] = title if parts.get("why") or not rest else rest
    elif rest and not parts.get("why"):
        parts.setdefault("context", rest)
    if not parts.get("why") and not rest and parts["chose"] == title:
        return None  # a dated heading alone says only that there was something
    parts["date"] = parts.get("date") or _date_of(section.title)
    return _entry(section.line, title, title, parts, [], item_texts(own) if not rest else [])


def _list_entries(lines: Sequence[Line], date: str = "") -> Iterator[LoggedDecision]:
    """The items of a list and the rows of a table that are decisions."""
    yield from _rows(lines)
    for number, text in items_of(lines):
        plain = unmarked(text)
        day = _date_of(plain) or date
        words = _NUMBER.sub("", _undated(plain)).strip(" :–—-")
        chose, _, why = (*_split_because(words),)
        if (
            len(chose.split()) < (2 if why else 3)
            or _PLACEHOLDER.match(chose)
            or _NOT_IN_FORCE.match(chose)
        ):
            continue
        title = _cut(chose, _MAX_TITLE)
        entry = _entry(number, title, title, {"chose": chose, "why": why, "date": day}, [], [])
        if entry is not None:
            yield entry


def _rows(lines: Sequence[Line]) -> Iterator[LoggedDecision]:
    """The rows of tables that have a column for the decision."""
    names: list[str] = []
    for number, line in lines:
        cells = cells_of(line)
        if not cells:
            names = []
        elif not names:
            names = [_role(cell) or "" for cell in cells]
        elif all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            continue
        elif "chose" in names:
            parts = {name: unmarked(cell) for name, cell in zip(names, cells, strict=False) if name}
            chose = parts.get("chose", "")
            is_open = _NOT_IN_FORCE.search(parts.get("status", ""))
            if len(chose.split()) < 2 or _PLACEHOLDER.match(chose) or is_open:
                continue
            title = _title(chose)
            parts["date"] = _date_of(parts.get("date", "")) or _date_of(line)
            entry = _entry(number, title, title, parts, [], []) if title else None
            if entry is not None:
                yield entry


def _entry(
    line: int,
    key: str,
    title: str,
    parts: dict[str, str],
    options: Sequence[str],
    consequences: Sequence[str],
) -> LoggedDecision | None:
    name = _title(title)
    chose, why = parts.get("chose", ""), parts.get("why", "")
    match = _CHOSEN.search(chose)
    if match is not None:
        chosen = match["what"].strip(" .")
        why = why or (match["why"] or "").strip()
        chose = chosen
    elif not why:
        chose, _, why = _split_because(chose)
    if not name or not chose or _PLACEHOLDER.match(chose):
        return None
    chose = _cut(one_line(chose), _MAX_TEXT)
    others = [*options, *_listed(parts.get("options", "") if not options else "")]
    rejected = [*_listed(parts.get("rejected", "")), *others]
    kept = [one for one in rejected if one.lower().strip(" .") not in chose.lower()]
    because = _cut(one_line(why), _MAX_TEXT)
    context = _cut(parts.get("context", "").strip(), _MAX_TEXT)
    date = _date_of(parts.get("date", "")) or _date_of(title)
    return LoggedDecision(
        line,
        _cut(one_line(key), _MAX_TITLE),
        name,
        Decision(chose, because, tuple(_cut(one, _MAX_ITEM) for one in kept)[:_MOST_ITEMS]),
        context,
        tuple(_cut(one, _MAX_ITEM) for one in consequences)[:_MOST_ITEMS],
        date,
    )


def _fields(lines: Sequence[Line]) -> dict[str, str]:
    """What lines such as ``**Why:** …`` say, with the lines that go on below them."""
    found: dict[str, list[str]] = {}
    current = ""
    for _, line in lines:
        match = _FIELD.match(line.strip())
        role = _role(match[1]) if match is not None else ""
        if match is not None and role:
            current = role if role not in found else ""
            if current:
                found[current] = [match[2]]
        elif not line.strip() or is_heading(line) or match is not None:
            current = "" if not line.strip() or is_heading(line) else current
        elif current:
            found[current].append(line)
    return {name: unmarked(" ".join(texts)).strip() for name, texts in found.items() if texts}


def _is_field(line: str) -> bool:
    match = _FIELD.match(line.strip())
    return match is not None and bool(_role(match[1]))


def _listed(text: str) -> list[str]:
    parts = re.split(r"[;\n]|,\s+(?=[A-Z])", text)
    return [part for part in (one_line(unmarked(part)).strip(" .") for part in parts) if part]


def _role(title: str) -> str:
    return _ROLES.get(_bare(title).lower(), "")


def _bare(title: str) -> str:
    return re.sub(r"[*_`]|[:：]$", "", title).strip().rstrip(":").strip()


def _title(title: str) -> str:
    bare = re.sub(r"[*_]{1,3}", "", _undated(unmarked(title)))
    bare = _NUMBER.sub("", bare.strip(" :–—-")).strip(" :–—-")
    return "" if _PLACEHOLDER.match(bare) else _cut(one_line(bare), _MAX_TITLE)


def _undated(text: str) -> str:
    return re.sub(r"[(\[]?\b20\d\d-[01]\d-[0-3]\d\b[)\]]?", "", text, count=1).strip(" :–—-")


def _date_of(text: str) -> str:
    match = _DATE.search(text)
    return match[1] if match is not None else ""


def _split_because(text: str) -> tuple[str, str, str]:
    parts = _BECAUSE.split(text, maxsplit=1)
    return (parts[0], "because", parts[1]) if len(parts) == 2 else (text, "", "")


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
