from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.agents.shell_writes import written_paths


@pytest.mark.parametrize(
    ("command", "paths"),
    [
        ("sed -i 's/a/b/' a.py b.py && git add a.py", ["a.py", "b.py"]),
        ("sed -i '' '73s/Target agent/Target/' /work/a.tsx", ["/work/a.tsx"]),
        ("sed -i -e 's/x/y/' z.c", ["z.c"]),
        ("perl -pi -e 's/a/b/' x.pl", ["x.pl"]),
        ("cd src && make > log.txt 2>&1", ["src/log.txt"]),
        ("cat > docs/x.md <<'EOF'\n> a quotation\nEOF", ["docs/x.md"]),
        ("make | tee -a build.log", ["build.log"]),
        ("git mv old.py new.py; git rm gone.py", ["old.py", "new.py", "gone.py"]),
        ("LANG=C sudo cp a.txt b.txt c/", ["c/"]),
        ("python3 -c \"open('a/b.py', 'w').write('x')\"", ["a/b.py"]),
        ("python3 - <<'E'\nPath('q.py').write_text(text)\nE", ["q.py"]),
        ("echo x > src/@types/a+b.ts", ["src/@types/a+b.ts"]),
        ("cd src && bash -lc 'sed -i s/a/b/ a.py; rm b.py'", ["src/a.py", "src/b.py"]),
    ],
)
def test_what_a_command_writes(command: str, paths: list[str]) -> None:
    assert written_paths(command) == paths


@pytest.mark.parametrize(
    "command",
    [
        "sed -n '1,20p' a.py",
        "grep -n 'open(' a.py > /dev/null",
        "echo 'it is > not' ",
        "python3 -c \"open('a.py').read()\"",
        "git add a.py && git diff --cached",
        "ls <unclosed 'quotation",
        "echo bash -lc 'rm a.py'",
        "",
    ],
)
def test_what_writes_nothing(command: str) -> None:
    assert written_paths(command) == []


@given(st.text(alphabet="sed -i'\"\\>|&;<()\n\t\0ab./é\ud800", max_size=80))
def test_no_command_is_too_odd(command: str) -> None:
    """Whatever an agent wrote, at most 50 plain paths come of it."""
    found = written_paths(command)

    assert len(found) <= 50
    assert all(found)
