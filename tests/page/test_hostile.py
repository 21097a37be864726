"""Nothing that a memory, a path, a branch, an author, a file or a remote says can run."""

from __future__ import annotations

import json
import random

import pytest

from gitmem.model.memory import Decision, Memory, Provenance, RecordedError
from gitmem.notes.codec import document_of
from gitmem.notes.store import NoteStore
from gitmem.render.page import data_block
from tests.page.test_page import written
from tests.support.browser import browser, opened
from tests.support.git import GitDriver

RUN = "window.ran=1;fetch('https://evil.example/x')"
PAYLOADS = (
    f"<script>{RUN}</script>",
    f"</script><script>{RUN}</script>",
    f'<img src=x onerror="{RUN}">',
    f'<svg/onload="{RUN}">',
    f'\'"><iframe srcdoc="<script>parent.{RUN}</script>">',
    f"javascript:{RUN}",
    "<!--<script>",
    "]]><!-- --!>",
    f"${{{RUN}}}{{{{ {RUN} }}}}{{% raw %}}",
    "\u202eevil\u2066\u2028\u2029<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example/'>",
    "<link rel=stylesheet href=https://evil.example/s.css><style>@import 'https://evil.example'",
    "__proto__",
    "constructor",
    "\\u003cscript>\\",
)


def test_no_sign_of_markup_is_left_in_the_data() -> None:
    block = data_block({"a": list(PAYLOADS)})

    assert not set(block) & set("<>&\u2028\u2029")
    assert json.loads(block) == {"a": list(PAYLOADS)}


def _hostile(git: GitDriver, draw: random.Random) -> None:
    """A repository every text of which is an attack."""

    def evil() -> str:
        return " ".join(draw.sample(PAYLOADS, 2))

    names = [f"src/{text.replace('/', '_').replace(chr(0), '')}.py" for text in PAYLOADS]
    git.environ["GIT_AUTHOR_NAME"] = "<img src=x onerror=window.ran=1>".replace("<", "‹") + "'\">"
    git.run("checkout", "-q", "-b", 'x"><img/src=x onerror=window.ran=1>'.replace(" ", ""))
    commits = [git.commit(evil(), **{name: f"{evil()}\n{PAYLOADS[1]}\n"}) for name in names]
    git.run("remote", "add", "origin", 'https://github.com/"><script>window.ran=1</script>/r')
    additions = {}
    previous = ""
    for commit, name in zip(commits, names, strict=True):
        memory = Memory(
            draw.choice(("decision", evil())),
            evil(),
            why=evil(),
            what=(evil(),),
            decisions=(Decision(evil(), evil(), (evil(), evil())),),
            errors=(RecordedError(evil(), (evil(),), evil()),),
            next=(evil(),),
            concepts=(evil(),),
            files_changed=(name, evil()),
            symbols=(evil(),),
            supersedes=(previous, evil()) if previous and draw.random() < 0.3 else (),
            provenance=Provenance(
                commit=commit,
                branch=evil(),
                author=evil(),
                time=draw.choice(("2026-01-01T00:00:00Z", evil())),
                agent=evil(),
                session=evil(),
                compressor=evil(),
                model=evil(),
            ),
        )
        previous = memory.id
        additions[commit] = [document_of(memory)]
    NoteStore(git.repo).add(additions, "notes: test")


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_nothing_hostile_runs_and_nothing_is_asked_for(git: GitDriver, seed: int) -> None:
    """Each memory is opened, each view drawn; what is typed is an attack as well."""
    git.commit("base", **{"base.py": "1\n"})
    _hostile(git, random.Random(seed))
    file = written(git)

    with browser() as chromium:
        page = chromium.new_page()
        watch = opened(page, file)
        page.select_option("#filter-standing", "*")
        count = page.evaluate("Data.memories.length")
        for _ in range(count):
            page.keyboard.press("j")
        page.keyboard.press("2")
        page.keyboard.press("3")
        for name in page.locator(".names button").all():
            name.click()
        for payload in PAYLOADS:
            page.fill("#query", payload)
        opened(page, file, "#file=<img src=x onerror=window.ran=1>:1")
        ran = page.evaluate(
            "[window.ran, {}.polluted, document.querySelectorAll("
            "'img,iframe,base,object,embed,link,form[action]').length]"
        )
        links = page.eval_on_selector_all("a", "all => all.map(a => a.getAttribute('href'))")

    assert count == len(PAYLOADS)
    assert ran == [None, None, 0]
    assert watch.dialogs == []
    assert {url.partition("#")[0] for url in watch.requests} == {file.as_uri()}
    assert watch.complaints == []
    assert all(link.startswith(("#", "https://")) for link in links)


def test_the_policy_stops_what_would_be_put_in_from_outside(git: GitDriver) -> None:
    """The twin: that nothing ran above is no proof unless the policy itself refuses to run it."""
    git.commit("base", **{"base.py": "1\n"})
    file = written(git)

    with browser() as chromium:
        page = chromium.new_page()
        watch = opened(page, file)
        tried = page.evaluate(
            """() => { try { document.body.innerHTML = '<img src=x onerror="window.ran=1">'; }
               catch (error) { return error.name; } }"""
        )
        page.evaluate(
            """() => { const s = document.createElement('img'); s.src = 'https://evil.example/';
               document.body.append(s); }"""
        )
        page.wait_for_timeout(100)

        assert tried == "TypeError"
        assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in watch.complaints)
