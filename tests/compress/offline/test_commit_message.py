from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.compress.offline.commit_message import parse_message


def test_a_wrapped_paragraph_is_one_text() -> None:
    parsed = parse_message("Subject\n\nThe first line\nand the second.\n\nAnother paragraph.\n")

    assert parsed.title == "Subject"
    assert parsed.paragraphs == ("The first line and the second.", "Another paragraph.")


def test_a_subject_wrapped_by_hand_is_whole() -> None:
    parsed = parse_message("Store prices as integers of cents in the\norder table\n\nWhy.")

    assert parsed.title == "Store prices as integers of cents in the order table"


def test_a_list_is_points_and_their_wrapped_lines_belong_to_them() -> None:
    parsed = parse_message("Subject\n\nChanges:\n- one that is\n  wrapped\n* two\n1. three\n")

    assert parsed.points == ("one that is wrapped", "two", "three")
    assert parsed.paragraphs == ("Changes:",)


def test_prose_after_a_list_is_prose_again() -> None:
    parsed = parse_message("Subject\n\n- one\n\n  still one\n\nAfter the list.")

    assert parsed.paragraphs == ("After the list.",)


@pytest.mark.parametrize(
    "block",
    ["```\nRun it\n```", "    Run it", "\tRun it", "## Heading", "<!-- Run\nit -->"],
)
def test_code_headings_and_comments_are_no_prose(block: str) -> None:
    parsed = parse_message(f"Subject\n\nBefore.\n\n{block}\n\nAfter.")

    assert parsed.paragraphs == ("Before.", "After.")
    assert parsed.points == ()


@pytest.mark.parametrize(
    "line",
    [
        "Signed-off-by: Ada <ada@example.com>",
        "Co-authored-by: Bob <bob@example.com>",
        "Change-Id: I0123456789",
        "(cherry picked from commit 0123456789)",
        "(backported from commit 0123456789)",
        "[1]: https://example.com/a/page",
        "git-svn-id: https://example.com/svn@1 0-0",
        "- [x] I have read the contributing guide",
    ],
)
def test_what_tools_left_behind_is_no_prose(line: str) -> None:
    parsed = parse_message(f"Subject\n\nThe reason.\n\n{line}\n")

    assert parsed.paragraphs == ("The reason.",)
    assert parsed.points == ()


@pytest.mark.parametrize(
    ("message", "references"),
    [
        ("Subject (#12)", ("#12",)),
        ("Subject\n\nFixes: #12", ("#12",)),
        ("Subject\n\nCloses #12, #13.", ("#12", "#13")),
        ("Subject\n\nSee also owner/repo#7", ("owner/repo#7",)),
        ("PROJ-42: Subject", ("PROJ-42",)),
        ("Subject\n\nA reason that names CVE-2024-12345.", ("CVE-2024-12345",)),
        ("Subject\n\nRefs: https://forge.example/a/b/issues/9", ("https://forge.example/a/b/issues/9",)),
        ("Decode UTF-8 and SHA-256", ()),
    ],
)  # fmt: skip
def test_what_a_message_refers_to(message: str, references: tuple[str, ...]) -> None:
    assert parse_message(message).references == references


def test_a_line_that_only_refers_is_no_reason() -> None:
    assert not parse_message("Subject\n\nFixes #12 and closes #13.").has_body


def test_a_forges_number_is_no_part_of_the_title() -> None:
    assert parse_message("Keep cents (#12) (#13)").title == "Keep cents"


def test_a_revert_names_what_it_takes_back() -> None:
    parsed = parse_message('Revert "Add cache"\n\nThis reverts commit 0123456789abcdef.\n\nSlow.')

    assert parsed.reverts == "0123456789abcdef"
    assert parsed.paragraphs == ("Slow.",)


@pytest.mark.parametrize(
    ("subject", "is_template"),
    [
        ("Merge pull request #1 from a/b", True),
        ("Merge branch 'main' into topic", True),
        ("Merge sort: do not recurse", False),
    ],
)
def test_a_merge_whose_subject_a_tool_wrote(subject: str, is_template: bool) -> None:
    assert parse_message(subject).is_template is is_template


def test_the_list_of_conflicts_is_no_reason() -> None:
    assert not parse_message("Merge branch 'a'\n\n# Conflicts:\n#\tsrc/a.py\n").has_body


@given(st.text(max_size=2_000))
def test_any_message_can_be_taken_apart(message: str) -> None:
    parsed = parse_message(message)

    assert "\n" not in parsed.title
    assert all(text.strip() for text in (*parsed.paragraphs, *parsed.points))


@given(
    st.lists(st.sampled_from(["- a", "  b", "", "```", "    c", "Fixes: #1", "# d"]), max_size=40)
)
def test_any_shape_of_message_can_be_taken_apart(lines: list[str]) -> None:
    parsed = parse_message("\n".join(["Subject", "", *lines]))

    assert parsed.title == "Subject"


@pytest.mark.parametrize(
    "message",
    [
        "Subject\n\nProblem: The map was read twice.\n\nSolution: Read it once.",
        "Subject\n\n## Motivation\n\nThe map was read twice.\n\n## Solution\n\nRead it once.",
        "Subject\n\nThere were two problems:\n- The map was read twice.\n\nRead it once.",
    ],
)
def test_what_stands_below_a_problem_is_known_for_it(message: str) -> None:
    parsed = parse_message(message)

    told = " ".join(parsed.problem)
    assert "read twice" in told
    assert "Read it once" not in told
    assert "Read it once" in " ".join(parsed.paragraphs)


def test_what_is_still_to_do_is_no_point() -> None:
    parsed = parse_message("Subject\n\nCurrent todo:\n- replace the map\n\nThis adds:\n- a map\n")

    assert parsed.points == ("a map",)


def test_what_somebody_else_said_is_no_prose() -> None:
    parsed = parse_message("Subject\n\nThey write:\n\n> Use a map instead of a list\n\nSo be it.")

    assert "list" not in " ".join([*parsed.paragraphs, *parsed.points])


def test_lines_that_each_command_are_points() -> None:
    parsed = parse_message("Subject\n\nuse a map instead of a list\nupdate the docs, add a test\n")

    assert parsed.points == ("use a map instead of a list", "update the docs, add a test")


def test_a_wrapped_command_is_one_text() -> None:
    """Its second line begins with a verb by chance: it had no room on the first."""
    first = "Let the server decide which of the many maps the client may read or"
    parsed = parse_message(f"Subject\n\n{first}\nwrite to.\n")

    assert parsed.paragraphs == (f"{first} write to.",)


def test_the_end_of_a_long_subject_is_no_reason() -> None:
    parsed = parse_message(
        "improved the session support for more efficient session storing\n"
        "on the filesystem, where sessions are stored by the name of their owner\n"
        "and by nothing else.  Also added a listing of the sessions.\n"
    )

    assert parsed.paragraphs == ("Also added a listing of the sessions.",)
