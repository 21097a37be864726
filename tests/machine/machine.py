"""The state machine: hypothesis decides what people do, the laws are checked after every step."""

from __future__ import annotations

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from tests.machine.laws import Broken, check, check_quiet
from tests.machine.world import Place, World

BRANCHES = ("main", "red", "green", "blue")
PLACES = st.sampled_from((0, 0, 1, 1, 2))
BRANCH = st.sampled_from(BRANCHES)
FEW = st.integers(1, 3)
VERBS = st.lists(
    st.sampled_from(("pick", "reword", "squash", "fixup", "drop", "split")), min_size=3, max_size=3
)


class History(RuleBasedStateMachine):
    """People at work in two clones and a linked work tree.

    A step is followed by a look at the laws, but for those after which nobody runs gitmem: their
    traces are met by the next one.
    """

    has_hooks = False
    steps = 0
    done: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="machine-"))
        self.known: dict[str, set[str]] = {"one": set(), "two": set()}
        self.world: World

    @initialize(seed=st.integers(0, 1 << 16))
    def begin(self, seed: int) -> None:
        choices = random.Random(seed)
        self.world = World(self.folder, has_hooks=self.has_hooks, choices=choices)
        self.world.begin()

    def teardown(self) -> None:
        try:
            if hasattr(self, "world"):
                self._end()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    @rule(
        at=PLACES,
        kind=st.sampled_from(("own", "shared", "two files")),
        late=st.booleans(),
        quiet=st.booleans(),
    )
    def commit(self, at: int, kind: str, late: bool, quiet: bool) -> None:
        self.world.commit(self._at(at), kind, is_late=late)
        self._look(at, quiet=quiet)

    @rule(
        at=PLACES,
        count=st.integers(2, 4),
        kind=st.sampled_from(("own", "two files")),
        late=st.booleans(),
    )
    def commits(self, at: int, count: int, kind: str, late: bool) -> None:
        for _ in range(count):
            self.world.commit(self._at(at), kind, is_late=late)
        self._look(at, quiet=True)

    @rule(at=PLACES, content=st.booleans(), quiet=st.booleans())
    def amend(self, at: int, content: bool, quiet: bool) -> None:
        with self._watched(at):
            self.world.amend(self._at(at), with_content=content)
        self._look(at, quiet=quiet)

    @rule(
        at=PLACES,
        onto=BRANCH,
        options=st.sampled_from(
            (
                (),
                ("--apply",),
                ("--rebase-merges",),
                ("--update-refs",),
                ("--exec", "true"),
                ("-i", "--autosquash"),
            )
        ),
        quiet=st.booleans(),
    )
    def rebase(self, at: int, onto: str, options: tuple[str, ...], quiet: bool) -> None:
        with self._watched(at):
            self.world.rebase(self._at(at), onto, options)
        self._look(at, quiet=quiet)

    @rule(
        at=PLACES,
        count=st.integers(1, 3),
        verbs=VERBS,
        order=st.permutations([0, 1, 2]),
        quiet=st.booleans(),
    )
    def interactive(
        self, at: int, count: int, verbs: list[str], order: list[int], quiet: bool
    ) -> None:
        chosen = [number for number in order if number < count]
        with self._watched(at):
            self.world.interactive(self._at(at), count, verbs, chosen)
        self._look(at, quiet=quiet)

    @rule(at=PLACES, source=BRANCH, count=FEW, one=st.booleans(), quiet=st.booleans())
    def pick(self, at: int, source: str, count: int, one: bool, quiet: bool) -> None:
        self.world.pick(self._at(at), source, count, is_one=one)
        self._look(at, quiet=quiet)

    @rule(at=PLACES, source=BRANCH, squash=st.booleans(), quiet=st.booleans())
    def merge(self, at: int, source: str, squash: bool, quiet: bool) -> None:
        self.world.merge(self._at(at), source, is_squash=squash)
        self._look(at, quiet=quiet)

    @rule(at=PLACES)
    def revert(self, at: int) -> None:
        self.world.revert(self._at(at))
        self._look(at)

    @rule(at=PLACES, count=FEW, quiet=st.booleans())
    def recommit(self, at: int, count: int, quiet: bool) -> None:
        self.world.recommit(self._at(at), count)
        self._look(at, quiet=quiet)

    @rule(at=PLACES, count=FEW)
    def reset(self, at: int, count: int) -> None:
        self.world.reset(self._at(at), count)
        self._look(at)

    @rule(at=PLACES, name=BRANCH)
    def branch(self, at: int, name: str) -> None:
        self.world.branch(self._at(at), name)
        self._look(at, quiet=True)

    @rule(at=PLACES, name=BRANCH, detached=st.booleans())
    def switch(self, at: int, name: str, detached: bool) -> None:
        self.world.switch(self._at(at), name, is_detached=detached)
        self._look(at, quiet=True)

    @rule(at=PLACES, name=BRANCH)
    def delete(self, at: int, name: str) -> None:
        self.world.delete(self._at(at), name)
        self._look(at)

    @rule(at=PLACES, source=BRANCH, count=FEW, quiet=st.booleans())
    def mail(self, at: int, source: str, count: int, quiet: bool) -> None:
        self.world.mail(self._at(at), source, count)
        self._look(at, quiet=quiet)

    @rule(at=PLACES)
    def stash(self, at: int) -> None:
        self.world.stash(self._at(at))
        self._look(at)

    @rule(at=PLACES, quiet=st.booleans())
    def fetch(self, at: int, quiet: bool) -> None:
        self.world.fetch(self._at(at))
        self._look(at, quiet=quiet)

    @rule(at=PLACES, options=st.sampled_from((("--rebase",), ("--no-rebase",), ("--ff-only",))))
    def pull(self, at: int, options: tuple[str, ...]) -> None:
        with self._watched(at):
            self.world.pull(self._at(at), options)
        self._look(at)

    @rule(at=PLACES, forced=st.booleans())
    def push(self, at: int, forced: bool) -> None:
        self.world.push(self._at(at), is_forced=forced)
        self._look(at, quiet=True)

    @rule(name=BRANCH)
    def squash_on_server(self, name: str) -> None:
        self.world.squash_on_server(name)

    @rule(at=PLACES)
    def sync(self, at: int) -> None:
        self.world.clone_of(self._at(at)).settle()
        self.world.sync(self._at(at))
        self._look(at)

    @rule(at=PLACES, what=st.sampled_from(("index", "state")))
    def lose(self, at: int, what: str) -> None:
        self.world.lose(self._at(at), what)
        self._look(at)

    @rule(at=PLACES)
    def kill(self, at: int) -> None:
        self.world.forget_the_last_time(self._at(at))
        self._look(at)

    @rule(at=PLACES, what=st.sampled_from(("remove", "delete", "step back")))
    def clobber(self, at: int, what: str) -> None:
        self.world.clone_of(self._at(at)).settle()
        self.world.clobber(self._at(at), what)
        self._look(at)

    @contextmanager
    def _watched(self, at: int) -> Iterator[None]:
        before = self.world.standing(self._at(at))
        yield
        self.world.watch_git(self._at(at), before)

    def _at(self, number: int) -> Place:
        return self.world.places[number]

    def _look(self, at: int, *, quiet: bool = False) -> None:
        History.steps += 1
        History.done.update(self.world.done)
        self.world.done.clear()
        if not quiet:
            clone = self.world.clone_of(self._at(at))
            clone.settle()
            check(self.world, clone, self.known[clone.name])

    def _end(self) -> None:
        """Everybody comes together: the same memories in the same tree everywhere."""
        for clone in self.world.clones:
            clone.settle()
            check(self.world, clone, self.known[clone.name])
            check_quiet(clone)
        for clone in [*self.world.clones, *self.world.clones, *self.world.clones]:
            self.world.sync(clone)
        trees = {self._tree(clone) for clone in self.world.clones}
        if len(trees) > 1:
            raise Broken("the clones do not agree after all have synchronised")
        for clone in self.world.clones:
            check(self.world, clone, self.known[clone.name])

    def _tree(self, clone: Place) -> str:
        asked = ("rev-parse", "-q", "--verify", "refs/notes/claude-mem^{tree}")
        return clone.git.run(*asked, check=False).stdout.decode()


class HistoryWithHooks(History):
    """The same where our hooks are installed and the worker does the work."""

    has_hooks = True
