"""Child processes, started in one place and ended so that nothing of them is left."""
