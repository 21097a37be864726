from __future__ import annotations

from gitmem.agents.opencode.patches import patches_of

ASKED = "*** Begin Patch\n*** Update File: a.py\n@@\n-old\n+new\n*** End Patch"
DIFF = """Index: a.py
--- a.py
+++ a.py
@@ -1,2 +1,3 @@
-old line
+new line
+and more
 same
+last
"""


def test_what_the_client_told_counts_before_what_was_asked() -> None:
    told = {"files": [{"filePath": "/w/a.py", "patch": DIFF}]}

    (found,) = patches_of({"patchText": ASKED}, told)

    assert found.path == "/w/a.py"
    assert found.runs == ("new line\nand more", "last")
    assert "old line" in found.removed
    assert "--- a.py" not in found.removed


def test_a_moved_file_is_two() -> None:
    told = {"files": [{"filePath": "/w/a.py", "movePath": "/w/b.py", "diff": DIFF}]}

    assert [one.path for one in patches_of({}, told)] == ["/w/a.py", "/w/b.py"]


def test_without_what_was_told_the_request_counts() -> None:
    (found,) = patches_of({"input": ASKED}, {"files": "none"})

    assert (found.path, found.added.strip(), found.removed.strip()) == ("a.py", "new", "old")


def test_what_names_no_file_is_nothing() -> None:
    assert patches_of({}, {"files": [{"patch": DIFF}, 3, {"filePath": "", "patch": 7}]}) == []
    (found,) = patches_of({}, {"files": [{"filePath": "/w/a.py", "patch": "no hunk"}]})
    assert (found.added, found.removed) == ("", "")
