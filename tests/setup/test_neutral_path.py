"""What the developer has installed decides about no test."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.git import GitDriver
from tests.support.neutral_path import PROGRAMS, without_clients


@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_no_client_is_on_the_path_of_a_test(committed: GitDriver, name: str) -> None:
    assert shutil.which(name) is None
    assert shutil.which(name, path=committed.env()["PATH"]) is None


def test_a_folder_with_a_client_keeps_all_its_other_programs(tmp_path: Path) -> None:
    theirs, plain = tmp_path / "theirs", tmp_path / "plain"
    for folder, names in ((theirs, ("codex", "tool")), (plain, ("other",))):
        folder.mkdir()
        for name in names:
            (folder / name).write_text("#!/bin/sh\n")
            (folder / name).chmod(0o755)
    path = os.pathsep.join([str(theirs), "", str(plain), str(tmp_path / "none")])

    neutral = without_clients(path, tmp_path / "links")

    assert neutral.split(os.pathsep)[1:] == ["", str(plain), str(tmp_path / "none")]
    assert shutil.which("codex", path=neutral) is None
    assert Path(str(shutil.which("tool", path=neutral))).resolve() == theirs / "tool"
    assert (theirs / "codex").exists()
