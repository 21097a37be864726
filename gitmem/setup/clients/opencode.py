"""OpenCode: a plugin of ours in the project's ``.opencode/plugins``, which the client loads itself.

The file is ours as a whole: between two lines that mark it stands the program; what a person adds
outside of them stays theirs, and a file of that name without the marks is somebody else's.
The program calls the launcher of the clone as the hooks of other clients do.  It never throws,
waits for no hook longer than its limit, and where gitmem is not set up it says nothing.
Pure: bytes in, bytes out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from gitmem.setup.clients.client_setup import ClientFile, ClientSetup
from gitmem.setup.launcher_line import FIND_LAUNCHER

PROJECT_FILE = ".opencode/plugins/gitmem.js"
_BEGIN = "// gitmem: begin. Made by `gitmem init`, taken away by `gitmem uninstall`."
_END = "// gitmem: end."
_OURS = re.compile(
    re.escape(_BEGIN.partition(".")[0]) + r"[^\n]*\n.*?" + re.escape(_END) + r"[^\n]*\n?", re.DOTALL
)

# One process a hook; `call` gives what it says in the time it has; undefined where it failed.
# A session that the client began is remembered with its parent: a subagent's is a part of that one.
# Behind a command Python starts only where git noted a commit of the session, as in the launcher.
_PROGRAM = r"""
import { spawn } from "node:child_process"

const FIND =
  @FIND@
const LIMITS = { SessionStart: 8000 } // milliseconds; all others have 5000
// What depends on the folder one is in is no place to look for a program: a clone may bring it.
const PATH =
  (process.env.PATH || "")
    .split(":")
    .filter((place) => place.startsWith("/"))
    .join(":") || "/usr/bin:/bin"
const TOOLS = new Set(["read", "edit", "write", "multiedit", "apply_patch", "bash"])

export const Gitmem = async ({ client, directory }) => {
  const known = new Map()
  const told = new Set()
  const call = (event, payload) =>
    new Promise((done) => {
      const isCommand = payload.tool_name === "bash"
      const only = isCommand ? ' && [ -f "$(dirname "$g")/commits/$s" ]' : ""
      const words = `${event}${isCommand ? " Bash" : ""} --client opencode`
      const child = spawn("sh", ["-c", `${FIND}${only} && exec "$g" hook ${words}; exit 0`], {
        cwd: directory,
        detached: true,
        env: { ...process.env, PATH, s: payload.session_id },
        stdio: ["pipe", "pipe", "ignore"],
      })
      let text = ""
      const end = () => {
        clearTimeout(timer)
        try {
          done(text && (JSON.parse(text).context || ""))
        } catch {
          done()
        }
      }
      const timer = setTimeout(() => {
        try {
          process.kill(-child.pid, "SIGKILL")
        } catch {}
        done()
      }, LIMITS[event] || 5000)
      child.on("error", () => done())
      child.on("close", end)
      child.stdin.on("error", () => {})
      child.stdout.on("data", (data) => (text += data))
      child.stdin.end(JSON.stringify({ hook_event_name: event, cwd: directory, ...payload }))
    })
  const find = async (id) => {
    if (!known.has(id)) {
      const info = (await client.session.get({ path: { id } })).data || {}
      known.set(id, { parent: info.parentID, source: "resume" })
    }
    const { parent, source } = known.get(id)
    if (!parent) return { session_id: id, source }
    return { session_id: (await find(parent)).session_id, agent_id: id }
  }
  const safely = (work) => async (input, output) => {
    try {
      await work(input, output)
    } catch {}
  }
  return {
    event: safely(async ({ event }) => {
      const { info, sessionID } = event.properties || {}
      if (event.type === "session.created") {
        known.set(info.id, { parent: info.parentID, source: "startup" })
      } else if (event.type === "session.compacted") {
        told.delete(sessionID)
        known.set(sessionID, { ...known.get(sessionID), source: "compact" })
      } else if (event.type === "session.idle") {
        const who = await find(sessionID)
        if (!who.agent_id) await call("Stop", who)
      }
    }),
    "chat.message": safely(async ({ sessionID }, { message, parts }) => {
      const last = parts[parts.length - 1]
      if (!last || !last.id) return // nothing can be put behind it: the next message is told
      const who = await find(sessionID)
      const typed = parts.filter((part) => part.type === "text" && !part.synthetic)
      const prompt = typed.map((part) => part.text).join("\n")
      const says = []
      if (!told.has(sessionID)) {
        told.add(sessionID)
        const start = await call(who.agent_id ? "SubagentStart" : "SessionStart", who)
        if (start === undefined) told.delete(sessionID)
        says.push(start)
      }
      if (!who.agent_id && prompt) {
        says.push(await call("UserPromptSubmit", { ...who, prompt }))
      }
      const text = says.filter(Boolean).join("\n")
      if (!text) return
      const chance = `${Math.random().toString(36).slice(2)}${"0".repeat(12)}`.slice(0, 12)
      const id = `${last.id.slice(0, 16)}zz${chance}` // behind the others of the message
      parts.push({ id, sessionID, messageID: message.id, type: "text", synthetic: true, text })
    }),
    "tool.execute.after": safely(async ({ tool, sessionID, args }, output) => {
      if (!TOOLS.has(tool) || typeof output.output !== "string") return
      const files = (output.metadata || {}).files || []
      const edit = (one) => ({ old_string: one.oldString, new_string: one.newString })
      const { filePath, offset, limit, content, edits } = args
      const asked = { file_path: filePath, offset, limit, content, ...edit(args) }
      if (edits) asked.edits = edits.map(edit)
      if (tool === "apply_patch" && files[0]) {
        Object.assign(asked, { file_path: files[0].filePath, edits: [] })
      }
      const who = await find(sessionID)
      const tool_input = tool === "bash" ? {} : asked
      const text = await call("PostToolUse", { ...who, tool_name: tool, tool_input })
      if (text) output.output += `\n\n${text}`
    }),
    "shell.env": safely(async ({ sessionID }, output) => {
      if (sessionID) output.env.GITMEM_SESSION_ID = (await find(sessionID)).session_id
    }),
  }
}
"""
PLUGIN = "\n".join(
    [_BEGIN, _PROGRAM.strip().replace("@FIND@", json.dumps(FIND_LAUNCHER)), _END, ""]
)
"""The file's content as we write it."""


