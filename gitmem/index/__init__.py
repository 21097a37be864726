"""The cache that finds memories. Delete it and nothing is lost."""
