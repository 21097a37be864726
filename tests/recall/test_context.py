from __future__ import annotations

from dataclasses import replace

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.recall.at_start import context_for, context_of_session, weigh_start
from gitmem.recall.beside_file import context_of_file, is_worth_telling
from gitmem.recall.beside_lines import Passage
from gitmem.recall.with_prompt import context_of_prompt, weigh_prompt
from gitmem.refresh.refresh import refresh
from gitmem.state.pending import Pending, PendingStore
from gitmem.state.settings import Settings
from tests.support.git import GitDriver


def remember(git: GitDriver, commit: str, title: str, why: str = "", compressor: str = "") -> None:
    time = git.out("log", "-1", "--format=%aI", commit)
    agent = "" if compressor else "claude-code 2.1"
    origin = Provenance(commit=commit, compressor=compressor, time=time, agent=agent)
    memory = Memory("decision", title, why, provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")


def test_the_newest_commit_comes_first(git: GitDriver) -> None:
    for name in ("older", "newer"):
        remember(git, git.commit(name), f"the {name} decision")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert 0 < text.index("the newer decision") < text.index("the older decision")


def test_of_equally_recent_commits_sessions_come_first(git: GitDriver) -> None:
    remember(git, git.commit("older"), "what a session left")
    remember(git, git.commit("newer"), "what history says", why="a reason", compressor="history/1")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert 0 < text.index("what a session left") < text.index("what history says")


def test_a_commit_that_gives_no_reason_is_not_told(git: GitDriver) -> None:
    remember(git, git.commit("a"), "a commit among many", compressor="history/1")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text
    assert "a commit among many" not in text
    assert text == "gitmem: 1 commit has memories here. Ask: `gitmem search WORDS`."


def test_a_session_says_all_of_its_commit(git: GitDriver) -> None:
    commit = git.commit("both")
    remember(git, commit, "what history says", why="a reason", compressor="history/1")
    remember(git, commit, "what a session left")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert "what a session left" in text
    assert "what history says" not in text


def test_only_what_head_can_reach_is_given(git: GitDriver) -> None:
    remember(git, git.commit("base"), "on both branches")
    git.run("checkout", "-q", "-b", "side")
    remember(git, git.commit("side"), "only on the side")
    git.run("checkout", "-q", "main")
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert "on both branches" in text
    assert "only on the side" not in text


def test_pending_work_comes_before_all_else(git: GitDriver) -> None:
    remember(git, git.commit("done"), "what is done")
    memory = Memory(
        "session", "half done", what=("It begins.",), provenance=Provenance(session="s")
    )
    PendingStore(git.repo).put(Pending(memory, str(git.path)))
    refresh(git.repo).close()

    text = context_for(git.repo, 1000).text

    assert text.index("half done") < text.index("what is done")


def test_nothing_remembered_is_silence(committed: GitDriver) -> None:
    assert context_for(committed.repo, 1000).text == ""


def test_an_unborn_branch_is_silence(git: GitDriver) -> None:
    assert context_for(git.repo, 1000).text == ""


def test_the_same_state_gives_the_same_text(git: GitDriver) -> None:
    remember(git, git.commit("one"), "a decision")
    refresh(git.repo).close()

    assert context_for(git.repo, 1000) == context_for(git.repo, 1000)


@pytest.mark.parametrize("budget", [60, 200, 1000, 2400])
def test_the_budget_holds_however_much_there_is(git: GitDriver, budget: int) -> None:
    for number in range(30):
        remember(git, git.commit(f"c{number}"), f"decision {number} " + "of many words " * 20)
    refresh(git.repo).close()

    text = context_for(git.repo, budget).text

    assert len(text) <= budget * 4
    assert len(text.encode("utf-16-le")) // 2 < 10_000


def test_a_resumed_session_is_told_only_what_is_new(git: GitDriver) -> None:
    remember(git, git.commit("one"), "known to it")
    refresh(git.repo).close()
    first = context_of_session(git.repo, "s", 1000, is_resumed=False).text
    remember(git, git.commit("two"), "made meanwhile")
    refresh(git.repo).close()

    again = context_of_session(git.repo, "s", 1000, is_resumed=True).text
    once_more = context_of_session(git.repo, "s", 1000, is_resumed=True).text

    assert "known to it" in first
    assert "made meanwhile" in again
    assert "known to it" not in again
    assert once_more == ""


def test_the_next_best_is_no_news_to_a_resumed_session(git: GitDriver) -> None:
    for number in range(6):
        remember(git, git.commit(f"c{number}"), f"decision {number}")
    refresh(git.repo).close()
    first = context_of_session(git.repo, "s", 1000, is_resumed=False)

    again = context_of_session(git.repo, "s", 1000, is_resumed=True)

    assert 0 < len(first.ids) < 6
    assert again.text == ""


def test_a_resumed_session_is_not_told_its_own_work(git: GitDriver) -> None:
    remember(git, git.commit("one"), "known to it")
    refresh(git.repo).close()
    context_of_session(git.repo, "s", 1000, is_resumed=False)
    memory = Memory("session", "its own", what=("It begins.",), provenance=Provenance(session="s"))
    PendingStore(git.repo).put(Pending(memory, str(git.path)))

    assert context_of_session(git.repo, "s", 1000, is_resumed=True).text == ""
    assert "its own" in context_of_session(git.repo, "s", 1000, is_resumed=False).text


def test_a_session_nobody_knows_is_told_everything_on_resume(git: GitDriver) -> None:
    remember(git, git.commit("one"), "worth knowing")
    refresh(git.repo).close()

    assert "worth knowing" in context_of_session(git.repo, "s", 1000, is_resumed=True).text


def test_pending_work_of_another_work_tree_is_not_given(committed: GitDriver) -> None:
    committed.run("worktree", "add", "-q", "-b", "side", "../linked")
    memory = Memory(
        "session", "half done there", what=("It begins.",), provenance=Provenance(session="s")
    )
    linked = GitDriver(committed.path.parent / "linked", committed.home)
    PendingStore(committed.repo).put(Pending(memory, str(linked.path)))

    assert "half done there" not in context_for(committed.repo, 1000).text
    assert "half done there" in context_for(linked.repo, 1000).text


def remember_work(git: GitDriver, name: str, *paths: str, why: str = "", branch: str = "") -> str:
    """A commit that adds a line to each file, and the memory that a session left of it."""
    there = {path: git.path / path for path in paths}
    before = {path: file.read_text() if file.exists() else "" for path, file in there.items()}
    files = {path.replace("/", "__"): f"{before[path]}{name}\n" for path in paths}
    commit = git.commit(name, **files)
    origin = Provenance(
        commit=commit,
        branch=branch or git.out("symbolic-ref", "--short", "HEAD"),
        time=git.out("log", "-1", "--format=%aI", commit),
        author="Ada Author <ada@example.com>",
        agent="claude-code 2.1",
        session=f"session of {name}",
    )
    memory = Memory("feature", name, why, files_changed=tuple(paths), provenance=origin)
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    return commit


def a_history(git: GitDriver) -> None:
    """Ten commits of ten files, and one more of two of them."""
    for number, name in enumerate(
        ["kiwi", "plum", "pear", "fig", "lime", "date", "lychee", "quince", "guava", "sloe"]
    ):
        remember_work(git, f"grow the {name}", f"src/{name}.py", why=f"reason {number}")
    refresh(git.repo).close()


def test_a_start_on_a_branch_is_given_what_the_branch_is_at(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "ada/ripe-figs", "main~5")
    remember_work(git, "ripen by night", "src/fig.py", "src/night.py")
    refresh(git.repo).close()

    text = context_for(git.repo, 450).text

    assert text.index("ripen by night") < text.index("grow the fig")


def test_a_prompt_is_given_the_memory_of_the_file_it_names(git: GitDriver) -> None:
    a_history(git)

    text = context_of_prompt(git.repo, "s", "please look at src/plum.py again", Settings()).text

    assert "grow the plum" in text
    assert "grow the lime" not in text


def test_what_the_start_gave_is_not_given_again(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "ripe-sloe")
    remember_work(git, "ripen by night", "src/sloe.py", "src/night.py")
    refresh(git.repo).close()
    first = context_of_session(git.repo, "s", 450, is_resumed=False)

    again = context_of_prompt(git.repo, "s", "src/sloe.py and src/guava.py", Settings())

    assert "ripen by night" in first.text
    assert "grow the guava" in again.text
    assert not set(first.ids) & set(again.ids)


def test_the_same_prompt_is_answered_once(git: GitDriver) -> None:
    a_history(git)
    first = context_of_prompt(git.repo, "s", "look at src/plum.py", Settings())
    second = context_of_prompt(git.repo, "s", "look at src/plum.py", Settings())

    assert "grow the plum" in first.text
    assert "grow the plum" not in second.text


@pytest.mark.parametrize("prompt", ["", "   \n", "yes, do that", "\"'()*:^-{}", "NEAR( AND OR NOT"])
def test_a_prompt_that_calls_for_nothing_is_silence(git: GitDriver, prompt: str) -> None:
    for number in range(12):
        remember_work(git, f"plant tree {number}", f"src/tree{number}.py")
    refresh(git.repo).close()

    assert context_of_prompt(git.repo, "s", prompt, Settings()).text == ""


def test_a_prompt_calls_only_for_what_its_words_speak_for(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "ripe-sloe")
    for night in ("one", "two"):
        remember_work(git, f"ripen by night {night}", "src/sloe.py", "src/night.py")
    refresh(git.repo).close()

    order = context_of_prompt(git.repo, "s", "carry on and commit", Settings())
    named = context_of_prompt(git.repo, "s", "now src/plum.py", Settings())
    worded = context_of_prompt(git.repo, "s", "does the lychee grow?", Settings())

    assert order.text == ""
    assert "grow the plum" in named.text
    assert "grow the lychee" in worded.text


def test_what_the_branch_is_at_is_told_with_a_first_prompt_only_where_files_tell_nothing(
    git: GitDriver,
) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "ripe-sloe")
    for night in ("one", "two"):
        remember_work(git, f"ripen by night {night}", "src/sloe.py", "src/night.py")
    refresh(git.repo).close()
    prompt_alone = Settings(file_tokens=0)

    nod = context_of_prompt(git.repo, "a", "yes, do that", prompt_alone)
    first = context_of_prompt(git.repo, "b", "what about the lychee?", prompt_alone)
    later = context_of_prompt(git.repo, "b", "what about the guava?", prompt_alone)
    beside_files = context_of_prompt(git.repo, "c", "what about the lychee?", Settings())

    assert nod.text == ""
    assert "ripen by night" in first.text
    assert "ripen by night" not in later.text
    assert "ripen by night" not in beside_files.text


