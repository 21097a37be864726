"""What stands behind lines that were read or edited, in real repositories."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import time
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitmem.git import line_origins
from gitmem.git.line_origins import IGNORE_FILE
from gitmem.model.line_ranges import Ranges
from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.beside_file import context_of_file, is_worth_telling, weigh_lines
from gitmem.recall.beside_lines import Passage, located
from gitmem.refresh.refresh import refresh
from gitmem.state.settings import Settings
from tests.support.git import GitDriver

FILE = "src/net.py"


def lines(name: str, count: int = 6) -> str:
    return "".join(f"    {name} = compute_{name}({number})\n" for number in range(count))


def remember(
    git: GitDriver, commit: str, title: str, why: str = "", session: str = "", compressor: str = ""
) -> Memory:
    """The memory that a session left of the commit, or that was made from history."""
    origin = Provenance(
        commit=commit,
        time=git.out("log", "-1", "--format=%aI", commit),
        author="Ada Author <ada@example.com>",
        agent="" if compressor else "claude-code",
        session="" if compressor else session or f"session of {title}",
        compressor=compressor,
    )
    memory = Memory("decision", title, why, files_changed=(FILE,), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return memory


def commit_layers(git: GitDriver, compressor: str = "") -> GitDriver:
    text = ""
    for name in ("alpha", "beta", "gamma"):
        text += lines(name)
        commit = git.commit(f"add {name}", **{FILE.replace("/", "__"): text})
        why = f"{name} is what the gateway wants."
        remember(git, commit, f"choose {name}", why=why, compressor=compressor)
    refresh(git.repo).close()
    return git


@pytest.fixture
def layers(git: GitDriver) -> GitDriver:
    """A file whose lines 1-6, 7-12 and 13-18 come from three commits with a session's memories."""
    return commit_layers(git)


@pytest.fixture
def layers_of_history(git: GitDriver) -> GitDriver:
    """The same with memories that were made from history."""
    return commit_layers(git, "history/3")


def told(
    git: GitDriver, *ranges: tuple[int, int], listener: str = "s", is_edited: bool = False
) -> str:
    passage = Passage(ranges, is_edited)
    return context_of_file(git.repo, "s", listener, FILE, Settings(), passage).text


def test_three_parts_of_a_file_have_three_answers_and_each_is_given_once(layers: GitDriver) -> None:
    parts = [(1, 6), (7, 12), (13, 18)]

    first = [told(layers, part) for part in parts]
    again = [told(layers, part) for part in parts]

    for name, text in zip(("alpha", "beta", "gamma"), first, strict=True):
        assert [f"choose {n}" in text for n in ("alpha", "beta", "gamma")] == [
            n == name for n in ("alpha", "beta", "gamma")
        ]
        assert f"{name} is what the gateway wants." in text
    assert "lines 7-12)" in first[1]
    assert again == ["", "", ""]


def test_what_the_other_end_of_the_file_is_about_is_not_told(layers: GitDriver) -> None:
    layers.commit("more", **{"src__net.py": lines("alpha") + lines("beta") + lines("gamma") + "x"})

    assert "choose alpha" not in told(layers, (13, 19))


def test_a_part_that_was_read_is_not_worth_a_second_look(layers: GitDriver) -> None:
    told(layers, (1, 6))

    assert not is_worth_telling(layers.repo, FILE, "s", ((2, 5),))
    assert is_worth_telling(layers.repo, FILE, "s", ((2, 8),))
    assert is_worth_telling(layers.repo, FILE, "s agent-1", ((2, 5),))


def test_a_file_of_which_all_was_told_is_spent(layers: GitDriver) -> None:
    for part in ((1, 6), (7, 12)):
        told(layers, part)
    assert is_worth_telling(layers.repo, FILE, "s", ((1, 99),))
    told(layers, (13, 18))

    assert not is_worth_telling(layers.repo, FILE, "s", ((1, 99),))
    assert not is_worth_telling(layers.repo, FILE, "s")


def test_lines_without_a_reason_are_silent(git: GitDriver) -> None:
    commit = git.commit("add", src__net_py="x", **{"src__net.py": lines("alpha")})
    remember(git, commit, "add alpha")
    refresh(git.repo).close()

    assert told(git, (1, 6)) == ""


