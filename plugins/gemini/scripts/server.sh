#!/bin/sh
# A plugin's MCP server: the gitmem of this clone, else the one on PATH, else what uvx finds.
#
#   sh server.sh CLIENT
#
# Where there is none, a server that offers nothing keeps the client from reporting one that failed.
# No brace follows a dollar: clients replace that, also where this script stands in a file of theirs.
GITMEM_PLUGIN=$1
export GITMEM_PLUGIN
if [ -n "$CLAUDE_PROJECT_DIR" ]; then cd "$CLAUDE_PROJECT_DIR" || exit; fi

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
{ d=$(cd -P . && while [ ! -e .git ]; do case $PWD in / | //) break ;; esac; cd -P .. || exit; done; printf %s/ "$PWD") && [ -e "$d.git" ] && g=$d.git/gitmem/run && { [ -O "$g" ] || g=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; git -C "$d" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)/gitmem/run; } && [ -x "$g" ]; } && exec "$g" mcp

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

# What the project brought is not started.  One that is no work tree may hold a person's home.
if [ -e "$d.git" ]; then project=$(cd "$d" && pwd -P); else project=$(pwd -P); fi
case $HOME in /*) home=$(cd "$HOME" && pwd -P) ;; *) home='' ;; esac
case $home/ in "$project"/*) [ -e "$d.git" ] || project='' ;; esac
keep_own_places
p=$(find_program gitmem) && exec "$p" mcp
p=$(find_program uvx) && exec "$p" --from gitmem-cli gitmem mcp
echo 'gitmem is not installed. Run: uv tool install gitmem-cli' >&2
while IFS= read -r l; do i=$(printf '%s\n' "$l" | sed -nE 's/.*"id" *: *([0-9]+|"[^"]*").*/\1/p'); [ -n "$i" ] || continue; r='{}'; case $l in *'"initialize"'*) v=$(printf '%s\n' "$l" | sed -nE 's/.*"protocolVersion" *: *"([0-9-]+)".*/\1/p'); r='{"protocolVersion":"'$v'","capabilities":{}'',"serverInfo":{"name":"gitmem","version":"0"}}' ;; esac; printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$i" "$r"; done
