"""The checks of what gitmem works with: programs, settings, identity, compressors, remote."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from gitmem.capture.compressors import unusable_compressors
from gitmem.git.identity import find_identity
from gitmem.git.remotes import memory_remote, remote_of
from gitmem.git.repo import Repo
from gitmem.git.transport import fetch_notes
from gitmem.guard.policy import Policy
from gitmem.guard.untrusted import clean_line
from gitmem.model.note import NOTES_REF
from gitmem.model.release import DISTRIBUTION, NAMESAKE
from gitmem.process.child import run
from gitmem.process.installation import install_command
from gitmem.setup.current_writer import describe_writer
from gitmem.setup.doctor_finding import Finding, Level, Practice
from gitmem.setup.hook_location import MIN_GIT, read_git_version
from gitmem.state.cursors import read_cursors
from gitmem.state.kept_team_files import keep_team_files, team_files
from gitmem.state.refused_remotes import read_refusal
from gitmem.state.setting_list import describe_settings
from gitmem.state.settings import read_settings, why_held
from gitmem.state.strangers import remotes_apart
from gitmem.state.taken_memories import read_taken
from gitmem.state.team_path import NAME, worktree_path

_CLIENT_TIMEOUT = 10.0
_MIN_CLIENT = (2, 0, 44)
_NUMBERS = re.compile(r"(\d+)\.(\d+)\.?(\d*)")


def check_versions(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """git, Python and the agent's program are new enough."""
    git = practice.git_version or read_git_version()
    if git < MIN_GIT:
        needed = ".".join(map(str, MIN_GIT))
        yield Finding(
            Level.ERROR, f"git {_version_text(git)} is too old", f"Install git {needed} or newer"
        )
    else:
        yield Finding(Level.GOOD, f"git {_version_text(git)}")
    python = _version_text(sys.version_info[:3])
    yield Finding(Level.GOOD, f"Python {python}, pygit2 {metadata.version('pygit2')}")
    if practice.client:
        yield _client_version(practice.client)


def _version_text(numbers: tuple[int, ...]) -> str:
    return ".".join(map(str, numbers))


def _client_version(client: str) -> Finding:
    try:
        done = run([client, "--version"], seconds=_CLIENT_TIMEOUT)
    except FileNotFoundError:
        where = "" if os.sep in client else " on PATH"
        return Finding(Level.NOTE, f"'{client}' was not found{where}: its version is unknown")
    except (OSError, subprocess.TimeoutExpired):
        return Finding(Level.NOTE, f"'{client}' does not run: its version is unknown")
    version = os.fsdecode(done.stdout).strip()
    found = _NUMBERS.search(version)
    if not found:
        return Finding(Level.NOTE, f"'{client}' does not report a version")
    if (int(found[1]), int(found[2]), int(found[3] or 0)) < _MIN_CLIENT:
        what = f"{version} is old: it runs no hook of a settings file that names SubagentStart"
        return Finding(Level.WARNING, what, "Run: claude update")
    return Finding(Level.GOOD, f"Claude Code {version.split()[0]}")


