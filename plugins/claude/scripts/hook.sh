#!/bin/sh
# A plugin's hook: hand it to the gitmem of this clone, print what that says, and never fail.
#
#   sh hook.sh CLIENT EVENT [TOOL]
#
# The gitmem is the one that `gitmem init` was run with, as for git's hooks; else the one on PATH;
# else what uvx has.  Where there is none, a session's start says how to get it.
client=${1-} event=${2-}
[ -n "$event" ] && [ -z "${GITMEM_SKIP-}" ] || exit 0
cd "${CLAUDE_PROJECT_DIR:-${GEMINI_PROJECT_DIR:-.}}" 2>/dev/null || exit 0
set -- hook "$event" ${3+"$3"}

# Which programs on PATH may be started without anybody having asked.  POSIX sh, sourced by hooks and
# copied into the plugins' scripts; no brace follows a dollar, for clients replace that.
#
# What lies in a clone came with it, perhaps.  `project` is the folder that is surely one, named
# without links: the one that is open; empty where none is.  gitmem/process/search_path.py is the
# same in Python.

# Leave out of PATH what depends on the folder one is in ("", ".", "bin"), and what is the project's.
keep_own_places() {
    kept='' IFS=:
    set -f
    for place in $PATH; do
        case $place in /*) ;; *) continue ;; esac
        [ -z "$project" ] || ! is_of_project "$place" || continue
        case $kept in '') kept=$place ;; *) kept=$kept:$place ;; esac
    done
    set +f
    unset IFS
    PATH=$kept
    [ -n "$kept" ] || PATH=/usr/bin:/bin # an empty one would mean the folder one is in
    export PATH
}

# Whether a folder is the project, or below it.
is_of_project() (
    CDPATH='' cd -P -- "$1" && [ -n "$project" ] || exit 1
    case $PWD/ in "$project"/*) ;; *) exit 1 ;; esac
) 2>/dev/null

# Whether a folder lies in a work tree, or cannot be looked at.  Some people's home is one, and some
# tools are installed as one: a hidden folder in their home, or Homebrew's.
is_in_project() (
    ! is_of_project "$1" || exit 0
    case $HOME in /*) home=$(CDPATH='' cd -P -- "$HOME" && pwd -P) ;; *) home=/ ;; esac
    CDPATH='' cd -P -- "$1" || exit 0
    while case $PWD in / | //) false ;; esac do
        if [ -e .git ] || [ -L .git ]; then
            case $PWD in
            "$home" | /opt/homebrew | /usr/local) ;;
            "$home"/.*) case $PWD in "$home"/.*/*) exit 0 ;; esac ;;
            *) exit 0 ;;
            esac
        fi
        CDPATH='' cd -P .. || exit 0
    done
    exit 1
) 2>/dev/null

# Whether the program $2 in the folder $1 may be started: it lies in no project, by no link either, and
# nobody but the person and root can have put it there.  Sets real to where it is.
is_safe() {
    real=$(readlink -f -- "$1/$2") && [ -f "$real" ] && [ -x "$real" ] || return 1
    behind=$(dirname -- "$real")
    ! is_in_project "$1" && ! is_in_project "$behind" || return 1
    [ -z "$(find "$1/." "$behind" "$real" -prune -perm -0002)" ] || return 1
    [ -n "$(find "$real" -prune '(' -user "$(id -u)" -o -user 0 ')')" ]
}

project=''
keep_own_places

# What the team has committed counts: then this hook has nothing to do.  Other clients may run a
# plugin of Claude Code; gitmem tells them from it by what they say, as in committed settings.
case $client in
claude-code)
    settings=${CLAUDE_CONFIG_DIR:-${HOME-}/.claude}/settings.json
    ! grep -Eqs "/gitmem/run.*hook ${event}[^A-Za-z]" \
        .claude/settings.json .claude/settings.local.json "$settings" || exit 0
    ;;
*) set -- "$@" --client "$client" ;;
esac

{ d=$(cd -P . && while [ ! -e .git ]; do case $PWD in / | //) break ;; esac; cd -P .. || exit; done; printf %s/ "$PWD") && [ -e "$d.git" ] && g=$d.git/gitmem/run && { [ -O "$g" ] || g=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; git -C "$d" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)/gitmem/run; } && [ -x "$g" ]; } && exec "$g" "$@"

# gitmem is not set up in this clone, or its launcher does not run.
[ -n "${d-}" ] && [ -e "$d.git" ] || exit 0
is_set_up() { [ -f "${g%/run}/install.json" ]; }
[ "$event" = SessionStart ] || is_set_up || exit 0

# Another project on the package index has this name; its program is not ours to start.
is_ours() {
    grep -q 'gitmem\.__main__' "$real" ||
        case $(cd / && "$1/gitmem" --version </dev/null) in *'(gitmem-cli)'*) ;; *) false ;; esac
}

# The program $1, in the first folder of PATH where it may be started by itself.
find_program() (
    set -f
    IFS=:
    for place in $PATH; do
        { [ -f "$place/$1" ] && is_safe "$place" "$1"; } || continue
        [ "$1" != gitmem ] || is_ours "$place" || continue
        printf '%s\n' "$place/$1"
        exit
    done
    exit 1
) 2>/dev/null

# What the project brought is not started: `d` is its top.
project=${d%/}
keep_own_places
payload=$(cat)

# A line for the person when a session begins, in clients that show one.
tell() {
    case $event$payload in
    SessionStart*'"source":"startup"'* | SessionStart*'"source": "startup"'*) ;;
    *) return ;;
    esac
    case $client in
    claude-code | codex | gemini*) printf '{"systemMessage": "gitmem: %s"}\n' "$1" ;;
    esac
}

gitmem=$(find_program gitmem) || uvx=$(find_program uvx) || uvx=''
if [ -n "$gitmem" ]; then
    init='gitmem init'
    said=$(printf '%s' "$payload" | "$gitmem" "$@" 2>/dev/null)
elif [ -n "$uvx" ]; then # only what it has: no session waits for a download
    init='uvx --from gitmem-cli gitmem init'
    said=$(printf '%s' "$payload" | "$uvx" --offline --from gitmem-cli gitmem "$@" 2>/dev/null)
else
    tell 'its plugin is here, its program is not. Run: uv tool install gitmem-cli'
    exit 0
fi
case $said in '{'*) printf '%s\n' "$said" && exit 0 ;; esac

# Whether a repository is remembered is its person's choice: said in one session, then no more.
data=${CLAUDE_PLUGIN_DATA-}
if ! is_set_up && [ -n "$data" ] && [ ! -e "$data/told-of-init" ]; then
    line=$(tell "a repository is remembered once you have run there: $init")
    if [ -n "$line" ] && mkdir -p "$data" && true >"$data/told-of-init"; then
        printf '%s\n' "$line"
    fi
fi 2>/dev/null
exit 0
