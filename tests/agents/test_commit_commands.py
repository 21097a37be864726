from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.commit_commands import commit_messages, is_commit_command


@pytest.mark.parametrize(
    ("command", "messages"),
    [
        ("git commit -m 'Retry on 429 errors'", ("Retry on 429 errors",)),
        ('git add -A && git -C "a b" -c x.y=z commit -am "Retry on 429"', ("Retry on 429",)),
        ('git commit --message="Retry on 429"', ("Retry on 429",)),
        (
            "git commit -m \"$(cat <<'EOF'\nRetry on 429 errors\n\nBecause it fails.\nEOF\n)\"",
            ("Retry on 429 errors",),
        ),
        (
            'git commit -m "the first one" a && git commit -m "the second one" b',
            ("the first one", "the second one"),
        ),
        ('git commit -m "the first one" && git commit --amend --no-edit', ()),
        ("git commit", ()),
        ("git commit -m wip", ()),
        ("git commit -F message.txt", ()),
    ],
)
def test_the_messages_that_a_command_gives(command: str, messages: tuple[str, ...]) -> None:
    assert is_commit_command(command)
    assert commit_messages(command) == messages


@pytest.mark.parametrize(
    "command",
    [
        "git log --oneline -- commit.py",
        "git show commit",
        "git commit-tree HEAD^{tree}",
        "git diff | grep commit",
    ],
)
def test_what_is_no_commit_command(command: str) -> None:
    assert not is_commit_command(command)
    assert commit_messages(command) == ()


@given(
    st.lists(
        st.sampled_from(["git ", "-c ", "-C ", "--x=", "commit ", "-m ", '"', "'", "$(cat <<E\n"])
        | st.text(max_size=5),
        max_size=60,
    ).map("".join)
)
def test_every_message_is_one_line_of_the_command(command: str) -> None:
    for message in commit_messages(command):
        assert message in command
        assert "\n" not in message


@pytest.mark.parametrize("part", ["-c ", "-c -x ", '-c "', "-c 'a ", "--a=b ", "commit -m "])
def test_a_long_command_takes_no_longer_than_its_length(part: str) -> None:
    """Backtracking over options that can be read in two ways would take for ever."""
    begun = time.process_time()

    is_commit_command("git " + part * 1_000)
    commit_messages("git commit " + part * 1_000)

    assert time.process_time() - begun < 2


@pytest.mark.parametrize(
    "command", ['git commit -m "$(cat <<EOF' + "\n" * 60_000, "git -a=" * 20_000]
)
def test_a_command_is_read_once_wherever_it_breaks_off(command: str) -> None:
    begun = time.process_time()

    assert len(commit_messages(command)) == is_commit_command(command)

    assert time.process_time() - begun < 2
