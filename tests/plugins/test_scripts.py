"""The plugins' scripts, run by sh with programs that say how they were called."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.plugins.generate import PLUGINS, inline, script
from tests.support.git import GitDriver

START = json.dumps({"session_id": "s", "hook_event_name": "SessionStart", "source": "startup"})
RESUME = START.replace("startup", "resume")
EVENTS = ("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd")
SAYS = '{"hookSpecificOutput": {}}'
TOOLS = (
    *("cat", "dirname", "env", "find", "git", "grep", "id", "mkdir", "python3", "readlink"),
    *("sed", "sh"),
)


class Machine:
    """A folder of programs that is the whole PATH, and a repository."""

    def __init__(self, git: GitDriver, folder: Path) -> None:
        self.git = git
        self.bin = folder / "bin"
        self.data = folder / "data"
        self.calls = folder / "calls"
        self.bin.mkdir()
        for name in TOOLS:
            (self.bin / name).symlink_to(str(shutil.which(name)))

    def put(self, name: str, says: str = SAYS, *, code: int = 0, head: str = "#!/bin/sh") -> Path:
        """A program that notes its arguments and what it reads, and prints ``says``."""
        path = self.bin / name
        path.unlink(missing_ok=True)  # a tool's link leads to the machine's own program
        path.write_text(
            f"{head}\n# gitmem.__main__\necho \"{name} $*\" >>'{self.calls}'\n"
            f"case $* in *mcp) ;; *) cat >>'{self.calls}' ;; esac\n"
            f"printf '%s\\n' '{says}'\nexit {code}\n"
        )
        path.chmod(0o755)
        return path

    def set_up(self, *, launcher: bool = True) -> None:
        state = self.git.path / ".git" / "gitmem"
        state.mkdir(exist_ok=True)
        (state / "install.json").write_text("{}")
        if launcher:
            run = state / "run"
            run.write_text(f"#!/bin/sh\necho \"launcher $*\" >>'{self.calls}'\necho '{SAYS}'\n")
            run.chmod(0o755)

    def hook(
        self, event: str, stdin: str = START, client: str = "claude-code", *more: str, **around: str
    ) -> str:
        """What the hook prints; it exits with 0, and says nothing on stderr."""
        done = self.run(
            ["sh", str(PLUGINS / "claude/scripts/hook.sh"), client, event, *more], stdin, around
        )
        assert (done.returncode, done.stderr) == (0, "")
        assert not done.stdout or isinstance(json.loads(done.stdout), dict)
        return done.stdout

    def serve(
        self, stdin: str = "", client: str = "claude-code", **around: str
    ) -> subprocess.CompletedProcess[str]:
        script = str(PLUGINS / "claude/scripts/server.sh")
        return self.run(["sh", script, client], stdin, around)

    def run(
        self, command: Sequence[str], stdin: str, around: dict[str, str]
    ) -> subprocess.CompletedProcess[str]:
        environ = {**self.git.env(), "CLAUDE_PLUGIN_DATA": str(self.data), **around}
        environ["PATH"] = around.get("PATH", str(self.bin))
        return subprocess.run(
            [str(self.bin / command[0]), *command[1:]],
            cwd=self.git.path,
            env=environ,
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            timeout=20,
        )

    @property
    def called(self) -> list[str]:
        return self.calls.read_text().splitlines() if self.calls.exists() else []


@pytest.fixture
def machine(committed: GitDriver, tmp_path: Path) -> Machine:
    return Machine(committed, tmp_path)


@pytest.mark.parametrize("event", EVENTS)
def test_the_gitmem_that_the_clone_was_set_up_with_comes_first(
    machine: Machine, event: str
) -> None:
    machine.set_up()
    machine.put("gitmem")
    machine.put("uvx")

    assert machine.hook(event) == SAYS + "\n"
    assert machine.called == [f"launcher hook {event}"]


def test_a_tool_and_a_client_are_named(machine: Machine) -> None:
    machine.set_up()
    machine.hook("PostToolUse", START, "claude-code", "Bash")
    machine.hook("Stop", START, "codex")

    assert machine.called == ["launcher hook PostToolUse Bash", "launcher hook Stop --client codex"]


def test_the_launcher_is_found_from_below_and_from_a_linked_work_tree(
    machine: Machine, tmp_path: Path
) -> None:
    machine.set_up()
    (machine.git.path / "below").mkdir()
    machine.git.run("worktree", "add", "-q", "../linked")

    machine.hook("Stop", CLAUDE_PROJECT_DIR=str(machine.git.path / "below"))
    machine.hook("Stop", CLAUDE_PROJECT_DIR=str(tmp_path / "linked"))

    assert machine.called == ["launcher hook Stop"] * 2


@pytest.mark.parametrize("event", EVENTS)
def test_without_a_launcher_the_one_on_the_path_is_asked(machine: Machine, event: str) -> None:
    machine.set_up(launcher=False)
    machine.put("gitmem")
    machine.put("uvx")

    assert machine.hook(event) == SAYS + "\n"
    assert machine.called == [f"gitmem hook {event}", START]


def test_else_what_uvx_has_is_asked_without_a_download(machine: Machine) -> None:
    machine.set_up(launcher=False)
    machine.put("uvx")

    assert machine.hook("SessionStart") == SAYS + "\n"
    assert machine.called == ["uvx --offline --from gitmem-cli gitmem hook SessionStart", START]


@pytest.mark.parametrize("client", ["claude-code", "codex", "gemini-cli"])
def test_where_there_is_none_a_start_says_how_to_get_it(machine: Machine, client: str) -> None:
    said = json.loads(machine.hook("SessionStart", START, client))

    assert list(said) == ["systemMessage"]
    assert "uv tool install gitmem-cli" in said["systemMessage"]
    assert "\n" not in said["systemMessage"]


def test_that_is_said_at_the_start_of_a_new_session_alone(machine: Machine) -> None:
    machine.set_up(launcher=False)

    assert [machine.hook(event) for event in EVENTS[1:]] == [""] * 5
    assert machine.hook("SessionStart", RESUME) == ""
    assert machine.hook("SessionStart", "{not json") == ""
    assert machine.hook("SessionStart", START, "cursor") == ""


def test_outside_a_repository_nothing_is_said_and_nothing_started(
    machine: Machine, tmp_path: Path
) -> None:
    machine.put("gitmem")
    (tmp_path / "plain").mkdir()

    assert machine.hook("SessionStart", CLAUDE_PROJECT_DIR=str(tmp_path / "plain")) == ""
    assert machine.hook("SessionStart", CLAUDE_PROJECT_DIR=str(tmp_path / "nowhere")) == ""
    assert machine.called == []


def test_in_a_repository_that_is_not_set_up_only_a_start_asks(machine: Machine) -> None:
    machine.put("gitmem", says="")

    for event in EVENTS:
        machine.hook(event)

    assert machine.called == ["gitmem hook SessionStart", START]


def test_a_person_hears_of_init_in_one_session_and_never_again(machine: Machine) -> None:
    machine.put("gitmem", says="")

    assert machine.hook("SessionStart", RESUME) == ""
    said = json.loads(machine.hook("SessionStart"))

    assert said["systemMessage"].endswith("gitmem init")
    assert machine.hook("SessionStart") == ""


def test_nobody_hears_of_init_where_it_was_run(machine: Machine) -> None:
    machine.set_up(launcher=False)
    machine.put("gitmem", says="")

    assert machine.hook("SessionStart") == ""


@pytest.mark.parametrize("says", ["gitmem 3.1\nusage: x", "[1]", "Traceback", "error"])
def test_what_is_no_json_object_is_not_passed_on(machine: Machine, says: str) -> None:
    machine.set_up(launcher=False)
    machine.put("gitmem", says=says, code=3)

    assert machine.hook("SessionStart") == ""


def test_another_projects_program_of_that_name_is_not_started(machine: Machine) -> None:
    """Its entry is a Python script without ours, and its version is not of our distribution."""
    python = "#!/usr/bin/env python3"
    stranger = machine.bin / "gitmem"
    stranger.write_text(
        f"{python}\nimport sys\nopen({str(machine.calls)!r}, 'a').write(f'{{sys.argv[1:]}}\\n')\n"
    )
    stranger.chmod(0o755)
    machine.put("uvx")

    assert machine.hook("SessionStart") == SAYS + "\n"
    assert machine.called[:2] == [
        "['--version']",
        "uvx --offline --from gitmem-cli gitmem hook SessionStart",
    ]


def test_a_program_of_ours_is_known_by_its_entry(machine: Machine) -> None:
    entry = machine.bin / "gitmem"
    entry.write_text(
        "#!/usr/bin/env python3\nimport sys\n# from gitmem.__main__ import main\n"
        f"open({str(machine.calls)!r}, 'a').write(' '.join(sys.argv[1:]))\n"
    )
    entry.chmod(0o755)

    machine.hook("SessionStart")

    assert machine.called == ["hook SessionStart"]


def relative(machine: Machine, folder: Path) -> str:
    return f".::bin:{machine.bin}:"


def in_the_project(machine: Machine, folder: Path) -> str:
    return f"{machine.git.path}:{machine.bin}"


def below_the_project(machine: Machine, folder: Path) -> str:
    return f"{machine.git.path}/bin:{machine.bin}"


def by_a_linked_folder(machine: Machine, folder: Path) -> str:
    (folder / "linked").symlink_to(machine.git.path / "bin")
    return f"{folder}/linked:{machine.bin}"


def by_a_link(machine: Machine, folder: Path) -> str:
    for name in ("gitmem", "uvx"):
        (machine.bin / name).symlink_to(machine.git.path / name)
    return str(machine.bin)


def in_another_project(machine: Machine, folder: Path) -> str:
    (folder / "other" / ".git").mkdir(parents=True)
    for name in ("gitmem", "uvx"):
        shutil.copy(machine.git.path / name, folder / "other" / name)
    return f"{folder}/other:{machine.bin}"


def where_everybody_writes(machine: Machine, folder: Path) -> str:
    (folder / "open").mkdir()
    for name in ("gitmem", "uvx"):
        shutil.copy(machine.git.path / name, folder / "open" / name)
    (folder / "open").chmod(0o777)
    return f"{folder}/open:{machine.bin}"


def by_a_link_where_everybody_writes(machine: Machine, folder: Path) -> str:
    path = where_everybody_writes(machine, folder)
    (folder / "safe").mkdir()
    for name in ("gitmem", "uvx"):
        (folder / "open" / name).rename(folder / "safe" / name)
        (folder / "open" / name).symlink_to(folder / "safe" / name)
    return path


@pytest.mark.parametrize(
    "place",
    [
        relative,
        in_the_project,
        below_the_project,
        by_a_linked_folder,
        by_a_link,
        in_another_project,
        where_everybody_writes,
        by_a_link_where_everybody_writes,
    ],
)
@pytest.mark.parametrize("is_ours", [True, False])
def test_what_a_clone_may_have_brought_is_not_started(
    machine: Machine, tmp_path: Path, place: Callable[[Machine, Path], str], is_ours: bool
) -> None:
    """Whatever it says of itself; the person is told how to get a program of their own."""
    for name in ("gitmem", "uvx"):
        made = machine.put(name)
        if not is_ours:
            made.write_text(made.read_text().replace("# gitmem.__main__\n", ""))
        made.rename(machine.git.path / name)
        (machine.git.path / "bin").mkdir(exist_ok=True)
        shutil.copy(machine.git.path / name, machine.git.path / "bin" / name)
    path = place(machine, tmp_path)

    for client in ("claude-code", "codex", "gemini-cli"):
        assert "uv tool install" in machine.hook("SessionStart", START, client, PATH=path)
        done = machine.serve(client=client, PATH=path)
        assert (done.stdout, "not installed" in done.stderr) == ("", True)
    inlined = ["sh", "-c", inline("server.sh"), "gitmem", "codex"]
    assert "not installed" in machine.run(inlined, "", {"PATH": path}).stderr
    assert machine.called == []

    machine.bin.joinpath("gitmem").unlink(missing_ok=True)
    machine.put("gitmem")  # behind those, one of the person's own
    assert machine.hook("SessionStart", PATH=path) == SAYS + "\n"
    assert machine.called == ["gitmem hook SessionStart", START]


def test_no_other_program_of_the_projects_is_run_by_its_name(
    machine: Machine, tmp_path: Path
) -> None:
    """Neither by the scripts nor by what they start."""
    (machine.bin / "gitmem").write_text(
        '#!/bin/sh\n# gitmem.__main__\nprintf \'{"path": "%s"}\' "$PATH"'
    )
    (machine.bin / "gitmem").chmod(0o755)
    for name in TOOLS:
        stub = machine.git.path / name
        assert not stub.exists()
        stub.write_text(f"#!{machine.bin}/sh\necho {name} >>'{machine.calls}'\nexit 1\n")
        stub.chmod(0o755)

    path = f".:{machine.bin}:{machine.git.path}::"
    assert json.loads(machine.hook("SessionStart", PATH=path)) == {"path": str(machine.bin)}
    assert json.loads(machine.serve(PATH=path).stdout) == {"path": str(machine.bin)}
    assert machine.called == []


@pytest.mark.parametrize("place", [".local/bin", ".tools/shims"])
def test_a_home_or_a_tool_that_is_a_clone_is_the_persons(machine: Machine, place: str) -> None:
    home = machine.git.home
    (home / ".git").mkdir()
    (home / ".tools" / ".git").mkdir(parents=True)
    folder = home / place
    folder.mkdir(parents=True)
    machine.put("gitmem").rename(folder / "gitmem")

    assert machine.hook("SessionStart", PATH=f"{folder}:{machine.bin}") == SAYS + "\n"


@pytest.mark.parametrize("file", ["project", "local", "person", "configured"])
@pytest.mark.parametrize("event", EVENTS)
def test_where_settings_run_the_hook_the_plugins_leaves(
    machine: Machine, file: str, event: str, tmp_path: Path
) -> None:
    machine.set_up()
    place = {
        "project": machine.git.path / ".claude/settings.json",
        "local": machine.git.path / ".claude/settings.local.json",
        "person": machine.git.home / ".claude/settings.json",
        "configured": tmp_path / "config/settings.json",
    }[file]
    around = {"CLAUDE_CONFIG_DIR": str(place.parent)} if file == "configured" else {}
    place.parent.mkdir(parents=True)
    ours = f'cd x && g=$d.git/gitmem/run && exec "$g" hook {event}; exit 0'
    place.write_text(json.dumps({"hooks": {event: [{"hooks": [{"command": ours}]}]}}, indent=2))

    assert machine.hook(event, **around) == ""
    assert machine.called == []
    others = [other for other in EVENTS if other != event]
    assert [machine.hook(other, **around) for other in others] == [SAYS + "\n"] * 5


def test_settings_that_only_speak_of_gitmem_count_for_nothing(machine: Machine) -> None:
    machine.set_up()
    settings = machine.git.path / ".claude/settings.json"
    settings.parent.mkdir()
    settings.write_text(
        '{"permissions": {"allow": ["Bash(gitmem hook Stop:*)"]},\n"a": "hook Stop"}'
    )

    assert machine.hook("Stop") == SAYS + "\n"


def test_skip_means_silent(machine: Machine) -> None:
    machine.set_up()

    assert machine.hook("SessionStart", GITMEM_SKIP="1") == ""
    assert machine.called == []


@pytest.mark.parametrize("words", [[], ["claude-code"], ["claude-code", ""]])
def test_a_call_without_an_event_does_nothing(machine: Machine, words: list[str]) -> None:
    done = machine.run(["sh", str(PLUGINS / "claude/scripts/hook.sh"), *words], "", {})

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_read_only_place_for_data_is_no_failure(machine: Machine) -> None:
    machine.put("gitmem", says="")
    machine.data.write_text("a file where a folder should be")

    assert machine.hook("SessionStart") == ""


def test_the_server_is_the_clones_else_the_paths_else_uvxs(machine: Machine) -> None:
    machine.put("uvx")
    machine.serve()
    machine.put("gitmem")
    machine.serve()
    machine.set_up()
    machine.serve()

    asked = [line for line in machine.called if line]
    assert asked == ["uvx --from gitmem-cli gitmem mcp", "gitmem mcp", "launcher mcp"]


def test_the_server_is_told_whose_plugin_started_it(machine: Machine) -> None:
    (machine.bin / "gitmem").write_text(
        '#!/bin/sh\n# gitmem.__main__\nprintf %s "$GITMEM_PLUGIN" "$PWD"\n'
    )
    (machine.bin / "gitmem").chmod(0o755)
    below = machine.git.path / "a folder"
    below.mkdir()

    done = machine.serve(client="claude-code", CLAUDE_PROJECT_DIR=str(below))

    assert done.stdout == f"claude-code{below}"


def test_where_there_is_no_program_the_server_offers_nothing(machine: Machine) -> None:
    greeting: dict[str, object] = {
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18"},
        "id": 0,
    }
    asked: list[dict[str, object]] = [greeting, {"method": "notifications/initialized"}]
    asked.append({"id": "a b", "method": "ping"})

    done = machine.serve("".join(json.dumps({"jsonrpc": "2.0", **one}) + "\n" for one in asked))

    first, second = map(json.loads, done.stdout.splitlines())
    assert first["result"]["capabilities"] == {}
    assert first["result"]["protocolVersion"] == "2025-06-18"
    assert (second["id"], second["result"]) == ("a b", {})
    assert "uv tool install gitmem-cli" in done.stderr


def test_what_stands_in_a_clients_file_is_the_same_server(machine: Machine) -> None:
    """Codex and Cursor hold the script itself; a dollar with a brace would be theirs to replace."""
    text = inline("server.sh")
    machine.put("gitmem")

    machine.run(["sh", "-c", text, "gitmem", "codex"], "", {})

    assert "${" not in script("server.sh")
    assert machine.called == ["gitmem mcp"]
    for client, name in (("codex", ".mcp.json"), ("cursor", "mcp.json")):
        held = json.loads((PLUGINS / client / name).read_text())["mcpServers"]["gitmem"]
        assert held["args"] == ["-c", text, "gitmem", client]


def test_scripts_are_posix_sh() -> None:
    """SC3067: a test that POSIX lacks and every sh has, as in committed settings."""
    from tests.docs.test_ci_examples import check, tool

    for path in sorted(PLUGINS.glob("*/scripts/*.sh")):
        if path.parts[-3] != "source":
            assert os.access(path, os.X_OK)
            check(tool("shellcheck"), "--shell=sh", "--exclude=SC3067", str(path))
