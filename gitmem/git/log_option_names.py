"""The long options of ``git log``, to tell what a misspelled one was meant to be.

Which of them a given git knows is git's to say: none is refused or added for being here or not.

**Source:** git-log(1) of git 2.50.
"""

from __future__ import annotations

_NAMES = """
abbrev abbrev-commit after all all-match alternate-refs ancestry-path anchored author
author-date-order before binary bisect boundary branches break-rewrites cc check cherry cherry-mark
cherry-pick children clear-decorations color color-moved color-moved-ws color-words
combined-all-paths committer compact-summary cumulative date date-order decorate decorate-refs
decorate-refs-exclude default-prefix dense diff-algorithm diff-filter diff-merges dirstat
dirstat-by-file do-walk dst-prefix encoding exclude exclude-first-parent-only exclude-hidden
expand-tabs extended-regexp find-copies find-copies-harder find-object find-renames first-parent
fixed-strings follow format full-diff full-history full-index function-context glob graph grep
grep-reflog histogram ignore-all-space ignore-blank-lines ignore-cr-at-eol ignore-matching-lines
ignore-missing ignore-space-at-eol ignore-space-change indent-heuristic inter-hunk-context
invert-grep irreversible-delete ita-invisible-in-index left-only left-right log-size mailmap
max-age max-count max-parents merge merges min-age min-parents minimal name-only name-status
no-abbrev-commit no-color no-color-moved no-decorate no-diff-merges no-expand-tabs no-ext-diff
no-indent-heuristic no-mailmap no-max-parents no-merges no-min-parents no-notes no-patch no-prefix
no-relative no-rename-empty no-renames no-show-signature no-standard-notes no-textconv no-walk not
notes numstat oneline output-indicator-context output-indicator-new output-indicator-old parents
patch patch-with-raw patch-with-stat patience perl-regexp pickaxe-all pickaxe-regex pretty raw
reflog regexp-ignore-case relative relative-date remotes remove-empty rename-empty reverse
right-only root rotate-to shortstat show-linear-break show-notes show-pulls show-signature
simplify-by-decoration simplify-merges since since-as-filter single-worktree skip skip-to source
sparse src-prefix standard-notes stat stat-count stat-graph-width stat-name-width stat-width
submodule summary tags text textconv topo-order unified unpacked until use-mailmap walk-reflogs
word-diff word-diff-regex ws-error-highlight
"""

LOG_OPTION_NAMES = tuple(f"--{name}" for name in _NAMES.split())
