from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from gitmem.model.log_entry import LogEntry
from gitmem.model.memory import Memory
from gitmem.render.html import render_html
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
