"""What a session pays for its agent's own memory of a commit.

``GITMEM_TEST_CLIENT_DIR=DIR python -m tests.bench.agent_memory``

The real client, headless, against the scripted API on loopback: an agent writes a file, commits it,
is asked, and answers with a reason, two decisions, a fact and a next step: in its shell, by the
tool, and by the tool after it looked for its form, as clients do that defer tools.  Counted is what
this adds to the session, four characters a token, as in ``tests.bench.api_requests``: the question
with what the client puts before it, the call, its result, and the form of the tool where it is not
there from the beginning.  The request that carries the call reads the session from the cache once
more, as every step does; that is not counted here, nor is it in the figures beside it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.journeys.test_agent_memory import (
    ASKED,
    COMMIT,
    PROMPT,
    bash,
    write,
)
from tests.journeys.test_real_client import gitmem
from tests.support.client import Client
from tests.support.git import GitDriver

_API_TOKENS = 4_959
_FIELD_TOKENS = 55_960
_WHY = "a price must come back as it went in, and a sum of floats does not"
_DECISIONS = [
    {
        "chose": "keep integer cents",
        "because": "0.1 + 0.2 is not 0.3 in binary",
        "rejected": ["floats"],
        "quote": "Integer cents instead of floats",
    },
    {
        "chose": "return integers to the shop's API as they are",
        "because": "it takes nothing else",
        "rejected": ["a string with two decimals"],
        "quote": "the shop's API only takes integers",
    },
]
_FACTS = [
    {
        "text": "a sum of float prices is off in binary, so integers are stored",
        "quote": "0.1 + 0.2 is not 0.3 in binary",
    }
]
_NEXT = ["convert the orders that were stored as floats"]


def main() -> None:
    """Run the three sessions and print what each added."""
    shared = Path(__file__).resolve().parents[3] / "shared"
    if not (shared / "claude-code").is_dir():
        raise SystemExit("../shared is not here: the real client is needed")
    given = {"commit": "HEAD", "why": _WHY, "decisions": _DECISIONS, "facts": _FACTS, "next": _NEXT}
    call = {"tool": "mcp__gitmem__remember", "input": given}
    look = {"tool": "ToolSearch", "input": {"query": "select:mcp__gitmem__remember"}}
    ways: dict[str, list[dict[str, Any]]] = {
        "in the shell": [bash(f".git/gitmem/run remember --commit HEAD <<'E'\n{_lines()}E")],
        "by the tool": [call],
        "by the tool, looked for first": [look, call],
    }
    # The worker of the last session may still be writing.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        known = os.environ.get("GITMEM_TEST_CLIENT_DIR")
        client = Client.install(shared, Path(known) if known else Path(folder) / "client")
        print(f"client {client.version}; tokens that a commit adds to its session")
        print("| the agent answers | question | form | call | result | in all |")
        print("| --- | --- | --- | --- | --- | --- |")
        for number, (way, turns) in enumerate(ways.items()):
            added = _added(client, Path(folder) / str(number), turns)
            row = " | ".join(f"{count:,}" for count in (*added, sum(added)))
            print(f"| {way} | {row} |")
        added = _added(client, Path(folder) / "silent", [])
        print(f"| not at all | {added[0]:,} | 0 | 0 | 0 | {added[0]:,} |")
    print(f"the API path: {_API_TOKENS:,} a memory; the field's best-known tool: {_FIELD_TOKENS:,}")


def _lines() -> str:
    lines = [f"why: {_WHY}"]
    for decision in _DECISIONS:
        lines += [f"decision: {decision['chose']}", f"because: {decision['because']}"]
        lines += [f"rejected: {text}" for text in decision["rejected"]]
        lines += [f"quote: {decision['quote']}"]
    for fact in _FACTS:
        lines += [f"fact: {fact['text']}", f"quote: {fact['quote']}"]
    return "\n".join([*lines, *(f"next: {step}" for step in _NEXT), ""])


def _added(client: Client, folder: Path, turns: Sequence[dict[str, Any]]) -> tuple[int, ...]:
    """Tokens of the question, of the tool's form, of the calls, and of what they returned."""
    home = folder / "home"
    home.mkdir(parents=True)
    git = GitDriver(folder / "repo", home).init()
    git.commit("Start", **{"README.md": "shop\n"})
    gitmem(git, "init")
    script = [write(git.path), bash(COMMIT), *turns, {"text": "Done."}]
    allowed = ("--allowedTools", "Bash,Write,Edit,Read,ToolSearch,mcp__gitmem")
    requests = client.run(git.path, script, home=folder / "dev", prompt=PROMPT, arguments=allowed)
    messages = requests[-1]["body"]["messages"]
    blocks = [block for message in messages for block in _blocks(message)]
    asked = next(text for text in map(_text, blocks) if ASKED in text)
    uses = [block for block in blocks if block.get("type") == "tool_use"][2:]
    answers = [block for block in blocks if block.get("type") == "tool_result"][2:]
    return (
        len(_line_around(asked, ASKED)) // 4,
        sum(len(json.dumps(tool)) for tool in requests[-1]["body"]["tools"] if _is_ours(tool)) // 4,
        sum(len(json.dumps(use["input"], ensure_ascii=False)) for use in uses) // 4,
        sum(_size(answer) for answer in answers) // 4,
    )


def _line_around(text: str, words: str) -> str:
    """The line that has the words: the client may put other things behind it, or before."""
    return next(line for line in text.splitlines() if words in line)


def _is_ours(tool: dict[str, Any]) -> bool:
    return tool.get("name") == "mcp__gitmem__remember"


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _text(block: dict[str, Any]) -> str:
    return json.dumps(block, ensure_ascii=False) if block.get("type") != "text" else block["text"]


def _size(answer: dict[str, Any]) -> int:
    content = answer["content"]
    return len(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))


if __name__ == "__main__":
    main()
