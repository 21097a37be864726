"""What a person does, one function a step; each is done in both twins alike.

A step that git refuses is taken back, in both, and counts as not done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tests.surroundings.contents import CONTENTS, UNTOLD, carrier
from tests.surroundings.laws import Made
from tests.surroundings.people import Agent
from tests.surroundings.twins import Outcome, Side, Twins

EDITOR = {"GIT_EDITOR": "true", "GIT_SEQUENCE_EDITOR": "true"}


class Worker:
    """The person at work: what was made so far, and by which agent."""

    def __init__(self, twins: Twins, remote: str) -> None:
        self.twins = twins
        self.made = Made()
        self.remote = remote
        self.changes = 0
        self._base = twins.twin.head().decode()
        self._agent = Agent(twins.ours.home, twins.ours.worktree)

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both, in the order in which everything is done."""
        return self.twins.twin, self.twins.ours

    def git(self, *arguments: str, stdin: bytes = b"", edit: bool = True) -> Outcome:
        """Run git in both; with the editor that the person configured unless ``edit``."""
        return self.twins.run(*arguments, stdin=stdin, extra=EDITOR if edit else None)

    def edited(self, choices: Random) -> int:
        """An agent is told of a change and makes it; returns its number."""
        number = self.changes
        self.changes += 1
        kind = choices.choice(self.twins.given.contents)
        is_alone = kind not in UNTOLD and choices.random() < 0.4
        for side in self.sides:
            edited = CONTENTS[kind](side.worktree, number)
            if not is_alone:
                edited = [*carrier(side.worktree, number), *edited]
        self._agent.work(number, list(dict.fromkeys(edited)), self.twins.now, choices=choices)
        self.made.held[number] = kind
        if is_alone:
            self.made.alone.add(number)
        return number

    def take_back(self) -> None:
        """Nothing half done stays, in either."""
        for name in ("rebase", "cherry-pick", "revert", "merge", "am"):
            self.git(name, "--abort")
        self.git("reset", "-q", "--hard")
        self.git("clean", "-ffdq")

    def tried(self, *arguments: str, stdin: bytes = b"", edit: bool = True) -> bool:
        """Run git in both; whatever it refuses is taken back."""
        if self.git(*arguments, stdin=stdin, edit=edit).code == 0:
            return True
        self.take_back()
        return False

    def count(self) -> int:
        """How many commits lie behind this one, in a straight line, that are the person's own."""
        head = self.twins.twin.head().decode()
        hidden = ("--not", self._base, "--remotes")
        listed = self.twins.twin.plumb("rev-list", "--count", "--no-merges", head, *hidden)
        return int(listed or 0)

    def branch(self) -> str:
        """The branch that is checked out."""
        return self.git("rev-parse", "--abbrev-ref", "HEAD").out.decode().strip()


FORMS: dict[str, Callable[[int], list[str]]] = {
    "message": lambda number: ["-m", f"Make change {number}"],
    "quiet": lambda number: ["-q", "-m", f"Make change {number}"],
    "body": lambda number: ["-m", f"Make change {number}", "-m", "A body.\n\nOf two parts."],
    "stdin": lambda number: ["-F", "-"],
    "trailers": lambda number: ["-m", f"Make change {number}", "--trailer", "Reviewed-by: Grace"],
    "sign off": lambda number: ["-s", "-m", f"Make change {number}"],
    "no verify": lambda number: ["-n", "-m", f"Make change {number}"],
    "all": lambda number: ["-a", "-m", f"Make change {number}"],
    "author": lambda number: ["-m", f"Make change {number}", "--author=Grace <grace@example.com>"],
    "old date": lambda number: ["-m", f"Make change {number}", "--date=2001-02-03T04:05:06+0900"],
    "empty message": lambda number: ["--allow-empty-message", "-m", ""],
    "hash sign": lambda number: ["--cleanup=verbatim", "-m", f"# {number} is the change"],
    "other letters": lambda number: ["-m", f"Änderung {number}: größer, 改变"],
    "long subject": lambda number: ["-m", f"Make change {number} " + "and more of it " * 40],
    "editor": lambda number: ["-e", "-m", f"Make change {number}"],
    "verbose": lambda number: ["-v", "-m", f"Make change {number}"],
    "porcelain": lambda number: ["--no-status", "-m", f"Make change {number}"],
    "signed": lambda number: ["-S", "-m", f"Make change {number}"],
    "only": lambda number: ["-o", "-m", f"Make change {number}", "--", "work"],
    "reset author": lambda number: ["--no-post-rewrite", "-m", f"Make change {number}"],
}
"""Form of a commit → the arguments that make it."""


def commit(worker: Worker, choices: Random) -> None:
    number = worker.edited(choices)
    form = FORMS[choices.choice(worker.twins.given.forms)](number)
    stdin = f"Make change {number}\n\nOf stdin.\n".encode()
    before = worker.twins.twin.head()
    if worker.git("add", "-A").code == 0 and worker.tried(
        "commit", *form, stdin=stdin, edit=choices.random() < 0.7
    ):
        if worker.twins.twin.head() != before:
            worker.made.told.add(number)
    else:
        worker.take_back()


