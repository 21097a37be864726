"""What strangers send, what those we trust take away, and what cannot be read."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from hashlib import sha1
from pathlib import Path

import pytest

from gitmem.errors import RemoteRejected
from gitmem.follow.push import push
from gitmem.git.remotes import memory_remote
from gitmem.git.trees import MAX_BLOB_BYTES
from gitmem.git.trusted_remotes import read_trust
from gitmem.model.memory import Json, Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.cursors import read_cursors
from gitmem.state.queue import Queue
from tests.support.capture import workspace_of
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.memories import NOTES_REF, notes_tip, titles
from tests.support.prepared import prepared


def put(git: GitDriver, *memories: Memory, commit: str = "HEAD") -> None:
    oid = git.out("rev-parse", commit)
    NoteStore(git.repo).add({oid: [document_of(memory) for memory in memories]}, "notes: test")


def told(title: str, **fields: object) -> Memory:
    origin = Provenance(author="Ben <ben@example.com>", session="s")
    return Memory("decision", title, provenance=origin, **fields)  # type: ignore[arg-type]


HONEST = Memory(
    "decision",
    "honest",
    why="because honest",
    files_changed=("price.py",),
    provenance=Provenance(author="Ada <ada@example.com>", session="a"),
)


@prepared
def ours(committed: GitDriver, remote: GitDriver) -> GitDriver:
    """A clone with a memory that its remote has, too."""
    committed.run("remote", "add", "origin", str(remote.path))
    committed.run("push", "-q", "-u", "origin", "main")
    assert gitmem(committed, "init").returncode == 0
    put(committed, HONEST)
    assert gitmem(committed, "sync").returncode == 0
    return committed


@prepared
def stranger(ours: GitDriver, remote: GitDriver, tmp_path: Path, home: Path) -> GitDriver:
    """A clone of a fork, which has the team's notes; ours has the fork as a remote."""
    fork = GitDriver(tmp_path / "fork.git", home).init(bare=True)
    clone = remote.clone(tmp_path / "stranger")
    clone.environ["GIT_AUTHOR_NAME"] = clone.environ["GIT_COMMITTER_NAME"] = "Mallory"
    clone.run("remote", "set-url", "--push", "origin", str(fork.path))
    clone.run("fetch", "-q", str(remote.path), f"{NOTES_REF}:{NOTES_REF}")
    ours.run("remote", "add", "fork", str(fork.path))
    assert gitmem(ours, "init").returncode == 0
    return clone


def offer(stranger: GitDriver) -> None:
    stranger.run("push", "-qf", "origin", "main", NOTES_REF)


def take(stranger: GitDriver, how: str) -> None:
    """One of the ways to take the honest memory away."""
    head = stranger.out("rev-parse", "HEAD")
    if how == "tombstone":
        stranger.add_note(head, f"---\nid: {HONEST.id}\nforgotten: x\n")
    elif how == "tombstone elsewhere":
        stranger.add_note(stranger.commit("mine"), f"---\nid: {HONEST.id}\nforgotten: x\n")
    elif how == "superseded":
        put(stranger, told("evil", supersedes=(HONEST.id,)))
    elif how == "superseded elsewhere":
        put(stranger, told("evil", supersedes=(HONEST.id,)), commit=stranger.commit("mine"))
    elif how == "replaced":
        fields: Mapping[str, Json] = {"id": HONEST.id, "kind": "decision", "title": "evil"}
        stranger.add_note(head, f"---\n{json.dumps(fields)}\n")
    else:
        blob = stranger.out(
            *("hash-object", "-w", "--stdin"),
            stdin=f"scrub {'a' * 20}\nforget {HONEST.id}\n".encode(),
        )
        tree = stranger.out("mktree", stdin=f"100644 blob {blob}\tgitmem-scrubs\n".encode())
        stranger.run("update-ref", NOTES_REF, stranger.out("commit-tree", "-m", "x", tree))


WAYS = [
    "tombstone", "tombstone elsewhere", "superseded", "superseded elsewhere", "replaced", "scrub"
]  # fmt: skip


