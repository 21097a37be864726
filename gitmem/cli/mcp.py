"""``gitmem mcp``."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

import click

from gitmem.cli.user_paths import machine_folder


@click.command()
def command() -> None:
    """Serve the memory to an agent: an MCP server over standard input and output.

    Offers search, timeline, get_observations, why and remember.  `gitmem init` registers it with
    Claude Code; other clients start `gitmem mcp` in the repository.  It ends with its input.
    """
    from gitmem.mcp.server import serve

    code = serve(os.environ, machine_folder())
    with suppress(OSError, ValueError):  # closed already
        sys.stdout.flush()
    # Nobody reads any more: a question that is still being answered must not keep the process.
    os._exit(code)
