"""``gitmem mcp``."""

from __future__ import annotations

import os

import click


@click.command()
def command() -> None:
    """Serve the memory to an agent: an MCP server over standard input and output.

    Offers search, timeline, get_observations, why and remember.  `gitmem init` registers it with
    Claude Code; configure other clients to start `gitmem mcp` in the repository.  It exits when
    its input ends.
    """
    from gitmem.mcp.server import serve

    serve(os.environ)