@pytest.mark.parametrize("how", WAYS)
def test_a_fork_that_was_only_fetched_changes_nothing(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver, how: str
) -> None:
    take(stranger, how)
    put(stranger, told("planted", files_changed=("price.py",)), commit=stranger.commit("mine"))
    offer(stranger)
    before = notes_tip(remote)

    ours.run("fetch", "-q", "fork")
    first = gitmem(ours, "log")
    ours.write("more.py", "x = 1\n")
    ours.commit("more")
    ours.run("push", "-q", "origin", "main")

    assert "'fork' has memories that are kept apart" in first.stderr
    assert "kept apart" not in gitmem(ours, "log").stderr  # once
    assert "honest" in first.stdout
    assert titles(ours) == ["honest"]
    assert notes_tip(remote) == before
    assert "planted" not in gitmem(ours, "context", "--file", "price.py").stdout
    assert "'fork' has memories" in gitmem(ours, "status").stdout
    assert "'fork' has memories" in gitmem(ours, "sync").stderr
    assert "gitmem trust fork" in gitmem(ours, "doctor").stdout


def test_with_nothing_to_do_no_worker_is_asked_for(ours: GitDriver, stranger: GitDriver) -> None:
    """A view that is kept apart has been looked at."""
    put(stranger, told("planted"))
    offer(stranger)
    ours.run("fetch", "-q", "fork")
    gitmem(ours, "log")
    seen = read_cursors(ours.repo)

    gitmem(ours, "log")

    assert seen.apart == {"fork": ours.out("rev-parse", "refs/gitmem/fork/claude-mem")}
    assert read_cursors(ours.repo) == seen
    assert Queue(ours.repo).is_empty()


@pytest.mark.parametrize("command", [("trust", "fork"), ("sync", "fork")])
def test_who_is_trusted_is_joined_at_once_and_from_now_on(
    ours: GitDriver, stranger: GitDriver, command: tuple[str, ...]
) -> None:
    put(stranger, told("theirs"))
    offer(stranger)
    ours.run("fetch", "-q", "fork")
    gitmem(ours, "log")

    done = gitmem(ours, *command)

    assert done.returncode == 0, done.stderr
    assert titles(ours) == ["honest", "theirs"]
    put(stranger, told("later"))
    offer(stranger)
    ours.run("fetch", "-q", "fork")
    gitmem(ours, "log")
    assert titles(ours) == ["honest", "later", "theirs"]
    assert "fork: trusted (a person said so)" in gitmem(ours, "trust").stdout

    assert gitmem(ours, "trust", "--revoke", "fork").returncode == 0
    put(stranger, told("too late"))
    offer(stranger)
    ours.run("fetch", "-q", "fork")
    gitmem(ours, "log")
    assert titles(ours) == ["honest", "later", "theirs"]


def test_a_dry_run_of_a_sync_trusts_nobody(ours: GitDriver, stranger: GitDriver) -> None:
    put(stranger, told("theirs"))
    offer(stranger)

    assert "1 memory" in gitmem(ours, "sync", "fork", "--dry-run").stdout
    assert not read_trust(ours.repo).has("fork")
    assert "kept apart" not in gitmem(ours, "sync", "--dry-run").stderr  # it is not even asked
    assert titles(ours) == ["honest"]


def test_what_a_tool_configures_for_a_branch_trusts_nobody(
    ours: GitDriver, stranger: GitDriver
) -> None:
    """As when a pull request is looked at."""
    put(stranger, told("planted"))
    offer(stranger)
    for name in ("remote", "pushRemote"):
        ours.run("config", f"branch.main.{name}", "fork")
    assert memory_remote(ours.repo) == "fork"

    done = gitmem(ours, "sync")

    assert not read_trust(ours.repo).has("fork")
    assert titles(ours) == ["honest"]
    assert "kept apart" in done.stderr


def test_a_push_to_it_sends_what_it_can_and_takes_nothing(
    ours: GitDriver, stranger: GitDriver
) -> None:
    push(workspace_of(ours), "fork")
    assert ours.out("ls-remote", "fork", NOTES_REF).split()[0] == notes_tip(ours)

    put(stranger, told("planted"))
    offer(stranger)
    put(ours, told("more"))
    with pytest.raises(RemoteRejected, match="nobody here has said to trust it"):
        push(workspace_of(ours), "fork")
    assert titles(ours) == ["honest", "more"]


