"""Each fault that the machine found, as the story in which it found it."""

# ruff: noqa: E501 - the lines are as hypothesis printed them
from __future__ import annotations

import pytest

from tests.machine.machine import History
from tests.machine.stories import tell

pytestmark = pytest.mark.slow

STORIES = {
    # A squash holds three memories; one of its commits lives on elsewhere, the others' memories are
    # not to go there.
    "a joined note does not spread": """
        begin(seed=1455)
        kill(at=1)
        reset(at=0, count=1)
        kill(at=1)
        pick(at=0, count=3, one=False, quiet=True, source='green')
        kill(at=1)
        reset(at=1, count=2)
        interactive(at=2, count=3, order=[1, 0, 2], quiet=False, verbs=['reword', 'squash', 'squash'])
        recommit(at=0, count=1, quiet=False)
        kill(at=1)
        recommit(at=0, count=2, quiet=True)
        reset(at=2, count=1)
        kill(at=0)
        reset(at=2, count=2)
        lose(at=0, what='index')
        interactive(at=1, count=1, order=[0, 2, 1], quiet=False, verbs=['split', 'drop', 'squash'])
        pick(at=0, count=1, one=False, quiet=False, source='main')
        interactive(at=2, count=2, order=[0, 1, 2], quiet=True, verbs=['reword', 'fixup', 'squash'])
        interactive(at=0, count=1, order=[0, 2, 1], quiet=False, verbs=['fixup', 'squash', 'reword'])
        interactive(at=0, count=3, order=[2, 1, 0], quiet=False, verbs=['reword', 'squash', 'reword'])
    """,
    # A squash is dropped of which a part is on another branch: the rest is abandoned work.
    "what nobody has of a squash is dropped": """
        begin(seed=257)
        sync(at=2)
        delete(at=0, name='red')
        commit(at=0, kind='two files', late=True, quiet=False)
        recommit(at=1, count=2, quiet=False)
        sync(at=1)
        switch(at=2, detached=True, name='green')
        squash_on_server(name='blue')
        mail(at=0, count=2, quiet=False, source='red')
        pick(at=1, count=2, one=False, quiet=False, source='red')
        mail(at=2, count=3, quiet=True, source='red')
        squash_on_server(name='green')
        reset(at=1, count=1)
    """,
    # git takes the whole note along to the half of a commit that a rebase leaves.
    "a squash rebased onto its own parts": """
        begin(seed=3192)
        mail(at=0, count=1, quiet=True, source='blue')
        mail(at=0, count=3, quiet=True, source='blue')
        mail(at=0, count=2, quiet=True, source='main')
        branch(at=0, name='red')
        branch(at=0, name='green')
        switch(at=0, detached=False, name='green')
        rebase(at=0, onto='green', options=('--exec', 'true'), quiet=True)
        recommit(at=1, count=1, quiet=False)
        recommit(at=0, count=2, quiet=False)
        fetch(at=0, quiet=True)
        fetch(at=2, quiet=True)
        rebase(at=0, onto='red', options=('--exec', 'true'), quiet=False)
    """,
    # A commit that had been applied elsewhere as well is lost in a squash: the squash has it, too.
    "the same patch elsewhere is not all": """
        begin(seed=387)
        branch(at=1, name='main')
        mail(at=0, count=2, quiet=False, source='green')
        commit(at=1, kind='own', late=False, quiet=False)
        lose(at=1, what='index')
        lose(at=1, what='state')
        pull(at=0, options=('--no-rebase',))
        amend(at=0, content=True, quiet=True)
        push(at=1, forced=False)
        recommit(at=1, count=2, quiet=True)
        delete(at=0, name='green')
        clobber(at=1, what='step back')
        commit(at=1, kind='two files', late=False, quiet=False)
        push(at=2, forced=True)
        squash_on_server(name='main')
        recommit(at=1, count=2, quiet=True)
        lose(at=2, what='index')
        kill(at=1)
        delete(at=1, name='green')
        amend(at=0, content=True, quiet=True)
        recommit(at=0, count=3, quiet=True)
        lose(at=0, what='state')
    """,
    # Its own files were lost before anybody had looked at the squash.
    "what is new is not known any more": """
        begin(seed=600)
        merge(at=0, quiet=False, source='red', squash=False)
        commits(at=0, count=2, kind='two files', late=False)
        kill(at=1)
        commit(at=0, kind='two files', late=False, quiet=False)
        revert(at=1)
        kill(at=0)
        rebase(at=0, onto='main', options=('--apply',), quiet=False)
        pull(at=1, options=('--ff-only',))
        commits(at=1, count=2, kind='two files', late=False)
        stash(at=0)
        clobber(at=0, what='delete')
        merge(at=0, quiet=True, source='green', squash=True)
        squash_on_server(name='main')
        lose(at=0, what='state')
    """,
}


@pytest.mark.parametrize("story", STORIES.values(), ids=list(STORIES))
def test_a_story_that_once_broke_a_law(story: str) -> None:
    tell(History, story)
