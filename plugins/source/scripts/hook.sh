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

@PROGRAMS@

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

{ @FIND_LAUNCHER@; } && exec "$g" "$@"

# gitmem is not set up in this clone, or its launcher does not run.
[ -n "${d-}" ] && [ -e "$d.git" ] || exit 0
is_set_up() { [ -f "${g%/run}/install.json" ]; }
[ "$event" = SessionStart ] || is_set_up || exit 0

@IS_OURS@

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
