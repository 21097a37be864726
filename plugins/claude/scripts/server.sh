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
{ d=$(cd -P . && while [ ! -e .git ]; do case $PWD in / | //) break ;; esac; cd -P .. || exit; done; printf %s/ "$PWD") && [ -e "$d.git" ] && g=$d.git/gitmem/run && { [ -O "$g" ] || g=$(unset GIT_DIR GIT_COMMON_DIR GIT_WORK_TREE; git -C "$d" rev-parse --path-format=absolute --git-common-dir 2>/dev/null)/gitmem/run; } && [ -x "$g" ]; } && exec "$g" mcp

# Another project on the package index has this name; its program is not ours to start.
is_ours() {
    case $1 in /*) ;; *) return 1 ;; esac
    ! { head -n 1 "$1" | grep -q python && ! grep -q 'gitmem\.__main__' "$1"; } ||
        case $("$1" --version </dev/null) in *'(gitmem-cli)'*) ;; *) false ;; esac
}

p=$(command -v gitmem) && is_ours "$p" 2>/dev/null && exec "$p" mcp
command -v uvx >/dev/null && exec uvx --from gitmem-cli gitmem mcp
echo 'gitmem is not installed. Run: uv tool install gitmem-cli' >&2
while IFS= read -r l; do i=$(printf '%s\n' "$l" | sed -nE 's/.*"id" *: *([0-9]+|"[^"]*").*/\1/p'); [ -n "$i" ] || continue; r='{}'; case $l in *'"initialize"'*) v=$(printf '%s\n' "$l" | sed -nE 's/.*"protocolVersion" *: *"([0-9-]+)".*/\1/p'); r='{"protocolVersion":"'$v'","capabilities":{}'',"serverInfo":{"name":"gitmem","version":"0"}}' ;; esac; printf '{"jsonrpc":"2.0","id":%s,"result":%s}\n' "$i" "$r"; done
