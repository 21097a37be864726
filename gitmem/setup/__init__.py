"""Install, leave, diagnose: the only place that touches other people's files."""