def test_nothing_but_blank_lines_and_braces_has_nothing_behind_it(git: GitDriver) -> None:
    commit = git.commit("add", **{"src__net.py": "{\n\n}\n\n" + lines("alpha")})
    remember(git, commit, "choose alpha", why="It is wanted.")
    refresh(git.repo).close()

    assert told(git, (1, 4)) == ""
    assert "choose alpha" in told(git, (3, 10))


@pytest.mark.parametrize(("count", "counts"), [(4, True), (12, False)])
def test_a_single_line_counts_among_few(layers: GitDriver, count: int, counts: bool) -> None:
    text = (lines("alpha") + lines("beta") + lines("gamma")).replace("beta(0)", "beta(retry=3)")
    remember(layers, layers.commit("retry", **{"src__net.py": text}), "retry it", why="It blocks.")
    refresh(layers.repo).close()

    passage = located(layers.repo, FILE, Passage(((6, 6 + count - 1),)))
    weighed = weigh_lines(layers.repo, FILE, passage, explain=True)

    (one,) = [one for one in weighed.candidates if one.item.memory.title == "retry it"]
    assert one.refusal.startswith("too few of the lines") != counts


def test_a_line_that_is_not_committed_has_nothing_behind_it(layers: GitDriver) -> None:
    text = lines("alpha") + lines("news") + lines("beta") + lines("gamma")
    layers.write(FILE, text)

    assert told(layers, (7, 12)) == ""
    assert "choose beta" in told(layers, (13, 18))  # where it is now


def test_an_edit_is_told_what_stood_there_before(layers: GitDriver) -> None:
    layers.write(FILE, lines("alpha") + lines("news") + lines("gamma"))

    text = told(layers, (7, 12), is_edited=True)

    assert "choose beta" in text
    assert "choose alpha" not in text
    assert "choose gamma" not in text


def test_an_edit_that_only_removes_is_told_what_it_removed(layers: GitDriver) -> None:
    layers.write(FILE, lines("alpha") + lines("gamma"))

    text = told(layers, (7, 7), is_edited=True)

    assert "choose beta" in text
    assert "choose gamma" not in text


def test_a_text_that_will_be_edited_is_found_where_it_stands(layers: GitDriver) -> None:
    passage = Passage(texts=("    beta = compute_beta(2)\n    beta = compute_beta(3)\n",))

    assert located(layers.repo, FILE, passage).ranges == [(9, 10)]
    text = context_of_file(layers.repo, "s", "s", FILE, Settings(), passage).text
    assert "choose beta" in text


