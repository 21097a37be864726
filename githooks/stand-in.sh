# The gitmem that this clone was set up with is gone, or does not start: look for another one of the
# person's, and let that one take its place.  POSIX sh, sourced by the launcher with its arguments;
# `told` is what a person is to know where there is none.
#
# Only what a person waits for, or what has work to do, looks; everything else ends at once.
told=${told-}
case "$1 ${2-}" in
"worker "* | "mcp "* | "hook SessionStart" | "hook pre-push" | "hook commit") ;;
*) exit 0 ;;
esac
state=$(CDPATH='' cd -P -- "${0%/*}" && pwd -P) || exit 0

project=''
[ -f "${0%/*}/hooks/programs.sh" ] || exit 0
. "${0%/*}/hooks/programs.sh"
keep_own_places
project=${state%/*}
project=${project%/.git} # any other work tree is seen by its own .git

# Whether a program may be started: ours by what it says, in a place that only its owner writes to.
is_ours() {
    is_safe "$1" gitmem || return 1
    grep -q 'gitmem\.__main__' "$real" || return 1 # somebody else's program of the same name
    case $(cd / && "$1/gitmem" --version </dev/null) in *'(gitmem-cli)'*) ;; *) return 1 ;; esac
}

# Whether the gitmem in $1 works and has put itself in the place of the one that is gone.
takes_over() {
    is_ours "$1" && [ "$("$1/gitmem" hook launcher "$state" </dev/null)" = mended ]
}

# On PATH, but for folders that depend on where one is; then where uv and pipx put programs.
look() {
    unset PYTHONPATH PYTHONHOME PYTHONSTARTUP
    places=$PATH:${UV_TOOL_BIN_DIR-}:${PIPX_BIN_DIR-}:${XDG_BIN_HOME-}
    places=$places:${HOME:+$HOME/.local/bin}:/usr/local/bin:/opt/homebrew/bin
    set -f
    IFS=:
    for place in $places; do
        case $place in
        /*) [ ! -f "$place/gitmem" ] || ! takes_over "$place" || return 0 ;;
        esac
    done
    return 1
}

# A line at most once a day; $1 is the file that keeps the day.
is_news() {
    [ -z "$(find "$state/$1" -mtime -1 2>/dev/null)" ] || return 1
    true >"$state/$1" # a failed redirection of ":" would end the shell
}

# git's own settings say who wants to hear nothing.
wants_news() {
    [ "$(git config --get gitmem.notice)" != never ] &&
        [ "$(git config --type=bool --get gitmem.enabled)" != false ]
}

# A package that was missing may be there again.
if [ "$1 ${2-}" = "hook commit" ] && [ "$(start hook launcher "$state" 2>/dev/null)" = mended ]; then
    exit 0
fi
if [ -z "${GITMEM_LOST-}" ] || [ "$GITMEM_LOST" = 1 ]; then
    if (look) 2>/dev/null; then
        GITMEM_LOST=mended
        export GITMEM_LOST
        if [ "$2" = commit ]; then
            ! wants_news || echo "gitmem: its Python was gone; another gitmem has taken over" >&2
            exit 0
        fi
        exec "$state/run" "$@"
    fi
fi
[ -e "$state/lost" ] || true >"$state/lost" # the next command sees it, and mends it
case "$1 ${2-}" in
"mcp "*)
    echo "$told" >&2
    exit 1
    ;;
"hook commit") ! wants_news || ! is_news lost.told || echo "$told" >&2 ;;
"hook SessionStart")
    # The line is Claude Code's to show: another client would not know the field.
    case ${4-claude-code} in claude-code) ;; *) exit 0 ;; esac
    [ -n "${CLAUDE_CODE_ENTRYPOINT-}" ] || exit 0
    case $(cat) in
    *'"source":"startup"'* | *'"source": "startup"'*) ;;
    *'"source":"resume"'* | *'"source": "resume"'*)
        [ ! -f "$state/gone" ] || exit 0
        true >"$state/gone"
        ;;
    *) exit 0 ;;
    esac
    ! wants_news || printf '{"systemMessage": "%s"}\n' "$told"
    ;;
esac
exit 0
