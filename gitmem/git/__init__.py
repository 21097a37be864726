"""The repository as git has it, and the one way to run git."""
