"""The server: greets its client and says what it offers before anything is loaded.

What has to be looked up waits in line for one thread, which loads the rest of gitmem when the
first call comes; the protocol is served meanwhile.  Standard output carries the protocol and
nothing else; the server ends when its input does.  A client starts one for each session, and most
sessions never ask: so nothing is loaded in advance.
"""

from __future__ import annotations

import os
import sys
from threading import Event

from gitmem.mcp.offers import (
    CAPABILITIES,
    INSTRUCTIONS,
    PROMPTS,
    RESOURCES,
    SERVER,
    TEMPLATES,
    TOOLS,
    VERSIONS,
)
from gitmem.mcp.wire import (
    INTERNAL_ERROR,
    INVALID_PARAMETERS,
    INVALID_REQUEST,
    NO_SUCH_METHOD,
    Failure,
    Wire,
)

TYPE_CHECKING = False  # see wire
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from queue import SimpleQueue
    from typing import Any, BinaryIO, Protocol

    class Lookup(Protocol):
        """What answers the calls; see :class:`gitmem.mcp.calls.Calls`."""

        def result_of(self, method: str, parameters: dict[str, Any]) -> dict[str, Any]:
            """What the call leads to, or a Failure."""

        def wake(self) -> None:
            """Nobody waits: look for changes."""

        def close(self) -> None:
            """The client is gone."""


Value = dict[str, object]

_LISTS: dict[str, Value] = {
    "ping": {},
    "resources/list": {"resources": RESOURCES},
    "resources/templates/list": {"resourceTemplates": TEMPLATES},
    "prompts/list": {"prompts": PROMPTS},
}
_CALLS = frozenset({"tools/call", "resources/read", "prompts/get"})
_PATIENCE_SECONDS = 2.0
_CODEX = "codex-mcp-client"


class Request:
    """A request that waits for its answer; one that the client has given up is not answered."""

    def __init__(self, number: object, method: str, parameters: Value) -> None:
        self.id = number
        self.method = method
        self.parameters = parameters
        self.is_cancelled = False


