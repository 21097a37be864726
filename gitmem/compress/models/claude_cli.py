"""A model asked through the ``claude`` program: a subscription is enough, no key is needed.

``claude -p`` with everything of an agent switched off: no hooks, tools, MCP servers, instructions
of the project or transcript.  It runs on a leash (:mod:`gitmem.process.leash`), in an
empty folder, and in an environment that neither git nor an outer session steers.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from gitmem.compress.models.json_salvage import json_part
from gitmem.compress.models.passes import ModelReply, UselessAnswer, model_refusal, truncated_answer
from gitmem.compress.models.plan import Request
from gitmem.compress.models.sdk import count_of
from gitmem.errors import CompressorFailed
from gitmem.guard.untrusted import clean_line
from gitmem.process.leash import ProcessResult, run_on_leash
from gitmem.process.leash_script import NOT_STARTED
from gitmem.process.search_path import find_program

GUARD = "GITMEM_COMPRESSING"
"""Set for the client and all below it: whoever sees it must not ask a client again."""

_MAX_ANSWER_BYTES = 4 << 20
_MAX_OUTPUT_TOKENS = 16_000
_MAX_REASON = 200
_USUAL_PLACES = ("~/.local/bin/claude", "~/.claude/local/claude")  # hooks may lack them in PATH
_ISOLATED = (
    *("--tools", "", "--strict-mcp-config", "--no-session-persistence"),
    *("--disable-slash-commands", "--settings", '{"disableAllHooks":true}'),
    *("--setting-sources", ""),
)
_OF_OTHERS = re.compile(r"CLAUDE|AI_AGENT$|GIT_|GITMEM_")
_OF_THE_PERSON = re.compile(
    r"CLAUDE_CONFIG_DIR$|CLAUDE_CODE_(?:OAUTH_TOKEN$|USE_|SKIP_\w+_AUTH$|CLIENT_)"
)


@dataclass(frozen=True)
class ClaudeCli:
    """``model`` (a name or alias the client knows), asked through the program ``command``.

    ``environ`` is the worker's environment, from which the client's is made; ``timeout`` is in
    seconds for all requests of a slice, ``retries`` how often the client tries again after an
    overload.
    """

    name: ClassVar[str] = "claude-cli/2"

    environ: Mapping[str, str]
    command: str = "claude"
    model: str = "haiku"
    timeout: float = 120.0
    retries: int = 2

    @property
    def patience(self) -> float:
        """The time that all requests of a slice have together."""
        return self.timeout

    def lack(self) -> str:
        """What keeps it from asking, and what to do about it; empty if nothing does.

        Whether the client is logged in shows only when it is asked.
        """
        try:
            _program(self.command, self.environ)
        except CompressorFailed as error:
            return error.message
        return ""

    def send(self, request: Request, before: UselessAnswer | None, seconds: float) -> ModelReply:
        """What the model answers; see :class:`~gitmem.compress.models.passes.Endpoint`.

        Raises:
            CompressorFailed: no client, not logged in, or no answer in time.
        """
        report = self._ask(request, before, seconds)
        read, cached, written = _tokens(report)
        problem = _problem(report)
        if problem is None and report["is_error"]:
            raise CompressorFailed(_reason(self.command, report))
        model = _model_of(report) or self.model
        return ModelReply(_text_of(report), model, read, cached, written, problem)

    def _ask(
        self, request: Request, before: UselessAnswer | None, seconds: float
    ) -> dict[str, Any]:
        """What the client reports about its one answer, however useful that is.

        Raises:
            CompressorFailed: it cannot be run, ran out of time, or gives no report.
        """
        if self.environ.get(GUARD):
            raise CompressorFailed("a client that gitmem started must not start another")
        command = [
            *(_program(self.command, self.environ), "-p", "--output-format", "json"),
            *("--model", self.model, "--system-prompt", request.system),
            *("--json-schema", json.dumps(request.schema, separators=(",", ":"))),
            *_ISOLATED,
        ]
        try:
            finished = run_on_leash(
                command,
                _prompt(request, before).encode("utf-8", "replace"),
                environ=client_environ(self.environ, self.retries),
                seconds=seconds,
                max_bytes=_MAX_ANSWER_BYTES,
            )
        except OSError as error:
            raise CompressorFailed(f"'{self.command}' cannot be run: {error.strerror}") from error
        return self._report(finished)

    def _report(self, finished: ProcessResult) -> dict[str, Any]:
        name = self.command
        if finished.is_late:
            raise CompressorFailed(f"'{name}' did not answer in {self.timeout:g} s")
        if finished.is_flood:
            raise CompressorFailed(f"'{name}' printed more than {_MAX_ANSWER_BYTES >> 20} MB")
        try:
            report = json.loads(finished.out)
        except (ValueError, RecursionError) as error:
            said = _line(finished.complaint) or _line(finished.out) or "nothing was said"
            kind = "cannot be run" if finished.status == NOT_STARTED else "gave no report"
            raise CompressorFailed(
                f"'{name}' {kind} (exit status {finished.status}): {said}"
            ) from error
        if not isinstance(report, dict) or "is_error" not in report:
            raise CompressorFailed(f"'{name}' gave no report: its output has an unknown form")
        # An API error is told as "subtype": "success"; only these two say it.
        return {**report, "is_error": bool(report["is_error"] or finished.status)}


def client_environ(environ: Mapping[str, str], retries: int) -> dict[str, str]:
    """The client's environment: the person's, without what git or an outer session put there.

    How the person is known to the API stays: the login's folder, a token, a cloud's switches.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if not _OF_OTHERS.match(name) or _OF_THE_PERSON.match(name)
    }
    return {
        **kept,
        "CLAUDE_CODE_MAX_RETRIES": str(retries),
        "CLAUDE_CODE_MAX_OUTPUT_TOKENS": str(_MAX_OUTPUT_TOKENS),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
        "GITMEM_SKIP": "1",
        GUARD: "1",
    }


