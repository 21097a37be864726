"""How git is asked, so that it answers us the same whatever a person configured.

What is set here wins over every file and over what the environment configures: git reads the
options of its command line last.  Only commands whose text we parse are told so; those that write
or talk to a remote run under the person's own settings, as their hooks do.  The environment is
:func:`gitmem.git.repo.git_environment`'s.  Standard library only: agent hooks import this.

What decides which commits and files there are stays the person's: replace refs, ignored files,
the names that decorate a commit.

**Source:** git's ``Documentation/config/``, and ``log.c``, ``diff.c``, ``blame.c``, ``pretty.c``.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

_NOTHING = os.devnull

# Lines of a listing: what they are written in, and what stands beside them.
_TEXT = {
    "i18n.logOutputEncoding": "UTF-8",
    "color.ui": "false",
    "color.diff": "false",
    "core.quotePath": "false",
    "core.abbrev": "auto",
    "column.ui": "never",
    "log.showSignature": "false",
    "log.showRoot": "true",
    "log.follow": "false",
    "log.abbrevCommit": "false",
    "log.diffMerges": "separate",
    "log.date": "default",
    # Names are asked for as they were written; the list of newer ones may be a pipe or a device.
    "log.mailmap": "false",
    "mailmap.file": "",
    "mailmap.blob": "",
}

# Which lines a difference consists of, and how it is written.
_DIFFERENCE = {
    "diff.algorithm": "myers",
    "diff.context": "3",
    "diff.interHunkContext": "0",
    "diff.indentHeuristic": "true",
    "diff.renames": "true",
    "diff.orderFile": _NOTHING,
    "diff.noPrefix": "false",
    "diff.mnemonicPrefix": "false",
    "diff.srcPrefix": "a/",
    "diff.dstPrefix": "b/",
    "diff.relative": "false",
    "diff.submodule": "short",
    "diff.ignoreSubmodules": "none",
    "diff.suppressBlankEmpty": "false",
    "diff.colorMoved": "no",
    # A file above it is shown as a binary one.
    "core.bigFileThreshold": "512m",
    # A person's own attributes may call any file binary, or give it a program to be shown with.
    "core.attributesFile": _NOTHING,
}

_BLAME = {
    "blame.showRoot": "false",
    "blame.showEmail": "false",
    "blame.blankBoundary": "false",
    "blame.markIgnoredLines": "false",
    "blame.markUnblamableLines": "false",
    "blame.coloring": "none",
    "blame.date": "iso",
    "diff.algorithm": "myers",
    "diff.renames": "true",
    "i18n.logOutputEncoding": "UTF-8",
    "mailmap.file": "",
    "mailmap.blob": "",
}

_STATUS = {
    "status.branch": "false",
    "status.short": "false",
    "status.showStash": "false",
    "status.relativePaths": "false",
    "status.submoduleSummary": "false",
    "status.renames": "true",
    "color.ui": "false",
    "color.status": "false",
    "column.ui": "never",
    "column.status": "never",
    "core.quotePath": "false",
    "diff.renames": "true",
}


def _options(settings: dict[str, str]) -> tuple[str, ...]:
    return tuple(part for name, value in settings.items() for part in ("-c", f"{name}={value}"))


_LOG = _options({**_TEXT, **_DIFFERENCE})
_OF_COMMAND = {
    "log": _LOG,
    "show": _LOG,
    "diff": _LOG,
    "diff-tree": _LOG,
    "rev-list": _options({"i18n.logOutputEncoding": "UTF-8", "color.ui": "false"}),
    "blame": _options(_BLAME),
    "status": _options(_STATUS),
}


def answer_options(arguments: Sequence[str]) -> tuple[str, ...]:
    """The options that stand before git's command in ``arguments``; none for those that do not
    answer by text that settings change.

    >>> answer_options(["fetch", "origin"])
    ()
    """
    is_value = False
    for argument in arguments:
        if is_value:
            is_value = False
        elif argument == "-c":
            is_value = True
        elif not argument.startswith("-"):
            return _OF_COMMAND.get(argument, ())
    return ()
