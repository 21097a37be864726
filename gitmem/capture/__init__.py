"""From a commit, or a turn that ended, to its memories in a note."""
