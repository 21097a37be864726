from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from gitmem.errors import UnknownRevision
from gitmem.git.commits import MAX_ADDED_LINES, MAX_FILES, read_change
from tests.support.git import EPOCH, GitDriver


def test_a_commit_tells_who_when_and_what(git: GitDriver) -> None:
    git.commit("one", **{"a.py": "def old():\n    return 1\n"})
    commit = git.commit("two: say more\n\nBody.", **{"a.py": "def new(x):\n    return 2\n"})

    change = read_change(git.repo, commit, "main")

    assert (change.commit, change.subject) == (commit, "two: say more")
    assert change.author == "Ada Author <ada@example.com>"
    assert (change.committer_name, change.time) == ("Carl Committer", EPOCH + 120)
    assert [(f.path, f.status, f.insertions, f.deletions) for f in change.files] == [
        ("a.py", "M", 2, 2)
    ]
    assert change.symbols == ("new",)
    assert change.added_lines == ("def new(x):", "return 2")
    assert change.removed_words == {"def", "old", "return"}
    assert change.branch == "main"


def test_the_patch_id_is_gits(git: GitDriver) -> None:
    git.commit("one", **{"a.py": "1\n2\n3\n"})
    commit = git.commit("two", **{"a.py": "1\n2\n3\n4\n"})
    patch = git.run("diff-tree", "-p", commit).stdout

    theirs = git.out("patch-id", "--stable", stdin=patch).split()[0]

    assert read_change(git.repo, commit).patch_id == theirs


def test_a_root_commit_adds_everything(git: GitDriver) -> None:
    commit = git.commit("root", **{"a.txt": "1\n", "b.txt": "2\n"})

    change = read_change(git.repo, commit)

    assert change.parents == ()
    assert [(file.path, file.status) for file in change.files] == [("a.txt", "A"), ("b.txt", "A")]


def test_a_renamed_file_has_both_names(git: GitDriver) -> None:
    git.commit("one", **{"old.txt": "a line\n" * 20})
    git.run("mv", "old.txt", "new.txt")
    commit = git.commit("move")

    change = read_change(git.repo, commit)

    assert [(f.path, f.old_path, f.status) for f in change.files] == [("new.txt", "old.txt", "R")]
    assert change.paths == ("new.txt", "old.txt")


def test_a_merge_changes_only_what_was_resolved_by_hand(git: GitDriver) -> None:
    git.commit("base", **{"both.txt": "base\n"})
    git.run("checkout", "-q", "-b", "side")
    git.commit("side", **{"both.txt": "side\n", "side.txt": "1\n"})
    git.run("checkout", "-q", "main")
    git.commit("main", **{"both.txt": "main\n", "main.txt": "1\n"})
    git.run("merge", "-q", "side", check=False)
    merge = git.commit("merge", **{"both.txt": "both\n"})

    change = read_change(git.repo, merge)

    assert len(change.parents) == 2
    assert change.paths == ("both.txt",)
    assert change.patch_id == ""


def test_a_shallow_boundary_names_no_file(git: GitDriver, tmp_path: Path) -> None:
    """To name every file of the project would tie memory to files nobody touched."""
    git.commit("one", **{"a.txt": "1\n"})
    commit = git.commit("two", **{"b.txt": "1\n"})
    shallow = GitDriver(tmp_path / "shallow", git.home)
    url = f"file://{git.path}"
    subprocess.run(["git", "clone", "-q", "--depth=1", url, str(shallow.path)], check=True)

    change = read_change(shallow.repo, commit)

    assert change.files == ()
    assert change.subject == "two"


@pytest.mark.parametrize("name", ["spa ce", "new\nline", 'quo"te', "ünïcode", "\x1b[31mred", "-d"])
def test_awkward_file_names_come_as_they_are(git: GitDriver, name: str) -> None:
    git.write(name, "1\n")

    assert read_change(git.repo, git.commit("odd")).paths == (name,)


def test_a_file_name_that_is_no_text_survives(git: GitDriver) -> None:
    with open(str(git.path).encode() + b"/\xff\xfe", "w") as file:
        file.write("1\n")

    (path,) = read_change(git.repo, git.commit("odd")).paths
    assert path.encode("utf-8", "surrogateescape") == b"\xff\xfe"


def test_a_huge_commit_is_cut_to_size(git: GitDriver) -> None:
    for number in range(MAX_FILES + 5):
        (git.path / f"f{number:05}").write_text("x\n" if number else "line\n" * 1000)

    change = read_change(git.repo, git.commit("huge"))

    assert len(change.files) == MAX_FILES
    assert len(change.added_lines) == MAX_ADDED_LINES


def test_a_binary_file_is_known_as_one(git: GitDriver) -> None:
    git.write("x.bin", b"\0\1\2" * 100)

    (file,) = read_change(git.repo, git.commit("binary")).files
    assert file.is_binary


def test_a_change_id_is_read_from_its_trailer(git: GitDriver) -> None:
    commit = git.commit("one\n\nChange-Id: I0123abc\n")

    assert read_change(git.repo, commit).change_id == "I0123abc"


def test_a_change_id_is_read_from_its_header(committed: GitDriver) -> None:
    raw = committed.run("cat-file", "commit", "HEAD").stdout
    head, _, body = raw.partition(b"\n\n")
    made = committed.out(
        "hash-object", "-t", "commit", "-w", "--stdin", stdin=head + b"\nchange-id zzyx\n\n" + body
    )

    assert read_change(committed.repo, made).change_id == "zzyx"


def test_a_commit_that_is_not_there_is_told(committed: GitDriver) -> None:
    with pytest.raises(UnknownRevision):
        read_change(committed.repo, "f" * 40)
    with pytest.raises(UnknownRevision):
        read_change(committed.repo, committed.out("rev-parse", "HEAD^{tree}"))
