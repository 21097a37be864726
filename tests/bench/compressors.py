"""What each way to a model costs beside the model: time for one slice, the answer being instant.

``python -m tests.bench.compressors [--runs 10] [--client DIR]``

The API, the endpoint and the program ``claude`` are stand-ins on loopback, so that only our side
and the libraries are measured; with ``--client`` (a folder in which ``run_client.sh`` installed
it) the real client, too, with and without the leash.  The first call of an SDK, which imports it,
is a row of its own: a worker makes few calls.  Baseline: the offline compressor.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from gitmem.compress.compressor import Compressor
from gitmem.compress.models.claude_cli import ClaudeCli
from gitmem.compress.models.messages_api import MessagesApi
from gitmem.compress.models.model_compressor import ModelCompressor
from gitmem.compress.models.openai_api import OpenAiApi
from gitmem.compress.offline.extractive import ExtractiveCompressor
from tests.support.answers import answered_memory, session_evidence
from tests.support.api import Answer, api
from tests.support.client import fake_api
from tests.support.evidence import change_of
from tests.support.fake_claude import FakeClaude

_ANSWER = {"memories": [answered_memory()]}
_KEY = "not-a-real-key"


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def slice_by(compressor: Compressor) -> Callable[[], object]:
    evidence, change = session_evidence(), change_of("dates.py")
    return lambda: compressor.compress(evidence, change)


def row(name: str, times: Sequence[float], base: float) -> str:
    middle = statistics.median(times)
    return f"| {name} | {middle:.1f} | {max(times):.1f} | {middle - base:+.1f} |"


def real_client(folder: Path, runs: int, home: Path) -> dict[str, list[float]]:
    """The real client below the leash, and the same command by itself."""
    program = folder / "node_modules" / ".bin" / "claude"
    shared = Path(__file__).resolve().parents[3] / "shared"
    said = [{"text": "It."}] * (runs + 1)
    answered = [{"tool": "StructuredOutput", "input": _ANSWER}] * runs
    with fake_api(shared).FakeAnthropic({"turns": said + answered, "side": "main"}) as fake:
        environ = {
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "ANTHROPIC_BASE_URL": fake.url,
            "ANTHROPIC_API_KEY": _KEY,
        }
        ours = slice_by(ModelCompressor(ClaudeCli(environ, command=str(program))))
        bare = [str(program), "-p", "--output-format", "json", "--model", "haiku", "--tools", ""]
        bare += ["--strict-mcp-config", "--no-session-persistence", "--setting-sources", ""]

        def alone() -> object:
            return subprocess.run(
                bare,
                input=b"Say it.",
                env=environ,
                capture_output=True,
                check=True,
                cwd=home,
                timeout=60,
            )

        alone()
        return {
            "claude -p by itself": [milliseconds(alone) for _ in range(runs)],
            "claude-cli, the real client": [milliseconds(ours) for _ in range(runs)],
        }


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10)
    parser.add_argument("--client", type=Path)
    given = parser.parse_args(arguments)
    completion = {"model": "m", "choices": [{"message": {"content": json.dumps(_ANSWER)}}]}
    times: dict[str, list[float]] = {}

    def measure(name: str, compressor: Compressor, *, has_first: bool = False) -> None:
        work = slice_by(compressor)
        if has_first:
            times[f"{name}, first call"] = [milliseconds(work)]
        times[name] = [milliseconds(work) for _ in range(given.runs)]

    with (
        tempfile.TemporaryDirectory() as folder,
        api([Answer(json.dumps(_ANSWER))]) as messages,
        api([Answer(raw=json.dumps(completion).encode())]) as endpoint,
    ):
        claude = FakeClaude(Path(folder) / "bin").answers(structured_output=_ANSWER)
        measure("extractive", ExtractiveCompressor())
        model = ModelCompressor(MessagesApi("m", _KEY, messages.url))
        measure("anthropic", model, has_first=True)
        model = ModelCompressor(OpenAiApi("m", base_url=endpoint.url))
        measure("openai", model, has_first=True)
        model = ModelCompressor(ClaudeCli(os.environ, command=str(claude.path)))
        measure("claude-cli, a sh stand-in", model)
        if given.client:
            times |= real_client(given.client, given.runs, Path(folder))
    base = statistics.median(times["extractive"])
    print("| one slice by | median ms | most ms | added ms |")
    print("| --- | --- | --- | --- |")
    for name, measured in times.items():
        print(row(name, measured, base))


if __name__ == "__main__":
    main()
