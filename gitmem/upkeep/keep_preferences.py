"""Write, change and forget a person's preferences, each in a commit of their own repository."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitmem.errors import GitmemError, UnknownMemory, UsageError
from gitmem.git.own_folder import commit_all, make_own_folder
from gitmem.git.repo import translate_os_errors
from gitmem.guard.policy import PLAIN, Policy
from gitmem.guard.redact import redact
from gitmem.guard.untrusted import clean_text
from gitmem.model.instant import iso_time
from gitmem.model.preference import (
    MAX_TEXT,
    PERSON,
    Preference,
    file_name,
    preference_id,
    render_document,
)
from gitmem.model.value import replace
from gitmem.state.atomic import write_atomically
from gitmem.state.preferences import MAX_PREFERENCES, preferences_folder, read_preferences


def need_folder(environ: Mapping[str, str]) -> Path:
    """Where this person's preferences are.

    Raises:
        GitmemError: there is no home folder.
    """
    folder = preferences_folder(environ)
    if folder is None:
        raise GitmemError(
            "there is no home folder for your preferences", "Nothing was kept. Set HOME"
        )
    return folder


def keep_preference(
    folder: Path,
    text: str,
    *,
    writer: str = PERSON,
    policy: Policy = PLAIN,
    now: float | None = None,
) -> tuple[Preference, bool]:
    """Keep what the text says, masked; the preference, and whether it is new.  Durable on return.

    What an agent wrote down before is agreed to by the person who says the same.

    Raises:
        UsageError: it is empty or too long, or there are too many.
        GitFailed, DiskFull, ReadOnlyRepository: it cannot be written.
    """
    made = _preference(text, writer, policy, now)
    present = read_preferences(folder)
    same = next((one for one in present if one.id == made.id), None)
    if same is not None and made.is_told and not same.is_told:
        return agree_to_preference(folder, same.id, now), False
    if same is not None:
        commit_all(make_own_folder(folder), "remember")
        return same, False
    if len(present) >= MAX_PREFERENCES:
        raise UsageError(
            f"there are {MAX_PREFERENCES} preferences already",
            "Nothing was kept. To list them: gitmem log --mine; to drop one: gitmem forget ID",
        )
    repo = make_own_folder(folder)
    _write(folder, made)
    commit_all(repo, f"remember {made.id}")
    return made, True


def agree_to_preference(folder: Path, name: str, now: float | None = None) -> Preference:
    """Have agents told from now on what one of them wrote down.  Durable on return.

    Raises:
        UnknownMemory: there is none of that name, or several.
        GitFailed, DiskFull, ReadOnlyRepository: it cannot be written.
    """
    one = find_preference(folder, name)
    if one.is_told:
        return one
    agreed = replace(one, agreed=iso_time(time.time() if now is None else now))
    repo = make_own_folder(folder)
    _write(folder, agreed)
    commit_all(repo, f"agree to {one.id}")
    return agreed


def edit_preference(
    folder: Path,
    name: str,
    text: str,
    *,
    policy: Policy = PLAIN,
    now: float | None = None,
) -> tuple[Preference, Preference]:
    """Put another text in the place of a preference; what it was, and what it is now.

    Raises:
        UnknownMemory, UsageError: there is none of that name, or the text cannot be kept.
        GitFailed, DiskFull, ReadOnlyRepository: it cannot be written.
    """
    old = find_preference(folder, name)
    made = _preference(text, PERSON, policy, now)
    repo = make_own_folder(folder)
    _write(folder, made)
    if made.id != old.id:
        _remove(folder, old)
    commit_all(repo, f"edit {old.id}")
    return old, made


def forget_preferences(folder: Path, names: Sequence[str]) -> list[Preference]:
    """Drop preferences; what they were.  None is dropped where one of the names is unknown.

    Raises:
        UnknownMemory: there is none of a name, or several.
        GitFailed, DiskFull, ReadOnlyRepository: it cannot be written.
    """
    doomed = list({one.id: one for one in (find_preference(folder, n) for n in names)}.values())
    repo = make_own_folder(folder)
    for one in doomed:
        _remove(folder, one)
    commit_all(repo, "forget " + ", ".join(one.id for one in doomed))
    return doomed


def find_preference(folder: Path, name: str) -> Preference:
    """The preference whose id begins so.

    Raises:
        UnknownMemory: there is none, or several.
    """
    found = [one for one in read_preferences(folder) if one.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    hint = "Nothing was changed. To list yours: gitmem log --mine"
    if not found:
        raise UnknownMemory(f"there is no preference '{name[:60]}'", hint)
    raise UnknownMemory(f"'{name[:60]}' is the beginning of {len(found)} preferences", hint)


def _preference(text: str, writer: str, policy: Policy, now: float | None) -> Preference:
    said = clean_text(text, len(text)).strip()
    if not said:
        raise UsageError("there is nothing to remember", "The text is empty; nothing was kept")
    if len(said) > MAX_TEXT:
        raise UsageError(
            f"the text has {len(said)} characters; a preference has {MAX_TEXT} at most",
            "Nothing was kept. Agents are told it in every session: say it in a sentence or two",
        )
    masked = redact(said, policy)[: 2 * MAX_TEXT]
    moment = iso_time(time.time() if now is None else now)
    return Preference(preference_id(masked), masked, moment, writer or PERSON)


def _write(folder: Path, one: Preference) -> None:
    data = render_document(one).encode("utf-8", "replace")
    write_atomically(folder / file_name(one), data, mode=0o600)


def _remove(folder: Path, one: Preference) -> None:
    with translate_os_errors(f"remove '{file_name(one)}'"):
        (folder / file_name(one)).unlink(missing_ok=True)
