"""``gitmem recompress`` as a person runs it, against a Messages API on loopback."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence

import pytest

from gitmem.compress.fallback import FallbackCompressor
from gitmem.compress.offline.extractive import ExtractiveCompressor
from gitmem.errors import CompressorFailed
from tests.support.answers import answered_memory
from tests.support.api import Answer, Api, api
from tests.support.capture import capture, commit_of, memories_on, session_in, workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.model import FakeModel

GOOD = Answer(json.dumps({"memories": [answered_memory(errors=[])]}))


@pytest.fixture
def api_server() -> Iterator[Api]:
    with api([GOOD]) as server:
        yield server


@pytest.fixture
def shop(committed: GitDriver, api_server: Api) -> GitDriver:
    """Two commits that the offline compressor remembered, standing in for the model."""
    committed.run("config", "gitmem.compressor", "anthropic")
    committed.run("config", "gitmem.apiRetries", "0")
    committed.run("config", "gitmem.apiBaseUrl", api_server.url)
    committed.environ = {"ANTHROPIC_API_KEY": "not-a-real-key"}
    down = FallbackCompressor(FakeModel("anthropic/3", fails="down"), ExtractiveCompressor())
    writer = session_in(committed)
    for name in ("first.py", "second.py"):
        writer.prompt(f"Make {name} exact.").write(name).say("Because floats lie.")
        commit = commit_of(committed, writer, f"Exact {name}", name)
        place, moment = str(committed.path.resolve()), float(committed.now) + 1.0
        capture(workspace_of(committed, down), commit, place, moment)
    return committed


def titles(shop: GitDriver, commit: str) -> list[str]:
    """What ``gitmem log`` shows of a commit."""
    done = gitmem(shop, "log", "--json", "-n", "1", commit)
    return [memory["title"] for memory in json.loads(done.stdout)["memories"]]


def objects(done: subprocess.CompletedProcess[str]) -> Sequence[dict[str, object]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_stand_ins_are_improved_and_superseded(shop: GitDriver, api_server: Api) -> None:
    done = gitmem(shop, "recompress")
    again = gitmem(shop, "recompress")

    assert (done.returncode, again.returncode) == (0, 0), done.stderr
    assert "2 of 2 improved." in done.stderr
    assert "[1/2]" in done.stderr
    assert done.stdout.count("Read time stamps with a zone") == 2
    assert titles(shop, "HEAD") == ["Read time stamps with a zone"]
    assert "Nothing to improve" in again.stderr
    assert len(api_server.requests) == 2
    (old,) = [m for m in memories_on(shop, shop.out("rev-parse", "HEAD")) if not m.supersedes]
    assert old.title in gitmem(shop, "show", old.id).stdout, "it is still there for who asks"


def test_a_dry_run_tells_the_cost_and_does_nothing(shop: GitDriver, api_server: Api) -> None:
    refs = shop.out("for-each-ref")

    done = gitmem(shop, "recompress", "--dry-run")
    machine = gitmem(shop, "recompress", "--dry-run", "--json", "HEAD")

    assert done.returncode == 0, done.stderr
    assert "2 memories of 2 captures; 2 can be improved." in done.stdout
    assert "Nothing was asked or written." in done.stdout
    (told,) = objects(machine)
    assert (told["captures"], told["possible"], told["compressor"]) == (1, 1, "anthropic/3")
    assert int(str(told["tokens_in"])) > 300
    assert api_server.requests == []
    assert shop.out("for-each-ref") == refs


def test_json_is_one_object_a_capture(shop: GitDriver) -> None:
    head = shop.out("rev-parse", "HEAD")
    (old,) = memories_on(shop, head)

    (told,) = objects(gitmem(shop, "recompress", "--json", "--limit", "1"))

    (new,) = [m for m in memories_on(shop, head) if m.id != old.id]
    assert told["commits"] == [head]
    assert (told["old"], told["new"]) == ([old.id], [new.id])
    assert told["compressor"] == "anthropic/3"
    assert told["tokens"] == {"in": 1200, "out": 80}


def test_a_failure_is_told_by_the_exit_code_and_nothing_is_lost(shop: GitDriver) -> None:
    refs = shop.out("for-each-ref")
    shop.environ["ANTHROPIC_API_KEY"] = ""

    done = gitmem(shop, "recompress")

    assert done.returncode == CompressorFailed.exit_code
    assert "ANTHROPIC_API_KEY is not set" in done.stderr
    assert "'anthropic/3' failed for 2 of 2" in done.stderr
    assert "They stay as they were" in done.stderr
    assert shop.out("for-each-ref") == refs


def test_another_compressor_may_be_named(shop: GitDriver) -> None:
    """Here one that is not there: it is asked, and the configured one is not."""
    done = gitmem(shop, "recompress", "HEAD", "--with", "claude-cli")

    assert done.returncode == CompressorFailed.exit_code
    assert "'claude-cli/2' failed for 1 of 1" in done.stderr


def test_without_a_model_stand_ins_stay(shop: GitDriver) -> None:
    shop.run("config", "gitmem.compressor", "extractive")
    refs = shop.out("for-each-ref")

    done = gitmem(shop, "recompress")

    assert done.returncode == 0
    assert "gitmem.compressor" in done.stderr
    assert "0 of 2 improved." in done.stderr
    assert shop.out("for-each-ref") == refs


def test_only_what_is_older(shop: GitDriver) -> None:
    ages = ("1d", "2.weeks", "1month", "90years")
    runs = [gitmem(shop, "recompress", "--dry-run", "--older-than", age) for age in ages]

    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    assert all("2 can be improved" in run.stdout for run in runs[:-1])
    assert "Nothing to improve" in runs[-1].stderr


@pytest.mark.parametrize(
    "arguments",
    [("--older-than", "soon"), ("--with", "gpt"), ("--with", "extractive,anthropic"), ("-n", "0")],
)
def test_wrong_usage_is_told(committed: GitDriver, arguments: tuple[str, str]) -> None:
    done = gitmem(committed, "recompress", *arguments)

    assert done.returncode == 2
    assert arguments[1] in done.stderr
