"""Values and their laws: pure, standard library only, no files, no git, no clock."""
