"""A lesson as a patch to the files that agents are instructed by: shown, and applied by a person.

``CLAUDE.md`` or ``AGENTS.md`` gets a line below a heading of its own; a lesson about one folder a
rule for its paths (``.claude/rules``); one with steps can be a skill.  What a lesson says comes
from memories, and these may come from anybody: nothing in it may import a file (``@path``), open a
comment or a tag, or begin another line.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo, run_git
from gitmem.upkeep.lessons import Lesson

HEADING = "## Lessons"
TARGETS = ("auto", "claude", "agents", "rule", "skill")
_CLAUDE, _AGENTS = "CLAUDE.md", "AGENTS.md"
_MAX_BYTES = 1 << 20
_INSTRUCTIONS = (_CLAUDE, _AGENTS, "GEMINI.md", ".claude/CLAUDE.md", "CLAUDE.local.md")
_RISKY = re.compile(r"\S*[@<>]\S*|\S*!\[\S*")
_IMPORT = re.compile(r"^\s*@(?:\./)?AGENTS\.md\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Promotion:
    """A lesson, the file it goes to (from the root), and the patch that puts it there."""

    lesson: Lesson
    path: str
    patch: str


def instruction_texts(repo: Repo) -> list[str]:
    """What the instruction files of the work tree say now: those that agents load, and rules."""
    top = repo.need_worktree()
    paths = [top / name for name in _INSTRUCTIONS]
    for pattern in (
        ".claude/rules/**/*.md",
        ".claude/skills/*/SKILL.md",
        ".agents/skills/*/SKILL.md",
    ):
        paths += sorted(top.glob(pattern))[:200]
    return [text for path in paths if (text := _read(path)) is not None]


def promote(repo: Repo, lessons: Sequence[Lesson], target: str = "auto") -> list[Promotion]:
    """A patch for each lesson, which ``git apply`` takes in this order, one after the other."""
    top = repo.need_worktree()
    texts: dict[str, str | None] = {}
    found = []
    for lesson in lessons:
        path = _path_for(top, lesson, target)
        before = texts[path] if path in texts else _read(top / path)
        after = _with_lesson(before, path, lesson)
        texts[path] = after
        found.append(Promotion(lesson, path, _patch(path, before, after)))
    return found


def apply_patch(repo: Repo, patch: str) -> None:
    """Put one patch into the work tree; the index is left alone.

    Raises:
        GitFailed: it does not fit what is there now; nothing is changed.
    """
    data = patch.encode("utf-8", "surrogateescape")
    run_git(repo, "apply", "--whitespace=nowarn", "-", stdin=data)


def lesson_line(lesson: Lesson) -> str:
    """The lesson as one line of Markdown that does nothing but say it."""
    return _RISKY.sub(lambda match: f"`{match[0].replace('`', '')}`", " ".join(lesson.text.split()))


def _path_for(top: Path, lesson: Lesson, target: str) -> str:
    has_claude, has_agents = _read(top / _CLAUDE) is not None, (top / _AGENTS).is_file()
    if target == "skill":
        return f".claude/skills/{_slug(lesson)}/SKILL.md"
    if target == "rule" or (target == "auto" and lesson.folder and has_claude):
        return f".claude/rules/{_slug_of(lesson.folder or 'lessons')}.md"
    if target == "agents" or (target == "auto" and has_agents and not has_claude):
        return _AGENTS
    if target == "auto" and has_agents and _leads_to_agents(top):
        return _AGENTS
    return _CLAUDE


def _leads_to_agents(top: Path) -> bool:
    path = top / _CLAUDE
    return path.is_symlink() or _IMPORT.search(_read(path) or "") is not None


def _with_lesson(before: str | None, path: str, lesson: Lesson) -> str:
    line = f"- {lesson_line(lesson)}"
    if path.endswith("/SKILL.md"):
        return before if before is not None else _skill(lesson)
    if before is None:
        head = f'---\npaths:\n  - "{lesson.folder}/**"\n---\n\n' if _is_rule(path, lesson) else ""
        return f"{head}{HEADING}\n\n{line}\n"
    end = "\r\n" if "\r\n" in before else "\n"
    lines = before.splitlines()
    if HEADING not in lines:
        gap = [""] if lines and lines[-1].strip() else []
        return end.join([*lines, *gap, HEADING, "", line]) + end
    place = lines.index(HEADING) + 1
    while place < len(lines) and not re.match(r"#{1,2} ", lines[place]):
        place += 1
    while not lines[place - 1].strip():
        place -= 1
    above = lines[:place] if lines[place - 1] != HEADING else [*lines[:place], ""]
    return end.join([*above, line, *lines[place:]]) + end


def _is_rule(path: str, lesson: Lesson) -> bool:
    return path.startswith(".claude/rules/") and bool(lesson.folder)


def _skill(lesson: Lesson) -> str:
    steps = dict.fromkeys(
        " ".join(step.split())[:200] for memory in lesson.memories for step in memory.what
    )
    body = "".join(f"{number}. {_plain(step)}\n" for number, step in enumerate(list(steps)[:12], 1))
    said = lesson_line(lesson)
    described = said.replace("\\", "").replace('"', "'")
    return f'---\nname: {_slug(lesson)}\ndescription: "{described}"\n---\n\n{said}\n' + (
        f"\n{body}" if body else ""
    )


def _plain(text: str) -> str:
    return _RISKY.sub(lambda match: f"`{match[0].replace('`', '')}`", text)


def _slug(lesson: Lesson) -> str:
    return _slug_of("-".join(lesson.text.split()[:6]))


def _slug_of(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:50].strip("-") or "lesson"


def _patch(path: str, before: str | None, after: str) -> str:
    """The change as ``git apply`` reads it; empty where there is none."""
    if before == after:
        return ""
    old = (before or "").splitlines(keepends=True)
    new = after.splitlines(keepends=True)
    source = f"a/{path}" if before is not None else "/dev/null"
    told = [f"diff --git a/{path} b/{path}\n"]
    told += ["new file mode 100644\n"] if before is None else []
    for line in difflib.unified_diff(old, new, source, f"b/{path}"):
        told.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(told)


def _read(path: Path) -> str | None:
    """The text of a file; None where there is none that can be read."""
    try:
        data = read_regular(path, _MAX_BYTES, follow=False)
    except OSError:
        return None
    return data.decode("utf-8", "surrogateescape")
