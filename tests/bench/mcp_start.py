"""What a session pays for the MCP server before it asks anything, beside the bare interpreter.

    python -m tests.bench.mcp_start [--pairs 15] [--call] [--other FOLDER]

From the start of the process to the answer of ``initialize`` and of ``tools/list``, the CPU time
until the server has ended, and its peak memory; each run is paired with a bare interpreter, and
the ratio is the median of the pairs'.  With ``--call`` also the first call of ``search``.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.mcp.story import remember_three
from tests.support.cli import GITMEM, gitmem
from tests.support.git import GitDriver

_CLIENT = {"name": "bench", "version": "1"}
_OTHER = "import sys; sys.path.insert(0, sys.argv.pop(1)); from gitmem.__main__ import main; main()"
_GREETING = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": _CLIENT}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--call", action="store_true")
    parser.add_argument(
        "--other", help="the folder of another gitmem, to measure in this one's place"
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        git = GitDriver(Path(place) / "repo", Path(place) / "home")
        (Path(place) / "home").mkdir()
        git.init()
        remember_three(git)
        assert gitmem(git, "init", "--no-fetch").returncode == 0
        command = [*GITMEM, "mcp"]
        if options.other:
            command = [sys.executable, "-I", "-c", _OTHER, options.other, "mcp"]
        once(git, command, with_call=options.call)
        runs = [
            (bare(git), once(git, command, with_call=options.call)) for _ in range(options.pairs)
        ]
    print(f"bare interpreter: {statistics.median(first for first, _ in runs):.0f} ms")
    for name in runs[0][1]:
        found = statistics.median(run[name] for _, run in runs)
        ratio = statistics.median(run[name] / first for first, run in runs)
        print(f"{name}: {found:.0f}" + (f", {ratio:.1f} times" if name.endswith("ms") else ""))


def bare(git: GitDriver) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-I", "-c", "pass"], env=git.env(), check=True)
    return (time.perf_counter() - begun) * 1000


def once(git: GitDriver, command: Sequence[str], *, with_call: bool) -> dict[str, float]:
    begun = time.perf_counter()
    process = subprocess.Popen(
        command,
        cwd=git.path,
        env=git.env(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    found = {}
    ask(process, "initialize", _GREETING)
    found["initialize, ms"] = (time.perf_counter() - begun) * 1000
    assert len(ask(process, "tools/list", {})["tools"]) == 5
    found["tools/list, ms"] = (time.perf_counter() - begun) * 1000
    if with_call:
        begun = time.perf_counter()
        given = {"name": "search", "arguments": {"query": "retry transport"}}
        assert ask(process, "tools/call", given)["structuredContent"]["results"]
        found["first call, ms"] = (time.perf_counter() - begun) * 1000
    assert process.stdin is not None
    assert process.stdout is not None
    found["peak memory, MB"] = peak_of(process.pid)
    process.stdin.close()
    _, _, used = os.wait4(process.pid, 0)
    process.returncode = 0
    process.stdout.close()
    found["CPU until its end, ms"] = (used.ru_utime + used.ru_stime) * 1000
    return found


def peak_of(process: int) -> float:
    """Linux tells; what wait4 tells begins with this process's own size."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    kilobytes = [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return kilobytes[0] / 1024 if kilobytes else float("nan")


def ask(process: subprocess.Popen[bytes], method: str, parameters: dict[str, Any]) -> Any:
    assert process.stdin is not None
    assert process.stdout is not None
    message = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
    process.stdin.write(json.dumps(message).encode() + b"\n")
    process.stdin.flush()
    return json.loads(process.stdout.readline())["result"]


if __name__ == "__main__":
    main()
