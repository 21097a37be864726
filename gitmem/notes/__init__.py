"""The notes under refs/notes/claude-mem: the only truth."""
