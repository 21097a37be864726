"""A small world of repositories (a remote, two clones, a linked work tree) and what is done there.

Every change has lines that nothing else has, so that git itself tells which commits carry it: those
whose difference to their first parent adds them.  Nothing here conflicts by design; whatever git
refuses is taken back, and counts as not done.
"""

from __future__ import annotations

import random
import re
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from gitmem.follow.sync import sync
from gitmem.git.remotes import refspec_of
from gitmem.model.note import NOTES_REF
from gitmem.notes.store import NoteStore
from gitmem.refresh.catch_up import catch_up
from gitmem.setup.install import install
from gitmem.state.error_log import read_log
from gitmem.state.queue import Queue
from tests.support.capture import workspace_of
from tests.support.git import GitDriver
from tests.support.history import followed, remember, set_up

SECTIONS = 24
LINES = 4
PATIENCE_SECONDS = 90.0
_ABORTS = ("rebase", "cherry-pick", "revert", "merge", "am")
_ADDED = re.compile(r"^([+-])change (\d+) line (\d+)", re.MULTILINE)


@dataclass
class Seen:
    """A repository as its git shows it: commits, their parents, and the lines each adds.

    ``extra`` are commits that add lines of no change.
    """

    parents: dict[str, list[str]] = field(default_factory=dict)
    added: dict[str, dict[int, set[int]]] = field(default_factory=dict)
    removed: set[int] = field(default_factory=set)
    extra: set[str] = field(default_factory=set)

    def above(self, commit: str) -> set[str]:
        """The commit's ancestors, itself left out."""
        found: set[str] = set()
        open_ends = list(self.parents.get(commit, []))
        while open_ends:
            one = open_ends.pop()
            if one not in found:
                found.add(one)
                open_ends += self.parents.get(one, [])
        return found


class Place:
    """A work tree in which things are done; several may share a repository."""

    def __init__(self, git: GitDriver, name: str, *, has_hooks: bool) -> None:
        self.git = git
        self.name = name
        self.has_hooks = has_hooks
        self.late: list[str] = []
        self.done: list[str] = []

    def settle(self) -> None:
        """Write the memories that are still to be written, and let gitmem follow."""
        if self.late:
            remember(self.git, *self.late)
            self.late.clear()
        if self.has_hooks:
            assert catch_up(self.git.repo, PATIENCE_SECONDS), self._undone()
        else:
            followed(self.git)

    def _undone(self) -> str:
        """What is known of a worker that ended before its work."""
        repo = self.git.repo
        jobs = [queued.job for queued in Queue(repo).jobs()]
        log = "\n".join(read_log(repo, 5))
        return f"the worker left work undone: {jobs}, its log ends with\n{log}"

    def commits(self, span: str) -> list[str]:
        """The commits of a range, oldest first; none where git refuses it."""
        done = self.git.run("rev-list", "--reverse", span, check=False)
        return done.stdout.decode().split() if done.returncode == 0 else []

    def try_git(self, *arguments: str, stdin: bytes | None = None) -> bool:
        """Run git; whatever it refuses, or leaves half done, is taken back."""
        self.git.now += 60
        before = self.git.out("rev-parse", "HEAD")
        done = self.git.run(*arguments, stdin=stdin, check=False)
        if done.returncode == 0:
            if self.git.out("rev-parse", "HEAD") != before:
                self.done.append(next(a for a in arguments if not a.startswith("-")))
            return True
        for name in _ABORTS:
            self.git.run(name, "--abort", check=False)
        self.git.run("reset", "-q", "--hard", check=False)
        self.git.run("clean", "-qfd", check=False)
        return False

    def branches(self) -> list[str]:
        return self.git.out("for-each-ref", "--format=%(refname:short)", "refs/heads/").split()

    def seen(self) -> Seen:
        """Everything that a ref reaches."""
        hidden = ("--exclude=refs/notes/*", "--exclude=refs/gitmem*", "--exclude=refs/stash")
        form = "--format=commit %H %P"
        options = ["--no-notes", "-p", "-U0", "--no-renames", "--diff-merges=off"]
        printed = self.git.out("log", *options, form, *hidden, "--all")
        seen = Seen()
        for part in re.split(r"^commit ", printed, flags=re.MULTILINE)[1:]:
            head, _, body = part.partition("\n")
            commit, *parents = head.split()
            seen.parents[commit] = parents
            lines = seen.added.setdefault(commit, {})
            if "\n+something else" in body:
                seen.extra.add(commit)
            for sign, change, number in _ADDED.findall(body):
                if sign == "+":
                    lines.setdefault(int(change), set()).add(int(number))
                else:
                    seen.removed.add(int(change))
        return seen


