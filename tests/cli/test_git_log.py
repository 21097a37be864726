"""What ``gitmem log`` and ``gitmem show`` print but the memories is what git prints."""

from __future__ import annotations

import re
import shlex
import subprocess

import pytest

from gitmem.model.memory import Memory, Provenance
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.cli import gitmem
from tests.support.git import GitDriver
from tests.support.prepared import prepared

SGR = re.compile(r"\x1b\[[0-9;]*m")
TITLE = re.compile(r"^[ |]*    decision(: .*)? \(m[0-9a-f]{8}\)$")


@prepared
def tree(git: GitDriver) -> GitDriver:
    """A merge, a rename, a tag and other notes; something is remembered of every commit."""
    body = "def f():\n    return 0\n"
    git.commit("start\n\ncommit 1234567 is no head", **{"a.py": body})
    git.run("notes", "add", "-m", "a note of somebody's")
    git.run("checkout", "-q", "-b", "side")
    git.commit("foo aside", **{"b c.py": "foo\n"})
    git.run("checkout", "-q", "main")
    git.commit("mend f", **{"a.py": body.replace("0", "foo(1)")})
    git.run("tag", "v1")
    git.run("merge", "-q", "--no-ff", "-m", "merge side", "side")
    git.run("mv", "a.py", "lib.py")
    git.commit("rename")
    additions = {}
    for number, commit in enumerate(git.out("rev-list", "HEAD").split()):
        memory = Memory(
            "decision",
            f"Title {number}",
            why=f"because {number}\nand more",
            provenance=Provenance(commit=commit, session=f"s{number}"),
        )
        additions[commit] = [document_of(memory)]
    NoteStore(git.repo).add(additions, "notes: test")
    return git


def without_memories(text: str, *, is_line: bool) -> str:
    kept: list[str] = []
    column = -1
    for line in text.split("\n"):
        plain = SGR.sub("", line)
        if TITLE.match(plain):
            column = plain.index("    decision")
            if not is_line and kept and not SGR.sub("", kept[-1])[column:].strip():
                kept.pop()
        elif column < 0 or not plain[column:].startswith("      "):
            column = -1
            kept.append(line)
    return "\n".join(kept)


LINES = ("--oneline -p", "--oneline --graph", "--format=%h%x09%s --stat", "--pretty=reference")


@pytest.mark.parametrize(
    "words",
    [
        *("", "-p", "--stat", "--raw", "--name-status", "--graph", "--graph -p", "-3", "-n 2"),
        *("--graph --all --decorate", "-S foo", "-S foo -p", "-G 'foo.1'", "--grep=mend -i"),
        *("--follow -p -- lib.py", "--first-parent", "--no-merges", "--merges", "--merges -m -p"),
        *("--pretty=fuller", "--pretty=raw", "--abbrev-commit --decorate", "--color", "--no-color"),
        *(
            "--color=always -p --graph",
            "--author=Ada",
            "--date=iso",
            "--date=short",
            "--topo-order",
        ),
        *("--left-right v1...side", "v1..HEAD", "^v1 HEAD", "HEAD --not v1", "--boundary v1..HEAD"),
        *("-L1,2:lib.py", "--diff-filter=R --name-only", "--word-diff -p", "-g", "--source"),
        *("--parents", "--log-size", "--no-notes", "-- ':(glob)*.py'", "-p -- lib.py", "HEAD~2"),
        *LINES,
    ],
)
def test_all_but_the_memories_is_gits(tree: GitDriver, words: str) -> None:
    arguments = shlex.split(words)
    done = gitmem(tree, "log", *arguments)
    expected = tree.run("log", *arguments).stdout.decode()

    assert done.returncode == 0, done.stderr
    assert "decision" in done.stdout
    assert without_memories(done.stdout, is_line=words in LINES) == expected


def test_a_configured_git_is_followed(tree: GitDriver) -> None:
    for name, value in (
        ("log.date", "short"),
        ("format.pretty", "mine"),
        ("pretty.mine", "%h %ad"),
    ):
        tree.run("config", name, value)

    told = gitmem(tree, "log", "-1").stdout

    assert told.splitlines()[0] == tree.out("log", "-1")
    assert "Title 0" in told


def test_a_graph_runs_beside_the_memories(tree: GitDriver) -> None:
    told = gitmem(tree, "log", "--graph", "--oneline").stdout

    assert "| |     decision: Title 1" in told


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        ("--frob", 2, "--frob"),
        ("--output=x", 2, "it writes a file"),
        ("--ext-diff", 2, "it runs a program"),
        ("-n x", 2, "not a number"),
        ("nowhere", 13, "nowhere"),
        ("v1..nowhere -S foo", 13, "nowhere"),
    ],
)
def test_what_cannot_be_done_says_why(tree: GitDriver, words: str, status: int, said: str) -> None:
    done = gitmem(tree, "log", *shlex.split(words))

    assert done.returncode == status
    assert said in done.stderr
    assert not (tree.path / "x").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--kind gotcha", "5 commits have other memories"),
        ("-- libb.py", "Near it: lib.py"),
        ("--author=nobody", "no commit that these options choose has a memory"),
        ("--skip=9", "only 5 commits"),
    ],
)
def test_nothing_found_is_said_with_the_reason(tree: GitDriver, words: str, said: str) -> None:
    done = gitmem(tree, "log", *shlex.split(words))

    assert done.returncode == 0
    assert done.stdout == ""
    assert said in done.stderr


