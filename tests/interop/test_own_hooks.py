"""A repository's own hooks, of every sort, that were there before ours or came after."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gitmem.setup.doctor import diagnose
from gitmem.setup.doctor_finding import Level, Practice
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.install import install
from gitmem.setup.reinstate import reinstate_hooks
from gitmem.setup.uninstall import uninstall
from gitmem.state.notices import take_notices
from tests.support.git import GitDriver
from tests.support.jobs import jobs, set_up, sources
from tests.support.layouts import OLD_GIT
from tests.support.prepared import prepared
from tests.support.snapshot import snapshot

_PYTHON = "#!/usr/bin/env python3\n"


@dataclass(frozen=True)
class Own:
    """A hook that leaves ``ran`` in the work tree and exits with the status that ``verdict`` holds.

    It stands for what a project has: scripts that use what their shell alone knows.
    """

    name: str
    text: str

    def put(self, git: GitDriver, event: str) -> Path:
        path = git.write(f".git/hooks/{event}", self.text)
        path.chmod(0o755)
        return path


_SH = "cat >ran\nif [ -f verdict ]; then exit 5; fi\n"
KINDS = [
    Own("sh", "#!/bin/sh\n" + _SH),
    Own("sh -e", "#!/bin/sh -e\nset -u\n" + _SH),
    Own("exec", "#!/bin/sh\n[ ! -f verdict ] || exec sh -c 'cat >ran; exit 5'\nexec cat >ran\n"),
    Own("no first line", _SH),
    Own("no last newline", "#!/bin/sh\n[ -f verdict ] && s=5\ncat >ran\nexit ${s-0}"),
    Own("bash", "#!/bin/bash\nset -euo pipefail\nf=(ran)\ncat >${f[0]}\n[[ ! -f verdict ]]"),
    Own("python", _PYTHON + "import os, sys\nopen('ran', 'w').write(sys.stdin.read())\n"
        "sys.exit(5 * os.path.exists('verdict'))\n"),
    Own("carriage returns, no first line", "cat >ran #\r\n[ ! -f verdict ] #\r\n"),
    Own("carriage returns below", "#!/bin/sh\n: mixed \r\ncat >ran\n[ ! -f verdict ]\n"),
]  # fmt: skip


FEW = [own for own in KINDS if own.name in ("sh", "python", "carriage returns below")]


def _id(own: Own) -> str:
    return own.name.replace(" ", "-")


@pytest.fixture(params=KINDS, ids=_id)
def own(request: pytest.FixtureRequest) -> Own:
    kind = request.param
    assert isinstance(kind, Own)
    return kind


@prepared
def shared(committed: GitDriver, remote: GitDriver) -> GitDriver:
    committed.run("remote", "add", "origin", str(remote.path))
    committed.write(".git/info/exclude", "ran\nverdict\n")
    return committed


def ran(git: GitDriver) -> str | None:
    """What their hook was told, once."""
    path = git.path / "ran"
    if not path.exists():
        return None
    told = path.read_text()
    path.unlink()
    return told


def check_both(git: GitDriver) -> None:
    """At a commit, an amend and a push theirs and ours run, with all that git tells them."""
    before = len(jobs(git))
    made = git.commit("second", **{f"f{git.now}": "1\n"})
    assert ran(git) == ""
    assert [job["commit"] for job in jobs(git)].count(made) == 1
    assert len(jobs(git)) == before + 1

    git.run("commit", "-q", "--amend", "-m", "better")
    told = f"{made} {git.out('rev-parse', 'HEAD')}"
    assert (ran(git) or "").strip() == told
    assert told in [job.get("rewritten") for job in jobs(git)]

    git.write("verdict", "no")
    pushed = git.repo.state_dir / "pushed"
    pushed.unlink(missing_ok=True)
    assert git.run("push", "-q", "origin", "main", check=False).returncode != 0
    assert (ran(git) or "").startswith(f"refs/heads/main {told[41:]} ")
    (git.path / "verdict").unlink()
    git.run("push", "-q", "origin", "main")
    assert (ran(git) or "").startswith(f"refs/heads/main {told[41:]} ")
    assert pushed.read_text().split()[:3] == ["hook", "pre-push", "origin"]


def put_all(git: GitDriver, own: Own) -> None:
    for event in ("post-commit", "post-rewrite", "pre-push"):
        own.put(git, event)


def test_theirs_before_ours(shared: GitDriver, own: Own) -> None:
    put_all(shared, own)
    before = snapshot(shared.path)

    set_up(shared)

    check_both(shared)
    shared.run("reset", "-q", "--hard", "HEAD~1")
    uninstall(shared.repo)
    after = snapshot(shared.path)
    hooks = {name for name in {*before, *after} if name.startswith(".git/hooks")}
    assert {name: before[name] for name in hooks} == {name: after[name] for name in hooks}


def test_theirs_in_the_place_of_ours(shared: GitDriver, own: Own) -> None:
    """A person's hook is not changed before the person says so, but it is told of."""
    set_up(shared)
    put_all(shared, own)

    assert reinstate_hooks(shared.repo, git_version=OLD_GIT) == []
    assert "post-commit, post-rewrite, pre-push" in take_notices(shared.repo)[0]
    shared.commit("theirs alone", t="1\n")
    assert ran(shared) == ""
    assert jobs(shared) == []

    set_up(shared)
    check_both(shared)
    uninstall(shared.repo)
    for event in ("post-commit", "post-rewrite", "pre-push"):
        assert (shared.path / ".git/hooks" / event).read_bytes() == own.text.encode()


