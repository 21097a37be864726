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
