"""The plugins' folders hold what the generator makes, in the forms of their clients."""

from __future__ import annotations

import json
import re
import shlex
from typing import Any

import pytest

from gitmem.cli.main import cli
from gitmem.mcp.hook_offers import HOOK_TOOLS
from gitmem.model.release import VERSION
from gitmem.notes.yaml_subset import parse_yaml
from gitmem.setup.clients.claude_code import TIMEOUTS
from tests.docs.generate import context_of
from tests.plugins.generate import CLIENTS, PLUGINS, SKILLS, TOP, files

MANIFESTS = {
    "claude": ".claude-plugin/plugin.json",
    "codex": ".codex-plugin/plugin.json",
    "cursor": ".cursor-plugin/plugin.json",
    "gemini": "gemini-extension.json",
}
CODEX_EVENTS = {
    *("SessionStart", "UserPromptSubmit", "PostToolUse", "SubagentStart", "Stop", "SessionEnd"),
    *("PreCompact", "PostCompact", "SubagentStop", "StopFailure", "Interrupt"),
}
EVENTS = {
    "claude": {*TIMEOUTS},
    "codex": CODEX_EVENTS,
    "cursor": {"sessionStart", "beforeSubmitPrompt", "postToolUse", "stop", "subagentStart"},
    "gemini": {"SessionStart", "BeforeAgent", "AfterTool", "AfterAgent", "SessionEnd"},
}


def load(client: str, name: str) -> Any:
    return json.loads((PLUGINS / client / name).read_text("utf-8"))


def test_every_file_is_what_the_generator_makes() -> None:
    """Else: ``python -m tests.plugins.generate``."""
    made = files()
    there = {
        path.relative_to(TOP).as_posix(): path.read_text("utf-8")
        for folder in (*CLIENTS, "../.claude-plugin", "../.agents/plugins")
        for path in (PLUGINS / folder).resolve().rglob("*")
        if path.is_file()
    }

    assert sorted(there) == sorted(made)
    assert there == made


def test_no_link_leads_out_of_a_folder_that_a_client_copies() -> None:
    assert [path for path in PLUGINS.rglob("*") if path.is_symlink()] == []


@pytest.mark.parametrize("client", CLIENTS)
def test_the_version_is_this_one(client: str) -> None:
    assert load(client, MANIFESTS[client])["version"] == VERSION


@pytest.mark.parametrize("client", CLIENTS)
def test_the_name_is_one_that_every_market_takes(client: str) -> None:
    assert load(client, MANIFESTS[client])["name"] == "gitmem"


def test_codex_finds_no_manifest_of_the_open_standard() -> None:
    """It would run none of the hooks beside it."""
    assert not (PLUGINS / "codex" / "plugin.json").exists()


@pytest.mark.parametrize("client", CLIENTS)
def test_hooks_are_of_events_that_the_client_has_and_never_before_a_tool(client: str) -> None:
    events = load(client, "hooks/hooks.json")["hooks"]

    assert {*events} <= EVENTS[client]
    assert not [event for event in events if "pretooluse" in event.lower()]


@pytest.mark.parametrize("client", ["claude", "codex", "gemini"])
def test_what_a_hook_starts_is_in_the_folder(client: str) -> None:
    found = commands(client)

    assert found
    for command in found:
        words = shlex.split(command)
        (script,) = [word for word in words if word.endswith(".sh")]
        relative = re.sub(r"^(\$\{\w+\}|\.)/", "", script)
        assert (PLUGINS / client / relative).is_file()


def commands(client: str) -> list[str]:
    """Every command of the plugin's hooks."""
    found = []
    for entries in load(client, "hooks/hooks.json")["hooks"].values():
        for entry in entries:
            found += [hook["command"] for hook in entry.get("hooks", [entry]) if "command" in hook]
    return found


@pytest.mark.parametrize("client", CLIENTS)
def test_no_version_stands_in_a_command(client: str) -> None:
    """Codex trusts a hook by the hash of its text."""
    assert not [command for command in commands(client) if VERSION in command]


