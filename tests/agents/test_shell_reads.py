"""Which files, and which of their lines, a command line prints."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.shell_reads import read_files


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("cat a.py", [("a.py", ())]),
        ("cat a.py b.py", [("a.py", ()), ("b.py", ())]),
        ("sed -n '1,220p' src/a.py", [("src/a.py", ((1, 220),))]),
        ("sed -n 7p a.py", [("a.py", ((7, 7),))]),
        ("sed -n '9,3p' a.py", [("a.py", ())]),
        ("sed -n '/x/,/y/p' a.py", []),
        ("sed 's/a/b/' a.py", []),
        ("nl -ba a.py | sed -n '10,20p'", [("a.py", ((10, 20),))]),
        ("nl -b a a.py", [("a.py", ())]),
        ("cat a.py | head -n 5", [("a.py", ((1, 5),))]),
        ("head -n 40 a.py", [("a.py", ((1, 40),))]),
        ("head -40 a.py", [("a.py", ((1, 40),))]),
        ("tail -n 5 a.py", [("a.py", ())]),
        ("cd src && cat a.py", [("src/a.py", ())]),
        ("cd src\ncat a.py", [("src/a.py", ())]),
        ("cat /abs/a.py", [("/abs/a.py", ())]),
        ("cat a.py 2>/dev/null", [("a.py", ())]),
        ("cat a.py > b.py", [("a.py", ())]),
        ("cat < a.py", [("a.py", ())]),
        ("pwd; cat a.py; ls", [("a.py", ())]),
        ("cat <<'E' > a.py\nx\nE", []),
        ("cat 'a b.py'", [("a b.py", ())]),
        ("cat $(git ls-files)", []),
        ("cat 'open", []),
        ("rg -n word src", []),
        ("sed -n 1,20p src/a.py", [("src/a.py", ((1, 20),))]),
        ("sed -ne 3,4p a.py", [("a.py", ((3, 4),))]),
        ("sed -n '1,5p; 10,12p' a.py", [("a.py", ((1, 5), (10, 12)))]),
        ("sed -n '1,5p;s/a/b/p' a.py", []),
        ("tail -n +5 a.py", [("a.py", ())]),
        (
            "cat src/@types/a+b.ts app/[id]/page.tsx",
            [("src/@types/a+b.ts", ()), ("app/[id]/page.tsx", ())],
        ),
        ("bash -lc 'cat src/a.py'", [("src/a.py", ())]),
        ("/bin/sh -c 'cd src && sed -n 2,3p a.py'", [("src/a.py", ((2, 3),))]),
        ("cd src && bash -l -c 'head -5 a.py'", [("src/a.py", ((1, 5),))]),
        ("bash -x 'cat a.py'", []),
        ("bash script.sh -c 'cat a.py'", []),
        ("echo bash -lc 'cat a.py'", []),
        ("", []),
    ],
)
def test_what_a_command_prints(command: str, expected: list[object]) -> None:
    assert read_files(command) == expected


@given(st.text(alphabet="catsednhl -np1,0'\"\\|;&<>$()/.\n", max_size=60))
def test_any_text(command: str) -> None:
    assert len(read_files(command)) <= 8