def _program(command: str, environ: Mapping[str, str]) -> str:
    """The program's path.

    Raises:
        CompressorFailed: there is none.
    """
    home = environ.get("HOME", "~")
    places = [command, *(_USUAL_PLACES if command == "claude" else ())]
    for place in places:
        path = f"{home}{place[1:]}" if place.startswith("~/") else place
        if os.sep not in path:
            if safe := find_program(path, environ):
                return safe
        elif found := shutil.which(path):
            return str(Path(found).absolute())
    what = "was not found" if os.sep in command else "was not found on PATH"
    if os.sep not in command and shutil.which(command, path=environ.get("PATH", os.defpath)):
        what = "on PATH lies in a project, or where others may write"
    raise CompressorFailed(f"'{command}' {what}; set gitmem.claudeCommand to its path")


def _prompt(request: Request, before: UselessAnswer | None) -> str:
    """The user's message; the client takes one, so an earlier answer is quoted in it."""
    asked = f"{request.shared}{request.own}"
    if before is None:
        return asked
    return (
        f"{asked}\nYour earlier answer:\n<answer>\n{before.quotation}\n</answer>\n{before.repair}\n"
    )


def _problem(report: Mapping[str, Any]) -> UselessAnswer | None:
    """Why the answer is useless, if the model gave a reason."""
    if report.get("stop_reason") == "refusal":
        return model_refusal()
    said = str(report.get("result") or "")
    if report.get("api_error") == "max_output_tokens" or "output token maximum" in said:
        return truncated_answer()
    return None


def _text_of(report: Mapping[str, Any]) -> str:
    """The answer as text.  Asked twice, a model may still answer without the form's tool."""
    structured = report.get("structured_output")
    if structured is not None:
        return json.dumps(structured)
    return json_part(str(report.get("result") or ""))


def _reason(name: str, report: Mapping[str, Any]) -> str:
    said = _line(str(report.get("result") or "").encode("utf-8", "replace"))
    if said.startswith("Not logged in"):
        return f"'{name}' is not logged in; run it and type /login"
    status = report.get("api_error_status")
    if isinstance(status, int):
        return f"the API answered {status} to '{name}'"
    return f"'{name}' failed: {said or report.get('subtype') or 'no reason given'}"


def _line(said: bytes) -> str:
    """The first line that says something, fit for a log."""
    lines = (clean_line(line, _MAX_REASON) for line in said.decode("utf-8", "replace").splitlines())
    return next((line for line in lines if line), "")


def _tokens(report: Mapping[str, Any]) -> tuple[int, int, int]:
    """Tokens read (those put into a cache too), read from a cache, and written."""
    usage = report.get("usage")
    if not isinstance(usage, Mapping):
        return 0, 0, 0
    read = count_of(usage, "input_tokens") + count_of(usage, "cache_creation_input_tokens")
    return read, count_of(usage, "cache_read_input_tokens"), count_of(usage, "output_tokens")


def _model_of(report: Mapping[str, Any]) -> str:
    """The model that wrote most; the client may name helpers, too."""
    used = report.get("modelUsage")
    if not isinstance(used, Mapping):
        return ""
    written = {
        str(name): count_of(of, "outputTokens")
        for name, of in used.items()
        if isinstance(of, Mapping)
    }
    return clean_line(max(written, key=lambda name: written[name]), 100) if written else ""
