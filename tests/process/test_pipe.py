from __future__ import annotations

import os

from gitmem.process.pipe import Pipe

LONG = 600
ENVIRON = {"PATH": os.environ["PATH"]}


def pipe(script: str, text: bytes = b"", *, seconds: float = 30.0) -> Pipe:
    return Pipe(["sh", "-c", script], text, environ=ENVIRON, seconds=seconds)


def test_several_that_answer_at_length_do_not_wait_for_each_other() -> None:
    text = b"x" * 600_000
    pipes = [pipe("cat", text) for _ in range(3)]

    assert [each.output() for each in reversed(pipes)] == [text] * 3
    assert not any(each.has_failed for each in pipes)


def test_no_more_is_read_than_is_wanted() -> None:
    endless = pipe("yes")

    assert endless.output(5) == b"y\ny\ny"


def test_one_that_reads_nothing_blocks_nobody() -> None:
    assert pipe("echo said", b"x" * 600_000).output() == b"said\n"


def test_one_that_takes_too_long_has_failed() -> None:
    slow = pipe(f"echo said; exec sleep {LONG}", seconds=0.3)

    assert slow.output() == b"said\n"
    assert slow.has_failed


def test_one_that_refuses_has_failed() -> None:
    refusing = pipe("echo some; exit 3")

    assert refusing.output() == b"some\n"
    assert refusing.has_failed
