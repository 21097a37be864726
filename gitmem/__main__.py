"""``gitmem``: hooks, the worker and an agent's server take a short way in; people come in through
click.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping

from gitmem.process.search_path import keep_absolute_places
from gitmem.process.streams import open_streams, speak_utf8


def main() -> None:
    """Run gitmem with this process's arguments and exit with its code.

    A standard input that is closed reads as an empty one, and a closed output as a lost one.
    No program is looked for in the folder that one happens to be in.
    """
    open_streams()
    keep_absolute_places(os.environ)
    arguments = sys.argv[1:]
    if arguments[:1] == ["hook"]:
        gc.disable()  # what a hook needs of memory is little, and soon over
        speak_utf8()
        from gitmem.hooks.main import begin_hook, run_hook

        begin_hook(arguments)
        # To take an interpreter apart piece by piece takes a third as long as a whole hook does;
        # by now all files are closed, and what was printed is flushed.
        os._exit(run_hook(arguments))
    if arguments[:1] == ["worker"]:
        from gitmem.hooks.main import run_hook

        sys.exit(run_hook(arguments))
    if arguments == ["status", "--line"]:  # several times a minute, beside what a person types
        _print_status_line()
        sys.exit(0)
    if arguments == ["mcp"]:
        from gitmem.mcp.server import serve

        serve(os.environ, _answer_hook)  # ends the process
    if arguments[:1] == ["complete-words"]:  # a shell, at each TAB
        speak_utf8()
        from gitmem.cli.complete_words import print_candidates

        print_candidates(arguments[1:])
        sys.stdout.flush()
        os._exit(0)
    try:
        from gitmem.cli.main import run_command
    except ImportError as error:
        _tell_lack(error)
        sys.exit(1)
    from gitmem.cli.stream import guard_streams

    guard_streams()
    sys.exit(run_command(arguments))


def _answer_hook(tool: str, given: Mapping[str, object], environ: Mapping[str, str]) -> str:
    """What the server tells a client's hook that calls a tool; loaded when the first one does."""
    from gitmem.hooks.tool_hooks import answer_hook

    return answer_hook(tool, given, environ)


def _tell_lack(error: ImportError) -> None:
    """Say what is missing, where not even the commands can be loaded.

    Raises:
        ImportError: it is a module of ours that is missing, which is a bug.
    """
    from gitmem.process.installation import install_command

    if (error.name or "gitmem").startswith("gitmem"):
        raise error
    what = f"gitmem: the package '{error.name}', which gitmem needs, cannot be loaded"
    os.write(2, f"{what}. Run: {install_command()}\n".encode())


def _print_status_line() -> None:
    """Past Python's own buffer, which would exit with 120 where nobody reads."""
    from gitmem.setup.status_line import read_status_line

    line = read_status_line()
    try:
        if line:
            os.write(1, f"{line}\n".encode())
    except OSError:
        return


if __name__ == "__main__":
    main()