def test_with_a_prompt_history_tells_only_what_its_own_words_call_for(git: GitDriver) -> None:
    a_history(git)
    for number, name in enumerate(["ripen the quince slowly", "prune in winter"]):
        commit = git.commit(name)
        origin = Provenance(
            commit=commit, time=git.out("log", "-1", "--format=%aI", commit), compressor="history/3"
        )
        memory = Memory(
            "change", name, f"reason {number}", files_changed=("src/tree.py",), provenance=origin
        )
        NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(git.repo).close()

    text = context_of_prompt(git.repo, "s", "does the quince ripen slowly?", Settings()).text

    assert "ripen the quince slowly" in text
    assert "prune in winter" not in text


def test_no_prompt_is_told_what_no_branch_reaches_any_more(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "--detach")
    remember_work(git, "sour medlar jelly", "src/medlar.py", branch="gone")
    refresh(git.repo).close()
    prompt = "the sour medlar jelly in src/medlar.py"
    before = context_of_prompt(git.repo, "a", prompt, Settings()).text
    git.run("checkout", "-q", "main")

    after = context_of_prompt(git.repo, "b", prompt, Settings()).text

    assert "sour medlar jelly" in before
    assert after == ""


def test_a_huge_prompt_is_read_as_far_as_it_says_something(git: GitDriver) -> None:
    a_history(git)
    prompt = "src/plum.py " + "a/b.c " * 100_000

    assert "grow the plum" in context_of_prompt(git.repo, "s", prompt, Settings()).text


