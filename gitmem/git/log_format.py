"""How ``git log`` is told to print a commit: in a form that it knows by name, or in another.

**Source:** git's ``pretty.c`` (``get_commit_format``) and ``builtin/log.c``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gitmem.git.repo import Repo, try_git

_BUILT_IN = (
    "raw",
    "medium",
    "short",
    "email",
    "mboxrd",
    "fuller",
    "full",
    "oneline",
    "reference",
)
_ASKED = r"^(format\.pretty|pretty\..*|log\.follow|notes\.displayref|color\.(ui|diff))$"
_DEEPEST = 16


@dataclass(frozen=True)
class LogForm:
    """The form of a commit: git's own by its ``name``, or else a person's own ``text``.

    ``ends_lines``: each commit ends with a newline, instead of one standing between two.
    ``is_short``: ids are abbreviated (``--oneline``).  ``is_chosen``: the command line has it.
    ``is_tight``: no empty line comes before a difference.
    """

    name: str = "medium"
    text: str | None = None
    ends_lines: bool = False
    is_short: bool = False
    is_chosen: bool = False
    is_tight: bool = False

    @property
    def is_line(self) -> bool:
        """Whether a commit is one line."""
        return self.name == "oneline"


@dataclass(frozen=True)
class LogConfig:
    """What git's configuration says about the log."""

    pretty: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    follows: bool = False
    note_refs: Sequence[str] = ()
    colour: str = ""


def read_log_config(repo: Repo) -> LogConfig:
    """The configuration as git finds it here; one process."""
    done = try_git(repo, "config", "-z", "--get-regexp", _ASKED)
    pretty, colour, ui, follows = "", "", "", False
    aliases: dict[str, str] = {}
    refs: list[str] = []
    for pair in os.fsdecode(done.stdout).split("\0"):
        name, _, value = pair.partition("\n")
        if name == "format.pretty":
            pretty = value
        elif name.startswith("pretty."):
            aliases[name.removeprefix("pretty.")] = value
        elif name == "log.follow":
            follows = value.lower() in ("", "true", "yes", "on", "1")
        elif name == "notes.displayref":
            refs.append(value)
        elif name == "color.diff":
            colour = value.lower()
        elif name == "color.ui":
            ui = value.lower()
    return LogConfig(pretty, aliases, follows, refs, colour or ui)


def form_of(
    options: Sequence[str],
    config: LogConfig,
    *,
    is_reflog: bool = False,
    has_date: bool = False,
    has_refs: bool = False,
) -> LogForm:
    """The form that these options (``--format=``, ``--pretty``, ``--oneline``) choose, the last of
    them, or the configuration; one that git will refuse is taken for git's own.

    Where git's own form has no place for notes (one line ``is_reflog``, or ``reference``), it is
    spelled out.  ``has_date``: the command line says how dates are shown.  ``has_refs``: a commit
    is shown with its refs.
    """
    form = _form_of(options, config)
    if form.name == "reference":
        text = f"%C(auto)%h (%s, {'%ad' if has_date else '%as'})"
        return LogForm("", text, ends_lines=True, is_chosen=form.is_chosen)
    if form.is_line and is_reflog:
        text = f"%C(auto){'%h' if form.is_short else '%H'}{'%d' if has_refs else ''} %gd: %gs"
        return LogForm("", text, ends_lines=True, is_chosen=form.is_chosen, is_tight=True)
    return form


def _form_of(options: Sequence[str], config: LogConfig) -> LogForm:
    if not options:
        return _named(config.pretty, config, is_chosen=False) if config.pretty else LogForm()
    last = options[-1]
    if last == "--oneline":
        return LogForm("oneline", is_short=True, is_chosen=True)
    asked = last.partition("=")[2]
    is_short = "--oneline" in options
    found = _named(asked, config, is_chosen=True) if "=" in last else LogForm(is_chosen=True)
    return LogForm(found.name, found.text, found.ends_lines, is_short, is_chosen=True)


def _named(asked: str, config: LogConfig, *, is_chosen: bool) -> LogForm:
    for _ in range(_DEEPEST):  # an alias may name another
        if asked.startswith(("format:", "tformat:")):
            kind, _, text = asked.partition(":")
            return LogForm("", text, kind == "tformat", is_chosen=is_chosen)
        if not asked or "%" in asked:
            return LogForm("", asked, ends_lines=True, is_chosen=is_chosen)
        name = _whole_name(asked, config)
        if name in _BUILT_IN:
            return LogForm(name, is_chosen=is_chosen)
        asked = config.aliases.get(name, "medium")
    return LogForm(is_chosen=is_chosen)


def _whole_name(asked: str, config: LogConfig) -> str:
    """The name that begins so, the shortest; letter case does not count."""
    names = [*_BUILT_IN, *(name for name in config.aliases if name not in _BUILT_IN)]
    wanted = re.compile(re.escape(asked), re.IGNORECASE)
    return min((name for name in names if wanted.match(name)), key=len, default="medium")
