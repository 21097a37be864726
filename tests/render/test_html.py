from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.render.html import render_html
from gitmem.render.markdown import MAX_CHARACTERS
from tests.render.stories import FORGING
from tests.strategies import memories

_OURS = {"article", "section", "h3", "p", "strong", "code", "ul", "li", "pre"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.prose = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _OURS
        assert not attrs
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.prose += data


@given(found=st.lists(memories() | st.just(FORGING), max_size=3), subject=st.text(max_size=20))
def test_whatever_a_memory_holds_the_fragment_has_our_elements_alone(
    found: list[Memory], subject: str
) -> None:
    """Each is closed, none has an attribute, and no reference stands outside code."""
    entry = LogEntry(commit="1c0ffee" + "0" * 33, subject=subject, memories=tuple(found))
    page = _Page()
    page.feed("".join(render_html([entry])))
    page.close()

    assert page.open == []
    assert "@ada" not in page.prose
    assert "org/repo#12" not in page.prose


def test_it_ends_before_a_forge_would_refuse_it() -> None:
    long = [
        LogEntry(commit="1c0ffee", memories=(Memory("change", f"number {n}", why="word " * 1_000),))
        for n in range(30)
    ]
    told = "".join(render_html(long, "main..HEAD"))

    assert len(told) < MAX_CHARACTERS + 200
    shown = told.count("<article>")
    assert 5 < shown < 30
    assert told.endswith(f"<p>{30 - shown} more: <code>gitmem log main..HEAD</code></p>\n")


def test_a_reason_keeps_its_paragraphs_and_its_blocks() -> None:
    why = "The cache is **never** empty:\n\n```go\nif n == 0 {\n\treturn\n}\n```\nSo `n` is *1*."
    told = "".join(render_html([LogEntry(memories=(Memory("change", "a title", why=why),))]))

    assert (
        "<p>The cache is never empty:</p>\n<pre><code>if n == 0 {\n\treturn\n}</code></pre>\n"
        in told
    )
    assert "<p>So <code>n</code> is *1*.</p>" in told
