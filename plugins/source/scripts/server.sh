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

@PROGRAMS@

project=''
keep_own_places
{ @FIND_LAUNCHER@; } && exec "$g" mcp

@IS_OURS@

# What the project brought is not started.  One that is no work tree may hold a person's home.
if [ -e "$d.git" ]; then project=$(cd "$d" && pwd -P); else project=$(pwd -P); fi
case $HOME in /*) home=$(cd "$HOME" && pwd -P) ;; *) home='' ;; esac
case $home/ in "$project"/*) [ -e "$d.git" ] || project='' ;; esac
keep_own_places
p=$(find_program gitmem) && exec "$p" mcp
p=$(find_program uvx) && exec "$p" --from gitmem-cli gitmem mcp
echo 'gitmem is not installed. Run: uv tool install gitmem-cli' >&2
@SERVE_NOTHING@
