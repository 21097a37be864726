"""``gitmem doctor``: what is wrong, what helps, and, on request, the fix.

Each check looks at one thing and reports what it found, good or bad.  Nothing is changed until a
fix is called.
"""

from __future__ import annotations

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo
from gitmem.setup.doctor_environment import (
    check_compressor,
    check_identity,
    check_namesake,
    check_remote,
    check_settings,
    check_team_file,
    check_versions,
)
from gitmem.setup.doctor_finding import Check, Finding, Level, Practice
from gitmem.setup.doctor_housekeeping import check_housekeeping
from gitmem.setup.doctor_installation import (
    check_client,
    check_client_choices,
    check_config,
    check_hooks,
    check_launcher,
    check_server,
    check_set_up,
)
from gitmem.setup.doctor_state import (
    check_disk,
    check_history,
    check_index,
    check_log,
    check_preferences,
    check_queue,
    check_scrub,
    check_stand_ins,
)
from gitmem.setup.doctor_transcripts import check_transcripts

_CHECKS: tuple[Check, ...] = (  # causes before effects
    check_versions,
    check_namesake,
    check_launcher,
    check_settings,
    check_team_file,
    check_config,
    check_hooks,
    check_client,
    check_server,
    check_client_choices,
    check_compressor,
    check_identity,
    check_remote,
    check_disk,
    check_scrub,
    check_queue,
    check_index,
    check_log,
    check_preferences,
    check_stand_ins,
    check_history,
    check_transcripts,
    check_housekeeping,
)


def diagnose(repo: Repo, practice: Practice | None = None) -> list[Finding]:
    """Run every check, causes before effects; a check that fails is itself a finding."""
    given = practice or Practice()
    found = [finding for check in _checks_of(repo) for finding in _run(check, repo, given)]
    return list(dict.fromkeys(found))  # several checks may fail for one reason


def _checks_of(repo: Repo) -> tuple[Check, ...]:
    if repo.worktree is None:
        return (check_versions, check_scrub, check_index)
    return _CHECKS if repo.is_initialised else (check_versions, check_scrub, check_set_up)


def render_finding(finding: Finding) -> str:
    """A finding for a person: its level and what was found, with the remedy below."""
    line = f"{finding.level.value:7} {finding.what}"
    return f"{line}\n        {finding.remedy}" if finding.remedy else line


def _run(check: Check, repo: Repo, practice: Practice) -> list[Finding]:
    try:
        return list(check(repo, practice))
    except GitmemError as error:
        return [Finding(Level.ERROR, error.message, error.hint)]
    except OSError as error:
        return [Finding(Level.ERROR, str(error), "Check the owner and mode of that file")]
