"""Codex's patches: their files, wherever the patch stands."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.patches import FilePatch, has_patch, parse_patches, shorten_patches

PATCH = """*** Begin Patch
*** Update File: src/a b.py
@@ def mean
 kept
-gone
+new
*** Add File: docs/new.md
+# Title
+
*** Delete File: old.py
*** End Patch"""


def test_each_file_with_its_lines() -> None:
    assert parse_patches(PATCH) == [
        FilePatch("src/a b.py", "new", "gone", ("new",)),
        FilePatch("docs/new.md", "# Title\n", runs=("# Title\n",)),
        FilePatch("old.py"),
    ]


def test_a_moved_file_is_two() -> None:
    patch = "*** Begin Patch\n*** Update File: a.py\n*** Move to: b.py\n-x\n+y\n*** End Patch"

    assert parse_patches(patch) == [FilePatch("a.py"), FilePatch("b.py", "y", "x", ("y",))]


def test_several_patches_in_a_script_with_escaped_line_breaks() -> None:
    quoted = PATCH.replace("\n", "\\n")
    script = f'await tools.apply_patch("{quoted}");\nawait tools.apply_patch(`{PATCH}`);'

    assert parse_patches(script) == parse_patches(PATCH) * 2
    assert "gone" not in shorten_patches(script)
    assert shorten_patches(script).count("[patch]") == 2


def test_windows_line_ends_and_a_patch_without_an_end() -> None:
    assert parse_patches("*** Begin Patch\r\n*** Add File: a\r\n+x\r\n") == [
        FilePatch("a", "x", runs=("x",))
    ]


@given(st.text(alphabet="*+- \nABDEFegintaPchlUpd:\\", max_size=400))
def test_any_text_is_read_without_trouble(text: str) -> None:
    assert parse_patches(text) == [] or has_patch(text)
    assert len(parse_patches(f"*** Begin Patch\n{text}")) <= 500
