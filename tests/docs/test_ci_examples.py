"""The workflows in docs/ci are what they say: well formed, careful, and they do the work.

Their scripts are run as the forge runs them, in a clone of a remote that has squashed a pull
request; the forge's own interface is a script that answers from a folder.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gitmem.notes.yaml_subset import parse_yaml
from tests.support.cli import GITMEM
from tests.support.git import GitDriver
from tests.support.history import lines, remember, titles_at

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "ci"
GITHUB = ("github-actions.yml", "github-pull-request.yml")
GITLAB = "gitlab-ci.yml"
TRUSTED = {  # what nobody who opens a pull request can choose freely
    "github.event.before",
    "github.sha",
    "github.token",
    "github.event.pull_request.base.sha",
    "github.event.pull_request.number",
}
REPOSITORY = "team/project"


def load(name: str) -> Any:
    return parse_yaml((FOLDER / name).read_text(encoding="utf-8"))


def scripts() -> list[tuple[str, str]]:
    """Every script with the name of its job."""
    found = []
    for name in GITHUB:
        for job, value in load(name)["jobs"].items():
            found += [(job, step["run"]) for step in value["steps"] if "run" in step]
    for job, value in load(GITLAB).items():
        found += [
            (job, "\n".join(value[key])) for key in ("before_script", "script") if key in value
        ]
    return found


def tool(name: str) -> str:
    """A program of the development dependencies; skips the test where it is not installed."""
    beside = Path(sys.executable).with_name(name)
    path = str(beside) if beside.exists() else shutil.which(name)
    if path is None:
        pytest.skip(f"'{name}' is not installed: pip install -e '.[dev]'")
    return path


def check(*command: str, **given: Any) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **given)
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.parametrize("name", [*GITHUB, GITLAB])
def test_the_forges_schema_knows_every_word(name: str) -> None:
    schema = "vendor.gitlab-ci" if name == GITLAB else "vendor.github-workflows"
    check(tool("check-jsonschema"), "--builtin-schema", schema, str(FOLDER / name))


@pytest.mark.parametrize("name", GITHUB)
def test_an_auditor_of_workflows_finds_nothing(name: str) -> None:
    """But that one has no concurrency group, which its head comment gives the reason of."""
    config = "rules: {concurrency-limits: {ignore: [github-actions.yml]}}"
    check(
        *(tool("zizmor"), "--offline", "--quiet", "--persona", "auditor"),
        *("--config", "/dev/stdin", str(FOLDER / name)),
        input=config,
    )


@pytest.mark.parametrize(("job", "script"), scripts())
def test_scripts_are_posix_sh(job: str, script: str) -> None:
    check("sh", "-n", "-c", script)


@pytest.mark.parametrize(("job", "script"), scripts())
def test_shellcheck_finds_nothing_in_the_scripts(job: str, script: str) -> None:
    """SC2016 warns of what is wanted here: git's own shell shall expand the token, later."""
    check(tool("shellcheck"), "--shell=sh", "--exclude=SC2016", "-", input=script)


def test_shellcheck_finds_nothing_in_the_hooks() -> None:
    hooks = sorted(path for path in (ROOT / "githooks").iterdir() if not path.suffix)
    check(
        tool("shellcheck"),
        "--shell=sh",
        "--external-sources",
        f"--source-path={ROOT / 'githooks'}",
        *map(str, hooks),
    )


@pytest.mark.parametrize("name", GITHUB)
def test_nothing_that_a_stranger_writes_becomes_shell(name: str) -> None:
    """Expressions are replaced before the shell reads a script, so they stand in ``env`` only."""
    for job in load(name)["jobs"].values():
        for step in job["steps"]:
            assert "${{" not in step.get("run", "")
            for value in step.get("env", {}).values():
                found = re.findall(r"\$\{\{ *([a-z_.]+) *\}\}", value)
                assert set(found) <= TRUSTED
                assert "${{" not in value or found


def test_the_gitlab_scripts_use_no_words_of_a_merge_request() -> None:
    used = {name for _, script in scripts() for name in re.findall(r"\bCI_[A-Z_]+", script)}

    assert not [name for name in used if re.search("TITLE|MESSAGE|DESCRIPTION|BRANCH|REF", name)]


