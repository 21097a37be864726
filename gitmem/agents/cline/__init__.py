"""The Cline CLI: where its sessions are, and how they are read."""
