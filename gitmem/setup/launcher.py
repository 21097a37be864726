"""The program as hooks find it: ``.git/gitmem/run`` and the hook scripts next to it.

Hooks are shared and contain no paths; these files belong to this clone and do.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from pathlib import Path

from gitmem.errors import InstallError
from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo
from gitmem.process.child import run
from gitmem.setup.hook_file import EVENTS
from gitmem.setup.trouble import no_program
from gitmem.state.atomic import write_atomically

_SCRIPTS = (*EVENTS, "agent-stop")
_SOURCED = ("programs.sh", "prelude.sh", "stand-in.sh")
_MARKS = ("lost", "lost.told", "gone")
_MAX_BYTES = 1 << 20
_PACKAGE = Path(__file__).resolve().parents[1]
_RUN = """\
#!/bin/sh
# Starts the gitmem that `gitmem init` was run with.  Where that is gone, or does not start, another
# of the person's is looked for; where there is none, a line says so (hooks/stand-in.sh).
code={code}
lost() {{
    told='{told}'
    [ -f "${{0%/*}}/hooks/stand-in.sh" ] || exit 0
    . "${{0%/*}}/hooks/stand-in.sh"
    exit 0
}}
start() {{ [ -x {python} ] && [ -f {main} ] && {python} {option} -c "$code" "$0" "$@"; }}
if [ "$1 ${{2-}}" = "hook SessionStart" ]; then
    [ "${{GITMEM_LOST-}}" != 1 ] && start "$@" || lost "$@" 2>/dev/null
    exit 0
fi
[ -x {python} ] && [ -f {main} ] && [ "${{GITMEM_LOST-}}" != 1 ] || lost "$@"
[ "$*" != "hook commit" ] || lost "$@" # a hook that finds the mark of a failure
# Behind each command of an agent: there is something to do only where git made a commit.
if [ "$*" = "hook PostToolUse Bash" ]; then
    [ -n "${{CLAUDE_CODE_SESSION_ID-}}" ] || exit 0
    [ -f "${{0%/*}}/commits/$CLAUDE_CODE_SESSION_ID" ] || exit 0