@pytest.mark.parametrize("name", GITHUB)
def test_rights_are_the_least_and_actions_are_pinned(name: str) -> None:
    workflow = load(name)

    assert workflow["permissions"] == {}
    assert "pull_request_target" not in workflow["on"]
    for job in workflow["jobs"].values():
        writes = [right for right, level in job["permissions"].items() if level == "write"]
        assert writes == (["contents"] if name == GITHUB[0] else ["pull-requests"])
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40}", step["uses"])
                assert step["with"]["persist-credentials"] is False
                assert step["with"]["fetch-depth"] == 0
    if name != GITHUB[0]:
        condition = "github.event.pull_request.head.repo.full_name == github.repository"
        assert all(job["if"] == condition for job in workflow["jobs"].values())


def test_the_page_shows_the_files() -> None:
    page = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

    for name in (*GITHUB, GITLAB):
        text = (FOLDER / name).read_text(encoding="utf-8")
        assert f"[`{name}`](ci/{name})\n\n```yaml\n{text}```\n" in page


class Forge:
    """A remote that has squashed pull request 1, a runner's clone of it, and its interface."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.remote = GitDriver(folder / "remote.git", home).init(bare=True)
        self.ada = GitDriver(folder / "ada", home).init()
        self.ada.run("remote", "add", "origin", str(self.remote.path))
        self.base = self.ada.commit("base", **{"a.txt": lines("a")})
        self.ada.run("push", "-q", "origin", "main")
        self.ada.run("checkout", "-q", "-b", "feature")
        self.made = [
            self.ada.commit(f"part {n}", **{f"{n}.txt": lines(f"part {n}", 9)}) for n in (1, 2)
        ]
        self.ada.run("checkout", "-q", "-b", "elsewhere", "main")
        other = self.ada.commit("somebody's fork", **{"fork.txt": lines("fork")})
        remember(self.ada, *self.made, other, why="half of it is easier to review")
        self.other = other
        self.ada.run("push", "-q", "origin", "feature:refs/pull/1/head", "refs/notes/claude-mem")
        self.ada.run("push", "-q", "origin", "feature:refs/merge-requests/1/head")
        self.answers = folder / "answers"
        self.answers.mkdir()
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.program("gitmem", f'exec {" ".join(GITMEM)} "$@"')
        for name in ("pipx", "pip", "apt-get"):
            self.program(name, f'echo "{name} $*" >>"{folder}/installed"')

    def program(self, name: str, text: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{text}\n")
        path.chmod(0o755)

    def squash(self) -> str:
        """What the server does: one commit by itself, and the branch is gone."""
        self.ada.run("checkout", "-q", "main")
        self.ada.run("merge", "-q", "--squash", "feature")
        self.ada.run("commit", "-q", "-m", "Two parts (#1)")
        return self.publish()

    def rebase(self) -> str:
        self.ada.run("checkout", "-q", "main")
        self.ada.commit("meanwhile", **{"m.txt": lines("m")})
        self.ada.run("push", "-q", "origin", "main")
        self.base = self.ada.out("rev-parse", "main")
        self.ada.run("cherry-pick", "main~1..feature")
        return self.publish()

    def publish(self) -> str:
        self.ada.run("push", "-q", "origin", "main")
        head = self.ada.out("rev-parse", "main")
        for commit in self.ada.out("rev-list", f"{self.base}..main").split():
            (self.answers / commit).write_text("1\n")
        return head

    def clone(self, revision: str = "main") -> GitDriver:
        """As ``actions/checkout`` leaves it: all branches, a detached HEAD, no identity."""
        runner = self.remote.clone(self.folder / f"runner-{revision}")
        runner.run("checkout", "-q", "--detach", f"origin/{revision}")
        return runner

    def environ(self, git: GitDriver, given: Mapping[str, str]) -> dict[str, str]:
        plain = {
            name: value
            for name, value in git.env().items()
            if not name.startswith(("GIT_AUTHOR", "GIT_COMMITTER"))
        }
        temporary = self.folder / "runner-temp"
        temporary.mkdir(exist_ok=True)
        path = f"{self.bin}{os.pathsep}{os.environ['PATH']}"
        return {**plain, "PATH": path, "RUNNER_TEMP": str(temporary), **given}


@pytest.fixture
def forge(tmp_path: Path, home: Path) -> Forge:
    return Forge(tmp_path, home)


def run_github(forge: Forge, name: str, git: GitDriver, values: Mapping[str, str]) -> str:
    """Run the steps of the only job as the runner does; returns what they printed."""
    (job,) = load(name)["jobs"].values()
    printed = ""
    for step in job["steps"]:
        if "run" not in step:
            continue
        env = {
            key: re.sub(r"\$\{\{ *([a-z_.]+) *\}\}", lambda found: values[found[1]], value)
            for key, value in step.get("env", {}).items()
        }
        environ = forge.environ(git, {"GITHUB_REPOSITORY": REPOSITORY, **env})
        shell = ("bash", "-e", "-c", step["run"])
        printed += check(*shell, cwd=git.path, env=environ, stdin=subprocess.DEVNULL).stdout
    return printed


def run_gitlab(forge: Forge, job: str, git: GitDriver, given: Mapping[str, str]) -> str:
    jobs = load(GITLAB)
    script = "\n".join([*jobs[".gitmem"]["before_script"], *jobs[job]["script"]])
    environ = {
        "CI_SERVER_URL": "https://gitlab.invalid",
        "CI_SERVER_HOST": "gitlab.invalid",
        "CI_API_V4_URL": "https://gitlab.invalid/api/v4",
        "CI_PROJECT_ID": "7",
        "CI_PROJECT_URL": str(forge.remote.path).removesuffix(".git"),
        **given,
    }
    env = forge.environ(git, environ)
    return check("sh", "-e", "-c", script, cwd=git.path, env=env, stdin=subprocess.DEVNULL).stdout


def gh_for_reconcile(forge: Forge) -> None:
    forge.program(
        "gh",
        f'[ "$1" = api ] || exit 0\ncommit=${{2#repos/{REPOSITORY}/commits/}}\n'
        f'cat "{forge.answers}/${{commit%/pulls}}"',
    )


def check_notes(forge: Forge, targets: Mapping[str, list[str]]) -> None:
    """The notes on the remote: where they were, where they are now, and nothing marked."""
    expected = {forge.made[0]: ["part 1"], forge.made[1]: ["part 2"], **targets}
    expected[forge.other] = ["somebody's fork"]
    forge.ada.run("fetch", "-q", "origin", "+refs/notes/claude-mem:refs/notes/claude-mem")
    assert {commit: titles_at(forge.ada, commit) for commit in expected} == expected
    assert b"abandoned" not in forge.ada.show_note(forge.other)


def reconcile_github(forge: Forge, head: str) -> str:
    gh_for_reconcile(forge)
    values = {"github.event.before": forge.base, "github.sha": head, "github.token": "t"}
    return run_github(forge, GITHUB[0], forge.clone(), values)


@pytest.mark.slow
def test_github_after_a_squash(forge: Forge) -> None:
    head = forge.squash()

    reconcile_github(forge, head)

    check_notes(forge, {head: ["part 1", "part 2"]})
    assert (forge.folder / "installed").read_text().startswith("pipx install gitmem-cli==")


@pytest.mark.slow
def test_github_after_a_rebase(forge: Forge) -> None:
    head = forge.rebase()

    reconcile_github(forge, head)

    check_notes(forge, {f"{head}~1": ["part 1"], head: ["part 2"]})


@pytest.mark.slow
def test_github_twice_is_once(forge: Forge) -> None:
    head = forge.squash()
    reconcile_github(forge, head)
    tip = forge.remote.out("rev-parse", "refs/notes/claude-mem")

    shutil.rmtree(forge.folder / "runner-main")
    reconcile_github(forge, head)

    assert forge.remote.out("rev-parse", "refs/notes/claude-mem") == tip


@pytest.mark.slow
def test_github_on_a_new_branch_does_nothing(forge: Forge) -> None:
    forge.squash()
    before = forge.remote.out("for-each-ref")
    forge.base = "0" * 40

    assert "nothing to compare" in reconcile_github(forge, forge.ada.out("rev-parse", "main"))
    assert forge.remote.out("for-each-ref") == before


@pytest.mark.slow
def test_github_without_any_memories(forge: Forge) -> None:
    head = forge.squash()
    forge.remote.run("update-ref", "-d", "refs/notes/claude-mem")

    reconcile_github(forge, head)

    assert forge.remote.out("for-each-ref", "refs/notes") == ""


def comment_github(forge: Forge) -> list[list[str]]:
    """Run the workflow for the pull request; returns what was asked of the forge."""
    calls = forge.folder / "calls"
    calls.write_text("")
    forge.program(
        "gh",
        f'for word; do printf "%s\\n" "$word"; done >>"{calls}"; echo >>"{calls}"\n'
        f'case "$*" in *PATCH*|*POST*) '
        f'for word; do case $word in body=@*) cp "${{word#body=@}}" "{forge.answers}/comment" ;; '
        f'esac; done ;; *--paginate*) [ ! -f "{forge.answers}/id" ] || cat "{forge.answers}/id" ;; '
        "esac",
    )
    values = {
        "github.event.pull_request.base.sha": forge.base,
        "github.event.pull_request.number": "1",
        "github.token": "t",
    }
    runner = forge.clone()
    run_github(forge, GITHUB[1], runner, values)
    shutil.rmtree(runner.path)
    return [call.splitlines() for call in calls.read_text().split("\n\n") if call.strip()]


@pytest.mark.slow
def test_github_comments_and_keeps_the_comment_up_to_date(forge: Forge) -> None:
    first = comment_github(forge)
    comment = (forge.answers / "comment").read_text()
    (forge.answers / "id").write_text("42\n43\n")
    second = comment_github(forge)

    assert comment.startswith("<!-- gitmem -->\n\n### ")
    assert comment.index("part 1") < comment.index("part 2")
    assert "somebody's fork" not in comment
    assert "POST" in first[-1]
    assert f"repos/{REPOSITORY}/issues/1/comments" in first[-1]
    assert "PATCH" in second[-1]
    assert f"repos/{REPOSITORY}/issues/comments/42" in second[-1]


@pytest.mark.slow
def test_github_comments_nothing_where_nothing_is_remembered(forge: Forge) -> None:
    forge.remote.run("update-ref", "-d", "refs/notes/claude-mem")

    calls = comment_github(forge)

    assert not [call for call in calls if call[0] == "api"]


def curl_of(forge: Forge) -> None:
    """Answers by the end of the address, keeps what it is sent, and wants the token on stdin."""
    forge.program(
        "curl",
        f'read -r header; echo "$header $*" >>"{forge.folder}/calls"\n'
        "output= sent=\nwhile [ $# -gt 1 ]; do case $1 in --output) output=$2; shift ;; "
        "--data-urlencode) sent=${2#body@}; shift ;; --header|--request) shift ;; esac\n"
        "shift; done\n"
        f'[ -z "$sent" ] || cp "$sent" "{forge.answers}/comment"\n'
        'name=${1##*/api/v4/}; name=$(printf %s "${name%%\\?*}" | tr / _)\n'
        f'[ ! -f "{forge.answers}/$name" ] || cp "{forge.answers}/$name" "$output"',
    )


@pytest.mark.slow
def test_gitlab_after_a_squash(forge: Forge) -> None:
    head = forge.squash()
    curl_of(forge)
    answer = json.dumps([{"iid": 1, "title": "$(touch pwned)"}])
    (forge.answers / f"projects_7_repository_commits_{head}_merge_requests").write_text(answer)
    given = {"CI_COMMIT_BEFORE_SHA": forge.base, "CI_COMMIT_SHA": head, "GITMEM_TOKEN": "secret-1"}

    runner = forge.clone()
    run_gitlab(forge, "gitmem-reconcile", runner, given)

    check_notes(forge, {head: ["part 1", "part 2"]})
    assert (forge.folder / "calls").read_text().startswith("PRIVATE-TOKEN: secret-1 ")
    configured = [runner.path / ".git/config", Path(runner.env()["HOME"]) / ".gitconfig"]
    assert not [path for path in configured if "secret-1" in path.read_text()]
    asked = "protocol=https\nhost=gitlab.invalid\n\n"
    env = forge.environ(runner, {"GITMEM_TOKEN": "secret-1"})
    filled = check("git", "credential", "fill", input=asked, env=env, cwd=runner.path).stdout
    assert "password=secret-1" in filled


@pytest.mark.slow
def test_gitlab_comments_and_keeps_the_comment_up_to_date(forge: Forge) -> None:
    curl_of(forge)
    notes = forge.answers / "projects_7_merge_requests_1_notes"
    (forge.answers / "user").write_text('{"id": 5}')
    mine = {"id": 12, "author": {"id": 5}, "body": "<!-- gitmem -->\n"}
    strange = {"id": 11, "author": {"id": 6}, "body": "<!-- gitmem -->\n"}
    given = {
        "CI_MERGE_REQUEST_IID": "1",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": forge.base,
        "GITMEM_COMMENT_TOKEN": "secret-2",
    }
    runner = forge.clone()
    last = []
    for there in ([], [strange], [strange, mine]):
        notes.write_text(json.dumps(there))
        run_gitlab(forge, "gitmem-comment", runner, given)
        last.append((forge.folder / "calls").read_text().splitlines()[-1])

    assert ["POST" in last[0], "POST" in last[1], "PUT" in last[2]] == [True] * 3
    assert last[2].endswith("/merge_requests/1/notes/12")
    comment = (forge.answers / "comment").read_text()
    assert comment.startswith("<!-- gitmem -->\n\n### ")
    assert comment.index("part 1") < comment.index("part 2")
