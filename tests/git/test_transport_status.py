"""How git's words about a push are sorted; the exchanges themselves are in ``test_remote``."""

from __future__ import annotations

import pytest

from gitmem.errors import RemoteError, RemoteLogin, RemoteReadOnly, RemoteUnavailable
from gitmem.git.transport_status import (
    RemoteAnswer,
    RemoteOutcome,
    error_of_fetch,
    error_of_push,
    parse_push,
)

REF = "refs/notes/claude-mem"


def line(flag: str, summary: str) -> str:
    return f"To /remote\n{flag}\tabcdef:{REF}\t{summary}\nDone\n"


@pytest.mark.parametrize(
    ("summary", "expected"),
    [
        ("[rejected] (non-fast-forward)", RemoteOutcome.REJECTED),
        ("[rejected] (fetch first)", RemoteOutcome.REJECTED),
        ("[rejected] (stale info)", RemoteOutcome.REJECTED),
        ("[rejected] (remote ref updated since checkout)", RemoteOutcome.REJECTED),
        ("[remote rejected] (incorrect old value provided)", RemoteOutcome.REJECTED),
        ("[remote rejected] (reference already exists)", RemoteOutcome.REJECTED),
        ("[remote rejected] (reference does not exist)", RemoteOutcome.REJECTED),
        ("[remote failure] (remote failed to report status)", RemoteOutcome.REJECTED),
        (
            f"[remote rejected] (cannot lock ref '{REF}': is at 1 but expected 2)",
            RemoteOutcome.BUSY,
        ),
        ("[remote rejected] (failed to update ref)", RemoteOutcome.BUSY),
        ("[remote rejected] (failed to update refs)", RemoteOutcome.BUSY),
        ("[remote rejected] (failed to lock)", RemoteOutcome.BUSY),
        ("[remote rejected] (refname conflict)", RemoteOutcome.BUSY),
        ("[remote rejected] (fatal error in commit_refs)", RemoteOutcome.BUSY),
        ("[remote rejected] (shallow update not allowed)", RemoteOutcome.SHALLOW),
        ("[rejected] (new shallow roots not allowed)", RemoteOutcome.SHALLOW),
        ("[remote rejected] (unpacker error)", RemoteOutcome.READ_ONLY),
        ("[remote rejected] (hook declined)", RemoteOutcome.REFUSED),
        ("[remote rejected] (pre-receive hook declined)", RemoteOutcome.REFUSED),
        ("[remote rejected] (deny updating a hidden ref)", RemoteOutcome.REFUSED),
        ("[remote rejected] (prohibited by Gerrit: not permitted: create)", RemoteOutcome.REFUSED),
        ("[rejected] (needs force)", RemoteOutcome.REFUSED),
        ("[remote rejected]", RemoteOutcome.REFUSED),
    ],
)
def test_a_rejection_is_sorted_by_its_words(summary: str, expected: RemoteOutcome) -> None:
    answer = parse_push(line("!", summary), REF)

    assert answer is not None
    assert answer.outcome is expected


@pytest.mark.parametrize(
    ("flag", "expected"),
    [
        ("=", RemoteOutcome.UP_TO_DATE),
        ("*", RemoteOutcome.PUSHED),
        (" ", RemoteOutcome.PUSHED),
        ("+", RemoteOutcome.PUSHED),
    ],
)
def test_what_went_well(flag: str, expected: RemoteOutcome) -> None:
    assert parse_push(line(flag, "1..2"), REF) == RemoteAnswer(expected, is_new=flag == "*")


def test_the_ref_is_new_only_where_every_address_had_none() -> None:
    new, moved = line("*", "[new reference]"), line(" ", "1..2")

    for printed, expected in ((new + new, True), (new + moved, False), (moved + new, False)):
        assert parse_push(printed, REF) == RemoteAnswer(RemoteOutcome.PUSHED, is_new=expected)


def test_of_several_addresses_the_worst_counts() -> None:
    printed = line("*", "[new reference]") + line("!", "[rejected] (fetch first)")

    assert parse_push(printed, REF) == RemoteAnswer(RemoteOutcome.REJECTED, "fetch first")


def test_without_a_word_on_our_ref_there_is_no_answer() -> None:
    assert parse_push("To /remote\n!\tmain:main\t[rejected] (fetch first)\n", REF) is None


def test_a_reason_cannot_drive_the_terminal() -> None:
    answer = parse_push(line("!", "[remote rejected] (no\x1b[2Jway\x07)"), REF)

    assert answer == RemoteAnswer(RemoteOutcome.REFUSED, "noway")


@pytest.mark.parametrize(
    ("complaint", "expected"),
    [
        ("ERROR: Permission to a/b.git denied to carl.\nfatal: Could not read", RemoteReadOnly),
        ("ERROR: Write access to repository not granted.", RemoteReadOnly),
        ("ERROR: This repository was archived so it is read-only.", RemoteReadOnly),
        ("remote: ERROR: You are not allowed to push code to this project.", RemoteReadOnly),
        ("FATAL: W any gitmem carl DENIED by fallthru", RemoteReadOnly),
        ("fatal: remote error: access denied or repository not exported: /x", RemoteReadOnly),
        (
            "fatal: unable to access 'http://x/': The requested URL returned error: 403",
            RemoteReadOnly,
        ),
        ("fatal: 'no_push' does not appear to be a git repository", RemoteReadOnly),
        ("fatal: could not read Username for 'http://x': terminal prompts disabled", RemoteLogin),
        ("fatal: Authentication failed for 'http://x/'", RemoteLogin),
        ("carl@x: Permission denied (publickey).\nfatal: Could not read", RemoteLogin),
        ("Host key verification failed.\nfatal: Could not read", RemoteLogin),
        ("ssh: connect to host x port 22: Connection refused", RemoteUnavailable),
        ("fatal: unable to access 'http://x/': Could not resolve host: x", RemoteUnavailable),
        ("", RemoteUnavailable),
    ],
)
def test_a_push_that_came_to_no_ref(complaint: str, expected: type[RemoteError]) -> None:
    assert type(error_of_push("origin", complaint)) is expected


def test_a_fetch_is_never_told_to_be_read_only() -> None:
    complaint = "fatal: unable to access 'http://x/': The requested URL returned error: 403"

    assert type(error_of_fetch("origin", complaint)) is RemoteUnavailable


def test_an_address_is_told_without_its_password() -> None:
    error = error_of_push("origin", "fatal: unable to access 'https://carl:secret@x/': refused")

    assert "secret" not in str(error)
    assert "https://x/" in str(error)
