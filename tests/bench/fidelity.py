"""What the offline compressor keeps of real sessions, and at what size.

Run as ``python -m tests.bench.fidelity [--data DIR]``.  Each commit's own lines of each session are
compressed and scored by ``eval_fidelity.py``.  The table goes by agent, with its twin: how many
sentences of the memories neither the session nor the commit holds (``--cases`` prints them), and
how many of the files that a memory calls changed the session did not touch and the commit does not
hold.

The text scored is the note's document without its provenance, which is git's and the machine's
part; the size with it is printed too.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

from gitmem.capture.prompt_limit import limit_to_policy
from gitmem.compress.citations import cite_evidence
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.guard.policy import Policy
from gitmem.guard.redact import make_evidence
from gitmem.model.change import Change
from gitmem.model.memory import Memory, Provenance
from gitmem.model.session import Event, EventKind
from gitmem.notes.codec import document_of
from tests.bench import real_sessions
from tests.bench.other_agents import AGENTS, load_dataset
from tests.bench.unsaid import files_nobody_touched, sentences_nobody_said


def memories_of(
    data: Any, clone: Path, folder: Path, prompts: str = "full"
) -> dict[str, list[Memory]]:
    """Each commit's memories by the offline compressor, cited, under that ``gitmem.prompts``."""
    commits = data.with_memory()
    messages = data.messages(str(clone))
    by_id = {commit["commit"]: commit for commit in commits}
    known = frozenset(data.files)
    made: dict[str, list[Memory]] = defaultdict(list)
    changes: dict[str, Change] = {}
    for part in real_sessions.write_parts(data, folder, commits):
        change = changes.get(part.commit)
        if change is None:
            change = changes[part.commit] = real_sessions.change_of(
                by_id[part.commit], messages[part.commit]
            )
        evidence = make_evidence(real_sessions.read_part(part, known))
        found = ExtractiveCompressor().compress(evidence, change)
        events, policy = evidence.slice.events, Policy(prompts=prompts)
        some = cite_evidence(found, evidence).memories if prompts != "full" else found.memories
        limited = [limit_to_policy(memory, policy, events, change) for memory in some]
        made[part.commit] += limited
        _LEAKS.append((part.commit, leaks_of(text_of(limited), events, change)))
    return made


_LEAKS: list[tuple[str, list[str]]] = []


def leaks_of(text: str, events: Sequence[Event], change: Change) -> list[str]:
    """Five words in a row of a person's turn that a note repeats and nobody else said: by blanks
    and letters alone, not as :mod:`gitmem.guard.prompts` reads them.
    """

    def runs(words: str) -> set[str]:
        bare = ["".join(filter(str.isalnum, word)).casefold() for word in words.split()]
        kept = [word for word in bare if word]
        return {" ".join(kept[at : at + 5]) for at in range(len(kept) - 4)}

    asked = {
        r for e in events if e.kind is EventKind.PROMPT and not e.is_subagent for r in runs(e.text)
    }
    printed = {r for e in events if e.kind is EventKind.RESULT for r in runs(e.text)}
    return sorted(runs(text) & asked - printed - runs(change.message))


def text_of(memories: list[Memory]) -> str:
    """The documents of a note, without provenance."""
    bare = [replace(memory, provenance=Provenance()) for memory in memories]
    return b"".join(document_of(memory).text for memory in bare).decode()


def median_tokens(made: dict[str, list[Memory]]) -> int:
    """The median size of a whole note, four characters a token."""
    provenance = Provenance(
        commit="0" * 40,
        patch_id="1" * 40,
        branch="main",
        author="Ada Author <ada@example.com>",
        time="2026-01-01T00:00:00Z",
        agent="claude-code 2.1.329",
        session="11111111-2222-4333-8444-555555555555",
        records=(0, 100),
        compressor="extractive/2",
    )
    notes = [[replace(memory, provenance=provenance) for memory in each] for each in made.values()]
    sizes = [sum(len(document_of(memory).text) for memory in note) // 4 for note in notes]
    return int(median(sizes))


def print_by_agent(
    data: Any, folder: Path, made: dict[str, list[Memory]], messages: Any, *, cases: bool
) -> None:
    """The scorer's table for each agent's commits, and the twin of what it counts."""
    scorer = real_sessions.load_eval("eval_fidelity", folder)
    head = ["agent", "commits", "errors", "any error", "paths", "names", "user", "assistant"]
    head += ["tokens p50", "p90", "ratio", "sentences", "not said", "files", "not touched"]
    print(f"| {' | '.join(head)} |\n| {' | '.join(['---'] * len(head))} |")
    notes = []
    for agent in (*AGENTS, "all"):
        commits = [c for c in data.with_memory() if agent in {*_agents_of(data, c), "all"}]
        if not commits:
            continue
        items = [scorer.expected(data, commit) for commit in commits]
        texts = {commit["commit"]: text_of(made[commit["commit"]]) for commit in commits}
        twin = [0, 0, 0, 0]
        for commit in commits:
            memories = made[commit["commit"]]
            said, unsaid = sentences_nobody_said(data, commit, memories, messages)
            files, strange = files_nobody_touched(data, commit, memories)
            counts = (len(said), len(unsaid), len(files), len(strange))
            twin = [sum(pair) for pair in zip(twin, counts, strict=True)]
            if agent != "all" and (unsaid or strange):
                notes.append(f"{agent} {commit['commit'][:10]}: {[*unsaid, *strange]}")
        cells = [agent, len(commits), *scorer.summary(items, texts), *twin]
        print(f"| {' | '.join(map(str, cells))} |")
    if cases:
        print("", *notes, sep="\n")


def _agents_of(data: Any, commit: Any) -> set[str]:
    return {data.agents[row["session_id"]] for row in commit["sessions"] if row["lines"]}


def main() -> None:
    """Compress, score, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep", type=Path, help="write the memories here, a file each")
    parser.add_argument("--data", type=Path, default=real_sessions.FOLDER, help="the sessions")
    parser.add_argument("--cases", action="store_true", help="print what nobody said")
    parser.add_argument("--prompts", default="full", help="as gitmem.prompts: full, short, none")
    options = parser.parse_args()
    transcripts = real_sessions.load_eval("transcripts", options.data)
    data = load_dataset(transcripts, real_sessions.require_sessions(options.data))
    clone = Path(data.clone())
    with tempfile.TemporaryDirectory() as scratch:
        made = memories_of(data, clone, Path(scratch), options.prompts)
        leaking = [(commit, runs) for commit, runs in _LEAKS if runs]
        print(f"notes that repeat a prompt: {len(leaking)} of {len(_LEAKS)}")
        for commit, runs in leaking[:10]:
            print(f"  {commit[:10]}: {runs[:3]}")
        texts = {commit: text_of(memories) for commit, memories in made.items()}
        print(f"tokens p50 with provenance: {median_tokens(made)}\n")
        print_by_agent(data, options.data, made, data.messages(str(clone)), cases=options.cases)
    shutil.rmtree(clone, ignore_errors=True)
    if options.keep:
        options.keep.mkdir(exist_ok=True)
        for commit, text in texts.items():
            (options.keep / f"{commit[:12]}.yaml").write_text(text)


if __name__ == "__main__":
    main()
