"""Every argument of every command, found by asking the command line itself, and odd values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from gitmem.cli.main import cli

ODD = {
    "nothing": "",
    "a blank": " ",
    "a dash": "-",
    "an option": "-x",
    "a long option": "--upload-pack=touch odd",
    "negated": "^HEAD",
    "a range": "HEAD..HEAD",
    "a range of three dots": "HEAD...HEAD",
    "a range without an end": "HEAD..",
    "an open range": "..",
    "parents": "HEAD^@",
    "all but its parents": "HEAD^!",
    "a parent that is not there": "HEAD~999999",
    "a number too large": "HEAD~99999999999999999999",
    "the branch before": "@{-1}",
    "a reflog entry": "HEAD@{9999}",
    "a reflog date": "HEAD@{no such date}",
    "its upstream": "@{upstream}",
    "a message": ":/no such text",
    "a message behind": "HEAD^{/no such text}",
    "a tree": "HEAD^{tree}",
    "a blob": "HEAD:README.md",
    "an entry of the index": ":0:README.md",
    "no ref": "refs/heads/nothing",
    "a glob": "refs/*",
    "the null id": "0" * 40,
    "a short id": "abcd",
    "a long id": "f" * 64,
    "a memory's id": "m0123456789abcdef0123",
    "part of one": "m",
    "a large number": "9" * 30,
    "below zero": "-1",
    "a fraction": "0.5",
    "not a number": "nan",
    "no date": "the day before",
    "a date too late": "99999-13-45",
    "a newline": "a\nb",
    "a tab": "a\tb",
    "a carriage return": "a\rb",
    "escapes": "\x1b]0;x\x07\x1b[31m\u202ex\u200b",
    "a byte that is no character": "\udcff",
    "other scripts": "漢字 🎉 ёж",
    "quotes": "'\"`$(touch odd)`;|&",
    "a pattern that does not end": "(((",
    "a pattern": "[a-",
    "far up": "../../../../../../etc/passwd",
    "the root": "/",
    "a device": "/dev/null",
    "no such file": "no/such/file",
    "a folder": ".",
    "a place": "README.md:0",
    "a place backwards": "README.md:9-1",
    "a place too far": "README.md:99999999999999999999",
    "a place in none": "nothing.py:1",
    "a name too long": "x" * 300,
    "a long path": "a/" * 3000,
    "100 kB": "x" * 100_000,
    "more than the system takes": "x" * 140_000,
    "an address": "ext::sh -c 'touch odd'",
    "a url": "https://nobody.invalid/x.git",
}


@dataclass(frozen=True)
class Slot:
    """A place for a value: the words before it, and after it."""

    before: tuple[str, ...]
    after: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return " ".join((*self.before, "ODD", *self.after))

    def filled(self, value: str) -> list[str]:
        if self.before[-1].startswith("--") and self.before[-1] != "--":
            return [*self.before[:-1], f"{self.before[-1]}={value}", *self.after]
        return [*self.before, value, *self.after]


def commands(
    group: click.Command = cli, names: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command with its name, those of groups among them."""
    if not isinstance(group, click.Group):
        yield names, group
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        inner = group.get_command(context, name)
        assert inner is not None
        yield from commands(inner, (*names, name))


def slots() -> Iterator[Slot]:
    """Every argument and every option that takes a value, of every command."""
    for names, command in commands():
        needed = [
            _sample(p) for p in command.params if isinstance(p, click.Argument) and p.required
        ]
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                yield Slot(names)
                yield Slot((*names, "--"))
            elif isinstance(parameter, click.Option) and not parameter.is_flag:
                option = max(parameter.opts, key=len)
                rest = ["HEAD"] * (parameter.nargs - 1)
                if rest:
                    yield Slot((*names, option), (*rest, *needed))
                else:
                    yield Slot((*names, option), tuple(needed))


def _sample(argument: click.Argument) -> str:
    return {"place": "README.md:1"}.get(argument.name or "", "HEAD")
