"""The words of ``git log``'s command line: which are options, what a value belongs to.  Pure.

gitmem hands them on to git, and need only know those that change what it does itself: how many
commits, in which order, in which form.  A word that git does not know is git's to refuse.

**Source:** git's ``revision.c``, ``diff.c``, ``builtin/log.c`` and ``pretty.c``.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gitmem.errors import UsageError

_WITH_VALUE = re.compile(
    r"-[nSGLOlU]"
    r"|--(max-count|skip|since|after|until|before|since-as-filter|max-age|min-age|author"
    r"|committer|grep|grep-reflog|date|encoding|glob|exclude|exclude-hidden|diff-filter"
    r"|decorate-refs|decorate-refs-exclude|find-object|diff-algorithm|anchored"
    r"|inter-hunk-context|unified|word-diff-regex|ws-error-highlight|src-prefix|dst-prefix"
    r"|output-indicator-new|output-indicator-old|output-indicator-context|line-prefix|output"
    r"|skip-to|rotate-to|stat-width|stat-name-width|stat-graph-width|stat-count|diff-merges"
    r"|color-moved-ws)"
)
"""Those whose value may be the next word."""

_REFUSED = {
    "--output": "it writes a file; redirect instead: gitmem log ... > FILE",
    "--ext-diff": "it runs a program; use: git log --ext-diff",
    "--stdin": "gitmem reads no revisions from standard input; name them",
    "-z": "memories are lines of text; for scripts there is --json",
    "--null": "memories are lines of text; for scripts there is --json",
    "--line-prefix": "it would stand before lines that gitmem has to tell apart",
}

_SHOWS = re.compile(
    r"-[psuwbcm]|--cc|-U\d+|-[MCB](\d+%?)?|--(no-)?patch|--patch-with-(stat|raw)|--unified=\d+"
    r"|--(compact-)?(stat|numstat|shortstat|dirstat|cumulative|summary)(=.*)?|--compact-summary"
    r"|--stat-(width|name-width|graph-width|count)=\d+|--dirstat-by-file(=.*)?"
    r"|--raw|--name-(only|status)|--no-(renames|prefix|textconv|ext-diff|color-moved)"
    r"|--(full-index|binary|abbrev=\d+|minimal|patience|histogram|indent-heuristic)"
    r"|--diff-algorithm=.*|--word-diff(=.*|-regex=.*)?|--color-(words|moved)(=.*)?"
    r"|--ignore-(space-at-eol|space-change|all-space|blank-lines|cr-at-eol)|--function-context|-W"
    r"|--inter-hunk-context=\d+|--diff-merges=.*|--no-diff-merges|--root|-[rtaR]|--text"
    r"|--find-(renames|copies)(=.*)?|--submodule(=.*)?|--src-prefix=.*|--dst-prefix=.*"
    r"|--(no-)?abbrev-commit|--(no-)?decorate(=.*)?|--decorate-refs(-exclude)?=.*|--clear-decorations"
    r"|--date=.*|--relative-date|--(no-)?(use-)?mailmap|--(no-)?expand-tabs(=\d+)?|--show-signature"
    r"|--no-show-signature|--encoding=.*",
    re.DOTALL,
)
"""Those that say how a commit is shown, whichever commits are."""

_SELECTS = re.compile(
    r"--(author|committer|grep|since|after|until|before)=.*|-[iEFP]"
    r"|--(all-match|invert-grep|regexp-ignore-case|extended-regexp|fixed-strings|perl-regexp)"
    r"|--(no-)?merges|--(all|branches|tags|remotes)(=.*)?|--(date|topo|author-date)-order",
    re.DOTALL,
)
"""Those that say which commits, and which ``git rev-list`` takes as well."""

_MATCHES = re.compile(
    r"--(author|committer|grep)=.*|-[iEFP]"
    r"|--(all-match|invert-grep|regexp-ignore-case|extended-regexp|fixed-strings|perl-regexp)",
    re.DOTALL,
)
_BOTH = frozenset({"--first-parent"})
_FORM = re.compile(r"--(pretty|format)(=(?P<form>.*))?|--oneline", re.DOTALL)
_NOTES = re.compile(r"--(no-)?(show-|standard-)?notes(=.*)?|--(no-)?standard-notes", re.DOTALL)
_COUNT = re.compile(r"-(?P<bare>\d+)|-n(?P<stuck>.+)|--max-count=(?P<long>.*)", re.DOTALL)
_SHOWS_DIFF = re.compile(
    r"-[pu]|-U\d+|--(patch|unified|stat|numstat|shortstat|dirstat|summary|raw|name-only|name-status"
    r"|patch-with-stat|patch-with-raw|compact-summary|word-diff|color-words|cc)(=.*)?|-[cm]"
    r"|-L.*|--graph"
)


@dataclass(frozen=True)
class LogWords:
    """What was asked of ``git log``.

    ``words`` are the options and revisions or paths that are handed on, in order, each option with
    its value in one word.  ``paths`` are those after ``--``, None without it.  ``forms`` and
    ``notes`` are the options that choose the format and other notes.  ``count`` and ``skip`` are
    numbers of commits.
    """

    words: tuple[str, ...] = ()
    paths: tuple[str, ...] | None = None
    forms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    count: int | None = None
    skip: int = 0
    is_reversed: bool = False
    has_graph: bool = False

    @property
    def end(self) -> int | None:
        """How many commits are enough, those that are skipped among them."""
        return None if self.count is None else min(self.skip + self.count, sys.maxsize)

    @property
    def options(self) -> tuple[str, ...]:
        """The words that are options."""
        return tuple(word for word in self.words if _is_option(word))

    @property
    def names(self) -> tuple[str, ...]:
        """The words that are revisions or paths."""
        return tuple(word for word in self.words if not _is_option(word))

    @property
    def shows(self) -> tuple[str, ...]:
        """The options that say how a commit is shown."""
        return tuple(w for w in self.options if w in _BOTH or _SHOWS.fullmatch(w))

    @property
    def selects(self) -> tuple[str, ...]:
        """The options that say which commits are shown, as far as they only do that."""
        return tuple(w for w in self.options if w in _BOTH or _SELECTS.fullmatch(w))

    @property
    def matches(self) -> tuple[str, ...]:
        """The options that look for words, which git colours where it finds them."""
        return tuple(word for word in self.options if _MATCHES.fullmatch(word))

    @property
    def shows_diff(self) -> bool:
        """Whether a difference or a graph is asked for."""
        return self.has_graph or any(_SHOWS_DIFF.fullmatch(word) for word in self.options)

    @property
    def is_separable(self) -> bool:
        """Whether the commits can be chosen first and shown afterwards, with the same result."""
        known = {*self.shows, *self.selects}
        return not self.has_graph and known.issuperset(self.options)


def read_words(arguments: Sequence[str]) -> LogWords:
    """The words of a command line of ``git log``, which may have any option of it.

    Raises:
        UsageError: gitmem cannot honour an option, for a reason that it tells.
    """
    paths: tuple[str, ...] | None = None
    if "--" in arguments:
        cut = list(arguments).index("--")
        arguments, paths = arguments[:cut], tuple(arguments[cut + 1 :])
    words: list[str] = []
    forms: list[str] = []
    notes: list[str] = []
    count, skip, is_reversed, has_graph = None, 0, False, False
    for word in _with_values(arguments):
        name = word.partition("=")[0]
        if name in _REFUSED:
            raise UsageError(f"'{name}' cannot be used here: {_REFUSED[name]}")
        if found := _COUNT.fullmatch(word):
            count = _number(found["bare"] or found["stuck"] or found["long"], name)
        elif name == "--skip":
            skip = _number(word.partition("=")[2], name) or 0
        elif word == "--reverse":
            is_reversed = not is_reversed
        elif word in ("--graph", "--no-graph"):
            has_graph = word == "--graph"
        elif _FORM.fullmatch(word):
            forms.append(word)
        elif _NOTES.fullmatch(word):
            notes.append(word)
        else:
            words.append(word)
    return LogWords(
        tuple(words), paths, tuple(forms), tuple(notes), count, skip, is_reversed, has_graph
    )


def takes_value(word: str) -> bool:
    """Whether the next word is the value of this one."""
    return _WITH_VALUE.fullmatch(word) is not None


def _is_option(word: str) -> bool:
    return word.startswith("-") and word != "-"


def _with_values(arguments: Iterable[str]) -> Iterable[str]:
    """The words, each option that stands apart from its value joined with it."""
    rest = iter(arguments)
    for word in rest:
        if not takes_value(word):
            yield word
            continue
        value = next(rest, None)
        if value is None:
            raise UsageError(f"'{word}' needs a value")
        yield f"{word}={value}" if word.startswith("--") else f"{word}{value}"


def _number(text: str, name: str) -> int | None:
    """The number; None where it is negative, which is git's word for all."""
    try:
        number = int(text)
    except ValueError:
        raise UsageError(f"'{name}': '{text}' is not a number") from None
    return number if number >= 0 else None