def test_theirs_added_to_ours(shared: GitDriver) -> None:
    set_up(shared)
    for event in ("post-commit", "post-rewrite", "pre-push"):
        with (shared.path / ".git/hooks" / event).open("a") as file:
            file.write(_SH)

    check_both(shared)
    uninstall(shared.repo)
    for event in ("post-commit", "post-rewrite", "pre-push"):
        assert (shared.path / ".git/hooks" / event).read_text() == "#!/bin/sh\n" + _SH


@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_a_binary_hook(shared: GitDriver, first: bool) -> None:
    """``env`` itself as the hook: it prints what it was given."""
    program = Path(str(shutil.which("env"))).resolve()
    if program.name != "env" or program.read_bytes()[:4] != b"\x7fELF":
        pytest.skip("'env' is no program of its own here")
    hook = shared.path / ".git/hooks/post-commit"
    if not first:
        set_up(shared)
        hook.unlink()
    shutil.copy(program, hook)
    hook.chmod(0o755)
    before = snapshot(shared.path / ".git/hooks") if first else {}
    set_up(shared)

    done = shared.run("commit", "--allow-empty", "-m", "second")

    assert b"GIT_INDEX_FILE=" in done.stdout + done.stderr
    assert list(sources(shared)) == [shared.out("rev-parse", "HEAD")]
    uninstall(shared.repo)
    if first:
        assert snapshot(shared.path / ".git/hooks") == before
    assert hook.read_bytes() == program.read_bytes()


@pytest.mark.parametrize("first_line", ["#!/bin/sh\r\n", "#!/usr/bin/env python3\r\n"])
def test_a_hook_that_never_ran_for_its_carriage_returns_fails_as_before(
    shared: GitDriver, first_line: str
) -> None:
    """Where no interpreter has that name, nothing is made better or worse.

    Not shown by pre-push: git 2.39 waits for ever when that one cannot be started.
    """
    own = Own("", first_line + "exit 0\r\n")
    hook = own.put(shared, "prepare-commit-msg")
    assert shared.run("commit", "--allow-empty", "-qm", "no", check=False).returncode != 0
    set_up(shared)

    assert shared.run("commit", "--allow-empty", "-qm", "no", check=False).returncode != 0

    uninstall(shared.repo)
    assert hook.read_bytes() == own.text.encode()


def repository_level(git: GitDriver) -> Path:
    git.run("config", "core.hooksPath", "tools/hooks")
    return git.path / "tools/hooks"


def global_and_relative(git: GitDriver) -> Path:
    """Every repository's own folder: git reads it from the top of the work tree."""
    git.run("config", "--global", "core.hooksPath", "tools/hooks")
    return git.path / "tools/hooks"


def in_the_git_directory(git: GitDriver) -> Path:
    git.run("config", "core.hooksPath", ".git/other-hooks")
    return git.path / ".git/other-hooks"