@pytest.mark.parametrize(
    ("client", "server"), [("claude", "plugin:gitmem:gitmem"), ("codex", "gitmem")]
)
def test_the_hooks_that_ask_the_server_name_what_it_has(client: str, server: str) -> None:
    schemas: dict[str, Any] = {str(tool["name"]): tool["inputSchema"] for tool in HOOK_TOOLS}
    events = load(client, "hooks/hooks.json")["hooks"]
    calls = [
        hook
        for groups in events.values()
        for group in groups
        for hook in group["hooks"]
        if hook["type"] == "mcp_tool"
    ]

    assert {call["tool"] for call in calls} == {*schemas}
    for call in calls:
        assert call["server"] == server
        assert {*call["input"]} <= {*schemas[call["tool"]]["properties"]}


RECORDED = {
    "UserPromptSubmit": ("UserPromptSubmit.json", "UserPromptSubmit-subagent.json"),
    "PostToolUse": ("PostToolUse-Bash.json", "PostToolUse-subagent.json"),
}


@pytest.mark.parametrize("event", RECORDED)
def test_codex_is_asked_for_no_field_that_an_event_may_lack(event: str) -> None:
    """It would call the hook failed."""
    ((group,),) = (load("codex", "hooks/hooks.json")["hooks"][event],)
    asked = {value[2:-1] for value in group["hooks"][0]["input"].values()}

    for name in RECORDED[event]:
        sent = json.loads((TOP / "tests/fixtures/codex/hooks" / name).read_text("utf-8"))
        assert asked <= {*sent}


def test_claudes_hooks_are_those_of_committed_settings() -> None:
    events = load("claude", "hooks/hooks.json")["hooks"]
    seconds = {
        event: {h["timeout"] for g in groups for h in g["hooks"]}
        for event, groups in events.items()
    }

    assert seconds == {event: {limit} for event, limit in TIMEOUTS.items()}


def test_both_markets_lead_to_a_plugins_folder() -> None:
    claude = json.loads((TOP / ".claude-plugin/marketplace.json").read_text("utf-8"))
    codex = json.loads((TOP / ".agents/plugins/marketplace.json").read_text("utf-8"))

    assert [TOP / one["source"] for one in claude["plugins"]] == [PLUGINS / "claude"]
    assert [TOP / one["source"]["path"] for one in codex["plugins"]] == [PLUGINS / "codex"]
    assert claude["name"] == codex["name"] == "gitmem"


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", SKILLS)
def test_a_skill_has_the_front_matter_that_all_clients_read(client: str, name: str) -> None:
    text = (PLUGINS / client / "skills" / name / "SKILL.md").read_text("utf-8")
    _, head, body = text.split("---\n", 2)
    fields = dict(line.split(": ", 1) for line in head.splitlines())

    assert fields["name"] == name
    assert 40 < len(fields["description"]) <= 1024
    assert ": " not in fields["description"]  # else it is no plain YAML
    assert body.strip()
    assert text == (PLUGINS / "source/skills" / name / "SKILL.md").read_text("utf-8")


@pytest.mark.parametrize("name", SKILLS)
def test_what_a_skill_tells_to_run_is_understood(name: str) -> None:
    """Each command and option is there."""
    text = (PLUGINS / "source/skills" / name / "SKILL.md").read_text("utf-8")
    fenced = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [line for block in fenced for line in block.splitlines() if line.startswith("gitmem ")]

    assert lines
    for line in lines:
        _, command, *words = shlex.split(line.split(" <<")[0])
        found = cli.get_command(context_of(cli, "gitmem"), command)
        assert found is not None, command
        found.make_context(command, words, resilient_parsing=False).close()


def _parsed(text: str) -> Any:
    return parse_yaml(text)


def test_skills_are_written_in_the_yaml_that_we_read_ourselves() -> None:
    for name in SKILLS:
        text = (PLUGINS / "source/skills" / name / "SKILL.md").read_text("utf-8")
        assert {"name": name}.items() <= dict(_parsed(text.split("---\n")[1])).items()


def test_nothing_of_a_machine_stands_in_a_plugin() -> None:
    for path in [path for path in PLUGINS.rglob("*") if path.is_file()]:
        text = path.read_text("utf-8")
        assert not re.search(r"/(home|root|Users|tmp)/", text), path


def test_the_sources_are_all_used() -> None:
    used = {"README.md", *(f"install/{client}.md" for client in CLIENTS)}
    used |= {f"skills/{name}/SKILL.md" for name in SKILLS}
    used |= {f"scripts/{name}.sh" for name in ("hook", "server", "is_ours")}
    source = PLUGINS / "source"

    there = {str(path.relative_to(source)) for path in source.rglob("*") if path.is_file()}
    assert there == used
