"""Make the pictures of docs/page.md: ``python -m tests.page.screenshots``.

The repository is made up, so that the pictures are the same wherever they are made.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from tests.support.browser import browser, opened
from tests.support.cli import gitmem_process
from tests.support.git import GitDriver

IMAGES = Path(__file__).parents[2] / "docs" / "images"
_MOST_BYTES = 200_000
_STORE = "src/session_store.py"
_LIMIT = "src/rate_limit.py"


def _story(git: GitDriver) -> None:
    """A week of work on sessions and a rate limit."""
    code = {
        _STORE: "class SessionStore:\n    def load(self, key):\n        return redis.get(key)\n",
        _LIMIT: "class RateLimit:\n    per_minute = 60\n\n    def allow(self, key):\n"
        "        return self.bucket(key).take()\n",
    }
    told: list[tuple[str, dict[str, str], Memory]] = [
        (
            "Store sessions in Redis",
            {_STORE: code[_STORE]},
            Memory(
                "decision",
                "Store sessions in Redis",
                why="Two web processes have to see the same session.",
                decisions=(Decision("Redis", "already runs for the queue", ("files on disk",)),),
                files_changed=(_STORE,),
                symbols=("SessionStore",),
            ),
        ),
        (
            "Limit requests by key",
            {_LIMIT: code[_LIMIT]},
            Memory(
                "feature",
                "Limit requests by API key, not by address",
                why="Offices share an address: one busy client locked out its colleagues.",
                decisions=(
                    Decision(
                        "a token bucket for each key",
                        "it allows short bursts, which the mobile client makes at its start",
                        ("a fixed window: twice the limit passes at its edge", "nginx limit_req"),
                    ),
                ),
                files_changed=(_LIMIT, "tests/test_rate_limit.py"),
                symbols=("RateLimit", "allow"),
                next=("Tell the client how long to wait: Retry-After",),
            ),
        ),
        (
            "Take a token under a lock",
            {
                _LIMIT: code[_LIMIT].replace(
                    "return self", "with self.lock:\n            return self"
                )
            },
            Memory(
                "bugfix",
                "Two requests could take the last token",
                errors=(
                    RecordedError(
                        "AssertionError: 61 requests allowed in a minute, expected 60",
                        ("tests/test_rate_limit.py:48 in test_burst",),
                        "take() holds the bucket's lock",
                    ),
                ),
                files_changed=(_LIMIT,),
                symbols=("take",),
            ),
        ),
        (
            "Move sessions to Postgres",
            {_STORE: code[_STORE].replace("redis.get(key)", "db.sessions.find(key)")},
            Memory(
                "decision",
                "Move sessions to Postgres",
                why="A session that outlives a failover is worth more than two milliseconds.",
                decisions=(
                    Decision(
                        "Postgres, in the database that is there",
                        "Redis lost the sessions at each failover",
                        ("Redis with a replica: a second cluster to run",),
                    ),
                ),
                files_changed=(_STORE, "migrations/004_sessions.sql"),
                symbols=("SessionStore", "load"),
            ),
        ),
    ]
    previous: dict[str, str] = {}
    for number, (subject, files, memory) in enumerate(told):
        git.now += 30_000
        commit = git.commit(subject, **files)
        origin = Provenance(
            commit=commit,
            branch="main" if number != 2 else "fix/burst",
            author="Ada Author <ada@example.com>",
            time=f"2026-01-0{number + 1}T10:00:00Z",
            agent="claude-code" if number % 2 else "codex",
            session=f"5e55-{number}",
        )
        fields = {name: getattr(memory, name) for name in memory.__dataclass_fields__}
        older = (previous["decision"],) if number == 3 else ()
        memory = Memory(**{**fields, "provenance": origin, "supersedes": older})
        previous[memory.kind] = memory.id
        NoteStore(git.repo).add({commit: [document_of(memory)]}, "notes: pictures")
    git.run("remote", "add", "origin", "https://github.com/example/shop.git")


def make_pictures(chromium: Browser, file: Path, folder: Path) -> None:
    """Write the four pictures of a page."""
    for scheme, names in (("light", ("timeline", "graph", "file")), ("dark", ("dark",))):
        context = chromium.new_context(
            viewport={"width": 1180, "height": 720},
            color_scheme="light" if scheme == "light" else "dark",
        )
        page = context.new_page()
        opened(page, file)
        page.select_option("#filter-standing", "*")
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        for name in names:
            if name in ("graph", "file"):
                page.click(f"#tab-{'files' if name == 'file' else name}")
            page.wait_for_timeout(200)
            page.screenshot(path=folder / f"{name}.png")
        context.close()


def main() -> int:
    """Make the repository, its page and the pictures."""
    with tempfile.TemporaryDirectory() as folder:
        git = GitDriver(Path(folder) / "shop", Path(folder) / "home").init()
        _story(git)
        file = Path(gitmem_process(git, "page").stdout.splitlines()[0])
        with browser() as chromium:
            IMAGES.mkdir(exist_ok=True)
            make_pictures(chromium, file, IMAGES)
    sizes = {image.name: image.stat().st_size for image in sorted(IMAGES.glob("*.png"))}
    print(*(f"{name}: {size // 1024} KB" for name, size in sizes.items()), sep="\n")
    return int(max(sizes.values()) > _MOST_BYTES)


if __name__ == "__main__":
    sys.exit(main())
