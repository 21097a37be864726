"""The commands, loaded one at a time: ``gitmem log`` must not pay for ``gitmem init``."""

from __future__ import annotations

import errno
import importlib
import keyword
import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

import click

from gitmem.cli.sections import sections
from gitmem.errors import EXIT_BUG, EXIT_DONE, EXIT_INTERRUPTED, EXIT_OUTPUT_LOST, GitmemError
from gitmem.guard.untrusted import clean_text
from gitmem.model.release import DISTRIBUTION, VERSION
from gitmem.process.own_command import as_typed

_MAX_MESSAGE = 16 * 1024
COMMANDS = {
    "init": "Set up this repository: hooks, refspecs, the agent's settings.",
    "log": "Show why the code changed, commit by commit.",
    "show": "Show everything remembered about a commit, or one memory by its id.",
    "search": "Search the memories by words, meaning or a pasted error.",
    "page": "Write the memory as one HTML page, to look at in a browser.",
    "session": "Show the part of an agent's session behind a memory, or resume it.",
    "why": "Show why a line of code, or a file, is as it is.",
    "context": "Show what the agent's next session here receives.",
    "handoff": "Write what another person or agent needs to go on.",
    "digest": "Tell what was decided, learned and left, by area.",
    "help": "Show how a command is used, or what the documentation says.",
    "version": "Show the version, and what it works with.",
    "completion": "Print the line by which bash, zsh or fish complete commands.",
    "mcp": "Serve the memory to an agent (MCP over standard input and output).",
    "remember": "Remember what a diff does not show.",
    "edit": "Change what a memory says.",
    "forget": "Forget memories; this can be undone.",
    "pin": "Let a memory be told first.",
    "unpin": "Take the pin off a memory.",
    "wrong": "Say that a memory is wrong, so that it is told nowhere again.",
    "capture": "Remember a commit now, by hand.",
    "backfill": "Remember commits made before gitmem, from transcripts and history.",
    "import": "Import memories from another clone, tool or file, or restore lost ones.",
    "export": "Write the memories as JSON lines, or as Agent Trace records.",
    "recompress": "Improve memories that a stand-in wrote.",
    "curate": "Fold memories that say the same thing into one.",
    "promote": "Propose what came up again and again as a line for the agents' instructions.",
    "verify": "Check memories against transcripts, commits and files.",
    "scrub": "Remove a leaked secret from all memories, or forget one memory.",
    "reindex": "Rebuild the index from the notes.",
    "reconcile": "Copy memories to the commits that now carry their changes.",
    "sync": "Exchange memories with the remote now.",
    "trust": "Show or say whose memories are joined with yours.",
    "restore": "Show or bring back memories that a remote took away.",
    "stats": "Show how much is remembered, by whom, and what it cost.",
    "status": "Show what is set up, what is waiting and what was last remembered.",
    "doctor": "Find what is wrong, and suggest or apply the remedy.",
    "config": "List, show or change settings.",
    "demo": "Show the whole story in a temporary folder (half a minute at most).",
    "uninstall": "Remove gitmem from this repository; the memories stay.",
}

_EPILOG = """\b
Exit codes: 0 success, 1 foreseen failure, 2 usage, 3 a bug in gitmem, 130 interrupted;
10 to 18 repository, 20 to 23 notes, 30 to 33 capture, 40 to 44 remote, 50 to 52 set-up
(docs/exit-codes.md)."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All commands, in the order in which a newcomer meets them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name."""
        if cmd_name not in COMMANDS:
            return None
        # A module's name cannot be a Python keyword, so ``import`` is in ``import_``.
        name = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        module = importlib.import_module(f"gitmem.cli.{name}")
        command = module.command
        if not isinstance(command, click.Command):
            raise TypeError(f"gitmem.cli.{cmd_name}.command is not a command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        width = max(map(len, COMMANDS))
        for title, names in sections(COMMANDS).items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), COMMANDS[name]) for name in names])


@click.group(
    cls=LazyGroup, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(VERSION, message=f"%(prog)s ({DISTRIBUTION}) %(version)s")
@click.option(
    "-C",
    "directory",
    metavar="DIR",
    type=click.Path(exists=True, file_okay=False),
    help="Run as if started in DIR.",
)
def cli(directory: str | None) -> None:
    """The memory of AI coding agents, kept in git notes.

    A commit made in an agent's session becomes a memory: what changed and why, what was decided
    and rejected, and which errors came up.  The memory is a note under refs/notes/claude-mem: it
    travels with push and pull, and the next session receives what matters.
    """
    if directory:
        os.chdir(directory)


def run_command(arguments: Sequence[str]) -> int:
    """Run one command and return the exit code; a foreseen failure prints one or two lines."""
    try:
        result = cli.main(args=list(arguments), prog_name=_program_name(), standalone_mode=False)
    except click.exceptions.Abort:
        return EXIT_INTERRUPTED
    except click.UsageError as error:
        return _tell_usage(error, arguments)
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except GitmemError as error:
        return _tell(error, arguments)
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except (BrokenPipeError, SystemExit):
        # The reader of our output has had enough (`gitmem log | head`), which is not a failure.
        # click reports it by exiting, and nothing else here exits.
        _leave_output()
        return EXIT_DONE
    except Exception as error:  # noqa: BLE001 - the outermost frame: a bug is reported as one
        if isinstance(error, OSError) and _is_of_output(error):
            return _output_lost(error)
        from gitmem.cli.foreseen import foreseen

        refusal = foreseen(error)
        return _report_bug(traceback.format_exc()) if refusal is None else _tell(refusal, ())
    try:
        sys.stdout.flush()  # else Python finds out at its end, and says so in words of its own
    except BrokenPipeError:
        _leave_output()
    except OSError as error:
        return _output_lost(error)
    return result if isinstance(result, int) else EXIT_DONE


def _is_of_output(error: OSError) -> bool:
    """Whether a stream could not be written: of a file that has a name, the error tells it."""
    return error.filename is None and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EIO)


def _output_lost(error: OSError) -> int:
    _leave_output()
    _say(f"gitmem: cannot write the output: {error.strerror}")
    return EXIT_OUTPUT_LOST


def _leave_output() -> None:
    """Nobody reads, or nothing more can be written: what is left goes nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _tell(error: GitmemError, arguments: Sequence[str]) -> int:
    _say(f"gitmem: {error.message}")
    if error.hint:
        _say(f"  {error.hint}")
    from gitmem.cli.usage_error import more_about

    for line in more_about(error, cli, arguments, _program_name()):
        _say(line)
    return error.exit_code


def _tell_usage(error: click.UsageError, arguments: Sequence[str]) -> int:
    from gitmem.cli.usage_error import usage_error_lines

    for line in usage_error_lines(error, arguments):
        _say(line)
    return error.exit_code


def _program_name() -> str:
    return "git mem" if Path(sys.argv[0]).name == "git-mem" else "gitmem"


def _say(line: str) -> None:
    # A message may quote a remote, a file name or a setting.
    click.echo(as_typed(clean_text(line, _MAX_MESSAGE)), err=True)


def _report_bug(text: str) -> int:
    from gitmem.git.repo import find_repo_here
    from gitmem.state.error_log import append_log, log_path

    _say(f"gitmem: this is a bug in gitmem: {text.strip().splitlines()[-1]}")
    try:
        repo = find_repo_here()
    except GitmemError:
        _say(text)
    else:
        append_log(repo, text)
        _say(f"  No memory was lost. The details are in {log_path(repo)}")
    return EXIT_BUG
