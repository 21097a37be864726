from __future__ import annotations

from gitmem.git.dirty import uncommitted_paths
from tests.support.git import GitDriver


def test_what_differs_from_head_is_uncommitted(git: GitDriver) -> None:
    git.commit("one", **{"same.txt": "1", "changed.txt": "1", "staged.txt": "1", "gone.txt": "1"})
    git.write("changed.txt", "2")
    git.write("staged.txt", "2")
    git.run("add", "staged.txt")
    (git.path / "gone.txt").unlink()
    git.write("sub/new file.txt", "1")
    git.write(".gitignore", "ignored.txt\n")
    git.write("ignored.txt", "1")
    names = ["same.txt", "changed.txt", "staged.txt", "gone.txt", "sub/new file.txt", "ignored.txt"]

    found = uncommitted_paths(git.repo, [*names, "never there.txt", "[glob]*"])

    assert found == {"changed.txt", "staged.txt", "gone.txt", "sub/new file.txt"}
    assert uncommitted_paths(git.repo, []) == set()
