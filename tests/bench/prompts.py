"""Which prompts are answered with memories: those that call for one, and no nod, order or chatter?

    python -m tests.bench.prompts --mirrors DIR [--keep DIR] [--only NAME] [--data DIR] [--list]

DIR holds clones of the public repositories ``click``, ``jinja`` and ``pytest``; each is cloned
again (to ``--keep``, where it stays for the next run) and backfilled from its history.  Every
prompt of ``tests/fixtures/prompts/silent.jsonl`` is asked of each repository, as the first one of a
session; none should be told anything.  The prompts of ``answers-NAME.jsonl`` were written after
changelog entries of these commits; told rightly means with the memory of such a commit, or of one
that touched the same file, of those that few memories touch (at most three, or a hundredth).

``--data`` (``../shared/sessions``) are real sessions; ``sessions.jsonl`` names later prompts of
theirs by session and line, sorted by what they say.  Each is asked at its time; told rightly means
with a memory of a file that the session went on to edit and that few memories touch, by the data
set's own rule.

The thresholds were chosen on click, jinja and the sessions' first prompts; pytest was read as well
when it was decided what history may tell, so only other repositories judge the rule for silence
unseen.  ``--list`` prints each prompt that was answered wrongly, with what it was told.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gitmem.capture.workspace import Workspace, open_workspace
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.git.repo import Repo, find_repo
from gitmem.index.cache import Index
from gitmem.index.lookup import touch_counts
from gitmem.model.context_item import ContextItem
from gitmem.recall.with_prompt import weigh_prompt
from gitmem.refresh.refresh import refresh
from gitmem.state.context_history import SessionContext
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.bench import injection, real_sessions

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "prompts"
REPOSITORIES = ("click", "jinja", "pytest")
_FEW, _SHARE = 3, 100


@dataclass(frozen=True)
class Answer:
    """What a prompt was told: titles, and how many of them are right."""

    where: str
    group: str
    language: str
    prompt: str
    titles: Sequence[str]
    right: int

    @property
    def is_told(self) -> bool:
        return bool(self.titles)

    @property
    def wrong(self) -> int:
        return len(self.titles) - self.right


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--mirrors", type=Path, help="clones of the public repositories")
    parser.add_argument("--keep", type=Path, help="backfilled clones stay here")
    parser.add_argument("--only", action="append", default=[], help="these repositories")
    parser.add_argument("--data", type=Path, default=real_sessions.FOLDER, help="real sessions")
    parser.add_argument("--memories", type=Path, help="of the sessions, kept between runs")
    parser.add_argument("--list", action="store_true", help="every wrong answer")
    given = parser.parse_args()
    silent: list[Answer] = []
    answered: list[Answer] = []
    with tempfile.TemporaryDirectory(prefix="prompts-") as folder:
        os.environ.update(HOME=folder, GIT_CONFIG_NOSYSTEM="1")
        for name in given.only or (REPOSITORIES if given.mirrors else ()):
            repo = backfilled(given.mirrors, name, given.keep or Path(folder))
            silent += ask_silent(repo, name)
            answered += ask_for_answers(repo, name)
        if (given.data / "manifest.jsonl").is_file() and not given.only:
            for answer in ask_sessions(given.data, given.memories):
                (silent if answer.group.startswith("silent") else answered).append(answer)
    show_silent(silent)
    show_answered(answered)
    if given.list:
        show_wrong([*silent, *answered])


def backfilled(mirrors: Path | None, name: str, folder: Path) -> Repo:
    """The repository with memories of its history; one that was kept is taken as it is."""
    place = folder / name
    if not (place / ".git" / "gitmem" / "index").exists():
        if mirrors is None:
            raise SystemExit(f"no memories of {name} are kept: say where its clone is (--mirrors)")
        clone = ["git", "clone", "-q", "--shared", str(mirrors / name), str(place)]
        subprocess.run(clone, check=True)
        repo = find_repo(place)
        nobody = {**os.environ, "CLAUDE_CONFIG_DIR": str(place.parent / "none")}
        opened = open_workspace(repo, nobody)
        workspace = Workspace(repo, opened.settings, ExtractiveCompressor(), opened.agents)
        backfill(workspace, plan_backfill(workspace, BackfillSelection()), lambda steps: None)
    repo = find_repo(place)
    refresh(repo).close()  # an index of another format starts empty
    return repo


def rows_of(name: str) -> list[dict[str, Any]]:
    text = (FIXTURES / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]


def ask_silent(repo: Repo, name: str) -> Iterator[Answer]:
    for row in rows_of("silent"):
        titles = [item.memory.title for item in weigh_prompt(repo, row["prompt"]).items]
        yield Answer(name, row["group"], row["language"], row["prompt"], titles, 0)


def ask_for_answers(repo: Repo, name: str) -> Iterator[Answer]:
    few = few_of(repo)
    for row in rows_of(f"answers-{name}"):
        files = {path for commit in row["commits"] for path in files_of(repo, commit)}
        rare = few(files)
        items = weigh_prompt(repo, row["prompt"]).items
        right = [
            item
            for item in items
            if item.commit in row["commits"] or not rare.isdisjoint(item.memory.files_changed)
        ]
        yield answer_of(name, name, row["prompt"], items, len(right))


def answer_of(
    where: str, group: str, prompt: str, items: Sequence[ContextItem], right: int
) -> Answer:
    return Answer(where, group, "en", prompt, [item.memory.title for item in items], right)


def few_of(repo: Repo) -> Any:
    """Which of some files few memories touch."""
    with closing(Index.open(repo.state_dir)) as index:
        most = max(_FEW, index.number("SELECT count(*) FROM memory") / _SHARE)

    def few(paths: Iterable[str]) -> set[str]:
        with closing(Index.open(repo.state_dir)) as index:
            return {
                path for path, count in touch_counts(index, list(paths)).items() if count <= most
            }

    return few


def files_of(repo: Repo, commit: str) -> list[str]:
    show = ["git", "-C", str(repo.worktree), "show", "--format=", "--name-only", commit]
    return subprocess.run(show, capture_output=True, text=True, check=True).stdout.split()


def ask_sessions(data_folder: Path, keep: Path | None) -> Iterator[Answer]:
    """The later prompts of real sessions, each as its session's second, in order of time."""
    scoring = real_sessions.load_eval("eval_injection", data_folder)
    tools = real_sessions.load_eval("transcripts", data_folder)
    data = tools.Dataset(str(data_folder.resolve()))
    rows = [row for row in rows_of("sessions") if row["data"] == data_folder.name]
    asked = []
    for row in rows:
        events = data.session(row["session"]).events
        prompt = next((e for e in events if e.line == row["line"] and e.kind == "prompt"), None)
        if prompt is not None:
            asked.append((prompt.t, row, prompt, edited_after(tools, data, row)))
    replay = injection.Replay(scoring, tools, data, keep)
    try:
        for moment, row, prompt, edited in sorted(asked, key=lambda one: one[0]):
            replay.advance(moment, prompt.branch or "")
            second = SessionContext(prompts=1)
            items = weigh_prompt(replay.repo, prompt.text, second).items
            hits = hits_of(data, row["session"], moment, edited)
            half = "one half" if injection.is_even(row["session"]) else "other half"
            right = sum(item.commit in hits for item in items)
            group = f"{row['group']}, {half}"
            yield answer_of(data_folder.name, group, prompt.text, items, right)
    finally:
        replay.close()