def test_who_is_trusted_without_a_word(committed: GitDriver, tmp_path: Path) -> None:
    def trusted() -> list[str]:
        trust = read_trust(committed.repo)
        return [name for name in committed.out("remote").split() if trust.has(name)]

    committed.run("remote", "add", "zebra", str(tmp_path))
    assert trusted() == ["zebra"]
    committed.run("remote", "add", "another", str(tmp_path))
    assert trusted() == ["zebra"]
    committed.run("remote", "add", "origin", str(tmp_path))
    assert trusted() == ["origin"]
    committed.run("config", "branch.main.remote", "another")
    committed.run("config", "branch.main.pushRemote", "another")
    assert trusted() == ["origin"]
    committed.run("config", "remote.pushDefault", "zebra")
    assert trusted() == ["origin", "zebra"]
    committed.run("config", "remote.origin.gitmemTrust", "false")
    assert trusted() == ["zebra"]
    committed.run("remote", "rename", "origin", "old")
    committed.run("config", "gitmem.remote", "another")
    assert trusted() == ["another", "zebra"]


def test_a_committed_configuration_trusts_nobody(committed: GitDriver, tmp_path: Path) -> None:
    for name in ("origin", "fork"):
        committed.run("remote", "add", name, str(tmp_path))
    committed.write("shared.config", '[remote "fork"]\ngitmemTrust = true\n')
    committed.run("config", "include.path", "../shared.config")

    assert committed.out("config", "remote.fork.gitmemTrust") == "true"
    assert not read_trust(committed.repo).has("fork")


