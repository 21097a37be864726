"""``gitmem complete-words``: what may stand at the cursor, for a shell that asks at every TAB.

It reads the index file and the names of refs as they are: nothing is brought up to date, nothing
is written, and whatever goes wrong, nothing is said.  What memories say comes from strangers, and
is one clean line each.
"""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress

import click

from gitmem.errors import GitmemError
from gitmem.git.repo import Repo, find_enclosing_repo, try_git
from gitmem.index.file import FILE, FOLDER

_MOST = 200
_MAX_TITLE = 60
_GIT_SECONDS = 2.0
_IDS = "ids"
_REVISIONS = "revisions"
_PATHS = "paths"
_REMOTES = "remotes"
_SETTINGS = "settings"

# What the arguments of each command are; of options it is told by their names.
_ARGUMENTS = {
    "log": (_REVISIONS, _PATHS),
    "show": (_IDS, _REVISIONS),
    "session": (_IDS, _REVISIONS),
    "edit": (_IDS,),
    "forget": (_IDS,),
    "pin": (_IDS,),
    "unpin": (_IDS,),
    "wrong": (_IDS,),
    "scrub": (_IDS,),
    "restore": (_IDS,),
    "verify": (_IDS, _REVISIONS),
    "why": (_PATHS,),
    "capture": (_REVISIONS,),
    "backfill": (_REVISIONS,),
    "recompress": (_REVISIONS,),
    "page": (_REVISIONS,),
    "handoff": (_REVISIONS,),
    "digest": (_REVISIONS,),
    "sync": (_REMOTES,),
    "trust": (_REMOTES,),
    "config": (_SETTINGS,),
}
_OF_OPTIONS = {
    "--path": (_PATHS,),
    "--commit": (_REVISIONS,),
    "--branch": (_REVISIONS,),
    "--remote": (_REMOTES,),
    "--file": (_PATHS,),
}

_BEGINNING = re.compile(r"(m[0-9a-f]*)?")
_NEWEST = """
    SELECT id, fields FROM memory
    WHERE id GLOB ? AND id NOT IN (SELECT id FROM tombstone) ORDER BY place DESC LIMIT ?
"""

Candidate = tuple[str, str]


def print_candidates(arguments: Sequence[str]) -> None:
    """Print the candidates for the last of the words, a line each; raises nothing."""
    words = list(arguments[1:] if arguments[:1] == ["--"] else arguments) or [""]
    with suppress(Exception):
        found = dict.fromkeys(_candidates(words[:-1], words[-1]))
        lines = (_line(value, text) for value, text in found)
        shown = "".join(f"{line}\n" for line in lines if line)
        sys.stdout.write(shown)
        sys.stdout.flush()


def _line(value: str, description: str) -> str:
    """One that cannot be typed as one line is left out."""
    from gitmem.guard.untrusted import clean_line

    if not value.isprintable():
        return ""
    told = clean_line(description, _MAX_TITLE) if description else ""
    return f"{value}\t{told}" if told else value


def _candidates(before: list[str], word: str) -> Iterator[Candidate]:
    from gitmem.cli.main import COMMANDS, cli

    context = click.Context(cli, info_name="gitmem", resilient_parsing=True)
    rest = _leave_folder(before)
    name = rest[0] if rest else ""
    if not rest:
        yield from _options(context, word)
        yield from (pair for pair in COMMANDS.items() if pair[0].startswith(word))
        return
    if name == "help":
        yield from _help_words(context, rest[1:], word)
        return
    command: click.Command = cli
    for step, each in enumerate(rest):
        found = command.get_command(context, each) if isinstance(command, click.Group) else None
        if found is None:
            rest = rest[step:]
            break
        command, context = found, click.Context(found, info_name=each, parent=context)
    else:
        rest = []
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            if each.startswith(word):
                yield each, ""
    yield from _of_command(command, context, name, rest, word)


def _of_command(
    command: click.Command, context: click.Context, name: str, rest: list[str], word: str
) -> Iterator[Candidate]:
    option, is_joined, value = word.partition("=")
    if "--" in rest:
        yield from _paths(word)
    elif is_joined and option.startswith("--"):
        yield from ((f"{option}={each}", text) for each, text in _values(command, option, value))
    elif rest and rest[-1].startswith("-") and _takes_value(command, rest[-1]):
        yield from _values(command, rest[-1], word)
    elif word.startswith("-"):
        yield from _options(context, word)
    elif name == "config" and len(words := [each for each in rest if each[:1] != "-"]) == 1:
        yield from _setting_values(words[0], word)
    else:
        for parameter in command.params:
            if isinstance(parameter, click.Argument):
                yield from _choices(parameter, word)
        for kind in _ARGUMENTS.get(name, ()):
            yield from _of_kind(kind, word)


def _leave_folder(words: list[str]) -> list[str]:
    """Go where ``-C`` says, as the command would; the words behind it."""
    while words[:1] == ["-C"] and len(words) > 1:
        os.chdir(os.path.expanduser(words[1]))  # noqa: PTH111
        words = words[2:]
    return words


