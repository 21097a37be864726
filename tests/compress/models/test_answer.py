from __future__ import annotations

import json

import pytest

from gitmem.compress.models.answer import parse_answer
from gitmem.errors import CompressorFailed
from gitmem.model.memory import Memory
from tests.support.evidence import change_of, event, evidence_of


def answered(**fields: object) -> Memory:
    given = {"kind": "change", "title": "A title", "files": [], **fields}
    told = evidence_of(
        event("prompt", "Do it."),
        event("result", "line one\n  TypeError:   bad\tthing\nline three", call_id="1"),
    )
    text = json.dumps({"memories": [given]})
    return parse_answer(text, told, change_of("src/a.py", "src/b.py"))[0]


def test_a_file_that_the_commit_did_not_touch_is_dropped() -> None:
    assert answered(files=["src/b.py", "src/made_up.py"]).files_changed == ("src/b.py",)


def test_without_a_true_claim_all_files_of_the_commit_are_named() -> None:
    assert answered(files=["made_up.py"]).files_changed == ("src/a.py", "src/b.py")


def test_an_error_is_kept_when_it_was_printed_white_space_aside() -> None:
    errors = answered(errors=[{"message": "TypeError: bad thing", "resolution": "mended"}]).errors

    assert [error.message for error in errors] == ["TypeError: bad thing"]


def test_a_paraphrased_error_is_dropped() -> None:
    assert answered(errors=[{"message": "a type error occurred", "resolution": ""}]).errors == ()


def test_long_and_dirty_texts_are_cut_and_cleaned() -> None:
    memory = answered(title="x" * 500, why="\x1b[31mred\x1b[0m " + "y" * 5000, what=["a"] * 50)

    assert len(memory.title) <= 120
    assert len(memory.why) <= 600
    assert "\x1b" not in memory.why
    assert len(memory.what) == 8


@pytest.mark.parametrize("fields", [{"kind": "gossip"}, {"title": ""}, {"decisions": [3]}])
def test_a_memory_of_another_form_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(CompressorFailed):
        answered(**fields)


def test_an_error_is_told_with_its_place_and_its_kind() -> None:
    told = evidence_of(
        event("call", "make", tool="Bash", call_id="1"),
        event("result", "src/a.py:3: undefined name 'x'", tool="Bash", call_id="1"),
    )
    errors = [{"message": "undefined name 'x'", "resolution": "defined it"}]
    answer = {"memories": [{"kind": "bugfix", "title": "T", "files": [], "errors": errors}]}

    memory = parse_answer(json.dumps(answer), told, change_of("src/a.py"))[0]

    assert memory.errors[0].frames == ("src/a.py:3",)
    assert memory.tags == {"phase": "debugging", "stack": ["python"], "failure": "build"}
