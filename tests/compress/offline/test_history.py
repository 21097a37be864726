from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.offline.history import HistoryCompressor, is_worth_reading, memory_of
from gitmem.model.change import Change, FileChange
from gitmem.model.memory import Decision, Memory
from tests.support.evidence import evidence_of

AUTHOR = "Ada Author <ada@example.com>"


def change_of(message: str, *paths: str, author: str = AUTHOR, parents: int = 1) -> Change:
    return Change(
        commit="c" * 40,
        parents=("p" * 40,) * parents,
        subject=message.partition("\n")[0],
        message=message,
        author=author,
        committer_name="Ada Author",
        committer_email="ada@example.com",
        time=1_767_225_600,
        commit_time=1_767_225_600,
        files=tuple(FileChange(path, "M", 3, 1) for path in paths or ("src/price.py",)),
        symbols=("Price", "total"),
    )


def made(message: str, *paths: str) -> Memory:
    memory = memory_of(change_of(message, *paths))
    assert memory is not None
    return memory


def test_the_body_is_the_reason_word_for_word() -> None:
    memory = made(
        "fix(price): keep cents exact (#12)\n\n"
        "Floats cannot hold 0.1, so that a sum of ten prices was\noff by one cent.\n\n"
        "Signed-off-by: Ada <ada@example.com>\n"
    )

    assert memory.title == "keep cents exact"
    assert memory.kind == "bugfix"
    assert memory.why == "Floats cannot hold 0.1, so that a sum of ten prices was off by one cent."
    assert memory.what == ("See #12",)


@pytest.mark.parametrize(
    ("trailers", "facts"),
    [
        ("Closes #1\n", ("Closes #1",)),
        ("Fixes: #12\nRefs: org/repo#3\n", ("Fixes: #12", "Refs: org/repo#3")),
        ("Fixes #12, closes #13.\n", ("Fixes #12, closes #13.",)),
        ("See also PROJ-4.\n", ("See also PROJ-4.",)),
        ("Bug: 1234\nSigned-off-by: Ada <ada@example.com>\n", ("Bug: 1234",)),
    ],
)
def test_a_line_that_only_refers_keeps_its_words(trailers: str, facts: tuple[str, ...]) -> None:
    reason = "Floats cannot hold 0.1, so that a sum was off by a cent."
    memory = made(f"fix(price): keep cents exact\n\n{reason}\n\n{trailers}")

    assert (memory.why, memory.what) == (reason, facts)
    assert memory.files_changed == ("src/price.py",)
    assert memory.symbols == ("Price", "total")


def test_a_rejected_alternative_is_a_decision_and_is_said_once() -> None:
    memory = made(
        "Store prices as integers\n\nPrices were rounded twice on their way to the invoice.\n"
        "We use integers instead of decimals because the driver returns floats.\n"
    )

    assert memory.decisions == (
        Decision("We use integers", because="the driver returns floats", rejected=("decimals",)),
    )
    assert memory.kind == "decision"


def test_words_that_nobody_wrote_are_not_put_together() -> None:
    text = "We run against external servers, instead of launching and managing processes in tests."

    memory = made(f"Let the tests use other servers\n\n{text}")

    assert memory.decisions == ()
    assert memory.why == text


@pytest.mark.parametrize(
    ("subject", "kind"),
    [
        ("LCS: fix the emission of the last range", "bugfix"),
        ("redis-cli: Add hints for subcommands", "feature"),
        ("docs: fix the description of uploads", "change"),
        ("feat(api)!: drop the old upload", "change"),
        ('Revert "Fix the upload of empty files"', "change"),
    ],
)
def test_the_kind_is_told_by_the_subject(subject: str, kind: str) -> None:
    assert made(subject, "src/up.c").kind == kind


def test_a_quoted_error_is_kept_letter_by_letter_with_what_resolved_it() -> None:
    memory = made(
        "Fix the import of prices\n\nImporting an empty file failed with:\n\n"
        '    File "src/price.py", line 7, in load\n'
        "    ValueError: invalid literal for int() with base 10: ''\n"
    )

    (error,) = memory.errors
    assert error.message == "ValueError: invalid literal for int() with base 10: ''"
    assert error.resolution == "Fix the import of prices"


def test_of_a_long_body_the_reasons_are_kept() -> None:
    filler = " ".join(
        f"Paragraph {n} walks through the file and its many functions." for n in range(30)
    )
    reason = "The server crashed because the buffer was freed twice."

    memory = made(f"Rework the buffers\n\n{filler} {reason}")

    assert reason in memory.why
    assert len(memory.why) <= 700


def test_points_that_say_something_are_facts() -> None:
    memory = made(
        "Release the connection early\n\n"
        "- the pool was exhausted when a handler slept\n- fix typo\n- lint\n"
    )

    assert memory.what == ("the pool was exhausted when a handler slept",)


def test_a_revert_with_its_reason_is_a_decision() -> None:
    memory = made(
        'Revert "Cache the prices"\n\nThis reverts commit 0123456789abcdef.\n\n'
        "The cache was never emptied, and showed last year's prices."
    )

    assert memory.kind == "decision"
    assert "Reverts 0123456789" in memory.what
    assert "never emptied" in memory.why


def test_a_commit_without_a_reason_is_short_and_can_be_found() -> None:
    memory = made("Add retries to the upload of invoices", *[f"src/{n}.py" for n in range(20)])

    assert memory.title == "Add retries to the upload of invoices"
    assert (memory.why, memory.what, memory.decisions) == ("", (), ())
    assert len(memory.files_changed) == 5