def _help_words(context: click.Context, rest: list[str], word: str) -> Iterator[Candidate]:
    from gitmem.cli.documents import page_titles
    from gitmem.cli.main import COMMANDS

    if not rest:
        every = {**page_titles(), "topics": "", **COMMANDS}
        yield from (pair for pair in every.items() if pair[0].startswith(word))


def _options(context: click.Context, word: str) -> Iterator[Candidate]:
    for parameter in context.command.get_params(context):
        if isinstance(parameter, click.Option) and not parameter.hidden:
            for name in (*parameter.opts, *parameter.secondary_opts):
                is_long_enough = name.startswith("--") or word == "-"
                if word.startswith("-") and is_long_enough and name.startswith(word):
                    yield name, (parameter.help or "").partition(".")[0]


def _option(command: click.Command, name: str) -> click.Option | None:
    for parameter in command.params:
        if isinstance(parameter, click.Option) and name in parameter.opts:
            return parameter
    return None


def _takes_value(command: click.Command, name: str) -> bool:
    option = _option(command, name)
    return option is not None and not option.is_flag and not option.count


def _values(command: click.Command, name: str, word: str) -> Iterator[Candidate]:
    option = _option(command, name)
    if option is None:
        return
    yield from _choices(option, word)
    for kind in _OF_OPTIONS.get(name, ()):
        yield from _of_kind(kind, word)
    if isinstance(option.type, click.Path):
        yield from _paths(word)


def _choices(parameter: click.Parameter, word: str) -> Iterator[Candidate]:
    if isinstance(parameter.type, click.Choice):
        yield from ((str(c), "") for c in parameter.type.choices if str(c).startswith(word))


def _of_kind(kind: str, word: str) -> Iterator[Candidate]:
    if kind == _PATHS:
        return _paths(word)
    if kind == _SETTINGS:
        return _settings(word)
    repo = _repo()
    if repo is None:
        return iter(())
    if kind == _IDS:
        return _ids(repo, word)
    if kind == _REMOTES:
        return ((name, "remote") for name in _ask(repo, "remote") if name.startswith(word))
    return _revisions(repo, word)


def _repo() -> Repo | None:
    with suppress(GitmemError):
        return find_enclosing_repo(os.getcwd())  # noqa: PTH109
    return None


def _ids(repo: Repo, word: str) -> Iterator[Candidate]:
    """The newest memories whose id begins so, straight from the file, which stays as it is."""
    file = repo.state_dir / FOLDER / FILE
    if file.is_symlink() or not file.is_file() or not _BEGINNING.fullmatch(word):
        return
    # Without a log of writes beside it, SQLite would make one even to read.
    is_quiet = not file.with_name(f"{FILE}-wal").exists()
    address = f"{file.absolute().as_uri()}?mode=ro{'&immutable=1' if is_quiet else ''}"
    with closing(sqlite3.connect(address, uri=True, timeout=0.1)) as database:
        yield from _titles(database, word)


def _titles(database: sqlite3.Connection, word: str) -> Iterator[Candidate]:
    from gitmem.index.rows import unpack_memory

    rows = database.execute(_NEWEST, (f"{word}*", _MOST))
    for name, fields in rows:
        memory = unpack_memory(fields)
        yield name, f"{memory.kind}: {memory.title}"


def _revisions(repo: Repo, word: str) -> Iterator[Candidate]:
    """Branches, tags and remote branches; behind the dots of a range as well."""
    start = max(word.rfind("..") + 2, 0) if ".." in word else 0
    before, begun = word[:start], word[start:]
    names = _ask(
        repo,
        "for-each-ref",
        "--sort=-committerdate",
        f"--count={_MOST * 10}",
        "--format=%(refname:short)",
        "refs/heads",
        "refs/tags",
        "refs/remotes",
    )
    found = [name for name in ("HEAD", *names) if name.startswith(begun)]
    yield from ((before + name, "") for name in found[:_MOST])


def _ask(repo: Repo, *arguments: str) -> list[str]:
    done = try_git(repo, *arguments, timeout=_GIT_SECONDS)
    return done.stdout.decode("utf-8", "replace").splitlines()


def _paths(word: str) -> Iterator[Candidate]:
    folder, _, begun = word.rpartition("/")
    place = f"{folder}/" if "/" in word else ""
    with os.scandir(os.path.expanduser(place) or ".") as entries:  # noqa: PTH111
        for entry in sorted(entries, key=lambda each: each.name):
            is_hidden = entry.name.startswith(".") and not begun.startswith(".")
            if entry.name.startswith(begun) and not is_hidden and entry.name != ".git":
                yield f"{place}{entry.name}{'/' if entry.is_dir() else ''}", ""


def _settings(word: str) -> Iterator[Candidate]:
    from gitmem.state.setting_list import default_settings

    for setting in default_settings():
        short = setting.name.removeprefix("gitmem.")
        name = setting.name if word.lower().startswith("gitmem.") else short
        if name.lower().startswith(word.lower()):
            yield name, setting.help.partition(".")[0]


def _setting_values(name: str, word: str) -> Iterator[Candidate]:
    from gitmem.state.setting_table import choices_of, find_setting

    known = find_setting(name)
    if known == "gitmem.remote":
        yield from _of_kind(_REMOTES, word)
    elif known:
        yield from ((each, "") for each in choices_of(known) if each.startswith(word))
