"""The plugin for OpenCode: a file of ours as a whole, next to what a person puts there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from gitmem.setup.clients.opencode import (
    CLIENT,
    PLUGIN,
    PROJECT_FILE,
    conflict,
    has_us,
    with_us,
    without_us,
)
from tests.support.cli import gitmem
from tests.support.git import GitDriver

OURS = PLUGIN.encode()
FOREIGN = b'export const Mine = async () => ({ event: async () => console.log("gitmem") })\n'


def test_adding_and_taking_out() -> None:
    assert with_us(None) == with_us(b"") == with_us(OURS) == OURS
    assert has_us(OURS)
    assert without_us(OURS) == b""


def test_what_a_person_adds_around_it_stays() -> None:
    mine = FOREIGN + OURS + b"// mine\r\n"

    assert has_us(mine)
    assert with_us(mine) == mine
    assert without_us(mine) == FOREIGN + b"// mine\r\n"


def test_an_older_form_is_replaced() -> None:
    older = OURS.replace(b"5000", b"7000").replace(b"Made by", b"Put here by")

    assert not has_us(older)
    assert with_us(b"// a\n" + older) == b"// a\n" + OURS
    assert without_us(b"// a\n" + older) == b"// a\n"


def test_a_file_of_somebody_else_is_left_alone() -> None:
    assert with_us(FOREIGN) == without_us(FOREIGN) == FOREIGN
    assert not has_us(FOREIGN)
    assert "somebody else's" in conflict(FOREIGN)
    assert conflict(OURS) == conflict(b"") == ""
    assert without_us(b"\xff\xfe") == b"\xff\xfe"


def test_init_and_uninstall_are_exact(committed: GitDriver) -> None:
    before = committed.out("status", "--porcelain", "--ignored")

    assert gitmem(committed, "init", "--agent", "opencode").returncode == 0
    path = committed.path / PROJECT_FILE
    assert path.read_bytes() == OURS
    assert gitmem(committed, "uninstall").returncode == 0

    assert not (committed.path / ".opencode").exists()
    assert committed.out("status", "--porcelain", "--ignored") == before


def test_a_persons_own_plugins(committed: GitDriver) -> None:
    path = committed.home / ".config/opencode/plugins/gitmem.js"

    assert gitmem(committed, "init", "--user", "--agent", "opencode").returncode == 0
    assert path.read_bytes() == OURS
    assert not (committed.path / ".opencode").exists()
    assert gitmem(committed, "uninstall", "--user").returncode == 0

    assert not path.exists()


def test_init_leaves_a_foreign_plugin(committed: GitDriver) -> None:
    path = committed.path / PROJECT_FILE
    path.parent.mkdir(parents=True)
    path.write_bytes(FOREIGN)

    done = gitmem(committed, "init")

    assert path.read_bytes() == FOREIGN
    assert "somebody else's" in done.stdout + done.stderr
    assert gitmem(committed, "uninstall").returncode == 0
    assert path.read_bytes() == FOREIGN


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        (".local/share/opencode", ""),
        (".config/opencode", ""),
        ("elsewhere/opencode", "XDG_DATA_HOME"),
        ("elsewhere/opencode", "XDG_CONFIG_HOME"),
    ],
)
def test_it_is_here_where_its_folder_is(tmp_path: Path, name: str, variable: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    environ = {
        "HOME": str(tmp_path),
        **({variable: str(tmp_path / "elsewhere")} if variable else {}),
    }
    assert not CLIENT.is_here(work, environ)

    (tmp_path / name).mkdir(parents=True)

    assert CLIENT.is_here(work, environ)


DRIVE = """
import { writeFileSync } from "node:fs"
import { Gitmem } from "./gitmem.mjs"
const sessions = { ses_old: { id: "ses_old" }, ses_kid: { id: "ses_kid", parentID: "ses_new" } }
const client = { session: { get: async ({ path }) => {
  if (!sessions[path.id]) throw new Error("no such session")
  return { data: sessions[path.id] }
} } }
const hooks = await Gitmem({ client, directory: process.argv[2] })
const said = []
const message = async (sessionID, text) => {
  const part = { id: "prt_226a58b9a0017ryMflUSGrGZsG", type: "text", text }
  const output = { message: { id: "msg_1" }, parts: [part, { type: "text", synthetic: true }] }
  output.parts[1].id = part.id
  await hooks["chat.message"]({ sessionID }, output)
  said.push(output.parts.slice(2).map((one) => [one.synthetic, one.id > part.id, one.text]))
}
await hooks.event({ event: { type: "session.created", properties: { info: { id: "ses_new" } } } })
await message("ses_new", "why?")
await message("ses_new", "and then?")
await message("ses_kid", "a task")
await message("ses_old", "go on")
await hooks.event({ event: { type: "session.compacted", properties: { sessionID: "ses_new" } } })
await message("ses_new", "again")
for (const [tool, args, metadata] of [
  ["read", { filePath: "/w/a.py", offset: 3, limit: 2 }],
  ["edit", { filePath: "/w/a.py", oldString: "a", newString: "b" }],
  ["apply_patch", { patchText: "" }, { files: [{ filePath: "/w/b.py" }] }],
  ["bash", { command: "git commit" }],
  ["glob", { pattern: "*" }],
]) {
  const output = { title: "", output: "answer", metadata }
  await hooks["tool.execute.after"]({ tool, sessionID: "ses_new", callID: "c", args }, output)
  said.push(output.output)
}
const shell = { env: {} }
await hooks["shell.env"]({ sessionID: "ses_kid" }, shell)
said.push(shell.env)
const idle = (sessionID) => ({ event: { type: "session.idle", properties: { sessionID } } })
await hooks.event(idle("ses_kid"))
await hooks.event(idle("ses_new"))
for (const broken of [undefined, {}, { event: {} }, { sessionID: 7, args: 3, tool: "edit" }]) {
  for (const hook of Object.values(hooks)) await hook(broken, broken)
}
writeFileSync(process.argv[3], JSON.stringify(said))
"""
LAUNCHER = """#!/bin/sh
{ printf '%s ' "$@"; cat; echo; } >>"${0%/*}/calls"
[ "$2" = "$SLOW" ] && sleep 60
[ "$2" = Stop ] || printf '{"context": "says %s"}' "$2"
"""


def drive(tmp_path: Path, environ: dict[str, str] | None = None, *, is_set_up: bool = True) -> Path:
    """A repository in which the plugin was called with all that the client calls it with."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("'node' is not installed")
    work = tmp_path / "work"
    state = work / ".git" / "gitmem"
    (state / "commits").mkdir(parents=True)
    (state / "commits" / "ses_new").touch()
    if is_set_up:
        (state / "run").write_text(LAUNCHER)
        (state / "run").chmod(0o755)
    (tmp_path / "gitmem.mjs").write_text(PLUGIN)
    (tmp_path / "drive.mjs").write_text(DRIVE)
    subprocess.run(
        [node, "drive.mjs", str(work), str(tmp_path / "said.json")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SLOW": "none", **(environ or {})},
        check=True,
        timeout=120,
    )
    return work


def test_the_plugin_tells_what_the_hooks_say(tmp_path: Path) -> None:
    """A start once and again after a compaction, a subagent apart, a session's end of turn."""
    work = drive(tmp_path)

    said = json.loads((tmp_path / "said.json").read_text())
    both = "says SessionStart\nsays UserPromptSubmit"
    assert said[:5] == [
        [[True, True, both]],
        [[True, True, "says UserPromptSubmit"]],
        [[True, True, "says SubagentStart"]],
        [[True, True, both]],
        [[True, True, both]],
    ]
    assert said[5:9] == ["answer\n\nsays PostToolUse"] * 4
    assert said[9:] == ["answer", {"GITMEM_SESSION_ID": "ses_new"}]
    calls = [
        line.split(" --client opencode ")
        for line in (work / ".git/gitmem/calls").read_text().splitlines()
    ]
    payloads = [(words, json.loads(payload)) for words, payload in calls]
    assert [
        (words, payload["session_id"], payload.get("source"), payload.get("agent_id"))
        for words, payload in payloads
        if "Start" in words
    ] == [
        ("hook SessionStart", "ses_new", "startup", None),
        ("hook SubagentStart", "ses_new", None, "ses_kid"),
        ("hook SessionStart", "ses_old", "resume", None),
        ("hook SessionStart", "ses_new", "compact", None),
    ]
    assert [payload["session_id"] for words, payload in payloads if "Stop" in words] == ["ses_new"]
    tools = [(words, payload["tool_input"]) for words, payload in payloads if "Tool" in words]
    assert tools == [
        ("hook PostToolUse", {"file_path": "/w/a.py", "offset": 3, "limit": 2}),
        ("hook PostToolUse", {"file_path": "/w/a.py", "old_string": "a", "new_string": "b"}),
        ("hook PostToolUse", {"file_path": "/w/b.py", "edits": []}),
        ("hook PostToolUse Bash", {}),
    ]


def test_the_plugin_is_silent_where_gitmem_is_not_set_up(tmp_path: Path) -> None:
    drive(tmp_path, is_set_up=False)

    said = json.loads((tmp_path / "said.json").read_text())
    assert said[:5] == [[]] * 5
    assert said[5:10] == ["answer"] * 5


def test_a_command_without_a_commit_starts_nothing(tmp_path: Path) -> None:
    """Behind each command Python would cost more than most commands take."""
    work = drive(tmp_path)
    (work / ".git/gitmem/calls").unlink()
    shutil.rmtree(work / ".git/gitmem/commits")
    subprocess.run(
        [str(shutil.which("node")), "drive.mjs", str(work), str(tmp_path / "said.json")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SLOW": "none"},
        check=True,
        timeout=120,
    )

    assert "PostToolUse Bash" not in (work / ".git/gitmem/calls").read_text()


FAILING = """
import { writeFileSync, rmSync } from "node:fs"
import { Gitmem } from "./gitmem.mjs"
const [, , directory, said, run] = process.argv
const hooks = await Gitmem({ client: { session: { get: async () => ({}) } }, directory })
const told = []
for (const id of [undefined, "prt_1", "prt_2", "prt_3"]) {
  const parts = [{ id, type: "text", text: "why?" }]
  await hooks["chat.message"]({ sessionID: "ses_a" }, { message: { id: "m" }, parts })
  told.push(parts.slice(1).map((part) => part.text))
  if (id === "prt_1") rmSync(`${directory}/.git/gitmem/fails`)
}
writeFileSync(said, JSON.stringify(told))
"""


def test_a_start_that_failed_is_told_with_the_next_message(tmp_path: Path) -> None:
    """Neither a message that nothing can be put behind nor a hook that died counts as told."""
    work = drive(tmp_path)
    state = work / ".git/gitmem"
    (state / "fails").touch()
    fails = '[ -f "${0%/*}/fails" ] && [ "$2" = SessionStart ] && printf "{" && exit 1\n'
    (state / "run").write_text(LAUNCHER.replace("{ printf", f"{fails}{{ printf", 1))
    (tmp_path / "failing.mjs").write_text(FAILING)

    subprocess.run(
        [str(shutil.which("node")), "failing.mjs", str(work), str(tmp_path / "said.json")],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "SLOW": "none"},
        check=True,
        timeout=120,
    )

    prompt = "says UserPromptSubmit"
    assert json.loads((tmp_path / "said.json").read_text()) == [
        [],
        [prompt],
        [f"says SessionStart\n{prompt}"],
        [prompt],
    ]


@pytest.mark.parametrize("path", [".::/usr/bin:/bin", "tools:/usr/bin:/bin:"])
def test_no_program_of_the_folder_that_is_open_is_run(tmp_path: Path, path: str) -> None:
    for folder in (tmp_path / "work", tmp_path / "work/tools"):
        folder.mkdir(parents=True)
        for name in ("sh", "cat", "dirname", "git"):
            (folder / name).write_text(f"#!/bin/sh\n>{tmp_path}/ran\n")
            (folder / name).chmod(0o755)

    work = drive(tmp_path, {"PATH": path})

    assert (work / ".git/gitmem/calls").exists()
    assert not (tmp_path / "ran").exists()


@pytest.mark.slow
def test_a_hook_that_hangs_is_ended(tmp_path: Path) -> None:
    work = drive(tmp_path, {"SLOW": "SubagentStart"})

    said = json.loads((tmp_path / "said.json").read_text())
    assert said[2] == []
    assert said[3] != []
    found = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=False)
    assert f"{work}/.git/gitmem/run hook SubagentStart" not in found.stdout
