from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.setup.hook_file import (
    EVENTS,
    SHEBANG,
    block,
    has_block,
    is_block_first,
    is_empty_hook,
    is_shell,
    with_block,
    without_block,
    wrapper,
)

HOOKS = st.one_of(
    st.binary(),
    st.lists(
        st.sampled_from([b"#!/bin/sh\n", b"#!/bin/sh", b"exit 0\n", b"\n", b"# >>> gitmem >>>\n"])
    ).map(b"".join),
)
SHELLS = [
    shell for shell in ("dash", "bash", "busybox", "zsh", "ksh") if Path(f"/bin/{shell}").exists()
]


@given(HOOKS, st.sampled_from(EVENTS))
def test_adding_twice_is_adding_once(content: bytes, event: str) -> None:
    once = with_block(content, event)

    assert with_block(once, event) == once
    assert has_block(once)


@given(st.lists(st.sampled_from([b"exit 0\n", b"\n", b"x", b"\0\xff"])), st.sampled_from(EVENTS))
def test_taking_out_is_the_inverse_of_adding(lines: list[bytes], event: str) -> None:
    content = SHEBANG + b"".join(lines)

    assert without_block(with_block(content, event)) == content


@pytest.mark.parametrize("event", EVENTS)
def test_ours_stands_right_below_the_first_line(event: str) -> None:
    added = with_block(b"#!/bin/bash -e\nexit 0\n", event)

    assert added == b"#!/bin/bash -e\n" + block(event) + b"exit 0\n"
    assert is_block_first(added)
    assert is_block_first(block(event))
    assert not is_block_first(b"echo\n" + block(event))


def test_an_older_block_is_replaced_where_it_should_stand() -> None:
    older = b"#!/bin/sh\nmine\n# >>> gitmem >>> 0.0\nold\n# <<< gitmem <<<\nlast\n"

    assert with_block(older, "post-commit") == SHEBANG + block("post-commit") + b"mine\nlast\n"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"#!/bin/sh\n", True),
        (b"#!/bin/sh", True),
        (b"#! /bin/sh -eu\n", True),
        (b"#!/usr/bin/env sh\n", True),
        (b"#!/usr/bin/env -S bash -e\n", True),
        (b"#!/nix/store/abc-bash-5.2/bin/bash\n", True),
        (b"#!/bin/busybox sh\n", True),
        (b"echo no first line\n", True),
        (b"", True),
        (b"#!/usr/bin/env python3\n", False),
        (b"#!/usr/bin/python\n", False),
        (b"#!/usr/bin/env node\n", False),
        (b"#!/usr/bin/fish\n", False),
        (b"#!/bin/csh\n", False),
        (b"#!/opt/bash/bin/ruby\n", False),
        (b"#!/bin/sh\r\nexit 0\r\n", False),
        (b"exit 0\r\n", False),
        (b"\x7fELF\x02\x01\x01\0\0", False),
    ],
)
def test_what_a_shell_reads(content: bytes, expected: bool) -> None:
    assert is_shell(content) == expected


def test_a_file_with_our_lines_only_is_an_empty_hook_without_them() -> None:
    assert is_empty_hook(without_block(SHEBANG + block("pre-push")))
    assert is_empty_hook(without_block(wrapper("pre-push")))
    assert not is_empty_hook(b"#!/bin/sh\n# a word\n")


@pytest.mark.parametrize("options", ["", " -e", " -eu"])
@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("event", EVENTS)
def test_the_rest_of_a_hook_finds_everything_as_it_was(
    tmp_path: Path, shell: str, options: str, event: str
) -> None:
    """Status, arguments, stdin, variables and options, in every shell there is."""
    rest = b'echo "status $? arguments $# $1 g ${g-unset}"; cat; echo "$-" | tr -d hBs\n'
    program = f"/bin/{shell} sh" if shell == "busybox" else f"/bin/{shell}"
    outputs = []
    for content in (rest, with_block(rest, event)):
        hook = tmp_path / "hook"
        hook.write_bytes(content)
        done = subprocess.run(
            [*program.split(), *options.split(), str(hook), "one", "two words"],
            input=b"line 1\nline 2\n",
            capture_output=True,
            cwd=tmp_path,
            check=False,
        )
        outputs.append((done.returncode, done.stdout, done.stderr))

    assert outputs[0] == outputs[1]
    assert b"line 2" in outputs[0][1]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("event", EVENTS)
def test_carriage_returns_stop_nothing(tmp_path: Path, shell: str, event: str) -> None:
    """As git checks them out in a project that wants Windows' line ends."""
    program = ["/bin/busybox", "sh"] if shell == "busybox" else [f"/bin/{shell}"]
    hook = tmp_path / "hook"
    hook.write_bytes((SHEBANG + block(event) + b"echo theirs #\n").replace(b"\n", b"\r\n"))

    done = subprocess.run(
        [*program, "-e", str(hook)], capture_output=True, cwd=tmp_path, check=False
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, b"theirs\n", b"")