def with_us(content: bytes | None) -> bytes:
    """The file with our program in its present form; one that is somebody else's as it is."""
    if content is None or not content.strip():
        return PLUGIN.encode()
    text = content.decode("utf-8", "surrogateescape")
    return _OURS.sub(lambda _: PLUGIN, text, count=1).encode("utf-8", "surrogateescape")


def without_us(content: bytes) -> bytes:
    """The file without our program."""
    text = content.decode("utf-8", "surrogateescape")
    return _OURS.sub("", text).encode("utf-8", "surrogateescape")


def has_us(content: bytes) -> bool:
    """Whether our present program is there, once."""
    found = _OURS.findall(content.decode("utf-8", "surrogateescape"))
    return found == [PLUGIN]


def conflict(content: bytes) -> str:
    """Why a file of that name is left alone: it has a content, and no mark of ours."""
    if not content.strip() or _OURS.search(content.decode("utf-8", "surrogateescape")):
        return ""
    return f"'{PROJECT_FILE}' is somebody else's: it was left alone, and OpenCode is not told"


def user_plugin(environ: Mapping[str, str]) -> Path:
    """The same file among the person's own plugins."""
    config = environ.get("XDG_CONFIG_HOME") or f"{environ.get('HOME') or '/'}/.config"
    return Path(config) / "opencode" / "plugins" / "gitmem.js"


def _homes(environ: Mapping[str, str]) -> list[Path]:
    home = environ.get("HOME") or "/"
    data = environ.get("XDG_DATA_HOME") or f"{home}/.local/share"
    config = environ.get("XDG_CONFIG_HOME") or f"{home}/.config"
    return [Path(data) / "opencode", Path(config) / "opencode", Path(home) / ".opencode"]


CLIENT = ClientSetup(
    name="opencode",
    title="OpenCode",
    files=(
        ClientFile(
            path=PROJECT_FILE,
            what="a plugin for OpenCode",
            with_us=with_us,
            without_us=without_us,
            has_us=has_us,
            is_same=lambda one, other: one.split() == other.split(),
            is_nothing=lambda content: not content.strip(),
            conflict=conflict,
            user_path=user_plugin,
        ),
    ),
    programs=("opencode",),
    homes=_homes,
    folder=".opencode",
)
