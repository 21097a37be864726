"""Repositories as people really have them, drawn by chance, and the laws that hold in each."""