def test_beside_a_file_stands_what_is_remembered_of_it_once(git: GitDriver) -> None:
    a_history(git)

    first = context_of_file(git.repo, "s", "s", "src/pear.py", Settings())
    again = context_of_file(git.repo, "s", "s", "src/pear.py", Settings())

    assert "Of src/pear.py:" in first.text
    assert "grow the pear" in first.text
    assert "grow the plum" not in first.text
    assert again.text == ""
    assert not is_worth_telling(git.repo, "src/pear.py", "s")


def test_a_subagent_has_not_heard_what_its_session_was_told(git: GitDriver) -> None:
    a_history(git)
    context_of_file(git.repo, "s", "s", "src/pear.py", Settings())

    assert is_worth_telling(git.repo, "src/pear.py", "s agent-1")
    text = context_of_file(git.repo, "s", "s agent-1", "src/pear.py", Settings()).text
    assert "grow the pear" in text


def test_after_a_compaction_a_file_is_told_again(git: GitDriver) -> None:
    a_history(git)
    context_of_file(git.repo, "s", "s", "src/pear.py", Settings())
    context_of_session(git.repo, "s", 450, is_resumed=False)

    assert is_worth_telling(git.repo, "src/pear.py", "s")


def test_beside_lines_only_what_head_reaches_is_told(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "side")
    remember_work(git, "pears of the side", "src/pear.py", why="The side likes them.")
    git.run("checkout", "-q", "main")
    refresh(git.repo).close()

    lines = Passage(((1, 1),))
    text = context_of_file(git.repo, "s", "s", "src/pear.py", Settings(), lines).text

    assert "grow the pear" in text
    assert "pears of the side" not in text


