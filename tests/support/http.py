"""Serve a folder of bare repositories over git's smart HTTP on the loopback interface."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.support.api import POLL_SECONDS

USER, PASSWORD = "carl", "a-word-to-pass"


@dataclass
class GitServer:
    """``url`` ends with a slash.  ``reads`` and ``writes`` tell who may: all, user, nobody."""

    root: Path
    url: str
    reads: str = "all"
    writes: str = "all"
    requests: list[str] = field(default_factory=list)


@contextmanager
def serve(root: Path, *, reads: str = "all", writes: str = "all") -> Iterator[GitServer]:
    """Serve it until the block ends; skips the test where git has no ``http-backend``."""
    place = subprocess.run(["git", "--exec-path"], capture_output=True, text=True, check=True)
    if shutil.which("git-http-backend", path=place.stdout.strip()) is None:
        pytest.skip("git was built without http-backend")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    told = GitServer(root, f"http://127.0.0.1:{server.server_port}/", reads, writes)
    server.told = told  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True)
    thread.start()
    try:
        yield told
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, *_: object) -> None:
        return

    def _serve(self) -> None:
        body = self._body()
        told: GitServer = self.server.told  # type: ignore[attr-defined]
        told.requests.append(f"{self.command} {self.path}")
        rule = told.writes if "git-receive-pack" in self.path else told.reads
        if rule == "nobody":
            self._answer(403, {}, b"not for you\n")
        elif rule == "user" and not self._is_user():
            self._answer(401, {"WWW-Authenticate": 'Basic realm="git"'}, b"")
        else:
            self._run_backend(told, body)

    def _is_user(self) -> bool:
        wanted = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        return self.headers.get("Authorization", "") == f"Basic {wanted}"

    def _run_backend(self, told: GitServer, body: bytes) -> None:
        path, _, query = self.path.partition("?")
        done = subprocess.run(
            ["git", "http-backend"],
            input=body,
            capture_output=True,
            check=False,
            env={
                "PATH": os.environ["PATH"],
                "GIT_CONFIG_NOSYSTEM": "1",
                "HOME": str(told.root),
                "GIT_PROJECT_ROOT": str(told.root),
                "GIT_HTTP_EXPORT_ALL": "1",
                "REMOTE_USER": USER,
                "REMOTE_ADDR": "127.0.0.1",
                "REQUEST_METHOD": self.command,
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
            },
        )
        head, _, rest = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        status = int(headers.pop("Status", "200").split()[0])
        self._answer(status, headers, rest)

    def _answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding", "") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().split(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)