class World:
    """The remote, the clones, and the changes made so far."""

    def __init__(self, folder: Path, *, has_hooks: bool, choices: random.Random) -> None:
        self.folder = folder
        self.choices = choices
        self.changes = 0
        self.done: list[str] = []
        self.loose: set[int] = set()
        self.made: dict[int, Place] = {}
        home = folder / "home"
        home.mkdir(parents=True)
        self.remote = GitDriver(folder / "remote.git", home).init(bare=True)
        first = GitDriver(folder / "one", home).init()
        self._configure(first)
        sections = "".join(f"section {n}\n" + "a quiet line\n" * 8 for n in range(SECTIONS))
        first.commit("base", **{"shared.txt": sections})
        first.run("remote", "add", "origin", str(self.remote.path))
        first.run("push", "-q", "-u", "origin", "main")
        second = self.remote.clone(folder / "two", "-b", "main")
        self._configure(second)
        first.run("worktree", "add", "-q", "-b", "linked", str(folder / "linked"))
        linked = GitDriver(folder / "linked", home)
        for number, git in enumerate((first, second)):
            git.now += number  # two people never commit in the same second here
            git.run("config", "--add", "remote.origin.fetch", refspec_of("origin"))
            if has_hooks:
                install(git.repo, user_settings=home / "settings.json", git_version=(2, 39))
        linked.now = first.now + 7
        self.clones = [
            Place(first, "one", has_hooks=has_hooks),
            Place(second, "two", has_hooks=has_hooks),
        ]
        self.places = [*self.clones, Place(linked, "linked", has_hooks=has_hooks)]
        self.places[2].late = self.clones[0].late
        for place in self.places:
            place.done = self.done
        for place in self.clones:
            place.settle()

    def begin(self) -> None:
        """Something to work with: three branches that differ, one of them shared."""
        one, two = self.clones
        for branch, kinds in (
            ("main", "own shared"),
            ("red", "shared own"),
            ("green", "two files"),
        ):
            self.branch(one, branch)
            for kind in [kinds] if branch == "green" else kinds.split():
                self.commit(one, kind, is_late=False)
        one.git.run("push", "-q", "origin", "main", "red")
        self.switch(one, "main", is_detached=False)
        self.fetch(two)
        two.try_git("merge", "-q", "--ff-only", "origin/main")
        two.try_git("checkout", "-q", "-b", "red", "origin/red")
        self.commit(two, "own", is_late=False)
        for place in self.clones:
            self.sync(place)

    def _configure(self, git: GitDriver) -> None:
        git.run("config", "user.name", "Ada Author")
        git.run("config", "user.email", "ada@example.com")
        git.run("config", "gc.auto", "0")
        git.run("config", "advice.detachedHead", "false")
        git.run("config", "merge.conflictStyle", "merge")
        set_up(git)

    def clone_of(self, place: Place) -> Place:
        """The clone that a place belongs to: a linked work tree to the first."""
        return self.clones[1] if place is self.clones[1] else self.clones[0]

    def sync(self, place: Place) -> None:
        sync(workspace_of(place.git))
        self.clone_of(place).settle()

    def watch_git(self, place: Place, before: set[tuple[str, int]]) -> None:
        """Note which changes git itself has carried to a commit that does not have them.

        A rebase onto a branch that has half of a commit already leaves the other half, and git
        takes all of the note along.  Where such a change belongs nobody can say any more.
        """
        for commit, change in self.standing(place) - before:
            shown = place.git.run("show", "-U0", "--no-notes", commit, check=False).stdout.decode()
            if f"+change {change} line" not in shown:
                self.loose.add(change)

    def standing(self, place: Place) -> set[tuple[str, int]]:
        """Where the memory of which change stands."""
        notes = NoteStore(place.git.repo)
        return {(c, int(m.title.split()[1])) for c, note in notes for m in note.memories}

    # What people do.

    def commit(self, place: Place, kind: str, *, is_late: bool) -> None:
        number = self.changes
        self.changes += 1
        text = "".join(f"change {number} line {n} of {LINES}\n" for n in range(LINES))
        git = place.git
        if kind == "shared" and number < SECTIONS:
            path = git.path / "shared.txt"
            if not path.exists():
                return
            before = path.read_text()
            path.write_text(before.replace(f"section {number}\n", f"section {number}\n{text}", 1))
        elif kind == "two files":
            half = text.splitlines(keepends=True)
            git.write(f"own-{number}-a.txt", "".join(half[: LINES // 2]))
            git.write(f"own-{number}-b.txt", "".join(half[LINES // 2 :]))
        else:
            git.write(f"own-{number}.txt", text)
        git.run("add", "-A")
        if not place.try_git("commit", "-q", "-m", f"change {number}"):
            return
        self.made[number] = self.clone_of(place)
        commit = git.out("rev-parse", "HEAD")
        if is_late:
            self.clone_of(place).late.append(commit)
        else:
            remember(git, commit)

    def amend(self, place: Place, *, with_content: bool) -> None:
        if not self._has_parent(place):
            return
        if with_content:
            self.changes += 1
            place.git.write(f"extra-{self.changes}.txt", f"something else {self.changes}\n")
            place.git.run("add", "-A")
        place.try_git("commit", "-q", "--amend", "-m", f"amended {self.changes}")

    def rebase(self, place: Place, onto: str, options: Sequence[str]) -> None:
        if place.git.out("rev-parse", "--abbrev-ref", "HEAD") != "HEAD":
            place.git.environ["GIT_SEQUENCE_EDITOR"] = "true"
            place.try_git("rebase", "-q", *options, onto)

    def interactive(self, place: Place, count: int, verbs: Sequence[str], order: list[int]) -> None:
        commits = self._last(place, count)
        if len(commits) != count:
            return
        todo, has_kept = [], False
        for number in order[:count]:
            verb = verbs[number]
            if verb in ("squash", "fixup") and not has_kept:
                verb = "pick"
            if verb == "split":
                todo += [f"pick {commits[number]}", f"exec sh '{self._splitter()}'"]
            else:
                todo.append(f"{verb} {commits[number]}")
            has_kept = has_kept or verb != "drop"
        if not has_kept:
            return
        plan = self.folder / "todo"
        plan.write_text("\n".join([*todo, ""]))
        place.git.environ["GIT_SEQUENCE_EDITOR"] = f"cp '{plan}'"
        place.git.environ["GIT_EDITOR"] = "sed -i s/change/reworded/"
        place.try_git("rebase", "-q", "-i", f"HEAD~{count}")
        place.git.environ["GIT_EDITOR"] = "true"

    def pick(self, place: Place, source: str, count: int, *, is_one: bool) -> None:
        commits = [c for c in place.commits(f"HEAD..{source}")[-count:] if self._is_plain(place, c)]
        if not commits:
            return
        if is_one:
            if place.try_git("cherry-pick", "-n", *commits) and not self._is_clean(place):
                place.try_git("commit", "-q", "-m", f"picked {len(commits)} at once")
            place.git.run("reset", "-q", "--hard")
        else:
            place.try_git("cherry-pick", *commits)

    def merge(self, place: Place, source: str, *, is_squash: bool) -> None:
        place.git.environ["GIT_EDITOR"] = "true"
        if not is_squash:
            place.try_git("merge", "-q", "--no-edit", source)
            return
        listed = place.commits(f"HEAD..{source}")
        if place.try_git("merge", "-q", "--squash", source) and not self._is_clean(place):
            place.try_git("commit", "-q", "-m", f"all of {source}")
            # git lists all commits of the branch, also those whose change was here already.
            self.loose |= self._changes(place, listed) - self._changes(place, ["HEAD"])

    def revert(self, place: Place) -> None:
        if self._has_parent(place) and self._is_plain(place, "HEAD"):
            place.git.environ["GIT_EDITOR"] = "true"
            # A squash of the commit and its revert has both their memories and no line of them.
            self.loose |= self._changes(place, ["HEAD"])
            place.try_git("revert", "--no-edit", "HEAD")

    def recommit(self, place: Place, count: int) -> None:
        if self._can_go_back(place, count) and place.try_git(
            "reset", "-q", "--soft", f"HEAD~{count}"
        ):
            place.try_git("commit", "-q", "-m", f"the last {count} in one")

    def reset(self, place: Place, count: int) -> None:
        if self._can_go_back(place, count):
            place.try_git("reset", "-q", "--hard", f"HEAD~{count}")

    def branch(self, place: Place, name: str) -> None:
        place.try_git("checkout", "-q", "-B", name)

    def switch(self, place: Place, name: str, *, is_detached: bool) -> None:
        place.try_git("checkout", "-q", *(["--detach"] if is_detached else []), name)

    def delete(self, place: Place, name: str) -> None:
        if name != "main":
            place.git.run("branch", "-q", "-D", name, check=False)

    def mail(self, place: Place, source: str, count: int) -> None:
        commits = [c for c in place.commits(f"HEAD..{source}")[-count:] if self._is_plain(place, c)]
        mails = b"".join(
            place.git.run("format-patch", "-1", "--stdout", commit).stdout + b"\n"
            for commit in commits
        )
        if mails:
            place.try_git("am", "-q", stdin=mails)

    def stash(self, place: Place) -> None:
        place.git.write("shared.txt", "stashed\n")
        if place.try_git("stash", "-q"):
            place.try_git("stash", "pop", "-q")
        place.git.run("checkout", "-q", "--", ".")

    def fetch(self, place: Place) -> None:
        place.git.run("fetch", "-q", "--prune", "origin", check=False)

    def pull(self, place: Place, options: Sequence[str]) -> None:
        place.git.environ["GIT_EDITOR"] = "true"
        place.try_git("pull", "-q", "--no-edit", *options, "origin", "main")

    def push(self, place: Place, *, is_forced: bool) -> None:
        branch = place.git.out("rev-parse", "--abbrev-ref", "HEAD")
        if branch != "HEAD":
            place.git.run(
                "push", "-q", *(["-f"] if is_forced else []), "origin", branch, check=False
            )

    def squash_on_server(self, name: str) -> None:
        """What a forge's button does: the branch as one commit on main, the branch deleted."""
        git = self.remote
        base = git.run("merge-base", "main", name, check=False).stdout.decode().strip()
        merged = git.run("merge-tree", "--write-tree", "main", name, check=False)
        if name == "main" or not base or merged.returncode != 0:
            return
        tree = merged.stdout.decode().split()[0]
        if tree == git.out("rev-parse", "main^{tree}"):
            return
        git.now = max(place.git.now for place in self.places) + 30
        squashed = git.out("commit-tree", "-p", "main", "-m", f"{name} (#1)", tree)
        git.run("update-ref", "refs/heads/main", squashed)
        git.run("update-ref", "-d", f"refs/heads/{name}")

    # What happens to gitmem's own files.

    def lose(self, place: Place, what: str) -> None:
        state = place.git.repo.state_dir
        if what == "index":
            shutil.rmtree(state / "index", ignore_errors=True)
        else:
            for name in ("tips", "strays.json", "rewrites"):
                with suppress(FileNotFoundError):
                    (state / name).unlink()

    def forget_the_last_time(self, place: Place) -> None:
        """Killed after the notes were written and before it was written down that they were."""
        clone = self.clone_of(place)
        state = clone.git.repo.state_dir
        kept = {
            name: (state / name).read_bytes()
            for name in ("tips", "strays.json")
            if (state / name).exists()
        }
        clone.settle()
        for name, content in kept.items():
            (state / name).write_bytes(content)

    def clobber(self, place: Place, what: str) -> None:
        notes = NoteStore(place.git.repo)
        annotated_commits = sorted(notes.annotated_commits())
        if not annotated_commits:
            return
        if what == "remove":
            place.git.run(
                "notes", "--ref", "claude-mem", "remove", self.choices.choice(annotated_commits)
            )
        elif what == "delete":
            place.git.run("update-ref", "-d", NOTES_REF)
        else:
            place.git.run("update-ref", NOTES_REF, f"{NOTES_REF}~1", check=False)

    def _changes(self, place: Place, commits: Sequence[str]) -> set[int]:
        """The changes that some commits add lines of."""
        if not commits:
            return set()
        shown = place.git.out("show", "-U0", "--no-notes", *commits)
        return {int(change) for sign, change, _ in _ADDED.findall(shown) if sign == "+"}

    def _last(self, place: Place, count: int) -> list[str]:
        if not self._can_go_back(place, count):
            return []
        return [c for c in place.commits(f"HEAD~{count}..HEAD") if self._is_plain(place, c)]

    def _can_go_back(self, place: Place, count: int) -> bool:
        done = place.git.run("rev-parse", "--verify", "-q", f"HEAD~{count}", check=False)
        return done.returncode == 0

    def _has_parent(self, place: Place) -> bool:
        return self._can_go_back(place, 1)

    def _is_plain(self, place: Place, commit: str) -> bool:
        return len(place.git.out("rev-list", "--parents", "-1", commit).split()) == 2

    def _is_clean(self, place: Place) -> bool:
        return place.git.run("diff", "--cached", "--quiet", check=False).returncode == 0

    def _splitter(self) -> Path:
        """A script that makes one commit of two files two commits."""
        script = self.folder / "split.sh"
        script.write_text(
            "git reset -q HEAD^ || exit 0\n"
            "for file in $(git status --porcelain -uall | cut -c4-); do\n"
            '  git add "$file" && git commit -q -m "part $file"\n'
            "done\n"
        )
        return script
