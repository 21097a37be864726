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
{ @FIND_LAUNCHER@; } && exec "$g" mcp

@IS_OURS@

p=$(command -v gitmem) && is_ours "$p" 2>/dev/null && exec "$p" mcp
command -v uvx >/dev/null && exec uvx --from gitmem-cli gitmem mcp
echo 'gitmem is not installed. Run: uv tool install gitmem-cli' >&2
@SERVE_NOTHING@
