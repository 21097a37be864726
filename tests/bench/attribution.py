"""Which session made a commit: our rule against the truth of real sessions.

``python -m tests.bench.attribution [--data DIR]``; ``--cases`` prints each commit that was
answered wrongly, with what every candidate had done by then.  The last table goes by agent: of the
links that the data set trusts and has the lines of, how many were right and how many missed; how
many answers were wrong; and what was answered where the session's lines are not there.

Scored by the data set's ``eval_attribution.py``.  *quiet* is how often a commit is answered with
nothing when the lines of the session that made it are not in the data set.  Most of those
commits do name a session, and part of its recording may be there: the last column says how
many answers named that session, another one, or one where the data set names none.

When a file was last committed is asked of the data set (author times, all branches): the commit
times of this published history are those of later rebases, which no worker would have met.
Sessions of an agent that nothing here reads count as having left no trace.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import tempfile
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from gitmem.agents.adapters import Agents
from gitmem.agents.attribution import EarlierCommits, attribute, find_common_marks
from gitmem.agents.session_edits import Traces, traces_of
from gitmem.agents.worktree import WorkTree
from gitmem.git.commits import read_change
from gitmem.git.prior_commits import last_line_times
from gitmem.git.repo import Repo, find_repo
from gitmem.model.session import EventKind, Transcript
from tests.bench.other_agents import AGENTS, CLAUDE, agent_of, file_of, load_dataset
from tests.bench.real_sessions import FOLDER, load_eval, worktrees_of

Rule = Callable[[Any, Any, Sequence[str]], list[str]]

TRUSTED = ("exact", "amended")
_REFERENCES = ("newest session", "pending file overlap, best", "ladder")


class Attributor:
    """The rule as capture applies it, over transcripts that were read once."""

    def __init__(self, data: Any, repo: Repo) -> None:
        self._repo = repo
        self._known = frozenset(data.files)
        self._transcripts: dict[str, Transcript] = {}
        self._trees: dict[str, WorkTree] = {}
        self._owners: dict[str, list[str]] = {}
        self._alone: dict[str, set[str]] = {}

    def read(self, sessions: dict[str, Path]) -> None:
        """Read the sessions; of each only what leaves traces is kept."""
        agents = Agents.from_environment({})
        for session, path in sessions.items():
            transcript = agents.read(path)
            kinds = (EventKind.PROMPT, EventKind.CALL, EventKind.RESULT)
            events = tuple(event for event in transcript.events if event.kind in kinds)
            self._transcripts[session] = replace(transcript, events=events)
        roots = {s: worktrees_of(t, self._known) for s, t in self._transcripts.items()}
        everywhere = {root for found in roots.values() for root in found}
        for session, transcript in self._transcripts.items():
            # Who edited only new files is known by where it was started, like its neighbours.
            started = [cwd for cwd in transcript.cwds if cwd in everywhere]
            self._trees[session] = WorkTree([*roots[session], *started])

    def rule(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The sessions that made ``commit``, best first."""
        change = read_change(self._repo, commit["commit"])
        moment = commit["t"] + 1
        traces = [self._traces(session, moment) for session in candidates]
        added, removed, since = find_common_marks(traces, change)
        taken: tuple[dict[int, float], dict[int, float]] = {}, {}
        if added or removed:
            taken = last_line_times(self._repo, change, added, removed, since)
        earlier = EarlierCommits(
            {path: world.since(path, commit["t"]) for path in change.paths},
            *taken,
            parents=frozenset(s for p in change.parents for s in self._owners.get(p, ())),
        )
        owners = attribute(traces, change, earlier, moment)
        self._owners[change.commit] = owners
        self._alone[change.commit] = {
            one.session for one in traces if attribute([one], change, earlier, moment)
        }
        return owners

    def ceiling(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The sessions that the data set names, as far as they had done anything by then."""
        named = {row["session_id"] for row in commit["sessions"] if row["link"] in TRUSTED}
        traces = [self._traces(session, commit["t"] + 1) for session in candidates]
        return [t.session for t in traces if t.session in named and (t.edits or t.commits)]

    def suspects(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """Those that the data set names and our rule would if nobody else had been there.

        Asked after the rule, of the same commit.
        """
        named = {row["session_id"] for row in commit["sessions"] if row["link"] in TRUSTED}
        return sorted(named & self._alone[commit["commit"]])

    def brief(self, world: Any, commit: Any, session: str) -> str:
        """What a session had done by then, in a line."""
        if session not in self._transcripts:
            return "not in the data set"
        moment = commit["t"] + 1
        traces = self._traces(session, moment)
        if not traces.last:
            return "nothing"
        change = read_change(self._repo, commit["commit"])
        marks = frozenset().union(*(edit.added for edit in traces.edits)) & change.added_marks
        touched = {p: moment - t for p, t in traces.pending.items() if p in change.paths}
        since = {path: moment - world.since(path, commit["t"]) for path in touched}
        files = ", ".join(
            f"{path} {ago:.0f} s ago (committed {since[path]:.0f} s ago)"
            for path, ago in touched.items()
        )
        return (
            f"last {moment - traces.last:.0f} s ago, {len(traces.edits)} edits, "
            f"wrote {len(marks)} of {len(change.added_marks)} lines; "
            f"{len(touched)} of {len(change.paths)} files: {files[:600]}"
        )

    def _traces(self, session: str, moment: float) -> Traces:
        events = self._transcripts[session].events
        seen = events[: bisect_right([event.time for event in events], moment)]
        return traces_of(session, seen, self._trees[session])


class Answers:
    """What a rule answers where the data set holds no recording of the session that it names."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self.right = self.wrong = self.unknown = self.silent = 0

    def __call__(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The rule's answer, counted."""
        got = self._rule(world, commit, candidates)
        trusted = [row for row in commit["sessions"] if row["link"] in TRUSTED]
        if not any(row["lines"] for row in trusted):
            named = {row["session_id"] for row in trusted}
            self.silent += not got
            self.unknown += bool(got) and not named
            self.right += bool(got) and bool(named) and set(got) <= named
            self.wrong += bool(got) and bool(named) and not set(got) <= named
        return got


class ByAgent:
    """Counts a rule's answers by the agent of the session that is or should be named."""

    def __init__(self, rule: Rule, agents: dict[str, str]) -> None:
        self._rule = rule
        self._agents = agents
        self.counts: dict[str, Counter[str]] = {name: Counter() for name in AGENTS}

    def __call__(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The rule's answer, counted."""
        got = self._rule(world, commit, candidates)
        rows = [row for row in commit["sessions"] if row["link"] in TRUSTED]
        named = {row["session_id"] for row in rows}
        have = {row["session_id"] for row in rows if row["lines"]}
        for session in named & have & set(candidates):  # not of a machine that the set mistook
            self._count(session, "right" if session in got else "missed")
        for session in set(got) - (named & have):
            is_told = session in named
            self._count(session, "right, no lines" if is_told else "wrong" if named else "unknown")
        return got

    def ask_of_squashes(self, rule: Rule, data: Any, world: Any) -> None:
        """Ask of the commits that a forge made of a branch: the data set does not score them."""
        for commit in sorted(data.commits.values(), key=lambda one: one["t"]):
            rows = [row for row in commit["sessions"] if row["link"] == "squash" and row["lines"]]
            named = {row["session_id"] for row in rows}
            if not named or not commit["files"]:
                continue
            begun = [s for s in data.info if (world.feat[s]["times"] or [2e10])[0] <= commit["t"]]
            got = set(rule(world, commit, begun))
            for session in named | got:
                is_right = session in named and session in got
                what = "right" if is_right else "wrong" if session in got else "missed"
                self._count(session, f"squash: {what}")

    def _count(self, session: str, what: str) -> None:
        self.counts[self._agents.get(session, CLAUDE)][what] += 1

    def rows(self) -> Iterator[str]:
        """A table row for each agent that has any session."""
        for name, counts in self.counts.items():
            sessions = sum(agent == name for agent in self._agents.values())
            if sessions:
                links = counts["right"] + counts["missed"]
                given = [*("right", "wrong", "missed", "right, no lines", "unknown")]
                given += ["squash: right", "squash: wrong", "squash: missed"]
                cells = [name, sessions, links, *(counts[one] for one in given)]
                yield f"| {' | '.join(map(str, cells))} |"


def unpack(data: Any, folder: Path) -> dict[str, Path]:
    """Every transcript of the data set as a plain file in ``folder``, named as its agent does."""
    paths = {}
    for session, known in data.info.items():
        content = gzip.decompress((Path(data.folder) / known["transcript"]).read_bytes())
        path = file_of(folder, session, agent_of(content))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        paths[session] = path
    return paths


class Cases:
    """Prints what a rule answered wrongly, and what each candidate had done by then."""

    def __init__(self, rule: Rule, ours: Attributor) -> None:
        self._rule = rule
        self._ours = ours

    def __call__(self, world: Any, commit: Any, candidates: Sequence[str]) -> list[str]:
        """The rule's answer."""
        got = self._rule(world, commit, candidates)
        trusted = [row for row in commit["sessions"] if row["link"] in TRUSTED]
        named = {row["session_id"] for row in trusted}
        have = {row["session_id"] for row in trusted if row["lines"]}
        is_scored = bool(have)
        if (is_scored and (set(got) - named or have - set(got))) or (not have and got):
            kind = "scored" if is_scored else "no recording"
            print(f"\n{commit['commit'][:10]} {commit['subject']!r} ({kind})")
            for session in sorted({*got, *named}):
                mark = ("wrong", "missed", "right")[
                    (session in named) + (session in got and session in named)
                ]
                print(f"  {mark} {session}: {self._ours.brief(world, commit, session)}")
        return got


def main() -> None:
    """Score and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=FOLDER, help="the folder of sessions")
    parser.add_argument("--cases", action="store_true", help="print what was answered wrongly")
    given = parser.parse_args()
    scorer = load_eval("eval_attribution", given.data)
    data = load_dataset(load_eval("transcripts", given.data), given.data)
    world = scorer.World(data)
    repo = find_repo(Path(world.repo))
    with tempfile.TemporaryDirectory() as scratch:
        ours = Attributor(data, repo)
        ours.read(unpack(data, Path(scratch)))
    by_agent = ByAgent(Cases(ours.rule, ours) if given.cases else ours.rule, data.agents)
    rules: dict[str, Rule] = {"gitmem": by_agent}
    rules |= {f"reference: {name}": scorer.RULES[name] for name in _REFERENCES}
    rules["ceiling: who had left a trace by then"] = ours.ceiling
    rules["ceiling: who had left a trace of this commit"] = ours.suspects
    rows = []
    for name, rule in rules.items():
        answers = Answers(rule)
        found = scorer.evaluate(data, answers, world)
        figures = [f"{found[figure]:.3f}" for figure in ("precision", "recall", "f1", "quiet")]
        loud = f"{answers.right} / {answers.wrong} / {answers.unknown}"
        rows.append(f"| {' | '.join([name, *figures, loud])} |")
    here, none = found["commits"], found["none"]
    print(f"\n{here} commits whose sessions are all here, {none} with none here\n")
    print("| rule | precision | recall | F1 | quiet | no recording: right / wrong / unknown |")
    print("| --- | --- | --- | --- | --- | --- |")
    print("\n".join(rows))
    by_agent.ask_of_squashes(ours.rule, data, world)
    head = ["agent", "sessions", "links", "right", "wrong", "missed", "no lines: right", "unknown"]
    head += ["squash merges: right", "wrong", "missed"]
    print(f"\n| {' | '.join(head)} |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    print("\n".join(by_agent.rows()))
    shutil.rmtree(world.repo, ignore_errors=True)


if __name__ == "__main__":
    main()
