from __future__ import annotations

import html
import re

import cmarkgfm
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Decision, Memory
from gitmem.render.markdown import MAX_CHARACTERS, render_markdown
from tests.render.stories import FORGING, FULL
from tests.strategies import memories

_OURS = {"h3", "p", "strong", "em", "code", "ul", "li", "pre", "details", "summary"}


def entry(*found: Memory, subject: str = "subject") -> LogEntry:
    return LogEntry(commit="1c0ffee" + "0" * 33, subject=subject, memories=found)


def page(markdown: str) -> str:
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options))


@given(found=st.lists(memories() | st.just(FORGING), max_size=3), subject=st.text(max_size=20))
def test_whatever_a_memory_holds_the_page_has_our_structure_alone(
    found: list[Memory], subject: str
) -> None:
    """No element but ours, each closed, one heading a commit, nothing that can be followed."""
    markup = page("".join(render_markdown([entry(*found, subject=subject)])))
    opened: list[str] = []
    for closing, name in re.findall(r"<(/?)(\w+)", markup):
        if closing:
            assert opened.pop() == name
        else:
            opened.append(name)

    assert opened == []
    assert set(re.findall(r"<(\w+)", markup)) <= _OURS
    assert markup.count("<h3>") == bool(found)
    assert not re.search(r"<\w+ (?!lang=\"text\">)", markup)
    told = html.unescape(re.sub(r"<pre.*?</pre>|<code>.*?</code>", "", markup, flags=re.DOTALL))
    assert not re.search(r"[@#][A-Za-z0-9]|://", told)


def test_what_is_short_stands_open_and_what_is_long_is_folded() -> None:
    short = Memory("decision", "a title", why="why", what=("one", "two"))

    assert "<details>" not in "".join(render_markdown([entry(short)]))
    folded = "".join(render_markdown([entry(FULL)]))
    assert "<summary>2 facts, 2 decisions, 1 error, 2 next steps</summary>" in folded
    assert folded.index("Invoices of one euro") < folded.index("<details>")


def test_a_title_that_is_the_commits_subject_is_not_said_twice() -> None:
    memory = Memory("change", "subject", decisions=(Decision("this", "that", ("other",)),))
    told = "".join(render_markdown([entry(memory)]))

    assert told.count("subject") == 1
    assert "- this\n  - because: that\n  - rejected: other\n" in told


def test_it_ends_before_a_forge_would_refuse_it() -> None:
    long = [entry(Memory("change", f"number {n}", why="word " * 1_000)) for n in range(30)]
    told = "".join(render_markdown(long, "main..HEAD"))

    assert len(told) < MAX_CHARACTERS + 200
    shown = told.count("### ")
    assert 5 < shown < 30
    assert told.endswith(f"\n*{30 - shown} more: `gitmem log main..HEAD`*\n")


def test_of_a_long_entry_whole_memories_are_told() -> None:
    many = entry(*(Memory("change", f"number {n}", why="word " * 1_000) for n in range(30)))
    told = "".join(render_markdown([many]))

    assert told.count("### ") == 1
    assert 5 < told.count("**change**") < 30
    assert told.endswith(f"\n*{30 - told.count('**change**')} more: `gitmem log`*\n")


def test_nothing_remembered_is_nothing_said() -> None:
    assert list(render_markdown([])) == []


def test_stars_around_words_are_left_out_and_other_stars_are_kept() -> None:
    what = (
        "**Faster**: reads `a ** b` and **`c`** once",
        "2 ** 3 ** 4 and **kwargs and a**b**c",
        "`**kept**` prints %w and %d",
    )
    told = "".join(render_markdown([entry(Memory("change", "a title", what=what))]))

    assert "- Faster: reads `a ** b` and `c` once\n" in told
    assert (
        html.unescape(re.sub("<[^>]*>", "", page(told))).count(
            "2 ** 3 ** 4 and **kwargs and a**b**c"
        )
        == 1
    )
    assert "- `**kept**` prints `%w` and `%d`\n" in told


def test_a_title_that_is_the_subject_without_its_prefix_is_not_said_twice() -> None:
    memory = Memory("bugfix", "keep cents", why="because")
    told = "".join(render_markdown([entry(memory, subject="fix(price): keep cents")]))

    assert told.count("keep cents") == 1
