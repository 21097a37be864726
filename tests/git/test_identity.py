from __future__ import annotations

import pytest

from gitmem.git.identity import NOBODY, Identity, find_identity
from tests.support.git import GitDriver
from tests.support.prepared import prepared

ADA = Identity("Ada Author", "ada@example.com")
CARL = Identity("Carl Committer", "carl@example.com")


@prepared
def nameless(git: GitDriver) -> GitDriver:
    git.run("config", "--unset", "user.name")
    git.run("config", "--unset", "user.email")
    return git


def test_the_configured_user_is_the_committer(git: GitDriver) -> None:
    assert find_identity(git.repo, CARL) == (ADA, False)


def test_a_configured_committer_goes_before_the_user(git: GitDriver) -> None:
    git.run("config", "committer.name", CARL.name)
    git.run("config", "committer.email", CARL.email)

    assert find_identity(git.repo) == (CARL, False)


def test_the_environment_goes_before_the_configuration(
    git: GitDriver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_COMMITTER_NAME", CARL.name)
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", CARL.email)

    assert find_identity(git.repo) == (CARL, False)


@pytest.mark.parametrize("missing", ["user.name", "user.email"])
def test_half_an_identity_is_none(git: GitDriver, missing: str) -> None:
    """git would make the rest up from the machine's name; a note should not."""
    git.run("config", "--unset", missing)

    assert find_identity(git.repo, CARL) == (CARL, True)


def test_without_any_a_neutral_name_is_used(nameless: GitDriver) -> None:
    assert find_identity(nameless.repo) == (NOBODY, True)


def test_names_that_are_no_utf8_are_read(nameless: GitDriver) -> None:
    with (nameless.path / ".git" / "config").open("ab") as file:
        file.write(b"[user]\nname = J\xf6rg\nemail = j@example.com\n")

    assert find_identity(nameless.repo) == (Identity("J\ufffdrg", "j@example.com"), False)


def test_a_header_holds_no_brackets_of_a_name() -> None:
    assert str(Identity("A <b>\nc", "<d@e>\0")) == "A bc <d@e>"
