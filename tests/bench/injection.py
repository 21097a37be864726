"""Is a session given memories of the files that it goes on to edit?  Real sessions, in time order.

``python -m tests.bench.injection``: the memories of the offline compressor are written as notes,
commit by commit, and each session is given what gitmem gives it, in this
process.  ``--hooks``: the same through ``gitmem capture`` and the hooks as processes (slow).

Scored by the data set's ``eval_injection.py`` (its docstring says what counts), within 1,000
tokens over all outputs of a session, beside its references in the same run.  ``noise`` are
memories told where nothing is relevant, ``waste`` the tokens a session of memories that no later
edit justified.  The weights were fitted to these sessions: the rows of one half of them show how
much the halves differ.  ``--data`` takes other sessions of the same form.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from gitmem.agents.touched_lines import read_lines
from gitmem.git import line_origins
from gitmem.git.repo import find_repo
from gitmem.model.line_ranges import Ranges
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_of_session
from gitmem.recall.beside_file import context_of_file
from gitmem.recall.beside_lines import Passage
from gitmem.recall.with_prompt import context_of_prompt
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings
from tests.bench import fidelity, real_sessions

REFERENCES = (
    "most recent",
    "BM25 message + files + prompts",
    "BM25 m+f+p, branch, branch files (RRF)",
    "files read before the first edit (later)",
    "upper bound (knows the answer)",
)
COLUMNS = ("hit3", "hit", "precision", "recall", "ndcg", "count", "tokens", "noise", "waste")

Output = list[tuple[str, float]]


@dataclass(frozen=True)
class Source:
    """Which of the hooks a session has."""

    name: str
    start: bool = False
    prompt: bool = False
    reads: bool = False

    @property
    def settings(self) -> Settings:
        standard = Settings()
        return standard if self.reads else replace(standard, file_tokens=0)


SOURCES = (
    Source("gitmem: start", start=True),
    Source("gitmem: prompt", prompt=True),
    Source("gitmem: reads", reads=True),
    Source("gitmem: start and prompt", start=True, prompt=True),
    Source("gitmem: start, prompt and reads", start=True, prompt=True, reads=True),
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Replay, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hooks", action="store_true", help="through capture and hook processes")
    parser.add_argument("--every-prompt", action="store_true", help="not only a session's first")
    parser.add_argument("--keep", type=Path, help="memories are kept here between runs")
    parser.add_argument("--data", type=Path, default=real_sessions.FOLDER, help="the real sessions")
    parser.add_argument("--both", action="store_true", help="only the two sources with a start")
    given = parser.parse_args(arguments)
    line_origins.PATIENCE_SECONDS = 10.0  # the same answers however busy the machine is
    scoring = real_sessions.load_eval("eval_injection", given.data)
    tools = real_sessions.load_eval("transcripts", given.data)
    data = tools.Dataset(str(given.data.resolve()))
    tasks, skipped = scoring.make_tasks(data, given.every_prompt)
    sources = SOURCES[-2:] if given.both else SOURCES
    replay = Replay(scoring, tools, data, given.keep, through_hooks=given.hooks)
    try:
        outputs = [replay.run(task, sources) for task in tasks]
        rows = list(_rows(scoring, data, replay, sources, tasks, outputs))
    finally:
        replay.close()
    print(f"{len(tasks)} tasks; passed over: {dict(skipped)}")
    print(tools.table(rows, ["system", "of", *COLUMNS]))
    if replay.seconds:
        times = sorted(replay.seconds)
        middle, high = times[len(times) // 2], times[int(len(times) * 0.95)]
        ran = f"{len(times)} commands, {replay.failed} failed"
        print(f"{ran}, seconds p50 {middle:.3f} p95 {high:.3f}")


def _rows(
    scoring: Any,
    data: Any,
    replay: Replay,
    sources: Sequence[Source],
    tasks: Sequence[Any],
    outputs: Sequence[Any],
) -> Iterable[list[str]]:
    baselines = scoring.baselines(data, str(replay.whole))
    place = {id(task): number for number, task in enumerate(tasks)}
    systems: dict[str, Callable[[Any], Output]] = {name: baselines[name] for name in REFERENCES}

    def replayed(name: str) -> Callable[[Any], Output]:
        return lambda task: outputs[place[id(task)]][name]

    systems.update({source.name: replayed(source.name) for source in sources})
    halves = {
        "one half": [task for task in tasks if is_even(task.session)],
        "the other": [task for task in tasks if not is_even(task.session)],
        "all": tasks,
    }
    for name, system in systems.items():
        for half, some in halves.items():
            is_wanted = half == "all" or name == SOURCES[-1].name
            if is_wanted and any(task.hits for task in some):
                found = {**scoring.evaluate(some, system), "waste": _waste(some, system)}
                yield [name, half, *(_text(column, found[column]) for column in COLUMNS)]


def _waste(tasks: Sequence[Any], system: Callable[[Any], Output], budget: int = 1_000) -> float:
    """The tokens a session, within the budget, of memories of no file that it went on to edit."""
    spent = 0.0
    for task in tasks:
        used = 0.0
        for commit, cost in system(task):
            used += cost
            if used > budget:
                break
            spent += 0.0 if commit in task.gains else cost
    return spent / max(len(tasks), 1)


def _text(column: str, value: float) -> str:
    if column in ("tokens", "waste"):
        return f"{value:.0f}"
    return f"{value:.1f}" if column in ("count", "noise") else f"{value:.3f}"


def is_even(session: str) -> bool:
    return hashlib.sha256(session.encode()).digest()[0] % 2 == 0


class Replay:
    """One clone in which time goes on: commits get their notes, then a session is asked for."""

    def __init__(
        self, scoring: Any, tools: Any, data: Any, keep: Path | None, *, through_hooks: bool = False
    ) -> None:
        self._scoring, self._tools = scoring, tools
        self._through_hooks = through_hooks
        self._times = scoring.Replay(data, "", "")
        self._times.ingest = None
        self.clone = Path(self._times.repo)
        self._home = tempfile.mkdtemp(prefix="home-")
        self._environ = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("CLAUDE", "GIT", "XDG"))},
            "HOME": self._home,
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_AUTHOR_NAME": "Ada",
            "GIT_AUTHOR_EMAIL": "ada@example.com",
            "GIT_COMMITTER_NAME": "Ada",
            "GIT_COMMITTER_EMAIL": "ada@example.com",
            "CLAUDE_PROJECT_DIR": str(self.clone),
        }
        os.environ.update(self._environ)
        self._gitmem("init")
        self.repo = find_repo(self.clone)
        # The references read messages of branches that time has not brought yet.
        self.whole = Path(data.clone())
        self._memories = {} if through_hooks else _memories(data, self.whole, keep)
        self._data = data
        self.seconds = self._times.seconds

    @property
    def failed(self) -> int:
        """How many commands ended with another status than 0."""
        return int(self._times.failed)

    def close(self) -> None:
        """Delete the clone."""
        for folder in (self._times.tmp, self.clone, self.whole, self._home):
            shutil.rmtree(folder, ignore_errors=True)

    def run(self, task: Any, sources: Sequence[Source]) -> dict[str, Output]:
        """What each source gives the task's session, as ``evaluate`` wants it."""
        self.advance(task.t, task.branch)
        return {source.name: self._output(source, task) for source in sources}

    def advance(self, moment: float, branch: str) -> None:
        """Let the commits before that moment be made, and check out the branch."""
        times = self._times
        while times.queue and times.queue[0]["t"] < moment:
            commit = times.queue.pop(0)
            self._ingest(commit)
        times.stand_on(branch, moment)
        times.git("reset", "-q", "--hard")  # the lines that are read must be there

    def _ingest(self, commit: Any) -> None:
        times = self._times
        row = next(row for row in commit["sessions"] if row["lines"])
        times.done.append(commit)
        times.stand_on(row["branch"], commit["t"])
        times.git("update-ref", "HEAD", commit["commit"])
        if self._through_hooks:
            run = f"{sys.executable} -I -m gitmem capture {{commit}}"
            command = f"{run} --session {{transcript}}"
            times.run(command, commit=commit["commit"], transcript=times.upto(row))
            return
        documents = [document_of(memory) for memory in self._memories.get(commit["commit"], ())]
        NoteStore(self.repo).add({commit["commit"]: documents}, "notes: bench")
        refresh(self.repo).close()

    def _output(self, source: Source, task: Any) -> Output:
        texts = list(self._texts(source, task))
        known = [candidate["commit"] for candidate in task.candidates]
        tools = self._tools
        got: Output = []
        seen: set[str] = set()
        for text in texts:
            new = [commit for commit in tools.shas(text, known) if commit not in seen]
            seen.update(new)
            cost = tools.tokens(text) / max(len(new), 1)
            got += [(commit, cost) for commit in new or [""]]
        return got

    def _texts(self, source: Source, task: Any) -> Iterable[str]:
        ask = self._by_hook if self._through_hooks else self._in_process
        session = hashlib.sha256(f"{source.name} {task.session} {task.t}".encode()).hexdigest()
        session = (
            f"{session[:8]}-{session[8:12]}-4{session[13:16]}-8{session[17:20]}-{session[20:32]}"
        )
        if source.start:
            yield ask("SessionStart", source, session)
        if source.prompt:
            yield ask("UserPromptSubmit", source, session, prompt=task.prompt)
        for path, lines in self.reads(task) if source.reads else ():
            yield ask("PostToolUse", source, session, path=path, lines=lines)

    def reads(self, task: Any) -> list[tuple[str, Ranges]]:
        """What the session read between its prompt and its first edit: the file, and the lines
        where it named some.
        """
        tools = self._tools
        session = self._data.session(task.session)
        begun = next(e for e in session.events if e.kind == "prompt" and e.text == task.prompt)
        edits = (edit.line for edit, _, _ in session.edits(lo=begun.line))
        found = []
        for event in session.slice(begun.line, min(edits, default=1 << 60)):
            if event.kind == "call" and event.name == "Read":
                path = tools.repo_path(str(event.input.get("file_path")), self._data.files)
                if path:
                    found.append((path, read_lines(event.input, None)))
        return found

    def _in_process(self, event: str, source: Source, session: str, **fields: Any) -> str:
        settings = source.settings
        if event == "SessionStart":
            budget = settings.budget_tokens
            return context_of_session(self.repo, session, budget, is_resumed=False).text
        if event == "UserPromptSubmit":
            return context_of_prompt(self.repo, session, fields["prompt"], settings).text
        path, passage = fields["path"], Passage(fields["lines"])
        return context_of_file(self.repo, session, session, path, settings, passage).text

    def _by_hook(self, event: str, source: Source, session: str, **fields: Any) -> str:
        self._times.git("config", "gitmem.fileTokens", str(source.settings.file_tokens))
        payload: dict[str, Any] = {
            "session_id": session,
            "transcript_path": str(Path(self._times.tmp) / f"{session}.jsonl"),
            "cwd": str(self.clone),
            "hook_event_name": event,
            **fields,
        }
        if event == "SessionStart":
            payload["source"] = "startup"
        if path := payload.pop("path", ""):
            asked = {"file_path": str(self.clone / path)}
            for first, last in payload.pop("lines"):
                asked |= {"offset": first, "limit": last - first + 1}
            payload |= {"tool_name": "Read", "tool_input": asked}
        command = f"{self.repo.state_dir / 'run'} hook {event}"
        out = self._times.run(command, stdin=json.dumps(payload))
        return str(json.loads(out)["hookSpecificOutput"]["additionalContext"]) if out else ""

    def _gitmem(self, *arguments: str) -> None:
        command = [sys.executable, "-I", "-m", "gitmem", *arguments]
        subprocess.run(command, cwd=self.clone, check=True, capture_output=True)


def _memories(data: Any, clone: Path, keep: Path | None) -> dict[str, list[Memory]]:
    """Each commit's memories by the offline compressor, as its capture would sign them."""
    file = keep / "injection-memories.pickle" if keep else None
    if file and file.is_file():
        kept: dict[str, list[Memory]] = pickle.loads(file.read_bytes())
        return kept
    with tempfile.TemporaryDirectory() as folder:
        made = fidelity.memories_of(data, clone, Path(folder))
    signed = {}
    for commit in data.with_memory():
        row = next(row for row in commit["sessions"] if row["lines"])
        origin = Provenance(
            commit=commit["commit"],
            branch=row["branch"] or "",
            author="Ada <ada@example.com>",
            time=commit["author_time"],
            agent="claude-code",
            session=row["session_id"],
            compressor="extractive",
        )
        name = commit["commit"]
        signed[name] = [replace(memory, provenance=origin) for memory in made[name]]
    if file:
        keep.mkdir(parents=True, exist_ok=True)  # type: ignore[union-attr]
        file.write_bytes(pickle.dumps(signed))
    return signed


if __name__ == "__main__":
    main()
