"""Questions and answers: search, log, why, and what a session receives."""
