"""Whole screens by the name of their golden file.

After a wanted change: ``python -m tests.render.screens`` writes them anew; read the diff.
"""

from __future__ import annotations

from pathlib import Path

from gitmem.model.context_item import ContextItem
from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.render.context import render_context
from gitmem.render.markdown import render_markdown
from gitmem.render.terminal import palette, render_log, render_oneline, render_show
from tests.render import stories

GOLDEN = Path(__file__).parent / "golden"
PLAIN = palette(False)

ENTRY = LogEntry(
    commit="08da731" + "0" * 33,
    author="Ada Author <ada@example.com>",
    time=1_767_348_000,
    subject="round the tax of the sum",
    refs="HEAD -> tax, tag: v1.2",
    memories=(stories.FULL,),
    problems=("document 2: a mapping was expected",),
)
PENDING = LogEntry(memories=(stories.PENDING,), is_pending=True)
SHORT = LogEntry(
    commit="1c0ffee" + "0" * 33,
    subject="keep the old column",
    memories=(Memory("decision", "keep the old column", why="A release still reads it."),),
)
HOSTILE = LogEntry(
    commit="2bad000" + "0" * 33,
    subject="fixes #1 </summary><script>alert(1)</script>",
    memories=(stories.FORGING,),
)
_ITEMS = [
    ContextItem(stories.PENDING, "", is_pending=True),
    ContextItem(stories.FULL, ENTRY.commit, is_pending=False),
]

SCREENS = {
    "log.txt": render_log(ENTRY, PLAIN, 80) + "\n" + render_log(PENDING, PLAIN, 80),
    "log-narrow.txt": render_log(ENTRY, PLAIN, 40),
    "log-colour.txt": render_log(ENTRY, palette(True), 80),
    "show.txt": render_show(ENTRY, PLAIN, 80),
    "oneline.txt": render_oneline(ENTRY, PLAIN) + render_oneline(PENDING, PLAIN),
    "log.md": "".join(render_markdown([ENTRY, SHORT, HOSTILE, PENDING])),
    "context.txt": render_context(_ITEMS, 1_000).text + "\n",
    "context-small.txt": render_context(_ITEMS, 230).text + "\n",
}


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name, screen in SCREENS.items():
        (GOLDEN / name).write_text(screen, "utf-8")
