from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.state.pending import Pending, PendingStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

RETRY = Memory(
    kind="decision",
    title="Retry inside the transport",
    why="Callers retried on their own and the quota was exceeded.",
    decisions=(Decision("retry in HttpTransport", "it alone knows the quota"),),
    files_changed=("src/transport.py",),
    concepts=("resilience",),
    tags={"phase": "design"},
)
TAX = Memory(
    kind="bugfix",
    title="Tax rounds half to even",
    why="The auditors found invoices a cent too high.",
    errors=(RecordedError("AssertionError: assert Decimal('1.06') == Decimal('1.05')"),),
    files_changed=("src/tax.py",),
)
SIDE = Memory(kind="feature", title="Retry button on the side branch", why="Users asked for it.")
TITLES = {
    "retry": RETRY.title,
    "tax": TAX.title,
    "side": SIDE.title,
    "pending": "Retry queue begun",
}


def remember(git: GitDriver, commit: str, memory: Memory, author: str, time: str) -> None:
    fields = {**memory.__dict__}
    fields.pop("id", None)
    fields["provenance"] = Provenance(commit=commit, author=author, time=time)
    NoteStore(git.repo).add({commit: [document_of(Memory(**fields))]}, "notes: test")


@prepared
def story(git: GitDriver) -> GitDriver:
    ada, bob = "Ada Author <ada@example.com>", "Bob <bob@example.com>"
    one = git.commit("transport", **{"src__transport.py": "class HttpTransport: ...\n"})
    remember(git, one, RETRY, ada, "2026-01-01T10:00:00Z")
    two = git.commit("tax", **{"src__tax.py": "def rounded(amount): return amount\n"})
    remember(git, two, TAX, bob, "2026-02-01T10:00:00Z")
    git.run("switch", "-q", "-c", "side")
    three = git.commit("button", **{"ui__button.py": "button = True\n"})
    remember(git, three, SIDE, ada, "2026-03-01T10:00:00Z")
    git.run("switch", "-q", "main")
    return git


def search_names(git: GitDriver, *arguments: str, stdin: str = "") -> list[str]:
    done = gitmem(git, "search", *arguments, stdin=stdin)
    assert done.returncode == 0, done.stderr
    places = {done.stdout.find(title): name for name, title in TITLES.items()}
    return [places[place] for place in sorted(places) if place >= 0]


def test_words_find_what_head_reaches(story: GitDriver) -> None:
    assert search_names(story, "retry", "transport")[0] == "retry"
    assert "side" not in search_names(story, "retry")


def test_all_finds_what_head_does_not_reach(story: GitDriver) -> None:
    assert "side" in search_names(story, "--all", "retry")


def test_a_branch_can_be_asked(story: GitDriver) -> None:
    assert "side" in search_names(story, "--branch", "side", "retry button")
    assert "side" not in search_names(story, "--branch", ".", "retry button")


def test_without_text_the_newest_come_first(story: GitDriver) -> None:
    assert search_names(story) == ["tax", "retry"]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--path", "src/tax.py"], ["tax"]),
        (["--path", "src"], ["tax", "retry"]),
        (["--kind", "decision"], ["retry"]),
        (["--kind", "decision", "--kind", "bugfix"], ["tax", "retry"]),
        (["--author", "bob"], ["tax"]),
        (["--since", "2026-01-15"], ["tax"]),
        (["--until", "2026-01-01"], ["retry"]),
        (["--concept", "resilience"], ["retry"]),
        (["--concept", "nothing"], []),
        (["-n", "1"], ["tax"]),
    ],
)
def test_filters_narrow(story: GitDriver, arguments: list[str], expected: list[str]) -> None:
    assert search_names(story, *arguments) == expected


def test_paths_are_those_of_the_folder_one_is_in(story: GitDriver) -> None:
    done = gitmem(story, "search", "--path", "tax.py", place=story.path / "src")

    assert TAX.title in done.stdout


def test_pending_work_is_found(story: GitDriver) -> None:
    memory = Memory(
        "session",
        TITLES["pending"],
        files_changed=("src/queue.py",),
        provenance=Provenance(session="s-1", time="2026-04-01T00:00:00Z"),
    )
    PendingStore(story.repo).put(Pending(memory, str(story.path)))

    assert "pending" in search_names(story, "retry queue")
    assert search_names(story)[0] == "pending"


def test_a_pasted_error_is_read_from_the_input(story: GitDriver) -> None:
    pasted = "E   AssertionError: assert Decimal('1.06') == Decimal('1.05')\n" * 3

    assert search_names(story, "-", stdin=pasted)[0] == "tax"


@pytest.mark.parametrize(
    "words",
    [
        ["--", "--transport", "retry"],
        ["--transport is where we retry"],
        ["-n tests hang", "retry transport"],
    ],
)
def test_text_that_looks_like_an_option_is_text(story: GitDriver, words: list[str]) -> None:
    assert search_names(story, *words)[0] == "retry"


def test_an_unknown_option_is_told(story: GitDriver) -> None:
    done = gitmem(story, "search", "--transports", "retry")

    assert done.returncode == 2
    assert "--transports" in done.stderr