def amend(worker: Worker, choices: Random) -> None:
    if not worker.count():
        return
    if choices.random() < 0.5:
        worker.changes += 1
        for side in worker.sides:
            (side.worktree / f"work/extra-{worker.changes}.txt").write_text("something else\n")
        worker.git("add", "-A")
    form = choices.choice((["-m", f"Amended {worker.changes}"], ["--no-edit"], ["-C", "HEAD"]))
    worker.tried("commit", "--amend", *form)


def fixup(worker: Worker, choices: Random) -> None:
    """A fixup of the last commit, then a rebase that puts both together."""
    if not worker.count():
        return
    worker.changes += 1
    for side in worker.sides:
        (side.worktree / f"work/extra-{worker.changes}.txt").write_text("something else\n")
    worker.git("add", "-A")
    if worker.tried("commit", f"--{choices.choice(('fixup', 'squash'))}=HEAD"):
        worker.tried("rebase", "-i", "--autosquash", "HEAD~2")


def squash(worker: Worker, choices: Random) -> None:
    _rewrite(worker, 2, f"sed -i -e '2s/^p[a-z]* /{choices.choice(('squash', 'fixup'))} /'")


def reword(worker: Worker, choices: Random) -> None:
    _rewrite(worker, 1, "sed -i -e '1s/^p[a-z]* /reword /'", editor="sed -i -e 1s/^/Again_/")


def reorder(worker: Worker, choices: Random) -> None:
    _rewrite(worker, 2, "sed -i -e '1{h;d}' -e '2G'")


def drop(worker: Worker, choices: Random) -> None:
    _rewrite(worker, 2, "sed -i -e '1s/^p[a-z]* /drop /'")


def _rewrite(worker: Worker, count: int, plan: str, editor: str = "true") -> None:
    if worker.count() < count:
        return
    extra = {"GIT_SEQUENCE_EDITOR": plan, "GIT_EDITOR": editor}
    if worker.twins.run("rebase", "-i", f"HEAD~{count}", extra=extra).code != 0:
        worker.take_back()


def recommit(worker: Worker, choices: Random) -> None:
    """Back without touching the files, then all in one commit."""
    count = min(worker.count(), choices.randint(1, 2))
    how = choices.choice(("--soft", "--mixed"))
    if count and worker.tried("reset", "-q", how, f"HEAD~{count}"):
        worker.git("add", "-A")
        worker.tried("commit", "-q", "-m", f"The last {count} in one")


def reset(worker: Worker, choices: Random) -> None:
    if worker.count():
        worker.tried("reset", "-q", "--hard", "HEAD~1")


def cherry_pick(worker: Worker, choices: Random) -> None:
    """The last commit, on a new branch that begins where the remote is."""
    if not worker.count():
        return
    picked = worker.twins.twin.head().decode()
    options = choices.choice(([], ["-x"], ["-n"], ["-e"], ["-s"]))
    if worker.tried(
        "checkout", "-q", "-b", f"pick-{worker.changes}-{choices.randrange(99)}", "HEAD~1"
    ):
        if choices.random() < 0.5:
            commit(worker, choices)
        if worker.tried("cherry-pick", *options, picked) and "-n" in options:
            worker.tried("commit", "-q", "-m", "Picked by hand")


def merge(worker: Worker, choices: Random) -> None:
    """A side branch of one commit, joined in one of the ways."""
    back = worker.branch()
    if back == "HEAD" or not worker.tried("checkout", "-q", "-b", f"side-{worker.changes}"):
        return
    side = f"side-{worker.changes}"
    commit(worker, choices)
    if not worker.tried("checkout", "-q", back):
        return
    how = choices.choice(("--no-ff", "--ff", "--squash"))
    if worker.tried("merge", "--no-edit", how, side) and how == "--squash":
        worker.tried("commit", "-q", "-m", f"All of {side}")


def rebase(worker: Worker, choices: Random) -> None:
    """Onto a commit of somebody else."""
    _colleague(worker)
    worker.git("fetch", "-q", worker.remote)
    options = choices.choice(([], ["--apply"], ["--merge"], ["-x", "true"], ["--rebase-merges"]))
    worker.tried("rebase", *options, f"{worker.remote}/main")


def pull(worker: Worker, choices: Random) -> None:
    _colleague(worker)
    worker.tried("pull", choices.choice(("--rebase", "--ff-only")), worker.remote, "main")


def _colleague(worker: Worker) -> None:
    """Somebody pushes a commit to main, from a clone without gitmem."""
    worker.changes += 1
    for side in worker.sides:
        remote = side.root / "remote.git"
        tree = side.git.run(remote, "--git-dir=.", "rev-parse", "main^{tree}").decode().strip()
        blob = (
            side.git.run(remote, "--git-dir=.", "hash-object", "-w", "--stdin", stdin=b"theirs\n")
            .decode()
            .strip()
        )
        listed = side.git.run(remote, "--git-dir=.", "ls-tree", tree)
        listed += f"100644 blob {blob}\ttheirs-{worker.changes}.txt\n".encode()
        tree = side.git.run(remote, "--git-dir=.", "mktree", stdin=listed).decode().strip()
        message = f"Theirs {worker.changes}"
        new = (
            side.git.run(remote, "--git-dir=.", "commit-tree", "-p", "main", "-m", message, tree)
            .decode()
            .strip()
        )
        side.git.run(remote, "--git-dir=.", "update-ref", "refs/heads/main", new)


