"""The whole promise, with the real Codex client: it is told, and its commit is remembered."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from tests.support.codex import CodexCli, outputs, told
from tests.support.fake_openai import calls, calls_custom, says
from tests.support.git import GitDriver
from tests.support.jobs import eventually

pytestmark = pytest.mark.slow

REASON = "Integer cents instead of floats, because 0.1 + 0.2 is not 0.3 in binary."
PATCH = """*** Begin Patch
*** Update File: price.py
@@
-def cents(x):
-    return x
+def cents(amount):
+    return round(amount * 100)
*** End Patch
"""


@pytest.fixture
def shop(git: GitDriver) -> GitDriver:
    """A commit with a memory, a file that it touched, and gitmem set up for Codex alone."""
    git.environ["CODEX_HOME"] = str(git.home / "codex")
    git.commit("Keep prices in cents", **{"price.py": "def cents(x):\n    return x\n"})
    gitmem(git, "init", "--agent", "codex", "--no-agent", "claude-code")
    gitmem(git, "remember", "--commit", "HEAD", "-m", "Prices are cents", "-m", REASON)
    return git


def people(git: GitDriver) -> dict[str, str]:
    """The driver's environment with the clock of the day: real transcripts are of today."""
    dated = ("GIT_AUTHOR_DATE", "GIT_COMMITTER_DATE")
    return {name: value for name, value in git.env().items() if name not in dated}


def gitmem(git: GitDriver, *arguments: str, check: bool = True) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "gitmem", *arguments],
        cwd=git.path,
        env=people(git),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0 or not check, done.stderr
    return done.stdout


def is_remembered(git: GitDriver) -> bool:
    """Whether the commit of the session has its memory, which a worker writes."""
    return eventually(lambda: "Round prices" in gitmem(git, "show", "HEAD", check=False))


def test_it_is_told_once_and_its_commit_is_remembered(codex_cli: CodexCli, shop: GitDriver) -> None:
    """Without any flag that passes over its trust: the hashes are ours, and the client agrees."""
    turns = [
        [calls("exec_command", cmd="cat price.py")],
        [calls_custom("apply_patch", PATCH)],
        [calls("exec_command", cmd="cat price.py")],
        [calls("exec_command", cmd="git commit -qam 'Round prices to whole cents'")],
        [says("Rounded, because a price of half a cent cannot be paid.")],
    ]

    api = codex_cli.run(shop.path, turns, environ=people(shop), words=["Round prices."])
    heard = told(api)
    found = is_remembered(shop)

    assert sum(REASON in text for text in heard) == 1
    assert REASON in json.dumps(api.inputs[0])
    assert "hook failed" not in api.printed.casefold()
    assert found, gitmem(shop, "doctor")
    shown = json.loads(gitmem(shop, "show", "--json", "HEAD"))
    session = re.search(r"session id: (\S+)", api.printed)
    assert session is not None
    assert session[1] in json.dumps(shown)
    assert f"codex {codex_cli.version}" in json.dumps(shown)


def test_a_resumed_session_is_not_told_again(codex_cli: CodexCli, shop: GitDriver) -> None:
    first = codex_cli.run(shop.path, [[says("Yes.")]], environ=people(shop), words=["Ready?"])
    session = re.search(r"session id: (\S+)", first.printed)
    assert session is not None

    words = ["resume", session[1], "And now?"]
    again = codex_cli.run(shop.path, [[says("Yes.")]], environ=people(shop), words=words)

    assert sum(REASON in text for text in told(first)) == 1
    assert sum(REASON in text for text in told(again)) == 1


def test_hooks_that_nobody_has_trusted(codex_cli: CodexCli, shop: GitDriver) -> None:
    """Nothing is told; the commit is remembered all the same, by git's own hooks."""
    turns = [
        [calls_custom("apply_patch", PATCH)],
        [calls("exec_command", cmd="git commit -qam 'Round prices to whole cents'; echo $?")],
        [says("Rounded.")],
    ]

    api = codex_cli.run(shop.path, turns, environ=people(shop), is_trusted=False)

    assert told(api) == []
    assert outputs(api.inputs[-1]).rstrip().endswith("0")
    assert is_remembered(shop)
