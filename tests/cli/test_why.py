from __future__ import annotations

import json

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.pending import Pending, PendingStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

BODY = "".join(f"value_{n} = compute_the_{n}th()\n" for n in range(6))


def remember(git: GitDriver, commit: str, *titles: str, files: tuple[str, ...] = ()) -> str:
    memories = [
        Memory(
            "decision",
            title,
            why=f"why {title}",
            files_changed=files,
            provenance=Provenance(commit=commit),
        )
        for title in titles
    ]
    NoteStore(git.repo).add({commit: [document_of(m) for m in memories]}, "notes: test")
    return commit


def pending(git: GitDriver, title: str, *files: str) -> None:
    memory = Memory(
        "session", title, files_changed=files, provenance=Provenance(session="s-1", time="2026")
    )
    PendingStore(git.repo).put(Pending(memory, str(git.path)))


@prepared
def story(git: GitDriver) -> GitDriver:
    """A file made by one commit, one line of it changed by another; both are remembered."""
    remember(git, git.commit("begin", **{"src__a.py": BODY}), "Values are computed")
    changed = BODY.replace("value_3", "other_3")
    remember(git, git.commit("rename three", **{"src__a.py": changed}), "Three has another name")
    return git


def why(git: GitDriver, *arguments: str, **rest: str) -> str:
    done = gitmem(git, "why", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def order(output: str, *titles: str) -> list[str]:
    found = sorted((output.index(title), title) for title in titles if title in output)
    return [title for _, title in found]


KNOWN = ("Values are computed", "Three has another name")


def test_a_line_leads_to_the_reason_of_its_commit(story: GitDriver) -> None:
    assert order(why(story, "src/a.py:4"), *KNOWN) == ["Three has another name"]
    assert order(why(story, "src/a.py:1"), *KNOWN) == ["Values are computed"]


@pytest.mark.parametrize(
    "place", ["src/a.py:3-5", "src/a.py#L3-L5", "src/a.py:5-3", "src/a.py:3,5"]
)
def test_lines_lead_to_all_of_their_commits_the_largest_part_first(
    story: GitDriver, place: str
) -> None:
    output = why(story, place)

    assert order(output, *KNOWN) == ["Values are computed", "Three has another name"]
    assert "Lines:  3, 5" in output


def test_a_column_behind_the_line_is_passed_over(story: GitDriver) -> None:
    assert order(why(story, "src/a.py:4:12"), *KNOWN) == ["Three has another name"]


def test_paths_are_those_of_the_folder_one_is_in(story: GitDriver) -> None:
    done = gitmem(story, "why", "a.py:4", place=story.path / "src")

    assert order(done.stdout, *KNOWN) == ["Three has another name"]


def test_a_line_moved_to_another_file_keeps_its_reason(story: GitDriver) -> None:
    (story.path / "src" / "a.py").unlink()
    moved = "import os\n\n" + BODY.replace("value_3", "other_3")
    story.commit("refactor", **{"lib__b.py": moved})

    assert order(why(story, "lib/b.py:6"), *KNOWN) == ["Three has another name"]


def test_behind_a_commit_of_which_nothing_is_known_the_earlier_ones_are_told(
    story: GitDriver,
) -> None:
    changed = BODY.replace("value_3", "other_3").replace("3th", "3rd")
    story.commit("spelling", **{"src__a.py": changed})

    output = why(story, "src/a.py:4")

    assert order(output, *KNOWN) == ["Three has another name", "Values are computed"]
    assert "changed them before" in output
    assert "Nothing is remembered about commit" in output
    assert "spelling" in output


def test_history_tells_what_was_before_a_known_commit(story: GitDriver) -> None:
    assert order(why(story, "src/a.py:4"), *KNOWN) == ["Three has another name"]
    assert order(why(story, "src/a.py:4", "--history"), *KNOWN) == [
        "Three has another name",
        "Values are computed",
    ]


def test_lines_that_no_commit_holds_lead_to_pending_work(story: GitDriver) -> None:
    pending(story, "Trying out seven", "src/a.py")
    story.write("src/a.py", BODY.replace("value_3", "other_3") + "value_7 = 7\n")

    output = why(story, "src/a.py:7")

    assert "Trying out seven" in output
    assert order(output, *KNOWN) == []


def test_a_file_that_git_does_not_know_yet_leads_to_pending_work(story: GitDriver) -> None:
    pending(story, "A new beginning", "src/new.py")
    story.write("src/new.py", "x = 1\n")

    assert "A new beginning" in why(story, "src/new.py:1")
    assert "A new beginning" in why(story, "src/new.py")


def test_uncommitted_lines_of_which_nothing_is_known_say_so(story: GitDriver) -> None:
    story.write("src/a.py", BODY.replace("value_3", "other_3") + "value_7 = 7\n")

    assert "uncommitted work yet (line 7)" in why(story, "src/a.py:7")


def test_of_a_file_the_commits_whose_lines_stand_come_first(git: GitDriver) -> None:
    remember(git, git.commit("a", **{"a.py": BODY}), "Still there")
    remember(git, git.commit("b", **{"a.py": BODY + "gone = 1\n"}), "Came and went")
    git.commit("c", **{"a.py": BODY})

    output = why(git, "a.py")

    assert order(output, "Still there", "Came and went") == ["Still there", "Came and went"]
    assert "State:  its lines are gone" in output


def test_a_file_is_followed_through_a_rename(story: GitDriver) -> None:
    story.run("mv", "src/a.py", "src/renamed.py")
    story.commit("rename")

    assert set(order(why(story, "src/renamed.py"), *KNOWN)) == set(KNOWN)


def test_a_deleted_file_and_a_folder_can_be_asked_about(story: GitDriver) -> None:
    story.run("rm", "-q", "src/a.py")
    story.commit("remove", **{"src__b.py": "x\n"})

    assert set(order(why(story, "src/a.py"), *KNOWN)) == set(KNOWN)
    assert set(order(why(story, "src"), *KNOWN)) == set(KNOWN)
    assert set(order(why(story, "."), *KNOWN)) == set(KNOWN)


def test_what_tells_of_the_file_comes_first_within_a_commit(git: GitDriver) -> None:
    commit = git.commit("both", **{"a.py": BODY, "b.py": "other\n"})
    remember(git, commit, "About b", files=("b.py",))
    remember(git, commit, "About a", files=("a.py",))

    assert order(why(git, "a.py:1"), "About a", "About b") == ["About a", "About b"]
    assert order(why(git, "b.py:1"), "About a", "About b") == ["About b", "About a"]


def test_json_has_lines_and_standing(story: GitDriver) -> None:
    (line,) = why(story, "src/a.py:4", "--json").splitlines()
    value = json.loads(line)

    assert value["lines"] == [[4, 4]]
    assert value["memories"][0]["title"] == "Three has another name"

    values = [json.loads(line) for line in why(story, "src/a.py", "--json").splitlines()]

    assert [value["standing"]["verdict"] for value in values] == ["fresh", "fresh"]


def test_the_count_is_kept(story: GitDriver) -> None:
    assert len(order(why(story, "src/a.py", "-n", "1"), *KNOWN)) == 1


@pytest.mark.parametrize(
    ("place", "status", "told"),
    [
        ("nowhere.py", 13, "nothing was ever committed"),
        ("nowhere.py:3", 13, "not a file that git knows"),
        ("src/a.py:99", 2, "has only 6 lines"),
        ("src/a.py:0", 2, "start at 1"),
        ("../elsewhere", 2, "outside"),
    ],
)
def test_what_cannot_be_answered_says_why(
    story: GitDriver, place: str, status: int, told: str
) -> None:
    done = gitmem(story, "why", place)

    assert done.returncode == status
    assert told in done.stderr


def test_a_path_is_no_pattern(story: GitDriver) -> None:
    remember(story, story.commit("odd", **{"src__[a].py": "odd\n"}), "Odd name")

    assert order(why(story, "src/[a].py"), "Odd name", *KNOWN) == ["Odd name"]


def test_a_bare_repository_answers_from_head(story: GitDriver) -> None:
    story.run("fetch", "-q", ".", "+refs/notes/*:refs/notes/*")
    bare = story.clone(story.path.parent / "bare.git", "--bare")
    bare.run("fetch", "-q", "origin", "+refs/notes/*:refs/notes/*")

    assert order(why(bare, "src/a.py:4"), *KNOWN) == ["Three has another name"]
    assert set(order(why(bare, "src/a.py"), *KNOWN)) == set(KNOWN)


@pytest.mark.parametrize(
    "words",
    [
        ("-L", "4,4", "src/a.py"),
        ("-L", "4,+1:src/a.py"),
        ("-L", "/other_3/,+1", "src/a.py"),
        ("a.py:4",),
        ("HEAD:src/a.py:4",),
        ("HEAD", "--", "src/a.py"),
        ("a",),
    ],
)
def test_places_are_named_as_git_and_editors_do(story: GitDriver, words: tuple[str, ...]) -> None:
    assert order(why(story, *words), *KNOWN)[0] == "Three has another name"


def test_a_definition_is_found_by_its_name(git: GitDriver) -> None:
    text = "x = 1\n\n\ndef told(a):\n    b = a\n    return b\n\n\ndef other():\n    pass\n"
    remember(git, git.commit("one", **{"src__m.py": text}), "Told it")

    output = why(git, "told")

    assert [line[8:] for line in output.splitlines()[:3]] == [
        "4) def told(a):",
        "5)     b = a",
        "6)     return b",
    ]
    assert "Told it" in output


def test_a_name_of_several_is_no_place(story: GitDriver) -> None:
    story.commit("another", **{"lib__a.py": "x\n"})
    done = gitmem(story, "why", "a.py")

    assert done.returncode == 2
    assert "lib/a.py, src/a.py" in done.stderr
    near = gitmem(story, "why", "src/aa.py")
    assert (near.returncode, "src/a.py" in near.stderr) == (13, True)


def test_a_silent_commit_says_why(story: GitDriver) -> None:
    story.commit("silent", **{"q.py": "q\n"})

    assert "Why: gitmem is not set up here" in why(story, "q.py:1")
