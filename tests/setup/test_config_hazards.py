from __future__ import annotations

import pytest

from gitmem.setup.config_hazards import find_dangers
from gitmem.setup.git_config import GitConfig, read_config
from tests.support.git import GitDriver


def config(*lines: tuple[str, str], scope: str = "local") -> GitConfig:
    return GitConfig(tuple((scope, name, value) for name, value in lines))


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("fetch", "+refs/notes/*:refs/notes/*", "overwrites memories made here"),
        ("fetch", "+refs/*:refs/*", "overwrites memories made here"),
        ("fetch", "+refs/notes/claude-mem:refs/notes/claude-mem", "overwrites memories made here"),
        ("fetch", "+refs/notes/other:refs/notes/claude-mem", "overwrites memories made here"),
        ("fetch", "refs/notes/*:refs/notes/*", "makes git fetch fail"),
        ("fetch", "+refs/heads/*:refs/remotes/origin/*", ""),
        ("fetch", "+refs/notes/claude-mem*:refs/gitmem/origin/claude-mem*", ""),
        ("fetch", "+refs/notes/*:refs/notes/origin/*", ""),
        ("fetch", "+refs/notes/commits:refs/notes/commits", ""),
        ("fetch", "^refs/notes/*", ""),
        ("fetch", "refs/notes/claude-mem", ""),
        ("push", "+refs/notes/*:refs/notes/*", "overwrites the memories that others pushed"),
        ("push", "+refs/notes/*", "overwrites the memories that others pushed"),
        ("push", "+refs/*:refs/*", "overwrites the memories that others pushed"),
        ("push", "refs/notes/*", "makes git push fail"),
        ("push", ":refs/notes/claude-mem", "deletes the remote's memories"),
        ("push", "+HEAD:refs/for/main", ""),
        ("push", ":", ""),
        ("push", "refs/heads/main", ""),
        ("mirror", "true", "mirrors all refs"),
        ("mirror", "Yes", "mirrors all refs"),
        ("mirror", "false", ""),
    ],
)
def test_lines_of_a_remote(name: str, value: str, expected: str) -> None:
    found = [danger.what for danger in find_dangers(config((f"remote.origin.{name}", value)))]

    assert len(found) == (1 if expected else 0)
    assert expected in "".join(found)


@pytest.mark.parametrize(
    ("prunes", "expected"),
    [
        ([], False),
        ([("fetch.prune", "true")], True),
        ([("remote.origin.prune", "1")], True),
        ([("fetch.prune", "true"), ("remote.origin.prune", "false")], False),
    ],
)
def test_pruning_with_a_refspec_that_reaches_our_ref(
    prunes: list[tuple[str, str]], expected: bool
) -> None:
    lines = [("remote.origin.fetch", "refs/notes/*:refs/notes/*"), *prunes]
    found = [danger.what for danger in find_dangers(config(*lines))]

    assert expected == any("with pruning deletes our memories" in what for what in found)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([("notes.mergestrategy", "ours")], "drops the other side's"),
        ([("notes.claude-mem.mergestrategy", "theirs")], "drops our memories"),
        ([("notes.mergestrategy", "cat_sort_uniq")], "sorts the lines"),
        ([("notes.mergestrategy", "ours"), ("notes.claude-mem.mergestrategy", "union")], ""),
        ([("notes.mergestrategy", "manual")], ""),
        ([("notes.rewritemode", "concatenate")], ""),
        ([("notes.rewritemode", "ignore")], "keeps one memory of two"),
        ([("notes.rewritemode", "cat_sort_uniq")], "sorts the lines"),
        ([("notes.rewritemode", "ignore"), ("notes.rewritemode", "concatenate")], ""),
        ([("notes.rewrite.rebase", "false")], "do not follow a commit through rebase"),
        ([("core.notesref", "refs/notes/claude-mem")], "changes them"),
        ([("core.notesref", "refs/notes/mine")], ""),
    ],
)
def test_how_notes_are_joined_and_rewritten(lines: list[tuple[str, str]], expected: str) -> None:
    found = [danger.what for danger in find_dangers(config(*lines))]

    assert len(found) == (1 if expected else 0)
    assert expected in "".join(found)


def test_the_remedies_undo_it_at_the_level_it_stands_at(committed: GitDriver) -> None:
    """Each command, run as it is told, leaves nothing to find."""
    blanket = "+refs/notes/*:refs/notes/*"
    committed.run("remote", "add", "origin", "elsewhere")
    committed.run("config", "--global", "--add", "remote.origin.fetch", blanket)
    committed.run("config", "--global", "notes.mergeStrategy", "theirs")
    committed.run("config", "--add", "remote.my fork.push", "+refs/*:refs/*")
    committed.run("config", "core.notesRef", "refs/notes/claude-mem")
    committed.run("config", "notes.rewriteMode", "overwrite")
    dangers = list(find_dangers(read_config(committed.repo)))
    assert len(dangers) == 5

    for danger in dangers:
        script = danger.remedy.removeprefix("Run: ")
        committed.run("-c", f"alias.do=!{script}", "do")

    assert list(find_dangers(read_config(committed.repo))) == []
