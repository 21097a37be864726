"""The repository on disk: git objects, refs and configuration, and gitmem's own files in .git."""