def for_a_work_tree(git: GitDriver) -> Path:
    git.run("config", "extensions.worktreeConfig", "true")
    git.run("config", "--worktree", "core.hooksPath", str(git.path / "tools/hooks"))
    return git.path / "tools/hooks"


@pytest.mark.parametrize("own", FEW, indirect=True, ids=_id)
@pytest.mark.parametrize(
    "arrange", [repository_level, global_and_relative, in_the_git_directory, for_a_work_tree]
)
def test_a_hooks_path_inside_the_repository_is_followed(
    shared: GitDriver, own: Own, arrange: Callable[[GitDriver], Path]
) -> None:
    folder = arrange(shared)
    folder.mkdir(parents=True)
    for event in ("post-commit", "post-rewrite", "pre-push"):
        own.put(shared, event).rename(folder / event)
    before = snapshot(shared.path)

    set_up(shared)

    assert not [
        finding
        for finding in diagnose(shared.repo, Practice(client=None, git_version=OLD_GIT))
        if finding.level is Level.ERROR and finding.what.startswith("hook ")
    ]
    uninstall(shared.repo)
    assert snapshot(shared.path) == before
    shared.write(".git/info/exclude", "ran\nverdict\ntools\n.claude\n")
    set_up(shared)
    check_both(shared)


@pytest.mark.parametrize("own", FEW, indirect=True, ids=_id)
@pytest.mark.parametrize("value", ["{home}/hooks", "~/hooks"])
def test_a_global_hooks_path_is_left_alone_and_its_hooks_run(
    shared: GitDriver, own: Own, home: Path, value: str
) -> None:
    folder = home / "hooks"
    folder.mkdir()
    own.put(shared, "post-commit").rename(folder / "post-commit")
    shared.run("config", "--global", "core.hooksPath", value.format(home=home))

    report = install(shared.repo, git_version=OLD_GIT)

    assert any("other repositories share" in notice for notice in report.notices)
    assert [path.name for path in folder.iterdir()] == ["post-commit"]
    assert (folder / "post-commit").read_bytes() == own.text.encode()
    shared.commit("second", s="1\n")
    assert ran(shared) == ""


def test_a_global_hooks_path_may_call_the_repositorys_own(shared: GitDriver, home: Path) -> None:
    """The common way to have both: a global hook that ends in the repository's."""
    folder = home / "hooks"
    folder.mkdir()
    set_up(shared)
    shared.run("config", "--global", "core.hooksPath", str(folder))
    text = '#!/bin/sh\ncat >ran\nexec "$(git rev-parse --git-common-dir)/hooks/post-commit" "$@"\n'
    (folder / "post-commit").write_text(text)
    (folder / "post-commit").chmod(0o755)

    made = shared.commit("second", s="1\n")

    assert ran(shared) == ""
    assert list(sources(shared)) == [made]


def test_the_lines_for_a_shared_folder_serve_all_that_are_set_up(
    shared: GitDriver, home: Path
) -> None:
    """Those of docs/hooks.md, and in a repository without gitmem they do nothing."""
    page = (Path(__file__).parents[2] / "docs/hooks.md").read_text(encoding="utf-8")
    text = page.partition("<!-- test: shared hook -->\n```sh\n")[2].partition("```")[0]
    folder = home / "hooks"
    folder.mkdir()
    for event in EVENTS:
        (folder / event).write_text(text)
        (folder / event).chmod(0o755)
    shared.run("config", "--global", "core.hooksPath", str(folder))
    other = GitDriver(shared.path.parent / "other", shared.home).init()
    set_up(shared)

    made = shared.commit("second", s="1\n")
    shared.run("commit", "-q", "--amend", "-m", "better")
    amended = shared.out("rev-parse", "HEAD")
    shared.run("push", "-q", "origin", "main")
    shared.run("checkout", "-q", "-b", "side", "HEAD~1")
    shared.run("cherry-pick", "main")
    other.commit("first", a="1\n")

    picked = shared.out("rev-parse", "HEAD")
    assert sources(shared) == {made: [], amended: [], picked: [amended]}
    assert f"{made} {amended}" in [job.get("rewritten") for job in jobs(shared)]
    pushed = shared.repo.state_dir / "pushed"
    assert pushed.read_text().split()[:3] == ["hook", "pre-push", "origin"]
    assert not os.path.lexists(other.path / ".git/gitmem")
