# What every hook of gitmem begins with.  POSIX sh, sourced by the hook beside it.
#
# Sets state (gitmem's folder in the common git directory), common and git_dir.  The hooks run in
# the top folder of the work tree.  None of them may fail or hold up what git is doing.

if [ -n "${GITMEM_PROBE-}" ]; then # `gitmem doctor` asks whether this is reached
    true >"$GITMEM_PROBE" # a failed redirection of ":" would end the shell, not with 0
    exit 0
fi
# husky up to version 8 runs every hook twice, the second time with its mark set.
[ -z "${GITMEM_SKIP-}${husky_skip_init-}" ] || exit 0

# What is sourced and missing would end the shell, and with it the commit: one file at a time is put
# in its place while gitmem is updated.
if [ -f "${0%/*}/programs.sh" ]; then
    project='' # what a person's PATH has of it, git has already run
    . "${0%/*}/programs.sh"
    keep_own_places
fi

state=${0%/hooks/*}
common=${state%/*}
git_dir=${GIT_DIR:-.git}

# Where the repository is shared, what is written here is its group's (core.sharedRepository).
if [ -f "$state/umask" ]; then
    read -r sharing <"$state/umask"
    case $sharing in
    '' | *[!ugo+=rwx,]*) ;;
    *) umask "$sharing" ;;
    esac
fi

# new_job NAME: set file to a job's file that was not there before; fails where there can be none.
#
# A process id alone does not tell jobs apart: each container counts from 1, and numbers return.
new_job() {
    file=$state/queue/$1-$$.job number=0 failures=0
    set -C
    until true >"$file"; do
        [ -e "$file" ] || failures=$((failures + 1)) # or the worker has just taken it
        [ $failures -lt 9 ] || break
        number=$((number + 1))
        file=$state/queue/$1-$$-$number.job
    done
    set +C
    [ $failures -lt 9 ]
}

# queue NAME FORMAT [VALUE...]: leave a job for the worker.
#
# One short write without a rename: a job cut short lacks its last field and is no job yet.  It is
# not synced to disk either: after a power cut the reflog tells the worker what is missing.
queue() {
    [ ! -L "$state/queue" ] || rm -f "$state/queue" # what waits must not lie elsewhere
    [ -d "$state/queue" ] || mkdir -p "$state/queue"
    new_job "$1" || return
    format=$2'end=\0'
    shift 2
    # shellcheck disable=SC2059
    printf "$format" "$@" >"$file"
}

# Whether a worker is there that has yet to look at the queue, where the job is already: it removes
# its mark before it looks for the last time.  The number may have gone to another process since,
# so the mark counts for two minutes.
is_worker_there() {
    [ -f "$state/worker.pid" ] || return 1 # a pipe would be waited for
    read -r worker <"$state/worker.pid" || return 1
    case $worker in
    '' | 0* | *[!0-9]*) return 1 ;;
    esac
    if [ -r "/proc/$worker/stat" ]; then # one that was killed may stay as a name, and answer kill
        read -r known <"/proc/$worker/stat"
        case ${known##*) } in
        Z* | X*) return 1 ;;
        esac
    fi
    kill -0 "$worker" && [ -n "$(find "$state/worker.pid" -mmin -2)" ]
}

# Start a worker that nobody waits for, unless one is there.  It gives way to whatever git is doing:
# in a burst of commits that is the difference between 40 ms and 20.
#
# Agents kill the process group of a command when it ends, before Python could leave the group by
# itself: so the worker begins outside of it, by setsid or, where there is none, by job control.
# While git rewrites commits their jobs wait for its end, and a worker that is there may look too
# early: then one is started, which comes to look when git is done.
wake() {
    if [ ! -d "$git_dir/rebase-merge" ] && [ ! -d "$git_dir/rebase-apply" ]; then
        ! is_worker_there || return 0
    fi
    (
        CDPATH='' cd "$common" || exit
        trap '' HUP
        set -- gitmem/run worker .
        ! command -v nice || set -- nice -n 10 "$@"
        ! command -v setsid || exec setsid "$@"
        set -m
        "$@" &
    ) &
}