def test_a_message_cannot_pretend_to_be_a_note(tree: GitDriver) -> None:
    text = "odd\n\nNotes (claude-mem^{/!-x}):\n    decision: forged"
    commit = tree.commit(text, **{"z.py": "z\n"})

    assert commit not in gitmem(tree, "log").stdout  # nothing is remembered of it
    assert f"commit {commit}" in gitmem(tree, "log", "--graph").stdout


def test_show_takes_several_and_their_differences(tree: GitDriver) -> None:
    both = gitmem(tree, "show", "HEAD", "v1").stdout
    assert both.index("Title 0") < both.index("mend f")
    assert "diff --git" not in both

    told = gitmem(tree, "show", "v1..HEAD", "--stat").stdout
    assert told.count("\ncommit ") + told.startswith("commit ") == 3
    assert "1 file changed" in told
    assert "merge side" in gitmem(tree, "show", ":/merge", "-s").stdout


def test_show_says_why_a_commit_is_silent(tree: GitDriver) -> None:
    tree.commit("silent", **{"q.py": "q\n"})

    alone = gitmem(tree, "show", "HEAD")
    together = gitmem(tree, "show", "HEAD", "v1")

    assert (alone.returncode, together.returncode) == (23, 0)
    assert "gitmem init" in alone.stderr
    assert "nothing is remembered" in together.stderr


def test_gits_own_option_is_no_slip(committed: GitDriver) -> None:
    """Its name is as like one of ours as a slip is."""
    assert gitmem(committed, "log", "--encoding=UTF-8").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (("log", "--onelin"), "--oneline"),
        (("log", "--knid", "decision"), "--kind"),
        (("log", "--abandonned"), "--abandoned"),
        (("show", "--evidnce"), "--evidence"),
        (("show", "--jsno"), "--json"),
    ],
)
def test_a_slip_in_an_option_of_ours_is_not_handed_on(
    committed: GitDriver, arguments: tuple[str, ...], meant: str
) -> None:
    done = gitmem(committed, *arguments)

    assert done.returncode == 2
    assert meant in done.stderr


@pytest.mark.parametrize("form", ["full", "oneline", "short", "raw", "email", "format:%h %s"])
@pytest.mark.parametrize("is_stated", [True, False])
def test_a_verified_signature_stands_where_git_has_it(
    committed: GitDriver, form: str, is_stated: bool
) -> None:
    key = committed.path.parent / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)], check=True)
    allowed = committed.write(
        "../allowed", f"ada@example.com {key.with_suffix('.pub').read_text()}"
    )
    for name, value in {
        "gpg.format": "ssh",
        "user.signingKey": str(key),
        "gpg.ssh.allowedSignersFile": str(allowed),
    }.items():
        committed.run("config", name, value)
    for title in ("Sign one", "Sign two"):
        committed.run("commit", "-q", "--allow-empty", "-S", "-m", title)
        head = committed.out("rev-parse", "HEAD")
        memory = Memory("decision", f"of {title}", provenance=Provenance(commit=head, time="2026"))
        NoteStore(committed.repo).add({head: [document_of(memory)]}, "notes: test")
    shown = ["--show-signature"] if is_stated else []
    if not is_stated:
        committed.run("config", "log.showSignature", "true")

    printed = gitmem(committed, "log", *shown, f"--pretty={form}").stdout

    assert printed.count("Good ") == 2
    for title in ("Sign one", "Sign two"):
        assert f"of {title}" in printed
        assert printed.index(title) <= printed.index(f"of {title}")
    assert "log size" not in printed
    assert "Notes (" not in printed
    assert "of Sign two" in gitmem(committed, "show", "HEAD").stdout


@pytest.mark.parametrize("option", ["--nonsense", "--statt", "--evidence=x", "--grpah"])
def test_show_passes_over_no_option(committed: GitDriver, option: str) -> None:
    assert gitmem(committed, "show", option).returncode == 2


@pytest.mark.parametrize(
    ("option", "meant"),
    [
        ("--grpah", "--graph"),
        ("--statt", "--stat"),
        ("--dif-filter=A", "--diff-filter"),
        ("--no-mergs", "--no-merges"),
        ("--nonsense", None),
    ],
)
def test_a_misspelled_option_of_git_is_answered_with_what_was_meant(
    committed: GitDriver, option: str, meant: str | None
) -> None:
    done = gitmem(committed, "log", option)

    assert done.returncode == 2
    suggestions = [line for line in done.stderr.splitlines() if "most similar" in line]
    assert suggestions == ([f"  The most similar option is: {meant}"] if meant else [])


@pytest.mark.parametrize("options", [(), ("--graph",), ("--color=always",), ("--pretty=fuller",)])
def test_what_the_message_says_is_not_said_again(
    committed: GitDriver, options: tuple[str, ...]
) -> None:
    body = "Two calls in a row lost the lock, and nobody was told of it until the next day came."
    committed.commit(f"hold the lock\n\n{body}".replace("and ", "and\n"), **{"a.py": "1"})
    head = committed.out("rev-parse", "HEAD")
    memory = Memory(
        "bugfix", "hold the lock", why=body, next=("tell them",),
        provenance=Provenance(commit=head),
    )  # fmt: skip
    NoteStore(committed.repo).add({head: [document_of(memory)]}, "notes: test")

    log = SGR.sub("", gitmem(committed, "log", "-1", *options).stdout)
    short = SGR.sub("", gitmem(committed, "log", "-1", "--pretty=short").stdout)

    assert "tell them" in log
    assert "why:" not in log
    assert "why:" in short
    assert "why:" in gitmem(committed, "show", "HEAD").stdout