class Server:
    """Serves one client; ``load`` is called by the thread that looks things up, when it must."""

    def __init__(
        self,
        wire: Wire,
        load: Callable[[], Lookup],
        tools: Sequence[Value] = TOOLS,
        instructions: str = INSTRUCTIONS,
        answer_hook: Callable[[str, Mapping[str, Any]], str] | None = None,
    ) -> None:
        self._wire = wire
        self._load = load
        self._tools = tools
        self._instructions = instructions
        self._answer_hook = answer_hook
        self._calls: Lookup | None = None
        self._waiting: SimpleQueue[Request | None] | None = None
        self._open: dict[object, Request] = {}
        self._has_ended = Event()

    def run(self) -> None:
        """Serve until the input ends; what was asked by then gets two more seconds."""
        for message in self._wire.messages():
            self._take(message)
        if self._waiting is not None:
            self._waiting.put(None)
            self._has_ended.wait(_PATIENCE_SECONDS)

    def _take(self, message: object) -> None:
        if not isinstance(message, dict):
            self._wire.refuse(None, INVALID_REQUEST, "a message is a JSON object")
            return
        number, method = message.get("id"), message.get("method")
        parameters = message.get("params", {})
        if not isinstance(method, str):
            if "result" not in message and "error" not in message:  # nothing is asked of clients
                self._wire.refuse(_readable(number), INVALID_REQUEST, "there is no method")
        elif "id" not in message:
            if method == "notifications/cancelled" and isinstance(parameters, dict):
                self._cancel(parameters.get("requestId"))
        elif _readable(number) is None or message.get("jsonrpc") != "2.0":
            self._wire.refuse(_readable(number), INVALID_REQUEST, "this is not JSON-RPC 2.0")
        elif not isinstance(parameters, dict):
            self._wire.refuse(number, INVALID_PARAMETERS, "'params' is not an object")
        else:
            self._answer(Request(number, method, parameters))

    def _answer(self, request: Request) -> None:
        if request.method in _CALLS:
            self._open[request.id] = request
            self._line_up(request)
        elif request.method == "initialize":
            self._greet(request)
        elif request.method == "tools/list":
            self._wire.answer(request.id, {"tools": self._tools})
        elif request.method in _LISTS:
            self._wire.answer(request.id, _LISTS[request.method])
        else:
            told = f"there is no method '{request.method[:100]}'"
            self._wire.refuse(request.id, NO_SUCH_METHOD, told)

    def _greet(self, request: Request) -> None:
        asked = request.parameters.get("protocolVersion")
        if not isinstance(asked, str):
            self._wire.refuse(request.id, INVALID_PARAMETERS, "'protocolVersion' is missing")
            return
        client = request.parameters.get("clientInfo")
        if isinstance(client, dict) and client.get("name") == _CODEX:
            self._tools = _with_hook_tools(self._tools)
        greeting = {
            "protocolVersion": asked if asked in VERSIONS else VERSIONS[0],
            "capabilities": CAPABILITIES,
            "serverInfo": SERVER,
        }
        if self._instructions:
            greeting["instructions"] = self._instructions
        self._wire.answer(request.id, greeting)

    def _cancel(self, number: object) -> None:
        request = self._open.get(number) if isinstance(number, (str, int, float)) else None
        if request is not None:
            request.is_cancelled = True

    def _line_up(self, request: Request) -> None:
        if self._waiting is None:
            from queue import SimpleQueue
            from threading import Thread

            self._waiting = SimpleQueue()
            Thread(target=self._work, args=(self._waiting,), daemon=True).start()
        self._waiting.put(request)

    def _work(self, waiting: SimpleQueue[Request | None]) -> None:
        """Answer the calls one after the other: the index belongs to one thread."""
        while (request := waiting.get()) is not None:
            if not request.is_cancelled:
                self._look_up(request)
            self._open.pop(request.id, None)
            if self._calls is not None and waiting.empty():
                self._calls.wake()
        if self._calls is not None:
            self._calls.close()
        self._has_ended.set()

    def _look_up(self, request: Request) -> None:
        if (told := self._told_to_hook(request)) is not None:
            content = [{"type": "text", "text": told}]
            if not request.is_cancelled:
                self._wire.answer(request.id, {"content": content, "isError": False})
            return
        refusal: Failure | None = None
        try:
            if self._calls is None:
                self._calls = self._load()
            result = self._calls.result_of(request.method, request.parameters)
        except Failure as failure:
            refusal = failure
        except Exception as error:  # noqa: BLE001 - such as a half upgraded gitmem
            refusal = Failure(INTERNAL_ERROR, f"gitmem cannot be loaded: {error}")
        if request.is_cancelled:
            return
        if refusal is None:
            self._wire.answer(request.id, result)
        else:
            self._wire.refuse(request.id, refusal.code, refusal.message)

    def _told_to_hook(self, request: Request) -> str | None:
        """What a hook of the client is told; None for a call of another kind.

        Somebody waits for it: the rest of what calls need is not loaded for this.
        """
        from gitmem.mcp.hook_offers import HOOK_NAMES

        name, given = request.parameters.get("name"), request.parameters.get("arguments")
        if request.method != "tools/call" or not isinstance(name, str) or name not in HOOK_NAMES:
            return None
        if self._answer_hook is None or not isinstance(given, dict):
            return ""
        return self._answer_hook(name, given)


def serve(
    environ: Mapping[str, str],
    answer_hook: Callable[[str, Mapping[str, Any], Mapping[str, str]], str] | None = None,
) -> None:
    """Serve on this process's own streams until the input ends, then end the process.

    ``answer_hook`` gives what a client's hook is told that calls a tool (:mod:`.hook_offers`) with
    these arguments in this environment.
    """

    def load() -> Lookup:
        from gitmem.mcp.calls import Calls

        return Calls(environ)

    def told(tool: str, given: Mapping[str, Any]) -> str:
        return answer_hook(tool, given, environ) if answer_hook else ""

    tools, instructions = _offers(environ)
    try:
        Server(Wire(sys.stdin.buffer, _own_output()), load, tools, instructions, told).run()
    except KeyboardInterrupt:
        os._exit(130)
    # Nobody is reading any more: a call that is still being answered must not keep the process.
    os._exit(0)


def _offers(environ: Mapping[str, str]) -> tuple[Sequence[Value], str]:
    """The tools and what is said of them; a plugin's server has tools for hooks as well."""
    if "GITMEM_PLUGIN" not in environ:
        return TOOLS, INSTRUCTIONS
    from gitmem.mcp.plugin_offers import plugin_offers

    return plugin_offers(environ)


def _with_hook_tools(tools: Sequence[Value]) -> Sequence[Value]:
    """For Codex, which hides them from its model, and takes a project's server of our name for its
    plugin's.
    """
    from gitmem.mcp.hook_offers import HOOK_TOOLS

    return tools if HOOK_TOOLS[0] in tools else (*tools, *HOOK_TOOLS)


def _own_output() -> BinaryIO:
    """Standard output for us alone: what anything else prints goes where errors go."""
    own = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return own


def _readable(number: object) -> object:
    """The id, if it is one."""
    if isinstance(number, float):
        return number if number - number == 0 else None  # neither infinite nor "not a number"
    is_id = isinstance(number, (str, int)) and not isinstance(number, bool)
    return number if is_id else None
