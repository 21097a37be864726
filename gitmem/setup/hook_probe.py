"""Does a hook reach us?  Asked of the hook itself, without running anything but our own lines.

With ``GITMEM_PROBE`` set our lines touch that file and end the hook.  A hook file is therefore
run only when nothing but its shebang stands above them.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from enum import Enum
from pathlib import Path

from gitmem.errors import InstallError, RepositoryError
from gitmem.git.repo import Repo, git_environment
from gitmem.process.child import run
from gitmem.setup.git_config import GitConfig, has_hook_entries
from gitmem.setup.hook_file import command, has_block, is_block_first
from gitmem.setup.hook_location import HooksPlace, PlaceKind
from gitmem.setup.owned_files import look

_PATIENCE_SECONDS = 20.0
_CALL = b"/gitmem/hooks/"


class HookState(Enum):
    """What became of one hook."""

    FIRES = "is in place and fires"
    SHARED = "is in a folder that other repositories share, and calls gitmem"
    UNTRIED = "is in place, below lines of somebody else, so it was not tried"
    FORBIDDEN = "is in place and not executable, so git does not run it"
    SILENT = "is in place and does not fire"
    MISSING = "is missing"
    FOREIGN = "cannot be added: core.hooksPath leads out of the repository, or nowhere"

    @property
    def is_good(self) -> bool:
        """Whether nothing needs to be done."""
        return self in (HookState.FIRES, HookState.UNTRIED, HookState.SHARED)


def hook_state(repo: Repo, place: HooksPlace, config: GitConfig, event: str) -> HookState:
    """Look for our hook of that event, and try it."""
    state = find_hook(place, config, event)
    if state is not HookState.FIRES:
        return state
    if place.kind is PlaceKind.CONFIG:
        return _try(repo, ["sh", "-c", f'{command(event)} "$@"', "sh"])
    hook = place.run_from / event  # of husky's, made by `npm install`
    return _try(repo, _command_of(hook)) if os.access(hook, os.X_OK) else HookState.SILENT


def find_hook(place: HooksPlace, config: GitConfig, event: str) -> HookState:
    """Look for our hook without trying it: ``FIRES`` means that it should."""
    if place.kind is PlaceKind.FOREIGN:
        return HookState.SHARED if _is_called_by(place.run_from / event) else HookState.FOREIGN
    if place.kind is PlaceKind.CONFIG:
        return HookState.FIRES if has_hook_entries(config, event) else HookState.MISSING
    try:
        content = look(place.folder / event).content
    except (InstallError, RepositoryError):
        return HookState.MISSING
    if content is None or not has_block(content):
        return HookState.MISSING
    if place.kind is PlaceKind.FOLDER and not os.access(place.folder / event, os.X_OK):
        return HookState.FORBIDDEN
    return HookState.FIRES if is_block_first(content) else HookState.UNTRIED


def _is_called_by(hook: Path) -> bool:
    """Whether a hook that many repositories share runs those of each, as docs/hooks.md says."""
    try:
        return _CALL in (look(hook).content or b"") and os.access(hook, os.X_OK)
    except (InstallError, RepositoryError):
        return False


def _command_of(hook: Path) -> list[str]:
    """The command that git makes of a hook file: a text without a shebang goes to ``sh``."""
    has_shebang = (look(hook).content or b"").startswith(b"#!")
    return [os.fspath(hook)] if has_shebang else ["sh", os.fspath(hook)]


def _try(repo: Repo, arguments: Sequence[str]) -> HookState:
    with tempfile.TemporaryDirectory(prefix="gitmem-probe-") as folder:
        mark = Path(folder) / "reached"
        with suppress(OSError, subprocess.TimeoutExpired):
            run(
                arguments,
                seconds=_PATIENCE_SECONDS,
                environ={**git_environment(), **_named(repo), "GITMEM_PROBE": os.fspath(mark)},
                folder=repo.need_worktree(),
            )
        return HookState.FIRES if mark.exists() else HookState.SILENT


def _named(repo: Repo) -> dict[str, str]:
    """What git tells its hooks of a repository that it was given by name, and could not find."""
    top = repo.need_worktree()
    if os.path.lexists(top / ".git"):
        return {}
    return {"GIT_DIR": os.fspath(repo.git_dir), "GIT_WORK_TREE": os.fspath(top)}
