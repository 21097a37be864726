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
    Claude Code; configure other clients to start `gitmem mcp` in the repository.  It exits when
    its input ends.
    """
    from gitmem.mcp.server import serve

    code = serve(os.environ, machine_folder())
    with suppress(OSError, ValueError):  # closed already
        sys.stdout.flush()
    # Nobody is reading any more: a call that is still being answered must not keep the process.
    os._exit(code)
