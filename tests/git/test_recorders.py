from __future__ import annotations

import json

import pytest

from gitmem.git.commits import read_change
from gitmem.model.link import Link
from tests.support.git import GitDriver

ONE = "0b9c1c52-6d1f-4c53-9d5b-1f6f5a4d3c2b"
TWO = "1c9c1c52-6d1f-4c53-9d5b-1f6f5a4d3c2b"
CHECKPOINTS = "refs/heads/entire/checkpoints/v1"


def authorship(session: str) -> str:
    """A note as git-ai writes it."""
    told = {
        "schema_version": "authorship/3.0.0",
        "prompts": {},
        "sessions": {"s_c9883b05a2487d": {"agent_id": {"tool": "claude", "id": session}}},
    }
    return f"a\n  s_c9883b05a2487d::t_9f8e7d6c5b4a32 1\n---\n{json.dumps(told)}"


def add_authorship(git: GitDriver, commit: str, text: str) -> None:
    blob = git.out("hash-object", "-w", "--stdin", stdin=text.encode())
    git.run("notes", "--ref", "ai", "add", "-f", "-C", blob, commit)


def add_files(git: GitDriver, files: dict[str, str], ref: str = CHECKPOINTS) -> None:
    """A commit of these files, as Entire makes it on its branch."""
    stream = [f"commit {ref}\ncommitter E <e@example.com> 1700000000 +0000\ndata 1\nx\n"]
    for name, text in files.items():
        stream.append(f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n")
    git.run("fast-import", "--quiet", "--force", stdin="".join(stream).encode())


@pytest.mark.parametrize("depth", [0, 1, 3])
def test_git_ai_s_note_is_found_however_deep_git_put_it(committed: GitDriver, depth: int) -> None:
    commit = committed.commit("Change", a="1\n")
    parts = [commit[2 * level : 2 * level + 2] for level in range(depth)]
    path = "/".join([*parts, commit[2 * depth :]])
    add_files(committed, {path: authorship(ONE)}, "refs/notes/ai")

    assert committed.run("notes", "--ref", "ai", "show", commit).stdout
    assert read_change(committed.repo, commit).links == (Link("git-ai", session=ONE),)


def test_a_checkpoint_says_which_sessions_it_recorded(committed: GitDriver) -> None:
    commit = committed.commit("Change\n\nEntire-Checkpoint: a3b2c4d5e6f7\n", a="1\n")
    unknown = committed.commit("Other\n\nEntire-Checkpoint: ffb2c4d5e6f7\n", a="2\n")
    add_files(
        committed,
        {
            "a3/b2c4d5e6f7/metadata.json": json.dumps({"sessions": []}),
            "a3/b2c4d5e6f7/0/metadata.json": json.dumps({"session_id": ONE}),
            "a3/b2c4d5e6f7/1/metadata.json": json.dumps({"session_id": f"2026-01-05-{TWO}"}),
            "a3/b2c4d5e6f7/2/metadata.json": "no JSON",
        },
    )

    assert read_change(committed.repo, commit).links == (
        Link("entire", session=ONE, checkpoint="a3b2c4d5e6f7"),
        Link("entire", session=TWO, checkpoint="a3b2c4d5e6f7"),
    )
    assert read_change(committed.repo, unknown).links == (
        Link("entire", checkpoint="ffb2c4d5e6f7"),
    )


def test_a_fetched_checkpoint_is_as_good(committed: GitDriver) -> None:
    commit = committed.commit("Change\n\nEntire-Checkpoint: a3b2c4d5e6f7\n", a="1\n")
    found = {"a3/b2c4d5e6f7/metadata.json": json.dumps({"session_id": ONE})}
    add_files(committed, found, "refs/remotes/origin/entire/checkpoints/v1")

    assert read_change(committed.repo, commit).links == (
        Link("entire", session=ONE, checkpoint="a3b2c4d5e6f7"),
    )


@pytest.mark.parametrize("text", ["", "---", "\0\xff", "x" * (1 << 21), authorship("../up")])
def test_a_note_that_is_none_of_git_ai_s_says_nothing(committed: GitDriver, text: str) -> None:
    commit = committed.commit("Change", a="1\n")
    add_authorship(committed, commit, text or " ")

    assert read_change(committed.repo, commit).links == ()
