"""A client's calls, answered by the tools: in the protocol's form, with its errors."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import unquote

from gitmem.errors import GitmemError, UsageError
from gitmem.git.repo import find_enclosing_repo
from gitmem.mcp.answers import ToolReply, line
from gitmem.mcp.arguments import check_name, fit_arguments
from gitmem.mcp.offers import PROMPTS, RESOURCES, TEMPLATES, TEXT_TYPE, TOOLS
from gitmem.mcp.tools import Tools, client_folder
from gitmem.mcp.wire import INTERNAL_ERROR, INVALID_PARAMETERS, NO_SUCH_RESOURCE, Failure
from gitmem.state.error_log import append_log
from gitmem.state.known_repos import KnownRepos, known_repos_folder

Value = dict[str, Any]

_MOST_OF_MESSAGE = 500

_T = TypeVar("_T")

_TOOLS: dict[str, Callable[[Tools, Value], ToolReply]] = {
    "search": lambda tools, given: tools.search(
        query=given["query"],
        limit=given["limit"],
        offset=given["offset"],
        kinds=(given["type"], given["obs_type"]),
        project=given["project"],
        date_start=given["dateStart"],
        date_end=given["dateEnd"],
        order=given["orderBy"],
        files=given["files"],
        concepts=given["concepts"],
        author=given["author"],
        branch=given["branch"],
        beyond_head=given["all"],
    ),
    "timeline": lambda tools, given: tools.timeline(**{**given, "anchor": str(given["anchor"])}),
    "get_observations": lambda tools, given: tools.get_observations(
        ids=given["ids"], order=given["orderBy"], limit=given["limit"], project=given["project"]
    ),
    "why": lambda tools, given: tools.why(
        path=given["path"], start=given["line"], end=given["end_line"], limit=given["limit"]
    ),
    "remember": lambda tools, given: tools.remember(**given),
}
_SCHEMAS: dict[str, Any] = {str(tool["name"]): tool["inputSchema"] for tool in TOOLS}
_ARGUMENTS: dict[str, Any] = {str(prompt["name"]): prompt["arguments"] for prompt in PROMPTS}
_RESOURCES = frozenset(resource["uri"] for resource in RESOURCES)
_MEMORY = TEMPLATES[0]["uriTemplate"].removesuffix("{id}")


class Calls:
    """Answers calls from the memory of the client's repository; for one thread."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        known = KnownRepos(known_repos_folder(environ))
        self._tools = Tools(client_folder(environ), environ, known)

    def close(self) -> None:
        """Close the memory."""
        self._tools.close()

    def wake(self) -> None:
        """After an answer: look for changes."""
        self._try(self._tools.wake)

    def result_of(self, method: str, parameters: Value) -> Value:
        """The result of one of the three methods that look something up.

        Raises:
            Failure: there is no such tool, resource or prompt, or it could not be made.
        """
        if method == "tools/call":
            return self._call(parameters)
        if method == "resources/read":
            return self._read(parameters)
        return self._prompt(parameters)

    def _call(self, parameters: Value) -> Value:
        name, given = parameters.get("name"), parameters.get("arguments") or {}
        if not isinstance(name, str) or name not in _TOOLS:
            raise Failure(INVALID_PARAMETERS, f"there is no tool '{str(name)[:100]}'")
        if not isinstance(given, dict):
            raise Failure(INVALID_PARAMETERS, "'arguments' is not an object")
        found = self._try(lambda: _TOOLS[name](self._tools, fit_arguments(_SCHEMAS[name], given)))
        if isinstance(found, str):
            return {"content": [_text(found)], "isError": True}
        return {"content": [_text(found.text)], "structuredContent": found.fields, "isError": False}

    def _read(self, parameters: Value) -> Value:
        uri = parameters.get("uri")
        if not isinstance(uri, str) or not (uri in _RESOURCES or uri.startswith(_MEMORY)):
            raise Failure(NO_SUCH_RESOURCE, f"there is no resource '{str(uri)[:200]}'")
        text = self._must(lambda: self._resource(uri))
        return {"contents": [{"uri": uri, "mimeType": TEXT_TYPE, "text": text}]}

    def _resource(self, uri: str) -> str:
        if uri == "gitmem://context":
            return self._tools.context()
        if uri == "gitmem://recent":
            return self._tools.search().text
        name = check_name(unquote(uri.removeprefix(_MEMORY)), "uri")
        return self._tools.get_observations(ids=name).text

    def _prompt(self, parameters: Value) -> Value:
        name, given = parameters.get("name"), parameters.get("arguments") or {}
        if not isinstance(name, str) or name not in _ARGUMENTS:
            raise Failure(INVALID_PARAMETERS, f"there is no prompt '{str(name)[:100]}'")
        wanted = _ARGUMENTS[name][0]["name"]
        topic = given.get(wanted) if isinstance(given, dict) else None
        if not isinstance(topic, str):
            raise Failure(INVALID_PARAMETERS, f"'{wanted}' is missing")
        ask = self._explain if name == "explain" else self._recall
        content = _text(self._must(lambda: ask(topic)))
        return {"messages": [{"role": "user", "content": content}]}

    def _explain(self, place: str) -> str:
        answer = self._tools.why(path=check_name(place, "place"))
        return (
            f"Explain why {place} is as it is, from what is recorded below. Name the commits, say"
            " what was rejected and why, and say so if nothing is known.\n\n" + answer.text
        )

    def _recall(self, topic: str) -> str:
        answer = self._tools.search(query=topic, limit=10)
        return (
            f"Before we work on it: what do we know about {topic}? Start from the index below,"
            " fetch what matters with get_observations, and sum up decisions, pitfalls and what is"
            " still open.\n\n" + answer.text
        )

    def _must(self, work: Callable[[], str]) -> str:
        try:
            return work()
        except UsageError as error:
            raise Failure(INVALID_PARAMETERS, _refusal(error)) from error
        except GitmemError as error:
            raise Failure(INTERNAL_ERROR, _refusal(error)) from error
        except Exception as error:
            raise Failure(INTERNAL_ERROR, _report(traceback.format_exc())) from error

    def _try(self, work: Callable[[], _T]) -> _T | str:
        """What the work returns, or what to tell of its failure."""
        try:
            return work()
        except GitmemError as error:
            return _refusal(error)
        except Exception:  # noqa: BLE001 - the outermost frame: a bug is reported as one
            return _report(traceback.format_exc())


def _text(text: str) -> Value:
    return {"type": "text", "text": text}


def _refusal(error: GitmemError) -> str:
    """What to tell of a failure: the message may repeat what was sent, the hint is ours."""
    message = line(error.message, _MOST_OF_MESSAGE)
    return f"{message}. {error.hint}" if error.hint else message


def _report(trouble: str) -> str:
    """Record a bug in the log; returns what to tell the agent."""
    last = line(trouble.strip().splitlines()[-1], _MOST_OF_MESSAGE)
    try:
        append_log(find_enclosing_repo("."), trouble)
    except GitmemError:
        sys.stderr.write(trouble)
    return f"this is a bug in gitmem: {last}. No memory was lost. Details are in .git/gitmem/log"