def test_what_no_branch_reaches_any_more_is_not_told(git: GitDriver) -> None:
    a_history(git)
    git.run("checkout", "-q", "-b", "side")
    remember_work(git, "pears of the side", "src/pear.py")
    git.run("checkout", "-q", "main")
    git.run("branch", "-q", "-D", "side")
    refresh(git.repo).close()

    text = context_of_file(git.repo, "s", "s", "src/pear.py", Settings()).text

    assert "grow the pear" in text
    assert "pears of the side" not in text


def test_of_what_every_commit_touches_little_is_said(git: GitDriver) -> None:
    for number in range(12):
        remember_work(git, f"plant tree {number}", f"src/tree{number}.py", "CHANGES.md")
    refresh(git.repo).close()

    assert context_of_file(git.repo, "s", "s", "CHANGES.md", Settings()).item_count <= 2


def test_a_start_is_given_what_the_last_session_left_to_do(git: GitDriver) -> None:
    a_history(git)
    commit = git.commit("pick apples", **{"src__apple.py": "1\n"})
    origin = Provenance(
        commit=commit, time=git.out("log", "-1", "--format=%aI"), agent="claude-code", session="x"
    )
    steps = ("press the apples",)
    memory = Memory(
        "feature", "apples", next=steps, files_changed=("src/apple.py",), provenance=origin
    )
    NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: test")
    refresh(git.repo).close()

    text = context_for(git.repo, 450).text

    assert "next: press the apples" in text
    assert text.count("- apples (") == 1


def test_a_session_is_given_no_more_than_its_whole_budget(git: GitDriver) -> None:
    a_history(git)
    settings = replace(Settings(), session_tokens=300)
    blocks = [
        context_of_file(git.repo, "s", "s", f"src/{name}.py", settings)
        for name in ("kiwi", "plum", "pear", "fig", "lime", "date")
    ]

    assert blocks[0].text
    assert sum(block.tokens for block in blocks) <= 300
    assert blocks[-1].text == ""


def test_a_budget_of_nothing_is_silence(git: GitDriver) -> None:
    a_history(git)
    settings = replace(Settings(), file_tokens=0, prompt_tokens=0)

    assert context_of_file(git.repo, "s", "s", "src/pear.py", settings).text == ""
    assert context_of_prompt(git.repo, "s", "src/pear.py", settings).text == ""


def test_each_item_says_where_it_is_from_and_how_it_stands(git: GitDriver) -> None:
    commit = remember_work(git, "grow the pear", "src/pear.py")
    git.now += 15 * 86_400
    git.commit("later", **{"other.py": "1\n"})
    refresh(git.repo).close()

    text = context_for(git.repo, 450).text

    date = git.out("log", "-1", "--format=%as", commit)
    assert f"{commit[:10]}, {date}, 2 weeks before HEAD, Ada Author, fresh)" in text


def test_what_was_weighed_and_left_out_can_be_asked(git: GitDriver) -> None:
    a_history(git)

    weighed = weigh_start(git.repo, explain=True)

    given = [one for one in weighed.candidates if not one.refusal]
    left = [one for one in weighed.candidates if one.refusal]
    assert [one.item.memory.id for one in given] == [
        item.memory.id for item in weigh_start(git.repo).items
    ]
    assert left
    assert all(one.files and 0 < one.worth <= 1 for one in weighed.candidates)


def test_what_nothing_is_left_of_is_told_on_no_occasion(git: GitDriver) -> None:
    a_history(git)
    before = context_of_prompt(git.repo, "a", "now src/plum.py", Settings()).text
    git.commit("burn it down", **{"src__plum.py": "entirely different\n"})
    git.write("src/plum.py", "a change that makes it likely\n")

    weighed = weigh_prompt(git.repo, "now src/plum.py")
    texts = [
        context_of_prompt(git.repo, "b", "now src/plum.py", Settings()).text,
        context_of_file(git.repo, "c", "c", "src/plum.py", Settings()).text,
        context_for(git.repo, 450).text,
    ]

    assert "grow the plum" in before
    assert [item.memory.title for item in weighed.items] == ["grow the plum"]
    assert weighed.block(450).text == ""
    assert [one.refusal for one in weighed.candidates] == [
        "its lines are gone: nothing of its commit is left"
    ]
    assert not [text for text in texts if "grow the plum" in text]


def test_a_start_of_which_nothing_is_left_says_how_to_ask(git: GitDriver) -> None:
    remember_work(git, "grow the plum", "src/plum.py", why="reason 1")
    git.commit("burn it down", **{"src__plum.py": "entirely different\n"})
    git.write("src/plum.py", "a change that makes it likely\n")
    refresh(git.repo).close()

    weighed = weigh_start(git.repo)

    assert [item.memory.title for item in weighed.items] == ["grow the plum"]
    assert weighed.block(450).text == (
        "gitmem: 1 commit has memories here. Ask: `gitmem search WORDS`."
    )
