"""A handoff as Markdown that fits a budget, framed as data for the agent it is pasted to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gitmem.guard.markdown import code_span, markdown_line
from gitmem.guard.untrusted import INTRODUCTION
from gitmem.model import labels
from gitmem.model.handoff import HandedSession, Handoff
from gitmem.model.items import shown_title
from gitmem.model.labels import without_label
from gitmem.model.memory import Memory
from gitmem.model.repeats import fold_words
from gitmem.render.terminal import COMMIT_LENGTH, ID_LENGTH
from gitmem.render.work_digest import decision_line, error_span

BYTES_PER_TOKEN = 4
_MAX_TITLE = 160
_MAX_MEMORY = 200  # as much as is kept of a title
_MAX_ITEM = 400
_MAX_PATH = 200
_MOST = {"files": 20, "commits": 12}
_SHARE = {"Commits": 0.2, "Decisions": 0.55}


def render_handoff(handoff: Handoff, budget_tokens: int) -> str:
    """The handoff in at most ``budget_tokens`` (4 UTF-8 bytes each); what has no room is counted.

    A section without items is not there.  Sections come as one needs them: what is in the work
    tree, what is to be done and what fails, then what was decided and where the sessions are.
    """
    room = budget_tokens * BYTES_PER_TOKEN
    head = [f"# Handoff: {markdown_line(handoff.name, _MAX_TITLE)}", "", f"> {INTRODUCTION}"]
    if handoff.aim:
        head += ["", f"**Aim:** {markdown_line(handoff.aim, _MAX_ITEM)}"]
    text = "".join(f"{line}\n" for line in head)
    sections = list(_sections(handoff))
    # Sessions are short and of use at the end; their room is kept.
    kept = sum(_size(line) for name, lines in sections if name == "Sessions" for line in lines)
    for name, items in sections:
        left = room - _size(text) - (0 if name == "Sessions" else kept)
        block = _fitted(name, items, min(left, int(_SHARE.get(name, 1.0) * room)))
        text += f"\n{block}" if block else ""
    return text


def _sections(handoff: Handoff) -> Iterator[tuple[str, list[str]]]:
    named = (
        ("In progress, not committed", list(_progress(handoff))),
        ("To do", list(_steps(handoff))),
        ("Failing, not resolved", list(_failing(handoff))),
        ("Decisions", list(_decisions(handoff))),
        ("Commits", [f"- {_commit(*one)}" for one in handoff.commits]),
        ("Sessions", [f"- {_session(one)}" for one in handoff.sessions]),
    )
    yield from ((name, lines) for name, lines in named if lines)


def _fitted(name: str, items: Sequence[str], room: int) -> str:
    """The section with as many items as fit, and the number of the others."""
    lines, used = [f"## {name}", ""], _size(name) + 60
    shown = 0
    for item in items:
        used += _size(item) + 1
        if used > room:
            break
        lines.append(item)
        shown += 1
    if not shown:
        return ""
    if shown < len(items):
        lines += ["", f"*{len(items) - shown:,} more: see `gitmem log`.*"]
    return "".join(f"{line}\n" for line in lines)


def _progress(handoff: Handoff) -> Iterator[str]:
    for memory in handoff.pending:
        yield f"- **{markdown_line(shown_title(memory), _MAX_MEMORY)}** ({memory.id[:ID_LENGTH]})"
    files = handoff.uncommitted
    for line in files[: _MOST["files"]]:
        state = _STATES.get(line[:2].strip(), "changed")
        yield f"- {code_span(line[3:], _MAX_PATH)} {state}"
    if len(files) > _MOST["files"]:
        yield f"- and {len(files) - _MOST['files']:,} more files: `git status`"


_STATES = {"??": "(new, untracked)", "A": "(new)", "D": "(deleted)", "UU": "(in conflict)"}


def _steps(handoff: Handoff) -> Iterator[str]:
    steps: dict[str, tuple[str, str]] = {}
    for memory in handoff.pending:
        for step in memory.next:
            steps.setdefault(fold_words(step), (step, ""))
    for entry in handoff.entries:
        for step in entry.left:
            steps.setdefault(fold_words(step), (step, entry.commit))
    for step, commit in steps.values():
        told = markdown_line(without_label(labels.NEXT, step), _MAX_ITEM)
        yield f"- {told}{_at(commit)}"


def _failing(handoff: Handoff) -> Iterator[str]:
    said: set[str] = set()
    pending = ((e, "") for m in handoff.pending for e in m.errors if not e.resolution.strip())
    left = ((error, entry.commit) for entry in handoff.entries for error in entry.failing)
    for error, commit in (*pending, *left):
        told = f"- {error_span(error)}"
        if told not in said:
            said.add(told)
            yield f"{told}{_at(commit)}"


def _decisions(handoff: Handoff) -> Iterator[str]:
    said: set[str] = set()
    told: list[tuple[Memory, str]] = [(memory, "") for memory in handoff.pending]
    told += [(entry.memory, entry.commit) for entry in handoff.entries]
    for memory, commit in told:
        for decision in memory.decisions:
            claim = fold_words(decision.chose or decision.because)
            line = decision_line(decision).removeprefix("decided: ")
            if line and claim not in said:
                said.add(claim)
                yield f"- {line}{_at(commit)}"


def _commit(commit: str, subject: str) -> str:
    return f"{commit[:COMMIT_LENGTH]} {markdown_line(subject, _MAX_TITLE)}"


def _session(one: HandedSession) -> str:
    agent = markdown_line(one.agent, _MAX_TITLE) or "an agent"
    whose = f" of {markdown_line(one.author, _MAX_TITLE)}" if one.author else ""
    where = code_span(one.resume, 1_000) if one.resume else markdown_line(one.reason, _MAX_ITEM)
    return f"{agent}{whose}, {code_span(one.session, _MAX_TITLE)}: {where}"


def _at(commit: str) -> str:
    return f" ({commit[:COMMIT_LENGTH]})" if commit else " (not committed)"


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
