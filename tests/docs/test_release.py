"""The release workflow is well formed and careful; what it builds has the name people are told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gitmem.model.release import DISTRIBUTION, VERSION
from gitmem.notes.yaml_subset import parse_yaml
from tests.docs.test_ci_examples import ROOT, check, tool

WORKFLOW = ROOT / ".github" / "workflows" / "release.yml"


@pytest.fixture
def workflow() -> Any:
    return parse_yaml(WORKFLOW.read_text(encoding="utf-8"))


def test_schema_and_auditor_find_nothing() -> None:
    check(tool("check-jsonschema"), "--builtin-schema", "vendor.github-workflows", str(WORKFLOW))
    check(tool("zizmor"), "--offline", "--quiet", "--persona", "auditor", str(WORKFLOW))


def test_rights_are_the_least_and_actions_are_pinned(workflow: Any) -> None:
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = {right for right, level in job["permissions"].items() if level == "write"}
        assert writes == ({"id-token", "attestations"} if name == "publish" else set())
        assert job["timeout-minutes"]
        for step in job["steps"]:
            if "uses" in step:
                assert re.fullmatch(r"[a-z-]+/[a-z-]+@[0-9a-f]{40}", step["uses"])
            assert "${{" not in step.get("run", "")
    assert all("checkout" not in str(step) for step in workflow["jobs"]["publish"]["steps"])


def test_what_is_checked_is_what_is_published(workflow: Any) -> None:
    jobs = workflow["jobs"]

    assert (jobs["check"]["needs"], jobs["publish"]["needs"]) == ("build", "check")
    assert jobs["publish"]["environment"]["url"].endswith(f"/{DISTRIBUTION}/")


def test_the_version_stands_where_the_workflow_looks() -> None:
    text = (ROOT / "gitmem" / "model" / "release.py").read_text(encoding="utf-8")

    assert f'VERSION = "{VERSION}"' in text.splitlines()
    for path in sorted((ROOT / "docs" / "ci").glob("*.yml")):
        assert f"{DISTRIBUTION}=={VERSION}" in path.read_text(encoding="utf-8")
