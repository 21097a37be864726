"""Prompts whose session is gone, as the reason of the commit that they surely led to."""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

from gitmem.agents.claude.prompt_history import read_prompts
from gitmem.upkeep.backfill import backfill
from gitmem.upkeep.backfill_plan import BackfillSelection, plan_backfill
from tests.support.capture import memories_on, session_in, workspace_of
from tests.support.git import GitDriver
from tests.support.session import SESSION

ASKED = "The uploads in retry_upload.py hang: please pause between the tries"


def typed(git: GitDriver, when: float, text: str = ASKED, **given: Any) -> None:
    path = git.home / ".claude" / "history.jsonl"
    path.parent.mkdir(exist_ok=True)
    line = {
        "display": text,
        "pastedContents": {},
        "timestamp": int(when * 1_000),
        "project": str(git.path),
        "sessionId": SESSION,
        **given,
    }
    with path.open("a") as file:
        file.write(json.dumps(line) + "\n")


def filled(git: GitDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {**os.environ, "HOME": str(git.home)})
    workspace = workspace_of(git)
    backfill(workspace, plan_backfill(workspace, BackfillSelection()), lambda _: None)


def reason(git: GitDriver, commit: str) -> str:
    return "\n".join(memory.why for memory in memories_on(git, commit))


def test_the_prompt_is_quoted_and_marked(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(committed, committed.now + 30)
    commit = committed.commit("wip", **{"retry_upload.py": "import time\n"})

    filled(committed, monkeypatch)

    (memory,) = memories_on(committed, commit)
    assert memory.why == f'Asked before this commit: "{ASKED}"'
    assert memory.title == "wip"
    assert memory.provenance.session == SESSION
    assert memory.provenance.extra["source"] == "prompt history"
    assert memory.provenance.is_of_history


@pytest.mark.parametrize(
    ("when", "given"),
    [
        (-2_000, {}),
        (90, {}),
        (30, {"project": "/somewhere/else"}),
        (30, {"sessionId": ""}),
        (30, {"text": "yes do it"}),
        (30, {"text": "Explain what a monad is to somebody who cooks for a living"}),
        (30, {"text": "/review retry_upload.py and tell what is wrong there"}),
        (30, {"text": "[Pasted text #1 +40 lines]"}),
        (30, {"timestamp": "soon"}),
    ],
    ids=["old", "later", "elsewhere", "no-session", "short", "other", "command", "pasted", "odd"],
)
def test_what_is_not_sure_is_not_said(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch, when: float, given: dict[str, Any]
) -> None:
    typed(committed, committed.now + when, **given)
    commit = committed.commit("wip", **{"retry_upload.py": "import time\n"})

    filled(committed, monkeypatch)

    assert "Asked" not in reason(committed, commit)


def test_of_two_commits_the_first_after_the_prompt_has_it(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(committed, committed.now + 30)
    first = committed.commit("wip", **{"retry_upload.py": "import time\n"})
    second = committed.commit("more", **{"retry_upload.py": "import time, os\n"})

    filled(committed, monkeypatch)

    assert "Asked" in reason(committed, first)
    assert "Asked" not in reason(committed, second)


def test_with_another_session_at_work_nobody_can_tell(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed(committed, committed.now + 30)
    typed(committed, committed.now + 20, "Something quite different", sessionId="b" * 8)
    commit = committed.commit("wip", **{"retry_upload.py": "import time\n"})

    filled(committed, monkeypatch)

    assert "Asked" not in reason(committed, commit)


def test_while_the_transcript_is_there_it_alone_speaks(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    session_in(committed).prompt("Something else that was talked about")
    typed(committed, committed.now + 30)
    commit = committed.commit("wip", **{"retry_upload.py": "import time\n"})

    filled(committed, monkeypatch)

    assert "Asked" not in reason(committed, commit)


def test_secrets_in_a_prompt_are_masked(
    committed: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "ghp_" + "a1B2" * 9
    typed(committed, committed.now + 30, f"{ASKED}, the token is {key}")
    commit = committed.commit("wip", **{"retry_upload.py": "import time\n"})

    filled(committed, monkeypatch)

    assert "Asked" in reason(committed, commit)
    assert key not in committed.show_note(commit).decode()


def test_a_damaged_history_is_read_as_far_as_it_goes(committed: GitDriver) -> None:
    typed(committed, 5)
    path = committed.home / ".claude" / "history.jsonl"
    with path.open("ab") as file:
        file.write(b"\xff\xfe\n[]\nnull\n" + b"[" * 50_000 + b"\n" + b'{"display": 3}\n{"disp')
    typed(committed, 9, timestamp=float("nan"))

    found = read_prompts({"HOME": str(committed.home)}, [str(committed.path)])

    assert [prompt.text for prompt in found] == [ASKED]
