"""Who may use what is written into a repository: as the umask says, unless the repository is
shared (``core.sharedRepository``).  Then as git says.

git's setting is kept, as a change of the umask, in the file ``.git/gitmem/umask``: whoever writes
there (hooks in sh, Python, libgit2, SQLite) takes it on for its whole process, with one look at
a file and no process of git.  Where the file is absent, the umask is the person's own.
Standard library only: agent hooks import this.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from gitmem.git.regular_file import read_regular
from gitmem.git.repo import Repo, translate_os_errors, try_git

_GROUP, _EVERYBODY = 0o660, 0o664
_NAMED = {
    **dict.fromkeys(("umask", "0", "false", "no", "off", ""), 0),
    **dict.fromkeys(("group", "1", "true", "yes", "on"), _GROUP),
    **dict.fromkeys(("all", "world", "everybody", "2"), _EVERYBODY),
}
_OCTAL_DIGITS = frozenset("01234567")
_SHIFT = {"u": 6, "g": 3, "o": 0}
_BITS = {"r": 4, "w": 2, "x": 1}
_PRIVATE = ("queue", "failed", "pending")
"""Folders of files with words that nobody has masked: earlier versions left some to everybody."""


def find_sharing(repo: Repo) -> str:
    """How git's configuration changes the umask here, in the symbolic form of ``umask``; "" if it
    does not.
    """
    asked = try_git(repo, "config", "--null", "--get-regexp", r"^core\.sharedrepository$")
    if asked.returncode != 0:
        return "" if asked.returncode == 1 else read_sharing(repo)  # git cannot say: as it was
    last = os.fsdecode(asked.stdout).split("\0")[-2]
    _, has_value, value = last.partition("\n")
    return sharing_rule(value if has_value else "true")


def sharing_rule(value: str) -> str:
    """The same for one value of ``core.sharedRepository``, read as git's ``git_config_perm``.

    Names widen the umask, a number takes its place.  A value that git refuses shares nothing.
    """
    name = value.strip().lower()
    wide = _NAMED.get(name)
    if wide is not None:
        return ",".join(
            f"{who}+{_letters(wide >> _SHIFT[who])}" for who in "go" if wide >> _SHIFT[who] & 7
        )
    if not _OCTAL_DIGITS.issuperset(name) or int(name, 8) & 0o600 != 0o600:
        return ""
    return ",".join(f"{who}={_letters(int(name, 8) >> shift)}" for who, shift in _SHIFT.items())


def read_sharing(repo: Repo) -> str:
    """The change of the umask that is kept here; "" where there is none."""
    try:
        rule = read_regular(_path(repo), 100).decode("ascii").strip()
    except (OSError, ValueError):
        return ""
    return rule if all(map(_is_clause, rule.split(","))) else ""


def adopt_sharing(repo: Repo) -> None:
    """From now on what this process writes has the permissions that the repository asks for."""
    rule = read_sharing(repo)
    if rule:
        os.umask(changed_umask(os.umask(0o077), rule))


def changed_umask(mask: int, rule: str) -> int:
    """A umask after ``umask RULE``, as a shell would change it."""
    for clause in rule.split(",") if rule else ():
        who, sign = clause[0], clause[1]
        bits = sum(_BITS[letter] for letter in clause[2:])
        held = bits if sign == "=" else bits | (~mask >> _SHIFT[who] & 7)
        mask = mask & ~(7 << _SHIFT[who]) | (~held & 7) << _SHIFT[who]
    return mask


def private_mode(repo: Repo) -> int:
    """The mode of a file with words that nobody has masked: for its owner alone, and for the group
    where the repository is the group's.
    """
    return 0o600 | (~changed_umask(0o077, read_sharing(repo)) & 0o060)


def keep_sharing(repo: Repo) -> None:
    """Ask git how the repository is shared, keep that, and take it on; where it has changed, give
    what lies here already the permissions that it would have been given.

    Another person's files stay as they are.

    Raises:
        DiskFull, ReadOnlyRepository: it cannot be kept.
    """
    rule, path = find_sharing(repo), _path(repo)
    if rule != read_sharing(repo):
        with translate_os_errors("keep how the repository is shared"):
            path.unlink(missing_ok=True)
            if rule:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(f"{rule}\n", "ascii")
        _share(repo, rule)
    adopt_sharing(repo)
    _close(repo)


def _path(repo: Repo) -> Path:
    return repo.state_dir / "umask"


def _is_clause(text: str) -> bool:
    return text[:1] in _SHIFT and text[1:2] in ("+", "=") and set(text[2:]) <= _BITS.keys()


def _letters(bits: int) -> str:
    """Read and write, and with reading the right to enter folders and run programs."""
    return "".join(("r" * (bits >> 2 & 1), "w" * (bits >> 1 & 1), "x" * (bits >> 2 & 1)))


def _share(repo: Repo, rule: str) -> None:
    """Give every file and folder of ours the permissions that it would be made with now."""
    mask = os.umask(0o077)
    os.umask(mask)
    mask = changed_umask(mask, rule)
    for folder, _, names in os.walk(repo.state_dir):
        _set_mode(Path(folder), 0o777 & ~mask, is_shared=bool(rule))
        for name in names:
            _set_mode(Path(folder, name), 0o777 & ~mask, is_shared=bool(rule))


def _set_mode(path: Path, wanted: int, *, is_shared: bool) -> None:
    """As git's ``adjust_shared_perm``: what lies in a folder of the group becomes the group's."""
    with suppress(OSError):  # another person's: it has what that person's gitmem gave it
        held = path.lstat().st_mode
        if stat.S_ISDIR(held):
            mode = wanted | (stat.S_ISGID if is_shared and wanted & 0o060 else held & stat.S_ISGID)
        elif stat.S_ISREG(held):
            mode = wanted if held & 0o100 else wanted & 0o666
        else:
            return
        if stat.S_IMODE(held) != mode:
            path.chmod(mode)


def _close(repo: Repo) -> None:
    mode = private_mode(repo)
    for name in _PRIVATE:
        for folder, _, files in os.walk(repo.state_dir / name):
            for file in files:
                with suppress(OSError):
                    path = Path(folder, file)
                    if stat.S_IMODE(path.lstat().st_mode) & ~mode:
                        path.chmod(mode)
