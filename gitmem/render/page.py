"""The page: one HTML document with everything in it, which runs nothing but our own scripts.

The data stands in a block that browsers do not execute, the policy of the document names our
scripts and styles by their hashes, and our scripts put text into elements and never markup.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from gitmem.model.memory import Json

MARK = b"<!-- A page of gitmem: "
"""Stands in the second line of every page; a file without it is not ours to write over."""

ASSETS = Path(__file__).parent.parent / "page"
_SCRIPTS = (
    "vendor/dagre.min.js",
    "data.js",
    "list.js",
    "memory.js",
    "graph.js",
    "files.js",
    "main.js",
)
_STYLES = ("page.css",)
_ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}


def render_page(data: Mapping[str, Json]) -> str:
    """The document for what :func:`gitmem.recall.page.gather_page` found."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    scripts = [_read(name) for name in _SCRIPTS]
    styles = [_read(name) for name in _STYLES]
    environment = Environment(
        loader=FileSystemLoader(ASSETS), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("page.html.j2").render(
        title=data["name"],
        policy=_policy(scripts, styles),
        # Our own files, and JSON in which no sign is left that markup knows.
        scripts=[Markup(text) for text in scripts],  # noqa: S704
        styles=[Markup(text) for text in styles],  # noqa: S704
        data=Markup(data_block(data)),  # noqa: S704
    )


def data_block(data: Mapping[str, Json]) -> str:
    """JSON that can stand in a script element: nothing in it ends the element or begins another."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.translate(_ESCAPES).encode("utf-8", "replace").decode()


def is_page(data: bytes) -> bool:
    """Whether a file begins as a page of gitmem does."""
    return MARK in data[:200]


def _policy(scripts: list[str], styles: list[str]) -> str:
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {' '.join(map(_hash, scripts))}",
            f"style-src {' '.join(map(_hash, styles))}",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types 'none'",
        )
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _read(name: str) -> str:
    text = (ASSETS / name).read_text(encoding="utf-8")
    # Browsers make one sign of a line's end, and hash what they made.
    return "\n" + text.replace("\r\n", "\n")
