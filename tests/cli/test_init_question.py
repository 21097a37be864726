"""The one question of ``gitmem init``, at a real terminal: consent by one key."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gitmem.cli.writer_question import ask_for_writer
from gitmem.setup.writer_offers import WriterOffer
from tests.support.cli import gitmem
from tests.support.fake_claude import FakeClaude
from tests.support.git import GitDriver
from tests.support.terminal import Shown, at_terminal

QUESTION = "/Enter] "
KEY = "not-a-real-key"
BACKFILL = "Make them now? [y/N]: "
CLAUDE = WriterOffer("c", "claude-cli", "the program 'claude'", "tokens")
API = WriterOffer("a", "anthropic", "api.anthropic.com", "tokens")


def init(
    git: GitDriver,
    *keys: str,
    options: Sequence[str] = (),
    backfill: str = "\n",
    **environ: str,
) -> Shown:
    command = [sys.executable, "-I", "-m", "gitmem", "init", "--no-fetch", *options]
    surroundings = {**git.env(), **environ}
    return at_terminal(
        command,
        place=git.path,
        environ=surroundings,
        question=QUESTION,
        keys=keys,
        besides={BACKFILL: backfill},
    )


def chosen(git: GitDriver) -> str:
    return git.run("config", "--local", "gitmem.compressor", check=False).stdout.decode().strip()


@pytest.fixture
def claude(committed: GitDriver, tmp_path: Path) -> FakeClaude:
    """The program, with a login, that must not be started."""
    found = FakeClaude(tmp_path / "bin").answers(structured_output={})
    (committed.home / ".claude").mkdir()
    (committed.home / ".claude" / ".credentials.json").write_text("{}")
    return found


def path_with(claude: FakeClaude) -> str:
    return f"{claude.path.parent}:{os.environ['PATH']}"


def test_one_key_takes_what_was_found(committed: GitDriver, claude: FakeClaude) -> None:
    before = (committed.path / ".git/config").read_bytes()

    shown = init(committed, "c", PATH=path_with(claude), ANTHROPIC_API_KEY=KEY)

    assert shown.code == 0
    assert "[c] claude-cli: the program 'claude' with its login, model haiku" in shown.text
    assert "[a] anthropic: api.anthropic.com using your ANTHROPIC_API_KEY" in shown.text
    assert "openai" not in shown.text, "only what was found is offered"
    assert KEY not in shown.text
    assert "gitmem is set up" in shown.text
    assert chosen(committed) == "claude-cli"
    assert not (claude.folder / "stdin").exists(), "nothing was started, and nothing sent"
    assert gitmem(committed, "uninstall").returncode == 0
    assert (committed.path / ".git/config").read_bytes() == before


@pytest.mark.parametrize("key", ["\r", "\x04"], ids=["Enter", "the end of the input"])
def test_whoever_does_not_choose_stays_offline(committed: GitDriver, key: str) -> None:
    shown = init(committed, key, ANTHROPIC_API_KEY=KEY)

    assert shown.code == 0
    assert shown.text.count(QUESTION) == 1
    assert chosen(committed) == ""
    assert committed.repo.is_initialised


def test_ctrl_c_leaves_nothing_behind(committed: GitDriver) -> None:
    before = (committed.path / ".git/config").read_bytes()

    shown = init(committed, "\x03", ANTHROPIC_API_KEY=KEY)

    assert shown.code == 130
    assert (committed.path / ".git/config").read_bytes() == before
    assert not committed.repo.state_dir.exists()
    assert not (committed.path / ".claude").exists()


def test_a_terminal_that_is_closed_chooses_nothing(committed: GitDriver) -> None:
    init(committed, ANTHROPIC_API_KEY=KEY)

    assert chosen(committed) == ""


def test_a_key_that_is_none_of_them_is_asked_again_and_at_last_left(committed: GitDriver) -> None:
    again = init(committed, "x", "A", ANTHROPIC_API_KEY=KEY)

    assert again.text.count(QUESTION) == 2
    assert chosen(committed) == "anthropic"


def test_three_keys_without_a_meaning_are_an_answer(committed: GitDriver) -> None:
    shown = init(committed, "x", "c", "\x1b[A", ANTHROPIC_API_KEY=KEY)

    assert shown.code == 0
    assert "Staying offline" in shown.text
    assert chosen(committed) == ""


def test_the_second_init_asks_nothing(committed: GitDriver) -> None:
    init(committed, "\r", ANTHROPIC_API_KEY=KEY)

    assert QUESTION not in init(committed, ANTHROPIC_API_KEY=KEY).text


@pytest.mark.parametrize("scope", ["--local", "--global"])
def test_where_somebody_has_chosen_nothing_is_asked(committed: GitDriver, scope: str) -> None:
    committed.run("config", scope, "gitmem.compressor", "openai")

    assert QUESTION not in init(committed, ANTHROPIC_API_KEY=KEY).text


def test_a_pipeline_with_a_terminal_is_asked_nothing(committed: GitDriver) -> None:
    shown = init(committed, ANTHROPIC_API_KEY=KEY, CI="true")

    assert shown.code == 0
    assert QUESTION not in shown.text


def test_with_the_users_settings_the_same_is_asked(committed: GitDriver) -> None:
    shown = init(committed, "a", options=("--user",), ANTHROPIC_API_KEY=KEY)

    assert shown.code == 0
    assert chosen(committed) == "anthropic"
    assert not (committed.path / ".claude").exists()


def test_where_nothing_is_found_there_is_no_question(committed: GitDriver) -> None:
    shown = init(committed, PATH=_path_without_claude())

    assert "Memories are written by the offline compressor" in shown.text
    assert QUESTION not in shown.text
    assert chosen(committed) == ""


def _path_without_claude() -> str:
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(f for f in folders if not (Path(f) / "claude").exists())


def test_without_a_terminal_nothing_is_asked(committed: GitDriver, claude: FakeClaude) -> None:
    committed.environ.update({"PATH": path_with(claude), "ANTHROPIC_API_KEY": KEY})

    done = gitmem(committed, "init", stdin="c")

    assert done.returncode == 0
    assert "Who should" not in done.stdout
    assert chosen(committed) == ""
    assert not (claude.folder / "stdin").exists()


def test_the_option_says_it_without_asking(committed: GitDriver) -> None:
    before = (committed.path / ".git/config").read_bytes()
    shown = init(committed, options=("--compressor", "claude-cli, extractive"))

    assert shown.code == 0
    assert QUESTION not in shown.text
    assert chosen(committed) == "claude-cli,extractive"

    assert gitmem(committed, "init", "--compressor", "extractive").returncode == 0
    assert chosen(committed) == "extractive"
    assert len(committed.out("config", "--get-all", "gitmem.compressor").split()) == 1
    assert gitmem(committed, "uninstall").returncode == 0
    assert (committed.path / ".git/config").read_bytes() == before


def test_the_option_takes_the_place_of_what_the_owner_had_and_uninstall_gives_it_back(
    committed: GitDriver,
) -> None:
    committed.run("config", "gitmem.compressor", "openai")
    before = (committed.path / ".git/config").read_bytes()

    done = gitmem(committed, "init", "--compressor", "anthropic")

    assert chosen(committed) == "anthropic"
    assert "'anthropic' cannot be used yet: ANTHROPIC_API_KEY is not set" in done.stderr
    gitmem(committed, "uninstall")
    assert (committed.path / ".git/config").read_bytes() == before


@pytest.mark.parametrize("name", ["gpt", "extractive,openai", ""])
def test_a_name_that_is_none_is_refused_before_anything_is_done(
    committed: GitDriver, name: str
) -> None:
    done = gitmem(committed, "init", "--compressor", name)

    assert done.returncode == 2
    assert "claude-cli" in done.stderr
    assert not committed.repo.is_initialised


def test_a_setting_that_is_wrong_is_no_reason_to_stop(committed: GitDriver) -> None:
    committed.run("config", "gitmem.apiTimeout", "soon")

    assert gitmem(committed, "init").returncode == 0
    assert committed.repo.is_initialised


def test_what_is_not_ready_is_told_and_cannot_be_chosen(capsys: pytest.CaptureFixture[str]) -> None:
    lacking = WriterOffer("c", "claude-cli", "the program 'claude'", "", "no login was found")

    assert ask_for_writer([lacking, API], lambda: "c") == ""
    assert "is not ready: no login was found" in capsys.readouterr().out
    assert ask_for_writer([lacking], lambda: "c") == ""
    assert "Who should" not in capsys.readouterr().out


def test_a_terminal_that_breaks_is_no_answer() -> None:
    def broken() -> str:
        raise OSError("no terminal")

    assert ask_for_writer([CLAUDE], broken) == ""


@pytest.mark.parametrize(("typed", "memories"), [("y\n", 1), ("\n", 0), ("\x04", 0)])
def test_what_is_there_already_is_offered_memories(
    git: GitDriver, typed: str, memories: int
) -> None:
    git.commit("Retry with backoff because the server drops connections", a="def f(): pass\n")

    shown = init(git, backfill=typed, PATH=_path_without_claude())

    assert shown.code == 0
    assert "1 commit here has no memory yet." in shown.text
    assert git.repo.is_initialised
    assert len(git.run("notes", "--ref", "claude-mem", check=False).stdout.splitlines()) == memories
    assert ("To make them later: " in shown.text) == (not memories)


def test_without_a_terminal_one_line_names_the_command(git: GitDriver) -> None:
    git.commit("Retry with backoff because the server drops connections", a="def f(): pass\n")

    done = gitmem(git, "init", stdin="y\n")

    assert done.stdout.splitlines()[-1].startswith("To make memories of them: ")
    assert done.stdout.splitlines()[-1].endswith("gitmem backfill")
    assert git.run("show-ref", "refs/notes/claude-mem", check=False).returncode


def test_who_only_set_up_has_nothing_to_make_memories_of(git: GitDriver) -> None:
    git.commit("first")
    assert gitmem(git, "init").returncode == 0
    git.environ["GITMEM_SKIP"] = "1"
    git.commit("Add gitmem to the project")

    assert gitmem(git, "backfill").returncode == 0

    assert git.run("show-ref", "refs/notes/claude-mem", check=False).returncode
