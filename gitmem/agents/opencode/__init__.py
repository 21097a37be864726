"""OpenCode: where its sessions are, in a database or in files, and how they are read."""
