"""How long the page takes with 10,000 memories: ``python -m tests.bench.page [REPOSITORY]``.

With a repository its own memories are taken, else some are made up.  The baseline is an empty page
in the same browser.
"""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from gitmem.git.repo import find_repo
from gitmem.guard.policy import PLAIN
from gitmem.model.memory import Json
from gitmem.recall.page import gather_page
from gitmem.render.page import render_page
from tests.support.browser import browser

_COUNT = 10_000
_FRAMES = """async () => { const list = document.getElementById('list'), times = [];
let last = await new Promise(requestAnimationFrame);
for (let n = 0; n < 120; n += 1) { list.scrollTop += 900;
  const now = await new Promise(requestAnimationFrame); times.push(now - last); last = now; }
return times; }"""
_KEY = """async (query) => { const box = document.getElementById('query');
box.value = query; const start = performance.now();
box.dispatchEvent(new Event('input')); await new Promise(requestAnimationFrame);
return performance.now() - start; }"""


def _made_up() -> dict[str, Json]:
    commits: list[Json] = []
    memories: list[Json] = []
    paths: list[Json] = [f"src/part{n}/module_{n}.py" for n in range(600)]
    for n in range(_COUNT):
        when = 1_767_225_600 - n * 5_000
        subject = f"Change number {n} of the module"
        commits.append(
            {"id": f"{n:040x}", "author": f"Author {n % 40}", "time": when, "subject": subject}
        )
        why = f"The reason number {n} is that rateLimit_{n} was read before it was set. " * 4
        memory: dict[str, Json] = {"id": f"m{n:020x}", "kind": "change", "title": subject}
        memory |= {"why": why, "commit": n, "standing": "fresh", "files": [n % 600, n * 7 % 600]}
        if n % 5 == 0:
            memory["decisions"] = [{"chose": f"choice {n}", "because": why, "rejected": ["none"]}]
        memories.append(memory)
    tables: dict[str, Json] = {"commits": commits, "memories": memories, "paths": paths}
    return {"name": "made up", "range": "", "link": "", "files": [], **tables}


def _open(page: Page, file: Path) -> float:
    start = time.perf_counter()
    page.goto(file.as_uri(), wait_until="commit")
    page.wait_for_selector(".card")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    return time.perf_counter() - start


def main() -> None:
    """Print the times."""
    start = time.perf_counter()
    data = gather_page(find_repo(sys.argv[1]), (), PLAIN) if sys.argv[1:] else _made_up()
    gathered = time.perf_counter()
    text = render_page(data)
    rendered = time.perf_counter()
    memories = data["memories"]
    assert isinstance(memories, list)
    with tempfile.TemporaryDirectory() as folder, browser() as chromium:
        file, empty = Path(folder, "page.html"), Path(folder, "empty.html")
        file.write_text(text)
        empty.write_text("<!doctype html><title>empty</title><p class=card>empty")
        opening = [_open(chromium.new_page(), file) for _ in range(5)]
        nothing = [_open(chromium.new_page(), empty) for _ in range(5)]
        page = chromium.new_page()
        _open(page, file)
        first_key = page.evaluate(_KEY, "rateLimit")
        keys = [page.evaluate(_KEY, "rate limit error"[:n]) for n in range(1, 17)]
        page.evaluate(_KEY, "")
        frames = page.evaluate(_FRAMES)
        page.goto("about:blank")
    print(f"memories              {len(memories):,}")
    print(
        f"gathered in           {gathered - start:.1f} s, rendered in {rendered - gathered:.1f} s"
    )
    print(f"file                  {len(text.encode()) / 1e6:.1f} MB")
    print(f"open to first cards   {statistics.median(opening):.2f} s, worst {max(opening):.2f} s")
    print(f"  an empty page       {statistics.median(nothing):.2f} s, worst {max(nothing):.2f} s")
    print(f"keystroke             {statistics.median(keys):.0f} ms, worst {max(keys):.0f} ms")
    print(f"  the first           {first_key:.0f} ms")
    frames.sort()
    print(f"frame while scrolling {statistics.median(frames):.0f} ms, worst {frames[-1]:.0f} ms")
    print(f"  over 34 ms          {sum(frame > 34 for frame in frames)} of {len(frames)}")
    print(json.dumps({"open_s": opening, "keys_ms": keys}))


if __name__ == "__main__":
    main()