@pytest.mark.parametrize(
    "text",
    ['"', "AND", "NEAR(", "* ^ :", "title:x OR", "()", "'; DROP TABLE note; --", "…", "日本"],
)
def test_operators_and_punctuation_are_no_error(story: GitDriver, text: str) -> None:
    assert gitmem(story, "search", "--", text).returncode == 0


def test_a_query_of_100_kilobytes_is_answered(story: GitDriver) -> None:
    assert search_names(story, "-", stdin="retry transport quota " * 5_000)[0] == "retry"


def test_input_that_is_no_text_is_read_as_well_as_it_goes(story: GitDriver) -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-m", "gitmem", "search", "-"],
        cwd=story.path,
        env=story.env(),
        input=b"\xff\xfe\x00 retry \x1b[31m transport",
        capture_output=True,
        check=False,
    )

    assert done.returncode == 0
    assert RETRY.title.encode() in done.stdout


def test_a_result_names_its_commit_age_author_and_standing(story: GitDriver) -> None:
    commit = story.out("rev-parse", "main~1")

    output = gitmem(story, "search", "-n", "1", "retry transport").stdout

    assert commit[:7] in output
    assert "2026-01-01  Ada Author  fresh" in output
    assert "it alone knows the quota" in output or "quota was exceeded" in output
    assert "src/transport.py" in output


def test_ids_and_commits_are_for_scripts(story: GitDriver) -> None:
    (ident,) = gitmem(story, "search", "-n", "1", "--ids", "retry transport").stdout.split()
    (commit,) = gitmem(story, "search", "-n", "1", "--commits", "retry transport").stdout.split()

    assert RETRY.title in gitmem(story, "show", ident).stdout
    assert commit == story.out("rev-parse", "main~1")


def test_json_holds_all_of_a_memory(story: GitDriver) -> None:
    lines = gitmem(story, "search", "--json", "retry transport").stdout.splitlines()
    first = json.loads(lines[0])

    assert first["memory"]["title"] == RETRY.title
    assert first["standing"]["verdict"] == "fresh"
    assert first["reasons"]
    assert first["id"].startswith("m")


def test_explain_tells_the_parts_of_the_score(story: GitDriver) -> None:
    output = gitmem(story, "search", "--explain", "retry transport").stdout

    assert "score" in output
    assert "words" in output


def test_forms_of_output_do_not_mix(story: GitDriver) -> None:
    assert gitmem(story, "search", "--json", "--ids", "x").returncode == 2


def test_nothing_found_says_so_and_is_no_failure(story: GitDriver) -> None:
    done = gitmem(story, "search", "--kind", "gotcha")

    assert (done.returncode, done.stdout) == (0, "")
    assert "no matching memories" in done.stderr


def test_where_there_are_no_memories_the_remedy_is_named(committed: GitDriver) -> None:
    done = gitmem(committed, "search", "retry")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == (
        "gitmem: there are no memories here, and gitmem is not set up. Run: gitmem init\n"
    )

    told = gitmem(committed, "init", "--no-fetch").stdout
    assert told.splitlines()[-1].endswith("To make memories of them: gitmem backfill")
    done = gitmem(committed, "search", "retry")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no memories here yet" in done.stderr
    assert "gitmem backfill" in done.stderr
    assert "gitmem init" not in done.stderr

    everywhere = gitmem(committed, "search", "--everywhere", "retry")
    assert "no matching memories" in everywhere.stderr


def test_before_the_first_commit_init_names_no_backfill(git: GitDriver) -> None:
    assert "backfill" not in gitmem(git, "init", "--no-fetch").stdout


def test_where_there_are_memories_init_names_no_backfill(story: GitDriver) -> None:
    assert "backfill" not in gitmem(story, "init", "--no-fetch").stdout


def test_where_no_worker_builds_the_index_the_search_does(story: GitDriver) -> None:
    assert gitmem(story, "init", "--no-fetch").returncode == 0
    story.write(".git/gitmem/run", "#!/bin/sh\nexit 0\n").chmod(0o755)  # no worker gets to it
    shutil.rmtree(story.repo.state_dir / "index")

    done = gitmem(story, "search", "retry")

    assert done.returncode == 0
    assert "Retry" in done.stdout


def test_hostile_memories_cannot_drive_the_terminal(story: GitDriver) -> None:
    commit = story.commit("evil", **{"e.py": "evil line here\n"})
    evil = Memory("decision", "Evil \x1b]0;owned\x07title\r\n", why="run \x1b[2J this")
    remember(story, commit, evil, "Eve\x1b[31m <e@x>", "2026-05-01\x1b[0m")

    output = gitmem(story, "search", "evil title").stdout

    assert "Evil" in output
    assert "\x1b" not in output
    assert "\r" not in output


def test_search_loads_neither_libgit2_nor_yaml(story: GitDriver) -> None:
    """What nobody needs to read an index that is up to date costs nothing."""
    assert gitmem(story, "init", "--no-fetch").returncode == 0
    gitmem(story, "search", "retry")
    probe = (
        "import sys; sys.argv = ['gitmem', 'search', 'retry transport']\n"
        "from gitmem.__main__ import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.stderr.write(' '.join(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-c", probe],
        cwd=story.path,
        env=story.env(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert RETRY.title in done.stdout
    loaded = {name.partition(".")[0] for name in done.stderr.split()}
    assert loaded & {"pygit2", "yaml", "anthropic", "openai", "asyncio", "mcp"} == set()