fi
# The client waits for the end of a turn: that takes no Python, unless the script is gone.
stop=${{0%/*}}/hooks/agent-stop
if [ -f "$stop" ] && [ -x "$stop" ]; then
    case "$*" in
    "hook Stop") exec "$stop" turn ;;
    "hook SessionEnd") exec "$stop" end ;;
    "hook Stop --client "*) exec "$stop" turn "$4" ;;
    "hook SessionEnd --client "*) exec "$stop" end "$4" ;;
    esac
fi
# Hooks that find a worker's mark start none.  The worker keeps it while it works (worker_turns).
mark=${{0%/*}}/worker.pid
if [ "$1" = worker ] && [ $# -eq 2 ] && [ ! -e "$mark" ] && [ ! -L "$mark" ]; then
    echo $$ 2>/dev/null >"$mark"
elif [ "$1" = worker ]; then # the last one was killed, perhaps, or its Python does not start
    start --version >/dev/null 2>&1 || lost "$@"
fi
exec {python} {option} -c "$code" "$0" "$@"
"""
# -m would load runpy, a third of an interpreter.  A Python that has no gitmem any more (another
# version, below a virtual environment) hands back to the launcher, once.
_CALL = """\
import sys
run = sys.argv.pop(1)
try:
    from gitmem.__main__ import main
except ImportError:
    import os
    if "GITMEM_LOST" in os.environ:
        sys.exit(1)
    os.environ["GITMEM_LOST"] = "1"
    os.execv(run, [run, *sys.argv[1:]])
main()
"""


def run_path(repo: Repo) -> Path:
    """The launcher."""
    return repo.state_dir / "run"


def put_program(repo: Repo, python: str) -> bool:
    """Write the launcher for this interpreter, and the hook scripts; returns whether any changed.

    Raises:
        InstallError: the interpreter cannot run gitmem, or the scripts did not come with it.
        DiskFull, ReadOnlyRepository: they could not be written.
    """
    changed = _put(run_path(repo), _launcher(python), 0o777)
    changed |= _put(repo.state_dir / "program", _program(python), 0o666)
    for name in _MARKS:
        (repo.state_dir / name).unlink(missing_ok=True)
    for name in (*_SOURCED, *_SCRIPTS):  # what a hook sources is there before it
        mode = 0o777 if name in _SCRIPTS else 0o666
        changed |= _put(repo.state_dir / "hooks" / name, _read_script(name), mode)
    (repo.state_dir / "queue").mkdir(exist_ok=True)
    return changed


def check_program(repo: Repo, python: str) -> str:
    """What is wrong with the launcher and the scripts; empty if nothing is."""
    try:
        text = os.fsdecode(read_regular(run_path(repo), _MAX_BYTES))
        for name in (*_SCRIPTS, *_SOURCED):
            script = repo.state_dir / "hooks" / name
            if not os.path.lexists(script):
                return f"'{script}' is not there: the hooks are of another version"
            if read_regular(script, _MAX_BYTES) != _read_script(name) or not os.access(
                script, os.X_OK if name in _SCRIPTS else os.R_OK
            ):
                return f"'{script}' is not from this version"
        started = run([os.fspath(run_path(repo)), "--version"], seconds=20)
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    if started.returncode != 0 or not started.stdout:
        return f"'{run_path(repo)}' does not start gitmem"
    if shlex.quote(python) not in text:
        return f"'{run_path(repo)}' starts another Python"
    is_ours = os.fsencode(text) == _launcher(python)
    return "" if is_ours else f"'{run_path(repo)}' is not from this version"


def _launcher(python: str) -> bytes:
    option, code = _find_form(python)
    text = _RUN.format(
        python=shlex.quote(python),
        main=shlex.quote(os.fspath(_PACKAGE / "__main__.py")),
        option=option,
        code=shlex.quote(code),
        told=no_program(os.path.dirname(os.path.dirname(python))),  # noqa: PTH120 - of what it says
    )
    return os.fsencode(text)


def _program(python: str) -> bytes:
    """What the hooks read to see, without a process, whether the program is there."""
    main = os.fspath(_PACKAGE / "__main__.py")
    return os.fsencode(f"gitmem_python={shlex.quote(python)} gitmem_main={shlex.quote(main)}\n")


def _find_form(python: str) -> tuple[str, str]:
    """An option and code that make the interpreter run this gitmem, none of the current folder's.

    Isolated mode where gitmem is installed for the interpreter; the package's own place
    otherwise (a user's site folder, a checkout).

    Raises:
        InstallError: none works.
    """
    placed = f"import sys; sys.path[0] = {os.fspath(_PACKAGE.parent)!r}; "
    for options, prepare in ((["-I"], ""), (["-E"], placed)):
        code = prepare + "import gitmem; print(gitmem.__path__[0])"
        if Path(_output(python, [*options, "-c", code])).resolve() == _PACKAGE:
            return options[0], prepare + _CALL
    raise InstallError(
        f"'{python}' cannot run gitmem from another folder",
        "Nothing was changed. Install gitmem with pip or pipx, then run: gitmem init",
    )


def _output(python: str, arguments: list[str]) -> str:
    done = run([python, *arguments], folder=Path("/"))
    return os.fsdecode(done.stdout).removesuffix("\n")


def _read_script(name: str) -> bytes:
    """A hook script as shipped: inside the wheel, or beside the package in a checkout.

    Raises:
        InstallError: it is in neither.
    """
    for folder in (_PACKAGE / "githooks", _PACKAGE.parent / "githooks"):
        if (folder / name).is_file():
            return (folder / name).read_bytes()
    raise InstallError(
        f"the hook script '{name}' did not come with this gitmem", "Reinstall gitmem"
    )


def _put(path: Path, content: bytes, mode: int) -> bool:
    is_same = path.is_file() and path.read_bytes() == content
    if is_same and path.stat().st_mode & 0o700 == mode & 0o700:
        return False
    write_atomically(path, content, mode=mode)
    return True
