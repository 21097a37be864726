"""JSON-RPC messages, one a line, in both directions.

**Source:** JSON-RPC 2.0; the stdio transport of the Model Context Protocol, revision 2025-11-25.
"""

from __future__ import annotations

import json
from threading import Lock

TYPE_CHECKING = False  # typing takes longer to load than this module
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

PARSE_ERROR, INVALID_REQUEST = -32700, -32600
NO_SUCH_METHOD, INVALID_PARAMETERS, INTERNAL_ERROR = -32601, -32602, -32603
NO_SUCH_RESOURCE = -32002

_MOST_BYTES = 16 << 20  # of one message
_MOST_DIGITS = 4_000


class Failure(Exception):
    """Why a request gets an error for an answer."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class Wire:
    """Both ends of the connection; any thread may answer."""

    def __init__(self, incoming: BinaryIO, outgoing: BinaryIO) -> None:
        self._incoming = incoming
        self._outgoing = outgoing
        self._lock = Lock()

    def messages(self) -> Iterator[object]:
        """What the client sends, until it ends; what is no JSON is refused on the way."""
        while line := self._incoming.readline(_MOST_BYTES):
            if len(line) == _MOST_BYTES and not line.endswith(b"\n"):
                self._skip_line()
                self.refuse(None, PARSE_ERROR, "the message is too long")
                continue
            if not line.strip():
                continue
            try:
                message = _parse(line.decode("utf-8-sig", "replace"))
            except (ValueError, RecursionError):
                self.refuse(None, PARSE_ERROR, "this is not JSON")
            else:
                yield message

    def answer(self, request: object, result: object) -> None:
        """Answer a request by its id."""
        self._send({"jsonrpc": "2.0", "id": request, "result": result})

    def refuse(self, request: object, code: int, message: str) -> None:
        """Answer a request with an error; without an id where it could not be read."""
        error = {"code": code, "message": message}
        self._send({"jsonrpc": "2.0", "id": request, "error": error})

    def _skip_line(self) -> None:
        while line := self._incoming.readline(_MOST_BYTES):
            if line.endswith(b"\n"):
                return

    def _send(self, message: object) -> None:
        # All beyond ASCII is escaped: half of a surrogate pair, too, which UTF-8 cannot hold.
        line = json.dumps(message, separators=(",", ":")).encode("ascii") + b"\n"
        try:
            with self._lock:
                self._outgoing.write(line)
                self._outgoing.flush()
        except (OSError, ValueError):
            pass  # nobody is reading; the input will end, too


def _parse(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:  # or a number of more digits than Python reads
        return json.loads(text, parse_int=_parse_int)


def _parse_int(digits: str) -> int | float:
    return int(digits) if len(digits) <= _MOST_DIGITS else float(digits)