def edited_after(tools: Any, data: Any, row: Mapping[str, Any]) -> set[str]:
    edits = data.session(row["session"]).edits(lo=row["line"])
    return {path for _, edit, _ in edits if (path := tools.repo_path(edit, data.files))}


def hits_of(data: Any, session: str, moment: float, edited: set[str]) -> set[str]:
    """The earlier commits of other sessions with a file in common, by the data set's rule."""
    known = [
        commit
        for commit in data.with_memory()
        if commit["t"] < moment and all(r["session_id"] != session for r in commit["sessions"])
    ]
    times: dict[str, int] = defaultdict(int)
    for commit in known:
        for path in commit["files"]:
            times[path] += 1
    rare = {path for path in edited if times[path] <= max(3, len(known) / 20)}
    return {commit["commit"] for commit in known if not rare.isdisjoint(commit["files"])}


def show_silent(answers: Sequence[Answer]) -> None:
    """By group and by language: asked, and how many were told something."""
    print(f"\n{'to be silent on':32}{'asked':>7}{'told':>6}{'%':>7}")
    for name, some in by(answers, lambda one: one.where):
        print(_silent_row(name, some))
    for name, some in by(answers, lambda one: one.group):
        print(_silent_row(f"  {name}", some))
    for name, some in by(answers, lambda one: one.language):
        print(_silent_row(f"  in {name}", some))
    print(_silent_row("all", answers))


def _silent_row(name: str, some: Sequence[Answer]) -> str:
    told = sum(one.is_told for one in some)
    return f"{name:32}{len(some):>7}{told:>6}{100 * told / max(len(some), 1):>7.1f}"


def show_answered(answers: Sequence[Answer]) -> None:
    """By repository: told, told rightly, the share of what was told that is right, silent."""
    print(
        f"\n{'to be answered':26}{'asked':>6}{'silent':>8}{'rightly':>9}"
        f"{'%':>7}{'precision':>11}{'wrong':>7}"
    )
    for name, some in [*by(answers, lambda one: one.group), ("all", list(answers))]:
        told = [one for one in some if one.is_told]
        rightly = sum(one.right > 0 for one in some)
        memories = sum(len(one.titles) for one in some)
        right = sum(one.right for one in some)
        share = 100 * rightly / max(len(some), 1)
        precision = right / max(memories, 1)
        print(
            f"{name:26}{len(some):>6}{len(some) - len(told):>8}{rightly:>9}{share:>7.1f}"
            f"{precision:>11.3f}{memories - right:>7}"
        )


def by(answers: Sequence[Answer], key: Any) -> Iterator[tuple[str, list[Answer]]]:
    groups: dict[str, list[Answer]] = defaultdict(list)
    for one in answers:
        groups[key(one)].append(one)
    yield from sorted(groups.items())


def show_wrong(answers: Sequence[Answer]) -> None:
    """What was told where nothing should be, and what was not told rightly."""
    for one in answers:
        is_silent = one.group.startswith("silent") or one.group not in REPOSITORIES
        is_silent = is_silent and not one.group.startswith("answer")
        if (is_silent and one.is_told) or (not is_silent and not one.right):
            told = "; ".join(title[:70] for title in one.titles) or "(silence)"
            print(f"{one.where} [{one.group}] {' '.join(one.prompt.split())[:150]}\n    -> {told}")


if __name__ == "__main__":
    main()
