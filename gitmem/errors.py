"""Every failure that gitmem foresees, in one tree.

There is a class for each failure that a caller may want to handle differently, or that calls for
a different remedy.  The message says what failed, the hint says what is safe
and which command helps, and the exit code is the class's own, so that scripts can tell them
apart.  ``docs/exit-codes.md`` is generated from this file.

::

    GitmemError                     1   any foreseen failure without a class of its own
    ├── UsageError                  2
    ├── RepositoryError
    │   ├── NotARepository         10
    │   ├── BareRepository         11
    │   ├── UnbornHead             12
    │   ├── UnknownRevision        13
    │   ├── UnsupportedRepository  14
    │   ├── ReadOnlyRepository     15
    │   ├── DiskFull               16
    │   ├── GitFailed              17
    │   └── UntrustedRepository    18
    ├── NoteError
    │   ├── NoteUnreadable         20
    │   ├── NewerFormat            21
    │   ├── NotesMoved             22
    │   └── UnknownMemory          23
    ├── CaptureError
    │   ├── TranscriptMissing      30
    │   ├── CompressorFailed       31
    │   ├── BackfillRunning        32
    │   └── EncoderUnavailable     33
    ├── RemoteError
    │   ├── RemoteUnavailable      40
    │   ├── RemoteRejected         41
    │   ├── RemoteReadOnly         42
    │   ├── RemoteLogin            43
    │   └── RemoteNotAgreed        44
    └── InstallError
        ├── NotInitialised         50
        ├── SettingsInvalid        51
        └── ForeignFile            52

Exit codes outside the tree: 0 success, 3 a bug in gitmem (a log is kept and its path printed),
120 the output could not be written, 130 interrupted.  A hook always exits with 0 and writes what
went wrong to the log that ``gitmem doctor`` reads.
"""

from __future__ import annotations

from typing import ClassVar

EXIT_DONE = 0
EXIT_BUG = 3
EXIT_OUTPUT_LOST = 120  # Python's own, when what is left of the output cannot be written at exit
EXIT_INTERRUPTED = 130


class GitmemError(Exception):
    """A failure that gitmem foresees: something that a person or a script can act on.

    ``message`` says what failed, lower case, the object in quotes.  ``hint`` says what is
    safe and which command helps; the class's own hint is used when none is given.
    """

    exit_code: ClassVar[int] = 1
    default_hint: ClassVar[str] = ""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = self.default_hint if hint is None else hint

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}" if self.hint else self.message


class UsageError(GitmemError):
    """The command line cannot be understood."""

    exit_code = 2


class RepositoryError(GitmemError):
    """The git repository is not in a state that allows the operation."""


class NotARepository(RepositoryError):
    """No git repository was found here or in a folder above."""

    exit_code = 10
    default_hint = "Change to a folder inside a git work tree, or run: git init"


class BareRepository(RepositoryError):
    """The command needs a work tree, and the repository has none."""

    exit_code = 11
    default_hint = "To read memories in a bare repository, use: gitmem log, gitmem show"


class UnbornHead(RepositoryError):
    """The current branch has no commit yet."""

    exit_code = 12
    default_hint = "Make a first commit: memories are tied to commits"


class UnknownRevision(RepositoryError):
    """A revision or range does not name a commit in this repository."""

    exit_code = 13
    default_hint = "Check the name with: git log --oneline"


class UnsupportedRepository(RepositoryError):
    """The repository uses a format that libgit2 cannot read (SHA-256 objects, reftable)."""

    exit_code = 14
    default_hint = "Nothing was changed. gitmem needs SHA-1 objects and the 'files' ref format"


class ReadOnlyRepository(RepositoryError):
    """The git directory is not writable."""

    exit_code = 15
    default_hint = "Nothing was lost: queued work stays queued. Check the owner and mode of .git"


class DiskFull(RepositoryError):
    """The file system has no space left."""

    exit_code = 16
    default_hint = "Nothing was lost: queued work stays queued. Make room, then run: gitmem status"


class GitFailed(RepositoryError):
    """A git command failed unexpectedly."""

    exit_code = 17
    default_hint = "Nothing was changed. Run: gitmem doctor"


