from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitmem.index.amendment import in_force, mentions_of, naming_among, says_otherwise
from gitmem.model.amendment import Amendment
from gitmem.model.memory import Decision, Memory, Provenance
from tests.strategies import memories
from tests.support.amendments import ALIKE, AMENDED, LATER, LATER_ALIKE, Pair

MISSED = {
    "Go back to the standard logging module in the backend",
    'Revert "Load images lazily"',  # git tells that one
}
COMMIT = "3f2a1bc09e8d7c6b5a4f3e2d1c0b9a8f7e6d5c4b"
OLD, NEW = "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z"


def told(title: str, why: str = "", time: str = OLD, **fields: object) -> Memory:
    origin = Provenance(commit=COMMIT, time=time)
    return Memory("decision", title, why=why, provenance=origin, **fields)  # type: ignore[arg-type]


def contradicts(newer: str, older: str) -> bool:
    return says_otherwise(told(newer, time=NEW), told(older))


def amended_pair(pair: Pair) -> bool:
    return says_otherwise(told(*pair.newer, time=NEW), told(*pair.older))


@pytest.mark.parametrize("pair", AMENDED, ids=lambda pair: pair.newer[0])
def test_a_decision_that_was_amended_is_told(pair: Pair) -> None:
    assert amended_pair(pair) is (pair.newer[0] not in MISSED)


@pytest.mark.parametrize("pair", [*ALIKE, *LATER_ALIKE], ids=lambda pair: pair.newer[0])
def test_what_is_only_worded_alike_says_nothing_else(pair: Pair) -> None:
    assert not amended_pair(pair)


def test_more_than_half_are_told_of_pairs_that_were_written_later() -> None:
    assert sum(map(amended_pair, LATER)) > len(LATER) / 2


# Pairs of real commits (requests, click, jinja) of which the second rewrites lines of the first.
@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Show options before commands", "Remove hidden commands and options from the results"),
        ("don't hide fast progress bars", "Add functionality to hide the progress bar"),
        ("strip win32 path prefixes", "add url to page explaining win32 path prefixes"),
        ("Do not post None values in data", "Allow None value for chunk_size again"),
        ("add type annotations", "Remove type annotation breaking sphinx builds"),
        ("Removed some dead code", "remove logically-dead code"),
        ("Test with and without colorama", "remove colorama"),
        ("update charade", "Initial work towards replacing charade"),
        ("Always add Content-Length to PATCH", "Remove Content-Length from GET by default"),
        ("Allow urllib3 1.22", "Allow urllib3 1.23"),
        ("Move changes to correct section", "Move changes to markdown"),
        ("Added tag 2.4 for changeset e3f8", "Added tag 2.5 for changeset 0dd0"),
        ("moar tests", "remove all old tests"),
        ("Type annotate parts related to collection", "Type annotate parts related to reports"),
        ("replace links to pull requests with extlinks", "replace links to users with extlinks"),
        ("bump pcre2-sys", "bump pcre2-sys again"),
        ("Deploy ada/page@5f66786ef1e65074", "Deploy ada/page@178581b56001f755"),
        ("Do not use Pmenu colors for the window", "Use Normal colors for the window"),
        ("Allow --nth to take multiple indexes", "Extend --nth option to take ranges"),
        ("Start adding windows support", "replace `windows::Event` with `windows::CtrlBreak`"),
        ("move driver to runtime thread", "move time driver into runtime module"),
        ("Send no length for 204/304", "Never send a length for 204"),
        (
            "safe_join prevents device names with extensions",
            "safe_join prevents device names in paths",
        ),
        ("Support zellij floating pane via --popup", "Use floating pane instead of popup on tmux"),
        ("Use __iter__ rather than the nested loops", "prefer dictionary comprehension to loop"),
    ],
)
def test_of_real_commits_that_touch_the_same_lines_not_all_say_otherwise(
    older: str, newer: str
) -> None:
    assert not contradicts(newer, older)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("Added colorama support into the echo function", "remove colorama"),
        ("Ignore B904", "don't ignore B904"),
        ("include certifi", "Remove support for certifi"),
        ("Allow charset normalizer >=2 and <3", "Allow charset normalizer >=2 and <4"),
        ("Use fast_exit when invoking completion", "use sys.exit() instead of _fast_exit()"),
        ("hooks is a package now", "Reverted hooks from sub-package to module"),
        ("Every call needs a token", "Calls no longer need a token"),
        ("Timestamps are rounded to seconds", "Timestamps are not rounded to seconds"),
    ],
)
def test_of_others_the_main_clause_says_otherwise(older: str, newer: str) -> None:
    assert contradicts(newer, older)


