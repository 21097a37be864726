"""Git answers us the same, whatever a person configured."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gitmem.git.blame import blame
from gitmem.git.commits import CommitReader
from gitmem.git.dirty import uncommitted_paths
from gitmem.git.fingerprints import TraceReader
from gitmem.git.line_origins import origins_of_lines
from gitmem.git.log import commit_time, read_heads, walk_files, walk_log, walk_parents
from gitmem.git.named_commits import named_commits
from gitmem.git.prior_commits import last_change_times, last_line_times
from gitmem.git.rewritten_lines import rewrites
from gitmem.git.standing import standings
from gitmem.guard.policy import Policy
from gitmem.recall.worktree_state import read_worktree_state
from gitmem.upkeep.history_memories import judge_history
from tests.support.cli import gitmem
from tests.support.git import EPOCH, GitDriver

# One setting a line, as ``git config`` takes it.
SETTINGS = """
i18n.logOutputEncoding ISO-8859-1
i18n.logOutputEncoding UTF-16
i18n.commitEncoding Shift_JIS
log.showSignature true
log.showRoot false
log.follow true
log.date relative
log.date format:%s%n%H
log.decorate full
log.mailmap true
log.abbrevCommit true
log.diffMerges first-parent
log.graphColors red,blue
format.pretty fuller
format.pretty oneline
format.notes *
diff.algorithm histogram
diff.algorithm patience
diff.context 12
diff.interHunkContext 9
diff.indentHeuristic false
diff.renames false
diff.renames copies
diff.renameLimit 1
diff.noPrefix true
diff.mnemonicPrefix true
diff.srcPrefix here/
diff.dstPrefix there/
diff.orderFile order
diff.relative true
diff.submodule log
diff.ignoreSubmodules all
diff.suppressBlankEmpty true
diff.colorMoved zebra
diff.colorMovedWS ignore-all-space
diff.wordRegex .
diff.wsErrorHighlight all
diff.statGraphWidth 3
diff.dirstat files,10
diff.external false
diff.tool vimdiff
diff.autoRefreshIndex false
diff.python.xfuncname ^x
diff.odd.textconv tac
diff.odd.command false
color.ui always
color.diff always
color.status always
color.branch always
column.ui always
column.status always
core.quotePath false
core.quotePath true
core.abbrev 5
core.abbrev no
core.pager false
core.attributesFile attributes
core.commentChar ;
core.whitespace -trailing-space,cr-at-eol
core.preloadIndex false
core.untrackedCache true
core.fsmonitor false
core.logAllRefUpdates always
core.multiPackIndex true
core.commitGraph false
core.bigFileThreshold 10
core.packedGitLimit 1m
core.splitIndex true
index.version 4
index.threads 1
index.skipHash true
index.sparse true
feature.manyFiles true
feature.experimental true
pager.log true
pager.blame true
pager.status true
status.short true
status.branch true
status.showStash true
status.relativePaths false
status.renames copies
status.showUntrackedFiles all
status.submoduleSummary true
status.displayCommentPrefix true
blame.blankBoundary true
blame.coloring highlightRecent
blame.date relative
blame.showEmail true
blame.showRoot true
blame.markIgnoredLines true
blame.markUnblamableLines true
grep.lineNumber true
grep.patternType perl
mailmap.file names
notes.displayRef refs/notes/*
notes.rewriteRef refs/notes/*
submodule.recurse true
fetch.prune true
push.default nothing
push.gpgSign if-asked
merge.conflictStyle zdiff3
merge.renames false
rebase.abbreviateCommands true
gc.auto 1
advice.detachedHead false
pack.writeBitmaps true
transfer.fsckObjects true
user.useConfigOnly true
versionsort.suffix -rc
uploadpack.hideRefs refs/notes
"""

ENVIRONMENTS = (
    {"GIT_EXTERNAL_DIFF": "false"},
    {"GIT_DIFF_OPTS": "--unified=9"},
    {"GIT_PAGER": "false", "PAGER": "false", "GIT_PAGER_IN_USE": "1"},
    {"GIT_LITERAL_PATHSPECS": "1"},
    {"GIT_ICASE_PATHSPECS": "1"},
    {"GIT_NOGLOB_PATHSPECS": "1"},
    {"GIT_NOTES_REF": "refs/notes/other"},
    {"GIT_NOTES_DISPLAY_REF": "refs/notes/*"},
    {"GIT_CEILING_DIRECTORIES": "/"},
    {"GIT_TRACE": "1", "GIT_TRACE2": "1", "GIT_TRACE_SETUP": "1"},
    {"GIT_TRACE": "2", "GIT_CURL_VERBOSE": "1"},
    {"GIT_INDEX_FILE": "nowhere", "GIT_PREFIX": "a/"},
    {"GIT_OPTIONAL_LOCKS": "1", "GIT_FLUSH": "0"},
    {"GIT_DEFAULT_HASH": "sha256"},
    {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "log.date", "GIT_CONFIG_VALUE_0": "raw"},
    {"GIT_CONFIG_PARAMETERS": "'color.ui'='always' 'log.showsignature'='true'"},
    {"LANG": "de_DE.UTF-8", "LC_ALL": "C.UTF-8", "LANGUAGE": "de"},
    {"TERM": "xterm", "COLORTERM": "truecolor", "CLICOLOR_FORCE": "1"},
)


def _lines(first: int, last: int) -> list[str]:
    return [f"value_{number} = compute({number})" for number in range(first, last)]


@pytest.fixture
def story(git: GitDriver, tmp_path: Path) -> GitDriver:
    """A repository in whose answers most settings would show."""
    big = "\n".join(_lines(0, 60)) + "\n"
    git.commit("first", **{"a/big.py": big, "b/two.py": "def one():\n  pass\n"})
    body = _lines(0, 60)
    body[10], body[16], body[12] = "value_10 = changed(10)", "value_16 = changed(16)", ""
    git.write("a/big.py", "\n".join(body) + "\n")
    git.run("config", "user.name", "José")
    git.environ["GIT_AUTHOR_NAME"] = "José"
    git.commit("Read in chunks\n\nThe vendor caps requests at 4 MB, so one read is not enough.")
    git.run("mv", "a/big.py", "a/größe.py")
    git.run(
        "-c",
        "i18n.commitEncoding=ISO-8859-1",
        "commit",
        "-q",
        "-F",
        "-",
        stdin=(
            "Rename für Ärger\n\nThe old name was mistaken for a size, because it said big.\n"
        ).encode("latin-1"),
    )
    git.commit(
        "Übersetzung",
        **{"a/more.py": "\n".join(_lines(0, 50)) + "\n", "odd/file": "one\ntwo\nthree\n"},
    )
    git.run("checkout", "-q", "-b", "side", "HEAD~1")
    git.commit("On the side\n\nIt must retry, because the server drops idle lines.", side="1\n")
    git.run("checkout", "-q", "main")
    git.run("merge", "-q", "--no-ff", "-m", "Join the side", "side")
    git.write(".gitattributes", "odd/* diff=odd\n*.py diff=python\n")
    git.commit('Revert "On the side"\n\nThis reverts commit ' + git.out("rev-parse", "side") + ".")
    _sign(git, tmp_path)
    # What files of settings lead to.
    git.write("order", "b/*\na/*\n")
    git.write("attributes", "*.py -diff\n")
    git.write("names", "Another <another@example.com> <ada@example.com>\n")
    git.run("add", "-A")
    git.commit("Last\n\nThese are kept, because the next step needs them.")
    git.write("a/more.py", "changed = 1\n" + "\n".join(_lines(0, 50)) + "\n")
    git.write("new file", "1\n")
    assert gitmem(git, "backfill").returncode == 0
    return git


def _sign(git: GitDriver, folder: Path) -> None:
    """One commit with a signature, where the machine can make one."""
    if shutil.which("ssh-keygen") is None:
        return
    key = folder / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)],
        check=True,
        capture_output=True,
    )
    (folder / "allowed").write_text("ada@example.com " + (folder / "key.pub").read_text())
    git.run("config", "gpg.format", "ssh")
    git.run("config", "user.signingKey", str(folder / "key.pub"))
    git.run("config", "gpg.ssh.allowedSignersFile", str(folder / "allowed"))
    git.write("signed.py", "signed = 1\n")
    git.run("add", "-A")
    git.now += 60
    git.run("commit", "-q", "-S", "-m", "Sign it\n\nThe release needs a signature, so it has one.")


def _questions(git: GitDriver, folder: Path) -> Iterator[tuple[str, object]]:
    """What each reader of git's text makes of the repository."""
    repo = git.repo
    commits = git.out("rev-list", "HEAD").split()
    yield "heads", [repr(head) for head in read_heads(repo, commits)]
    yield "files", list(walk_files(repo))
    yield "ids", list(walk_log(repo, ["--since=2.years"], ["HEAD"], ["a"]))
    yield "parents", list(walk_parents(repo, "HEAD"))
    yield "times", [commit_time(repo, commit) for commit in commits]
    reader, traces = CommitReader(repo), TraceReader(repo)
    changes = [reader.change(commit) for commit in commits]
    yield "changes", [repr(change) for change in changes]
    yield "traces", [repr(traces.read(commit)) for commit in commits]
    yield "named", sorted(named_commits(repo, commits).items())
    yield "standings", sorted((key, repr(each)) for key, each in standings(repo, commits).items())
    for change in changes:
        marks = change.added_marks
        yield f"paths {change.commit}", last_change_times(repo, change, change.paths, EPOCH)
        yield f"lines {change.commit}", last_line_times(repo, change, marks, marks, EPOCH)
    pairs = [(new, old) for new in commits[:5] for old in commits[-2:]]
    yield "rewrites", [rewrites(repo, new, old) for new, old in pairs]
    yield "blame", [repr(part) for path in ("a/größe.py", "odd/file") for part in blame(repo, path)]
    shutil.rmtree(folder, ignore_errors=True)
    told = origins_of_lines(repo, "a/more.py", ((1, 40),), folder, seconds=20)
    yield "origins", [(one.commit, one.lines) for one in told.origins]
    yield "state", repr(read_worktree_state(repo))
    yield "dirty", sorted(uncommitted_paths(repo, ["a/more.py", "new file", "a/größe.py"]))
    judged = judge_history(repo, commits, Policy(), processes=1)
    yield "memories", [repr(verdict) for verdict in judged]


def _answers(git: GitDriver, folder: Path) -> dict[str, object]:
    return {item[0]: item[1] for item in _questions(git, folder)}


def _settings() -> list[tuple[str, str]]:
    return [
        (line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in SETTINGS.strip().splitlines()
    ]


def _pages(git: GitDriver) -> list[tuple[int, str, str]]:
    """What a person sees."""
    asked = (
        ("log",),
        ("log", "--json"),
        ("show", "HEAD~1"),
        ("why", "a/größe.py:17"),
        ("search", "vendor caps"),
        ("backfill", "--dry-run"),
        ("capture",),
        ("verify",),
    )
    done = [gitmem(git, *arguments) for arguments in asked]
    return [(each.returncode, each.stdout, each.stderr) for each in done]


def test_no_setting_changes_what_we_read(story: GitDriver, tmp_path: Path) -> None:
    """Each for itself, so that the one that does is named."""
    before = _answers(story, tmp_path / "cache")
    assert len(_settings()) > 100
    wrong = []
    for name, value in _settings():
        story.run("config", name, value)
        try:
            after = _answers(story, tmp_path / "cache")
            wrong += [(name, value, key) for key in before if after[key] != before[key]]
        except Exception as error:
            wrong.append((name, value, repr(error)))
        story.run("config", "--unset-all", name)

    assert wrong == []


def test_all_settings_at_once_change_no_page(story: GitDriver) -> None:
    before = _pages(story)
    for name, value in dict(_settings()).items():
        story.run("config", name, value)

    after = _pages(story)
    assert after[4:] == before[4:]
    assert [code for code, _, _ in after] == [0] * len(after)
    # What git prints (log, show, why) obeys its settings, and tells the same memories.
    for number in (0, 2, 3):
        told = re.findall(r"\bm[0-9a-f]{8}", before[number][1])
        assert told
        assert [name for name in told if name not in after[number][1]] == []
        assert not re.search(r"log size|Notes \(claude-mem\^", after[number][1])
    assert after[1] == before[1]
    assert [code for code, _, _ in before] == [0] * len(before)
    assert re.search("Author: José", before[0][1])


@pytest.mark.parametrize("environ", ENVIRONMENTS, ids=lambda given: next(iter(given)))
def test_no_environment_changes_a_page(story: GitDriver, environ: dict[str, str]) -> None:
    before = _pages(story)
    story.environ.update(environ)

    assert _pages(story) == before