class UntrustedRepository(RepositoryError):
    """The repository belongs to somebody else, and git does not trust it."""

    exit_code = 18
    default_hint = "Nothing was changed. git help config says more, under safe.directory"


class NoteError(GitmemError):
    """A note, or the notes ref, cannot be read or written."""


class NoteUnreadable(NoteError):
    """A note contains something that is not a memory."""

    exit_code = 20
    default_hint = "It is kept as it is. To see it: git notes --ref claude-mem show COMMIT"


class NewerFormat(NoteError):
    """The memory was written by a newer gitmem, in a schema this one does not know."""

    exit_code = 21
    default_hint = "It is kept as it is. Update gitmem to read all of it"


class NotesMoved(NoteError):
    """Other processes kept moving the notes ref while this one tried to write it."""

    exit_code = 22
    default_hint = "Nothing was lost and the work is still queued. Run the command again"


class UnknownMemory(NoteError):
    """No memory has this id, or several ids begin with it."""

    exit_code = 23
    default_hint = "To list them: gitmem log --oneline"

    @classmethod
    def of_name(cls, name: str) -> UnknownMemory:
        """The error for a name, as it may be shown, that is no memory's and no commit's."""
        if name.startswith("mine-"):
            told = f"'{name}' is the name of a preference of yours, not of a memory here"
            return cls(told, "To list those: gitmem log --mine")
        return cls(f"'{name}' names neither a memory nor a commit here")


class CaptureError(GitmemError):
    """A session could not be turned into memories."""


class TranscriptMissing(CaptureError):
    """The transcript of the agent's session is gone or cannot be read."""

    exit_code = 30
    default_hint = "If you have it elsewhere: gitmem capture COMMIT --session FILE"


class CompressorFailed(CaptureError):
    """A compressor gave no usable answer (network, refusal, truncation, invalid output)."""

    exit_code = 31
    default_hint = "The offline compressor is used instead"


class BackfillRunning(CaptureError):
    """Another backfill of this repository is running."""

    exit_code = 32
    default_hint = "Nothing was changed. Wait for it, or stop it: what it has done is kept"


class EncoderUnavailable(CaptureError):
    """The embedding model is missing or does not answer."""

    exit_code = 33
    default_hint = "Until it is back, search uses words only"


class RemoteError(GitmemError):
    """Memories could not be exchanged with a remote."""


class RemoteUnavailable(RemoteError):
    """The remote did not answer in time, or kept changing while we pushed."""

    exit_code = 40
    default_hint = "Nothing was lost. Try again with: gitmem sync"


class RemoteRejected(RemoteError):
    """The remote refuses the notes ref, because of a hook or a server rule."""

    exit_code = 41
    default_hint = (
        "Nothing was lost. Its administrator can allow refs/notes/claude-mem. To share memories"
        " elsewhere: git config gitmem.remote NAME; not at all: git config gitmem.autoPush false"
    )


class RemoteReadOnly(RemoteError):
    """The remote can be read, but does not accept pushes from you."""

    exit_code = 42
    default_hint = (
        "Nothing was lost, and its memories are still received. To send yours elsewhere:"
        " git config gitmem.remote NAME"
    )


class RemoteLogin(RemoteError):
    """The remote wants a login that git does not have, or refuses the one it has."""

    exit_code = 43
    default_hint = (
        "Nothing was lost. gitmem never asks for passwords: store this one in git (git help"
        " credentials), then run: gitmem sync"
    )


class RemoteNotAgreed(RemoteError):
    """The team's file says where memories go, and that is not where they would go from here."""

    exit_code = 44
    default_hint = (
        "Nothing was sent. To see where the file wants them, and agree: gitmem trust --team"
    )


class InstallError(GitmemError):
    """gitmem cannot be set up, or is not set up."""


class NotInitialised(InstallError):
    """``gitmem init`` has not been run in this repository."""

    exit_code = 50
    default_hint = "Run: gitmem init"


class SettingsInvalid(InstallError):
    """A ``gitmem.*`` value in git config has the wrong form."""

    exit_code = 51
    default_hint = "To see the names and forms: gitmem config"


class ForeignFile(InstallError):
    """A file that gitmem must add to cannot be understood, so it is left alone."""

    exit_code = 52
    default_hint = "The file was not changed. Fix it, then run: gitmem init"