@pytest.mark.parametrize(
    "newer",
    [
        "Close connections when the pool is not full",
        "Return the cache that is never empty",
        "Keep the cache because it does not grow",
        'Explain "do not use the cache"',
        "Accept `None` for the cache",
        "Show the cache if there is no disk",
        "Use the cache so that nothing is not found",
    ],
)
@pytest.mark.parametrize("older", ["Use the cache", "Enable the cache", "Show the cache"])
def test_a_denial_in_a_clause_a_quotation_or_a_name_reverses_nothing(
    older: str, newer: str
) -> None:
    assert not contradicts(newer, older)


def test_a_condition_reverses_only_what_was_said_of_every_case() -> None:
    assert not contradicts("Hide the status bar when it is piped", "Show the status bar")
    assert contradicts("Never color output when it is piped", "Always color output")


@pytest.mark.parametrize("pair", [*AMENDED, *LATER], ids=lambda pair: pair.newer[0])
def test_the_older_one_amends_nothing(pair: Pair) -> None:
    older, newer = told(*pair.older), told(*pair.newer, time=NEW)

    assert not says_otherwise(older, newer)
    assert not says_otherwise(told(*pair.newer), told(*pair.older)), "made at the same time"
    assert not says_otherwise(newer, told(*pair.older, time="")), "nobody knows when"


def test_a_memory_may_name_what_it_amends_by_commit_or_by_id() -> None:
    old = told("Load images lazily")

    def naming(text: str, commit: str = "") -> Amendment | None:
        return naming_among(mentions_of(told("No laziness", time=NEW, what=(text,))), old, commit)

    assert naming("Reverts 3f2a1bc09e") is Amendment.REVERTED
    assert naming("Reverts 4f2a1bc09e") is None
    assert naming("Reverts 4f2a1bc09e", "4f2a1bc09e" + "0" * 30) is Amendment.REVERTED
    assert naming(f"Supersedes {old.id}") is Amendment.AMENDED
    assert naming(f"Supersedes {old.id[:9]}") is Amendment.AMENDED
    assert naming(f"See {old.id}") is None


def test_what_a_decision_rejects_is_what_an_older_one_chose() -> None:
    choice = Decision("Postgres", rejected=("Redis: it lost them at every failover",))
    newer = told("Sessions must survive a failover", time=NEW, decisions=(choice,))

    assert says_otherwise(newer, told("Store sessions in Redis"))
    assert not says_otherwise(newer, told("Store thumbnails in Redis"))


@pytest.mark.parametrize(
    ("title", "refused"),
    [
        ("Sessions must survive a failover", "whatever the tasks that await Redis would need"),
        ("Redis sessions must survive a failover", "Redis"),
        ("Mend the build", "Redis"),
    ],
)
def test_what_is_rejected_in_passing_is_not_what_an_older_one_chose(
    title: str, refused: str
) -> None:
    newer = told(title, time=NEW, decisions=(Decision("Postgres", rejected=(refused,)),))
    at_times = Decision("Postgres when it rains", rejected=("Redis",))

    assert not says_otherwise(newer, told("Store sessions in Redis"))
    assert not says_otherwise(
        told("Sessions must survive", time=NEW, decisions=(at_times,)),
        told("Store sessions in Redis"),
    )


def test_a_prefix_of_conventional_commits_is_no_part_of_it() -> None:
    older, newer = "feat(net): use requests for HTTP calls", "refactor: use httpx for HTTP calls"

    assert contradicts(newer, older)
    assert contradicts(f"[net] {newer}", older)


def test_what_takes_back_a_revert_lets_the_first_hold_again() -> None:
    reverted = Amendment.REVERTED
    chain = {3: (2, reverted), 2: (1, reverted)}

    assert in_force(chain) == {2: (1, reverted)}
    assert in_force({**chain, 1: (0, reverted)}) == {3: (2, reverted), 1: (0, reverted)}
    assert in_force({3: (2, reverted), 2: (1, Amendment.AMENDED)}) == {
        3: (2, reverted),
        2: (1, Amendment.AMENDED),
    }


@given(
    st.dictionaries(
        st.integers(1, 12), st.tuples(st.integers(0, 11), st.sampled_from(Amendment)), max_size=12
    )
)
def test_no_amendment_in_force_is_by_what_is_reverted(
    drawn: dict[int, tuple[int, Amendment]],
) -> None:
    found = {older: (newer % older, how) for older, (newer, how) in drawn.items()}

    kept = in_force(found)

    assert kept.items() <= found.items()
    reverted = {older for older, (_, how) in kept.items() if how is Amendment.REVERTED}
    assert not {newer for newer, _ in kept.values()} & reverted


@given(memories(), memories())
def test_of_any_two_at_most_one_says_otherwise(one: Memory, other: Memory) -> None:
    assert not (says_otherwise(one, other) and says_otherwise(other, one))
    assert not says_otherwise(one, one)