def test_a_file_that_was_moved_keeps_its_reasons(layers: GitDriver) -> None:
    (layers.path / "lib").mkdir()
    layers.run("mv", FILE, "lib/net.py")
    commit = layers.commit("move it")
    origin = Provenance(commit=commit, agent="claude-code", session="mover")
    memory = Memory("change", "move it", files_changed=("lib/net.py",), provenance=origin)
    NoteStore(layers.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(layers.repo).close()

    passage = Passage(((7, 12),))
    text = context_of_file(layers.repo, "s", "s", "lib/net.py", Settings(), passage).text

    assert "choose beta" in text


def test_indentation_takes_no_line_from_its_author(layers: GitDriver) -> None:
    layers.commit("wrap", **{"src__net.py": lines("alpha").replace("    ", "\t\t") + lines("beta")})

    assert "choose alpha" in told(layers, (1, 6))


def test_a_rewritten_commit_speaks_by_the_note_it_has_now(layers: GitDriver) -> None:
    old = layers.out("rev-parse", "HEAD")
    told(layers, (13, 18), listener="before")  # the blame of the old commit is kept
    layers.run("commit", "-q", "--amend", "-m", "add gamma at last")
    new = layers.out("rev-parse", "HEAD")
    remember(layers, new, "choose gamma at last", why="It is what the gateway wants.")
    refresh(layers.repo).close()

    text = told(layers, (13, 18))

    assert new[:10] in text
    assert old[:10] not in text


def test_what_another_branch_did_to_the_lines_is_not_told(layers: GitDriver) -> None:
    layers.run("checkout", "-q", "-b", "side")
    text = lines("alpha") + lines("other") + lines("gamma")
    remember(layers, layers.commit("other", **{"src__net.py": text}), "choose other", why="A bet.")
    layers.run("checkout", "-q", "main")
    refresh(layers.repo).close()

    assert "choose beta" in told(layers, (7, 12))
    assert "choose other" not in told(layers, (1, 18))


def test_of_a_commit_its_session_speaks_and_history_never(git: GitDriver) -> None:
    commit = git.commit("add", **{"src__net.py": lines("alpha") + lines("beta")})
    remember(git, commit, "what a session left", why="It is wanted.")
    remember(git, commit, "what history says", why="A reason.", compressor="history/1")
    refresh(git.repo).close()

    texts = [told(git, (1, 6)), told(git, (7, 12)), told(git, (1, 12))]

    assert [("a session left" in text) for text in texts] == [True, False, False]
    assert "what history says" not in "".join(texts)


def test_the_sessions_own_work_is_no_news(layers: GitDriver) -> None:
    commit = layers.commit("mine", **{"src__net.py": lines("mine")})
    remember(layers, commit, "choose mine", why="I wanted it.", session="s")
    refresh(layers.repo).close()

    assert told(layers, (1, 6)) == ""


def test_a_commit_that_the_project_ignores_is_looked_through(layers: GitDriver) -> None:
    text = (lines("alpha") + lines("beta") + lines("gamma")).replace("(", "( ").replace(")", " )")
    commit = layers.commit("format everything", **{"src__net.py": text})
    remember(layers, commit, "format everything", why="Somebody likes blanks.")
    layers.commit("ignore it", **{IGNORE_FILE: f"# formatting\n{commit}\n"})
    refresh(layers.repo).close()

    text = told(layers, (7, 12))

    assert "choose beta" in text
    assert "format everything" not in text


@pytest.mark.parametrize(
    ("title", "is_told"),
    [
        ("rustfmt everything", False),
        ("Apply black to the whole code", False),
        ("clean-up", False),
        ("Use black", False),
        ("Format prices as the bank wants them", True),
        ("black out the old names", True),
        ("Fix it", True),
        ("修复", True),
    ],
)
def test_a_commit_that_only_formatted_says_nothing_of_lines(
    git: GitDriver, title: str, is_told: bool
) -> None:
    commit = git.commit(title, **{"src__net.py": lines("alpha")})
    remember(git, commit, title, why="Somebody likes blanks.", compressor="history/1")
    refresh(git.repo).close()

    assert (title in told(git, (1, 6))) == is_told


@pytest.mark.parametrize("content", ["link", "plain words of a private file\n", "0" * 40 + "\n"])
def test_a_list_of_commits_that_is_none_is_no_trouble(layers: GitDriver, content: str) -> None:
    if content == "link":
        (layers.home / "private").write_text("plain words of a private file\n")
        (layers.path / IGNORE_FILE).symlink_to(layers.home / "private")
        layers.commit("a link")
    else:
        layers.commit("a list", **{IGNORE_FILE: content})

    text = told(layers, (7, 12))

    assert "choose beta" in text
    assert "private" not in text


def test_a_list_of_commits_set_for_all_repositories_is_no_trouble(
    layers: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    (layers.home / ".gitconfig").write_text(f"[blame]\n\tignoreRevsFile = {IGNORE_FILE}\n")
    monkeypatch.setenv("HOME", str(layers.home))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    assert "choose beta" in told(layers, (7, 12))


def test_a_list_of_commits_that_leads_to_a_device_is_not_read(
    layers: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    (layers.home / ".gitconfig").write_text(f"[blame]\n\tignoreRevsFile = {IGNORE_FILE}\n")
    os.mkfifo(layers.home / "endless")
    (layers.path / IGNORE_FILE).symlink_to(layers.home / "endless")
    monkeypatch.setenv("HOME", str(layers.home))
    monkeypatch.delenv("GIT_CONFIG_GLOBAL", raising=False)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)

    assert "choose beta" in told(layers, (7, 12))


@pytest.mark.parametrize("program", ["filter.x.clean", "filter.x.process", "core.fsmonitor"])
def test_no_configured_program_runs(layers: GitDriver, program: str) -> None:
    ran = layers.home / "ran"
    layers.commit("attributes", **{".gitattributes": "*.py filter=x\n"})
    layers.run("config", program, f"touch {ran}; cat #")
    with (layers.path / FILE).open("a") as file:
        file.write("# more\n")

    assert "choose beta" in told(layers, (7, 12))
    assert not ran.exists()


def test_settings_for_differences_do_not_count(layers: GitDriver) -> None:
    """Between two edits stands what was not edited."""
    layers.run("config", "diff.interHunkContext", "20")
    file = layers.path / FILE
    text = file.read_text().splitlines(keepends=True)
    file.write_text("".join(["# first\n", *text[1:17], "# last\n"]))

    assert "choose beta" in told(layers, (7, 12))


def test_a_blame_without_end_is_ended(layers: GitDriver, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = layers.home / "bin"
    slow.mkdir()
    script = (
        f'#!/bin/sh\ncase "$*" in *--incremental*) while :; do :; done;; esac\n'
        f'exec {shutil.which("git")} "$@"\n'
    )
    (slow / "git").write_text(script)
    (slow / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{slow}:{layers.env()['PATH']}")
    monkeypatch.setattr(line_origins, "_BLAME_SECONDS", 1)

    assert told(layers, (7, 12)) == ""

    (lock,) = layers.repo.state_dir.rglob("lock")
    with lock.open("rb") as held:
        with pytest.raises(BlockingIOError):
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        fcntl.flock(held, fcntl.LOCK_EX)  # free when it has ended, or this test never ends


def test_what_git_could_not_tell_in_time_is_told_the_next_time(
    layers: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = layers.home / "bin"
    slow.mkdir()
    git = shutil.which("git")
    script = f'#!/bin/sh\ncase "$*" in *--incremental*) sleep 1;; esac\nexec {git} "$@"\n'
    (slow / "git").write_text(script)
    (slow / "git").chmod(0o755)
    path = layers.env()["PATH"]
    monkeypatch.setenv("PATH", f"{slow}:{path}")
    begun = time.monotonic()

    first = told(layers, (7, 12))

    assert first == ""
    assert time.monotonic() - begun < 0.9
    assert is_worth_telling(layers.repo, FILE, "s", ((7, 12),))
    time.sleep(1.5)  # git went on by itself
    assert "choose beta" in told(layers, (7, 12))


def test_a_new_commit_elsewhere_needs_no_second_blame(
    layers: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(layers, (1, 6))
    layers.commit("elsewhere", **{"other.txt": "1\n"})
    refresh(layers.repo).close()

    def refuse(*_: object) -> None:
        raise AssertionError("a second blame")

    monkeypatch.setattr(line_origins._Answer, "_start", refuse)

    assert "choose beta" in told(layers, (7, 12))


def test_a_file_of_history_that_is_read_whole_is_blamed_once(
    layers_of_history: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = layers_of_history.repo
    first = context_of_file(repo, "s", "s", FILE, Settings()).text

    def refuse(*_: object) -> None:
        raise AssertionError("a second blame")

    monkeypatch.setattr(line_origins._Answer, "_start", refuse)
    again = context_of_file(repo, "t", "t", FILE, Settings()).text

    assert "lines 1-6)" in first or "lines 7-12)" in first or "lines 13-18)" in first
    assert again == first


def test_of_a_file_that_is_read_whole_a_session_on_another_branch_is_told_too(
    git: GitDriver,
) -> None:
    remember(git, git.commit("one", **{"src__net.py": lines("alpha")}), "choose alpha", why="Size.")
    git.run("checkout", "-qb", "side")
    remember(git, git.commit("try", **{"src__net.py": lines("side")}), "try it", why="Speed.")
    git.run("checkout", "-q", "main")
    refresh(git.repo).close()

    text = context_of_file(git.repo, "s", "s", FILE, Settings()).text

    assert "choose alpha" in text
    assert "try it" in text
    assert "try it" not in told(git, (1, 6), listener="t")


def test_a_bare_title_of_a_session_is_not_told(git: GitDriver) -> None:
    remember(git, git.commit("one", **{"src__net.py": lines("alpha")}), "choose alpha")
    refresh(git.repo).close()

    assert context_of_file(git.repo, "s", "s", FILE, Settings()).text == ""


def test_what_nothing_is_left_of_in_the_file_is_not_told(layers: GitDriver) -> None:
    layers.commit("anew", **{"src__net.py": lines("delta") + lines("beta")})

    text = context_of_file(layers.repo, "s", "s", FILE, Settings()).text

    assert "choose beta" in text
    assert "choose alpha" not in text
    assert "choose gamma" not in text


def test_files_of_names_that_begin_alike_are_told_apart(layers: GitDriver) -> None:
    other = f"{FILE}.old"
    layers.commit("copy", **{other.replace("/", "__"): lines("alpha") + lines("copied") * 2})
    passage = Passage(((7, 12),))
    context_of_file(layers.repo, "t", "t", other, Settings(), passage)
    layers.commit("elsewhere", **{"other.txt": "1\n"})
    refresh(layers.repo).close()

    assert "choose beta" in told(layers, (7, 12))


def test_a_long_name_is_a_name(layers: GitDriver) -> None:
    path = "/".join(["é" * 40] * 3 + ["a b.py"])
    (layers.path / path).parent.mkdir(parents=True)
    layers.run("mv", FILE, path)
    origin = Provenance(commit=layers.commit("move"), agent="claude-code", session="mover")
    memory = Memory("change", "move it", "It is long.", files_changed=(path,), provenance=origin)
    NoteStore(layers.repo).add({origin.commit: [document_of(memory)]}, "notes: test")
    refresh(layers.repo).close()

    for session in ("s", "t"):
        text = context_of_file(
            layers.repo, session, session, path, Settings(), Passage(((7, 12),))
        ).text
        assert "choose beta" in text


def test_a_file_that_head_does_not_have_has_nothing_behind_it(layers: GitDriver) -> None:
    layers.run("rm", "-q", "--cached", FILE)
    layers.run("commit", "-q", "-m", "drop it")
    refresh(layers.repo).close()

    assert told(layers, (1, 6)) == ""


@pytest.mark.parametrize("place", ["shallow", "link", "folder", "gone"])
def test_where_blame_would_be_wrong_there_is_silence(layers: GitDriver, place: str) -> None:
    if place == "shallow":
        (layers.path / ".git" / "shallow").write_text(layers.out("rev-parse", "HEAD~1") + "\n")
    else:
        (layers.path / FILE).unlink()
    if place == "link":
        (layers.path / FILE).symlink_to(layers.write("elsewhere", lines("alpha")))
    if place == "folder":
        (layers.path / FILE).mkdir()

    assert told(layers, (1, 6)) == ""


def test_each_answer_keeps_to_its_budget(layers: GitDriver) -> None:
    settings = replace(Settings(), file_tokens=60, session_tokens=100)
    texts = [
        context_of_file(layers.repo, "s", "s", FILE, settings, Passage(((first, first + 5),)))
        for first in (1, 7, 13)
    ]

    assert all(block.tokens <= 60 for block in texts)
    assert sum(block.tokens for block in texts) <= 100


def blamed(git: GitDriver, ranges: Ranges) -> set[str]:
    """The commits that git itself names for the lines."""
    options = [f"-L{first},{last}" for first, last in ranges]
    text = git.out("blame", "-w", "--line-porcelain", *options, "--", FILE)
    return set(re.findall(r"^([0-9a-f]{40}) \d", text, re.MULTILINE))


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_every_memory_told_is_of_a_commit_that_git_blames(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever was committed and edited since, and whatever is remembered from earlier looks."""
    folder: Path = tmp_path_factory.mktemp("law")
    (folder / "home").mkdir()
    git = GitDriver(folder / "repo", folder / "home").init()
    word = st.sampled_from(["upload", "retry", "gateway", "{", "", "    pause", "quota"])
    text = data.draw(st.lists(word, min_size=6, max_size=14), "first")
    for number in range(data.draw(st.integers(2, 5), "commits")):
        commit = git.commit(f"commit {number}", **{"src__net.py": "\n".join(text) + "\n"})
        remember(git, commit, f"choice {number}", why=f"Reason {number}.")
        refresh(git.repo).close()
        at = data.draw(st.integers(0, len(text) - 1), "at")
        new = data.draw(st.lists(word, max_size=4), "new")
        text[at : at + data.draw(st.integers(0, 3), "less")] = new
        text = text or ["quota"]
        if data.draw(st.booleans(), "is a look taken"):
            weigh_lines(git.repo, FILE, located(git.repo, FILE, Passage(((1, 99),))))
    git.write(FILE, "\n".join(text) + "\n")
    first = data.draw(st.integers(1, len(text)), "range")
    passage = located(git.repo, FILE, Passage(((first, first + 5),)))

    weighed = weigh_lines(git.repo, FILE, passage, explain=True)

    found = {one.item.commit for one in weighed.candidates}
    assert found <= blamed(git, passage.ranges)
    shutil.rmtree(folder)
