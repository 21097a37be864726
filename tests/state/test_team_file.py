"""What the team's file says: git's own reading of the same bytes is the judge."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitmem.state.team_file import MAX_BYTES, TeamFile, parse_team_file, read_worktree_file
from gitmem.state.team_path import NAME, has_worktree_file
from tests.support.git import GitDriver

_LINES = st.sampled_from(
    [
        "[gitmem]",
        "[GitMem] # of the team",
        "[core]",
        '[gitmem "sub"]',
        "\tprompts = none",
        "prompts=short ; why",
        "PENDING",
        '  redact = "a # b" c',
        "redact = a\\\\d+\\tb",
        "exclude = one \\",
        "exclude = *.pem   ",
        'exclude = " a "',
        "",
        "# a comment with a \\",
        "remote = git@host:team/mem.git",
        "broken line",
        'open = "quote',
        "bad = \\q",
        "[unclosed",
    ]
)


def by_git(data: bytes, folder: Path) -> list[tuple[str, str | None]] | None:
    """Every line as git lists it; None where it refuses the file."""
    path = folder / "judged"
    path.write_bytes(data)
    done = subprocess.run(
        ["git", "config", "--file", path, "-z", "--list"],
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], "HOME": str(folder)},
    )
    if done.returncode != 0:
        return None
    items = [item.partition("\n") for item in done.stdout.decode().split("\0")[:-1]]
    return [(name, _spaced(value) if newline else None) for name, newline, value in items]


def _spaced(value: str | None) -> str | None:
    """git before 2.45 makes a space of each tab between words; later ones keep it."""
    return None if value is None else value.replace("\t", " ")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("judge")


@given(st.lists(_LINES, max_size=8), st.sampled_from(["\n", "\r\n"]), st.booleans(), st.booleans())
@example(["[gitmem]", "exclude = one \\", "two"], "\n", True, False)
def test_it_is_read_as_git_reads_it(
    folder: Path, lines: list[str], end: str, has_bom: bool, has_last_end: bool
) -> None:
    text = end.join(lines) + (end if has_last_end else "")
    data = (b"\xef\xbb\xbf" if has_bom else b"") + text.encode()
    judged = by_git(data, folder)

    read = parse_team_file(data)

    if lines and not lines[0].startswith("[") and read.unreadable:
        return  # before the first section git takes what we do not need
    assert (judged is None) == bool(read.unreadable)
    wanted: dict[str, list[str | None]] = {}
    for name, value in judged or []:
        if name.startswith("gitmem.") and name.count(".") == 1:
            wanted.setdefault(name, []).append(value)
    read_values = {name: [_spaced(value) for value in all_] for name, all_ in read.values.items()}
    assert read_values == wanted


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"#" * (MAX_BYTES + 1), "larger than 64 KiB"),
        (b'[gitmem]\nprompts = "\xff"\n', "not UTF-8"),
        (b"[gitmem]\nprompts = none\n<<<<<<< HEAD\n", "line 3"),
        (b"[gitmem]\nredact = \x1b[2J\n", "cannot be printed"),
        ("[gitmem]\nredact = a\u202eb\n".encode(), "cannot be printed"),
        (b"[gitmem]\nredact = " + b"a" * 3_000, "characters"),
        (b"[gitmem]\n" + b"pending\n" * 2_000, "lines"),
        (b"\0", "line 1"),
    ],
)
def test_what_cannot_be_read_whole_is_unreadable_not_empty(data: bytes, why: str) -> None:
    file = parse_team_file(data)

    assert why in file.unreadable
    assert not file.values


def test_no_include_is_followed_and_no_other_section_counts() -> None:
    file = parse_team_file(b"[include]\npath = /etc/x\n[core]\nfsmonitor = rm\n[gitmem]\npending\n")

    assert file == TeamFile({"gitmem.pending": [None]}, ("[include]", "[core]"))


def test_a_link_is_not_followed(git: GitDriver, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_text("[gitmem]\nprompts = none\n")
    (git.path / NAME).symlink_to(outside)

    assert has_worktree_file(git.repo)
    assert read_worktree_file(git.path / NAME).unreadable == "it is a link"


def test_a_pipe_is_not_waited_for(git: GitDriver) -> None:
    os.mkfifo(git.path / NAME)

    assert "no regular file" in read_worktree_file(git.path / NAME).unreadable


def test_a_folder_of_that_name_is_no_file_of_the_team(git: GitDriver) -> None:
    (git.path / NAME).mkdir()

    assert not has_worktree_file(git.repo)
