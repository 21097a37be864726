"""The address of a commit: from any form of URL, for forges that are known, never a password."""

from __future__ import annotations

import pytest

from gitmem.git.forge_links import link_of_address


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://github.com/o/r.git", "https://github.com/o/r/commit/"),
        ("https://me:token@github.com/o/r", "https://github.com/o/r/commit/"),
        ("git@github.com:o/r.git", "https://github.com/o/r/commit/"),
        ("ssh://git@github.com:22/o/r.git", "https://github.com/o/r/commit/"),
        ("https://gitlab.com/g/sub/r.git", "https://gitlab.com/g/sub/r/-/commit/"),
        ("https://gitlab.example.org:8443/g/r", "https://gitlab.example.org/g/r/-/commit/"),
        ("git@bitbucket.org:o/r.git", "https://bitbucket.org/o/r/commits/"),
        ("https://codeberg.org/o/r", "https://codeberg.org/o/r/commit/"),
        ("https://gitea.example.org/o/r", "https://gitea.example.org/o/r/commit/"),
        ("https://git.sr.ht/~who/r", "https://git.sr.ht/~who/r/commit/"),
        ("https://example.org/o/r.git", ""),
        ("/srv/git/r.git", ""),
        ("../r", ""),
        ("file:///srv/github.com/o/r", ""),
        ("https://github.com.evil/../r", ""),
        ('https://github.com/"><script>/r', ""),
        ("javascript:alert(1)//github.com/o/r", ""),
        ("https://github.com/../r", ""),
        ("", ""),
    ],
)
def test_the_link_of_an_address(address: str, link: str) -> None:
    assert link_of_address(address) == link
