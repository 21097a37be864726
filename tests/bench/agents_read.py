"""How long it takes to find and to read the sessions of each agent, and how much is held.

``python -m tests.bench.agents_read [--sessions N] [--megabytes M]``

Lays down N sessions of other folders and one of ours, and times the search that every commit
makes; the baseline is ``os.stat`` of each file.  Then reads one session of M megabytes; the
baseline is ``json.loads`` of the same text and nothing else.  Each reading is a process of its
own, so that its peak is its own.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gitmem.agents.codex.adapter import Codex
from gitmem.agents.copilot.adapter import CopilotCli
from gitmem.agents.gemini.adapter import GeminiCli
from tests.support.agents import codex_session, copilot_session, gemini_session, read

_UUID = "00000000-0000-0000-0000-{:012d}"
Lay = Callable[[Path, Path, str], Path]


def lay_codex(home: Path, count: int) -> None:
    """Sessions of a year, half of them of the last weeks, as far as their files' times tell."""
    source = codex_session(home, Path("/elsewhere"), "0.169")
    for number in range(count):
        day = home / ".codex/sessions/2025" / f"{number % 12 + 1:02}" / f"{number % 28 + 1:02}"
        day.mkdir(parents=True, exist_ok=True)
        name = f"rollout-2025-01-01T00-00-00-{_UUID.format(number)}.jsonl"
        _age(Path(shutil.copy(source, day / name)), number)


def lay_gemini(home: Path, count: int) -> None:
    """The same for Gemini CLI, ten sessions a project."""
    source = gemini_session(home, Path("/elsewhere"), "0.61")
    for number in range(count):
        project = home / ".gemini/tmp" / f"project-{number // 10}"
        (project / "chats").mkdir(parents=True, exist_ok=True)
        (project / ".project_root").write_text(f"/elsewhere/{number // 10}")
        name = f"session-2025-01-01T00-00-{number:08x}.jsonl"
        _age(Path(shutil.copy(source, project / "chats" / name)), number)


def lay_copilot(home: Path, count: int) -> None:
    """The same for Copilot CLI, a folder a session."""
    source = copilot_session(home, Path("/elsewhere"), "1.0.102")
    for number in range(count):
        folder = home / ".copilot/session-state" / _UUID.format(number)
        folder.mkdir()
        (folder / "workspace.yaml").write_text("cwd: /elsewhere\n")
        _age(Path(shutil.copy(source, folder / source.name)), number)


def _age(path: Path, number: int) -> None:
    if number % 2:
        os.utime(path, (1e9, 1e9))


def search(count: int) -> None:
    """Print how long a commit's search takes."""
    print("| agent | sessions | ms to find one folder's | ms to stat each file |")
    print("| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as scratch:
        home, work = Path(scratch), Path(scratch) / "work"
        work.mkdir()
        lay_codex(home, count)
        codex_session(home, work, "0.98")
        lay_gemini(home, count)
        gemini_session(home, work, "0.61")
        lay_copilot(home, count)
        copilot_session(home, work, "1.0.102-patch")
        for agent, place in (
            (Codex({"HOME": scratch}), ".codex"),
            (GeminiCli({"HOME": scratch}), ".gemini"),
            (CopilotCli({"HOME": scratch}), ".copilot"),
        ):
            since = time.time() - 14 * 86_400
            files = list((home / place).rglob("*.json*"))
            begun = time.perf_counter()
            found = agent.transcripts_for(work, since)
            middle = time.perf_counter()
            for path in files:
                path.stat()
            ended = time.perf_counter()
            if len(found) != 1:
                raise SystemExit(f"{agent.name}: {len(found)} sessions found instead of one")
            spent, least = (middle - begun) * 1e3, (ended - middle) * 1e3
            print(f"| {agent.name} | {len(files)} | {spent:.0f} | {least:.0f} |")


def long_session(kind: str, folder: Path, megabytes: int) -> Path:
    """One session of that size: the calls of the fixture again and again."""
    size = megabytes << 20
    if kind in ("codex", "copilot"):
        lay = codex_session if kind == "codex" else copilot_session
        path = lay(folder, Path("/w"), "0.169" if kind == "codex" else "1.0.102")
        head, *rest = path.read_text().splitlines(keepends=True)
        body = "".join(rest)
        path.write_text(head + body * (size // len(body)))
        return path
    path = gemini_session(folder, Path("/w"), "0.24" if kind == "gemini document" else "0.61")
    if kind == "gemini lines":
        head, *rest = path.read_text().splitlines(keepends=True)
        body = "".join(rest)
        with path.open("w") as file:
            file.write(head)
            for number in range(size // len(body)):
                file.write(body.replace('"id":"', f'"id":"{number}-'))
        return path
    document = json.loads(path.read_text())
    messages = [json.dumps(message) for message in document.pop("messages")]
    weight = sum(map(len, messages))
    copies = (
        message.replace('"id": "', f'"id": "{number}-')
        for number in range(size // (weight + 100))
        for message in messages
    )
    path.write_text(json.dumps(document)[:-1] + ', "messages": [' + ", ".join(copies) + "]}")
    return path


def read_one(kind: str, path: Path) -> None:
    """Read a session, and print seconds and the peak; a process of its own runs this."""
    begun = time.perf_counter()
    transcript = read(path)
    spent = time.perf_counter() - begun
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    begun = time.perf_counter()
    text = path.read_text()
    for part in [text] if path.suffix == ".json" else text.splitlines():
        json.loads(part)
    least = time.perf_counter() - begun
    size = path.stat().st_size / 1e6
    print(
        f"| {kind} | {size:.0f} | {transcript.end} | {size / spent:.0f} | {spent / least:.1f} "
        f"| {peak:.0f} |"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Lay down, search, read and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=2_000)
    parser.add_argument("--megabytes", type=int, default=30)
    parser.add_argument("--read", nargs=2, metavar=("KIND", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.read:
        read_one(given.read[0], Path(given.read[1]))
        return
    search(given.sessions)
    print("\n| session | MB | records | MB/s | x json.loads alone | peak MB |")
    print("| --- | --- | --- | --- | --- | --- |", flush=True)
    for kind in ("codex", "copilot", "gemini lines", "gemini document"):
        with tempfile.TemporaryDirectory() as scratch:
            path = long_session(kind, Path(scratch), given.megabytes)
            command = [sys.executable, "-m", __spec__.name, "--read", kind, str(path)]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
