from __future__ import annotations

import os
import subprocess
import sys

import pytest

from gitmem.process import ancestors as module
from gitmem.process.ancestors import ancestors, is_alive

_CODE = (
    "from gitmem.process.ancestors import ancestors\n"
    "found = next(ancestors())\n"
    "print(found.number, found.born, *found.words, sep='|')"
)


def test_the_nearest_comes_first_with_its_words() -> None:
    shell = ["sh", "-c", f'{sys.executable} -c "$1"; true', "a name", _CODE]
    with subprocess.Popen(shell, stdout=subprocess.PIPE, text=True) as child:
        number, born, *words = (child.communicate()[0]).strip().split("|", 2)

        assert int(number) == child.pid
        assert words[0].startswith("sh|-c|")
        assert "|a name|" in words[0]
        assert not is_alive(child.pid, born)


def test_who_is_alive() -> None:
    above = next(ancestors())

    assert is_alive(above.number, above.born)
    assert not is_alive(above.number, above.born + "1")
    assert not is_alive(2**30, "")


def test_without_proc_ps_is_asked(
    monkeypatch: pytest.MonkeyPatch, tmp_path: os.PathLike[str]
) -> None:
    with_proc = [process.number for process in ancestors()]
    monkeypatch.setattr(module, "_PROC", tmp_path)

    assert [process.number for process in ancestors()] == with_proc
    assert next(ancestors()).words
    assert is_alive(os.getppid(), "")
    assert not is_alive(2**30, "")