def test_of_a_commit_that_says_little_what_it_brought_in_decides() -> None:
    def made_of(*lines: str, removed: tuple[str, ...] = ()) -> Memory | None:
        change = change_of("Fix lint and changelog")
        words = frozenset(removed)
        return memory_of(replace(change, added_lines=lines, removed_words=words))

    assert made_of("def retry_upload(invoice, backoff):") is not None
    assert made_of("separated = occurred") is not None
    assert made_of("occurred = seperate", removed=("occured", "seperate")) is None
    assert made_of("retry_upload( invoice )", removed=("retry_upload", "invoice")) is None
    assert made_of("return self", "import test") is None
    assert made_of(removed=("legacy_upload", "deprecated", "self")) is not None


def test_the_words_that_a_change_brought_in_are_kept_to_find_it_by() -> None:
    change = change_of("Be patient with the server\n\nIt refuses when many ask at once.\n")
    lines = ("pause = min(max_backoff, 2**attempt)", "pause += jitter(attempt)", "[masked:aws-key]")

    memory = memory_of(replace(change, added_lines=lines, removed_words=frozenset({"attempt"})))

    assert memory is not None
    assert memory.terms == "pause min max_backoff jitter attempt"


def test_a_squashed_merge_takes_its_title_from_below_the_forges_line() -> None:
    message = "Merge pull request #12 from ada/retries\n\nRetry the upload of invoices\n"

    memory = memory_of(change_of(message))

    assert memory is not None
    assert memory.title == "Retry the upload of invoices"
    assert memory_of(change_of(message, parents=2)) is None


def test_code_is_named_before_tests_and_prose() -> None:
    memory = made("Add retries to the upload", "README.md", "tests/test_up.py", "src/up.py")

    assert memory.files_changed[0] == "src/up.py"


@pytest.mark.parametrize(
    "message",
    [
        *("", "\n\n", "wip", "Fix typo", "fix spelling mistake in bitops.c", "Update README.md"),
        *("Bump version to 1.2.3", "v1.2.3", "release version 8.1.5", "fixup! Add retries"),
        *("Merge branch 'main' into topic", "Run black on everything"),
        *("chore(deps): bump a from 1 to 2", "Prepare 1.2", "Start 7.1 changelog", "This is 2.6"),
        *("Bump lodash from 4.17.20 to 4.17.21\n\nBumps lodash because of a reason that is long.",),
        *("Update CHANGES.rst", "Delete old.py", "initial commit", "apply code formatting"),
        *("Reformat the upload module with the new settings", "Fix stale comment", "tests"),
    ],
)  # fmt: skip
def test_what_says_nothing_gets_no_memory(message: str) -> None:
    assert memory_of(change_of(message)) is None


@pytest.mark.parametrize(
    "message",
    [
        "Remove a newline from key names",
        "Use the prices of the day when an order is paid",
        "Fix typo\n\nThe misspelled header made the proxy drop it, because it is checked.",
        "Sanitize the format string of log lines",
    ],
)
def test_what_says_something_gets_one(message: str) -> None:
    assert memory_of(change_of(message)) is not None


@pytest.mark.parametrize("subject", ["first", "stuff", "Update", "initial commit", "wip.", "x"])
def test_a_subject_that_says_nothing_needs_a_reason(subject: str) -> None:
    """Whatever came in: its files, which are all that there would be to tell, the commit tells."""
    words = "def mean(values):\n    return sum(values) / len(values)\n".splitlines()
    change = replace(change_of(subject), added_lines=tuple(words))
    reason = f"{subject}\n\nThe proxy hangs up after a minute, so that long uploads failed."

    assert memory_of(change) is None
    assert memory_of(replace(change, message=reason)) is not None


def test_a_robots_commit_gets_none() -> None:
    author = "dependabot[bot] <1+dependabot[bot]@users.noreply.example>"
    change = change_of("Use the new parser\n\nIt fails because of a bug in it.", author=author)

    assert memory_of(change) is None


def test_prose_alone_needs_a_reason() -> None:
    title = "Describe how orders are paid in the guide"

    assert memory_of(change_of(title, "docs/guide.md")) is None
    assert memory_of(change_of(f"{title}\n\nPeople asked why it fails twice.", "docs/guide.md"))


@pytest.mark.parametrize(
    ("message", "is_worth"),
    [
        ("Merge branch 'topic'", False),
        ("Merge pull request #1 from a/b\n\nAdd retries to uploads", False),
        ("Retries for uploads (merge)", False),
        (
            "Merge branch 'a'\n\nUploads failed because a proxy hangs up. We retry them thrice.",
            True,
        ),
    ],
)
def test_a_merge_must_give_a_reason_of_its_own(message: str, is_worth: bool) -> None:
    assert is_worth_reading(message, AUTHOR, 2) is is_worth


def test_an_abbreviation_ends_no_sentence() -> None:
    memory = made(
        "Nest the replies\n\nFor consistency with others (e.g. ZRANGE) replies are nested."
    )

    assert memory.why == "For consistency with others (e.g. ZRANGE) replies are nested."


def test_without_a_change_there_is_nothing_to_tell() -> None:
    compressor = HistoryCompressor()

    assert compressor.compress(evidence_of(), None).memories == ()
    assert compressor.compress(evidence_of(), change_of("Add retries to uploads")).memories


@given(st.text(max_size=1_500))
def test_any_message_is_judged(message: str) -> None:
    change = change_of(message)
    memory = memory_of(change)

    assert memory == memory_of(change)
    assert memory is None or (memory.title and len(memory.why) <= 700)
