"""GitHub's own Markdown library is the oracle of what a forge would make of the text."""

from __future__ import annotations

import html
import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import example, given
from hypothesis import strategies as st

from gitmem.guard.markdown import code_block, code_span, markdown_line, markdown_lines
from gitmem.guard.untrusted import clean_line

_GAP = "\u200b"
_MEAN = (
    *("@ada", "@org/team", "#1", "org/repo#12", "GH-3", "!4", "$5", "%6", "~bug", "&7", "^8"),
    *("http://x.io", "https://x.io/a", "www.x.io", "a@b.io", "mailto:a@b.io", "ftp://x.io"),
    *("[a](http://x)", "![a](b)", "[a]: http://x", "<b>", "</details>", "<!--", "-->", "<a@b.io>"),
    *("*a*", "_a_", "**", "__", "~~a~~", "`", "```", "~~~", "\\", "|a|b|", "---", "===", "|-|"),
    *("- a", "+ a", "* a", "1. a", "1) a", "# a", "> a", ">>> ", "/close", "/merge now", ":::"),
    *("&lt;", "&#64;ada", "&amp;", "$x$", "$$", "{+a+}", "[+a+]", "[ ] a", "[^1]", ":tada:", "\n"),
    *(
        " ",
        "    ",
        "\t",
        "word",
        "Fixes",
        "\x1b[2J",
        "\u202e",
        "[[a]]",
        "@\u200bada",
        "javascript:x",
    ),
)
_TEXTS = st.lists(st.sampled_from(_MEAN) | st.text(max_size=4), max_size=8).map("".join)


def page(markdown: str) -> str:
    """The page GitHub's library makes of it, raw HTML let through so that it would show."""
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_FOOTNOTES
    return str(cmarkgfm.github_flavored_markdown_to_html(markdown, options))


def without_code_tags(markup: str) -> str:
    return re.sub("</?code>", "", markup)


def without_code(markup: str) -> str:
    return re.sub("<code.*?</code>", "", markup, flags=re.DOTALL)


def words(markup: str) -> str:
    """What a reader sees, without our gaps."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).replace(_GAP, "").split())


@given(text=_TEXTS)
@example(text="1. a")
@example(text="a\n===")
@example(text="|a|b|\n|-|-|")
def test_a_line_is_one_paragraph_of_its_own_text(text: str) -> None:
    line = markdown_line(text, 500)
    markup = page(line)

    assert "\n" not in line
    assert re.sub(r"\A<p>(.*)</p>\n\Z", "", markup, flags=re.DOTALL) == ""
    plain = without_code_tags(markup)
    assert "<" not in plain.removeprefix("<p>").removesuffix("</p>\n")
    ours = clean_line(text, 500).replace("`", "").replace(_GAP, "")
    told = words(plain).replace("`", "").replace("**", "")  # stars around words are left out
    assert told.split() == ours.replace("**", "").split()


@given(text=_TEXTS)
def test_in_a_heading_an_item_or_a_quote_it_is_the_same(text: str) -> None:
    line = markdown_line(text, 500) or "empty"

    for start, tags in (("### ", ["h3"]), ("- ", ["ul", "li"]), ("> ", ["blockquote", "p"])):
        names = re.findall(r"<(/?\w+)", without_code_tags(page(start + line)))
        assert names == [*tags, *(f"/{tag}" for tag in reversed(tags))]


@given(texts=st.lists(_TEXTS, max_size=4))
def test_lines_below_each_other_stay_one_paragraph(texts: list[str]) -> None:
    """No line makes a heading, a table or a list of its neighbours."""
    lines = markdown_lines("\n".join(texts), 2_000)

    names = re.findall(r"<(/?\w+)", page("\n".join(lines)))
    assert set(names) <= {"p", "/p", "code", "/code", "pre", "/pre"}


@given(text=_TEXTS)
def test_no_forge_finds_a_name_a_number_or_an_address(text: str) -> None:
    """In the finished page, where forges look for them."""
    seen = html.unescape(without_code(page(markdown_line(text, 500))))

    assert not re.search(r"[@#!$%&^~][A-Za-z0-9_\"]", seen)
    assert not re.search(r"(?i)://|www\.|\bGH-\d|mailto:", seen)


@given(text=_TEXTS)
def test_no_line_is_a_command(text: str) -> None:
    """GitLab reads commands from the source, before it is Markdown."""
    assert not any(line.startswith("/") for line in markdown_lines(text, 500))


@given(text=_TEXTS)
def test_nothing_leaves_a_block_of_code(text: str) -> None:
    markup = page("\n".join(code_block(text, 500)))

    assert markup.count("<pre") == 1
    assert markup.startswith("<pre")
    assert markup.endswith("</code></pre>\n")
    assert "<" not in markup.partition("<code>")[2].removesuffix("</code></pre>\n")


@given(text=_TEXTS)
def test_nothing_leaves_a_span_of_code(text: str) -> None:
    span = code_span(text, 500)

    if span:
        inner = page(f"a {span} b").removeprefix("<p>a <code>").removesuffix("</code> b</p>\n")
        assert "<" not in inner
        assert html.unescape(inner).split() == clean_line(text, 500).split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a plain sentence, with 3 - 2 = 1.", "a plain sentence, with 3 - 2 = 1."),
        ("snake_case", "`snake_case`"),
        ("Closes #12, org/repo#3 (GH-4).", "Closes `#12`, `org/repo#3` (`GH-4`)."),
        ("ask @ada", "ask `@ada`"),
        ("see https://x.io", "see `https://x.io`"),
        ("since 1c0ffee: `a_b` and ``x ` y``", "since `1c0ffee`: `a_b` and ``x ` y``"),
        ("in src/a.py, call run() with --now", "in `src/a.py`, call `run()` with `--now`"),
        ("- not a list", r"\- not a list"),
        ("2. not a list", r"2\. not a list"),
        ("a < b & c", "a &lt; b &amp; c"),
    ],
)
def test_what_a_reader_of_the_source_sees(text: str, expected: str) -> None:
    assert markdown_line(text, 500) == expected