@pytest.mark.parametrize("how", WAYS)
def test_what_a_trusted_remote_takes_away_is_told_and_comes_back(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver, how: str
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    take(stranger, how)
    stranger.run("push", "-qf", "origin", "main", NOTES_REF)
    ours.run("fetch", "-q")

    said = gitmem(ours, "sync").stderr

    assert "1 memory was taken away by what 'origin' sent" in said
    assert HONEST.id in said
    who = "Mallory" if how not in ("superseded", "superseded elsewhere") else "gitmem@localhost"
    assert who in said
    assert "because honest" not in gitmem(ours, "log").stdout
    assert "1 memory was taken away by a remote" in gitmem(ours, "status").stdout
    assert who in gitmem(ours, "restore").stdout

    assert gitmem(ours, "restore", HONEST.id[:9]).returncode == 0

    assert "because honest" in gitmem(ours, "log").stdout
    assert "taken away by a remote" not in gitmem(ours, "status").stdout
    gitmem(ours, "sync")
    other = remote.clone(ours.path.with_name("other"))
    assert gitmem(other, "init").returncode == 0
    assert "because honest" in gitmem(other, "log").stdout


def test_what_a_fetch_into_our_own_ref_takes_away_is_told(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    take(stranger, "tombstone")
    stranger.run("push", "-qf", "origin", NOTES_REF)

    ours.run("fetch", "-q", "origin", f"+{NOTES_REF}:{NOTES_REF}")

    assert "was forgotten by Mallory" in gitmem(ours, "sync").stderr
    assert gitmem(ours, "restore", "--all").returncode == 0
    assert "because honest" in gitmem(ours, "log").stdout


def test_a_last_account_of_the_same_session_is_not_told(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    last = Memory("decision", "last", supersedes=(HONEST.id,), provenance=HONEST.provenance)
    put(stranger, last)
    put(stranger, told("another"), commit=stranger.commit("mine"))
    stranger.run("push", "-qf", "origin", "main", NOTES_REF)

    done = gitmem(ours, "sync")

    assert "taken" not in done.stderr
    assert "Nothing was forgotten or taken away" in gitmem(ours, "restore").stdout


def test_what_is_dismissed_is_not_listed(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    take(stranger, "tombstone")
    stranger.run("push", "-qf", "origin", NOTES_REF)
    gitmem(ours, "sync")

    assert gitmem(ours, "restore", "m123456").returncode == 23
    assert "1 no longer listed" in gitmem(ours, "restore", "--dismiss").stdout
    assert "taken away by a remote" not in gitmem(ours, "status").stdout


def odd_commit(git: GitDriver, author: str) -> str:
    """A notes commit that git can read and libgit2 cannot."""
    tree, tip = git.out("rev-parse", f"{NOTES_REF}^{{tree}}"), notes_tip(git)
    lines = [f"tree {tree}", f"parent {tip}", *([f"author {author}"] if author else [])]
    lines += ["committer X <x@y> 1700000000 +0000", "", "x", ""]
    command = ("hash-object", "-t", "commit", "-w", "--literally", "--stdin")
    return git.out(*command, stdin="\n".join(lines).encode())


@pytest.mark.parametrize("author", ["X <x> 99999999999999999999 +0000", "", "X 1 +0000"])
@pytest.mark.parametrize("is_below", [False, True])
def test_a_notes_commit_that_libgit2_cannot_parse_is_left_alone(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver, author: str, is_below: bool
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    put(stranger, told("theirs"))
    bad = odd_commit(stranger, author)
    if is_below:
        bad = stranger.out("commit-tree", "-m", "x", "-p", bad, f"{bad}^{{tree}}")
    stranger.run("update-ref", NOTES_REF, bad)
    stranger.run("push", "-qf", "origin", NOTES_REF)
    ours.run("fetch", "-q")

    first = gitmem(ours, "log")
    put(ours, told("more"))
    shown = gitmem(ours, "log")

    assert "cannot be read as notes" in first.stderr
    assert first.returncode == shown.returncode == 0
    assert shown.stderr == ""
    assert titles(ours) == ["honest", "more"]
    assert "cannot be read as notes" in gitmem(ours, "doctor").stdout
    assert Queue(ours.repo).is_empty()


def test_one_in_our_own_history_does_not_stop_us(ours: GitDriver, remote: GitDriver) -> None:
    """Somebody's refspec put it there."""
    ours.run("update-ref", NOTES_REF, odd_commit(ours, "X 1 +0000"))

    put(ours, told("more"))

    assert gitmem(ours, "log").returncode == 0
    assert titles(ours) == ["honest", "more"]
    assert gitmem(ours, "sync").returncode == 0


def bomb(git: GitDriver, size: int) -> str:
    """A blob that unpacks a thousandfold."""
    data = b"blob %d\0" % size + b"\n" * size
    oid = sha1(data, usedforsecurity=False).hexdigest()
    git.write(f".git/objects/{oid[:2]}/{oid[2:]}", zlib.compress(data, 9))
    return oid


@pytest.mark.parametrize("is_beside_ours", [True, False])
def test_a_note_that_unpacks_a_thousandfold_is_not_read(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver, is_beside_ours: bool
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    commit = stranger.out("rev-parse", "HEAD") if is_beside_ours else stranger.commit("mine")
    oid = bomb(stranger, MAX_BLOB_BYTES + 1)
    stranger.run("notes", "--ref", "claude-mem", "add", "-f", "-C", oid, commit)
    put(stranger, told("theirs"), commit=stranger.commit("next"))
    stranger.run("push", "-qf", "origin", "main", NOTES_REF)
    ours.run("fetch", "-q")

    assert gitmem(ours, "sync").returncode == 0

    assert titles(ours) == ["honest", "theirs"]
    assert "honest" in gitmem(ours, "log").stdout
    for arguments in (("show", commit), ("log", commit), ("search", "honest"), ("reindex",)):
        assert gitmem(ours, *arguments).returncode in (0, 1, 20)
    put(ours, told("beside it"), commit=commit)  # a capture of the same commit goes on
    assert "beside it" in titles(ours)


def test_a_list_of_scrubs_that_is_too_large_leaves_everything_alone(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver
) -> None:
    stranger.run("remote", "set-url", "--push", "origin", str(remote.path))
    oid = bomb(stranger, MAX_BLOB_BYTES + 1)
    tree = stranger.out("mktree", stdin=f"100644 blob {oid}\tgitmem-scrubs\n".encode())
    stranger.run("update-ref", NOTES_REF, stranger.out("commit-tree", "-m", "x", tree))
    stranger.run("push", "-qf", "origin", NOTES_REF)
    ours.run("fetch", "-q")

    assert "cannot be read as notes" in gitmem(ours, "log").stderr
    put(ours, told("more hunter22"))
    assert titles(ours) == ["honest", "more hunter22"]
    assert gitmem(ours, "scrub", "hunter22").returncode in (0, 41)
    assert "hunter22" not in str(titles(ours))


def test_a_stranger_is_no_home_when_origin_is_gone(
    ours: GitDriver, stranger: GitDriver, remote: GitDriver
) -> None:
    """Not while another address is set, nor after it: what came before must stay apart."""
    put(stranger, told("planted"))
    offer(stranger)
    ours.run("fetch", "-q", "fork")
    assert "planted" not in gitmem(ours, "log").stdout

    ours.run("remote", "remove", "origin")

    assert "planted" not in gitmem(ours, "log").stdout
    assert "fork: not trusted" in gitmem(ours, "trust").stdout
    gitmem(ours, "sync")
    assert "planted" not in gitmem(ours, "log").stdout
    ours.run("remote", "add", "origin", str(remote.path))
    assert "planted" not in gitmem(ours, "log").stdout
    assert gitmem(ours, "trust", "fork").returncode == 0
    assert "planted" in gitmem(ours, "log").stdout
