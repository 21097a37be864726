"""What is said of a command line that cannot be understood: what is wrong, what was most likely
meant, how the command is used, and where more stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import click

from gitmem.cli.suggestions import nearest, other_words, similar
from gitmem.errors import GitmemError, RemoteUnavailable, UnknownRevision, UsageError

_CHOICES = re.compile(r"^'?(?P<word>.*?)'? is not one of ", re.DOTALL)
_NOT_GITS = re.compile(r"unrecognized argument: (--[^=\s]+)")
_QUOTED = re.compile(r"'([^']+)'")
_REFS = ("refs/heads", "refs/tags", "refs/remotes")
_SHOWN = 60
_MAX_OWNERS = 4


def usage_error_lines(error: click.UsageError, arguments: Sequence[str]) -> list[str]:
    """The lines to print for click's error about ``arguments``."""
    context = error.ctx
    if context is None:
        return [f"gitmem: {_small(error.format_message())}"]
    name = context.command_path
    if isinstance(error, click.NoSuchOption):
        option = error.option_name
        return [
            f"{name}: no such option '{_cut(option)}'",
            *_indented(_about_option(context, option, arguments)),
            *usage_lines(context),
        ]
    word = _unknown_command(error)
    if word and isinstance(context.command, click.Group):
        return [
            f"{name}: '{_cut(word)}' is not a {name} command",
            *_indented(_about_command(context, word)),
            *usage_lines(context),
        ]
    return [
        f"{name}: {_small(error.format_message())}",
        *_indented(_about_value(error)),
        *usage_lines(context),
    ]


def usage_lines(context: click.Context) -> list[str]:
    """How the command is used, in one line, and where more stands."""
    pieces = " ".join(context.command.collect_usage_pieces(context))
    program = context.find_root().command_path
    more = f"{program} help{context.command_path.removeprefix(program)}"
    return [f"usage: {context.command_path} {pieces}", f"More: {more}"]


def more_about(
    error: GitmemError, group: click.Group, arguments: Sequence[str], program: str
) -> list[str]:
    """What follows the message of one of our own errors: for one of usage how the command is used,
    and for a remote or revision that there is not, the names that are nearest to it.
    """
    if isinstance(error, UsageError):
        context = _context_of(group, arguments, program)
        if context is None:
            return []
        near = _near_log_options(context, error.message)
        return [*_indented(iter([near])), *usage_lines(context)]
    if isinstance(error, (UnknownRevision, RemoteUnavailable)) and (
        quoted := _QUOTED.search(error.message)
    ):
        return _indented(iter([_near_names(quoted[1], is_remote="remote" in error.message)]))
    return []


def _near_log_options(context: click.Context, message: str) -> str:
    """For an option that we handed to git, and git does not know either."""
    asked = _NOT_GITS.search(message)
    if asked is None:
        return ""
    from gitmem.git.log_option_names import LOG_OPTION_NAMES

    return similar(nearest(asked[1], [*_options(context.command), *LOG_OPTION_NAMES]), "option")


def _near_names(word: str, *, is_remote: bool) -> str:
    from gitmem.git.repo import find_repo_here, try_git

    what = ("remote",) if is_remote else ("for-each-ref", "--format=%(refname:short)", *_REFS)
    try:
        out = try_git(find_repo_here(), *what).stdout.decode("utf-8", "replace")
    except GitmemError:
        return ""
    return similar(nearest(word, out.splitlines()), "remote" if is_remote else "name")


def _context_of(group: click.Group, arguments: Sequence[str], program: str) -> click.Context | None:
    """The command that the arguments name."""
    context = click.Context(group, info_name=program)
    for word in arguments:
        inner = context.command
        command = inner.get_command(context, word) if isinstance(inner, click.Group) else None
        if command is not None:
            context = click.Context(command, info_name=word, parent=context)
    return context if context.parent is not None else None


def _about_command(context: click.Context, word: str) -> Iterator[str]:
    names = _names(context)
    if meant := other_words(word, names) if context.parent is None else []:
        ways = " or ".join(f"{context.command_path} {name}" for name in meant)
        yield f"Here that is: {ways}"
        return
    if found := similar(nearest(word, names), "command"):
        yield found
    elif context.parent is None:
        yield f"All commands: {context.command_path} help"
    else:
        yield f"It has: {', '.join(names)}"


def _about_option(context: click.Context, option: str, arguments: Sequence[str]) -> Iterator[str]:
    own = _options(context.command)
    root = context.find_root()
    program, group = root.command_path, root.command
    if context is not root and (general := _top_option(option, group)):
        yield f"{general} stands before the command: {program} {general} … {context.info_name}"
        return
    if context is root and isinstance(group, click.Group):
        for word in arguments:
            command = None if word.startswith("-") else group.get_command(root, word)
            if command is not None:
                if option in _options(command):
                    yield f"It stands behind the command: {program} {word} {option}"
                    return
                break
    dashes = f"-{option}" if re.fullmatch(r"-[^-]\S+", option) else option
    if found := similar(nearest(dashes, [name for name in own if name.startswith("--")]), "option"):
        yield found
        return
    owners = _owners(root, option) if len(option) > 2 else []
    if owners:
        yield f"It is an option of: {', '.join(owners)}"


def _top_option(option: str, group: click.Command) -> str:
    """The option of ``gitmem`` itself that was meant; ``--C`` is ``-C``."""
    options = _options(group)
    if option in options:
        return option
    return option[1:] if option[1:] in options and len(option) == 3 else ""


def _owners(root: click.Context, option: str) -> list[str]:
    group = root.command
    names = [
        f"{root.command_path} {name}"
        for name in _names(root)
        if isinstance(group, click.Group)
        and (command := group.get_command(root, name))
        and option in _options(command)
    ]
    return names if len(names) <= _MAX_OWNERS else []


def _names(context: click.Context) -> list[str]:
    group = context.command
    return group.list_commands(context) if isinstance(group, click.Group) else []


def _options(command: click.Command) -> list[str]:
    found = [
        name
        for parameter in command.params
        if isinstance(parameter, click.Option) and not parameter.hidden
        for name in (*parameter.opts, *parameter.secondary_opts)
    ]
    return [*found, "--help", "-h"]


def _about_value(error: click.UsageError) -> Iterator[str]:
    if not isinstance(error, click.BadParameter) or error.param is None:
        return
    choice = error.param.type
    match = _CHOICES.match(error.message)
    if isinstance(choice, click.Choice) and match:
        yield similar(nearest(match["word"], [str(each) for each in choice.choices]))


def _unknown_command(error: click.UsageError) -> str:
    """The word that is no command, whichever release of click says so."""
    told = getattr(error, "command_name", None)
    if isinstance(told, str):
        return told
    found = re.match(r"No such command ['\"](.*)['\"]\.", error.message, re.DOTALL)
    return found[1] if found else ""


def _indented(lines: Iterator[str]) -> list[str]:
    return [f"  {line}" for line in lines if line]


def _small(text: str) -> str:
    return (text[:1].lower() + text[1:]).rstrip(".")


def _cut(word: str) -> str:
    return word if len(word) <= _SHOWN else word[:_SHOWN] + "…"
