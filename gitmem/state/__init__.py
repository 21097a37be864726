"""gitmem's own files in .git/gitmem, and its settings."""
