from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.worktree import WorkTree


@pytest.mark.parametrize(
    ("root", "path", "expected"),
    [
        ("/home/dev/work", "/home/dev/work/src/a.py", "src/a.py"),
        ("/home/dev/work/", "/home/dev/work/./src/../a.py", "a.py"),
        ("/home/dev/work", "/home/dev/workshop/a.py", ""),
        ("/home/dev/work", "/home/dev/work/../other/a.py", ""),
        ("/home/dev/work", "/home/dev/work", ""),
        ("/home/dev/work", "/home/dev/work/.git/config", ""),
        ("/home/dev/work", "src/a.py", "src/a.py"),
        ("/home/dev/work", "../a.py", ""),
        ("/private/tmp/work", "/tmp/work/a.py", "a.py"),
        ("/tmp/work", "/private/tmp/work/a.py", "a.py"),
        ("C:\\dev\\work", "c:\\dev\\work\\src\\a.py", "src/a.py"),
        ("/home/dev/work", "C:\\dev\\a.py", ""),
        ("/home/dev/work", "/home/dev/work/a\0b", ""),
        ("/home/dev/work", "/home/dev/work/a\tb\nc\x1b.py", "a\tb\nc\x1b.py"),
        ("/home/dev/🚀 work", "/home/dev/🚀 work/日本.py", "日本.py"),
    ],
)
def test_a_path_is_told_by_its_name_in_the_work_tree(root: str, path: str, expected: str) -> None:
    assert WorkTree([root]).relative(path) == expected


@given(st.text(max_size=200))
def test_no_path_leads_out_of_the_work_tree(path: str) -> None:
    inside = WorkTree(["/work"]).relative(path)

    assert not inside.startswith(("/", "../"))
    assert inside != ".."
