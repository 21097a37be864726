"""What of a command line is gitmem's own, and what is git's, for the commands like ``git log``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

import click

from gitmem.git.log_words import LogWords, read_words, takes_value

FORMATS = ("full", "oneline", "json", "markdown", "html", "adr")
_WORDS = "gitmem.log_words"
_COLOURS = ("auto", "always", "never")
_LIKE = 0.83  # of two letters that changed places in a short word


class GitLogCommand(click.Command):
    """A command that hands on to git what is not its own; :func:`words_of` gives that."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep what is git's apart from what click reads."""
        own, words = self._split(ctx, args)
        if not any(word in ("-h", "--help") for word in own):
            ctx.meta[_WORDS] = read_words(words)
        return super().parse_args(ctx, own)

    def _split(self, ctx: click.Context, arguments: Sequence[str]) -> tuple[list[str], list[str]]:
        own: list[str] = []
        words: list[str] = []
        flags, valued = self._own_options()
        rest = list(arguments)
        is_record = "--format=adr" in rest or ("--format", "adr") in pairwise(rest)
        while rest:
            word = rest.pop(0)
            name, has_value, value = word.partition("=")
            if word == "--":
                words += [word, *rest]
                break
            if name in ("--color", "--colour"):
                if not has_value:
                    is_next = bool(rest) and rest[0] in _COLOURS
                    value = rest.pop(0) if is_next else "always"
                own.append(f"--color={value}")
            elif word in ("--no-color", "--no-colour"):
                own.append("--color=never")
            elif name == "--format":
                value = value if has_value else (rest.pop(0) if rest else "")
                (own if value in FORMATS else words).append(f"--format={value}")
            elif re.match("-o.", word) or (name == "--output" and is_record):
                # git log has no -o; its --output names a file for differences, and records none.
                glued = word[2:] if word[1] == "o" else value
                own += ["-o", *([glued] if glued else rest[:1])]
                rest = rest if glued else rest[1:]
            elif word in flags:
                own.append(word)
            elif name in valued and (name.startswith("--") or not has_value):
                own += [word] if has_value else [word, *rest[:1]]
                rest = rest if has_value else rest[1:]
            elif takes_value(word):
                words += [word, *rest[:1]]
                rest = rest[1:]
            else:
                self._refuse_slip(ctx, name, ["--oneline", *flags, *valued])
                words.append(word)
        return own, words

    def _refuse_slip(self, ctx: click.Context, name: str, ours: Sequence[str]) -> None:
        """An option of ours that was mistyped is not git's to refuse, or to pass over.

        Raises:
            click.NoSuchOption: it is very like one of ours.
        """
        if name.startswith("--") and name not in ours and not takes_value(name):
            from difflib import get_close_matches  # only for what is not known

            if near := get_close_matches(name, ours, n=1, cutoff=_LIKE):
                raise click.NoSuchOption(name, possibilities=near, ctx=ctx)

    def _own_options(self) -> tuple[set[str], set[str]]:
        """The names of the options that are ours: those without a value, and those with one."""
        flags, valued = {"-h", "--help"}, set[str]()
        for option in self.params:
            if isinstance(option, click.Option) and option.expose_value:
                (flags if option.is_flag else valued).update(option.opts)
        return flags, valued - {"--format", "--color", "--colour"}


def words_of(ctx: click.Context) -> LogWords:
    """What is handed on to git."""
    found = ctx.meta[_WORDS]
    assert isinstance(found, LogWords)  # noqa: S101 - what parse_args put there
    return found