def revert(worker: Worker, choices: Random) -> None:
    if worker.count():
        worker.tried("revert", "--no-edit", "HEAD")


def mail(worker: Worker, choices: Random) -> None:
    """The last commit as a patch, applied to where it came from."""
    if not worker.count():
        return
    patch = worker.git("format-patch", "-1", "--stdout", "--no-attach")
    if patch.code == 0 and worker.tried("checkout", "-q", "-B", "by-mail", "HEAD~1"):
        worker.tried("am", *choices.choice(([], ["-3"], ["-s"])), stdin=patch.out)


def stash(worker: Worker, choices: Random) -> None:
    for side in worker.sides:
        (side.worktree / "work/notes.md").write_text("stashed\n")
    if worker.git("stash", *choices.choice(([], ["-u"], ["push", "-m", "later"]))).code == 0:
        worker.git("stash", "pop")
    worker.git("checkout", "--", ":/")
    worker.git("reset", "-q", "--hard")


_PUSHES = (
    "",
    "-q",
    "-u {} HEAD",
    "--porcelain {} HEAD",
    "-f {} HEAD",
    "--force-with-lease {} HEAD",
    "--atomic {} HEAD",
    "--dry-run {} HEAD",
    "--all {}",
    "--tags {}",
    "--no-verify {} HEAD",
    "--follow-tags {} HEAD:refs/heads/other",
    "--thin {} HEAD",
)


def push(worker: Worker, choices: Random) -> None:
    worker.git("push", *choices.choice(_PUSHES).format(worker.remote).split())


def worktree(worker: Worker, choices: Random) -> None:
    name = f"../side-{worker.changes}-{choices.randrange(999)}"
    if worker.git("worktree", "add", "-q", "-b", name[3:], name).code == 0:
        worker.git("-C", name, "commit", "--allow-empty", "-q", "-m", "Nothing")
        if choices.random() < 0.5:
            worker.git("worktree", "remove", name)


_LOOKS = (
    "status",
    "status --porcelain=v2 --branch",
    "log --no-notes -p -3",
    "log --no-notes --oneline --graph",
    "log --no-notes --name-status -2",
    "show --no-notes --stat",
    "diff HEAD~1",
    "branch -avv",
    "reflog",
    "stash list",
    "tag",
    "shortlog HEAD",
    "describe --always --dirty",
    "ls-files -s",
    "worktree list",
    "blame -- notes.md",
    "grep -c old HEAD",
    "config --get-all user.name",
    "rev-list --count HEAD",
)


def look(worker: Worker, choices: Random) -> None:
    """Commands that only print."""
    for command in choices.sample(_LOOKS, 3):
        worker.git(*command.split())


_TIDYING = (
    "gc",
    "gc --prune=now",
    "repack -adq",
    "pack-refs --all",
    "maintenance run",
    "prune",
    "commit-graph write",
)


def tidy(worker: Worker, choices: Random) -> None:
    worker.git(*choices.choice(_TIDYING).split())


def tag(worker: Worker, choices: Random) -> None:
    name = f"v{worker.changes}.{choices.randrange(99)}"
    worker.git("tag", *choices.choice(([name], ["-m", "a tag", name])))


def switch(worker: Worker, choices: Random) -> None:
    form = choices.choice(
        (["-b", f"topic-{worker.changes}-{choices.randrange(99)}"], ["--detach"], ["-"])
    )
    worker.tried("checkout", "-q", *form)


@dataclass(frozen=True)
class Kind:
    """A step, and how often it is drawn beside the others."""

    weight: int
    do: Callable[[Worker, Random], None]


STEPS: dict[str, Kind] = {
    "commit": Kind(10, commit),
    "amend": Kind(4, amend),
    "fixup": Kind(2, fixup),
    "squash": Kind(2, squash),
    "reword": Kind(2, reword),
    "reorder": Kind(1, reorder),
    "drop": Kind(1, drop),
    "recommit": Kind(2, recommit),
    "reset": Kind(1, reset),
    "cherry-pick": Kind(2, cherry_pick),
    "merge": Kind(2, merge),
    "rebase": Kind(3, rebase),
    "pull": Kind(2, pull),
    "revert": Kind(1, revert),
    "mail": Kind(1, mail),
    "stash": Kind(1, stash),
    "push": Kind(4, push),
    "work tree": Kind(1, worktree),
    "look": Kind(4, look),
    "tidy": Kind(2, tidy),
    "tag": Kind(1, tag),
    "switch": Kind(2, switch),
}
"""Name → what is done."""