def check_namesake(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Whether the index's other ``gitmem`` is in this environment, or stands first on PATH."""
    try:
        metadata.distribution(NAMESAKE)
    except metadata.PackageNotFoundError:
        pass
    else:
        what = f"'{NAMESAKE}', another project's, is installed beside {DISTRIBUTION}"
        remedy = f"Each overwrites files of the other. Run: pip uninstall {NAMESAKE}; then:"
        yield Finding(Level.WARNING, what, f"{remedy} {install_command()}")
    found = shutil.which(NAMESAKE)
    if found and not _is_ours(Path(found)):
        what = f"'{found}', which the command '{NAMESAKE}' runs, is another project's"
        yield Finding(Level.WARNING, what, "Remove it, or put this one's folder before it on PATH")


def _is_ours(program: Path) -> bool:
    """Whether a script starts this project's package, or cannot be read."""
    try:
        return b"gitmem" not in (text := program.read_bytes()[:8192]) or b"gitmem.__main__" in text
    except OSError:
        return True


def check_settings(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The settings can be read, and each has a meaning."""
    settings = read_settings(repo)
    _ = Policy(settings.redact).masker  # refuses a pattern that its engine does not know
    if not settings.enabled:
        is_teams = "enabled" in settings.team.fields
        remedy = "Run: git config gitmem.enabled true"
        remedy = f"The team's file '{NAME}' says so" if is_teams else remedy
        yield Finding(Level.WARNING, "gitmem is switched off by gitmem.enabled", remedy)
    for setting in describe_settings(repo):
        if not setting.is_known:
            remedy = f"To see the names: gitmem config; then: git config --unset {setting.name}"
            yield Finding(
                Level.WARNING, f"'{setting.name}' ({setting.source}) has no meaning", remedy
            )
        elif setting.fault:
            remedy = f"Run: gitmem config {setting.name.removeprefix('gitmem.')} VALUE"
            what = f"{setting.fault} ({setting.source}); it does not count"
            yield Finding(Level.WARNING, what, remedy)


def check_team_file(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The team's file can be read, sets what it may, and its place for memories is agreed to."""
    path = worktree_path(repo)
    if path is not None and path.is_dir():
        yield Finding(Level.NOTE, f"'{NAME}' is a folder, so it sets nothing for the team")
    keep_team_files(repo)
    if not team_files(repo):
        return
    settings = read_settings(repo)
    team = settings.team
    if team.unreadable:
        what = f"the team's file '{NAME}' cannot be read: {team.unreadable}"
        remedy = "Nothing is remembered or sent until it can. Mend it: git log -p -- .gitmem"
        yield Finding(Level.ERROR, what, remedy)
        return
    for _, fault in team.faults:
        what = f"'{NAME}': {clean_line(fault, 300)}; it does not count"
        yield Finding(Level.WARNING, what, "To see what the file sets: gitmem config --team")
    if team.is_held:
        yield Finding(
            Level.WARNING,
            f"memories are not sent: {why_held(team)}",
            "They stay here. To see the place, and agree: gitmem trust --team",
        )
    elif team.place:
        yield Finding(Level.GOOD, f"memories go to '{settings.remote}' alone, as '{NAME}' says")


def check_identity(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Memories are recorded by somebody with a name."""
    identity, is_fallback = find_identity(repo)
    if is_fallback:
        remedy = "Run: git config user.name NAME; git config user.email ADDRESS"
        yield Finding(Level.WARNING, f"no identity: memories are recorded by {identity}", remedy)
    else:
        yield Finding(Level.GOOD, f"memories are recorded by {identity}")


def check_compressor(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """Who writes the memories, how that fared, and whether each that is named can be used here."""
    settings = read_settings(repo)
    now = time.time() if practice.now is None else practice.now
    writer = describe_writer(repo, settings, os.environ, now)
    if writer.lack:
        remedy = "Mend that, or choose another: gitmem init --compressor NAME"
        yield Finding(Level.WARNING, writer.text, remedy)
    elif writer.failed_last:
        remedy = "What another wrote meanwhile can be improved: gitmem recompress --dry-run"
        yield Finding(Level.NOTE, writer.text, remedy)
    else:
        yield Finding(Level.GOOD, writer.text)
    others = settings.compressor[1:] if writer.lack else settings.compressor
    lacks = unusable_compressors(settings)
    for name in (name for name in others if name in lacks):
        remedy = "The next one in gitmem.compressor stands in, and finally the offline one"
        yield Finding(
            Level.WARNING, f"compressor '{name}' cannot be used now: {lacks[name]}", remedy
        )


def check_remote(repo: Repo, practice: Practice) -> Iterator[Finding]:
    """The remote answers, where it may be contacted, and accepts memories."""
    settings = read_settings(repo)
    remote = memory_remote(repo, settings.remote)
    if settings.team.is_held:
        remote = None  # and check_team_file has said so
    elif remote is None:
        yield Finding(Level.NOTE, "no remote: memories stay in this clone")
    elif not practice.network:
        yield Finding(Level.GOOD, f"memories are shared with '{remote}' (not contacted)")
    else:
        fetch_notes(repo, remote, settings.push_timeout)
        yield Finding(Level.GOOD, f"memories are shared with '{remote}', which answers")
    refusal = read_refusal(repo, remote) if remote else None
    if refusal is not None:
        remedy = "Nothing was lost: they stay here until it accepts them. Run: gitmem sync"
        yield Finding(Level.WARNING, refusal.reason, remedy)
    for name in remotes_apart(repo):
        remedy = f"If its people are to be trusted: gitmem trust {name}"
        yield Finding(Level.NOTE, f"'{name}' has memories that are kept apart", remedy)
    unreadable = sorted({remote_of(place) for place in read_cursors(repo).unreadable})
    for name in unreadable:
        what = f"what '{name}' has under {NOTES_REF} cannot be read as notes, and was left alone"
        remedy = "Memories stay here. Whoever keeps that repository can look: git fsck"
        yield Finding(Level.WARNING, what, remedy)
    if taken := len(read_taken(repo)):
        what = f"{taken} {'memory was' if taken == 1 else 'memories were'} taken away by a remote"
        yield Finding(Level.NOTE, what, "To see what and by whom: gitmem restore")
